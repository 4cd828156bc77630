"""Says which functions of tally.h Python calls, and compiles them; setup.py runs it."""

from cffi import FFI

ffi = FFI()
ffi.cdef(
    """
    typedef struct counter counter;
    counter *counter_new(long (*weigh)(void *handle, long key), void *handle);
    void counter_free(counter *self);
    int counter_add(counter *self, long key, long *weight);
    int counter_heaviest(counter *self, long *key);
    void counter_totals(counter *self, long long *adds, long long *total);
    void journal_totals(long long *adds, long long *total);
    extern "Python" long weigh_in_python(void *handle, long key);
    """
)
ffi.set_source(
    "tally._tally",
    '#include "tally.h"',
    sources=["tally.c"],
    include_dirs=["."],
    libraries=["pthread"],
)
