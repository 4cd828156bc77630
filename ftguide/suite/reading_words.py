"""What a reading says in sentences: the same on a terminal and in a forum. Pure.

A sentence never says more than the reading. What was measured and what was only read in the text of the
code are told apart, and a cause is called probable.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ftguide.render import numbers
from ftguide.suite import words
from ftguide.suite.derive import flags
from ftguide.suite.derive import reading as readings
from ftguide.suite.derive.reading import Cause, Disturbance, Reading, Verdict, Whole
from ftguide.suite.derive.waiting import Waiting
from ftguide.suite.record.model import Resemblance

#: What resembles what, see there.
TABLE = tomllib.loads(Path(__file__).with_suffix(".toml").read_text())
#: Places in the code that are named.
MOST_NAMED = 3
#: What is measured as a whole.
WHOLE = {Whole.COMMAND: "whole command", Whole.OWN_THREADS: "whole call"}
#: What starts threads is no object that they share.
STARTERS = ("thread", "pool")
#: Where each cause of the scaling page is explained.
SCALING = "scaling"
LOCKS = 2
_CAUSE = "scaling-cause-{}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page of this site, or a place on it."""

    docname: str
    anchor: str = ""

    def address(self, base: str) -> str:
        """Return the address below a base, which ends with a slash or is empty."""
        return f"{base}{self.docname}.html" + (f"#{self.anchor}" if self.anchor else "")


def sentences(of: Reading) -> Iterator[str]:
    """Yield what is to be said of one piece of code, in the order of its weight."""
    yield from _verdict(of)
    yield from _cause(of)
    yield from _resembles(of)
    if of.verdict is not Verdict.UNKNOWN or of.whole is not None:
        yield from _machine(of)
    yield from _trial(of)


def in_short(of: Reading) -> str:
    """Say the verdict in a few words, for a heading."""
    if of.whole is not None and of.verdict is not Verdict.GROWS:
        return WHOLE[of.whole]
    return {
        Verdict.UNKNOWN: "nothing concluded",
        Verdict.GROWS: "work grows",
        Verdict.BUSY: "machine too busy",
        Verdict.SCALES: "scales",
        Verdict.SHARED: "something is shared",
        Verdict.MACHINE: "not what is shared",
        Verdict.UNSURE: "not resolved",
    }[of.verdict]


def pages(of: Reading) -> list[Page]:
    """Return where to read on: the probable cause, then what looks alike."""
    if of.gains_nothing:
        return [Page(docname=SCALING), *list(dict.fromkeys(_alike(of)))[:MOST_NAMED]]
    if of.verdict in {Verdict.GROWS, Verdict.SCALES} or of.whole is not None:
        return []
    if of.verdict is Verdict.MACHINE:
        return [_cause_page(5), Page(docname="benchmarks/mandelbrot")]
    found = list(dict.fromkeys(_alike(of)))
    return [*dict.fromkeys(_cause_page(number) for number in causes(of)), *found[:MOST_NAMED]]


def causes(of: Reading) -> list[int]:
    """Return the causes of the scaling page that fit, the most probable first; none = all may."""
    alike = [TABLE[each.kind]["cause"] for each in _told(of)]
    if of.cause is Cause.COLLECTING:
        return [4]
    if of.cause is Cause.WAITING:
        return [LOCKS]
    fitting = [1, 2] if of.cause is Cause.RUNNING else []
    first = [number for number in dict.fromkeys(alike) if number in fitting or not fitting]
    if fitting and LOCKS in first:
        # No counter tells the two apart, and both are at work. On CPython 3.14.7 two threads that took one
        # lock 5,000 times a call used 1.35 times the CPU time of processes, two that asked whether it was
        # held 1.67 times, two that only named it twice 2.46 times, and two with a lock each 1.01 times.
        return list(dict.fromkeys([*first, *fitting]))
    return first or fitting


def _cause_page(number: int) -> Page:
    return Page(docname=SCALING, anchor=_CAUSE.format(number))


