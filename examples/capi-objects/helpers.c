/* The PyUnstable_ helpers for objects that threads contend for, each in the place that it is made for. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>

typedef struct {
    PyTypeObject *point_type;
} module_state;

static _Atomic long made = 0; /* symbols and points that were allocated */

static PyObject *
take_made(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    return PyLong_FromLong(atomic_exchange(&made, 0));
}

/* [weak-cache] */
typedef struct {
    PyObject_HEAD
    PyObject *weak_references;
    int code;
} Symbol;

static PyMutex symbols_lock = {0};
static PyObject *symbols[64]; /* ftguide: allow static-object unowned, behind symbols_lock */

static PyObject *
symbol(PyTypeObject *type, int code)
{
    PyMutex_Lock(&symbols_lock);
    PyObject *found = symbols[code];
    if (found != NULL && !PyUnstable_TryIncRef(found)) {
        found = NULL; /* its count is zero: another thread is on the way to tp_dealloc */
    }
    PyMutex_Unlock(&symbols_lock);
    if (found != NULL) {
        return found;
    }
    Symbol *fresh = (Symbol *)type->tp_alloc(type, 0); /* not under the lock: it may collect */
    if (fresh == NULL) {
        return NULL;
    }
    fresh->code = code;
    atomic_fetch_add(&made, 1);
    PyUnstable_EnableTryIncRef((PyObject *)fresh); /* before another thread can find it */
    PyMutex_Lock(&symbols_lock);
    found = symbols[code]; /* look again: it may have been made meanwhile */
    if (found == NULL || !PyUnstable_TryIncRef(found)) {
        symbols[code] = (PyObject *)fresh; /* a slot that is dying may be replaced */
        found = Py_NewRef(fresh);
    }
    PyMutex_Unlock(&symbols_lock);
    Py_DECREF(fresh);
    return found;
}

static void
symbol_dealloc(PyObject *self)
{
    int code = ((Symbol *)self)->code;
    PyObject_ClearWeakRefs(self); /* runs callbacks; one may ask for this very symbol */
    PyMutex_Lock(&symbols_lock);
    if (symbols[code] == self) { /* not if it was replaced */
        symbols[code] = NULL;
    }
    PyMutex_Unlock(&symbols_lock); /* from here on no thread can find the memory */
    PyTypeObject *type = Py_TYPE(self);
    type->tp_free(self);
    Py_DECREF(type);
}
/* [weak-cache end] */

static PyObject *
symbol_new(PyTypeObject *type, PyObject *args, PyObject *Py_UNUSED(kwargs))
{
    int code;
    if (!PyArg_ParseTuple(args, "i", &code)) {
        return NULL;
    }
    if (code < 0 || code > 63) {
        return PyErr_Format(PyExc_ValueError, "0 to 63, not %d", code);
    }
    return symbol(type, code);
}

static PyMemberDef symbol_members[] = {
    {"code", Py_T_INT, offsetof(Symbol, code), Py_READONLY, NULL},
    {"__weaklistoffset__", Py_T_PYSSIZET, offsetof(Symbol, weak_references), Py_READONLY, NULL},
    {NULL, 0, 0, 0, NULL},
};

static PyType_Slot symbol_slots[] = {
    {Py_tp_new, symbol_new},
    {Py_tp_members, symbol_members},
    {Py_tp_dealloc, symbol_dealloc},
    {0, NULL},
};

static PyType_Spec symbol_spec = {
    .name = "helpers.Symbol",
    .basicsize = sizeof(Symbol),
    .flags = Py_TPFLAGS_DEFAULT,
    .slots = symbol_slots,
};

typedef struct {
    PyObject *object;
    int taken;
} attempt;

static void *
try_attached(void *pointer)
{
    attempt *it = pointer;
    /* ftguide: allow gil-as-lock it attaches, and relies on nothing being kept out */
    PyGILState_STATE state = PyGILState_Ensure();
    it->taken = PyUnstable_TryIncRef(it->object);
    if (it->taken) {
        Py_DECREF(it->object);
    }
    PyGILState_Release(state);
    return NULL;
}

static PyObject *
try_elsewhere(PyObject *Py_UNUSED(module), PyObject *object)
{
    attempt it = {object, 0};
    pthread_t thread;
    int failed;
    Py_BEGIN_ALLOW_THREADS
    failed = pthread_create(&thread, NULL, try_attached, &it);
    if (!failed) {
        pthread_join(thread, NULL);
    }
    Py_END_ALLOW_THREADS
    return failed ? PyErr_SetFromErrno(PyExc_OSError) : PyBool_FromLong(it.taken);
}

static PyObject *
enable_try_incref(PyObject *Py_UNUSED(module), PyObject *object)
{
    PyUnstable_EnableTryIncRef(object);
    Py_RETURN_NONE;
}

/* [deferred] */
static PyObject *
settle(PyObject *Py_UNUSED(module), PyObject *object)
{
    /* for a few objects that live long and that every thread uses: 1 if it is deferred from now on */
    return PyLong_FromLong(PyUnstable_Object_EnableDeferredRefcount(object));
}
/* [deferred end] */

