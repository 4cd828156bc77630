"""Intervals, tests and corrections for ratios of times. Pure; standard library only.

The unit of replication is the block: slices inside one share a process, a hash seed and a memory
layout, so k blocks of 40 slices are k observations, never 40 k (Kalibera & Jones, "Rigorous
benchmarking in reasonable time", ISMM 2013). Ratios are averaged as logarithms: x/y and y/x then
tell the same story, and a mean of them is a geometric mean.

Sums go through `math.fsum`: plain `sum` rounds differently before and after Python 3.12, and a
report has to come out the same on both. Random numbers come from `random.random` with a fixed seed,
the one generator whose sequence Python promises to keep.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

LEVEL = 0.95
#: Below this a ratio is called the same: the margin of the equivalence test, either way.
EQUIVALENCE_MARGIN = 0.03
#: Of an arm's laps in a block, the quantile that counts as quiet, and how much longer than it a lap is
#: called disturbed. Undisturbed laps keep within 3 %, bursts cost 30 to 100 %; a noisy neighbour can stay
#: for most of a block, so the quantile is low. (At 0.15 single blocks were off by 50 %.)
QUIET = 0.02
DISTURBED = 0.10
RESAMPLES = 2000
SEED = 20250101

_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A ratio estimated from k independent logarithms.

    With k = 1 the ratio is known and nothing else: the interval is (0, inf), the standard error
    inf, p = 1. With k = 0 the ratio is nan as well. Neither raises: a table shows the row anyway.
    """

    ratio: float
    low: float
    high: float
    k: int
    standard_error: float  #: of the mean logarithm
    p: float  #: two-sided, ratio = 1

    @property
    def half_width(self) -> float:
        """Half the interval's width on the log scale; inf where the interval has no end."""
        bounded = self.low > 0 and math.isfinite(self.high)
        return math.log(self.high / self.low) / 2 if bounded else math.inf


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A ratio with bootstrap limits."""

    ratio: float
    low: float
    high: float


def _beta_fraction(a: float, b: float, x: float) -> float:
    """Evaluate the continued fraction of the incomplete beta function (modified Lentz method)."""
    tiny = 1e-300  # stands in for a zero denominator, as Lentz's method wants
    c, d = 1.0, 1.0 / ((1.0 - (a + b) * x / (a + 1.0)) or tiny)
    value = d
    for m in range(1, 100_000):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            d = 1.0 / ((1.0 + term * d) or tiny)
            c = (1.0 + term / c) or tiny
            value *= c * d
        if abs(c * d - 1.0) < 1e-16:
            return value
    raise ArithmeticError(f"incomplete beta does not converge at a={a}, b={b}, x={x}")


def _beta(a: float, b: float, x: float, y: float) -> float:
    """Return I_x(a, b); y = 1 - x is given too, because it may be too small to subtract."""
    if x <= 0.0:
        return 0.0
    if y <= 0.0:
        return 1.0
    log_x = math.log(x) if x < 0.5 else math.log1p(-y)
    log_y = math.log(y) if y < 0.5 else math.log1p(-x)
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * log_x + b * log_y)
    if x < (a + 1.0) / (a + b + 2.0):  # the side on which the fraction converges fast
        return front * _beta_fraction(a, b, x) / a
    return 1.0 - front * _beta_fraction(b, a, y) / b


def incomplete_beta(a: float, b: float, x: float) -> float:
    """Return the regularised incomplete beta function I_x(a, b) for a, b > 0 and 0 <= x <= 1.

    Continued fraction of Abramowitz & Stegun 26.5.8. ValueError outside its domain.
    """
    if not (a > 0 and b > 0 and 0 <= x <= 1):
        raise ValueError(f"incomplete beta wants a, b > 0 and 0 <= x <= 1, got {a}, {b}, {x}")
    return _beta(a, b, x, 1.0 - x)


def student_tail(t: float, df: float) -> float:
    """Return P(T > t) for Student's t with `df` degrees of freedom; df = inf is the normal."""
    if not df > 0:
        raise ValueError(f"degrees of freedom must be positive, got {df}")
    if t < 0:
        return 1.0 - student_tail(-t, df)
    square = t * t
    if math.isinf(square):
        return 0.0
    if math.isinf(df):
        return math.erfc(t / math.sqrt(2.0)) / 2
    return _beta(df / 2, 0.5, df / (df + square), square / (df + square)) / 2


