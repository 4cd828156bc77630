"""Queues: what handing things over costs, one by one and in batches.

A workload is not told how many workers there are, so nobody is a producer or a consumer by trade:
every worker puts a few batches of numbers in and then takes as many out, and because the queue is
first in, first out, what it takes is what the others have put as often as not. With one worker the same
code does both halves. A worker never takes more than it has put, so nobody ever waits for an empty
queue: what is measured is the hand-over itself, without sleeping and waking.

The drain check: once all workers are quiet, the sum of all numbers taken equals the sum of all
numbers put. One left behind, lost or returned twice would show.
"""

from __future__ import annotations

import queue
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from benchmarks.workloads.declare import Expectation, Group, Scope, Workload, expect

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Numbers of a batch, batches put and then taken per unit of work.
BATCH: Final = 160
BATCHES: Final = 5


@dataclass(slots=True)
class Ledger:
    """Sums over all calls of one worker, warm-up included."""

    first: int  #: smallest of the numbers this worker puts in; no two workers share a number
    put: int = 0
    got: int = 0


class Account(NamedTuple):
    """One worker's account of a call."""

    moved: int  #: numbers put in and taken out in this call
    put: int  #: sum of all numbers put in so far
    got: int  #: sum of all numbers taken out so far


def _ledger(worker: int) -> Ledger:
    return Ledger((worker + 1) * 1000)


def _queue() -> queue.Queue[int]:
    return queue.Queue()


def _simple_queue() -> queue.SimpleQueue[int]:
    return queue.SimpleQueue()


def _queue_of_batches() -> queue.Queue[list[int]]:
    return queue.Queue()


def _one_by_one(
    local: Ledger, shared: queue.Queue[int] | queue.SimpleQueue[int], loops: int
) -> Account:
    numbers = range(local.first, local.first + BATCH)
    moved = 0
    for _ in range(loops):
        put = got = 0
        for _ in range(BATCHES):
            for number in numbers:
                put += number
                shared.put(number)
        for _ in range(BATCHES):
            for _ in numbers:
                got += shared.get()
                moved += 1
        local.put += put
        local.got += got
    return Account(moved, local.put, local.got)


def _in_batches(local: Ledger, shared: queue.Queue[list[int]], loops: int) -> Account:
    numbers = range(local.first, local.first + BATCH)
    moved = 0
    for _ in range(loops):
        put = got = 0
        for _ in range(BATCHES):
            batch = []
            for number in numbers:
                put += number
                batch.append(number)
            shared.put(batch)
        for _ in range(BATCHES):
            for number in shared.get():
                got += number
                moved += 1
        local.put += put
        local.got += got
    return Account(moved, local.put, local.got)


def _check_drained(results: Sequence[Account], loops: int) -> None:
    """Compare what all workers took with what they put, since the beginning."""
    for result in results:
        expect(result.moved, loops * BATCHES * BATCH, "numbers moved by one worker")
    put = sum(result.put for result in results)
    expect(sum(result.got for result in results), put, "sum of all numbers taken from the queue")


WORKLOADS: tuple[Workload, ...] = (
    Workload(
        slug="queue-per-item",
        version=1,
        title="queue.Queue, one item at a time",
        question="What does queue.Queue cost when threads hand over every number on its own?",
        group=Group.CONTENTION,
        scope=Scope.SHARED_WRITE,
        expectation=Expectation.NEGATIVE,
        because=(
            "Each put and each get takes the queue's one lock and runs a dozen lines of Python "
            "while holding it."
        ),
        explained_at="benchmarks/method",
        setup_shared=_queue,
        setup_local=_ledger,
        run=_one_by_one,
        check=_check_drained,
        remedy="queue-batched",
    ),
    Workload(
        slug="queue-batched",
        version=1,
        title="queue.Queue, 160 items at a time",
        question="Do batches bring the scaling of a queue back?",
        group=Group.CONTENTION,
        scope=Scope.SHARED_WRITE,
        expectation=Expectation.SCALES,
        because=(
            f"The lock is taken twice in {BATCH} numbers, and the rest is work on lists that one "
            "thread has at a time."
        ),
        explained_at="benchmarks/method",
        setup_shared=_queue_of_batches,
        setup_local=_ledger,
        run=_in_batches,
        check=_check_drained,
    ),
    Workload(
        slug="simplequeue-per-item",
        version=1,
        title="queue.SimpleQueue, one item at a time",
        question="Is queue.SimpleQueue the cheaper way to hand over single items?",
        group=Group.CONTENTION,
        scope=Scope.SHARED_WRITE,
        expectation=Expectation.NEGATIVE,
        because=(
            "A put is a few instructions of C instead of a dozen lines of Python, but all threads "
            "still share one lock."
        ),
        explained_at="benchmarks/method",
        setup_shared=_simple_queue,
        setup_local=_ledger,
        run=_one_by_one,
        check=_check_drained,
        requires=("_queue",),
        remedy="queue-batched",
    ),
)

if __name__ == "__main__":
    from benchmarks.workloads.stock import main

    main(WORKLOADS)