/* [temporary] */
typedef struct {
    PyObject_HEAD
    double x, y;
} Point;

static PyObject *
point_add(PyObject *left, PyObject *right)
{
    if (!Py_IS_TYPE(right, Py_TYPE(left))) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    Point *sum;
    if (PyUnstable_Object_IsUniqueReferencedTemporary(left)) {
        sum = (Point *)Py_NewRef(left); /* nobody can see that it changes */
    }
    else {
        sum = (Point *)Py_TYPE(left)->tp_alloc(Py_TYPE(left), 0);
        if (sum == NULL) {
            return NULL;
        }
        atomic_fetch_add(&made, 1);
    }
    sum->x = ((Point *)left)->x + ((Point *)right)->x;
    sum->y = ((Point *)left)->y + ((Point *)right)->y;
    return (PyObject *)sum;
}
/* [temporary end] */

static PyMemberDef point_members[] = {
    {"x", Py_T_DOUBLE, offsetof(Point, x), 0, NULL},
    {"y", Py_T_DOUBLE, offsetof(Point, y), 0, NULL},
    {NULL, 0, 0, 0, NULL},
};

static PyType_Slot point_slots[] = {
    {Py_tp_new, PyType_GenericNew},
    {Py_tp_members, point_members},
    {Py_nb_add, point_add},
    {0, NULL},
};

static PyType_Spec point_spec = {
    .name = "helpers.Point",
    .basicsize = sizeof(Point),
    .flags = Py_TPFLAGS_DEFAULT,
    .slots = point_slots,
};

/* [unique] */
typedef struct {
    PyObject_HEAD
    PyObject *last; /* a Point that is used again if the caller did not keep it */
} Reader;

static PyObject *
reader_read(PyObject *self, PyObject *value)
{
    double x = PyFloat_AsDouble(value); /* may run Python code: before the section */
    if (x == -1.0 && PyErr_Occurred()) {
        return NULL;
    }
    PyTypeObject *point_type = ((module_state *)PyType_GetModuleState(Py_TYPE(self)))->point_type;
    PyObject *point, *replaced = NULL;
    Py_BEGIN_CRITICAL_SECTION(self); /* or two threads find it unique, and both take it */
    point = ((Reader *)self)->last;
    if (point != NULL && PyUnstable_Object_IsUniquelyReferenced(point)) {
        Py_INCREF(point);
    }
    else {
        replaced = point;
        point = point_type->tp_alloc(point_type, 0);
        ((Reader *)self)->last = Py_XNewRef(point);
        atomic_fetch_add(&made, 1);
    }
    if (point != NULL) {
        ((Point *)point)->x = x;
    }
    Py_END_CRITICAL_SECTION();
    Py_XDECREF(replaced); /* after the section: a last reference runs tp_dealloc */
    return point;
}
/* [unique end] */

static void
reader_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    Py_CLEAR(((Reader *)self)->last);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyMethodDef reader_methods[] = {
    {"read", reader_read, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot reader_slots[] = {
    {Py_tp_new, PyType_GenericNew},
    {Py_tp_methods, reader_methods},
    {Py_tp_dealloc, reader_dealloc},
    {0, NULL},
};

static PyType_Spec reader_spec = {
    .name = "helpers.Reader",
    .basicsize = sizeof(Reader),
    .flags = Py_TPFLAGS_DEFAULT,
    .slots = reader_slots,
};

static PyMethodDef functions[] = {
    {"take_made", take_made, METH_NOARGS, NULL},
    {"try_elsewhere", try_elsewhere, METH_O, NULL},
    {"enable_try_incref", enable_try_incref, METH_O, NULL},
    {"settle", settle, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static PyTypeObject *
add_type(PyObject *module, PyType_Spec *spec)
{
    PyObject *type = PyType_FromModuleAndSpec(module, spec, NULL);
    if (type != NULL && PyModule_AddType(module, (PyTypeObject *)type) < 0) {
        Py_CLEAR(type);
    }
    return (PyTypeObject *)type;
}

static int
module_exec(PyObject *module)
{
    module_state *state = PyModule_GetState(module);
    state->point_type = add_type(module, &point_spec);
    PyTypeObject *symbol_type = add_type(module, &symbol_spec);
    PyTypeObject *reader_type = add_type(module, &reader_spec);
    int failed = state->point_type == NULL || symbol_type == NULL || reader_type == NULL;
    Py_XDECREF(symbol_type);
    Py_XDECREF(reader_type);
    return failed ? -1 : 0;
}

static int
module_traverse(PyObject *module, visitproc visit, void *arg)
{
    module_state *state = PyModule_GetState(module);
    Py_VISIT(state->point_type);
    return 0;
}

static int
module_clear(PyObject *module)
{
    module_state *state = PyModule_GetState(module);
    Py_CLEAR(state->point_type);
    return 0;
}

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, module_exec},
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
    {0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "helpers",
    .m_size = sizeof(module_state),
    .m_methods = functions,
    .m_slots = slots,
    .m_traverse = module_traverse,
    .m_clear = module_clear,
};

PyMODINIT_FUNC
PyInit_helpers(void)
{
    return PyModuleDef_Init(&definition);
}
