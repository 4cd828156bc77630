%module(directors="1") tally
%{
#include "tally.hpp"
%}

// An exception of the Python callback passes through C++ and comes out again.
%feature("director") Weigher;
%feature("director:except") {
    if ($error != NULL) {
        throw Swig::DirectorMethodException();
    }
}
%exception CounterBase::count {
    try {
        $action
    } catch (Swig::DirectorException &) {
        SWIG_fail;
    }
}
%ignore weights;
%include <typemaps.i>
%apply long long *OUTPUT { long long *adds, long long *total };
%include "tally.hpp"

%pythoncode %{
from collections import namedtuple

_Receipt = None


class _Callback(Weigher):
    def __init__(self, weigh):
        super().__init__()
        self.weigh = weigh


class Counter(CounterBase):
    """Counts keys and adds up their weights; the callback `weigh` is asked once per key."""

    def __init__(self, weigh):
        self._callback = _Callback(weigh)  # C++ does not keep it alive
        super().__init__(self._callback)

    def add(self, key):
        """Add a key; return its receipt."""
        global _Receipt
        if _Receipt is None:  # made when it is first needed
            _Receipt = namedtuple("Receipt", "key weight")
        return _Receipt(key, self.count(key))

    def heaviest(self):
        """Return the memoised key that weighs most, None without one."""
        key = self.heaviest_key()
        return None if key < 0 else key

    def totals(self):
        """Return how many keys were added, and their weight."""
        return tuple(super().totals())


_journal = journal


def journal():
    """Return how many weights all counters together added, and their sum."""
    return tuple(_journal())
%}
