#include <Python.h>
static PyObject *intern_name(PyObject *table, PyObject *name)
{
    int known = PyDict_Contains(table, name);
    if (known < 0) {
        return NULL;
    }
    if (!known && PyDict_SetItem(table, name, name) < 0) {
        return NULL;
    }
    return PyObject_GetItem(table, name);
}
