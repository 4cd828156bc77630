"""Noise flags: each is raised beyond its threshold, says its number, and stays down below it."""

import math
import re

import pytest

from ftguide.ground.files import ROOT
from ftguide.suite.derive.analysis import report
from ftguide.suite.derive.flag import FlagKind
from ftguide.suite.derive.flags import WAKING_NS
from ftguide.suite.words import flag_text
from tests.suite.derive.builder import make_block, make_blocks, make_plan, stored_of

SINGLE = {"gil-single": [1e-5] * 4, "ft-single": [1.1e-5] * 4}
MULTI = {"gil-threads-2": [2e-5] * 4, "ft-threads-2": [1.2e-5] * 4, "ft-processes-2": [1.2e-5] * 4}


def flags(times, arms=None, *, count=4, run=None, **block):
    plan = make_plan("nbody", list(times))
    blocks = [make_block(plan, index, times, arms, **block) for index in range(count)]
    return said(plan, blocks, **(run or {}))


def said(plan, blocks, **run):
    return tuple(map(flag_text, report(stored_of((plan, blocks), **run)).rows[0].flags))


def test_a_quiet_row_has_no_flags():
    assert flags({**SINGLE, **MULTI}) == ()


def spread(step):
    plan = make_plan("nbody", list(SINGLE))
    columns = {"gil-single": [1e-5] * 3, "ft-single": [1.1e-5 * (1 + step * i) for i in range(3)]}
    return said(plan, make_blocks(plan, columns))


def test_spread_between_blocks():
    assert spread(0.04) == ()
    assert spread(0.08) == ("spread 7.4 % (ft-single/gil-single)",)


def test_spread_is_that_of_the_ratio_not_of_the_machine():
    plan = make_plan("nbody", list(SINGLE))
    columns = {"gil-single": [1e-5, 1.7e-5, 1e-5], "ft-single": [1.1e-5, 1.87e-5, 1.1e-5]}
    assert said(plan, make_blocks(plan, columns)) == ()


@pytest.mark.parametrize(
    ("steals", "expected"),
    [
        ((0.004, 0.004), ()),
        ((0.000, 0.018), ("steal 0.9 %",)),
        ((None, 0.25), ("steal 25 %",)),
        ((None, None), ()),
    ],
)
def test_steal(steals, expected):
    plan = make_plan("nbody", list(SINGLE))
    blocks = [make_block(plan, i, SINGLE, steal=steal) for i, steal in enumerate(steals)]
    assert said(plan, blocks) == expected


def test_steal_weighs_blocks_by_their_length():
    plan = make_plan("nbody", list(SINGLE))
    blocks = [
        make_block(plan, 0, SINGLE, steal=0.02, seconds=1.0),
        make_block(plan, 1, SINGLE, steal=0.0, seconds=9.0),
    ]
    assert said(plan, blocks) == ()


def test_drift_between_the_halves_of_a_block():
    assert flags({**SINGLE, "ft-single": [1.1e-5, 1.1e-5, 1.117e-5, 1.117e-5]}) == ()
    assert flags({**SINGLE, "ft-single": [1.1e-5, 1.1e-5, 1.127e-5, 1.127e-5]}) == (
        "drift 2.4 % (ft-single/gil-single)",
    )
    falling = flags({**SINGLE, "ft-single": [1.127e-5, 1.127e-5, 1.1e-5, 1.1e-5]})
    assert falling == ("drift 2.4 % (ft-single/gil-single)",)


def test_a_cpu_that_slows_down_is_no_drift():
    slower = {arm: [one, one, 1.7 * one, 1.7 * one] for arm, (one, *_) in SINGLE.items()}
    assert flags(slower) == ()


def test_drift_needs_four_values():
    assert flags({"gil-single": [1e-5] * 3, "ft-single": [1e-5, 1e-5, 2e-5]}) == ()


def test_the_middle_of_an_odd_number_of_values_is_in_neither_half():
    gil = [1e-5] * 5
    assert flags({"gil-single": gil, "ft-single": [1e-5, 1e-5, 2e-5, 1e-5, 1e-5]}) == ()


def test_drift_of_several_blocks_is_their_mean():
    plan = make_plan("nbody", list(SINGLE))
    up, down = [1.0e-5, 1.0e-5, 1.1e-5, 1.1e-5], [1.1e-5, 1.1e-5, 1.0e-5, 1.0e-5]
    blocks = [
        make_block(plan, 0, {**SINGLE, "ft-single": up}),
        make_block(plan, 1, {**SINGLE, "ft-single": down}),
    ]
    assert said(plan, blocks) == ()


