"""Private data: what threads give to pure Python code that shares nothing.

This is the case free threading was made for. Every worker does the whole work on data of its own,
made in its own thread, so the load is equal by construction: no rows to hand out, no slowest
subtree to wait for. Threads have the code and its constants in common and nothing else; functions
and constants are immortal or counted per thread, so even those do not contend. Two threads
that stay clearly below twice the throughput of one would surprise us.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from benchmarks.workloads.declare import Expectation, Group, Scope, Workload, expect

if TYPE_CHECKING:
    from collections.abc import Sequence

# --- mandelbrot -------------------------------------------------------------

WIDTH: Final = 32
HEIGHT: Final = 16
LIMIT: Final = 50  #: iterations after which a point counts as inside

#: Points inside, and iterations of all points. tests/workloads/test_workload_oracles.py computes both in
#: integer arithmetic of 300 binary digits; the grid's coordinates are exact in binary.
INSIDE: Final = 134
ITERATIONS: Final = 8770


def _draw(_local: None, _shared: None, loops: int) -> tuple[int, int]:
    width, height, limit = WIDTH, HEIGHT, LIMIT
    inside = iterations = 0
    for _ in range(loops):
        for row in range(height):
            ci = row * 0.125 - 0.9375
            for column in range(width):
                cr = column * 0.09375 - 2.203125
                zr = zi = 0.0
                steps = 0
                while steps < limit:
                    rr = zr * zr
                    ii = zi * zi
                    if rr + ii > 4.0:
                        break
                    zi = 2.0 * zr * zi + ci
                    zr = rr - ii + cr
                    steps += 1
                else:
                    inside += 1
                iterations += steps
    return inside, iterations


def _check_drawing(results: Sequence[tuple[int, int]], loops: int) -> None:
    for inside, iterations in results:
        expect(inside, loops * INSIDE, "points inside the set")
        expect(iterations, loops * ITERATIONS, "iterations of all points")


# --- nqueens ----------------------------------------------------------------

BOARD: Final = 6
SOLUTIONS: Final = 4  #: OEIS A000170(6)
NODES: Final = 153  #: OEIS A140450(6): partial placements, the empty board included


def _place(
    row: int, board: int, columns: set[int], rising: set[int], falling: set[int]
) -> tuple[int, int]:
    """Return the solutions and the placements below a partial placement, itself included."""
    if row == board:
        return 1, 1
    solutions, nodes = 0, 1
    for column in range(board):
        up, down = row + column, row - column
        if column not in columns and up not in rising and down not in falling:
            found, visited = _place(
                row + 1, board, columns | {column}, rising | {up}, falling | {down}
            )
            solutions += found
            nodes += visited
    return solutions, nodes


def _solve(_local: None, _shared: None, loops: int) -> tuple[int, int]:
    solutions = nodes = 0
    for _ in range(loops):
        found, visited = _place(0, BOARD, set(), set(), set())
        solutions += found
        nodes += visited
    return solutions, nodes


def _check_solutions(results: Sequence[tuple[int, int]], loops: int) -> None:
    for solutions, nodes in results:
        expect(solutions, loops * SOLUTIONS, f"solutions for {BOARD} queens")
        expect(nodes, loops * NODES, "placements tried")


WORKLOADS: tuple[Workload, ...] = (
    Workload(
        slug="mandelbrot",
        version=1,
        title="Mandelbrot set in pure Python",
        question="How much faster do threads get arithmetic done that shares nothing?",
        group=Group.PARALLEL,
        scope=Scope.PRIVATE,
        expectation=Expectation.SCALES,
        because="Each thread makes, counts and frees its own floats, so no object is in two hands.",
        explained_at="benchmarks/method",
        run=_draw,
        check=_check_drawing,
    ),
    Workload(
        slug="nqueens",
        version=1,
        title="Queens on a board, by recursion over sets",
        question="How much faster do threads recurse over small sets when they share nothing?",
        group=Group.PARALLEL,
        scope=Scope.PRIVATE,
        expectation=Expectation.SCALES,
        because=(
            "Frames, tuples and sets live and die in the thread that made them, on that thread's "
            "own heap, and the function they share is not counted on every call."
        ),
        explained_at="benchmarks/method",
        run=_solve,
        check=_check_solutions,
    ),
)

if __name__ == "__main__":
    from benchmarks.workloads.stock import main

    main(WORKLOADS)
