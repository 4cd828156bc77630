"""What workloads counted beside time: lost updates, latencies, fairness. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from ftguide.statistics.estimates import mean, mean_interval
from ftguide.suite.derive.series import Series
from ftguide.suite.record.model import Observed


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """One quantity on one arm."""

    arm: str
    quantity: Observed
    mean: float  #: over blocks, of the mean over the values of a block
    low: float  #: 95 % interval of that mean, Student t over blocks, cut at 0
    high: float
    blocks: int


def observed(measured: Series) -> tuple[Count, ...]:
    """Return every quantity of a workload on every arm that recorded it.

    Blocks that do not count for times (other code, an unexpected GIL) do not count here either.
    """
    counts = []
    for number, quantity in enumerate(measured.planned.observes):
        for name, (_, blocks) in measured.arms.items():
            values = [
                mean([quantities[number] for quantities in block.record.observed])
                for block in blocks.values()
                if min(map(len, block.record.observed), default=0) > number
            ]
            if values:
                low, high = mean_interval(values)
                counts.append(
                    Count(
                        arm=name,
                        quantity=quantity,
                        mean=mean(values),
                        low=low,
                        high=high,
                        blocks=len(values),
                    )
                )
    return tuple(counts)