def _alike(of: Reading) -> Iterator[Page]:
    """Yield the pages about what the code resembles, the nearest of each first."""
    chosen = [TABLE[each.kind]["pages"] for each in _told(of)]
    for place in range(max(map(len, chosen), default=0)):
        yield from (Page(docname=names[place]) for names in chosen if place < len(names))


def _told(of: Reading) -> tuple[Resemblance, ...]:
    """Return what the code resembles, one place of a kind."""
    return tuple({each.kind: each for each in reversed(of.planned.resembles)}.values())[::-1]


def _verdict(of: Reading) -> Iterator[str]:
    if of.whole is not None and of.verdict is not Verdict.GROWS:
        yield _as_a_whole(of)
    elif of.verdict is Verdict.GROWS:
        more = numbers.percent_text(of.growth or 0)
        yield (
            f"The work grows with every call: the last calls of a block took {more} longer than the first, "
            "on both builds, so the ratios mean nothing. Let each call begin afresh, for example by clearing "
            "what the module keeps."
        )
    elif of.speedup is not None:
        against = of.against_gil
        gil = (
            f" Against one thread of the GIL-enabled build that is {against.ratio:.2f} times the work."
            if against is not None and of.verdict is not Verdict.BUSY
            else ""
        )
        times = words.ratio_text(of.speedup)
        yield f"{of.threads} threads did {times} times the work of one thread{_says(of)}{gil}"
    else:
        yield (
            "One block, or none, says nothing about how much results vary, so nothing is concluded: measure "
            "with --preset quick or a larger one, and at least two CPUs."
        )


def _says(of: Reading) -> str:
    """Say what follows from what the threads did, as the rest of a sentence that begins with it."""
    processes = f"{of.processes.ratio:.2f}" if of.processes else ""
    wall_clock = of.efficiency is not None and of.efficiency.high < 1 and not of.disturbance.busy
    shared = (
        f", where {of.threads} processes did {processes} times the work: something that the threads share "
        "costs them the difference."
        if wall_clock
        else ", and something that they share costs them time."
    )
    return {
        Verdict.UNKNOWN: ".",
        Verdict.BUSY: f", but the machine was too busy to tell what that says about the code: "
        f"{_who_took(of.disturbance)}. Measure again when it is quiet.",
        Verdict.SCALES: ": the code scales here, and what its threads share costs them little.",
        Verdict.SHARED: shared,
        Verdict.MACHINE: f", and {of.threads} processes, which share nothing, did no better ({processes}). "
        "So the limit is not what the threads share: look at the machine, whose CPUs may be two halves of "
        "one core, at its memory, or at what the code waits for.",
        Verdict.UNSURE: ". Whether something that they share costs them time is not resolved: the intervals "
        "allow both, and more blocks (--budget 5m) make them narrower.",
    }[of.verdict]


def _as_a_whole(of: Reading) -> str:
    ratio = words.ratio_text(of.single) if of.single else numbers.UNKNOWN
    time = f"took {ratio} times as long on the free-threaded build as on the GIL-enabled one"
    if of.whole is Whole.COMMAND:
        return f"The whole command {time}. The start of the interpreter and the imports are part of that."
    return (
        "The function starts threads or processes of its own, so each call was measured as a whole, on all "
        f"{of.planned.cpus} CPUs, and not in several threads at once. A call {time}."
        + (
            " So its threads gain nothing from the missing GIL here: something is shared, or their tasks are "
            "too small."
            if of.gains_nothing
            else ""
        )
    )


