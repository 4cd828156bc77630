"""Numbers as text: digits follow the interval."""

import math

import pytest

from ftguide.render.numbers import floor_text, ratio_text, seconds_text


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
        (math.log(1.006), "floor ±0.6 %"),
        (math.log(1.12), "floor ±12 %"),
        (math.log(1.0004), "floor ±0.04 %"),
        (math.log(1.5), "floor ±50 %"),
        (None, "floor not measured"),
    ],
)
def test_a_floor_is_a_logarithm_shown_in_per_cent(floor, text):
    assert floor_text(floor) == text
