"""Methods in Cython: positions, storage, counts and containers that change in two steps. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ftguide.native.audit.cython import NOT_SHARED, Block, Module, end_of_block, lent
from ftguide.native.audit.hit import Hit
from ftguide.native.audit.objects import OWNERS
from ftguide.native.audit.rules import Weight

_FIELD = r"self\.\w+(?:\.\w+)*"
_STEP = re.compile(rf"(?<![\w.])(?P<field>{_FIELD})\s*(?:[+\-]=|=(?!=))")
_GROWS = re.compile(
    rf"\b\w*(?:[Rr]ealloc|REALLOC)\w*\s*\(\s*(?:<[^<>\n]{{1,40}}>\s*)?(?P<field>{_FIELD})\s*,"
)
_FREES = re.compile(rf"\b\w*[Ff]ree\s*\(\s*(?:<[^<>\n]{{1,40}}>\s*)?(?P<field>{_FIELD})\s*\)")
_EMPTY = re.compile(
    r"\b(?:if|elif|while)\s+(?:not\s+)?\(?\s*(?:len\s*\(\s*(?P<a>self\.\w+)\s*\)|(?P<b>self\.\w+)\.(?:size|empty)\s*\(\s*\)"
    r"|(?P<c>self\.\w+)\s*(?=:|\)?\s*(?:and|or)\b))"
)
_TAKES = r"\.\s*(?:pop\w*|front|back|top)\s*\(|\s*\[\s*(?:0|-1)\s*\]"
_IN = re.compile(
    r"\b(?:if|elif)\s+(?P<key>[^\n:]{1,60}?)\s+(?:not\s+)?in\s+(?P<container>self\.\w+)\s*(?=:|and\b|or\b)"
)
_ONE_LESS = re.compile(
    rf"^[ \t]*(?P<place>(?:\w+\.)+(?P<name>{OWNERS}))\s*-=\s*1[ \t]*\n"
    r"\s*if\s+(?:not\s+)?(?P=place)\b",
    re.MULTILINE,
)
_RELEASED = re.compile(r"^(?P<indent>[ \t]*)with[ \t]+nogil\b[^\n:]*:[ \t]*\n", re.MULTILINE)
_CHANGED = re.compile(
    rf"(?<![\w.])(?P<field>{_FIELD})\s*(?:\.\s*(?:push_back|push_front|push|pop\w*|emplace\w*|insert|erase|clear|resize)\s*\("
    r"|[+\-*|&]?=(?!=))"
)
_MARKED = re.compile(
    r"^(?P<indent>[ \t]*)(?P<field>self\.\w*(?:ready|done|loaded|initiali[sz]ed|inited|computed|cached|built"
    r"|filled|populated|valid|complete|completed|finished|started|registered|opened|has_\w+|is_\w+))"
    r"\s*=\s*(?:True|1)[ \t]*$",
    re.MULTILINE,
)
_CONSTANT = re.compile(r"\s*(?:-?\d[\w.]*|NULL|None|True|False)[ \t]*$", re.MULTILINE)
#: What only says no to a key that is not there.
_REFUSES = re.compile(r"\s*:\s*raise\b")
_WRITTEN = re.compile(r"\s*(?:[+\-*/|&]|//)?=(?!=)")
#: Methods that other methods call before anybody has the object, by their names.
_OPENS = re.compile(r"^_?open")
_NOGIL = re.compile(r"\bnogil\b[^\n]*:[ \t]*\n\Z")
#: How far behind the question the change may be, in characters.
_NEAR = 1_500


def hits(module: Module) -> Iterator[Hit]:
    """Point at what methods do in two steps, and those of extension types while other threads are let in."""
    free = lent(module)
    for block in module.blocks:
        if block.is_class or not block.owner or NOT_SHARED.match(block.name) or block in free:
            continue
        if block.name == "__next__":
            yield from _position(module, block)
        yield from _asked(module, block)
        yield from _marked_early(module, block)
        if block.typed:
            yield from _moved(module, block)
            yield from _released(module, block)
    yield from _owner_counts(module)


def _weight(module: Module) -> Weight:
    """Weigh what destroys something that others may be using."""
    return Weight.LOOK if module.locks or "atomic" in module.source.code else Weight.FIX


def _position(module: Module, block: Block) -> Iterator[Hit]:
    for match in _STEP.finditer(module.source.code, block.begin, block.end):
        read = rf"(?<![\w.]){re.escape(match['field'])}\b(?!\s*=[^=])"
        body = module.source.code[block.begin : block.end]
        if not module.held(match.start()) and re.search(read, body):
            yield Hit("iterator-position", module.source.line_of(match.start()), match["field"])
            return


def _moved(module: Module, block: Block) -> Iterator[Hit]:
    code = module.source.code
    told: set[str] = set()
    for pattern, found in ((_GROWS, "moves"), (_FREES, "is freed")):
        for match in pattern.finditer(code, block.begin, block.end):
            field = match["field"]
            start = code.rfind("\n", 0, match.start()) if found == "moves" else match.end()
            again = re.search(
                rf"{re.escape(field)}\s*=(?!=|[ \t]*(?:NULL|None|0)\b)",
                code[start : min(block.end, match.end() + _NEAR)],
            )
            if field in told or again is None or module.held(match.start()):
                continue
            told.add(field)
            yield Hit(
                "moving-storage",
                module.source.line_of(match.start()),
                f"{field} {found} while others may read it",
                _weight(module),
            )


def _asked(module: Module, block: Block) -> Iterator[Hit]:
    code = module.source.code
    questions = [
        (match, match["a"] or match["b"] or match["c"], _TAKES)
        for match in _EMPTY.finditer(code, block.begin, block.end)
    ]
    questions += [
        (
            match,
            match["container"],
            rf"\s*\[\s*{re.escape(match['key'].strip())}\s*\]|\.\s*(?:add|remove|pop)\s*\(\s*{re.escape(match['key'].strip())}\b",
        )
        for match in _IN.finditer(code, block.begin, block.end)
    ]
    told: set[str] = set()
    for match, container, change in sorted(questions, key=lambda one: one[0].start()):
        if container in told or module.held(match.start()) or _REFUSES.match(code, match.end()):
            continue
        changed = re.compile(rf"(?<![\w.]){re.escape(container)}(?:{change})").search(
            code, match.end(), min(block.end, match.end() + _NEAR)
        )
        if changed is None or module.held(changed.start()):
            continue
        if re.search(
            r"\bexcept\b[^\n:]*(?:Index|Key|Lookup)Error", code[changed.end() : block.end]
        ):
            continue
        if changed[0].endswith("]") and not _WRITTEN.match(code, changed.end()):
            name = re.escape(container)
            shrinks = rf"{name}\s*\.\s*(?:pop\w*|clear|remove)\s*\(|\bdel\s+{name}\b"
            if not re.search(shrinks, code):
                continue  # what nobody takes away is there
        told.add(container)
        where = module.source.line_of(changed.end() - 1)
        yield Hit(
            "asked-then-changed",
            module.source.line_of(match.start()),
            f"{container} is used in line {where}",
        )


def _released(module: Module, block: Block) -> Iterator[Hit]:
    code = module.source.code
    if _OPENS.search(block.name):
        return
    stretches = [
        (match.end(), end_of_block(code, match.end(), len(match["indent"].expandtabs())))
        for match in _RELEASED.finditer(code, block.begin, block.end)
    ]
    if _NOGIL.search(code[block.head : block.begin]):
        stretches.append((block.begin, block.end))
    for begin, end in stretches:
        for change in _CHANGED.finditer(code, begin, end):
            if not module.held(change.start()):
                yield Hit(
                    "changed-while-released",
                    module.source.line_of(change.start()),
                    change["field"],
                    Weight.LOOK,
                )
                break


def _marked_early(module: Module, block: Block) -> Iterator[Hit]:
    code = module.source.code
    for match in _MARKED.finditer(code, block.begin, block.end):
        if module.held(match.start()):
            continue
        indent, field = match["indent"], match["field"]
        end = end_of_block(code, match.end(), len(indent.expandtabs()) - 1)
        other = re.compile(rf"^{indent}(?!{re.escape(field)}\b)(self\.\w+)\s*=(?!=)", re.MULTILINE)
        late = next(
            (
                one
                for one in other.finditer(code, match.end(), min(end, block.end))
                if not _CONSTANT.match(code, one.end())
            ),
            None,
        )
        if late is not None and re.search(
            rf"\b(?:if|while|not|and|or)\s+{re.escape(field)}\b", code
        ):
            where = module.source.line_of(late.start())
            yield Hit(
                "early-mark",
                module.source.line_of(match.start("field")),
                f"{late[1]} is set in line {where} only",
            )


def _owner_counts(module: Module) -> Iterator[Hit]:
    code = module.source.code
    for match in _ONE_LESS.finditer(code):
        if not module.held(match.start("place")):
            up = re.search(rf"\.{match['name']}\s*\+=", code)
            hint = (
                f"{match['name']} goes up in line {module.source.line_of(up.start())}" if up else ""
            )
            yield Hit("owner-count", module.source.line_of(match.start("place")), hint)
