"""The facts of a run in words: the same on a terminal, in Markdown, in CSV and on pages. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping

from ftguide.ground.machine import Machine
from ftguide.ground.vocabulary import Arm, Mode
from ftguide.interpreters.model import Facts
from ftguide.render import numbers
from ftguide.statistics.estimates import Interval
from ftguide.suite.derive import objections
from ftguide.suite.derive.analysis import Row
from ftguide.suite.derive.compare import Condition, ConditionKind, LeftOut, Obstacle, Outdated
from ftguide.suite.derive.families import Family, Part
from ftguide.suite.derive.flag import Flag, FlagKind
from ftguide.suite.derive.observed import Count
from ftguide.suite.derive.reproduced import FEWEST, SHARE, Agreement
from ftguide.suite.derive.scaling import FEWEST_COUNTS, FEWEST_WORKERS, Refusal, Refused
from ftguide.suite.derive.timeline import Steal
from ftguide.suite.derive.verdicts import Comparison, ComparisonKind, Verdict
from ftguide.suite.record.model import IndexEntry

_MODES = {
    Mode.THREADS: ("thread", "threads"),
    Mode.INTERPRETERS: ("subinterpreter", "subinterpreters"),
    Mode.PROCESSES: ("process", "processes"),
}
_PARTS = {
    Part.PYTHON_CODE: " of Python code",
    Part.COLLECTOR: " about the garbage collector",
    Part.START_UP: " about starting a process",
}


def ratio_text(of: Interval) -> str:
    """Spell a ratio with its interval in one text."""
    return numbers.ratio_text(of.ratio, of.low, of.high)


def ratio_parts(of: Interval) -> tuple[str, str]:
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
    if comparison.kind is ComparisonKind.SPEEDUP:
        return f"{ratio:.2f}x the throughput"
    if comparison.kind is ComparisonKind.EFFICIENCY:
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


def flag_text(flag: Flag) -> str:
    """Say a flag with its number, e.g. `spread 7.4 % (ft-single/gil-single)`."""
    arms = "/".join(flag.arms)
    match flag.kind, flag.values:
        case FlagKind.OTHER_CODE, [count]:
            text = f"{_blocks(count)} of other code left out"
        case FlagKind.NO_TIMES, [count]:
            text = f"{_blocks(count)} of {arms} without times left out"
        case FlagKind.WRONG_GIL, [count]:
            state = "off" if Arm.parse(arms).gil_expected else "on"
            text = f"GIL was {state} in {_blocks(count)} of {arms}, left out"
        case FlagKind.NEIGHBOUR, [shared, count]:
            text = f"{flag.kind} in {shared:.0f} of {_blocks(count)} ({arms})"
        case FlagKind.COLLECTIONS, [left, right]:
            text = f"{flag.kind} {left:.1f} against {right:.1f} a value ({arms})"
        case FlagKind.DISTURBED, [share]:
            text = f"{flag.kind} {numbers.percent_text(share)} of laps"
        case _:
            shares = map(numbers.percent_text, flag.values)
            text = " ".join((flag.kind, *shares, *([f"({arms})"] if arms else [])))
    return text


def _blocks(count: float) -> str:
    return f"{count:.0f} block{'' if count == 1 else 's'}"


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
    return {
        Obstacle.ONLY_IN: f"only in {left_out.run_id}",
        Obstacle.OTHER_CODE: "the runs measured different code",
        Obstacle.FEW_BLOCKS: "fewer than two blocks in a run",
    }[left_out.obstacle]


def objection_text(objection: objections.Objection) -> str:
    """Say why a run must not be published."""
    kinds, value, slug = objections.ObjectionKind, objection.value, objection.slug
    presets, fewest = " or ".join(objections.PUBLISHED_PRESETS), objections.FEWEST_BLOCKS
    return {
        kinds.UNFINISHED: "it is unfinished: resume it first",
        kinds.PRESET: f"its preset is {value}: publish {presets} runs",
        kinds.DIFFERENCES: f"its pair is not like for like: {value}",
        kinds.UNOPTIMISED: "its interpreters are unoptimised builds (no PGO)",
        kinds.UNPINNED: "its processes were not pinned to CPUs, and its system can pin them",
        kinds.DIRTY: "the working tree differed from its commit, so nobody could measure the same again",
        kinds.USER_CODE: f"{slug} is somebody's own code, which nobody else can measure",
        kinds.FAILED: f"{slug} failed ({value})",
        kinds.FEW_BLOCKS: f"{slug} has {value} blocks, at least {fewest} are needed",
    }[objection.kind]


def outdated_text(outdated: Outdated) -> str:
    """Say how the code that a run measured differs from today's declaration."""
    if outdated.declared is None:
        return "the workload is no longer declared"
    (version, code), (now, code_now) = outdated.measured, outdated.declared
    if version != now:
        return f"run has version {version}, the declaration is version {now}"
    return f"run has source hash {code[:12]}, the declaration has {code_now[:12]}"


