"""Values that every thread reads and nobody writes: in a tuple, a class, a module, an enumeration.

Being immutable protects a value from changes, not from being counted. On a free-threaded build each
read takes a reference, and for every thread but the one that made the value that is an atomic
operation on a word that all CPUs want. Functions, classes and modules are spared: their references
are deferred or counted per thread (https://docs.python.org/3.14/howto/free-threading-python.html).
What a class, a module or an enumeration *holds* is not.

All values are computed. Literals, small integers and interned strings are immortal, and reading them
contends for nothing.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Final

from benchmarks.workloads.declare import Expectation, Group, Scope, Workload, expect

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Reads per unit of work.
READS: Final = 1000

# --- shared-tuple-read, tuple-per-thread ------------------------------------

ITEMS: Final = 50


def _items() -> tuple[float, ...]:
    return tuple(number / 4 for number in range(ITEMS))


def _own_items(_worker: int) -> tuple[float, ...]:
    return _items()


def _sum(items: tuple[float, ...], loops: int) -> float:
    grand = 0.0
    for _ in range(loops):
        total = 0.0
        for _ in range(READS // ITEMS):
            for item in items:
                total += item
        grand += total
    return grand


def _sum_shared(_local: None, shared: tuple[float, ...], loops: int) -> float:
    return _sum(shared, loops)


def _sum_own(local: tuple[float, ...], _shared: None, loops: int) -> float:
    return _sum(local, loops)


def _check_sum(results: Sequence[float], loops: int) -> None:
    for total in results:
        expect(total, loops * READS * (ITEMS - 1) / 8, "sum of all items read")


# --- class-attribute-read ---------------------------------------------------


class Defaults:
    """A class whose instances all have the one value that the class holds."""

    __slots__ = ()
    weight: float = len("weight") / 24  # 0.25, computed: see the module's docstring


def _defaults() -> type[Defaults]:
    return Defaults


def _read_class_attribute(_local: None, shared: type[Defaults], loops: int) -> float:
    own = shared()
    grand = 0.0
    for _ in range(loops):
        total = 0.0
        for _ in range(READS):
            total += own.weight
        grand += total
    return grand


def _check_weights(results: Sequence[float], loops: int) -> None:
    for total in results:
        expect(total, loops * READS * 0.25, "sum of all weights read")


# --- module-global-read -----------------------------------------------------


class Rules:
    """What a module keeps in a global variable: an object made once, at import."""

    def __init__(self) -> None:
        self.limit = READS


#: An instance, because in 3.15 it matters whether the collector tracks the value: references to such
#: a value are deferred once another thread reads it often
#: (https://docs.python.org/3.15/whatsnew/changelog.html, gh-132657).
_RULES: Rules = Rules()


def _rules() -> Rules:
    return _RULES


def _read_global(_local: None, shared: Rules, loops: int) -> int:
    hits = 0
    for _ in range(loops):
        for _ in range(READS):
            if _RULES is shared:
                hits += 1
    return hits


def _check_reads(results: Sequence[int], loops: int) -> None:
    for hits in results:
        expect(hits, loops * READS, "reads that found the object")


# --- enum-member-read -------------------------------------------------------


class State(enum.Enum):
    """States of a machine."""

    WAITING = "waiting"
    READY = "ready"
    DONE = "done"


def _states() -> type[State]:
    return State


def _compare_states(_local: None, shared: type[State], loops: int) -> int:
    state = shared("done")
    hits = 0
    for _ in range(loops):
        for _ in range(READS // 2):
            if state is shared.READY:
                hits -= 1
            elif state is shared.DONE:
                hits += 1
    return hits


def _check_hits(results: Sequence[int], loops: int) -> None:
    for hits in results:
        expect(hits, loops * (READS // 2), "comparisons that found the right state")


WORKLOADS: tuple[Workload, ...] = (
    Workload(
        slug="shared-tuple-read",
        version=1,
        title="Reading the items of one shared tuple",
        question="Can all threads walk the same immutable tuple at full speed?",
        group=Group.SHARING,
        scope=Scope.SHARED_READ,
        expectation=Expectation.NEGATIVE,
        because=(
            "Nothing in a tuple changes but the reference counts of its items, and these change "
            "with every step of every thread."
        ),
        explained_at="benchmarks/method",
        setup_shared=_items,
        run=_sum_shared,
        check=_check_sum,
        remedy="tuple-per-thread",
    ),
    Workload(
        slug="tuple-per-thread",
        version=1,
        title="Reading the items of a tuple per thread",
        question="Does a copy of the items per thread bring the scaling back?",
        group=Group.SHARING,
        scope=Scope.PRIVATE,
        expectation=Expectation.SCALES,
        because="Every item belongs to the thread that reads it, which counts it without atomics.",
        explained_at="benchmarks/method",
        setup_local=_own_items,
        run=_sum_own,
        check=_check_sum,
    ),
    Workload(
        slug="class-attribute-read",
        version=1,
        title="Reading a value that the class holds",
        question="Does an instance per thread help when the value lives in the class?",
        group=Group.SHARING,
        scope=Scope.SHARED_READ,
        expectation=Expectation.NEGATIVE,
        because=(
            "Reading the class is free of contention, but the value found in it is one object with "
            "one reference count for all instances of all threads."
        ),
        explained_at="benchmarks/method",
        setup_shared=_defaults,
        run=_read_class_attribute,
        check=_check_weights,
        remedy="private-attribute-read",
    ),
    Workload(
        slug="module-global-read",
        version=1,
        title="Reading a global variable of a module",
        question="Can threads read one module-level value without slowing each other down?",
        group=Group.SHARING,
        scope=Scope.SHARED_READ,
        expectation=Expectation.NEGATIVE,
        because=(
            "The module's dictionary is cached and costs nothing, but in 3.14 every read still "
            "counts a reference to the value."
        ),
        explained_at="benchmarks/method",
        setup_shared=_rules,
        run=_read_global,
        check=_check_reads,
        remedy="private-attribute-read",
    ),
    Workload(
        slug="enum-member-read",
        version=1,
        title="Comparing with members of an Enum",
        question="Do comparisons with enumeration members scale with threads?",
        group=Group.SHARING,
        scope=Scope.SHARED_READ,
        expectation=Expectation.NEGATIVE,
        because=(
            "A member is an ordinary object that its class holds, and naming it takes a reference "
            "to it."
        ),
        explained_at="benchmarks/method",
        setup_shared=_states,
        run=_compare_states,
        check=_check_hits,
        requires=("enum",),
    ),
)

if __name__ == "__main__":
    from benchmarks.workloads.stock import main

    main(WORKLOADS)
