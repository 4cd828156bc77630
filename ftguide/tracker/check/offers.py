"""What an index offers of a package by file names, and which release an installer takes. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from packaging.utils import canonicalize_name, parse_sdist_filename
from packaging.version import Version

from ftguide.tracker.check.dependency import Dependency
from ftguide.tracker.check.target import Target
from ftguide.tracker.observe import artifacts
from ftguide.tracker.observe.index import IndexFile, IndexPage


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """One release as an index lists it."""

    version: Version
    wheels: tuple[str, ...]  #: file names
    sdist: bool
    requires_python: str = ""
    yanked: bool = False  #: all its files are withdrawn; a pin still installs it


@dataclass(slots=True)
class _Gathered:
    wheels: list[str] = field(default_factory=list)
    sdist: bool = False
    requires: list[str] = field(default_factory=list)
    yanked: list[bool] = field(default_factory=list)


def releases(name: str, page: IndexPage) -> tuple[Release, ...]:
    """Sort a page into releases, newest first; files that are named after another package are left out."""
    found: dict[Version, _Gathered] = {}
    versions: dict[str, Version | None] = {}
    for raw in page.files:
        project, text = _about(raw)
        if canonicalize_name(project) != name:
            continue
        if text not in versions:
            versions[text] = _version(text)
        if (version := versions[text]) is None:
            continue
        gathered = found.setdefault(version, _Gathered())
        gathered.yanked.append(raw.yanked is not False)
        gathered.requires.append(raw.requires_python or "")
        if raw.filename.endswith(".whl"):
            gathered.wheels.append(raw.filename)
        else:
            gathered.sdist = True
    return tuple(
        Release(
            version=version,
            wheels=tuple(sorted(gathered.wheels)),
            sdist=gathered.sdist,
            requires_python=gathered.requires[0][:200],
            yanked=all(gathered.yanked),
        )
        for version, gathered in sorted(found.items(), reverse=True)
    )


def _about(raw: IndexFile) -> tuple[str, str]:
    """Return project and version of a file without reading its tags: a page has thousands of files."""
    if raw.filename.endswith(".whl"):
        parts = raw.filename.split("-", 2)
        return (parts[0], parts[1]) if len(parts) == 3 else ("", "")
    try:
        name, version = parse_sdist_filename(raw.filename)
    except ValueError:  # an installer for Windows, a signature, a name that breaks the rules
        return "", ""
    return name, str(version)


def _version(text: str) -> Version | None:
    try:
        return Version(text)
    except ValueError:
        return None


def taken(
    offered: Iterable[Release], dependency: Dependency, target: Target | None
) -> Release | None:
    """Return the release that an installer takes on a target, or on some Python without one.

    A pin takes one that was withdrawn or is for other lines, too.
    """
    offered = tuple(offered)
    if dependency.version is not None:
        pin = _version(dependency.version)
        return next((release for release in offered if release.version == pin), None)
    fitting = {
        release.version: release
        for release in offered
        if not release.yanked and (target is None or target.runs(release.requires_python))
    }
    best = max(dependency.accepts.filter(fitting), default=None)
    return None if best is None else fitting[best]


def file_for(files: Iterable[str], target: Target) -> tuple[str, bool] | None:
    """Return the wheel that an installer takes of some, and whether it is pure Python; None if none fits.

    A wheel made for the build goes before one for all of them.
    """
    fitting = [
        (file, name.pure)
        for file in files
        if (name := artifacts.read_name(file, (target.line,)))
        and name.lines
        and target.platform in name.platforms
    ]
    return min(fitting, key=lambda one: one[1], default=None)
