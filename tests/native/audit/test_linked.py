"""Linked lists that are walked while items leave them: what is told, and what is not."""

import pytest

from ftguide.native.audit.rules import Weight
from ftguide.native.audit.scan import audit

LOOK, QUIET = [Weight.LOOK], []

WALK = (
    "static PyObject *show(List *self) {{\n"
    "    {}for (Item *i = {}; i != NULL; i = i->next) use(i);\n    {}\n}}\n"
)
OPEN = WALK.format("", "self->first", "")
LOCKED = WALK.format("PyMutex_Lock(&m);\n    ", "self->first", "PyMutex_Unlock(&m);")
LEAVES = "static int drop(List *self, Item *prev, Item *i) {\n    prev->next = i->next;\n}\n"

IN_C = {
    "in another function": (OPEN + LEAVES, LOOK),
    "the walk before a semicolon": (
        "int show(List *self) {\n    Item *i;\n    i = self->first;\n"
        "    while (i) {\n        i = i->next;\n    }\n}\n" + LEAVES,
        LOOK,
    ),
    "through a pointer": (OPEN + LEAVES.replace("prev->next", "*link"), LOOK),
    "the first": (OPEN + LEAVES.replace("prev->next", "self->first"), LOOK),
    "behind two arrows": (OPEN + LEAVES.replace("prev->next", "i->prev->next"), LOOK),
    "what frees one item": (
        OPEN
        + "static void item_dealloc(Item *i) {\n    *i->list->link = 0;\n    i->prev->next = i->next;\n}\n",
        LOOK,
    ),
    "what frees the list": (
        OPEN + "static void list_dealloc(List *self) {\n    Item *i = self->first;\n"
        "    self->first = i->next;\n}\n",
        QUIET,
    ),
    "a walk that frees": (OPEN.replace("use(i)", "free(i)") + LEAVES, QUIET),
    "a walk that frees under another name": (
        OPEN.replace("use(i)", "{ t = i; PyMem_Free(t); }") + LEAVES,
        QUIET,
    ),
    "a walk when the object ends": (OPEN.replace("show", "list_clear") + LEAVES, QUIET),
    "a list of its own": (WALK.format("", "make()", "") + LEAVES, QUIET),
    "a list that was made here": (
        WALK.format("List *l = list_new();\n    ", "l->first", "") + LEAVES,
        QUIET,
    ),
    "of the process": (
        "static Item *all;\n" + WALK.format("", "all", "") + LEAVES.replace("prev->next", "all"),
        LOOK,
    ),
    "a local one of that kind": (WALK.format("Item *all = 0;\n    ", "all", "") + LEAVES, QUIET),
    "another link": (OPEN + LEAVES.replace("next", "left"), QUIET),
    "put into another list": (OPEN + LEAVES.replace("prev->next", "self->other"), QUIET),
    "nothing leaves": (OPEN, QUIET),
    "what is added": (OPEN + LEAVES.replace("= i->next", "= i"), QUIET),
    "in the same function": (OPEN.replace("use(i)", "p->next = i->next"), QUIET),
    "both locked": (
        LOCKED
        + LEAVES.replace("prev->", "PyMutex_Lock(&m);\n    prev->").replace(
            ";\n}", ";\n    PyMutex_Unlock(&m);\n}"
        ),
        QUIET,
    ),
    "the walk is locked": (LOCKED + LEAVES, LOOK),
}


@pytest.mark.parametrize(("source", "expected"), IN_C.values(), ids=IN_C)
def test_in_c(weighed, source, expected):
    assert (
        weighed("a.c", f"#include <Python.h>\nPyObject *x(void);\n{source}", "linked-list")
        == expected
    )


def test_code_without_python_needs_no_port(weighed):
    source = (OPEN + LEAVES).replace("PyObject", "void")
    assert weighed("a.c", source, "linked-list") == QUIET


@pytest.mark.parametrize(
    ("source", "line", "hint"),
    [
        (OPEN + LEAVES, 2, "line 6 takes items out of it"),
        (LOCKED + LEAVES, 7, "line 3 walks the list"),
    ],
)
def test_the_finding_is_where_no_lock_is_held(tmp_path, source, line, hint):
    (tmp_path / "a.c").write_text(source)
    found = [one for one in audit(tmp_path).findings if one.rule.id == "linked-list"]
    assert [(one.line, one.hint) for one in found] == [(line, hint)]
