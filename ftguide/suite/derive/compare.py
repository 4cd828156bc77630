"""What differs between two runs: the same ratio measured twice, and the interval of the change.

Two runs share no blocks, so their logarithms are independent samples and Welch's interval applies.
Pure. Used by `python -m ftguide compare`, and to set a local run beside the published one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ftguide.interpreters.model import Facts
from ftguide.machine import Machine
from ftguide.statistics.estimates import (
    Estimate,
    agree,
    benjamini_hochberg,
    ratio_interval,
    welch_interval,
)
from ftguide.suite.derive.analysis import Report
from ftguide.suite.derive.series import Series
from ftguide.suite.derive.verdicts import SIGNIFICANT
from ftguide.suite.record.model import PlannedWorkload, Run
from ftguide.vocabulary import Build


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One ratio in two runs."""

    slug: str
    arm: str
    base: str
    kind: str  #: "time" or "speedup", as in `Comparison`
    before: Estimate
    after: Estimate
    change: Estimate  #: after / before, Welch's interval
    q: float  #: Benjamini-Hochberg over all changes that could be tested

    @property
    def changed(self) -> bool:
        """Whether the two runs differ by more than their intervals explain."""
        return self.q < SIGNIFICANT and not self.change.low <= 1 <= self.change.high

    @property
    def repeats(self) -> bool:
        """Whether |ln after - ln before| is within the two half-widths, added in quadrature."""
        return agree(self.after, self.before)


class Obstacle(StrEnum):
    """Why two runs cannot be compared in something."""

    ONLY_IN = "only in"  #: one of the runs has the workload
    OTHER_CODE = "other code"
    FEW_BLOCKS = "few blocks"  #: fewer than two in one of the runs


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A workload, or two arms of it, that cannot be compared."""

    slug: str
    obstacle: Obstacle
    arms: tuple[str, ...] = ()  #: arm and base; empty for the whole workload
    run_id: str = ""  #: of the run that alone has it


class ConditionKind(StrEnum):
    """What may differ between two runs beside the ratios."""

    BINARY = "binary"
    MACHINE = "machine"
    PRESET = "preset"
    THREADS = "threads"
    SUITE = "suite version"


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """Something that differs: a reason for any change of ratios."""

    kind: ConditionKind
    before: Facts | Machine | str | int
    after: Facts | Machine | str | int


@dataclass(frozen=True, slots=True, kw_only=True)
class Differences:
    """Everything that two runs let us compare."""

    changes: tuple[Change, ...]
    left_out: tuple[LeftOut, ...]
    conditions: tuple[Condition, ...]  #: what else differs: machine, interpreters, suite

    def change(self, slug: str, arm: str, base: str) -> Change | None:
        """Return one change, None when the runs have it not in common."""
        for change in self.changes:
            if (change.slug, change.arm, change.base) == (slug, arm, base):
                return change
        return None


def pairs_of(planned: PlannedWorkload, threads: int) -> Iterator[tuple[str, str, str]]:
    """Yield arm, base and kind of the ratios that are compared between runs."""
    ft, gil = f"ft-threads-{threads}", f"gil-threads-{threads}"
    for arm, base, kind in (
        ("ft-single", "gil-single", "time"),
        (ft, gil, "time"),
        (ft, "gil-single", "speedup"),
        (f"ft-processes-{threads}", ft, "time"),
    ):
        if arm in planned.arms and base in planned.arms:
            yield arm, base, kind


def compare(before: Report, after: Report) -> Differences:
    """Compare two runs, workload by workload, in the order of the later plan.

    A workload is compared only when both runs measured the same version and source hash of it, with
    as many threads.
    """
    one, two = before.stored.run, after.stored.run
    left_out: list[LeftOut] = []
    drafts: list[tuple[str, str, str, str, list[float], list[float]]] = []
    known = {planned.slug: planned for planned in one.plan.workloads}
    for planned in two.plan.workloads:
        slug, old = planned.slug, known.get(planned.slug)
        if old is None:
            left_out.append(LeftOut(slug=slug, obstacle=Obstacle.ONLY_IN, run_id=two.run_id))
            continue
        if (old.version, old.source_hash) != (planned.version, planned.source_hash):
            left_out.append(LeftOut(slug=slug, obstacle=Obstacle.OTHER_CODE))
            continue
        for arm, base, kind in pairs_of(planned, two.plan.threads):
            x, y = (_logs(run.series[slug], arm, base, kind) for run in (before, after))
            if len(x) >= 2 and len(y) >= 2:
                drafts.append((slug, arm, base, kind, x, y))
            else:
                left_out.append(LeftOut(slug=slug, obstacle=Obstacle.FEW_BLOCKS, arms=(arm, base)))
    left_out += [
        LeftOut(slug=slug, obstacle=Obstacle.ONLY_IN, run_id=one.run_id)
        for slug in known
        if slug not in after.series
    ]
    tested = [welch_interval(y, x) for *_, x, y in drafts]
    q_values = benjamini_hochberg([one.p for one in tested])
    changes = tuple(
        Change(
            slug=slug,
            arm=arm,
            base=base,
            kind=kind,
            before=ratio_interval(x),
            after=ratio_interval(y),
            change=change,
            q=q,
        )
        for (slug, arm, base, kind, x, y), change, q in zip(drafts, tested, q_values, strict=True)
    )
    return Differences(
        changes=changes,
        left_out=tuple(left_out),
        conditions=tuple(conditions(one, two)),
    )


def _logs(measured: Series, arm: str, base: str, kind: str) -> list[float]:
    return (measured.log_speedup if kind == "speedup" else measured.contrast)(arm, base)


def conditions(before: Run, after: Run) -> Iterator[Condition]:
    """Yield what else differs between two runs."""
    for build in Build:
        old, new = before.interpreters[build], after.interpreters[build]
        if old.binary_sha256 != new.binary_sha256:
            yield Condition(kind=ConditionKind.BINARY, before=old, after=new)
    if before.machine.fingerprint != after.machine.fingerprint:
        yield Condition(kind=ConditionKind.MACHINE, before=before.machine, after=after.machine)
    pairs: tuple[tuple[ConditionKind, str | int, str | int], ...] = (
        (ConditionKind.PRESET, before.plan.preset, after.plan.preset),
        (ConditionKind.THREADS, before.plan.threads, after.plan.threads),
        (ConditionKind.SUITE, before.suite.version, after.suite.version),
    )
    for kind, was, became in pairs:
        if was != became:
            yield Condition(kind=kind, before=was, after=became)


def repeated(changes: Sequence[Change]) -> tuple[int, int]:
    """Return how many changes lie within their two half-widths, and how many there are."""
    return sum(one.repeats for one in changes), len(changes)
