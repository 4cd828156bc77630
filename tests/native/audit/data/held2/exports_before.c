#include <Python.h>

typedef struct {
    PyObject_HEAD
    char *ob_bytes;
    Py_ssize_t ob_size;
    int ob_exports;
} ArenaObject;

static int
arena_getbuffer(ArenaObject *self, Py_buffer *view, int flags)
{
    if (PyBuffer_FillInfo(view, (PyObject *)self, self->ob_bytes, self->ob_size, 0, flags) < 0) {
        return -1;
    }
    self->ob_exports++;
    return 0;
}

static void
arena_releasebuffer(ArenaObject *self, Py_buffer *view)
{
    self->ob_exports--;
}

static PyObject *
arena_resize(ArenaObject *self, PyObject *arg)
{
    Py_ssize_t size = PyLong_AsSsize_t(arg);
    if (self->ob_exports > 0) {
        PyErr_SetString(PyExc_BufferError, "existing exports of data: object cannot be re-sized");
        return NULL;
    }
    char *grown = PyMem_Realloc(self->ob_bytes, size);
    if (grown == NULL) {
        return PyErr_NoMemory();
    }
    self->ob_bytes = grown;
    self->ob_size = size;
    Py_RETURN_NONE;
}

static PyBufferProcs arena_as_buffer = {
    (getbufferproc)arena_getbuffer,
    (releasebufferproc)arena_releasebuffer,
};
