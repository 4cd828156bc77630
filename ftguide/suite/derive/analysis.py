"""From a stored run to the rows of its tables: ratios, intervals, floors, verdicts, flags.

Pure: the same run gives the same report, byte for byte. Terminal, pages and exports all draw from
the `Report` built here, so a number cannot differ between them.
"""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ftguide.statistics.estimates import (
    Estimate,
    benjamini_hochberg,
    equivalence_p,
    group_mean,
    mean,
    mean_interval,
    ratio_interval,
)
from ftguide.suite.derive.families import Family, family
from ftguide.suite.derive.flags import flags
from ftguide.suite.derive.neighbour import split
from ftguide.suite.derive.series import series
from ftguide.suite.derive.verdicts import Comparison, Verdict, judge
from ftguide.suite.record.model import Failure, PlannedWorkload, StoredRun
from ftguide.vocabulary import Arm, Mode

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ftguide.suite.derive.flag import Flag
    from ftguide.suite.derive.neighbour import Split
    from ftguide.suite.derive.series import Series
    from ftguide.suite.record.model import Block


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmTime:
    """Time per unit of work of one arm, in seconds."""

    arm: str
    median: float
    mean: float
    low: float  #: 95 % interval of the mean over blocks
    high: float
    slices: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Everything a table says about one workload."""

    slug: str
    group: str
    times: tuple[ArmTime, ...]
    single: Comparison | None  #: ft-single / gil-single, time
    threads: Comparison | None  #: ft-threads-n / gil-threads-n, time
    user_speedup: Comparison | None  #: throughput ft-threads-n / gil-single
    self_speedup: Comparison | None  #: throughput ft-threads-n / ft-single
    gil_speedup: Comparison | None  #: throughput gil-threads-n / gil-single
    efficiency: Comparison | None  #: T(ft-processes-n) / T(ft-threads-n)
    against_gil_processes: Comparison | None  #: ft-threads-n / gil-processes-n, time
    again: tuple[Comparison, ...]  #: the A/A pairs, each x-again / x; floor-less verdicts
    floor: float | None  #: noise floor of single arms as |ln r|; None without A/A copies
    flags: tuple[Flag, ...]  #: noise flags
    blocks: int
    failure: Failure | None
    others: tuple[Comparison, ...] = ()  #: ratios of further arms: GIL on again, other modes
    threads_floor: float | None = None  #: noise floor of arms with several workers
    #: Of a row read from its typical laps: the share of disturbed ones, and what `single` is with all time.
    disturbed: float | None = None
    whole: Estimate | None = None
    split: Split | None = (
        None  #: `single` by whether a neighbour shared the core; None if it cannot be told
    )

    def floor_of(self, comparison: Comparison) -> float | None:
        """Return the noise floor that a comparison is judged by."""
        return self.floor if _single(comparison.arm) else self.threads_floor

    @property
    def comparisons(self) -> tuple[Comparison, ...]:
        """Everything that was compared, in the order of the fields."""
        named = (
            self.single,
            self.threads,
            self.user_speedup,
            self.self_speedup,
            self.gil_speedup,
            self.efficiency,
            self.against_gil_processes,
        )
        return (
            *(comparison for comparison in named if comparison is not None),
            *self.again,
            *self.others,
        )

    def comparison(self, arm: str, base: str) -> Comparison | None:
        """Return the comparison of two arms whatever its kind, None when it was not measured."""
        for comparison in self.comparisons:
            if (comparison.arm, comparison.base) == (arm, base):
                return comparison
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyMean:
    """Geometric mean of one family's single-thread ratios, bootstrap interval over blocks."""

    family: Family
    ratio: float
    low: float
    high: float
    workloads: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All rows of a run."""

    stored: StoredRun
    rows: tuple[Row, ...]
    means: tuple[FamilyMean, ...]  #: by family, in the order of the rows
    series: Mapping[str, Series]  #: what the rows are made from, by workload

    def row(self, slug: str) -> Row:
        """Return one workload's row; raises `KeyError` when the run does not have it."""
        for row in self.rows:
            if row.slug == slug:
                return row
        raise KeyError(slug)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    """A comparison whose q value waits for the rest of the run."""

    arm: str
    base: str
    kind: str
    estimate: Estimate
    equivalence: float

    @property
    def testable(self) -> bool:
        return self.estimate.k >= 2


