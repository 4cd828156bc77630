"""Variables of the process in C and C++: the declarations that make one. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ftguide.native.audit.reading import Reading
from ftguide.native.audit.shape import Function, Statement, arguments, closing

#: Written once before anyone can race, or made for threads: their types and words.
_FINE = re.compile(
    r"\b(?:constexpr|constinit|consteval|thread_local|_Thread_local|__thread"
    r"|_Atomic|atomic\w*|once_flag|\w*mutex\w*|\w*Mutex\w*|Py_tss_t"
    r"|pthread_(?:once|rwlock|key|cond)_t|gil_safe_call_once_and_store|PyThread_type_lock|CRITICAL_SECTION|SRWLOCK"
    r"|PyMethodDef|PyModuleDef|PyModuleDef_Slot|PyModuleDef_Base|PySlot|PyABIInfo|PyType_Spec"
    r"|PyType_Slot|PyGetSetDef|PyMemberDef|PyMappingMethods|PySequenceMethods|PyNumberMethods"
    r"|PyAsyncMethods|PyBufferProcs|PyStructSequence_(?:Desc|Field)|wrapperbase|\w*(?:OnceFlag|once_flag)\w*)\b"
    r"|\bPyTypeObject\s+(?!\*)|__declspec\s*\(\s*thread|\bstd::atomic\b|\bcall_once\b"
    r"|\b(?:[A-Za-z0-9]+_)*(?:TLS|THREAD_LOCAL|THREADLOCAL)(?:_[A-Z0-9_]+)?\b"
)
_TLS_MACRO = re.compile(
    r"^[ \t]*#[ \t]*define[ \t]+(\w+)[ \t]+(?:static[ \t]+)?(?:_Thread_local|thread_local|__thread"
    r"|__declspec[ \t]*\([ \t]*thread)",
    re.MULTILINE,
)
_OBJECT = re.compile(r"\b(?:PyObject|PyTypeObject)\s*\*|\b(?:py|nb|pybind11|nanobind)::\w+")
_NOTHING = re.compile(
    r"^\s*(?:typedef|using|namespace|return|friend|goto|case|else|do|import|export|template|operator|static_assert"
    r"|_Static_assert|PyMODINIT_FUNC|asm|__asm__|concept|package|include|throw|delete|new|break|continue)\b"
)
_LABEL = re.compile(r"^(?:\s*(?:public|private|protected|default|\w+)\s*:(?!:))+")
_ATTRIBUTE = re.compile(
    r"\[\[[^\]]*\]\]|\b(?:__attribute__|__declspec|alignas|_Alignas)\s*\((?:[^()]|\([^()]*\))*\)"
)
_SHAPED = re.compile(r"\b(struct|union|enum|class)\b[^;{}()=]*\{")
#: `struct x` and no more declares nothing that is stored.
_ANNOUNCED = re.compile(
    r"\s*(?:static\s+|extern\s+|enum\s+)*(?:struct|union|enum|class)\s+(?:\w+\s+)?[\w:<>, ]+$"
)
_POINTER = re.compile(
    r"\(\s*(?:\w+::|\w+\s+)?\*\s*(?P<const>const\s+)?(?P<name>\w+)\s*(?P<array>(?:\[[^\]]*\]\s*)*)\)\s*\("
)
_FIRST = re.compile(
    r"^(?P<type>.*[\s*&>\])])(?P<name>[A-Za-z_]\w*(?:\s*<[^;]*>)?(?:::[A-Za-z_]\w*)*)\s*(?P<array>(?:\[[^\]]*\]\s*)*)$",
    re.DOTALL,
)
_OTHER = re.compile(r"^[\s*&]*(?P<name>[A-Za-z_]\w*)\s*(?P<array>(?:\[[^\]]*\]\s*)*)$")
_STORAGE = re.compile(
    r"\b(?:static|extern|inline|volatile|register|const|struct|union|enum|class|typename|mutable)\b"
)
_ASSIGNS = re.compile(r"(?<![=!<>+\-*/|&^%])=(?!=)|\{")
_STATIC = re.compile(r"\bstatic\b")
_LONGEST = 100_000
_KEYWORDS = frozenset({"struct", "union", "enum", "class", "const", "static", "void"})
_ANGLES = re.compile(r"<[^<>;{}]*>")
_WORD = re.compile(r"\w+")
_SHAPE_WORD = re.compile(r"\b(?:struct|union|enum|class)\b")
_SHAPE_WORD = re.compile(r"\b(?:struct|union|enum|class)\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """A variable that lives as long as the process."""

    name: str
    object: bool  #: holds Python objects
    at: int  #: where its name stands
    begin: int
    end: int  #: of its statement
    local: Function | None  #: the function it is a variable of
    given: bool  #: has an initial value
    many: bool  #: an array
    constant: bool  #: says const of what it points at

    @property
    def short(self) -> str:
        """The name without its class."""
        return self.name.rpartition("::")[2]


def declared(reading: Reading) -> Iterator[Variable]:
    """Give the variables of the process that a source defines."""
    own_words = {match[1] for match in _TLS_MACRO.finditer(reading.source.code)}
    code = reading.code
    for statement in reading.shape.statements:
        text = code[statement.begin : statement.end]
        member = statement.owner and not re.search(r"\binline\b", text)
        if not member and not (statement.owner and "static" not in text):
            yield from _variables(code, statement, None, own_words)
    for function in reading.shape.functions:
        for match in _STATIC.finditer(code, function.begin, function.end):
            begin = max(function.begin, *(code.rfind(one, 0, match.start()) + 1 for one in ";{}"))
            end = _end_of_statement(code, match.start(), function.end)
            yield from _variables(code, Statement(begin, end, ""), function, own_words)


def _end_of_statement(code: str, at: int, last: int) -> int:
    while match := re.compile(r"[{;}]").search(code, at, last):
        if match[0] != "{":
            return match.start()
        at = closing(code, match.end())
    return last


@dataclass(frozen=True, slots=True)
class _Text:
    """A statement without attributes, labels and the bodies of types; offsets stay."""

    code: str
    held: str  #: the body of the type that it defines
    shaped: bool  #: whether it defines one


def _variables(
    code: str, statement: Statement, local: Function | None, own_words: set[str]
) -> Iterator[Variable]:
    """Read a statement as a declaration; functions, types and constants give nothing."""
    text = code[statement.begin : statement.end]
    begin = statement.begin + len(text) - len(text.lstrip())
    read = _read_text(text) if len(text) <= _LONGEST else None
    if read is None:
        return
    given = _ASSIGNS.search(read.code)
    head = read.code[: given.start()] if given else read.code
    indented = begin > 0 and code[begin - 1] != "\n"
    if local is None and not statement.nested and "static" not in head and indented:
        return  # in no scope: a macro opened one
    if _declares_elsewhere(head, given=given is not None) or own_words & set(_WORD.findall(head)):
        return
    if (
        not read.shaped
        and len(head.replace("static", "").split()) < 3
        and _ANNOUNCED.match(head.rstrip())
    ):
        return
    parts = list(arguments(head))
    kind = _kind(parts[0], local=local is not None)
    if kind is None or not (read.shaped or _says_type(kind[0])):
        return
    holds = not kind[1] and bool(_OBJECT.search(parts[0]) or _OBJECT.search(read.held))
    offset = statement.begin
    for number, part in enumerate(parts):
        found = _OTHER.match(part) if number else _declarator(part, local=local is not None)
        if found is None or found["name"] in _KEYWORDS:
            return
        yield Variable(
            name=found["name"],
            object=holds,
            at=offset + found.start("name"),
            begin=begin,
            end=statement.end,
            local=local,
            given=given is not None,
            many=bool(found["array"]),
            constant="const" in kind[0],
        )
        offset += len(part) + 1


def _read_text(text: str) -> _Text | None:
    """Blank out what declares nothing; None for a statement that is no declaration."""
    blank = _ATTRIBUTE.sub(lambda match: " " * len(match[0]), text)
    if label := _LABEL.match(blank):
        blank = " " * label.end() + blank[label.end() :]
    held = ""
    if shaped := _SHAPED.search(blank):
        if _ASSIGNS.search(blank[: shaped.end() - 1]):
            return None
        end = closing(blank, shaped.end())
        held = blank[shaped.end() : end]
        # Neither the name of the type nor its body declares anything: the word that opens it stays.
        opened = shaped.start() + len(shaped[1])
        blank = blank[:opened] + " " * (end - opened) + blank[end:]
    if _NOTHING.match(blank) or not blank.strip():
        return None
    return _Text(blank, held, shaped is not None)


def _declares_elsewhere(head: str, *, given: bool) -> bool:
    """Say whether a head names what another source defines, or what is made for threads."""
    return (re.search(r"\bextern\b", head) is not None and not given) or (
        _FINE.search(head) is not None
    )


def _declarator(part: str, *, local: bool) -> re.Match[str] | None:
    """Find the name that the first part of a declaration declares; None where it is a function's."""
    part = _outside_angles(part)
    if pointer := _POINTER.search(part):
        return pointer
    if "(" not in part:
        return _FIRST.match(part)
    before = part[: part.index("(")]  # `static Pool pool(4);` in a function is no prototype
    return _FIRST.match(before) if local and re.search(r"[\w>]\s+\w+\s*$", before) else None


def _kind(part: str, *, local: bool) -> tuple[str, bool] | None:
    """Return the type, and whether it is one of pointers to functions; None for a constant."""
    found = _declarator(part, local=local)
    if found is None:
        return None
    if "const" in found.groupdict():
        return None if found["const"] else (part, True)
    if re.search(r"\bconst\b[^*&]*$", found["type"]):
        return None  # `const T x`, `T *const x`
    return found["type"], False


def _outside_angles(text: str) -> str:
    """Blank out the arguments of templates, from the inside."""
    for _ in range(4):
        text = _ANGLES.sub(lambda match: "\t" * len(match[0]), text)
    return text


def _says_type(kind: str) -> bool:
    """Say whether there is a type among the words before a name."""
    return bool(_WORD.search(_STORAGE.sub(" ", kind))) or bool(_SHAPE_WORD.search(kind))
