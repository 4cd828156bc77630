"""Probing somebody's own dependencies with the probes of the tracker, into a log that is thrown away.

Other people's code runs here as it does for the tracker: in environments made for it, in `sandbox.run`,
and nowhere else. Who asks gets the evidence; the log of the repository is not touched.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from ftguide.interpreters.model import Pair
from ftguide.tracker.check.dependency import Dependency
from ftguide.tracker.derive.derive import latest
from ftguide.tracker.observe import artifacts
from ftguide.tracker.observe.index import Index
from ftguide.tracker.observe.install import Source, Workshop
from ftguide.tracker.observe.survey import Report, Survey, collect_one
from ftguide.tracker.record import evidence
from ftguide.tracker.record.findings import Wheels
from ftguide.tracker.record.model import CompatError, Evidence, Kind, Package


@dataclass(frozen=True, slots=True, kw_only=True)
class Probed:
    """What probing one dependency brought."""

    report: Report
    items: tuple[Evidence, ...]  #: all that is known about it now


def probe(
    wanted: Iterable[Dependency],
    described: Mapping[str, Package],
    *,
    pair: Pair,
    scratch: Path,
    address: str,
    folder: Path | None = None,
    deep_seconds: float = 60.0,
    smoke: Path,
) -> Iterator[Probed]:
    """Probe one dependency after the other; wheels come from `folder`, else from the index.

    A dependency that cannot be installed is reported and stops nothing. `scratch` is an existing, empty
    folder; the caller removes it.
    """
    survey = Survey(
        pair=pair,
        workshop=Workshop(scratch=scratch, source=Source(index=address, folder=folder)),
        log=scratch / "evidence",
        index=None if folder else Index(address=address),
        folder=folder,
        deep_seconds=deep_seconds,
        smoke=smoke,
    )
    for dependency in wanted:
        name, version = dependency.name, dependency.version
        pinned = replace(survey, pins={name: version} if version is not None else {})
        try:
            package = described.get(name) or _undescribed(dependency, pinned)
        except CompatError as error:
            package = Package(name=name, imports=(), field="")
            yield Probed(report=Report(package=package, problem=str(error)), items=())
            continue
        report = pinned.one(package)
        yield Probed(report=report, items=evidence.read_package(survey.log, name))


def _undescribed(dependency: Dependency, survey: Survey) -> Package:
    """Describe a package that packages.toml does not know: its import names stand in its RECORD."""
    package = Package(name=dependency.name, imports=(), field="")
    collected = collect_one(package, survey.index, survey.folder, survey.log)
    offer = latest(collected).get(Kind.WHEEL)
    version = dependency.version
    if version is None and offer is not None and isinstance(offer.result, Wheels):
        version = offer.result.newest
    try:
        room = survey.workshop.prepare(survey.pair.ft, dependency.name, version or "", {})
    except CompatError:
        return package  # nothing to install; the survey says why
    try:
        return replace(package, imports=import_names(room.package))
    finally:
        survey.workshop.discard(room)


def import_names(package: artifacts.Distribution) -> tuple[str, ...]:
    """Return the top-level modules of an installed distribution that are not its tests."""
    extensions = [artifacts.module_of(file) for file in artifacts.extension_files(package)]
    modules = artifacts.submodules(package, extensions)
    return tuple(sorted({name.partition(".")[0] for name in modules}))