def refused_text(refused: Refused) -> str:
    """Say why no scaling law is fitted."""
    count, off = f"{refused.value:.0f}", numbers.percent_text(refused.value)
    return {
        Refusal.FEW_WORKERS: f"at most {count} workers were measured: contention can be seen, a law "
        f"cannot (that takes {FEWEST_WORKERS})",
        Refusal.FEW_COUNTS: f"{count} counts of workers were measured, a law takes {FEWEST_COUNTS}",
        Refusal.MISFIT: f"no law fits: a point is {off} off the best of them",
    }[refused.reason]


def steal_text(steal: Steal) -> str:
    """Say what was stolen during a block."""
    return f"{numbers.percent_text(steal.share)} stolen during {steal.workload}"


def arm_text(name: str) -> str:
    """Say an arm in words, e.g. `free-threaded build, 2 threads`; unknown names stay as they are."""
    try:
        arm = Arm.parse(name)
    except ValueError:
        return name
    build = f"{arm.build.words} build{f' of {arm.line}' if arm.line else ''}"
    if arm.gil_on:
        build += " with the GIL switched on"
    if arm.mode is Mode.SINGLE:
        return f"{build}, one thread{' (again)' if arm.replicate else ''}"
    return f"{build}, {arm.workers} {_MODES[arm.mode][arm.workers > 1]}"


def left_out_texts(left_out: Mapping[str, str]) -> list[tuple[str, str]]:
    """Say by reason what a run left out of a workload: `Not run in processes`, `Not run as ft-single-again`.

    Keys are modes, in which a workload cannot be run or was not, and single arms.
    """
    modes, by_reason = set(Mode), dict[str, tuple[list[str], list[str]]]()
    for name, reason in left_out.items():
        by_reason.setdefault(reason, ([], []))[name not in modes].append(name)
    texts = []
    for reason, (in_modes, arms) in by_reason.items():
        if in_modes:
            texts.append((reason, f"Not run in {' or '.join(in_modes)}"))
        if arms:
            texts.append((reason, f"Not run as {', '.join(arms)}"))
    return texts


def group_heading(name: str) -> str:
    """Name a group as a heading."""
    special = {"stdlib": "Standard library", "asyncio": "asyncio", "mine": "Your own code"}
    return special.get(name, name.capitalize())


def family_heading(family: Family) -> str:
    """Name a family as a heading: its group, and which part of it."""
    heading = group_heading(family.group)
    return heading if family.part is None else f"{heading}: {family.part}"


def workloads_text(family: Family, number: int) -> str:
    """Say a number of a family's workloads, e.g. `8 workloads of Python code`."""
    part = "" if family.part is None else _PARTS[family.part]
    return f"{number} workload{'' if number == 1 else 's'}{part}"


def day(started: str) -> str:
    """Return the date of an ISO 8601 time."""
    return started[:10]


def agreement_text(agreement: Agreement) -> str:
    """Say whether a contributed run is reproduced, with the numbers that decide it."""
    counted = f"{agreement.agreeing} of the {agreement.shared} ratios that it shares with one of ours agree"
    if agreement.reproduced:
        return f"It is reproduced: {counted}."
    if agreement.shared < FEWEST:
        return f"It is not reproduced: {counted}, and {FEWEST} have to be shared."
    return f"It is not reproduced: {counted}, and {SHARE:.0%} would have to."


def run_text(entry: IndexEntry) -> str:
    """Say which run this is in one line."""
    return (
        f"CPython {entry.python}, {entry.compiler}, machine {entry.machine}, "
        f"{day(entry.started)}{', contributed' if entry.contributed else ''}"
    )
