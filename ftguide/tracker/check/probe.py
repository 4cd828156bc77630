"""Probing somebody's own dependencies with the probes of the tracker, into a log that is thrown away.

Other people's code runs here as it does for the tracker: in environments made for it, in `sandbox.run`,
and nowhere else. Who asks gets the evidence; the log of the repository is not touched.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from ftguide.tracker.check.dependency import Dependency
from ftguide.tracker.observe.survey import Report, Survey
from ftguide.tracker.record.model import CompatError, Package


def probe(
    wanted: Iterable[Dependency], described: Mapping[str, Package], survey: Survey
) -> Iterator[Report]:
    """Probe one dependency after the other; what is found is in the survey's log.

    A package that packages.toml does not know is imported by the names in its own files. One that cannot
    be installed is reported and stops nothing.
    """
    for dependency in wanted:
        name, version = dependency.name, dependency.version
        pinned = replace(survey, pins={name: version} if version is not None else {})
        package = described.get(name) or Package(name=name, imports=(), field="")
        try:
            yield pinned.one(package)
        except CompatError as error:
            yield Report(package=package, problem=str(error))
