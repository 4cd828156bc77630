"""Cython: the blocks of a source, what its locks hold, and the variables of its module. Pure."""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from ftguide.native.audit.hit import Hit
from ftguide.native.audit.rules import Weight
from ftguide.native.audit.source import Project, Source

#: Where a block must have ended, in characters.
_LONGEST_BLOCK = 200_000
_HEAD = re.compile(
    r"^(?P<indent>[ \t]*)"
    r"(?:(?P<class>(?P<cdef>cdef[ \t]+(?:(?:public|api|readonly|packed)[ \t]+)*)?class[ \t]+(?P<type>\w+))"
    r"|(?P<def>(?:async[ \t]+)?def|cp?def)[ \t]+(?:[^\n=(:]*?[ \t*&\]])?(?P<name>\w+)[ \t]*\()",
    re.MULTILINE,
)
_DECORATORS = re.compile(r"(?:^[ \t]*@[^\n]*\n)+\Z", re.MULTILINE)
#: What a decorator's name holds that takes a lock.
LOCKING = re.compile(r"critical_section|lock|synchroni[sz]ed|mutex|with_phil", re.IGNORECASE)
_WITH = re.compile(r"^(?P<indent>[ \t]*)with[ \t]+(?P<what>[^\n:]*?)[ \t]*:[^\n]*\n", re.MULTILINE)
_SECTION = re.compile(r"\bcritical_section\b")
_LOCK_OBJECT = re.compile(r"lock|mutex|\bphil\b", re.IGNORECASE)
#: Methods that make or end an object, so that no other thread has it.
NOT_SHARED = re.compile(
    r"^(?:__(?:c?init|dealloc|del|reduce\w*|setstate\w*|new|init_subclass|getstate)__|_?init\w*|_?setup\w*|_?create\w*|_?new\w*)$"
)

_CDEF = re.compile(
    r"^cdef\s+(?!(?:public|packed|readonly)\s+(?:class|enum|struct|union|inline)\b"
    r"|class\b|extern\b|enum\b|struct\b|union\b|packed\b|cppclass\b|inline\b|api\b|void\b"
    r"|const\b|fused\b)(?P<head>[^\n(:=]{1,160}?)[ \t]*(?P<value>=[^\n]*)?$",
    re.MULTILINE,
)
_CDEF_BLOCK = re.compile(r"^cdef[ \t]*:[ \t]*\n", re.MULTILINE)
_DECLARED = re.compile(r"^(?P<name>\w+)[ \t]*=[ \t]*cython\.declare\([^\n]*$", re.MULTILINE)
#: A type that is an object, or no type at all.
_CDEF_OBJECT = re.compile(
    r"^\w+\s*$|^(?:public\s+|readonly\s+)?(?:object|dict|list|set|tuple|bytearray|bytes|str|type)\b"
)
_CONTAINER = (
    r"(?:\{\s*\}|\[\s*\]|\{[^\n]*|\[[^\n]*|(?:collections\.)?(?:dict|list|set|defaultdict|deque|OrderedDict|Counter|bytearray"
    r"|WeakValueDictionary|WeakKeyDictionary|WeakSet|weakref\.\w+)\s*\([^\n]*)"
)
_EMPTY = re.compile(
    r"^(?P<indent>[ \t]*)(?P<name>[A-Za-z_]\w*)\s*(?::[^=\n]{1,60})?=\s*"
    r"(?:\{\s*\}|\[\s*\]|(?:dict|list|set|defaultdict|deque"
    r"|OrderedDict|WeakValueDictionary|WeakKeyDictionary|weakref\.\w+)\s*\([^\n]*\))[ \t]*$",
    re.MULTILINE,
)
_GLOBAL = re.compile(r"^[ \t]+global[ \t]+([\w, \t]+)", re.MULTILINE)
_CHANGES = (
    r"(?:\s*\[[^\]\n]*\]\s*(?:[+\-*/|&^]|//)?=(?!=)|\s*\.\s*(?:append|add|insert|update|pop\w*|clear|extend|remove|discard|setdefault"
    r"|appendleft|push_back|emplace\w*|erase|resize|reserve|sort)\s*\(|\s*\.\s*\w+\s*(?:[+\-*/|&^]|//)?=(?!=))"
)


