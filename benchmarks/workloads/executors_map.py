"""Many small calls through a pool of processes: one by one, and in chunks.

`ProcessPoolExecutor.map` sends every item in a message of its own unless it is told a chunk size.
The twins below differ in that number only.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
from concurrent.futures import ProcessPoolExecutor
from typing import TYPE_CHECKING, Any, Final

from benchmarks.workloads.declare import Expectation, Group, Scope, Workload, expect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

#: What multiprocessing needs of CPython; the second exists on POSIX only, as does the forkserver.
PROCESSES: Final = ("_multiprocessing", "_posixsubprocess")

WORKERS: Final = 2
ITEMS: Final = 64
CHUNK: Final = ITEMS // WORKERS
FIRST: Final = 1000
#: Steps of the Collatz sequences of the items together, and of the last one.
STEPS, LAST_STEPS = 5259, 75


def _steps(number: int) -> int:
    """Count the steps of a number's Collatz sequence: some microseconds of plain Python."""
    steps = 0
    while number != 1:
        number = number * 3 + 1 if number & 1 else number >> 1
        steps += 1
    return steps


def _leave_with_parent() -> None:
    """Watch the parent from a thread of a pool's process, and leave when it is gone.

    A pool's process waits for work on a pipe whose other end it holds itself, so it would never
    learn that the parent was killed.
    """

    def watch() -> None:
        multiprocessing.parent_process().join()  # type: ignore[union-attr]
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _who() -> tuple[int, bool]:
    return os.getpid(), bool(getattr(sys, "_is_gil_enabled", lambda: True)())


def _map(_worker: int) -> Callable[..., Iterator[Any]]:
    """Return the `map` of a pool whose processes have all started."""
    context = multiprocessing.get_context("forkserver")
    pool = ProcessPoolExecutor(WORKERS, context, _leave_with_parent)
    # No process is idle before the first answer, so each of these calls starts one.
    answers = [call.result() for call in [pool.submit(_who) for _ in range(WORKERS)]]
    gil = _who()[1]
    expect([theirs for _, theirs in answers], [gil] * WORKERS, "GIL in the pool's processes")
    return pool.map


def _one_by_one(
    local: Callable[..., Iterator[int]], _shared: None, loops: int
) -> tuple[int, int, list[int]]:
    items = range(FIRST, FIRST + ITEMS)
    total, done, counts = 0, 0, [0]
    for _ in range(loops):
        counts = list(local(_steps, items, chunksize=1))
        total += sum(counts)
        done += 1
    return done, total, counts[-1:]


def _in_chunks(
    local: Callable[..., Iterator[int]], _shared: None, loops: int
) -> tuple[int, int, list[int]]:
    items = range(FIRST, FIRST + ITEMS)
    total, done, counts = 0, 0, [0]
    for _ in range(loops):
        counts = list(local(_steps, items, chunksize=CHUNK))
        total += sum(counts)
        done += 1
    return done, total, counts[-1:]


def _check_steps(results: Sequence[tuple[int, int, list[int]]], loops: int) -> None:
    for done, total, last in results:
        expect(done, loops, "calls of map")
        expect(total, loops * STEPS, "steps of all sequences")
        expect(last, [LAST_STEPS], "steps of the last sequence")


WORKLOADS: tuple[Workload, ...] = (
    Workload(
        slug="map-one-by-one",
        version=1,
        title="Small calls to processes, one by one",
        question="What do small calls cost when a pool of processes gets every one by itself?",
        group=Group.EXECUTORS,
        scope=Scope.PRIVATE,
        expectation=Expectation.GIL_IS_FINE,
        because=(
            "The parent pickles, writes and reads a message for each item, which takes longer than "
            "the item, and one thread does it on either build."
        ),
        explained_at="benchmarks/method",
        setup_local=_map,
        run=_one_by_one,
        check=_check_steps,
        requires=PROCESSES,
        single_only=True,
        cpus=WORKERS,
        remedy="map-in-chunks",
    ),
    Workload(
        slug="map-in-chunks",
        version=1,
        title="Small calls to processes, in chunks",
        question="Do chunks make a pool of processes worth its while for small calls?",
        group=Group.EXECUTORS,
        scope=Scope.PRIVATE,
        expectation=Expectation.GIL_IS_FINE,
        because=(
            f"{CHUNK} items share a message, so the processes compute most of the time, as they do "
            "on either build."
        ),
        explained_at="benchmarks/method",
        setup_local=_map,
        run=_in_chunks,
        check=_check_steps,
        requires=PROCESSES,
        single_only=True,
        cpus=WORKERS,
    ),
)

if __name__ == "__main__":
    from benchmarks.workloads.stock import main

    main(WORKLOADS)
