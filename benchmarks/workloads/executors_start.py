"""What it costs to get a second interpreter or process, without the imports of a module of ours.

Who calls a function in another interpreter or process by its name has the function's module imported
there, with everything that module imports. The rows of `executors` contain that: the module is their own,
and on 3.14.7 it brings 34 to 67 modules along, `multiprocessing`, `concurrent.futures` and `typing` among
them. Here nothing is imported, or what is imported is the question.

A function that uses neither globals nor closures travels into an interpreter as code, without its module;
a built-in travels into a process by a name that every process has. Set-up asks the new interpreter whether
its modules are still those that it began with.
"""

from __future__ import annotations

import importlib
import multiprocessing
import sys
from typing import TYPE_CHECKING, Any, Final

from benchmarks.workloads.declare import (
    Expectation,
    Group,
    Scope,
    Workload,
    WrongAnswerError,
    expect,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from multiprocessing.context import BaseContext

#: What multiprocessing needs of CPython; the second exists on POSIX only, as does the forkserver.
PROCESSES: Final = ("_multiprocessing", "_posixsubprocess")
INTERPRETERS: Final = ("concurrent.interpreters",)

#: What a call is asked is a number below this; big enough not to be an immortal small integer.
LARGEST: Final = 1000

#: Exit codes are a byte, and 0 and 1 are what a child without our code would leave with.
LOWEST_CODE, CODES = 10, 100

#: What a command-line tool has at its top: the modules of `startup-imports`, which imports them in a
#: process of their own.
MODULES: Final = (
    *("argparse", "collections", "configparser", "contextlib", "dataclasses", "datetime"),
    *("functools", "inspect", "json", "logging", "pathlib", "subprocess", "tempfile", "typing"),
)
_IMPORT: Final = f"import {', '.join(MODULES)}"


# --- start-interpreter-bare, start-interpreter-call, start-interpreter-imports ----------------------

# Functions that run in the other interpreter: no globals, so that they travel as code.


def _answer(number: int) -> int:
    return number + 1000


def _modules() -> int:
    import sys  # noqa: PLC0415 - see above

    return len(sys.modules)


def _gil() -> bool:
    import sys  # noqa: PLC0415 - see above

    return sys._is_gil_enabled()  # type: ignore[attr-defined,no-any-return]  # noqa: SLF001


def _interpreters(_worker: int) -> Any:
    """Return the module that makes interpreters, which older versions do not have."""
    interpreters = importlib.import_module("concurrent.interpreters")
    own = getattr(sys, "_is_gil_enabled", lambda: True)()
    interpreter = interpreters.create()
    try:
        modules = interpreter.call(_modules)
        expect(interpreter.call(_gil), own, "GIL in a new interpreter")
        expect(interpreter.call(_answer, 1), 1 + LARGEST, "answer of a new interpreter")
        expect(interpreter.call(_modules), modules, "modules in an interpreter after calls")
        interpreter.exec(_IMPORT)
        if interpreter.call(_modules) < modules + len(MODULES) // 2:
            raise WrongAnswerError("the imports left hardly any module behind")
    finally:
        interpreter.close()
    return interpreters


def _make(local: Any, _shared: None, loops: int) -> tuple[int, int]:
    done = 0
    for _ in range(loops):
        local.create().close()
        done += 1
    return done, len(local.list_all())


def _make_and_import(local: Any, _shared: None, loops: int) -> tuple[int, int]:
    done = 0
    for _ in range(loops):
        interpreter = local.create()
        interpreter.exec(_IMPORT)  # raises unless all of them can be imported
        interpreter.close()
        done += 1
    return done, len(local.list_all())


def _make_and_call(local: Any, _shared: None, loops: int) -> tuple[int, int]:
    done = total = 0
    for number in range(loops):
        interpreter = local.create()
        total += interpreter.call(_answer, number % LARGEST)
        interpreter.close()
        done += 1
    return done, total


def _check_gone(results: Sequence[tuple[int, int]], loops: int) -> None:
    for done, alive in results:
        expect(done, loops, "interpreters made")
        expect(alive, 1, "interpreters left, the main one included")


def _check_answers(results: Sequence[tuple[int, int]], loops: int) -> None:
    for done, total in results:
        expect(done, loops, "interpreters made")
        asked = sum(number % LARGEST for number in range(loops))
        expect(total, asked + loops * LARGEST, "sum of the interpreters' answers")


# --- start-forkserver-bare, start-spawn-bare --------------------------------------------------------


def _leave_by_gil() -> None:
    sys.exit(LOWEST_CODE + getattr(sys, "_is_gil_enabled", lambda: True)())


def _processes(method: str) -> BaseContext:
    """Return a start method, with its helper processes running and its children's GIL as ours."""
    own = getattr(sys, "_is_gil_enabled", lambda: True)()
    context = multiprocessing.get_context(method)
    # By its name, so this child imports what the measured ones do not; it leaves nothing behind.
    process = context.Process(target=_leave_by_gil)  # type: ignore[attr-defined]
    process.start()
    process.join()
    expect(process.exitcode, LOWEST_CODE + own, f"10 + GIL in a child by {method}")
    return context


def _forkserver(_worker: int) -> BaseContext:
    return _processes("forkserver")


def _spawn(_worker: int) -> BaseContext:
    return _processes("spawn")


def _start_processes(local: Any, _shared: None, loops: int) -> tuple[int, int]:
    done = total = 0
    for number in range(loops):
        process = local.Process(target=sys.exit, args=(LOWEST_CODE + number % CODES,))
        process.start()
        process.join()
        total += process.exitcode
        process.close()
        done += 1
    return done, total


def _check_codes(results: Sequence[tuple[int, int]], loops: int) -> None:
    for done, total in results:
        expect(done, loops, "processes started")
        codes = loops * LOWEST_CODE + sum(number % CODES for number in range(loops))
        expect(total, codes, "sum of exit codes")


_START: Final[dict[str, Any]] = {
    "version": 1,
    "group": Group.EXECUTORS,
    "scope": Scope.PRIVATE,
    "expectation": Expectation.GIL_IS_FINE,
    "explained_at": "benchmarks/method",
    "single_only": True,
    "one_call": True,
    "cpus": 2,
}

WORKLOADS: tuple[Workload, ...] = (
    Workload(
        slug="start-interpreter-bare",
        title="Make and close an interpreter in which nothing runs",
        question="What does an interpreter cost in which nothing runs?",
        because=(
            "Making the built-in types, `sys` and the import system once more is work of one thread "
            "on either build."
        ),
        setup_local=_interpreters,
        run=_make,
        check=_check_gone,
        requires=INTERPRETERS,
        **_START,
    ),
    Workload(
        slug="start-interpreter-call",
        title="Make an interpreter, call a function that imports nothing, close it",
        question="What does an interpreter cost that is made for one call and imports nothing?",
        because=(
            "A function without globals travels as code, so that the call adds little to making and "
            "closing the interpreter."
        ),
        setup_local=_interpreters,
        run=_make_and_call,
        check=_check_answers,
        requires=INTERPRETERS,
        **_START,
    ),
    Workload(
        slug="start-interpreter-imports",
        title="Make an interpreter, import what tools import, close it",
        question="What does an interpreter cost that imports what a command-line tool imports?",
        because=(
            "Every interpreter imports its modules again, and that takes longer than making it; one "
            "thread does it on either build."
        ),
        setup_local=_interpreters,
        run=_make_and_import,
        check=_check_gone,
        requires=INTERPRETERS,
        remedy="start-interpreter-bare",
        **_START,
    ),
    Workload(
        slug="start-forkserver-bare",
        title="Start and join a process by forkserver that runs a built-in",
        question="What does a process by forkserver cost that imports no module for its task?",
        because=(
            "The fork server has imported `multiprocessing` already, so that what is left is a fork, "
            "a main module with light imports, and the end of a process."
        ),
        setup_local=_forkserver,
        run=_start_processes,
        check=_check_codes,
        requires=PROCESSES,
        **_START,
    ),
    Workload(
        slug="start-spawn-bare",
        title="Start and join a process by spawn that runs a built-in",
        question="What does a process by spawn cost that imports no module for its task?",
        because=(
            "It is the start of an interpreter and the import of `multiprocessing` and of a main "
            "module with light imports, which one thread does."
        ),
        setup_local=_spawn,
        run=_start_processes,
        check=_check_codes,
        requires=PROCESSES,
        remedy="start-forkserver-bare",
        **_START,
    ),
)

if __name__ == "__main__":
    from benchmarks.workloads.stock import main

    main(WORKLOADS)
