# cython: freethreading_compatible=True
cdef class Memo:
    cdef dict known

    def __cinit__(self):
        self.known = {}

    def ask(self, key):
        return self.known.get(key)

    def tell(self, key, value):
        self.known[key] = value
