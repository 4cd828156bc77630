"""Shared writes: what a lock costs when every thread wants it, and the way around it.

The same events are counted twice. `counter-lock` adds each to one counter behind a
`threading.Lock`; `counter-per-thread` adds them to a local variable and merges a batch at a time.
Both share one counter object, made by the main thread, and both end with the exact total: the lock
is what makes `value += 1` right on either build, the batch is what makes it cheap.

What contends in `counter-lock` is everything behind one increment: the lock's word, the counter's
attribute, and the integer it holds, created by one thread and freed by the next. A free-threaded
build that counts faster with two threads than with one would surprise us.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from benchmarks.workloads.declare import Expectation, Group, Scope, Workload, expect

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Events per unit of work.
EVENTS: Final = 1000


class Counter:
    """One counter for all threads of a process."""

    __slots__ = ("lock", "value")

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.value = 0


@dataclass(slots=True)
class Ledger:
    """What one worker has added since it was set up, warm-up included."""

    added: int = 0


class Tally(NamedTuple):
    """One worker's account of a call."""

    counted: int  #: events of this call
    added: int  #: events of all its calls so far
    seen: int  #: the shared counter after the last of them


def _ledger(_worker: int) -> Ledger:
    return Ledger()


def _settle(local: Ledger, shared: Counter, loops: int) -> Tally:
    """Enter a call's events in the worker's ledger and read the shared counter."""
    counted = loops * EVENTS
    local.added += counted
    with shared.lock:
        return Tally(counted, local.added, shared.value)


def _count_locked(local: Ledger, shared: Counter, loops: int) -> Tally:
    lock = shared.lock
    for _ in range(loops):
        for _ in range(EVENTS):
            with lock:
                shared.value += 1
    return _settle(local, shared, loops)


def _count_apart(local: Ledger, shared: Counter, loops: int) -> Tally:
    lock = shared.lock
    for _ in range(loops):
        mine = 0
        for _ in range(EVENTS):
            mine += 1
        with lock:
            shared.value += mine
    return _settle(local, shared, loops)


def _check_total(results: Sequence[Tally], loops: int) -> None:
    """Compare the counter with what all workers put in.

    The counter is never reset, for one worker's lead-in may overlap another's call. It need not be:
    whoever finishes last has seen every event, and the ledgers know how many there were.
    """
    for result in results:
        expect(result.counted, loops * EVENTS, "events of one worker")
    added = sum(result.added for result in results)
    expect(max(result.seen for result in results), added, "shared counter after all workers")


WORKLOADS: tuple[Workload, ...] = (
    Workload(
        slug="counter-lock",
        version=1,
        title="One counter behind a lock",
        question="What happens when every thread takes the same lock for every event?",
        group=Group.CONTENTION,
        scope=Scope.SHARED_WRITE,
        expectation=Expectation.NEGATIVE,
        because=(
            "One thread at a time can hold the lock, and the lock, the counter and its integer "
            "travel between the CPUs whenever it changes hands."
        ),
        explained_at="benchmarks/method",
        setup_shared=Counter,
        setup_local=_ledger,
        run=_count_locked,
        check=_check_total,
    ),
    Workload(
        slug="counter-per-thread",
        version=1,
        title="One counter per thread, merged in batches",
        question="Does counting per thread and merging now and then bring the scaling back?",
        group=Group.CONTENTION,
        scope=Scope.SHARED_WRITE,
        expectation=Expectation.SCALES,
        because=f"The lock is taken once in {EVENTS} events, so the threads hardly ever meet.",
        explained_at="benchmarks/method",
        setup_shared=Counter,
        setup_local=_ledger,
        run=_count_apart,
        check=_check_total,
    ),
)

if __name__ == "__main__":
    from benchmarks.workloads.stock import main

    main(WORKLOADS)
