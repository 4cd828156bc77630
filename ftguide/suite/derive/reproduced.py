"""Whether a run that somebody sent agrees with one of ours. Pure; reads what the two runs' rows say.

Agreement says that two runs measured much the same. It does not say that the sender measured at all: whoever
has our numbers can send numbers that agree with them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ftguide.statistics.estimates import agree
from ftguide.suite.derive.analysis import Row
from ftguide.suite.derive.compare import line_pairs, pairs_of
from ftguide.suite.derive.derived import Derived
from ftguide.suite.derive.verdicts import Comparison

#: Of the ratios that two runs share, those that have to agree. Two intervals of 95 % whose true ratios are
#: equal agree 95 times in 100; what is left is for what differs between two days on one machine.
SHARE = 0.9
#: With fewer, 9 of 10 can agree by luck.
FEWEST = 20
#: An interval that reaches further to either side agrees with nearly everything: such a ratio is not shared.
WIDEST = math.log(1.25)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How far a run agrees with one of ours."""

    run_id: str  #: ours
    machine: str
    shared: int  #: ratios that both know well enough
    agreeing: int  #: of these, how many differ by no more than their half-widths in quadrature

    @property
    def reproduced(self) -> bool:
        """Whether this is enough to call the run reproduced."""
        return self.shared >= FEWEST and self.agreeing >= SHARE * self.shared


def agreement(sent: Derived, ours: Derived) -> Agreement:
    """Count the ratios of two runs that agree, of workloads with the same code on the same main line."""
    pairs = list(_shared(sent, ours))
    run = ours.stored.run
    return Agreement(
        run_id=run.run_id,
        machine=run.machine.name,
        shared=len(pairs),
        agreeing=sum(agree(*pair) for pair in pairs),
    )


def closest(sent: Derived, ours: Iterable[Derived]) -> Agreement | None:
    """Return the agreement with the run of ours that agrees most; None where nothing can be compared.

    One that makes the run reproduced comes before one that does not, then the larger share counts.
    """
    found = [one for run in ours if (one := agreement(sent, run)).shared]
    return max(
        found,
        key=lambda one: (one.reproduced, one.shared >= FEWEST, one.agreeing / one.shared),
        default=None,
    )


def _shared(sent: Derived, ours: Derived) -> Iterator[tuple[Comparison, Comparison]]:
    theirs, own = sent.stored.run, ours.stored.run
    if theirs.main_line != own.main_line:
        return  # arms of the main line do not spell it
    known = {(each.slug, each.version, each.source_hash): each for each in own.plan.workloads}
    for planned in theirs.plan.workloads:
        same = known.get((planned.slug, planned.version, planned.source_hash))
        if same is None:
            continue
        left, right = (_ratios(run.row(planned.slug)) for run in (sent, ours))
        lines = line_pairs(set(same.arms) & set(planned.arms), own, theirs)
        for pair in (*pairs_of(planned, theirs.plan.threads), *lines):
            arms = (pair.arm, pair.base)
            if arms in left and arms in right:
                yield left[arms], right[arms]


def _ratios(row: Row) -> dict[tuple[str, str], Comparison]:
    """Return the ratios of a row, by arm and base, that are known well enough to disagree with anything."""
    return {
        (each.arm, each.base): each
        for each in reversed(row.comparisons)
        if each.ratio > 0 and each.half_width <= WIDEST
    }
