/* The same extension without the four data races and the lifetime bug. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdlib.h>
#include <string.h>

/* [static-cache] */
static PyMutex cache_lock = {0};
static long cached_n = -1;  /* ftguide: allow static-state guarded by cache_lock */
static long cached_sum = 0; /* ftguide: allow static-state guarded by cache_lock */

static PyObject *
sum_to(PyObject *Py_UNUSED(module), PyObject *arg)
{
    long n = PyLong_AsLong(arg);
    if (n == -1 && PyErr_Occurred()) {
        return NULL;
    }
    PyMutex_Lock(&cache_lock); /* no Python code runs until it is unlocked */
    if (n != cached_n) {
        long sum = 0;
        for (long i = 1; i <= n; i++) {
            sum += i;
        }
        cached_n = n;
        cached_sum = sum;
    }
    long found = cached_sum;
    PyMutex_Unlock(&cache_lock);
    return PyLong_FromLong(found);
}
/* [static-cache end] */

/* [borrowed-reference] */
static PyObject *
first_of(PyObject *Py_UNUSED(module), PyObject *list)
{
    return PyList_GetItemRef(list, 0); /* a reference of our own, or NULL with an exception */
}
/* [borrowed-reference end] */

/* [refcount-test] */
typedef struct {
    PyObject_HEAD
    long x, y;
} Point;

typedef struct {
    PyObject_HEAD
    Point *here;
} Track;

static int
step_locked(Track *self)
{
    if (PyUnstable_Object_IsUniquelyReferenced((PyObject *)self->here)) {
        self->here->x += 1;
        self->here->y += 1;
        return 0;
    }
    Point *next = PyObject_New(Point, Py_TYPE(self->here));
    if (next == NULL) {
        return -1;
    }
    next->x = self->here->x + 1;
    next->y = self->here->y + 1;
    Py_SETREF(self->here, next);
    return 0;
}

static PyObject *
track_step(Track *self, PyObject *Py_UNUSED(ignored))
{
    int status;
    Py_BEGIN_CRITICAL_SECTION(self); /* one reference is no lock: the track can have two users */
    status = step_locked(self);
    Py_END_CRITICAL_SECTION();
    return status < 0 ? NULL : Py_NewRef(Py_None);
}
/* [refcount-test end] */

static PyObject *
track_here(Track *self, PyObject *Py_UNUSED(ignored))
{
    long x, y;
    Py_BEGIN_CRITICAL_SECTION(self);
    x = self->here->x;
    y = self->here->y;
    Py_END_CRITICAL_SECTION();
    return Py_BuildValue("ll", x, y);
}

/* [unlocked-struct] */
typedef struct {
    PyObject_HEAD
    PyMutex lock; /* zeroed with the rest of the object: unlocked */
    long calls;
    double total;
} Meter;

static PyObject *
meter_add(Meter *self, PyObject *arg)
{
    double value = PyFloat_AsDouble(arg);
    if (value == -1.0 && PyErr_Occurred()) {
        return NULL;
    }
    PyMutex_Lock(&self->lock);
    self->calls += 1;
    self->total += value;
    PyMutex_Unlock(&self->lock);
    Py_RETURN_NONE;
}
/* [unlocked-struct end] */

static PyObject *
meter_state(Meter *self, PyObject *Py_UNUSED(ignored))
{
    PyMutex_Lock(&self->lock);
    long calls = self->calls;
    double total = self->total;
    PyMutex_Unlock(&self->lock);
    return Py_BuildValue("ld", calls, total);
}

/* [lifetime] */
typedef struct note {
    struct note *next;
    long visits;
    char name[16];
} note;

static PyMutex notes_lock = {0};
static note *notes = NULL; /* ftguide: allow static-state guarded by notes_lock */

static note *
find_note(const char *name)
{
    note *one = notes;
    while (one != NULL && strcmp(one->name, name) != 0) {
        one = one->next;
    }
    return one;
}

static PyObject *
visit(PyObject *Py_UNUSED(module), PyObject *args)
{
    const char *name;
    PyObject *callback;
    if (!PyArg_ParseTuple(args, "sO", &name, &callback)) {
        return NULL;
    }
    PyMutex_Lock(&notes_lock);
    int known = find_note(name) != NULL;
    PyMutex_Unlock(&notes_lock);
    if (!known) {
        return PyErr_Format(PyExc_KeyError, "no note %s", name);
    }
    PyObject *result = PyObject_CallNoArgs(callback);
    if (result == NULL) {
        return NULL;
    }
    Py_DECREF(result);
    PyMutex_Lock(&notes_lock);
    note *one = find_note(name); /* a pointer is good for as long as the lock was held */
    long visits = one != NULL ? ++one->visits : 0;
    PyMutex_Unlock(&notes_lock);
    return PyLong_FromLong(visits);
}
/* [lifetime end] */

