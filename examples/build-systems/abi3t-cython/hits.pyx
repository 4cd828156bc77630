# cython: language_level=3
# cython: freethreading_compatible=True
cimport cython

cdef long long summed = 0
cdef cython.pymutex lock


def add(long long number):
    global summed
    with lock:
        summed += number


def total():
    with lock:
        return summed
