"""The packages a site is built from: their status on a day, their evidence, and what could not be read.

Reads through the tracker's rooms and knows nothing of Sphinx. A damaged file of evidence becomes a
problem and its package reads "unknown", so one bad file never stops a build.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ftguide.tracker.declare import packages
from ftguide.tracker.derive.derive import derive
from ftguide.tracker.derive.model import Status
from ftguide.tracker.record import evidence
from ftguide.tracker.record.model import CompatError, Evidence, Package

#: Names inside the folder of the configuration.
PACKAGES, EVIDENCE = "packages.toml", "evidence"
NAMES, BY_NAME = "names.txt", "by-name"

_Stamp = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracker:
    """Everything the pages show, as of a day."""

    today: date
    statuses: tuple[Status, ...]  #: by name
    items: Mapping[str, tuple[Evidence, ...]]  #: by package: each item once, as last seen
    first_seen: Mapping[str, str]  #: by id of an item
    problems: tuple[str, ...]  #: each names the file and the remedy
    files: tuple[Path, ...]  #: what was looked for, whether or not it is there
    by_name: tuple[Status, ...] = ()  #: known from file names alone, none of them probed

    def find(self, name: str) -> Status | None:
        """Return the status of a package, None for one that is not described."""
        return next((status for status in self.statuses if status.package.name == name), None)


def load(folder: Path, today: date) -> Tracker:
    """Return the tracker; the same files and the same day are derived once per process."""
    known = [folder / PACKAGES, folder / NAMES]
    for part in (EVIDENCE, BY_NAME):
        known += sorted((folder / part).glob("*.jsonl"))
    present = [path for path in known if path.is_file()]
    stamp = tuple((str(p), p.stat().st_size, p.stat().st_mtime_ns) for p in present)
    return _load(folder, stamp, today)


@functools.lru_cache(maxsize=4)
def _load(folder: Path, _stamp: _Stamp, today: date) -> Tracker:
    problems: list[str] = []
    described: tuple[Package, ...] = ()
    if (folder / PACKAGES).is_file():
        try:
            described = packages.read(folder / PACKAGES)
        except CompatError as error:
            problems.append(str(error))
    listed: tuple[str, ...] = ()
    if (folder / NAMES).is_file():
        try:
            listed = packages.read_names(folder / NAMES)
        except CompatError as error:
            problems.append(str(error))
    names = tuple(
        Package(name=name, imports=(), field="")
        for name in sorted(set(listed) - {package.name for package in described})
    )
    sightings: list[Evidence] = []
    items: dict[str, tuple[Evidence, ...]] = {}
    first_seen: dict[str, str] = {}
    for package in described:
        try:
            known = evidence.read_package(folder / EVIDENCE, package.name)
        except CompatError as error:
            problems.append(str(error))
            continue
        known = tuple(item for item in known if item.observed_at <= evidence.end_of(today))
        for item in known:
            first_seen.setdefault(item.id, item.observed_at)
        items[package.name] = tuple({item.id: item for item in known}.values())
        sightings += known
    by_name: list[Evidence] = []
    for package in names:
        try:
            by_name += evidence.read_package(folder / BY_NAME, package.name)
        except CompatError as error:
            problems.append(str(error))
    statuses = derive(sightings, described, today)
    return Tracker(
        today=today,
        statuses=tuple(sorted(statuses, key=lambda status: status.package.name)),
        items=items,
        first_seen=first_seen,
        problems=tuple(problems),
        files=(
            folder / PACKAGES,
            folder / NAMES,
            *(evidence.path_of(folder / EVIDENCE, package.name) for package in described),
            *(evidence.path_of(folder / BY_NAME, package.name) for package in names),
        ),
        by_name=derive(by_name, names, today),
    )
