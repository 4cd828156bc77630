"""Ratios of arms, from one logarithm a block: both arms were alive in it and took turns.

Pure. The unit of replication is the block, whose servers were started for it, as in `ftguide.statistics`.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from ftguide.services.record.model import APART, TOGETHER, Block, PlannedStack, Served, Stored, Turn
from ftguide.statistics.estimates import Estimate, ratio_interval


class Quantity(StrEnum):
    """What two arms are compared in; of the first three, and of memory and start, less is better."""

    CPU = "cpu"  #: CPU time of the service for a request, seconds; on all CPUs
    P50 = "p50"  #: median latency, seconds; with the server on one CPU
    P99 = "p99"  #: latency that 1 % of the requests exceed, seconds; with the server on one CPU
    RATE = "rate"  #: requests a second; with the server on one CPU, load and database on the others
    SHARED_RATE = (
        "shared-rate"  #: requests a second, with load and database on the same CPUs as the server
    )
    MEMORY = "memory"  #: of all processes of the service, bytes
    START = "start"  #: until the first answer, seconds

    @property
    def whole(self) -> bool:
        """Whether it belongs to the service as a whole and not to a route."""
        return self in {Quantity.MEMORY, Quantity.START}


#: Arms that are compared: numerator and denominator.
COMPARISONS = (
    ("ft-threads-2", "gil-processes-2"),
    ("ft-threads-2", "gil-threads-2"),
    ("ft-single", "gil-single"),
)
#: A copy against its original: what the machine and the method make of two equal services.
AGAIN = ("ft-threads-2-again", "ft-threads-2")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """Two arms of a stack compared in one quantity."""

    stack: str
    route: str  #: "" for what belongs to the service as a whole
    quantity: Quantity
    arm: str
    base: str
    estimate: Estimate
    value: float  #: median over blocks of the arm
    base_value: float  #: of the base


def _of_turn(quantity: Quantity) -> tuple[str, Callable[[Turn], float]]:
    return {
        Quantity.CPU: (TOGETHER, lambda turn: turn.cpu_seconds / turn.requests),
        Quantity.SHARED_RATE: (TOGETHER, lambda turn: turn.requests / turn.seconds),
        Quantity.RATE: (APART, lambda turn: turn.requests / turn.seconds),
        Quantity.P50: (APART, lambda turn: turn.p50_us / 1e6),
        Quantity.P99: (APART, lambda turn: turn.p99_us / 1e6),
    }[quantity]


def value(served: Served, quantity: Quantity, route: str) -> float | None:
    """Return what an arm showed in a block; None where it was not measured."""
    if quantity is Quantity.MEMORY:
        return None if served.memory is None else float(served.memory.held)
    if quantity is Quantity.START:
        return served.start_seconds
    placement, of = _of_turn(quantity)
    found = [of(t) for t in served.turns if (t.route, t.placement) == (route, placement)]
    return found[0] if found else None


def ratio(
    blocks: list[Block], quantity: Quantity, route: str, arm: str, base: str
) -> tuple[Estimate, float, float] | None:
    """Return the ratio of two arms and the medians of both; None where no block has both."""
    pairs = []
    for block in blocks:
        if arm in block.arms and base in block.arms:
            left = value(block.arms[arm], quantity, route)
            right = value(block.arms[base], quantity, route)
            if left and right:
                pairs.append((left, right))
    if not pairs:
        return None
    estimate = ratio_interval([math.log(left / right) for left, right in pairs])
    lefts, rights = zip(*pairs, strict=True)
    return estimate, statistics.median(lefts), statistics.median(rights)


def ratios(stored: Stored, stack: PlannedStack) -> Iterator[Ratio]:
    """Yield every ratio of a stack that its blocks have, the copies' last."""
    blocks = stored.of(stack.slug)
    for arm, base in (*COMPARISONS, AGAIN):
        for quantity in Quantity:
            routes = [""] if quantity.whole else [route.slug for route in stack.routes]
            for route in routes:
                found = ratio(blocks, quantity, route, arm, base)
                if found is not None:
                    yield Ratio(
                        stack=stack.slug,
                        route=route,
                        quantity=quantity,
                        arm=arm,
                        base=base,
                        estimate=found[0],
                        value=found[1],
                        base_value=found[2],
                    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A run with what it says."""

    stored: Stored
    ratios: tuple[Ratio, ...]

    def find(self, stack: str, route: str, quantity: Quantity, arm: str, base: str) -> Ratio | None:
        """Return one ratio, None where it was not measured."""
        wanted = (stack, route, quantity, arm, base)
        return next(
            (r for r in self.ratios if (r.stack, r.route, r.quantity, r.arm, r.base) == wanted),
            None,
        )

    @property
    def again(self) -> list[Ratio]:
        """The copies against their originals."""
        return [each for each in self.ratios if (each.arm, each.base) == AGAIN]

    @property
    def false_alarms(self) -> list[Ratio]:
        """Copies whose interval excludes 1."""
        return [r for r in self.again if not r.estimate.low <= 1 <= r.estimate.high]

    def half_width(self, quantity: Quantity) -> float | None:
        """Return the median half-width of a quantity's ratios, on the log scale; None without one."""
        widths = [
            each.estimate.half_width
            for each in self.ratios
            if each.quantity is quantity and math.isfinite(each.estimate.half_width)
        ]
        return statistics.median(widths) if widths else None


def report(stored: Stored) -> Report:
    """Derive everything that a run says."""
    return Report(
        stored=stored,
        ratios=tuple(one for stack in stored.head.plan.stacks for one in ratios(stored, stack)),
    )
