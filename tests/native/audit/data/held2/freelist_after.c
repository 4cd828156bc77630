#include <Python.h>

typedef struct { PyObject_HEAD double re, im; } PairObject;

static PyObject *
pair_new(PyTypeObject *type, PyObject *args, PyObject *kwds)
{
    return (PyObject *)PyObject_New(PairObject, type);
}

static void
pair_dealloc(PairObject *self)
{
    PyObject_Free(self);
}