def test_collections_that_differ_between_the_builds():
    def counts(gil, ft):
        return flags(
            SINGLE, {"gil-single": {"gc_collections": gil}, "ft-single": {"gc_collections": ft}}
        )

    assert counts(40, 40) == ()
    assert counts(40, 37) == ()
    assert counts(1, 0) == ()  # where a value happens to begin
    assert counts(40, 8) == ("GC 2.0 against 10.0 a value (ft-single/gil-single)",)
    assert counts(0, 4) == ("GC 1.0 against 0.0 a value (ft-single/gil-single)",)


@pytest.mark.parametrize(("fastest", "word"), [(0.92, None), (0.88, "skew 12 % ({arm})")])
@pytest.mark.parametrize("arm", ["ft-threads-2", "ft-processes-2", "gil-threads-2"])
def test_skew_where_the_gil_is_off(arm, fastest, word):
    """With the GIL on, workers take turns: one of them always finishes first."""
    found = flags(MULTI, {arm: {"fastest": fastest}})
    expected = word and arm != "gil-threads-2"
    assert found == ((word.format(arm=arm),) if expected else ())


def test_skew_is_that_of_the_median_value():
    plan = make_plan("nbody", ["ft-threads-2"])
    times = {"ft-threads-2": [1e-5] * 4}
    blocks = [
        make_block(plan, 0, times, {"ft-threads-2": {"fastest": 0.2}}),
        *(make_block(plan, i, times) for i in (1, 2)),
    ]
    assert said(plan, blocks) == ()


def test_an_arm_that_computes_while_others_have_their_turn():
    # Four values of 1000 loops of 11 microseconds: 44 ms of its own.
    waking = 4 * WAKING_NS
    assert flags(SINGLE, {"ft-single": {"idle_cpu_ns": waking + 400_000}}) == ()
    assert flags(SINGLE, {"ft-single": {"idle_cpu_ns": waking + 1_320_000}}) == (
        "busy while idle 3.0 % (ft-single)",
    )


def test_unpinned():
    assert flags(SINGLE, run={"pinned": False}) == ("unpinned",)
    assert flags(SINGLE, cpus=None) == ("unpinned",)
    assert flags(SINGLE, count=0, run={"pinned": False}) == ()


def raised(plan, blocks, **run):
    """Return the flags of a row as records."""
    return report(stored_of((plan, blocks), **run)).rows[0].flags


def of_single(arms=None, *, count=4, **block):
    plan = make_plan("nbody", list(SINGLE))
    return raised(plan, [make_block(plan, i, SINGLE, arms, **block) for i in range(count)])


@pytest.mark.parametrize(
    ("beyond", "block", "kind", "values"),
    [
        (False, {"steal": 0.005}, None, ()),
        (True, {"steal": 0.0051}, FlagKind.STEAL, (0.0051,)),
        # Ten collections a value against nine are a tenth; four values may differ by one collection.
        (False, {"gc": (40, 36)}, None, ()),
        (True, {"gc": (40, 35)}, FlagKind.COLLECTIONS, (8.75, 10.0)),
        (False, {"gc": (0, 1)}, None, ()),
        (True, {"gc": (0, 2)}, FlagKind.COLLECTIONS, (0.5, 0.0)),
        # Four turns of 11 ms: 440 microseconds are a hundredth of them.
        (False, {"idle": 4 * WAKING_NS + 440_000}, None, ()),
        (True, {"idle": 4 * WAKING_NS + 440_001}, FlagKind.IDLE, (440_001 / 44e6,)),
    ],
)
def test_a_flag_is_raised_beyond_its_limit_and_not_at_it(beyond, block, kind, values):
    gil, ft = block.get("gc", (0, 0))
    found = of_single(
        {
            "gil-single": {"gc_collections": gil},
            "ft-single": {"gc_collections": ft, "idle_cpu_ns": block.get("idle", 0)},
        },
        steal=block.get("steal", 0.0),
    )
    assert [flag.kind for flag in found] == ([kind] if beyond else [])
    for flag in found:
        assert flag.values == pytest.approx(values)


