"""The ways to run a workload side by side, and what it counted beside time."""

import dataclasses
import math

import pytest

from ftguide.ground.vocabulary import Build
from ftguide.suite.derive.analysis import report
from ftguide.suite.derive.mode_tables import ways
from ftguide.suite.derive.observed import observed
from ftguide.suite.derive.series import series
from ftguide.suite.record.model import Cost, Observed
from tests.suite.derive.builder import make_block, make_blocks, make_plan, stored_of

TIMES = {
    "gil-single": [1e-5, 1.01e-5, 0.99e-5],
    "ft-single": [1.1e-5, 1.12e-5, 1.09e-5],
    "ft-gil-on-single": [1.1e-5] * 3,
    "gil-single-again": [1e-5] * 3,
    "gil-threads-2": [2e-5, 2.02e-5, 1.98e-5],
    "ft-threads-2": [1.1e-5, 1.13e-5, 1.08e-5],
    "ft-processes-2": [1.1e-5, 1.11e-5, 1.10e-5],
    "gil-processes-2": [1e-5, 1.0e-5, 1.01e-5],
}


def made(costs=(), **changes):
    plan = make_plan("mandelbrot", list(TIMES), **changes)
    stored = stored_of((plan, make_blocks(plan, TIMES)))
    return dataclasses.replace(
        stored,
        costs=tuple(
            Cost(
                workload=plan.slug,
                version=plan.version,
                source_hash=source or plan.source_hash,
                arm=arm,
                start_seconds=starts,
                peak_pss_bytes=held,
                samples=3,
            )
            for arm, starts, held, source in costs
        ),
    )


def ways_of(stored, slug):
    return ways(report(stored), slug)


def test_copies_and_the_gil_on_arm_are_no_ways():
    found = ways_of(made(), "mandelbrot")
    assert [way.arm for way in found.ways] == [
        *("gil-single", "ft-single", "gil-threads-2", "ft-threads-2"),
        *("ft-processes-2", "gil-processes-2"),
    ]


def test_throughput_is_relative_to_one_gil_enabled_thread():
    by_arm = {way.arm: way.throughput.ratio for way in ways_of(made(), "mandelbrot").ways}
    assert by_arm["gil-single"] == 1.0
    assert by_arm["gil-threads-2"] == pytest.approx(1.0, rel=1e-3)
    assert by_arm["ft-threads-2"] == pytest.approx(2 / 1.1, rel=0.02)
    strong = {
        way.arm: way.throughput.ratio for way in ways_of(made(scaling="strong"), "mandelbrot").ways
    }
    assert strong["gil-processes-2"] == pytest.approx(2.0, rel=0.02)


def test_the_fastest_way_shares_its_title_with_what_cannot_be_told_apart():
    found = ways_of(made(), "mandelbrot")
    assert [way.arm for way in found.of(Build.GIL) if way.fastest] == ["gil-processes-2"]
    assert [way.arm for way in found.of(Build.FREE_THREADED) if way.fastest] == [
        "ft-threads-2",
        "ft-processes-2",
    ]


def test_costs_are_those_of_the_same_code():
    stored = made(
        costs=[
            ("ft-threads-2", (0.3, 0.1, 0.2), 50_000_000, None),
            ("ft-single", (0.1,), None, None),
            ("ft-processes-2", (9.0,), 1, "0" * 64),
        ]
    )
    by_arm = {way.arm: way for way in ways_of(stored, "mandelbrot").ways}
    assert (by_arm["ft-threads-2"].start_seconds, by_arm["ft-threads-2"].peak_pss_bytes) == (
        0.2,
        50_000_000,
    )
    assert (by_arm["ft-single"].start_seconds, by_arm["ft-single"].peak_pss_bytes) == (0.1, None)
    assert by_arm["ft-processes-2"].start_seconds is None


def test_one_way_is_no_choice():
    plan = make_plan("nbody", ["gil-single"])
    stored = stored_of((plan, make_blocks(plan, {"gil-single": [1e-5] * 3})))
    assert ways_of(stored, "nbody") is None


