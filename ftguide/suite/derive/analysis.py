"""From a stored run to the rows of its tables: ratios, intervals, floors, verdicts, flags.

Pure: the same run gives the same report, byte for byte. Terminal, pages and exports all draw from
the `Report` built here, so a number cannot differ between them.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from ftguide.ground.vocabulary import Arm, Mode
from ftguide.statistics.estimates import (
    Estimate,
    Interval,
    benjamini_hochberg,
    equivalence_p,
    group_mean,
    mean,
    mean_interval,
    ratio_interval,
)
from ftguide.suite.derive.families import Family, family
from ftguide.suite.derive.flag import Flag
from ftguide.suite.derive.flags import flags
from ftguide.suite.derive.lines import FIELDS, LineRow, on_line, steps
from ftguide.suite.derive.neighbour import Split, split
from ftguide.suite.derive.series import Series, series
from ftguide.suite.derive.verdicts import ArmPair, Comparison, ComparisonKind, Verdict, judge
from ftguide.suite.record.model import Block, Failure, PlannedWorkload, StoredRun


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmTime:
    """Time per unit of work of one arm, in seconds."""

    arm: str
    median: float
    mean: float
    low: float  #: 95 % interval of the mean over blocks
    high: float
    values: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Everything a table says about one workload."""

    slug: str
    group: str
    times: tuple[ArmTime, ...]
    single: Comparison | None = None  #: ft-single / gil-single, time
    threads: Comparison | None = None  #: ft-threads-n / gil-threads-n, time
    user_speedup: Comparison | None = None  #: throughput ft-threads-n / gil-single
    self_speedup: Comparison | None = None  #: throughput ft-threads-n / ft-single
    gil_speedup: Comparison | None = None  #: throughput gil-threads-n / gil-single
    efficiency: Comparison | None = None  #: T(ft-processes-n) / T(ft-threads-n)
    against_gil_processes: Comparison | None = None  #: ft-threads-n / gil-processes-n, time
    replicates: tuple[Comparison, ...]  #: the A/A pairs, each x-again / x; judged without a floor
    others: tuple[Comparison, ...]  #: ratios of further arms: GIL on again, other modes
    floor: float | None  #: noise floor of single arms as |ln r|; None without A/A copies
    threads_floor: float | None  #: the same of arms with several workers
    flags: tuple[Flag, ...]  #: noise flags
    blocks: int
    failure: Failure | None
    #: Of a row read from its typical laps: the share of disturbed ones, and what `single` is with all time.
    disturbed: float | None = None
    whole: Estimate | None = None
    split: Split | None = None  #: `single` by whether a neighbour shared the core; None if unknown
    lines: tuple[LineRow, ...] = ()  #: the lines beside the main one, from the oldest to the newest
    steps: tuple[Comparison, ...] = ()  #: each line against the one before, by line

    def floor_of(self, comparison: Comparison) -> float | None:
        """Return the noise floor that a comparison is judged by."""
        arms = Arm.parse(comparison.arm), Arm.parse(comparison.base)
        rows: list[Row | LineRow] = [self] if any(not arm.line for arm in arms) else []
        rows += [row for row in self.lines if any(arm.line == row.line for arm in arms)]
        single = arms[0].mode is Mode.SINGLE
        return _largest(row.floor if single else row.threads_floor for row in rows)

    @property
    def of_lines(self) -> tuple[Comparison, ...]:
        """One thread's ratios beside the main line's own: FT/GIL of other lines, and the steps."""
        within = [line.single for line in self.lines if line.single is not None]
        return *within, *(step for step in self.steps if _single(step.arm))

    @property
    def comparisons(self) -> tuple[Comparison, ...]:
        """Everything that was compared, in the order of the fields."""
        values = [getattr(self, name) for name in self.__slots__]
        named = [value for value in values if isinstance(value, Comparison)]
        lines = [comparison for line in self.lines for comparison in line.comparisons]
        return *named, *self.replicates, *self.others, *lines, *self.steps

    def comparison(self, arm: str, base: str) -> Comparison | None:
        """Return the comparison of two arms whatever its kind, None when it was not measured."""
        pairs = {(each.arm, each.base): each for each in reversed(self.comparisons)}
        return pairs.get((arm, base))


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyMean(Interval):
    """Geometric mean of one family's single-thread ratios, bootstrap interval over blocks."""

    family: Family
    workloads: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LineMean(FamilyMean):
    """The same of another ratio: FT/GIL of a line beside the main one, or a line against the one before."""

    arm: str
    base: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All rows of a run."""

    stored: StoredRun
    rows: tuple[Row, ...]
    means: tuple[FamilyMean, ...]  #: by family, in the order of the rows
    series: Mapping[str, Series]  #: what the rows are made from, by workload
    line_means: tuple[LineMean, ...] = ()  #: of single-thread ratios, by family and then by ratio

    def row(self, slug: str) -> Row:
        """Return one workload's row; raises `KeyError` when the run does not have it."""
        return {row.slug: row for row in reversed(self.rows)}[slug]

    def logs(self, slug: str, pair: ArmPair) -> list[float]:
        """Return per block the logarithm of what a pair compares; raises `KeyError` as `row` does."""
        return self.series[slug].logs(pair)


