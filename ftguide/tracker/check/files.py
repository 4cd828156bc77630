"""Dependencies from files: pylock.toml, uv.lock, poetry.lock, pdm.lock, pyproject.toml, requirements.

Reads text and nothing else: no download, no build, no import. A file that cannot be read whole is
refused whole, with the file, the place, the value and the fix.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import cast

from packaging.markers import InvalidMarker, Marker
from packaging.pylock import PackageSdist, PackageWheel, Pylock, PylockValidationError
from packaging.utils import canonicalize_name

from ftguide.tracker.check import requirements
from ftguide.tracker.check.dependency import (
    NAME,
    Dependency,
    DependencyError,
    file_name,
    shown,
    text_of,
    version_of,
)


def read(path: Path) -> list[Dependency]:
    """Read a file of any supported format, chosen by its name; raises `DependencyError`."""
    if path.name.lower().endswith((".toml", ".lock")):
        return sorted(_toml(path), key=lambda each: (each.name, each.version or ""))
    return requirements.read(path)


def _toml(path: Path) -> Iterator[Dependency]:
    """Read a file of any of the formats in TOML, told apart by what stands in it."""
    try:
        data = tomllib.loads(text_of(path))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise DependencyError(f"{path}: not TOML ({error}); write the lock again") from error
    key = "packages" if "lock-version" in data else "package"
    if key == "package" and data.keys() & {"project", "build-system"}:
        yield from _project(data, path)
        return
    listed = data.get(key)
    if not isinstance(listed, list):
        raise DependencyError(
            f"{path}: has no list {key!r}; supported are pylock.toml, uv.lock, poetry.lock, pdm.lock, "
            "pyproject.toml with [project], and requirements files"
        )
    if key == "packages":
        yield from _pylock(data, path)
        return
    old = _mapping(_mapping(data.get("metadata")).get("files"))  # poetry before 1.5
    for number, item in enumerate(listed):
        where = f"{path}, package[{number}]"
        if not isinstance(item, dict):
            raise DependencyError(f"{where}: {shown(item)} is not a table; write the lock again")
        if not {"virtual", "editable"} & _mapping(item.get("source")).keys():  # the project itself
            yield _locked(item, old, where)


def _mapping(value: object) -> Mapping[str, object]:
    return cast("Mapping[str, object]", value) if isinstance(value, dict) else {}


def _entries(value: object) -> list[Mapping[str, object]]:
    return [_mapping(entry) for entry in value] if isinstance(value, list) else []


def _project(data: Mapping[str, object], path: Path) -> Iterator[Dependency]:
    """Yield the dependencies that pyproject.toml declares; optional ones are not installed by default."""
    listed = _mapping(data.get("project")).get("dependencies", [])
    if not isinstance(listed, list):
        raise DependencyError(f"{path}, project.dependencies: not a list; write a list of strings")
    for number, text in enumerate(listed):
        where = f"{path}, project.dependencies[{number}]"
        if not isinstance(text, str):
            raise DependencyError(f"{where}: {shown(text)} is not a string; write a requirement")
        yield requirements.requirement(text, where)


def _pylock(data: Mapping[str, object], path: Path) -> Iterator[Dependency]:
    """Yield the packages of a pylock.toml; it may list what one interpreter installs, not every file."""
    try:
        packages = Pylock.from_dict(data).packages
    except PylockValidationError as error:
        place = error.context or "lock-version"
        value: object = data
        for part in re.findall(r"[^.\[\]]+", place):
            value = value[int(part)] if isinstance(value, list) else _mapping(value).get(part)
        raise DependencyError(
            f"{path}, {place}: {shown(value)} is not valid ({error.message.splitlines()[0]}); "
            "write the lock again"
        ) from error
    for number, package in enumerate(packages):
        wheels = package.wheels or ()
        sdist = [package.sdist] if package.sdist else []
        artifacts: list[PackageWheel | PackageSdist] = [*wheels, *sdist]
        yield Dependency(
            name=package.name,
            where=f"{path}, packages[{number}] ({package.name})",
            version=None if package.version is None else str(package.version),
            marker=package.marker,
            hashes=frozenset(
                artifact.hashes["sha256"].lower()
                for artifact in artifacts
                if "sha256" in artifact.hashes
            ),
            wheels=tuple(sorted(wheel.filename for wheel in wheels)) if artifacts else None,
            origin="a repository, a path or an address" if package.is_direct else "",
        )


def _locked(item: Mapping[str, object], old: Mapping[str, object], where: str) -> Dependency:
    """Read one package of a lock file that has no specification: uv's, poetry's, pdm's."""
    name = item.get("name")
    if not isinstance(name, str) or not NAME.fullmatch(name):
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
    for artifact in artifacts:
        keys = ("name", "file", "filename", "path", "url")
        place = next((artifact[key] for key in keys if key in artifact), "")
        if not isinstance(place, str):
            raise DependencyError(f"{where}: {shown(place)} is not a file; write the lock again")
        files.append(file_name(place))
        match = re.fullmatch(r"(?:sha256:)?([0-9A-Fa-f]{64})", str(artifact.get("hash")))
        if match:
            hashes.add(match[1].lower())
    kinds = {"git", "directory", "url", "path"}
    source = _mapping(item.get("source"))
    outside = kinds & (item.keys() | source.keys() | {str(source.get("type"))})
    version = item.get("version")
    return Dependency(
        name=canonicalize_name(name),
        where=where,
        version=None if version is None else version_of(version, where),
        marker=_marker(item.get("marker", item.get("markers")), where),
        hashes=frozenset(hashes),
        wheels=tuple(sorted(f for f in files if f.endswith(".whl"))) if artifacts else None,
        complete=bool(artifacts),
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
