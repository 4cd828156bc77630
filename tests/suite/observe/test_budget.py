"""The budget's rule, and what choosing where to look does to the intervals: simulated."""

import math
import random

import pytest

from ftguide.statistics.estimates import ratio_interval
from ftguide.suite.observe import budget
from tests.slow import slow_but

WORKLOADS = 12


def spend(chance, deviations, *, least, extra):
    """Measure as a budget does; return how many final intervals catch the truth, ratio 1."""
    blocks = {
        f"w{n}": [[chance.gauss(0, sd) for _ in range(least)]] for n, sd in enumerate(deviations)
    }
    for _ in range(extra):
        slug = budget.widest(blocks)
        blocks[slug][0].append(chance.gauss(0, deviations[int(slug[1:])]))
    estimates = [ratio_interval(logs) for (logs,) in blocks.values()]
    return sum(one.low <= 1 <= one.high for one in estimates), blocks


def coverage(deviations, *, least, extra, runs=220, seed=20261124):
    chance = random.Random(seed)
    hits = sum(spend(chance, deviations, least=least, extra=extra)[0] for _ in range(runs))
    return hits / runs / len(deviations)


@pytest.mark.parametrize("extra", slow_but({40}, [40, 120]))
@pytest.mark.parametrize(
    "deviations",
    [[0.02] * WORKLOADS, [0.01 * (1 + n % 5) for n in range(WORKLOADS)]],
    ids=["alike", "unlike"],
)
def test_intervals_catch_the_truth_after_a_budget(deviations, extra):
    assert 0.93 <= coverage(deviations, least=6, extra=extra) <= 0.97


@pytest.mark.slow
def test_the_plain_rule_would_catch_it_less_often(monkeypatch):
    """Why variances are drawn together: this is the danger the rule above guards against."""
    guarded = coverage([0.02] * WORKLOADS, least=5, extra=120)
    monkeypatch.setattr(budget, "PRIOR", 0)
    assert coverage([0.02] * WORKLOADS, least=5, extra=120) < min(0.935, guarded)


def test_the_widest_gets_most():
    _, blocks = spend(random.Random(3), [0.01, 0.05, 0.01], least=6, extra=60)
    counts = {slug: len(logs) for slug, (logs,) in blocks.items()}
    assert counts["w1"] > 40
    assert min(counts.values()) >= 6


def test_threads_count_as_much_as_one_thread():
    steady, unsteady = [0.0, 0.001, -0.001] * 4, [0.2, -0.2, 0.1] * 4
    assert budget.widest({"a": [steady, steady], "b": [steady, unsteady]}) == "b"
    assert budget.widest({"a": [steady], "b": [[0.1]]}) == "b", "one block knows nothing"


def test_nothing_to_measure_is_an_error():
    with pytest.raises(ValueError, match="no workload"):
        budget.widest({})


def test_a_width_is_that_of_the_shrunken_variance():
    logs = [0.0, 0.2]
    assert budget._width(logs, 0.01) == pytest.approx(math.sqrt((0.02 + 0.15) / 16 / 2))
