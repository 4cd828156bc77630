"""What it costs to get a second worker: starting one, and making a whole pool for one call.

A thread, an interpreter and a process do the same next to nothing here, so what is left is the
entry fee. The `pool-of-*` workloads pay it for every call, and `submit-*` in `executors_submit` is
the way around it: the same call on a pool that already stands.

Every process that is started here leaves by itself when its parent is killed. Children inherit
`-X gil=1` through the command line that `multiprocessing` builds; set-up asks one whether they did.
"""

from __future__ import annotations

import importlib
import multiprocessing
import os
import sys
import threading
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final

from benchmarks.workloads.declare import Expectation, Group, Scope, Workload, expect

if TYPE_CHECKING:
    from collections.abc import Sequence
    from multiprocessing.context import BaseContext

#: What multiprocessing needs of CPython; the second exists on POSIX only, as does the forkserver.
PROCESSES: Final = ("_multiprocessing", "_posixsubprocess")
INTERPRETERS: Final = ("concurrent.interpreters",)

#: What a worker is asked is a number below this; big enough not to be an immortal small integer.
LARGEST: Final = 1000

#: Exit codes are a byte, and 0 and 1 are what a child without our code would leave with.
LOWEST_CODE, CODES = 10, 100


def _gil() -> bool:
    return bool(getattr(sys, "_is_gil_enabled", lambda: True)())


def _answer(number: int) -> int:
    """Do the work of one worker: next to none, but its result can be told from others."""
    return number + LARGEST


def _check_answers(results: Sequence[tuple[int, int]], loops: int) -> None:
    for done, total in results:
        expect(done, loops, "workers started")
        asked = sum(number % LARGEST for number in range(loops))
        expect(total, asked + loops * LARGEST, "sum of the workers' answers")


# --- start-thread -----------------------------------------------------------


def _note(box: list[int], number: int) -> None:
    box.append(_answer(number))


def _start_threads(_local: None, _shared: None, loops: int) -> tuple[int, int]:
    done = total = 0
    for number in range(loops):
        box: list[int] = []
        thread = threading.Thread(target=_note, args=(box, number % LARGEST))
        thread.start()
        thread.join()
        total += box[0]
        done += 1
    return done, total


# --- start-interpreter ------------------------------------------------------


def _interpreters(_worker: int) -> Any:
    """Return the module that makes interpreters, which older versions do not have."""
    interpreters = importlib.import_module("concurrent.interpreters")
    interpreter = interpreters.create()
    try:
        expect(interpreter.call(_gil), _gil(), "GIL in a new interpreter")
    finally:
        interpreter.close()
    return interpreters


def _call(interpreter: Any, box: list[int], number: int) -> None:
    box.append(interpreter.call(_answer, number))


def _start_interpreters(local: Any, _shared: None, loops: int) -> tuple[int, int]:
    done = total = 0
    for number in range(loops):
        box: list[int] = []
        interpreter = local.create()
        thread = threading.Thread(target=_call, args=(interpreter, box, number % LARGEST))
        thread.start()
        thread.join()
        interpreter.close()
        total += box[0]
        done += 1
    return done, total


# --- start-forkserver, start-spawn ------------------------------------------


def _leave(code: int) -> None:
    sys.exit(code)


def _leave_by_gil() -> None:
    sys.exit(LOWEST_CODE + _gil())


def _processes(method: str) -> BaseContext:
    """Return a start method, with its helper processes running and its children's GIL as ours."""
    context = multiprocessing.get_context(method)
    process = context.Process(target=_leave_by_gil)  # type: ignore[attr-defined]
    process.start()
    process.join()
    expect(process.exitcode, LOWEST_CODE + _gil(), f"10 + GIL in a child by {method}")
    return context


def _forkserver(_worker: int) -> BaseContext:
    return _processes("forkserver")


def _spawn(_worker: int) -> BaseContext:
    return _processes("spawn")


def _start_processes(local: Any, _shared: None, loops: int) -> tuple[int, int]:
    done = total = 0
    for number in range(loops):
        process = local.Process(target=_leave, args=(LOWEST_CODE + number % CODES,))
        process.start()
        process.join()
        total += process.exitcode
        process.close()
        done += 1
    return done, total


def _check_codes(results: Sequence[tuple[int, int]], loops: int) -> None:
    for done, total in results:
        expect(done, loops, "processes started")
        expect(
            total,
            loops * LOWEST_CODE + sum(number % CODES for number in range(loops)),
            "sum of exit codes",
        )


# --- pool-of-threads, pool-of-interpreters, pool-of-processes ---------------


def _leave_with_parent() -> None:
    """Watch the parent from a thread of a pool's process, and leave when it is gone.

    A pool's process waits for work on a pipe whose other end it holds itself, so it would never
    learn that the parent was killed.
    """

    def watch() -> None:
        multiprocessing.parent_process().join()  # type: ignore[union-attr]
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _pool_threads(_local: None, _shared: None, loops: int) -> tuple[int, int]:
    done = total = 0
    for number in range(loops):
        with ThreadPoolExecutor(1) as pool:
            total += pool.submit(_answer, number % LARGEST).result()
        done += 1
    return done, total


