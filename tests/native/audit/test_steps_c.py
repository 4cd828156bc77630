"""The rules of two steps in C, each beside what keeps it quiet."""

import pytest

from ftguide.native.audit.rules import Weight

FIX, LOOK, QUIET = [Weight.FIX], [Weight.LOOK], []

OBJECT = "typedef struct { PyObject_HEAD } Box;\n"
UP = "void keep(Block *b) {\n    b->refs++;\n}\n"
DROP = "void drop(Block *b) {\n    if (--b->refs == 0)\n        free(b);\n}\n"
HELD = "    Py_BEGIN_CRITICAL_SECTION(self);\n    %s\n    Py_END_CRITICAL_SECTION();\n"
READS = "int g(PyObject *self) {\n    if (self->loaded)\n        return 1;\n}\n"


def method(body: str, name: str = "f", self: str = "PyObject *self") -> str:
    return f"PyObject *{name}({self}) {{\n{body}\n}}\n"


def locked(body: str, name: str = "f") -> str:
    return method(HELD % body, name)


IN_C = {
    # A count of owners.
    "owner-count: in one step": ("owner-count", UP + DROP, LOOK),
    "owner-count: in two statements": (
        "owner-count",
        UP + "void drop(Block *b) {\n    b->refs--;\n    if (b->refs == 0)\n        free(b);\n}\n",
        LOOK,
    ),
    "owner-count: by what is done at zero": (
        "owner-count",
        (UP + DROP).replace("refs", "sharing"),
        LOOK,
    ),
    "owner-count: nothing is freed at zero": (
        "owner-count",
        (UP + DROP).replace("refs", "sharing").replace("free(b)", "return"),
        QUIET,
    ),
    "owner-count: of a Python object": (
        "owner-count",
        OBJECT + UP + "void drop(Box *s) {\n    if (--s->b->refs == 0)\n        free(s->b);\n}\n",
        FIX,
    ),
    "owner-count: kept in a local": (
        "owner-count",
        UP
        + "void drop(Block *b) {\n    int left = --b->refs;\n    if (left == 0)\n        free(b);\n}\n",
        LOOK,
    ),
    "owner-count: nobody asks": (
        "owner-count",
        UP + "void drop(Block *b) {\n    b->refs--;\n}\n",
        QUIET,
    ),
    "owner-count: never goes up": ("owner-count", DROP, QUIET),
    "owner-count: an atomic": (
        "owner-count",
        "struct b { _Atomic int refs; };\n" + UP + DROP,
        QUIET,
    ),
    "owner-count: an atomic of C++": (
        "owner-count",
        "struct b { std::atomic<int> refs; };\n" + UP + DROP,
        QUIET,
    ),
    "owner-count: a lock is held": (
        "owner-count",
        UP
        + "void drop(Block *b) {\n    PyMutex_Lock(&m);\n    if (--b->refs == 0)\n        free(b);\n"
        "    PyMutex_Unlock(&m);\n}\n",
        QUIET,
    ),
    "owner-count: its callers hold a lock": (
        "owner-count",
        UP + "static " + DROP + locked("drop(self->b);"),
        QUIET,
    ),
    "owner-count: of what was made here": (
        "owner-count",
        UP + DROP.replace("{\n", "{\n    Block *b = block_new();\n", 1),
        QUIET,
    ),
    "owner-count: a loop counts down": (
        "owner-count",
        UP
        + "void f(Block *b) {\n    for (; b->refs > 0; --b->refs) {\n        free(b->x);\n    }\n}\n",
        QUIET,
    ),
    # The position of an iterator.
    "iterator-position: by its name": ("iterator-position", method("self->at++;", "it_next"), LOOK),
    "iterator-position: by its slot": (
        "iterator-position",
        method("self->at += 2;", "advance")
        + "PyTypeObject T = {.tp_iternext = (iternextfunc)advance};\n",
        LOOK,
    ),
    "iterator-position: of a cast": (
        "iterator-position",
        method("    It *it = (It *)self;\n    it->node = it->node->then;", "it_next"),
        LOOK,
    ),
    "iterator-position: only set, and never read": (
        "iterator-position",
        method("self->error = 1;", "it_next"),
        QUIET,
    ),
    "iterator-position: no iterator": (
        "iterator-position",
        method("self->at++;", "advance"),
        QUIET,
    ),
    "iterator-position: a critical section": (
        "iterator-position",
        locked("self->at++;", "it_next"),
        QUIET,
    ),
    "iterator-position: an atomic": (
        "iterator-position",
        method("n = atomic_fetch_add(&self->at, 1); self->last = n;", "it_next"),
        QUIET,
    ),
    "iterator-position: of a local": (
        "iterator-position",
        method("    It *it = it_new();\n    it->at = 1;", "it_next"),
        QUIET,
    ),
    "iterator-position: no Python": (
        "iterator-position",
        "int it_next(It *self) {\n    self->at++;\n}\n",
        QUIET,
    ),
    # A container is asked, then changed.
    "asked-then-changed: has it, then set": (
        "asked-then-changed",
        method("if (!PyMapping_HasKey(self->d, k)) PyObject_SetItem(self->d, k, v);"),
        LOOK,
    ),
    "asked-then-changed: a key that is a text": (
        "asked-then-changed",
        method('if (PyDict_ContainsString(self->d, "a")) PyDict_DelItemString(self->d, "a");'),
        LOOK,
    ),
    "asked-then-changed: behind a macro": (
        "asked-then-changed",
        method(
            "if (PyDict_Contains(SLOTS(t)->d, (PyObject *)k)) PyDict_DelItem(SLOTS(t)->d, (PyObject *)k);"
        ),
        LOOK,
    ),
    "asked-then-changed: another text": (
        "asked-then-changed",
        method('if (PyDict_ContainsString(self->d, "a")) PyDict_DelItemString(self->d, "b");'),
        QUIET,
    ),
    "asked-then-changed: another dict": (
        "asked-then-changed",
        method("if (PyDict_Contains(self->d, k)) PyDict_SetItem(self->e, k, v);"),
        QUIET,
    ),
    "asked-then-changed: a critical section": (
        "asked-then-changed",
        locked("if (PyDict_Contains(self->d, k)) PyDict_SetItem(self->d, k, v);"),
        QUIET,
    ),
    "asked-then-changed: a dict made here": (
        "asked-then-changed",
        method("    d = PyDict_New();\n    if (PyDict_Contains(d, k)) PyDict_SetItem(d, k, v);"),
        QUIET,
    ),
    "asked-then-changed: the keyword arguments": (
        "asked-then-changed",
        method("if (PyDict_Contains(kwargs, k)) PyDict_DelItem(kwargs, k);"),
        QUIET,
    ),
    "asked-then-changed: at import": (
        "asked-then-changed",
        method("if (PyDict_Contains(d, k)) PyDict_SetItem(d, k, v);", "PyInit_a"),
        QUIET,
    ),
    "asked-then-changed: the last of a list": (
        "asked-then-changed",
        method("n = PyList_GET_SIZE(self->l); PyList_SetSlice(self->l, n - 1, n, NULL);"),
        LOOK,
    ),
    # Storage moves.
    "moving-storage: an object": (
        "moving-storage",
        method("self->x = PyMem_Realloc(self->x, n);"),
        FIX,
    ),
    "moving-storage: by way of a local": (
        "moving-storage",
        method("    p = PyMem_Realloc(self->x, n);\n    self->x = p;"),
        FIX,
    ),
    "moving-storage: bytes": (
        "moving-storage",
        method("_PyBytes_Resize(&self->x, n);"),
        FIX,
    ),
    "moving-storage: freed, then made anew": (
        "moving-storage",
        method("    PyMem_Free(self->x);\n    self->x = make(n);"),
        FIX,
    ),
    "moving-storage: freed": (
        "moving-storage",
        method("    PyMem_Free(self->x);\n    self->x = NULL;"),
        QUIET,
    ),
    "moving-storage: the file has a lock": (
        "moving-storage",
        method("self->x = PyMem_Realloc(self->x, n);") + locked("use(self->x);", "g"),
        LOOK,
    ),
    "moving-storage: a critical section": (
        "moving-storage",
        locked("self->x = PyMem_Realloc(self->x, n);"),
        QUIET,
    ),
    "moving-storage: no object": (
        "moving-storage",
        "int f(struct text *t) {\n    t->x = PyMem_Realloc(t->x, n);\n}\n",
        QUIET,
    ),
    "moving-storage: the object is made": (
        "moving-storage",
        method("self->x = PyMem_Realloc(self->x, n);", "box_init"),
        QUIET,
    ),
    # Changed while others run.
    "changed-while-released: a critical section": (
        "changed-while-released",
        locked("Py_BEGIN_ALLOW_THREADS self->n++; Py_END_ALLOW_THREADS"),
        QUIET,
    ),
    "changed-while-released: by the type of the object": (
        "changed-while-released",
        OBJECT.replace("Box", "Conn")
        + method("Py_BEGIN_ALLOW_THREADS c->n++; Py_END_ALLOW_THREADS", self="Conn *c"),
        LOOK,
    ),
    "changed-while-released: no object": (
        "changed-while-released",
        method("Py_BEGIN_ALLOW_THREADS c->n++; Py_END_ALLOW_THREADS", self="struct job *c"),
        QUIET,
    ),
    "changed-while-released: behind it": (
        "changed-while-released",
        method("Py_BEGIN_ALLOW_THREADS wait(); Py_END_ALLOW_THREADS self->n++;"),
        QUIET,
    ),
    "changed-while-released: a local": (
        "changed-while-released",
        method("Py_BEGIN_ALLOW_THREADS n = wait(self->fd); Py_END_ALLOW_THREADS"),
        QUIET,
    ),
    "changed-while-released: an atomic": (
        "changed-while-released",
        "struct box { _Atomic int n; };\n"
        + method("Py_BEGIN_ALLOW_THREADS self->n++; Py_END_ALLOW_THREADS"),
        QUIET,
    ),
    # Marked before it is ready.
    "early-mark: set first": (
        "early-mark",
        method("    self->loaded = 1;\n    self->x = make();") + READS,
        LOOK,
    ),
    "early-mark: set last": (
        "early-mark",
        method("    self->x = make();\n    self->loaded = 1;") + READS,
        QUIET,
    ),
    "early-mark: nobody reads it": (
        "early-mark",
        method("    self->loaded = 1;\n    self->x = make();"),
        QUIET,
    ),
    "early-mark: in another block": (
        "early-mark",
        method(
            "    if (n) {\n        self->loaded = 1;\n        return 0;\n    }\n    self->x = make();"
        )
        + READS,
        QUIET,
    ),
    "early-mark: a constant": (
        "early-mark",
        method("    self->loaded = 1;\n    self->x = 0;") + READS,
        QUIET,
    ),
    "early-mark: a critical section": (
        "early-mark",
        locked("self->loaded = 1; self->x = make();") + READS,
        QUIET,
    ),
    "early-mark: of what was made here": (
        "early-mark",
        method("    Box *b = Box_New();\n    b->loaded = 1;\n    b->x = make();") + READS,
        QUIET,
    ),
    # A type is changed.
    "type-changed: by way of a local": (
        "type-changed",
        method("    PyObject *d = t->tp_dict;\n    PyDict_SetItemString(d, k, v);"),
        FIX,
    ),
    "type-changed: PyType_GetDict": (
        "type-changed",
        method("    PyObject *d = PyType_GetDict(t);\n    PyDict_Clear(d);"),
        FIX,
    ),
    "type-changed: a slot": (
        "type-changed",
        method("t->tp_flags |= 1;", self="PyTypeObject *t"),
        LOOK,
    ),
    "type-changed: before it is ready": (
        "type-changed",
        method("    PyDict_SetItem(T.tp_dict, k, v);\n    PyType_Ready(&T);"),
        QUIET,
    ),
    "type-changed: at import": (
        "type-changed",
        method("PyDict_SetItem(T.tp_dict, k, v);", "PyInit_a"),
        QUIET,
    ),
    "type-changed: the dict of an object": (
        "type-changed",
        method("PyDict_SetItem(self->dict, k, v);"),
        QUIET,
    ),
}


@pytest.mark.parametrize(("rule", "source", "expected"), IN_C.values(), ids=IN_C)
def test_in_c(weighed, rule, source, expected):
    assert weighed("a.c", source, rule) == expected