def test_modes_left_out_keep_their_reason():
    stored = made(without={"interpreters": "the module refuses subinterpreters"})
    assert ways_of(stored, "mandelbrot").left_out == {
        "interpreters": "the module refuses subinterpreters"
    }


def test_a_quantity_is_a_mean_over_blocks_of_a_mean_over_values():
    lost = Observed(key="lost", title="Lost updates", unit="share")
    plan = make_plan("counter", ["gil-single", "ft-single"], observes=(lost,))
    blocks = [
        make_block(
            plan,
            index,
            {"gil-single": [1e-5] * 2, "ft-single": [1e-5] * 2},
            {"ft-single": {"observed": ((share,), (share + 0.2,))}},
        )
        for index, share in enumerate((0.1, 0.2, 0.3))
    ]
    (count,) = observed(series(plan, blocks))
    assert (count.arm, count.quantity, count.blocks) == ("ft-single", lost, 3)
    assert count.mean == pytest.approx(0.3)
    # Student, 2 degrees of freedom: 4.302653 * 0.1 / sqrt(3), cut at zero below
    assert (count.low, count.high) == (
        pytest.approx(0.0515863, abs=1e-6),
        pytest.approx(0.5484137, abs=1e-6),
    )


def test_there_is_no_choice_without_one_gil_enabled_thread_to_be_relative_to():
    plan = make_plan("nbody", ["ft-single", "ft-threads-2"])
    stored = stored_of((plan, make_blocks(plan, {arm: [1e-5] * 3 for arm in plan.arms})))
    assert ways_of(stored, "nbody") is None


def test_two_ways_are_a_choice_even_on_one_build():
    times = {"gil-single": [1e-5] * 3, "gil-threads-2": [1e-5] * 3, "ft-single": [None] * 3}
    plan = make_plan("nbody", list(times))
    found = ways_of(stored_of((plan, make_blocks(plan, times))), "nbody")
    assert [(way.arm, way.fastest) for way in found.ways] == [
        ("gil-single", False),
        ("gil-threads-2", True),
    ]
    assert found.of(Build.FREE_THREADED) == ()


def test_a_way_that_no_interval_tells_from_the_fastest_is_as_fast():
    """Twice as fast in one block and half as fast in the next: nobody can say which is faster."""
    times = {"gil-single": [1e-5, 1e-5, 1e-5], "gil-threads-2": [1e-5, 4e-5, 1.9e-5]}
    plan = make_plan("nbody", list(times))
    found = ways_of(stored_of((plan, make_blocks(plan, times))), "nbody")
    assert [way.fastest for way in found.ways] == [True, True]


def test_what_a_block_did_not_count_is_no_part_of_the_mean():
    """Blocks of an older program counted one quantity; the second has a mean of the others alone."""
    kinds = tuple(Observed(key=key, title=key, unit="number") for key in ("one", "two"))
    plan = make_plan("counter", ["ft-single"], observes=kinds)
    counted = [((1.0,), (3.0, 7.0)), ((4.0, 10.0), (4.0, 30.0)), ()]
    blocks = [
        make_block(plan, i, {"ft-single": [1e-5] * 2}, {"ft-single": {"observed": values}})
        for i, values in enumerate(counted)
    ]
    first, second = observed(series(plan, blocks))
    assert (first.quantity, first.mean, first.blocks) == (kinds[0], 3.0, 2)
    assert (second.quantity, second.mean, second.blocks) == (kinds[1], 20.0, 1)
    assert (second.low, second.high) == (0, math.inf)
    assert observed(series(plan, blocks[2:])) == ()


def test_ways_that_take_exactly_as_long_are_both_the_fastest():
    times = {"gil-single": [1e-5] * 3, "ft-threads-2": [1e-5] * 3, "ft-processes-2": [1e-5] * 3}
    plan = make_plan("nbody", list(times))
    found = ways_of(stored_of((plan, make_blocks(plan, times))), "nbody")
    assert [way.fastest for way in found.of(Build.FREE_THREADED)] == [True, True]
