"""The history of a package, replayed from the log. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ftguide.tracker.derive.level_rules import Level
from ftguide.tracker.derive.model import Cell, Change
from ftguide.tracker.record.findings import Backfill, Kind
from ftguide.tracker.record.model import LINES, PLATFORMS, Evidence

#: Returns the cells as they were at a time, from the evidence up to then.
Cells = Callable[[Sequence[Evidence], str], tuple[Cell, ...]]


def changes(evidence: Sequence[Evidence], cells_of: Cells) -> tuple[Change, ...]:
    """Return what changed, oldest first: wheels before our first look, then levels.

    `evidence` is in the order of time. Growing old is not a change, nor is a new release of the same
    level, nor a wheel that nobody has probed.
    """
    first = evidence[0].observed_at if evidence else ""
    return (*_backfilled(evidence, before=first), *_observed(evidence, cells_of))


def _observed(evidence: Sequence[Evidence], cells_of: Cells) -> list[Change]:
    observed: list[Change] = []
    known: dict[tuple[str, str], Level] = {}
    for at, upto in _moments(evidence):
        for cell in cells_of(upto, at):
            key = (cell.line, cell.platform)
            before = known.get(key, Level.UNKNOWN)
            if cell.level is not before and (cell.level.verdict or before.verdict):
                observed.append(
                    Change(
                        at=at,
                        line=cell.line,
                        platform=cell.platform,
                        version=cell.version,
                        before=before,
                        after=cell.level,
                        proof=cell.proof,
                    )
                )
            known[key] = cell.level
    return observed


def _moments(evidence: Sequence[Evidence]) -> list[tuple[str, Sequence[Evidence]]]:
    """Return each day of the log, with what was known at its last observation.

    Within a day evidence trickles in kind by kind; what a cell was between two of them is not news.
    """
    ends = {item.observed_at[:10]: index for index, item in enumerate(evidence, start=1)}
    return [(evidence[end - 1].observed_at, evidence[:end]) for end in ends.values()]


def _backfilled(evidence: Sequence[Evidence], before: str) -> list[Change]:
    """Turn the latest back-filled history into changes between "no wheel" and "not probed"."""
    last = next((item for item in reversed(evidence) if item.kind is Kind.BACKFILL), None)
    if last is None:
        return []
    assert isinstance(last.result, Backfill)
    wheels = {True: Level.NOT_PROBED, False: Level.NO_WHEEL}
    return [
        Change(
            at=transition.at,
            line=transition.line,
            platform=transition.platform,
            version=transition.version,
            before=wheels[not transition.present],
            after=wheels[transition.present],
            proof=(last.id,),
            backfilled=True,
        )
        for transition in last.result.transitions
        if transition.at < before and transition.line in LINES and transition.platform in PLATFORMS
    ]
