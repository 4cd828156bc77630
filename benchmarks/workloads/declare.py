"""What a workload is.

A workload is a small program that answers one question about free-threaded Python. It is declared
once, as data and functions, and run in every mode: alone, over threads, over processes. This module
holds the declaration and nothing else; it is imported inside the measured interpreters, so it uses
the standard library only, and little of that: every process of every block pays for its imports, and
`dataclasses` takes as long to import as a bare interpreter to start, `typing` with its NamedTuple
nearly as long.

`ftguide.target.worker` drives a workload, `ftguide.suite.declare.catalogue` lists it, and
`benchmarks.workloads.stock` turns a file of workloads into a stock pyperf script.
"""

from __future__ import annotations

from collections import namedtuple
from enum import StrEnum

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any
    from typing import NamedTuple as NamedTuple  # noqa: PLC0414 - exported
else:

    class Fields(type):
        """Makes of annotations what `typing.NamedTuple` makes, without importing that."""

        def __new__(cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any]) -> type:
            """Return a named tuple; the annotations are strings, for this module defers them."""
            fields = namespace.pop("__annotations__", {})
            if not bases:
                return super().__new__(cls, name, bases, namespace)
            defaults = [namespace.pop(field) for field in fields if field in namespace]
            made = namedtuple(name, fields, defaults=defaults, module=namespace["__module__"])  # noqa: PYI024
            for key in namespace.keys() - {"__module__"}:
                setattr(made, key, namespace[key])
            return made

    class NamedTuple(metaclass=Fields):
        """The base of what has fields."""


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
    DATA = "data"
    MINE = "mine"  #: a reader's own code; never in the catalogue


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


class Unit(StrEnum):
    """What a counted quantity is measured in."""

    SHARE = "share"  #: 0 to 1, shown as a percentage
    SECONDS = "s"
    NUMBER = "number"  #: per slice


class Quantity(NamedTuple):
    """Something a workload counts beside time: lost updates, a latency's percentile, fairness."""

    key: str  #: `[a-z0-9-]+`, permanent like a slug
    title: str  #: heading of a column
    unit: Unit


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


class Workload(NamedTuple):
    """One declared workload; fields are given by name.

    The harness calls, in this order: `setup_shared()` once per process, `setup_local(worker)` once in
    every worker (inside the thread that will use the result, because a free-threaded build counts
    references cheaply only for the thread that created the object), then `run(local, shared, loops)`
    many times. `loops` is how often the unit of work is repeated; time is proportional to it.
    `check(results, loops)` gets the return values of one round, one per worker of the process, and
    raises `WrongAnswerError` when one of them is wrong. It runs outside the timed region after every
    slice, so it compares against answers known beforehand instead of computing them again.

    Where the interesting answer is not a time (updates that got lost, how unevenly threads got a
    lock), `observes` names the quantities and `observe(results, loops)` returns their values for one
    slice, in that order, outside the timed region. What is observed is never also judged by `check`.
    """

    slug: str  #: `[a-z0-9-]+`, permanent: pages, anchors and data are named after it
    version: int  #: raised whenever the measured code changes; results of versions never mix
    title: str
    question: str  #: the question the workload answers, one sentence with a question mark
    group: Group
    scope: Scope
    expectation: Expectation
    because: str  #: one sentence: why the expectation holds
    explained_at: str  #: docname of the page that explains the mechanism, below source/
    run: Callable[[Any, Any, int], Any]
    check: Callable[[Sequence[Any], int], None]
    scaling: Scaling = Scaling.WEAK
    setup_shared: Callable[[], Any] = no_shared
    setup_local: Callable[[int], Any] = no_local
    requires: tuple[str, ...] = ()  #: standard-library modules the target must have been built with
    single_only: bool = (
        False  #: True where only the cost of one thread is asked for (group interpreter)
    )
    #: True where every unit of work executes the same bytecode and leaves nothing to the next: slices of
    #: single arms are then timed in laps, which lets the statistics tell work from the machine's noise.
    laps: bool = False
    one_call: bool = False  #: True where the work cannot be cut: a slice is one call with loops = 1
    #: CPUs that one worker keeps busy, because `run` itself drives threads or processes; a single arm
    #: is then pinned to that many instead of one.
    cpus: int = 1
    observes: tuple[Quantity, ...] = ()
    observe: Callable[[Sequence[Any], int], Sequence[float]] | None = None
    #: Modes ("threads", "interpreters", "processes") in which the work makes no sense or cannot run,
    #: each with the reason in one clause that can follow "because".
    without: tuple[tuple[str, str], ...] = ()
    distributions: tuple[
        str, ...
    ] = ()  #: third-party packages, pinned, that the target must be given
    remedy: str | None = None  #: slug of the twin that does the same work the better way
