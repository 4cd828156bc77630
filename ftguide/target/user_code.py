"""The reader's own code as a workload. Runs inside the target, so it is standard library only.

What to run comes as JSON in the environment variable `FTGUIDE_MINE`, which subinterpreters inherit:

    {"mine-fib": {"path": "…/fib.py", "module": "fib", "root": "…", "function": "fib", "setup": null,
                  "folder": "…", "cpus": 1, "without": {}}}
    {"mine-render": {"command": ["render.py", "--pages", "3"], "folder": "…", "cpus": 2}}

`cpus` above 1 stands for a function that starts threads of its own: it is called from one thread, on that
many CPUs. `without` are modes that it cannot run in, each with the reason.

There is no oracle for foreign code. What can be known about it is counted instead: characters printed
(into nothing, so that a terminal's speed is not measured), module-level names that changed, forks, and
the time that garbage collections took.
"""

from __future__ import annotations

import gc
import importlib
import importlib.util
import inspect
import io
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from types import ModuleType
from typing import Any

from benchmarks.workloads.declare import Expectation, Group, Quantity, Scope, Unit, Workload

#: Name of the environment variable.
VARIABLE = "FTGUIDE_MINE"
#: Name under which the reader's file is imported where its own is taken.
MODULE = "user_code"
#: Names of the checkout, which stands on the workers' path.
OURS = frozenset({"benchmarks", "ftguide"})
OBSERVES = (
    Quantity(key="printed", title="Characters printed, at least", unit=Unit.NUMBER),
    Quantity(key="globals-changed", title="Module-level names that changed", unit=Unit.NUMBER),
    Quantity(key="forks", title="Forks", unit=Unit.NUMBER),
    Quantity(key="collecting", title="Time in garbage collections", unit=Unit.SECONDS),
)
#: Lines of a failed command's error output that go into the message.
LAST_LINES = 3


class UserCodeError(Exception):
    """The reader's code cannot be run as asked; the message says what to change."""


class Sink(io.TextIOBase):
    """Takes what is printed and counts it."""

    def __init__(self) -> None:
        self.characters = 0

    def write(self, text: str) -> int:
        """Count the characters."""
        self.characters += len(text)
        return len(text)

    def writable(self) -> bool:
        """Return that one may print."""
        return True


class Watched:
    """A loaded function with what is counted about it."""

    def __init__(self, module: ModuleType, function: Callable[..., Any], *, takes: bool) -> None:
        self.module = module
        self.function = function
        self.takes = takes  #: whether it wants what the set-up function returned
        self.sink = Sink()
        self.forks = 0
        self.collecting = 0.0  #: seconds
        self.collection_began = 0.0
        self.turns: dict[int, Iterator[int]] = {}  #: what is left of each thread's loops
        self.process = os.getpid()
        self.before = self.state()

    def state(self) -> dict[str, object]:
        """Return what tells a change of the module's globals: identity, and length where there is one."""
        return {
            name: (id(value), len(value) if isinstance(value, list | dict | set) else None)
            for name, value in vars(self.module).items()
            if not name.startswith("__")
        }

    def changed(self) -> int:
        """Count the names that differ from when the module had been loaded."""
        now = self.state()
        return sum(now.get(name) != self.before.get(name) for name in now.keys() | self.before)

    def collected(self, phase: str, _info: object) -> None:
        """Time a garbage collection; there is never more than one at a time."""
        if phase == "start":
            self.collection_began = time.perf_counter()
        else:
            self.collecting += time.perf_counter() - self.collection_began

    def forked(self) -> None:
        """Count a fork, in the parent."""
        self.forks += 1

    def born(self) -> None:
        """Leave a child nothing to repeat: it would fork again, and so would its children."""
        for _ in self.turns.get(threading.get_ident(), ()):
            pass


def load(spec: dict[str, Any]) -> Watched:
    """Import the reader's file and find the function in it.

    UserCodeError when it has no such function, or it cannot be called; else whatever the file raises.
    """
    path, name = spec["path"], spec["function"]
    os.chdir(spec["folder"])
    sys.argv = [path]  # what a file finds that is run as a script, without arguments
    sys.path.insert(0, spec["root"])
    sink, sys.stdout = sys.stdout, Sink()
    try:
        module = imported(spec["module"], path)
    finally:
        sys.stdout = sink
    function = _callable(module, name)
    takes = _takes_argument(function, name, has_setup=spec["setup"] is not None)
    watched = Watched(module, function, takes=takes)
    sys.stdout = watched.sink
    gc.callbacks.append(watched.collected)
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_parent=watched.forked, after_in_child=watched.born)
    return watched


def imported(name: str, path: str) -> ModuleType:
    """Import a file as the module that it is, so that relative imports and pickled functions work.

    Under `MODULE` where that name is taken. UserCodeError for a package whose name is.
    """
    top, dot, _ = name.partition(".")
    if not (name == MODULE or top in OURS or top in sys.stdlib_module_names or top in sys.modules):
        return importlib.import_module(name)
    if dot:
        raise UserCodeError(
            f"{path} belongs to a package called {top!r}, and that name is taken here: rename the package, "
            "or call the function from a file outside it"
        )
    location = importlib.util.spec_from_file_location(MODULE, path)
    if location is None or location.loader is None:
        raise UserCodeError(f"{path} is not a Python file")
    module = importlib.util.module_from_spec(location)
    sys.modules[MODULE] = module
    location.loader.exec_module(module)
    return module


