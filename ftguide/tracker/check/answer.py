"""The answers about somebody's own dependencies, and what they add up to."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

from ftguide.tracker.check.dependency import Dependency, Remark
from ftguide.tracker.derive.level_rules import Level
from ftguide.tracker.derive.model import Reason, ReasonKind

#: More probes at once would be a survey of the index, and an afternoon.
MOST_PROBES = 100


class Answer(StrEnum):
    """What to expect of a dependency, worst first."""

    BREAKS = "breaks"
    GIL_ON = "turns-gil-on"
    NO_WHEEL = "no-wheel"
    SOURCE_ONLY = "source-only"
    UNKNOWN = "unknown"
    CLAIMED = "only-claimed"
    PURE = "pure-python"
    GIL_OFF = "gil-stays-off"

    @property
    def finding(self) -> bool:
        """Whether it is a reason to stop: it does not work, or there is nothing to install."""
        return self in {Answer.BREAKS, Answer.GIL_ON, Answer.NO_WHEEL, Answer.SOURCE_ONLY}

    @property
    def open(self) -> bool:
        """Whether nobody has looked; `--strict` stops there as well, `--probe` looks."""
        return self in {Answer.UNKNOWN, Answer.CLAIMED}


_LEVELS = {
    Answer.BREAKS: {Level.CRASHES, Level.NO_INSTALL, Level.FAILS_TO_IMPORT},
    Answer.GIL_ON: {Level.GIL_ON, Level.GIL_ON_DEPENDENCY},
    Answer.NO_WHEEL: {Level.NO_WHEEL, Level.SOURCE_ONLY},
    Answer.UNKNOWN: {Level.INCONCLUSIVE, Level.UNKNOWN},
    Answer.CLAIMED: {Level.NOT_PROBED},
    Answer.PURE: {Level.PURE, Level.PURE_EXERCISED},
    Answer.GIL_OFF: {
        *(Level.GIL_OFF_SO_FAR, Level.GIL_OFF, Level.EXERCISED, Level.CLAIMED_EXERCISED)
    },
}
#: The answer that each level of the tracker is for somebody who depends on the package.
ANSWERS = {level: answer for answer, levels in _LEVELS.items() for level in levels}


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A dependency with its answer."""

    dependency: Dependency
    answer: Answer
    level: Level
    reasons: tuple[Reason, ...]
    version: str = ""  #: the release the answer is about; empty where none is known
    proof: tuple[str, ...] = ()  #: ids of evidence; empty when only file names speak
    observed_at: str = ""
    stale: bool = False
    taken: str = (
        ""  #: the release an installer takes, as an index has it; empty where none was asked
    )

    @property
    def probeable(self) -> bool:
        """Whether a probe could say more: nobody has looked, and there is something to install."""
        absent = any(reason.kind is ReasonKind.NOT_ON_INDEX for reason in self.reasons)
        return (self.answer.open or self.stale) and not self.dependency.origin and not absent


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All dependencies: the answers worst first, what is not installed, and what was left out."""

    line: str
    platform: str
    checked: tuple[Checked, ...]
    skipped: tuple[Dependency, ...] = ()
    remarks: tuple[Remark, ...] = ()
    problems: tuple[str, ...] = ()  #: packages that the index gave no answer about

    @property
    def counts(self) -> dict[str, int]:
        """Count the answers, worst first; all of them, so that a program finds every key."""
        numbers = Counter(checked.answer for checked in self.checked)
        return {answer.value: numbers[answer] for answer in Answer}

    @property
    def partial(self) -> bool:
        """Whether something that would be installed, or could be, was not looked at."""
        return any(remark.lack.missing for remark in self.remarks)

    @property
    def nothing(self) -> bool:
        """Whether nothing was checked although the list names something: no all-clear."""
        return not self.checked and self.partial

    def exit_code(self, *, strict: bool) -> int:
        """Return 2 for a problem or when nothing was checked, else 1 when there is a finding.

        Strictly, also 1 for what is unknown, claimed or stale, and for what the list left out.
        """
        if self.problems or self.nothing:
            return 2
        if any(checked.answer.finding for checked in self.checked):
            return 1
        loose = self.partial or any(one.answer.open or one.stale for one in self.checked)
        return int(strict and loose)
