"""What is derived from evidence: cells with their reasons, changes, the status of a package.

Never stored. A reason is a kind with values, which `pages/words.py` turns into a sentence; the values
come from other people's packages and are untrusted text.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from ftguide.tracker.derive.level_rules import Flag, Level
from ftguide.tracker.record.findings import Kind
from ftguide.tracker.record.model import Evidence, Package


class ReasonKind(StrEnum):
    """Why something has its level or its answer, or was not probed; the comments name the values."""

    # Of a cell:
    NO_FILE = "no-file"  #: about: release
    BUILD_ENDED = "build-ended"  #: detail
    REQUIREMENT_WITHOUT_FILE = "requirement-without-file"  #: about: requirement
    MODULE_ENDED = "module-ended"  #: about: extension module, detail
    IMPORT_FAILED = "import-failed"  #: about: import name or submodule, detail
    SMOKE_FAILED = "smoke-failed"  #: about: script, detail
    MODULE_TURNS_GIL_ON = "module-turns-gil-on"  #: about: extension module
    DEPENDENCY_TURNS_GIL_ON = "dependency-turns-gil-on"  #: about: extension module, owner
    IMPORT_TURNS_GIL_ON = "import-turns-gil-on"  #: about: import name
    NOT_DEEP = "not-deep"
    NOT_REACHED = "not-reached"  #: count of total submodules
    NEVER_LOADED = "never-loaded"  #: about: extension module, detail

    # Of what was not probed:
    LEFT_OUT = "left-out"  #: detail
    NO_FILE_HERE = "no-file-here"  #: about: release, line, platform

    # Of somebody's dependency:
    LEVEL = "level"  #: about: level; nothing more precise is known
    NOT_FROM_INDEX = "not-from-index"  #: about: origin
    CONDA = "conda"
    OTHER_FILE = "other-file"  #: about: file
    OTHER_HASH = "other-hash"  #: about: file
    NOT_PROBED = "not-probed"
    CLASSIFIER = "classifier"  #: about: classifier
    NO_EVIDENCE = "no-evidence"
    OTHER_RELEASES = "other-releases"  #: about: release, detail: its answer
    NO_FITTING = "no-fitting"  #: about: release that a range excludes, detail: its answer
    NEWER_RELEASE = "newer-release"  #: about: the release an installer takes
    UPGRADE = "upgrade"  #: about: another release, detail: its answer
    NEWEST_HAS_WHEEL = "newest-has-wheel"  #: about: release
    NEWEST_IS_PURE = "newest-is-pure"  #: about: release
    NOT_ON_INDEX = "not-on-index"
    NOT_RELEASED = "not-released"  #: about: pin or range
    INDEX_FAILED = "index-failed"
    REQUIRES_PYTHON = "requires-python"  #: about: release, detail: its Requires-Python
    PURE_BY_NAME = "pure-by-name"  #: about: file
    FILE_FITS = "file-fits"  #: about: file
    ONLY_SOURCE = "only-source"  #: about: release
    NO_FILE_FITS = "no-file-fits"  #: about: release, line, platform


@dataclass(frozen=True, slots=True)
class Reason:
    """A fact that a level or an answer rests on."""

    kind: ReasonKind
    about: str = ""
    detail: str = ""  #: an exception, or how it ended
    owner: str = ""  #: the distribution that an extension module belongs to
    line: str = ""
    platform: str = ""
    count: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A package on a line and a platform."""

    line: str
    platform: str
    level: Level
    version: str  #: the release the level is about; empty when nothing is known
    flags: tuple[Flag, ...]
    proof: tuple[str, ...]  #: ids of the evidence the level follows from
    seen: dict[Kind, Evidence]  #: the current evidence about this cell, latest per kind
    observed_at: str  #: of the oldest evidence in `proof`, as last seen
    reasons: tuple[Reason, ...]

    @property
    def stale(self) -> bool:
        """Whether to show it faded."""
        return Flag.STALE in self.flags


def lowest(cells: Iterable[Cell]) -> Level:
    """Return the lowest level with a verdict, else the highest without: the rule of the headline."""
    levels = sorted((cell.level for cell in cells), key=lambda level: level.rank)
    return next(
        (level for level in levels if level.verdict), levels[-1] if levels else Level.UNKNOWN
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A level that changed, or wheels that came or went before our first look."""

    at: str
    line: str
    platform: str
    version: str
    before: Level
    after: Level
    proof: tuple[str, ...] = ()
    backfilled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What is known about a package on a given day."""

    package: Package
    newest: str  #: newest final release; empty when unknown
    headline: (
        Level  #: the lowest level over the cells with a verdict; UNKNOWN or NOT_PROBED without one
    )
    cells: tuple[Cell, ...]  #: every line and platform, in the order of LINES and PLATFORMS
    flags: tuple[Flag, ...]
    changes: tuple[Change, ...]  #: oldest first

    @property
    def probed(self) -> int:
        """Cells in which the package was installed and looked at."""
        return sum(cell.level.probed for cell in self.cells)

    @property
    def without_wheel(self) -> int:
        """Cells without a wheel to install."""
        return sum(cell.level is Level.NO_WHEEL for cell in self.cells)
