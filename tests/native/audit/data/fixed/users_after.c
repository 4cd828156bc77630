#include <Python.h>
typedef struct { _Atomic int users; char *data; } Block;
typedef struct { PyObject_HEAD Block *block; } View;
static PyObject *view_copy(View *self, PyObject *unused)
{
    View *other = PyObject_New(View, Py_TYPE(self));
    if (other == NULL) {
        return NULL;
    }
    other->block = self->block;
    atomic_fetch_add(&self->block->users, 1);
    return (PyObject *)other;
}
static void view_dealloc(View *self)
{
    if (atomic_fetch_sub(&self->block->users, 1) == 1) {
        PyMem_Free(self->block->data);
        PyMem_Free(self->block);
    }
    PyObject_Free(self);
}
