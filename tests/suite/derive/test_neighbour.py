"""Ratios told apart by whether somebody else was on the core."""

import math
import random

import pytest

from ftguide.statistics.estimates import mean
from ftguide.suite.derive.analysis import report
from ftguide.suite.derive.flag import FlagKind
from ftguide.suite.derive.flags import flags
from ftguide.suite.derive.neighbour import FEWEST, split
from ftguide.suite.derive.series import series
from ftguide.suite.results_csv import results_csv
from ftguide.suite.words import flag_text
from tests.suite.derive.builder import make_block, make_plan, stored_of

PLAN = make_plan(arms=("gil-single", "ft-single"))
PAIR = ("ft-single", "gil-single")
OWN, SHARED = 1.27, 1.15


def blocks_of(states, *, own=OWN, shared=SHARED, noise=0.0, seed=1):
    """Return a block per state: how much slower the core was; the ratio follows that state."""
    chance = random.Random(seed)
    found = []
    for index, slow in enumerate(states):
        ratio = shared if slow >= 1.4 else own
        gil, ft = (
            1e-3 * slow * factor * math.exp(chance.gauss(0, noise)) for factor in (1.0, ratio)
        )
        found.append(make_block(PLAN, index, {"gil-single": [gil] * 4, "ft-single": [ft] * 4}))
    return found


COMES_AND_GOES = [1.0] * 12 + [1.6] * 15 + [1.3] * 3


def test_either_state_has_its_ratio_and_blocks_between_count_for_neither():
    found = split(series(PLAN, blocks_of(COMES_AND_GOES)), *PAIR)
    assert found.own.ratio == pytest.approx(OWN)
    assert found.shared.ratio == pytest.approx(SHARED)
    assert (found.own.k, found.shared.k) == (12, 15)
    assert found.differ


@pytest.mark.parametrize(
    "states",
    [
        [1.0] * 30,
        [1.6] * 30,
        [1.0] * (FEWEST - 1) + [1.6] * 30,
        [1.0] * 30 + [1.6] * (FEWEST - 1),
        [1.0, 1.1] * 30,
        [1.0] * 5 + [1.6] * 5,
        [],
    ],
    ids=["own", "shared", "few own", "few shared", "one speed", "few blocks", "none"],
)
def test_what_was_met_too_seldom_is_not_told_apart(states):
    assert split(series(PLAN, blocks_of(states)), *PAIR) is None


def test_a_row_that_depends_on_the_neighbour_is_flagged_and_another_is_not():
    flag = "neighbour in 15 of 30 blocks (ft-single/gil-single)"
    moved = series(PLAN, blocks_of(COMES_AND_GOES, noise=0.005))
    assert flag in map(flag_text, flags(moved, [PAIR], pinned=True))
    steady = series(PLAN, blocks_of(COMES_AND_GOES, shared=OWN, noise=0.005))
    assert split(steady, *PAIR) is not None
    assert FlagKind.NEIGHBOUR not in {one.kind for one in flags(steady, [PAIR], pinned=True)}


def test_both_readings_are_exported_and_the_row_counts_all_blocks():
    made = report(stored_of((PLAN, blocks_of(COMES_AND_GOES))))
    row = made.rows[0]
    assert row.single.k == len(COMES_AND_GOES)
    assert SHARED < row.single.ratio < OWN
    lines = [line.split(",") for line in results_csv(made).splitlines()]
    kind, ratio, k = (lines[0].index(name) for name in ("quantity", "value", "blocks"))
    lines = [one for one in lines[1:] if one[kind] != "seconds"]
    assert [(one[kind], one[k]) for one in lines] == [
        ("time", "30"),
        ("own core", "12"),
        ("shared core", "15"),
    ]
    assert float(lines[1][ratio]) == pytest.approx(OWN)


@pytest.mark.slow
def test_choosing_by_speed_does_not_choose_by_ratio():
    # Noise of 4 % reaches the limits now and then; both intervals must still hold their ratio.
    chance, own, shared = random.Random(20261127), [], []
    for seed in range(400):
        states = [
            chance.choice((1.0, 1.6)) * math.exp(abs(chance.gauss(0, 0.02))) for _ in range(60)
        ]
        found = split(series(PLAN, blocks_of(states, noise=0.04, seed=seed)), *PAIR)
        own.append(found.own.low <= OWN <= found.own.high)
        shared.append(found.shared.low <= SHARED <= found.shared.high)
    assert 0.93 <= mean(own) <= 0.97
    assert 0.93 <= mean(shared) <= 0.97


@pytest.mark.parametrize(
    ("slow", "own", "shared"),
    [(1.19, 13, 12), (1.21, 12, 12), (1.39, 12, 12), (1.41, 12, 13)],
)
def test_a_block_belongs_to_a_state_by_how_much_slower_than_the_fastest_it_is(slow, own, shared):
    states = [1.0] * 12 + [1.6] * 12 + [slow]
    found = split(series(PLAN, blocks_of(states, shared=OWN)), *PAIR)
    assert (found.own.k, found.shared.k) == (own, shared)


def test_ten_blocks_of_either_state_are_enough():
    found = split(series(PLAN, blocks_of([1.0] * FEWEST + [1.6] * FEWEST)), *PAIR)
    assert (found.own.k, found.shared.k) == (10, 10)
