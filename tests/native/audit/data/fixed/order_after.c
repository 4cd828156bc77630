#include <Python.h>
typedef struct { PyObject_HEAD _Atomic int ready; double *table; } Curve;
static double curve_at(Curve *self, Py_ssize_t i)
{
    while (!self->ready) {
        Py_BEGIN_ALLOW_THREADS
        sleep_a_little();
        Py_END_ALLOW_THREADS
    }
    return self->table[i];
}
static PyObject *curve_fill(Curve *self, PyObject *points)
{
    self->table = table_of(points);
    self->ready = 1;
    Py_RETURN_NONE;
}
