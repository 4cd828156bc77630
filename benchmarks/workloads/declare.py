"""What a workload is.

A workload is a small program that answers one question about free-threaded Python. It is declared
once, as data and functions, and run in every mode: alone, over threads, over processes. This module
holds the declaration and nothing else; it is imported inside the measured interpreters, so it uses
the standard library only. `ftguide.bench.worker` drives it, `ftguide.bench.catalogue` lists it, and
`benchmarks.workloads.stock` turns a file of workloads into a stock pyperf script.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Group(StrEnum):
    """Where a workload belongs in tables; geometric means never cross groups."""

    INTERPRETER = "interpreter"
    PARALLEL = "parallel"
    CONTENTION = "contention"
    SHARING = "sharing"
    STDLIB = "stdlib"
    EXECUTORS = "executors"
    ASYNCIO = "asyncio"
    APPLICATIONS = "applications"
    NATIVE = "native"


class Scope(StrEnum):
    """What the threads of a workload have in common."""

    PRIVATE = "private"
    SHARED_READ = "shared-read"
    SHARED_WRITE = "shared-write"


class Scaling(StrEnum):
    """How work grows with workers: each does the whole (weak), or they split it (strong)."""

    WEAK = "weak"
    STRONG = "strong"


class Expectation(StrEnum):
    """What two threads of the free-threaded build should do, stated before measuring."""

    SCALES = "scales"
    SERIAL = "serial"
    NEGATIVE = "negative"
    GIL_IS_FINE = "gil-is-fine"


class WrongAnswerError(AssertionError):
    """An oracle rejected a result; the message says what was expected and what came."""


def expect(actual: object, expected: object, what: str) -> None:
    """Raise `WrongAnswerError` unless `actual == expected`; `what` names the quantity."""
    if actual != expected:
        raise WrongAnswerError(f"{what}: expected {expected!r}, got {actual!r}")


def no_shared() -> None:
    """Share nothing: the set-up of workloads with private data."""


def no_local(_worker: int) -> None:
    """Prepare nothing per worker."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """One declared workload.

    The harness calls, in this order: `setup_shared()` once per process, `setup_local(worker)` once in
    every worker (inside the thread that will use the result, because a free-threaded build counts
    references cheaply only for the thread that created the object), then `run(local, shared, loops)`
    many times. `loops` is how often the unit of work is repeated; time is proportional to it.
    `check(results, loops)` gets the return values of one round, one per worker of the process, and
    raises `WrongAnswerError` when one of them is wrong. It runs outside the timed region after every
    slice, so it compares against answers known beforehand instead of computing them again.
    """

    slug: str  #: `[a-z0-9-]+`, permanent: pages, anchors and data are named after it
    version: int  #: raised whenever the measured code changes; results of versions never mix
    title: str
    question: str  #: the question the workload answers, one sentence with a question mark
    group: Group
    scope: Scope
    scaling: Scaling = Scaling.WEAK
    expectation: Expectation
    because: str  #: one sentence: why the expectation holds
    explained_at: str  #: docname of the page that explains the mechanism, below source/
    run: Callable[[Any, Any, int], Any]
    check: Callable[[Sequence[Any], int], None]
    setup_shared: Callable[[], Any] = no_shared
    setup_local: Callable[[int], Any] = no_local
    requires: tuple[str, ...] = ()  #: standard-library modules the target must have been built with
    single_only: bool = (
        False  #: True where only the cost of one thread is asked for (group interpreter)
    )
    one_call: bool = False  #: True where the work cannot be cut: a slice is one call with loops = 1