static PyObject *
keep(PyObject *Py_UNUSED(module), PyObject *arg)
{
    const char *name = PyUnicode_AsUTF8(arg);
    if (name == NULL) {
        return NULL;
    }
    note *one = calloc(1, sizeof(note));
    if (one == NULL) {
        return PyErr_NoMemory();
    }
    strncpy(one->name, name, sizeof(one->name) - 1);
    PyMutex_Lock(&notes_lock);
    one->next = notes;
    notes = one;
    PyMutex_Unlock(&notes_lock);
    Py_RETURN_NONE;
}

static PyObject *
drop(PyObject *Py_UNUSED(module), PyObject *arg)
{
    const char *name = PyUnicode_AsUTF8(arg);
    if (name == NULL) {
        return NULL;
    }
    PyMutex_Lock(&notes_lock);
    note **link = &notes;
    while (*link != NULL && strcmp((*link)->name, name) != 0) {
        link = &(*link)->next;
    }
    note *gone = *link;
    if (gone != NULL) {
        *link = gone->next;
    }
    PyMutex_Unlock(&notes_lock);
    free(gone);
    Py_RETURN_NONE;
}

/* -- The types and the module -- */

static PyType_Slot point_slots[] = {{0, NULL}};

static PyType_Spec point_spec = {
    .name = "racy.Point",
    .basicsize = sizeof(Point),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = point_slots,
};

static PyObject *
track_new(PyTypeObject *type, PyObject *args, PyObject *Py_UNUSED(kwargs))
{
    if (!PyArg_ParseTuple(args, "")) {
        return NULL;
    }
    PyObject *point_type = PyObject_GetAttrString((PyObject *)type, "Point");
    if (point_type == NULL) {
        return NULL;
    }
    Track *self = (Track *)type->tp_alloc(type, 0);
    if (self != NULL) {
        self->here = PyObject_New(Point, (PyTypeObject *)point_type);
        if (self->here == NULL) {
            Py_CLEAR(self);
        }
        else {
            self->here->x = self->here->y = 0;
        }
    }
    Py_DECREF(point_type);
    return (PyObject *)self;
}

static void
track_dealloc(Track *self)
{
    PyTypeObject *type = Py_TYPE(self);
    Py_XDECREF(self->here);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyMethodDef track_methods[] = {
    {"step", (PyCFunction)track_step, METH_NOARGS, NULL},
    {"here", (PyCFunction)track_here, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot track_slots[] = {
    {Py_tp_new, track_new},
    {Py_tp_dealloc, track_dealloc},
    {Py_tp_methods, track_methods},
    {0, NULL},
};

static PyType_Spec track_spec = {
    .name = "racy.Track",
    .basicsize = sizeof(Track),
    .flags = Py_TPFLAGS_DEFAULT,
    .slots = track_slots,
};

static PyMethodDef meter_methods[] = {
    {"add", (PyCFunction)meter_add, METH_O, NULL},
    {"state", (PyCFunction)meter_state, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot meter_slots[] = {
    {Py_tp_new, PyType_GenericNew},
    {Py_tp_methods, meter_methods},
    {0, NULL},
};

static PyType_Spec meter_spec = {
    .name = "racy.Meter",
    .basicsize = sizeof(Meter),
    .flags = Py_TPFLAGS_DEFAULT,
    .slots = meter_slots,
};

static int
racy_exec(PyObject *module)
{
    PyObject *point = PyType_FromModuleAndSpec(module, &point_spec, NULL);
    PyObject *track = PyType_FromModuleAndSpec(module, &track_spec, NULL);
    PyObject *meter = PyType_FromModuleAndSpec(module, &meter_spec, NULL);
    int failed = point == NULL || track == NULL || meter == NULL
                 || PyObject_SetAttrString(track, "Point", point) < 0
                 || PyModule_AddObjectRef(module, "Track", track) < 0
                 || PyModule_AddObjectRef(module, "Meter", meter) < 0;
    Py_XDECREF(point);
    Py_XDECREF(track);
    Py_XDECREF(meter);
    return failed ? -1 : 0;
}

static PyMethodDef racy_functions[] = {
    {"sum_to", sum_to, METH_O, NULL},
    {"first_of", first_of, METH_O, NULL},
    {"visit", visit, METH_VARARGS, NULL},
    {"keep", keep, METH_O, NULL},
    {"drop", drop, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot racy_slots[] = {
    {Py_mod_exec, racy_exec},
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
    {0, NULL},
};

static struct PyModuleDef racy_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "racy",
    .m_methods = racy_functions,
    .m_slots = racy_slots,
};

PyMODINIT_FUNC
PyInit_racy(void)
{
    return PyModuleDef_Init(&racy_module);
}
