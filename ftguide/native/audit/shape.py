"""The shape of a C or C++ source: its functions, and the statements outside them. Pure.

Braces are followed from the first line to the last, once. Macros, and branches of `#if` that both open
a brace, make that inexact: a function that begins at the margin therefore ends at the next brace there.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_STOP = re.compile(r"[{};]")
_BRACE = re.compile(r"[{}]")
_PARENS = re.compile(r"\([^()]*\)")
_ANGLES = re.compile(r"<[^<>;{}]*>")
_ASSIGNS = re.compile(r"(?<![=!<>+\-*/|&^%])=(?!=)")
_TRANSPARENT = re.compile(r"\bnamespace\b|\bextern\s*$")
_TYPE = re.compile(r"\b(class|struct|union|enum)\b(?:\s+(?:class|struct)\b)?([^()=;{}]*)$")
_NAME = re.compile(r"(operator\s*(?:\(\s*\)|\[\s*\]|[^\s\w(]+|\w+)|~?[A-Za-z_][\w:~]*)\s*\(")
#: Words that stand before parentheses and name no function.
_NO_NAME = frozenset(
    {
        "if",
        "for",
        "while",
        "switch",
        "catch",
        "return",
        "sizeof",
        "alignof",
        "decltype",
        "noexcept",
        "defined",
        "alignas",
        "__attribute__",
        "__declspec",
        "_Alignas",
        "__pragma",
        "do",
        "else",
        "throw",
        "new",
        "delete",
        "static_assert",
    }
)
#: Without a body of a function or a type, a brace that opens after this is a value.
_VALUE = re.compile(r"[\w>\])]\s*$")
_AGAIN = re.compile(r"\n[ \t]*(static\b)")
_USE = re.compile(r"\b([A-Za-z_]\w*)\b(\s*\()?")
_DECLARED = re.compile(r"[\w*]\s*$")
_LONGEST_HEAD = 3_000


@dataclass(frozen=True, slots=True)
class Function:
    """A function with a body; offsets into the code of its source."""

    name: str  #: as written: `A::push` outside its class, `push` inside
    owner: str  #: its class, empty for none
    head: int  #: where its head begins
    parameters: str
    begin: int  #: after its opening brace
    end: int  #: at its closing brace

    @property
    def short(self) -> str:
        """The last part of the name."""
        return self.name.rpartition("::")[2]


@dataclass(frozen=True, slots=True)
class Statement:
    """What stands outside of functions up to its semicolon."""

    begin: int
    end: int
    owner: str  #: the class it is a member of, empty for none
    nested: bool = field(default=False, kw_only=True)  #: in a class or a namespace


@dataclass(frozen=True, slots=True)
class Shape:
    """A source's functions and its other statements, both in order."""

    functions: tuple[Function, ...]
    statements: tuple[Statement, ...]
    starts: tuple[int, ...] = field(default=())

    def function_at(self, offset: int) -> Function | None:
        """Return the function whose body holds an offset."""
        index = bisect.bisect_right(self.starts, offset) - 1
        if index >= 0 and offset < self.functions[index].end:
            return self.functions[index]
        return None


@dataclass(slots=True)
class _Scope:
    owner: str
    begin: int  #: of the statement that opened it; -1 where that is none


def read_shape(code: str) -> Shape:
    """Read the shape of a code that has no comments, strings and directives any more."""
    functions: list[Function] = []
    statements: list[Statement] = []
    scopes: list[_Scope] = []
    start = at = 0
    while match := _STOP.search(code, at):
        at = match.end()
        owner = next((scope.owner for scope in reversed(scopes) if scope.owner), "")
        if match[0] == ";":
            statements += _statements(code, start, match.start(), owner, nested=bool(scopes))
            start = at
        elif match[0] == "}":
            scope = scopes.pop() if scopes else None
            start = scope.begin if scope and scope.begin >= 0 else at
        else:
            head = code[max(start, at - 1 - _LONGEST_HEAD) : at - 1]
            flat = _flat(head)
            if _ASSIGNS.search(flat) and "operator" not in flat:
                at = _end_of_value(code, start, at)
            elif _TRANSPARENT.search(flat) and "(" not in flat:
                scopes.append(_Scope("", -1))
                start = at
            elif (shape := _TYPE.search(flat)) and not flat.rstrip().endswith(")"):
                if shape[1] == "enum":
                    at = _end_of_value(code, start, at)
                else:
                    scopes.append(_Scope(_type_name(shape[2]), start))
                    start = at
            elif (name := _function_name(head)) is not None:
                end = _end_of_function(code, start, at)
                functions.append(
                    Function(name[0], owner or name[0].rpartition("::")[0], start, name[1], at, end)
                )
                start = at = end + 1
            else:
                at = _end_of_value(code, start, at)
                if not _VALUE.search(head):
                    start = at
    return Shape(tuple(functions), tuple(statements), tuple(one.begin for one in functions))


