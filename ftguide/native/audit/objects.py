"""Objects of C and C++ that change in one step too few: counts, positions, storage, marks, types. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ftguide.native.audit.fields import FIELD, MEMBER, is_shared, of_python_object, squeezed
from ftguide.native.audit.hit import Hit
from ftguide.native.audit.reading import Reading, runs_alone, runs_at_import
from ftguide.native.audit.rules import Weight
from ftguide.native.audit.shape import Function, block

_PLACE = rf"(?:{FIELD}|(?:\w+(?:\s*(?:->|\.)\s*\w+)*\s*\.\s*)?\w+)"
#: What counts of owners are called.
OWNERS = (
    r"(?:\w*_)?(?:n?_?refs?|ref_?(?:cnt|counte?r?)|refcount\w{0,6}|use_?(?:cnt|count)|n?users|n?owners|num_refs"
    r"|m?_?[rR]efCount|[uU]seCount)_?"
)
_OWNER_NAME = re.compile(rf"(?:^|[>.]){OWNERS}$")
_ONE_LESS = re.compile(
    rf"--\s*\(?\s*(?P<a>{_PLACE})\s*\)?\s*(?P<test>[=!<>]=?[^;]|\)|\?|;)"
    rf"|(?<![\w.>])(?P<b>{_PLACE})\s*(?:--|-=\s*1\b)\s*\)?\s*(?P<more>[=!<>]=?[^;]|\)|\?|;)"
)
_MINUS = re.compile(r"--|-=(?=\s*1\b)")
_LONGEST_NAME = 120
#: What is done with something that has no owner any more.
_ENDS = re.compile(
    r"(?:[Ff]ree|FREE|[Dd]estroy|[Dd]elete|[Rr]elease|[Cc]lose|[Dd]ealloc|[Dd]ispose|[Tt]eardown|[Uu]nload|munmap)\w*"
    r"\s*\(|\bdelete\s+\w"
)
#: Within how many characters behind the step the count is looked at.
_SOON = 250
_NEAR = 1_500
_NEXT_SLOT = re.compile(
    r"(?:\.\s*tp_iternext\s*=|\bPy_tp_iternext\s*,|\(\s*iternextfunc\s*\))\s*"
    r"(?:\(\s*\w+\s*\*?\s*\)\s*|(?:reinterpret|static)_cast\s*<[^<>;]{1,40}>\s*\(\s*)*&?\s*(?P<name>\w+)"
)
_NEXT_NAME = re.compile(r"(?:^|_)(?:iter_?)?next$|(?<=[a-z])(?:Iter)?Next$|^__next__$")
_STEP = re.compile(
    rf"(?<![\w.>])(?P<a>{FIELD})\s*(?:\+\+|--|[+\-]=(?!=))|(?:\+\+|--)\s*(?P<b>{FIELD})"
    rf"|(?<![\w.>])(?P<c>{FIELD})\s*=(?!=)"
)
_MEMBER_STEP = re.compile(_STEP.pattern.replace(FIELD, rf"(?:this\s*->\s*\w+|{MEMBER})"))
_GROWS = re.compile(
    rf"\b(?:\w*(?:[Rr]ealloc|REALLOC)\w*|PyMem_RESIZE|_PyBytes_Resize)\s*(?:<[^<>;]{{1,40}}>\s*)?\(\s*(?:\(\s*\w+\s*\*+\s*\)\s*)?(?P<address>&\s*)?(?P<field>{FIELD}|{MEMBER})\s*,"
)
_FREES = re.compile(
    rf"\b(?:\w*(?:[Ff]ree|FREE)\s*\(|delete\s*(?:\[\s*\])?)\s*\(?(?P<field>{FIELD}|{MEMBER})\s*\)?\s*;"
)
_MARK = (
    r"\w*(?:ready|Ready|done|Done|loaded|Loaded|initiali[sz]ed|Initiali[sz]ed|inited|computed|cached|built|filled"
    r"|populated|valid|complete|completed|finished|started|registered|opened|(?:has|have|is)_\w+)_?"
)
_MARKED = re.compile(
    rf"(?<![\w.>])(?:(?P<root>(?:\w+\s*(?:->|\.)\s*)*\w+\s*->)\s*(?P<field>{_MARK})|(?P<member>(?:m_|(?=\w+_\b)){_MARK}))"
    r"\s*=\s*(?:1|true|TRUE)\s*;"
)
_CONSTANT = re.compile(r"\s*(?:-?\d[\w.]*|NULL|nullptr|true|false|TRUE|FALSE|Py_None)\s*;")
_DICT_WRITE = re.compile(
    r"\bPyDict_(?:SetItem\w*|DelItem\w*|SetDefault\w*|Update|Merge\w*|Clear|Pop\w*)\s*\(\s*(?P<dict>[^,;]{1,80}?)\s*(?:,|\)\s*[;)<=!])"
)
_TYPE_DICT = re.compile(r"(?:->|\.)\s*tp_dict\s*\)?$")
_FROM_TYPE = (
    r"\b{0}\s*=\s*(?:\([^()]{{1,40}}\)\s*)?"
    r"(?:[^;=]{{1,80}}(?:->|\.)\s*tp_dict|PyType_GetDict\s*\([^;]*\))\s*;"
)
_SLOT_WRITE = re.compile(
    r"(?<![\w.>])(?:\(\s*\(\s*PyTypeObject\s*\*\s*\)\s*)?(?P<type>\w+)\s*\)?\s*->\s*tp_(?!dict\b)\w+\s*[|&^]?=(?!=)"
)
#: Where a type is made, so that nobody else has it.
_MAKES_TYPE = re.compile(
    r"\bPyType_(?:Ready|From\w*Spec\w*|GenericAlloc)\b|\bPyType_Type\s*\.\s*tp_(?:new|alloc)|\bPyHeapTypeObject\b|(?:->|\.)\s*tp_alloc\s*\("
)


def hits(reading: Reading) -> Iterator[Hit]:
    """Point at counts, positions, storage, marks and types that threads change under each other."""
    yield from _owner_counts(reading)
    if not reading.python:
        return
    following = {match["name"] for match in _NEXT_SLOT.finditer(reading.code)}
    for function in reading.shape.functions:
        body = reading.code[function.begin : function.end]
        typed = "tp_" in body or "PyType_GetDict" in body
        if typed and not runs_at_import(function, reading):
            yield from _changed_types(reading, function, body)
        if runs_alone(function, reading) or function.short.endswith("setstate"):
            continue
        if function.short in following or _NEXT_NAME.search(function.short):
            yield from _position(reading, function)
        yield from _moved(reading, function, body)
        yield from _marked_early(reading, function, body)


def _weight(reading: Reading, function: Function, field: str) -> Weight:
    """Weigh what destroys something that others may be using: sure for objects, where nothing locks."""
    sure = not reading.locks.any and of_python_object(reading, function, field)
    return Weight.FIX if sure and "atomic" not in reading.code.lower() else Weight.LOOK


def _owner_counts(reading: Reading) -> Iterator[Hit]:
    """Find counts of owners that are lowered and looked at in plain steps; one place for each name."""
    code = reading.code
    if reading.program:
        return
    told: set[str] = set()
    for match in _steps_down(code):
        place = match["a"] or match["b"]
        field = squeezed(place)
        name = re.split(r"->|\.", field)[-1]
        function = reading.shape.function_at(match.start())
        if (
            name in told
            or function is None
            or reading.locks.held(match.start())
            or not (function.owner or "->" in field)
            or re.search(rf"(?i)atomic[^;{{}}]*\b{name}\b", code)
            or not _counted_out(code, match, place)
            or not (_OWNER_NAME.search(field) or _ends(code, match, field))
            or ("->" in field and not is_shared(reading, function, field, match.start()))
        ):
            continue
        told.add(name)
        up = re.search(rf"\b{name}\s*(?:\+\+|\+=)|\+\+\s*(?:\w+\s*(?:->|\.)\s*)*{name}\b", code)
        if up is None or reading.locks.held(up.start()):
            continue
        hint = f"{name} goes up in line {reading.source.line_of(up.end() - 1)}"
        yield Hit(
            "owner-count",
            reading.source.line_of(match.start(0)),
            hint,
            _weight(reading, function, field) if reading.python and "->" in field else Weight.LOOK,
        )


def _steps_down(code: str) -> Iterator[re.Match[str]]:
    """Find where something is lowered by one: the signs first, because reading every name is slow."""
    for sign in _MINUS.finditer(code):
        at = sign.start()
        begin = max(code.rfind(end, max(0, at - _LONGEST_NAME), at) for end in ";{}\n") + 1
        for match in _ONE_LESS.finditer(
            code, max(begin, at - _LONGEST_NAME), at + 2 * _LONGEST_NAME
        ):
            if match.start() <= at < match.end():
                yield match
                break


def _counted_out(code: str, step: re.Match[str], place: str) -> bool:
    """Say whether a count is compared in the step, or in the statement behind it."""
    if (step["test"] or step["more"]) != ";":
        before = code[max(0, step.start() - 200) : step.start()]
        return re.search(r"\bfor\s*\([^{}]*;[^{}]*;[^{};]*$|,\s*$", before) is None
    behind = code[step.end() : step.end() + _SOON]
    spaced = r"\s*".join(re.escape(part) for part in re.split(r"\s*(->|\.)\s*", place))
    if kept := re.search(r"\b(\w+)\s*=\s*$", code[max(0, step.start() - 60) : step.start()]):
        spaced = kept[1]  # `left = --block->users;`
    return re.match(rf"\s*if\s*\(\s*(?:!\s*)?\(?\s*{spaced}\s*(?:\)|[=<>!])", behind) is not None


def _ends(code: str, step: re.Match[str], field: str) -> bool:
    """Say whether the block behind the comparison ends what nobody has any more."""
    if "->" not in field and not re.fullmatch(MEMBER, field):
        return False
    opened = code.find("if", step.end()) if (step["test"] or step["more"]) == ";" else step.end()
    return _ENDS.search(block(code[opened : opened + _NEAR])) is not None


def _position(reading: Reading, function: Function) -> Iterator[Hit]:
    """Find the first step that a `tp_iternext` makes in its object, an increment before anything else."""
    own = {"this"} if function.owner else _own_names(reading, function)
    steps = [
        match
        for match in (_MEMBER_STEP if function.owner else _STEP).finditer(
            reading.code, function.begin, function.end
        )
        if (field := match["a"] or match["b"] or match["c"])
        and ("->" not in field or _root(field) in own)
        and not reading.locks.held(match.start())
    ]
    body = reading.code[function.begin : function.end]
    steps = [one for one in steps if not one["c"] or _read(body, one["c"])]
    if steps and "atomic" not in body.lower():
        first = next((one for one in steps if not one["c"]), steps[0])
        field = squeezed(first["a"] or first["b"] or first["c"])
        yield Hit("iterator-position", reading.source.line_of(first.start()), field)


def _read(body: str, field: str) -> bool:
    """Say whether a function reads a field, and does not only set it."""
    spaced = r"\s*".join(re.escape(part) for part in re.split(r"\s*(->|\.)\s*", field.strip()))
    return re.search(rf"(?<![\w.>]){spaced}(?!\w|\s*=[^=])", body) is not None


def _root(field: str) -> str:
    """Return the variable that a field is reached by, through a cast, too."""
    root = re.search(r"\w+(?=\s*\)?\s*->)", field)
    return root[0] if root else ""


def _own_names(reading: Reading, function: Function) -> set[str]:
    """Return the names under which a function has its first parameter."""
    names = re.findall(r"\w+", function.parameters.split(",")[0])
    if not names or "*" not in function.parameters.split(",")[0]:
        return set()
    body = reading.code[function.begin : function.end]
    cast = rf"\b(\w+)\s*=\s*(?:\([^()]{{1,40}}\)|\w+_cast\s*<[^<>;]{{1,40}}>\s*\(|\w+\s*\()\s*{names[-1]}\b"
    return {names[-1], *re.findall(cast, body)}


def _moved(reading: Reading, function: Function, body: str) -> Iterator[Hit]:
    """Find storage of an object that a method moves, or frees and makes anew."""
    told: set[str] = set()
    for pattern, found in ((_GROWS, "moves"), (_FREES, "is freed")):
        for match in (
            pattern.finditer(body) if re.search("(?i)realloc|resize|free|delete", body) else ()
        ):
            field = squeezed(match["field"])
            at = function.begin + match.start()
            spaced = r"\s*".join(re.escape(part) for part in re.split(r"(->|\.)", field))
            start = body.rfind(";", 0, match.start()) + 1
            stretch = body[start if found == "moves" else match.end() : match.end() + _NEAR]
            again = (found == "moves" and match["address"]) or re.search(
                rf"(?<![\w.>*]){spaced}\s*=(?!=|\s*(?:NULL\b|nullptr\b|0\s*;))", stretch
            )
            if (
                field in told
                or not again
                or reading.locks.held(at)
                or not is_shared(reading, function, field, at)
                or not (of_python_object(reading, function, field) or "->" not in field)
            ):
                continue
            told.add(field)
            yield Hit(
                "moving-storage",
                reading.source.line_of(at),
                f"{field} {found} while others may read it",
                _weight(reading, function, field),
            )


def _marked_early(reading: Reading, function: Function, body: str) -> Iterator[Hit]:
    """Find marks that say an object is ready, set before what they stand for."""
    for match in _MARKED.finditer(body):
        at = function.begin + match.start()
        field = match["field"] or match["member"]
        root = squeezed(match["root"] or "")
        if reading.locks.held(at) or not is_shared(reading, function, root + field, at):
            continue
        other = (
            rf"(?<![\w.>]){re.escape(root[:-2])}\s*->\s*(?!{field}\b)(\w+)\s*=(?!=)"
            if root
            else rf"(?<![\w.>])(?!{field}\b)({MEMBER})\s*=(?!=)"
        )
        rest = _same_block(body, match.end())
        late = next(
            (one for one in re.finditer(other, rest) if not _CONSTANT.match(rest, one.end())), None
        )
        read = rf"(?:\bif|\bwhile|&&|\|\||\breturn|!)[\s(!]*(?:\w+\s*(?:->|\.)\s*)*{field}\b(?!\s*=[^=])"
        if late is not None and re.search(read, reading.code):
            where = reading.source.line_of(function.begin + match.end() + late.start())
            hint = f"{late[1]} is set in line {where} only"
            yield Hit("early-mark", reading.source.line_of(at), hint)


def _same_block(body: str, at: int) -> str:
    """Return what follows in the block of a place, without the blocks that open behind it."""
    depth, start, parts = 0, at, []
    for match in re.finditer(r"[{}]|\breturn\b", body[at:]):
        place = at + match.start()
        if match[0] == "{":
            if depth == 0:
                parts.append(body[start:place])
            depth += 1
        elif match[0] == "}":
            depth -= 1
            start = place + 1
        if depth < 0 or (depth == 0 and match[0] == "return"):
            return "".join([*parts, body[start:place] if depth == 0 or not parts else ""])
    return "".join([*parts, body[start:]])


def _changed_types(reading: Reading, function: Function, body: str) -> Iterator[Hit]:
    """Find types that are changed behind the interpreter's back, after they were made."""
    if _MAKES_TYPE.search(body) or re.search(
        r"(?:^|_)(?:init|setup|ready|register)", function.short
    ):
        return
    for match in _DICT_WRITE.finditer(body):
        name = match["dict"]
        direct = _TYPE_DICT.search(name) is not None
        taken = re.fullmatch(r"\w+", name) and re.search(
            _FROM_TYPE.format(name), body[: match.start()]
        )
        if direct or taken:
            yield Hit("type-changed", reading.source.line_of(function.begin + match.start()))
    for match in _SLOT_WRITE.finditer(body):
        kind = re.search(rf"\bPyTypeObject\s*\*\s*{match['type']}\b", function.parameters)
        if kind and not reading.locks.held(function.begin + match.start()):
            line = reading.source.line_of(function.begin + match.start())
            yield Hit("type-changed", line, "a slot of a type that may be in use", Weight.LOOK)
            return
