"""Rows timed in laps: what is typical, what is disturbed, and when nothing may be left out."""

import csv
import math
import random
from dataclasses import replace

import pytest

from ftguide.statistics.estimates import mean, ratio_interval, typical_lap
from ftguide.suite.derive.analysis import report
from ftguide.suite.derive.flags import flags
from ftguide.suite.derive.series import series
from ftguide.suite.results_csv import results_csv
from ftguide.suite.words import flag_text
from tests.suite.derive.builder import LOOPS, make_block, make_plan, stored_of

PLAN = make_plan(arms=("gil-single", "ft-single"), laps=True)
LAPS = 100


def values_of(quiet, disturbed, *, values=4, factor=1.6):
    """Return laps of `quiet` ns, the first `disturbed` of every value longer by `factor`."""
    return ((round(quiet * factor),) * disturbed + (quiet,) * (LAPS - disturbed),) * values


def block(index, gil, ft, **changes):
    """Make a block from the laps of both arms."""
    laps = {"gil-single": gil, "ft-single": ft}
    times = {arm: [sum(value) / LOOPS / 1e9 for value in values] for arm, values in laps.items()}
    arms = {arm: {"laps": values, **changes} for arm, values in laps.items()}
    return make_block(PLAN, index, times, arms)


#: Bursts hit the free-threaded arm in one block and the other in the next; the work takes 1.25 times.
BLOCKS = [
    block(0, values_of(200_000, 0), values_of(250_000, 40)),
    block(1, values_of(200_000, 40), values_of(250_000, 0)),
    block(2, values_of(200_000, 10), values_of(250_000, 20)),
]


def test_disturbed_laps_do_not_count_and_are_counted():
    row = report(stored_of((PLAN, BLOCKS))).rows[0]
    assert row.single.ratio == pytest.approx(1.25)
    assert row.single.high / row.single.low == pytest.approx(1)
    assert row.disturbed == pytest.approx((40 + 40 + 30) / (6 * LAPS))
    # 40 % of laps 1.6 times as long are 1.24 times the time; the first two blocks cancel.
    assert row.whole.ratio == pytest.approx(1.25 * (1.12 / 1.06) ** (1 / 3))
    assert row.whole.high / row.whole.low > 1.5


def test_one_collection_anywhere_and_all_time_counts():
    collected = block(3, values_of(200_000, 0), values_of(250_000, 40), gc_collections=1)
    row = report(stored_of((PLAN, [*BLOCKS[1:], replace(collected, index=0)]))).rows[0]
    assert (row.disturbed, row.whole) == (None, None)
    assert row.single.high / row.single.low > 1.2


@pytest.mark.parametrize("laps", [(), ((0,) * LAPS,) * 4, ((200_000,) * LAPS,) * 3, ((),) * 4])
def test_laps_that_are_missing_or_no_times_leave_the_row_whole(laps):
    record = replace(BLOCKS[0].arms["gil-single"], laps=laps)
    broken = replace(BLOCKS[0], arms={**BLOCKS[0].arms, "gil-single": record})
    assert series(PLAN, [broken, *BLOCKS[1:]]).disturbed is None


def test_a_row_that_was_disturbed_much_is_flagged():
    noisy = [block(index, values_of(200_000, 60), values_of(250_000, 60)) for index in range(3)]
    found = flags(series(PLAN, noisy), [("ft-single", "gil-single")], pinned=True)
    assert "disturbed 60 % of laps" in map(flag_text, found)
    assert not flags(series(PLAN, BLOCKS[2:]), [], pinned=True)


def test_drift_is_that_of_typical_laps():
    quiet, burst = values_of(200_000, 0, values=2), values_of(200_000, 40, values=2)
    drifting = block(0, (*quiet, *burst), values_of(250_000, 0))
    assert series(PLAN, [drifting]).drift("ft-single", "gil-single") == pytest.approx(0)


def test_the_ratio_of_all_time_is_exported_beside():
    lines = csv.DictReader(results_csv(report(stored_of((PLAN, BLOCKS)))).splitlines())
    kinds = [line["quantity"] for line in lines]
    assert kinds == ["seconds", "seconds", "time", "all time"]


def slowed(chance, busy, work):
    """Return an arm's laps beside a neighbour that keeps the core busy for that share of the time."""
    laps, burst = [], False
    while len(laps) < LAPS:
        factor = chance.uniform(1.4, 1.8) if burst else 1.0
        laps += [work * factor * chance.gauss(1, 0.01) for _ in range(chance.randint(3, 20))]
        burst = chance.random() < busy
    return laps[:LAPS]


def experiment(chance, blocks=30):
    """Return the interval of a ratio of 1.25 from that many blocks."""
    logs = []
    for _ in range(blocks):
        busy = chance.random()  # the same for both arms, which meet it at different moments
        ft, gil = (slowed(chance, busy, work) for work in (250_000, 200_000))
        logs.append(math.log(typical_lap(ft) / typical_lap(gil)))
    return ratio_interval(logs)


@pytest.mark.slow
def test_typical_laps_catch_the_ratio_beside_a_noisy_neighbour():
    chance = random.Random(20261127)
    found = [experiment(chance) for _ in range(400)]
    assert 0.93 <= mean([one.low <= 1.25 <= one.high for one in found]) <= 0.97
