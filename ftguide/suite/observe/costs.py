"""What an arm costs beside time: how long until it can begin, and how much memory it holds.

Measured alone, after all timing: looking at memory every few milliseconds would disturb a value, and
other arms alive beside it would share its pages and its CPU.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

from ftguide.ground.vocabulary import Arm
from ftguide.suite.declare.plan import BlockPlan, share
from ftguide.suite.observe.arm_process import ArmProcess
from ftguide.suite.observe.block import Stage, block_cpus, start_arm, working_folder
from ftguide.suite.record.model import Cost

#: Starts per arm; the median is shown. The first one also fills the page cache.
STARTS = 3
#: The arm works at least this long while it is looked at.
WATCHED_NS = 150_000_000
#: Between two looks. A look takes about a millisecond itself.
LOOK_SECONDS = 0.01


class Peak:
    """The most memory that an arm was seen to hold."""

    def __init__(self, arm: ArmProcess) -> None:
        self._arm = arm
        self.pss_bytes: int | None = None  #: None where the system does not know it
        self.looks = 0

    def look(self) -> None:
        """Look once."""
        memory = self._arm.memory()
        self.looks += 1
        if memory is not None and memory.kind == "PSS":
            self.pss_bytes = max(memory.held, self.pss_bytes or 0)


def measure(plan: BlockPlan, arm: Arm, stage: Stage) -> Cost:
    """Start an arm a few times, let the last one work; ArmFailedError when it cannot."""
    starts = []
    for _ in range(STARTS - 1):
        with _started(plan, arm, stage) as (_, seconds):
            starts.append(seconds)
    loops = share(plan.workload, arm)
    with _started(plan, arm, stage) as (process, seconds):
        starts.append(seconds)
        peak = Peak(process)
        process.watch(peak.look, every=LOOK_SECONDS)
        until = time.perf_counter_ns() + WATCHED_NS
        while not peak.looks or time.perf_counter_ns() < until:
            process.value(loops, 0)
            peak.look()  # at least once a value, however short
            process.check(loops)
    return Cost(
        workload=plan.workload.slug,
        version=plan.workload.version,
        source_hash=plan.workload.source_hash,
        arm=str(arm),
        start_seconds=tuple(starts),
        peak_pss_bytes=peak.pss_bytes,
        samples=peak.looks,
    )


@contextlib.contextmanager
def _started(plan: BlockPlan, arm: Arm, stage: Stage) -> Iterator[tuple[ArmProcess, float]]:
    """Start an arm, and end it; with the seconds until it could begin."""
    with working_folder(plan) as folder:
        begun = time.perf_counter()
        cpus = block_cpus(plan, stage.on)
        with start_arm(plan, arm, stage, cpus=cpus, folder=folder) as process:
            process.ready()
            yield process, round(time.perf_counter() - begun, 6)
