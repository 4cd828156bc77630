"""How numbers and settings read: one spelling for pages, charts, citations and roles.

Pure functions from values to text. Times come in seconds per unit of work, ratios as time on the
free-threaded build / time on the GIL-enabled build unless a comparison says otherwise.
"""

from __future__ import annotations

import math

from ftguide.render import numbers
from ftguide.suite.derive.analysis import ArmTime
from ftguide.suite.derive.families import Family
from ftguide.suite.derive.verdicts import Comparison, Verdict
from ftguide.suite.record.model import IndexEntry
from ftguide.vocabulary import Arm, Mode

EN_DASH = "\N{EN DASH}"
NBSP = "\N{NO-BREAK SPACE}"

_UNITS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "\N{MICRO SIGN}s"), (1e-9, "ns"))
_MODES = {
    Mode.THREADS: ("thread", "threads"),
    Mode.INTERPRETERS: ("subinterpreter", "subinterpreters"),
    Mode.PROCESSES: ("process", "processes"),
}


def interval(low: float, high: float, places: int) -> str:
    """Spell an interval, e.g. `1.071 to 1.095` with a dash; one without an end says nothing."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return "no interval"
    return f"{low:.{places}f}{EN_DASH}{high:.{places}f}"


def ratio(one: Comparison) -> tuple[str, str]:
    """Spell a comparison as its number and its interval, with the same number of decimals."""
    places = numbers.decimals(one.ratio, one.low, one.high)
    return f"{one.ratio:.{places}f}", interval(one.low, one.high, places)


def time(one: ArmTime) -> tuple[str, str, str]:
    """Spell an arm's time per unit of work: mean, its interval, median; each with the same unit.

    The mean comes first because the interval is the mean's.
    """
    scale, unit = next((u for u in _UNITS if abs(one.mean) >= u[0]), _UNITS[-1])
    mean, low, high, median = (value / scale for value in (one.mean, one.low, one.high, one.median))
    half = max(high - mean, mean - low)
    if not (math.isfinite(half) and half > 0):
        half = mean * 1e-3
    places = min(3, max(0, 1 - math.floor(math.log10(half)))) if half > 0 else 3
    spelled = (f"{mean:.{places}f}", interval(low, high, places), f"{median:.{places}f}")
    first, second, third = (
        f"{text}{NBSP}{unit}" if text[-1].isdigit() else text for text in spelled
    )
    return first, second, third


def floor(value: float | None) -> str:
    """Spell a noise floor, given as |ln r|, in per cent of the ratio; e.g. `±0.8 %`."""
    if value is None:
        return "not measured"
    return f"\N{PLUS-MINUS SIGN}{100 * math.expm1(value):.1f}{NBSP}%"


def verdict(one: Comparison, noise_floor: float | None) -> str:
    """Say what a comparison of times allows to say."""
    if one.verdict in {Verdict.SLOWER, Verdict.FASTER}:
        return str(one.verdict)
    if one.verdict is Verdict.SAME:
        return f"same within 3{NBSP}%"
    if one.verdict is Verdict.UNRESOLVED and noise_floor is not None:
        return f"no difference resolved (floor {floor(noise_floor)})"
    return str(one.verdict)


def arm(name: str) -> str:
    """Say an arm in words, e.g. `free-threaded build, 2 threads`; unknown names stay as they are."""
    try:
        parsed = Arm.parse(name)
    except ValueError:
        return name
    build = f"{parsed.build.words} build"
    if parsed.gil_on:
        build += " with the GIL switched on"
    if parsed.mode is Mode.SINGLE:
        return f"{build}, one thread{' (again)' if parsed.again else ''}"
    return f"{build}, {parsed.workers} {_MODES[parsed.mode][parsed.workers > 1]}"


def group(name: str) -> str:
    """Name a group as a heading."""
    special = {"stdlib": "Standard library", "asyncio": "asyncio", "mine": "Your own code"}
    return special.get(name, name.capitalize())


def family(one: Family) -> str:
    """Name a family as a heading: its group, and which part of it."""
    return group(one.group) if one.part is None else f"{group(one.group)}: {one.part}"


def bytes_(count: int) -> str:
    """Spell a size with a binary unit, e.g. `15.6 GiB`."""
    value = float(count)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if value < 1024:
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1024
    return f"{value:.1f} TiB"


def day(started: str) -> str:
    """Return the date of an ISO 8601 time."""
    return started[:10]


def summary(entry: IndexEntry) -> str:
    """Say which run this is in one line."""
    return (
        f"CPython {entry.python}, {entry.compiler}, machine {entry.machine}, {day(entry.started)}"
    )


def quantity(mean: float, low: float, high: float, unit: str) -> tuple[str, str]:
    """Spell a counted quantity and its interval: a share in per cent, a time, or a number."""
    if unit == "share":
        places = 2 if 0 < mean < 0.01 else 1
        ends = [f"{100 * value:.{places}f}" for value in (low, high) if math.isfinite(value)]
        return f"{100 * mean:.{places}f}{NBSP}%", EN_DASH.join(ends) + f"{NBSP}%"
    if unit == "s":
        return numbers.seconds_text(mean), EN_DASH.join(
            numbers.seconds_text(value) for value in (low, high)
        )
    return f"{mean:.3g}", interval(low, high, 2)
