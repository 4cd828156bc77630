"""The standard library, continued: compression, databases, serialisation.

`zlib-compress` is a second control beside `hashlib-sha256`: C code that has always released the GIL,
and allocates more while it does. The two databases show what a C library brings along: memory
databases per thread share nothing but SQLite's own allocator, one file has one writer at a time
whatever Python does. `pickle-roundtrip` is what every object pays on its way into another process.
"""

from __future__ import annotations

import os
import pickle
import shutil
import tempfile
import threading
import weakref
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from benchmarks.workloads.declare import Expectation, Group, Scope, Workload, expect

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

# --- zlib-compress ----------------------------------------------------------

BUFFER_BYTES: Final = 64 * 1024
#: Adler-32 of the buffer, from its definition; the tests add it up byte by byte.
ADLER: Final = 1263621026


def _buffer(_worker: int) -> bytes:
    """Return text that compresses as text does, not as a repetition of one block."""
    lines = (f"{n:06} {n * n % 9973:04} request done in {n % 97} ms\n" for n in range(2000))
    return "".join(lines).encode()[:BUFFER_BYTES]


def _compress(local: bytes, _shared: None, loops: int) -> tuple[int, int, int]:
    compress = zlib.compress
    done = 0
    packed = b""
    for _ in range(loops):
        packed = compress(local)
        done += 1
    # Which bytes come out is up to the version of zlib; that the same bytes come back is not.
    again = zlib.decompress(packed)
    return done, len(again), zlib.adler32(again)


def _check_compressed(results: Sequence[tuple[int, int, int]], loops: int) -> None:
    for done, length, checksum in results:
        expect(done, loops, "buffers compressed")
        expect(length, BUFFER_BYTES, "length after the way there and back")
        expect(checksum, ADLER, "Adler-32 after the way there and back")


# --- sqlite-memory ----------------------------------------------------------

ROWS: Final = 50


def _connect(path: str) -> sqlite3.Connection:
    import sqlite3  # noqa: PLC0415 - not every build has it, and then only these workloads are skipped

    connection = sqlite3.connect(path, isolation_level=None)  # transactions are ours to open
    connection.execute("pragma synchronous = off")  # a database, not a disk, is measured
    connection.execute("pragma journal_mode = memory")
    return connection


def _memory(_worker: int) -> sqlite3.Connection:
    connection = _connect(":memory:")
    connection.execute("create table item (id integer primary key, kind text, size integer)")
    return connection


def _query(local: sqlite3.Connection, _shared: None, loops: int) -> tuple[int, int, int]:
    rows = [(number, f"kind{number % 5}", number * 3) for number in range(1, ROWS + 1)]
    kinds = size = left = 0
    for _ in range(loops):
        local.execute("begin")
        local.executemany("insert into item values (?, ?, ?)", rows)
        found = local.execute(
            "select kind, sum(size) from item where id > ? group by kind order by kind", (10,)
        ).fetchall()
        kinds += len(found)
        size += sum(total for _, total in found)
        left += local.execute("delete from item").rowcount
        local.execute("commit")
    return kinds, size, left


