#include <Python.h>
#define KEPT_MAX 32

typedef struct { PyObject_HEAD double re, im; } PairObject;

static PairObject *kept[KEPT_MAX];
static int num_kept = 0;

static PyObject *
pair_new(PyTypeObject *type, PyObject *args, PyObject *kwds)
{
    PairObject *self;
    if (num_kept > 0) {
        self = kept[--num_kept];
        _Py_NewReference((PyObject *)self);
    }
    else {
        self = PyObject_New(PairObject, type);
    }
    return (PyObject *)self;
}

static void
pair_dealloc(PairObject *self)
{
    if (num_kept < KEPT_MAX) {
        kept[num_kept++] = self;
    }
    else {
        PyObject_Free(self);
    }
}
