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
    int status;
    Py_BEGIN_CRITICAL_SECTION(self);
    status = PyBuffer_FillInfo(view, (PyObject *)self, self->ob_bytes, self->ob_size, 0, flags);
    if (status == 0) {
        self->ob_exports++;
    }
    Py_END_CRITICAL_SECTION();
    return status;
}

static void
arena_releasebuffer(ArenaObject *self, Py_buffer *view)
{
    Py_BEGIN_CRITICAL_SECTION(self);
    self->ob_exports--;
    Py_END_CRITICAL_SECTION();
}

static PyObject *
arena_resize_locked(ArenaObject *self, Py_ssize_t size)
{
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

static PyObject *
arena_resize(ArenaObject *self, PyObject *arg)
{
    PyObject *result;
    Py_ssize_t size = PyLong_AsSsize_t(arg);
    Py_BEGIN_CRITICAL_SECTION(self);
    result = arena_resize_locked(self, size);
    Py_END_CRITICAL_SECTION();
    return result;
}

static PyBufferProcs arena_as_buffer = {
    (getbufferproc)arena_getbuffer,
    (releasebufferproc)arena_releasebuffer,
};
