"""The status of packages, derived from evidence: pure functions of evidence, packages and a date.

What the levels mean is in `level_rules.py`, which evidence leads to which in `grounds.py`. A level never
rests on a claim alone, and a headline is the lowest level over the cells with a verdict, never the best.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta

from packaging.version import InvalidVersion, Version

from ftguide.tracker.derive.grounds import Verdict, judge, offered
from ftguide.tracker.derive.history import changes
from ftguide.tracker.derive.level_rules import Flag, Level
from ftguide.tracker.derive.model import Cell, Status
from ftguide.tracker.record.findings import Retraction, Wheels
from ftguide.tracker.record.model import LINES, PLATFORMS, Evidence, Kind, Package

#: Evidence that nobody has seen again for longer is shown faded.
TTL = timedelta(days=90)


def derive(
    evidence: Iterable[Evidence], packages: Sequence[Package], today: date
) -> tuple[Status, ...]:
    """Return the status of each package at the end of a day, in the order of `packages`.

    `evidence` is what `evidence.read` returns: every sighting. What was observed after `today` is not
    looked at. Evidence about packages that are not described is left out.
    """
    until = f"{today.isoformat()}T23:59:59Z"
    by_package: dict[str, list[Evidence]] = {package.name: [] for package in packages}
    for item in evidence:
        if item.package in by_package and item.observed_at <= until:
            by_package[item.package].append(item)
    return tuple(status(package, by_package[package.name], until) for package in packages)


def status(package: Package, evidence: Sequence[Evidence], until: str) -> Status:
    """Return the status of one package from its own evidence; `until` is a time."""
    counted = sorted(not_retracted(evidence), key=lambda item: item.observed_at)
    cells = cells_of(counted, until)
    verdicts = [cell.level for cell in cells if cell.level.verdict]
    if verdicts:
        headline = min(verdicts, key=lambda level: level.rank)
    else:
        headline = max((cell.level for cell in cells), key=lambda level: level.rank)
    flags = {flag for cell in cells for flag in cell.flags}
    if _some_platforms_only(cells):
        flags.add(Flag.SOME_PLATFORMS)
    wheels = latest(counted).get(Kind.WHEEL)
    return Status(
        package=package,
        newest=wheels.result.newest if wheels and isinstance(wheels.result, Wheels) else "",
        headline=headline,
        cells=cells,
        flags=tuple(flag for flag in Flag if flag in flags),
        changes=changes(counted, cells_of),
    )


def not_retracted(evidence: Sequence[Evidence]) -> list[Evidence]:
    """Leave out what was retracted, and the retractions."""
    wrong = {item.result.of for item in evidence if isinstance(item.result, Retraction)}
    return [
        item
        for item in evidence
        if item.id not in wrong and not isinstance(item.result, Retraction)
    ]


def latest(evidence: Iterable[Evidence]) -> dict[Kind, Evidence]:
    """Return the last item of each kind; `evidence` is in the order of time."""
    return {item.kind: item for item in evidence}


def cells_of(evidence: Sequence[Evidence], until: str) -> tuple[Cell, ...]:
    """Return all cells of a package; `evidence` is in the order of time, without retractions."""
    package = evidence[0].package if evidence else ""
    general = latest(item for item in evidence if not item.line)
    return tuple(
        _cell(package, line, platform, general, _of(evidence, line, platform), until)
        for line in LINES
        for platform in PLATFORMS
    )


def _of(evidence: Sequence[Evidence], line: str, platform: str) -> list[Evidence]:
    return [item for item in evidence if item.line == line and item.platform == platform]


def _cell(  # noqa: PLR0917 - all of them say which cell
    package: str,
    line: str,
    platform: str,
    general: dict[Kind, Evidence],
    own: Sequence[Evidence],
    until: str,
) -> Cell:
    """Judge one cell by the newest release if it was probed or has no wheel, else by the last probed."""
    wheels = general.get(Kind.WHEEL)
    offer = wheels.result if wheels and isinstance(wheels.result, Wheels) else None
    newest = offer.newest if offer else ""
    final = [item for item in own if not is_prerelease(item.version)]
    version = newest
    if final and newest not in {item.version for item in final}:
        version = final[-1].version
    if offer and not offered(offer, line, platform):
        version = newest
    seen = {
        **{kind: item for kind, item in general.items() if _about(item, version)},
        **latest(item for item in final if item.version == version),
    }
    if wheels and version != newest:
        del seen[Kind.WHEEL]  # it is about another release
    verdict = judge(package, line, platform, seen)
    proof = [item for item in seen.values() if item.id in verdict.proof]
    oldest = min((item.observed_at for item in proof), default="")
    return Cell(
        line=line,
        platform=platform,
        level=verdict.level,
        version=version,
        flags=_flags(verdict, oldest, until, outdated=version != newest),
        proof=verdict.proof,
        seen=seen,
        observed_at=oldest,
        reasons=verdict.reasons,
    )


def _about(item: Evidence, version: str) -> bool:
    """Say whether a line-independent item is about a version, or about the project as a whole."""
    return item.kind in {Kind.WHEEL, Kind.BACKFILL} or item.version in {version, ""}


def is_prerelease(version: str) -> bool:
    """Say whether installers choose a version only on request; so is what is no version at all."""
    try:
        return Version(version).is_prerelease
    except InvalidVersion:
        return True


def _flags(verdict: Verdict, oldest: str, until: str, *, outdated: bool) -> tuple[Flag, ...]:
    flags = set(verdict.flags)
    if verdict.level.verdict and (outdated or (oldest and _age(oldest, until) > TTL)):
        flags.add(Flag.STALE)
    return tuple(flag for flag in Flag if flag in flags)


def _age(since: str, until: str) -> timedelta:
    return _time(until) - _time(since)


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _some_platforms_only(cells: Sequence[Cell]) -> bool:
    """Say whether some line has wheels on some platforms and none on others."""
    for line in LINES:
        levels = {cell.level for cell in cells if cell.line == line}
        if Level.NO_WHEEL in levels and levels - {Level.NO_WHEEL, Level.UNKNOWN}:
            return True
    return False
