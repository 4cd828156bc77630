"""Noise flags: what makes a row's numbers less trustworthy.

A flag never removes a value. Thresholds are those of the guide's benchmark chapter; every flag
has its number, so that a reader can disagree.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator, Mapping, Sequence

from ftguide.statistics.estimates import standard_error
from ftguide.suite.derive.flag import Flag, FlagKind
from ftguide.suite.derive.neighbour import split
from ftguide.suite.derive.series import ArmBlock, Series
from ftguide.suite.record.model import ArmRecord

SPREAD = 0.05  #: standard deviation over blocks of a log ratio
DISTURBED_LAPS = 0.5  #: share of laps; with more, even typical laps may be disturbed ones
STEAL = 0.005  #: share of CPU time
DRIFT = 0.02  #: change of a log ratio between the halves of a block
SKEW = 0.10  #: (slowest - fastest worker) / slowest
BUSY = 0.10  #: share of the usable CPUs' time that other programs used
OVERLAP = 0.80  #: share of a value's time during which all of its workers ran
IDLE = 0.01  #: CPU time used between an arm's turns, as a share of the time of its turns
#: Waking up for a turn is no work on the side. It takes 60 us on the machines here, 110 where four other
#: arms have emptied the caches, which alone would be more than `IDLE` where values are of 2 ms.
WAKING_NS = 150_000
COLLECTIONS = 0.10  #: difference of collections per value, as a share of the larger


def flags(
    series: Series,
    pairs: Sequence[tuple[str, str]],
    steps: Sequence[tuple[str, str]] = (),
    *,
    pinned: bool,
) -> tuple[Flag, ...]:
    """Return the flags of a row; `pairs` are the (arm, base) that compare the two builds.

    `steps` compare two lines, which may collect garbage each in its own way.
    """
    raised = [*series.dropped]
    if series.blocks and not (pinned and all(b.cpus is not None for b in series.blocks.values())):
        raised.append(Flag(kind=FlagKind.UNPINNED))
    raised += _ratios(series, [*pairs, *steps])
    for pair in pairs:
        raised += _neighbour(series, *pair)
    raised += _steal(series)
    raised += _busy(series)
    if series.disturbed is not None and series.disturbed > DISTURBED_LAPS:
        raised.append(Flag(kind=FlagKind.DISTURBED, values=(series.disturbed,)))
    for pair in pairs:
        raised += _collections(series, *pair)
    for name, (arm, blocks) in series.arms.items():
        records = [block.record for block in blocks.values()]
        if arm.workers > 1 and not arm.gil_expected:
            raised += _skew(name, records)
            raised += _overlap(series, name, records)
        raised += _idle(name, records)
    return tuple(raised)


def _ratios(series: Series, pairs: Sequence[tuple[str, str]]) -> Iterator[Flag]:
    """Flag the worst spread between blocks and the worst drift inside them.

    Both of ratios, not of times: arms take turns on one CPU, so its changes of speed cancel, and a
    row of steady ratios is a good row on however unsteady a machine.
    """
    spreads: list[tuple[float, tuple[str, str]]] = []
    drifts: list[tuple[float, tuple[str, str]]] = []
    for arm, base in pairs:
        d = series.contrast(arm, base)
        if len(d) >= 2:
            spreads.append((standard_error(d) * math.sqrt(len(d)), (arm, base)))
        drifts.append((abs(series.drift(arm, base)), (arm, base)))
    for kind, ratios, limit in (
        (FlagKind.SPREAD, spreads, SPREAD),
        (FlagKind.DRIFT, drifts, DRIFT),
    ):
        share, arms = max(ratios, default=(0.0, ()))
        if share > limit:
            yield Flag(kind=kind, arms=arms, values=(share,))


def _neighbour(series: Series, arm: str, base: str) -> Iterator[Flag]:
    """Flag a ratio that is another one while a neighbour shares the core."""
    parts = split(series, arm, base)
    if parts is not None and parts.differ:
        blocks = len(series.contrast(arm, base))
        yield Flag(kind=FlagKind.NEIGHBOUR, arms=(arm, base), values=(parts.shared.k, blocks))


def _steal(series: Series) -> Iterator[Flag]:
    known = [(b.steal, b.seconds) for b in series.blocks.values() if b.steal is not None]
    seconds = math.fsum(seconds for _, seconds in known)
    if seconds > 0:
        share = math.fsum(steal * seconds for steal, seconds in known) / seconds
        if share > STEAL:
            yield Flag(kind=FlagKind.STEAL, values=(share,))


def others(series: Series) -> float | None:
    """Return the share of the CPUs' time that other programs used; None in a run that did not ask."""
    known = [(b.others, b.seconds) for b in series.blocks.values() if b.others is not None]
    seconds = math.fsum(seconds for _, seconds in known)
    return math.fsum(share * s for share, s in known) / seconds if seconds > 0 else None


