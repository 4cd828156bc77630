"""The interpreter's own speed: what one thread pays for running without a GIL.

Nothing is shared and nothing runs at the same time. The workloads exercise the paths that a
free-threaded build had to change: reference counts, inline caches, attribute and container access.
Only the ratio of the two builds on one thread is asked for, so every workload is `single_only`.
Reading should cost little; writing an attribute or a list item costs more, because every write takes
the object's own lock. A ratio below 1 would surprise us: look at the compilers of the pair first.

Each function hoists what it uses into locals; a name that is looked up inside a loop is looked up
there on purpose.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from benchmarks.workloads.declare import Expectation, Group, Scope, Workload, expect

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Calls of each kind, accesses of each kind, per unit of work.
REPEATS: Final = 500


# --- call-function ----------------------------------------------------------


def _plus(total: int, step: int) -> int:
    return total + step


class Adder:
    """Adds its own step; the method under test reads one attribute."""

    __slots__ = ("step",)

    def __init__(self, step: int) -> None:
        self.step = step

    def plus(self, total: int) -> int:
        """Return `total` plus the step."""
        return total + self.step


class Calls:
    """A method's receiver and a closure, made in the thread that calls them."""

    __slots__ = ("adder", "closure")

    def __init__(self) -> None:
        step = 3

        def closure(total: int) -> int:
            return total + step

        self.adder = Adder(2)
        self.closure = closure


def _calls(_worker: int) -> Calls:
    return Calls()


def _call(local: Calls, _shared: None, loops: int) -> int:
    function, adder, closure = _plus, local.adder, local.closure
    grand = 0
    for _ in range(loops):
        total = 0
        for _ in range(REPEATS):
            total = function(total, 1)
            total = adder.plus(total)
            total = closure(total)
        grand += total
    return grand


def _check_calls(results: Sequence[int], loops: int) -> None:
    for total in results:
        expect(total, loops * REPEATS * (1 + 2 + 3), "sum of the steps of all calls")


# --- attribute-access -------------------------------------------------------


class Slotted:
    """One attribute in a slot."""

    __slots__ = ("value",)

    def __init__(self) -> None:
        self.value = 0


class Plain:
    """One attribute where instances keep them by default."""

    def __init__(self) -> None:
        self.value = 0


class Managed:
    """One attribute behind a property written in Python.

    Setting it takes a reference to the property, which all threads share: on a free-threaded 3.14
    that contends (https://github.com/python/cpython/issues/148906), so this is for one thread only.
    """

    def __init__(self) -> None:
        self._value = 0

    @property
    def value(self) -> int:
        """The value."""
        return self._value

    @value.setter
    def value(self, value: int) -> None:
        self._value = value


def _instances(_worker: int) -> tuple[Slotted, Plain, Managed]:
    return Slotted(), Plain(), Managed()


def _access(local: tuple[Slotted, Plain, Managed], _shared: None, loops: int) -> int:
    slotted, plain, managed = local
    grand = 0
    for _ in range(loops):
        slotted.value = plain.value = managed.value = 0
        for _ in range(REPEATS):
            slotted.value = managed.value + 1
            plain.value = slotted.value + 1
            managed.value = plain.value + 1
        grand += managed.value
    return grand


def _check_access(results: Sequence[int], loops: int) -> None:
    for total in results:
        expect(total, loops * REPEATS * 3, "value that went round the three attributes")


# --- nbody ------------------------------------------------------------------

#: Time steps per unit of work. pyperformance's unit is 20 000: multiply by 200 to lay both
#: side by side.
STEPS: Final = 100
_STEP_DAYS: Final = 0.01
_PI: Final = 3.141592653589793
_SOLAR_MASS: Final = 4 * _PI * _PI
_YEAR: Final = 365.24

