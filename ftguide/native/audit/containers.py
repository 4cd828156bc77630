"""Containers in C and C++: asked and then changed, and changed while other threads are let in. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ftguide.native.audit.fields import FIELD, MEMBER, is_shared, of_python_object, squeezed
from ftguide.native.audit.hit import Hit
from ftguide.native.audit.lines import of_a_new_container
from ftguide.native.audit.locks import Stretch
from ftguide.native.audit.reading import Reading, runs_alone
from ftguide.native.audit.rules import Language, Weight
from ftguide.native.audit.shape import Function, closing

_FIRST = (
    r"\s*\(\s*(?:\(\s*\w+\s*\*\s*\)\s*)?"
    r"(?P<container>\w(?:[\w.>\-]|\([^(),;]{0,40}\)|\[[^\[\](),;]{0,40}\]){0,80}?)\s*"
)
_ASKS = re.compile(
    r"\b(?:PyDict_Contains(?:String)?|PyDict_GetItem\w*|PyMapping_HasKey\w*|PySet_Contains|PyMapping_GetOptionalItem\w*)"
    + _FIRST
    + r",(?P<key>(?:[^(),;]|\([^();]*\)){1,80})[,)]"
)
_SETS = re.compile(
    r"\b(?:PyDict_SetItem\w*|PyDict_DelItem\w*|PyObject_(?:Set|Del)Item|PyMapping_SetItem\w*|PySet_(?:Add|Discard))"
    + _FIRST
    + r",(?P<key>(?:[^(),;]|\([^();]*\)){1,80})[,)]"
)
_COUNTS = re.compile(
    r"\b(?:PyList_(?:Size|GET_SIZE)|PyDict_(?:Size|GET_SIZE)|PySet_(?:Size|GET_SIZE)|PySequence_(?:Size|Length)|Py_SIZE)"
    + _FIRST
    + r"\)"
)
_TAKES = re.compile(
    r"\b(?:PyList_SetSlice|PySequence_Del(?:Item|Slice)|PySet_Pop|PyList_SET_ITEM)"
    + _FIRST
    + r"[,)]"
)
_KEYWORDS = re.compile(r"(?:^|_)(?:kw|kwds|kwargs|keywords)$")
#: How far behind the question the change may be, in characters.
_NEAR = 1_500
_KEYED = r"contains|count|find"
_CHANGES_KEY = r"(?:\.|->)\s*(?:insert\w*|emplace\w*|try_emplace|erase|insert_or_assign)\s*\(|\["
_EMPTINESS = r"empty|size"
_TAKES_ONE = r"(?:\.|->)\s*(?:pop\w*|front|back|top|erase)\s*\("
_MOVES = (
    r"(?:push_back|emplace\w*|push\w*|pop\w*|insert\w*|erase|clear|resize|assign|swap|try_emplace)"
)
#: What a class has to hold others.
_CONTAINER = re.compile(
    r"\b(?:std::)?(?:vector|deque|list|forward_list|map|unordered_map|multimap|set|unordered_set|multiset|queue"
    r"|stack|priority_queue|dict|flat_hash_map|flat_hash_set)\s*(?:<|\b)[^;(){}]*?\b(?P<name>\w+)\s*(?:=|\{|$)"
)
_RELEASED = re.compile(r"\b(?:gil_scoped_release|release_gil|ReleaseGIL|GILRelease)\b[^;\n]{0,60};")
#: A method that a binding lets run without the GIL.
_GUARDED = re.compile(
    r"&\s*(?P<name>\w+(?:::\w+)+)\s*\)?\s*,(?P<rest>[^;&]{0,600}?)\bcall_guard\s*<[^;()]{0,80}?gil_scoped_release"
)
_ALLOWED = re.compile(r"\bPy_(BEGIN|END)_ALLOW_THREADS\b")


def hits(reading: Reading) -> Iterator[Hit]:
    """Point at containers that two threads can change between two steps, or at the same time."""
    if not reading.python:
        return
    members = _members(reading) if reading.source.language is Language.CPP else frozenset()
    released = list(_released(reading))
    yield from _changed_while_released(reading, released, members)
    for function in reading.shape.functions:
        if runs_alone(function, reading):
            continue
        yield from _asked_of_objects(reading, function)
        if members and function.owner:
            yield from _asked_of_members(reading, function, members)


def _members(reading: Reading) -> frozenset[str]:
    """Name the members of the source's classes that hold others."""
    names = set()
    for statement in reading.shape.statements:
        if statement.owner and (
            match := _CONTAINER.search(reading.code[statement.begin : statement.end])
        ):
            names.add(match["name"])
    return frozenset(names)


