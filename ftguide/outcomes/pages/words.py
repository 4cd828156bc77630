"""Verdicts, grades and counts in words, the same in cells, tables and prose. Pure."""

from __future__ import annotations

from ftguide.outcomes.derive.differences import Difference
from ftguide.outcomes.derive.grades import Cell, Grade, Seen, Verdict
from ftguide.render import numbers
from ftguide.statistics.proportions import Rate

#: A shape for each verdict, so that a cell is read without its colour.
SHAPES = {
    Verdict.ACCEPTABLE: "\N{BLACK CIRCLE}",
    Verdict.INTERESTING: "\N{BLACK UP-POINTING TRIANGLE}",
    Verdict.FORBIDDEN: "\N{BLACK SQUARE}",
    Verdict.CRASH: "\N{HEAVY MULTIPLICATION X}",
    Verdict.HANG: "\N{BLACK DIAMOND}",
    Verdict.UNKNOWN: "?",
    Verdict.NOT_TESTED: "\N{WHITE CIRCLE}",
}
VERDICTS = {
    Verdict.ACCEPTABLE: "only acceptable outcomes were seen",
    Verdict.INTERESTING: "an outcome was seen that is allowed and surprises",
    Verdict.FORBIDDEN: "an outcome was seen that contradicts the documentation, or a corrupted object",
    Verdict.CRASH: "the interpreter ended by a signal or a fatal error",
    Verdict.HANG: "a process stood still for ten seconds",
    Verdict.UNKNOWN: "an outcome was seen that the test does not know",
    Verdict.NOT_TESTED: "the threads overlapped in fewer than 5 % of the calls, so nothing was learned",
}
GRADES = {grade: grade.value for grade in Grade}


def interpreter(name: str) -> str:
    """Spell an interpreter's name: `3.14.7t, GIL on`."""
    return name.replace("-gil-on", ", GIL on")


def count(value: int) -> str:
    """Spell a count with commas."""
    return f"{value:,}"


def share(of: Rate) -> str:
    """Spell how often: a share with its bounds, or zero with the rate that it leaves possible."""
    if not of.samples:
        return numbers.UNKNOWN
    spelled = numbers.frequency_text(of.count, of.samples, of.high)
    return spelled if of.count else f"0 ({spelled})"


def bounds(of: Rate) -> str:
    """Spell the bounds of a rate at 95 %."""
    low, high = (
        numbers.frequency_text(1, 1, 1) if x == 1 else f"{x:.2g}" for x in (of.low, of.high)
    )
    return f"{low} to {high}"


def shown(seen: Seen) -> str:
    """Spell what a cell of a table says about an outcome."""
    if seen.ending:
        return f"{seen.rate.count} of {seen.rate.samples} processes"
    return share(seen.rate)


def rate_text(seen: Seen, name: str) -> str:
    """Spell an outcome's rate for prose: with its denominator and its interpreter."""
    where = interpreter(name)
    if seen.ending:
        return f"{seen.rate.count} of {seen.rate.samples} processes on {where}"
    if seen.rate.count:
        # A share in scientific notation is no prose; the count itself is.
        rare = seen.rate.count < 1e-4 * seen.rate.samples
        often = count(seen.rate.count) if rare else share(seen.rate)
        return f"{often} of {count(seen.rate.samples)} samples on {where}"
    bound = numbers.frequency_text(0, seen.rate.samples, seen.rate.high).removeprefix("< ")
    return f"0 of {count(seen.rate.samples)} samples on {where} (rate below {bound})"


def count_text(seen: Seen, _name: str) -> str:
    """Spell an outcome's count for a cell, whose headings say on what and of what."""
    return f"{count(seen.rate.count)} of {count(seen.rate.samples)}"


def overlap(cell: Cell) -> str:
    """Spell how often the actors overlapped."""
    if cell.overlap is None:
        return numbers.UNKNOWN
    if not cell.observation.overlapping:
        return f"0 of {count(cell.observation.stamped)}"
    return numbers.frequency_text(cell.observation.overlapping, cell.observation.stamped, 1.0)


def difference(of: Difference) -> str:
    """Spell a difference as a sentence without its end."""
    return (
        f"{of.outcome}: {share(of.left_rate)} on {interpreter(of.left)}, "
        f"{share(of.right_rate)} on {interpreter(of.right)}"
    )