def _check_query(results: Sequence[tuple[int, int, int]], loops: int) -> None:
    for kinds, size, left in results:
        expect(kinds, loops * 5, "kinds found")
        expect(size, loops * 3 * (ROWS * (ROWS + 1) // 2 - 55), "sum of the sizes beyond ten")
        expect(left, loops * ROWS, "rows deleted")


# --- sqlite-one-file --------------------------------------------------------

CHANGED: Final = 20  #: rows changed per transaction


@dataclass(slots=True, weakref_slot=True)
class File:
    """One database file of the process, and the queue of those who want to write to it."""

    folder: str  #: below the current one, which in a worker is fresh
    #: SQLite lets waiting writers sleep and try again, for up to 0.1 s at a time; a lock does not.
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def path(self) -> str:
        """Where the database is."""
        return f"{self.folder}/items.db"


@dataclass(slots=True)
class Client:
    """One worker's connection, opened at its first call, and what it has added so far."""

    connection: sqlite3.Connection | None = None
    added: int = 0


class Deposit(NamedTuple):
    """One worker's account of a call."""

    here: int  #: added by this call
    ever: int  #: added by all its calls so far
    seen: int  #: sum over the table after the last of them


def _file() -> File:
    file = File(tempfile.mkdtemp(prefix="sqlite-", dir=os.curdir))
    weakref.finalize(file, shutil.rmtree, file.folder, ignore_errors=True)
    connection = _connect(file.path)
    connection.execute("create table item (id integer primary key, size integer)")
    rows = [(number, 0) for number in range(1, CHANGED + 1)]
    connection.executemany("insert into item values (?, ?)", rows)
    connection.close()
    return file


def _client(_worker: int) -> Client:
    return Client()


def _deposit(local: Client, shared: File, loops: int) -> Deposit:
    if local.connection is None:
        local.connection = _connect(shared.path)
    execute = local.connection.execute
    here = 0
    for _ in range(loops):
        with shared.lock:
            execute("begin immediate")
            here += execute("update item set size = size + 1").rowcount
            execute("commit")
    local.added += here
    with shared.lock:
        (seen,) = execute("select sum(size) from item").fetchone()
    return Deposit(here, local.added, seen)


def _check_deposits(results: Sequence[Deposit], loops: int) -> None:
    """Compare the table with what all workers added; the last to finish saw it all."""
    for result in results:
        expect(result.here, loops * CHANGED, "rows changed by one worker")
    ever = sum(result.ever for result in results)
    expect(max(result.seen for result in results), ever, "sum over the shared table")


# --- pickle-roundtrip -------------------------------------------------------

READINGS: Final = 40


class Reading:
    """An ordinary object with ordinary attributes."""

    def __init__(self, number: int) -> None:
        self.name = f"sensor{number}"
        self.value = number * 0.25
        self.tags = [f"room{number % 7}", f"floor{number % 3}"]


def _readings(_worker: int) -> list[Reading]:
    return [Reading(number) for number in range(1000, 1000 + READINGS)]


def _carry(local: list[Reading], _shared: None, loops: int) -> tuple[int, float, str]:
    dumps, loads = pickle.dumps, pickle.loads
    carried = 0
    value = 0.0
    copies: list[Any] = []
    for _ in range(loops):
        copies = loads(dumps(local, protocol=5))
        carried += len(copies)
        value += sum(copy.value for copy in copies)
    names = ",".join(f"{copy.name}/{'/'.join(copy.tags)}" for copy in copies)
    return carried, value, names


#: Names and tags of all readings, written down without making one.
NAMES: Final = ",".join(
    "sensor%d/room%d/floor%d" % (number, number % 7, number % 3)  # noqa: UP031 - not run()'s way
    for number in range(1000, 1000 + READINGS)
)


def _check_carried(results: Sequence[tuple[int, float, str]], loops: int) -> None:
    value = sum(range(1000, 1000 + READINGS)) / 4
    for carried, total, names in results:
        expect(carried, loops * READINGS, "objects carried over")
        expect(total, loops * value, "sum of their values")
        expect(names, NAMES, "names and tags of the last round")


WORKLOADS: tuple[Workload, ...] = (
    Workload(
        slug="zlib-compress",
        version=1,
        title="Compressing 64 KiB of text with zlib",
        question="Do threads compress in parallel, as they always have?",
        group=Group.STDLIB,
        scope=Scope.PRIVATE,
        expectation=Expectation.GIL_IS_FINE,
        because="zlib.compress releases the GIL, so both builds compress in parallel.",
        explained_at="benchmarks/method",
        setup_local=_buffer,
        run=_compress,
        check=_check_compressed,
        requires=("zlib",),
    ),
    Workload(
        slug="sqlite-memory",
        version=1,
        title="SQLite in memory, a database per thread",
        question="Do threads query in parallel when each has a database of its own in memory?",
        group=Group.STDLIB,
        scope=Scope.PRIVATE,
        expectation=Expectation.SCALES,
        because=(
            "Connections, statements and rows belong to one thread; in common is what the SQLite "
            "library itself shares, such as its count of allocated memory."
        ),
        explained_at="benchmarks/method",
        setup_local=_memory,
        run=_query,
        check=_check_query,
        requires=("sqlite3", "_sqlite3"),
    ),
    Workload(
        slug="sqlite-one-file",
        version=1,
        title="SQLite, one file that all threads write to",
        question="Do threads write to one SQLite file faster than a single thread does?",
        group=Group.STDLIB,
        scope=Scope.SHARED_WRITE,
        expectation=Expectation.SERIAL,
        because="SQLite has one writer per file at a time, with or without a GIL.",
        explained_at="benchmarks/method",
        setup_shared=_file,
        setup_local=_client,
        run=_deposit,
        check=_check_deposits,
        requires=("sqlite3", "_sqlite3"),
    ),
    Workload(
        slug="pickle-roundtrip",
        version=1,
        title="Objects to pickle and back",
        question="Do threads pickle and unpickle in parallel?",
        group=Group.STDLIB,
        scope=Scope.PRIVATE,
        expectation=Expectation.SCALES,
        because=(
            "Each thread takes apart and makes objects of its own; the class is shared, and classes "
            "are counted per thread."
        ),
        explained_at="benchmarks/method",
        setup_local=_readings,
        run=_carry,
        check=_check_carried,
        requires=("_pickle",),
    ),
)

if __name__ == "__main__":
    from benchmarks.workloads.stock import main

    main(WORKLOADS)
