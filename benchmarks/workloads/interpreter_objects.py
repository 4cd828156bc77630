"""The interpreter's own speed, continued: objects at work, iteration, and the paths less travelled.

Like `interpreter`, on one thread and with nothing shared. `object-mix` is what a whole object-oriented
program does; `comprehension-generator` is frames that stop and go on; `exceptions` and `with-blocks`
are paths nobody publishes numbers for. Every unit starts from the same state and leaves nothing
behind: no growing containers, no reference cycles, so a slice costs the same whenever it runs.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from benchmarks.workloads.declare import Expectation, Group, Scope, Workload, expect

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

# --- object-mix -------------------------------------------------------------

PARCELS: Final = 40


class Parcel:
    """Something that travels through a depot; `behind` links it into a line."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.weight = number % 7 + 1
        self.stamp = 0
        self.hops = 0
        self.behind: Parcel | None = None


class Line:
    """Parcels waiting their turn, first come, first served."""

    def __init__(self) -> None:
        self.first: Parcel | None = None
        self.last: Parcel | None = None

    def push(self, parcel: Parcel) -> None:
        """Put a parcel at the end."""
        if self.last is None:
            self.first = parcel
        else:
            self.last.behind = parcel
        self.last = parcel

    def pop(self) -> Parcel | None:
        """Take the first parcel, None when nobody waits."""
        parcel = self.first
        if parcel is not None:
            self.first = parcel.behind
            parcel.behind = None
            if self.first is None:
                self.last = None
        return parcel


class Station:
    """Handles one parcel per turn and sends it on; what it does and where to is up to the kind."""

    def __init__(self) -> None:
        self.line = Line()
        self.onward: list[Station] = []
        self.handled = 0

    def accept(self, parcel: Parcel) -> None:
        """Let a parcel queue up."""
        parcel.hops += 1
        self.line.push(parcel)

    def turn(self) -> bool:
        """Handle the next parcel; False when there is none."""
        parcel = self.line.pop()
        if parcel is None:
            return False
        self.handled += 1
        self.handle(parcel).accept(parcel)
        return True

    def handle(self, parcel: Parcel) -> Station:
        """Work on the parcel and return the station it goes to."""
        raise NotImplementedError


class Sorter(Station):
    """Sends parcels on by number."""

    def handle(self, parcel: Parcel) -> Station:
        """Choose by the remainder."""
        return self.onward[parcel.number % len(self.onward)]


class Packer(Station):
    """Makes parcels heavier."""

    def handle(self, parcel: Parcel) -> Station:
        """Add two, go on."""
        parcel.weight += 2
        return self.onward[0]


class Stamper(Station):
    """Stamps parcels and sends the light ones back to be packed again."""

    def handle(self, parcel: Parcel) -> Station:
        """Stamp with something that depends on all stamps before."""
        parcel.stamp = (parcel.stamp * 3 + parcel.weight) % 1009
        return self.onward[parcel.weight >= 9]


class Gate(Station):
    """Where parcels leave."""

    def __init__(self) -> None:
        super().__init__()
        self.total = 0

    def accept(self, parcel: Parcel) -> None:
        """Enter the parcel into the books and let it go."""
        parcel.hops += 1
        self.handled += 1
        self.total += parcel.stamp * parcel.hops


def _deliver(_local: None, _shared: None, loops: int) -> tuple[int, int, int]:
    delivered = turns = total = 0
    for _ in range(loops):
        sorter, packer, stamper, gate = Sorter(), Packer(), Stamper(), Gate()
        sorter.onward = [packer, stamper]
        packer.onward = [stamper]
        stamper.onward = [packer, gate]
        for number in range(PARCELS):
            sorter.accept(Parcel(number))
        busy = True
        while busy:
            busy = False
            for station in (sorter, packer, stamper, gate):
                if station.turn():
                    busy = True
        delivered += gate.handled
        turns += sorter.handled + packer.handled + stamper.handled
        total += gate.total
        # The stations form a cycle; taken apart here, reference counts free them at once.
        stamper.onward = []
    return delivered, turns, total


#: Turns of all stations and the books of the gate for one unit. A parcel's way does not depend on the
#: others, so the tests compute both parcel by parcel.
TURNS: Final = 282
BOOKS: Final = 48_390


def _check_delivery(results: Sequence[tuple[int, int, int]], loops: int) -> None:
    for delivered, turns, total in results:
        expect(delivered, loops * PARCELS, "parcels delivered")
        expect(turns, loops * TURNS, "turns of all stations")
        expect(total, loops * BOOKS, "sum of stamps times hops")


# --- comprehension-generator ------------------------------------------------

FIRST: Final = 1000  #: beyond the small integers, which are immortal and cost nothing to count
NUMBERS: Final = 200


def _numbers(_worker: int) -> list[int]:
    return list(range(FIRST, FIRST + NUMBERS))


def _steps(numbers: Iterable[int]) -> Iterator[int]:
    """Yield the differences of neighbours."""
    before = None
    for number in numbers:
        if before is not None:
            yield number - before
        before = number


def _twice(numbers: Iterable[int]) -> Iterator[int]:
    """Yield everything the long way round, through a second generator."""
    yield from _steps(numbers)
    yield from _steps(numbers)


def _iterate(local: list[int], _shared: None, loops: int) -> int:
    grand = 0
    for _ in range(loops):
        even = [number for number in local if number % 2 == 0]
        squares = {number: number * number for number in even}
        last = {square % 100 for square in squares.values()}
        grand += sum(square - number for number, square in squares.items())
        grand += sum(_twice(local)) + len(last)
    return grand


#: What one unit adds up to; the tests have it from formulas.
ITERATED: Final = 121_003_909


