"""What a neighbour does to a ratio: a row's blocks, told apart by how fast the core was in them.

A virtual CPU is one hardware thread of a core, and somebody else's work comes and goes on the other. While it
is there everything takes half as long again or more, for seconds or minutes, and not the same on both builds
(source/benchmarks/method-validation.md has the table). A ratio over all blocks is then one of that hour's
mixture. Pure.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from ftguide.statistics.estimates import Estimate, agree, ratio_interval
from ftguide.suite.derive.series import Series

#: How much longer than in the fastest block of a row its two arms may take, and how much longer they
#: have to, for the core to count as theirs and as shared. Between the two lie blocks in which the
#: neighbour came or went. Its presence costs 1.5 to 2.2, blocks without it lie within 1.1 of each other.
OWN = 1.2
SHARED = 1.4
#: Blocks of either kind; of fewer, an interval says little.
FEWEST = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """One ratio, with the core to itself and with the core shared; blocks between count for neither."""

    own: Estimate
    shared: Estimate

    @property
    def differ(self) -> bool:
        """Whether the two lie further apart than their half-widths, added in quadrature."""
        return not agree(self.own, self.shared)


def split(series: Series, arm: str, base: str) -> Split | None:
    """Estimate a ratio for either state of the core; None unless both were met in `FEWEST` blocks.

    A block's speed is the mean logarithm of the two arms' times. What makes one arm longer by chance
    moves it as much as what makes the other longer, so choosing by speed does not choose by ratio.
    """
    contrast, speeds = series.contrast(arm, base), series.speeds(arm, base)
    if len(contrast) < 2 * FEWEST:
        return None
    blocks = [(d, speed - min(speeds)) for d, speed in zip(contrast, speeds, strict=True)]
    own = [d for d, slowness in blocks if slowness <= math.log(OWN)]
    shared = [d for d, slowness in blocks if slowness >= math.log(SHARED)]
    if min(len(own), len(shared)) < FEWEST:
        return None
    return Split(own=ratio_interval(own), shared=ratio_interval(shared))