def _busy(series: Series) -> Iterator[Flag]:
    """Flag a machine on which several workers did not get the CPUs they were given."""
    share = others(series)
    several = any(arm.workers > 1 for arm, _ in series.arms.values())
    if several and share is not None and share > BUSY:
        yield Flag(kind=FlagKind.BUSY, values=(share,))


def overlap(records: Sequence[ArmRecord]) -> float | None:
    """Return the share of a value's time during which all of its workers ran, the median over values."""
    shares = []
    for workers in (value for record in records for value in record.spans):
        begins, ends = zip(*workers, strict=True)
        together, all_in_all = min(ends) - max(begins), max(ends) - min(begins)
        if len(workers) > 1 and all_in_all > 0:
            shares.append(max(0, together) / all_in_all)
    return statistics.median(shares) if shares else None


def _overlap(series: Series, name: str, records: Sequence[ArmRecord]) -> Iterator[Flag]:
    """Flag workers that hardly met. Not in runs from before `others`: their flags were published."""
    share = overlap(records)
    if share is not None and share < OVERLAP and others(series) is not None:
        yield Flag(kind=FlagKind.OVERLAP, arms=(name,), values=(share,))


def _collections(series: Series, arm: str, base: str) -> Iterator[Flag]:
    """Flag a pair whose builds collected garbage a different number of times for the same work.

    Every loop of the pair is the same, so another count means that the ratio holds collections as
    well. Less than one collection per block is the chance of where a value begins.
    """
    shared = [index for index in series.of(arm) if index in series.of(base)]
    if not shared:
        return
    left, right = (_collections_per_value(series.of(name), shared) for name in (arm, base))
    values = min(len(series.of(arm)[index].times) for index in shared)
    if abs(left - right) > max(COLLECTIONS * max(left, right), 1 / values):
        yield Flag(kind=FlagKind.COLLECTIONS, arms=(arm, base), values=(left, right))


def _collections_per_value(blocks: Mapping[int, ArmBlock], shared: Sequence[int]) -> float:
    values = sum(len(blocks[index].times) for index in shared)
    return sum(blocks[index].record.gc_collections for index in shared) / values


def _skew(name: str, records: Sequence[ArmRecord]) -> Iterator[Flag]:
    """Flag workers that do equal work in unequal time; the median value of all blocks speaks."""
    skews = []
    for workers in (value for record in records for value in record.spans):
        durations = [end - start for start, end in workers]
        if max(durations) > 0:
            skews.append((max(durations) - min(durations)) / max(durations))
    skew = statistics.median(skews) if skews else 0.0
    if skew > SKEW:
        yield Flag(kind=FlagKind.SKEW, arms=(name,), values=(skew,))


def _idle(name: str, records: Sequence[ArmRecord]) -> Iterator[Flag]:
    """Flag an arm that computed while others had their turn, against the time of its own turns."""
    turns = [nanoseconds for record in records for nanoseconds in record.durations]
    idle = sum(record.idle_cpu_ns for record in records) - WAKING_NS * len(turns)
    if sum(turns) and idle > IDLE * sum(turns):
        yield Flag(kind=FlagKind.IDLE, arms=(name,), values=(idle / sum(turns),))
