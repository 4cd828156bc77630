"""`get` of what Cython knows to be a dict: the value is borrowed first, and counted afterwards. Pure.

Cython 3.1 to 3.3 compile `d.get(key)` and `d.get(key, default)` to `PyDict_GetItemWithError` and
`Py_INCREF` where they know that `d` is a dict. They compile the other uses of a dict (`d[key]`, `in`,
`setdefault`, `pop`, loops) to functions that give a reference of their own, or below a critical section.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ftguide.native.audit.cython import NOT_SHARED, Block, Module, innermost, lent
from ftguide.native.audit.cython_declared import (
    Known,
    Origin,
    Types,
    extension_types,
)
from ftguide.native.audit.cython_globals import at_import, means_global
from ftguide.native.audit.hit import Hit
from ftguide.native.audit.rules import Weight
from ftguide.native.audit.shape import arguments, closing_paren
from ftguide.native.audit.source import Project

_GET = re.compile(r"\.[ \t]*get[ \t]*\(")
_UNBOUND = re.compile(r"(?<![\w.])dict\.get[ \t]*\(")
#: What takes a value out of a dict, or puts another in its place; `setdefault` does neither.
_LOSES = re.compile(
    r"(?:[ \t]*\[[^\n=]{0,200}?\][ \t]*(?:[+\-*/|&^%]|//|<<|>>)?=(?!=)|[ \t]*\|="
    r"|[ \t]*\.[ \t]*(?:pop|popitem|clear|update)[ \t]*\()"
)
_DELETES = re.compile(r"\bdel[ \t]+(?:[^\n]*,[ \t]*)?$")
_ALIAS = re.compile(
    r"^[ \t]*(?:cdef[ \t]+[\w.]+[ \t]+)?(?P<name>\w+)[ \t]*(?::[^=\n]+)?=(?!=)[ \t]*"
    r"(?:<[\w.? ]+>[ \t]*)?[\w.]+$",
    re.MULTILINE,
)
_ENDS = re.compile(r"[ \t]*$", re.MULTILINE)
#: Of the arguments of a call that are read, in characters.
_LONGEST_CALL = 1_000
#: The line of a statement that begins a critical section.
_SECTION = re.compile(r"critical_section[ \t]*\((?P<what>[^\n]*)\)[ \t]*:")


@dataclass(frozen=True, slots=True)
class _Change:
    """Where a value leaves a dict that others may be looking at."""

    at: int
    held: bool
    rebinds: bool  #: the field or the variable gets another dict; who has the old one keeps it


def hits(module: Module, project: Project) -> Iterator[Hit]:
    """Point at each `get` that borrows out of a dict which another thread may change."""
    code = module.source.code
    places = [(match, _receiver(code, match.start())) for match in _GET.finditer(code)]
    for match in _UNBOUND.finditer(code):
        given = code[match.end() : match.end() + _LONGEST_CALL]
        places.append((match, next(arguments(given[: closing_paren(given, 0) - 1]), "")))
    if not places:
        return
    finder = _Finder(module, project)
    for match, text in places:
        if text and text != "dict":
            hit = finder.judged(match, text)
            if hit is not None:
                yield hit


def _positional(module: Module, begin: int) -> bool:
    """Say whether a call has one or two arguments without stars and names, as Cython's own `get` takes."""
    text = module.source.code[begin : begin + _LONGEST_CALL]
    end = closing_paren(text, 0) - 1
    given = [one.strip() for one in arguments(text[:end])]
    if not module.source.text[begin : begin + end].strip() or len(given) > 3:
        return False
    last = (
        3 if not given[-1] else 2
    )  # a comma may stand behind the last one; a string is blank here
    return len(given) <= last and not any(re.match(r"\*|\w+\s*=(?!=)", one) for one in given)


