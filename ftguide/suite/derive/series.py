"""The measured times of one workload, block by block: what reports, flags and exports start from.

Decides, once for all of them, which blocks count: those of the planned code (same version and source
hash) and, arm by arm, those whose times are times and whose GIL state was the expected one. What
does not count is named in `dropped`, never passed over silently.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from benchmarks.workloads.declare import Scaling
from ftguide.ground.vocabulary import Arm
from ftguide.statistics.estimates import mean, typical_lap, undisturbed
from ftguide.suite.derive.flag import Flag, FlagKind
from ftguide.suite.derive.verdicts import ArmPair, ComparisonKind
from ftguide.suite.record.model import ArmRecord, Block, PlannedWorkload


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmBlock:
    """What one arm did in one block."""

    record: ArmRecord
    times: tuple[float, ...]  #: per value, in seconds per unit of work (see `Series`)
    log_mean: float  #: mean logarithm of `times`; of a row in laps, logarithm of its typical lap
    #: The same for the first and last half; None under four values (in laps: under two).
    halves: tuple[float, float] | None
    log_whole: float  #: mean logarithm of `times` whatever the row is made from


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """The usable blocks of one workload.

    The unit of work is one loop of one worker where every worker does the whole work (weak scaling),
    and one loop of all workers together where they share it (strong): a record counts loops per
    worker, so there the time per loop is divided by the workers.
    """

    planned: PlannedWorkload
    blocks: Mapping[int, Block]  #: by index
    arms: Mapping[str, tuple[Arm, Mapping[int, ArmBlock]]]  #: planned arms in order; by block index
    dropped: tuple[Flag, ...]  #: what was left out
    #: Share of laps that somebody disturbed; None = timed as a whole.
    disturbed: float | None = None

    def of(self, arm: str) -> Mapping[int, ArmBlock]:
        """Return the blocks of an arm by index; empty for one that was not measured."""
        return self.arms[arm][1] if arm in self.arms else {}

    def contrast(self, arm: str, base: str) -> list[float]:
        """Return d_i = mean over the values of block i of ln(arm / base), blocks with both only."""
        return [x.log_mean - y.log_mean for x, y in self._both(arm, base)]

    def whole_contrast(self, arm: str, base: str) -> list[float]:
        """Return the contrast of all time, disturbed laps included."""
        return [x.log_whole - y.log_whole for x, y in self._both(arm, base)]

    def speeds(self, arm: str, base: str) -> list[float]:
        """Return the mean logarithm of both arms' times, of the blocks and in the order of `contrast`."""
        return [(x.log_mean + y.log_mean) / 2 for x, y in self._both(arm, base)]

    def drift(self, arm: str, base: str) -> float:
        """Return by how much ln(arm / base) changes from the first to the last half of a block.

        Mean over blocks, in logarithms; 0 where blocks have fewer than four values. The ratio is
        what must stand still: a CPU that changes speed moves both arms.
        """
        changes = [
            (x.halves[1] - y.halves[1]) - (x.halves[0] - y.halves[0])
            for x, y in self._both(arm, base)
            if x.halves and y.halves
        ]
        return mean(changes) if changes else 0.0

    def log_speedup(self, arm: str, base: str) -> list[float]:
        """Return per block the logarithm of the throughput of `arm` over that of `base`.

        Weak scaling n T(1) / T(n), since n workers do n times the work; strong T(1) / T(n).
        """
        if arm not in self.arms or base not in self.arms:
            return []
        workers = self.arms[arm][0].workers / self.arms[base][0].workers
        more_work = 0.0 if self.planned.scaling == Scaling.STRONG else math.log(workers)
        return [more_work - d for d in self.contrast(arm, base)]

    def logs(self, pair: ArmPair) -> list[float]:
        """Return per block the logarithm of what a pair compares: throughput for speed-ups, else time."""
        arm, base, kind = pair
        speedup = kind is ComparisonKind.SPEEDUP
        return self.log_speedup(arm, base) if speedup else self.contrast(arm, base)

    def complete(self) -> list[int]:
        """List the blocks in which every arm that was ever measured is usable."""
        measured = [blocks for _, blocks in self.arms.values() if blocks]
        usable = set(self.blocks).intersection(*measured) if measured else set()
        return [index for index in self.blocks if index in usable]

    def _both(self, arm: str, base: str) -> Iterator[tuple[ArmBlock, ArmBlock]]:
        left, right = self.of(arm), self.of(base)
        return ((left[index], right[index]) for index in left if index in right)


