"""Workloads that misbehave in known ways; copied into a laboratory checkout, never in the suite."""

import os
import sys
import time

from benchmarks.workloads.declare import (
    Expectation,
    Group,
    Quantity,
    Scaling,
    Scope,
    Unit,
    Workload,
    expect,
)


def add(local, shared, loops):
    total = 0
    for _ in range(loops):
        for i in range(200):
            total += i
    return total


def added(results, loops):
    for total in results:
        expect(total, 19900 * loops, "sum")


def split(local, shared, loops):
    return add(local, shared, loops)


def raises(local, shared, loops):
    raise RuntimeError(f"planned mishap in {os.getcwd()}")


def leaves(local, shared, loops):
    sys.exit(3)


def crashes(local, shared, loops):
    import ctypes

    ctypes.string_at(0)


def hangs(local, shared, loops):
    time.sleep(3600)


HELD = []


def eats(local, shared, loops):
    for _ in range(400):
        HELD.append(bytearray(b"x" * 1_000_000))
        time.sleep(0.01)
    return add(local, shared, loops)


def where(local, shared, loops):
    """Say in which interpreter of which process this ran, to whoever asks `observe`."""
    HELD.append(os.getpid())
    return add(local, shared, loops)


def observe(results, loops):
    return [len(results), len(HELD)]


def lies(local, shared, loops):
    return add(local, shared, loops) + 1


def busy_in_background(worker):
    """Start a thread that computes all the time, also while other arms have their turn."""
    import threading

    def spin():
        while True:
            sum(range(1000))

    threading.Thread(target=spin, daemon=True).start()


def litters(worker):
    """Make the folder that multiprocessing removes at the end of a process, if it may end by itself."""
    from multiprocessing import util

    return util.get_temp_dir()


def holds():
    """Hold more than the pages that processes of one interpreter share, however many of them there are."""
    return b"x" * 30_000_000


def turns_gil_on():
    import undeclared_extension

    return undeclared_extension


def raises_at_import():
    import module_that_does_not_exist

    return module_that_does_not_exist


def specimen(slug, run=add, **changes):
    fields = {
        "slug": slug,
        "version": 1,
        "title": f"Specimen {slug}",
        "question": "Does the harness notice?",
        "group": Group.INTERPRETER,
        "scope": Scope.PRIVATE,
        "scaling": Scaling.WEAK,
        "expectation": Expectation.SCALES,
        "because": "It is made for a test.",
        "explained_at": "benchmarks/method",
        "run": run,
        "check": added,
        "single_only": True,
    }
    return Workload(**fields | changes)


WORKLOADS = (
    specimen("well-behaved"),
    specimen("well-behaved-threads", single_only=False, group=Group.PARALLEL),
    specimen(
        "splits",
        run=split,
        single_only=False,
        scaling=Scaling.STRONG,
        group=Group.PARALLEL,
        without=tuple((mode, "the one above has it") for mode in ("interpreters", "processes")),
    ),
    specimen("raises", raises),
    specimen("leaves", leaves),
    specimen("crashes", crashes),
    specimen("hangs", hangs),
    specimen("eats", eats),
    specimen(
        "observes",
        where,
        single_only=False,
        group=Group.PARALLEL,
        observe=observe,
        observes=(
            Quantity(key="workers", title="workers", unit=Unit.NUMBER),
            Quantity(key="calls", title="calls", unit=Unit.NUMBER),
        ),
    ),
    specimen("lies", lies),
    specimen("busy", setup_local=busy_in_background),
    specimen("litters", setup_local=litters),
    specimen("holds", setup_shared=holds, single_only=False, group=Group.PARALLEL),
    specimen("gil-on", setup_shared=turns_gil_on),
    specimen("no-import", setup_shared=raises_at_import),
)
