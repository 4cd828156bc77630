"""What Cython knows about the type of an expression: fields, parameters, variables, casts. Pure."""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ftguide.native.audit.cython import Block, Module, end_of_block, innermost
from ftguide.native.audit.shape import arguments, closing_paren
from ftguide.native.audit.source import ExtensionType

_CLASS = re.compile(
    r"^(?P<indent>[ \t]*)(?P<cdef>cdef[ \t]+(?:(?:public|api)[ \t]+)*)?class[ \t]+(?:\w+\.)*(?P<name>\w+)"
    r"[ \t]*(?:\((?P<bases>[^()\n]*)\))?[^\n]*:[^\n]*\n",
    re.MULTILINE,
)
_FIRST_LINE = re.compile(r"^([ \t]*)\S", re.MULTILINE)
_CCLASS = re.compile(r"@(?:cython\.)?cclass\b[^\n]*\n(?:[ \t]*@[^\n]*\n)*\Z")
#: A declaration of C, or a line of a block of them: visibility, type, names.
_CDEF = re.compile(
    r"^(?P<indent>[ \t]+)(?:cdef[ \t]+)?(?P<seen>(?:(?:public|readonly)[ \t]+)?)"
    r"(?P<type>(?!(?:cdef|def|class|return|del|import|from|global|nonlocal|raise|yield|inline|assert|not|in|is|await)\b)"
    r"[A-Za-z_][\w.]*(?:\[[^\]\n=]*\])?)"
    r"[ \t]+(?P<names>[A-Za-z_]\w*(?:[ \t]*(?:=[^\n,]*)?,[ \t]*[A-Za-z_]\w*)*)[ \t]*"
    r"(?:=(?!=)[^\n]*)?$",
    re.MULTILINE,
)
_CDEF_BLOCK = re.compile(
    r"^(?P<indent>[ \t]*)cdef(?:[ \t]+(?:public|readonly))?[ \t]*:[ \t]*\n", re.MULTILINE
)
#: Python's way to say it: `d: dict = {}`, `d = cython.declare(dict)`.
_ANNOTATED = re.compile(
    r"^(?P<indent>[ \t]+)(?P<name>[A-Za-z_]\w*)[ \t]*(?::[ \t]*(?P<type>[^\n=]+?)[ \t]*(?:=(?!=)[^\n]*)?"
    r"|=[ \t]*(?:cython\.)?declare\([ \t]*(?P<declared>[\w.\[\], ]+?)[ \t]*(?P<more>,[^\n]*)?\)[^\n]*)$",
    re.MULTILINE,
)
_NO_NAMES = frozenset({"else", "try", "finally", "cdef", "lambda", "case", "default"})
_LOCALS = re.compile(r"\blocals\(([^()\n]*)\)")
_RETURNS = re.compile(
    r"^[ \t]*cp?def[ \t]+(?:inline[ \t]+)?(?P<type>[A-Za-z_][\w.]*)[ \t]+(?P<name>\w+)[ \t]*\(",
    re.MULTILINE,
)
_GLOBALS = re.compile(
    r"^cdef[ \t]+(?:(?:public|readonly)[ \t]+)?(?P<type>[A-Za-z_][\w.]*(?:\[[^\]\n=]*\])?)[ \t]+"
    r"(?P<names>[A-Za-z_]\w*(?:[ \t]*,[ \t]*[A-Za-z_]\w*)*)[ \t]*(?:=[^\n]*)?$"
    r"|^(?P<name>[A-Za-z_]\w*)[ \t]*=[ \t]*(?:cython\.)?declare\([ \t]*(?P<declared>[\w.]+)",
    re.MULTILINE,
)
#: Each way to give a variable a value; what is no plain assignment says nothing about the type.
_BINDING = (
    r"^(?:[^\n]*[:;])?[ \t]*(?:cdef[ \t]+[\w.\[\], ]*?[ \t])?{name}[ \t]*(?::[^=\n]+)?=(?!=)[ \t]*"
    r"(?P<value>[^\n]*)$"
    r"|\b{name}[ \t]*:="
    r"|\b(?:for|as|import|except)\b[^\n:]{{0,100}}?(?<![\w.])(?P<other>{name})\b(?![^\n]{{0,100}}\bimport\b)"
    r"|^[ \t]*(?:[\w.\[\]]+[ \t]*,[ \t]*)+{name}[ \t]*(?:,[^=\n]{{0,100}})?=(?!=)"
    r"|^[ \t]*{name}[ \t]*(?:,[ \t]*[\w.\[\]]+[ \t]*)+,?[ \t]*=(?!=)"
)
_CAST = re.compile(r"\s*<\s*(?P<type>[\w.]+)\s*\??\s*>\s*")
_NAME = re.compile(r"[A-Za-z_]\w*")
_WRAPPED = re.compile(r"(?:typing\.)?Optional\[(?P<inside>.*)\]$")
_OR_NONE = re.compile(r"\s*\|\s*None\b|\bNone\s*\|\s*|\s+not\s+None$|\s+or\s+None$")
_OR_NEW = re.compile(r"\s+or\s*(?:\{\s*\}|dict\s*\(\s*\))$")
_NEW_DICT = re.compile(r"\s*(?:\{|dict\s*\()")
#: How many parts of an expression, and assignments of names to others, are followed.
_DEEPEST = 6
#: Of the parameters of a function, in characters.
_LONGEST_HEAD = 5_000


