"""Scaling laws: known laws in, the same out; no law without enough to stand on."""

import itertools
import math
import random

import pytest

from ftguide.ground.vocabulary import Mode
from ftguide.suite.derive import scaling
from ftguide.suite.derive.series import series
from ftguide.suite.words import refused_text
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


@pytest.mark.parametrize("with_kappa", [False, True])
def test_residual_and_criterion_are_those_of_the_fitted_law(with_kappa):
    """AICc by its definition; the variance counts as a parameter beside gamma, sigma and kappa."""
    measured = {n: x * math.exp(0.02 * math.sin(n)) for n, x in exact(2.0, 0.05, 0.003).items()}
    law = scaling.solve(measured, with_kappa=with_kappa)
    apart = [math.log(x / law.throughput(n)) for n, x in measured.items()]
    assert law.residual == max(abs(one) for one in apart) > 0.01
    n, p = len(measured), 4 if with_kappa else 3
    squares = sum(one**2 for one in apart)
    expected = n * math.log(squares / n) + 2 * p + 2 * p * (p + 1) / (n - p - 1)
    assert law.criterion == pytest.approx(expected, rel=1e-9)


def test_a_fit_is_one_of_relative_errors():
    """Nothing that is near beats it: the sum of squares of 1 - fitted / measured, in n / X."""
    measured = {n: x * math.exp(0.05 * math.cos(3 * n)) for n, x in exact(3.0, 0.1, 0.01).items()}
    law = scaling.solve(measured, with_kappa=True)

    def error(gamma, sigma, kappa):
        near = scaling.Law(gamma=gamma, sigma=sigma, kappa=kappa, residual=0, criterion=0)
        return sum((1 - x / near.throughput(n)) ** 2 for n, x in measured.items())

    best = error(law.gamma, law.sigma, law.kappa)
    for gamma, sigma, kappa in itertools.product((0.999, 1.0, 1.001), repeat=3):
        assert error(gamma * law.gamma, sigma * law.sigma, kappa * law.kappa) >= best


def test_few_points_have_no_criterion():
    for count, plain, coherent in ((4, False, False), (5, True, False), (6, True, True)):
        measured = exact(1.0, 0.1, 0.01, range(1, count + 1))
        assert math.isfinite(scaling.solve(measured, with_kappa=False).criterion) is plain
        assert math.isfinite(scaling.solve(measured, with_kappa=True).criterion) is coherent


def test_throughput_is_gunthers_formula():
    law = scaling.Law(gamma=10, sigma=0.1, kappa=0.05, residual=0, criterion=0)
    assert law.throughput(1) == 10
    assert law.throughput(3) == pytest.approx(30 / (1 + 0.2 + 0.3))
    assert law.peak == pytest.approx(math.sqrt(0.9 / 0.05))


def test_ends_leave_two_and_a_half_per_cent_out_on_either_side():
    values = list(range(401))
    random.Random(1).shuffle(values)
    assert scaling._ends(values) == (10, 390)


@pytest.mark.parametrize(
    ("counts", "reason", "value"),
    [
        ((1, 2, 3, 4, 6, 8), None, None),
        ((1, 2, 3, 4, 6, 7), scaling.Refusal.FEW_WORKERS, 7),
        ((1, 2, 3, 4, 8), scaling.Refusal.FEW_COUNTS, 5),
        ((), scaling.Refusal.FEW_WORKERS, 0),
    ],
)
def test_six_counts_up_to_eight_workers_are_enough(counts, reason, value):
    refused = scaling.refusal(dict.fromkeys(counts))
    assert (refused and refused.reason, refused and refused.value) == (reason, value)


def test_a_peak_at_the_largest_count_is_told_and_one_beyond_it_is_not():
    for kappa, told in ((0.95 / 256 * 1.02, True), (0.95 / 256 * 0.9, False)):
        fit = scaling.fit(series_of(run_of(COUNTS, 0.05, kappa, noise=1e-6)), Mode.THREADS)
        assert (fit.peak is not None) is told


def test_a_law_without_coherency_has_none_in_its_intervals_either():
    fit = scaling.fit(series_of(run_of(COUNTS, 0.1, 0.0, noise=1e-5)), Mode.THREADS)
    assert fit.kappa == (0, 0) == (fit.law.kappa, 0)
    assert fit.sigma[0] < 0.1 < fit.sigma[1]
    assert fit.sigma[1] - fit.sigma[0] < 0.001


def test_a_curve_is_that_of_the_free_threaded_build_alone_and_without_copies():
    times = {
        "ft-single": 1e-5,
        "ft-single-again": 7e-5,
        "ft-gil-on-single": 7e-5,
        "gil-single": 7e-5,
        "gil-threads-2": 7e-5,
        "gil-threads-4": 7e-5,
        "ft-threads-2": 1.25e-5,
        "ft-threads-2-again": 7e-5,
        "ft-processes-3": 1.5e-5,
    }
    plan = make_plan("mandelbrot", list(times))
    measured = series(plan, make_blocks(plan, {arm: [one] * 3 for arm, one in times.items()}))
    found = {
        mode: {
            n: [math.exp(one) for one in logs]
            for n, logs in scaling.log_speedups(measured, mode).items()
        }
        for mode in (Mode.THREADS, Mode.PROCESSES)
    }
    assert found[Mode.THREADS] == {1: [1] * 3, 2: pytest.approx([1.6] * 3)}
    assert found[Mode.PROCESSES] == {1: [1] * 3, 3: pytest.approx([2.0] * 3)}
    assert scaling.curve(measured, Mode.INTERPRETERS) is None
    assert [point.workers for point in scaling.curve(measured, Mode.PROCESSES).points] == [1, 3]


def test_without_one_thread_there_is_nothing_to_be_relative_to():
    plan = make_plan("mandelbrot", ["ft-threads-2", "ft-threads-4"])
    blocks = make_blocks(plan, {"ft-threads-2": [1e-5] * 3, "ft-threads-4": [1e-5] * 3})
    assert scaling.log_speedups(series(plan, blocks), Mode.THREADS) == {}


@pytest.mark.parametrize(
    ("sigma", "kappa", "term"), [(0.1, -0.0005, "sigma"), (-0.02, 0.004, "kappa")]
)
def test_a_term_that_would_be_negative_leaves_and_the_other_stays(sigma, kappa, term):
    law = scaling.solve(exact(1.0, sigma, kappa), with_kappa=True)
    left, stays = (law.kappa, law.sigma) if term == "sigma" else (law.sigma, law.kappa)
    assert left == 0
    assert stays > 0
    if term == "sigma":
        assert law.sigma == scaling.solve(exact(1.0, sigma, kappa), with_kappa=False).sigma
