"""One list, one deque or one set for all threads.

Appending, popping and adding take the container's own lock on a free-threaded build; reading a list
item takes none (https://docs.python.org/3.15/library/threadsafety.html). Single operations are
atomic, so nothing gets lost; two in a row are not, so check-then-insert needs a lock of ours or one
operation that does both.

Containers must not grow, or a slice would cost more the later it comes. Each worker therefore takes
out as many things as it has put in, at the end of every unit of work. What it takes out may be
another worker's. The ledgers add up all the same: whatever was put in has been got out by somebody
once all are quiet.
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from benchmarks.workloads.declare import Expectation, Group, Scope, Workload, expect

if TYPE_CHECKING:
    from collections.abc import Sequence

# --- shared-list-append, shared-deque ---------------------------------------

#: Things put in and got out per unit of work.
ITEMS: Final = 500


@dataclass(slots=True)
class Ledger:
    """Sums over all calls of one worker, warm-up included."""

    first: int  #: smallest of the numbers this worker puts in; no two workers share a number
    put: int = 0
    got: int = 0


class Account(NamedTuple):
    """One worker's account of a call."""

    moved: int  #: numbers put in and got out again in this call
    put: int  #: sum of all numbers put in so far
    got: int  #: sum of all numbers got out so far


def _ledger(worker: int) -> Ledger:
    return Ledger((worker + 1) * 1000)


def _list() -> list[int]:
    return []


def _append_pop(local: Ledger, shared: list[int], loops: int) -> Account:
    first = local.first
    moved = 0
    for _ in range(loops):
        put = got = 0
        for number in range(first, first + ITEMS):
            shared.append(number)
            put += number
        for _ in range(ITEMS):
            got += shared.pop()
            moved += 1
        local.put += put
        local.got += got
    return Account(moved, local.put, local.got)


def _deque() -> deque[int]:
    return deque()


def _append_popleft(local: Ledger, shared: deque[int], loops: int) -> Account:
    first = local.first
    moved = 0
    for _ in range(loops):
        put = got = 0
        for number in range(first, first + ITEMS):
            shared.append(number)
            put += number
        for _ in range(ITEMS):
            got += shared.popleft()
            moved += 1
        local.put += put
        local.got += got
    return Account(moved, local.put, local.got)


def _check_accounts(results: Sequence[Account], loops: int) -> None:
    """Compare what all workers got out with what they put in, since the beginning."""
    for result in results:
        expect(result.moved, loops * ITEMS, "numbers moved by one worker")
    put = sum(result.put for result in results)
    expect(sum(result.got for result in results), put, "sum of all numbers got out")


# --- shared-list-read -------------------------------------------------------

#: Items read by one worker, workers with a part of their own, passes per unit of work.
PART: Final = 64
PARTS: Final = 16
PASSES: Final = 16


def _values() -> list[float]:
    return [number % PART / 4 for number in range(PART * PARTS)]


def _part(worker: int) -> range:
    first = worker % PARTS * PART
    return range(first, first + PART)


def _read(local: range, shared: list[float], loops: int) -> float:
    grand = 0.0
    for _ in range(loops):
        total = 0.0
        for _ in range(PASSES):
            for index in local:
                total += shared[index]
        grand += total
    return grand


def _check_sum(results: Sequence[float], loops: int) -> None:
    for total in results:
        expect(total, loops * PASSES * PART * (PART - 1) / 8, "sum of a worker's items")


# --- set-check-insert, dict-setdefault --------------------------------------

#: Words offered per unit of work; all workers offer the same.
WORDS: Final = 200


class Seen:
    """The words somebody is at work on, as a crawler keeps the addresses it has seen."""

    __slots__ = ("lock", "words")

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.words: set[str] = set()


class Claims:
    """One worker's words, and how many of them it has claimed and released so far."""

    __slots__ = ("claimed", "released", "words")

    def __init__(self) -> None:
        self.words = [f"https://example.org/{number:06d}" for number in range(WORDS)]
        self.claimed = 0
        self.released = 0


class Claimed(NamedTuple):
    """One worker's account of a call."""

    offered: int  #: words of this call
    claimed: int  #: words it was the first to offer, in all its calls
    released: int  #: words it found to be still there when it was done with them, in all its calls


def _claims(_worker: int) -> Claims:
    return Claims()


