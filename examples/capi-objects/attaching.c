/* A native thread that calls Python again and again: with a thread state for each call, or with one that it keeps. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

typedef struct {
    PyObject *callback;
    int keep;
    int calls;
#if PY_VERSION_HEX >= 0x030F0000
    PyInterpreterView *view;
#endif
} job;

static _Atomic int idle = 0, go_on = 0;

static void
sleep_us(long us)
{
    struct timespec time = {0, us * 1000};
    nanosleep(&time, NULL);
}

static void
call(PyObject *callback)
{
    PyObject *result = PyObject_CallNoArgs(callback);
    if (result == NULL) {
        PyErr_WriteUnraisable(callback);
    }
    Py_XDECREF(result);
}

static void
stay_idle(void)
{
    atomic_store(&idle, 1);
    while (!atomic_load(&go_on)) {
        sleep_us(100);
    }
}

/* [per-call] */
static void
on_event(PyObject *callback)
{
    /* ftguide: allow gil-as-lock it attaches, and shares nothing */
    PyGILState_STATE state = PyGILState_Ensure();
    call(callback);
    PyGILState_Release(state);
}
/* [per-call end] */

/* [kept] */
static void *
native_thread(void *pointer)
{
    job *it = pointer;
    PyGILState_STATE outer = PyGILState_UNLOCKED;
    PyThreadState *kept = NULL;
    if (it->keep) {
        /* ftguide: allow gil-as-lock it makes the thread state, and shares nothing */
        outer = PyGILState_Ensure(); /* makes the thread state, and attaches */
        kept = PyEval_SaveThread();  /* detaches, and leaves the state in place */
    }
    for (int i = 0; i < it->calls; i++) {
        on_event(it->callback); /* attaches the kept state, if there is one */
    }
    stay_idle(); /* detached */
    if (it->keep) {
        PyEval_RestoreThread(kept);
        PyGILState_Release(outer); /* deletes the thread state */
    }
    return NULL;
}
/* [kept end] */

#if PY_VERSION_HEX >= 0x030F0000
/* [ensure-315] */
static void *
native_thread_315(void *pointer)
{
    job *it = pointer;
    PyThreadStateToken *outer = NULL;
    PyThreadState *kept = NULL;
    if (it->keep) {
        outer = PyThreadState_EnsureFromView(it->view); /* holds up finalization until released */
        if (outer == NULL) {
            return NULL; /* the interpreter has begun to finalize */
        }
        kept = PyEval_SaveThread();
    }
    for (int i = 0; i < it->calls; i++) {
        PyThreadStateToken *token = PyThreadState_EnsureFromView(it->view);
        if (token == NULL) {
            break;
        }
        call(it->callback);
        PyThreadState_Release(token);
    }
    stay_idle();
    if (it->keep) {
        PyEval_RestoreThread(kept);
        PyThreadState_Release(outer);
    }
    return NULL;
}
/* [ensure-315 end] */
#endif

static PyObject *
run(PyObject *Py_UNUSED(module), PyObject *args)
{
    job it;
    const char *how;
    PyObject *while_idle;
    if (!PyArg_ParseTuple(args, "spiOO", &how, &it.keep, &it.calls, &it.callback, &while_idle)) {
        return NULL;
    }
    void *(*body)(void *) = native_thread;
#if PY_VERSION_HEX >= 0x030F0000
    it.view = PyInterpreterView_FromCurrent();
    if (it.view == NULL) {
        return NULL;
    }
    body = strcmp(how, "PyThreadState_EnsureFromView") == 0 ? native_thread_315 : native_thread;
#endif
    pthread_t thread;
    atomic_store(&idle, 0);
    atomic_store(&go_on, 0);
    PyObject *result = NULL;
    if (pthread_create(&thread, NULL, body, &it) != 0) {
        PyErr_SetFromErrno(PyExc_OSError);
    }
    else {
        Py_BEGIN_ALLOW_THREADS
        while (!atomic_load(&idle)) {
            sleep_us(100);
        }
        Py_END_ALLOW_THREADS
        result = PyObject_CallNoArgs(while_idle);
        atomic_store(&go_on, 1);
        Py_BEGIN_ALLOW_THREADS
        pthread_join(thread, NULL);
        Py_END_ALLOW_THREADS
    }
#if PY_VERSION_HEX >= 0x030F0000
    PyInterpreterView_Close(it.view);
#endif
    return result;
}

static PyObject *
thread_state_id(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    return PyLong_FromUnsignedLongLong(PyThreadState_GetID(PyThreadState_Get()));
}

static PyMethodDef functions[] = {
    {"run", run, METH_VARARGS, NULL},
    {"thread_state_id", thread_state_id, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot slots[] = {
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
    {0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "attaching",
    .m_methods = functions,
    .m_slots = slots,
};

PyMODINIT_FUNC
PyInit_attaching(void)
{
    return PyModuleDef_Init(&definition);
}
