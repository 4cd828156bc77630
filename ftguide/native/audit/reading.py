"""A C or C++ source as the rules of several lines read it: its shape, its locks, and who runs alone. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ftguide.native.audit.locks import Locks, read_locks
from ftguide.native.audit.shape import (
    Function,
    Shape,
    arguments,
    calls_within,
    is_private,
    read_shape,
)
from ftguide.native.audit.source import Source, without_directives

#: Functions in which an object has no other user yet, or no longer, by their names.
_ALONE = re.compile(
    r"(?:^|_)(?:tp_?)?(?:new\w*|c?init|alloc\w*|dealloc\w*|free|clear|traverse|finali[sz]e\w*|fini|del|create\w*|destroy\w*"
    r"|delete\w*|constructor|destructor|constructed|cleanup|teardown|shutdown|from_spec|make)$"
    r"|^(?:New|Create|Make|Destroy|Free)|(?:Dealloc|Destroy|Finalize|New|Create|Alloc)$"
)
#: Of these, those that run when the last reference has gone.
_FREES = re.compile(r"(?:^|_)(?:tp_?)?(?:dealloc|free|finali[sz]e)$|Dealloc$")
#: Functions that run while a module is imported, by their names.
_SETS_UP = re.compile(
    r"^(?:PyInit_|init|Init|setup|Setup|load_|_?import_|Test|test|main$)|(?:Init|Initialize|Setup)$"
    r"|(?:^|_)(?:init|exec|setup|set_up|bootstrap|atexit|open_module)$|_init_|_setup_|_exec_"
)
#: Adds something to a module that the function was given.
_FILLS = re.compile(
    r"\bPyModule_Add(?:Object(?:Ref)?|\w*Constant|Type)?\s*\(\s*(?P<module>\w+)\s*,"
)
_CAST = r"(?:\(\s*\w+\s*\*?\s*\)\s*|(?:reinterpret|static)_cast\s*<[^<>;]{1,40}>\s*\(\s*)*&?\s*"
#: Slots and casts that say the same of the function named behind them.
_SLOT = re.compile(
    r"(?:\.\s*tp_(?:new|init|alloc|dealloc|free|clear|traverse|finalize|del)\s*=|\bPy_tp_(?:new|init|alloc|dealloc|free"
    r"|clear|traverse|finalize|del)\s*,|\(\s*(?:destructor|traverseproc|inquiry|newfunc|initproc"
    rf"|freefunc)\s*\)|\bm_(?:traverse|clear|free)\s*=)\s*{_CAST}(?P<name>\w+)"
)
_SLOT_WORDS = (
    "tp_",
    "destructor",
    "traverseproc",
    "inquiry",
    "newfunc",
    "initproc",
    "freefunc",
    "m_traverse",
    "m_clear",
    "m_free",
)
#: What the import of a module runs, what freeing it does, and what the end of the process does.
_MODULE_SLOT = re.compile(
    rf"(?:\bPy_mod_(?:exec|create)\s*,\s*(?:\.\s*\w+\s*=\s*)?|\bm_(?:traverse|clear|free)\s*=\s*){_CAST}(?P<name>\w+)"
    r"|\b(?:Py_AtExit|(?:at_quick_exit|atexit)|PyUnstable_AtExit)\s*\(\s*(?:[\w.>\-]{1,40}\s*,\s*)?&?\s*(?P<end>\w+)\s*[,)]"
)
_MODULE_WORDS = ("Py_mod_", "m_traverse", "m_clear", "m_free", "AtExit", "atexit", "at_quick_exit")
_LONGEST_DEFINITION = 4_000
_MODULE_DEF = re.compile(r"\bPyModuleDef\s+\w+\s*=\s*\{")
#: Where m_traverse, m_clear and m_free stand among the values of a PyModuleDef without names.
_ENDING_FIELDS = slice(6, 9)
#: Code that has nothing to do with Python needs no port.
_PYTHON = re.compile(r"\bPy[A-Z_]\w+|\bpybind11\b|\bnanobind\b|\bpy::")
_CONDITIONALS = re.compile(r"^[ \t]*#[ \t]*(if|endif)", re.MULTILINE)
_MAIN = frozenset({"main", "wmain", "WinMain", "wWinMain"})
_THREADS = re.compile(
    r"\bpthread_create\b|\b(?:std::|boost::)?j?thread\b|\bthrd_create\b|\bCreateThread\b|_beginthread"
    r"|\bPyThread_start\w*|\basync\s*\(|\bPyMODINIT_FUNC\b|\bPYBIND11_MODULE\b"
)


@dataclass(frozen=True, slots=True)
class Reading:
    """A source and what is known about its places; offsets are the same everywhere."""

    source: Source
    code: str  #: without directives
    shape: Shape
    locks: Locks
    slots: frozenset[str]  #: names of functions that slots make run alone with their object
    importing: frozenset[
        str
    ]  #: names of functions that run while the module is imported or freed only
    python: bool  #: whether the source has anything to do with Python
    program: bool  #: whether it is a program of its own, without threads
    #: Where the functions are called that nothing outside of the source can call.
    calls: Mapping[str, Sequence[int]]


def read_native(source: Source) -> Reading:
    """Read the shape and the locks of a source in C or C++."""
    code = without_directives(source.code)
    shape = read_shape(code)
    comments = [(source.starts[line - 1], text) for line, text in source.comments]
    calls = calls_within(code, shape)
    private = {one.short for one in shape.functions if is_private(code, one)}
    inside = {name: at for name, at in calls.items() if name in private}
    whole = set(_of_the_module(code))
    tests = {
        one.short
        for one in shape.functions
        if one.short in _MAIN and not _unconditional(source.code, one.begin)
    }
    slots = {
        match["name"]
        for match in (_SLOT.finditer(code) if any(word in code for word in _SLOT_WORDS) else ())
    } - whole
    return Reading(
        source=source,
        code=code,
        shape=shape,
        locks=replace(
            read_locks(code, shape, comments, inside),
            frees=tuple(
                (one.begin, one.end)
                for one in shape.functions
                if _FREES.search(one.short) and (one.short in slots or not one.owner)
            ),
        ),
        slots=frozenset(slots),
        importing=_importing(code, shape, calls, slots | tests, whole),
        python=_PYTHON.search(code) is not None,
        program=any(one.short in _MAIN - tests for one in shape.functions)
        and not _THREADS.search(code),
        calls=inside,
    )


def _unconditional(code: str, at: int) -> bool:
    """Say whether a place is compiled whatever is defined: a test of a library has its main in an #if."""
    directives = _CONDITIONALS.findall(code, 0, at)
    return directives.count("if") == directives.count("endif")


