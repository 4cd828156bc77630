/* tally: counts keys and adds up their weights.
 *
 * A callback says what a key weighs; its answers are memoised. Every weight also goes to a journal that
 * all counters share. Every method may be called from any thread, on shared counters, on either build.
 * PyMutex is not in the stable ABI; critical sections are.
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

/* What one module object owns: made before any thread can see it, freed with it. The journal holds every
 * weight ever added, in an array that grows; the module's critical section guards it. */
typedef struct {
    PyTypeObject *receipt_type;
    long *journal;
    Py_ssize_t length;
    Py_ssize_t room;
} State;

static int
journal_append(PyObject *module, long weight)
{
    State *state = PyModule_GetState(module);
    int failed = 0;
    Py_BEGIN_CRITICAL_SECTION(module);
    if (state->length == state->room) {
        Py_ssize_t room = state->room ? 2 * state->room : 64;
        long *bigger = PyMem_Realloc(state->journal, room * sizeof(long));
        failed = bigger == NULL;
        if (!failed) {
            state->journal = bigger;
            state->room = room;
        }
    }
    if (!failed) {
        state->journal[state->length++] = weight;
    }
    Py_END_CRITICAL_SECTION();
    if (failed) {
        PyErr_NoMemory();
        return -1;
    }
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
make_receipt(PyObject *module, PyObject *key, PyObject *weight)
{
    State *state = PyModule_GetState(module);
    PyObject *receipt = PyStructSequence_New(state->receipt_type);
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
    PyObject *module = PyType_GetModule(Py_TYPE(op)); /* borrowed: its type keeps it alive */
    PyObject *weight; /* ours, whatever the others do to the memo */
    if (PyDict_GetItemRef(self->memo, key, &weight) < 0) {
        return NULL;
    }
    if (weight == NULL) {
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
        if (PyDict_SetItem(self->memo, key, weight) < 0) {
            goto failed;
        }
    }
    long value = PyLong_AsLong(weight);
    if (value == -1 && PyErr_Occurred()) {
        goto failed;
    }
    if (journal_append(module, value) < 0) {
        goto failed;
    }
    Py_BEGIN_CRITICAL_SECTION(op);
    self->adds += 1;
    self->total += value;
    Py_END_CRITICAL_SECTION();
    PyObject *receipt = make_receipt(module, key, weight);
    Py_DECREF(weight);
    return receipt;
failed:
    Py_DECREF(weight);
    return NULL;
}

static PyObject *
counter_heaviest(PyObject *op, PyObject *Py_UNUSED(ignored))
{
    Counter *self = data(op);
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
counter_totals(PyObject *op, PyObject *Py_UNUSED(ignored))
{
    Counter *self = data(op);
    long long adds, total;
    Py_BEGIN_CRITICAL_SECTION(op);
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
    Py_ssize_t length;
    State *state = PyModule_GetState(module);
    Py_BEGIN_CRITICAL_SECTION(module);
    length = state->length;
    for (Py_ssize_t i = 0; i < length; i++) {
        sum += state->journal[i];
    }
    Py_END_CRITICAL_SECTION();
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
    State *state = PyModule_GetState_DuringGC(module);
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
    PyMem_Free(state->journal);
}

PyABIInfo_VAR(abi_info);

static PySlot tally_slots[] = {
    PySlot_STATIC_DATA(Py_mod_name, "tally"),
    PySlot_STATIC_DATA(Py_mod_doc, "A memoising counter."),
    PySlot_STATIC_DATA(Py_mod_abi, &abi_info),
    PySlot_STATIC_DATA(Py_mod_methods, tally_methods),
    PySlot_SIZE(Py_mod_state_size, sizeof(State)), /* zeroed by CPython */
    PySlot_FUNC(Py_mod_state_traverse, tally_traverse),
    PySlot_FUNC(Py_mod_state_clear, tally_clear),
    PySlot_FUNC(Py_mod_state_free, tally_free),
    PySlot_DATA(Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED),
    PySlot_DATA(Py_mod_gil, Py_MOD_GIL_NOT_USED), /* the ABI loads everywhere; this is the promise */
    PySlot_FUNC(Py_mod_exec, tally_exec),
    PySlot_END,
};

PyMODEXPORT_FUNC
PyModExport_tally(void)
{
    return tally_slots;
}
