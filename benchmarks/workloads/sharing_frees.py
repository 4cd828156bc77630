"""Objects that one thread makes and another one drops.

A free-threaded build lets only the thread that made an object count references to it cheaply. When
another thread drops the last reference that this thread does not know of, it cannot free the object:
it puts it into a queue of the thread that made it, which settles the count and frees it later
(https://peps.python.org/pep-0703/#biased-reference-counting).

Each worker makes batches of words, posts them in the mailbox of its side and takes a batch from the
other side's, or from its own while that one is empty. Two workers thus drop each other's words. One
worker alone makes and drops its own, which is the comparison. How many words were dropped by a thread
that had not made them is observed.
"""

from __future__ import annotations

from collections import deque
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
    from collections.abc import Sequence

#: Words of a batch, characters of a word, batches per unit of work.
BATCH: Final = 100
LETTERS: Final = 8
BATCHES: Final = 4
#: Batches waiting in each mailbox at the beginning: a worker may be ahead of another by that many
#: before it has to take back words of its own. There are never more than these plus one per worker.
WAITING: Final = 32


class Parcel(NamedTuple):
    """A batch of words and the worker who made them, -1 for the main thread."""

    maker: int
    words: list[str]


class Dropped(NamedTuple):
    """One worker's account of a call."""

    words: int
    letters: int
    foreign: int  #: words that somebody else had made


def _parcel(maker: int) -> Parcel:
    # Computed strings: neither interned nor immortal, and of no interest to the garbage collector.
    return Parcel(maker, [f"word{number}" for number in range(1000, 1000 + BATCH)])


def _mailboxes() -> tuple[deque[Parcel], deque[Parcel]]:
    one, two = (deque(_parcel(-1) for _ in range(WAITING)) for _ in range(2))
    return one, two


def _name(worker: int) -> int:
    return worker


def _take(first: deque[Parcel], second: deque[Parcel]) -> Parcel:
    """Take the oldest parcel of a mailbox, the first one if there is any; never waits for long.

    Whoever takes has posted before, so there are at least as many parcels as takers.
    """
    while True:
        for box in (first, second):
            if box:
                try:
                    return box.popleft()
                except IndexError:  # a third worker was quicker
                    pass


def _exchange(local: int, shared: tuple[deque[Parcel], deque[Parcel]], loops: int) -> Dropped:
    own, other = shared[local % 2], shared[1 - local % 2]
    dropped = letters = foreign = 0
    for _ in range(loops * BATCHES):
        own.append(_parcel(local))
        maker, words = _take(other, own)
        if maker != local:
            foreign += len(words)
        while words:
            letters += len(words.pop())  # here the word dies, or leaves for its maker's queue
            dropped += 1
    return Dropped(dropped, letters, foreign)


def _check_dropped(results: Sequence[Dropped], loops: int) -> None:
    for result in results:
        words = loops * BATCHES * BATCH
        expect(result.words, words, "words dropped by one worker")
        expect(result.letters, words * LETTERS, "letters of these words")


def _foreign(results: Sequence[Dropped], _loops: int) -> tuple[float]:
    dropped = sum(result.words for result in results)
    return (sum(result.foreign for result in results) / dropped,)


WORKLOADS: tuple[Workload, ...] = (
    Workload(
        slug="cross-thread-free",
        version=1,
        title="Dropping objects that another thread made",
        question="What does it cost when one thread makes objects and another one drops them?",
        group=Group.SHARING,
        scope=Scope.SHARED_WRITE,
        expectation=Expectation.SERIAL,
        because=(
            "Dropping a foreign object queues it for the thread that made it, under a lock, and "
            "that thread frees it later, so every object is handled twice."
        ),
        explained_at="benchmarks/method",
        setup_shared=_mailboxes,
        setup_local=_name,
        run=_exchange,
        check=_check_dropped,
        observes=(Quantity(key="foreign", title="words another thread had made", unit=Unit.SHARE),),
        observe=_foreign,
    ),
)

if __name__ == "__main__":
    from benchmarks.workloads.stock import main

    main(WORKLOADS)
