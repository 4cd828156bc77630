"""Dependencies from a pixi.lock, versions 4 to 7: packages of PyPI as in other locks, conda's own by name.

https://pixi.prefix.dev/latest/workspace/lockfile describes the two parts: environments, which name their
packages per platform, and the packages. Versions 4 and 5 say of each package what `kind` it is and give its
address, 6 and 7 name it by its address. The file is written by a program and has megabytes, so it is read
line by line as that program writes it, in one pass; what is not written so is refused with its line.

A lock has one file per package: the one for the interpreter that the environment has. Another interpreter
gets another one of the same release, so its hash says nothing about what a free-threaded one would get.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from packaging.utils import canonicalize_name

from ftguide.tracker.check.dependency import (
    CONDA,
    NAME,
    Dependency,
    DependencyError,
    Lack,
    Listing,
    Remark,
    Selection,
    file_name,
    plain,
    shown,
    spelled,
    version_of,
)
from ftguide.tracker.check.environment import TOOLS
from ftguide.tracker.check.locks import refuse_direct
from ftguide.tracker.check.project import check_names
from ftguide.tracker.check.target import Target

VERSIONS = range(4, 8)
#: What is read when nobody asks for an environment.
DEFAULT = "default"

_ELSEWHERE = "a repository, a path or an address"
_PYTHON = frozenset({"python", "python-freethreading", "python-gil", "python_abi"})
_LINE = re.compile(
    r"(?P<indent> *)(?P<item>- +)?(?:(?P<key>[\w.+-]{1,100}):(?: +(?P<value>\S.*))?|(?P<alone>\S.*))"
)
#: A longer line is none of pixi's: the longest are addresses.
MAX_LINE = 4_000
#: The file of a conda package: name, version and build, each without what separates them.
_CONDA_FILE = re.compile(
    r"(?P<name>[A-Za-z0-9_][A-Za-z0-9._-]{0,99})-(?P<version>[\w.+!]{1,60})-[\w.]{1,100}"
    r"\.(?:conda|tar\.bz2)"
)
_SYSTEMS = {"win": "win", "win32": "win", "macosx": "osx"}
_MACHINES = {"x86_64": "64", "amd64": "64", "": "32"}


@dataclass(slots=True)
class _Entry:
    """An entry of a list."""

    kind: str  #: its first key: conda, pypi, source; in versions 4 and 5 also kind
    value: str
    line: int
    said: dict[str, str] = field(default_factory=dict)  #: the keys below the first, values as text
    depends: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Lock:
    """What the lines of a file say."""

    version: str = ""
    environments: dict[str, dict[str, list[_Entry]]] = field(default_factory=dict)
    packages: list[_Entry] = field(default_factory=list)
    platforms: list[_Entry] = field(default_factory=list)  #: version 7 can give them other names


def pixi_lock(text: str, path: Path, target: Target, selection: Selection) -> Listing:
    """Read a pixi.lock; environments other than `default` are asked for as groups are."""
    refuse_direct(selection, path)
    lock = _read(text, path)
    if not lock.version.isdecimal() or int(lock.version[:9]) not in VERSIONS:
        raise DependencyError(
            f"{path}: {shown(lock.version)} is not a version of pixi.lock that is read here (4 to 7); "
            "`pixi lock` writes it anew"
        )
    if not lock.environments:
        raise DependencyError(f"{path}: has no environments; `pixi lock` writes it anew")
    check_names(selection, extras=(), groups=[one for one in lock.environments if one != DEFAULT])
    systems = {one.value: one.said.get("subdir", one.value) for one in lock.platforms}
    wanted = platform_of(target)
    chosen: dict[tuple[str, str], _Entry] = {}
    remarks: list[Remark] = []
    lacking: set[str] = set()
    for name, platforms in lock.environments.items():
        by_system = {systems.get(one, one): listed for one, listed in platforms.items()}
        listed = by_system.get(wanted, [])
        if name != DEFAULT and not selection.wants_group(name):
            if listed:
                about = spelled(plain(name))
                remarks.append(Remark(lack=Lack.GROUP, about=about, count=len(listed)))
        elif wanted in by_system:
            chosen |= {(one.kind, one.value): one for one in listed}
        else:
            lacking |= by_system.keys()
    if lacking and not chosen:
        there = ", ".join(map(spelled, sorted(lacking)[:12]))
        raise DependencyError(
            f"{path}: has no packages for {wanted}, only for {there}; choose one of them with --platform"
        )
    found = {_identity(one): one for one in reversed(lock.packages)}
    return Listing(
        dependencies=tuple(_dependencies(chosen.values(), found, path)), remarks=tuple(remarks)
    )


def platform_of(target: Target) -> str:
    """Return what conda calls the platform of a target: linux-64, osx-arm64."""
    system, _, machine = target.platform.partition("_")
    return f"{_SYSTEMS.get(system, 'linux')}-{_MACHINES.get(machine, machine)}"


# --- the lines --------------------------------------------------------------------------------------


def _read(text: str, path: Path) -> _Lock:
    """Read all parts in one pass; raises `DependencyError` for a line that pixi does not write."""
    lock, section = _Lock(), ""
    keys: list[tuple[int, str]] = []  # of the section, from the outside, by indent
    entry: _Entry | None = None
    depth = 0  # of the dash of the entry
    for number, raw in enumerate(text.split("\n"), start=1):
        line = raw.rstrip()
        if not line or line.lstrip().startswith("#") or line == "---":
            continue
        match = _LINE.fullmatch(line)
        indent = len(match["indent"]) if match else 0
        if match is None or (match["key"] is None and not match["item"]) or len(line) > MAX_LINE:
            raise DependencyError(
                f"{path}, line {number}: {shown(line.strip())} is not written as pixi writes a lock; "
                "`pixi lock` writes it anew"
            )
        key, value = match["key"], _scalar(match["value"] or match["alone"] or "")
        if indent == 0 and not match["item"]:
            section, keys, entry = key, [], None
            lock.version = value if section == "version" else lock.version
        elif entry is not None and indent > depth:
            if match["item"]:
                if entry.said.get("", "") == "depends":
                    entry.depends.append(value)
            else:
                entry.said[""] = key  # the last one, for the list that may follow
                entry.said.setdefault(key, value)
        else:
            keys = [each for each in keys if each[0] < indent + bool(match["item"])]
            entry = None
            if match["item"]:
                entry, depth = _Entry(key or "", value, number), indent
            else:
                keys.append((indent, key))
            _place(lock, section, [name for _, name in keys], entry)
    return lock


def _place(lock: _Lock, section: str, keys: list[str], entry: _Entry | None) -> None:
    """Put an entry, or the key of what follows, where it belongs; lists of other things are left."""
    if section == "environments" and keys:
        platforms = lock.environments.setdefault(keys[0], {})
        if len(keys) == 3 and keys[1] == "packages":
            entries = platforms.setdefault(keys[2], [])
            if entry is not None and entry.kind:
                entries.append(entry)
    elif entry is not None and not keys:
        if section == "packages":
            lock.packages.append(entry)
        elif section == "platforms" and entry.kind == "name":
            lock.platforms.append(entry)


def _scalar(text: str) -> str:
    """Return the text of a value that stands in one line."""
    if len(text) > 1 and text[0] == text[-1] == "'":
        return text[1:-1].replace("''", "'")
    if len(text) > 1 and text[0] == text[-1] == '"':
        return text[1:-1]
    return text.partition(" #")[0].rstrip()


# --- the packages -----------------------------------------------------------------------------------


def _identity(entry: _Entry) -> tuple[str, str]:
    """Return what an environment calls a package by: its kind and its address."""
    if entry.kind == "kind":
        return entry.value, entry.said.get("url", entry.said.get("path", ""))
    return entry.kind, entry.value


def _dependencies(
    chosen: Iterable[_Entry], found: Mapping[tuple[str, str], _Entry], path: Path
) -> Iterator[Dependency]:
    """Yield what an environment installs, but for what has nothing to do with Python."""
    for entry in chosen:
        package = found.get((entry.kind, entry.value))
        where = f"{path}, line {entry.line if package is None else package.line}"
        if entry.kind == "pypi":
            yield _of_pypi(entry.value, package, where)
        elif (one := _of_conda(entry, package, where)) is not None:
            yield one


def _of_pypi(address: str, package: _Entry | None, where: str) -> Dependency:
    said = package.said if package else {}
    file = file_name(address)
    name = said.get("name", "")
    if not NAME.fullmatch(name):
        raise DependencyError(
            f"{where}: {shown(name)} is not the name of a package; `pixi lock` writes it anew"
            if package
            else f"{where}: {shown(address)} is listed, and not described among the packages; "
            "`pixi lock` writes it anew"
        )
    outside = not address.startswith(("https://", "http://"))
    version = said.get("version") or None  # of a folder it may be open
    return Dependency(
        name=canonicalize_name(name),
        where=f"{where} ({name})",
        version=None if version is None else version_of(version, where),
        wheels=(file,) if file.endswith(".whl") else None,
        sdist=not file.endswith(".whl"),
        requires_python=said.get("requires_python", ""),
        origin=_ELSEWHERE if outside else "",
    )


def _of_conda(entry: _Entry, package: _Entry | None, where: str) -> Dependency | None:
    """Return a package of conda; None for the interpreter, and for what depends on no Python."""
    said = package.said if package else {}
    if package is not None and not any(one.split(" ")[0] in _PYTHON for one in package.depends):
        return None
    file = _CONDA_FILE.fullmatch(file_name(entry.value))
    name = said.get("name") or (file["name"] if file else re.split(r"[\[@ ]", entry.value)[0])
    if not NAME.fullmatch(name.strip("_")):
        raise DependencyError(
            f"{where}: {shown(entry.value)} is not a package of conda; `pixi lock` writes it anew"
        )
    if name.lower() in _PYTHON | TOOLS:
        return None
    version = said.get("version") or (file["version"] if file else None)
    return Dependency(
        name=name.lower(),
        where=f"{where} ({name})",
        version=version,
        origin=CONDA if entry.kind == "conda" else _ELSEWHERE,
    )
