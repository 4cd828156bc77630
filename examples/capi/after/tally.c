/* tally: counts keys and adds up their weights.
 *
 * A callback says what a key weighs; its answers are memoised. Every weight also goes to a journal that
 * all counters share. Every method may be called from any thread, on shared counters, on either build.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#define MEMO_LIMIT 128

typedef struct {
    PyObject_HEAD
    PyObject *weigh; /* the callback: key -> int */
    PyObject *memo;  /* dict: key -> its weight */
    long long adds;
    long long total;
} Counter;

/* The journal: every weight ever added, in an array that grows. */
typedef struct {
    PyMutex lock; /* held for the other three; no Python code runs under it */
    long *weights;
    Py_ssize_t length;
    Py_ssize_t room;
} Journal;

/* What one module object owns: made before any thread can see it, freed with it. */
typedef struct {
    PyTypeObject *receipt_type;
    Journal journal;
} State;

static int
journal_append(Journal *journal, long weight)
{
    PyMutex_Lock(&journal->lock);
    if (journal->length == journal->room) {
        Py_ssize_t room = journal->room ? 2 * journal->room : 64;
        long *bigger = PyMem_Realloc(journal->weights, room * sizeof(long));
        if (bigger == NULL) {
            PyMutex_Unlock(&journal->lock);
            PyErr_NoMemory();
            return -1;
        }
        journal->weights = bigger;
        journal->room = room;
    }
    journal->weights[journal->length++] = weight;
    PyMutex_Unlock(&journal->lock);
    return 0;
}

/* Receipt: what add() returns. */
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

static PyObject *
make_receipt(State *state, PyObject *key, PyObject *weight)
{
    PyObject *receipt = PyStructSequence_New(state->receipt_type);
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
    State *state = PyType_GetModuleState(Py_TYPE(self)); /* Counter has no subclasses */
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
    if (journal_append(&state->journal, value) < 0) {
        goto failed;
    }
    Py_BEGIN_CRITICAL_SECTION(self); /* two fields that belong together: atomics would not do */
    self->adds += 1;
    self->total += value;
    Py_END_CRITICAL_SECTION();
    PyObject *receipt = make_receipt(state, key, weight);
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
    /* Nothing in here runs Python code (weights are exact ints) or returns: the lock is held all along. */
    Py_BEGIN_CRITICAL_SECTION(self->memo);
    while (PyDict_Next(self->memo, &position, &key, &weight)) {
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
    Py_XINCREF(found); /* while the memo cannot drop it */
    Py_END_CRITICAL_SECTION();
    return found;
}

static PyObject *
counter_totals(Counter *self, PyObject *Py_UNUSED(ignored))
{
    long long adds, total;
    Py_BEGIN_CRITICAL_SECTION(self);
    adds = self->adds;
    total = self->total;
    Py_END_CRITICAL_SECTION();
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
    Journal *journal = &((State *)PyModule_GetState(module))->journal;
    long long sum = 0;
    PyMutex_Lock(&journal->lock);
    Py_ssize_t length = journal->length;
    for (Py_ssize_t i = 0; i < length; i++) {
        sum += journal->weights[i];
    }
    PyMutex_Unlock(&journal->lock);
    return Py_BuildValue("(nL)", length, sum);
}

static PyMethodDef tally_methods[] = {
    {"journal", tally_journal, METH_NOARGS,
     "Return how many weights all counters together added, and their sum."},
    {NULL},
};

static int
tally_exec(PyObject *module)
{
    State *state = PyModule_GetState(module);
    state->receipt_type = PyStructSequence_NewType(&receipt_desc);
    if (state->receipt_type == NULL) {
        return -1;
    }
    PyObject *type = PyType_FromModuleAndSpec(module, &counter_spec, NULL);
    if (type == NULL) {
        return -1;
    }
    int failed = PyModule_AddType(module, (PyTypeObject *)type);
    Py_DECREF(type);
    return failed;
}

static int
tally_traverse(PyObject *module, visitproc visit, void *arg)
{
    State *state = PyModule_GetState(module);
    Py_VISIT(state->receipt_type);
    return 0;
}

static int
tally_clear(PyObject *module)
{
    State *state = PyModule_GetState(module);
    Py_CLEAR(state->receipt_type);
    return 0;
}

static void
tally_free(void *module)
{
    State *state = PyModule_GetState(module);
    tally_clear(module);
    PyMem_Free(state->journal.weights);
}

static PyModuleDef_Slot tally_slots[] = {
    {Py_mod_exec, tally_exec},
    {Py_mod_gil, Py_MOD_GIL_NOT_USED}, /* 3.13 and later; last of all, it is a promise and no lock */
    {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},
    {0, NULL},
};

static struct PyModuleDef tally_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "tally",
    .m_doc = "A memoising counter.",
    .m_size = sizeof(State), /* zeroed by CPython */
    .m_slots = tally_slots,
    .m_methods = tally_methods,
    .m_traverse = tally_traverse,
    .m_clear = tally_clear,
    .m_free = tally_free,
};

PyMODINIT_FUNC
PyInit_tally(void)
{
    return PyModuleDef_Init(&tally_module);
}
