"""How numbers read as plain text: the same words on a terminal, in Markdown and on pages.

One rounding rule: a ratio and the ends of its interval get as many decimals as show two significant
digits of the interval's half-width, at least 2 and at most 3. More would be noise, fewer would hide
what was paid for in blocks. Times get three significant digits, their interval stands beside them
in per cent. Percentages are the ratio itself (1.083 is 8.3 % slower) or its reciprocal (0.8 is 25 %
faster, since 1 / 0.8 = 1.25): 2 - ratio is not a speed.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ftguide.results.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ftguide.results.analysis import ArmTime
    from ftguide.results.verdicts import Comparison

UNKNOWN = "\N{EN DASH}"
_UNITS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "\N{MICRO SIGN}s"), (1e-9, "ns"))


def decimals(value: float, low: float, high: float) -> int:
    """Return the decimals of a ratio by the rule above; 3 where the interval has no width or end."""
    half = max(high - value, value - low)
    if not (math.isfinite(half) and half > 0):
        return 3
    return min(3, max(2, 1 - math.floor(math.log10(half))))


def ratio_text(ratio: float, low: float, high: float) -> str:
    """Spell a ratio with its interval, e.g. `1.083 [1.071, 1.095]`; without one when it has no end."""
    if math.isnan(ratio):
        return UNKNOWN
    places = decimals(ratio, low, high)
    if not (low > 0 and math.isfinite(high)):
        return f"{ratio:.{places}f} [no interval]"
    return f"{ratio:.{places}f} [{low:.{places}f}, {high:.{places}f}]"


def comparison_text(one: Comparison) -> str:
    """Spell a comparison's ratio with its interval."""
    return ratio_text(one.ratio, one.low, one.high)


def time_text(one: ArmTime) -> str:
    """Spell an arm's mean time per unit of work, e.g. `12.4 ms ±0.3 %`."""
    text = seconds_text(one.mean)
    half = max(one.high - one.mean, one.mean - one.low)
    if one.mean > 0 and math.isfinite(half):
        text += f" {floor_percent(half / one.mean)}"
    return text


def seconds_text(seconds: float) -> str:
    """Spell a time with three significant digits and its unit, e.g. `12.4 ms`."""
    if not (math.isfinite(seconds) and seconds > 0):
        return "0 s" if seconds == 0 else UNKNOWN
    rounded = float(f"{seconds:.2e}")  # first, so that 999.9 µs reads 1.00 ms and not 1000 µs
    scale, unit = next((one for one in _UNITS if rounded >= one[0]), _UNITS[-1])
    value = float(f"{rounded / scale:.2e}")
    return f"{value:.{max(0, 2 - math.floor(math.log10(value)))}f} {unit}"


def floor_percent(share: float) -> str:
    """Spell a half-width, e.g. `±0.6 %`, with two significant digits but never under 0.01 %."""
    percent = 100 * share
    places = 0 if percent >= 9.95 else 1 if percent >= 0.0995 else 2
    return f"\N{PLUS-MINUS SIGN}{percent:.{places}f} %"


def floor_text(floor: float | None) -> str:
    """Spell a noise floor, given as |ln r|, e.g. `floor ±0.6 %`."""
    return "floor not measured" if floor is None else f"floor {floor_percent(math.expm1(floor))}"


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


def text_table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Draw a table in columns for a terminal or a plain-text file; ValueError for uneven rows."""
    lines = [headers, *rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    drawn = [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    ]
    rule = "  ".join("-" * width for width in widths)
    return "\n".join([drawn[0], rule, *drawn[1:]]) + "\n"


def markdown_table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Draw a GitHub-flavoured Markdown table; bars and line breaks in cells are escaped."""

    def line(cells: Sequence[str]) -> str:
        return "| " + " | ".join(_cell(cell) for cell in cells) + " |"

    rule = "|" + " --- |" * len(headers)
    return "\n".join([line(headers), rule, *map(line, rows)]) + "\n"


def _cell(text: str) -> str:
    return " ".join(text.replace("\\", "\\\\").replace("|", "\\|").split())
