"""Where two interpreters differ in how often they show an outcome, all comparisons taken together. Pure.

A permutation test over processes per outcome, then Benjamini & Hochberg over all of them: with hundreds
of tests some would differ by chance.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations, pairwise

from ftguide.ground.vocabulary import Build, line_of
from ftguide.outcomes.derive.board import Board
from ftguide.outcomes.derive.grades import Cell
from ftguide.outcomes.record.model import Subject
from ftguide.statistics.estimates import benjamini_hochberg
from ftguide.statistics.proportions import Counts, Rate, permutation_p, rate

#: The share of false ones among the differences that are shown.
FALSE_DISCOVERIES = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """An outcome that one interpreter shows more often than another."""

    test: str
    outcome: str
    left: str  #: interpreter
    right: str
    left_rate: Rate
    right_rate: Rate
    q: float


def pairs(board: Board) -> list[tuple[str, str]]:
    """Return which interpreters are compared: the builds of a version, and a build on lines that adjoin."""
    subjects = {
        name: cell.observation.subject
        for (_, name), cell in board.cells.items()
        if not (
            cell.observation.subject.gil and cell.observation.subject.build is Build.FREE_THREADED
        )
    }
    ordered = [name for name in board.interpreters if name in subjects]
    lines = list(dict.fromkeys(line_of(subjects[name].version) for name in ordered))
    adjoining = set(pairwise(lines))

    def compared(one: Subject, other: Subject) -> bool:
        if one.build is other.build:
            return (line_of(one.version), line_of(other.version)) in adjoining
        return one.version == other.version

    return [
        (left, right)
        for left, right in combinations(ordered, 2)
        if compared(subjects[left], subjects[right])
    ]


def differences(board: Board) -> dict[str, list[Difference]]:
    """Return by test the differences that hold up."""
    tried = list(_tried(board))
    made: dict[str, list[Difference]] = {}
    qs = benjamini_hochberg([difference.q for difference in tried])
    for difference, q in zip(tried, qs, strict=True):
        if q < FALSE_DISCOVERIES:
            made.setdefault(difference.test, []).append(replace(difference, q=q))
    return made


def _tried(board: Board) -> Iterator[Difference]:
    """Yield all comparisons, with the p-value in the place of q."""
    compared = pairs(board)
    for slug in dict.fromkeys(slug for slug, _ in board.cells):
        cells = board.of(slug)
        for left, right in compared:
            if left not in cells or right not in cells:
                continue
            shown = [seen for name in (left, right) for seen in cells[name].seen if seen.rate.count]
            for outcome in dict.fromkeys(seen.name for seen in shown):
                here, there = counts(cells[left], outcome), counts(cells[right], outcome)
                left_rate, right_rate = rate(here), rate(there)
                if left_rate.share != right_rate.share:
                    yield Difference(
                        test=slug,
                        outcome=outcome,
                        left=left,
                        right=right,
                        left_rate=left_rate,
                        right_rate=right_rate,
                        q=permutation_p(here, there),
                    )


def counts(cell: Cell, outcome: str) -> list[Counts]:
    """Return per process how often an outcome, or an ending, was seen."""
    processes = cell.observation.processes
    if any(ran.ending == outcome for ran in processes):
        return [(int(ran.ending == outcome), 1) for ran in processes]
    return [(ran.counts.get(outcome, 0), ran.samples) for ran in processes if ran.samples]
