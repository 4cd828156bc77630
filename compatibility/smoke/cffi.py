"""cffi: threads call C through one shared FFI object, with callbacks and memory of their own."""

import cffi

ffi = cffi.FFI()
ffi.cdef(
    """
    void qsort(void *base, size_t count, size_t size, int (*compare)(const void *, const void *));
    size_t strlen(const char *text);
    """
)
C = ffi.dlopen(None)


def work(number: int) -> list[object]:
    """Sort an array of one's own in C, comparing in Python."""
    values = ffi.new("int[]", [(n * 7919 + number) % 101 for n in range(60)])

    @ffi.callback("int(const void *, const void *)")
    def compare(left: object, right: object) -> int:
        return int(ffi.cast("int *", left)[0]) - int(ffi.cast("int *", right)[0])

    C.qsort(values, 60, ffi.sizeof("int"), compare)
    return [list(values), int(C.strlen(b"x" * number))]
