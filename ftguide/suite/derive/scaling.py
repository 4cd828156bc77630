"""Scaling curves and their laws: Amdahl's and the Universal Scalability Law. Pure.

    X(n) = gamma n / (1 + sigma (n - 1) + kappa n (n - 1))

gamma is the throughput of one worker, sigma the share of work that is serial (contention), kappa the cost
of agreeing with every other worker (coherency); kappa = 0 is Amdahl's law (Gunther, "A general theory of
computational scalability based on rational functions", 2008). n / X(n) is linear in 1, (n - 1) and
n (n - 1), so weighted least squares with non-negative coefficients has a closed form, and weights 1 / y^2
make it a fit of relative errors.

A fit is an extrapolation people believe, so it is refused unless there is enough to stand on: at least
six counts of workers, the largest at least eight, every residual below five per cent.
"""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from ftguide.ground.vocabulary import Mode
from ftguide.statistics.estimates import SEED, Estimate, mean, ratio_interval
from ftguide.suite.derive.series import Series

FEWEST_COUNTS = 6
FEWEST_WORKERS = 8
WORST_RESIDUAL = 0.05
RESAMPLES = 400
LEVEL = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """Throughput of n workers relative to one, in one mode."""

    workers: int
    speedup: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """How a workload scales in one mode, on the free-threaded build."""

    slug: str
    mode: Mode
    points: tuple[Point, ...]  #: by workers, beginning with 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """A fitted law."""

    gamma: float
    sigma: float
    kappa: float
    residual: float  #: largest |ln measured / fitted|
    criterion: float  #: AICc; smaller is better

    def throughput(self, workers: int) -> float:
        """Return X(n)."""
        contention = self.sigma * (workers - 1)
        return self.gamma * workers / (1 + contention + self.kappa * workers * (workers - 1))

    @property
    def peak(self) -> float:
        """Workers beyond which more do harm; inf without coherency cost."""
        return math.sqrt((1 - self.sigma) / self.kappa) if self.kappa > 0 else math.inf


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """A law with intervals from resampled blocks."""

    law: Law
    sigma: tuple[float, float]
    kappa: tuple[float, float]
    #: Where throughput peaks, only when that is among the measured counts.
    peak: float | None


class Refusal(StrEnum):
    """A reason not to fit a law."""

    FEW_WORKERS = "few workers"  #: value: the largest count of workers
    FEW_COUNTS = "few counts"  #: value: how many counts of workers were measured
    MISFIT = "misfit"  #: value: the largest |ln measured / fitted| of the best law


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Why no law is fitted."""

    reason: Refusal
    value: float  #: as the reason says


def curve(measured: Series, mode: Mode) -> Curve | None:
    """Return the curve of a workload on the free-threaded build; None below two counts."""
    by_count = log_speedups(measured, mode)
    points = [Point(workers=n, speedup=ratio_interval(d)) for n, d in sorted(by_count.items())]
    if len(points) < 2:
        return None
    return Curve(slug=measured.planned.slug, mode=mode, points=tuple(points))


def log_speedups(measured: Series, mode: Mode) -> dict[int, list[float]]:
    """Return ln(X(n) / X(1)) per block by number of workers, 1 included where it was measured."""
    logs_by_count: dict[int, list[float]] = {}
    for name, (arm, blocks) in measured.arms.items():
        if blocks and name.startswith("ft-") and not (arm.replicate or arm.gil_on or arm.line):
            if arm.mode is mode:
                logs_by_count[arm.workers] = measured.log_speedup(name, "ft-single")
            elif arm.mode is Mode.SINGLE:
                logs_by_count[1] = [0.0] * len(blocks)
    return {n: logs for n, logs in logs_by_count.items() if logs}


def fit(measured: Series, mode: Mode) -> Fit | Refused:
    """Fit the law that the data prefer, or say why none is fitted."""
    by_count = log_speedups(measured, mode)
    refused = refusal(by_count)
    if refused is not None:
        return refused
    law = best_law({n: math.exp(mean(logs)) for n, logs in by_count.items()})
    if law.residual > WORST_RESIDUAL:
        return Refused(reason=Refusal.MISFIT, value=law.residual)
    chance = random.Random(SEED)
    laws = []
    for _ in range(RESAMPLES):
        resampled = {
            n: math.exp(mean([logs[int(chance.random() * len(logs))] for _ in logs]))
            for n, logs in by_count.items()
        }
        laws.append(solve(resampled, with_kappa=law.kappa > 0))
    return Fit(
        law=law,
        sigma=_ends([each.sigma for each in laws]),
        kappa=_ends([each.kappa for each in laws]),
        peak=law.peak if law.peak <= max(by_count) else None,
    )


def refusal(counts: Mapping[int, object]) -> Refused | None:
    """Say why these counts of workers are too few for a law, None when they are enough."""
    largest = max(counts, default=0)
    if largest < FEWEST_WORKERS:
        return Refused(reason=Refusal.FEW_WORKERS, value=largest)
    if len(counts) < FEWEST_COUNTS:
        return Refused(reason=Refusal.FEW_COUNTS, value=len(counts))
    return None


def best_law(throughput: Mapping[int, float]) -> Law:
    """Return Amdahl's law unless the coherency term earns its place by AICc."""
    laws = [solve(throughput, with_kappa=with_kappa) for with_kappa in (False, True)]
    return min(laws, key=lambda law: law.criterion)


