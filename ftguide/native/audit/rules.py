"""The rules of the audit: what each looks for, why, and where the guide explains it. Pure data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Language(StrEnum):
    """What a source is written in."""

    C = "C"
    CPP = "C++"
    CYTHON = "Cython"
    RUST = "Rust"
    SWIG = "SWIG"
    FORTRAN = "Fortran"


class Weight(StrEnum):
    """What a finding asks of the reader."""

    FIX = "fix"  #: seldom right in a port; change it, or say in an allow comment why it is right
    LOOK = "look"  #: right or wrong depending on what the line does; read it


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule; `section` is the anchor of its explanation on the native pages."""

    id: str
    weight: Weight
    says: str  #: one line for the report
    page: str
    section: str


_GUIDE = "porting-extensions"
_LOCKS = "porting-extensions/locks"
_AUDIT = "porting-extensions/audit"


def _rule(id_: str, weight: Weight, says: str, section: str, page: str = _GUIDE) -> Rule:
    return Rule(id=id_, weight=weight, says=says, page=page, section=section)


RULES = {
    rule.id: rule
    for rule in (
        _rule(
            "borrowed-reference",
            Weight.FIX,
            "a borrowed reference out of an object others can change; take a strong one",
            "native-borrowed",
        ),
        _rule(
            "dict-next",
            Weight.FIX,
            "PyDict_Next outside a critical section: the dict can change under the loop",
            "native-dict-next",
            _LOCKS,
        ),
        _rule(
            "sequence-fast",
            Weight.LOOK,
            "items of a list that PySequence_Fast did not copy: others can change it",
            "native-borrowed",
        ),
        _rule(
            "static-object",
            Weight.FIX,
            "a Python object in a variable of the whole process; module state or a lock",
            "native-statics",
        ),
        _rule(
            "static-state",
            Weight.FIX,
            "data of the whole process that can be written: needs a lock, an atomic, or to go",
            "native-statics",
        ),
        _rule(
            "lazy-type",
            Weight.FIX,
            "a type made on first use: two threads can both be first; make it in Py_mod_exec",
            "native-statics",
        ),
        _rule(
            "refcount-test",
            Weight.FIX,
            "a reference count decides who owns an object; with threads it cannot",
            "native-refcount",
        ),
        _rule(
            "gil-macro-value",
            Weight.FIX,
            "Py_GIL_DISABLED is 1 or not defined at all: ask with #ifdef",
            "native-macro",
        ),
        _rule(
            "late-setgil",
            Weight.FIX,
            "PyUnstable_Module_SetGIL outside PyInit_: the import has already decided; use the slot",
            "native-declare-late",
        ),
        _rule(
            "undeclared-slot",
            Weight.FIX,
            "multi-phase module without Py_mod_gil, or asking for the GIL: its import turns the GIL on",
            "native-declare",
        ),
        _rule(
            "undeclared-single-phase",
            Weight.FIX,
            "single-phase module without PyUnstable_Module_SetGIL: importing it turns the GIL on",
            "native-declare",
        ),
        _rule(
            "undeclared-pybind11",
            Weight.FIX,
            "PYBIND11_MODULE without py::mod_gil_not_used(): importing it turns the GIL on",
            "native-declare",
        ),
        _rule(
            "undeclared-nanobind",
            Weight.FIX,
            "NB_MODULE, and no build file has FREE_THREADED: importing it turns the GIL on",
            "native-declare",
        ),
        _rule(
            "undeclared-cython",
            Weight.FIX,
            "neither file nor build has freethreading_compatible: importing it turns the GIL on",
            "native-declare",
        ),
        _rule(
            "undeclared-swig",
            Weight.FIX,
            "a SWIG module, and no build file has -nogil: importing it turns the GIL on",
            "native-declare",
        ),
        _rule(
            "undeclared-f2py",
            Weight.FIX,
            "f2py, and no build file has --freethreading-compatible: importing it turns the GIL on",
            "native-declare",
        ),
        _rule(
            "pyo3-gil-used",
            Weight.FIX,
            "the module asks for the GIL, or its PyO3 is older than 0.28 and it does not refuse it",
            "native-declare",
        ),
        _rule(
            "pyo3-mut-self",
            Weight.LOOK,
            "a second thread in here gets 'Already borrowed': use a lock or an atomic inside &self",
            "native-tools",
        ),
        _rule(
            "gil-as-lock",
            Weight.LOOK,
            "attaching a thread excludes nobody any more: does the code count on being alone?",
            "native-attach",
        ),
        _rule(
            "native-lock",
            Weight.LOOK,
            "a lock that does not detach: never call Python with it held",
            "native-deadlocks",
            _LOCKS,
        ),
        _rule(
            "return-in-critical-section",
            Weight.FIX,
            "leaves a critical section without ending it",
            "native-critical-section",
            _LOCKS,
        ),
        _rule(
            "ob-mutex",
            Weight.FIX,
            "ob_mutex belongs to the interpreter: use a critical section or a mutex of your own",
            "native-critical-section",
            _LOCKS,
        ),
        _rule(
            "object-allocator",
            Weight.LOOK,
            "the object domain is for Python objects only: buffers come from PyMem_Malloc",
            "native-allocators",
        ),
        _rule(
            "libc-static",
            Weight.LOOK,
            "the C library keeps the answer, or the setting, for the whole process",
            "native-statics",
        ),
        _rule(
            "unsafe-sync",
            Weight.LOOK,
            "a promise to the compiler that the GIL used to keep",
            "native-statics",
        ),
        _rule(
            "removed-api",
            Weight.FIX,
            "PyEval_InitThreads does nothing since 3.9, the rest left the headers in 3.13: delete the call",
            "native-attach",
        ),
        _rule(
            "allow-without-reason",
            Weight.FIX,
            "an allow comment names a rule that exists, and gives the reason",
            "native-audit",
            _AUDIT,
        ),
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """A function that hands out a borrowed reference, and what to call instead."""

    borrowed: str
    strong: str
    since: str  #: the first line that has it; empty where all have it, or where there is nothing
    note: str = ""


REPLACEMENTS = (
    Replacement(borrowed="PyList_GetItem", strong="PyList_GetItemRef", since="3.13"),
    Replacement(
        borrowed="PyList_GET_ITEM",
        strong="PyList_GetItemRef",
        since="3.13",
        note="checks type and index, too",
    ),
    Replacement(
        borrowed="PyDict_GetItem",
        strong="PyDict_GetItemRef",
        since="3.13",
        note="returns 1, 0 or -1, and hides no exception",
    ),
    Replacement(borrowed="PyDict_GetItemWithError", strong="PyDict_GetItemRef", since="3.13"),
    Replacement(borrowed="PyDict_GetItemString", strong="PyDict_GetItemStringRef", since="3.13"),
    Replacement(borrowed="PyDict_SetDefault", strong="PyDict_SetDefaultRef", since="3.13"),
    Replacement(
        borrowed="PyDict_Next", strong="", since="", note="no other function: a critical section"
    ),
    Replacement(
        borrowed="PyWeakref_GetObject",
        strong="PyWeakref_GetRef",
        since="3.13",
        note="the old one is not in 3.15's headers",
    ),
    Replacement(borrowed="PyWeakref_GET_OBJECT", strong="PyWeakref_GetRef", since="3.13"),
    Replacement(borrowed="PyImport_AddModule", strong="PyImport_AddModuleRef", since="3.13"),
    Replacement(borrowed="PyImport_AddModuleObject", strong="PyImport_AddModuleRef", since="3.13"),
    Replacement(
        borrowed="PyCell_GET",
        strong="PyCell_Get",
        since="",
        note="as old as cells: every line has it",
    ),
    Replacement(borrowed="PySys_GetObject", strong="PySys_GetAttr", since="3.15"),
)
