"""Scaling laws: known laws in, the same out; no law without enough to stand on."""

import math
import random

import pytest

from ftguide.suite.derive import scaling
from ftguide.suite.derive.series import series
from ftguide.suite.words import refused_text
from ftguide.vocabulary import Mode
from tests.suite.derive.builder import make_blocks, make_plan, stored_of

COUNTS = (1, 2, 3, 4, 6, 8, 16)


def exact(gamma, sigma, kappa, counts=COUNTS):
    return {n: gamma * n / (1 + sigma * (n - 1) + kappa * n * (n - 1)) for n in counts}


@pytest.mark.parametrize(
    ("sigma", "kappa"), [(0.0, 0.0), (0.05, 0.0), (0.02, 0.001), (0.3, 0.02), (0.0, 0.004)]
)
def test_a_known_law_comes_back(sigma, kappa):
    law = scaling.best_law(exact(1.0, sigma, kappa))
    assert law.sigma == pytest.approx(sigma, abs=1e-7)
    assert law.kappa == pytest.approx(kappa, abs=1e-8)
    assert law.gamma == pytest.approx(1.0)
    assert law.residual < 1e-6


def test_gunthers_peak():
    """n* = sqrt((1 - sigma) / kappa), and throughput falls beyond it."""
    law = scaling.solve(exact(100.0, 0.02, 0.001), with_kappa=True)
    assert law.peak == pytest.approx(math.sqrt(0.98 / 0.001))
    best = max(range(1, 100), key=law.throughput)
    assert abs(best - law.peak) < 1
    assert scaling.solve(exact(1.0, 0.1, 0.0), with_kappa=False).peak == math.inf


def test_terms_are_never_negative():
    """Super-linear data would ask for a negative sigma."""
    law = scaling.solve({n: n**1.05 for n in COUNTS}, with_kappa=True)
    assert (law.sigma, law.kappa) >= (0.0, 0.0)
    assert law.sigma == 0.0


def run_of(counts, sigma, kappa, noise=0.004, blocks=12):
    chance = random.Random(5)
    arms = ["gil-single", "ft-single", *(f"ft-threads-{n}" for n in counts if n > 1)]
    plan = make_plan("mandelbrot", arms)
    times = {"gil-single": [1e-5] * blocks, "ft-single": [1e-5] * blocks}
    for n, x in exact(1.0, sigma, kappa, counts).items():
        if n > 1:
            times[f"ft-threads-{n}"] = [
                1e-5 * n / x * math.exp(chance.gauss(0, noise)) for _ in range(blocks)
            ]
    return stored_of((plan, make_blocks(plan, times)))


def series_of(stored):
    return series(stored.planned("mandelbrot"), stored.blocks)


def test_a_noisy_law_is_found_within_its_intervals():
    fit = scaling.fit(series_of(run_of(COUNTS, 0.03, 0.002)), Mode.THREADS)
    assert isinstance(fit, scaling.Fit)
    assert fit.sigma[0] <= 0.03 <= fit.sigma[1]
    assert fit.kappa[0] <= 0.002 <= fit.kappa[1]
    assert fit.peak is None, "22 workers are outside what was measured"
    again = scaling.fit(series_of(run_of(COUNTS, 0.03, 0.002)), Mode.THREADS)
    assert fit == again


def test_a_peak_inside_the_measured_range_is_told():
    fit = scaling.fit(series_of(run_of(COUNTS, 0.05, 0.02)), Mode.THREADS)
    assert fit.peak == pytest.approx(math.sqrt(0.95 / 0.02), rel=0.1)


@pytest.mark.parametrize(
    ("counts", "reason"),
    [
        ((1, 2), "at most 2 workers"),
        ((1, 2, 3, 4, 5, 6), "at most 6 workers"),
        ((1, 2, 4, 8, 16), "5 counts"),
    ],
)
def test_too_few_counts_get_no_law(counts, reason):
    refused = scaling.fit(series_of(run_of(counts, 0.05, 0.0)), Mode.THREADS)
    assert isinstance(refused, scaling.Refused)
    assert reason in refused_text(refused)


def test_data_that_follow_no_law_get_none():
    stored = run_of(COUNTS, 0.02, 0.0, noise=0.25, blocks=2)
    refused = scaling.fit(series_of(stored), Mode.THREADS)
    assert isinstance(refused, scaling.Refused)
    assert "no law fits" in refused_text(refused)


def test_a_curve_begins_with_one_worker_and_has_intervals():
    curve = scaling.curve(series_of(run_of((1, 2, 4), 0.1, 0.0)), Mode.THREADS)
    assert [point.workers for point in curve.points] == [1, 2, 4]
    assert curve.points[1].speedup.ratio == pytest.approx(2 / 1.1, rel=0.01)
    assert curve.points[2].speedup.low < 4 / 1.3 < curve.points[2].speedup.high
    assert scaling.curve(series_of(run_of((1,), 0.1, 0.0)), Mode.THREADS) is None