@dataclass(frozen=True, slots=True)
class Block:
    """A class or a function; offsets into the code of its source."""

    name: str
    is_class: bool
    extension: bool  #: an extension type, or a function that only C can call
    decorators: str
    head: int
    begin: int  #: where its head ends, roughly: after its first line
    end: int
    owner: str  #: the class around it, empty for none
    typed: bool  #: whether that class is an extension type


@dataclass(frozen=True, slots=True)
class Module:
    """A Cython source with its blocks and what its locks hold."""

    source: Source
    blocks: tuple[Block, ...]
    sections: tuple[tuple[int, int], ...]  #: critical sections, in order
    own: tuple[tuple[int, int], ...]  #: where another lock is held, in order

    def in_section(self, offset: int) -> bool:
        """Say whether a critical section holds a place."""
        return any(start <= offset < end for start, end in self.sections)

    def held(self, offset: int) -> bool:
        """Say whether any lock is held at a place."""
        return self.in_section(offset) or any(start <= offset < end for start, end in self.own)

    @property
    def locks(self) -> bool:
        """Whether the source locks anything."""
        return bool(self.sections or self.own)


def read_module(source: Source) -> Module:
    """Find the blocks of a Cython source, and where its locks are held."""
    code = source.code
    blocks: list[Block] = []
    classes: list[tuple[int, Block]] = []
    for match in _HEAD.finditer(code):
        indent = len(match["indent"].expandtabs())
        line_end = code.find("\n", match.end())
        begin = line_end + 1 if line_end >= 0 else len(code)
        end = end_of_block(code, begin, indent)
        before = _DECORATORS.search(code, max(0, match.start() - 2_000), match.start())
        decorators = before[0] if before else ""
        while classes and (classes[-1][0] >= indent or classes[-1][1].end <= match.start()):
            classes.pop()
        owner = classes[-1][1] if classes else None
        block = Block(
            name=match["type"] or match["name"],
            is_class=bool(match["class"]),
            extension=bool(match["cdef"])
            or match["def"] == "cdef"
            or "cclass" in decorators
            or "cfunc" in decorators,
            decorators=decorators,
            head=match.start(),
            begin=begin,
            end=end,
            owner=owner.name if owner else "",
            typed=bool(owner and owner.extension),
        )
        blocks.append(block)
        if block.is_class:
            classes.append((indent, block))
    sections, own = _held(code, blocks)
    return Module(source, tuple(blocks), tuple(sorted(sections)), tuple(sorted(own)))


