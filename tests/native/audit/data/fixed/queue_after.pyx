# cython: freethreading_compatible=True
cdef class Pool:
    cdef list free

    def take(self):
        try:
            return self.free.pop()
        except IndexError:
            return make()
