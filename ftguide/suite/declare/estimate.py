"""How long a plan will take, from how long one call takes: told before a long wait. Pure."""

from __future__ import annotations

from ftguide.ground.vocabulary import Arm, Build, Mode
from ftguide.suite.declare import plan as planning
from ftguide.suite.record.model import Plan, PlannedWorkload

#: To start and end one arm of a block, on a machine that is not busy.
START_SECONDS = 0.1
#: The untimed loops before a value, and the warm-up of a block, as shares of its values at least.
UNTIMED = 0.15
#: Starts of every arm when costs are measured too.
STARTS = 3


def seconds(plan: Plan, workload: PlannedWorkload, call: float) -> float:
    """Estimate the time of a workload's blocks; `call` is the time of one call, in seconds."""
    arms = [Arm.parse(name) for name in workload.arms]
    times = {arm: max(1, round(call * 1e9 * _longer(arm))) for arm in arms}
    value = planning.single_value_ns(workload)
    loops = planning.loops_for(times, 1, value_ns=value)
    rounds = planning.fit_rounds(workload.rounds, loops.round_ns, plan.block_seconds)
    one_round = loops.round_ns / 1e9
    starting = START_SECONDS * len(arms)
    block = starting + one_round * (1 + rounds * (1 + UNTIMED))
    costs = len(arms) * (STARTS * START_SECONDS + call) if plan.costs else 0.0
    return starting + 2 * one_round + block * planning.blocks_of(plan, workload) + costs


def _longer(arm: Arm) -> float:
    """Return how much longer a value of an arm takes: with a GIL its threads take turns."""
    serial = arm.mode is Mode.THREADS and (arm.build is Build.GIL or arm.gil_on)
    return arm.workers if serial else 1.0
