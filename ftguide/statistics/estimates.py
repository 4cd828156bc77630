"""Intervals, tests and corrections for ratios of times. Pure; standard library only.

The unit of replication is the block: values inside one share a process, a hash seed and a memory
layout, so k blocks of 40 values are k observations, never 40 k (Kalibera & Jones, "Rigorous
benchmarking in reasonable time", ISMM 2013). Ratios are averaged as logarithms: x/y and y/x then
tell the same story, and a mean of them is a geometric mean.

Sums go through `math.fsum`: plain `sum` rounds differently before and after Python 3.12, and a
report has to come out the same on both. Random numbers come from `random.random` with a fixed seed,
the one generator whose sequence Python promises to keep.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

from ftguide.statistics.student import student_quantile, student_tail

LEVEL = 0.95
#: Below this a ratio is called the same: the margin of the equivalence test, either way.
EQUIVALENCE_MARGIN = 0.03
#: Of an arm's laps in a block, the shares left out at the short and at the long end: an odd reading of the
#: clock makes a lap shorter, a neighbour on the core makes many longer. Fixed shares and not a limit, which
#: on a noisy machine follows the few quiet laps (20261127T132512Z-790fc516: intervals a third wider); and
#: not a median, which follows one heap where the work's own laps form two (attribute-access, nbody).
SHORTEST = 0.1
LONGEST = 0.4
#: Of an arm's laps in a block, the quantile that counts as quiet, low because a neighbour can stay for most
#: of a block; and how much longer than it a lap is called disturbed. Bursts cost 30 to 100 %, and the laps
#: of some work (nbody on the free-threaded build) lie within 20 % of each other.
QUIET = 0.02
DISTURBED = 0.25
#: Of a row's blocks, the share left out at either end before they are averaged: now and then one arm has
#: bad luck for a whole block.
TRIM = 0.1
FEWEST_TRIMMED = 20  #: blocks; with fewer, every one of them is needed
RESAMPLES = 2000
SEED = 20250101

_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A ratio with the ends of its interval."""

    ratio: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate(Interval):
    """A ratio estimated from k independent logarithms.

    With k = 1 the ratio is known and nothing else: the interval is (0, inf), the standard error
    inf, p = 1. With k = 0 the ratio is nan as well. Neither raises: a table shows the row anyway.
    """

    k: int
    standard_error: float  #: of the mean logarithm
    p: float  #: two-sided, ratio = 1

    @property
    def half_width(self) -> float:
        """Half the interval's width on the log scale; inf where the interval has no end."""
        bounded = self.low > 0 and math.isfinite(self.high)
        return math.log(self.high / self.low) / 2 if bounded else math.inf


def agree(left: Estimate, right: Estimate) -> bool:
    """Return whether two ratios differ by no more than their half-widths, added in quadrature."""
    apart = abs(math.log(left.ratio / right.ratio))
    return apart <= math.hypot(left.half_width, right.half_width)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """Where a sample of block logarithms lies, with what an interval of it is made from."""

    centre: float
    error: float  #: standard error of the centre; inf for fewer than two values
    freedom: float  #: degrees of freedom


def _cut(k: int, trim: float = TRIM) -> int:
    return int(trim * k) if k >= FEWEST_TRIMMED else 0


def located(values: Sequence[float], trim: float = TRIM) -> Location:
    """Return the trimmed mean of a sample, by default without its lowest and highest tenth.

    Error and degrees of freedom are Yuen's ("The two-sample trimmed t for unequal population
    variances", Biometrika 1974) for one sample: they come from the variance of the winsorised values,
    in which what is left out counts as the outermost value that is kept. Fewer than `FEWEST_TRIMMED`
    values lose none: mean, standard error and k - 1 exactly.
    """
    k, cut = len(values), _cut(len(values), trim)
    kept = k - 2 * cut
    if k < 2 or not cut:
        return Location(centre=mean(values), error=standard_error(values), freedom=k - 1)
    middle = sorted(values)[cut : k - cut]
    winsorised = [*[middle[0]] * cut, *middle, *[middle[-1]] * cut]
    squares = k * (k - 1) * standard_error(winsorised) ** 2
    return Location(
        centre=mean(middle), error=math.sqrt(squares / (kept * (kept - 1))), freedom=kept - 1
    )


