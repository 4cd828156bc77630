"""Verdicts: what a comparison lets us say, the noise floor under it, and the families of its test."""

import math

import pytest

from ftguide.statistics.estimates import Estimate, benjamini_hochberg, ratio_interval
from ftguide.suite.derive.analysis import report
from ftguide.suite.derive.verdicts import Verdict, judge
from tests.suite.derive.builder import EVERY, make_blocks, make_plan, row_of, stored_of, wobble


def estimate(ratio, half, k=10):
    return Estimate(
        ratio=ratio, low=ratio - half, high=ratio + half, k=k, standard_error=half / 2, p=0.001
    )


@pytest.mark.parametrize(
    ("one", "q", "equivalence", "floor", "verdict"),
    [
        (estimate(1.08, 0.01), 0.01, 1.0, 0.006, Verdict.SLOWER),
        (estimate(1.08, 0.01), 0.01, 1.0, None, Verdict.SLOWER),
        (estimate(1.08, 0.01), 0.05, 1.0, 0.006, Verdict.UNRESOLVED),  # q must be below 0.05
        (estimate(1.08, 0.061), 0.01, 1.0, 0.006, Verdict.UNRESOLVED),  # the interval reaches 1.02
        (estimate(1.08, 0.01), 0.01, 1.0, 0.08, Verdict.UNRESOLVED),  # inside the floor
        (estimate(0.90, 0.01), 0.01, 1.0, 0.006, Verdict.FASTER),
        (estimate(0.90, 0.01), 0.06, 1.0, 0.006, Verdict.UNRESOLVED),
        (estimate(0.975, 0.003), 0.01, 1.0, 0.006, Verdict.FASTER),
        (estimate(0.977, 0.0032), 0.01, 1.0, 0.006, Verdict.FASTER),  # 0.9802 < 1 / 1.02
        (estimate(0.975, 0.006), 0.01, 1.0, 0.006, Verdict.UNRESOLVED),  # 0.981 > 1 / 1.02
        (estimate(0.90, 0.01), 0.01, 1.0, 0.11, Verdict.UNRESOLVED),
        (estimate(1.01, 0.005), 0.01, 0.01, None, Verdict.SAME),
        (estimate(1.01, 0.005), 0.01, 0.01, 0.006, Verdict.SAME),
        (estimate(1.01, 0.005), 0.01, 0.01, 0.02, Verdict.UNRESOLVED),
        (estimate(1.01, 0.005), 0.01, 0.05, None, Verdict.UNRESOLVED),
        (estimate(1.025, 0.001), 0.01, 0.001, 0.006, Verdict.SLOWER),  # before sameness
        (estimate(1.08, 0.01, k=1), 0.01, 0.01, None, Verdict.UNKNOWN),
        (estimate(math.nan, 0.01, k=0), 0.01, 0.01, 0.01, Verdict.UNKNOWN),
    ],
)
def test_the_rules_of_a_verdict_and_their_order(one, q, equivalence, floor, verdict):
    assert judge(one, q, equivalence, floor) is verdict


@pytest.mark.parametrize(
    ("ratio", "verdict"),
    [(1.08, Verdict.SLOWER), (0.9, Verdict.FASTER), (1.012, Verdict.SAME)],
)
def test_a_clear_row_gets_its_verdict(ratio, verdict):
    row = row_of({"gil-single": wobble(1e-5, seed=1), "ft-single": wobble(ratio * 1e-5, seed=2)})
    assert row.single.verdict is verdict


def test_only_times_are_judged():
    row = row_of({name: wobble(seconds) for name, seconds in EVERY.items()})
    for one in row.comparisons:
        assert (one.verdict is Verdict.NOT_JUDGED) == (one.kind != "time")


def test_the_noise_floor_is_the_larger_pairs_distance_and_half_width():
    times = {name: wobble(EVERY[name], seed=i) for i, name in enumerate(EVERY)}
    row = row_of(times)

    def width(name):
        one = ratio_interval(
            [math.log(b / a) for a, b in zip(times[name], times[f"{name}-again"], strict=True)]
        )
        return abs(math.log(one.ratio)) + one.half_width

    assert row.floor == pytest.approx(max(width("gil-single"), width("ft-single")), rel=1e-4)
    assert width("gil-single") != pytest.approx(width("ft-single"), rel=0.01)