@dataclass(frozen=True, slots=True, kw_only=True)
class _DraftRow:
    planned: PlannedWorkload
    series: Series
    named: dict[str, _Draft]  #: by the field of `Row`
    again: tuple[_Draft, ...]
    others: tuple[_Draft, ...]

    def floor(self, *, single: bool) -> float | None:
        """Return the larger of the A/A pairs' |ln r| + half-width, single arms and others apart."""
        floors = [
            abs(math.log(draft.estimate.ratio)) + draft.estimate.half_width
            for draft in self.again
            if draft.testable and _single(draft.arm) is single
        ]
        return max(floors, default=None)


def _single(arm: str) -> bool:
    return Arm.parse(arm).mode is Mode.SINGLE


def report(stored: StoredRun) -> Report:
    """Derive the report of a run: one row per planned workload, in the order of the plan.

    A workload that failed, or has no blocks yet, keeps its row; what was not measured is None there.
    Raises `ValueError` when the plan names an impossible arm.
    """
    blocks: dict[str, list[Block]] = {}
    for block in sorted(stored.blocks, key=lambda block: block.index):
        blocks.setdefault(block.workload, []).append(block)
    drafts = [
        _draft_row(planned, series(planned, blocks.get(planned.slug, ())), stored.run.plan.threads)
        for planned in stored.run.plan.workloads
    ]
    q_values = _q_values(drafts)
    failures = {failure.workload: failure for failure in reversed(stored.failures)}
    rows = tuple(
        _row(draft, q_values, failures.get(draft.planned.slug), pinned=stored.run.pinned)
        for draft in drafts
    )
    return Report(
        stored=stored,
        rows=rows,
        means=_means(drafts, rows),
        series={draft.planned.slug: draft.series for draft in drafts},
    )


def _named(threads: int) -> dict[str, tuple[str, str, str]]:
    """Return arm, base and kind of every comparison a row has a field for."""
    ft, gil = f"ft-threads-{threads}", f"gil-threads-{threads}"
    return {
        "single": ("ft-single", "gil-single", "time"),
        "threads": (ft, gil, "time"),
        "user_speedup": (ft, "gil-single", "speedup"),
        "self_speedup": (ft, "ft-single", "speedup"),
        "gil_speedup": (gil, "gil-single", "speedup"),
        "efficiency": (f"ft-processes-{threads}", ft, "efficiency"),
        "against_gil_processes": (ft, f"gil-processes-{threads}", "time"),
    }


def _other(planned: PlannedWorkload, threads: int) -> Iterable[tuple[str, str, str]]:
    """Yield what else the planned arms allow to compare."""
    known = {pair[:2] for pair in _named(threads).values()}
    if "ft-gil-on-single" in planned.arms:
        yield "ft-gil-on-single", "gil-single", "time"
    for name in planned.arms:
        arm = Arm.parse(name)
        if arm.again:
            continue
        if arm.mode is Mode.INTERPRETERS:
            yield name, str(Arm(arm.build, Mode.THREADS, arm.workers, arm.gil_on)), "time"
        if arm.mode is not Mode.SINGLE and (name, "gil-single") not in known:
            yield name, "gil-single", "speedup"


def _draft_row(planned: PlannedWorkload, measured: Series, threads: int) -> _DraftRow:
    def drafts(pairs: Iterable[tuple[str, str, str]]) -> tuple[_Draft, ...]:
        made = (_draft(measured, *pair) for pair in pairs)
        return tuple(draft for draft in made if draft is not None)

    named = {field: _draft(measured, *pair) for field, pair in _named(threads).items()}
    copies = [name for name in planned.arms if Arm.parse(name).again]
    return _DraftRow(
        planned=planned,
        series=measured,
        named={field: draft for field, draft in named.items() if draft is not None},
        again=drafts((name, name.removesuffix("-again"), "time") for name in copies),
        others=drafts(_other(planned, threads)),
    )


def _draft(measured: Series, arm: str, base: str, kind: str) -> _Draft | None:
    logs = (measured.log_speedup if kind == "speedup" else measured.contrast)(arm, base)
    if not logs:
        return None
    return _Draft(
        arm=arm,
        base=base,
        kind=kind,
        estimate=ratio_interval(logs),
        equivalence=equivalence_p(logs),
    )


