"""The standard library's hidden state: a cache behind a lock, and settings of nobody in particular.

`datetime.strptime` looks private and is not: a cache of compiled formats stands behind one lock for
the whole process. `datetime.fromisoformat` reads the same text and needs neither. `catch-warnings` and
`context-variables` are about state that used to be the process's or the thread's and is the context's
on a free-threaded 3.14, where the defaults of `-X context_aware_warnings` and `-X thread_inherit_context`
differ from the GIL-enabled build.
"""

from __future__ import annotations

import contextvars
import warnings
from datetime import datetime
from typing import TYPE_CHECKING, Final

from benchmarks.workloads.declare import (
    Expectation,
    Group,
    Quantity,
    Scope,
    Unit,
    Workload,
    expect,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import ModuleType

# --- datetime-strptime, datetime-fromisoformat ------------------------------

STAMPS: Final = 60
_FORMAT: Final = "%Y-%m-%dT%H:%M:%S"


def _stamps(_worker: int) -> list[str]:
    return [f"2026-11-{n % 28 + 1:02}T{n % 24:02}:{n:02}:07" for n in range(STAMPS)]


def _add_up(moments: list[datetime]) -> int:
    return sum(one.day * 86_400 + one.hour * 3600 + one.minute * 60 + one.second for one in moments)


def _parse_by_format(local: list[str], _shared: None, loops: int) -> int:
    strptime: Callable[[str, str], datetime] = datetime.strptime
    grand = 0
    for _ in range(loops):
        grand += _add_up([strptime(stamp, _FORMAT) for stamp in local])
    return grand


def _parse_iso(local: list[str], _shared: None, loops: int) -> int:
    fromisoformat = datetime.fromisoformat
    grand = 0
    for _ in range(loops):
        grand += _add_up([fromisoformat(stamp) for stamp in local])
    return grand


#: Days, hours, minutes and seconds of all stamps in seconds, from the rule that made them.
SECONDS: Final = sum((n % 28 + 1) * 86_400 + n % 24 * 3600 + n * 60 + 7 for n in range(STAMPS))


def _check_stamps(results: Sequence[int], loops: int) -> None:
    for seconds in results:
        expect(seconds, loops * SECONDS, "seconds of all time stamps")


# --- catch-warnings ---------------------------------------------------------

WARNED: Final = 20


def _warnings_module() -> ModuleType:
    """Return what threads share here: the module with the filters and the way to show a warning."""
    return warnings


def _catch(_local: None, shared: ModuleType, loops: int) -> tuple[int, int]:
    warned = caught = 0
    for _ in range(loops):
        for number in range(WARNED):
            message = f"deprecated in release {number}"
            with shared.catch_warnings(record=True) as log:
                shared.simplefilter("always")
                shared.warn(message, DeprecationWarning, stacklevel=1)
                warned += 1
            # Our own warning and nobody else's, or this block did not do what it says.
            if [str(entry.message) for entry in log] == [message]:
                caught += 1
    return warned, caught


def _check_warned(results: Sequence[tuple[int, int]], loops: int) -> None:
    for warned, _ in results:
        expect(warned, loops * WARNED, "warnings given")


def _missed(results: Sequence[tuple[int, int]], _loops: int) -> tuple[float]:
    warned = sum(warned for warned, _ in results)
    return (1 - sum(caught for _, caught in results) / warned,)


# --- context-variables ------------------------------------------------------

CHANGES: Final = 200

_REQUEST: contextvars.ContextVar[int] = contextvars.ContextVar("request", default=7)


def _variable() -> contextvars.ContextVar[int]:
    """Return what threads share here: the variable, made at import like all of its kind."""
    return _REQUEST


def _change(_local: None, shared: contextvars.ContextVar[int], loops: int) -> tuple[int, int]:
    grand = 0
    for _ in range(loops):
        for number in range(CHANGES):
            token = shared.set(number)
            grand += shared.get()
            shared.reset(token)
    return grand, shared.get()


def _check_changes(results: Sequence[tuple[int, int]], loops: int) -> None:
    for total, left in results:
        expect(total, loops * CHANGES * (CHANGES - 1) // 2, "sum of the values seen")
        expect(left, 7, "value after all changes were taken back")


WORKLOADS: tuple[Workload, ...] = (
    Workload(
        slug="datetime-strptime",
        version=1,
        title="Parsing time stamps by a format",
        question="Do threads parse time stamps with strptime in parallel?",
        group=Group.STDLIB,
        scope=Scope.PRIVATE,
        expectation=Expectation.SERIAL,
        because=(
            "Each call looks its format up in a cache behind one lock for the whole process, and "
            "asks for the locale while it holds that lock."
        ),
        explained_at="benchmarks/method",
        setup_local=_stamps,
        run=_parse_by_format,
        check=_check_stamps,
        requires=("_strptime",),
        remedy="datetime-fromisoformat",
    ),
    Workload(
        slug="datetime-fromisoformat",
        version=1,
        title="Parsing ISO 8601 time stamps",
        question="Do threads parse time stamps with fromisoformat in parallel?",
        group=Group.STDLIB,
        scope=Scope.PRIVATE,
        expectation=Expectation.SCALES,
        because="Text in, datetime out, in C: there is no format to look up and no locale to ask.",
        explained_at="benchmarks/method",
        setup_local=_stamps,
        run=_parse_iso,
        check=_check_stamps,
    ),
    Workload(
        slug="catch-warnings",
        version=1,
        title="Recording warnings in a with block",
        question="Does each thread catch its own warnings, and what does that cost?",
        group=Group.STDLIB,
        scope=Scope.SHARED_WRITE,
        expectation=Expectation.SERIAL,
        because=(
            "On a free-threaded 3.14 each block has filters and a list of its own, so warnings do not "
            "mix, but entering, filtering and warning still take one lock of the module."
        ),
        explained_at="benchmarks/method",
        setup_shared=_warnings_module,
        run=_catch,
        check=_check_warned,
        observes=(
            Quantity(key="missed", title="Blocks that missed their own warning", unit=Unit.SHARE),
        ),
        observe=_missed,
    ),
    Workload(
        slug="context-variables",
        version=1,
        title="Setting and resetting a context variable",
        question="Can threads set one context variable, each to its own value, in parallel?",
        group=Group.STDLIB,
        scope=Scope.SHARED_READ,
        expectation=Expectation.NEGATIVE,
        because=(
            "The values are private, but every token and every context that holds one counts a "
            "reference to the variable itself, which all threads share."
        ),
        explained_at="benchmarks/method",
        setup_shared=_variable,
        run=_change,
        check=_check_changes,
    ),
)

if __name__ == "__main__":
    from benchmarks.workloads.stock import main

    main(WORKLOADS)
