"""What a comparison says, in words: the same on a terminal, in Markdown and on pages."""

from __future__ import annotations

import math

from ftguide.render.numbers import UNKNOWN, floor_text, ratio_text
from ftguide.suite.derive.verdicts import Comparison, Verdict


def comparison_text(one: Comparison) -> str:
    """Spell a comparison's ratio with its interval."""
    return ratio_text(one.ratio, one.low, one.high)


def change_text(one: Comparison) -> str:
    """Say a ratio in words: `8.3 % slower`, `2.50x the time`, `1.92x the throughput`.

    A per cent gets one decimal, none where the interval's half-width is 1 % or more.
    """
    if math.isnan(one.ratio):
        return UNKNOWN
    if one.kind == "speedup":
        return f"{one.ratio:.2f}x the throughput"
    if one.kind == "efficiency":
        return f"{100 * one.ratio:.0f} % of the throughput of processes"
    slower = one.ratio >= 1
    factor = one.ratio if slower else 1 / one.ratio
    if factor >= 2:
        return f"{factor:.2f}x the {'time' if slower else 'speed'}"
    half = factor * (one.high / one.low - 1) / 2 if one.low > 0 else math.inf
    places = 0 if 0.01 <= half < math.inf else 1
    return f"{100 * (factor - 1):.{places}f} % {'slower' if slower else 'faster'}"


def verdict_text(one: Comparison, floor: float | None) -> str:
    """Say what a comparison lets us say, e.g. `no difference resolved (floor ±0.6 %)`."""
    if one.verdict in {Verdict.SLOWER, Verdict.FASTER, Verdict.NOT_JUDGED}:
        return change_text(one)
    if one.verdict is Verdict.SAME:
        return "same within 3 %"
    if one.verdict is Verdict.UNRESOLVED and floor is not None:
        return f"{one.verdict} ({floor_text(floor)})"
    return str(one.verdict)
