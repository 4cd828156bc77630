"""Runs inside the target: tests of a package under pytest, counted by how they really ran.

Arguments: the number of threads per test (1 runs them plainly), then the modules. The pytest of the
target and its pytest-run-parallel do the work; a small plugin counts, because a green run may have run
nothing in parallel. Prints one line of JSON.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Generator
from typing import Any

_FAILURES = 100


class Counter:
    """What pytest reported; `ran_in_parallel` by the word it shows for each test."""

    def __init__(self) -> None:
        self.counts = {"passed": 0, "failed": 0, "ran_in_parallel": 0, "not_in_parallel": 0}
        self.failures: list[str] = []
        self._seen: set[tuple[str, str]] = set()

    def pytest_report_teststatus(self, report: Any) -> Generator[None, Any, Any]:
        """Look at the status that the other plugins agree on."""
        status: Any = yield
        word = status[2] if status else ""
        text = word if isinstance(word, str) else str(word[0])
        key = (str(report.nodeid), str(report.when))
        if key in self._seen:  # pytest asks again when it writes its summary
            return status
        self._seen.add(key)
        failed = bool(report.failed)
        if report.when == "call" or (failed and report.when == "setup"):
            if failed:
                self.counts["failed"] += 1
                self.failures.append(str(report.nodeid)[:200])
            elif report.passed:
                self.counts["passed"] += 1
            if report.when == "call" and not report.skipped:
                parallel = text.upper().startswith("PARALLEL")
                self.counts["ran_in_parallel" if parallel else "not_in_parallel"] += 1
        return status


class Late:
    """Registers the counter after all plugins, so that it sees what they made of a status."""

    def __init__(self, counter: Counter) -> None:
        self._counter = counter

    def pytest_sessionstart(self, session: Any) -> None:
        """Put the counter outermost."""
        session.config.pluginmanager.register(self._counter)


def main() -> None:
    """Run the tests and report."""
    import pytest  # noqa: PLC0415 - of the target; this file is imported by others without one

    Counter.pytest_report_teststatus = pytest.hookimpl(  # type: ignore[method-assign]
        wrapper=True, tryfirst=True
    )(Counter.pytest_report_teststatus)
    threads, modules = int(sys.argv[1]), sys.argv[2:]
    counter = Counter()
    words = ["-p", "no:cacheprovider", "--pyargs", *modules]
    if threads > 1:
        words.insert(0, f"--parallel-threads={threads}")
    else:
        words[:0] = ["-p", "no:run-parallel"]
    code = int(pytest.main(words, plugins=[Late(counter)]))
    gil = bool(getattr(sys, "_is_gil_enabled", lambda: True)())
    answer = {
        **counter.counts,
        "failures": counter.failures[:_FAILURES],
        "gil_enabled": gil,
        "exit_code": code,
    }
    with os.fdopen(CHANNEL, "w") as stream:
        stream.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    CHANNEL = os.dup(1)
    os.dup2(2, 1)  # what pytest prints is no answer
    main()
