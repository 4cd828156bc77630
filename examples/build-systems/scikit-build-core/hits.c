/* hits: a total that any thread may add to. One source for the version-specific wheels of every line and
 * build, and for the abi3t wheel of 3.15 and later.
 */
#include <Python.h>

typedef struct {
    long long total; /* guarded by the module's critical section */
} State;

static PyObject *
hits_add(PyObject *module, PyObject *number)
{
    long long value = PyLong_AsLongLong(number);
    if (value == -1 && PyErr_Occurred()) {
        return NULL;
    }
    State *state = PyModule_GetState(module);
    Py_BEGIN_CRITICAL_SECTION(module);
    state->total += value;
    Py_END_CRITICAL_SECTION();
    Py_RETURN_NONE;
}

static PyObject *
hits_total(PyObject *module, PyObject *Py_UNUSED(ignored))
{
    long long total;
    State *state = PyModule_GetState(module);
    Py_BEGIN_CRITICAL_SECTION(module);
    total = state->total;
    Py_END_CRITICAL_SECTION();
    return PyLong_FromLongLong(total);
}

static PyMethodDef hits_methods[] = {
    {"add", hits_add, METH_O, "Add a number to the total."},
    {"total", hits_total, METH_NOARGS, "Return the total."},
    {NULL},
};

#if PY_VERSION_HEX >= 0x030f0000 /* the only form that abi3t has */

PyABIInfo_VAR(abi_info);

static PySlot hits_slots[] = {
    PySlot_STATIC_DATA(Py_mod_name, "hits"),
    PySlot_STATIC_DATA(Py_mod_abi, &abi_info),
    PySlot_STATIC_DATA(Py_mod_methods, hits_methods),
    PySlot_SIZE(Py_mod_state_size, sizeof(State)), /* zeroed by CPython */
    PySlot_DATA(Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED),
    PySlot_DATA(Py_mod_gil, Py_MOD_GIL_NOT_USED),
    PySlot_END,
};

PyMODEXPORT_FUNC
PyModExport_hits(void)
{
    return hits_slots;
}

#else

static PyModuleDef_Slot hits_slots[] = {
    {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
    {0, NULL},
};

static struct PyModuleDef hits_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "hits",
    .m_size = sizeof(State), /* zeroed by CPython */
    .m_methods = hits_methods,
    .m_slots = hits_slots,
};

PyMODINIT_FUNC
PyInit_hits(void)
{
    return PyModuleDef_Init(&hits_module);
}

#endif
