"""The status of packages, derived from evidence: pure functions of evidence, packages and a date.

What the levels mean is in `level_rules.py`, which evidence leads to which in `grounds.py`. A level never
rests on a claim alone, and a headline is the lowest level over the cells with a verdict, never the best.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from ftguide.tracker.derive.grounds import judge, offered
from ftguide.tracker.derive.history import changes
from ftguide.tracker.derive.level_rules import Flag, Level
from ftguide.tracker.derive.model import Cell, Status, lowest
from ftguide.tracker.record.evidence import end_of
from ftguide.tracker.record.findings import Kind, Retraction, Wheels
from ftguide.tracker.record.model import LINES, PLATFORMS, Evidence, Package, final, finding

#: Evidence that nobody has seen again for longer is shown faded.
TTL = timedelta(days=90)


def derive(
    evidence: Iterable[Evidence], packages: Sequence[Package], today: date
) -> tuple[Status, ...]:
    """Return the status of each package at the end of a day, in the order of `packages`.

    `evidence` is every sighting. What was observed after `today` is not looked at. Evidence about packages
    that are not described is left out.
    """
    by_package: dict[str, list[Evidence]] = {package.name: [] for package in packages}
    for item in evidence:
        if item.package in by_package:
            by_package[item.package].append(item)
    until = end_of(today)
    return tuple(status(package, by_package[package.name], until) for package in packages)


def status(package: Package, evidence: Sequence[Evidence], until: str) -> Status:
    """Return the status of one package from its own evidence; `until` is a time."""
    counted = counted_until(evidence, until)
    cells = cells_of(counted, until)
    flags = {flag for cell in cells for flag in cell.flags}
    if _some_platforms_only(cells):
        flags.add(Flag.SOME_PLATFORMS)
    wheels = finding(latest(counted), Wheels)
    return Status(
        package=package,
        newest=wheels.newest if wheels else "",
        headline=lowest(cells),
        cells=cells,
        flags=tuple(flag for flag in Flag if flag in flags),
        changes=changes(counted, cells_of),
    )


def counted_until(evidence: Iterable[Evidence], until: str) -> list[Evidence]:
    """Return what counted at a time, in the order of time: without what was retracted by then."""
    known = [item for item in evidence if item.observed_at <= until]
    wrong = {item.result.of for item in known if isinstance(item.result, Retraction)}
    kept = [item for item in known if item.id not in wrong and item.kind is not Kind.RETRACTION]
    return sorted(kept, key=lambda item: item.observed_at)


def latest(evidence: Iterable[Evidence]) -> dict[Kind, Evidence]:
    """Return the last item of each kind; `evidence` is in the order of time."""
    return {item.kind: item for item in evidence}


def cells_of(evidence: Sequence[Evidence], until: str) -> tuple[Cell, ...]:
    """Return all cells of a package; `evidence` is in the order of time, without retractions."""
    return tuple(
        cell_of(evidence, line, platform, until) for line in LINES for platform in PLATFORMS
    )


def cell_of(evidence: Sequence[Evidence], line: str, platform: str, until: str) -> Cell:
    """Judge one cell by the newest release if it was probed or has no wheel, else by the last probed.

    `evidence` is about one package, in the order of time, without retractions.
    """
    general = latest(item for item in evidence if not item.line)
    offer = finding(general, Wheels)
    newest = offer.newest if offer else ""
    probed = [
        item
        for item in evidence
        if (item.line, item.platform) == (line, platform) and final(item.version)
    ]
    version = newest
    if probed and newest not in {item.version for item in probed}:
        version = probed[-1].version
    if offer and not offered(offer, line, platform):
        version = newest
    seen = {
        **{kind: item for kind, item in general.items() if _about(item, version)},
        **latest(item for item in probed if item.version == version),
    }
    if version != newest:
        seen.pop(Kind.WHEEL, None)  # it is about another release
    verdict = judge(evidence[0].package if evidence else "", line, platform, seen)
    proof = [item for item in seen.values() if item.id in verdict.proof]
    oldest = min((item.observed_at for item in proof), default="")
    flags = set(verdict.flags)
    older = bool(newest) and version != newest  # without an offer nobody knows of a newer release
    if verdict.level.verdict and (older or (oldest and _age(oldest, until) > TTL)):
        flags.add(Flag.STALE)
    return Cell(
        line=line,
        platform=platform,
        level=verdict.level,
        version=version,
        flags=tuple(flag for flag in Flag if flag in flags),
        proof=verdict.proof,
        seen=seen,
        observed_at=oldest,
        reasons=verdict.reasons,
    )


def _about(item: Evidence, version: str) -> bool:
    """Say whether a line-independent item is about a version, or about the project as a whole."""
    return item.kind in {Kind.WHEEL, Kind.BACKFILL} or item.version in {version, ""}


def _age(since: str, until: str) -> timedelta:
    return datetime.fromisoformat(until) - datetime.fromisoformat(since)


def _some_platforms_only(cells: Sequence[Cell]) -> bool:
    """Say whether some line has wheels on some platforms and none on others."""
    for line in LINES:
        levels = {cell.level for cell in cells if cell.line == line}
        if Level.NO_WHEEL in levels and levels - {Level.NO_WHEEL, Level.UNKNOWN}:
            return True
    return False