class Origin(StrEnum):
    """Where the object of an expression comes from, as far as the function says."""

    NEW = "new"  #: made in the function: nobody else has it
    FIELD = "field"
    GLOBAL = "global"
    GIVEN = "given"  #: a parameter
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Known:
    """What is known about an expression."""

    type: str  #: `dict`, the name of an extension type, or empty
    origin: Origin
    name: str = ""  #: of the field, the variable of the module, or the parameter
    owner: str = ""  #: the type whose field it is


NOTHING = Known("", Origin.OTHER)


def normal(kind: str) -> str:
    """Return the name of a type without what may be said around it: `Optional[dict[str, int]]` is `dict`."""
    kind = _OR_NONE.sub("", kind.strip()).strip()
    if wrapped := _WRAPPED.match(kind):
        kind = wrapped["inside"].strip()
    name = kind.partition("[")[0].strip().rpartition(".")[2]
    return "dict" if name == "Dict" else name


def extension_types(code: str) -> dict[str, ExtensionType]:
    """Return the extension types that a Cython source declares, with the types of their fields."""
    found: dict[str, ExtensionType] = {}
    for match in _CLASS.finditer(code):
        if not match["cdef"] and not _CCLASS.search(
            code, max(0, match.start() - 500), match.start()
        ):
            continue
        indent = len(match["indent"].expandtabs())
        end = end_of_block(code, match.end(), indent)
        fields: dict[str, str] = {}
        public: set[str] = set()
        for name, kind, seen in _declarations(code, match.end(), end, members=True):
            fields[name] = kind
            if seen:
                public.add(name)
        base = (match["bases"] or "").partition(",")[0].strip().rpartition(".")[2]
        known = found.get(match["name"])
        if known is not None:  # said in advance, and then in full
            fields = {**known.fields, **fields}
            public |= known.public
            base = base or known.base
        found[match["name"]] = ExtensionType(base, fields, frozenset(public))
    return found


def merge_types(known: dict[str, ExtensionType], more: Mapping[str, ExtensionType]) -> None:
    """Add the types of another source; where two types of one name disagree about a field, it has none."""
    for name, kind in more.items():
        if (other := known.get(name)) is None:
            known[name] = kind
            continue
        fields = {
            one: said
            for one, said in {**other.fields, **kind.fields}.items()
            if {other.fields.get(one, said), kind.fields.get(one, said)} == {said}
        }
        known[name] = ExtensionType(other.base or kind.base, fields, other.public | kind.public)


def _declarations(
    code: str, begin: int, end: int, *, members: bool
) -> Iterator[tuple[str, str, bool]]:
    """Give what a body declares: name, type, whether Python can see it."""
    first = _FIRST_LINE.search(code, begin)
    margin = _width(first[1]) if first else 0
    blocks = [
        (match.end(), end_of_block(code, match.end(), _width(match["indent"])))
        for match in _CDEF_BLOCK.finditer(code, begin, end)
        if not members or _width(match["indent"]) == margin
    ]
    for match in _CDEF.finditer(code, begin, end):
        alone = match[0].lstrip().startswith("cdef") and not (
            members and _width(match["indent"]) != margin
        )
        if not alone and not any(start <= match.start() < last for start, last in blocks):
            continue
        names = re.sub(r"=[^,]*", "", match["names"]).split(",")
        for name in names:
            yield name.strip(), normal(match["type"]), bool(match["seen"].strip())
    for match in _ANNOTATED.finditer(code, begin, end):
        if match["name"] in _NO_NAMES or (members and _width(match["indent"]) != margin):
            continue
        said = match["type"] or match["declared"]
        yield match["name"], normal(said), "public" in (match["more"] or "")


def _width(indent: str) -> int:
    return len(indent.expandtabs())


