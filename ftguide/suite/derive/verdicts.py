"""What a comparison of two arms lets us say, and the rules that decide it. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from ftguide.statistics.estimates import Estimate

#: A difference below this is of no practical concern, whatever its p value; either way, as 1.02 and 1 / 1.02.
PRACTICAL = 0.02
SIGNIFICANT = 0.05


class ComparisonKind(StrEnum):
    """What a ratio of two arms is a ratio of."""

    TIME = "time"  #: time of the arm / time of its base
    SPEEDUP = "speedup"  #: throughput of the arm / throughput of its base
    EFFICIENCY = "efficiency"  #: time in processes / time in threads
    LINE = "line"  #: time of the arm / time of the same arm on the line before


class ArmPair(NamedTuple):
    """Two arms that are compared, and in what."""

    arm: str
    base: str
    kind: ComparisonKind = ComparisonKind.TIME


class Verdict(StrEnum):
    """What a comparison of times lets us say; `judge` holds the rules and their order."""

    SLOWER = "slower"  #: interval beyond +2 % and q < 0.05
    FASTER = "faster"  #: interval beyond -2 % and q < 0.05
    SAME = "same"  #: equivalent within 3 % (TOST)
    UNRESOLVED = "no difference resolved"  #: inside the noise floor, or the interval allows both
    UNKNOWN = "not enough blocks"  #: fewer than two
    NOT_JUDGED = "not judged"  #: speed-ups and efficiencies are numbers without a verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison(Estimate):
    """The ratio of two arms over the blocks of one workload; what it is a ratio of, `kind` says."""

    arm: str  #: numerator
    base: str  #: denominator
    kind: ComparisonKind
    q: float  #: Benjamini-Hochberg over the run's comparisons of this `kind`; A/A pairs apart
    verdict: Verdict


def judge(estimate: Estimate, q: float, equivalence: float, floor: float | None) -> Verdict:
    """Return the verdict on a ratio of times; the first rule that holds decides.

    1. Fewer than two blocks: UNKNOWN.
    2. |ln ratio| within the noise floor: UNRESOLVED. Two copies of the same arm differ as much, so
       neither a difference nor sameness is claimed, whatever the interval says.
    3. The 95 % interval lies wholly beyond 2 % and q < 0.05: SLOWER or FASTER. This comes before
       sameness: a ratio of 1.025 known to 0.1 % is within 3 %, and slower.
    4. Equivalent within 3 % at the 5 % level: SAME.
    5. UNRESOLVED: the interval allows both.
    """
    if estimate.k < 2:
        return Verdict.UNKNOWN
    if floor is not None and abs(math.log(estimate.ratio)) <= floor:
        return Verdict.UNRESOLVED
    if q < SIGNIFICANT and estimate.low > 1 + PRACTICAL:
        return Verdict.SLOWER
    if q < SIGNIFICANT and estimate.high < 1 / (1 + PRACTICAL):
        return Verdict.FASTER
    return Verdict.SAME if equivalence < SIGNIFICANT else Verdict.UNRESOLVED
