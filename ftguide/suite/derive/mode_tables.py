"""What should I use? The ways to run one workload side by side: speed, memory, start. Pure."""

from __future__ import annotations

import statistics
from dataclasses import dataclass

from ftguide.statistics.estimates import Estimate, ratio_interval
from ftguide.suite.derive.analysis import Report
from ftguide.suite.derive.series import Series
from ftguide.suite.record.model import Cost
from ftguide.vocabulary import Arm, Build


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way to run a workload."""

    arm: str
    throughput: Estimate  #: of all workers, relative to one thread of the GIL-enabled build
    start_seconds: float | None  #: median; None where costs were not measured
    peak_pss_bytes: int | None
    #: Whether no other way on the same build was shown to be faster: the interval of its ratio to the
    #: fastest one includes 1, or it is the fastest itself.
    fastest: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """All ways of one workload that a run measured."""

    slug: str
    ways: tuple[Way, ...]  #: in the order of the plan
    left_out: dict[str, str]  #: modes that make no sense for the workload, and why

    def of(self, build: Build) -> tuple[Way, ...]:
        """Return the ways on one build."""
        return tuple(way for way in self.ways if Arm.parse(way.arm).build is build)


def ways(report: Report, slug: str) -> Ways | None:
    """Set the ways of a workload side by side; None below two.

    Raises `KeyError` for a workload that the run does not have.
    """
    measured = report.series[slug]
    planned = measured.planned
    costs = {
        cost.arm: cost
        for cost in report.stored.costs
        if (cost.workload, cost.version, cost.source_hash)
        == (slug, planned.version, planned.source_hash)
    }
    names = [name for name in planned.arms if _is_a_way(name) and measured.of(name)]
    if len(names) < 2 or "gil-single" not in names:
        return None
    best = {build: _fastest(measured, build, names) for build in Build}
    found = tuple(
        Way(
            arm=name,
            throughput=ratio_interval(measured.log_speedup(name, "gil-single")),
            start_seconds=_start(costs.get(name)),
            peak_pss_bytes=costs[name].peak_pss_bytes if name in costs else None,
            fastest=name in best[Arm.parse(name).build],
        )
        for name in names
    )
    return Ways(slug=slug, ways=found, left_out=dict(planned.without))


def _is_a_way(name: str) -> bool:
    arm = Arm.parse(name)
    return not arm.again and not arm.gil_on


def _fastest(measured: Series, build: Build, names: list[str]) -> set[str]:
    """Return the fastest arm of a build with all that cannot be told apart from it."""
    own = [name for name in names if Arm.parse(name).build is build]
    if not own:
        return set()
    speed = {name: ratio_interval(measured.log_speedup(name, "gil-single")).ratio for name in own}
    best = max(own, key=lambda name: speed[name])
    fastest = {best}
    for name in own:
        if name != best:
            behind = ratio_interval(measured.log_speedup(name, best))
            if behind.high >= 1:
                fastest.add(name)
    return fastest


def _start(cost: Cost | None) -> float | None:
    return statistics.median(cost.start_seconds) if cost and cost.start_seconds else None