def _check_insert(local: Claims, shared: Seen, loops: int) -> Claimed:
    lock, seen, words = shared.lock, shared.words, local.words
    offered = 0
    for _ in range(loops):
        mine = []
        for word in words:
            offered += 1
            with lock:
                if word not in seen:
                    seen.add(word)
                    mine.append(word)
        local.claimed += len(mine)
        for word in mine:
            with lock:
                if word in seen:
                    seen.remove(word)
                    local.released += 1
    return Claimed(offered, local.claimed, local.released)


def _dict() -> dict[str, Claims]:
    return {}


def _setdefault(local: Claims, shared: dict[str, Claims], loops: int) -> Claimed:
    words = local.words
    offered = 0
    for _ in range(loops):
        mine = []
        for word in words:
            offered += 1
            if shared.setdefault(word, local) is local:
                mine.append(word)
        local.claimed += len(mine)
        for word in mine:
            if shared.pop(word, None) is local:
                local.released += 1
    return Claimed(offered, local.claimed, local.released)


def _check_claims(results: Sequence[Claimed], loops: int) -> None:
    """Find words that two workers claimed at once: only one of them could release each."""
    for result in results:
        expect(result.offered, loops * WORDS, "words offered by one worker")
    claimed = sum(result.claimed for result in results)
    expect(sum(result.released for result in results), claimed, "words released by all workers")
    expect(max(0, WORDS - claimed), 0, "words that nobody ever claimed")


WORKLOADS: tuple[Workload, ...] = (
    Workload(
        slug="shared-list-append",
        version=1,
        title="Appending to and popping from a shared list",
        question="Do threads gain anything when all of them append to one list?",
        group=Group.CONTENTION,
        scope=Scope.SHARED_WRITE,
        expectation=Expectation.NEGATIVE,
        because=(
            "Every append and every pop takes the list's lock, which travels between the CPUs "
            "together with the list's length and its last items."
        ),
        explained_at="benchmarks/method",
        setup_shared=_list,
        setup_local=_ledger,
        run=_append_pop,
        check=_check_accounts,
    ),
    Workload(
        slug="shared-list-read",
        version=1,
        title="Reading different items of a shared list",
        question="Can threads read items of one list side by side when each reads its own part?",
        group=Group.CONTENTION,
        scope=Scope.SHARED_READ,
        expectation=Expectation.SCALES,
        because=(
            "Reading an item takes no lock, and no two threads count references to the same item."
        ),
        explained_at="benchmarks/method",
        setup_shared=_values,
        setup_local=_part,
        run=_read,
        check=_check_sum,
    ),
    Workload(
        slug="shared-deque",
        version=1,
        title="One deque, appended to and popped from by all",
        question="What does a deque cost when all threads append to it and pop from its other end?",
        group=Group.CONTENTION,
        scope=Scope.SHARED_WRITE,
        expectation=Expectation.NEGATIVE,
        because="Both ends of a deque are behind the same lock.",
        explained_at="benchmarks/method",
        setup_shared=_deque,
        setup_local=_ledger,
        run=_append_popleft,
        check=_check_accounts,
    ),
    Workload(
        slug="set-check-insert",
        version=1,
        title="Check, then insert, under a lock",
        question="What does it cost to ask a shared set whether a word is new, and to add it if so?",
        group=Group.CONTENTION,
        scope=Scope.SHARED_WRITE,
        expectation=Expectation.NEGATIVE,
        because=(
            "The question and the insertion are two operations, so a lock must hold them together, "
            "and all threads want it for every word."
        ),
        explained_at="benchmarks/method",
        setup_shared=Seen,
        setup_local=_claims,
        run=_check_insert,
        check=_check_claims,
        remedy="dict-setdefault",
    ),
    Workload(
        slug="dict-setdefault",
        version=1,
        title="Check and insert in one operation",
        question="Is one atomic setdefault cheaper than a lock around two operations?",
        group=Group.CONTENTION,
        scope=Scope.SHARED_WRITE,
        expectation=Expectation.NEGATIVE,
        because=(
            "A store needs the dictionary's own lock instead of ours, so there is less to wait for, "
            "but still only one lock for all."
        ),
        explained_at="benchmarks/method",
        setup_shared=_dict,
        setup_local=_claims,
        run=_setdefault,
        check=_check_claims,
    ),
)

if __name__ == "__main__":
    from benchmarks.workloads.stock import main

    main(WORKLOADS)
