"""How numbers read: one function for each kind of value, the same on a terminal, in Markdown and on pages.

One rounding rule: what has an interval gets as many decimals as show two significant digits of the
interval's half-width; a ratio at least 2 and at most 3 of them. More would be noise, fewer would hide what
was paid for in blocks. A time without an interval gets three significant digits, a share without one as
many as `percent_text` says. Percentages of ratios are the ratio itself (1.083 is 8.3 % slower) or its
reciprocal (0.8 is 25 % faster, since 1 / 0.8 = 1.25): 2 - ratio is not a speed.

Blanks are plain; a page may make those before a unit unbreakable.
"""

from __future__ import annotations

import math

EN_DASH = "\N{EN DASH}"
UNKNOWN = EN_DASH
NO_INTERVAL = "no interval"
_UNITS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "\N{MICRO SIGN}s"), (1e-9, "ns"))


def _places(value: float, low: float, high: float, *, least: int, most: int) -> int | None:
    """Return the decimals by the rule above; None where the interval has no width or no end."""
    half = max(high - value, value - low)
    if not (math.isfinite(half) and half > 0):
        return None
    return min(most, max(least, 1 - math.floor(math.log10(half))))


def interval_text(low: float, high: float, places: int) -> str:
    """Spell an interval, e.g. `1.071` to `1.095` with a dash; one without an end says so."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return NO_INTERVAL
    return f"{low:.{places}f}{EN_DASH}{high:.{places}f}"


def ratio_parts(ratio: float, low: float, high: float) -> tuple[str, str]:
    """Spell a ratio and its interval apart, with equally many decimals."""
    if math.isnan(ratio):
        return UNKNOWN, NO_INTERVAL
    places = _places(ratio, low, high, least=2, most=3) or 3
    return f"{ratio:.{places}f}", interval_text(low, high, places)


def ratio_text(ratio: float, low: float, high: float) -> str:
    """Spell a ratio with its interval, e.g. `1.083 [1.071, 1.095]`; without one when it has no end."""
    if math.isnan(ratio):
        return UNKNOWN
    value, ends = ratio_parts(ratio, low, high)
    return f"{value} [{ends.replace(EN_DASH, ', ')}]"


def _unit(seconds: float) -> tuple[float, str]:
    """Return the unit of a time: of what it rounds to, so that 999.96 µs reads 1.00 ms."""
    rounded = float(f"{seconds:.2e}")
    return next((unit for unit in _UNITS if rounded >= unit[0]), _UNITS[-1])


def seconds_text(seconds: float) -> str:
    """Spell a time with three significant digits and its unit, e.g. `12.4 ms`."""
    if not (math.isfinite(seconds) and seconds > 0):
        return "0 s" if seconds == 0 else UNKNOWN
    scale, unit = _unit(seconds)
    value = float(f"{seconds / scale:.2e}")
    return f"{value:.{_three_digits(value)}f} {unit}"


def _three_digits(value: float) -> int:
    """Return the decimals that show three significant digits."""
    return max(0, 2 - math.floor(math.log10(float(f"{value:.2e}"))))


def _with_unit(interval: str, unit: str) -> str:
    return interval if interval == NO_INTERVAL else f"{interval} {unit}"


def seconds_parts(seconds: float, low: float, high: float) -> tuple[str, str]:
    """Spell a time and its interval apart, in one unit and with equally many decimals."""
    spelled, ends, _ = times_parts(seconds, low, high, seconds)
    return spelled, ends


def times_parts(mean: float, low: float, high: float, median: float) -> tuple[str, str, str]:
    """Spell a mean time, its interval, and the median like the mean."""
    if not (math.isfinite(mean) and mean > 0):
        return seconds_text(mean), NO_INTERVAL, seconds_text(median)
    scale, unit = _unit(mean)
    places = _places(mean / scale, low / scale, high / scale, least=0, most=3)
    if places is None:
        places = _three_digits(mean / scale)
    spelled, middle = (f"{value / scale:.{places}f} {unit}" for value in (mean, median))
    return spelled, _with_unit(interval_text(low / scale, high / scale, places), unit), middle


def percent_text(share: float) -> str:
    """Spell a share, e.g. `0.6 %`: no decimals from 10 % on, one from 0.1 % on, else two."""
    return f"{100 * share:.{_percent_places(100 * share)}f} %"


def _percent_places(percent: float) -> int:
    return 0 if percent >= 9.95 or percent == 0 else 1 if percent >= 0.0995 else 2


def percent_parts(share: float, low: float, high: float) -> tuple[str, str]:
    """Spell a share and its interval apart, with equally many decimals, at most two."""
    percent, low, high = 100 * share, 100 * low, 100 * high
    places = _places(percent, low, high, least=0, most=2)
    if places is None:
        places = _percent_places(percent)
    return f"{percent:.{places}f} %", _with_unit(interval_text(low, high, places), "%")


def number_parts(value: float, low: float, high: float) -> tuple[str, str]:
    """Spell a number without a unit and its interval apart, with equally many decimals."""
    places = _places(value, low, high, least=0, most=3)
    if places is None:
        places = _three_digits(value) if value > 0 else 0
    return f"{value:.{places}f}", interval_text(low, high, places)


def floor_text(floor: float | None) -> str:
    """Spell a noise floor, given as |ln r|, in per cent of the ratio, e.g. `±0.6 %`."""
    if floor is None:
        return "not measured"
    return f"\N{PLUS-MINUS SIGN}{percent_text(math.expm1(floor))}"


def bytes_text(count: int) -> str:
    """Spell a size with a binary unit, e.g. `15.6 GiB`."""
    value = float(count)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if value < 1024:
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1024
    return f"{value:.1f} TiB"


def frequency_text(count: int, samples: int, high: float) -> str:
    """Spell how often something was seen: a share, or for zero the rate that its bound leaves: `< 9e-8`.

    `high` is the upper bound of the rate. Without samples there is nothing to tell.
    """
    if not samples:
        return "no samples"
    if not count:
        return f"< {_two_digits_up(high)}"
    share = count / samples
    if share >= 0.0001:
        return percent_text(share)
    return f"{share:.1e}".replace("e-0", "e-")


def _two_digits_up(value: float) -> str:
    """Spell a bound with one digit, rounded up, so that it stays one."""
    if value >= 0.0001:
        return f"{math.ceil(value * 1e4) / 1e2:g} %"
    exponent = math.floor(math.log10(value))
    digit = math.ceil(value / 10**exponent)
    return f"{digit}e{exponent}" if digit < 10 else f"1e{exponent + 1}"
