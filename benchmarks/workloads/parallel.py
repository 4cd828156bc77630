"""Private data: what threads give to pure Python code that shares nothing.

This is the case free threading was made for. Every worker does the whole work on data of its own,
made in its own thread, so the load is equal by construction: no rows to distribute, no slowest
subtree to wait for. Threads have the code and its constants in common and nothing else; functions
and constants are immortal or counted per thread, so even those do not contend. Two threads
that stay clearly below twice the throughput of one would surprise us.
"""

from __future__ import annotations

import random
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


# --- monte-carlo ------------------------------------------------------------

POINTS: Final = 1000
SEED: Final = 2026
#: Points of a unit that fall into the quarter circle. The tests count them with a Mersenne Twister of
#: their own, written from its definition.
HITS: Final = 784


def _generator(_worker: int) -> random.Random:
    return random.Random(SEED)


def _throw(local: random.Random, _shared: None, loops: int) -> int:
    draw = local.random
    grand = 0
    for _ in range(loops):
        local.seed(SEED)  # the same points every time, so that the oracle knows them
        hits = 0
        for _ in range(POINTS):
            x, y = draw(), draw()
            if x * x + y * y <= 1.0:
                hits += 1
        grand += hits
    return grand


def _check_hits(results: Sequence[int], loops: int) -> None:
    for hits in results:
        expect(hits, loops * HITS, "points in the quarter circle")


# --- word-count -------------------------------------------------------------

WORDS: Final = 60
MOST: Final = 5  #: word number n occurs n % MOST + 1 times
TEXT_WORDS: Final = WORDS * (MOST + 1) // 2


def _text(_worker: int) -> str:
    """Return a text whose every word is spelled, capitalised and punctuated in different ways."""
    words = []
    for number in range(WORDS):
        for time in range(number % MOST + 1):
            word = f"term{number}" if time % 2 else f"Term{number}"
            words.append(word + ("", ",", ".", ";")[time % 4])
    return " ".join(words)


def _count(local: str, _shared: None, loops: int) -> tuple[int, int, str]:
    words = different = 0
    line = ""
    for _ in range(loops):
        counts: dict[str, int] = {}
        for raw in local.lower().split():
            word = raw.strip(",.;")
            counts[word] = counts.get(word, 0) + 1
        ranked = sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))
        words += sum(counts.values())
        different += len(counts)
        line = " ".join(f"{word}:{count}" for word, count in ranked)
    return words, different, line


#: The words by rank, from the rule that made the text instead of from the text.
RANKED: Final = " ".join(
    f"{word}:{times}"
    for times in range(MOST, 0, -1)
    for word in sorted(f"term{number}" for number in range(times - 1, WORDS, MOST))
)


def _check_words(results: Sequence[tuple[int, int, str]], loops: int) -> None:
    for words, different, line in results:
        expect(words, loops * TEXT_WORDS, "words counted")
        expect(different, loops * WORDS, "different words")
        expect(line, RANKED, "words by rank")


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
    Workload(
        slug="monte-carlo",
        version=1,
        title="Monte Carlo with a random generator per thread",
        question="How much faster do threads draw random numbers from generators of their own?",
        group=Group.PARALLEL,
        scope=Scope.PRIVATE,
        expectation=Expectation.SCALES,
        because=(
            "Every draw locks its generator, but a lock that only one thread ever takes costs an "
            "instruction and no wait."
        ),
        explained_at="benchmarks/method",
        setup_local=_generator,
        run=_throw,
        check=_check_hits,
        requires=("_random",),
    ),
    Workload(
        slug="word-count",
        version=1,
        title="Counting the words of a text per thread",
        question="How much faster do threads count words in texts and dicts of their own?",
        group=Group.PARALLEL,
        scope=Scope.PRIVATE,
        expectation=Expectation.SCALES,
        because=(
            "Text, words, dict and list are made by the thread that uses them, and string methods "
            "need nothing from any other thread."
        ),
        explained_at="benchmarks/method",
        setup_local=_text,
        run=_count,
        check=_check_words,
    ),
)

if __name__ == "__main__":
    from benchmarks.workloads.stock import main

    main(WORKLOADS)