def student_cdf(t: float, df: float) -> float:
    """Return P(T <= t) for Student's t ("The probable error of a mean", Biometrika 1908)."""
    return student_tail(-t, df)


@lru_cache(maxsize=4096)
def student_quantile(p: float, df: float) -> float:
    """Return the t with P(T <= t) = p, for 0 < p < 1, to about 1e-13 relative.

    Newton's method on the tail, held inside a bracket so that the heavy tails of df = 1 converge.
    """
    if not (0 < p < 1 and df > 0):
        raise ValueError(f"a quantile wants 0 < p < 1 and df > 0, got p={p}, df={df}")
    if p == 0.5:
        return 0.0
    tail = min(p, 1.0 - p)
    low, high = 0.0, 1.0
    while student_tail(high, df) > tail:
        low, high = high, high * 2
    t = (low + high) / 2
    for _ in range(200):
        excess = student_tail(t, df) - tail
        low, high = (t, high) if excess > 0 else (low, t)
        guess = t + excess / _student_density(t, df)
        if not low < guess < high:
            guess = (low + high) / 2
        if abs(guess - t) <= 1e-15 * guess:
            break
        t = guess
    return t if p > 0.5 else -t


def _student_density(t: float, df: float) -> float:
    if math.isinf(df):
        return math.exp(-t * t / 2) / math.sqrt(2 * math.pi)
    log_scale = math.lgamma((df + 1) / 2) - math.lgamma(df / 2) - math.log(df * math.pi) / 2
    return math.exp(log_scale - (df + 1) / 2 * math.log1p(t * t / df))


def _exp(log: float) -> float:
    """Return e**log, inf where that is no longer a float (two blocks that differ absurdly)."""
    return math.exp(log) if log < 709 else math.inf


def mean(values: Sequence[float]) -> float:
    """Return the arithmetic mean, nan of nothing."""
    return math.fsum(values) / len(values) if values else math.nan


def standard_error(values: Sequence[float]) -> float:
    """Return the standard error of the mean (k - 1 in the denominator), inf for fewer than two."""
    k = len(values)
    if k < 2:
        return math.inf
    centre = mean(values)
    return math.sqrt(math.fsum((v - centre) ** 2 for v in values) / (k - 1) / k)


def _two_sided(centre: float, error: float, df: float) -> float:
    if error == 0:
        return 1.0 if centre == 0 else 0.0
    return min(1.0, 2 * student_tail(abs(centre) / error, df))


def undisturbed(laps: Sequence[int]) -> list[int]:
    """Return the laps that are no more than `DISTURBED` longer than the quiet ones among them.

    All laps do the same work, so what makes a few of them half as long again is not the work: on a
    shared machine it is somebody else's use of the same core. Quiet is the `QUIET` quantile, not
    the minimum: it holds as long as that share of laps is quiet, and a single odd clock reading moves
    nothing. ValueError for no laps.
    """
    if not laps:
        raise ValueError("no laps to choose from")
    limit = sorted(laps)[int(QUIET * (len(laps) - 1))] * (1 + DISTURBED)
    return [lap for lap in laps if lap <= limit]


def ratio_interval(log_ratios: Sequence[float], level: float = LEVEL) -> Estimate:
    """Estimate a ratio from one logarithm per block: exp(mean) and Student's t interval.

    Kalibera & Jones (2013): the topmost level that repeats, here the block, is what the interval is
    made from. Deviation: they take the ratio of two independent means; both arms of ours live in
    the same block, so paired logarithms reduce it to Student's one-sample problem.
    """
    k, centre, error = len(log_ratios), mean(log_ratios), standard_error(log_ratios)
    if k < 2:
        ratio = _exp(centre) if k else math.nan
        return Estimate(ratio=ratio, low=0.0, high=math.inf, k=k, standard_error=error, p=1.0)
    half = student_quantile((1 + level) / 2, k - 1) * error
    return Estimate(
        ratio=_exp(centre),
        low=_exp(centre - half),
        high=_exp(centre + half),
        k=k,
        standard_error=error,
        p=_two_sided(centre, error, k - 1),
    )


