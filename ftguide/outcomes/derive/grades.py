"""The outcomes that a test showed on an interpreter, each with its grade, its count and its bounds. Pure.

The world of a test is closed: an outcome that it does not know makes the verdict `unknown`. Ways to end
that no test declares are graded here. A cell whose actors hardly ever overlapped proves nothing, whatever
it counted, and says so.
"""

from __future__ import annotations

import fnmatch
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ftguide.outcomes.declare.catalogue import Declared
from ftguide.outcomes.record.model import Configuration, Observation, Ran
from ftguide.statistics.proportions import Rate, rate

#: Where threads run at the same time, a test whose actors overlapped less often than this is not tested.
LEAST_OVERLAP = 0.05
#: Of fewer stamped calls, the share says nothing: a stress test stamps a call in some 25 ms.
LEAST_STAMPED = 20


class Grade(StrEnum):
    """From what a caller may rely on to what the test does not know."""

    ACCEPTABLE = "acceptable"
    INTERESTING = "interesting"
    FORBIDDEN = "forbidden"
    UNKNOWN = "unknown"


class Verdict(StrEnum):
    """What a cell of the overview says."""

    ACCEPTABLE = "acceptable"
    INTERESTING = "interesting"
    FORBIDDEN = "forbidden"
    CRASH = "crash"  #: the interpreter itself ended
    HANG = "hang"
    UNKNOWN = "unknown"  #: the test failed: it saw what it does not know
    NOT_TESTED = "not tested"  #: the actors hardly overlapped, or nothing was sampled


#: How a process may end, and what that means where a test does not say.
_ENDINGS = (
    ("SIG*", "The interpreter crashed: a fault of CPython, whatever the program did."),
    ("hang", "Nothing happened for ten seconds: threads wait for each other, or one spins."),
    ("memory", "The process grew beyond 1.5 GiB and was stopped."),
    ("flood", "The process printed more than 4 MiB and was stopped."),
    ("threads left", "Threads outlived the test."),
    ("exit * at shutdown", "The process failed while the interpreter was shut down."),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """An outcome with what became of it on one interpreter."""

    name: str  #: as spelled by the test, or the pattern where it was not seen
    grade: Grade
    meaning: str
    rate: Rate
    ending: bool  #: counts processes, not samples


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A test on an interpreter."""

    test: Declared
    observation: Observation
    seen: tuple[
        Seen, ...
    ]  #: the worst grade last in the order of the declaration; unseen ones, too

    @property
    def samples(self) -> int:
        """All samples."""
        return self.observation.samples

    @property
    def overlap(self) -> float | None:
        """The share of stamped calls in which the actors overlapped; None where nobody looked."""
        stamped = self.observation.stamped
        return self.observation.overlapping / stamped if stamped else None

    @property
    def verdict(self) -> Verdict:
        """The worst that was seen, as long as something could be seen."""
        shown = [seen for seen in self.seen if seen.rate.count]
        names = {seen.name for seen in shown if seen.ending}
        if any(name.startswith("SIG") for name in names):
            return Verdict.CRASH
        if "hang" in names:
            return Verdict.HANG
        for grade in (Grade.UNKNOWN, Grade.FORBIDDEN, Grade.INTERESTING):
            if any(seen.grade is grade for seen in shown):
                return Verdict(grade.value)
        if self.samples == 0 or self._hardly_overlapped:
            return Verdict.NOT_TESTED
        return Verdict.ACCEPTABLE

    @property
    def _hardly_overlapped(self) -> bool:
        if self.observation.subject.gil or self.observation.stamped < LEAST_STAMPED:
            return False
        return self.observation.overlapping < LEAST_OVERLAP * self.observation.stamped

    def configurations(self) -> list[tuple[Configuration, Counter[str], int]]:
        """Return per configuration the counts and the samples, endings counted by process."""
        made: dict[Configuration, tuple[Counter[str], int]] = {}
        for ran in self.observation.processes:
            counts, samples = made.get(ran.configuration, (Counter(), 0))
            counts.update(ran.counts)
            if ran.ending:
                counts[ran.ending] += 1
            made[ran.configuration] = (counts, samples + ran.samples)
        return [(key, counts, samples) for key, (counts, samples) in made.items()]


def grade(test: Declared, name: str, *, ending: bool) -> tuple[Grade, str]:
    """Return the grade of an outcome and what it means, by the first pattern that fits."""
    for outcome in test.outcomes:
        if fnmatch.fnmatchcase(name, outcome.pattern):
            return Grade(outcome.grade), outcome.meaning
    if ending:
        for pattern, meaning in _ENDINGS:
            if fnmatch.fnmatchcase(name, pattern):
                return Grade.FORBIDDEN, meaning
    return Grade.UNKNOWN, "The test does not know this outcome: its declaration has to be fixed."


def cell(test: Declared, observation: Observation) -> Cell:
    """Grade what a test showed on an interpreter."""
    processes = observation.processes
    names = dict.fromkeys(name for ran in processes for name in ran.counts)
    endings = dict.fromkeys(ran.ending for ran in processes if ran.ending)
    seen = [look(test, name, processes, ending=False) for name in names]
    seen += [look(test, name, processes, ending=True) for name in endings]
    seen += _unseen(test, [one.name for one in seen], processes)
    order = [outcome.pattern for outcome in test.outcomes]
    return Cell(
        test=test,
        observation=observation,
        seen=tuple(sorted(seen, key=lambda one: (_place(one.name, order), -one.rate.count))),
    )


def _place(name: str, patterns: Sequence[str]) -> int:
    for place, pattern in enumerate(patterns):
        if name == pattern or fnmatch.fnmatchcase(name, pattern):
            return place
    return len(patterns)


def look(test: Declared, name: str, processes: Iterable[Ran], *, ending: bool) -> Seen:
    """Return how often some processes showed an outcome, or ended in a way; never is a count, too.

    A pattern that nothing fitted stands for itself: `[01]` does not fit `[01]`.
    """
    if ending:
        counts = [(int(ran.ending == name), 1) for ran in processes]
    else:
        counts = [(ran.counts.get(name, 0), ran.samples) for ran in processes if ran.samples]
    declared = next((one for one in test.outcomes if one.pattern == name), None)
    graded, meaning = (
        grade(test, name, ending=ending)
        if declared is None
        else (Grade(declared.grade), declared.meaning)
    )
    return Seen(name=name, grade=graded, meaning=meaning, rate=rate(counts), ending=ending)


def _unseen(test: Declared, names: Sequence[str], processes: Sequence[Ran]) -> list[Seen]:
    """Return the declared outcomes that no sample showed, with their denominator."""
    return [
        look(test, outcome.pattern, processes, ending=is_ending(outcome.pattern))
        for outcome in test.outcomes
        if not any(fnmatch.fnmatchcase(name, outcome.pattern) for name in names)
    ]


def is_ending(name: str) -> bool:
    """Return whether an outcome is a way in which a process ends."""
    return any(name == pattern or fnmatch.fnmatchcase(name, pattern) for pattern, _ in _ENDINGS)