def _check_iteration(results: Sequence[int], loops: int) -> None:
    for total in results:
        expect(total, loops * ITERATED, "sum over all comprehensions and generators")


# --- exceptions -------------------------------------------------------------

RAISES: Final = 50  #: exceptions of each kind per unit of work
DEPTH: Final = 4  #: frames an exception passes on its way up


class RefusedError(Exception):
    """A request that was turned down."""


class FullError(RefusedError):
    """A request that was turned down for want of room."""

    def __init__(self, wanted: int) -> None:
        super().__init__(wanted)
        self.wanted = wanted


def _request(depth: int, wanted: int, log: list[int]) -> int:
    """Raise `FullError` from `depth` frames below; every frame on the way cleans up."""
    if not depth:
        raise FullError(wanted)
    try:
        return _request(depth - 1, wanted, log)
    finally:
        log[0] += 1


def _raise(_local: None, _shared: None, loops: int) -> tuple[int, int, int, int]:
    log = [0]
    refused = absent = malformed = 0
    known = {"one": 1}
    for _ in range(loops):
        for number in range(RAISES):
            try:
                _request(DEPTH, number, log)
            except RefusedError as error:
                refused += error.args[0]
            try:
                known[str(number)]
            except KeyError:
                absent += 1
            try:
                int("one")
            except ValueError:
                malformed += 1
    return refused, log[0], absent, malformed


def _check_raised(results: Sequence[tuple[int, int, int, int]], loops: int) -> None:
    for refused, cleaned, absent, malformed in results:
        expect(refused, loops * RAISES * (RAISES - 1) // 2, "sum of what was refused")
        expect(cleaned, loops * RAISES * DEPTH, "frames cleaned up")
        expect(absent, loops * RAISES, "keys not found")
        expect(malformed, loops * RAISES, "numbers malformed")


# --- with-blocks ------------------------------------------------------------

ENTRIES: Final = 100  #: blocks of each kind per unit of work


class Door:
    """A context manager as a class; it counts and swallows nothing."""

    __slots__ = ("closed", "opened")

    def __init__(self) -> None:
        self.opened = self.closed = 0

    def __enter__(self) -> None:
        self.opened += 1

    def __exit__(self, *_error: object) -> None:
        self.closed += 1


@contextmanager
def _ajar(door: Door) -> Iterator[int]:
    """Open a door for the length of a block: a context manager as a generator."""
    door.opened += 1
    try:
        yield door.opened
    finally:
        door.closed += 1


def _doors(_worker: int) -> tuple[Door, threading.Lock]:
    return Door(), threading.Lock()


def _enter(
    local: tuple[Door, threading.Lock], _shared: None, loops: int
) -> tuple[int, int, int, int]:
    door, lock = local
    door.opened = door.closed = held = released = 0
    for _ in range(loops):
        for _ in range(ENTRIES):
            with door:
                held += 1
            with lock:
                held += 1
            with _ajar(door):
                held += 1
        released += not lock.locked()
    return held, door.opened, door.closed, released


def _check_entered(results: Sequence[tuple[int, int, int, int]], loops: int) -> None:
    for held, opened, closed, released in results:
        expect(held, loops * ENTRIES * 3, "bodies run")
        expect(opened, loops * ENTRIES * 2, "times opened")
        expect(closed, loops * ENTRIES * 2, "times closed")
        expect(released, loops, "times the lock was found free")


WORKLOADS: tuple[Workload, ...] = (
    Workload(
        slug="object-mix",
        version=1,
        title="Parcels through a depot: classes, methods, linked lists",
        question="What does an object-oriented program cost one thread on the free-threaded build?",
        group=Group.INTERPRETER,
        scope=Scope.PRIVATE,
        expectation=Expectation.GIL_IS_FINE,
        because="It is made of calls and attribute writes, and each of them costs a little more.",
        explained_at="benchmarks/method",
        run=_deliver,
        check=_check_delivery,
        single_only=True,
        laps=True,
    ),
    Workload(
        slug="comprehension-generator",
        version=1,
        title="Comprehensions and generators",
        question="What do comprehensions and generators cost one thread on the free-threaded build?",
        group=Group.INTERPRETER,
        scope=Scope.PRIVATE,
        expectation=Expectation.GIL_IS_FINE,
        because=(
            "Every value passed on is counted, and an iterator has to make sure that nobody else "
            "advances it, which one thread pays for in vain."
        ),
        explained_at="benchmarks/method",
        setup_local=_numbers,
        run=_iterate,
        check=_check_iteration,
        single_only=True,
        laps=True,
    ),
    Workload(
        slug="exceptions",
        version=1,
        title="Raising, passing on and catching exceptions",
        question="What do exceptions cost one thread on the free-threaded build?",
        group=Group.INTERPRETER,
        scope=Scope.PRIVATE,
        expectation=Expectation.GIL_IS_FINE,
        because=(
            "Exceptions and tracebacks are objects made in C for the most part, with the build's "
            "usual extra for allocating and counting them."
        ),
        explained_at="benchmarks/method",
        run=_raise,
        check=_check_raised,
        single_only=True,
        laps=True,
    ),
    Workload(
        slug="with-blocks",
        version=1,
        title="With statements: a class, a lock, a generator",
        question="What do with statements cost one thread on the free-threaded build?",
        group=Group.INTERPRETER,
        scope=Scope.PRIVATE,
        expectation=Expectation.GIL_IS_FINE,
        because="Entering and leaving are calls, which cost the free-threaded build a little more.",
        explained_at="benchmarks/method",
        setup_local=_doors,
        run=_enter,
        check=_check_entered,
        single_only=True,
        laps=True,
    ),
)

if __name__ == "__main__":
    from benchmarks.workloads.stock import main

    main(WORKLOADS)