def typical_lap(laps: Sequence[int]) -> float:
    """Return the mean of the laps without the shortest tenth and the longest four tenths.

    All laps do the same work, so what makes a few of them half as long again is not the work: on a
    shared machine it is somebody else's use of the same core. Unit of the laps; raises `ValueError` for none.
    """
    if not laps:
        raise ValueError("no laps to choose from")
    first = int(SHORTEST * len(laps))
    return mean(sorted(laps)[first : max(first + 1, round((1 - LONGEST) * len(laps)))])


def undisturbed(laps: Sequence[int]) -> list[int]:
    """Return the laps that are no more than `DISTURBED` longer than the quiet ones among them.

    Their share tells how noisy the machine was; ratios come from `typical_lap`. Quiet is the `QUIET`
    quantile, not the minimum: it holds as long as that share of laps is quiet, and a single odd clock
    reading moves nothing. Raises `ValueError` for no laps.
    """
    if not laps:
        raise ValueError("no laps to choose from")
    limit = sorted(laps)[int(QUIET * (len(laps) - 1))] * (1 + DISTURBED)
    return [lap for lap in laps if lap <= limit]


def _estimate(at: Location, k: int, level: float = LEVEL) -> Estimate:
    """Return Student's t interval around a mean logarithm, and the p value of its being 0."""
    if k < 2:
        ratio = _exp(at.centre) if k else math.nan
        return Estimate(ratio=ratio, low=0.0, high=math.inf, k=k, standard_error=math.inf, p=1.0)
    half = student_quantile((1 + level) / 2, at.freedom) * at.error
    if at.error == 0:
        p = 1.0 if at.centre == 0 else 0.0
    else:
        p = min(1.0, 2 * student_tail(abs(at.centre) / at.error, at.freedom))
    return Estimate(
        ratio=_exp(at.centre),
        low=_exp(at.centre - half),
        high=_exp(at.centre + half),
        k=k,
        standard_error=at.error,
        p=p,
    )


def ratio_interval(log_ratios: Sequence[float], level: float = LEVEL) -> Estimate:
    """Estimate a ratio from one logarithm per block: exp(trimmed mean) and Student's t interval.

    Kalibera & Jones (2013): the topmost level that repeats, here the block, is what the interval is made
    from. Deviation: they take the ratio of two independent means; both arms of ours live in the same block,
    so paired logarithms reduce it to Student's one-sample problem. `located` says what is trimmed.
    """
    return _estimate(located(log_ratios), len(log_ratios), level)


def mean_interval(values: Sequence[float]) -> tuple[float, float]:
    """Return Student's t interval of a mean time, cut at 0; (0, inf) for fewer than two."""
    if len(values) < 2:
        return 0.0, math.inf
    half = student_quantile((1 + LEVEL) / 2, len(values) - 1) * standard_error(values)
    return max(0.0, mean(values) - half), mean(values) + half


def welch_interval(x: Sequence[float], y: Sequence[float]) -> Estimate:
    """Compare two runs: the ratio exp(mean x - mean y) of independent samples of logarithms.

    Variances may differ: Welch ("The generalization of 'Student's' problem", Biometrika 1947) with
    Satterthwaite's degrees of freedom, trimmed means as Yuen (1974) has them. `k` is the smaller
    of the two block counts.
    """
    left, right = located(x), located(y)
    errors = (left.error, right.error)
    difference = Location(
        centre=left.centre - right.centre,
        error=math.hypot(*errors),
        freedom=_satterthwaite(errors, (left.freedom, right.freedom)),
    )
    return _estimate(difference, min(len(x), len(y)))


def _satterthwaite(errors: Sequence[float], freedom: Sequence[float]) -> float:
    """Return the degrees of freedom of a sum of independent means; inf when none varies (or all may)."""
    largest = max(errors)
    if largest in {0, math.inf}:
        return math.inf
    parts = [(error / largest) ** 2 for error in errors]  # relative: fourth powers would underflow
    whole = math.fsum(parts) ** 2
    return whole / math.fsum(v * v / f for v, f in zip(parts, freedom, strict=True))


