"""Noise flags: each is raised beyond its threshold, says its number, and stays down below it."""

import pytest

from ftguide.suite.derive.analysis import report
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


def test_drift_needs_four_slices():
    assert flags({"gil-single": [1e-5] * 3, "ft-single": [1e-5, 1e-5, 2e-5]}) == ()


def test_the_middle_of_an_odd_number_of_slices_is_in_neither_half():
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
    assert counts(1, 0) == ()  # where a slice happens to begin
    assert counts(40, 8) == ("GC 2.0 against 10.0 a slice (ft-single/gil-single)",)
    assert counts(0, 4) == ("GC 1.0 against 0.0 a slice (ft-single/gil-single)",)


@pytest.mark.parametrize(("fastest", "word"), [(0.92, None), (0.88, "skew 12 % ({arm})")])
@pytest.mark.parametrize("arm", ["ft-threads-2", "ft-processes-2", "gil-threads-2"])
def test_skew_where_the_gil_is_off(arm, fastest, word):
    """With the GIL on, workers take turns: one of them always finishes first."""
    found = flags(MULTI, {arm: {"fastest": fastest}})
    expected = word and arm != "gil-threads-2"
    assert found == ((word.format(arm=arm),) if expected else ())


def test_skew_is_that_of_the_median_slice():
    plan = make_plan("nbody", ["ft-threads-2"])
    times = {"ft-threads-2": [1e-5] * 4}
    blocks = [
        make_block(plan, 0, times, {"ft-threads-2": {"fastest": 0.2}}),
        *(make_block(plan, i, times) for i in (1, 2)),
    ]
    assert said(plan, blocks) == ()


def test_an_arm_that_computes_while_others_have_their_turn():
    # Four slices of 1000 loops of 11 microseconds: 44 ms of its own.
    waking = 4 * WAKING_NS
    assert flags(SINGLE, {"ft-single": {"idle_cpu_ns": waking + 400_000}}) == ()
    assert flags(SINGLE, {"ft-single": {"idle_cpu_ns": waking + 1_320_000}}) == (
        "busy while idle 3.0 % (ft-single)",
    )


def test_unpinned():
    assert flags(SINGLE, run={"pinned": False}) == ("unpinned",)
    assert flags(SINGLE, cpus=None) == ("unpinned",)
    assert flags(SINGLE, count=0, run={"pinned": False}) == ()
