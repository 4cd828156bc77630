"""The interpreter's own speed, continued: starting a process, and collecting garbage.

A new process is what every command-line tool and every worker of a process pool pays for. The two
builds also have different collectors: the GIL-enabled one looks at the youngest objects often, the
free-threaded one stops all threads and looks at everything, but less often, so a growing heap and
an explicit collection are asked about separately.

The harness calls `gc.freeze()` before the first slice. These workloads take that back, because hardly
any program freezes its heap, because a frozen tree would be invisible to the collector, and because
CPython 3.14 skips the free-threaded collector's marking of what is alive as long as anything is frozen.
"""

from __future__ import annotations

import gc
import subprocess
import sys
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


# --- gc-growing-tree, gc-collect-tree ---------------------------------------

LEVELS: Final = 11
NODES: Final = 2**LEVELS - 1
COLLECTIONS: Final = 3  #: of the living tree, per unit of work; one more when it is dead


class Node:
    """A node of a binary tree; `above` makes reference cycles of the tree."""

    __slots__ = ("above", "left", "right")

    def __init__(self) -> None:
        self.left: Node | None = None
        self.right: Node | None = None
        self.above: Node | None = None


def _grow(levels: int) -> Node:
    """Return a tree whose nodes know those below them only: it dies by reference counts alone."""
    node = Node()
    if levels > 1:
        node.left = _grow(levels - 1)
        node.right = _grow(levels - 1)
    return node


def _grow_knotted(levels: int, above: Node | None) -> Node:
    """Return a tree whose nodes know those above them, too: it takes the collector to free it."""
    node = Node()
    node.above = above
    if levels > 1:
        node.left = _grow_knotted(levels - 1, node)
        node.right = _grow_knotted(levels - 1, node)
    return node


def _leftmost(node: Node) -> int:
    """Return the number of levels on the left edge."""
    levels = 1
    while node.left is not None:
        node = node.left
        levels += 1
    return levels


def _build(_local: None, _shared: None, loops: int) -> tuple[int, int]:
    gc.unfreeze()
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
    gc.unfreeze()
    collect = gc.collect
    collect()  # whatever others left is not ours to count
    undisturbed = freed = 0
    for _ in range(loops):
        tree = _grow_knotted(LEVELS, None)
        for _ in range(COLLECTIONS):
            undisturbed += collect() == 0
        del tree
        freed += collect()
    return undisturbed, freed


def _check_collected(results: Sequence[tuple[int, int]], loops: int) -> None:
    for undisturbed, freed in results:
        expect(undisturbed, loops * COLLECTIONS, "collections that freed nothing in use")
        expect(freed, loops * NODES, "objects freed after the tree was dropped")


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
        version=1,
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
        version=1,
        title="Collecting a tree full of cycles, explicitly",
        question="Which build is faster at a full garbage collection of a linked tree?",
        group=Group.INTERPRETER,
        scope=Scope.PRIVATE,
        expectation=Expectation.GIL_IS_FINE,
        because=(
            "The free-threaded collector marks what the roots reach first, so a living tree should "
            "cost it less than the other one, which counts every reference to find out."
        ),
        explained_at="benchmarks/method",
        run=_collect,
        check=_check_collected,
        single_only=True,
    ),
)

if __name__ == "__main__":
    from benchmarks.workloads.stock import main

    main(WORKLOADS)
