/* tally: counts keys and adds up their weights.
 *
 * A callback says what a key weighs; its answers are memoised. Every weight also goes to a journal that
 * all counters share. Every method may be called from any thread, on shared counters, on either build.
 * The C variables of the module stay where they were; each has its lock now.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdatomic.h>

#define MEMO_LIMIT 128

typedef struct {
    PyObject_HEAD
    PyObject *weigh; /* the callback: key -> int */
    PyObject *memo;  /* dict: key -> its weight */
    PyMutex lock;    /* held for the two below */
    long long adds;
    long long total;
} Counter;

/* The journal: every weight ever added, in an array that grows. */
static long *journal;
static Py_ssize_t journal_length;
static Py_ssize_t journal_room;
static PyMutex journal_lock; /* held for the three above; no Python code runs under it */

static int
journal_append(long weight)
{
    PyMutex_Lock(&journal_lock);
    if (journal_length == journal_room) {
        Py_ssize_t room = journal_room ? 2 * journal_room : 64;
        long *bigger = PyMem_Realloc(journal, room * sizeof(long));
        if (bigger == NULL) {
            PyMutex_Unlock(&journal_lock);
            PyErr_NoMemory();
            return -1;
        }
        journal = bigger;
        journal_room = room;
    }
    journal[journal_length++] = weight;
    PyMutex_Unlock(&journal_lock);
    return 0;
}

/* Receipt: what add() returns. The type is made when it is first needed. */
static PyStructSequence_Field receipt_fields[] = {
    {"key", "what was added"},
    {"weight", "what it weighs"},
    {NULL, NULL},
};
static PyStructSequence_Desc receipt_desc = {
    .name = "tally.Receipt",
    .fields = receipt_fields,
    .n_in_sequence = 2,
};
static _Atomic(PyTypeObject *) receipt_type;

/* Return the type, borrowed for ever; whoever comes second throws its own away and takes the first. */
static PyTypeObject *
get_receipt_type(void)
{
    PyTypeObject *type = atomic_load(&receipt_type);
    if (type == NULL) {
        PyTypeObject *made = PyStructSequence_NewType(&receipt_desc); /* under no lock: it runs Python */
        if (made == NULL) {
            return NULL;
        }
        if (atomic_compare_exchange_strong(&receipt_type, &type, made)) {
            return made;
        }
        Py_DECREF(made);
    }
    return type;
}

static PyObject *
make_receipt(PyObject *key, PyObject *weight)
{
    PyTypeObject *type = get_receipt_type();
    if (type == NULL) {
        return NULL;
    }
    PyObject *receipt = PyStructSequence_New(type);
    if (receipt == NULL) {
        return NULL;
    }
    PyStructSequence_SetItem(receipt, 0, Py_NewRef(key));
    PyStructSequence_SetItem(receipt, 1, Py_NewRef(weight));
    return receipt;
}

static PyObject *
counter_add(Counter *self, PyObject *key)
{
    PyObject *weight; /* ours, whatever the others do to the memo */
    if (PyDict_GetItemRef(self->memo, key, &weight) < 0) {
        return NULL;
    }
    if (weight == NULL) {
        PyObject *answer = PyObject_CallOneArg(self->weigh, key);
        if (answer == NULL) {
            return NULL;
        }
        weight = PyNumber_Index(answer);
        Py_DECREF(answer);
        if (weight == NULL) {
            return NULL;
        }
        if (PyDict_Size(self->memo) >= MEMO_LIMIT) {
            PyDict_Clear(self->memo);
        }
        if (PyDict_SetItem(self->memo, key, weight) < 0) {
            goto failed;
        }
    }
    long value = PyLong_AsLong(weight);
    if (value == -1 && PyErr_Occurred()) {
        goto failed;
    }
    if (journal_append(value) < 0) {
        goto failed;
    }
    PyMutex_Lock(&self->lock);
    self->adds += 1;
    self->total += value;
    PyMutex_Unlock(&self->lock);
    PyObject *receipt = make_receipt(key, weight);
    Py_DECREF(weight);
    return receipt;
failed:
    Py_DECREF(weight);
    return NULL;
}

