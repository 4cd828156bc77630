"""Dependencies from files: requirements, pylock.toml, uv.lock, poetry.lock, pdm.lock, pyproject.toml.

Reads text and nothing else: no download, no build, no import. What a file says is kept as it stands
(name, pin, hashes, the wheels a lock lists); judging it is `check.py`. A file that cannot be read whole
is refused whole, with the file, the place, the value and the fix.
"""

from __future__ import annotations

import re
import shlex
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast
from urllib.parse import unquote, urlsplit

from packaging.markers import InvalidMarker, Marker
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename
from packaging.version import InvalidVersion, Version

from ftguide.tracker.record.model import CompatError

#: The largest lock files known have a few megabytes; what is larger is something else.
MAX_BYTES = 32 * 1024 * 1024
#: `-r` inside `-r` inside …
MAX_DEPTH = 8

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9])?")
_COMMENT = re.compile(r"(?:^|\s)#.*$")
_EGG = re.compile(r"(?:^|&)egg=([A-Za-z0-9._-]+)")
_OPTION = re.compile(r"(-[rce]|--requirement|--constraint|--editable)[\s=]*(.*)")


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


def read(path: Path) -> list[Dependency]:
    """Read a file of any supported format, chosen by its name; raise DependencyError."""
    name = path.name.lower()
    if name.endswith((".toml", ".lock")):
        return sorted(_read_toml(path), key=lambda one: (one.name, one.version or ""))
    found, pins = _read_requirements(path, (), {})
    return [
        replace(one, version=pins[one.name]) if one.version is None and one.name in pins else one
        for one in found
    ]


def _text(path: Path) -> str:
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


# --- requirements files ---------------------------------------------------------------------------


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
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


def _read_requirements(
    path: Path, stack: tuple[Path, ...], pins: dict[str, str]
) -> tuple[list[Dependency], dict[str, str]]:
    """Return the dependencies of a file and of those it includes, and the pins of constraints."""
    here = path.resolve()
    if here in stack:
        raise DependencyError(f"{path}: includes itself; remove one of the -r lines")
    if len(stack) >= MAX_DEPTH:
        raise DependencyError(f"{path}: included {MAX_DEPTH} files deep; flatten the files")
    found: list[Dependency] = []
    for number, line in _logical_lines(_text(path)):
        where = f"{path}, line {number}"
        if not line.startswith("-"):
            found.append(_requirement(line, where))
            continue
        match = _OPTION.fullmatch(line)
        if match is None:  # an index, a format: how to install, not what
            continue
        option, value = match[1], match[2].strip()
        if option in {"-e", "--editable"}:
            found.append(_elsewhere(value, where))
        else:
            if "://" in value or not value:
                raise DependencyError(
                    f"{where}: {shown(line)} is not a file beside this one; download it and name its path"
                )
            inner, _ = _read_requirements(path.parent / value, (*stack, here), pins)
            if option in {"-c", "--constraint"}:
                pins.update({one.name: one.version for one in inner if one.version is not None})
            else:
                found += inner
    return found, pins


def _requirement(line: str, where: str) -> Dependency:
    """Read one requirement with its per-requirement options."""
    text, *options = re.split(r"\s(?=--)", line)
    text = text.strip()
    hashes = frozenset(
        match[1].lower()
        for option in options
        for match in re.finditer(r"--hash[=\s]\s*sha256:([0-9A-Fa-f]{64})(?!\S)", option)
    )
    _check_hash_options(options, where)
    if _is_place(text):
        return replace(_elsewhere(text, where), hashes=hashes)
    try:
        parsed = Requirement(text)
    except InvalidRequirement as error:
        reason = str(error).splitlines()[0].rstrip(".:")
        raise DependencyError(
            f"{where}: {shown(text)} is not a requirement ({reason}); "
            "write name, name==version or name>=version"
        ) from error
    name = canonicalize_name(parsed.name)
    if parsed.url:
        return replace(
            _elsewhere(parsed.url, where), name=name, marker=parsed.marker, hashes=hashes
        )
    pins = [spec.version for spec in parsed.specifier if spec.operator in {"==", "==="}]
    exact = [pin for pin in pins if "*" not in pin]
    return Dependency(
        name=name,
        where=where,
        version=_version(exact[0], where) if exact else None,
        marker=parsed.marker,
        hashes=hashes,
    )


def _check_hash_options(options: Iterable[str], where: str) -> None:
    """Refuse a damaged SHA-256: a check that silently skips it would look safer than it is."""
    for option in options:
        match = re.match(r"--hash[=\s]\s*(\S*)", option)
        if match is None:
            continue
        kind, _, digest = match[1].partition(":")
        if not re.fullmatch(r"[0-9A-Fa-f]+", digest) or (kind == "sha256" and len(digest) != 64):
            raise DependencyError(
                f"{where}: {shown(match[1])} is not a hash; write --hash=sha256: and 64 hexadecimal digits"
            )


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


def _elsewhere(text: str, where: str) -> Dependency:
    """Return a dependency that is a path or an address; a wheel's file name tells name and version."""
    address, _, fragment = text.partition("#")
    file = file_name(address.split(" ; ")[0])
    egg = _EGG.search(fragment)
    if file.lower().endswith(".whl"):
        name, version = wheel(file, where)
        return Dependency(name=name, version=version, where=where, wheels=(file,), origin="a wheel")
    name = egg[1] if egg else re.sub(r"(\.git|\.tar\.gz|\.zip)?(@.*)?$", "", file) or "unnamed"
    return Dependency(
        name=canonicalize_name(name) if _NAME.fullmatch(name) else "unnamed",
        where=where,
        origin="a repository" if "+" in address.partition("://")[0] else "a path or an address",
    )


