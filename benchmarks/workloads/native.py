"""NumPy's element-wise functions on arrays that share nothing: small ones, and large ones.

An optional part of the suite: targets that were not given NumPy leave it out. A small array costs
what calling costs, which is Python objects and NumPy's dispatch; a large one costs arithmetic, for
which NumPy has always released the GIL. No BLAS is involved, and what of it NumPy loads is held to
one thread.

NumPy's modules refuse subinterpreters, so there is no such mode.
"""

from __future__ import annotations

import importlib
import os
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from benchmarks.workloads.declare import Expectation, Group, Scope, Workload, expect

if TYPE_CHECKING:
    from collections.abc import Sequence

NUMPY: Final = ("numpy==2.5.5",)
WITHOUT: Final = (("interpreters", "NumPy's extension modules refuse to load in a subinterpreter"),)

SMALL: Final = 16
#: Three arrays of 320 kB fit the cache of a CPU core of our days.
LARGE: Final = 40_000
#: Calls on small arrays, and passes over large ones, in a unit of work.
CALLS, PASSES = 100, 5


class Arrays(NamedTuple):
    """Functions and operands of one worker."""

    add: Any
    multiply: Any
    left: Any
    right: Any
    out: Any


def _arrays(size: int) -> Arrays:
    """Make arrays of whole numbers, whose sums and products are exact on any hardware."""
    os.environ.pop("OPENBLAS_CORETYPE", None)  # would choose other code on some machines
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    numpy: Any = importlib.import_module("numpy")  # optional
    left = numpy.arange(size, dtype="float64")
    return Arrays(numpy.add, numpy.multiply, left, left[::-1] + 1, numpy.empty(size))


def _small(_worker: int) -> Arrays:
    return _arrays(SMALL)


def _large(_worker: int) -> Arrays:
    return _arrays(LARGE)


def _call_often(local: Arrays, _shared: None, loops: int) -> tuple[int, float]:
    add, multiply, left, right, _ = local
    calls = 0
    total = left
    for _ in range(loops):
        total = left
        for _ in range(CALLS // 2):
            total = add(total, multiply(left, right))
            calls += 2
    return calls, float(total.sum())


def _pass_over(local: Arrays, _shared: None, loops: int) -> tuple[int, float]:
    add, multiply, left, right, out = local
    passes = 0
    for _ in range(loops):
        for _ in range(PASSES):
            multiply(left, right, out=out)
            add(out, left, out=out)
            passes += 2
    return passes, float(out.sum())


def _dot(size: int) -> int:
    """Return the sum of i * (size - i) for i below size, by closed form."""
    return size * (size * size - 1) // 6


def _check_small(results: Sequence[tuple[int, float]], loops: int) -> None:
    for calls, total in results:
        expect(calls, loops * CALLS, "calls on small arrays")
        expect(total, CALLS // 2 * _dot(SMALL) + SMALL * (SMALL - 1) // 2, "sum of the last array")


def _check_large(results: Sequence[tuple[int, float]], loops: int) -> None:
    for passes, total in results:
        expect(passes, loops * PASSES * 2, "passes over large arrays")
        expect(total, _dot(LARGE) + LARGE * (LARGE - 1) // 2, "sum of the last array")


WORKLOADS: tuple[Workload, ...] = (
    Workload(
        slug="numpy-small-arrays",
        version=1,
        title="NumPy on arrays of 16 numbers",
        question="Do threads scale when they call NumPy very often for very little?",
        group=Group.NATIVE,
        scope=Scope.PRIVATE,
        expectation=Expectation.SCALES,
        because=(
            "Each call makes an array of the thread's own, and the functions that all threads call "
            "are only read."
        ),
        explained_at="benchmarks/method",
        setup_local=_small,
        run=_call_often,
        check=_check_small,
        distributions=NUMPY,
        without=WITHOUT,
    ),
    Workload(
        slug="numpy-large-arrays",
        version=1,
        title="NumPy on arrays of 40 000 numbers",
        question="Does the free-threaded build give anything to threads that compute in NumPy?",
        group=Group.NATIVE,
        scope=Scope.PRIVATE,
        expectation=Expectation.GIL_IS_FINE,
        because="NumPy releases the GIL while it works on an array of more than 500 elements.",
        explained_at="benchmarks/method",
        setup_local=_large,
        run=_pass_over,
        check=_check_large,
        distributions=NUMPY,
        without=WITHOUT,
    ),
)

if __name__ == "__main__":
    from benchmarks.workloads.stock import main

    main(WORKLOADS)
