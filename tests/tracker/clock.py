"""A clock for limits of time that are to hit one moment of a child's life, however late that comes."""

import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest


class Clock:
    """Time that passes only while a file is there: a child makes it when its time may begin to run out.

    With the machine's own clock, a limit of a second also ends a child whose interpreter a busy machine has
    not started yet.
    """

    def __init__(self, mark: Path) -> None:
        self._mark = mark
        self._passed = 0.0
        self._last = time.monotonic()
        self._lock = threading.Lock()

    def monotonic(self) -> float:
        """Return the seconds that have passed while the file was there, as far as anybody looked."""
        with self._lock:
            now = time.monotonic()
            if self._mark.exists():
                self._passed += now - self._last
            self._last = now
            return self._passed


def limits_begin_with(monkeypatch: pytest.MonkeyPatch, mark: Path) -> None:
    """Have the limits of children count time from the moment at which they make a file."""
    module = sys.modules["ftguide.ground.process.run"]  # the package's `run` is the function
    own = SimpleNamespace(monotonic=Clock(mark).monotonic, sleep=time.sleep)
    monkeypatch.setattr(module, "time", own)