def _callable(module: ModuleType, name: str) -> Callable[..., Any]:
    value = getattr(module, name, None)
    if not callable(value):
        what = "has no" if value is None else "is not callable:"
        raise UserCodeError(f"the file {what} {name!r}; name a function that is defined in it")
    return value  # type: ignore[no-any-return]


def _takes_argument(function: Callable[..., Any], name: str, *, has_setup: bool) -> bool:
    """Return whether the set-up's result is passed; UserCodeError when arguments are missing."""
    if inspect.iscoroutinefunction(function) or inspect.isgeneratorfunction(function):
        raise UserCodeError(
            f"{name}() does nothing by being called: it is a coroutine or a generator function; "
            "give a function that runs it, such as one that calls asyncio.run"
        )
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):  # a built-in without a signature
        return has_setup
    needed = [
        p.name
        for p in parameters
        if p.default is p.empty and p.kind not in {p.VAR_POSITIONAL, p.VAR_KEYWORD}
    ]
    if len(needed) > (1 if has_setup else 0):
        raise UserCodeError(
            f"{name}() needs arguments ({', '.join(needed)}); "
            + (
                "what --setup returns is passed as one"
                if has_setup
                else "give a function without, or one that takes what --setup FUNCTION returns"
            )
        )
    return bool(needed)


def _function(spec: dict[str, Any], slug: str) -> Workload:
    def prepare(_worker: int) -> Any:
        return None if spec["setup"] is None else setup()

    def setup() -> Any:
        return _callable(watched[0].module, spec["setup"])()

    def run(local: Any, shared: Watched, loops: int) -> None:
        function = shared.function
        turns = shared.turns[threading.get_ident()] = iter(range(loops))
        if shared.takes:
            for _ in turns:
                function(local)
        else:
            for _ in turns:
                function()
        if os.getpid() != shared.process:
            os._exit(0)  # a child that came back here would answer in its parent's name

    before = {"printed": 0.0, "forks": 0.0, "collecting": 0.0}
    watched: list[Watched] = []

    def share() -> Watched:
        watched.append(load(spec))
        return watched[0]

    def observe(_results: Sequence[Any], _loops: int) -> Sequence[float]:
        code = watched[0]
        now = {
            "printed": code.sink.characters,
            "forks": code.forks,
            "collecting": code.collecting,
        }
        new = {key: value - before[key] for key, value in now.items()}
        before.update(now)
        return new["printed"], code.changed(), new["forks"], new["collecting"]

    functions = {"run": run, "setup_shared": share, "setup_local": prepare, "observe": observe}
    return workload(
        slug,
        spec,
        **functions,
        single_only=spec["cpus"] > 1,
        cpus=spec["cpus"],
        without=tuple(spec["without"].items()),
    )


def _command(spec: dict[str, Any], slug: str) -> Workload:
    def run(_local: None, _shared: None, loops: int) -> None:
        options = [f"-X{name}={value}" for name, value in sys._xoptions.items()]  # noqa: SLF001 - the only way to read -X
        environment = {k: v for k, v in os.environ.items() if k != VARIABLE}
        # The checkout is on the path for the worker's sake; what was installed for the script stays.
        rest = environment.pop("PYTHONPATH", "").partition(os.pathsep)[2]
        if rest:
            environment["PYTHONPATH"] = rest
        for _ in range(loops):
            done = subprocess.run(
                [sys.executable, *options, *spec["command"]],
                cwd=spec["folder"],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                check=False,
            )
            if done.returncode:
                last = done.stderr.decode(errors="replace").strip().splitlines()[-LAST_LINES:]
                raise UserCodeError(
                    f"the script ended with exit code {done.returncode}: {' / '.join(last)}"
                )

    return workload(slug, spec, run=run, single_only=True, cpus=spec["cpus"])


def workload(slug: str, spec: dict[str, Any], **fields: Any) -> Workload:
    """Declare one piece of the reader's code."""
    observing = {"observes": OBSERVES} if "observe" in fields else {}
    return Workload(
        slug=slug,
        version=1,
        title=spec["title"],
        question="What does the free-threaded build do to your own code?",
        group=Group.MINE,
        scope=Scope.SHARED_WRITE,  # nobody knows what foreign code shares
        expectation=Expectation.SCALES,
        because="Nothing was expected of this code.",
        explained_at="benchmarks/method",
        check=_anything,
        **(fields | observing),
    )


def _anything(_results: Sequence[Any], _loops: int) -> None:
    """Accept any result: nobody told us the right one."""


def declared(text: str) -> tuple[Workload, ...]:
    """Declare what the variable names; ValueError or KeyError for text that the controller did not write."""
    specs: dict[str, dict[str, Any]] = json.loads(text)
    return tuple(
        (_command if "command" in spec else _function)(spec, slug) for slug, spec in specs.items()
    )


WORKLOADS = declared(os.environ.get(VARIABLE, "{}"))
