/* A node that records which thread frees, clears and visits it: the experiments of the page on object lifetimes. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <time.h>

#ifdef Py_GIL_DISABLED
enum { PATIENCE = 20000 }; /* ticks in which another thread gets a CPU, however busy the machine is */
#else
enum { PATIENCE = 50 }; /* the thread that waits has the GIL */
#endif
enum { EVENTS = 64, WATCHED_TICKS = 50 };

typedef struct {
    const char *what;
    unsigned long thread;
    int others_ran; /* -1: not looked at */
} event;

static PyMutex events_lock = {0};
static event events[EVENTS];  /* ftguide: allow static-state behind events_lock */
static int events_length = 0; /* ftguide: allow static-state behind events_lock */

static _Atomic long attached_ticks = 0; /* counted by a thread that runs Python code */
static _Atomic long detached_ticks = 0; /* counted by a thread that Python does not know */
static _Atomic int stop_ticking = 0;
static _Atomic int watching = 0;
static _Atomic int gate_open = 0;
static _Atomic int at_gate = 0;
static _Atomic int visiting_locked = 0;

static void
record(const char *what, int others_ran)
{
    PyMutex_Lock(&events_lock);
    if (events_length < EVENTS) {
        events[events_length++] = (event){what, PyThread_get_thread_ident(), others_ran};
    }
    PyMutex_Unlock(&events_lock);
}

static void
sleep_us(long us)
{
    struct timespec time = {0, us * 1000};
    nanosleep(&time, NULL);
}

/* Say whether the thread that runs Python code gets anywhere while this one stays where it is, attached. */
static int
others_run(long patience)
{
    long before = atomic_load(&attached_ticks);
    long until = atomic_load(&detached_ticks) + patience;
    while (atomic_load(&detached_ticks) < until) {
        if (atomic_load(&attached_ticks) != before) {
            return 1;
        }
        sleep_us(100);
    }
    return atomic_load(&attached_ticks) != before;
}

/* [node] */
typedef struct {
    PyObject_HEAD
    PyObject *other;
} Node;

static int
node_traverse(PyObject *self, visitproc visit, void *arg)
{
    if (atomic_load(&watching)) { /* for the experiment; a real one only visits */
        events[0].others_ran |= others_run(WATCHED_TICKS);
    }
    Py_VISIT(Py_TYPE(self)); /* a heap type's instance holds its type */
    Py_VISIT(((Node *)self)->other);
    return 0;
}

static int
node_clear(PyObject *self)
{
    record("cleared", atomic_load(&watching) ? others_run(PATIENCE) : -1);
    Py_CLEAR(((Node *)self)->other);
    return 0;
}

static void
node_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self); /* before a field becomes invalid */
    record("freed", -1);
    PyObject_ClearWeakRefs(self); /* runs callbacks, so the fields are still good here */
    Py_CLEAR(((Node *)self)->other);
    type->tp_free(self);
    Py_DECREF(type); /* after the last use of the type */
}
/* [node end] */

static PyMemberDef node_members[] = {
    {"other", Py_T_OBJECT_EX, offsetof(Node, other), 0, NULL},
    {NULL, 0, 0, 0, NULL},
};

static PyType_Slot node_slots[] = {
    {Py_tp_new, PyType_GenericNew},
    {Py_tp_members, node_members},
    {Py_tp_traverse, node_traverse},
    {Py_tp_clear, node_clear},
    {Py_tp_dealloc, node_dealloc},
    {0, NULL},
};

static PyType_Spec node_spec = {
    .name = "lifetime.Node",
    .basicsize = sizeof(Node),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_MANAGED_WEAKREF,
    .slots = node_slots,
};

/* [phoenix] */
static PyMutex rescue_lock = {0};
static PyObject *rescued = NULL; /* ftguide: allow static-object behind rescue_lock */

static void
phoenix_finalize(PyObject *self)
{
    record("finalized", -1);
    PyMutex_Lock(&rescue_lock);
    if (rescued == NULL) {
        rescued = Py_NewRef(self); /* it lives on */
    }
    PyMutex_Unlock(&rescue_lock);
}

static void
phoenix_dealloc(PyObject *self)
{
    if (PyObject_CallFinalizerFromDealloc(self) < 0) {
        return; /* it was resurrected: leave everything as it is */
    }
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    record("freed", -1);
    type->tp_free(self);
    Py_DECREF(type);
}
/* [phoenix end] */

static int
type_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    return 0;
}

static PyType_Slot phoenix_slots[] = {
    {Py_tp_new, PyType_GenericNew},
    {Py_tp_traverse, type_traverse},
    {Py_tp_finalize, phoenix_finalize},
    {Py_tp_dealloc, phoenix_dealloc},
    {0, NULL},
};

static PyType_Spec phoenix_spec = {
    .name = "lifetime.Phoenix",
    .basicsize = sizeof(PyObject),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .slots = phoenix_slots,
};

static PyObject *
take_rescued(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    PyMutex_Lock(&rescue_lock);
    PyObject *object = rescued;
    rescued = NULL;
    PyMutex_Unlock(&rescue_lock);
    return object != NULL ? object : Py_NewRef(Py_None);
}

