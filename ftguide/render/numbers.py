"""How numbers read: one spelling for the terminal, for Markdown and for pages.

One rounding rule: a ratio and the ends of its interval get as many decimals as show two significant
digits of the interval's half-width, at least 2 and at most 3. More would be noise, fewer would hide
what was paid for in blocks. Times get three significant digits, their interval stands beside them
in per cent. Percentages are the ratio itself (1.083 is 8.3 % slower) or its reciprocal (0.8 is 25 %
faster, since 1 / 0.8 = 1.25): 2 - ratio is not a speed.
"""

from __future__ import annotations

import math

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
