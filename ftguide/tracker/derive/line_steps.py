"""What changes for a package from one free-threaded line to the next, platform by platform. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from ftguide.tracker.derive.level_rules import Level
from ftguide.tracker.derive.model import Cell
from ftguide.tracker.record.findings import Wheels
from ftguide.tracker.record.model import LINES, finding

#: Pairs of neighbouring lines, older first.
NEIGHBOURS = tuple(pairwise(LINES))

#: The ABI tag of a wheel that serves a line and those after it (PEP 803).
STABLE_ABI = "abi3t"

#: Levels of what an installer finds no file for.
_WITHOUT_FILE = frozenset({Level.NO_WHEEL, Level.NO_INSTALL, Level.SOURCE_ONLY})


class Move(StrEnum):
    """How the level on the newer line compares; declared from what a reader should see first."""

    LOWER = "lower"
    FILE_MISSING = "file-missing"  #: the older line has a file to install, the newer one has none
    HIGHER = "higher"
    FILE_ADDED = "file-added"
    SAME = "same"
    OPEN = "open"  #: at least one of them was not probed


@dataclass(frozen=True, slots=True)
class Step:
    """One platform of a package on two neighbouring lines."""

    before: Cell
    after: Cell

    @property
    def platform(self) -> str:
        """The platform of both cells."""
        return self.after.platform

    @property
    def other_release(self) -> bool:
        """Whether the two levels are about different releases, so that the line need not be the cause."""
        return bool(self.before.version) and self.before.version != self.after.version

    @property
    def move(self) -> Move:
        """How the two levels compare."""
        before, after = self.before.level, self.after.level
        if Level.UNKNOWN in {before, after}:
            return Move.OPEN
        missing = (before in _WITHOUT_FILE, after in _WITHOUT_FILE)
        if missing == (False, True):
            return Move.FILE_MISSING
        if missing == (True, False):
            return Move.FILE_ADDED
        if not (before.verdict and after.verdict):
            return Move.OPEN
        if before is after:
            return Move.SAME
        return Move.HIGHER if after.rank > before.rank else Move.LOWER


def steps(cells: Iterable[Cell], older: str, newer: str) -> tuple[Step, ...]:
    """Return the steps of a package between two lines, in the order of the older line's cells."""
    by_place = {(cell.line, cell.platform): cell for cell in cells}
    return tuple(
        Step(cell, by_place[newer, platform])
        for (line, platform), cell in by_place.items()
        if line == older and (newer, platform) in by_place
    )


def abis(cell: Cell) -> tuple[str, ...]:
    """Return the ABI tags of the wheels that the newest release offers for a cell, sorted."""
    offer = finding(cell.seen, Wheels)
    files = offer.files if offer else ()
    fitting = (
        file for file in files if cell.line in file.lines and cell.platform in file.platforms
    )
    return tuple(sorted({file.abi for file in fitting}))
