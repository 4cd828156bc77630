#include <Python.h>

typedef struct {
    PyMutex lock;
    PyObject *default_hook;
} module_state;

static PyObject *
set_default_hook(PyObject *module, PyObject *hook)
{
    module_state *st = (module_state *)PyModule_GetState(module);
    PyMutex_Lock(&st->lock);
    PyObject *old = st->default_hook;
    st->default_hook = Py_NewRef(hook);
    PyMutex_Unlock(&st->lock);
    Py_XDECREF(old);
    Py_RETURN_NONE;
}

static PyObject *
run(PyObject *module, PyObject *value)
{
    module_state *st = (module_state *)PyModule_GetState(module);
    PyMutex_Lock(&st->lock);
    PyObject *hook = Py_XNewRef(st->default_hook);
    PyMutex_Unlock(&st->lock);
    if (hook == NULL) {
        return Py_NewRef(value);
    }
    PyObject *result = PyObject_CallOneArg(hook, value);
    Py_DECREF(hook);
    return result;
}
