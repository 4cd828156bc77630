"""All that a machine has seen, as pages show it: a cell per test and interpreter, and what changed. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ftguide.outcomes.declare.catalogue import Catalogue
from ftguide.outcomes.derive import grades
from ftguide.outcomes.derive.grades import Cell, Verdict
from ftguide.outcomes.record.model import Observation
from ftguide.outcomes.record.store import interpreters

#: A longer look counts more than a later one.
_DEPTH = {"quick": 0, "default": 1, "stress": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A test whose verdict on an interpreter is another one than before, its program being the same."""

    test: str
    interpreter: str
    before: Verdict
    after: Verdict
    run_before: str
    run_after: str
    at: str


@dataclass(frozen=True, kw_only=True)
class Board:
    """What is known, from one machine."""

    machine: str
    interpreters: tuple[str, ...]  #: in the order of columns
    cells: Mapping[tuple[str, str], Cell]  #: by slug and interpreter, of today's programs
    outdated: frozenset[tuple[str, str]]  #: seen with an earlier program only
    changes: tuple[Change, ...]  #: newest first
    runs: tuple[str, ...]  #: that the cells come from

    def of(self, slug: str) -> dict[str, Cell]:
        """Return the cells of a test by interpreter."""
        return {
            name: self.cells[slug, name] for name in self.interpreters if (slug, name) in self.cells
        }

    @property
    def samples(self) -> int:
        """All samples that the board rests on."""
        return sum(cell.samples for cell in self.cells.values())


def board(machine: str, catalogue: Catalogue, seen: Sequence[Observation]) -> Board:
    """Derive the board from what a machine has seen, oldest first."""
    graded: list[Cell] = []
    cells: dict[tuple[str, str], Cell] = {}
    former: set[tuple[str, str]] = set()
    for observation in seen:
        test = catalogue.tests.get(observation.test)
        if test is None:
            continue
        key = (test.slug, observation.subject.name)
        if observation.hash != test.hash:
            former.add(key)
            continue
        cell = grades.cell(test, observation)
        graded.append(cell)
        if key not in cells or _depth(observation) >= _depth(cells[key].observation):
            cells[key] = cell
    shown = [cell.observation for cell in cells.values()]
    return Board(
        machine=machine,
        interpreters=tuple(interpreters(shown)),
        cells=cells,
        outdated=frozenset(former - cells.keys()),
        changes=tuple(reversed(list(_changes(graded)))),
        runs=tuple(sorted({observation.run for observation in shown})),
    )


def _depth(observation: Observation) -> int:
    return _DEPTH.get(observation.preset, 1)


def _changes(graded: Iterable[Cell]) -> Iterable[Change]:
    """Yield changed verdicts among observations of the same program, the same binary and depth."""
    last: dict[tuple[str, ...], Cell] = {}
    for cell in graded:
        test, observation = cell.test, cell.observation
        name = observation.subject.name
        key = (test.slug, name, observation.subject.binary_sha256, observation.preset)
        before = last.get(key)
        if before is not None and before.verdict is not cell.verdict:
            yield Change(
                test=test.slug,
                interpreter=name,
                before=before.verdict,
                after=cell.verdict,
                run_before=before.observation.run,
                run_after=observation.run,
                at=observation.observed_at,
            )
        last[key] = cell
