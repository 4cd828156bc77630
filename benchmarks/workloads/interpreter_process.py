"""The interpreter's own speed, continued: starting a process, and collecting garbage.

A new process is what every command-line tool and every worker of a process pool pays for. The two
builds also have different collectors: the GIL-enabled one looks at the youngest objects often, the
free-threaded one stops all threads and looks at everything, but less often, so a growing heap and
an explicit collection are asked about separately.
"""

from __future__ import annotations

import gc
import subprocess
import sys
import weakref
from typing import TYPE_CHECKING, Final

from benchmarks.workloads.declare import Expectation, Group, Scope, Workload, expect

if TYPE_CHECKING:
    from collections.abc import Sequence

# --- startup, startup-imports -----------------------------------------------

#: A child ends with this status, plus one if its GIL is on: proof that it got to the last line, and
#: that it is the kind of process its arm stands for.
DONE: Final = 40

_LAST_WORDS: Final = (
    f"import sys; sys.exit({DONE} + getattr(sys, '_is_gil_enabled', lambda: True)())"
)
#: What a command-line tool with options, a configuration file and a log has at its top.
MODULES: Final = (
    *(
        "argparse",
        "collections",
        "configparser",
        "contextlib",
        "dataclasses",
        "datetime",
        "functools",
    ),
    *("inspect", "json", "logging", "pathlib", "subprocess", "tempfile", "typing"),
)


def _flags() -> list[str]:
    """Return the options that make a child the same kind of process: `-X gil`, if it was given.

    Neither isolated nor without the environment: both would make the child deaf to PYTHON_GIL.
    """
    gil = sys._xoptions.get("gil")  # noqa: SLF001 - documented, and the only way to read -X
    return [] if gil is None else ["-X", f"gil={gil}"]


def _spawn(program: str, times: int) -> tuple[int, int]:
    command = [sys.executable, *_flags(), "-c", program]
    started = status = 0
    for _ in range(times):
        status = subprocess.run(command, stdin=subprocess.DEVNULL, check=False).returncode
        started += 1
    return started, status


def _start(_local: None, _shared: None, loops: int) -> tuple[int, int]:
    return _spawn(_LAST_WORDS, loops)


def _start_and_import(_local: None, _shared: None, loops: int) -> tuple[int, int]:
    return _spawn(f"import {', '.join(MODULES)}; {_LAST_WORDS}", loops)


def _check_started(results: Sequence[tuple[int, int]], loops: int) -> None:
    enabled = getattr(sys, "_is_gil_enabled", lambda: True)()
    for started, status in results:
        expect(started, loops, "processes started")
        expect(status, DONE + enabled, f"exit status, {DONE} plus one for a GIL that is on")


# --- gc-growing-tree, gc-collect-tree, gc-living-tree ------------------------

LEVELS: Final = 11
KNOTTED_LEVELS: Final = 13
#: A quarter of a million nodes: beyond the 200 000 long-lived objects from which on the free-threaded
#: collector of CPython 3.14 prefetches.
LIVING_LEVELS: Final = 18


class Node:
    """A node of a binary tree; `above` makes reference cycles of the tree."""

    __slots__ = ("above", "left", "right")

    def __init__(self) -> None:
        self.left: Node | None = None
        self.right: Node | None = None
        self.above: Node | None = None


class Root(Node):
    """The root of a tree, which can be watched."""

    __slots__ = ("__weakref__",)


def _grow(levels: int) -> Node:
    """Return a tree whose nodes know those below them only: it dies by reference counts alone."""
    node = Node()
    if levels > 1:
        node.left = _grow(levels - 1)
        node.right = _grow(levels - 1)
    return node


def _grow_below(above: Node, levels: int) -> None:
    """Grow a tree below a node, whose nodes know those above them, too."""
    if levels:
        above.left, above.right = Node(), Node()
        for node in (above.left, above.right):
            node.above = above
            _grow_below(node, levels - 1)


def _grow_knotted(levels: int) -> Root:
    """Return a tree that it takes the collector to free: every node holds every other one."""
    root = Root()
    _grow_below(root, levels - 1)
    return root


def _leftmost(node: Node) -> int:
    """Return the number of levels on the left edge."""
    levels = 1
    while node.left is not None:
        node = node.left
        levels += 1
    return levels


def _build(_local: None, _shared: None, loops: int) -> tuple[int, int]:
    levels = grown = 0
    for _ in range(loops):
        tree = _grow(LEVELS)
        levels += _leftmost(tree)
        grown += 1
    return grown, levels