def _cause(of: Reading) -> Iterator[str]:
    evidence = of.evidence
    ran, could = evidence.threads_ran, evidence.processes_ran
    match of.cause:
        case Cause.RUNNING if evidence.effort is not None:
            yield (
                f"For the same work the threads used {words.ratio_text(evidence.effort)} times the CPU time "
                "of the processes: they ran, but each step took longer. That is typical of objects that "
                "several threads read or write (cause 1), and of locks that are held very briefly (cause 2), "
                "which are such objects as well."
            )
        case Cause.WAITING if evidence.waiting is not None:
            yield from _waits(of, evidence.waiting)
        case Cause.WAITING if ran is not None and could is not None:
            yield (
                f"The threads computed during {_percent(ran)} of their time and the processes during "
                f"{_percent(could)}, so the threads were waiting, most probably for a lock (cause 2)."
            )
        case Cause.COLLECTING:
            share = _percent(evidence.collected or 0)
            most = _percent(evidence.collector_explains or 0)
            # On a busy machine it is not known well enough what processes would have done.
            means = (
                "so that is the first thing to look at (cause 4)"
                if of.disturbance.busy
                else f"which accounts for about {most} of what they lose against processes (cause 4)"
            )
            yield (
                "The garbage collector, which stops all threads, ran during "
                f"{share} of the threads' time, {means}."
            )
        case None if of.verdict is Verdict.SHARED:
            yield "What the threads did meanwhile does not tell why."


def _waits(of: Reading, waiting: Waiting) -> Iterator[str]:
    """Say what the operating system counted for each thread, and how sure it is that a lock is meant."""
    accounts = (
        f", which accounts for about {_percent(waiting.explains)} of what the threads lose"
        if waiting.explains is not None and not of.disturbance.busy
        else ""
    )
    yield (
        f"Each thread was blocked for {_percent(waiting.threads)} of its time: {_percent(waiting.more)} of "
        f"it beyond what a process is blocked for the same work{accounts}. The operating system counts that "
        f"for every thread. The {_percent(waiting.delayed)} of the time for which threads were ready and had "
        "no CPU are no part of it, and sleep, files or the network block processes as well."
    )
    locks = [each for each in _told(of) if TABLE[each.kind]["cause"] == LOCKS]
    yield (
        f"So the threads wait for one another, very probably where line {locks[0].line} has "
        f"{TABLE[locks[0].kind]['what']} ({locks[0].name}; cause {LOCKS})."
        if locks
        else f"So the threads wait for one another, most probably for a lock (cause {LOCKS}), which may be "
        "one that a library or the interpreter has."
    )


def _resembles(of: Reading) -> Iterator[str]:
    """Say what the text of the code shows, where it may matter."""
    if of.verdict in {Verdict.SCALES, Verdict.MACHINE, Verdict.GROWS}:
        return
    named = [each for each in _told(of) if each.kind not in STARTERS][:MOST_NAMED]
    if not named or (of.whole and not of.gains_nothing):
        return
    places = "; ".join(
        f"{TABLE[each.kind]['what']} ({each.name}, line {each.line}; cause {TABLE[each.kind]['cause']})"
        for each in named
    )
    yield f"Its text, which was read and not measured, shows what may be shared: {places}."


def _machine(of: Reading) -> Iterator[str]:
    disturbance = of.disturbance
    if of.verdict is Verdict.BUSY:
        return  # that is the verdict
    if of.whole is not Whole.COMMAND and disturbance.busy:
        took = _who_took(disturbance)
        yield (
            f"{took[0].upper()}{took[1:]} meanwhile. Wall-clock ratios of several workers are then wrong by "
            "more than their intervals say."
        )
    overlap = disturbance.overlap
    if of.whole is None and overlap is not None and overlap < flags.OVERLAP:
        yield (
            f"The threads ran at the same time during only {_percent(overlap)} of the time they took, so "
            "they met less often than they would on a quiet machine."
        )


def _who_took(disturbance: Disturbance) -> str:
    """Say who used the CPUs beside what was measured."""
    others, stolen = disturbance.others or 0, disturbance.stolen or 0
    who, share = ("other programs", others) if others >= stolen else ("the host", stolen)
    return f"{who} used {_percent(share)} of the CPUs' time"


def _trial(of: Reading) -> Iterator[str]:
    trial = of.planned.trial
    if trial is None:
        return
    if trial.varies:
        yield (
            "The result differed from call to call, so the builds may have done different work. If that is "
            "not meant, seed what is random."
        )
    if trial.returned_bytes > readings.LARGE_BYTES:
        size = f"{trial.returned_bytes / 1e6:.0f} MB"
        yield (
            f"One call returns about {size}, so its time is in good part that of taking memory from the "
            "system and giving it back."
        )


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
