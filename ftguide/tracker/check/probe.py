"""Probing somebody's own dependencies with the probes of the tracker, into a log that is thrown away.

Other people's code runs here as it does for the tracker: in environments made for it, in `sandbox.run`,
and nowhere else. Who asks gets the evidence; the log of the repository is not touched.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from ftguide.tracker.check.dependency import Dependency
from ftguide.tracker.derive.derive import latest
from ftguide.tracker.observe import artifacts
from ftguide.tracker.observe.survey import Report, Survey, collect_one
from ftguide.tracker.record.findings import Wheels
from ftguide.tracker.record.model import CompatError, Package, finding


def probe(
    wanted: Iterable[Dependency], described: Mapping[str, Package], survey: Survey
) -> Iterator[Report]:
    """Probe one dependency after the other; what is found is in the survey's log.

    A dependency that cannot be installed is reported and stops nothing.
    """
    for dependency in wanted:
        name, version = dependency.name, dependency.version
        pinned = replace(survey, pins={name: version} if version is not None else {})
        try:
            yield pinned.one(described.get(name) or _undescribed(dependency, pinned))
        except CompatError as error:
            package = Package(name=name, imports=(), field="")
            yield Report(package=package, problem=str(error))


def _undescribed(dependency: Dependency, survey: Survey) -> Package:
    """Describe a package that packages.toml does not know: its import names stand in its RECORD."""
    name, version = dependency.name, dependency.version
    package = Package(name=name, imports=(), field="")
    collected = collect_one(name, survey.workshop.source, survey.log)
    if version is None and (offer := finding(latest(collected), Wheels)):
        version = offer.newest
    try:
        with survey.workshop.room(survey.pair.ft, name, version or "", {}) as room:
            return replace(package, imports=import_names(room.package))
    except CompatError:
        return package  # nothing to install; the survey says why


def import_names(package: artifacts.Distribution) -> tuple[str, ...]:
    """Return the top-level modules of an installed distribution that are not its tests."""
    extensions = [artifacts.module_of(file) for file in artifacts.extension_files(package)]
    modules = artifacts.submodules(package, extensions)
    return tuple(sorted({name.partition(".")[0] for name in modules}))