def mean_interval(values: Sequence[float], level: float = LEVEL) -> tuple[float, float]:
    """Return Student's t interval of a mean time, cut at 0; (0, inf) for fewer than two."""
    if len(values) < 2:
        return 0.0, math.inf
    half = student_quantile((1 + level) / 2, len(values) - 1) * standard_error(values)
    return max(0.0, mean(values) - half), mean(values) + half


def welch_interval(x: Sequence[float], y: Sequence[float], level: float = LEVEL) -> Estimate:
    """Compare two runs: the ratio exp(mean x - mean y) of independent samples of logarithms.

    Variances may differ: Welch ("The generalization of 'Student's' problem", Biometrika 1947) with
    Satterthwaite's degrees of freedom. `k` is the smaller of the two block counts.
    """
    k, difference = min(len(x), len(y)), mean(x) - mean(y)
    if k < 2:
        ratio = _exp(difference) if k else math.nan
        return Estimate(ratio=ratio, low=0.0, high=math.inf, k=k, standard_error=math.inf, p=1.0)
    errors = (standard_error(x), standard_error(y))
    error = math.hypot(*errors)
    df = _satterthwaite(errors, (len(x), len(y)))
    half = student_quantile((1 + level) / 2, df) * error
    return Estimate(
        ratio=_exp(difference),
        low=_exp(difference - half),
        high=_exp(difference + half),
        k=k,
        standard_error=error,
        p=_two_sided(difference, error, df),
    )


def _satterthwaite(errors: Sequence[float], counts: Sequence[int]) -> float:
    """Return the degrees of freedom of a sum of independent means; inf when none of them varies."""
    largest = max(errors)
    if largest == 0:
        return math.inf
    parts = [(error / largest) ** 2 for error in errors]  # relative: fourth powers would underflow
    whole = math.fsum(parts) ** 2
    return whole / math.fsum(v * v / (k - 1) for v, k in zip(parts, counts, strict=True))


def equivalence_p(log_ratios: Sequence[float], margin: float = EQUIVALENCE_MARGIN) -> float:
    """Return the p value of equivalence by two one-sided t tests (TOST).

    Schuirmann ("A comparison of the two one-sided tests procedure", J. Pharmacokinet. Biopharm.
    1987): below 0.05 the ratio lies between 1 / (1 + margin) and 1 + margin, which is to say that
    its 90 % interval does. 1 for fewer than two blocks.
    """
    k, centre, error = len(log_ratios), mean(log_ratios), standard_error(log_ratios)
    if k < 2:
        return 1.0
    room = math.log1p(margin) - abs(centre)
    if error == 0:
        return 0.0 if room > 0 else 1.0
    return student_tail(room / error, k - 1)


def benjamini_hochberg(p_values: Sequence[float]) -> list[float]:
    """Return q values in the order of the p values: q < 0.05 keeps false discoveries below 5 %.

    Benjamini & Hochberg ("Controlling the false discovery rate", JRSS B 1995), as adjusted values:
    the smallest rate at which the step-up procedure still rejects. ValueError for a p outside
    [0, 1].
    """
    for p in p_values:
        if not 0 <= p <= 1:
            raise ValueError(f"{p} is not a p value")
    m = len(p_values)
    q_values, smallest = [1.0] * m, 1.0
    for rank, index in sorted(
        enumerate(sorted(range(m), key=lambda i: p_values[i]), 1), reverse=True
    ):
        smallest = min(smallest, p_values[index] * m / rank)
        q_values[index] = smallest
    return q_values


