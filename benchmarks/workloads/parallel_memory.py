"""Private data, continued: where the bytes and objects live, and who made them.

Two pairs and a control. `matmul-shared-rows` multiplies matrices that the main thread made and every
worker reads; `matmul-lists` multiplies matrices each worker made. `image-bands` lets workers filter
disjoint bands of one shared picture in place; `image-copies` filters a private copy of the band and
writes it back in one assignment. Both first halves look private: nobody writes what another one
reads. Both are not: in the first, each number read is counted by threads that do not own it, in the
second every access to the picture takes the picture's lock. `alloc-churn` makes and drops small
objects and nothing else, and shows what the allocator gives to threads that share nothing.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Final, NamedTuple

from benchmarks.workloads.declare import Expectation, Group, Scope, Workload, expect

if TYPE_CHECKING:
    from collections.abc import Sequence

# --- matmul-lists, matmul-shared-rows ---------------------------------------

SIDE: Final = 20

Matrix = list[list[float]]


class Factors(NamedTuple):
    """Two square matrices: the rows of the left one, the columns of the right one."""

    rows: Matrix
    columns: Matrix


def _factors() -> Factors:
    # Multiples of a half: exact, and so are all products and sums. Computed, hence counted: a
    # literal would be immortal.
    return Factors(
        [[(3 * i + j) % 7 + 0.5 for j in range(SIDE)] for i in range(SIDE)],
        [[(i + 5 * j) % 11 - 2.5 for i in range(SIDE)] for j in range(SIDE)],
    )


def _own_factors(_worker: int) -> Factors:
    return _factors()


def _multiply(factors: Factors, loops: int) -> tuple[int, float]:
    product: Matrix = []
    entries = 0
    for _ in range(loops):
        product = []
        for row in factors.rows:
            out = []
            for column in factors.columns:
                total = 0.0
                for x, y in zip(row, column, strict=True):
                    total += x * y
                out.append(total)
            product.append(out)
            entries += len(out)
    # Weighted by place: two entries that changed places would leave a plain sum as it is.
    weights = iter(range(1, SIDE * SIDE + 1))
    return entries, sum(entry * next(weights) for row in product for entry in row)


def _multiply_shared(_local: None, shared: Factors, loops: int) -> tuple[int, float]:
    return _multiply(shared, loops)


def _multiply_own(local: Factors, _shared: None, loops: int) -> tuple[int, float]:
    return _multiply(local, loops)


#: Sum of the product's entries, each times its place from 1; the tests have it in whole numbers.
WEIGHTED: Final = 14072380.0


def _check_product(results: Sequence[tuple[int, float]], loops: int) -> None:
    for entries, weighted in results:
        expect(entries, loops * SIDE * SIDE, "entries of all products")
        expect(weighted, WEIGHTED, "weighted sum of the last product")


# --- image-bands, image-copies ----------------------------------------------

WIDTH: Final = 64
ROWS: Final = 16  #: per band: a band is 1 KiB, so no two bands share a cache line
BAND: Final = WIDTH * ROWS
BANDS: Final = 128  #: workers there is room for


class Picture(NamedTuple):
    """A grey picture and the one its filtered version goes to; every worker has its own band."""

    source: bytearray
    target: bytearray


def _picture() -> Picture:
    band = bytes((x * x + 7 * y) & 255 for y in range(ROWS) for x in range(WIDTH))
    return Picture(bytearray(band * BANDS), bytearray(BAND * BANDS))


def _band(worker: int) -> int:
    """Return where the worker's band begins."""
    if worker >= BANDS:
        raise ValueError(f"the picture has {BANDS} bands, so worker {worker} has none")
    return worker * BAND


def _filter(source: bytes | bytearray, target: bytearray, start: int) -> None:
    """Smooth a band along its rows; the outermost pixels of a row stay black."""
    for row in range(start, start + BAND, WIDTH):
        for x in range(row + 1, row + WIDTH - 1):
            target[x] = (source[x - 1] + 2 * source[x] + source[x + 1]) >> 2


def _hand_in(shared: Picture, start: int, done: int) -> tuple[int, int]:
    """Return the bands done and a checksum of the band, and blacken it for the next call."""
    checksum = zlib.crc32(shared.target[start : start + BAND])
    shared.target[start : start + BAND] = bytes(BAND)
    return done, checksum


def _filter_in_place(local: int, shared: Picture, loops: int) -> tuple[int, int]:
    done = 0
    for _ in range(loops):
        _filter(shared.source, shared.target, local)
        done += 1
    return _hand_in(shared, local, done)


