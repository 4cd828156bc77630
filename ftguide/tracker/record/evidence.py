"""The log of evidence: one file per package, one JSON object per line, only ever appended to.

An observation that was made before is appended as a short line, `{"seen": id, "at": time}`. Reading
gives every sighting as an `Evidence`, in the order of the file. What is read may come from a
contributor: it is decoded against `model.py`, never executed, and an error names file, line and remedy.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from ftguide.ground import files
from ftguide.tracker.record.findings import Kind
from ftguide.tracker.record.model import SCHEMA, Artifact, CompatError, Environment, Evidence

#: Where evidence lives, relative to the repository's root.
EVIDENCE = Path("compatibility") / "evidence"
#: Where is kept what the names of files say of packages that nobody has probed.
BY_NAME = Path("compatibility") / "by-name"
PARTS = (EVIDENCE, BY_NAME)
#: A wheel of this program carries `compatibility/` here.
_PACKED = Path(__file__).parents[1] / "data"

#: A normalised distribution name; anything else never becomes a file name.
NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,98}[a-z0-9])?")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_NOT_IDENTITY = frozenset({"schema", "id", "observed_at", "run"})

#: A line of the largest package is about 60 kB, a file of ten years about 5 MB.
MAX_LINE_BYTES = 1024 * 1024
MAX_FILE_BYTES = 64 * 1024 * 1024
#: Long enough for another process to append to a file; nobody holds one while probing.
_LOCK_SECONDS = 30.0

T = TypeVar("T")

_REMEDY = "Restore the file from version control; a wrong observation is retracted by a new line, not edited."


class _Envelope(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A line as it is stored, before its result is known to be of its kind."""

    schema: int
    id: str
    kind: Kind
    package: str
    version: str
    observed_at: str
    result: msgspec.Raw
    line: str = ""
    platform: str = ""
    artifact: Artifact | None = None
    env: Environment | None = None
    run: str = ""
    tool: str = ""


