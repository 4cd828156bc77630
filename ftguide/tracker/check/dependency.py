"""A dependency as somebody states it, and what reading any statement of it needs.

What is said is kept as it stands (name, pin, range, hashes, the files a lock lists); judging it is
`judge.py`. A `Listing` also says what its file names and what was left out, so that nobody takes a short
list for a whole one.
"""

from __future__ import annotations

import codecs
import contextlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from urllib.parse import unquote, urlsplit

from packaging.markers import InvalidMarker, Marker
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from ftguide.ground.redact import printable
from ftguide.tracker.record.model import CompatError

#: The largest lock files known have a few megabytes; what is larger is something else.
MAX_BYTES = 32 * 1024 * 1024

#: A requirement or a range, without its hashes. Locks with conflicts have markers of some thousand letters.
MAX_STATEMENT, MAX_MARKER = 20_000, 200_000
#: Python converts no number with more than 4300 digits, and no version has one of a thousand.
_NUMBER = re.compile(r"\d{1000}")
#: Statements about one package in a list; pip-compile's have one.
MAX_REPEATED = 1_000

#: The origin of a package of conda, which has files of its own for every name.
CONDA = "conda"

#: The name of a distribution, normalised or not.
NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9])?")


#: A message names a file, a place, a value and a fix; what is longer is text of the file.
MAX_MESSAGE = 1_000


class DependencyError(CompatError):
    """A file or folder of dependencies cannot be read; the message names it, the place and the fix.

    It is one line that steers no terminal: names of tables and keys are text of strangers as well.
    """

    def __init__(self, message: str) -> None:
        line = printable(" ".join(message.splitlines()))
        super().__init__(line if len(line) <= MAX_MESSAGE else f"{line[: MAX_MESSAGE - 1]}…")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependency:
    """One dependency as a file or an environment states it."""

    name: str  #: normalised
    where: str  #: file and place, to be found again by a person
    version: str | None = None  #: exact version, None where several would do
    #: The versions that would do, where none is exact.
    accepts: SpecifierSet = field(default_factory=SpecifierSet)
    marker: Marker | None = None
    hashes: frozenset[str] = frozenset()  #: SHA-256 in hexadecimal
    wheels: tuple[str, ...] | None = None  #: file names; None = the file does not list them
    complete: bool = False  #: `wheels` are all there are, not those for one interpreter
    sdist: bool = False  #: a source distribution is listed beside them, or instead
    requires_python: str = ""  #: as the lock states it; empty where it states nothing
    claim: str = ""  #: its free-threading classifier, where metadata are at hand
    origin: str = ""  #: not empty: not from an index, e.g. a folder or a repository

    def takes(self, version: str) -> bool:
        """Say whether a release is one that the statement accepts: 3.16 is 3.16.0 (PEP 440)."""
        if self.version is not None:
            return same(self.version, version)
        with contextlib.suppress(ValueError):
            return self.accepts.contains(version)
        return False


def same(one: str, other: str) -> bool:
    """Compare two versions as installers do."""
    try:
        return Version(one) == Version(other)
    except ValueError:  # also for a number with more digits than Python converts
        return one == other


