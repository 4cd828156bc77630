"""One dictionary for all threads: who reads or writes which keys, and what that costs.

Four workloads, two pairs of functions. Reading is documented to take no lock on a free-threaded
build, so what should contend is the reference counts of what is found: with one hot key those of one
key and one value, with keys of its own for every worker nobody's. In 3.14.7 a stored key that is
neither immortal nor yet counted by a second thread sends the lookup under the lock all the same; the
page of `shared-dict-read-spread` tells how. Writing takes the dictionary's one lock, whichever
key is written (https://docs.python.org/3.15/library/threadsafety.html#thread-safety-dict).

The table is made by the main thread. Keys are strings computed by the worker that uses them: equal
to the table's, not identical, as keys read from a request or a file are. Values are computed floats.
The table never grows: every key that is written was there before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from benchmarks.workloads.declare import Expectation, Group, Scope, Workload, expect

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Keys of one worker, and how many workers get keys of their own before they begin to repeat.
KEYS: Final = 64
PARTS: Final = 16
#: How often a worker goes through its keys per unit of work.
PASSES: Final = 16
#: Number of the key that everybody wants. Its value is no mean of anything.
HOT: Final = 13


def _key(number: int) -> str:
    return f"row{number:05d}"


def _table() -> dict[str, float]:
    # The values of all parts are alike, so that all workers come to the same sum, but every one is
    # an object of its own.
    return {_key(number): number % KEYS / 4 for number in range(KEYS * PARTS)}


def _hot_keys(_worker: int) -> list[str]:
    return [_key(HOT)] * KEYS


def _own_keys(worker: int) -> list[str]:
    first = worker % PARTS * KEYS
    return [_key(number) for number in range(first, first + KEYS)]


# --- reading ----------------------------------------------------------------


def _read(local: list[str], shared: dict[str, float], loops: int) -> float:
    grand = 0.0
    for _ in range(loops):
        total = 0.0
        for _ in range(PASSES):
            for key in local:
                total += shared[key]
        grand += total
    return grand


def _check_hot_sum(results: Sequence[float], loops: int) -> None:
    for total in results:
        expect(total, loops * PASSES * KEYS * HOT / 4, "sum of the hot value")


def _check_own_sum(results: Sequence[float], loops: int) -> None:
    for total in results:
        expect(total, loops * PASSES * KEYS * (KEYS - 1) / 8, "sum of a worker's own values")


# --- writing ----------------------------------------------------------------


class Written(NamedTuple):
    """What one worker wrote and found afterwards."""

    writes: int
    keys: int  #: keys of the table
    stamps: tuple[float, ...]  #: the different values found under the worker's keys


def _write(local: list[str], shared: dict[str, float], loops: int) -> Written:
    writes = 0
    for _ in range(loops):
        for number in range(PASSES):
            stamp = number / 4
            for key in local:
                shared[key] = stamp
            writes += len(local)
    return Written(writes, len(shared), tuple({shared[key] for key in local}))


def _check_writes(results: Sequence[Written], loops: int) -> None:
    for result in results:
        expect(result.writes, loops * PASSES * KEYS, "writes of one worker")
        expect(result.keys, PARTS * KEYS, "keys of the table")


def _check_hot_stamp(results: Sequence[Written], loops: int) -> None:
    """Somebody else may have written the key since: any stamp is right, anything else is not."""
    _check_writes(results, loops)
    stamps = {number / 4 for number in range(PASSES)}
    for result in results:
        expect(set(result.stamps) - stamps, set(), "values of the hot key that nobody wrote")
        # More than one if somebody wrote between two of the reads.
        expect(min(len(result.stamps), 1), 1, "values read back")


def _check_own_stamps(results: Sequence[Written], loops: int) -> None:
    _check_writes(results, loops)
    for result in results:
        expect(result.stamps, ((PASSES - 1) / 4,), "values under a worker's own keys")


WORKLOADS: tuple[Workload, ...] = (
    Workload(
        slug="shared-dict-read-same",
        version=1,
        title="Reading one key of a shared dict",
        question="Can all threads look up the same key of one dictionary at once?",
        group=Group.CONTENTION,
        scope=Scope.SHARED_READ,
        expectation=Expectation.NEGATIVE,
        because=(
            "Every lookup counts a reference to the one value and to the one stored key, and two "
            "CPUs cannot both own those cache lines."
        ),
        explained_at="benchmarks/method",
        setup_shared=_table,
        setup_local=_hot_keys,
        run=_read,
        check=_check_hot_sum,
        remedy="shared-dict-read-spread",
    ),
    Workload(
        slug="shared-dict-read-spread",
        version=1,
        title="Reading different keys of a shared dict",
        question="Do lookups in one dictionary scale when threads want different keys?",
        group=Group.CONTENTION,
        scope=Scope.SHARED_READ,
        expectation=Expectation.SCALES,
        because=(
            "Lookups take no lock, and counting references to values that nobody else wants at the "
            "moment is atomic but undisturbed."
        ),
        explained_at="benchmarks/method",
        setup_shared=_table,
        setup_local=_own_keys,
        run=_read,
        check=_check_own_sum,
    ),
    Workload(
        slug="shared-dict-write-same",
        version=1,
        title="Writing one key of a shared dict",
        question="What happens when all threads store under the same key?",
        group=Group.CONTENTION,
        scope=Scope.SHARED_WRITE,
        expectation=Expectation.NEGATIVE,
        because=(
            "Every store takes the dictionary's lock and drops a value that another thread made."
        ),
        explained_at="benchmarks/method",
        setup_shared=_table,
        setup_local=_hot_keys,
        run=_write,
        check=_check_hot_stamp,
        remedy="shared-dict-write-disjoint",
    ),
    Workload(
        slug="shared-dict-write-disjoint",
        version=1,
        title="Writing different keys of a shared dict",
        question="Does it help when every thread stores under keys of its own?",
        group=Group.CONTENTION,
        scope=Scope.SHARED_WRITE,
        expectation=Expectation.NEGATIVE,
        because="A dictionary has one lock, not one per key, and it changes hands at every store.",
        explained_at="benchmarks/method",
        setup_shared=_table,
        setup_local=_own_keys,
        run=_write,
        check=_check_own_stamps,
    ),
)

if __name__ == "__main__":
    from benchmarks.workloads.stock import main

    main(WORKLOADS)