class _Finder:
    """Looks at the receivers of one module; what it found out about a dict it keeps."""

    def __init__(self, module: Module, project: Project) -> None:
        self.module = module
        own = extension_types(module.source.code)
        self.types = Types(module, {**project.types, **own})
        self.own = own
        self._lent: set[Block] | None = None
        self._imports: dict[int, bool] = {}
        self._changes: dict[tuple[str, str], Sequence[_Change]] = {}
        self._told: set[tuple[int, str]] = set()

    def judged(self, match: re.Match[str], text: str) -> Hit | None:
        """Judge a `get`; None where Cython calls the method, or nobody else can have the dict."""
        at = match.start()
        block = innermost(self.module, at)
        known = self.types.of(text, at)
        if block is None or block.is_class or known.type != "dict" or known.origin is Origin.NEW:
            return None
        if match.re is _GET and not _positional(self.module, match.end()):
            return None
        if self._alone(block, text, known):
            return None
        shown = " ".join(text.split())
        held = self.module.held(at)
        weighed: tuple[str, Weight] | None = None
        if known.origin in {Origin.FIELD, Origin.GLOBAL}:
            weighed = self._known_dict(known, shown, block, at, held=held)
        elif not held and (block.head, shown) not in self._told:
            self._told.add((block.head, shown))  # once for a function: one answer is for all
            weighed = _given(known, shown), Weight.LOOK
        return weighed and Hit("dict-get", self.module.source.line_of(at), *weighed)

    def _alone(self, block: Block, text: str, known: Known) -> bool:
        """Say whether a function runs when nobody else can have the dict that it asks, or has its lock."""
        if block.extension and self._lent is None:
            self._lent = lent(self.module)
        if self._lent and block in self._lent:
            return True
        if known.origin is Origin.GLOBAL:
            return self._at_import(block)
        return text.startswith("self.") and NOT_SHARED.match(block.name) is not None

    def _at_import(self, block: Block) -> bool:
        if block.head not in self._imports:
            self._imports[block.head] = at_import(self.module, block.begin)
        return self._imports[block.head]

    def _known_dict(
        self, known: Known, shown: str, block: Block, at: int, *, held: bool
    ) -> tuple[str, Weight] | None:
        """Weigh a `get` of a field or a variable of the module by who changes it."""
        by_name = re.fullmatch(r"\w+", shown) is not None and known.origin is Origin.FIELD
        changes = [one for one in self.changes(known) if not (by_name and one.rebinds)]
        bare = [one for one in changes if not one.held]
        if held:
            if not bare or self._of_the_dict(at, shown):
                return None
            where = self.module.source.line_of(bare[0].at)
            return f"a lock is held here, and not in line {where}, which changes it", Weight.LOOK
        if not changes:
            why = self._may_change(known)
            return None if why is None else (why, Weight.LOOK)
        where = self.module.source.line_of((bare or changes)[0].at)
        sure = not (block.extension and self.module.locks)
        hint = f"changed in line {where}; (<object>{shown}).get(…) gives a reference of its own"
        return hint, Weight.FIX if sure else Weight.LOOK

    def _of_the_dict(self, at: int, text: str) -> bool:
        """Say whether a critical section of the dict itself holds a place."""
        code = self.module.source.code
        for start, end in self.module.sections:
            if start <= at < end:
                head = code[code.rfind("\n", 0, max(0, start - 1)) + 1 : start]
                section = _SECTION.search(head)
                if section and text in {one.strip() for one in arguments(section["what"])}:
                    return True
        return False

    def changes(self, known: Known) -> Sequence[_Change]:
        """Return where functions of this source change a field or a variable, or give it another dict."""
        key = (known.owner, known.name)
        if key not in self._changes:
            self._changes[key] = sorted(
                self._changed(known), key=lambda one: (one.held, one.rebinds, one.at)
            )
        return self._changes[key]

    def _changed(self, known: Known) -> Iterator[_Change]:
        code, name = self.module.source.code, re.escape(known.name)
        root = r"\w+(?:\.\w+){0,5}" if known.origin is Origin.FIELD else ""
        place = rf"(?<![\w.])(?P<root>{root}){'[.]' if root else ''}{name}\b"
        counted: dict[tuple[int, str], bool] = {}
        told: set[tuple[int, str]] = set()
        for match in re.finditer(place, code):
            block = innermost(self.module, match.start())
            if block is None or block.is_class:
                continue
            key = (block.head, match["root"])
            if key not in counted:
                counted[key] = self._counts(known, match, block)
            if not counted[key]:
                continue
            rebinds = self._rebinds(known, match, block)
            if rebinds or _loses(code, match.start(), match.end()):
                yield self._change(match.start(), rebinds=rebinds)
            elif (
                _ENDS.match(code, match.end())
                and (alias := _ALIAS.search(code, _line_begin(code, match.start()), match.end()))
                and (block.head, alias["name"]) not in told
            ):
                told.add((block.head, alias["name"]))
                yield from self._through(alias["name"], block)

    def _counts(self, known: Known, match: re.Match[str], block: Block) -> bool:
        """Say whether a name or a field is the one meant, and whether others may have the dict by then."""
        at = match.start()
        if known.origin is Origin.GLOBAL:
            return means_global(self.module, known.name, at) and not self._at_import(block)
        root = self.types.of(match["root"], at)
        if root.origin is Origin.NEW or (match["root"] == "self" and NOT_SHARED.match(block.name)):
            return False
        if self.types.field(root.type, known.name)[1] == known.owner:
            return True
        # Of any object, Python can find a field that is public.
        kind = self.types.classes.get(known.owner)
        return not root.type and kind is not None and known.name in kind.public

    def _rebinds(self, known: Known, match: re.Match[str], block: Block) -> bool:
        code = self.module.source.code
        if not re.match(r"[ \t]*=(?!=)", code[match.end() : match.end() + 20]):
            return False
        if known.origin is Origin.FIELD:
            return not code[_line_begin(code, match.start()) : match.start()].strip()
        return self.types.is_global(known.name, block)

    def _through(self, alias: str, block: Block) -> Iterator[_Change]:
        """Find the changes through another name that a function gave the dict."""
        code = self.module.source.code
        for match in re.compile(rf"(?<![\w.]){alias}\b").finditer(code, block.begin, block.end):
            if _loses(code, match.start(), match.end()):
                yield self._change(match.start())

    def _change(self, at: int, *, rebinds: bool = False) -> _Change:
        return _Change(at, self.module.held(at), rebinds)

    def _may_change(self, known: Known) -> str | None:
        """Say how code elsewhere may change a dict that this source does not; None where it cannot."""
        if known.origin is Origin.GLOBAL:
            return None
        kind = self.types.classes.get(known.owner)
        if kind is not None and known.name in kind.public:
            return f"{known.name} is public: Python code can change it"
        if known.owner not in self.own:
            return "nothing in this file changes it"
        return None


