"""What the audit found in published packages, and what a reader of those lines made of it."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

import msgspec

from ftguide.ground import files
from ftguide.native.audit.files import AuditError
from ftguide.native.audit.rules import RULES

REVIEWS = Path(__file__).with_name("data") / "sdists.json"


class Verdict(StrEnum):
    """What a finding turned out to be."""

    REAL = "real"  #: with threads, something can go wrong there
    GUARDED = "guarded"  #: shared and written, and already behind a lock
    HARMLESS = "harmless"  #: never written after import, or not shared at all


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """A finding that somebody read."""

    rule: str
    file: str
    line: int
    verdict: Verdict
    why: str


class Package(msgspec.Struct, frozen=True, kw_only=True):
    """A source distribution and its findings."""

    name: str
    version: str
    file: str
    sha256: str
    part: str  #: the folder that was audited, empty for all of it
    files: int
    lines: int
    skipped: int
    counts: dict[str, int]  #: findings by rule, most frequent first
    looked: tuple[Look, ...]


class Reviews(msgspec.Struct, frozen=True, kw_only=True):
    """All packages of a review."""

    schema: int = 1
    looked_at: str
    packages: tuple[Package, ...]


def read_reviews(path: Path = REVIEWS) -> Reviews:
    """Read the reviews.

    Raises `files.UnreadableError` for a damaged file, `AuditError` for a rule that does not exist.
    """
    reviews = files.load(path, Reviews, "Restore it from version control.")
    for package in reviews.packages:
        for rule in (*package.counts, *(look.rule for look in package.looked)):
            if rule not in RULES:
                raise AuditError(f"{path}: {package.name} has the unknown rule {rule!r}.")
    return reviews
