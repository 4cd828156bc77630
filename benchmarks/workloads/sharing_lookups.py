"""Lookups that only look private: a `threading.local`, a generator per thread, a module with `__getattr__`.

Each of them has been a bottleneck of free-threaded builds that no program could see in its own code, and
each was one because of the interpreter: of how it counts references to the object that is asked, or of
where it keeps a thread's state. So these rows are here to be compared between lines of CPython:

- reads of a `threading.local` contended for its reference count in 3.13
  (https://github.com/python/cpython/issues/128691), and again for a while before the first beta of 3.15
  (https://github.com/python/cpython/issues/148907);
- generators of different threads slowed each other down where the state of two threads happened to lie
  in one cache line (https://github.com/python/cpython/issues/144438);
- a module that defines `__getattr__` was looked up the slow way until 3.15
  (https://github.com/python/cpython/issues/143469).
"""

from __future__ import annotations

import threading
from types import ModuleType
from typing import TYPE_CHECKING, Final

from benchmarks.workloads.declare import Expectation, Group, Scope, Workload, expect

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

#: Lookups per unit of work.
LOOKUPS: Final = 1000

# --- thread-local-read ------------------------------------------------------


def _read_local(_local: None, shared: threading.local, loops: int) -> float:
    shared.weight = len("weight") / 24  # 0.25, this thread's own
    grand = 0.0
    for _ in range(loops):
        total = 0.0
        for _ in range(LOOKUPS):
            total += shared.weight
        grand += total
    return grand


def _check_weights(results: Sequence[float], loops: int) -> None:
    for total in results:
        expect(total, loops * LOOKUPS * 0.25, "sum of all weights read")


# --- generator-per-thread ---------------------------------------------------

#: What one generator yields, so that starting and ending them is a part of the work.
YIELDS: Final = 10


def numbers(count: int) -> Iterator[int]:
    """Yield the numbers below `count`."""
    number = 0
    while number < count:
        yield number
        number += 1


def _sum_generators(_local: None, _shared: None, loops: int) -> int:
    total = 0
    for _ in range(loops):
        for _ in range(LOOKUPS // YIELDS):
            for number in numbers(YIELDS):
                total += number
    return total


def _check_sums(results: Sequence[int], loops: int) -> None:
    for total in results:
        expect(total, loops * (LOOKUPS // YIELDS) * 45, "sum of all numbers yielded")


# --- module-getattr-read ----------------------------------------------------


def convert(number: int) -> int:
    """Return twice a number: what the module offers."""
    return 2 * number


def _lazy(name: str) -> object:
    """Import a part of the module when somebody asks for it; here nobody does."""
    raise AttributeError(name)


def _module() -> ModuleType:
    module = ModuleType("lazy")
    module.__dict__.update(convert=convert, __getattr__=_lazy)
    return module


def _read_module(_local: None, shared: ModuleType, loops: int) -> int:
    known = convert
    hits = 0
    for _ in range(loops):
        for _ in range(LOOKUPS):
            if shared.convert is known:
                hits += 1
    return hits


def _check_hits(results: Sequence[int], loops: int) -> None:
    for hits in results:
        expect(hits, loops * LOOKUPS, "lookups that found the function")


WORKLOADS: tuple[Workload, ...] = (
    Workload(
        slug="thread-local-read",
        version=1,
        title="Reading from a threading.local",
        question="Can threads read their own values through one threading.local at full speed?",
        group=Group.SHARING,
        scope=Scope.SHARED_READ,
        expectation=Expectation.SCALES,
        because=(
            "The values are private, and since 3.14 references to the one threading.local that all "
            "threads ask are deferred."
        ),
        explained_at="benchmarks/lines",
        setup_shared=threading.local,
        run=_read_local,
        check=_check_weights,
    ),
    Workload(
        slug="generator-per-thread",
        version=1,
        title="Short generators, private to each thread",
        question="Do threads that make and exhaust generators of their own run at full speed?",
        group=Group.SHARING,
        scope=Scope.PRIVATE,
        expectation=Expectation.SCALES,
        because="Nothing is shared but the generator function, and references to functions are deferred.",
        explained_at="benchmarks/lines",
        run=_sum_generators,
        check=_check_sums,
    ),
    Workload(
        slug="module-getattr-read",
        version=1,
        title="Reading from a module that defines __getattr__",
        question="Can threads read a function from a module that imports parts of itself lazily?",
        group=Group.SHARING,
        scope=Scope.SHARED_READ,
        expectation=Expectation.NEGATIVE,
        because=(
            "3.14 does not specialize such a read, and the lookup that it falls back to counts a "
            "reference to the function, which all threads do in one word."
        ),
        explained_at="benchmarks/lines",
        setup_shared=_module,
        run=_read_module,
        check=_check_hits,
    ),
)

if __name__ == "__main__":
    from benchmarks.workloads.stock import main

    main(WORKLOADS)
