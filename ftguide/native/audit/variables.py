"""Variables of the process in C and C++: what their source does with them, and what that says. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from ftguide.native.audit.declarations import Variable, declared
from ftguide.native.audit.hiding import Hiding
from ftguide.native.audit.hit import Hit
from ftguide.native.audit.reading import Reading, runs_at_import
from ftguide.native.audit.rules import Weight
from ftguide.native.audit.shape import closing

#: What follows a name that is written: an assignment, perhaps of a field or an item.
_WRITTEN = re.compile(
    r"\s*(?:(?:\.|->)\s*\w+\s*|\[[^\]\n]{0,80}\]\s*){0,4}"
    r"(?:(?:[+\-*/|&^%]|<<|>>)?=(?!=)|\+\+|--)"
)
_CHANGED = re.compile(
    r"\s*(?:\.|->)\s*(?:insert\w*|emplace\w*|push\w*|pop\w*|clear|erase|assign|resize|reset|swap|append|add|set\w*"
    r"|try_emplace|reserve|release|load|store|Set\w*|Add\w*|Insert\w*|Clear|Push\w*|Reset\w*)\s*\("
)
_BEFORE_WRITTEN = re.compile(
    r"(?:\+\+|--|\bPy_X?SETREF\s*\(\s*|\bPy_CLEAR\s*\(\s*|>>\s*"
    r"|\b(?:PyDict_(?:Set|Del|Clear|Update|Merge|Pop)\w*|PyList_(?:Append|Set\w*|Insert|SET_ITEM|Sort)"
    r"|PySet_(?:Add|Discard|Clear|Pop)|PyObject_(?:SetItem|DelItem|SetAttr\w*)|PyByteArray_Resize"
    r"|free|PyMem_\w*[Ff]ree|delete|memset|memcpy|strcpy|strncpy|snprintf|sprintf|strcat|fgets)\s*\(?\s*)$"
)
#: Where an address is compared, counted or returned.
_ONLY_READ = re.compile(
    r"(?:\breturn\b(?:[^;(){}]*[?:])?|[=!]=|\bPy_(?:X?INCREF|X?DECREF|X?NewRef|TYPE|IS_TYPE)\s*\(|\bsizeof\s*\(?)\s*(?:\([^()]{1,40}\)\s*)?&\s*$"
)
#: An ampersand that takes an address, and not one between two values.
_ADDRESS = re.compile(
    r"(?:(?:[(,={}\[?:;!<>|+]|&&|(?<!-)-|\breturn\b)\s*|_cast\s*<[^<>]{1,60}>\s*\(\s*"
    r"|\(\s*(?:const\s+)?[\w:<> ]{1,60}\*+\s*\)\s*)&\s*$"
)
_CONSTANT = re.compile(r"\s*=\s*(?:-?\d\w*|true|false|TRUE|FALSE)\s*;")
_IDENTIFIER = re.compile(r"[A-Za-z_]\w*")


def hits(reading: Reading) -> Iterator[Hit]:
    """Point at the variables of a source, each with the weight that its use in the source gives it."""
    variables = list(declared(reading))
    uses = _uses(reading.code, {one.short for one in variables})
    hiding = Hiding(reading.code, reading.shape, {one.short for one in variables if not one.local})
    declarations = {one.at for one in variables if not one.local}
    seen: set[int] = set()
    given = {one.name for one in variables if one.given and not one.local}
    for one in variables:
        if not one.given and not one.local and one.name in given:
            continue  # announced here, and defined with a value elsewhere in the file
        places = [at for at in uses[one.short] if at != one.at and at not in declarations]
        if one.local:
            end = closing(reading.code, one.at)
            places = [at for at in places if one.at < at < end]
        places = hiding.visible(one.name, places, parameters=not one.local)
        weight, hint = _judged(reading, one, places)
        line = reading.source.line_of(one.at)
        if weight is None or line in seen:
            continue
        seen.add(line)
        rule = "static-object" if one.object else "static-state"
        yield Hit(rule, line, hint, weight, one.begin)


def _uses(code: str, names: set[str]) -> dict[str, list[int]]:
    """Return where each of some names stands."""
    uses: dict[str, list[int]] = defaultdict(list)
    if names:
        for match in _IDENTIFIER.finditer(code):
            if match[0] in names:
                uses[match[0]].append(match.start())
    return uses


def _judged(reading: Reading, one: Variable, places: list[int]) -> tuple[Weight | None, str]:
    """Weigh a variable by where its source writes it; a None for what nobody can write."""
    writes, passes = _touched(reading, one, places)
    if not writes:
        return _unwritten(reading, one, passes)
    calls = [at for at in writes if not runs_at_import(reading.shape.function_at(at), reading)]
    bare = [at for at in calls if not reading.locks.held(at)]
    if not calls:
        hint = "written where modules or types are set up or freed, and nowhere else in this file"
    elif not bare:
        hint = "written with a lock held; is it held where it is read?"
        if all(reading.locks.runs_once(at) for at in calls):
            hint = "written by what runs once; has it run where it is read?"
    else:
        line = reading.source.line_of(bare[0])
        if _setting(reading, one, bare, places):
            hint = f"a setting, given a constant in line {line}: is it read while it is set?"
            return Weight.LOOK, hint
        if reason := _elsewhere(reading, bare):
            return Weight.LOOK, f"written in line {line}, {reason}"
        if not reading.locks.any:
            return Weight.FIX, f"written in line {line}, and the file has no lock"
        if bare == calls:
            return Weight.FIX, f"written in line {line}, and the file's lock is not held there"
        hint = f"written in line {line} without the lock, and elsewhere with it"
    return Weight.LOOK, hint


def _elsewhere(reading: Reading, writes: list[int]) -> str:
    """Say why writes are none of an extension that people have; empty where they may be."""
    lines = {reading.source.line_of(at) for at in writes}
    if all(any(first <= one <= last for first, last in reading.source.debug) for one in lines):
        return "in builds for debugging only"
    if reading.program:
        return "and this is a program of its own that starts no thread"
    return ""


def _setting(reading: Reading, one: Variable, writes: list[int], uses: list[int]) -> bool:
    """Say whether a number is only ever given constants, by functions that do not look at it first.

    What is looked at and then set says whether something was done, and two threads can both do it.
    """
    if one.object or one.local or one.many:
        return False
    shape, code = reading.shape, reading.code
    setters = {shape.function_at(at) for at in writes}
    return all(_CONSTANT.match(code, at + len(one.short)) for at in writes) and not any(
        shape.function_at(at) in setters for at in uses if at not in writes
    )


def _touched(reading: Reading, one: Variable, places: list[int]) -> tuple[list[int], list[int]]:
    """Return where a variable is written, and where its address goes."""
    code = reading.code
    writes: list[int] = []
    passes: list[int] = []
    for at in places:
        end = at + len(one.short)
        if one.begin <= at < one.end or _is_field(code, at):
            continue
        if _written(code, at, end):
            writes.append(at)
        elif _passed(code, at, end, many=one.many):
            passes.append(at)
    if not one.given:
        return sorted([*writes, *passes]), []  # what has no value gets it where its address goes
    return writes, passes


def _unwritten(reading: Reading, one: Variable, passes: list[int]) -> tuple[Weight | None, str]:
    """Weigh a variable that its source does not write: a table, a constant, or somebody else's."""
    table = one.many and one.given and not one.object
    if table or (one.constant and (one.given or not one.many)):
        return None, ""
    if passes:
        line = reading.source.line_of(passes[0])
        return Weight.LOOK, f"its address is passed on in line {line}"
    where = "file" if one.local is None else "function"
    return Weight.LOOK, f"nothing in this {where} writes it: if nobody does, const says so"


def _is_field(code: str, at: int) -> bool:
    """Say whether a name stands behind a dot or an arrow: a field that has the same name."""
    return re.search(r"(?:\.|->)\s*$", code[max(0, at - 12) : at]) is not None


def _written(code: str, at: int, end: int) -> bool:
    """Say whether a name is written where it stands."""
    return (
        _WRITTEN.match(code, end) is not None
        or _CHANGED.match(code, end) is not None
        or _BEFORE_WRITTEN.search(code[max(0, at - 48) : at]) is not None
    )


def _passed(code: str, at: int, end: int, *, many: bool) -> bool:
    """Say whether the address of a name goes where it could be used to write."""
    before = code[max(0, at - 80) : at]
    if _ADDRESS.search(before):
        return _ONLY_READ.search(before) is None
    return (
        many
        and re.match(r"\s*[,)]", code[end : end + 8]) is not None
        and bool(re.search(r"[(,]\s*$", before))
    )
