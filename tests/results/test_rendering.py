"""Plain text: digits follow the interval, words follow from the ratio or its reciprocal."""

import math

import pytest

from ftguide.results.analysis import ArmTime
from ftguide.results.rendering import (
    change_text,
    comparison_text,
    floor_text,
    markdown_table,
    ratio_text,
    seconds_text,
    text_table,
    time_text,
    verdict_text,
)
from ftguide.results.verdicts import Comparison, Verdict


def comparison(ratio, half=0.004, verdict=Verdict.SLOWER, kind="time"):
    return Comparison(
        arm="ft-single",
        base="gil-single",
        ratio=ratio,
        low=ratio - half,
        high=ratio + half,
        k=10,
        p=0.001,
        q=0.001,
        verdict=verdict,
        kind=kind,
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
    assert comparison_text(comparison(ratio, half)) == text


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


def test_a_time_shows_its_interval_in_per_cent():
    one = ArmTime(arm="ft-single", median=0.012, mean=0.0124, low=0.01236, high=0.01244, slices=40)
    assert time_text(one) == "12.4 ms ±0.3 %"
    alone = ArmTime(arm="ft-single", median=0.012, mean=0.0124, low=0, high=math.inf, slices=4)
    assert time_text(alone) == "12.4 ms"


@pytest.mark.parametrize(
    ("ratio", "half", "kind", "text"),
    [
        (1.083, 0.004, "time", "8.3 % slower"),
        (1.083, 0.03, "time", "8 % slower"),
        (0.8, 0.004, "time", "25.0 % faster"),  # 1 / 0.8 = 1.25; 2 - 0.8 would say 20
        (0.5, 0.004, "time", "2.00x the speed"),
        (2.5, 0.004, "time", "2.50x the time"),
        (1.92, 0.01, "speedup", "1.92x the throughput"),
        (0.31, 0.01, "speedup", "0.31x the throughput"),
        (0.96, 0.01, "efficiency", "96 % of the throughput of processes"),
    ],
)
def test_words_come_from_the_ratio_or_its_reciprocal(ratio, half, kind, text):
    assert change_text(comparison(ratio, half, kind=kind)) == text


@pytest.mark.parametrize(
    ("verdict", "kind", "floor", "text"),
    [
        (Verdict.SLOWER, "time", 0.006, "8.3 % slower"),
        (Verdict.SAME, "time", 0.006, "same within 3 %"),
        (Verdict.UNRESOLVED, "time", 0.006, "no difference resolved (floor ±0.6 %)"),
        (Verdict.UNRESOLVED, "time", None, "no difference resolved"),
        (Verdict.UNKNOWN, "time", None, "not enough blocks"),
        (Verdict.NOT_JUDGED, "speedup", 0.006, "1.08x the throughput"),
    ],
)
def test_a_verdict_says_what_the_row_lets_us_say(verdict, kind, floor, text):
    assert verdict_text(comparison(1.083, verdict=verdict, kind=kind), floor) == text


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


def test_tables():
    headers, rows = ("workload", "ratio"), [("nbody", "1.083"), ("a|b\n", "")]
    assert text_table(headers, rows[:1]) == ("workload  ratio\n--------  -----\nnbody     1.083\n")
    assert markdown_table(headers, rows) == (
        "| workload | ratio |\n| --- | --- |\n| nbody | 1.083 |\n| a\\|b |  |\n"
    )
    with pytest.raises(ValueError, match="argument 2 is shorter"):
        text_table(headers, [("one",)])
