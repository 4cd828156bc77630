"""What an arm costs beside time: how long until it can begin, and how much memory it holds.

Measured alone, after all timing: looking at memory every few milliseconds would disturb a slice, and
other arms alive beside it would share its pages and its CPU.
"""

from __future__ import annotations

import contextlib
import time

from ftguide.suite.declare.plan import BlockPlan, share
from ftguide.suite.observe.block import Stage, block_cpus, start_arm, working_folder
from ftguide.suite.observe.memory import sessions_pss
from ftguide.suite.record.model import Cost
from ftguide.vocabulary import Arm

#: Starts per arm; the median is shown. The first one also fills the page cache.
STARTS = 3
#: The arm works at least this long while it is looked at.
WATCHED_NS = 150_000_000
#: Between two looks. A look takes one to three milliseconds itself.
LOOK_SECONDS = 0.01


class Highest:
    """Remembers the most memory that was seen."""

    def __init__(self) -> None:
        self.bytes: int | None = None
        self.samples = 0
        self.sessions: list[int] = []

    def look(self) -> None:
        """Look once."""
        seen = sessions_pss(self.sessions)
        self.samples += 1
        if seen is not None:
            self.bytes = max(seen, self.bytes or 0)


def measure(plan: BlockPlan, arm: Arm, stage: Stage) -> Cost:
    """Start an arm a few times, let the last one work; ArmFailedError when it cannot."""
    starts: list[float] = []
    highest = Highest()
    loops = share(plan.workload, arm)
    cpus = block_cpus(plan, stage.on)
    for number in range(STARTS):
        with contextlib.ExitStack() as stack:
            folder = stack.enter_context(working_folder(plan))
            begun = time.perf_counter()
            living = stack.enter_context(start_arm(plan, arm, stage, cpus=cpus, folder=folder))
            living.ready()
            starts.append(round(time.perf_counter() - begun, 6))
            if number < STARTS - 1:
                continue
            highest.sessions = [process.pid for process in living.processes]
            living.watch(highest.look, every=LOOK_SECONDS)
            until = time.perf_counter_ns() + WATCHED_NS
            while not highest.samples or time.perf_counter_ns() < until:
                living.slice(loops, 0)
                highest.look()  # at least once a slice, however short
                living.check(loops)
    return Cost(
        workload=plan.workload.slug,
        version=plan.workload.version,
        source_hash=plan.workload.source_hash,
        arm=str(arm),
        start_seconds=tuple(starts),
        peak_pss_bytes=highest.bytes,
        samples=highest.samples,
    )
