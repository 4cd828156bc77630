#include <Python.h>

typedef struct {
    PyObject_HEAD
    double total;
    Py_ssize_t count;
} Mean;

static PyObject *
mean_add(Mean *self, PyObject *value)
{
    double number = PyFloat_AsDouble(value);
    if (number == -1.0 && PyErr_Occurred()) {
        return NULL;
    }
    self->total += number;
    self->count++;
    Py_RETURN_NONE;
}

static PyObject *
mean_value(Mean *self, PyObject *Py_UNUSED(ignored))
{
    Py_ssize_t count = self->count;
    return PyFloat_FromDouble(count ? self->total / count : 0.0);
}

static PyMethodDef mean_methods[] = {
    {"add", (PyCFunction)mean_add, METH_O, NULL},
    {"value", (PyCFunction)mean_value, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};
