"""Which workload gets the next block of a budget. Pure.

A budget ends when its time is over, whatever the numbers look like then, and every workload gets the
preset's blocks first: nothing stops because a result looks good. What is left is spent where intervals
are widest, and there is the trap: a workload whose first blocks agree by chance is passed over, keeps
its interval of too few, too similar blocks, and misses the truth more often than 5 times in 100. So the
variances that decide are drawn towards the mean of all workloads, as if each had `PRIOR` more blocks of
ordinary variance (tests/suite/observe/test_budget.py simulates both rules). The printed interval is made
of the workload's own blocks alone.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from ftguide.statistics.estimates import mean

#: Degrees of freedom of the common variance, in each workload's own.
PRIOR = 15


def widest(ratios: Mapping[str, Sequence[Sequence[float]]]) -> str:
    """Return the workload whose interval is likely the widest.

    `ratios` holds, by workload, one sequence of log ratios (an element per block) for each comparison
    a reader looks at first; the widest of them speaks for the workload. Equal ones: the first.
    ValueError when there is no workload.
    """
    if not ratios:
        raise ValueError("no workload is left to measure")
    kinds = max(map(len, ratios.values()))
    common = [
        _pooled([logs[kind] for logs in ratios.values() if len(logs) > kind])
        for kind in range(kinds)
    ]
    return max(
        ratios,
        key=lambda slug: max(
            (_width(logs, common[kind]) for kind, logs in enumerate(ratios[slug])), default=math.inf
        ),
    )


def _squares(logs: Sequence[float]) -> float:
    centre = mean(logs)
    return math.fsum((value - centre) ** 2 for value in logs)


def _pooled(samples: Sequence[Sequence[float]]) -> float:
    """Return the variance within samples, pooled over them."""
    freedom = sum(len(sample) - 1 for sample in samples)
    return math.fsum(map(_squares, samples)) / freedom if freedom > 0 else 0.0


def _width(logs: Sequence[float], common: float) -> float:
    k = len(logs)
    if k < 2:
        return math.inf
    variance = (_squares(logs) + PRIOR * common) / (k - 1 + PRIOR)
    return math.sqrt(variance / k)
