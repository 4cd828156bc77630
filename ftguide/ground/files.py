"""Files that outlive a crash: written whole or not at all, appended line by line, held by one process.

Five guarantees, and everything that is stored rests on them:

- `write_atomic`: a reader sees the old file or the new one, never half of one.
- `append`: all bytes are on the disk when it returns, or the file is as it was before.
- `cut_unfinished_line`: what a killed writer left behind the last line feed is gone before the next append.
- `held`: one process at a time; the lock dies with its holder.
- `decode`, `load`: a record of the type that was asked for, or an error with file, place and remedy.
"""

from __future__ import annotations

import contextlib
import errno
import gzip
import hashlib
import io
import os
import sys
import tempfile
import threading
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import filelock
import msgspec

from ftguide.ground.vocabulary import ExpectedError

T = TypeVar("T")

#: Of what a message may quote, in characters.
MOST_QUOTED = 400

#: The checkout; not resolved, so that a checkout assembled from links works as the one it looks like.
ROOT = Path(__file__).absolute().parents[2]


class HeldError(Exception):
    """Another process holds what was to be written."""


class TooLargeError(Exception):
    """A packed file holds more than it may."""


class UnreadableError(ExpectedError):
    """What is stored cannot be read; the message names the file, what is wrong in it, and the remedy."""


def write_atomic(path: Path, data: bytes) -> None:
    """Write a file so that it is seen whole or not at all, and survives a power cut; OSError names it."""
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            Path(name).chmod(0o644)  # mkstemp makes private files; these are for everyone
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise _about(path, error) from error
    _settle(path.parent)


def append(path: Path, data: bytes) -> None:
    """Append to a file; raises `OSError`, which names it, with the file as it was, or absent where it was."""
    before = path.stat().st_size if path.exists() else None
    try:
        # Unbuffered: what failed must not be tried again, half of it already written, when a buffer is
        # closed.
        with path.open("ab", buffering=0) as stream:
            if stream.write(data) != len(data):  # what a full disk does to an unbuffered write
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))  # noqa: TRY301
            os.fsync(stream.fileno())
    except OSError as error:
        with contextlib.suppress(OSError):
            if before is None:
                path.unlink()
            else:
                os.truncate(path, before)
        raise _about(path, error) from error
    if before is None:
        _settle(path.parent)


def _about(path: Path, error: OSError) -> OSError:
    """Return an error as one about a file: what writes names none, and what renames a temporary one."""
    return OSError(error.errno, error.strerror or str(error), str(path))


def _settle(folder: Path) -> None:
    """Have new names in a folder survive a power cut, where the system can do that."""
    if sys.platform == "win32":
        return
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def cut_unfinished_line(path: Path) -> None:
    """Cut off what follows the last complete line; a file that is not there is left alone."""
    if not path.exists():
        return
    data = path.read_bytes()
    keep = data.rfind(b"\n") + 1
    if keep != len(data):
        os.truncate(path, keep)


@contextlib.contextmanager
def held(lock: Path, *, seconds: float = 0) -> Iterator[None]:
    """Hold a lock file; raises `HeldError` when another process still has it after some seconds.

    The file stays: removing it would let two processes lock two files of one name.
    """
    try:
        holding = filelock.FileLock(lock).acquire(timeout=seconds)
    except filelock.Timeout:
        raise HeldError(str(lock)) from None
    with holding:
        yield


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file, hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def to_json(value: object) -> bytes:
    """Encode a record as indented JSON, the same bytes for the same record."""
    return msgspec.json.format(msgspec.json.encode(value, order="deterministic"), indent=1) + b"\n"


#: msgspec crashes (SIGSEGV, seen with 0.22.0) where several threads are the first to decode a type.
_first = threading.Lock()
_decoders: dict[object, msgspec.json.Decoder[Any]] = {}


def decoder(kind: type[T]) -> msgspec.json.Decoder[T]:
    """Return what decodes JSON of a type: made by one thread at a time, and once for each type."""
    with _first:
        if kind not in _decoders:
            _decoders[kind] = msgspec.json.Decoder(kind)
        return _decoders[kind]


def decode(
    raw: bytes, kind: type[T], where: object, remedy: str, *, schema: int | None = None
) -> T:
    """Decode a stored record; `where` is the file, or a place in it.

    Raises `UnreadableError` for what is not such a record, or has another `schema` than the one given.
    """
    try:
        record = decoder(kind).decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UnreadableError(f"{where}: {_in_brief(error)}. {remedy}") from error
    if schema is not None and (stored := getattr(record, "schema", None)) != schema:
        raise UnreadableError(
            f"{where}: schema {stored} at $.schema, this checkout reads {schema}. "
            "Use the version that wrote it, or a newer one."
        )
    return record


def _in_brief(error: Exception) -> str:
    """Return what is wrong with a record on one line: the text may quote what somebody sent."""
    text = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in str(error))
    return text if len(text) <= MOST_QUOTED else f"{text[:MOST_QUOTED]}…"


def load(
    path: Path, kind: type[T], remedy: str, *, schema: int | None = None, missing: T | None = None
) -> T:
    """Decode a stored file, or return `missing`, if given, where there is none.

    Raises `UnreadableError` as `decode` does, and for a file that the system does not let us read.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        if missing is not None and isinstance(error, FileNotFoundError):
            return missing
        raise UnreadableError(f"{path}: {error.strerror or error}. {remedy}") from error
    return decode(raw, kind, path, remedy, schema=schema)


def pack(data: bytes) -> bytes:
    """Compress without a time stamp, so that the same data gives the same bytes."""
    buffer = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=buffer, mtime=0) as stream:
        stream.write(data)
    return buffer.getvalue()


def unpack(path: Path, most_bytes: int) -> bytes:
    """Return the content of a packed file.

    Raises `OSError` or `EOFError` for a damaged one, `TooLargeError` for one that unpacks to more than
    `most_bytes`: a contributed file may be a bomb.
    """
    try:
        with gzip.open(path) as stream:
            data = stream.read(most_bytes + 1)
    except (
        zlib.error
    ) as error:  # which gzip passes on where the compressed data themselves are damaged
        raise gzip.BadGzipFile(str(error)) from error
    if len(data) > most_bytes:
        raise TooLargeError(f"unpacks to more than {most_bytes} bytes")
    return data