@dataclass(slots=True)
class Types:
    """Answers what Cython knows about an expression at a place of a module."""

    module: Module
    classes: Mapping[str, ExtensionType]
    globals: dict[str, str] = field(init=False)
    returns: dict[str, str] = field(init=False)
    _declared: dict[int, dict[str, tuple[str, str]]] = field(init=False, default_factory=dict)
    _locals: dict[tuple[int, str], Known | None] = field(init=False, default_factory=dict)
    _said: dict[tuple[int, str], bool] = field(init=False, default_factory=dict)
    _outer: dict[int, list[Block]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        code = self.module.source.code
        self.globals = {}
        for match in _GLOBALS.finditer(code):
            for name in (match["names"] or match["name"]).split(","):
                self.globals[name.strip()] = normal(match["type"] or match["declared"])
        for block in _CDEF_BLOCK.finditer(code):
            if not block["indent"]:
                end = end_of_block(code, block.end(), 0)
                for name, kind, _ in _declarations(code, block.start(), end, members=False):
                    self.globals[name] = kind
        self.returns = {match["name"]: normal(match["type"]) for match in _RETURNS.finditer(code)}

    def field(self, owner: str, name: str) -> tuple[str, str]:
        """Return the type of a field, and which type or base declares it; empty for none."""
        for _ in range(_DEEPEST):
            if (kind := self.classes.get(owner)) is None:
                break
            if name in kind.fields:
                return kind.fields[name], owner
            owner = kind.base
        return "", ""

    def of(self, text: str, at: int, depth: int = _DEEPEST) -> Known:
        """Say what is known about an expression that stands at a place."""
        text = text.strip()
        if either := _OR_NEW.search(text):
            text = text[: either.start()]
        if not depth or not text:
            return NOTHING
        if text[0] == "{":
            return Known("dict" if _is_dict(text) else "", Origin.NEW)
        if cast := _CAST.match(text):
            inside = self.of(text[cast.end() :], at, depth - 1)
            return Known(normal(cast["type"]), inside.origin, inside.name, inside.owner)
        if text[0] == "(":
            end = closing_paren(text, 1)
            return self._followed(self.of(text[1 : end - 1], at, depth - 1), text, end)
        first = _NAME.match(text)
        if first is None or first[0] == "None":
            return Known("None", Origin.NEW) if first else NOTHING
        return self._followed(self._named(first[0], at, depth), text, first.end())

    def _followed(self, known: Known, text: str, end: int) -> Known:
        """Follow the fields and the calls behind the first part of an expression."""
        last = text[:end].strip() if _NAME.fullmatch(text[:end].strip()) else ""
        owner = ""
        while rest := re.compile(r"\s*(?:(?P<call>\()|\.\s*(?P<field>[A-Za-z_]\w*))").match(
            text, end
        ):
            end = rest.end()
            if rest["field"]:
                last, owner = rest["field"], known.type
                kind, declares = self.field(owner, last)
                if known.origin is Origin.NEW and known.type in self.classes:
                    known = Known(kind, Origin.NEW)
                else:
                    known = Known(kind, Origin.FIELD, last, declares)
                continue
            end = closing_paren(text, end)
            if (last == "dict" and not owner) or (last == "copy" and owner == "dict"):
                known = Known("dict", Origin.NEW)
            elif last in self.classes or last == "__new__":
                known = Known(last if last in self.classes else owner, Origin.NEW)
            else:
                known = Known(self.returns.get(last, ""), Origin.OTHER)
            last = ""
        return known if not text[end:].strip() else NOTHING

    def _named(self, name: str, at: int, depth: int) -> Known:
        for block in self._around(at):
            key = (block.head, name)
            if key not in self._locals:
                self._locals[key] = None  # who asks for it meanwhile goes round in a circle
                self._locals[key] = self._local(name, block, depth)
            known = self._locals[key]
            if known is not None:
                return known
            if self.is_global(name, block):
                break
        if name in self.classes:
            return Known(name, Origin.OTHER)
        return Known(self.globals.get(name, ""), Origin.GLOBAL, name)

    def _local(self, name: str, block: Block, depth: int) -> Known | None:
        """Say what a function tells of a name; None where it has no such variable."""
        kind, place = self.variables(block).get(name, ("", ""))
        if self.is_global(name, block):
            return None
        bound = list(self._bound(name, block, depth))
        if place == "new":  # `**kw`: a dict, unless the function gives the name something else
            kind, bound = "", [Known("dict", Origin.NEW), *bound]
        elif kind and place:
            bound.insert(0, Known(kind, Origin.GIVEN, name))
        elif not kind and (place or not bound):
            return NOTHING if place else None
        held = [one for one in bound if one.type != "None"]
        if not kind and len({one.type for one in held}) != 1:
            return NOTHING  # no declaration, and values of several types
        kind = kind or held[0].type
        shared = {(one.origin, one.name, one.owner) for one in held if one.origin is not Origin.NEW}
        if held and not shared and not self._stored(name, block):
            return Known(kind, Origin.NEW, name)
        return Known(kind, *shared.pop()) if len(shared) == 1 else Known(kind, Origin.OTHER, name)

    def is_global(self, name: str, block: Block) -> bool:
        """Say whether a function says `global` of a name."""
        key = (block.head, name)
        if key not in self._said:
            code = self.module.source.code[block.begin : block.end]
            said = rf"^[ \t]+global[ \t][^\n]*\b{name}\b"
            self._said[key] = re.search(said, code, re.MULTILINE) is not None
        return self._said[key]

    def _around(self, at: int) -> list[Block]:
        """Return the functions around a place, the innermost first."""
        first = innermost(self.module, at)
        if first is None:
            return []
        if first.head not in self._outer:
            found: list[Block] = []
            index = bisect.bisect_left(self.module.blocks, first.head, key=lambda each: each.head)
            for one in reversed(self.module.blocks[: index + 1]):
                if not one.is_class and one.begin <= at < one.end:
                    found.append(one)
                if not self.module.source.code[one.head].isspace():
                    break  # at the margin: nothing is around it
            self._outer[first.head] = found
        return self._outer[first.head]

    def _bound(self, name: str, block: Block, depth: int) -> Iterator[Known]:
        """Say of each value that a function gives a variable what is known about it."""
        code = self.module.source.code
        binding = re.compile(_BINDING.format(name=name), re.MULTILINE)
        for match in binding.finditer(code, block.begin, block.end):
            if match["other"] and " in " in match[0].partition(name)[0]:
                continue  # the name stands where values are taken from
            value = match["value"]
            if value is None:
                yield NOTHING
                continue
            if declared := re.match(r"(?:cython\.)?declare\([^,()]*,(.*)\)\s*$", value):
                value = declared[1]
            if _NEW_DICT.match(value):  # it may go on in the next lines
                yield Known("dict" if _is_dict(value) else "", Origin.NEW)
            elif re.match(rf"{name}\b", value):
                yield NOTHING
            else:
                yield self.of(value, block.begin, depth - 1)

    def _stored(self, name: str, block: Block) -> bool:
        """Say whether a function gives others what a variable of it holds."""
        code = self.module.source.code[block.begin : block.end]
        return re.search(rf"(?:\.\w+|\])[ \t]*=[ \t]*{name}[ \t]*$", code, re.MULTILINE) is not None

    def _typed(self, block: Block) -> bool:
        """Say whether a function is a method of an extension type; a .pxd file can make one of a class."""
        return block.typed or (
            self.module.source.name.endswith(".py") and block.owner in self.classes
        )

    def variables(self, block: Block) -> Mapping[str, tuple[str, str]]:
        """Return what a function declares: the type of each name, and whether it is a parameter or new."""
        if block.head in self._declared:
            return self._declared[block.head]
        code = self.module.source.code
        begin = code.find("(", block.head) + 1
        end = begin + closing_paren(code[begin : begin + _LONGEST_HEAD], 0)
        found: dict[str, tuple[str, str]] = {}
        for number, one in enumerate(arguments(code[begin : end - 1])):
            part = one.strip()
            if part.startswith("**"):
                found[re.sub(r"\W.*", "", part[2:])] = ("dict", "new")
                continue
            name, _, said = part.partition("=")[0].partition(":")
            words = _OR_NONE.sub("", name).split()
            if not words or not _NAME.fullmatch(words[-1]):
                continue
            kind = normal(said) if said.strip() else normal(words[0]) if len(words) == 2 else ""
            if not number and not kind and "static" not in block.decorators and self._typed(block):
                kind = "" if "classmethod" in block.decorators else block.owner
            found[words[-1]] = (kind, "parameter")
        for match in _LOCALS.finditer(block.decorators):
            for part in match[1].split(","):
                name, _, said = part.partition("=")
                place = found.get(name.strip(), ("", ""))[1]
                found[name.strip()] = (normal(said), place)
        body = max(end, block.begin)
        for name, kind, _ in _declarations(code, body, block.end, members=False):
            found[name] = (kind, "")
        self._declared[block.head] = found
        return found


def _is_dict(text: str) -> bool:
    """Say whether a value that begins with a brace, or with `dict(`, is a dict and no set."""
    return (
        text.lstrip().startswith("dict")
        or re.match(r"\s*\{\s*(?:\}|$|[^,{}\[\]()]*:|\*\*)|.*:", text) is not None
    )