def _filter_a_copy(local: int, shared: Picture, loops: int) -> tuple[int, int]:
    done = 0
    for _ in range(loops):
        mine = bytes(shared.source[local : local + BAND])
        filtered = bytearray(BAND)
        _filter(mine, filtered, 0)
        shared.target[local : local + BAND] = filtered
        done += 1
    return _hand_in(shared, local, done)


#: CRC-32 of a filtered band, whichever; the tests filter it by another route.
CHECKSUM: Final = 1638048713


def _check_band(results: Sequence[tuple[int, int]], loops: int) -> None:
    for done, checksum in results:
        expect(done, loops, "bands filtered")
        expect(checksum, CHECKSUM, "checksum of the filtered band")


# --- alloc-churn ------------------------------------------------------------

OBJECTS: Final = 1000  #: of each kind, per unit of work
ALIVE: Final = 64  #: objects of each kind alive at once


class Order:
    """A small object with attributes and a tuple, as programs make by the million."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.span = (number, number + 1)


def _churn(_local: None, _shared: None, loops: int) -> tuple[int, int]:
    made = grand = 0
    for _ in range(loops):
        alive = [Order(0)] * ALIVE
        lines = [[0]] * ALIVE
        for number in range(OBJECTS):
            place = number % ALIVE
            alive[place] = Order(number)  # whoever was here is freed, in the thread that made it
            lines[place] = [number, number]
        grand += sum(order.number + order.span[1] for order in alive)
        grand += sum(map(sum, lines))
        made += number + 1
    return made, grand


#: Of the last ALIVE numbers below OBJECTS each is added four times, and one more for the span.
REMAINDER: Final = 4 * sum(range(OBJECTS - ALIVE, OBJECTS)) + ALIVE


def _check_churned(results: Sequence[tuple[int, int]], loops: int) -> None:
    for made, grand in results:
        expect(made, loops * OBJECTS, "objects made of each kind")
        expect(grand, loops * REMAINDER, "sum over the objects alive in the end")


WORKLOADS: tuple[Workload, ...] = (
    Workload(
        slug="matmul-shared-rows",
        version=1,
        title="Multiplying matrices that the main thread made",
        question="Do threads multiply matrices in parallel when all of them read the same lists?",
        group=Group.PARALLEL,
        scope=Scope.SHARED_READ,
        expectation=Expectation.NEGATIVE,
        because=(
            "Every number read is counted up and down by a thread that did not make it, with atomic "
            "operations on memory the other threads are writing, too."
        ),
        explained_at="benchmarks/method",
        setup_shared=_factors,
        run=_multiply_shared,
        check=_check_product,
        remedy="matmul-lists",
    ),
    Workload(
        slug="matmul-lists",
        version=1,
        title="Multiplying matrices that each thread made",
        question="Do threads multiply matrices in parallel when each of them made its own lists?",
        group=Group.PARALLEL,
        scope=Scope.PRIVATE,
        expectation=Expectation.SCALES,
        because="The numbers belong to the thread that multiplies them and fit into its cache.",
        explained_at="benchmarks/method",
        setup_local=_own_factors,
        run=_multiply_own,
        check=_check_product,
    ),
    Workload(
        slug="image-bands",
        version=1,
        title="Filtering bands of one shared bytearray in place",
        question="Do threads filter one picture in parallel when each stays within its own band?",
        group=Group.PARALLEL,
        scope=Scope.SHARED_WRITE,
        expectation=Expectation.NEGATIVE,
        because=(
            "Each access to a bytearray takes the lock of the whole bytearray, whichever byte it is "
            "for, and the threads make four accesses per pixel."
        ),
        explained_at="benchmarks/method",
        setup_shared=_picture,
        setup_local=_band,
        run=_filter_in_place,
        check=_check_band,
        requires=("zlib",),
        remedy="image-copies",
    ),
    Workload(
        slug="image-copies",
        version=1,
        title="Filtering a copy of each band and writing it back",
        question="Does a private copy of its band let each thread filter at full speed?",
        group=Group.PARALLEL,
        scope=Scope.SHARED_WRITE,
        expectation=Expectation.SCALES,
        because="The picture's locks are taken twice per band instead of four times per pixel.",
        explained_at="benchmarks/method",
        setup_shared=_picture,
        setup_local=_band,
        run=_filter_a_copy,
        check=_check_band,
        requires=("zlib",),
    ),
    Workload(
        slug="alloc-churn",
        version=1,
        title="Making and dropping small objects",
        question="Do threads make and drop small objects in parallel?",
        group=Group.PARALLEL,
        scope=Scope.PRIVATE,
        expectation=Expectation.SCALES,
        because="Each thread allocates from a heap of its own and frees what it made itself.",
        explained_at="benchmarks/method",
        run=_churn,
        check=_check_churned,
    ),
)

if __name__ == "__main__":
    from benchmarks.workloads.stock import main

    main(WORKLOADS)
