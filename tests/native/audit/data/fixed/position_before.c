#include <Python.h>
typedef struct { PyObject_HEAD Py_ssize_t at, length; PyObject **items; } Walk;
static PyObject *walk_next(Walk *self)
{
    if (self->at >= self->length) {
        return NULL;
    }
    return Py_NewRef(self->items[self->at++]);
}
