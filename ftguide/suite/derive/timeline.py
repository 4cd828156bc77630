"""What happened during a run, and how fast the machine was meanwhile. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime

from ftguide.statistics.estimates import mean
from ftguide.suite.derive.flags import STEAL
from ftguide.suite.record.model import Block, StoredRun

#: A run is told in at most so many intervals.
INTERVALS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Steal:
    """CPU time that the hypervisor gave to somebody else during a block."""

    workload: str
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A stretch of a run."""

    start: float  #: seconds since the run began
    end: float
    blocks: int
    workloads: int
    #: Time of `gil-single` relative to its mean over the whole run, a geometric mean over the blocks of
    #: the stretch: 1.2 is a machine that was a fifth slower than on average. None without such blocks.
    slowness: float | None
    steal: float | None  #: largest share of CPU time that was stolen during a block
    steals: tuple[Steal, ...]  #: blocks that lost more than `STEAL`


def timeline(stored: StoredRun) -> tuple[Interval, ...]:
    """Cut a run into stretches of equal length; empty for a run without blocks."""
    blocks = sorted(stored.blocks, key=lambda block: (block.started, block.workload))
    if not blocks:
        return ()
    begin = _seconds(stored.run.started)
    last = max(_seconds(block.started) + block.seconds for block in blocks) - begin
    count = min(INTERVALS, max(1, math.ceil(last / 30)))
    length, typical = max(last / count, 1.0), _typical(blocks)
    stretches = []
    for number in range(count):
        start, end = number * length, (number + 1) * length
        own = [b for b in blocks if start <= _seconds(b.started) - begin < end]
        steals = [(b.workload, b.steal) for b in own if b.steal is not None]
        logs = [
            math.log(time / typical[block.workload])
            for block in own
            if (time := _single(block)) is not None
        ]
        stretches.append(
            Interval(
                start=start,
                end=end,
                blocks=len(own),
                workloads=len({block.workload for block in own}),
                slowness=math.exp(mean(logs)) if logs else None,
                steal=max((share for _, share in steals), default=None),
                steals=tuple(Steal(workload=w, share=s) for w, s in steals if s > STEAL),
            )
        )
    return tuple(stretches)


def _seconds(stamp: str) -> float:
    return datetime.fromisoformat(stamp).timestamp()


def _single(block: Block) -> float | None:
    """Return the mean time of one GIL-enabled thread in a block."""
    record = block.arms.get("gil-single")
    times = record.seconds_per_loop if record is not None else ()
    return mean(times) if times and min(times) > 0 else None


def _typical(blocks: list[Block]) -> dict[str, float]:
    """Return each workload's geometric mean time over the run."""
    logs: dict[str, list[float]] = {}
    for block in blocks:
        if (time := _single(block)) is not None:
            logs.setdefault(block.workload, []).append(math.log(time))
    return {slug: math.exp(mean(values)) for slug, values in logs.items()}
