/* What a PyMutex does with those who wait for it: the experiments of the page on locks. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { LOCKED_AND_WAITED_FOR = 3, RELEASER = -1, MOST = 16 };

static PyMutex mutex = {0};
static pthread_mutex_t posix = PTHREAD_MUTEX_INITIALIZER;

static int order[MOST];           /* ftguide: allow static-state behind `mutex` */
static int order_length = 0;      /* ftguide: allow static-state behind `mutex` */
static _Atomic int announced = 0; /* how many are about to lock */
static _Atomic int request = 0, asking = 0, served = 0, held = 0, release_now = 0;
static _Atomic unsigned long waiter = 0; /* its number in /proc */

static void
sleep_us(long us)
{
    struct timespec time = {0, us * 1000};
    nanosleep(&time, NULL);
}

/* Say whether the system has put the waiter to sleep in this round: it waits, for it had announced to. */
static int
waits(int round)
{
    char path[64], line[512];
    if (atomic_load(&asking) < round) {
        return 0;
    }
    snprintf(path, sizeof(path), "/proc/self/task/%lu/stat", atomic_load(&waiter));
    FILE *file = fopen(path, "r");
    char *state = file != NULL && fgets(line, sizeof(line), file) ? strrchr(line, ')') : NULL;
    if (file != NULL) {
        fclose(file);
    }
    return state != NULL && state[2] == 'S';
}

/* Say that somebody waits already: who comes then joins the queue and does not first try again and again,
   which takes long where other programs want the CPU. The bits are private, and the header explains them. */
static void
skip_trying(void)
{
    *(volatile uint8_t *)&mutex = LOCKED_AND_WAITED_FOR;
}

static PyObject *
hold(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    PyMutex_Lock(&mutex);
    order_length = 0;
    atomic_store(&announced, 0);
    Py_RETURN_NONE;
}

/* [queue] */
static void
take_and_note(int number)
{
    PyMutex_Lock(&mutex);
    if (order_length < MOST) {
        order[order_length++] = number;
    }
    PyMutex_Unlock(&mutex);
}

static PyObject *
line_up(PyObject *Py_UNUSED(module), PyObject *arg)
{
    int number = (int)PyLong_AsLong(arg);
    if (number == -1 && PyErr_Occurred()) {
        return NULL;
    }
    atomic_fetch_add(&announced, 1);
    take_and_note(number);
    Py_RETURN_NONE;
}

static PyObject *
release_and_take_again(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    PyMutex_Unlock(&mutex);
    take_and_note(RELEASER); /* at once: nothing is between the two */
    Py_RETURN_NONE;
}
/* [queue end] */

static PyObject *
waiting(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    return PyLong_FromLong(atomic_load(&announced));
}

static PyObject *
taken(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    int copy[MOST];
    PyMutex_Lock(&mutex);
    int length = order_length;
    memcpy(copy, order, sizeof(copy));
    PyMutex_Unlock(&mutex);
    PyObject *list = PyList_New(length);
    for (int i = 0; list != NULL && i < length; i++) {
        PyObject *one = PyLong_FromLong(copy[i]);
        if (one == NULL) {
            Py_CLEAR(list);
            break;
        }
        PyList_SET_ITEM(list, i, one);
    }
    return list;
}

static void *
wait_each_round(void *rounds)
{
    atomic_store(&waiter, PyThread_get_thread_native_id());
    for (int round = 1; round <= *(int *)rounds; round++) {
        while (atomic_load(&request) < round) {
            sleep_us(10);
        }
        atomic_store(&asking, round);
        PyMutex_Lock(&mutex); /* by a thread that Python does not know: nothing to detach */
        atomic_store(&served, round);
        PyMutex_Unlock(&mutex);
    }
    return NULL;
}

/* [barging] */
static int
one_round(int round, long wait_us)
{
    PyMutex_Lock(&mutex);
    skip_trying();
    atomic_store(&request, round); /* the other thread tries to lock, too */
    while (!waits(round)) {
        sleep_us(10);
    }
    if (wait_us) {
        sleep_us(wait_us);
    }
    PyMutex_Unlock(&mutex);
    PyMutex_Lock(&mutex);
    int ahead = atomic_load(&served) < round; /* we have it again, and the waiter still waits */
    PyMutex_Unlock(&mutex);
    while (atomic_load(&served) < round) {
        sleep_us(10);
    }
    return ahead;
}
/* [barging end] */

