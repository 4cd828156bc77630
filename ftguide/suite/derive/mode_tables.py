"""What should I use? The ways to run one workload side by side: speed, memory, start. Pure."""

from __future__ import annotations

import statistics
from dataclasses import dataclass

from ftguide.ground.vocabulary import Arm, Build
from ftguide.statistics.estimates import Estimate, ratio_interval
from ftguide.suite.derive.analysis import Report
from ftguide.suite.derive.series import Series
from ftguide.suite.record.model import Cost


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
    arms = {name: Arm.parse(name) for name in planned.arms if measured.of(name)}
    names = [name for name, arm in arms.items() if not (arm.replicate or arm.gil_on or arm.line)]
    if len(names) < 2 or "gil-single" not in names:
        return None
    fastest: set[str] = set()
    for build in Build:
        fastest |= _fastest(measured, [name for name in names if arms[name].build is build])
    compared = tuple(
        Way(
            arm=name,
            throughput=ratio_interval(measured.log_speedup(name, "gil-single")),
            start_seconds=_start(costs.get(name)),
            peak_pss_bytes=costs[name].peak_pss_bytes if name in costs else None,
            fastest=name in fastest,
        )
        for name in names
    )
    return Ways(slug=slug, ways=compared, left_out=dict(planned.without))


def _fastest(measured: Series, names: list[str]) -> set[str]:
    """Return the fastest of these arms with all that cannot be told apart from it."""
    speed = {name: ratio_interval(measured.log_speedup(name, "gil-single")).ratio for name in names}
    best = max(names, key=lambda name: speed[name], default="")
    behind = {name: ratio_interval(measured.log_speedup(name, best)).high for name in names}
    return {name for name in names if name == best or behind[name] >= 1}


def _start(cost: Cost | None) -> float | None:
    return statistics.median(cost.start_seconds) if cost and cost.start_seconds else None
