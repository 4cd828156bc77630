"""Runs inside the target: the work of a smoke script in one thread, then in several. Standard library only.

Arguments: the script, the number of threads, the rounds. The script defines `work(number)`, which
returns something comparable, the same for the same number. All threads start together, in every
round; each does all the numbers. Prints one line of JSON.
"""

import json
import os
import runpy
import sys
import threading
from collections.abc import Callable

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]


def main() -> None:
    """Compare several threads with one."""
    script, threads, rounds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    if resource is not None:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    detail = ""
    try:
        detail = compare(runpy.run_path(script)["work"], threads, rounds)
    except BaseException as error:  # noqa: BLE001 - whatever it raises is what is reported
        detail = f"{type(error).__name__}: {error}"[:500]
    gil = getattr(sys, "_is_gil_enabled", lambda: True)()
    with os.fdopen(CHANNEL, "w") as stream:
        stream.write(json.dumps({"detail": detail, "gil_enabled": gil}) + "\n")


def compare(work: Callable[[int], object], threads: int, rounds: int) -> str:
    """Return the first difference, empty when there is none."""
    numbers = range(8)
    expected = [work(number) for number in numbers]
    if [work(number) for number in numbers] != expected:
        return "one thread does not repeat its own result"
    problems: list[str] = []

    def many(barrier: threading.Barrier) -> None:
        barrier.wait()
        for number in numbers:
            try:
                if work(number) != expected[number]:
                    problems.append(f"work({number}) differs in {threads} threads")
            except BaseException as error:  # noqa: BLE001
                problems.append(f"work({number}) raised {type(error).__name__}: {error}"[:500])

    for _ in range(rounds):
        barrier = threading.Barrier(threads)
        team = [threading.Thread(target=many, args=(barrier,)) for _ in range(threads)]
        for thread in team:
            thread.start()
        for thread in team:
            thread.join()
    return problems[0] if problems else ""


if __name__ == "__main__":
    CHANNEL = os.dup(1)
    os.dup2(2, 1)
    main()
