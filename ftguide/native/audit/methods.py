"""Types and their methods: the one without the lock that all others take, and types without any. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from ftguide.native.audit.fields import OBJECT_TYPE
from ftguide.native.audit.hit import Hit
from ftguide.native.audit.reading import Reading, runs_alone
from ftguide.native.audit.shape import Function, arguments

_WRITES_FIELD = re.compile(
    r"(?<![\w.>])(?P<root>\w+)\s*->\s*\w+(?:\s*(?:\.|->)\s*\w+|\[[^\]\n]{0,60}\])*\s*(?:(?:[+\-*/|&^%]|<<|>>)?=(?!=)|\+\+|--)"
    r"|(?:\+\+|--)\s*(?P<other>\w+)\s*->\s*\w+"
)
_FIELD_NAME = re.compile(r"(?<=->)\s*\w+|(?<![\w.>])(?:m_\w+|[A-Za-z]\w*_)(?!\w|\s*\()")
_METHODS = re.compile(
    r"\bPy(?:MethodDef|GetSetDef)\s+\w+\s*\[|\bPyTypeObject\s+\w+\s*=|\bPyType_Slot\s+\w+\s*\["
)
#: The first argument of a call, if it is a local variable.
_PASSED = re.compile(r"\s*\(\s*(?:\(\s*\w+\s*\*\s*\)\s*)?(?P<name>\w+)\s*[,)]")
#: A local variable that holds what a call returned: made for the caller, as far as a text can tell.
_GOT = r"\b{0}\s*=\s*(?:\([^()]{{1,40}}\)\s*)?\w+\s*\("


def hits(reading: Reading) -> Iterator[Hit]:
    """Point at functions that write fields without a lock."""
    yield from _odd_ones(reading)
    yield from _type_without_lock(reading)


def _odd_ones(reading: Reading) -> Iterator[Hit]:
    """Find the functions that write, without a lock, what most functions on the same type write with one."""
    groups: dict[str, list[Function]] = defaultdict(list)
    for function in reading.shape.functions:
        key = _receiver(function)
        if key and not runs_alone(function, reading) and _uses_self(reading, function):
            groups[key].append(function)
    stretches = (*reading.locks.sections, *reading.locks.own)
    for members in groups.values() if stretches else ():
        held = {
            function: [
                (start, end)
                for start, end in stretches
                if function.begin <= start and end <= function.end + 1
            ]
            for function in members
        }
        locked = [function for function in members if held[function]]
        if len(locked) < 2 or len(locked) * 2 <= len(members):
            continue
        guarded = {
            match[0]
            for function in locked
            for start, end in held[function]
            for match in _FIELD_NAME.finditer(reading.code, start, end)
        }
        parts = _parts(reading)
        for function in members:
            writes = [
                at
                for at in _writes(reading, function)
                if (name := _FIELD_NAME.search(reading.code, at)) and name[0] in guarded
            ]
            if writes and not held[function] and function not in parts:
                hint = f"{len(locked)} of {len(members)} functions on the same type take a lock"
                yield Hit(
                    "odd-one-out",
                    reading.source.line_of(writes[0]),
                    f"{hint}, {function.name} does not",
                )


def _parts(reading: Reading) -> set[Function]:
    """Return the functions that only others call, which lock the object or have it for themselves."""
    waiting = {one for one in reading.shape.functions if one.short in reading.calls}
    parts: set[Function] = set()
    while more := {
        one
        for one in waiting
        if all(_lent(reading, one, at, parts) for at in reading.calls[one.short])
    }:
        parts |= more
        waiting -= more
    return parts


def _lent(reading: Reading, function: Function, at: int, parts: set[Function]) -> bool:
    """Say whether a call passes an object that is locked, or that was made where the call stands."""
    caller = reading.shape.function_at(at)
    if caller is None:
        return False
    if caller == function or caller in parts or runs_alone(caller, reading):
        return True
    if reading.locks.held(at):
        return True
    passed = _PASSED.match(reading.code, at + len(function.short))
    return (
        passed is not None
        and passed["name"] not in re.findall(r"\w+", caller.parameters)
        and (re.search(_GOT.format(passed["name"]), reading.code[caller.begin : at]) is not None)
    )


def _receiver(function: Function) -> str:
    """Return the type of what a function works on: its class, or what its first parameter points at."""
    if function.owner:
        return function.owner
    first = next(arguments(function.parameters), "")
    match = re.match(r"\s*(?:const\s+)?(?:struct\s+)?(\w+)\s*\*\s*(\w+)\s*$", first)
    return (
        match[1] if match and match[1] not in {"PyObject", "void", "char", "PyTypeObject"} else ""
    )


def _self(function: Function) -> str:
    first = next(arguments(function.parameters), "")
    names = re.findall(r"\w+", first)
    return names[-1] if names else ""


def _uses_self(reading: Reading, function: Function) -> bool:
    body = reading.code[function.begin : function.end]
    if function.owner:
        return re.search(r"\bthis\s*->|\b\w+_\b|\bm_\w", body) is not None
    return re.search(rf"\b{re.escape(_self(function))}\s*->", body) is not None


def _writes(reading: Reading, function: Function) -> Iterator[int]:
    """Find where a function writes to the fields of what it works on."""
    if function.owner:
        pattern = re.compile(
            r"\bthis\s*->\s*\w+\s*=(?!=)|(?<![\w.>])(?:m_\w+|[A-Za-z]\w*_)\s*(?:[+\-|&]?=(?!=)|\+\+|--)"
        )
        yield from (
            match.start() for match in pattern.finditer(reading.code, function.begin, function.end)
        )
        return
    own = _self(function)
    for match in _WRITES_FIELD.finditer(reading.code, function.begin, function.end):
        if own in {match["root"], match["other"]}:
            yield match.start()


def _type_without_lock(reading: Reading) -> Iterator[Hit]:
    """Say once that a file has a type whose methods write fields, and no lock anywhere."""
    if reading.locks.any or not reading.python or "atomic" in reading.code.lower():
        return
    kind = next(
        (one for one in OBJECT_TYPE.finditer(reading.code) if one["fields"].strip(" ;\n")), None
    )
    table = _METHODS.search(reading.code)
    if kind is None or table is None:
        return
    writers = {
        function: at
        for function in reading.shape.functions
        if not runs_alone(function, reading) and (at := next(_writes(reading, function), None))
    }
    if writers:
        names = [function.name for function in writers]
        count = f"{len(names)} functions write" if len(names) > 1 else f"{names[0]} writes"
        lines = ", ".join(str(reading.source.line_of(at)) for at in [*writers.values()][:8])
        yield Hit(
            "unlocked-type",
            reading.source.line_of(kind.start()),
            f"{count} fields (lines {lines}), and nothing in the file locks",
        )
