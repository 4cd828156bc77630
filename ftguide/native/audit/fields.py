"""Fields that are looked at, then set; members that hide a write. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ftguide.native.audit.hit import Hit
from ftguide.native.audit.once import RUNNER
from ftguide.native.audit.reading import Reading, runs_alone
from ftguide.native.audit.rules import Language, Weight
from ftguide.native.audit.shape import Function, block

#: A field behind an arrow, as a regular expression.
FIELD = (
    r"(?:\(\s*\(\s*\w+\s*\*\s*\)\s*\w+\s*\)|\w+)"
    r"(?:\s*(?:->|\.)\s*\w+)*\s*->\s*\w+(?:\s*\.\s*\w+)*(?:\[\w+\])?"
)
#: A member of a class that is named as one, as a regular expression.
MEMBER = r"(?:m_\w+|[A-Za-z]\w*_)(?![\w(])"
_NULL = r"(?:NULL|nullptr|Py_None)"
_EMPTY = (
    r"\bif\s*\(\s*(?:!\s*(?P<a>{0})|(?P<b>{0})\s*==\s*"
    + _NULL
    + r"|(?P<e>{0})\s*(?:==\s*(?:0|-1)|<\s*0)|"
    + _NULL
    + r"\s*==\s*(?P<c>{0})"
    r"|(?:Py_IsNone|\w*UNLIKELY|\w*unlikely)\s*\(\s*!?\s*(?P<d>{0})(?:\s*==\s*"
    + _NULL
    + r")?\s*\))\s*(?P<more>\)|&&|\|\|)"
)
_FULL = (
    r"\bif\s*\(\s*(?:(?P<a>{0})\s*(?:!=\s*" + _NULL + r")?|" + _NULL + r"\s*!=\s*(?P<b>{0}))\s*\)"
)
_LOOKS = {
    Language.C: (re.compile(_EMPTY.format(FIELD)), re.compile(_FULL.format(FIELD))),
    Language.CPP: (
        re.compile(_EMPTY.format(f"(?:{FIELD}|{MEMBER})")),
        re.compile(_FULL.format(f"(?:{FIELD}|{MEMBER})")),
    ),
}
#: A look that leaves the function where the field has a value, with the write behind it.
_LEAVES = re.compile(
    rf"\bif\s*\(\s*(?:(?P<a>{FIELD}|\w+)\s*(?:!=\s*(?:{_NULL}|-1|0))?|{_NULL}\s*!=\s*(?P<b>{FIELD}|\w+))\s*\)"
    r"\s*\{?\s*(?:return\b|Py_RETURN_\w+|Py_INCREF\s*\([^;]*;\s*return\b)[^;]*;"
)
_TAKES = re.compile(rf"\b(?P<name>\w+)\s*=\s*(?:\([^()]{{1,40}}\)\s*)?(?P<field>{FIELD})\s*;")
_COMPUTED = re.compile(r"hash|cache|memo|computed|known|ready|init", re.IGNORECASE)
_ROOT = re.compile(r"\(\s*\(\s*\w+\s*\*\s*\)\s*(\w+)|(\w+)")
#: A local that holds what was made in the same function; nobody else has it yet.
_MADE = (
    r"\b{0}\s*=\s*(?:\([^()]{{1,40}}\)\s*)?\(?\s*"
    r"(?:\w*(?:[Nn]ew|NEW|[Aa]lloc|ALLOC|create|Create|make|Make|CREATE|MAKE)\w*|\w+->tp_alloc"
    r"|\(\s*\w+\s*\*\s*\)\s*\w+->tp_alloc)\s*(?:<[^;()]*>)?\s*[({{ ]"
)
#: How far below the look the write may be, in characters.
_NEAR = 2_000
#: A state that the function reached, rather than something it made; and how far below the look, in
#: characters, setting it is no longer the answer to the look.
_REACHED = re.compile(r"\s*(?:1|true|TRUE)\s*;")
_SOON = 600
_BINDS = re.compile(
    r"\b(?:(?:py|nb|pybind11|nanobind)::)(?:class_|enum_|exception|register_exception|bind_vector|bind_map)\s*<"
)
_BINDER = re.compile(
    r"bind|register|init|export|module|def|declare|add_|setup|MODULE|wrap_(?:class|module)",
    re.IGNORECASE,
)
_MUTABLE = re.compile(
    r"^\s*(?:(?:public|private|protected)\s*:(?!:)\s*)?mutable\b(?P<type>[^;()=]*[\s>*&])(?P<name>\w+)\s*(?:=|\{|$|\[)",
    re.DOTALL,
)
#: What gives a member another value, or takes some of it away.
_WRITES = (
    r"\b{name}\s*(?:(?:[+\-*/|&^%]|<<|>>)?=(?!=)|\+\+|--|\[[^\]\n]{{0,80}}\]\s*=(?!=)"
    r"|(?:\.|->)\s*(?:reset|emplace\w*|insert\w*|push\w*|pop\w*|clear|assign|append|erase|resize|swap|try_emplace)\b)"
    r"|(?:\+\+|--)\s*(?:this\s*->\s*)?{name}\b|&\s*(?:this\s*->\s*)?{name}\s*[,)]"
)
_MADE_FOR_THREADS = re.compile(
    r"mutex|atomic|once|thread_local|lock|condition_variable|Mutex|Lock|Atomic|Once|semaphore|latch|CondVar",
    re.IGNORECASE,
)
#: A struct that begins as objects do.
OBJECT_TYPE = re.compile(r"\bPyObject_(?:VAR_)?HEAD\b(?P<fields>[^}]*)\}\s*(?P<name>\w*)")


def hits(reading: Reading) -> Iterator[Hit]:
    """Point at what methods do to fields without a lock."""
    if reading.python or reading.source.language is Language.CPP:
        for function in reading.shape.functions:
            if not runs_alone(function, reading):
                yield from _looked_then_set(reading, function)
    yield from _bound_late(reading)
    yield from _mutable_members(reading)


def _looked_then_set(reading: Reading, function: Function) -> Iterator[Hit]:
    code, begin, end = reading.code, function.begin, function.end
    body = code[begin:end]
    if "if" not in body:
        return
    empty, full = _LOOKS.get(reading.source.language, _LOOKS[Language.CPP])
    taken = {match["name"]: match for match in _TAKES.finditer(body)}
    seen: set[str] = set()
    for match in empty.finditer(body):
        if match["e"] and not _COMPUTED.search(match["e"]):
            continue  # a number that is compared is a state, unless its name says that it is kept
        field = squeezed(next(one for one in match.group("a", "b", "c", "d", "e") if one))
        yield from _set_after(reading, function, match, field, seen, reason="")
    for match in full.finditer(body):
        field = squeezed(match["a"] or match["b"])
        yield from _set_after(reading, function, match, field, seen, reason="frees")
    for match in _LEAVES.finditer(body):
        field = squeezed(match["a"] or match["b"])
        known = taken.get(field)
        if known is not None:
            field = squeezed(known["field"])
        if "->" in field or _is_member(field):
            yield from _set_after(reading, function, match, field, seen, reason="")
    for name, taking in taken.items():
        look = re.compile(
            rf"\bif\s*\(\s*(?:!\s*{name}\b|{name}\s*==\s*{_NULL}\b|\w*(?i:unlikely)\s*\(\s*(?:!\s*)?{name}\b)"
        ).search(body, taking.end())
        if look is not None and look.start() - taking.end() < _NEAR:
            field = squeezed(taking["field"])
            yield from _set_after(reading, function, look, field, seen, reason="")


def _is_member(field: str) -> bool:
    """Say whether a name is spelled as members of classes are."""
    return re.fullmatch(MEMBER, field) is not None


def squeezed(text: str) -> str:
    """Return a text without its spaces."""
    return re.sub(r"\s+", "", text)


def _set_after(
    reading: Reading,
    function: Function,
    look: re.Match[str],
    field: str,
    seen: set[str],
    *,
    reason: str,
) -> Iterator[Hit]:
    """Report a look at a field if the function sets the field behind it, and shares its object."""
    at = function.begin + look.start()
    if field in seen or reading.locks.held(at) or not is_shared(reading, function, field, at):
        return
    stretch = reading.code[function.begin + look.end() : min(function.end, at + _NEAR)]
    before = squeezed(reading.code[max(function.begin, at - 300) : at])
    if re.search(rf"(?:^|[;{{}}]){re.escape(field)}=(?!=)[^;]*;$", before):
        return  # looks whether the line above went well
    spaced = r"\s*".join(re.escape(part) for part in re.split(r"(->|\.)", field))
    if reason:
        # What is freed must be set to nothing in the same block.
        freed = block(stretch)
        setting = re.search(
            rf"(?<![\w.>]){spaced}\s*=\s*(?:NULL|nullptr|0|-1)\s*;|\bPy_CLEAR\s*\(\s*{spaced}\s*\)",
            freed,
        )
        if setting is None or not (
            "Py_CLEAR" in setting[0]
            or re.search(
                rf"(?i)(?:free|close|release|destroy|delete|decref|dealloc)\w*\s*\(?[^;]*{spaced}",
                freed,
            )
        ):
            return
    else:
        setting = re.search(
            rf"(?<![\w.>]){spaced}\s*=(?!=)|&\s*{spaced}\s*[,)]|(?<![\w.>]){spaced}\s*\.\s*(?:reset|emplace)\s*\("
            rf"|\bPy_X?SETREF\s*\(\s*{spaced}\s*,",
            stretch,
        )
        if setting is None:
            return
    seen.add(field)
    sure = (
        not reading.locks.any
        and of_python_object(reading, function, field)
        and not (_REACHED.match(stretch, setting.end()) and setting.start() > _SOON)
    )
    weight = Weight.FIX if sure else Weight.LOOK
    where = reading.source.line_of(function.begin + look.end() + setting.end() - 1)
    yield Hit("lazy-field", reading.source.line_of(at), f"{field} is set in line {where}", weight)


def of_python_object(reading: Reading, function: Function, field: str) -> bool:
    """Say whether a field is one of a Python object, which threads can share without asking."""
    root = _ROOT.match(field)
    name = (root[1] or root[2]) if root else ""
    if not reading.python or name == field:
        return False
    if name == "self" or re.search(rf"\bPyObject\s*\*\s*{name}\b", function.parameters):
        return True
    kind = re.search(
        rf"\b(\w+)\s*\*\s*{name}\b",
        function.parameters + ";" + reading.code[function.begin : function.end],
    )
    return kind is not None and kind[1] in {
        one["name"] for one in OBJECT_TYPE.finditer(reading.code)
    }


def is_shared(reading: Reading, function: Function, field: str, at: int) -> bool:
    """Say whether the object of a field can be known to other threads: it was not made here."""
    root = _ROOT.match(field)
    name = (root[1] or root[2]) if root else ""
    if re.fullmatch(MEMBER, field) or name == "this":
        return bool(function.owner)
    before = reading.code[function.begin : at]
    if re.search(_MADE.format(re.escape(name)), before):
        return False
    local = re.search(rf"\b\w+\s+{re.escape(name)}\s*(?:;|=\s*\{{)", before)
    return local is None


def _bound_late(reading: Reading) -> Iterator[Hit]:
    if reading.source.language is not Language.CPP:
        return
    for match in _BINDS.finditer(reading.code):
        function = reading.shape.function_at(match.start())
        if function is None or _BINDER.search(function.name) or reading.locks.held(match.start()):
            continue
        before = reading.code[function.begin : match.start()]
        opened = [one for one in re.finditer(r"\bif\s*\(", before) if _open(before[one.start() :])]
        if opened:
            yield Hit("lazy-binding", reading.source.line_of(match.start()))


def _open(text: str) -> bool:
    """Say whether a text, which begins with a condition, ends inside of its block."""
    depth = 0
    entered = False
    for match in re.finditer(r"[{};]", text):
        if match[0] == "{":
            depth, entered = depth + 1, True
        elif match[0] == "}":
            depth -= 1
        if depth < 0 or (depth == 0 and (entered or match[0] == ";")):
            return False
    return True


def _mutable_members(reading: Reading) -> Iterator[Hit]:
    if reading.source.language is not Language.CPP and "class" not in reading.code:
        return
    judged: dict[str, tuple[Weight | None, str]] = {}
    for statement in reading.shape.statements:
        if not statement.owner:
            continue
        text = reading.code[statement.begin : statement.end]
        match = _MUTABLE.match(text)
        if match is None or _MADE_FOR_THREADS.search(match["type"]):
            continue
        name = match["name"]
        if name not in judged:
            judged[name] = _judged_member(reading, name)
        weight, hint = judged[name]
        if weight is None:
            continue
        yield Hit(
            "mutable-member",
            reading.source.line_of(statement.begin + match.start("name")),
            hint,
            weight,
            statement.begin + len(text) - len(text.lstrip()),
        )


def _judged_member(reading: Reading, name: str) -> tuple[Weight | None, str]:
    """Weigh a member by who writes it; None for what each user has first had made, once."""
    writes = [
        one.start()
        for one in re.finditer(_WRITES.format(name=name), reading.code)
        if reading.locks.runs_once(one.start())
        or not runs_alone(reading.shape.function_at(one.start()), reading)
    ]
    if writes and all(reading.locks.runs_once(at) for at in writes):
        if _made_sure(reading, name):
            return None, ""
        return Weight.LOOK, "written by what runs once; has it run where it is read?"
    if reading.locks.any:
        return Weight.LOOK, "the file has a lock: is it held?"
    # Without Python in it, nothing says that threads share an object.
    return Weight.FIX if writes and reading.python else Weight.LOOK, ""


def _made_sure(reading: Reading, name: str) -> bool:
    """Say whether each function that uses a member has first run what makes it, once."""
    for match in re.finditer(rf"\b{name}\b", reading.code):
        at = match.start()
        function = reading.shape.function_at(at)
        if function is None or runs_alone(function, reading) or reading.locks.runs_once(at):
            continue
        if RUNNER.search(reading.code, function.begin, at) is None and not any(
            function.begin <= start < at for start, _ in reading.locks.once
        ):
            return False
    return True
