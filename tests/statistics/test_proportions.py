"""Bounds of rates: published values, analytic cases, and coverage under samples that are alike."""

import math
import random

import pytest

from ftguide.statistics import proportions
from ftguide.statistics.proportions import clopper_pearson, permutation_p, rate
from tests.slow import slow_but


@pytest.mark.parametrize(
    ("p", "a", "b", "expected"),
    [
        (0.025, 1, 1, 0.025),  # the uniform distribution
        (0.5, 3, 3, 0.5),  # symmetric
        (0.25, 2, 1, 0.5),  # I_x(2, 1) = x^2
        (0.975, 1, 10, 1 - 0.025**0.1),  # I_x(1, n) = 1 - (1 - x)^n
        (1e-9, 1, 1e6, 1e-15),  # far below what subtraction from 1 could tell
        (1e-200, 1, 1, 1e-200),  # its logarithm has no neighbours closer than 1e-13
    ],
)
def test_beta_quantiles(p, a, b, expected):
    assert proportions.beta_quantile(p, a, b) == pytest.approx(expected, rel=1e-8, abs=0)


def test_a_quantile_outside_its_domain_is_refused():
    with pytest.raises(ValueError, match="0 < p < 1"):
        proportions.beta_quantile(1.0, 1, 1)


def test_clopper_pearson_agrees_with_the_worked_example():
    """10 of 100 at 95 %: 0.0490 to 0.1762, as in tables of the binomial."""
    assert clopper_pearson(10, 100) == pytest.approx((0.04900469, 0.17622260), abs=1e-7)


def test_zero_has_one_bound():
    low, high = clopper_pearson(0, 41_200_000)
    assert low == 0
    assert high == pytest.approx(3 / 41_200_000, rel=2e-3)  # the rule of three
    assert clopper_pearson(5, 5) == pytest.approx((0.05 ** (1 / 5), 1.0))


@pytest.mark.parametrize(("count", "samples"), [(-1, 5), (6, 5), (0, 0)])
def test_what_is_no_proportion_is_refused(count, samples):
    with pytest.raises(ValueError, match="no proportion"):
        clopper_pearson(count, samples)


def test_without_samples_nothing_is_known():
    assert rate([]) == rate([(0, 0)]) == proportions.Rate(0, 0, 0, 0.0, 1.0)
    assert rate([]).share == 0.0


def test_processes_that_agree_are_worth_nearly_all_their_samples():
    exact = clopper_pearson(40, 400)
    pooled = rate([(10, 100)] * 4)
    assert (pooled.low, pooled.high) == pytest.approx(exact)
    assert pooled.share == 0.1


def test_processes_that_disagree_are_worth_little():
    apart = rate([(0, 1000), (1000, 1000), (0, 1000), (1000, 1000)])
    assert apart.low < 0.1
    assert apart.high > 0.9


def test_one_process_alone_is_worth_one_sample():
    alone = rate([(300, 1000)])
    assert alone.low < 0.01
    assert alone.high > 0.95


def _drawn(chance, number, samples, share, spread):
    """Draw processes whose own rates follow a beta distribution: the larger `spread`, the more alike."""
    made = []
    for _ in range(number):
        own = chance.betavariate(share * spread, (1 - share) * spread)
        made.append((sum(chance.random() < own for _ in range(samples)), samples))
    return made


@pytest.mark.parametrize(
    ("share", "spread"),
    slow_but({(0.05, 50.0)}, [(0.3, 20.0), (0.3, 1e6), (0.05, 50.0), (0.01, 1e6)]),
)
def test_coverage_over_processes(share, spread):
    """The interval holds the true rate in about 95 of 100 cases, whether processes are alike or not.

    Intervals of counts are conservative: the exact one covers more than it promises, so the upper limit
    of the band is 99.5 % and not 97.
    """
    chance = random.Random(20261128)
    held = trials = 0
    for _ in range(400):
        seen = rate(_drawn(chance, 16, 150, share, spread))
        trials += 1
        held += seen.low <= share <= seen.high
    assert 0.93 <= held / trials <= 0.995


@pytest.mark.slow
def test_pooling_samples_would_cover_too_little():
    """The control of the simulation: what the interval is there to prevent."""
    chance = random.Random(1)
    held = 0
    for _ in range(200):
        seen = _drawn(chance, 16, 150, 0.3, 20.0)
        low, high = clopper_pearson(sum(k for k, _ in seen), sum(n for _, n in seen))
        held += low <= 0.3 <= high
    assert held / 200 < 0.85


def test_permutation_finds_a_difference_and_none():
    low, high = [(k, 1000) for k in range(8)], [(k + 100, 1000) for k in range(8)]
    assert permutation_p(low, high) == pytest.approx(2 / math.comb(16, 8), abs=2e-3)
    assert permutation_p(low, low) == 1.0
    assert permutation_p(low, []) == permutation_p([(0, 0)], low) == 1.0


def test_permutation_rarely_finds_what_is_not_there():
    chance = random.Random(7)
    found = 0
    for number in range(150):
        seen = _drawn(chance, 12, 60, 0.2, 15.0)
        found += permutation_p(seen[:6], seen[6:], permutations=300, seed=number) < 0.05
    assert found / 150 <= 0.10