#: Position, velocity (per day) and mass (in suns) of the Benchmarks Game's five bodies.
_BODIES: Final = (
    (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0),
    (
        *(4.84143144246472090, -1.16032004402742839, -1.03622044471123109e-1),
        *(1.66007664274403694e-3, 7.69901118419740425e-3, -6.90460016972063023e-5),
        9.54791938424326609e-4,
    ),
    (
        *(8.34336671824457987, 4.12479856412430479, -4.03523417114321381e-1),
        *(-2.76742510726411899e-3, 4.99852801234917238e-3, 2.30417297573763929e-5),
        2.85885980666130812e-4,
    ),
    (
        *(1.28943695621391310e1, -1.51111514016986312e1, -2.23307578892655734e-1),
        *(2.96460137564761618e-3, 2.37847173959480950e-3, -2.96589568540237556e-5),
        4.36624404335156298e-5,
    ),
    (
        *(1.53796971148509165e1, -2.59193146099879641e1, 1.79258772950371181e-1),
        *(2.68067772490389322e-3, 1.62824170038242295e-3, -9.51592254519715870e-5),
        5.15138902046611451e-5,
    ),
)

#: Energy after STEPS steps. tests/workloads/test_workload_oracles.py computes it with 50-digit decimals and
#: carries `advance` on to 1000 steps, for which the Benchmarks Game publishes -0.169087605.
ENERGY: Final = -0.169050762382
#: Sum of all positions and velocities after STEPS steps, computed alongside: the energy alone hardly
#: notices where the outer planets are.
PLACES: Final = 14.9606301244

Body = list[float]  # x, y, z, vx, vy, vz, mass


def solar_system() -> list[Body]:
    """Return fresh bodies in solar masses, AU and years, with no momentum in all."""
    bodies = [
        [x, y, z, vx * _YEAR, vy * _YEAR, vz * _YEAR, mass * _SOLAR_MASS]
        for x, y, z, vx, vy, vz, mass in _BODIES
    ]
    for axis in (3, 4, 5):
        bodies[0][axis] = -sum(body[axis] * body[6] for body in bodies) / _SOLAR_MASS
    return bodies


def advance(bodies: list[Body], steps: int) -> None:
    """Move the bodies on by a number of time steps, in place."""
    dt = _STEP_DAYS
    pairs = [(one, two) for i, one in enumerate(bodies) for two in bodies[i + 1 :]]
    for _ in range(steps):
        for one, two in pairs:
            dx = one[0] - two[0]
            dy = one[1] - two[1]
            dz = one[2] - two[2]
            pull = dt * (dx * dx + dy * dy + dz * dz) ** -1.5
            left = two[6] * pull
            right = one[6] * pull
            one[3] -= dx * left
            one[4] -= dy * left
            one[5] -= dz * left
            two[3] += dx * right
            two[4] += dy * right
            two[5] += dz * right
        for body in bodies:
            body[0] += dt * body[3]
            body[1] += dt * body[4]
            body[2] += dt * body[5]


def energy(bodies: list[Body]) -> float:
    """Return kinetic plus potential energy."""
    total = 0.0
    for i, (x, y, z, vx, vy, vz, mass) in enumerate(bodies):
        total += mass * (vx * vx + vy * vy + vz * vz) / 2
        for other in bodies[i + 1 :]:
            dx, dy, dz = x - other[0], y - other[1], z - other[2]
            total -= mass * other[6] / (dx * dx + dy * dy + dz * dz) ** 0.5
    return total


def _system(_worker: int) -> list[Body]:
    return solar_system()


def _fly(local: list[Body], _shared: None, loops: int) -> tuple[int, list[Body]]:
    flights = 0
    bodies: list[Body] = []
    for _ in range(loops):
        bodies = [body.copy() for body in local]
        advance(bodies, STEPS)
        flights += 1
    return flights, bodies


def _check_flight(results: Sequence[tuple[int, list[Body]]], loops: int) -> None:
    for flights, bodies in results:
        expect(flights, loops, "flights through the solar system")
        # Twelve digits: `** -1.5` is the C library's pow, whose last bits are its own affair.
        expect(round(energy(bodies), 12), ENERGY, f"energy after {STEPS} steps")
        places = sum(sum(body[:6]) for body in bodies)
        expect(round(places, 10), PLACES, f"sum of positions and velocities after {STEPS} steps")


