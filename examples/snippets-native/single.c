/* A module that is initialised in one phase, and says that it needs no GIL. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "single",
    .m_size = -1,
};

/* [single-phase] */
PyMODINIT_FUNC
PyInit_single(void)
{
    PyObject *module = PyModule_Create(&definition);
    if (module == NULL) {
        return NULL;
    }
#ifdef Py_GIL_DISABLED /* the function exists only there */
    if (PyUnstable_Module_SetGIL(module, Py_MOD_GIL_NOT_USED) < 0) {
        Py_DECREF(module);
        return NULL;
    }
#endif
    return module;
}
/* [single-phase end] */
