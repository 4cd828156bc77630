/* The short pieces of C that the pages on extensions show. One module, built and run on both builds. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

/* [module-state] */
typedef struct {
    PyObject *registry; /* a dict: one per module object, made when the module is executed */
} module_state;
/* [module-state end] */

/* [macro] */
static const char *
build_name(void)
{
#ifdef Py_GIL_DISABLED
    return "free-threaded";
#else
    return "GIL-enabled";
#endif
}
/* [macro end] */

static PyObject *
build(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    return PyUnicode_FromString(build_name());
}

/* [strong-reference] */
static PyObject *
registered(PyObject *module, PyObject *key)
{
    module_state *state = PyModule_GetState(module);
    PyObject *found;
    int there = PyDict_GetItemRef(state->registry, key, &found);
    if (there < 0) {
        return NULL; /* hashing or comparing the key failed */
    }
    return there ? found : Py_NewRef(Py_None); /* the reference is ours: give it to the caller */
}
/* [strong-reference end] */

/* [first-wins] */
static PyObject *
register_once(PyObject *module, PyObject *args)
{
    PyObject *key, *value, *winner;
    if (!PyArg_ParseTuple(args, "OO", &key, &value)) {
        return NULL;
    }
    module_state *state = PyModule_GetState(module);
    if (PyDict_SetDefaultRef(state->registry, key, value, &winner) < 0) {
        return NULL;
    }
    return winner; /* every thread gets the same object */
}
/* [first-wins end] */

/* [dict-next] */
static PyObject *
sum_values(PyObject *Py_UNUSED(module), PyObject *dict)
{
    if (!PyDict_Check(dict)) {
        PyErr_SetString(PyExc_TypeError, "a dict, please");
        return NULL;
    }
    long sum = 0;
    int failed = 0;
    Py_BEGIN_CRITICAL_SECTION(dict);
    Py_ssize_t position = 0;
    PyObject *key, *value; /* borrowed, and good as long as nobody can change the dict */
    while (PyDict_Next(dict, &position, &key, &value)) {
        long number = PyLong_AsLong(value);
        if (number == -1 && PyErr_Occurred()) {
            failed = 1;
            break; /* out of the loop, not out of the section */
        }
        sum += number;
    }
    Py_END_CRITICAL_SECTION();
    return failed ? NULL : PyLong_FromLong(sum);
}
/* [dict-next end] */

/* [two-objects] */
typedef struct {
    PyObject_HEAD
    long balance;
} Account;

static PyObject *
account_send(Account *self, PyObject *args)
{
    Account *other;
    long amount;
    if (!PyArg_ParseTuple(args, "O!l", Py_TYPE(self), &other, &amount)) {
        return NULL;
    }
    Py_BEGIN_CRITICAL_SECTION2(self, other); /* in an order that cannot deadlock */
    self->balance -= amount;
    other->balance += amount;
    Py_END_CRITICAL_SECTION2();
    Py_RETURN_NONE;
}
/* [two-objects end] */

static PyObject *
account_balance(Account *self, PyObject *Py_UNUSED(ignored))
{
    long balance;
    Py_BEGIN_CRITICAL_SECTION(self);
    balance = self->balance;
    Py_END_CRITICAL_SECTION();
    return PyLong_FromLong(balance);
}

/* [mutex] */
static PyMutex journal_lock = {0};
static long journal[64];       /* ftguide: allow static-state behind journal_lock */
static int journal_length = 0; /* ftguide: allow static-state behind journal_lock */

static PyObject *
note(PyObject *Py_UNUSED(module), PyObject *arg)
{
    long number = PyLong_AsLong(arg); /* may run Python code: before the lock, not under it */
    if (number == -1 && PyErr_Occurred()) {
        return NULL;
    }
    PyMutex_Lock(&journal_lock);
    int full = journal_length == 64;
    if (!full) {
        journal[journal_length++] = number;
    }
    PyMutex_Unlock(&journal_lock);
    return PyBool_FromLong(!full);
}
/* [mutex end] */

/* [atomic] */
static _Atomic long hits = 0;

static PyObject *
hit(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    return PyLong_FromLong(atomic_fetch_add_explicit(&hits, 1, memory_order_relaxed) + 1);
}
/* [atomic end] */

/* [once] */
static PyMutex squares_lock = {0};
static _Atomic int squares_ready = 0;
static _Atomic int squares_filled = 0; /* how often: the tests look */
static long squares[256]; /* ftguide: allow static-state written once, behind squares_lock */

static void
need_squares(void)
{
    if (atomic_load_explicit(&squares_ready, memory_order_acquire)) {
        return; /* the usual case costs a load */
    }
    PyMutex_Lock(&squares_lock);
    if (!atomic_load_explicit(&squares_ready, memory_order_relaxed)) {
        for (long i = 0; i < 256; i++) {
            squares[i] = i * i;
        }
        atomic_fetch_add(&squares_filled, 1);
        atomic_store_explicit(&squares_ready, 1, memory_order_release); /* last */
    }
    PyMutex_Unlock(&squares_lock);
}
/* [once end] */

