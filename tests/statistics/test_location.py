"""Trimmed means, typical and undisturbed laps: what keeps a few odd blocks or laps from deciding."""

import math

import pytest

from ftguide.statistics.estimates import located, mean, standard_error, typical_lap, undisturbed

#: Dana's study of self-awareness, as Wilcox prints it ("Introduction to Robust Estimation and
#: Hypothesis Testing"): 20 % trimmed mean 282.7, 20 % winsorised variance 21551.4.
#: (Twice, since fewer than 20 values are not trimmed here: all moments but the counts stay.)
DANA = [
    77,
    87,
    88,
    114,
    151,
    210,
    219,
    246,
    253,
    262,
    296,
    299,
    306,
    376,
    428,
    515,
    666,
    1310,
    2611,
]


def test_a_trimmed_mean_is_that_of_the_textbook():
    at = located(DANA * 2, trim=0.16)
    assert at.centre == pytest.approx(282.7, abs=0.05)
    # Yuen's squares: 38 values with twice the sum of 19, 26 of them kept.
    assert at.error**2 * 26 * 25 == pytest.approx(2 * 18 * 21551.4, rel=1e-5)
    assert at.freedom == 25


def test_a_mishap_in_one_block_of_forty_moves_nothing_and_few_blocks_lose_none():
    calm = [0.1 + 0.01 * (-1) ** i for i in range(40)]
    wild = [*calm[:-1], 3.0]
    assert located(wild).centre == pytest.approx(located(calm).centre, abs=0.002)
    assert located(wild).error < 1.2 * located(calm).error
    for values in (calm[:19], calm[:2]):
        at = located(values)
        assert at.centre == mean(values)
        assert (at.error, at.freedom) == (standard_error(values), len(values) - 1)
    assert located([0.2]).error == math.inf
    assert located([5.0] * 20).error == 0


def test_laps_that_somebody_else_slowed_down_are_told_from_quiet_ones():
    quiet, slow = [1000, 1010, 1020, 1030] * 20, [1500, 1700] * 15
    laps = [*slow, *quiet]
    assert undisturbed(laps) == quiet
    assert undisturbed(quiet) == quiet, "nothing is left out where nothing is odd"
    assert undisturbed([1, *quiet]) == [1, *quiet], "one odd reading of the clock moves no limit"
    assert undisturbed([7]) == [7]
    with pytest.raises(ValueError, match="no laps"):
        undisturbed([])


def test_typical_laps_know_neither_odd_readings_nor_bursts():
    quiet = [1000, 1010, 1020, 1030] * 20
    calm = typical_lap(quiet)
    assert calm == pytest.approx(1009)
    assert typical_lap([1, 2, 3, *quiet, *[9000] * 40]) == pytest.approx(calm, rel=0.01)
    assert typical_lap(quiet[::-1]) == calm, "the order does not matter"


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8])
def test_two_heaps_of_the_work_itself_make_typical_laps_follow_their_shares(share):
    # A median would jump from one heap to the other at a half.
    heaps = [1000] * round(100 * share) + [1100] * round(100 * (1 - share))
    short = min(1.0, max(0.0, (share - 0.1) / 0.5))
    assert typical_lap(heaps) == pytest.approx(1000 * short + 1100 * (1 - short))


@pytest.mark.parametrize("laps", [[7], [7, 7], [7] * 9])
def test_few_laps_have_a_typical_one(laps):
    assert typical_lap(laps) == 7


def test_no_laps_have_none():
    with pytest.raises(ValueError, match="no laps"):
        typical_lap([])


def test_a_lap_is_disturbed_beyond_a_quarter_more_than_the_quiet_one():
    """Of 101 laps the quiet one is the third shortest."""
    laps = [1, 2, *[1000] * 97, 1250, 1251]
    assert undisturbed(laps) == laps[:-1]
    assert undisturbed([1, 2, 3, *[1000] * 98]) == [1, 2, 3]


def test_ten_laps_are_typical_without_the_shortest_and_the_four_longest():
    assert typical_lap([1, 20, 30, 40, 50, 60, 700, 800, 900, 1000]) == 40
    assert typical_lap([1, 20, 30, 40, 50, 60, 70, 800, 900, 1000, 1100, 1200]) == pytest.approx(
        sum((20, 30, 40, 50, 60, 70)) / 6
    )
