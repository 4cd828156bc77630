"""Updates without a lock, and locks of every kind.

`add-unlocked` leaves the lock out and counts what that loses. The lock workloads take turns at one
`threading.Lock`, with the work inside it or outside, and observe how evenly the turns fall: Jain's
index of the turns that the workers got while the first of them to finish was at it, 1 for equal
shares, 1/n when one worker had the lock to itself (https://arxiv.org/abs/cs/9809099). `lock-kinds`
takes RLock, Condition and Semaphore in turn.

The work is a linear congruential generator: its state after any number of steps has a closed form,
so a step that was lost or torn shows in the state, whichever thread did it.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
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

# --- add-unlocked -----------------------------------------------------------

#: Additions of each kind per unit of work.
ADDITIONS: Final = 500


class Meter:
    """Two counters that nobody guards, and the books on what reached them.

    A period begins when the first worker comes and ends when the last one leaves. The lock is for
    the books only.
    """

    __slots__ = ("before", "called", "lock", "plain", "working")

    def __init__(self) -> None:
        self.plain = 0
        self.called = 0
        self.lock = threading.Lock()
        self.working = 0
        self.before = (0, 0)


class Added(NamedTuple):
    """One worker's account of a call."""

    additions: int  #: of each kind, by this worker
    plain: int  #: what `plain` grew by in the period this worker was the last of, otherwise 0
    called: int  #: likewise


def _one() -> int:
    return 1


def _add_unlocked(_local: None, shared: Meter, loops: int) -> Added:
    with shared.lock:
        if shared.working == 0:
            shared.before = shared.plain, shared.called
        shared.working += 1
    for _ in range(loops):
        for _ in range(ADDITIONS):
            shared.plain += 1
            shared.called += _one()
    additions = loops * ADDITIONS
    with shared.lock:
        shared.working -= 1
        if shared.working:
            return Added(additions, 0, 0)
        plain, called = shared.before
        return Added(additions, shared.plain - plain, shared.called - called)


def _check_additions(results: Sequence[Added], loops: int) -> None:
    for result in results:
        expect(result.additions, loops * ADDITIONS, "additions of one worker")


def _lost(results: Sequence[Added], _loops: int) -> tuple[float, float]:
    due = sum(result.additions for result in results)
    plain = sum(result.plain for result in results)
    called = sum(result.called for result in results)
    return 1 - plain / due, 1 - called / due


# --- lock-work-inside, lock-work-outside ------------------------------------

#: Turns per unit of work, and steps of the generator per turn.
TURNS: Final = 50
STEPS: Final = 50
_MASK: Final = 0xFFFF


def _state(steps: int) -> int:
    """Return the generator's state after a number of steps: (5**steps - 1) / 4 modulo 2**16."""
    return (pow(5, steps, 4 * (_MASK + 1)) - 1) // 4


class Desk:
    """One lock, what it guards, and the books on who had it how often."""

    __slots__ = ("before", "lock", "state", "turns", "working")

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.state = 0
        self.turns: dict[int, int] = {}  # by worker, in all calls
        self.working = 0
        self.before: dict[int, int] | None = None  # None once somebody has left


class Visit(NamedTuple):
    """One worker's account of a call."""

    turns: int  #: turns it had in this call
    all_turns: int  #: turns that all workers had in all calls when it left
    state: int  #: the shared state at that moment
    own_state: int  #: state of the worker's own generator (0 where the work is inside the lock)
    own_turns: int  #: turns it had in all its calls
    shares: tuple[int, ...]  #: if it left first: turns of the others present, since they all came


@dataclass(slots=True)
class Visitor:
    """A worker: its number, and the state of its own generator."""

    worker: int
    state: int = 0


def _enter(desk: Desk, worker: int) -> None:
    with desk.lock:
        if desk.working == 0:
            desk.before = desk.turns.copy()
        desk.working += 1
        desk.turns.setdefault(worker, 0)