def _resampled_means(values: Sequence[float], resamples: int, chance: random.Random) -> list[float]:
    k, draw = len(values), chance.random
    return [math.fsum([values[int(draw() * k)] for _ in range(k)]) / k for _ in range(resamples)]


def _quantile(ordered: Sequence[float], level: float) -> float:
    place = min(max(level, 0.0), 1.0) * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def bootstrap_interval(
    log_ratios: Sequence[float],
    level: float = LEVEL,
    *,
    bias_corrected: bool = True,
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> Interval:
    """Cross-check a ratio's interval by resampling blocks: BCa, or plain percentiles.

    Efron ("Better bootstrap confidence intervals", JASA 1987); the acceleration comes from the
    jackknife. With ten blocks it is too narrow (simulated: it catches the truth 86 to 92 times in
    100, Student's 95), which is why Student's is the one printed. Fewer than two blocks: (0, inf).
    """
    k, centre = len(log_ratios), mean(log_ratios)
    if k < 2:
        return Interval(ratio=_exp(centre) if k else math.nan, low=0.0, high=math.inf)
    means = sorted(_resampled_means(log_ratios, resamples, random.Random(seed)))
    levels = [(1 - level) / 2, (1 + level) / 2]
    if bias_corrected:
        levels = _bca_levels(log_ratios, centre, means, levels)
    low, high = (_quantile(means, one) for one in levels)
    return Interval(ratio=_exp(centre), low=_exp(low), high=_exp(high))


def _bca_levels(
    values: Sequence[float], centre: float, means: Sequence[float], levels: Sequence[float]
) -> list[float]:
    """Shift nominal percentile levels for the bias and the skewness of the resampled means."""
    deviations = [value - centre for value in values]
    squares = math.fsum(d * d for d in deviations)
    if squares == 0:
        return list(levels)
    acceleration = math.fsum(d**3 for d in deviations) / (6 * squares**1.5)
    below = math.fsum(1.0 if m < centre else 0.5 if m == centre else 0.0 for m in means)
    share = min(max(below / len(means), 0.5 / len(means)), 1 - 0.5 / len(means))
    bias = _NORMAL.inv_cdf(share)
    shifted = [bias + _NORMAL.inv_cdf(level) for level in levels]
    return [_NORMAL.cdf(bias + z / (1 - acceleration * z)) for z in shifted]


def group_mean(
    samples: Sequence[Sequence[float]],
    level: float = LEVEL,
    *,
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> Interval:
    """Return the geometric mean of several workloads' ratios; a sample holds one's logarithms.

    Workloads are fixed: they are the catalogue, not a sample of one, so only blocks are resampled,
    each workload's among themselves. A plain percentile interval of so few blocks is too narrow;
    deviations from the mean are therefore stretched by sqrt(k / (k - 1)) and by t / z at
    Satterthwaite's degrees of freedom. This is the expanded percentile interval of Hesterberg
    ("What teachers should know about the bootstrap", The American Statistician 2015), stretched in
    width where he moves the percentiles, because the tails of 3 resampled blocks are soon empty.
    ValueError when there is no workload, or one has fewer than two blocks.
    """
    if not samples or min(map(len, samples)) < 2:
        raise ValueError("a group mean needs workloads of at least two blocks each")
    chance = random.Random(seed)
    centre = mean([mean(values) for values in samples])
    errors = [standard_error(values) for values in samples]
    df = _satterthwaite(errors, [len(values) for values in samples])
    upper = (1 + level) / 2
    widen = student_quantile(upper, df) / _NORMAL.inv_cdf(upper)
    columns = []
    for values in samples:
        k, middle = len(values), mean(values)
        stretch = math.sqrt(k / (k - 1))
        columns.append(
            _resampled_means([(v - middle) * stretch for v in values], resamples, chance)
        )
    shifts = sorted(mean(row) for row in zip(*columns, strict=True))
    return Interval(
        ratio=_exp(centre),
        low=_exp(centre + widen * _quantile(shifts, 1 - upper)),
        high=_exp(centre + widen * _quantile(shifts, upper)),
    )
