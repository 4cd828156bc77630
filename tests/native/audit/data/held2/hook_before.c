#include <Python.h>

typedef struct {
    PyObject *default_hook;
} module_state;

static PyObject *
set_default_hook(PyObject *module, PyObject *hook)
{
    module_state *st = (module_state *)PyModule_GetState(module);
    Py_INCREF(hook);
    Py_XDECREF(st->default_hook);
    st->default_hook = hook;
    Py_RETURN_NONE;
}

static PyObject *
run(PyObject *module, PyObject *value)
{
    module_state *st = (module_state *)PyModule_GetState(module);
    if (st->default_hook == NULL) {
        return Py_NewRef(value);
    }
    return PyObject_CallOneArg(st->default_hook, value);
}
