"""The interpreter group's answers by other means, and the traps its workloads must not fall into."""

from __future__ import annotations

import gc
import json

import pytest

from benchmarks.workloads import interpreter_objects as objects
from benchmarks.workloads import interpreter_process as process
from benchmarks.workloads.declare import WrongAnswerError
from tests.chance import seen


def test_parcels_one_by_one():
    """Parcels do not influence each other, so each can be followed alone."""
    turns = books = 0
    for number in range(objects.PARCELS):
        weight, stamp, hops, handled = number % 7 + 1, 0, 1, 1
        if number % 2 == 0:
            weight, hops, handled = weight + 2, hops + 1, handled + 1
        while True:
            hops, handled = hops + 1, handled + 1
            stamp = (stamp * 3 + weight) % 1009
            hops += 1
            if weight >= 9:
                break
            weight, handled = weight + 2, handled + 1
        turns += handled
        books += stamp * hops
    assert (turns, books) == (objects.TURNS, objects.BOOKS)


def garbage_of(work, due):
    """Return how much the collector finds after some work, as soon as it is what is `due`.

    The work leaves the same every time. Other threads, of which pytest's workers have some, may add to it.
    """

    def trial():
        gc.disable()
        gc.freeze()  # what was there before is none of it, and takes seconds to walk over
        try:
            work()
            return gc.collect()
        finally:
            gc.unfreeze()
            gc.enable()

    return seen(trial, lambda found: found == due, within=10)


def test_a_depot_leaves_no_cycles_behind():
    def work():
        objects._deliver(None, None, 5)
        objects._raise(None, None, 1)
        objects._enter(objects._doors(0), None, 1)
        objects._iterate(objects._numbers(0), None, 1)

    assert garbage_of(work, 0) == 0, "garbage piles up from slice to slice"


def test_iteration_by_formula():
    first, count = objects.FIRST, objects.NUMBERS
    assert first % 100 == 0
    assert count == 200

    def squares(n):
        return n * (n + 1) * (2 * n + 1) // 6

    def triangle(n):
        return n * (n + 1) // 2

    low, high = first // 2 - 1, (first + count) // 2 - 1
    evens = 4 * (squares(high) - squares(low)) - 2 * (triangle(high) - triangle(low))
    endings = 11  # squares end in 22 ways modulo 100, those of even numbers in 11
    assert evens + 2 * (count - 1) + endings == objects.ITERATED


def test_a_child_that_did_not_finish_is_noticed():
    with pytest.raises(WrongAnswerError, match="exit status"):
        process._check_started([process._spawn("raise SystemExit(1)", 1)], 1)
    with pytest.raises(WrongAnswerError, match="exit status"):
        process._check_started([process._spawn("import sys; sys.exit()", 1)], 1)


@pytest.mark.interpreters
@pytest.mark.parametrize("flags", [(), ("-X", "gil=1")], ids=["default", "gil-on"])
def test_children_are_of_the_same_kind(python, target, build, flags):
    """`-X gil` is handed on, so the arm with the GIL on starts processes with the GIL on."""
    if flags and build == "gil":
        pytest.skip("-X gil means something to the free-threaded build only")
    command = """
import json, sys
from benchmarks.workloads import interpreter_process as process
gil = getattr(sys, "_is_gil_enabled", lambda: True)()
print(json.dumps([gil, process._start(None, None, 1), process._start_and_import(None, None, 1)]))
"""
    done = python(target, *flags, "-P", "-c", command)
    assert done.returncode == 0, done.stderr
    gil, started, imported = json.loads(done.stdout)
    assert gil is (build == "gil" or bool(flags))
    assert started == imported == [1, process.DONE + gil]


def test_imports_are_those_that_are_named(python, executables):
    code = f"import sys, {', '.join(process.MODULES)}; sys.exit({process.DONE})"
    assert python(executables["ft"], "-c", code).returncode == process.DONE


def test_nodes_are_counted_by_the_collector_alone():
    """A knotted tree needs the collector, a plain one does not."""
    assert garbage_of(lambda: process._grow(5), 0) == 0
    assert garbage_of(lambda: process._grow_knotted(5), 2**5 - 1) == 2**5 - 1


@pytest.mark.interpreters
def test_nothing_is_frozen_and_nothing_thawed(python, target):
    """With anything frozen, the free-threaded collector skips its marking phase; thawing walks the heap."""
    command = """
import gc
from benchmarks.workloads import interpreter_process as process
local = process._living(0)
for run in process._build, process._collect, process._look:
    run(local, None, 1)
    assert gc.get_freeze_count() == 0, run
    gc.freeze()
    frozen = gc.get_freeze_count()
    run(local, None, 1)
    assert gc.get_freeze_count() == frozen > 0, run
    gc.unfreeze()
"""
    done = python(target, "-P", "-c", command)
    assert done.returncode == 0, done.stderr
