"""What pages read: the tests, the board of the machine that is shown, and where its interpreters differ."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ftguide.ground.files import ROOT
from ftguide.ground.machine import LOCAL_MACHINE
from ftguide.outcomes import summaries
from ftguide.outcomes.declare.catalogue import TESTS, Catalogue, catalogue
from ftguide.outcomes.derive.board import Board
from ftguide.outcomes.derive.differences import Difference
from ftguide.outcomes.derive.summary import Derived
from ftguide.outcomes.record import store
from ftguide.outcomes.record.store import Stored


@dataclass(frozen=True, kw_only=True)
class Laboratory:
    """Everything that a page can say about outcomes."""

    catalogue: Catalogue
    board: Board | None  #: None where nothing was observed
    differences: Mapping[str, Sequence[Difference]]
    problems: tuple[str, ...]
    paths: tuple[Path, ...]  #: that it was read from

    @property
    def local(self) -> bool:
        """Whether the board is of this machine, and of nobody else."""
        return self.board is not None and self.board.machine == LOCAL_MACHINE


def laboratory(root: Path = ROOT) -> Laboratory:
    """Read the tests and what was seen; the same answer as long as no file has changed."""
    return _read(root, _stamps(observed(root)))


def observed(root: Path = ROOT) -> list[Path]:
    """Return every file that a machine's observations lie in."""
    return [
        path
        for machine in store.machines(root)
        for path in (*store.paths(machine, root), summaries.path_of(machine, root))
        if path.exists()
    ]


def read_from() -> list[Path]:
    """Return every file that the laboratory is read from."""
    return [*sorted(TESTS.glob("*.py")), *observed()]


def _stamps(paths: Sequence[Path]) -> tuple[tuple[str, int, int], ...]:
    return tuple((str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in paths)


@functools.lru_cache(maxsize=2)
def _read(root: Path, stamps: tuple[tuple[str, int, int], ...]) -> Laboratory:
    tests = catalogue()
    problems = [str(problem) for problem in tests.problems]
    shown: Derived | None = None
    for machine in store.machines(root):  # the local one comes last
        if machine == LOCAL_MACHINE and shown is not None:
            break  # what was published goes before what lies here only
        stored = store.read(machine, root)
        problems += [str(problem) for problem in stored.problems]
        try:
            made = _derived(stored, tests, root)
        except summaries.SummaryError as error:
            problems.append(str(error))
            continue
        # Of several machines, who has seen most.
        if made[0].cells and (shown is None or _weight(made[0]) > _weight(shown[0])):
            shown = made
    return Laboratory(
        catalogue=tests,
        board=shown[0] if shown is not None else None,
        differences=shown[1] if shown is not None else {},
        problems=tuple(problems),
        paths=(*sorted(TESTS.glob("*.py")), *(Path(name) for name, _, _ in stamps)),
    )


def _derived(stored: Stored, tests: Catalogue, root: Path) -> Derived:
    """Return what a machine's observations say: of a published one as stored, of this one derived if need be.

    Raises `SummaryError` for a summary that may not be believed.
    """
    try:
        return summaries.read(stored, tests, root)
    except summaries.SummaryError:
        if stored.machine != LOCAL_MACHINE:
            raise
    summaries.write(stored, tests, root)
    return summaries.read(stored, tests, root)


def _weight(board: Board) -> tuple[int, int]:
    return len(board.cells), board.samples