def _check_built(results: Sequence[tuple[int, int]], loops: int) -> None:
    for grown, levels in results:
        expect(grown, loops, "trees grown")
        expect(levels, loops * LEVELS, "levels of all trees")


def _collect(_local: None, _shared: None, loops: int) -> tuple[int, int]:
    collect, watch = gc.collect, weakref.ref
    levels = freed = 0
    for _ in range(loops):
        tree = _grow_knotted(KNOTTED_LEVELS)
        levels += _leftmost(tree)
        watched = watch(tree)
        del tree
        collect()
        freed += watched() is None
    return levels, freed


def _check_collected(results: Sequence[tuple[int, int]], loops: int) -> None:
    for levels, freed in results:
        expect(levels, loops * KNOTTED_LEVELS, "levels of all trees")
        expect(freed, loops, "trees freed by the collector")


def _living(_worker: int) -> Node:
    return _grow_knotted(LIVING_LEVELS)


def _look(local: Node, _shared: None, loops: int) -> tuple[int, int]:
    collect = gc.collect
    before = gc.get_stats()[-1]["collections"]
    for _ in range(loops):
        collect()
    return gc.get_stats()[-1]["collections"] - before, _leftmost(local)


def _check_looked(results: Sequence[tuple[int, int]], loops: int) -> None:
    for collections, levels in results:
        expect(collections, loops, "full collections")
        expect(levels, LIVING_LEVELS, "levels of the living tree")


WORKLOADS: tuple[Workload, ...] = (
    Workload(
        slug="startup",
        version=1,
        title="Starting and ending an interpreter",
        question="How much longer does an empty free-threaded interpreter take to start and end?",
        group=Group.INTERPRETER,
        scope=Scope.PRIVATE,
        expectation=Expectation.GIL_IS_FINE,
        because=(
            "Starting means making thousands of objects on one thread, and the free-threaded build "
            "also sets up a memory allocator that the other one does not need."
        ),
        explained_at="benchmarks/method",
        run=_start,
        check=_check_started,
        requires=("_posixsubprocess",) if sys.platform != "win32" else (),
        single_only=True,
        one_call=True,
    ),
    Workload(
        slug="startup-imports",
        version=1,
        title="Starting an interpreter and importing what tools import",
        question="How much longer does a free-threaded command-line tool take before its first line?",
        group=Group.INTERPRETER,
        scope=Scope.PRIVATE,
        expectation=Expectation.GIL_IS_FINE,
        because=(
            "Imports run on one thread, make functions and classes by the thousand, and nothing of "
            "that gets faster without a GIL."
        ),
        explained_at="benchmarks/method",
        run=_start_and_import,
        check=_check_started,
        requires=("_posixsubprocess",) if sys.platform != "win32" else (),
        single_only=True,
        one_call=True,
    ),
    Workload(
        slug="gc-growing-tree",
        version=2,
        title="Growing and dropping a tree, the collector on its own schedule",
        question="What does a growing heap cost one thread on the free-threaded build?",
        group=Group.INTERPRETER,
        scope=Scope.PRIVATE,
        expectation=Expectation.GIL_IS_FINE,
        because=(
            "Making and freeing objects costs the free-threaded build a little more, and what it "
            "saves by collecting less often is about as little."
        ),
        explained_at="benchmarks/method",
        run=_build,
        check=_check_built,
        single_only=True,
    ),
    Workload(
        slug="gc-collect-tree",
        version=2,
        title="Making reference cycles and collecting them",
        question="What do reference cycles, made and collected, cost one thread without a GIL?",
        group=Group.INTERPRETER,
        scope=Scope.PRIVATE,
        expectation=Expectation.GIL_IS_FINE,
        because=(
            "To find that something is garbage either collector has to follow every reference to "
            "it, and neither gets help from a second thread."
        ),
        explained_at="benchmarks/method",
        run=_collect,
        check=_check_collected,
        single_only=True,
    ),
    Workload(
        slug="gc-living-tree",
        version=3,
        title="Collecting while a big tree is in use",
        question="Which build is faster at a full collection when nearly everything is in use?",
        group=Group.INTERPRETER,
        scope=Scope.PRIVATE,
        expectation=Expectation.GIL_IS_FINE,
        because=(
            "The free-threaded collector marks what the roots reach and prefetches while it does, "
            "so it should be the faster one, without any need for threads."
        ),
        explained_at="benchmarks/method",
        setup_local=_living,
        run=_look,
        check=_check_looked,
        single_only=True,
    ),
)

if __name__ == "__main__":
    from benchmarks.workloads.stock import main

    main(WORKLOADS)
