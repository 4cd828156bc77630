# cython: freethreading_compatible=True
cimport capture

cdef class Capture:
    cdef capture.handle_t *_handle

    def __cinit__(self, path):
        self._handle = capture.open(path)

    def read(self):
        if self._handle == NULL:
            raise ValueError("read from a closed capture")
        return capture.next_frame(self._handle)

    def close(self):
        if self._handle != NULL:
            capture.close(self._handle)
            self._handle = NULL

    def __dealloc__(self):
        if self._handle != NULL:
            capture.close(self._handle)