def test_skew_is_raised_beyond_a_tenth_and_counts_the_slowest_and_the_fastest_worker():
    plan = make_plan("nbody", ["ft-threads-3"])

    def skewed(*durations):
        spans = tuple(tuple((0, duration) for duration in durations) for _ in range(4))
        arms = {"ft-threads-3": {"spans": spans}}
        return raised(plan, [make_block(plan, 0, {"ft-threads-3": [1e-5] * 4}, arms)])

    assert skewed(900, 1000, 950) == ()
    (flag,) = skewed(899, 1000, 950)
    assert (flag.kind, flag.arms, flag.values) == (FlagKind.SKEW, ("ft-threads-3",), (0.101,))


def test_idle_time_of_several_workers_is_held_against_the_time_of_their_turns():
    """Turns of 20 ms, whatever the sum of the workers' times: 1.5 % are 300 microseconds each."""
    plan = make_plan("nbody", ["gil-threads-2"])
    arms = {"gil-threads-2": {"idle_cpu_ns": 4 * (WAKING_NS + 300_000), "fastest": 0.5}}
    (flag,) = raised(plan, [make_block(plan, 0, {"gil-threads-2": [2e-5] * 4}, arms)])
    assert (flag.kind, flag.values) == (FlagKind.IDLE, (pytest.approx(0.015),))


@pytest.mark.parametrize(("single", "threads"), [(1.03, 1.05), (1.05, 1.03)])
def test_of_several_ratios_the_worst_is_told(single, threads):
    times = {
        **SINGLE,
        "gil-threads-2": [2e-5] * 4,
        "ft-single": [1e-5, 1e-5, single * 1e-5, single * 1e-5],
        "ft-threads-2": [1e-5, 1e-5, threads * 1e-5, threads * 1e-5],
    }
    plan = make_plan("nbody", list(times))
    (flag,) = raised(plan, [make_block(plan, i, times) for i in range(3)])
    worst = ("ft-single", "gil-single") if single > threads else ("ft-threads-2", "gil-threads-2")
    assert (flag.kind, flag.arms) == (FlagKind.DRIFT, worst)
    assert flag.values == pytest.approx((math.log(1.05),))


def test_one_block_has_no_spread_and_two_have():
    plan = make_plan("nbody", list(SINGLE))
    columns = {"gil-single": [1e-5] * 2, "ft-single": [1e-5, 1.1e-5]}
    assert raised(plan, make_blocks(plan, columns)[:1]) == ()
    (flag,) = raised(plan, make_blocks(plan, columns))
    # Two logarithms, 0 and ln 1.1: their standard deviation is ln 1.1 / sqrt 2.
    assert (flag.kind, flag.values) == (
        FlagKind.SPREAD,
        (pytest.approx(math.log(1.1) / math.sqrt(2), rel=1e-4),),
    )


def test_one_block_that_was_not_pinned_is_enough():
    plan = make_plan("nbody", list(SINGLE))
    blocks = [make_block(plan, 0, SINGLE), make_block(plan, 1, SINGLE, cpus=None)]
    assert [flag.kind for flag in raised(plan, blocks)] == [FlagKind.UNPINNED]


def test_blocks_of_no_length_have_no_share_of_anything():
    assert of_single(steal=0.5, seconds=0.0) == ()


def test_collections_are_compared_in_the_blocks_that_both_arms_have():
    plan = make_plan("nbody", list(SINGLE))
    both = make_block(plan, 0, SINGLE)
    alone = make_block(plan, 1, {"gil-single": [1e-5] * 4}, {"gil-single": {"gc_collections": 400}})
    assert raised(plan, [both, alone]) == ()
    assert raised(plan, [alone]) == ()


def test_the_fewest_values_of_a_block_decide_what_chance_may_do():
    """Two collections in six values are a third of one each; of a block of two values, chance is a half."""
    plan = make_plan("nbody", list(SINGLE))
    gc = {"gil-single": {"gc_collections": 1}}
    few = {arm: times[:2] for arm, times in SINGLE.items()}
    assert raised(plan, [make_block(plan, 0, SINGLE, gc), make_block(plan, 1, few, gc)]) == ()
    both = [make_block(plan, i, SINGLE, {"gil-single": {"gc_collections": 2}}) for i in range(2)]
    assert [flag.kind for flag in raised(plan, both)] == [FlagKind.COLLECTIONS]


def test_the_method_says_what_each_word_means():
    page = (ROOT / "source/benchmarks/method.md").read_text(encoding="utf-8")
    told = set(re.findall(r"^\| ([\w ]+) \| .+\. \|$", page, re.MULTILINE))
    left_out = {FlagKind.OTHER_CODE, FlagKind.WRONG_GIL, FlagKind.NO_TIMES}
    assert {*(set(FlagKind) - left_out), "blocks left out"} <= told
