"""What threads waited for one another, told apart from what the machine, the clock and files cost them. Pure.

Linux counts for every thread how long it ran and how long it was ready to run without a CPU. What is left of
the time it took is what it was blocked for. Load on the machine makes the second of these longer and not the
third. Sleep, files and the network block processes as they block threads, so only what threads are blocked
for beyond processes, for the same work, comes from what they share: a lock, or something that holds one.
A lock whose holder was kept off its CPU looks longer than it is, and on a machine that is busy enough threads
hardly meet, so that nothing was blocked: little of it is no proof that there is no lock.

The global interpreter lock is no part of it, because only arms of the free-threaded build are compared.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ftguide.statistics.estimates import mean, mean_interval
from ftguide.suite.derive.series import ArmBlock, Series
from ftguide.suite.record.model import ArmRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Shares of the threads' time, 0 to 1; means over blocks."""

    threads: float  #: during which they were blocked
    processes: float  #: the same of the processes' time
    delayed: float  #: during which threads were ready to run and had no CPU
    more: float  #: during which threads were blocked and processes, for the same work, were not
    low: float  #: lower end of the 95 % interval of `more`, Student t over blocks, cut at 0
    explains: float | None  #: what part of the time that threads need more than processes `more` is

    def without(self, collecting: float) -> float:
        """Return `low` without what threads stood still for while the collector ran, as a share."""
        return max(0.0, self.low - collecting)


def waiting(measured: Series, threads: str, processes: str) -> Waiting | None:
    """Compare two arms of one workload; None where fewer than two blocks recorded what is needed."""
    blocks = [*_both(measured.of(threads), measured.of(processes))]
    if len(blocks) < 2:
        return None
    more, lost, ours, theirs, delays = [], [], [], [], []
    for one, other in blocks:
        blocked, without = one.blocked_share or 0.0, other.blocked_share or 0.0
        same_work = _seconds_per_loop(other) / _seconds_per_loop(one)
        more.append(blocked - without * same_work)
        lost.append(1 - same_work)
        ours.append(blocked)
        theirs.append(without)
        delays.append(one.delayed_share or 0.0)
    low, _ = mean_interval(more)
    return Waiting(
        threads=mean(ours),
        processes=mean(theirs),
        delayed=mean(delays),
        more=mean(more),
        low=low,
        explains=max(0.0, min(1.0, mean(more) / mean(lost))) if mean(lost) > 0 else None,
    )


def _both(
    left: Mapping[int, ArmBlock], right: Mapping[int, ArmBlock]
) -> Iterator[tuple[ArmRecord, ArmRecord]]:
    for index in left:
        if index in right:
            pair = left[index].record, right[index].record
            if all(record.blocked_share is not None for record in pair):
                yield pair


def _seconds_per_loop(record: ArmRecord) -> float:
    """Return how long one loop of one worker takes, from its own start to its own end."""
    spans = [end - start for value in record.spans for start, end in value]
    return mean(spans) / record.loops / 1e9
