"""A run told in stretches: which blocks began in each, how fast the machine was, what was stolen."""

import math
from datetime import UTC, datetime, timedelta

import pytest

from ftguide.suite.derive.timeline import INTERVALS, timeline
from tests.suite.derive.builder import make_block, make_plan, stored_of

BEGIN = datetime(2026, 11, 23, 0, 51, tzinfo=UTC)
TIMES = {"gil-single": [1e-5] * 4, "ft-single": [1e-5] * 4}


def at(second, *, slug="nbody", index=0, seconds=1.0, times=TIMES, steal=0.0, **arms):
    """Make a block that begins so many seconds after its run."""
    started = (BEGIN + timedelta(seconds=second)).isoformat()
    plan = make_plan(slug, list(times))
    return make_block(plan, index, times, arms, started=started, seconds=seconds, steal=steal)


def told(*blocks):
    plans = {block.workload: make_plan(block.workload, list(block.arms)) for block in blocks}
    own = [(plan, [b for b in blocks if b.workload == slug]) for slug, plan in plans.items()]
    return timeline(stored_of(*own, started=BEGIN.isoformat()))


def test_a_run_without_blocks_has_no_stretches():
    assert told() == ()


def test_stretches_are_equally_long_about_half_a_minute_and_hold_what_began_in_them():
    """The last block ends after 120 s: four stretches. What begins at 30 s is in the second."""
    found = told(
        at(0), at(29, slug="richards"), at(29, index=1), at(30, index=2), at(95, seconds=25.0)
    )
    assert [(one.start, one.end) for one in found] == [(0, 30), (30, 60), (60, 90), (90, 120)]
    assert [one.blocks for one in found] == [3, 1, 0, 1]
    assert [one.workloads for one in found] == [2, 1, 0, 1]


@pytest.mark.parametrize(
    ("second", "seconds", "count", "length"),
    [
        (29, 1.0, 1, 30.0),
        (29, 1.5, 2, 15.25),
        (0, 0.25, 1, 1.0),  # never shorter than a second
        (3599, 1.0, INTERVALS, 180.0),  # never more of them than that
    ],
)
def test_long_runs_have_long_stretches(second, seconds, count, length):
    found = told(at(second, seconds=seconds))
    assert len(found) == count
    assert found[0].end - found[0].start == pytest.approx(length)
    assert found[-1].end == pytest.approx(count * length)


def slower(factor):
    return {arm: [factor * 1e-5] * 4 for arm in TIMES}


def test_slowness_is_relative_to_the_workloads_own_mean_over_the_run():
    """One thread takes 1, 4 and 2 units: the geometric mean is 2, so the machine was 0.5, 2 and 1."""
    found = told(
        at(0, times=slower(1)),
        at(30, times=slower(4), index=1),
        at(60, times=slower(2), index=2, seconds=30.0),
        # Another workload, a thousand times slower and always alike, in the first stretch only.
        at(1, slug="richards", times=slower(1000)),
    )
    assert [one.slowness for one in found] == pytest.approx([math.sqrt(0.5), 2, 1])


def test_slowness_is_that_of_one_thread_of_the_gil_enabled_build():
    without = at(30, times={"ft-single": [1e-5] * 4}, index=1)
    nothing = at(60, index=2, seconds=30.0, **{"gil-single": {"spans": (((0, 9),), ((5, 5),))}})
    found = told(at(0), without, nothing)
    assert [one.slowness for one in found] == [pytest.approx(1), None, None]
    assert [one.blocks for one in found] == [1, 1, 1]


def test_what_was_stolen_is_told_where_it_is_more_than_the_flag_allows():
    found = told(
        at(0, steal=0.005),
        at(1, steal=0.004, index=1),
        at(31, steal=0.006, index=2),
        at(30, steal=0.2, slug="richards"),
        at(60, steal=None, index=3, seconds=30.0),
    )
    assert [one.steal for one in found] == [0.005, 0.2, None]
    assert [[(s.workload, s.share) for s in one.steals] for one in found] == [
        [],
        [("richards", 0.2), ("nbody", 0.006)],
        [],
    ]