def solve(throughput: Mapping[int, float], *, with_kappa: bool) -> Law:
    """Fit by weighted least squares; sigma and kappa are never negative."""
    points = sorted(throughput.items())
    ys = [n / x for n, x in points]
    columns = {
        "gamma": [1 / y for y in ys],
        "sigma": [(n - 1) / y for (n, _), y in zip(points, ys, strict=True)],
        "kappa": [n * (n - 1) / y for (n, _), y in zip(points, ys, strict=True)],
    }
    allowed = ("sigma", "kappa") if with_kappa else ("sigma",)
    best: tuple[float, dict[str, float]] = (math.inf, {})
    # Non-negative least squares by trying every set of terms: there are four at most.
    for size in range(len(allowed), -1, -1):
        for terms in itertools.combinations(allowed, size):
            names = ("gamma", *terms)
            solution = _least_squares([columns[name] for name in names])
            if solution is None or min(solution[1:], default=0.0) < 0 or solution[0] <= 0:
                continue
            rows = zip(*(columns[name] for name in names), strict=True)
            error = math.fsum((_dot(solution, row) - 1) ** 2 for row in rows)
            if error < best[0]:
                best = error, dict(zip(names, solution, strict=True))
    values = best[1]
    assert values, "a constant always fits"
    scale = values["gamma"]
    law = Law(
        gamma=1 / scale,
        sigma=values.get("sigma", 0.0) / scale,
        kappa=values.get("kappa", 0.0) / scale,
        residual=0.0,
        criterion=0.0,
    )
    residuals = [math.log(x / law.throughput(n)) for n, x in points]
    criterion = _aicc(residuals, parameters=3 if with_kappa else 2)
    return replace(law, residual=max(map(abs, residuals)), criterion=criterion)


def _aicc(residuals: Sequence[float], *, parameters: int) -> float:
    """Return Akaike's criterion corrected for few points; the variance counts as a parameter."""
    n, p = len(residuals), parameters + 1
    squares = max(math.fsum(r * r for r in residuals), 1e-18)  # a perfect fit has no logarithm
    if n - p - 1 <= 0:
        return math.inf
    return n * math.log(squares / n) + 2 * p + 2 * p * (p + 1) / (n - p - 1)


def _least_squares(columns: Sequence[Sequence[float]]) -> list[float] | None:
    """Solve columns @ b = 1 in the least-squares sense by the normal equations; None if singular."""
    rows = [[*(_dot(left, right) for right in columns), math.fsum(left)] for left in columns]
    for pivot, row in enumerate(rows):  # symmetric and positive: no rows need to be exchanged
        if abs(row[pivot]) < 1e-12:
            return None
        for other in rows:
            if other is not row:
                factor = other[pivot] / row[pivot]
                other[:] = [a - factor * b for a, b in zip(other, row, strict=True)]
    return [row[-1] / row[pivot] for pivot, row in enumerate(rows)]


def _dot(left: Sequence[float], right: Sequence[float]) -> float:
    return math.fsum(a * b for a, b in zip(left, right, strict=True))


def _ends(values: Sequence[float]) -> tuple[float, float]:
    """Return the percentile interval of resampled values."""
    ordered = sorted(values)
    tail = (1 - LEVEL) / 2
    last = len(ordered) - 1
    return ordered[round(tail * last)], ordered[round((1 - tail) * last)]
