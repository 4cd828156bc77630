"""One file that carries data from one checkout to another, between people who need not trust each other.

A parcel is JSON: what kind of data it is, what the data are called, and some files with their SHA-256.
Nothing in it is a path: whoever opens one gets bytes by name, and decides by an allow-list of its own
which names it takes and where they go.
"""

from __future__ import annotations

import hashlib
import re
import stat
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from ftguide.ground import characters, files

SCHEMA = 1
SUFFIX = ".ftguide.json"

#: The largest full run over three lines packs to less than half of this.
MOST_BYTES = 64 * 2**20
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,127}(/[A-Za-z0-9][A-Za-z0-9._+-]{0,127})?")
#: What helps against a parcel that is not as it was packed.
REMEDY = "Ask its sender to pack it again with `python -m ftguide submit`."

ParcelError = files.UnreadableError


class ParcelKind(StrEnum):
    """What a parcel holds."""

    RUN = "run"  #: a run of the benchmark suite
    OUTCOMES = "outcomes"  #: what outcome tests showed on one machine in one run
    EVIDENCE = "evidence"  #: what probes and the index said about packages


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """Files under names, none of which is a place; base64 in the file, bytes here."""

    schema: int
    kind: ParcelKind
    name: str  #: the run's id; of evidence the time when it was packed
    files: dict[str, bytes]
    sha256: dict[str, str]  #: hexadecimal, of every file


def pack(kind: ParcelKind, name: str, contents: Mapping[str, bytes]) -> bytes:
    """Return a parcel as the bytes of its file, the same bytes for the same contents."""
    return files.to_json(
        Parcel(
            schema=SCHEMA,
            kind=kind,
            name=name,
            files=dict(contents),
            sha256={each: hashlib.sha256(data).hexdigest() for each, data in contents.items()},
        )
    )


def unpack(path: Path) -> Parcel:
    """Read a parcel and check every file in it against its hash.

    Raises `UnreadableError` that names the file, the field and the remedy for one that is too large, cut
    off, of another schema, or not as it was packed.
    """
    try:
        there = path.stat()
    except (OSError, ValueError) as error:  # a name with a NUL is a ValueError
        raise ParcelError(f"{path}: {getattr(error, 'strerror', None) or error}.") from error
    if not stat.S_ISREG(there.st_mode):  # a device never ends, and a pipe may never begin
        raise ParcelError(f"{path}: no regular file. Save what was sent, and name that file.")
    if there.st_size > MOST_BYTES:
        raise ParcelError(
            f"{path}: {there.st_size} bytes; a parcel has at most {MOST_BYTES}. {REMEDY}"
        )
    parcel = files.load(path, Parcel, REMEDY, schema=SCHEMA)
    for name, data in parcel.files.items():
        where = f"{path}: $.files[{name[:200]!r}]"
        if not _NAME.fullmatch(name):
            raise ParcelError(f"{where} cannot be the name of a file. {REMEDY}")
        if (told := parcel.sha256.get(name)) != (found := hashlib.sha256(data).hexdigest()):
            told = "no hash" if told is None else f"SHA-256 {told[:64]!r}"
            raise ParcelError(
                f"{where} was changed: the parcel tells {told}, its content has {found}. {REMEDY}"
            )
    if missing := sorted(parcel.sha256.keys() - parcel.files.keys()):
        raise ParcelError(f"{path}: $.files lacks {missing[0][:200]!r}, which has a hash. {REMEDY}")
    return parcel


def check_text(raw: bytes, where: object, breaks: Collection[str] = ()) -> None:
    """Refuse a JSON text with a character that acts on a screen instead of being read.

    `where` is the file, or a place in it; `breaks` lists the fields that may have several lines. Raises
    `UnreadableError`, which names the field.
    """
    if characters.plain(raw):
        return
    for found in characters.acting(files.decode(raw, object, where, REMEDY), breaks):
        raise ParcelError(
            f"{where}: {found}, which a screen obeys instead of showing it. No tool of this project stores "
            "one: measure again, or restore the file."
        )


def check_lines(raw: bytes, where: object, breaks: Collection[str] = ()) -> None:
    """Refuse lines of JSON as `check_text` does; the message names the line as well."""
    for number, line in enumerate(raw.split(b"\n"), start=1):
        if line:
            check_text(line, f"{where}, line {number}", breaks)


def only(parcel: Parcel, path: Path, wanted: Collection[str]) -> dict[str, bytes]:
    """Return the files of a parcel that may hold exactly the `wanted` ones; raises `UnreadableError`."""
    if surplus := sorted(parcel.files.keys() - set(wanted)):
        raise ParcelError(
            f"{path}: $.files has {surplus[0][:200]!r}; a {parcel.kind} has "
            f"{' and '.join(sorted(wanted))}. {REMEDY}"
        )
    if lacking := sorted(set(wanted) - parcel.files.keys()):
        raise ParcelError(f"{path}: $.files lacks {lacking[0]!r}. {REMEDY}")
    return parcel.files