def _interpreter_pool(_worker: int) -> Any:
    """Return the class of pools, which older versions do not have."""
    kind = importlib.import_module("concurrent.futures.interpreter").InterpreterPoolExecutor
    with kind(1) as pool:
        expect(pool.submit(_gil).result(), _gil(), "GIL in an interpreter of a pool")
    return kind


def _pool_interpreters(local: Any, _shared: None, loops: int) -> tuple[int, int]:
    done = total = 0
    for number in range(loops):
        with local(1) as pool:
            total += pool.submit(_answer, number % LARGEST).result()
        done += 1
    return done, total


def _pool_processes(local: BaseContext, _shared: None, loops: int) -> tuple[int, int]:
    done = total = 0
    for number in range(loops):
        with ProcessPoolExecutor(1, local, initializer=_leave_with_parent) as pool:
            total += pool.submit(_answer, number % LARGEST).result()
        done += 1
    return done, total


_START: Final[dict[str, Any]] = {
    "version": 1,
    "group": Group.EXECUTORS,
    "scope": Scope.PRIVATE,
    "explained_at": "benchmarks/method",
    "single_only": True,
    "cpus": 2,
}

WORKLOADS: tuple[Workload, ...] = (
    Workload(
        slug="start-thread",
        title="Start and join a thread",
        question="What does it cost to start a thread and wait for its end?",
        expectation=Expectation.GIL_IS_FINE,
        because=(
            "The kernel makes the thread either way, and beside it CPython sets up and clears a "
            "thread state, which is larger on the free-threaded build."
        ),
        run=_start_threads,
        check=_check_answers,
        **_START,
    ),
    Workload(
        slug="start-interpreter",
        title="Start and close an interpreter, a module's imports included",
        question="What does an interpreter cost that imports a module, and what that imports, for one call?",
        expectation=Expectation.GIL_IS_FINE,
        because=(
            "An interpreter makes all its types and imports its own modules again, on either build, "
            "and the free-threaded build adds about what it adds to any single thread."
        ),
        setup_local=_interpreters,
        run=_start_interpreters,
        check=_check_answers,
        requires=INTERPRETERS,
        one_call=True,
        **_START,
    ),
    Workload(
        slug="start-forkserver",
        title="Start and join a process by forkserver, a module's imports included",
        question=(
            "What does a process cost that is started as CPython does by default on Linux, and imports a "
            "module for its task?"
        ),
        expectation=Expectation.GIL_IS_FINE,
        because=(
            "A small process forks instead of starting a new interpreter, and the child imports the "
            "main module, which is single-threaded work on either build."
        ),
        setup_local=_forkserver,
        run=_start_processes,
        check=_check_codes,
        requires=PROCESSES,
        one_call=True,
        **_START,
    ),
    Workload(
        slug="start-spawn",
        title="Start and join a process by spawn, a module's imports included",
        question=(
            "What does a process cost that is started as CPython does on macOS and Windows, and imports a "
            "module for its task?"
        ),
        expectation=Expectation.GIL_IS_FINE,
        because=(
            "It is the start of an interpreter and the import of modules, which one thread does, so "
            "the builds differ by what one thread pays."
        ),
        setup_local=_spawn,
        run=_start_processes,
        check=_check_codes,
        requires=PROCESSES,
        one_call=True,
        remedy="start-forkserver",
        **_START,
    ),
    Workload(
        slug="pool-of-threads",
        title="A pool of one thread for every call",
        question="What does a ThreadPoolExecutor cost that is made for one call and closed again?",
        expectation=Expectation.GIL_IS_FINE,
        because="It is the start and the end of a thread, with a queue and a future around it.",
        run=_pool_threads,
        check=_check_answers,
        remedy="submit-thread-empty",
        **_START,
    ),
    Workload(
        slug="pool-of-interpreters",
        title="A pool of one interpreter for every call",
        question="What does an InterpreterPoolExecutor cost that is made for one call and closed again?",
        expectation=Expectation.GIL_IS_FINE,
        because="Making and closing the interpreter outweighs everything else, on either build.",
        setup_local=_interpreter_pool,
        run=_pool_interpreters,
        check=_check_answers,
        requires=INTERPRETERS,
        one_call=True,
        remedy="submit-interpreter-empty",
        **_START,
    ),
    Workload(
        slug="pool-of-processes",
        title="A pool of one process for every call",
        question="What does a ProcessPoolExecutor cost that is made for one call and closed again?",
        expectation=Expectation.GIL_IS_FINE,
        because="Starting and ending the process outweighs everything else, on either build.",
        setup_local=_forkserver,
        run=_pool_processes,
        check=_check_answers,
        requires=PROCESSES,
        one_call=True,
        remedy="submit-process-empty",
        **_START,
    ),
)

if __name__ == "__main__":
    from benchmarks.workloads.stock import main

    main(WORKLOADS)