def _asked_of_objects(reading: Reading, function: Function) -> Iterator[Hit]:
    """Find questions to a dict, a set or a list, and behind each the change that the answer led to."""
    code, text = reading.code, reading.source.text
    body = code[function.begin : function.end]
    for word, asks, changes, keyed in (
        ("Item", _ASKS, _SETS, True),
        ("ontains", _ASKS, _SETS, True),
        ("HasKey", _ASKS, _SETS, True),
        ("S", _COUNTS, _TAKES, False),
    ):
        if word not in body:
            continue
        told: set[tuple[str, str]] = set()
        for match in asks.finditer(code, function.begin, function.end):
            container = squeezed(match["container"])
            key = squeezed(text[slice(*match.span("key"))]) if keyed else ""
            if (
                (container, key) in told
                or reading.locks.held(match.start())
                or of_a_new_container(code, match.start("container"))
                or _made_here(code, function, container, match.start())
                or not (keyed or "->" in container)
            ):
                continue
            end = min(function.end, match.end() + _NEAR)
            for change in changes.finditer(code, match.end(), end):
                same = not keyed or squeezed(text[slice(*change.span("key"))]) == key
                if same and squeezed(change["container"]) == container:
                    told.add((container, key))
                    yield _hit(reading, match.start(), change.start(), container)
                    break


def _made_here(code: str, function: Function, name: str, at: int) -> bool:
    """Say whether a function made the container itself, or has it from the caller's keyword arguments."""
    return _KEYWORDS.search(name) is not None or (
        re.search(
            rf"\b{re.escape(name)}\s*=\s*(?:\([^()]{{1,40}}\)\s*)?\w*(?:_New|_Copy|Locals|_copy|_new)\w*\s*\(",
            code[function.begin : at],
        )
        is not None
    )


def _hit(reading: Reading, at: int, change: int, container: str) -> Hit:
    where = reading.source.line_of(change)
    return Hit(
        "asked-then-changed",
        reading.source.line_of(at),
        f"{container} is changed in line {where}",
    )


def _asked_of_members(
    reading: Reading, function: Function, members: frozenset[str]
) -> Iterator[Hit]:
    """Find the same with containers of C++ that are members of the object."""
    code = reading.code
    body = code[function.begin : function.end]
    for name in members:
        if name not in body:
            continue
        for question, change in ((_KEYED, _CHANGES_KEY), (_EMPTINESS, _TAKES_ONE)):
            asked = re.compile(
                rf"(?<![\w.>])(?:this\s*->\s*)?{name}\s*\.\s*(?:{question})\s*\("
            ).search(code, function.begin, function.end)
            if asked is None or reading.locks.held(asked.start()):
                continue
            changed = re.compile(rf"(?<![\w.>])(?:this\s*->\s*)?{name}\s*(?:{change})").search(
                code, asked.end(), min(function.end, asked.end() + _NEAR)
            )
            if changed is not None:
                yield _hit(reading, asked.start(), changed.start(), name)
                break


def _released(reading: Reading) -> Iterator[Stretch]:
    """Give the stretches in which other threads run, with the GIL or without."""
    code = reading.code
    guarded = {match["name"] for match in _GUARDED.finditer(code) if ".def" not in match["rest"]}
    for function in reading.shape.functions if guarded else ():
        if function.owner and f"{function.owner}::{function.short}" in guarded:
            yield function.begin, function.end
    for match in _RELEASED.finditer(code):
        yield match.end(), closing(code, match.end())
    begun = 0
    for match in _ALLOWED.finditer(code):
        if match[1] == "BEGIN":
            begun = match.end()
        elif begun:
            yield begun, match.start()
            begun = 0


def _changed_while_released(
    reading: Reading, released: list[Stretch], members: frozenset[str]
) -> Iterator[Hit]:
    """Find what an object holds and a function changes while other threads run; one place per stretch."""
    moves = re.compile(
        rf"(?<![\w.>])(?:this\s*->\s*|self\s*->\s*|\w+\s*->\s*)?(?P<name>\w+)\s*\.\s*{_MOVES}\s*\("
    )
    writes = re.compile(
        rf"(?<![\w.>])(?P<field>{FIELD}|{MEMBER})\s*"
        r"(?:\+\+|--|(?:[+\-|&]|<<|>>)?=(?!=))"
    )
    told: set[int] = set()
    for begin, end in released:
        function = reading.shape.function_at(begin)
        if function is None or runs_alone(function, reading):
            continue
        for match in moves.finditer(reading.code, begin, end):
            if match["name"] in members and not reading.locks.held(match.start()):
                line = reading.source.line_of(match.start())
                if line not in told:
                    told.add(line)
                    weight = Weight.LOOK if reading.locks.any else Weight.FIX
                    yield Hit(
                        "changed-while-released", line, f"{match['name']} is a container", weight
                    )
                break
        for match in writes.finditer(reading.code, begin, end):
            field = squeezed(match["field"])
            mine = function.owner and ("->" not in field or field.startswith("this->"))
            if not mine and not of_python_object(reading, function, field):
                continue
            if (
                reading.locks.held(match.start())
                or _atomic(reading, field)
                or not is_shared(reading, function, field, match.start())
            ):
                continue
            line = reading.source.line_of(match.start())
            if line not in told:
                told.add(line)
                yield Hit("changed-while-released", line, field, Weight.LOOK)
            break


def _atomic(reading: Reading, field: str) -> bool:
    """Say whether the source declares a field as an atomic."""
    name = re.split(r"->|\.", field)[-1]
    return re.search(rf"(?i)atomic[^;{{}}]*\b{name}\b\s*[;={{,]", reading.code) is not None