def _loses(code: str, begin: int, end: int) -> bool:
    """Say whether a dict loses a value where its name stands."""
    if _LOSES.match(code, end):
        return True
    if code[end : end + 1] != "[":
        return False
    start = max(_line_begin(code, begin), begin - 200)
    return _DELETES.search(code, start, begin) is not None


def _line_begin(code: str, at: int) -> int:
    return code.rfind("\n", 0, at) + 1


def _given(known: Known, text: str) -> str:
    if known.origin is Origin.GIVEN:
        return f"{text} is given by the caller: can another thread change it?"
    return f"can another thread change {text}?"


def _receiver(code: str, dot: int) -> str:
    """Return the expression that ends before a dot: names, calls and parentheses."""
    at = dot
    while at > 0:
        letter = code[at - 1]
        if letter in ")}]":
            opened = _opening(code, at - 1)
            if opened < 0 or letter == "]":
                return ""
            at = opened
            if letter == "}" or not (code[at - 1 : at].isalnum() or code[at - 1 : at] == "_"):
                break
        elif letter.isalnum() or letter == "_":
            while at > 0 and (code[at - 1].isalnum() or code[at - 1] == "_"):
                at -= 1
            if code[at - 1 : at] != ".":
                break
            at -= 1
        else:
            return ""
    return code[at:dot]


def _opening(code: str, at: int) -> int:
    """Return where the bracket that closes at a place opens; -1 where that is far away."""
    depth = 0
    for place in range(at, max(-1, at - 2_000), -1):
        if code[place] in ")]}":
            depth += 1
        elif code[place] in "([{":
            depth -= 1
            if not depth:
                return place
    return -1
