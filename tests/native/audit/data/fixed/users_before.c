#include <Python.h>
typedef struct { int users; char *data; } Block;
typedef struct { PyObject_HEAD Block *block; } View;
static PyObject *view_copy(View *self, PyObject *unused)
{
    View *other = PyObject_New(View, Py_TYPE(self));
    if (other == NULL) {
        return NULL;
    }
    other->block = self->block;
    self->block->users++;
    return (PyObject *)other;
}
static void view_dealloc(View *self)
{
    if (--self->block->users == 0) {
        PyMem_Free(self->block->data);
        PyMem_Free(self->block);
    }
    PyObject_Free(self);
}