static PyObject *
rounds_ahead(PyObject *Py_UNUSED(module), PyObject *args)
{
    int rounds;
    long wait_us;
    if (!PyArg_ParseTuple(args, "il", &rounds, &wait_us)) {
        return NULL;
    }
    pthread_t thread;
    int ahead = 0, failed;
    Py_BEGIN_ALLOW_THREADS
    atomic_store(&request, 0);
    atomic_store(&asking, 0);
    atomic_store(&served, 0);
    failed = pthread_create(&thread, NULL, wait_each_round, &rounds);
    if (!failed) {
        for (int round = 1; round <= rounds; round++) {
            ahead += one_round(round, wait_us);
        }
        pthread_join(thread, NULL);
    }
    Py_END_ALLOW_THREADS
    return failed ? PyErr_SetFromErrno(PyExc_OSError) : PyLong_FromLong(ahead);
}

static PyObject *
lock_twice(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    PyMutex_Lock(&mutex);
    PyMutex_Lock(&mutex);
    Py_RETURN_NONE;
}

static PyObject *
unlock(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    PyMutex_Unlock(&mutex);
    Py_RETURN_NONE;
}

typedef struct {
    int is_posix;
    long most_ms;
} holder_task;

static void *
hold_for_a_while(void *pointer)
{
    holder_task *task = pointer;
    /* ftguide: allow native-lock this thread never attaches */
    task->is_posix ? (void)pthread_mutex_lock(&posix) : PyMutex_Lock(&mutex);
    atomic_store(&held, 1);
    while (!atomic_load(&announced)) {
        sleep_us(100);
    }
    for (long ms = 0; ms < task->most_ms && !atomic_load(&release_now); ms++) {
        sleep_us(1000);
    }
    atomic_store(&held, 0);
    task->is_posix ? (void)pthread_mutex_unlock(&posix) : PyMutex_Unlock(&mutex);
    return NULL;
}

/* [detach-while-waiting] */
static PyObject *
lock_posix(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    atomic_fetch_add(&announced, 1);
    /* ftguide: allow native-lock waits attached, to show what comes of it */
    pthread_mutex_lock(&posix);
    pthread_mutex_unlock(&posix);
    Py_RETURN_NONE;
}

static PyObject *
lock_pymutex(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    atomic_fetch_add(&announced, 1);
    PyMutex_Lock(&mutex); /* detaches if it has to wait */
    PyMutex_Unlock(&mutex);
    Py_RETURN_NONE;
}
/* [detach-while-waiting end] */

static PyObject *
collects_while_held(PyObject *Py_UNUSED(module), PyObject *args)
{
    holder_task task;
    PyObject *start_waiter, *collect;
    if (!PyArg_ParseTuple(args, "plOO", &task.is_posix, &task.most_ms, &start_waiter, &collect)) {
        return NULL;
    }
    atomic_store(&announced, 0);
    atomic_store(&release_now, 0);
    pthread_t thread;
    if (pthread_create(&thread, NULL, hold_for_a_while, &task) != 0) {
        return PyErr_SetFromErrno(PyExc_OSError);
    }
    while (!atomic_load(&held)) {
        sleep_us(100);
    }
    PyObject *result = PyObject_CallNoArgs(start_waiter);
    Py_BEGIN_ALLOW_THREADS
    while (result != NULL && !atomic_load(&announced)) {
        sleep_us(100);
    }
    Py_END_ALLOW_THREADS
    if (result != NULL) {
        Py_SETREF(result, PyObject_CallNoArgs(collect));
    }
    int still_held = atomic_load(&held);
    atomic_store(&announced, 1);
    atomic_store(&release_now, 1);
    Py_BEGIN_ALLOW_THREADS
    pthread_join(thread, NULL);
    Py_END_ALLOW_THREADS
    if (result == NULL) {
        return NULL;
    }
    Py_DECREF(result);
    return PyBool_FromLong(still_held);
}

static PyMethodDef functions[] = {
    {"hold", hold, METH_NOARGS, NULL},
    {"unlock", unlock, METH_NOARGS, NULL},
    {"line_up", line_up, METH_O, NULL},
    {"waiting", waiting, METH_NOARGS, NULL},
    {"release_and_take_again", release_and_take_again, METH_NOARGS, NULL},
    {"taken", taken, METH_NOARGS, NULL},
    {"rounds_ahead", rounds_ahead, METH_VARARGS, NULL},
    {"lock_twice", lock_twice, METH_NOARGS, NULL},
    {"lock_posix", lock_posix, METH_NOARGS, NULL},
    {"lock_pymutex", lock_pymutex, METH_NOARGS, NULL},
    {"collects_while_held", collects_while_held, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot slots[] = {
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
    {0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "mutexes",
    .m_methods = functions,
    .m_slots = slots,
};

PyMODINIT_FUNC
PyInit_mutexes(void)
{
    return PyModuleDef_Init(&definition);
}
