/* The trap: a declaration that comes too late. The module works, and the GIL is on all the same. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

/* [late] */
static int
late_exec(PyObject *module)
{
#ifdef Py_GIL_DISABLED
    return PyUnstable_Module_SetGIL(module, Py_MOD_GIL_NOT_USED); /* returns 0, and changes nothing */
#else
    return module == NULL ? -1 : 0;
#endif
}

static PyModuleDef_Slot late_slots[] = {
    {Py_mod_exec, late_exec},
    {0, NULL},
};
/* [late end] */

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "late",
    .m_slots = late_slots,
};

PyMODINIT_FUNC
PyInit_late(void)
{
    return PyModuleDef_Init(&definition);
}
