"""What two versions of the audit said about the same source distributions: counts and time.

`whole_trees` makes the record.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from ftguide.ground import files

TREES = Path(__file__).with_name("data") / "trees.json"


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What one audit of a whole tree came to."""

    files: int
    lines: int
    fix: int
    look: int
    seconds: float  #: of processor time, on a machine that did other work besides


class Distribution(msgspec.Struct, frozen=True, kw_only=True):
    """A source distribution, and what was said about it before and after."""

    name: str
    version: str
    before: Said
    after: Said
    folded_fix: int  #: of the findings to fix afterwards, those in generated and vendored code


class Trees(msgspec.Struct, frozen=True, kw_only=True):
    """The comparison."""

    schema: int = 1
    audited: str
    before: str  #: the revision that the first audit is of
    distributions: tuple[Distribution, ...]


def read_trees(path: Path = TREES) -> Trees:
    """Read the comparison; raises `files.UnreadableError` for a damaged file."""
    return files.load(path, Trees, "Restore it from version control.", schema=1)
