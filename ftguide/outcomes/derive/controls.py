"""Whether a control showed what it must: the laboratory's own test. Pure."""

from __future__ import annotations

import fnmatch
from collections.abc import Sequence

from ftguide.outcomes.derive.grades import Cell, Verdict

#: A positive control may stay away in one run of twenty.
POSITIVE_SHARE = 19 / 20


def held(cell: Cell) -> bool:
    """Return whether a run of a control showed its outcome, or, of a negative one, nothing to remark."""
    if cell.test.control == "none":
        return cell.verdict is Verdict.ACCEPTABLE
    return any(
        seen.rate.count and fnmatch.fnmatchcase(seen.name, cell.test.control) for seen in cell.seen
    )


def enough(results: Sequence[bool], *, positive: bool) -> bool:
    """Return whether a control held in as many runs as it has to: a negative one in all."""
    return sum(results) >= (POSITIVE_SHARE if positive else 1) * len(results)
