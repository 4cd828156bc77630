"""What evidence and an index say about somebody's own dependencies, on one line and platform. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from ftguide.tracker.check.answer import Answer, Checked, Report
from ftguide.tracker.check.dependency import Dependency, Listing
from ftguide.tracker.check.judge import Known, judge
from ftguide.tracker.check.lookup import Asked
from ftguide.tracker.check.target import Target
from ftguide.tracker.record.model import Evidence


def check(
    listing: Listing,
    evidence: Mapping[str, Sequence[Evidence]],
    target: Target,
    *,
    today: date,
    asked: Asked | None = None,
) -> Report:
    """Answer for every dependency.

    `evidence` holds the sightings by package; `asked` is what an index said, None when none was asked.
    """
    checked: dict[tuple[str, str], Checked] = {}
    wanted, skipped = installed(listing, target)
    for dependency in wanted:
        key = dependency.name, f"{dependency.version or dependency.accepts} {dependency.origin}"
        if key not in checked:
            name = dependency.name
            known = Known(
                evidence=tuple(evidence.get(name, ())),
                releases=None if asked is None else asked.releases.get(name),
                absent=asked is not None and name in asked.absent,
                failed=asked is not None and name in asked.problems,
            )
            checked[key] = judge(dependency, known, target, today)
    order = list(Answer)
    worst_first = sorted(
        checked.values(), key=lambda c: (order.index(c.answer), c.dependency.name, c.version)
    )
    return Report(
        line=target.line,
        platform=target.platform,
        checked=tuple(worst_first),
        skipped=tuple(skipped),
        remarks=listing.remarks,
        problems=tuple(asked.problems.values()) if asked else (),
    )


def installed(listing: Listing, target: Target) -> tuple[list[Dependency], list[Dependency]]:
    """Return what the target installs of a list, and what it does not."""
    kept: list[Dependency] = []
    skipped = list(listing.skipped)
    for dependency in listing.dependencies:
        # A lock has packages for every Python it was made for; a list that names no Python means this one.
        runs = target.runs(dependency.requires_python)
        (kept if runs and target.holds(dependency.marker) else skipped).append(dependency)
    return kept, skipped


def to_ask(
    listing: Listing, evidence: Mapping[str, Sequence[Evidence]], target: Target, today: date
) -> list[str]:
    """Return the packages about which an index could say more than the evidence.

    A pin with a verdict of its own needs none, nor one whose files a lock lists; a range does, for its
    newest release.
    """
    names = []
    for dependency in installed(listing, target)[0]:
        if dependency.origin:
            continue
        if dependency.version is not None:
            known = Known(evidence=tuple(evidence.get(dependency.name, ())))
            answer = judge(dependency, known, target, today).answer
            if not answer.open and not answer.finding:
                continue
            if dependency.complete and answer is Answer.CLAIMED:
                continue  # the lock lists all of its files
        names.append(dependency.name)
    return sorted(set(names))