def _held(
    code: str, blocks: Sequence[Block]
) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Return what critical sections hold, and what other locks do."""
    sections: list[tuple[int, int]] = []
    own: list[tuple[int, int]] = []
    for match in _WITH.finditer(code):
        stretch = (match.end(), end_of_block(code, match.end(), len(match["indent"].expandtabs())))
        if _SECTION.search(match["what"]):
            sections.append(stretch)
        elif _LOCK_OBJECT.search(match["what"]):
            own.append(stretch)
    for block in blocks:
        if not block.is_class and LOCKING.search(block.decorators):
            (sections if _SECTION.search(block.decorators) else own).append((block.head, block.end))
        elif re.search(r"lock_held|_locked$", block.name) and not block.is_class:
            sections.append((block.head, block.end))
    for match in re.finditer(r"\b([\w.]*lock\w*)\.acquire\s*\(", code):
        given = code.find(f"{match[1]}.release", match.end())
        if 0 <= given - match.end() <= _LONGEST_BLOCK:
            own.append((match.end(), given))
    return sections, own


def end_of_block(code: str, begin: int, indent: int) -> int:
    """Return where the block ends that begins there below a line of that indent."""
    pattern = re.compile(r"^([ \t]*)[^\s)\]}{]", re.MULTILINE)
    last = min(len(code), begin + _LONGEST_BLOCK)
    for match in pattern.finditer(code, begin, last):
        if len(match[1].expandtabs()) <= indent:
            return match.start()
    return last


def hits(module: Module, project: Project) -> Iterator[Hit]:
    """Find what the rules about globals and declarations point at."""
    yield from _globals(module, project)
    yield from _declaration(module.source, project)


def _declaration(source: Source, project: Project) -> Iterator[Hit]:
    declared = any("freethreading_compatible" in text for _, text in source.comments)
    part = PurePath(source.name).name in project.included
    declared |= "freethreading_compatible" in project.build
    if ".pyx" in PurePath(source.name).suffixes and not part and not declared:
        yield Hit("undeclared-cython", 1)


def _globals(module: Module, project: Project) -> Iterator[Hit]:
    source, code = module.source, module.source.code
    rebound = rebound_names(code)
    if source.name.endswith((".pxd", ".pxi")) or re.search(r"^include\b", code, re.MULTILINE):
        rebound |= project.rebound
    seen: set[str] = set()
    yield from _declared(module, rebound, seen)
    for match in _EMPTY.finditer(code):
        name = match["name"]
        inside = bool(match["indent"]) and not _in_class_body(module, match.start())
        if not inside and name not in seen and not name.startswith("__"):
            seen.add(name)
            yield _container(module, match, rebound)
    for name in rebound - seen:
        if first := re.search(
            rf"^{re.escape(name)}[ \t]*(?::[^=\n]{{1,60}})?=(?!=)", code, re.MULTILINE
        ):
            yield _rebound(module, name, source.line_of(first.start()))
    yield from _defaults(module)


def _declared(module: Module, rebound: set[str], seen: set[str]) -> Iterator[Hit]:
    """Weigh the `cdef` declarations at the margin; several names of one have one finding."""
    for at, names, kind, value in _declared_globals(module.source.code):
        if "mutex" in kind or "lock" in kind:
            continue
        typed = not _CDEF_OBJECT.match(kind)
        worst: Hit | None = None
        for offset, name in names:
            seen.add(name)
            judged = _judged(module, name, rebound, value=value, kind=typed)
            if judged is not None and (worst is None or judged[0] is Weight.FIX):
                line = module.source.line_of(at + offset)
                rule = "static-state" if typed else "static-object"
                worst = Hit(rule, line, judged[1], judged[0])
        if worst is not None:
            yield worst


def _container(module: Module, match: re.Match[str], rebound: set[str]) -> Hit:
    """Weigh an empty container of a module or a class by who changes it."""
    source, name = module.source, match["name"]
    changes = re.finditer(rf"(?<![\w.]){name}{_CHANGES}|\.{name}{_CHANGES}", source.code)
    bare = [
        one.start()
        for one in changes
        if _in_function(module, one.start()) and not module.held(one.start())
    ]
    weight = Weight.FIX if (bare and not module.locks) or name in rebound else Weight.LOOK
    hint = f"changed in line {source.line_of(bare[0])}" if bare else ""
    return Hit("static-object", source.line_of(match.start("name")), hint, weight)


def rebound_names(code: str) -> set[str]:
    """Return the names that functions say they write, by `global`."""
    return {
        name.strip()
        for match in _GLOBAL.finditer(code)
        for name in match[1].split(",")
        if name.strip()
    }


def _declared_globals(code: str) -> Iterator[tuple[int, list[tuple[int, str]], str, str]]:
    """Give the `cdef` declarations at the margin: where, names with offsets, the type, the value."""
    for match in _CDEF.finditer(code):
        names = _names(match["head"])
        yield match.start("head"), names, match["head"], match["value"] or ""
    for block in _CDEF_BLOCK.finditer(code):
        end = end_of_block(code, block.end(), 0)
        for line in re.finditer(
            r"^[ \t]+(?P<head>[^\n(:=]+?)[ \t]*(?P<value>=[^\n]*)?$",
            code[block.end() : end],
            re.MULTILINE,
        ):
            yield (
                block.end() + line.start("head"),
                _names(line["head"]),
                line["head"],
                line["value"] or "",
            )
    for match in _DECLARED.finditer(code):
        yield match.start(), [(0, match["name"])], "int", ""


def _names(head: str) -> list[tuple[int, str]]:
    """Return the names of `unsigned int a, *b, c[3]`, each with its offset."""
    return [
        (match.start(1), match[1])
        for match in re.finditer(r"(?:^|[\s*&\],>])(\w+)[ \t]*(?:\[[^\]]*\][ \t]*)*(?=,|$)", head)
    ]


def _judged(
    module: Module, name: str, rebound: set[str], *, value: str, kind: bool
) -> tuple[Weight, str] | None:
    """Weigh a global by who writes it; None for what is made at import and stays.

    `kind` says that it has a type of C: other sources can include its declaration, and write it.
    """
    if name in rebound:
        hit = _rebound(module, name, 0)
        return hit.weight or Weight.FIX, hit.hint
    code = module.source.code
    changes = [
        match.start()
        for match in re.finditer(rf"(?<![\w.]){name}{_CHANGES}|&\s*{name}\b", code)
        if _in_function(module, match.start())
    ]
    bare = [at for at in changes if not module.held(at)]
    if bare:
        weight = Weight.LOOK if module.locks else Weight.FIX
        return weight, f"changed in line {module.source.line_of(bare[0])}"
    if changes:
        return Weight.LOOK, "changed with a lock held; is it held where it is read?"
    if re.match(rf"=\s*{_CONTAINER}$", value):
        return Weight.LOOK, "nothing in this file changes it"
    if value:
        stays = not (kind and module.source.name.endswith((".pxi", ".pxd")))
    else:  # set once, at the margin or below a condition
        later = rf"^{name}\b[^\n=]*=(?!=)|^[ \t]+{name}\s*=(?!=)"
        stays = re.search(later, code, re.MULTILINE) is not None
    return None if stays else (Weight.LOOK, "nothing in this file writes it")


def _rebound(module: Module, name: str, line: int) -> Hit:
    """Say of a global that a function rebinds it, and whether a lock is held there."""
    places = [
        match.start()
        for match in re.finditer(rf"(?<![\w.]){name}\b[^\n=,(]*=(?!=)", module.source.code)
        if _in_function(module, match.start())
    ]
    if places and all(_at_import(module, at) for at in places):
        return Hit("static-object", line, "rebound while the module is made", Weight.LOOK)
    bare = [at for at in places if not module.held(at)]
    if places and not bare:
        return Hit(
            "static-object",
            line,
            "rebound with a lock held; is it held where it is read?",
            Weight.LOOK,
        )
    where = f"rebound in line {module.source.line_of(bare[0])}" if bare else "a function rebinds it"
    return Hit("static-object", line, where, Weight.LOOK if module.locks else Weight.FIX)


def _at_import(module: Module, offset: int) -> bool:
    """Say whether a place is in a function that runs while the module is imported."""
    block = _innermost(module, offset)
    return block is not None and (
        NOT_SHARED.match(block.name.lstrip("_")) is not None
        or re.search(rf"^{re.escape(block.name)}\s*\(", module.source.code, re.MULTILINE)
        is not None
    )


def _defaults(module: Module) -> Iterator[Hit]:
    """Find containers that are defaults of parameters, and changed."""
    code = module.source.code
    for block in module.blocks:
        if block.is_class:
            continue
        head = code[block.head : block.begin]
        for match in re.finditer(r"\b(\w+)\s*=\s*(?:\{\s*\}|\[\s*\])", head):
            if re.search(rf"(?<![\w.]){match[1]}{_CHANGES}", code[block.begin : block.end]):
                line = module.source.line_of(block.head + match.start())
                yield Hit(
                    "static-object", line, "a default that all calls share, and change", Weight.FIX
                )


def _innermost(module: Module, offset: int) -> Block | None:
    index = bisect.bisect_right(module.blocks, offset, key=lambda each: each.head) - 1
    while index >= 0:
        block = module.blocks[index]
        if block.begin <= offset < block.end:
            return block
        index -= 1
    return None


def _in_class_body(module: Module, offset: int) -> bool:
    block = _innermost(module, offset)
    return block is not None and block.is_class


def _in_function(module: Module, offset: int) -> bool:
    block = _innermost(module, offset)
    return block is not None and not block.is_class
