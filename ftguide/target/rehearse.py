"""One look at the reader's own code before it is measured. Runs inside the target, standard library only.

`TARGET -P -m ftguide.target.rehearse SLUG MODE` imports the file, calls the function a few times and
prints one line of JSON: how long a call takes, whether it starts threads or processes, whether its
results differ, how much it returns, or what went wrong. MODE is `threads`, or `interpreters` for the same
in a subinterpreter.
"""

from __future__ import annotations

import inspect
import itertools
import json
import os
import sys
import time
import traceback
import warnings
from collections.abc import Callable
from typing import Any

from ftguide.target import user_code, worker

#: Calls, at most, and no further one after this many seconds.
MOST_CALLS = 8
ENOUGH_SECONDS = 0.3
#: Events of `sys.addaudithook` that begin a thread or a process.
STARTS = frozenset(
    {
        *("_thread.start_new_thread", "_thread.start_joinable_thread"),
        *("os.fork", "os.forkpty", "os.posix_spawn", "subprocess.Popen"),
    }
)
#: What does its work only when somebody goes on to use it.
LAZY: dict[str, Callable[[object], bool]] = {
    "a coroutine": inspect.iscoroutine,
    "an asynchronous generator": inspect.isasyncgen,
    "a generator": inspect.isgenerator,
}
#: Results of these types are compared; another type's `==` may be anything.
PLAIN = (int, float, complex, str, bytes, bool, type(None))
#: Elements of a container that are looked at.
SAMPLE = 1000


def rehearse(slug: str) -> dict[str, Any]:
    """Call the workload and return what was seen."""
    spec = json.loads(os.environ[user_code.VARIABLE])[slug]
    chosen = next(each for each in user_code.WORKLOADS if each.slug == slug)
    shared = chosen.setup_shared()
    local = chosen.setup_local(0)
    started, process = 0, os.getpid()

    def heard(event: str, _arguments: object) -> None:
        nonlocal started
        started += event in STARTS

    def call() -> Any:
        if shared is None:  # a command
            return chosen.run(local, shared, 1)
        return shared.function(local) if shared.takes else shared.function()

    sys.addaudithook(heard)
    seconds: list[float] = []
    first: Any = None
    varies = False
    size = 0
    while len(seconds) < MOST_CALLS and sum(seconds) < ENOUGH_SECONDS:
        begun = time.perf_counter()
        result = call()
        seconds.append(time.perf_counter() - begun)
        if os.getpid() != process:
            os._exit(0)  # a child that came back here would answer in its parent's name
        for what, lazy in LAZY.items():
            if lazy(result):
                return {"lazy": what}
        if len(seconds) == 1:
            first, size = result, weight(result)
        else:
            varies = varies or differ(first, result)
        if "command" in spec:
            started = 0  # the command itself is one
    return {
        "seconds": min(seconds),
        "calls": len(seconds),
        "starts": started,
        "varies": varies,
        "returned_bytes": size,
        "gil": worker.gil_enabled(),
    }


def differ(left: object, right: object) -> bool:
    """Return whether two results are known to be different."""
    if type(left) is not type(right):
        return True
    if isinstance(left, PLAIN):
        return left != right and (left == left or right == right)  # noqa: PLR0124 - nan differs from itself
    if isinstance(left, list | tuple) and isinstance(right, list | tuple):
        pairs = zip(left[:SAMPLE], right[:SAMPLE], strict=False)
        return len(left) != len(right) or any(
            differ(one, other) for one, other in pairs if isinstance(one, PLAIN)
        )
    if isinstance(left, dict | set | frozenset) and isinstance(right, dict | set | frozenset):
        return len(left) != len(right)
    return False


def weight(value: object) -> int:
    """Return about how many bytes a result holds, two levels deep."""
    size = sys.getsizeof(value, 0)
    inside = value.values() if isinstance(value, dict) else value
    if isinstance(value, list | tuple | dict | set | frozenset) and value:
        sampled = [sys.getsizeof(one, 0) for one in itertools.islice(inside, SAMPLE)]  # type: ignore[call-overload]
        size += sum(sampled) * len(value) // len(sampled)
    return size


def report(slug: str, mode: str, descriptor: int) -> None:
    """Rehearse and write the line, whatever happens."""
    culprits = worker.Culprits()
    warnings.showwarning = culprits
    answer: dict[str, Any]
    try:
        answer = in_subinterpreter(slug) if mode == "interpreters" else rehearse(slug)
    except BaseException as error:  # noqa: BLE001 - SystemExit must be told too
        print_own_frames(error)
        answer = {"error": in_one_line(error)[:2000]}
        if isinstance(error, SystemExit):
            answer["error"] += " (the call ends the program: give a function that returns)"
    os.write(descriptor, (json.dumps({**answer, "culprits": culprits.modules}) + "\n").encode())


def in_one_line(error: BaseException) -> str:
    """Return the type of an error and the line of its message that says most.

    A subinterpreter's error is one that says another's type and message, and then its traceback. Messages
    of some packages begin with an empty line and go on for a page.
    """
    said = f"{type(error).__name__}: {error}".removeprefix("ExecutionFailed: ")
    first, *more = [line.strip() for line in said.splitlines() if line.strip()]
    if not first.endswith(":") or not more:
        return first
    telling = [line for line in more if "subinterpreter" in line or "ImportError: " in line]
    return f"{first} {(telling or more)[0]}"


def print_own_frames(error: BaseException) -> None:
    """Print a traceback without the frames of this harness and of the import system."""
    told = traceback.TracebackException.from_exception(error)
    ours = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 - pathlib takes long to import
    kept = [
        frame
        for frame in told.stack
        if not frame.filename.startswith((ours, "<frozen importlib"))
        and "importlib" not in frame.filename
    ]
    told.stack = traceback.StackSummary.from_list(kept)
    sys.stderr.write("".join(told.format()))


def in_subinterpreter(slug: str) -> dict[str, Any]:
    """Rehearse in a subinterpreter, which answers by raising or not."""
    from concurrent import interpreters  # type: ignore[attr-defined]  # noqa: PLC0415 - since 3.14

    interpreters.create().exec(f"from ftguide.target import rehearse\nrehearse.rehearse({slug!r})")
    return {}


def main() -> None:
    """Answer on standard output, where the reader's code must not print."""
    descriptor = os.dup(1)
    os.dup2(2, 1)
    slug, mode = sys.argv[1:]
    report(slug, mode, descriptor)
    sys.stderr.flush()
    os._exit(0)  # threads that the code left behind would keep the process


if __name__ == "__main__":
    main()
