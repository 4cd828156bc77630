"""The file beside a machine's observations that says what they say, and whether it may be believed.

`outcomes/observed/<machine>/summary.bin`: its first line is JSON, with the fingerprint of the code that
derived it and the SHA-256 of the observations and of the tests that it was derived from; the rest is what
`derive.summary.encode` writes. What does not match is not shown: the message names the file and the command
that derives it again.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import msgspec

from ftguide.ground import files, sources
from ftguide.ground.vocabulary import ExpectedError
from ftguide.outcomes.declare.catalogue import Catalogue
from ftguide.outcomes.derive import summary
from ftguide.outcomes.derive.summary import Derived
from ftguide.outcomes.record import store
from ftguide.outcomes.record.store import Stored

NAME = "summary.bin"
SCHEMA = 1
#: The module that derives; its imports reach all that a number depends on, but for the tests themselves.
DERIVES = "ftguide.outcomes.derive.summary"
_APART = ("ftguide.ground.files", "ftguide.ground.machine", "ftguide.outcomes.declare", "outcomes")
_MOST_BYTES = 16 * 1024 * 1024


class SummaryError(ExpectedError):
    """A summary that may not be shown; the message names its file and the command that derives it again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What a summary was derived from, and by what."""

    schema: int
    code: str  #: fingerprint
    observations: str  #: SHA-256 over the names and the content of the files
    tests: str  #: SHA-256 of programs, outcomes and grades


def path_of(machine: str, root: Path = files.ROOT) -> Path:
    """Return the file of a machine, whether it exists or not."""
    return store.folder_of(machine, root) / NAME


def derive(stored: Stored, catalogue: Catalogue, root: Path = files.ROOT) -> bytes:
    """Return the summary file of a machine, derived from all that it has seen."""
    seen = stored.observations
    made = summary.derive(stored.machine, catalogue, seen)
    head = msgspec.json.encode(_origin(stored.machine, catalogue, root))
    return head + b"\n" + summary.encode(made, seen)


def write(stored: Stored, catalogue: Catalogue, root: Path = files.ROOT) -> Path:
    """Derive and write the summary of a machine; raises `OSError`."""
    path = path_of(stored.machine, root)
    files.write_atomic(path, derive(stored, catalogue, root))
    return path


def read(stored: Stored, catalogue: Catalogue, root: Path = files.ROOT) -> Derived:
    """Return what a machine's observations say; raises `SummaryError`."""
    path = path_of(stored.machine, root)
    where = path.relative_to(root)
    remedy = f"Derive it again with `python -m ftguide summarise {stored.machine}`."
    if not path.is_file() or path.is_symlink() or path.stat().st_size > _MOST_BYTES:
        raise SummaryError(f"{where}: is not there. {remedy}")
    head, _, data = path.read_bytes().partition(b"\n")
    actual = _origin(stored.machine, catalogue, root)
    try:
        origin = msgspec.json.decode(head, type=Origin)
        if (origin.schema, origin.code) != (actual.schema, actual.code):
            raise ValueError("was derived by other code than this checkout's")  # noqa: TRY301
        if origin.observations != actual.observations:
            raise ValueError("was derived from other observations")  # noqa: TRY301
        if origin.tests != actual.tests:
            raise ValueError("was derived with other tests, or other grades")  # noqa: TRY301
        return summary.decode(data, stored.machine, catalogue, stored.observations)
    except ValueError as error:  # a DecodeError is one
        raise SummaryError(f"{where}: {error}. {remedy}") from error


def _origin(machine: str, catalogue: Catalogue, root: Path) -> Origin:
    digest = hashlib.sha256()
    for path in store.paths(machine, root):
        digest.update(f"{path.parent.name}/{path.name} {files.sha256(path)}\n".encode())
    return Origin(
        schema=SCHEMA,
        code=sources.fingerprint(DERIVES, apart=_APART),
        observations=digest.hexdigest(),
        tests=summary.of_tests(catalogue),
    )
