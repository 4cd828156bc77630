"""A memoising counter, written for the GIL."""

from collections import namedtuple

import numpy as np

from tally import _tally

_Receipt = None


class Counter:
    """Counts keys and adds up their weights; the callback `weigh` is asked once per key."""

    def __init__(self, weigh):
        self._weigh = weigh
        self._memo = np.zeros(128, np.int64), np.zeros(128, np.int64)
        self._totals = np.zeros(3, np.int64)

    def add(self, key):
        """Add a key; return its receipt."""
        global _Receipt
        if _Receipt is None:  # made when it is first needed
            _Receipt = namedtuple("Receipt", "key weight")
        return _Receipt(key, _tally.count(self._weigh, key, *self._memo, self._totals))

    def heaviest(self):
        """Return the memoised key that weighs most, None without one."""
        key = _tally.heaviest(*self._memo, self._totals)
        return None if key < 0 else key

    def totals(self):
        """Return how many keys were added, and their weight."""
        return int(self._totals[0]), int(self._totals[1])


def journal():
    """Return how many weights all counters together added, and their sum."""
    return _tally.journal()
