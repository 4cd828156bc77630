# cython: freethreading_compatible=True
from libc.stdlib cimport realloc

cdef class Buffer:
    cdef double *data
    cdef Py_ssize_t length, room

    def append(self, double value):
        with cython.critical_section(self):
            self._append(value)

    cdef void _append(self, double value):
        if self.length == self.room:
            self.room = 2 * self.room + 8
            self.data = <double *>realloc(self.data, self.room * sizeof(double))
        self.data[self.length] = value
        self.length += 1