def equivalence_p(log_ratios: Sequence[float], margin: float = EQUIVALENCE_MARGIN) -> float:
    """Return the p value of equivalence by two one-sided t tests (TOST).

    Schuirmann ("A comparison of the two one-sided tests procedure", J. Pharmacokinet. Biopharm.
    1987): below 0.05 the ratio lies between 1 / (1 + margin) and 1 + margin, which is to say that
    its 90 % interval does. 1 for fewer than two blocks.
    """
    at = located(log_ratios)
    if len(log_ratios) < 2:
        return 1.0
    room = math.log1p(margin) - abs(at.centre)
    if at.error == 0:
        return 0.0 if room > 0 else 1.0
    return student_tail(room / at.error, at.freedom)


def benjamini_hochberg(p_values: Sequence[float]) -> list[float]:
    """Return q values in the order of the p values: q < 0.05 keeps false discoveries below 5 %.

    Benjamini & Hochberg ("Controlling the false discovery rate", JRSS B 1995), as adjusted values: the
    smallest rate at which the step-up procedure still rejects. Raises `ValueError` for a p outside [0, 1].
    """
    for p in p_values:
        if not 0 <= p <= 1:
            raise ValueError(f"{p} is not a p value")
    m = len(p_values)
    order = sorted(range(m), key=lambda index: p_values[index])
    q_values, smallest = [1.0] * m, 1.0
    for rank in range(m, 0, -1):
        index = order[rank - 1]
        q_values[index] = smallest = min(smallest, p_values[index] * m / rank)
    return q_values


def _resampled_means(values: Sequence[float], resamples: int, chance: random.Random) -> list[float]:
    k, draw = len(values), chance.random
    cut = _cut(k)
    ordered = sorted(values) if cut else values  # places are then sorted faster than values
    means = []
    for _ in range(resamples):
        places = [int(draw() * k) for _ in range(k)]
        if cut:
            places = sorted(places)[cut : k - cut]
        means.append(math.fsum([ordered[place] for place in places]) / (k - 2 * cut))
    return means


def _quantile(ordered: Sequence[float], level: float) -> float:
    place = min(max(level, 0.0), 1.0) * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def group_mean(
    samples: Sequence[Sequence[float]],
    resamples: int = RESAMPLES,
) -> Interval:
    """Return the geometric mean of several workloads' ratios; a sample holds one's logarithms.

    Workloads are fixed: they are the catalogue, not a sample of one, so only blocks are resampled,
    each workload's among themselves. A plain percentile interval of so few blocks is too narrow;
    deviations from the mean are therefore stretched by sqrt(k / (k - 1)) and by t / z at
    Satterthwaite's degrees of freedom. This is the expanded percentile interval of Hesterberg
    ("What teachers should know about the bootstrap", The American Statistician 2015), stretched in
    width where he moves the percentiles, because the tails of 3 resampled blocks are soon empty.
    Raises `ValueError` when there is no workload, or one has fewer than two blocks.
    """
    if not samples or min(map(len, samples)) < 2:
        raise ValueError("a group mean needs workloads of at least two blocks each")
    chance = random.Random(SEED)
    places = [located(values) for values in samples]
    centre = mean([at.centre for at in places])
    df = _satterthwaite([at.error for at in places], [at.freedom for at in places])
    upper = (1 + LEVEL) / 2
    widen = student_quantile(upper, df) / _NORMAL.inv_cdf(upper)
    columns = []
    for values, at in zip(samples, places, strict=True):
        stretch = math.sqrt((at.freedom + 1) / at.freedom)
        spread = [(v - at.centre) * stretch for v in values]
        columns.append(_resampled_means(spread, resamples, chance))
    shifts = sorted(mean(row) for row in zip(*columns, strict=True))
    return Interval(
        ratio=_exp(centre),
        low=_exp(centre + widen * _quantile(shifts, 1 - upper)),
        high=_exp(centre + widen * _quantile(shifts, upper)),
    )
