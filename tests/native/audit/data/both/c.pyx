# cython: freethreading_compatible=True
cdef object re = __import__("re")  # made at import, never replaced
cdef int depth  #> static-state look
cdef dict cache = {}  #> static-object look
counter = 0  #> static-object fix
last = None  #> static-object fix
cdef class K:
    pass
def bump():
    global counter, last
    counter += 1
    last = K()
class Plain:
    shared = {}  #> static-object look
def f(x, memo={}):  #> static-object fix
    memo[x] = 1
    return memo