class _Seen(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A line that says an earlier observation was made again."""

    seen: str
    at: str


def stored(part: Path) -> Path:
    """Return where a part of `compatibility/` lies: in this wheel, or in the checkout."""
    return (_PACKED if _PACKED.is_dir() else files.ROOT) / part


def now() -> str:
    """Return the time for `observed_at`."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def end_of(day: date) -> str:
    """Return the last time of a day, as `observed_at` spells it."""
    return f"{day.isoformat()}T23:59:59Z"


def identify(evidence: Evidence) -> Evidence:
    """Return the evidence with the id of its content: of everything but `id`, `observed_at`, `run`."""
    return replace(evidence, id=_digest(_plain(evidence)))


def _digest(stored: dict[str, Any]) -> str:
    """Hash the stored form: a field that a later version adds must not change the ids of old lines."""
    content = {name: value for name, value in stored.items() if name not in _NOT_IDENTITY}
    encoded = msgspec.json.encode(content, order="deterministic")
    return f"sha256:{hashlib.sha256(encoded).hexdigest()}"


def read_package(folder: Path, name: str) -> tuple[Evidence, ...]:
    """Read the evidence about one package; empty when there is none. Raises `CompatError` as `read_file`."""
    path = path_of(folder, name)
    return read_file(path) if path.exists() else ()


def path_of(folder: Path, name: str) -> Path:
    """Return the file of a package; raises `CompatError` for what is not a normalised name."""
    if not NAME.fullmatch(name):
        raise CompatError(
            f"{name[:120]!r} is not a normalised package name; use lower case, digits and hyphens."
        )
    return folder / f"{name}.jsonl"


def read_file(path: Path) -> tuple[Evidence, ...]:
    """Read one file; an unfinished last line (a killed probe) is left out.

    Raises `CompatError` naming the line for what is not evidence or was edited.
    """
    if path.stat().st_size > MAX_FILE_BYTES:
        raise _damaged(path, f"larger than {MAX_FILE_BYTES} bytes, so not one of ours")
    known: dict[str, Evidence] = {}
    sightings = []
    for number, line in enumerate(path.read_bytes().split(b"\n")[:-1], start=1):
        if not line:
            continue
        where = f"{path}, line {number}"
        if len(line) > MAX_LINE_BYTES:
            raise _damaged(where, f"longer than {MAX_LINE_BYTES} bytes")
        item = _sighting(line, known, where)
        if item.package != path.stem:
            name = item.package[:120]
            what = f"about package {name!r} at $.package, but the file is named {path.stem!r}"
            raise _damaged(where, what)
        known.setdefault(item.id, item)
        sightings.append(item)
    return tuple(sightings)


def _sighting(line: bytes, known: dict[str, Evidence], where: str) -> Evidence:
    if line.startswith(b'{"seen":'):
        seen = _decode(line, _Seen, where)
        _check_time(seen.at, f"{where}, $.at")
        if seen.seen not in known:
            raise _damaged(where, f"$.seen names {seen.seen[:80]!r}, which no earlier line holds")
        return replace(known[seen.seen], observed_at=seen.at)
    envelope = _decode(line, _Envelope, where, schema=SCHEMA)
    _check_time(envelope.observed_at, f"{where}, $.observed_at")
    result = _decode(bytes(envelope.result), envelope.kind.finding, f"{where}, $.result")
    fields = msgspec.structs.asdict(envelope)
    del fields["schema"]
    item = Evidence(**{**fields, "result": result})
    # Once more, untyped: what typed decoding skips, such as a name of a field, need not even be UTF-8.
    if _digest(_decode(line, dict[str, Any], where)) != item.id:
        what = f"its content does not have the id {item.id[:80]!r} at $.id, so it was edited"
        raise _damaged(where, what)
    return item


def _decode(line: bytes, kind: type[T], where: str, schema: int | None = None) -> T:
    try:
        return files.decode(line, kind, where, _REMEDY, schema=schema)
    except files.UnreadableError as error:
        raise CompatError(str(error)) from error


def _damaged(where: object, what: str) -> CompatError:
    return CompatError(f"{where}: {what}. {_REMEDY}")


def _check_time(text: str, where: str) -> None:
    try:
        if not _TIME.fullmatch(text):
            raise ValueError(text)  # noqa: TRY301
        datetime.fromisoformat(text)
    except ValueError:
        what = f"{text[:40]!r} is not a time such as 2026-11-23T00:51:00Z"
        raise _damaged(where, what) from None


def append(folder: Path, items: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """Append observations about one package; all of them reach the disk, or none.

    What is already known is written as seen again. Returns the items with their ids. Raises
    `CompatError` when the file is not evidence, another process is writing it, or the disk is full.
    """
    return _append(folder, items, new_only=False)


def _append(folder: Path, items: Iterable[Evidence], *, new_only: bool) -> tuple[Evidence, ...]:
    """Append items, or those alone that are not here: looked at and added while nobody else adds any."""
    identified = tuple(identify(item) for item in items)
    names = {item.package for item in identified}
    if not names:
        return ()
    (name,) = names
    path = path_of(folder, name)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with files.held(path.with_name(f".{path.name}.lock"), seconds=_LOCK_SECONDS):
            files.cut_unfinished_line(path)
            here = read_package(folder, name)
            if new_only:
                identified = tuple(_unseen(identified, here))
            known = {item.id for item in here}
            lines = []
            for item in identified:
                lines.append(encode(item, again=item.id in known))
                known.add(item.id)
            files.append(path, b"".join(lines))
    except files.HeldError:
        raise CompatError(
            f"{path}: another process is writing it. Wait for it, or end it first."
        ) from None
    except OSError as error:
        raise CompatError(
            f"{path}: {error.strerror or error}. Nothing of this package was written; make room and "
            "probe it again."
        ) from error
    return identified


def merge(folder: Path, sightings: Sequence[Evidence]) -> int:
    """Append the sightings of another checkout that are not here, about one package; return how many.

    Raises `CompatError` as `append` does.
    """
    if not sightings or not _unseen(sightings, read_package(folder, sightings[0].package)):
        return 0  # with nothing to write, where nothing can be written as well
    return len(_append(folder, sightings, new_only=True))


def _unseen(items: Iterable[Evidence], here: Iterable[Evidence]) -> list[Evidence]:
    """Return the sightings that are not here."""
    known = {(item.id, item.observed_at) for item in here}
    return [item for item in items if (item.id, item.observed_at) not in known]


def encode(item: Evidence, *, again: bool = False) -> bytes:
    """Return the line of an observation, or of its being made again."""
    if again:
        return msgspec.json.encode({"seen": item.id, "at": item.observed_at}) + b"\n"
    return msgspec.json.encode({"schema": SCHEMA, **_plain(item)}) + b"\n"


def _plain(item: Evidence) -> dict[str, Any]:
    """Return the stored fields; what is empty is left out."""
    return {name: value for name, value in asdict(item).items() if value not in ("", None)}
