"""The facts of a run in words: the same on a terminal, in Markdown, in CSV and on pages. Pure."""

from __future__ import annotations

import math
from typing import Protocol

from ftguide.interpreters.model import Facts
from ftguide.machine import Machine
from ftguide.render import numbers
from ftguide.suite.derive.analysis import Row
from ftguide.suite.derive.compare import Condition, ConditionKind, LeftOut, Obstacle
from ftguide.suite.derive.families import Family
from ftguide.suite.derive.flag import Flag, FlagKind
from ftguide.suite.derive.observed import Count
from ftguide.suite.derive.scaling import FEWEST_COUNTS, FEWEST_WORKERS, Refusal, Refused
from ftguide.suite.derive.timeline import Steal
from ftguide.suite.derive.verdicts import Comparison, Verdict
from ftguide.suite.record.model import IndexEntry
from ftguide.vocabulary import Arm, Mode

_MODES = {
    Mode.THREADS: ("thread", "threads"),
    Mode.INTERPRETERS: ("subinterpreter", "subinterpreters"),
    Mode.PROCESSES: ("process", "processes"),
}


class Ratio(Protocol):
    """A comparison, an estimate or a mean: a ratio with its interval."""

    @property
    def ratio(self) -> float:
        """The ratio."""

    @property
    def low(self) -> float:
        """The lower end of its interval."""

    @property
    def high(self) -> float:
        """The upper end of its interval."""


def ratio_text(of: Ratio) -> str:
    """Spell a ratio with its interval in one text."""
    return numbers.ratio_text(of.ratio, of.low, of.high)


def ratio_parts(of: Ratio) -> tuple[str, str]:
    """Spell a ratio and its interval apart."""
    return numbers.ratio_parts(of.ratio, of.low, of.high)


def count_parts(count: Count) -> tuple[str, str]:
    """Spell what a workload counted and its interval apart: a share in per cent, a time, or a number."""
    unit = count.quantity.unit
    spell = {"share": numbers.percent_parts, "s": numbers.seconds_parts}
    return spell.get(unit, numbers.number_parts)(count.mean, count.low, count.high)


def change_text(comparison: Comparison) -> str:
    """Say a ratio in words: `8.3 % slower`, `2.50x the time`, `1.92x the throughput`.

    A per cent gets one decimal, none where the interval's half-width is 1 % or more.
    """
    ratio, low, high = comparison.ratio, comparison.low, comparison.high
    if math.isnan(ratio):
        return numbers.UNKNOWN
    if comparison.kind == "speedup":
        return f"{ratio:.2f}x the throughput"
    if comparison.kind == "efficiency":
        return f"{100 * ratio:.0f} % of the throughput of processes"
    slower = ratio >= 1
    factor = ratio if slower else 1 / ratio
    if factor >= 2:
        return f"{factor:.2f}x the {'time' if slower else 'speed'}"
    half = factor * (high / low - 1) / 2 if low > 0 else math.inf
    places = 0 if 0.01 <= half < math.inf else 1
    return f"{100 * (factor - 1):.{places}f} % {'slower' if slower else 'faster'}"


def verdict_text(comparison: Comparison, floor: float | None) -> str:
    """Say what stands beside a ratio, e.g. `slower`, `no difference resolved (floor ±0.6 %)`."""
    if comparison.verdict is Verdict.SAME:
        return "same within 3 %"
    if comparison.verdict is Verdict.UNRESOLVED and floor is not None:
        return f"{comparison.verdict} (floor {numbers.floor_text(floor)})"
    return str(comparison.verdict)


def reading(comparison: Comparison, floor: float | None) -> str:
    """Say what a comparison lets us say: by how much, where it is more than nothing; else the verdict."""
    if comparison.verdict in {Verdict.SLOWER, Verdict.FASTER, Verdict.NOT_JUDGED}:
        return change_text(comparison)
    return verdict_text(comparison, floor)


def _blocks(count: float) -> str:
    return f"{count:.0f} block{'' if count == 1 else 's'}"


def flag_text(flag: Flag) -> str:
    """Say a flag with its number, e.g. `spread 7.4 % (ft-single/gil-single)`."""
    arms = "/".join(flag.arms)
    match flag.kind, flag.values:
        case FlagKind.OTHER_CODE | FlagKind.WRONG_GIL | FlagKind.NO_TIMES, [blocks]:
            return _left_out(flag.kind, arms, _blocks(blocks))
        case FlagKind.NEIGHBOUR, [shared, blocks]:
            return f"{flag.kind} in {shared:.0f} of {_blocks(blocks)} ({arms})"
        case FlagKind.COLLECTIONS, [left, right]:
            return f"{flag.kind} {left:.1f} against {right:.1f} a slice ({arms})"
        case FlagKind.DISTURBED, [share]:
            return f"{flag.kind} {numbers.percent_text(share)} of laps"
    shares = map(numbers.percent_text, flag.values)
    return " ".join((flag.kind, *shares, *([f"({arms})"] if arms else [])))


