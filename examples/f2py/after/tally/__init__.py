"""A memoising counter; every method may be called from any thread, on shared counters."""

import threading
from collections import namedtuple

import numpy as np

from tally import _tally

Receipt = namedtuple("Receipt", "key weight")  # at import: one thread does that
_journal_lock = threading.Lock()  # held for the variables of the Fortran module


class Counter:
    """Counts keys and adds up their weights; the callback `weigh` is asked at least once per key."""

    def __init__(self, weigh):
        self._weigh = weigh
        self._lock = threading.Lock()  # held for the arrays below
        self._memo = np.zeros(128, np.int64), np.zeros(128, np.int64)
        self._totals = np.zeros(3, np.int64)

    def add(self, key):
        """Add a key; return its receipt."""
        with self._lock:
            weight = _tally.look_up(key, *self._memo, self._totals)
        is_new = weight < 0
        if is_new:
            weight = self._weigh(key)  # foreign code: under no lock
        with _journal_lock:
            _tally.journal_append(weight)
        with self._lock:
            _tally.record(key, weight, is_new, *self._memo, self._totals)
        return Receipt(key, weight)

    def heaviest(self):
        """Return the memoised key that weighs most, None without one."""
        with self._lock:
            key = _tally.heaviest(*self._memo, self._totals)
        return None if key < 0 else key

    def totals(self):
        """Return how many keys were added, and their weight."""
        with self._lock:
            return int(self._totals[0]), int(self._totals[1])


def journal():
    """Return how many weights all counters together added, and their sum."""
    with _journal_lock:
        return _tally.journal()