class Lack(StrEnum):
    """What a list does not cover; the comments name the values of a `Remark`."""

    EXTRA = "extra"  #: about: its name, count
    GROUP = "group"  #: about: its name, count
    NOT_CHOSEN = "not-chosen"  #: count: chosen by no default group, of which the lock names none
    UNLOCKED = "unlocked"  #: count: named without what they require in turn
    INDIRECT = "indirect"  #: count: required by what is named, and left out on request
    REPEATED = "repeated"  #: about: name, detail: the places
    CHOSEN = "chosen"  #: about: the file that was read of a folder
    CONDA_TOO = "conda-too"  #: about: name, detail: the place; required by the pip part as well

    @property
    def missing(self) -> bool:
        """Whether something would be installed, or could be, that nobody has looked at."""
        return self not in {Lack.REPEATED, Lack.CHOSEN, Lack.INDIRECT, Lack.CONDA_TOO}


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Something to know about a list before one trusts a short answer."""

    lack: Lack
    about: str = ""
    detail: str = ""
    count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What a file, a folder or an environment lists."""

    dependencies: tuple[Dependency, ...]
    skipped: tuple[Dependency, ...] = ()  #: not installed on the target, by the file's own markers
    remarks: tuple[Remark, ...] = ()

    def __add__(self, other: Listing) -> Listing:
        """Take two lists for one."""
        counted: dict[tuple[Lack, str, str], Remark] = {}
        for remark in self.remarks + other.remarks:
            key = (remark.lack, remark.about, remark.detail)
            before = counted[key].count if key in counted else 0
            counted[key] = replace(remark, count=before + remark.count)
        return Listing(
            dependencies=self.dependencies + other.dependencies,
            skipped=self.skipped + other.skipped,
            remarks=tuple(counted.values()),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which part of a project is asked about, beside what it always installs."""

    extras: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    everything: bool = False  #: all extras and groups
    direct: bool = False  #: what the project names itself, without what that requires

    def wants_extra(self, name: str) -> bool:
        """Say whether an extra is asked for."""
        return self.everything or plain(name) in self.extras

    def wants_group(self, name: str) -> bool:
        """Say whether a dependency group is asked for."""
        return self.everything or plain(name) in self.groups


def plain(name: str) -> str:
    """Normalise the name of an extra or a group."""
    return re.sub(r"[-_.]+", "-", name).lower()


def unlocked(dependencies: Iterable[Dependency]) -> tuple[Remark, ...]:
    """Say of a list that is no lock how many packages it names without what they require."""
    loose = [each for each in dependencies if each.version is None and not each.origin]
    return (Remark(lack=Lack.UNLOCKED, count=len(loose)),) if loose else ()


def merged(dependencies: Iterable[Dependency]) -> Listing:
    """Take several statements about one package for one, as installers do, and say so.

    Statements with different markers or for other Pythons stay apart, and so do pins of different versions.
    """
    groups: dict[tuple[str, str], list[Dependency]] = {}
    for each in dependencies:
        condition = f"{each.marker} {each.requires_python} {each.origin}"
        groups.setdefault((each.name, condition), []).append(each)
    kept, remarks = [], []
    for (name, _), said in groups.items():
        if len(said) > 1 and name != "unnamed" and not said[0].origin:
            if len(said) > MAX_REPEATED:
                raise DependencyError(
                    f"{said[0].where}: {name} is named more than {MAX_REPEATED} times; name it once"
                )
            listed = list(dict.fromkeys(each.where for each in said))
            more = [f"and {len(listed) - 6} more"] if len(listed) > 6 else []
            places = "; ".join([*listed[:6], *more])
            remarks.append(Remark(lack=Lack.REPEATED, about=name, detail=places, count=len(said)))
            kept += _together(said)
        else:
            kept += said
    return Listing(dependencies=tuple(kept), remarks=tuple(remarks))


def _together(said: list[Dependency]) -> list[Dependency]:
    """Join statements about one package: all ranges hold at once, a pin says more than a range."""
    pins = list(dict.fromkeys(each.version for each in said if each.version is not None))
    if len(pins) > 1:
        return [next(each for each in said if each.version == pin) for pin in pins]
    accepts = SpecifierSet(specifier for each in said for specifier in each.accepts)
    first = next((each for each in said if each.version is not None), said[0])
    hashes = frozenset().union(*(each.hashes for each in said))
    return [replace(first, accepts=accepts, hashes=hashes)]


def spelled(name: str) -> str:
    """Return a name of somebody else's file: as it stands where it is plain, else quoted and cut."""
    return name if NAME.fullmatch(name) else shown(name)


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
    return decoded(raw, path)


def decoded(raw: bytes, path: object) -> str:
    """Decode a list: UTF-8, or UTF-16 where it says so (what PowerShell's `>` writes)."""
    utf16 = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return raw.decode("utf-16" if utf16 else "utf-8-sig")
    except UnicodeDecodeError as error:
        what = "UTF-16" if utf16 else "UTF-8"
        raise DependencyError(
            f"{path}: not {what} at byte {error.start}; save the file as UTF-8"
        ) from error


def file_name(address: str) -> str:
    """Return the last part of a path or an address; of an address that is none, of its text."""
    path = address
    if "://" in address:
        with contextlib.suppress(ValueError):  # a bracket that is not closed: no host can be read
            path = urlsplit(address).path
    return unquote(re.split(r"[/\\]", path.rstrip("/\\"))[-1])


def version_of(text: object, where: str) -> str:
    """Normalise a version; raises `DependencyError`."""
    if isinstance(text, str):
        with contextlib.suppress(ValueError):
            return str(Version(text))
    raise DependencyError(f"{where}: {shown(text)} is not a version; write one such as 1.2.3")


def marker_of(text: object, where: str) -> Marker:
    """Read a marker; raises `DependencyError`."""
    try:
        return Marker(bounded(str(text), where, MAX_MARKER))
    except (InvalidMarker, RecursionError) as error:
        raise DependencyError(f"{where}: {shown(text)} is not a marker; correct it") from error


def bounded(text: str, where: str, most: int = MAX_STATEMENT) -> str:
    """Return a statement that can be taken apart; raises `DependencyError` for one without measure."""
    if len(text) > most or _NUMBER.search(text):
        raise DependencyError(
            f"{where}: {shown(text)} has more than {most} characters or a number of more than 1000 digits; "
            "write the file again"
        )
    return text
