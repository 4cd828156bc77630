"""Where the time of a worker's values went. Runs inside the target, so it is standard library only."""

from __future__ import annotations

import os
import time

#: Where Linux tells a thread how long it ran, and how long it was ready to run and had no CPU.
_SCHEDULE = "/proc/thread-self/schedstat"


class Account:
    """Where the time of one worker's values went, where the system tells: nanoseconds since `reset`.

    What is left of the time it took is what the worker was blocked for: it waited, for a lock, a file or a
    clock, and would not have run with a CPU of its own either.
    """

    __slots__ = ("_before", "_file", "delayed", "ran", "took")

    def __init__(self) -> None:
        """Belong to the thread that calls; open its account."""
        try:
            self._file: int | None = os.open(_SCHEDULE, os.O_RDONLY)
            self._delay()
        except (OSError, IndexError, ValueError):  # another system, or one that does not count
            self._file = None
        self._before = (0, 0)
        self.reset()

    def reset(self) -> None:
        """Forget all values."""
        self.took = self.ran = self.delayed = 0

    def _delay(self) -> int:
        assert self._file is not None
        return int(os.pread(self._file, 100, 0).split()[1])

    def begin(self) -> None:
        """Note where the thread's counters stand before a value."""
        if self._file is not None:
            self._before = (self._delay(), time.thread_time_ns())

    def end(self, took: int) -> None:
        """Add a value that took so long."""
        if self._file is not None:
            ran = time.thread_time_ns()
            delay, begun = self._before
            self.took += took
            self.ran += ran - begun
            self.delayed += self._delay() - delay