def _leave(desk: Desk, local: Visitor, turns: int) -> Visit:
    worker = local.worker
    with desk.lock:
        desk.working -= 1
        shares: tuple[int, ...] = ()
        before = desk.before
        if before is not None:
            desk.before = None
            shares = tuple(
                had - before.get(other, 0) for other, had in desk.turns.items() if other != worker
            )
        had = sum(desk.turns.values())
        return Visit(turns, had, desk.state, local.state, desk.turns[worker], shares)


def _work_inside(local: Visitor, shared: Desk, loops: int) -> Visit:
    worker, lock, turns = local.worker, shared.lock, shared.turns
    _enter(shared, worker)
    for _ in range(loops):
        for _ in range(TURNS):
            with lock:
                state = shared.state
                for _ in range(STEPS):
                    state = state * 5 + 1 & _MASK
                shared.state = state
                turns[worker] += 1
    return _leave(shared, local, loops * TURNS)


def _work_outside(local: Visitor, shared: Desk, loops: int) -> Visit:
    worker, lock, turns = local.worker, shared.lock, shared.turns
    _enter(shared, worker)
    for _ in range(loops):
        for _ in range(TURNS):
            state = local.state
            for _ in range(STEPS):
                state = state * 5 + 1 & _MASK
            local.state = state
            with lock:
                shared.state = shared.state * 5 + 1 & _MASK
                turns[worker] += 1
    return _leave(shared, local, loops * TURNS)


def _check_visits(results: Sequence[Visit], loops: int) -> None:
    for result in results:
        expect(result.turns, loops * TURNS, "turns of one worker")
        impossible = [had for had in result.shares if not 0 <= had <= loops * TURNS]
        expect(impossible, [], "impossible numbers of turns of other workers")
    had = sum(result.own_turns for result in results)
    expect(max(result.all_turns for result in results), had, "turns of all workers")


def _check_inside(results: Sequence[Visit], loops: int) -> None:
    _check_visits(results, loops)
    for result in results:
        expect(result.state, _state(result.all_turns * STEPS), "state guarded by the lock")
        expect(result.own_state, 0, "state of a worker without a generator")


def _check_outside(results: Sequence[Visit], loops: int) -> None:
    _check_visits(results, loops)
    for result in results:
        expect(result.state, _state(result.all_turns), "state guarded by the lock")
        expect(result.own_state, _state(result.own_turns * STEPS), "state of the worker's own")


def _fairness(results: Sequence[Visit], _loops: int) -> tuple[float]:
    """Return Jain's index of the turns until the first worker left.

    Workers that were not there yet had no turn. Where workers came one after the other, several were
    the first to leave, and the mean is returned.
    """
    first = [(result.turns, *result.shares) for result in results if result.shares]
    if not first:  # nobody met anybody; alone there is nobody to be unfair to
        return (1 / len(results),)
    indices = [sum(had) ** 2 / (len(results) * sum(one * one for one in had)) for had in first]
    return (sum(indices) / len(indices),)


_FAIRNESS: Final = (Quantity(key="fairness", title="Jain's fairness of turns", unit=Unit.SHARE),)

# --- lock-kinds -------------------------------------------------------------

#: Times that each kind is taken per unit of work.
ROUNDS: Final = 100


class Kinds:
    """An RLock, a Condition and a Semaphore, each with a counter of its own to guard."""

    __slots__ = ("by_condition", "by_rlock", "by_semaphore", "condition", "rlock", "semaphore")

    def __init__(self) -> None:
        self.rlock = threading.RLock()
        self.condition = threading.Condition()
        self.semaphore = threading.Semaphore(1)
        self.by_rlock = self.by_condition = self.by_semaphore = 0


@dataclass(slots=True)
class Ledger:
    """What one worker has added to each counter since it was set up."""

    added: int = 0


class Counted(NamedTuple):
    """One worker's account of a call."""

    counted: int  #: rounds of this call
    added: int  #: rounds of all its calls
    by_rlock: int  #: the counters after its last round
    by_condition: int
    by_semaphore: int


