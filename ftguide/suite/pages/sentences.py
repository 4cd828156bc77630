"""What a chart shows, in one sentence made from its numbers: who wins, by how much, and how sure that is.

A sentence claims a difference only where an interval excludes 1, and for times where the verdict says so: a
ratio within the noise floor stays unresolved, however narrow its interval is. Pure.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

from ftguide.ground.vocabulary import Arm, Build, Mode
from ftguide.render import numbers
from ftguide.render.words import capital
from ftguide.statistics.estimates import Interval
from ftguide.suite import words
from ftguide.suite.derive.mode_tables import Way, Ways
from ftguide.suite.derive.verdicts import PRACTICAL, Comparison, Verdict

#: A ratio with what it is of.
Pair = tuple[str, Interval]

ONE_THREAD = "one thread of the GIL-enabled build"
_COUNTS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_MODES = {
    Mode.SINGLE: "thread",
    Mode.THREADS: "thread",
    Mode.INTERPRETERS: "subinterpreter",
    Mode.PROCESSES: "process",
}
_CLAIMED = {Verdict.SLOWER, Verdict.FASTER}


def count(number: int) -> str:
    """Spell a number of workers: in letters up to ten."""
    return _COUNTS[number] if number < len(_COUNTS) else str(number)


def of_arm(name: str) -> str:
    """Say an arm, e.g. `two threads of the free-threaded build`."""
    arm = Arm.parse(name)
    return f"{workers(arm)} of the {arm.build.words} build"


def workers(arm: Arm) -> str:
    """Say the workers of an arm, e.g. `two threads`."""
    mode = _MODES[arm.mode]
    number = 1 if arm.mode is Mode.SINGLE else arm.workers
    plural = "es" if mode.endswith("s") else "s"
    return f"{count(number)} {mode}{plural if number > 1 else ''}"


def excludes(of: Interval) -> bool:
    """Return whether an interval leaves 1 out."""
    return of.low > 1 or of.high < 1


def known(of: Interval) -> bool:
    """Return whether a ratio has an interval with two ends."""
    return of.low > 0 and math.isfinite(of.high)


def spelled(of: Interval) -> str:
    """Spell a ratio with its interval, as charts do."""
    value, ends = words.ratio_parts(of)
    return f"{value} ({ends})"


def _certain(of: Interval) -> str:
    if not known(of):
        return "too few blocks for an interval"
    return f"an interval that {'excludes' if excludes(of) else 'includes'} 1"


def of_times(single: Comparison, floor: float | None) -> str:
    """Say which build wins with one thread."""
    takes = f"takes {spelled(single)} times as long"
    said = f"the free-threaded build {takes} as the GIL-enabled build"
    return {
        Verdict.SLOWER: f"The GIL-enabled build wins: {said}, {_certain(single)}.",
        Verdict.FASTER: f"The free-threaded build wins: it {takes}, {_certain(single)}.",
        Verdict.SAME: f"Neither build wins: {said}, which is the same within 3 %.",
        Verdict.UNKNOWN: f"Nothing is decided yet: {said}, {_certain(single)}.",
    }.get(
        single.verdict,
        f"Neither build is shown to win: {said}, {_certain(single)}{_yet(single, floor)}.",
    )


def _yet(single: Comparison, floor: float | None) -> str:
    """Say why an interval that excludes 1 shows nothing."""
    if not excludes(single):
        return ""
    if floor is not None and abs(math.log(single.ratio)) <= floor:
        return f", but two copies of one build come apart as far ({numbers.floor_text(floor)})"
    return f", but not a difference of {PRACTICAL:.0%}".replace("%", " %")


def of_ways(ways: Ways, floor: float | None) -> str:
    """Say which way to run a workload wins, and what threads of both builds reach.

    Nothing wins by less than `floor`, the noise floor as |ln r|. Ways that cannot be told apart from the best
    win together: on one build by their own comparison, on two where the intervals overlap.
    """
    arms = {way.arm: Arm.parse(way.arm) for way in ways.ways}
    others = [way for way in ways.ways if arms[way.arm] != Arm(Build.GIL, Mode.SINGLE)]
    best = max(others, key=lambda way: way.throughput.ratio)
    # The question of the page first: threads of the free-threaded build, as many as there were.
    threads = sorted(
        (way for way in others if arms[way.arm].mode is Mode.THREADS),
        key=lambda way: (arms[way.arm].build is Build.GIL, -arms[way.arm].workers),
    )
    asked = [
        next(own) for _, own in itertools.groupby(threads, key=lambda way: arms[way.arm].build)
    ]
    if not _apart(best, floor) or best.throughput.ratio < 1:
        first, *rest = asked or [best]
        wins = all(_apart(way, floor) and way.throughput.ratio < 1 for way in others)
        said = f"{capital(ONE_THREAD)} wins" if wins else f"No way is shown to beat {ONE_THREAD}"
        said += (
            f": {of_arm(first.arm)} {_verb(first, 'reach')} {spelled(first.throughput)} times its "
        )
        return f"{said}throughput, {_certain(first.throughput)}{_rest(rest, first)}."
    level = [way for way in others if way is best or _level(way, best)]
    first = next((way for way in threads if way in level), best)
    said = (
        f"{capital(of_arm(first.arm))} {_verb(first, 'win')}, with {spelled(first.throughput)} times the "
        f"throughput of {ONE_THREAD}, {_certain(first.throughput)}"
    )
    alike = [way for way in level if way is not first]
    if alike:
        named = _listed([f"{of_arm(way.arm)} ({way.throughput.ratio:.2f})" for way in alike])
        said += f"; not told apart from that: {named}"
    behind = [way for way in asked if way not in level]
    return f"{said}{_rest(behind, None if alike else first)}."


def _apart(way: Way, floor: float | None) -> bool:
    """Return whether a way differs from one thread of the GIL-enabled build by more than noise does."""
    of = way.throughput
    return known(of) and excludes(of) and abs(math.log(of.ratio)) > (floor or 0)


def _level(way: Way, best: Way) -> bool:
    if Arm.parse(way.arm).build is Arm.parse(best.arm).build:
        return way.fastest
    return way.throughput.high >= best.throughput.low


def _verb(way: Way, verb: str) -> str:
    plural = Arm.parse(way.arm).workers > 1
    return verb if plural else f"{verb}es" if verb.endswith("ch") else f"{verb}s"


def _rest(others: Sequence[Way], last: Way | None) -> str:
    """Say what other threads reach; `last` are the workers that were named before."""
    said = ""
    for way in others:
        arm, before = Arm.parse(way.arm), Arm.parse(last.arm) if last is not None else None
        alike = before is not None and (arm.mode, arm.workers) == (before.mode, before.workers)
        name = f"those of the {arm.build.words} build" if alike else of_arm(way.arm)
        said += f"; {name} {_verb(way, 'reach')} {spelled(way.throughput)}"
        last = way
    return said


def _listed(texts: Sequence[str], most: int = 2) -> str:
    """List texts, those beyond `most` as a number."""
    if len(texts) > most:
        left = len(texts) - most
        texts = [*texts[:most], f"{count(left)} other way{'s' if left > 1 else ''}"]
    return " and ".join(texts) if len(texts) < 3 else f"{', '.join(texts[:-1])} and {texts[-1]}"


def of_several(
    what: str, measured: Sequence[Pair], *, unit: str, place: str, more: str, less: str
) -> str:
    """Say of a ratio in how many places it is above and below 1, and where it is least and most.

    `what` acts, e.g. `the free-threaded build`; `more` and `less` are what it does, e.g. `takes more time`;
    a place is called `unit` and introduced by `place`: `workloads` and `in`.
    """
    claimed = [of.ratio for _, of in measured if _claims(of)]
    counted = [(more, sum(r > 1 for r in claimed)), (less, sum(r < 1 for r in claimed))]
    counted = sorted((each for each in counted if each[1]), key=lambda each: -each[1])
    if len(measured) == 1:
        told = [verb for verb, _ in counted] or ["is shown to differ in neither direction"]
        return f"{capital(what)} {told[0]}: the ratio is {spelled(measured[0][1])}."
    total = f"{len(measured)} {unit}"
    if counted:
        (verb, number), *others = counted
        whole = "all" if number == len(measured) else f"{number} of"
        said = f"{capital(what)} {verb} {place} {whole} {total}"
        said += "".join(f" and {verb} {place} {number}" for verb, number in others)
    else:
        said = f"No difference is shown {place} any of {total}"
    low, high = (pick(measured, key=lambda each: each[1].ratio) for pick in (min, max))
    least, most = (f"{spelled(ratio)} {place} {label}" for label, ratio in (low, high))
    return f"{said}; the ratios go from {least} to {most}."


def _claims(of: Interval) -> bool:
    """Return whether a ratio is shown to differ from 1: by its verdict where it was judged."""
    if isinstance(of, Comparison) and of.verdict is not Verdict.NOT_JUDGED:
        return of.verdict in _CLAIMED
    return known(of) and excludes(of)


def of_changes(measured: Sequence[tuple[str, Comparison]]) -> str:
    """Say how many ratios read faster and slower, and which is the largest change."""
    claimed = [each for each in measured if each[1].verdict in _CLAIMED]
    total = len(measured)
    if not claimed:
        return "No ratio shown here reads as faster or as slower."
    faster = sum(each.verdict is Verdict.FASTER for _, each in claimed)
    label, most = max(claimed, key=lambda each: abs(math.log(each[1].ratio)))
    counted = (("faster", faster), ("slower", len(claimed) - faster))
    told = " and ".join(
        f"{number} {'read' if number > 1 else 'reads'} as {word}"
        for word, number in counted
        if number
    )
    return (
        f"Of the {total} ratios shown here, {told}; the largest change is to {spelled(most)} times the time "
        f"({label})."
    )
