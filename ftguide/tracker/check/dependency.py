"""A dependency as somebody states it, and what reading any statement of it needs.

What is said is kept as it stands (name, pin, hashes, the wheels a lock lists); judging it is `check.py`.
"""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from packaging.markers import Marker
from packaging.version import InvalidVersion, Version

from ftguide.tracker.record.model import CompatError

#: The largest lock files known have a few megabytes; what is larger is something else.
MAX_BYTES = 32 * 1024 * 1024

#: The name of a distribution, normalised or not.
NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9])?")


class DependencyError(CompatError):
    """A file or folder of dependencies cannot be read; the message names it, the place and the fix."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependency:
    """One dependency as a file or an environment states it."""

    name: str  #: normalised
    where: str  #: file and place, to be found again by a person
    version: str | None = None  #: exact version, None where several would do
    marker: Marker | None = None
    hashes: frozenset[str] = frozenset()  #: SHA-256 in hexadecimal
    wheels: tuple[str, ...] | None = None  #: file names; None = the file does not list them
    complete: bool = False  #: `wheels` are all there are, not those for one interpreter
    claim: str = ""  #: its free-threading classifier, where metadata are at hand
    origin: str = ""  #: not empty: not from an index, e.g. a folder or a repository


def shown(value: object) -> str:
    """Quote a value of somebody else's file for a message: one line, printable, at most 80 characters."""
    text = ascii(value)
    return text if len(text) <= 80 else f"{text[:77]}…"


def text_of(path: Path) -> str:
    """Return the text of a file of dependencies; raises `DependencyError`."""
    try:
        if path.is_dir():
            raise DependencyError(f"{path}: is a folder; give a file, or an environment's folder")
        with path.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise DependencyError(f"{path}: {error.strerror or error}. Is the path right?") from error
    if len(raw) > MAX_BYTES:
        raise DependencyError(
            f"{path}: more than {MAX_BYTES // 2**20} MiB; that is no list of dependencies"
        )
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DependencyError(
            f"{path}: not UTF-8 at byte {error.start}; save the file as UTF-8"
        ) from error


def file_name(address: str) -> str:
    """Return the last part of a path or an address."""
    path = urlsplit(address).path if "://" in address else address
    return unquote(re.split(r"[/\\]", path.rstrip("/\\"))[-1])


def version_of(text: object, where: str) -> str:
    """Normalise a version; raises `DependencyError`."""
    if isinstance(text, str):
        with contextlib.suppress(InvalidVersion):
            return str(Version(text))
    raise DependencyError(f"{where}: {shown(text)} is not a version; write one such as 1.2.3")
