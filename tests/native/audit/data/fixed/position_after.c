#include <Python.h>
typedef struct { PyObject_HEAD Py_ssize_t at, length; PyObject **items; } Walk;
static PyObject *walk_next(Walk *self)
{
    PyObject *item = NULL;
    Py_BEGIN_CRITICAL_SECTION(self);
    if (self->at < self->length) {
        item = Py_NewRef(self->items[self->at++]);
    }
    Py_END_CRITICAL_SECTION();
    return item;
}
