"""Counting word pairs in a log: map over chunks of text, reduce into one table.

`ngrams` lets the workers of every mode split the chunks and merge what they counted into one table
behind a lock. Separate processes have a table each there, so nothing says what it costs to bring
their tables together. The twins `ngrams-in-threads` and `ngrams-in-processes` do: one program
hands the chunks to a pool and merges what comes back, by reference or pickled through a pipe.
"""

from __future__ import annotations

import binascii
import itertools
import multiprocessing
import os
import sys
import threading
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from benchmarks.workloads.declare import Expectation, Group, Scaling, Scope, Workload, expect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

#: What multiprocessing needs of CPython; the second exists on POSIX only, as does the forkserver.
PROCESSES: Final = ("_multiprocessing", "_posixsubprocess")

LINES: Final = 120
#: Pairs of neighbouring words in a chunk, and how many of them differ.
PAIRS, DIFFERENT = 960, 227
#: CRC-32 of the chunk's table, sorted, as lines of first word, second word and count.
CHECKSUM: Final = 2244017690

Table = dict[tuple[str, str], int]


def _chunk() -> str:
    """Return a chunk of a log: LINES lines, from a generator of numbers of its own."""
    state = 7
    lines = []
    for _ in range(LINES):
        picks = []
        for size in (4, 3, 40, 12):
            state = (state * 1103515245 + 12345) % 2**31
            picks.append((state >> 16) % size)
        level, method, page, host = picks
        lines.append(
            f"level={('info', 'info', 'warning', 'error')[level]} method={('get', 'put', 'post')[method]} "
            f"path=/pages/{page} status={200 + level * 100} host=node{host} cache "
            f"{'hit' if state & 65536 else 'miss'} in time"
        )
    return "\n".join(lines)


def _count(chunk: str) -> Table:
    """Count the pairs of neighbouring words, line by line: the map step."""
    counts: Table = {}
    for line in chunk.split("\n"):
        for pair in itertools.pairwise(line.split(" ")):
            counts[pair] = counts.get(pair, 0) + 1
    return counts


def _merge(table: Table, counts: Table) -> None:
    """Add a chunk's counts to the table: the reduce step."""
    for pair, count in counts.items():
        table[pair] = table.get(pair, 0) + count


def _expect_table(table: Table, chunks: int) -> None:
    expect(len(table), DIFFERENT, "different pairs")
    expect(sum(table.values()), chunks * PAIRS, "pairs in the table")
    lines = sorted(f"{one} {two} {count / chunks:g}\n" for (one, two), count in table.items())
    expect(binascii.crc32("".join(lines).encode()), CHECKSUM, "checksum of the table")


# --- ngrams -----------------------------------------------------------------


class Corpus:
    """A text for all threads of a process, and the table that they fill together."""

    def __init__(self) -> None:
        self.chunk = _chunk()
        self.table: Table = {}
        self.lock = threading.Lock()


class Ledger:
    """How many chunks one worker has counted since it was set up, warm-up included."""

    def __init__(self, _worker: int) -> None:
        self.chunks = 0


class Tally(NamedTuple):
    """One worker's account of a call."""

    chunks: int  #: of this call
    ever: int  #: of all its calls so far
    table: Table  #: everybody's


def _count_and_merge(local: Ledger, shared: Corpus, loops: int) -> Tally:
    chunks = 0
    for _ in range(loops):
        counts = _count(shared.chunk)
        with shared.lock:
            _merge(shared.table, counts)
        chunks += 1
    local.chunks += chunks
    return Tally(chunks, local.chunks, shared.table)


def _check_tables(results: Sequence[Tally], loops: int) -> None:
    """Compare the table, which is never emptied, with what all workers ever put in."""
    for tally in results:
        expect(tally.chunks, loops, "chunks of one worker")
        _expect_table(tally.table, sum(one.ever for one in results))


# --- ngrams-in-threads, ngrams-in-processes ---------------------------------