@dataclass(slots=True, kw_only=True)
class _Draft:
    """A comparison whose q value waits for the rest of the run."""

    pair: ArmPair
    estimate: Estimate
    equivalence: float
    q: float = 1.0

    @property
    def testable(self) -> bool:
        return self.estimate.k >= 2

    @property
    def single(self) -> bool:
        return _single(self.pair.arm)

    def judged(self, floor: float | None) -> Comparison:
        verdict = Verdict.NOT_JUDGED
        if self.pair.kind in {ComparisonKind.TIME, ComparisonKind.LINE} or not self.testable:
            verdict = judge(self.estimate, self.q, self.equivalence, floor)
        return Comparison(**self.pair._asdict(), **asdict(self.estimate), q=self.q, verdict=verdict)


@dataclass(frozen=True, slots=True, kw_only=True)
class _DraftRow:
    planned: PlannedWorkload
    series: Series
    named: Mapping[
        str, Mapping[str, _Draft]
    ]  #: by line as arms call it, then by the field of `Row`
    replicates: Sequence[_Draft]
    others: Sequence[_Draft]
    steps: Sequence[_Draft]

    def floor(self, line: str, *, single: bool) -> float | None:
        """Return the larger of a line's A/A pairs' |ln r| + half-width, single arms and others apart.

        A line that has none is judged by those of the others.
        """
        floors = {
            draft.pair.arm: abs(math.log(draft.estimate.ratio)) + draft.estimate.half_width
            for draft in self.replicates
            if draft.testable and draft.single is single
        }
        own = [floor for arm, floor in floors.items() if Arm.parse(arm).line == line]
        return _largest(own or floors.values())

    def judged(self, draft: _Draft) -> Comparison:
        """Judge a comparison by the floors of the lines of its arms."""
        lines = {Arm.parse(name).line for name in draft.pair[:2]}
        return draft.judged(_largest(self.floor(line, single=draft.single) for line in lines))

    def replicates_of(self, line: str) -> tuple[Comparison, ...]:
        """Return the A/A pairs of a line."""
        # The floor is made of these pairs: judged by it, none could ever differ.
        own = [each for each in self.replicates if Arm.parse(each.pair.arm).line == line]
        return tuple(draft.judged(None) for draft in own)


def _largest(floors: Iterable[float | None]) -> float | None:
    return max((floor for floor in floors if floor is not None), default=None)


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
    run = stored.run
    lines = [*run.in_order.values()] if run.lines else [""]
    drafts = [
        _draft_row(series(planned, blocks.get(planned.slug, ())), run.plan.threads, lines)
        for planned in run.plan.workloads
    ]
    _correct(drafts)
    failures = {failure.workload: failure for failure in reversed(stored.failures)}
    rows = tuple(
        _row(draft, failures.get(draft.planned.slug), pinned=run.pinned) for draft in drafts
    )
    return Report(
        stored=stored,
        rows=rows,
        means=tuple(
            FamilyMean(family=shared, workloads=len(sample), **asdict(group_mean(sample)))
            for (shared, *_), sample in _samples(drafts, rows, lambda row: [row.single]).items()
        ),
        line_means=tuple(
            LineMean(
                family=shared,
                workloads=len(sample),
                arm=arm,
                base=base,
                **asdict(group_mean(sample)),
            )
            for (shared, arm, base), sample in _samples(
                drafts, rows, lambda row: row.of_lines
            ).items()
        ),
        series={draft.planned.slug: draft.series for draft in drafts},
    )


def _named(threads: int) -> dict[str, ArmPair]:
    """Return what every field of a row compares."""
    ft, gil = f"ft-threads-{threads}", f"gil-threads-{threads}"
    return {
        "single": ArmPair("ft-single", "gil-single"),
        "threads": ArmPair(ft, gil),
        "user_speedup": ArmPair(ft, "gil-single", ComparisonKind.SPEEDUP),
        "self_speedup": ArmPair(ft, "ft-single", ComparisonKind.SPEEDUP),
        "gil_speedup": ArmPair(gil, "gil-single", ComparisonKind.SPEEDUP),
        "efficiency": ArmPair(f"ft-processes-{threads}", ft, ComparisonKind.EFFICIENCY),
        "against_gil_processes": ArmPair(ft, f"gil-processes-{threads}"),
    }


