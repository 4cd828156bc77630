"""A C or C++ source as the rules of several lines read it: its shape, its locks, and who runs alone. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ftguide.native.audit.locks import Locks, read_locks
from ftguide.native.audit.shape import Function, Shape, calls_within, is_private, read_shape
from ftguide.native.audit.source import Source, without_directives

#: Functions in which an object has no other user yet, or no longer, by their names.
_ALONE = re.compile(
    r"(?:^|_)(?:tp_?)?(?:new\w*|c?init|alloc\w*|dealloc\w*|free|clear|traverse|finali[sz]e\w*|fini|del|create\w*|destroy\w*"
    r"|delete\w*|constructor|destructor|constructed|cleanup|teardown|shutdown|from_spec|make)$"
    r"|^(?:New|Create|Make|Destroy|Free)|(?:Dealloc|Destroy|Finalize|New|Create|Alloc)$"
)
#: Functions that run while a module is imported, by their names.
_SETS_UP = re.compile(
    r"^(?:PyInit_|init|Init|setup|Setup|load_|_?import_|Test|test|main$)|(?:Init|Initialize|Setup)$"
    r"|(?:^|_)(?:init|exec|setup|set_up|bootstrap|atexit|open_module)$|_init_|_setup_|_exec_"
)
#: Adds something to a module that the function was given.
_FILLS = re.compile(
    r"\bPyModule_Add(?:Object(?:Ref)?|\w*Constant|Type)?\s*\(\s*(?P<module>\w+)\s*,"
)
#: Slots and casts that say the same of the function named behind them.
_SLOT = re.compile(
    r"(?:\.\s*tp_(?:new|init|alloc|dealloc|free|clear|traverse|finalize|del)\s*=|\bPy_(?:tp_(?:new|init|alloc|dealloc|free"
    r"|clear|traverse|finalize|del)|mod_(?:exec|create))\s*,|\(\s*(?:destructor|traverseproc|inquiry|newfunc|initproc"
    r"|freefunc)\s*\)|\bm_(?:traverse|clear|free)\s*=)\s*(?:\(\s*\w+\s*\*?\s*\)\s*)?&?\s*(?P<name>\w+)"
)
_SLOT_WORDS = (
    "tp_",
    "mod_",
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
#: Code that has nothing to do with Python needs no port.
_PYTHON = re.compile(r"\bPy[A-Z_]\w+|\bpybind11\b|\bnanobind\b|\bpy::")


@dataclass(frozen=True, slots=True)
class Reading:
    """A source and what is known about its places; offsets are the same everywhere."""

    source: Source
    code: str  #: without directives
    shape: Shape
    locks: Locks
    slots: frozenset[str]  #: names of functions that slots make run alone with their object
    importing: frozenset[str]  #: names of functions that run while the module is imported only
    python: bool  #: whether the source has anything to do with Python
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
    slots = {
        match["name"]
        for match in (_SLOT.finditer(code) if any(word in code for word in _SLOT_WORDS) else ())
    }
    return Reading(
        source=source,
        code=code,
        shape=shape,
        locks=read_locks(code, shape, comments, inside),
        slots=frozenset(slots),
        importing=_importing(code, shape, calls, slots),
        python=_PYTHON.search(code) is not None,
        calls=inside,
    )


def _importing(
    code: str, shape: Shape, calls: Mapping[str, Sequence[int]], slots: set[str]
) -> frozenset[str]:
    """Name the functions that set a module up: those called so or filling one, and called by nobody else."""
    filling = {
        one.short
        for match in (_FILLS.finditer(code) if "PyModule_Add" in code else ())
        if (one := shape.function_at(match.start())) is not None
        and re.fullmatch(rf"\s*PyObject\s*\*\s*{match['module']}\s*", one.parameters)
        and "PyObject" not in code[one.head : code.find(one.short, one.head)]  # answers no call
    }
    named = {one.short for one in shape.functions if _SETS_UP.search(one.short)} - slots
    named |= filling - slots
    importing = named | {"PYBIND11_MODULE", "NB_MODULE"}
    callers = {
        name: {one.short for at in places if (one := shape.function_at(at)) is not None}
        for name, places in calls.items()
    }
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
    """Say whether a function runs while its module is imported only, before anybody can call it."""
    return function is None or function.short in reading.importing


def runs_alone(function: Function | None, reading: Reading) -> bool:
    """Say whether a function makes or ends what it works on, so that no other thread has it."""
    if function is None or function.short in reading.importing or function.short in reading.slots:
        return True
    if function.owner and function.short.lstrip("~") == function.owner.rpartition("::")[2]:
        return True
    return _ALONE.search(function.short) is not None
