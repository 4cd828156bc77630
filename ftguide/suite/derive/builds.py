"""One ratio on several pairs of binaries: how much of "the overhead" belongs to the compiler. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ftguide.ground.vocabulary import Build
from ftguide.statistics.estimates import Estimate, Interval, group_mean, ratio_interval
from ftguide.suite.derive.derived import Derived
from ftguide.suite.derive.families import Family, family
from ftguide.suite.derive.verdicts import ArmPair
from ftguide.suite.record.model import Run

ARM, BASE = "ft-single", "gil-single"

#: Slug, version and source hash: results of other code are other results.
_Code = tuple[str, int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A pair of binaries on a machine, and the run that measured it."""

    run_id: str
    machine: str
    python: str
    compiler: str
    binaries: tuple[str, ...]  #: their SHA-256, in the order of `Build`

    @property
    def measured(self) -> tuple[str, ...]:
        """What two runs of one pair have in common."""
        return self.machine, *self.binaries


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """The geometric means of one family on several pairs."""

    family: Family
    slugs: tuple[str, ...]  #: what they are means of
    intervals: tuple[Interval, ...]  #: in the order of the pairs

    @property
    def low(self) -> float:
        """The smallest mean."""
        return min(interval.ratio for interval in self.intervals)

    @property
    def high(self) -> float:
        """The largest mean."""
        return max(interval.ratio for interval in self.intervals)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensitivity:
    """The one-thread ratios of one group on several pairs."""

    group: str
    pairs: tuple[Pair, ...]
    ratios: Mapping[str, tuple[Estimate, ...]]  #: by workload, in the order of `pairs`
    means: tuple[Means, ...]  #: of workloads that all pairs have, with the same code; never empty

    def of(self, key: str) -> Means | None:
        """Return the means of a family by its key."""
        return next((means for means in self.means if means.family.key == key), None)


def pair_of(run: Run) -> Pair:
    """Say which binaries a run measured, and where."""
    gil = run.interpreters[Build.GIL]
    return Pair(
        run_id=run.run_id,
        machine=run.machine.name,
        python=gil.version,
        compiler=gil.compiler,
        binaries=tuple(run.interpreters[build].binary_sha256 for build in Build),
    )


def sensitivity(runs: Sequence[Derived], group: str) -> Sensitivity | None:
    """Compare the pairs that runs measured; None when they have no workload of the group in common.

    Only workloads that every run has count, or a mean would move because its members did.
    """
    logs: list[dict[_Code, list[float]]] = []
    families: dict[_Code, Family] = {}
    for report in runs:
        own = {}
        for planned in report.stored.run.plan.workloads:
            if planned.group != group:
                continue
            d = report.logs(planned.slug, ArmPair(ARM, BASE))
            if len(d) >= 2:
                code = (planned.slug, planned.version, planned.source_hash)
                own[code], families[code] = d, family(planned)
        logs.append(own)
    parts: dict[Family, list[_Code]] = {}
    for code, of in families.items():
        if all(code in own for own in logs):
            parts.setdefault(of, []).append(code)
    if not parts:
        return None
    return Sensitivity(
        group=group,
        pairs=tuple(pair_of(report.stored.run) for report in runs),
        ratios={
            code[0]: tuple(ratio_interval(own[code]) for own in logs)
            for codes in parts.values()
            for code in codes
        },
        means=tuple(
            Means(
                family=of,
                slugs=tuple(code[0] for code in codes),
                intervals=tuple(
                    _mean(report, of, [own[code] for code in codes])
                    for report, own in zip(runs, logs, strict=True)
                ),
            )
            for of, codes in parts.items()
        ),
    )


def _mean(report: Derived, of: Family, samples: Sequence[Sequence[float]]) -> Interval:
    """Return a run's mean of some of a family's workloads; resampled only where they are not all it has."""
    for known in report.means:
        if known.family == of and known.workloads == len(samples):
            return Interval(ratio=known.ratio, low=known.low, high=known.high)
    return group_mean(samples)