def _others(planned: PlannedWorkload, threads: int) -> Iterator[ArmPair]:
    """Yield what else the planned arms allow to compare."""
    known = {(pair.arm, pair.base) for pair in _named(threads).values()}
    if "ft-gil-on-single" in planned.arms:
        yield ArmPair("ft-gil-on-single", "gil-single")
    for name in planned.arms:
        arm = Arm.parse(name)
        if arm.replicate or arm.line:
            continue
        if arm.mode is Mode.INTERPRETERS:
            yield ArmPair(name, str(Arm(arm.build, Mode.THREADS, arm.workers, arm.gil_on)))
        if arm.mode is not Mode.SINGLE and (name, "gil-single") not in known:
            yield ArmPair(name, "gil-single", ComparisonKind.SPEEDUP)


def _draft_row(measured: Series, threads: int, lines: Sequence[str]) -> _DraftRow:
    def drafts(pairs: Iterable[ArmPair]) -> dict[ArmPair, _Draft]:
        return {
            pair: _Draft(pair=pair, estimate=ratio_interval(d), equivalence=equivalence_p(d))
            for pair in pairs
            if (d := measured.logs(pair))
        }

    def named(line: str) -> dict[str, _Draft]:
        pairs = _named(threads)
        if line:
            pairs = {field: on_line(pairs[field], line) for field in FIELDS}
        made = drafts(pairs.values())
        return {field: made[pair] for field, pair in pairs.items() if pair in made}

    planned = measured.planned
    copies = [arm for arm in map(Arm.parse, planned.arms) if arm.replicate]
    replicates = [ArmPair(str(arm), str(replace(arm, replicate=False))) for arm in copies]
    return _DraftRow(
        planned=planned,
        series=measured,
        named={line: named(line) for line in lines},
        replicates=[*drafts(replicates).values()],
        others=[*drafts(_others(planned, threads)).values()],
        steps=[*drafts(steps(planned.arms, lines)).values()],
    )


def _correct(rows: Sequence[_DraftRow]) -> None:
    """Fill the q values in.

    A family per kind, and one of the A/A pairs: they answer another question, and their many true
    nulls would change what the real comparisons have to pass.
    """
    kinds: dict[ComparisonKind | None, list[_Draft]] = {}
    for row in rows:
        named = [draft for of_line in row.named.values() for draft in of_line.values()]
        for draft in (*named, *row.others, *row.steps):
            kinds.setdefault(draft.pair.kind, []).append(draft)
        kinds.setdefault(None, []).extend(row.replicates)
    for compared in kinds.values():
        tested = [draft for draft in compared if draft.testable]
        q_values = benjamini_hochberg([draft.estimate.p for draft in tested])
        for draft, q in zip(tested, q_values, strict=True):
            draft.q = q


def _row(row: _DraftRow, failure: Failure | None, *, pinned: bool) -> Row:
    def judged(line: str) -> dict[str, Any]:
        """Return the fields that all lines have."""
        return {
            **{field: row.judged(draft) for field, draft in row.named[line].items()},
            "replicates": row.replicates_of(line),
            "floor": row.floor(line, single=True),
            "threads_floor": row.floor(line, single=False),
        }

    builds = [
        draft.pair[:2]
        for line in sorted(row.named)  # the main line first
        for field, draft in row.named[line].items()
        if field in {"single", "threads"}
    ]
    measured, whole, parts = row.series, None, None
    if "single" in row.named[""]:
        arm, base, _ = row.named[""]["single"].pair
        parts = split(measured, arm, base)
        if measured.disturbed is not None:
            whole = ratio_interval(measured.whole_contrast(arm, base))
    return Row(
        slug=row.planned.slug,
        group=row.planned.group,
        times=_times(measured),
        **judged(""),
        flags=flags(measured, builds, [draft.pair[:2] for draft in row.steps], pinned=pinned),
        blocks=len(measured.blocks),
        failure=failure,
        others=tuple(map(row.judged, row.others)),
        disturbed=measured.disturbed,
        whole=whole,
        split=parts,
        lines=tuple(LineRow(line=line, **judged(line)) for line in row.named if line),
        steps=tuple(map(row.judged, row.steps)),
    )


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
                    values=len(values),
                )
            )
    return tuple(times)


def _samples(
    drafts: Sequence[_DraftRow],
    rows: Sequence[Row],
    chosen: Callable[[Row], Iterable[Comparison | None]],
) -> dict[tuple[Family, str, str], list[list[float]]]:
    """Collect single-thread log ratios by family, arm and base.

    A failed workload is no part of its family.
    """
    samples: dict[tuple[Family, str, str], list[list[float]]] = {}
    for draft, row in zip(drafts, rows, strict=True):
        for each in chosen(row):
            if row.failure is None and each is not None and each.k >= 2:
                d = draft.series.contrast(each.arm, each.base)
                samples.setdefault((family(row), each.arm, each.base), []).append(d)
    return samples
