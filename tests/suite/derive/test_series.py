"""Series: which blocks count, and the logarithms that everything is derived from."""

import math
from dataclasses import replace

import pytest

from ftguide.suite.derive.analysis import report
from ftguide.suite.derive.flag import Flag, FlagKind
from ftguide.suite.derive.series import series
from tests.suite.derive.builder import LOOPS, make_block, make_blocks, make_plan, stored_of

PAIR = ("ft-single", "gil-single")
PLAN = make_plan("nbody", ["gil-single", "ft-single"])
FLAT = [1e-5] * 4


def of(*blocks, plan=PLAN):
    return series(plan, blocks)


def test_a_contrast_is_a_difference_of_logarithms_and_a_speed_their_mean():
    measured = of(
        make_block(PLAN, 0, {"gil-single": [1e-5, 4e-5], "ft-single": [8e-5, 8e-5]}),
        make_block(PLAN, 1, {"gil-single": [1e-5, 1e-5], "ft-single": [2e-5, 2e-5]}),
    )
    assert measured.contrast(*PAIR) == pytest.approx([math.log(4), math.log(2)])
    assert measured.whole_contrast(*PAIR) == measured.contrast(*PAIR)
    assert measured.speeds(*PAIR) == pytest.approx([math.log(4e-5), math.log(math.sqrt(2) * 1e-5)])
    assert measured.contrast("ft-single", "ft-threads-2") == []


@pytest.mark.parametrize(
    ("values", "halves"),
    [
        ((1, 1, 2), None),
        ((1, 2, 2, 8), (math.sqrt(2), 4)),
        ((1, 2, 9, 2, 8), (math.sqrt(2), 4)),
        ((1, 1, 8, 2, 2, 2), (2, 2)),
    ],
)
def test_halves_are_the_first_and_the_last_values(values, halves):
    block = make_block(PLAN, 0, {"gil-single": [1e-5 * value for value in values]})
    found = of(block).of("gil-single")[0].halves
    expected = halves and pytest.approx([math.log(1e-5 * half) for half in halves])
    assert (found and list(found)) == expected


def test_drift_is_the_mean_change_of_the_ratio_over_the_blocks_that_have_halves():
    def drifting(index, factor):
        ft = [1e-5, 1e-5, factor * 1e-5, factor * 1e-5]
        return make_block(PLAN, index, {"gil-single": [1e-5, 1e-5, 2e-5, 2e-5], "ft-single": ft})

    short = make_block(PLAN, 2, {"gil-single": [1e-5] * 4, "ft-single": [1e-5, 9e-5]})
    found = of(drifting(0, 2.2), drifting(1, 2.8), short).drift(*PAIR)
    assert found == pytest.approx((math.log(1.1) + math.log(1.4)) / 2, rel=1e-5)
    assert of(short).drift(*PAIR) == 0


def test_complete_blocks_have_every_arm_that_was_ever_measured():
    plan = make_plan("nbody", ["gil-single", "ft-single", "ft-threads-2"])
    columns = {"gil-single": [1e-5] * 4, "ft-single": [1e-5, None, 1e-5, 1e-5]}
    blocks = make_blocks(plan, columns)
    blocks[3] = make_block(
        plan, 3, {"gil-single": FLAT, "ft-single": FLAT}, {"ft-single": {"loops": 0}}
    )
    assert series(plan, blocks).complete() == [0, 2]
    assert series(plan, blocks[::-1]).complete() == [2, 0]
    assert series(plan, []).complete() == []


def test_what_does_not_count_is_told_with_its_number():
    times = {"gil-single": FLAT, "ft-single": FLAT}
    measured = of(
        make_block(PLAN, 0, times),
        make_block(PLAN, 1, times, {"ft-single": {"gil_after": True}}),
        make_block(PLAN, 2, times, {"ft-single": {"gil_before": True, "gil_after": True}}),
        make_block(PLAN, 3, times, {"gil-single": {"gil_before": False}}),
        make_block(PLAN, 4, times, {"gil-single": {"spans": ()}}),
        make_block(PLAN, 5, times, version=2),
    )
    assert set(measured.dropped) == {
        Flag(kind=FlagKind.OTHER_CODE, values=(1,)),
        Flag(kind=FlagKind.WRONG_GIL, arms=("ft-single",), values=(2,)),
        Flag(kind=FlagKind.WRONG_GIL, arms=("gil-single",), values=(1,)),
        Flag(kind=FlagKind.NO_TIMES, arms=("gil-single",), values=(1,)),
    }
    assert list(measured.of("ft-single")) == [0, 3, 4]
    assert list(measured.of("gil-single")) == [0, 1, 2]
    assert len(measured.contrast(*PAIR)) == 1


