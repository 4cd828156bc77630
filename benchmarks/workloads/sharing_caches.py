"""What the standard library shares behind functions that look harmless: one cache, and the tables of `copy`.

A function behind `functools.lru_cache` is made to be called from everywhere, and `copy.deepcopy` of data
that belongs to one thread looks as private as work can be. Both have been reported not to scale:

- every hit of a bounded cache moves its entry to the end of the order of use, under the lock of the cache,
  counts itself, and takes a reference to the answer; until 3.15 naming the function counts a reference to
  the cache, too (https://github.com/python/cpython/issues/142631);
- until 3.15 `deepcopy` has a default argument that is a list, looks types up in a set, which takes the lock
  of that set, and reads its tables from globals: all of them are counted by every thread, for every object
  that is copied (https://github.com/python/cpython/issues/132657).
"""

from __future__ import annotations

import copy
import functools
from typing import TYPE_CHECKING, Any, Final

from benchmarks.workloads.declare import Expectation, Group, Scope, Workload, expect

if TYPE_CHECKING:
    from collections.abc import Sequence

# --- lru-cache-hits ---------------------------------------------------------

#: Arguments that are asked for, fewer than the cache has room for, and how often per unit of work.
ARGUMENTS: Final = 50
ROUNDS: Final = 20
#: Arguments are computed and above 1024, so that they are immortal on no line.
FIRST: Final = 5000


@functools.lru_cache(maxsize=128)
def price(number: int) -> float:
    """Return what the article of this number costs: any function whose answers are worth keeping."""
    return (number - FIRST) / 4


def _own_numbers(_worker: int) -> list[int]:
    return [FIRST + number for number in range(ARGUMENTS)]


def _fill() -> None:
    """Ask for every answer once, so that all that is measured are hits."""
    price.cache_clear()
    for number in range(FIRST, FIRST + ARGUMENTS):
        price(number)


def _ask(local: list[int], _shared: None, loops: int) -> tuple[float, int]:
    grand = 0.0
    for _ in range(loops):
        total = 0.0
        for _ in range(ROUNDS):
            for number in local:
                total += price(number)
        grand += total
    return grand, price.cache_info().misses


def _check_prices(results: Sequence[tuple[float, int]], loops: int) -> None:
    for total, misses in results:
        expect(total, loops * ROUNDS * ARGUMENTS * (ARGUMENTS - 1) / 8, "sum of all answers")
        expect(misses, ARGUMENTS, "calls of the function behind the cache")


# --- deepcopy-private -------------------------------------------------------

#: Lines of an order, and copies of the order per unit of work.
LINES: Final = 12
COPIES: Final = 5


def _own_order(worker: int) -> dict[str, Any]:
    return {
        "customer": {"name": f"customer {worker}", "tags": ["new", "by post"]},
        "lines": [
            {
                "article": FIRST + number,
                "amount": number / 4,
                "size": (number, [number, number + 1]),
            }
            for number in range(LINES)
        ],
    }


def _copy_orders(local: dict[str, Any], _shared: None, loops: int) -> float:
    grand = 0.0
    for _ in range(loops):
        for _ in range(COPIES):
            order = copy.deepcopy(local)
            # A later copy would show this, if one copy had an object in common with the original.
            for line in order["lines"]:
                line["size"][1][0] += 1
                grand += line["amount"] + line["size"][1][0]
    return grand


def _check_orders(results: Sequence[float], loops: int) -> None:
    numbers = LINES * (LINES - 1) // 2
    for total in results:
        expect(
            total,
            loops * COPIES * (numbers / 4 + numbers + LINES),
            "sum over the lines of all copies",
        )


WORKLOADS: tuple[Workload, ...] = (
    Workload(
        slug="lru-cache-hits",
        version=1,
        title="Hits of one functools.lru_cache",
        question="Can threads take known answers out of one functools.lru_cache side by side?",
        group=Group.SHARING,
        scope=Scope.SHARED_WRITE,
        expectation=Expectation.NEGATIVE,
        because=(
            "A hit changes the order of use under the lock of the cache, and counts itself and a "
            "reference to the answer, all in memory that every thread writes to."
        ),
        explained_at="scaling",
        setup_shared=_fill,
        setup_local=_own_numbers,
        run=_ask,
        check=_check_prices,
        requires=("functools",),
    ),
    Workload(
        slug="deepcopy-private",
        version=1,
        title="copy.deepcopy of data of one's own",
        question="Do threads that copy nested data of their own with copy.deepcopy run at full speed?",
        group=Group.SHARING,
        scope=Scope.PRIVATE,
        expectation=Expectation.NEGATIVE,
        because=(
            "The data are private, but in 3.14 deepcopy reads a default argument, a set and a dict "
            "that all threads share, for every object that it meets."
        ),
        explained_at="scaling",
        setup_local=_own_order,
        run=_copy_orders,
        check=_check_orders,
        requires=("copy",),
    ),
)

if __name__ == "__main__":
    from benchmarks.workloads.stock import main

    main(WORKLOADS)
