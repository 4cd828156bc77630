#include <Python.h>
static PyObject *intern_name(PyObject *table, PyObject *name)
{
    PyObject *kept = NULL;
    if (PyDict_SetDefaultRef(table, name, name, &kept) < 0) {
        return NULL;
    }
    return kept;
}
