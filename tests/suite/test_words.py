"""Words follow from the ratio or its reciprocal, and from what a comparison lets us say."""

import pytest

from ftguide.suite.derive.verdicts import Comparison, ComparisonKind, Verdict
from ftguide.suite.words import change_text, ratio_text, reading


def comparison(ratio, half=0.004, verdict=Verdict.SLOWER, kind="time"):
    return Comparison(
        arm="ft-single",
        base="gil-single",
        ratio=ratio,
        low=ratio - half,
        high=ratio + half,
        k=10,
        standard_error=0.001,
        p=0.001,
        q=0.001,
        verdict=verdict,
        kind=ComparisonKind(kind),
    )


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
    assert reading(comparison(1.083, verdict=verdict, kind=kind), floor) == text


def test_a_comparison_is_its_ratio_and_interval():
    assert ratio_text(comparison(1.0834)) == "1.083 [1.079, 1.087]"