def test_a_row_inside_its_floor_reads_no_difference_resolved():
    times = {
        "gil-single": wobble(1e-5, seed=1),
        "ft-single": wobble(1.05e-5, seed=2),
        "gil-single-again": wobble(1.06e-5, seed=3),  # a copy that is 6 % off
    }
    row = row_of(times)
    assert row.floor > math.log(1.055)
    assert row.single.verdict is Verdict.UNRESOLVED
    # The floor is no excuse for the pair it was made from.
    assert row.replicates[0].verdict is Verdict.SLOWER
    del times["gil-single-again"]
    assert row_of(times).single.verdict is Verdict.SLOWER


def test_no_floor_without_copies():
    assert row_of({"gil-single": [1e-5] * 3, "ft-single": [1e-5] * 3}).floor is None


def test_families_of_tests_are_kept_apart():
    """Time ratios of the whole run are one family, A/A pairs another, speed-ups a third."""
    arms = ["gil-single", "ft-single", "gil-threads-2", "ft-threads-2", "gil-single-again"]
    workloads = []
    for slug in ("nbody", "mandelbrot", "richards"):
        plan = make_plan(slug, arms)
        times = {arm: wobble(1e-5, seed=f"{slug} {arm}", size=0.02) for arm in arms}
        workloads.append((plan, make_blocks(plan, times)))
    rows = report(stored_of(*workloads)).rows

    families = {
        "time": [one for row in rows for one in (row.single, row.threads)],
        "again": [one for row in rows for one in row.replicates],
        "speedup": [
            one for row in rows for one in (row.user_speedup, row.self_speedup, row.gil_speedup)
        ],
    }
    for family in families.values():
        assert [one.q for one in family] == pytest.approx(
            benjamini_hochberg([one.p for one in family])
        )
    everything = [one for family in families.values() for one in family]
    mixed = benjamini_hochberg([one.p for one in everything])
    assert [one.q for one in everything] != pytest.approx(mixed)


def test_multiplicity_can_take_a_verdict_away():
    clear = {"gil-single": [1e-5] * 3, "ft-single": [1.07e-5, 1.11e-5, 1.09e-5]}
    plan = make_plan("nbody", list(clear))
    assert (
        report(stored_of((plan, make_blocks(plan, clear)))).rows[0].single.verdict is Verdict.SLOWER
    )
    crowd = []
    for number in range(20):
        other = make_plan(f"other-{number}", list(clear))
        times = {arm: wobble(1e-5, blocks=3, seed=f"{number} {arm}") for arm in clear}
        crowd.append((other, make_blocks(other, times)))
    row = report(stored_of((plan, make_blocks(plan, clear)), *crowd)).row("nbody")
    assert row.single.p < 0.05 < row.single.q
    assert row.single.verdict is Verdict.UNRESOLVED


@pytest.mark.parametrize(
    ("low", "high", "floor", "verdict"),
    [
        (1.02, 1.2, None, Verdict.UNRESOLVED),  # the interval has to lie beyond 2 %
        (math.nextafter(1.02, 2), 1.2, None, Verdict.SLOWER),
        (0.9, 1 / 1.02, None, Verdict.UNRESOLVED),
        (0.9, math.nextafter(1 / 1.02, 0), None, Verdict.FASTER),
        (1.05, 1.2, math.log(1.1), Verdict.UNRESOLVED),  # as far as the floor is within it
        (1.05, 1.2, math.nextafter(math.log(1.1), 0), Verdict.SLOWER),
    ],
)
def test_at_its_limit_nothing_is_claimed(low, high, floor, verdict):
    ratio = 0.95 if high < 1 else 1.1
    one = Estimate(ratio=ratio, low=low, high=high, k=2, standard_error=0.01, p=0.001)
    assert judge(one, 0.01, 1.0, floor) is verdict


def test_two_blocks_are_enough_for_a_verdict_on_a_time_and_one_for_none_on_a_speed_up():
    times = {name: [seconds] * 2 for name, seconds in EVERY.items()}
    row = row_of(times)
    assert (row.single.verdict, row.user_speedup.verdict) == (Verdict.SLOWER, Verdict.NOT_JUDGED)
    row = row_of({name: seconds[:1] for name, seconds in times.items()})
    assert {one.verdict for one in row.comparisons} == {Verdict.UNKNOWN}


@pytest.mark.parametrize("ratio", [1.2, 0.8])
def test_a_q_of_5_per_cent_is_not_below_it(ratio):
    one = estimate(ratio, 0.01)
    assert judge(one, 0.05, 1.0, None) is Verdict.UNRESOLVED
    assert judge(one, 0.049, 1.0, None) in {Verdict.SLOWER, Verdict.FASTER}