def _of_the_module(code: str) -> Iterator[str]:
    """Name the functions that a module's definition, or the end of the process, calls once."""
    if any(word in code for word in _MODULE_WORDS):
        for match in _MODULE_SLOT.finditer(code):
            yield match["name"] or match["end"]
    for match in _MODULE_DEF.finditer(code) if "PyModuleDef" in code else ():
        end = code.find("}", match.end(), match.end() + _LONGEST_DEFINITION)
        values = list(arguments(code[match.end() : end])) if end > 0 else [""]
        if "PyModuleDef_HEAD_INIT" in values[0] and "=" not in values[0]:
            for value in values[_ENDING_FIELDS]:
                yield from re.findall(r"\w+", value)[-1:]


def _importing(
    code: str,
    shape: Shape,
    calls: Mapping[str, Sequence[int]],
    slots: set[str],
    whole: set[str],
) -> frozenset[str]:
    """Name the functions that only set a module up, or clean up behind it.

    They are in its definition, have such a name or fill a module, and nobody else calls them.
    """
    filling = {
        one.short
        for match in (_FILLS.finditer(code) if "PyModule_Add" in code else ())
        if (one := shape.function_at(match.start())) is not None
        and re.fullmatch(rf"\s*PyObject\s*\*\s*{match['module']}\s*", one.parameters)
        and "PyObject" not in code[one.head : code.find(one.short, one.head)]  # answers no call
    }
    named = {one.short for one in shape.functions if _SETS_UP.search(one.short)} - slots
    named |= (filling - slots) | whole
    importing = named | {"PYBIND11_MODULE", "NB_MODULE"}
    callers = {
        name: {one.short for at in places if (one := shape.function_at(at)) is not None}
        for name, places in calls.items()
    }
    for name in whole:  # a definition names it, and others may call it besides
        places = (match.start() for match in re.finditer(rf"\b{name}\s*\(", code))
        callers[name] = {one.short for at in places if (one := shape.function_at(at)) is not None}
    while True:
        wrong = {name for name in importing if callers.get(name, set()) - importing - {name}}
        new = {
            name
            for name, by in callers.items()
            if name not in slots and by and not by - importing and name not in named
        }
        if importing == (importing - wrong) | new:
            return frozenset(importing)
        importing = (importing - wrong) | (new - wrong)
        named |= wrong  # once wrong, it does not come back


def runs_at_import(function: Function | None, reading: Reading) -> bool:
    """Say whether a function runs only while its module is imported or freed, when nobody can call it."""
    return function is None or function.short in reading.importing


def runs_alone(function: Function | None, reading: Reading) -> bool:
    """Say whether a function makes or ends what it works on, so that no other thread has it."""
    if function is None or function.short in reading.importing or function.short in reading.slots:
        return True
    if function.owner and function.short.lstrip("~") == function.owner.rpartition("::")[2]:
        return True
    return _ALONE.search(function.short) is not None
