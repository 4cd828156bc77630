# cython: language_level=3
"""A memoising counter, written for the GIL."""

from collections import namedtuple

from libcpp.vector cimport vector

cdef enum:
    MEMO_LIMIT = 128

cdef vector[long] journal_weights  # every weight ever added, by any counter
cdef object receipt_type = None


cdef object make_receipt(key, weight):
    global receipt_type
    if receipt_type is None:  # made when it is first needed
        receipt_type = namedtuple("Receipt", "key weight")
    return receipt_type(key, weight)


cdef class Counter:
    """Counts keys and adds up their weights; the callback `weigh` is asked once per key."""

    cdef object weigh
    cdef dict memo
    cdef long long adds, total

    def __init__(self, weigh):
        self.weigh = weigh
        self.memo = {}

    def add(self, key):
        """Add a key; return its receipt."""
        cdef long weight
        if key not in self.memo:
            weight = self.weigh(key)
            if len(self.memo) >= MEMO_LIMIT:
                self.memo.clear()
            self.memo[key] = weight
        weight = self.memo[key]
        journal_weights.push_back(weight)
        self.adds += 1
        self.total += weight
        return make_receipt(key, weight)

    def heaviest(self):
        """Return the memoised key that weighs most, None without one."""
        cdef long most = 0
        found = None
        for key, weight in self.memo.items():
            if found is None or weight > most:
                most, found = weight, key
        return found

    def totals(self):
        """Return how many keys were added, and their weight."""
        return self.adds, self.total


def journal():
    """Return how many weights all counters together added, and their sum."""
    cdef long long total = 0
    for weight in journal_weights:
        total += weight
    return journal_weights.size(), total
