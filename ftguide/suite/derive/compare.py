"""What differs between two runs: the same ratio measured twice, and the interval of the change.

Two runs share no blocks, so their logarithms are independent samples and Welch's interval applies.
Pure. Used by `python -m ftguide compare`, and to set a local run beside the published one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ftguide.machine import Machine
from ftguide.statistics.estimates import (
    Estimate,
    agree,
    benjamini_hochberg,
    ratio_interval,
    welch_interval,
)
from ftguide.suite.derive.series import Series, series
from ftguide.suite.derive.verdicts import SIGNIFICANT
from ftguide.suite.record.model import PlannedWorkload, Run, StoredRun
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Differences:
    """Everything that two runs let us compare."""

    changes: tuple[Change, ...]
    left_out: tuple[str, ...]  #: workloads and arms that cannot be compared, and why
    conditions: tuple[str, ...]  #: what else differs: machine, interpreters, suite, in words

    def change(self, slug: str, arm: str, base: str) -> Change | None:
        """Return one change, None when the runs have it not in common."""
        for one in self.changes:
            if (one.slug, one.arm, one.base) == (slug, arm, base):
                return one
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


def compare(before: StoredRun, after: StoredRun) -> Differences:
    """Compare two runs, workload by workload, in the order of the later plan.

    A workload is compared only when both runs measured the same version and source hash of it, with
    as many threads.
    """
    left_out: list[str] = []
    drafts: list[tuple[str, str, str, str, list[float], list[float]]] = []
    threads = after.run.plan.threads
    known = {one.slug: one for one in before.run.plan.workloads}
    for planned in after.run.plan.workloads:
        old = known.get(planned.slug)
        if old is None:
            left_out.append(f"{planned.slug}: only in {after.run.run_id}")
            continue
        if (old.version, old.source_hash) != (planned.version, planned.source_hash):
            left_out.append(f"{planned.slug}: the runs measured different code")
            continue
        one = series(old, before.of(planned.slug))
        two = series(planned, after.of(planned.slug))
        for arm, base, kind in pairs_of(planned, threads):
            x, y = _logs(one, arm, base, kind), _logs(two, arm, base, kind)
            if len(x) >= 2 and len(y) >= 2:
                drafts.append((planned.slug, arm, base, kind, x, y))
            else:
                left_out.append(f"{planned.slug} {arm}/{base}: fewer than two blocks in a run")
    left_out += [
        f"{slug}: only in {before.run.run_id}"
        for slug in known
        if slug not in {one.slug for one in after.run.plan.workloads}
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
        conditions=tuple(conditions(before.run, after.run)),
    )


def _logs(measured: Series, arm: str, base: str, kind: str) -> list[float]:
    return (measured.log_speedup if kind == "speedup" else measured.contrast)(arm, base)


def conditions(before: Run, after: Run) -> Iterator[str]:
    """Say what else differs between two runs: a change of these is a reason for any change of ratios."""
    for build in Build:
        x, y = before.interpreters[build], after.interpreters[build]
        if x.binary_sha256 != y.binary_sha256:
            yield (
                f"another {build.words} binary: {x.version}, {x.compiler} before, "
                f"{y.version}, {y.compiler} after"
            )
    one, two = before.machine, after.machine
    if one.fingerprint != two.fingerprint:
        yield f"another machine: {_machine(one)} before, {_machine(two)} after"
    for name, old, new in (
        ("preset", before.plan.preset, after.plan.preset),
        ("threads", str(before.plan.threads), str(after.plan.threads)),
        ("suite version", before.suite.version, after.suite.version),
    ):
        if old != new:
            yield f"another {name}: {old} before, {new} after"


def _machine(one: Machine) -> str:
    return f"{one.cpu_model} with {one.usable_cpus} usable CPU{'s' if one.usable_cpus != 1 else ''}"


def repeated(changes: Sequence[Change]) -> tuple[int, int]:
    """Return how many changes lie within their two half-widths, and how many there are."""
    return sum(one.repeats for one in changes), len(changes)
