#include <Python.h>
static int add_alias(PyTypeObject *type, PyObject *name, PyObject *value)
{
    if (PyDict_SetItem(type->tp_dict, name, value) < 0) {
        return -1;
    }
    PyType_Modified(type);
    return 0;
}
