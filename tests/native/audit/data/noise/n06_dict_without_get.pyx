# cython: freethreading_compatible=True
# What Cython compiles to a reference of its own, or below a critical section of the dict.
cdef class Table:
    cdef dict rows
    cdef object extra

    def __cinit__(self, extra):
        self.rows = {}
        self.extra = extra

    def fill(self, pairs):
        for key, value in pairs:
            self.rows.setdefault(key, value)

    def row(self, key):
        return self.rows[key]

    def has(self, key):
        return key in self.rows

    def take(self, key):
        return self.rows.pop(key, None)

    def listed(self):
        return list(self.rows.items())

    def other(self, key):
        return self.extra.get(key)

    def own(self, pairs, key):
        mine = dict(pairs)
        mine["first"] = 1
        return mine.get(key)


def options(**given):
    return given.get("rows")