static PyObject *
counter_heaviest(Counter *self, PyObject *Py_UNUSED(ignored))
{
    PyObject *key, *weight, *found = Py_None;
    Py_ssize_t position = 0;
    long most = 0;
    PyObject *copy = PyDict_Copy(self->memo); /* atomic; nobody else has the copy */
    if (copy == NULL) {
        return NULL;
    }
    while (PyDict_Next(copy, &position, &key, &weight)) {
        long value = PyLong_AsLong(weight);
        if (value == -1 && PyErr_Occurred()) {
            found = NULL;
            break;
        }
        if (found == Py_None || value > most) {
            most = value;
            found = key;
        }
    }
    Py_XINCREF(found);
    Py_DECREF(copy);
    return found;
}

static PyObject *
counter_totals(Counter *self, PyObject *Py_UNUSED(ignored))
{
    PyMutex_Lock(&self->lock);
    long long adds = self->adds, total = self->total;
    PyMutex_Unlock(&self->lock);
    return Py_BuildValue("(LL)", adds, total);
}

static PyObject *
counter_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"weigh", NULL};
    PyObject *weigh;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O:Counter", names, &weigh)) {
        return NULL;
    }
    Counter *self = (Counter *)type->tp_alloc(type, 0);
    if (self == NULL) {
        return NULL;
    }
    self->weigh = Py_NewRef(weigh);
    self->memo = PyDict_New();
    if (self->memo == NULL) {
        Py_DECREF(self);
        return NULL;
    }
    return (PyObject *)self;
}

static int
counter_traverse(Counter *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(self->weigh);
    Py_VISIT(self->memo);
    return 0;
}

static int
counter_clear(Counter *self)
{
    Py_CLEAR(self->weigh);
    Py_CLEAR(self->memo);
    return 0;
}

static void
counter_dealloc(Counter *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    counter_clear(self);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyMethodDef counter_methods[] = {
    {"add", (PyCFunction)counter_add, METH_O, "Add a key; return its receipt."},
    {"heaviest", (PyCFunction)counter_heaviest, METH_NOARGS,
     "Return the memoised key that weighs most, None without one."},
    {"totals", (PyCFunction)counter_totals, METH_NOARGS,
     "Return how many keys were added, and their weight."},
    {NULL},
};

static PyType_Slot counter_slots[] = {
    {Py_tp_new, counter_new},
    {Py_tp_traverse, counter_traverse},
    {Py_tp_clear, counter_clear},
    {Py_tp_dealloc, counter_dealloc},
    {Py_tp_methods, counter_methods},
    {0, NULL},
};

static PyType_Spec counter_spec = {
    .name = "tally.Counter",
    .basicsize = sizeof(Counter),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = counter_slots,
};

static PyObject *
tally_journal(PyObject *module, PyObject *Py_UNUSED(ignored))
{
    long long sum = 0;
    PyMutex_Lock(&journal_lock);
    Py_ssize_t length = journal_length;
    for (Py_ssize_t i = 0; i < length; i++) {
        sum += journal[i];
    }
    PyMutex_Unlock(&journal_lock);
    return Py_BuildValue("(nL)", length, sum);
}

static PyMethodDef tally_methods[] = {
    {"journal", tally_journal, METH_NOARGS,
     "Return how many weights all counters together added, and their sum."},
    {NULL},
};

static struct PyModuleDef tally_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "tally",
    .m_doc = "A memoising counter.",
    .m_size = -1, /* all state is in C variables */
    .m_methods = tally_methods,
};

PyMODINIT_FUNC
PyInit_tally(void)
{
    PyObject *module = PyModule_Create(&tally_module);
    if (module == NULL) {
        return NULL;
    }
    PyObject *type = PyType_FromModuleAndSpec(module, &counter_spec, NULL);
    if (type == NULL || PyModule_AddObjectRef(module, "Counter", type) < 0) {
        Py_XDECREF(type);
        Py_DECREF(module);
        return NULL;
    }
    Py_DECREF(type);
#ifdef Py_GIL_DISABLED /* the function exists in the free-threaded build only */
    if (PyUnstable_Module_SetGIL(module, Py_MOD_GIL_NOT_USED) < 0) {
        Py_DECREF(module);
        return NULL;
    }
#endif
    return module;
}