static PyObject *
square(PyObject *Py_UNUSED(module), PyObject *arg)
{
    long n = PyLong_AsLong(arg);
    if ((n == -1 && PyErr_Occurred()) || n < 0 || n > 255) {
        return PyErr_Occurred() ? NULL : PyErr_Format(PyExc_ValueError, "0 to 255, not %ld", n);
    }
    need_squares();
    return Py_BuildValue("li", squares[n], atomic_load(&squares_filled));
}

/* [detach] */
static PyObject *
pause_ms(PyObject *Py_UNUSED(module), PyObject *arg)
{
    long ms = PyLong_AsLong(arg);
    if (ms == -1 && PyErr_Occurred()) {
        return NULL;
    }
    struct timespec time = {ms / 1000, (ms % 1000) * 1000000};
    Py_BEGIN_ALLOW_THREADS /* detached: touch no Python object; no pause waits for us */
    nanosleep(&time, NULL);
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}
/* [detach end] */

/* [foreign-thread] */
static void *
in_a_thread_of_its_own(void *callback)
{
    /* ftguide: allow gil-as-lock it attaches, and shares nothing */
    PyGILState_STATE state = PyGILState_Ensure();
    PyObject *result = PyObject_CallNoArgs(callback);
    if (result == NULL) {
        PyErr_WriteUnraisable(callback); /* nobody above us could take the exception */
    }
    Py_XDECREF(result);
    PyGILState_Release(state);
    return NULL;
}

static PyObject *
call_elsewhere(PyObject *Py_UNUSED(module), PyObject *callback)
{
    pthread_t thread;
    int failed;
    Py_BEGIN_ALLOW_THREADS /* the other thread must be able to attach while we wait */
    failed = pthread_create(&thread, NULL, in_a_thread_of_its_own, callback);
    if (!failed) {
        pthread_join(thread, NULL);
    }
    Py_END_ALLOW_THREADS
    if (failed) {
        PyErr_SetString(PyExc_RuntimeError, "no thread to be had");
        return NULL;
    }
    Py_RETURN_NONE;
}
/* [foreign-thread end] */

/* [weak-reference] */
static PyObject *
behind(PyObject *Py_UNUSED(module), PyObject *weak)
{
    PyObject *object;
    if (PyWeakref_GetRef(weak, &object) < 0) {
        return NULL; /* not a weak reference */
    }
    return object != NULL ? object : Py_NewRef(Py_None); /* alive, and ours */
}
/* [weak-reference end] */

/* [thread-local] */
static _Thread_local int depth = 0;

static PyObject *
nested(PyObject *Py_UNUSED(module), PyObject *callback)
{
    depth += 1; /* this thread's own: no lock */
    PyObject *result = callback == Py_None ? PyLong_FromLong(depth) : PyObject_CallNoArgs(callback);
    depth -= 1;
    return result;
}
/* [thread-local end] */

static PyMethodDef account_methods[] = {
    {"send", (PyCFunction)account_send, METH_VARARGS, NULL},
    {"balance", (PyCFunction)account_balance, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot account_slots[] = {
    {Py_tp_new, PyType_GenericNew},
    {Py_tp_methods, account_methods},
    {0, NULL},
};

static PyType_Spec account_spec = {
    .name = "snippets.Account",
    .basicsize = sizeof(Account),
    .flags = Py_TPFLAGS_DEFAULT,
    .slots = account_slots,
};

static PyMethodDef functions[] = {
    {"build", build, METH_NOARGS, NULL},
    {"registered", registered, METH_O, NULL},
    {"register_once", register_once, METH_VARARGS, NULL},
    {"sum_values", sum_values, METH_O, NULL},
    {"note", note, METH_O, NULL},
    {"hit", hit, METH_NOARGS, NULL},
    {"square", square, METH_O, NULL},
    {"pause_ms", pause_ms, METH_O, NULL},
    {"call_elsewhere", call_elsewhere, METH_O, NULL},
    {"behind", behind, METH_O, NULL},
    {"nested", nested, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

/* [exec] */
static int
module_exec(PyObject *module)
{
    module_state *state = PyModule_GetState(module);
    state->registry = PyDict_New();
    PyObject *account = PyType_FromModuleAndSpec(module, &account_spec, NULL);
    int failed = state->registry == NULL || account == NULL
                 || PyModule_AddType(module, (PyTypeObject *)account) < 0;
    Py_XDECREF(account);
    return failed ? -1 : 0;
}
/* [exec end] */

static int
module_traverse(PyObject *module, visitproc visit, void *arg)
{
    module_state *state = PyModule_GetState(module);
    Py_VISIT(state->registry);
    return 0;
}

static int
module_clear(PyObject *module)
{
    module_state *state = PyModule_GetState(module);
    Py_CLEAR(state->registry);
    return 0;
}

/* [declare] */
static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, module_exec},
    {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},
#if PY_VERSION_HEX >= 0x030D0000
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
#endif
    {0, NULL},
};
/* [declare end] */

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "snippets",
    .m_size = sizeof(module_state),
    .m_methods = functions,
    .m_slots = slots,
    .m_traverse = module_traverse,
    .m_clear = module_clear,
};

PyMODINIT_FUNC
PyInit_snippets(void)
{
    return PyModuleDef_Init(&definition);
}
