"""How often something happened, with bounds that know that samples of one process are alike. Pure.

A count of zero gets the exact bound of Clopper & Pearson ("The use of confidence or fiducial limits
illustrated in the case of the binomial", Biometrika 1934), which takes every sample for itself. Any other
count gets the interval of Korn & Graubard ("Confidence intervals for proportions with small expected
number of positive counts estimated from survey data", Survey Methodology 1998): Clopper & Pearson on as
many samples as the spread between processes is worth. `permutation_p` compares two rates by shuffling
processes, not samples.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

from ftguide.statistics.student import incomplete_beta, student_quantile

LEVEL = 0.95
#: The smallest p-value is one over this: small enough for Benjamini & Hochberg among thousands of
#: comparisons of which some hundred differ.
PERMUTATIONS = 2000
#: Once so many shuffles differ as much as the processes did, the p-value is known well enough (Besag &
#: Clifford, "Sequential Monte Carlo p-values", Biometrika 1991).
ENOUGH_EXTREME = 20

#: What one process saw: how often it happened, of how many samples.
Counts = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Rate:
    """How often something happened; `low` and `high` bound its probability."""

    count: int
    samples: int
    processes: int
    low: float
    high: float

    @property
    def share(self) -> float:
        """The share of samples; 0 of none."""
        return self.count / self.samples if self.samples else 0.0


def beta_quantile(p: float, a: float, b: float) -> float:
    """Return the x with I_x(a, b) = p, for a, b > 0, by bisection to the last bits.

    Raises `ValueError` unless 0 < p < 1.
    """
    if not (0 < p < 1 and a > 0 and b > 0):
        raise ValueError(f"a quantile wants 0 < p < 1 and a, b > 0, got p={p}, a={a}, b={b}")
    if incomplete_beta(a, b, 0.5, 0.5) < p:
        return 1.0 - _lower_quantile(1.0 - p, b, a)
    return _lower_quantile(p, a, b)


def _lower_quantile(p: float, a: float, b: float) -> float:
    """Return a quantile of at most 1/2, by bisecting its logarithm: small ones need relative accuracy."""
    low, high = -745.0, math.log(0.5)
    while low < (middle := (low + high) / 2) < high and high - low > 1e-13:
        x = math.exp(middle)
        if incomplete_beta(a, b, x, 1.0 - x) < p:
            low = middle
        else:
            high = middle
    return math.exp(high)


def clopper_pearson(count: float, samples: float, level: float = LEVEL) -> tuple[float, float]:
    """Return the bounds of a proportion; `count` and `samples` need not be whole.

    Zero (or all) of them has one bound worth telling, and gets the whole of what may be missed: one-sided.
    Raises `ValueError` unless 0 <= count <= samples and samples > 0.
    """
    if not (0 <= count <= samples and samples > 0):
        raise ValueError(f"{count} of {samples} is no proportion")
    miss = 1.0 - level
    if count == 0:
        return 0.0, -math.expm1(math.log(miss) / samples)
    if count == samples:
        return math.exp(math.log(miss) / samples), 1.0
    low = beta_quantile(miss / 2, count, samples - count + 1)
    high = beta_quantile(1 - miss / 2, count + 1, samples - count)
    return low, high


def rate(processes: Sequence[Counts], level: float = LEVEL) -> Rate:
    """Return the rate over processes, each (count, samples); without samples nothing is known."""
    used = [(count, samples) for count, samples in processes if samples]
    count, samples = sum(count for count, _ in used), sum(samples for _, samples in used)
    if not samples:
        return Rate(0, 0, 0, 0.0, 1.0)
    if count in {0, samples}:
        return Rate(count, samples, len(used), *clopper_pearson(count, samples, level))
    worth = effective_samples(used, level)
    low, high = clopper_pearson(count / samples * worth, worth, level)
    return Rate(count, samples, len(used), low, high)


def effective_samples(processes: Sequence[Counts], level: float = LEVEL) -> float:
    """Return as how many independent samples those of some processes count; at most all of them.

    The variance of the ratio between processes over that of independent samples, with the t quantile in
    place of the normal one, since few processes estimate it. One process alone is worth one sample.
    """
    samples = sum(n for _, n in processes)
    share = sum(k for k, _ in processes) / samples
    number = len(processes)
    if number < 2:
        return 1.0
    squares = sum((k - share * n) ** 2 for k, n in processes)
    between = number / (number - 1) * squares / samples**2
    alone = share * (1 - share) / samples
    effect = between / alone
    normal = student_quantile(0.5 + level / 2, math.inf)
    correction = (normal / student_quantile(0.5 + level / 2, number - 1)) ** 2
    return max(1.0, min(samples, samples / effect * correction)) if effect else float(samples)


def permutation_p(
    left: Sequence[Counts],
    right: Sequence[Counts],
    *,
    permutations: int = PERMUTATIONS,
    seed: int = 0,
) -> float:
    """Return how probable a difference of two rates is if it does not matter which process is whose.

    Two-sided; the same for the same counts, since the shuffling is seeded. 1 if either has no samples.
    """
    left, right = [one for one in left if one[1]], [one for one in right if one[1]]
    if not left or not right:
        return 1.0

    # Whose processes the smaller part got says all: the rest is the other part's. Drawing it takes half the
    # time of shuffling everything.
    together = [*left, *right]
    drawn = min(len(left), len(right))
    all_counts, all_samples = sum(k for k, _ in together), sum(n for _, n in together)
    observed = abs(_share(left) - _share(right)) * (1 - 1e-12)
    chance = random.Random(seed)
    extreme = 0
    for tried in range(1, permutations + 1):
        count = samples = 0
        for k, n in chance.sample(together, drawn):
            count += k
            samples += n
        rest = (all_counts - count) / (all_samples - samples)
        extreme += abs(count / samples - rest) >= observed
        if extreme == ENOUGH_EXTREME:
            return extreme / tried
    return (extreme + 1) / (permutations + 1)


def _share(processes: Sequence[Counts]) -> float:
    return sum(k for k, _ in processes) / sum(n for _, n in processes)
