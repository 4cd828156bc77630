"""Dependencies from locks: pylock.toml, uv.lock, poetry.lock, pdm.lock, Pipfile.lock.

Only what the target installs counts: a lock holds the packages of every system and every group.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from packaging.markers import Marker
from packaging.pylock import Package, PackageSdist, PackageWheel, Pylock, PylockValidationError
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from ftguide.tracker.check import uvlock
from ftguide.tracker.check.dependency import (
    NAME,
    Dependency,
    DependencyError,
    Lack,
    Listing,
    Remark,
    Selection,
    file_name,
    marker_of,
    plain,
    shown,
    spelled,
    version_of,
)
from ftguide.tracker.check.project import Table, check_names, table
from ftguide.tracker.check.target import Target

_ELSEWHERE = "a repository, a path or an address"


def pylock(data: Table, path: Path, target: Target, selection: Selection) -> Listing:
    """Read a pylock.toml; it may list what one interpreter installs, not every file."""
    refuse_direct(selection, path)
    try:
        lock = Pylock.from_dict(data)
    except PylockValidationError as error:
        place = error.context or "lock-version"
        value: object = data
        for part in re.findall(r"[^.\[\]]+", place):
            value = value[int(part)] if isinstance(value, list) else table(value).get(part)
        raise DependencyError(
            f"{path}, {place}: {shown(value)} is not valid ({error.message.splitlines()[0]}); "
            "write the lock again"
        ) from error
    extras, groups = set(lock.extras or ()), set(lock.dependency_groups or ())
    check_names(selection, extras=extras, groups=groups)
    chosen_extras = {name for name in extras if selection.wants_extra(name)}
    chosen = {name for name in groups if selection.wants_group(name)} | set(
        lock.default_groups or ()
    )
    kept, skipped, left = [], [], 0
    everything = groups | set(lock.default_groups or ())
    for number, package in enumerate(lock.packages):
        one = _of_pylock(package, f"{path}, packages[{number}] ({package.name})")
        if target.holds(package.marker, extras=chosen_extras, groups=chosen):
            kept.append(replace(one, marker=None))
        elif target.holds(package.marker, extras=extras, groups=everything):
            left += 1
        else:
            skipped.append(one)
    remarks = (Remark(lack=Lack.NOT_CHOSEN, count=left),) if left else ()
    return Listing(dependencies=tuple(kept), skipped=tuple(skipped), remarks=remarks)


def _of_pylock(package: Package, where: str) -> Dependency:
    wheels = package.wheels or ()
    sdist = [package.sdist] if package.sdist else []
    files: list[PackageWheel | PackageSdist] = [*wheels, *sdist]
    return Dependency(
        name=package.name,
        where=where,
        version=None if package.version is None else str(package.version),
        marker=package.marker,
        hashes=frozenset(
            file.hashes["sha256"].lower() for file in files if "sha256" in file.hashes
        ),
        wheels=tuple(sorted(wheel.filename for wheel in wheels)) if files else None,
        sdist=bool(sdist),
        requires_python=str(package.requires_python or ""),
        origin=_ELSEWHERE if package.is_direct else "",
    )


def packages(data: Table, path: Path, target: Target, selection: Selection) -> Listing:
    """Read a list of packages: uv's, poetry's, pdm's, told apart by what stands in it."""
    listed = data.get("package", [])
    if not isinstance(listed, list):
        raise DependencyError(f"{path}: has no list 'package'; write the lock again")
    for number, item in enumerate(listed):
        if not isinstance(item, dict):
            raise DependencyError(
                f"{path}, package[{number}]: {shown(item)} is not a table; write the lock again"
            )
    items: list[Table] = listed
    old = table(table(data.get("metadata")).get("files"))  # poetry before 1.5
    read = [_locked(item, old, f"{path}, package[{n}]") for n, item in enumerate(items)]
    if "metadata" not in data:
        walk = uvlock.walk(items, target, selection, str(path))
        return Listing(
            dependencies=tuple(read[n] for n in sorted(walk.installed)),
            skipped=tuple(read[n] for n in sorted(walk.elsewhere)),
            remarks=walk.left,
        )
    refuse_direct(selection, path)
    return _grouped(data, items, read, selection)


def _grouped(
    data: Table, items: list[Table], read: list[Dependency], selection: Selection
) -> Listing:
    """Leave out the groups and the extras of poetry and pdm that are not asked for, and name them."""
    extras = {
        plain(name): {_required(text) for text in listed}
        for name, listed in table(data.get("extras")).items()
        if isinstance(listed, list)
    }
    found = [_groups_of(item) for item in items]
    always = {"main", "default"}
    check_names(
        selection,
        extras=extras,
        groups=[group for groups in found for group in groups if group not in always],
    )
    wanted = _closure(
        items, {n for e, names in extras.items() if selection.wants_extra(e) for n in names}
    )
    kept, left = [], Counter[tuple[Lack, str]]()
    for item, one, groups in zip(items, read, found, strict=True):
        if item.get("optional") is True and always & groups:
            if one.name in wanted:
                kept.append(one)
            else:
                owner = next((e for e, n in extras.items() if one.name in _closure(items, n)), "")
                left[Lack.EXTRA if owner else Lack.NOT_CHOSEN, owner] += 1
        elif always & groups or any(map(selection.wants_group, groups)):
            kept.append(one)
        else:
            left[Lack.GROUP, min(groups)] += 1
    remarks = tuple(
        Remark(lack=lack, about=spelled(name) if name else "", count=count)
        for (lack, name), count in sorted(left.items())
    )
    return Listing(dependencies=tuple(kept), remarks=remarks)


