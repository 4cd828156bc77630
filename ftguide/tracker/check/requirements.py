"""Dependencies from requirements files, with what they include and constrain, and from one requirement.

Editable folders are named after their own `pyproject.toml`, which is read and never run.
"""

from __future__ import annotations

import contextlib
import re
import shlex
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import Specifier, SpecifierSet
from packaging.utils import canonicalize_name, parse_sdist_filename

from ftguide.tracker.check.dependency import (
    MAX_REPEATED,
    NAME,
    Dependency,
    DependencyError,
    Listing,
    bounded,
    file_name,
    merged,
    shown,
    text_of,
    unlocked,
    version_of,
)
from ftguide.tracker.observe import artifacts

#: `-r` inside `-r` inside …
MAX_DEPTH = 8

_COMMENT = re.compile(r"(?:^|\s)#.*$")
_EGG = re.compile(r"(?:^|&)egg=([A-Za-z0-9._-]+)")
_PIN = re.compile(r"[A-Za-z0-9._-]+(?:\[[^\]]*\])?\s*={2,3}\s*(\S+)")
_OPTION = re.compile(r"(-[rce]|--requirement|--constraint|--editable)[\s=]*(.*)")


#: Files that one list may include, counted each time: twelve files can include each other a million times.
MAX_FILES = 200
#: The largest locks known have a few thousand packages.
MAX_REQUIREMENTS = 20_000


@dataclass(slots=True)
class _Reading:
    """What reading a list with its includes has come to."""

    pins: dict[str, str] = field(default_factory=dict)  #: of constraints
    ranges: dict[str, set[Specifier]] = field(default_factory=dict)
    files: int = 0
    requirements: int = 0

    def count(self, where: str) -> None:
        """Count a requirement; raises `DependencyError` where there are more than a project has."""
        self.requirements += 1
        if self.requirements > MAX_REQUIREMENTS:
            raise DependencyError(
                f"{where}: more than {MAX_REQUIREMENTS} requirements; that is no list of a project"
            )


def read(path: Path) -> Listing:
    """Read a requirements file; raises `DependencyError`."""
    return read_text(text_of(path), path)


def read_text(text: str, path: Path) -> Listing:
    """Read the text of a requirements file; what it includes lies beside `path`."""
    return read_lines(logical_lines(text), path)


def read_lines(lines: Iterable[tuple[int, str]], path: Path) -> Listing:
    """Read lines of a requirements file with their numbers, wherever they stand in `path`."""
    reading = _Reading()
    required = [_constrained(each, reading) for each in _read(path, lines, (), reading)]
    listing = merged(required)
    return replace(listing, remarks=(*listing.remarks, *unlocked(listing.dependencies)))


def _constrained(each: Dependency, reading: _Reading) -> Dependency:
    """Apply what constraints say to what is required."""
    if each.version is not None:
        return each
    accepts = SpecifierSet([*each.accepts, *reading.ranges.get(each.name, ())])
    return replace(each, version=reading.pins.get(each.name), accepts=accepts)


def logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield number and content of each line, continuations joined, comments dropped."""
    start, parts = 0, list[str]()
    lines = text.splitlines()
    for number, line in enumerate(lines, start=1):
        start = start if parts else number
        bare = _COMMENT.sub("", line)
        if bare.endswith("\\") and number < len(lines):
            parts.append(bare[:-1])
            continue
        whole = " ".join([*parts, bare]).strip()
        parts.clear()
        if whole:
            yield start, whole


def _read(
    path: Path, lines: Iterable[tuple[int, str]], stack: tuple[Path, ...], reading: _Reading
) -> list[Dependency]:
    """Return the dependencies of a file and of those it includes; constraints go into `reading`."""
    here = path.resolve()
    if here in stack:
        raise DependencyError(f"{path}: includes itself; remove one of the -r lines")
    if len(stack) >= MAX_DEPTH:
        raise DependencyError(f"{path}: included {MAX_DEPTH} files deep; flatten the files")
    reading.files += 1
    if reading.files > MAX_FILES:
        raise DependencyError(f"{path}: more than {MAX_FILES} files included; flatten the files")
    required: list[Dependency] = []
    for number, line in lines:
        where = f"{path}, line {number}"
        if not line.startswith("-"):
            reading.count(where)
            required.append(requirement(line, where, path.parent))
        elif match := _OPTION.fullmatch(line):  # others say how to install, not what
            option, value = match[1], match[2].strip()
            if option in {"-e", "--editable"}:
                required.append(_elsewhere(value, where, path.parent))
                continue
            if "://" in value or not value:
                raise DependencyError(
                    f"{where}: {shown(line)} is not a file beside this one; download it and name its path"
                )
            other = path.parent / value
            inner = _read(other, logical_lines(text_of(other)), (*stack, here), reading)
            if option in {"-r", "--requirement"}:
                required += inner
            else:
                _constrain(inner, reading)
    return required


def _constrain(constraints: Iterable[Dependency], reading: _Reading) -> None:
    for each in constraints:
        if each.version is not None:
            reading.pins[each.name] = each.version
        else:
            known = reading.ranges.setdefault(each.name, set())
            known |= set(each.accepts)
            if len(known) > MAX_REPEATED:
                raise DependencyError(
                    f"{each.where}: {each.name} has more than {MAX_REPEATED} constraints; name one range"
                )


def requirement(line: str, where: str, folder: Path | None = None) -> Dependency:
    """Read one requirement with its per-requirement options; raises `DependencyError`.

    Paths are relative to `folder`.
    """
    text, *options = re.split(r"\s(?=--)", line)
    text = bounded(text.strip(), where)
    hashes = frozenset(_digests(options, where))
    if _is_place(text):
        return replace(_elsewhere(text, where, folder), hashes=hashes)
    try:
        parsed = Requirement(text)
    except (InvalidRequirement, RecursionError) as error:
        reason = str(error).splitlines()[0].rstrip(".:")
        if match := _PIN.fullmatch(text.partition(";")[0].strip()):
            version_of(match[1], where)
        raise DependencyError(
            f"{where}: {shown(text)} is not a requirement ({reason}); "
            "write name, name==version or name>=version"
        ) from error
    name = canonicalize_name(parsed.name)
    if parsed.url:
        return replace(
            _elsewhere(parsed.url, where, folder), name=name, marker=parsed.marker, hashes=hashes
        )
    pins = [spec.version for spec in parsed.specifier if spec.operator in {"==", "==="}]
    exact = [pin for pin in pins if "*" not in pin]
    return Dependency(
        name=name,
        where=where,
        version=version_of(exact[0], where) if exact else None,
        accepts=parsed.specifier,
        marker=parsed.marker,
        hashes=hashes,
    )


def _digests(options: Iterable[str], where: str) -> Iterator[str]:
    """Yield the SHA-256 among the options of a requirement.

    Raises `DependencyError` for a damaged hash: a check that silently skips it would look safer than it is.
    """
    for option in options:
        match = re.match(r"--hash[=\s]\s*(\S*)", option)
        if match is None:
            continue
        kind, _, digest = match[1].partition(":")
        if not re.fullmatch(r"[0-9A-Fa-f]+", digest) or (kind == "sha256" and len(digest) != 64):
            raise DependencyError(
                f"{where}: {shown(match[1])} is not a hash; write --hash=sha256: and 64 hexadecimal digits"
            )
        if kind == "sha256":
            yield digest.lower()


def _is_place(text: str) -> bool:
    """Say whether a requirement is a path or an address instead of a name."""
    first = shlex.split(text, posix=False)[0] if text.count('"') % 2 == 0 and text else text
    if "@" in first and not first.startswith(("git+", "hg+", "svn+", "bzr+", "file:", "http")):
        return False
    return (
        first.startswith((".", "/", "~"))
        or "://" in first
        or first.lower().endswith((".whl", ".tar.gz", ".zip"))
        or re.match(r"[A-Za-z]:\\", first) is not None
    )


def _elsewhere(text: str, where: str, folder: Path | None) -> Dependency:
    """Return a dependency that is a path or an address; a file name tells name and version.

    Raises `DependencyError` for a file that is named .whl and like no wheel.
    """
    address, _, fragment = bounded(text, where).partition("#")
    address = address.split(" ; ")[0].strip()
    file = file_name(address)
    egg = _EGG.search(fragment)
    if file.lower().endswith(".whl"):
        wheel = artifacts.read_name(file, ())
        if wheel is None:
            raise DependencyError(
                f"{where}: {shown(file)} is not the file name of a wheel; "
                "it reads name-version-python-abi-platform.whl"
            )
        name, version = wheel.name, wheel.version
        return Dependency(name=name, version=version, where=where, wheels=(file,), origin="a wheel")
    remote = "+" in address.partition("://")[0]
    known = Dependency(
        name="unnamed", where=where, origin="a repository" if remote else "a path or an address"
    )
    with contextlib.suppress(ValueError):  # no name of a source distribution
        name, release = parse_sdist_filename(file)
        return replace(known, name=name, version=str(release))
    name = egg[1] if egg else re.sub(r"(\.git|\.tar\.gz|\.zip)?(@.*)?$", "", file)
    if not egg and "://" not in address:
        name = _named_by_itself(address, folder) or name
    return replace(known, name=canonicalize_name(name)) if NAME.fullmatch(name) else known


def _named_by_itself(address: str, folder: Path | None) -> str:
    """Return the name that a project's folder gives itself, else that of the folder."""
    place = (folder or Path()) / re.sub(r"\[[^\]]*\]$", "", address)
    with contextlib.suppress(OSError, ValueError, RecursionError, AttributeError, TypeError):
        with (place / "pyproject.toml").open("rb") as stream:
            raw = stream.read(1_000_000)
        named = tomllib.loads(raw.decode())["project"]["name"]
        return named if isinstance(named, str) else ""
    with contextlib.suppress(OSError, ValueError):  # a null byte is in no path
        return place.resolve().name
    return ""
