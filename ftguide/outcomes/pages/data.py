"""What pages read: the tests, the board of the machine that is shown, and where its interpreters differ."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ftguide.ground.files import ROOT
from ftguide.ground.machine import LOCAL_MACHINE
from ftguide.outcomes.declare.catalogue import TESTS, Catalogue, catalogue
from ftguide.outcomes.derive import board as boards
from ftguide.outcomes.derive.board import Board
from ftguide.outcomes.derive.differences import Difference, differences
from ftguide.outcomes.record import store


@dataclass(frozen=True, kw_only=True)
class Laboratory:
    """Everything that a page can say about outcomes."""

    catalogue: Catalogue
    board: Board | None  #: None where nothing was observed
    differences: Mapping[str, list[Difference]]
    problems: tuple[str, ...]
    paths: tuple[Path, ...]  #: that it was read from

    @property
    def local(self) -> bool:
        """Whether the board is of this machine, and of nobody else."""
        return self.board is not None and self.board.machine == LOCAL_MACHINE


def laboratory(root: Path = ROOT) -> Laboratory:
    """Read the tests and what was seen; the same answer as long as no file has changed."""
    paths = [path for machine in store.machines(root) for path in store.paths(machine, root)]
    stamps = tuple((str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in paths)
    return _read(root, stamps)


@functools.lru_cache(maxsize=2)
def _read(root: Path, stamps: tuple[tuple[str, int, int], ...]) -> Laboratory:
    tests = catalogue()
    problems = [str(problem) for problem in tests.problems]
    shown: Board | None = None
    for machine in store.machines(root):
        stored = store.read(machine, root)
        problems += [str(problem) for problem in stored.problems]
        made = boards.board(machine, tests, stored.observations)
        # What was published goes before what lies here only; of several machines, who has seen most.
        if made.cells and (shown is None or _weight(made) > _weight(shown)):
            shown = made
    return Laboratory(
        catalogue=tests,
        board=shown,
        differences=differences(shown) if shown is not None else {},
        problems=tuple(problems),
        paths=(*sorted(TESTS.glob("*.py")), *(Path(name) for name, _, _ in stamps)),
    )


def _weight(board: Board) -> tuple[bool, int, int]:
    return board.machine != LOCAL_MACHINE, len(board.cells), board.samples
