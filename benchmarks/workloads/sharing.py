"""Shared reads: nobody writes, and threads still get in each other's way.

Reading an attribute takes a reference to the object it holds. On a free-threaded build only the
thread that created an object counts references with plain arithmetic; for all others it is an
atomic operation on one word, and the CPUs take turns at it (https://github.com/python/cpython/issues/139103).
The twins run the very same loop: over one instance made by the main thread, or over an instance
that each worker made for itself.

What contends is the reference count of the float the attribute holds, not the instance (a local
variable, borrowed by the loop), not its class, not the attribute's slot. The float is computed: a
literal would be a constant of the code, and constants are immortal and never contend. On one thread
the shared value still belongs to the thread that set it up: the main thread, or, for single arms,
the only one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from benchmarks.workloads.declare import Expectation, Group, Scope, Workload, expect

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Reads per unit of work.
READS: Final = 1000


class Settings:
    """An ordinary object with an ordinary attribute, as configuration and models have."""

    def __init__(self) -> None:
        self.weight = len(type(self).__name__) / 32  # 0.25: exact, and so are all its sums


def _settings(_worker: int) -> Settings:
    return Settings()


def _read(settings: Settings, loops: int) -> float:
    grand = 0.0
    for _ in range(loops):
        total = 0.0
        for _ in range(READS):
            total += settings.weight
        grand += total
    return grand


def _read_shared(_local: None, shared: Settings, loops: int) -> float:
    return _read(shared, loops)


def _read_private(local: Settings, _shared: None, loops: int) -> float:
    return _read(local, loops)


def _check_sum(results: Sequence[float], loops: int) -> None:
    for total in results:
        expect(total, loops * READS * 0.25, "sum of all values read")


WORKLOADS: tuple[Workload, ...] = (
    Workload(
        slug="shared-attribute-read",
        version=1,
        title="Reading an attribute of one shared instance",
        question="Can threads read one attribute of one object without slowing each other down?",
        group=Group.SHARING,
        scope=Scope.SHARED_READ,
        expectation=Expectation.NEGATIVE,
        because=(
            "Each read takes and drops a reference to the one value, and two CPUs cannot both own "
            "the cache line with its count."
        ),
        explained_at="benchmarks/method",
        setup_shared=Settings,
        run=_read_shared,
        check=_check_sum,
    ),
    Workload(
        slug="private-attribute-read",
        version=1,
        title="Reading an attribute of an instance per thread",
        question="Does an instance per thread bring the scaling of attribute reads back?",
        group=Group.SHARING,
        scope=Scope.PRIVATE,
        expectation=Expectation.SCALES,
        because="The value belongs to the thread that reads it, which counts it without atomics.",
        explained_at="benchmarks/method",
        setup_local=_settings,
        run=_read_private,
        check=_check_sum,
    ),
)

if __name__ == "__main__":
    from benchmarks.workloads.stock import main

    main(WORKLOADS)
