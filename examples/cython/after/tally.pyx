# cython: language_level=3
# cython: freethreading_compatible=True
"""A memoising counter; every method may be called from any thread, on shared counters."""

from collections import namedtuple

cimport cython
from libcpp.vector cimport vector

cdef enum:
    MEMO_LIMIT = 128

cdef vector[long] journal_weights  # every weight ever added, by any counter
cdef cython.pymutex journal_lock  # held for the vector; no Python code runs under it
cdef object receipt_type = namedtuple("Receipt", "key weight")  # at import: one thread does that


cdef class Counter:
    """Counts keys and adds up their weights; the callback `weigh` is asked at least once per key."""

    cdef object weigh
    cdef dict memo
    cdef long long adds, total

    def __cinit__(self, weigh):  # runs once, before anybody else has the object
        self.weigh = weigh
        self.memo = {}

    def add(self, key):
        """Add a key; return its receipt."""
        cdef long weight
        # One step; `in` and `[]` are two. Of a `dict` Cython would borrow the value before it owns it.
        known = (<object>self.memo).get(key)
        if known is None:
            weight = self.weigh(key)  # foreign code: under no lock
            if len(self.memo) >= MEMO_LIMIT:
                self.memo.clear()
            self.memo[key] = weight
        else:
            weight = known
        with journal_lock:
            journal_weights.push_back(weight)
        with cython.critical_section(self):  # two fields that belong together
            self.adds += 1
            self.total += weight
        return receipt_type(key, weight)

    def heaviest(self):
        """Return the memoised key that weighs most, None without one."""
        cdef long most = 0
        found = None
        for key, weight in self.memo.copy().items():  # copying is one step, a loop is many
            if found is None or weight > most:
                most, found = weight, key
        return found

    def totals(self):
        """Return how many keys were added, and their weight."""
        with cython.critical_section(self):
            return self.adds, self.total


def journal():
    """Return how many weights all counters together added, and their sum."""
    cdef long long total = 0
    cdef size_t length
    with journal_lock:
        length = journal_weights.size()
        for weight in journal_weights:
            total += weight
    return length, total
