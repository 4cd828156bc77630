"""Numbers as text: digits follow the interval."""

import math

import pytest

from ftguide.render.numbers import (
    NO_INTERVAL,
    floor_text,
    number_parts,
    percent_parts,
    percent_text,
    ratio_parts,
    ratio_text,
    seconds_parts,
    seconds_text,
    times_parts,
)


@pytest.mark.parametrize(
    ("ratio", "half", "text"),
    [
        (1.0834, 0.012, "1.083 [1.071, 1.095]"),
        (1.0834, 0.0041, "1.083 [1.079, 1.087]"),
        (1.0834, 0.00002, "1.083 [1.083, 1.083]"),  # three decimals are the most
        (1.0834, 0.12, "1.08 [0.96, 1.20]"),
        (3.2, 1.4, "3.20 [1.80, 4.60]"),  # two are the least
        (1.5, 0.0, "1.500 [1.500, 1.500]"),
    ],
)
def test_a_ratio_has_two_digits_of_its_half_width(ratio, half, text):
    assert ratio_text(ratio, ratio - half, ratio + half) == text


def test_a_ratio_without_an_interval_says_so():
    assert ratio_text(1.0834, 0.0, math.inf) == "1.083 [no interval]"
    assert ratio_text(math.nan, 0.0, math.inf) == "\N{EN DASH}"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (12.4, "12.4 s"),
        (1.0, "1.00 s"),
        (0.0124, "12.4 ms"),
        (0.9999, "1.00 s"),
        (0.0009999, "1.00 ms"),
        (0.00099996, "1.00 ms"),
        (0.000999, "999 µs"),
        (1.234e-7, "123 ns"),
        (3.2e-10, "0.320 ns"),
        (123456.0, "123000 s"),
        (0.0, "0 s"),
        (math.nan, "\N{EN DASH}"),
        (math.inf, "\N{EN DASH}"),
    ],
)
def test_a_time_has_three_digits_and_a_unit(seconds, text):
    assert seconds_text(seconds) == text


@pytest.mark.parametrize(
    ("floor", "text"),
    [
        (math.log(1.006), "±0.6 %"),
        (math.log(1.12), "±12 %"),
        (math.log(1.0004), "±0.04 %"),
        (math.log(1.5), "±50 %"),
        (None, "not measured"),
    ],
)
def test_a_floor_is_a_logarithm_shown_in_per_cent(floor, text):
    assert floor_text(floor) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.0, "0 %"), (0.0004, "0.04 %"), (0.006, "0.6 %"), (0.0994, "9.9 %"), (0.0996, "10 %")],
)
def test_a_share_is_shown_in_per_cent(share, text):
    assert percent_text(share) == text


@pytest.mark.parametrize(
    ("spell", "value", "half", "texts"),
    [
        (ratio_parts, 1.0834, 0.012, ("1.083", "1.071-1.095")),
        (seconds_parts, 0.0123, 0.0005, ("12.30 ms", "11.80-12.80 ms")),
        (seconds_parts, 0.00099996, 0.00001, ("1.000 ms", "0.990-1.010 ms")),
        (seconds_parts, 0.0123, 0.0, ("12.3 ms", "12.3-12.3 ms")),
        (percent_parts, 0.453, 0.021, ("45.3 %", "43.2-47.4 %")),
        (percent_parts, 0.25, 0.0, ("25 %", "25-25 %")),
        (number_parts, 1234.5, 21.0, ("1234", "1214-1256")),
        (number_parts, 0.0, 0.0, ("0", "0-0")),
    ],
)
def test_a_value_has_the_digits_of_its_interval(spell, value, half, texts):
    found = spell(value, value - half, value + half)
    assert found == tuple(text.replace("-", "\N{EN DASH}") for text in texts)
    alone, none = spell(value, 0.0, math.inf)
    assert none == NO_INTERVAL
    assert alone.partition(" ")[2] == texts[0].partition(" ")[2], "the unit follows the value"


def test_a_median_reads_like_its_mean():
    spelled, _, median = times_parts(0.00100, 0.00099, 0.00101, 0.00098)
    assert (spelled, median) == ("1.000 ms", "0.980 ms")
