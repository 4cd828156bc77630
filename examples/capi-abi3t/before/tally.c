/* tally: counts keys and adds up their weights.
 *
 * A callback says what a key weighs; its answers are memoised. Every weight also goes to a journal that
 * all counters share. Written for the GIL: it passes every test there, and README.md counts what is
 * wrong with it without one.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#define MEMO_LIMIT 128

/* PyObject is opaque in this ABI: our fields live behind it, and CPython says where. */
typedef struct {
    PyObject *weigh; /* the callback: key -> int */
    PyObject *memo;  /* dict: key -> its weight */
    long long adds;
    long long total;
} Counter;

static Counter *
data(PyObject *self)
{
    return PyObject_GetTypeData(self, Py_TYPE(self)); /* Counter has no subclasses */
}

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
counter_add(PyObject *op, PyObject *key)
{
    Counter *self = data(op);
    PyObject *weight = PyDict_GetItemWithError(self->memo, key);
    if (weight == NULL) {
        if (PyErr_Occurred()) {
            return NULL;
        }
        PyObject *answer = PyObject_CallFunctionObjArgs(self->weigh, key, NULL);
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
counter_heaviest(PyObject *op, PyObject *Py_UNUSED(ignored))
{
    Counter *self = data(op);
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
counter_totals(PyObject *op, PyObject *Py_UNUSED(ignored))
{
    Counter *self = data(op);
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
    PyObject *op = PyType_GenericAlloc(type, 0);
    if (op == NULL) {
        return NULL;
    }
    Counter *self = data(op);
    self->weigh = Py_NewRef(weigh);
    self->memo = PyDict_New();
    if (self->memo == NULL) {
        Py_DECREF(op);
        return NULL;
    }
    return op;
}

static int
counter_traverse(PyObject *op, visitproc visit, void *arg)
{
    Counter *self = PyObject_GetTypeData_DuringGC(op, Py_TYPE(op));
    Py_VISIT(Py_TYPE(op));
    Py_VISIT(self->weigh);
    Py_VISIT(self->memo);
    return 0;
}

static int
counter_clear(PyObject *op)
{
    Counter *self = data(op);
    Py_CLEAR(self->weigh);
    Py_CLEAR(self->memo);
    return 0;
}

static void
counter_dealloc(PyObject *op)
{
    PyTypeObject *type = Py_TYPE(op);
    PyObject_GC_UnTrack(op);
    counter_clear(op);
    PyObject_GC_Del(op);
    Py_DECREF(type);
}

static PyMethodDef counter_methods[] = {
    {"add", counter_add, METH_O, "Add a key; return its receipt."},
    {"heaviest", counter_heaviest, METH_NOARGS,
     "Return the memoised key that weighs most, None without one."},
    {"totals", counter_totals, METH_NOARGS,
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
    .basicsize = -(int)sizeof(Counter), /* negative: on top of what the base needs */
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

static int
tally_exec(PyObject *module)
{
    PyObject *type = PyType_FromModuleAndSpec(module, &counter_spec, NULL);
    if (type == NULL) {
        return -1;
    }
    int failed = PyModule_AddType(module, (PyTypeObject *)type);
    Py_DECREF(type);
    return failed;
}

PyABIInfo_VAR(abi_info);

/* Loads on both builds, which says nothing about what several threads may do with it. */
static PySlot tally_slots[] = {
    PySlot_STATIC_DATA(Py_mod_name, "tally"),
    PySlot_STATIC_DATA(Py_mod_doc, "A memoising counter."),
    PySlot_STATIC_DATA(Py_mod_abi, &abi_info),
    PySlot_STATIC_DATA(Py_mod_methods, tally_methods),
    PySlot_FUNC(Py_mod_exec, tally_exec),
    PySlot_END,
};

PyMODEXPORT_FUNC
PyModExport_tally(void)
{
    return tally_slots;
}
