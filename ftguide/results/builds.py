"""One ratio on several pairs of binaries: how much of "the overhead" belongs to the compiler. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ftguide.interpreters.model import Build
from ftguide.results.model import StoredRun
from ftguide.results.series import series
from ftguide.results.statistics import Estimate, Interval, group_mean, ratio_interval

ARM, BASE = "ft-single", "gil-single"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A pair of binaries on a machine, and the run that measured it."""

    run_id: str
    machine: str
    python: str
    compiler: str
    binaries: tuple[str, ...]  #: their SHA-256, in the order of `Build`


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensitivity:
    """The one-thread ratios of one group on several pairs."""

    group: str
    pairs: tuple[Pair, ...]
    slugs: tuple[str, ...]  #: workloads that all pairs have, with the same code
    ratios: Mapping[str, tuple[Estimate, ...]]  #: by workload, in the order of `pairs`
    means: tuple[Interval, ...]  #: geometric means over `slugs`, in the order of `pairs`
    without: tuple[str, ...] = ()  #: those of `slugs` that a second mean leaves out
    means_without: tuple[Interval, ...] = ()  #: that mean; empty if it leaves out none, or all

    @property
    def low(self) -> float:
        """The smallest mean."""
        return min(one.ratio for one in self.means)

    @property
    def high(self) -> float:
        """The largest mean."""
        return max(one.ratio for one in self.means)


def pair_of(stored: StoredRun) -> Pair:
    """Say which binaries a run measured, and where."""
    facts = stored.run.interpreters
    gil = facts[Build.GIL]
    return Pair(
        run_id=stored.run.run_id,
        machine=stored.run.machine.name,
        python=gil.version,
        compiler=gil.compiler,
        binaries=tuple(facts[build].binary_sha256 for build in Build),
    )


def newest_of_each(runs: Sequence[StoredRun]) -> list[StoredRun]:
    """Return the first run of every pair of binaries and machine, in the order given (newest first)."""
    seen: set[tuple[str, ...]] = set()
    found = []
    for stored in runs:
        pair = pair_of(stored)
        key = (pair.machine, *pair.binaries, stored.run.suite.version)
        if key not in seen:
            seen.add(key)
            found.append(stored)
    return found


def sensitivity(
    runs: Sequence[StoredRun], group: str, without: Sequence[str] = ()
) -> Sensitivity | None:
    """Compare the pairs that runs measured; None when they have no workload of the group in common.

    Only workloads that every run has count, or a mean would move because its members did. A second mean
    leaves the workloads `without` out, for comparison with a suite that is composed in another way.
    """
    logs: list[dict[tuple[str, int, str], list[float]]] = []
    for stored in runs:
        own = {}
        for planned in stored.run.plan.workloads:
            if planned.group == group:
                d = series(planned, stored.of(planned.slug)).contrast(ARM, BASE)
                if len(d) >= 2:
                    own[planned.slug, planned.version, planned.source_hash] = d
        logs.append(own)
    if not logs:
        return None
    common = [key for key in logs[0] if all(key in own for own in logs)]
    if not common:
        return None
    rest = [key for key in common if key[0] not in without]
    some = 0 < len(rest) < len(common)
    return Sensitivity(
        group=group,
        pairs=tuple(map(pair_of, runs)),
        slugs=tuple(key[0] for key in common),
        ratios={key[0]: tuple(ratio_interval(own[key]) for own in logs) for key in common},
        means=tuple(group_mean([own[key] for key in common]) for own in logs),
        without=tuple(key[0] for key in common if key[0] in without),
        means_without=tuple(group_mean([own[key] for key in rest]) for own in logs if some),
    )