/* [locked-traverse] */
static PyMutex table_lock = {0};

static int
locked_traverse(PyObject *self, visitproc visit, void *arg)
{
    PyMutex_Lock(&table_lock); /* wrong: its owner may be suspended until this collection ends */
    PyMutex_Unlock(&table_lock);
    Py_VISIT(Py_TYPE(self));
    return 0;
}

static PyObject *
with_table_locked(PyObject *Py_UNUSED(module), PyObject *callback)
{
    PyMutex_Lock(&table_lock);
    PyObject *result = PyObject_CallNoArgs(callback); /* wrong as well: Python code under the lock */
    PyMutex_Unlock(&table_lock);
    return result;
}
/* [locked-traverse end] */

static int
announced_traverse(PyObject *self, visitproc visit, void *arg)
{
    atomic_store(&visiting_locked, 1);
    return locked_traverse(self, visit, arg);
}

static PyObject *
is_visiting_locked(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    return PyBool_FromLong(atomic_load(&visiting_locked));
}

static PyType_Slot locked_slots[] = {
    {Py_tp_new, PyType_GenericNew},
    {Py_tp_traverse, announced_traverse},
    {0, NULL},
};

static PyType_Spec locked_spec = {
    .name = "lifetime.Locked",
    .basicsize = sizeof(PyObject),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .slots = locked_slots,
};

static PyObject *
take_events(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    event copy[EVENTS];
    PyMutex_Lock(&events_lock);
    int length = events_length;
    memcpy(copy, events, sizeof(copy));
    events_length = 0;
    PyMutex_Unlock(&events_lock);
    PyObject *list = PyList_New(0);
    for (int i = 0; list != NULL && i < length; i++) {
        PyObject *one = Py_BuildValue("ski", copy[i].what, copy[i].thread, copy[i].others_ran);
        if (one == NULL || PyList_Append(list, one) < 0) {
            Py_CLEAR(list);
        }
        Py_XDECREF(one);
    }
    return list;
}

static PyObject *
wait_at_the_gate(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    Py_BEGIN_ALLOW_THREADS
    atomic_store(&at_gate, 1);
    while (!atomic_load(&gate_open)) {
        sleep_us(100);
    }
    atomic_store(&at_gate, 0);
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}

static PyObject *
is_at_the_gate(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    return PyBool_FromLong(atomic_load(&at_gate));
}

static PyObject *
open_gate(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    atomic_store(&gate_open, 1);
    Py_RETURN_NONE;
}

static PyObject *
close_gate(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    atomic_store(&gate_open, 0);
    Py_RETURN_NONE;
}

static void *
tick_detached(void *Py_UNUSED(ignored))
{
    while (!atomic_load(&stop_ticking)) {
        atomic_fetch_add(&detached_ticks, 1);
        sleep_us(100);
    }
    return NULL;
}

static PyObject *
tick(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    return PyLong_FromLong(atomic_fetch_add(&attached_ticks, 1) + 1);
}

static PyObject *
watch_collection(PyObject *Py_UNUSED(module), PyObject *collect)
{
    pthread_t thread;
    atomic_store(&stop_ticking, 0);
    if (pthread_create(&thread, NULL, tick_detached, NULL) != 0) {
        return PyErr_SetFromErrno(PyExc_OSError);
    }
    record("visited", 0);
    atomic_store(&watching, 1);
    PyObject *result = PyObject_CallNoArgs(collect);
    atomic_store(&watching, 0);
    atomic_store(&stop_ticking, 1);
    Py_BEGIN_ALLOW_THREADS
    pthread_join(thread, NULL);
    Py_END_ALLOW_THREADS
    return result;
}

static PyMethodDef functions[] = {
    {"take_events", take_events, METH_NOARGS, NULL},
    {"take_rescued", take_rescued, METH_NOARGS, NULL},
    {"with_table_locked", with_table_locked, METH_O, NULL},
    {"is_visiting_locked", is_visiting_locked, METH_NOARGS, NULL},
    {"wait_at_the_gate", wait_at_the_gate, METH_NOARGS, NULL},
    {"is_at_the_gate", is_at_the_gate, METH_NOARGS, NULL},
    {"open_gate", open_gate, METH_NOARGS, NULL},
    {"close_gate", close_gate, METH_NOARGS, NULL},
    {"tick", tick, METH_NOARGS, NULL},
    {"watch_collection", watch_collection, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static int
module_exec(PyObject *module)
{
    PyType_Spec *specs[] = {&node_spec, &phoenix_spec, &locked_spec};
    for (size_t i = 0; i < sizeof(specs) / sizeof(*specs); i++) {
        PyObject *type = PyType_FromModuleAndSpec(module, specs[i], NULL);
        int failed = type == NULL || PyModule_AddType(module, (PyTypeObject *)type) < 0;
        Py_XDECREF(type);
        if (failed) {
            return -1;
        }
    }
    return 0;
}

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, module_exec},
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
    {0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "lifetime",
    .m_methods = functions,
    .m_slots = slots,
};

PyMODINIT_FUNC
PyInit_lifetime(void)
{
    return PyModuleDef_Init(&definition);
}
