"""Shared things that are called: properties, bound methods, partial objects, closures.

Functions written at the top of a module or in a class are made to be shared: a free-threaded build
defers the counting of references to them. What is made around a function at run time is not: a bound
method holds its instance, a `functools.partial` its arguments, a closure the cells of its variables.
Calling one counts references to what it holds.

A property hides in a class and is met by instances that look private. Setting a value through it
takes a reference to the property object (https://github.com/python/cpython/issues/148906).
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Final

from benchmarks.workloads.declare import Expectation, Group, Scope, Workload, expect

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# --- property-of-own-instance -----------------------------------------------

#: Times that the value goes through the property, both ways, per unit of work.
PASSES: Final = 500


class Gauge:
    """One value behind a property written in Python."""

    __slots__ = ("_level",)

    def __init__(self) -> None:
        self._level = 0

    @property
    def level(self) -> int:
        """The level."""
        return self._level

    @level.setter
    def level(self, level: int) -> None:
        self._level = level


def _gauge() -> type[Gauge]:
    return Gauge


def _turn_up(_local: None, shared: type[Gauge], loops: int) -> int:
    own = shared()
    grand = 0
    for _ in range(loops):
        own.level = 0
        for _ in range(PASSES):
            own.level = own.level + 1
        grand += own.level
    return grand


def _check_levels(results: Sequence[int], loops: int) -> None:
    for total in results:
        expect(total, loops * PASSES, "levels reached")


# --- shared-callables -------------------------------------------------------

#: Calls of each kind per unit of work.
CALLS: Final = 300


class Adder:
    """Adds its own step."""

    __slots__ = ("step",)

    def __init__(self, step: int) -> None:
        self.step = step

    def plus(self, total: int) -> int:
        """Return `total` plus the step."""
        return total + self.step


def _plus(step: int, total: int) -> int:
    return total + step


class Callables:
    """A bound method, a partial object and a closure, made once for all threads.

    The steps are sums of numbers above 256, hence neither small nor literal integers.
    """

    __slots__ = ("bound", "closure", "partial")

    def __init__(self) -> None:
        base = 1000 + len(type(self).__name__)  # 1009
        step = base + 1000

        def closure(total: int) -> int:
            return total + step

        self.bound: Callable[[int], int] = Adder(base).plus
        self.partial: Callable[[int], int] = functools.partial(_plus, base + 500)
        self.closure: Callable[[int], int] = closure


def _call_shared(_local: None, shared: Callables, loops: int) -> int:
    bound, partial, closure = shared.bound, shared.partial, shared.closure
    grand = 0
    for _ in range(loops):
        total = 0
        for _ in range(CALLS):
            total = bound(total)
            total = partial(total)
            total = closure(total)
        grand += total
    return grand


def _check_calls(results: Sequence[int], loops: int) -> None:
    for total in results:
        expect(total, loops * CALLS * (1009 + 1509 + 2009), "sum of the steps of all calls")


WORKLOADS: tuple[Workload, ...] = (
    Workload(
        slug="property-of-own-instance",
        version=1,
        title="A property of an instance per thread",
        question="Do property reads and writes scale when every thread has an instance of its own?",
        group=Group.SHARING,
        scope=Scope.SHARED_READ,
        expectation=Expectation.NEGATIVE,
        because=(
            "Setting a value takes a reference to the property object, which belongs to the class "
            "and hence to all threads."
        ),
        explained_at="benchmarks/method",
        setup_shared=_gauge,
        run=_turn_up,
        check=_check_levels,
        remedy="private-attribute-read",
    ),
    Workload(
        slug="shared-callables",
        version=1,
        title="Calling a shared bound method, partial and closure",
        question="Can threads call one bound method, one partial or one closure side by side?",
        group=Group.SHARING,
        scope=Scope.SHARED_READ,
        expectation=Expectation.NEGATIVE,
        because=(
            "Calling them counts references to the instance, the arguments and the variables they "
            "hold, which all threads share."
        ),
        explained_at="benchmarks/method",
        setup_shared=Callables,
        run=_call_shared,
        check=_check_calls,
        requires=("functools",),
    ),
)

if __name__ == "__main__":
    from benchmarks.workloads.stock import main

    main(WORKLOADS)