@pytest.mark.parametrize(
    ("scaling", "arm", "seconds"),
    [
        ("weak", "ft-threads-2", 1e-5),
        ("strong", "ft-threads-2", 0.5e-5),
        ("strong", "ft-processes-4", 0.25e-5),
        ("strong", "ft-single", 1e-5),
    ],
)
def test_where_workers_share_the_work_a_loop_of_one_is_a_part_of_it(scaling, arm, seconds):
    plan = make_plan("nbody", [arm], scaling=scaling)
    measured = series(plan, make_blocks(plan, {arm: [1e-5]}))
    assert measured.of(arm)[0].times == pytest.approx([seconds] * plan.rounds)


# --- laps -----------------------------------------------------------------------------------------------

IN_LAPS = make_plan("nbody", ["gil-single", "ft-single"], laps=True)


def in_laps(index, values, **changes):
    """Make a block of the GIL-enabled arm alone, from nanoseconds per lap of every value."""
    times = {"gil-single": [sum(laps) / LOOPS / 1e9 for laps in values]}
    return make_block(IN_LAPS, index, times, {"gil-single": {"laps": values, **changes}})


def test_the_time_of_a_block_in_laps_is_its_typical_lap_per_loop():
    """Ten laps of 100 loops: without the shortest and the four longest 5 laps of 200 ns are left."""
    laps = (190, *[200] * 5, 900, 900, 900, 900)
    whole = sum(laps) / LOOPS
    (block,) = of(in_laps(0, (laps,)), plan=IN_LAPS).of("gil-single").values()
    assert block.log_mean == pytest.approx(math.log(2e-9))
    assert block.log_whole == pytest.approx(math.log(whole / 1e9))
    assert block.halves is None
    assert of(in_laps(0, (laps,)), plan=IN_LAPS).disturbed == pytest.approx(0.4)


def test_halves_in_laps_are_typical_laps_of_either_half_of_the_values():
    values = ((200,) * 10, (300,) * 10, (400,) * 10)
    (block,) = of(in_laps(0, values), plan=IN_LAPS).of("gil-single").values()
    assert block.halves == pytest.approx((math.log(2e-9), math.log(4e-9)))
    # Of all thirty laps the three shortest and the twelve longest are left out: 7 of 200, 8 of 300.
    assert block.log_mean == pytest.approx(math.log((7 * 2 + 8 * 3) / 15 * 1e-9))


def test_a_row_in_laps_without_a_pair_has_no_ratio_of_all_time():
    row = report(stored_of((IN_LAPS, [in_laps(0, ((200,) * 10,) * 4)]))).rows[0]
    assert row.disturbed == 0
    assert (row.whole, row.split, row.single) == (None, None, None)


def test_a_block_of_other_code_does_not_decide_whether_laps_count():
    good, collected = in_laps(0, ((200,) * 10,)), in_laps(1, ((200,) * 10,), gc_collections=1)
    assert of(good, replace(collected, version=2), plan=IN_LAPS).disturbed == 0
    assert of(good, collected, plan=IN_LAPS).disturbed is None


@pytest.mark.parametrize("odd", [(200,) * 9 + (0,), ()])
def test_one_value_whose_laps_are_none_and_all_time_counts(odd):
    good, bad = in_laps(0, ((200,) * 10,) * 2), in_laps(1, ((200,) * 10,) * 2)
    laps = ((200,) * 10, odd)
    bad = replace(bad, arms={"gil-single": replace(bad.arms["gil-single"], laps=laps)})
    assert of(good, plan=IN_LAPS).disturbed == 0
    assert of(good, bad, plan=IN_LAPS).disturbed is None


@pytest.mark.parametrize("odd", [(), ((5, 5),)])
def test_one_value_without_a_time_and_the_block_has_none(odd):
    good = make_block(PLAN, 0, {"gil-single": FLAT})
    record = good.arms["gil-single"]
    bad = replace(record, spans=(*record.spans, odd))
    measured = of(good, replace(good, index=1, arms={"gil-single": bad}))
    assert list(measured.of("gil-single")) == [0]
    assert measured.dropped == (Flag(kind=FlagKind.NO_TIMES, arms=("gil-single",), values=(1,)),)
