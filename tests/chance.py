"""Tests that look for what only chance shows, such as a lost update.

How often two threads meet depends on what else the machine does, so a fixed number of trials is a test
that a busy machine fails. Such a test goes on until it has seen what it looks for.
"""

import time
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")

# Long enough for a machine whose CPUs are shared by four test processes and as many others; a quiet machine
# needs one or two trials.
PATIENCE = 120.0
SHOWN = 20


def seen(
    trial: Callable[[], Result], wanted: Callable[[Result], bool], within: float = PATIENCE
) -> Result:
    """Repeats `trial` until `wanted` accepts what it returns, and returns that.

    After `within` seconds it fails, and shows what the last trials returned. At least three trials are made,
    however long one takes.
    """
    until = time.monotonic() + within
    results: list[Result] = []
    while len(results) < 3 or time.monotonic() < until:
        results.append(trial())
        if wanted(results[-1]):
            return results[-1]
    raise AssertionError(f"not seen in {len(results)} trials, the last of them: {results[-SHOWN:]}")