def file_name(address: str) -> str:
    """Return the last part of a path or an address."""
    path = urlsplit(address).path if "://" in address else address
    return unquote(re.split(r"[/\\]", path.rstrip("/\\"))[-1])


def wheel(file: str, where: str) -> tuple[str, str]:
    """Return name and version of a wheel's file name."""
    try:
        name, version, _, _ = parse_wheel_filename(file)
    except (InvalidWheelFilename, InvalidVersion) as error:
        raise DependencyError(
            f"{where}: {shown(file)} is not the file name of a wheel; "
            "it reads name-version-python-abi-platform.whl"
        ) from error
    return name, str(version)


def _version(text: object, where: str) -> str:
    """Normalise a version."""
    try:
        return str(Version(text)) if isinstance(text, str) else _fail_version(text, where)
    except InvalidVersion:
        return _fail_version(text, where)


def _fail_version(text: object, where: str) -> str:
    raise DependencyError(f"{where}: {shown(text)} is not a version; write one such as 1.2.3")


# --- TOML files -----------------------------------------------------------------------------------


def _read_toml(path: Path) -> Iterator[Dependency]:
    try:
        data = tomllib.loads(_text(path))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise DependencyError(f"{path}: not TOML ({error}); write the lock again") from error
    if "lock-version" in data:
        listed, key = data.get("packages"), "packages"
    elif "project" in data or "build-system" in data:
        yield from _project(data, path)
        return
    else:
        listed, key = data.get("package"), "package"
    if not isinstance(listed, list):
        raise DependencyError(
            f"{path}: has no list {key!r}; supported are pylock.toml, uv.lock, poetry.lock, pdm.lock, "
            "pyproject.toml with [project], and requirements files"
        )
    old = _mapping(_mapping(data.get("metadata")).get("files"))  # poetry before 1.5
    for number, item in enumerate(listed):
        where = f"{path}, {key}[{number}]"
        if not isinstance(item, dict):
            raise DependencyError(f"{where}: {shown(item)} is not a table; write the lock again")
        if not {"virtual", "editable"} & _mapping(item.get("source")).keys():  # the project itself
            # pylock.toml may list what one interpreter installs; the others list every file.
            yield _locked(item, old, where, complete=key == "package")


def _mapping(value: object) -> Mapping[str, object]:
    return cast("Mapping[str, object]", value) if isinstance(value, dict) else {}


def _entries(value: object) -> list[Mapping[str, object]]:
    return [_mapping(one) for one in value] if isinstance(value, list) else []


def _project(data: Mapping[str, object], path: Path) -> Iterator[Dependency]:
    """Yield the dependencies that pyproject.toml declares; optional ones are not installed by default."""
    listed = _mapping(data.get("project")).get("dependencies", [])
    if not isinstance(listed, list):
        raise DependencyError(f"{path}, project.dependencies: not a list; write a list of strings")
    for number, text in enumerate(listed):
        where = f"{path}, project.dependencies[{number}]"
        if not isinstance(text, str):
            raise DependencyError(f"{where}: {shown(text)} is not a string; write a requirement")
        yield _requirement(text, where)


def _locked(
    item: Mapping[str, object], old: Mapping[str, object], where: str, *, complete: bool
) -> Dependency:
    """Read one package of a lock file."""
    name = item.get("name")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise DependencyError(
            f"{where}: {shown(name)} is not the name of a package; write the lock again"
        )
    where = f"{where} ({name})"
    artifacts = [
        *_entries(item.get("wheels")),
        *_entries(item.get("files")),
        *_entries(old.get(name)),
        *([_mapping(item["sdist"])] if "sdist" in item else []),
    ]
    files: list[str] = []
    hashes: set[str] = set()
    for one in artifacts:
        place = next((one[k] for k in ("name", "file", "filename", "path", "url") if k in one), "")
        if not isinstance(place, str):
            raise DependencyError(f"{where}: {shown(place)} is not a file; write the lock again")
        files.append(file_name(place))
        for spelled in (one.get("hash"), *_mapping(one.get("hashes")).values()):
            match = re.fullmatch(r"(?:sha256:)?([0-9A-Fa-f]{64})", str(spelled))
            if match:
                hashes.add(match[1].lower())
    kinds = {"vcs", "git", "directory", "archive", "url", "path"}
    source = _mapping(item.get("source"))
    outside = kinds & (item.keys() | source.keys() | {str(source.get("type"))})
    version = item.get("version")
    return Dependency(
        name=canonicalize_name(name),
        where=where,
        version=None if version is None else _version(version, where),
        marker=_marker(item.get("marker", item.get("markers")), where),
        hashes=frozenset(hashes),
        wheels=tuple(sorted(f for f in files if f.endswith(".whl"))) if artifacts else None,
        complete=complete and bool(artifacts),
        origin="a repository, a path or an address" if outside else "",
    )


def _marker(value: object, where: str) -> Marker | None:
    """Read a marker; poetry keeps one per group of dependencies, any of which may ask for the package."""
    if isinstance(value, dict):
        texts = [text for text in value.values() if isinstance(text, str)]
        value = " or ".join(f"({text})" for text in texts) if len(texts) == len(value) else None
    if value is None or value == "":
        return None
    try:
        return Marker(str(value))
    except InvalidMarker as error:
        raise DependencyError(
            f"{where}: {shown(value)} is not a marker; write the lock again"
        ) from error
