/* tally: counts keys and adds up their weights.
 *
 * A callback says what a key weighs; its answers are memoised. Every weight also goes to a journal that
 * all counters share. Written for the GIL: it passes every test there, and README.md counts what is
 * wrong with it without one.
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
static long *journal;
static Py_ssize_t journal_length;
static Py_ssize_t journal_room;

static int
journal_append(long weight)
{
    if (journal_length == journal_room) {
        Py_ssize_t room = journal_room ? 2 * journal_room : 64;
        long *bigger = PyMem_Realloc(journal, room * sizeof(long));
        if (bigger == NULL) {
            PyErr_NoMemory();
            return -1;
        }
        journal = bigger;
        journal_room = room;
    }
    journal[journal_length++] = weight;
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
static PyTypeObject *receipt_type;

static PyObject *
make_receipt(PyObject *key, PyObject *weight)
{
    if (receipt_type == NULL) {
        receipt_type = PyStructSequence_NewType(&receipt_desc);
        if (receipt_type == NULL) {
            return NULL;
        }
    }
    PyObject *receipt = PyStructSequence_New(receipt_type);
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
    PyObject *weight = PyDict_GetItemWithError(self->memo, key);
    if (weight == NULL) {
        if (PyErr_Occurred()) {
            return NULL;
        }
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
        int failed = PyDict_SetItem(self->memo, key, weight);
        Py_DECREF(weight); /* the memo keeps it alive */
        if (failed) {
            return NULL;
        }
    }
    long value = PyLong_AsLong(weight);
    if (value == -1 && PyErr_Occurred()) {
        return NULL;
    }
    if (journal_append(value) < 0) {
        return NULL;
    }
    self->adds += 1;
    self->total += value;
    return make_receipt(key, weight);
}

static PyObject *
counter_heaviest(Counter *self, PyObject *Py_UNUSED(ignored))
{
    PyObject *key, *weight, *found = Py_None;
    Py_ssize_t position = 0;
    long most = 0;
    while (PyDict_Next(self->memo, &position, &key, &weight)) {
        long value = PyLong_AsLong(weight);
        if (value == -1 && PyErr_Occurred()) {
            return NULL;
        }
        if (found == Py_None || value > most) {
            most = value;
            found = key;
        }
    }
    return Py_NewRef(found);
}

static PyObject *
counter_totals(Counter *self, PyObject *Py_UNUSED(ignored))
{
    return Py_BuildValue("(LL)", self->adds, self->total);
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
    for (Py_ssize_t i = 0; i < journal_length; i++) {
        sum += journal[i];
    }
    return Py_BuildValue("(nL)", journal_length, sum);
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
    return module;
}
