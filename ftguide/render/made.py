"""What a build need not make again: files that are derived from others, each with what it was made from.

Beside the doctrees lies a list of these files: the key that its maker gave, and the time and size that the
file had afterwards. A file is made again when its key differs, when somebody has touched it, or when any code
of this repository has changed, since a key says nothing about the code that would make it. The list also
holds what was found in files that are long to read, as long as nobody touches them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path
from weakref import WeakKeyDictionary

import msgspec
from sphinx.application import Sphinx

import ftguide
from ftguide.ground import files

NAME = "made.json"
_CODE = Path(ftguide.__file__).parent


class _Kept(msgspec.Struct, frozen=True):
    """What lies beside the doctrees."""

    code: str
    made: dict[str, tuple[str, int, int]]  #: path -> key, time in nanoseconds, size in bytes
    found: dict[str, tuple[tuple[str, ...], int, int]]  #: path -> what was found in it, time, size


class Made:
    """The files that were made by builds with the same doctrees."""

    def __init__(self, path: Path) -> None:
        """Read the list at `path`; one that cannot be read, or is of other code, says nothing."""
        self._path = path
        self._code = _code()
        self._made: dict[str, tuple[str, int, int]] = {}
        self._found: dict[str, tuple[tuple[str, ...], int, int]] = {}
        try:
            kept = msgspec.json.decode(path.read_bytes(), type=_Kept)
        except (OSError, ValueError):  # a DecodeError is one
            return
        if kept.code == self._code:
            self._made, self._found = kept.made, kept.found

    def holds(self, target: Path, key: str) -> bool:
        """Return whether a file lies there as it was made with this key."""
        known = self._made.get(str(target))
        return known is not None and known[0] == key and known[1:] == _stamp(target)

    def note(self, target: Path, key: str) -> None:
        """Remember that a file was made; raises `OSError` when it is not there."""
        found = target.stat()
        self._made[str(target)] = (key, found.st_mtime_ns, found.st_size)

    def found_in(self, source: Path, look: Callable[[], tuple[str, ...]]) -> tuple[str, ...]:
        """Return what `look` finds in a file, from the list if the file is as it was; () without a file."""
        stamp = _stamp(source)
        if stamp is None:
            return ()
        known = self._found.get(str(source))
        if known is None or known[1:] != stamp:
            known = self._found[str(source)] = (look(), *stamp)
        return known[0]

    def write(self) -> None:
        """Write the list."""
        kept = _Kept(code=self._code, made=self._made, found=self._found)
        files.write_atomic(self._path, msgspec.json.encode(kept))


_open: WeakKeyDictionary[Sphinx, Made] = WeakKeyDictionary()


def of(app: Sphinx) -> Made:
    """Return the list of a build."""
    if app not in _open:
        _open[app] = Made(Path(app.doctreedir) / NAME)
    return _open[app]


def key_of(*parts: str | bytes) -> str:
    """Return a key for what a file is made from."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        digest.update(f"{len(data)}:".encode() + data)
    return digest.hexdigest()


def key_of_files(paths: Iterable[Path]) -> str:
    """Return a key for files as they are, whether they exist or not: names, times and sizes."""
    return key_of(*(f"{path} {_stamp(path)}" for path in paths))


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def _code() -> str:
    """Return a key for the code: names, times and sizes, since reading it all takes longer than asking."""
    sources = sorted(path for path in _CODE.rglob("*") if path.suffix in {".py", ".jinja", ".html"})
    stamps = ((str(path.relative_to(_CODE)), _stamp(path)) for path in sources)
    return key_of(*(f"{name} {stamp}" for name, stamp in stamps))


def code_version() -> int:
    """Return a number for the code: pages are read again when what would draw them is not what drew them."""
    return int(_code()[:12], 16)


def _write(app: Sphinx, exception: Exception | None) -> None:
    if exception is None and app in _open:
        _open[app].write()


def setup(app: Sphinx) -> None:
    """Keep the list when a build has ended well."""
    app.connect("build-finished", _write, priority=999)  # after all that makes files