def _ledger(_worker: int) -> Ledger:
    return Ledger()


def _take_each(local: Ledger, shared: Kinds, loops: int) -> Counted:
    rlock, condition, semaphore = shared.rlock, shared.condition, shared.semaphore
    for _ in range(loops):
        for _ in range(ROUNDS):
            with rlock:
                shared.by_rlock += 1
            with condition:
                shared.by_condition += 1
            with semaphore:
                shared.by_semaphore += 1
    counted = loops * ROUNDS
    local.added += counted
    with rlock, condition, semaphore:
        counters = shared.by_rlock, shared.by_condition, shared.by_semaphore
    return Counted(counted, local.added, *counters)


def _check_each(results: Sequence[Counted], loops: int) -> None:
    """Whoever finishes last has seen every addition, see `counter-lock`."""
    for result in results:
        expect(result.counted, loops * ROUNDS, "rounds of one worker")
    added = sum(result.added for result in results)
    for kind in ("by_rlock", "by_condition", "by_semaphore"):
        expect(max(getattr(result, kind) for result in results), added, f"counter {kind}")


WORKLOADS: tuple[Workload, ...] = (
    Workload(
        slug="add-unlocked",
        version=1,
        title="Adding to attributes without a lock",
        question="How many updates does += on a shared attribute lose without a lock?",
        group=Group.CONTENTION,
        scope=Scope.SHARED_WRITE,
        expectation=Expectation.NEGATIVE,
        because=(
            "Both threads write the same attributes all the time, so their cache lines travel, and "
            "what one reads is often old by the time it writes."
        ),
        explained_at="benchmarks/method",
        setup_shared=Meter,
        run=_add_unlocked,
        check=_check_additions,
        observes=(
            Quantity(key="lost", title="lost: value += 1", unit=Unit.SHARE),
            Quantity(key="lost-call", title="lost: value += one()", unit=Unit.SHARE),
        ),
        observe=_lost,
        remedy="counter-lock",
    ),
    Workload(
        slug="lock-work-inside",
        version=1,
        title="A lock held during the work",
        question="What do threads gain, and how evenly do they take turns, when a lock is held long?",
        group=Group.CONTENTION,
        scope=Scope.SHARED_WRITE,
        expectation=Expectation.SERIAL,
        because="All the work is done while holding the lock, so one thread works at a time.",
        explained_at="benchmarks/method",
        setup_shared=Desk,
        setup_local=Visitor,
        run=_work_inside,
        check=_check_inside,
        observes=_FAIRNESS,
        observe=_fairness,
        remedy="lock-work-outside",
    ),
    Workload(
        slug="lock-work-outside",
        version=1,
        title="A lock held for one step",
        question="Does it help to do the work before taking the lock?",
        group=Group.CONTENTION,
        scope=Scope.SHARED_WRITE,
        expectation=Expectation.SCALES,
        because=f"One step of {STEPS + 1} needs the lock, so the threads meet there rarely.",
        explained_at="benchmarks/method",
        setup_shared=Desk,
        setup_local=Visitor,
        run=_work_outside,
        check=_check_outside,
        observes=_FAIRNESS,
        observe=_fairness,
    ),
    Workload(
        slug="lock-kinds",
        version=1,
        title="RLock, Condition and Semaphore in turn",
        question="What do RLock, Condition and Semaphore cost when all threads want them?",
        group=Group.CONTENTION,
        scope=Scope.SHARED_WRITE,
        expectation=Expectation.NEGATIVE,
        because=(
            "All three let one thread in at a time, and a Semaphore is Python code around a "
            "Condition, which makes waiting for it expensive."
        ),
        explained_at="benchmarks/method",
        setup_shared=Kinds,
        setup_local=_ledger,
        run=_take_each,
        check=_check_each,
        remedy="counter-lock",
    ),
)

if __name__ == "__main__":
    from benchmarks.workloads.stock import main

    main(WORKLOADS)
