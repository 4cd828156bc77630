"""A memoising counter, written for the GIL."""

from collections import namedtuple

from tally._tally import ffi, lib

_Receipt = None
_error = None  # what the callback raised; C knows only that it failed


def _receipt(key, weight):
    global _Receipt
    if _Receipt is None:  # made when it is first needed
        _Receipt = namedtuple("Receipt", "key weight")
    return _Receipt(key, weight)


@ffi.def_extern()
def weigh_in_python(handle, key):
    global _error
    try:
        return ffi.from_handle(handle)(key)
    except Exception as error:
        _error = error
        return -1


class Counter:
    """Counts keys and adds up their weights; the callback `weigh` is asked once per key."""

    def __init__(self, weigh):
        self._handle = ffi.new_handle(weigh)
        self._counter = ffi.gc(lib.counter_new(lib.weigh_in_python, self._handle), lib.counter_free)

    def add(self, key):
        """Add a key; return its receipt."""
        weight = ffi.new("long *")
        status = lib.counter_add(self._counter, key, weight)
        if status == -1:
            raise _error
        if status == -2:
            raise MemoryError
        return _receipt(key, weight[0])

    def heaviest(self):
        """Return the memoised key that weighs most, None without one."""
        key = ffi.new("long *")
        return key[0] if lib.counter_heaviest(self._counter, key) else None

    def totals(self):
        """Return how many keys were added, and their weight."""
        adds, total = ffi.new("long long *"), ffi.new("long long *")
        lib.counter_totals(self._counter, adds, total)
        return adds[0], total[0]


def journal():
    """Return how many weights all counters together added, and their sum."""
    adds, total = ffi.new("long long *"), ffi.new("long long *")
    lib.journal_totals(adds, total)
    return adds[0], total[0]