def _left_out(kind: FlagKind, arm: str, blocks: str) -> str:
    if kind is FlagKind.OTHER_CODE:
        return f"{blocks} of other code left out"
    if kind is FlagKind.NO_TIMES:
        return f"{blocks} of {arm} without times left out"
    state = "off" if Arm.parse(arm).gil_expected else "on"
    return f"GIL was {state} in {blocks} of {arm}, left out"


def flags_text(row: Row) -> str:
    """Say all flags of a row, or why it failed, or that there are none."""
    if row.failure is not None:
        return f"failed: {row.failure.kind}: {row.failure.message}"
    return "; ".join(map(flag_text, row.flags)) or "none"


def flag_kinds(row: Row) -> str:
    """Name the kinds of a row's flags without their numbers, for tables of many rows."""
    return ", ".join(dict.fromkeys(flag.kind for flag in row.flags)) or flags_text(row)


def condition_text(condition: Condition, before: str = "before", after: str = "after") -> str:
    """Say what else differs between two runs, which are called by the two words."""
    kind = str(condition.kind)
    if condition.kind is ConditionKind.BINARY and isinstance(condition.before, Facts):
        kind = f"{condition.before.build.words} {kind}"
    old, new = map(_condition, (condition.before, condition.after))
    return f"another {kind}: {old} {before}, {new} {after}"


def _condition(value: Facts | Machine | str | int) -> str:
    if isinstance(value, Facts):
        return f"{value.version}, {value.compiler}"
    if isinstance(value, Machine):
        cpus = value.usable_cpus
        return f"{value.cpu_model} with {cpus} usable CPU{'' if cpus == 1 else 's'}"
    return str(value)


def obstacle_text(left_out: LeftOut) -> str:
    """Say why something is not compared."""
    match left_out.obstacle:
        case Obstacle.ONLY_IN:
            return f"only in {left_out.run_id}"
        case Obstacle.OTHER_CODE:
            return "the runs measured different code"
        case Obstacle.FEW_BLOCKS:
            return "fewer than two blocks in a run"


def refused_text(refused: Refused) -> str:
    """Say why no scaling law is fitted."""
    match refused.reason:
        case Refusal.FEW_WORKERS:
            return (
                f"at most {refused.value:.0f} workers were measured: contention can be seen, a law "
                f"cannot (that takes {FEWEST_WORKERS})"
            )
        case Refusal.FEW_COUNTS:
            return (
                f"{refused.value:.0f} counts of workers were measured, a law takes {FEWEST_COUNTS}"
            )
        case Refusal.MISFIT:
            off = numbers.percent_text(refused.value)
            return f"no law fits: a point is {off} off the best of them"


def steal_text(steal: Steal) -> str:
    """Say what was stolen during a block."""
    return f"{numbers.percent_text(steal.share)} stolen during {steal.workload}"


def arm_text(name: str) -> str:
    """Say an arm in words, e.g. `free-threaded build, 2 threads`; unknown names stay as they are."""
    try:
        arm = Arm.parse(name)
    except ValueError:
        return name
    build = f"{arm.build.words} build"
    if arm.gil_on:
        build += " with the GIL switched on"
    if arm.mode is Mode.SINGLE:
        return f"{build}, one thread{' (again)' if arm.again else ''}"
    return f"{build}, {arm.workers} {_MODES[arm.mode][arm.workers > 1]}"


def group_heading(name: str) -> str:
    """Name a group as a heading."""
    special = {"stdlib": "Standard library", "asyncio": "asyncio", "mine": "Your own code"}
    return special.get(name, name.capitalize())


def family_heading(family: Family) -> str:
    """Name a family as a heading: its group, and which part of it."""
    heading = group_heading(family.group)
    return heading if family.part is None else f"{heading}: {family.part}"


def day(started: str) -> str:
    """Return the date of an ISO 8601 time."""
    return started[:10]


def run_text(entry: IndexEntry) -> str:
    """Say which run this is in one line."""
    return (
        f"CPython {entry.python}, {entry.compiler}, machine {entry.machine}, {day(entry.started)}"
    )
