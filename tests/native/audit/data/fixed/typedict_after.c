#include <Python.h>
static int add_alias(PyTypeObject *type, PyObject *name, PyObject *value)
{
    return PyObject_SetAttr((PyObject *)type, name, value);
}