def _groups_of(item: Table) -> set[str]:
    """Return the groups that ask for a package: poetry's and pdm's, and the category of old locks."""
    groups = item.get("groups")
    if isinstance(groups, list) and groups:
        return {str(group) for group in groups}
    return {str(item.get("category", "main"))}


def _closure(items: list[Table], names: Iterable[str]) -> set[str]:
    """Return packages with what they require, by the names that the lock states."""
    requires: dict[str, set[str]] = {}
    for item in items:
        name = canonicalize_name(str(item.get("name")))
        requires.setdefault(name, set()).update(
            canonicalize_name(str(other)) for other in table(item.get("dependencies"))
        )
    seen = set[str]()
    left: list[str] = list(names)
    while left:
        one = left.pop()
        if one not in seen:
            seen.add(one)
            left += requires.get(one, ())
    return seen


def _required(text: object) -> str:
    try:
        return canonicalize_name(Requirement(str(text)).name)
    except InvalidRequirement:
        return canonicalize_name(re.split(r"[\s(\[<>=!~;]", str(text))[0])


def _locked(item: Table, old: Table, where: str) -> Dependency:
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
        *([table(item["sdist"])] if "sdist" in item else []),
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
    source = table(item.get("source"))
    outside = kinds & (item.keys() | source.keys() | {str(source.get("type"))})
    version = item.get("version")
    requires = item.get("requires_python", item.get("python-versions", ""))
    return Dependency(
        name=canonicalize_name(name),
        where=where,
        version=None if version is None else version_of(version, where),
        marker=_marker(item.get("marker", item.get("markers")), where),
        hashes=frozenset(hashes),
        wheels=tuple(sorted(f for f in files if f.endswith(".whl"))) if artifacts else None,
        complete=bool(artifacts),
        sdist=any(not f.endswith(".whl") for f in files),
        requires_python=requires if isinstance(requires, str) else "",
        origin=_ELSEWHERE if outside else "",
    )


def _entries(value: object) -> list[Table]:
    return [table(entry) for entry in value] if isinstance(value, list) else []


def _marker(value: object, where: str) -> Marker | None:
    """Read a marker; poetry keeps one per group of dependencies, any of which may ask for the package."""
    if isinstance(value, dict):
        texts = [text for text in value.values() if isinstance(text, str)]
        value = " or ".join(f"({text})" for text in texts) if len(texts) == len(value) else None
    if value is None or value == "":
        return None
    return marker_of(value, where)


def pipfile_lock(text: str, path: Path, selection: Selection) -> Listing:
    """Read a Pipfile.lock; its other sections are groups."""
    refuse_direct(selection, path)
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DependencyError(f"{path}: not JSON ({error}); write the lock again") from error
    sections = {
        name: value
        for name, value in table(data).items()
        if name != "_meta" and isinstance(value, dict)
    }
    if "default" not in sections:
        raise DependencyError(f"{path}: has no section 'default'; write the lock again")
    names = {"develop": "dev"}
    groups = [names.get(name, name) for name in sections if name != "default"]
    check_names(selection, extras=(), groups=groups)
    kept: list[Dependency] = []
    remarks = []
    for section, listed in sections.items():
        group = names.get(section, section)
        if section == "default" or selection.wants_group(group):
            kept += _of_pipfile(listed, f"{path}, {section}")
        elif listed:
            remarks.append(Remark(lack=Lack.GROUP, about=spelled(group), count=len(listed)))
    return Listing(dependencies=tuple(kept), remarks=tuple(remarks))


def _of_pipfile(listed: Mapping[str, object], where: str) -> Iterator[Dependency]:
    for name, value in listed.items():
        given, place = table(value), f"{where}.{name}"
        if not NAME.fullmatch(name):
            raise DependencyError(f"{place}: {shown(name)} is not the name of a package")
        hashes = given.get("hashes")
        digests = [str(one) for one in hashes] if isinstance(hashes, list) else []
        version = given.get("version")
        outside = given.keys() & {"git", "path", "file", "url"}
        yield Dependency(
            name=canonicalize_name(name),
            where=place,
            version=None if version is None else version_of(str(version).lstrip("= "), place),
            marker=_marker(given.get("markers"), place),
            hashes=frozenset(d[7:].lower() for d in digests if d.startswith("sha256:")),
            origin=_ELSEWHERE if outside else "",
        )


def refuse_direct(selection: Selection, path: Path) -> None:
    """Raise `DependencyError` where a file does not say which packages are direct."""
    if selection.direct:
        raise DependencyError(
            f"--direct: {path.name} does not say which packages the project names itself; "
            "check its pyproject.toml"
        )
