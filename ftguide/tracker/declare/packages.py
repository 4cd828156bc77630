"""Reading what the tracker is told by hand: `compatibility/packages.toml`, and the list of names.

A package of packages.toml is probed; one of the list is known from the names of its files alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import msgspec

from ftguide.tracker.record.evidence import NAME
from ftguide.tracker.record.model import CompatError, Package

#: Where the packages are described, relative to the repository's root.
PACKAGES = Path("compatibility") / "packages.toml"
#: The packages to know from file names alone, one a line.
NAMES = Path("compatibility") / "names.txt"
#: More would be a mirror of the index.
MOST_NAMES = 2000

MODULE = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*", re.ASCII)
_FILE = re.compile(r"[a-z0-9][a-z0-9_-]*\.py")
_URL = re.compile(r"https://[^\s\"'<>]+")
_REQUIREMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(?:\[[a-z0-9,_-]+\])?")


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    package: tuple[Package, ...]


def read(path: Path = PACKAGES) -> tuple[Package, ...]:
    """Read the packages, in the order of the file.

    Raises `CompatError` naming the entry and the fix. Values are checked here because they become file
    names, addresses and arguments later.
    """
    try:
        raw = path.read_bytes()
        packages = msgspec.toml.decode(raw, type=_File, strict=True).package
    except OSError as error:
        raise CompatError(f"{path}: {error.strerror or error}. Is this a checkout?") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise CompatError(f"{path}: {error}. Correct the entry it names.") from error
    for package in packages:
        if problem := _problem(package):
            raise CompatError(f"{path}: package {package.name[:120]!r}: {problem}.")
    names = [package.name for package in packages]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise CompatError(f"{path}: {', '.join(twice)} described twice; remove one entry.")
    return packages


def _problem(package: Package) -> str:
    """Say what is wrong with an entry; empty when nothing is."""
    if not NAME.fullmatch(package.name):
        return "the name is not normalised; use lower case, digits and hyphens"
    if not package.imports:
        return "no import names; give at least one"
    suite = package.suite
    checks = (
        (MODULE, package.imports, "an import name"),
        (_FILE, filter(None, (package.smoke,)), "a file name such as numpy.py"),
        (_URL, filter(None, (package.upstream, package.issue)), "an https address"),
        (MODULE, suite.modules if suite else (), "a module name"),
        (_REQUIREMENT, suite.requires if suite else (), "a distribution name"),
    )
    for pattern, values, what in checks:
        for value in values:
            if not pattern.fullmatch(value):
                return f"{value[:120]!r} is not {what}"
    return ""


def choose(packages: tuple[Package, ...], only: list[str]) -> tuple[Package, ...]:
    """Return the named packages, all of them when none is named; raises `CompatError` for unknown ones."""
    known = {package.name: package for package in packages}
    for name in only:
        if name not in known:
            raise CompatError(
                f"package {name[:120]!r} is not described; add it to {PACKAGES}, probe it by its name "
                f"(`python -m ftguide probe NAME`), or choose from {', '.join(sorted(known))}."
            )
    return tuple(known[name] for name in dict.fromkeys(only)) if only else packages


def read_names(path: Path = NAMES) -> tuple[str, ...]:
    """Read a list of names, one a line, `#` for remarks; raises `CompatError` naming the line."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise CompatError(f"{path}: {error.strerror or error}. Is the path right?") from error
    except UnicodeDecodeError as error:
        raise CompatError(f"{path}: not UTF-8; save it as UTF-8.") from error
    names: dict[str, int] = {}
    for number, line in enumerate(lines, start=1):
        name = line.partition("#")[0].strip()
        if not name:
            continue
        if not NAME.fullmatch(name):
            raise CompatError(
                f"{path}, line {number}: {ascii(name)[:120]} is not a normalised name; use lower case, "
                "digits and hyphens."
            )
        if name in names:
            raise CompatError(
                f"{path}, line {number}: {name} stands on line {names[name]}, too; remove one."
            )
        names[name] = number
    if len(names) > MOST_NAMES:
        raise CompatError(f"{path}: {len(names)} names, at most {MOST_NAMES}; shorten the list.")
    return tuple(names)