def _statements(
    code: str, begin: int, end: int, owner: str, *, nested: bool
) -> Iterator[Statement]:
    """Give one statement, or two where a value that a directive includes has no semicolon to see."""
    text = code[begin:end]
    # Inside of braces, it belongs to a type or a function that the statement defines.
    again = [
        at
        for match in _AGAIN.finditer(text)
        if text.count("{", 0, at := match.start(1)) == text.count("}", 0, at)
    ]
    if again and re.search(r"[={)]", text[: again[-1]]):
        yield Statement(begin, begin + again[-1], owner, nested=nested)
        begin += again[-1]
    yield Statement(begin, end, owner, nested=nested)


def closing(code: str, at: int) -> int:
    """Return the offset after the brace that closes the one before `at`, or the end of the code."""
    depth = 1
    for match in _BRACE.finditer(code, at):
        depth += 1 if match[0] == "{" else -1
        if not depth:
            return match.end()
    return len(code)


def block(text: str) -> str:
    """Return the statement, or the block, with which a text begins."""
    depth = 0
    for match in re.finditer(r"[{};]", text):
        if match[0] == "{":
            depth += 1
        elif match[0] == "}":
            depth -= 1
        if depth <= 0:
            return text[: match.end()]
    return text


def _flat(head: str) -> str:
    """Empty the parentheses of a head, from the inside."""
    for _ in range(6):
        flat = _PARENS.sub(lambda match: "\N{NO-BREAK SPACE}" * len(match[0]), head)
        if flat == head:
            break
        head = flat
    return head.replace("\N{NO-BREAK SPACE}" * 2, "()").replace("\N{NO-BREAK SPACE}", " ")


def _type_name(text: str) -> str:
    """Return the name in `Name final : public Base`, or a name for what has none."""
    names = re.findall(r"\w+", re.split(r"(?<!:):(?!:)", _ANGLES.sub(" ", text))[0])
    names = [name for name in names if name != "final"]
    return names[-1] if names else "(unnamed)"


def _function_name(head: str) -> tuple[str, str] | None:
    """Return name and parameters of the function whose head this is; None where it is none's."""
    at = 0
    for _ in range(4):
        head = _ANGLES.sub(lambda match: " " * len(match[0]), head)
    while match := _NAME.search(head, at):
        at = end = closing_paren(head, match.end())
        if match[1].strip() in _NO_NAME:
            continue
        rest = head[end:].strip()
        if rest and not re.match(
            r"(?:const|volatile|noexcept|override|final|try|mutable|&|->|:(?!:)|throw\b|requires|[A-Z_]+\b|__\w+)",
            rest,
        ):
            continue  # a macro before the function: MY_API(int) f(void)
        if not rest and match.start() == 0:
            return None  # `MACRO(x) {` has no type before it
        return match[1].strip(), head[match.end() : end - 1]
    return None


def closing_paren(text: str, at: int) -> int:
    """Return the offset after the parenthesis that closes the one before `at`, or the end of the text."""
    depth = 1
    for match in re.compile(r"[()]").finditer(text, at):
        depth += 1 if match[0] == "(" else -1
        if not depth:
            return match.end()
    return len(text)


def _end_of_value(code: str, head: int, begin: int) -> int:
    """Return the offset behind the brace that ends a value, or an unknown block."""
    return min(_end_of_function(code, head, begin) + 1, len(code))


def _end_of_function(code: str, head: int, begin: int) -> int:
    """Return where the brace that opened before `begin` closes."""
    end = closing(code, begin)
    end = end - 1 if end <= len(code) and code[end - 1 : end] == "}" else end
    line = code.rfind("\n", 0, begin) + 1
    first = re.compile(r"\S").search(code, head)
    at_margin = code[line : line + 1].strip() != "" or (
        first is not None and (first.start() == 0 or code[first.start() - 1] == "\n")
    )
    margin = code.find("\n}", begin)
    if at_margin and 0 <= margin < end:
        return margin + 1
    return end


def arguments(text: str) -> Iterator[str]:
    """Split a list at its commas, but not inside of brackets."""
    depth, start = 0, 0
    for match in re.finditer(r"[(\[{<>}\]),]", text):
        if match[0] == ",":
            if depth == 0:
                yield text[start : match.start()]
                start = match.end()
        else:
            depth += 1 if match[0] in "([{<" else -1
    yield text[start:]


def calls_within(code: str, shape: Shape) -> dict[str, list[int]]:
    """Return where each function is called that nothing but calls of this source mention."""
    bodies = {one.short: one for one in shape.functions}
    calls: dict[str, list[int]] = {}
    exposed = set()
    for match in _USE.finditer(code):
        one = bodies.get(match[1])
        if one is None or one.head <= match.start() < one.begin:
            continue
        if not match[2]:
            if not _DECLARED.search(code[max(0, match.start() - 3) : match.start()]):
                exposed.add(match[1])  # its address is taken: others call it, too
        elif shape.function_at(match.start()) is not None:
            calls.setdefault(match[1], []).append(match.start())
    return {name: places for name, places in calls.items() if name not in exposed}


def is_private(code: str, function: Function) -> bool:
    """Say whether no other source can call a function: a static one, or one half of another."""
    return (
        function.name.endswith("_impl") or "static" in code[function.head : function.begin].split()
    )