def _q_values(drafts: Sequence[_DraftRow]) -> dict[int, float]:
    """Return q values by identity of the draft.

    A family per kind, and one of the A/A pairs: they answer another question, and their many true
    nulls would change what the real comparisons have to pass.
    """
    kinds: dict[str, list[_Draft]] = {}
    for row in drafts:
        for draft in (*row.named.values(), *row.others):
            kinds.setdefault(draft.kind, []).append(draft)
        kinds.setdefault("again", []).extend(row.again)
    by_draft: dict[int, float] = {}
    for compared in kinds.values():
        tested = [draft for draft in compared if draft.testable]
        q_values = benjamini_hochberg([draft.estimate.p for draft in tested])
        by_draft.update((id(draft), q) for draft, q in zip(tested, q_values, strict=True))
    return by_draft


def _comparison(draft: _Draft, q_values: dict[int, float], floor: float | None) -> Comparison:
    estimate, q = draft.estimate, q_values.get(id(draft), 1.0)
    if draft.kind == "time" or not draft.testable:
        verdict = judge(estimate, q, draft.equivalence, floor)
    else:
        verdict = Verdict.NOT_JUDGED
    return Comparison(
        arm=draft.arm,
        base=draft.base,
        ratio=estimate.ratio,
        low=estimate.low,
        high=estimate.high,
        k=estimate.k,
        p=estimate.p,
        q=q,
        verdict=verdict,
        kind=draft.kind,
    )


def _row(
    draft: _DraftRow, q_values: dict[int, float], failure: Failure | None, *, pinned: bool
) -> Row:
    floors = {single: draft.floor(single=single) for single in (True, False)}

    def field(name: str) -> Comparison | None:
        pair = draft.named.get(name)
        return _comparison(pair, q_values, floors[_single(pair.arm)]) if pair else None

    builds = [
        (pair.arm, pair.base) for name in ("single", "threads") if (pair := draft.named.get(name))
    ]
    return Row(
        slug=draft.planned.slug,
        group=draft.planned.group,
        times=_times(draft.series),
        single=field("single"),
        threads=field("threads"),
        user_speedup=field("user_speedup"),
        self_speedup=field("self_speedup"),
        gil_speedup=field("gil_speedup"),
        efficiency=field("efficiency"),
        against_gil_processes=field("against_gil_processes"),
        # The floor is made of these pairs: judged by it, none could ever differ.
        again=tuple(_comparison(pair, q_values, None) for pair in draft.again),
        floor=floors[True],
        threads_floor=floors[False],
        flags=flags(draft.series, builds, pinned=pinned),
        blocks=len(draft.series.blocks),
        failure=failure,
        others=tuple(
            _comparison(pair, q_values, floors[_single(pair.arm)]) for pair in draft.others
        ),
        disturbed=draft.series.disturbed,
        whole=_whole(draft),
        split=_split(draft),
    )


def _whole(draft: _DraftRow) -> Estimate | None:
    single = draft.named.get("single")
    if draft.series.disturbed is None or single is None:
        return None
    return ratio_interval(draft.series.whole_contrast(single.arm, single.base))


def _split(draft: _DraftRow) -> Split | None:
    single = draft.named.get("single")
    return split(draft.series, single.arm, single.base) if single else None


def _times(measured: Series) -> tuple[ArmTime, ...]:
    times = []
    for name, (_, blocks) in measured.arms.items():
        if blocks:
            values = [time for block in blocks.values() for time in block.times]
            means = [mean(block.times) for block in blocks.values()]
            low, high = mean_interval(means)
            times.append(
                ArmTime(
                    arm=name,
                    median=statistics.median(values),
                    mean=mean(means),
                    low=low,
                    high=high,
                    slices=len(values),
                )
            )
    return tuple(times)


def _means(drafts: Sequence[_DraftRow], rows: Sequence[Row]) -> tuple[FamilyMean, ...]:
    """Average the single-thread ratios of each family; a failed workload is no part of its family."""
    samples: dict[Family, list[list[float]]] = {}
    for draft, row in zip(drafts, rows, strict=True):
        if row.failure is None and row.single is not None and row.single.k >= 2:
            d = draft.series.contrast(row.single.arm, row.single.base)
            samples.setdefault(family(row), []).append(d)
    means = []
    for shared, sample in samples.items():
        interval = group_mean(sample)
        means.append(
            FamilyMean(
                family=shared,
                ratio=interval.ratio,
                low=interval.low,
                high=interval.high,
                workloads=len(sample),
            )
        )
    return tuple(means)
