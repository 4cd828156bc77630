"""What differs between two runs: the same ratio measured twice, and the interval of the change.

Two runs share no blocks, so their logarithms are independent samples and Welch's interval applies.
Pure. Used by `python -m ftguide compare`, and to set a local run beside the published one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ftguide.ground.machine import Machine
from ftguide.ground.vocabulary import Arm
from ftguide.interpreters.model import Facts
from ftguide.statistics.estimates import (
    Estimate,
    agree,
    benjamini_hochberg,
    ratio_interval,
    welch_interval,
)
from ftguide.suite.derive.derived import Derived
from ftguide.suite.derive.lines import on_line, steps
from ftguide.suite.derive.verdicts import SIGNIFICANT, ArmPair, ComparisonKind
from ftguide.suite.record.model import PlannedWorkload, Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One ratio in two runs."""

    slug: str
    arm: str
    base: str
    kind: ComparisonKind
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Outdated:
    """A workload that is no longer what a run measured."""

    measured: tuple[int, str]  #: version and source hash
    declared: tuple[int, str] | None  #: the same of today's declaration, None without one


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
        changes = {(each.slug, each.arm, each.base): each for each in self.changes}
        return changes.get((slug, arm, base))


def pairs_of(planned: PlannedWorkload, threads: int) -> Iterator[ArmPair]:
    """Yield the ratios that are compared between runs."""
    processes = ArmPair(f"ft-processes-{threads}", f"ft-threads-{threads}")
    for pair in (ArmPair("ft-single", "gil-single"), *_threads(threads), processes):
        if {pair.arm, pair.base} <= set(planned.arms):
            yield pair


def _threads(threads: int) -> tuple[ArmPair, ...]:
    ft, gil = f"ft-threads-{threads}", f"gil-threads-{threads}"
    return ArmPair(ft, gil), ArmPair(ft, "gil-single", ComparisonKind.SPEEDUP)


def line_pairs(arms: Collection[str], before: Run, after: Run) -> Iterator[ArmPair]:
    """Yield the ratios of other lines that both runs have: FT/GIL of each, and each against the one before.

    Lines are set against each other only where the runs have the same main line: its arms do not spell it.
    """
    both = {line: name for line, name in after.in_order.items() if line in before.in_order}
    for line in both.values():
        for pair in (ArmPair("ft-single", "gil-single"), *_threads(after.plan.threads)):
            named = on_line(pair, line)
            if line and {named.arm, named.base} <= set(arms):
                yield named
    if before.main_line == after.main_line:
        yield from steps(sorted(arms, key=Arm.parse), both.values())


def compare(before: Derived, after: Derived) -> Differences:
    """Compare two runs, workload by workload, in the order of the later plan.

    A workload is compared only when both runs measured the same version and source hash of it, with
    as many threads.
    """
    earlier, later = before.stored.run, after.stored.run
    left_out: list[LeftOut] = []
    drafts: list[tuple[str, ArmPair, list[float], list[float]]] = []
    known = {planned.slug: planned for planned in earlier.plan.workloads}
    for planned in later.plan.workloads:
        slug, old = planned.slug, known.get(planned.slug)
        if old is None:
            left_out.append(LeftOut(slug=slug, obstacle=Obstacle.ONLY_IN, run_id=later.run_id))
            continue
        if (old.version, old.source_hash) != (planned.version, planned.source_hash):
            left_out.append(LeftOut(slug=slug, obstacle=Obstacle.OTHER_CODE))
            continue
        lines = line_pairs(set(old.arms) & set(planned.arms), earlier, later)
        for pair in (*pairs_of(planned, later.plan.threads), *lines):
            x, y = (run.logs(slug, pair) for run in (before, after))
            if len(x) >= 2 and len(y) >= 2:
                drafts.append((slug, pair, x, y))
            else:
                left_out.append(LeftOut(slug=slug, obstacle=Obstacle.FEW_BLOCKS, arms=pair[:2]))
    kept = {planned.slug for planned in later.plan.workloads}
    left_out += [
        LeftOut(slug=slug, obstacle=Obstacle.ONLY_IN, run_id=earlier.run_id)
        for slug in known
        if slug not in kept
    ]
    tested = [welch_interval(y, x) for *_, x, y in drafts]
    q_values = benjamini_hochberg([change.p for change in tested])
    changes = tuple(
        Change(
            slug=slug,
            **pair._asdict(),
            before=ratio_interval(x),
            after=ratio_interval(y),
            change=change,
            q=q,
        )
        for (slug, pair, x, y), change, q in zip(drafts, tested, q_values, strict=True)
    )
    return Differences(
        changes=changes,
        left_out=tuple(left_out),
        conditions=tuple(conditions(earlier, later)),
    )


def conditions(before: Run, after: Run) -> Iterator[Condition]:
    """Yield what else differs between two runs."""
    for target, old in before.targets.items():
        new = after.targets.get(target, old)
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
    return sum(change.repeats for change in changes), len(changes)