def series(planned: PlannedWorkload, blocks: Sequence[Block]) -> Series:
    """Sort out the blocks of a workload; raises `ValueError` when the plan names an impossible arm."""
    ours = {
        block.index: block
        for block in blocks
        if (block.version, block.source_hash) == (planned.version, planned.source_hash)
    }
    foreign = len(blocks) - len(ours)
    dropped = [Flag(kind=FlagKind.OTHER_CODE, values=(foreign,))] if foreign else []
    arms: dict[str, tuple[Arm, Mapping[int, ArmBlock]]] = {}
    for name in planned.arms:
        arm = Arm.parse(name)
        usable: dict[int, ArmBlock] = {}
        wrong_gil = unusable = 0
        for index, block in ours.items():
            record = block.arms.get(name)
            if record is None:
                continue
            times = _times(record, arm, planned)
            if {record.gil_before, record.gil_after} != {arm.gil_expected}:
                wrong_gil += 1
            elif times:
                usable[index] = _arm_block(record, times)
            else:
                unusable += 1
        arms[name] = (arm, usable)
        for kind, count in ((FlagKind.WRONG_GIL, wrong_gil), (FlagKind.NO_TIMES, unusable)):
            if count:
                dropped.append(Flag(kind=kind, arms=(name,), values=(count,)))
    measured = Series(planned=planned, blocks=ours, arms=arms, dropped=tuple(dropped))
    return in_laps(measured) if comes_in_laps(measured) else measured


def comes_in_laps(whole: Series) -> bool:
    """Return whether a row may be read from its typical laps.

    Laps are alike only as long as nothing but the work happens in them. A garbage collection is part
    of what a build costs and falls into few laps: one of them, anywhere in the row, and all time counts.
    """
    records = [block.record for _, blocks in whole.arms.values() for block in blocks.values()]
    return bool(records) and all(
        record.gc_collections == 0
        and len(record.laps) == len(record.spans)
        and all(laps and min(laps) > 0 for laps in record.laps)
        for record in records
    )


def in_laps(whole: Series) -> Series:
    """Return the series with every block's time taken from its typical laps."""
    kept = total = 0
    arms: dict[str, tuple[Arm, Mapping[int, ArmBlock]]] = {}
    for name, (arm, blocks) in whole.arms.items():
        typical: dict[int, ArmBlock] = {}
        for index, block in blocks.items():
            values = block.record.laps
            loops = block.record.loops / len(values[0])  # of a lap
            laps = _joined(values)
            kept, total = kept + len(undisturbed(laps)), total + len(laps)
            half = len(values) // 2
            first, last = (_joined(part) for part in (values[:half], values[-half:]))
            halves = (_log_typical(first, loops), _log_typical(last, loops)) if half else None
            typical[index] = replace(block, log_mean=_log_typical(laps, loops), halves=halves)
        arms[name] = (arm, typical)
    return replace(whole, arms=arms, disturbed=1 - kept / total)


def _joined(values: Sequence[Sequence[int]]) -> list[int]:
    return [lap for laps in values for lap in laps]


def _log_typical(laps: Sequence[int], loops: float) -> float:
    """Return the logarithm of the seconds that one loop takes in the typical ones of these laps."""
    return math.log(typical_lap(laps) / loops / 1e9)


def _times(record: ArmRecord, arm: Arm, planned: PlannedWorkload) -> tuple[float, ...]:
    """Return seconds per unit of work and value; nothing unless all of them are above zero."""
    if record.loops < 1 or not all(record.spans):
        return ()
    times = record.seconds_per_loop
    if planned.scaling == Scaling.STRONG and arm.workers > 1:
        times = tuple(time / arm.workers for time in times)
    return times if times and min(times) > 0 else ()


def _arm_block(record: ArmRecord, times: tuple[float, ...]) -> ArmBlock:
    logs = [math.log(time) for time in times]
    half = len(logs) // 2
    return ArmBlock(
        record=record,
        times=times,
        log_mean=mean(logs),
        log_whole=mean(logs),
        halves=(mean(logs[:half]), mean(logs[-half:])) if half >= 2 else None,
    )