WORKERS: Final = 2
CHUNKS: Final = 2 * WORKERS


class Desk(NamedTuple):
    """The map of a pool, and the chunks to give to it."""

    map: Callable[..., Iterator[Any]]
    chunks: list[str]


def _leave_with_parent() -> None:
    """Watch the parent from a thread of a pool's process, and leave when it is gone.

    A pool's process waits for work on a pipe whose other end it holds itself, so it would never
    learn that the parent was killed.
    """

    def watch() -> None:
        multiprocessing.parent_process().join()  # type: ignore[union-attr]
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _gil() -> bool:
    return bool(getattr(sys, "_is_gil_enabled", lambda: True)())


def _threads(_worker: int) -> Desk:
    return Desk(ThreadPoolExecutor(WORKERS).map, [_chunk() for _ in range(CHUNKS)])


def _processes(_worker: int) -> Desk:
    context = multiprocessing.get_context("forkserver")
    pool = ProcessPoolExecutor(WORKERS, context, _leave_with_parent)
    # No process is idle before the first answer, so each of these calls starts one.
    answers = [call.result() for call in [pool.submit(_gil) for _ in range(WORKERS)]]
    expect(answers, [_gil()] * WORKERS, "GIL in the pool's processes")
    return Desk(pool.map, [_chunk() for _ in range(CHUNKS)])


def _map_and_reduce(local: Desk, _shared: None, loops: int) -> tuple[int, Table]:
    done = 0
    table: Table = {}
    for _ in range(loops):
        table = {}
        for counts in local.map(_count, local.chunks):
            _merge(table, counts)
        done += 1
    return done, table


def _check_reduced(results: Sequence[tuple[int, Table]], loops: int) -> None:
    for done, table in results:
        expect(done, loops, "tables filled")
        _expect_table(table, CHUNKS)


WORKLOADS: tuple[Workload, ...] = (
    Workload(
        slug="ngrams",
        version=1,
        title="Word pairs of a log, merged into one table",
        question="Do threads that split a text pay for merging their counts into one table?",
        group=Group.APPLICATIONS,
        scope=Scope.SHARED_WRITE,
        scaling=Scaling.STRONG,
        expectation=Expectation.SCALES,
        because=(
            "Counting a chunk needs no lock and takes several times as long as merging it, so the "
            "threads meet at the table for a small part of the time."
        ),
        explained_at="benchmarks/method",
        setup_shared=Corpus,
        setup_local=Ledger,
        run=_count_and_merge,
        check=_check_tables,
    ),
    Workload(
        slug="ngrams-in-threads",
        version=1,
        title="Word pairs of a log, by a pool of threads",
        question="What does map and reduce take when threads hand their tables over by reference?",
        group=Group.APPLICATIONS,
        scope=Scope.PRIVATE,
        expectation=Expectation.SCALES,
        because=(
            "Threads count in parallel without the GIL, and the table that one made is merged by "
            "another without a copy."
        ),
        explained_at="benchmarks/method",
        setup_local=_threads,
        run=_map_and_reduce,
        check=_check_reduced,
        single_only=True,
        cpus=WORKERS,
    ),
    Workload(
        slug="ngrams-in-processes",
        version=1,
        title="Word pairs of a log, by a pool of processes",
        question="What does map and reduce take when processes send their tables through a pipe?",
        group=Group.APPLICATIONS,
        scope=Scope.PRIVATE,
        expectation=Expectation.GIL_IS_FINE,
        because=(
            "Each process has a GIL of its own, so both builds count in parallel, and both pickle "
            "and send every table."
        ),
        explained_at="benchmarks/method",
        setup_local=_processes,
        run=_map_and_reduce,
        check=_check_reduced,
        requires=PROCESSES,
        single_only=True,
        cpus=WORKERS,
        remedy="ngrams-in-threads",
    ),
)

if __name__ == "__main__":
    from benchmarks.workloads.stock import main

    main(WORKLOADS)
