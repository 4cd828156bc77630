"""The way to a pool that already stands and back: a call, its payload, and the wait for the answer.

Three kinds of pools carry payloads of three sizes. The function hands back what it was given, so a
payload travels twice: not at all between threads, which share it; as a copy between interpreters;
pickled through a pipe between processes. One worker per pool, so that no choice between idle
workers is measured.

Beside the time per call, the median and the 99th percentile of single waits are observed.
"""

from __future__ import annotations

import functools
import importlib
import multiprocessing
import os
import random
import sys
import threading
import time
from array import array
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from benchmarks.workloads.declare import (
    Expectation,
    Group,
    Quantity,
    Scope,
    Unit,
    Workload,
    WrongAnswerError,
    expect,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Executor

#: What multiprocessing needs of CPython; the second exists on POSIX only, as does the forkserver.
PROCESSES: Final = ("_multiprocessing", "_posixsubprocess")
INTERPRETERS: Final = ("concurrent.interpreters",)

KILOBYTE: Final = 1_000
MEGABYTE: Final = 1_000_000
#: Different payloads that take turns, so that the answer to an earlier call would be noticed.
PAYLOADS: Final = 4


class Place(NamedTuple):
    """Where a function runs."""

    process: int
    interpreter: int
    thread: int
    gil: bool


def _place() -> tuple[int, int, int, bool]:
    """Return the fields of a `Place`; not one itself, which a script's interpreters cannot pass."""
    try:
        interpreter = importlib.import_module("concurrent.interpreters").get_current().id
    except ImportError:  # before 3.14
        interpreter = 0
    gil = bool(getattr(sys, "_is_gil_enabled", lambda: True)())
    return os.getpid(), interpreter, threading.get_ident(), gil


class Desk(NamedTuple):
    """What a worker that hands out calls has at hand."""

    submit: Callable[..., Any]
    payloads: tuple[bytes, ...]


class Replies(NamedTuple):
    """What came back."""

    calls: int
    length: int  #: bytes of all answers
    last: bytes  #: the last answer
    waits: array[int]  #: of every call, in nanoseconds


def _payload(size: int, number: int) -> bytes:
    return random.Random(f"{size}:{number}").randbytes(size)


def _echo(payload: bytes) -> bytes:
    return payload


def _leave_with_parent() -> None:
    """Watch the parent from a thread of a pool's process, and leave when it is gone.

    A pool's process waits for work on a pipe whose other end it holds itself, so it would never
    learn that the parent was killed.
    """

    def watch() -> None:
        multiprocessing.parent_process().join()  # type: ignore[union-attr]
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _desk(pool: Executor, size: int, own: str) -> Desk:
    """Make payloads, once the pool's worker is known to be where it should be.

    `own` says what the worker does not share with us: process, interpreter, or thread alone.
    """
    here, there = Place(*_place()), Place(*pool.submit(_place).result())
    kind = next((name for name in Place._fields if getattr(here, name) != getattr(there, name)), "")
    expect(kind, own, "what the pool's worker has of its own")
    expect(there.gil, here.gil, "GIL in the pool's worker")
    return Desk(pool.submit, tuple(_payload(size, number) for number in range(PAYLOADS)))


def _thread_desk(size: int) -> Desk:
    return _desk(ThreadPoolExecutor(1), size, "thread")


def _interpreter_desk(size: int) -> Desk:
    kind = importlib.import_module("concurrent.futures.interpreter").InterpreterPoolExecutor
    return _desk(kind(1), size, "interpreter")


def _process_desk(size: int) -> Desk:
    context = multiprocessing.get_context("forkserver")
    return _desk(ProcessPoolExecutor(1, context, _leave_with_parent), size, "process")


def _thread_empty(_worker: int) -> Desk:
    return _thread_desk(0)


def _thread_1kb(_worker: int) -> Desk:
    return _thread_desk(KILOBYTE)


def _thread_1mb(_worker: int) -> Desk:
    return _thread_desk(MEGABYTE)


def _interpreter_empty(_worker: int) -> Desk:
    return _interpreter_desk(0)


def _interpreter_1kb(_worker: int) -> Desk:
    return _interpreter_desk(KILOBYTE)


def _interpreter_1mb(_worker: int) -> Desk:
    return _interpreter_desk(MEGABYTE)


def _process_empty(_worker: int) -> Desk:
    return _process_desk(0)


def _process_1kb(_worker: int) -> Desk:
    return _process_desk(KILOBYTE)


def _process_1mb(_worker: int) -> Desk:
    return _process_desk(MEGABYTE)


def _submit(local: Desk, _shared: None, loops: int) -> Replies:
    submit, payloads, clock = local.submit, local.payloads, time.perf_counter_ns
    waits = array("q")
    calls = length = 0
    last = b""
    for _ in range(loops):
        payload = payloads[calls % PAYLOADS]
        start = clock()
        last = submit(_echo, payload).result()
        waits.append(clock() - start)
        calls += 1
        length += len(last)
    return Replies(calls, length, last, waits)


@functools.cache
def _expected(size: int, number: int) -> bytes:
    return _payload(size, number)


def _check(results: Sequence[Replies], loops: int, size: int) -> None:
    for reply in results:
        expect(reply.calls, loops, "calls")
        expect(len(reply.waits), loops, "waits")
        expect(reply.length, loops * size, "bytes that came back")
        expect(len(reply.last), size, "bytes of the last answer")
        if reply.last != _expected(size, (loops - 1) % PAYLOADS):  # too long for a message
            raise WrongAnswerError(f"last answer: {size} bytes, but not those that were sent")


def _check_empty(results: Sequence[Replies], loops: int) -> None:
    _check(results, loops, 0)


def _check_1kb(results: Sequence[Replies], loops: int) -> None:
    _check(results, loops, KILOBYTE)


def _check_1mb(results: Sequence[Replies], loops: int) -> None:
    _check(results, loops, MEGABYTE)


def _waits(results: Sequence[Replies], _loops: int) -> tuple[float, float]:
    """Return the median and the 99th percentile (nearest rank) of the waits, in seconds."""
    waits = sorted(wait for reply in results for wait in reply.waits)
    return waits[-(-len(waits) // 2) - 1] / 1e9, waits[-(-len(waits) * 99 // 100) - 1] / 1e9


def _declare(slug: str, title: str, question: str, because: str, **functions: Any) -> Workload:
    return Workload(
        slug=slug,
        version=1,
        title=title,
        question=question,
        group=Group.EXECUTORS,
        scope=Scope.PRIVATE,
        expectation=Expectation.GIL_IS_FINE,
        because=because,
        explained_at="benchmarks/method",
        run=_submit,
        single_only=True,
        cpus=2,
        observes=(
            Quantity(key="p50", title="Median wait", unit=Unit.SECONDS),
            Quantity(key="p99", title="99th percentile of waits", unit=Unit.SECONDS),
        ),
        observe=_waits,
        **functions,
    )


WORKLOADS: tuple[Workload, ...] = (
    _declare(
        "submit-thread-empty",
        "Thread pool, empty payload",
        "How long does a call take through a ThreadPoolExecutor that already stands?",
        "Two threads wake each other through a lock, which either build leaves to the kernel.",
        setup_local=_thread_empty,
        check=_check_empty,
    ),
    _declare(
        "submit-thread-1kb",
        "Thread pool, 1 kB there and back",
        "Does 1 kB of payload make a call through a ThreadPoolExecutor any slower?",
        "Threads hand over a reference, whose cost does not depend on what it refers to.",
        setup_local=_thread_1kb,
        check=_check_1kb,
    ),
    _declare(
        "submit-thread-1mb",
        "Thread pool, 1 MB there and back",
        "Does 1 MB of payload make a call through a ThreadPoolExecutor any slower?",
        "Threads hand over a reference, whose cost does not depend on what it refers to.",
        setup_local=_thread_1mb,
        check=_check_1mb,
    ),
    _declare(
        "submit-interpreter-empty",
        "Interpreter pool, empty payload",
        "How long does a call take through an InterpreterPoolExecutor that already stands?",
        "It is a call in a thread pool, plus moving the function and its result between interpreters.",
        setup_local=_interpreter_empty,
        check=_check_empty,
        requires=INTERPRETERS,
    ),
    _declare(
        "submit-interpreter-1kb",
        "Interpreter pool, 1 kB there and back",
        "What does 1 kB of payload add to a call through an InterpreterPoolExecutor?",
        "Bytes are copied from one interpreter's memory to another's, which is nothing at this size.",
        setup_local=_interpreter_1kb,
        check=_check_1kb,
        requires=INTERPRETERS,
    ),
    _declare(
        "submit-interpreter-1mb",
        "Interpreter pool, 1 MB there and back",
        "What does 1 MB of payload add to a call through an InterpreterPoolExecutor?",
        "Copying a megabyte between interpreters is memory traffic, the same on both builds.",
        setup_local=_interpreter_1mb,
        check=_check_1mb,
        requires=INTERPRETERS,
    ),
    _declare(
        "submit-process-empty",
        "Process pool, empty payload",
        "How long does a call take through a ProcessPoolExecutor that already stands?",
        "Three threads of the parent and a pipe are between the call and the process on either build.",
        setup_local=_process_empty,
        check=_check_empty,
        requires=PROCESSES,
    ),
    _declare(
        "submit-process-1kb",
        "Process pool, 1 kB there and back",
        "What does 1 kB of payload add to a call through a ProcessPoolExecutor?",
        "A kilobyte is pickled and fits the pipe at once, which is nothing beside the wake-ups.",
        setup_local=_process_1kb,
        check=_check_1kb,
        requires=PROCESSES,
    ),
    _declare(
        "submit-process-1mb",
        "Process pool, 1 MB there and back",
        "What does 1 MB of payload add to a call through a ProcessPoolExecutor?",
        "A megabyte passes a pipe of 64 KiB in turns, which is the kernel's work on either build.",
        setup_local=_process_1mb,
        check=_check_1mb,
        requires=PROCESSES,
    ),
)

if __name__ == "__main__":
    from benchmarks.workloads.stock import main

    main(WORKLOADS)
