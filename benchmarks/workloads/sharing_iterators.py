"""One source of numbers for all threads: an iterator without a lock, with one, and a counter.

By default an iterator is made for one thread at a time
(https://docs.python.org/3.15/library/threading.html#iterator-synchronization). The iterator of a
range does not crash in 3.14 when threads share it, but it may return a number twice
(https://github.com/python/cpython/issues/129068 made it stop in 3.15). `itertools.count` has been
protected since 3.13 (https://github.com/python/cpython/pull/119268).

How many numbers came twice is found without remembering them: a worker that starts while nobody else
is at work draws one number for the books, and so does the one that finishes last. If as many numbers lie
between the two as were drawn, each was returned once, and their sum says so too.
"""

from __future__ import annotations

import itertools
import threading
from typing import TYPE_CHECKING, Final, NamedTuple

from benchmarks.workloads.declare import (
    Expectation,
    Group,
    Quantity,
    Scope,
    Unit,
    Workload,
    expect,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

#: Numbers drawn per unit of work.
DRAWS: Final = 1000
#: The first number; smaller ones would be immortal.
FIRST: Final = 1000
#: Fits a C long on every platform, and no run gets there.
END: Final = 2**31 - 1


class Source:
    """Numbers in order, and the books on who draws them."""

    __slots__ = ("before", "lock", "numbers", "working")

    def __init__(self, numbers: Iterator[int]) -> None:
        self.numbers = numbers
        self.lock = threading.Lock()
        self.working = 0
        self.before = 0


class Draw(NamedTuple):
    """One worker's account of a call."""

    drawn: int  #: numbers drawn by this worker
    total: int  #: their sum
    before: int  #: the number before the period that this worker was the last of, otherwise 0
    advanced: int  #: how far the source moved on in that period, otherwise 0


def _range() -> Source:
    return Source(iter(range(FIRST, END)))


def _count() -> Source:
    return Source(itertools.count(FIRST))


def _enter(shared: Source) -> None:
    with shared.lock:
        if shared.working == 0:
            shared.before = next(shared.numbers)
        shared.working += 1


def _leave(shared: Source, drawn: int, total: int) -> Draw:
    with shared.lock:
        shared.working -= 1
        if shared.working:
            return Draw(drawn, total, 0, 0)
        return Draw(drawn, total, shared.before, next(shared.numbers) - shared.before - 1)


def _draw(_local: None, shared: Source, loops: int) -> Draw:
    numbers = shared.numbers
    _enter(shared)
    grand = 0
    for _ in range(loops):
        total = 0
        for _ in range(DRAWS):
            total += next(numbers)
        grand += total
    return _leave(shared, loops * DRAWS, grand)


def _draw_locked(_local: None, shared: Source, loops: int) -> Draw:
    numbers, lock = shared.numbers, shared.lock
    _enter(shared)
    grand = 0
    for _ in range(loops):
        total = 0
        for _ in range(DRAWS):
            with lock:
                total += next(numbers)
        grand += total
    return _leave(shared, loops * DRAWS, grand)


def _check_draws(results: Sequence[Draw], loops: int) -> None:
    """Judge what holds with and without repetitions; where there were none, the sum as well."""
    for result in results:
        expect(result.drawn, loops * DRAWS, "numbers drawn by one worker")
    if sum(result.advanced for result in results) == sum(result.drawn for result in results):
        due = sum(one.advanced * (2 * one.before + one.advanced + 1) // 2 for one in results)
        expect(sum(result.total for result in results), due, "sum of all numbers drawn")


def _check_each_once(results: Sequence[Draw], loops: int) -> None:
    drawn = sum(result.drawn for result in results)
    expect(sum(result.advanced for result in results), drawn, "different numbers drawn")
    _check_draws(results, loops)


def _repeated(results: Sequence[Draw], _loops: int) -> tuple[float]:
    """Return the share of drawn numbers that somebody else was given, too."""
    drawn = sum(result.drawn for result in results)
    return (1 - sum(result.advanced for result in results) / drawn,)


_REPEATED: Final = (Quantity(key="repeated", title="numbers returned twice", unit=Unit.SHARE),)

WORKLOADS: tuple[Workload, ...] = (
    Workload(
        slug="shared-range-iterator",
        version=1,
        title="One range iterator without a lock",
        question="How many numbers does an unguarded range iterator return twice?",
        group=Group.SHARING,
        scope=Scope.SHARED_WRITE,
        expectation=Expectation.NEGATIVE,
        because=(
            "Every call of next writes the iterator's position, so its cache line travels, and two "
            "calls at once may read the same position."
        ),
        explained_at="benchmarks/method",
        setup_shared=_range,
        run=_draw,
        check=_check_draws,
        observes=_REPEATED,
        observe=_repeated,
        remedy="shared-count",
    ),
    Workload(
        slug="shared-iterator-lock",
        version=1,
        title="One range iterator behind a lock",
        question="What does a lock around next cost when all threads draw from one iterator?",
        group=Group.SHARING,
        scope=Scope.SHARED_WRITE,
        expectation=Expectation.NEGATIVE,
        because="All threads want the same lock for every single number.",
        explained_at="benchmarks/method",
        setup_shared=_range,
        run=_draw_locked,
        check=_check_each_once,
        remedy="shared-count",
    ),
    Workload(
        slug="shared-count",
        version=1,
        title="One itertools.count for all threads",
        question="Can threads draw unique numbers from one itertools.count without a lock?",
        group=Group.SHARING,
        scope=Scope.SHARED_WRITE,
        expectation=Expectation.NEGATIVE,
        because=(
            "No lock is needed, but the counter is one word that every thread changes with an "
            "atomic operation."
        ),
        explained_at="benchmarks/method",
        setup_shared=_count,
        run=_draw,
        check=_check_draws,
        observes=_REPEATED,
        observe=_repeated,
        requires=("itertools",),
    ),
)

if __name__ == "__main__":
    from benchmarks.workloads.stock import main

    main(WORKLOADS)
