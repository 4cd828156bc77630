# cython: freethreading_compatible=True
cdef class Pool:
    cdef list free

    def take(self):
        if len(self.free) > 0:
            return self.free.pop()
        return make()