# --- dict-list-str ----------------------------------------------------------

WORDS: Final = 100
_EACH: Final = 3  #: occurrences of every word


def _words(_worker: int) -> list[str]:
    # Computed, hence neither interned nor immortal nor foldable by the compiler; equal words are
    # distinct objects, so that a lookup compares text as it does with words read from a file.
    return [f"word{number}" for _ in range(_EACH) for number in range(WORDS)]


def _count(local: list[str], _shared: None, loops: int) -> tuple[int, str]:
    pieces = 0
    line = ""
    for _ in range(loops):
        counts: dict[str, int] = {}
        for word in local:
            counts[word] = counts.get(word, 0) + 1
        entries = []
        for word, count in counts.items():
            entries.append(f"{word}={count}")
        line = ",".join(entries)
        pieces += len(line.split(","))
    return pieces, line


#: The counted words as one line, written down without counting.
LINE: Final = ",".join("word%d=3" % number for number in range(WORDS))  # noqa: UP031 - not run()'s way


def _check_count(results: Sequence[tuple[int, str]], loops: int) -> None:
    for pieces, line in results:
        expect(pieces, loops * WORDS, "pieces of all lines")
        expect(line, LINE, "line of counted words")


WORKLOADS: tuple[Workload, ...] = (
    Workload(
        slug="call-function",
        version=1,
        title="Function, method and closure calls",
        question="What does a Python-to-Python call cost one thread on the free-threaded build?",
        group=Group.INTERPRETER,
        scope=Scope.PRIVATE,
        expectation=Expectation.GIL_IS_FINE,
        because=(
            "One thread has no use for parallelism and pays for two kinds of reference counts and "
            "for caches that are read atomically."
        ),
        explained_at="benchmarks/method",
        setup_local=_calls,
        run=_call,
        check=_check_calls,
        single_only=True,
        laps=True,
    ),
    Workload(
        slug="attribute-access",
        version=1,
        title="Slots, instance attributes and properties",
        question="What do attribute reads and writes cost one thread on the free-threaded build?",
        group=Group.INTERPRETER,
        scope=Scope.PRIVATE,
        expectation=Expectation.GIL_IS_FINE,
        because=(
            "A write takes the object's own lock and a read checks that nobody replaced the value "
            "meanwhile, which one thread pays for without getting anything back."
        ),
        explained_at="benchmarks/method",
        setup_local=_instances,
        run=_access,
        check=_check_access,
        single_only=True,
        laps=True,
    ),
    Workload(
        slug="nbody",
        version=1,
        title="Five bodies, floats in lists",
        question="What does arithmetic over lists cost one thread on the free-threaded build?",
        group=Group.INTERPRETER,
        scope=Scope.PRIVATE,
        expectation=Expectation.GIL_IS_FINE,
        because=(
            "Every list item is read without a lock and written under one, and every float is "
            "counted, so a tight numeric loop shows the build's overhead undiluted."
        ),
        explained_at="benchmarks/method",
        setup_local=_system,
        run=_fly,
        check=_check_flight,
        single_only=True,
        laps=True,
    ),
    Workload(
        slug="dict-list-str",
        version=1,
        title="Counting words with dict, list and str",
        question="What do dicts, lists and strings cost one thread on the free-threaded build?",
        group=Group.INTERPRETER,
        scope=Scope.PRIVATE,
        expectation=Expectation.GIL_IS_FINE,
        because=(
            "Most of the time goes into C code that both builds share; the lock of an object that "
            "nobody else wants adds a few instructions to it."
        ),
        explained_at="benchmarks/method",
        setup_local=_words,
        run=_count,
        check=_check_count,
        single_only=True,
        laps=True,
    ),
)

if __name__ == "__main__":
    from benchmarks.workloads.stock import main

    main(WORKLOADS)
