"""Extension types of Cython: fields looked at, then set, and methods without the others' lock. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from ftguide.native.audit.cython import LOCKING, NOT_SHARED, Block, Module, end_of_block
from ftguide.native.audit.hit import Hit
from ftguide.native.audit.rules import Weight

_EMPTY_FIELD = re.compile(
    r"\bif\s+(?:\(\s*)?(?:(?P<a>self\.\w+)\s+is\s+(?:None|NULL)\b|(?P<b>self\.\w+)\s*==\s*(?:NULL|-1|0|None)\b"
    r"|not\s+(?P<c>self\.\w+)\s*(?=:|\)|and\b|or\b))"
)
_FULL_FIELD = re.compile(
    r"\bif\s+(?:\(\s*)?(?:(?P<a>self\.\w+)\s+is\s+not\s+(?:None|NULL)\b|(?P<b>self\.\w+)\s*!=\s*(?:NULL|0|-1)\b|(?P<c>self\.\w+)\s*(?=:))"
)
_LEAVES = re.compile(
    r"\bif\s+(?P<field>self\.\w+)\s*(?:is\s+not\s+(?:None|NULL)|!=\s*(?:NULL|-1|0))?\s*:\s*return\b"
)
_TAKES = re.compile(
    r"^[ \t]*(?:cdef[ \t]+[\w.*\[\], \t]*?[ \t*])?(?P<name>\w+)\s*=\s*(?P<field>self\.\w+)[ \t]*$",
    re.MULTILINE,
)
_USED_FIELD = re.compile(r"\bself\.(\w+)(?!\w|\s*\()")
_WRITE = re.compile(r"\bself\.\w+(?:\.\w+|\[[^\]\n]*\])*\s*(?:[+\-*/|&^%]|//|<<|>>)?=(?!=)")
_FIELDS = re.compile(r"^[ \t]+cdef[ \t]+(?!class\b|inline\b)[^\n(]+$", re.MULTILINE)


def hits(module: Module) -> Iterator[Hit]:
    """Point at what methods do to fields without a lock, and at generators that keep one."""
    for block in module.blocks:
        if not block.is_class and block.owner and not NOT_SHARED.match(block.name):
            yield from _looked_then_set(module, block)
    yield from _odd_ones(module)
    yield from _yields(module)
    yield from _types_without_lock(module)


def _looked_then_set(module: Module, block: Block) -> Iterator[Hit]:
    code = module.source.code[: block.end]
    seen: set[str] = set()
    looks = [
        (match, next(filter(None, match.groups())), False)
        for match in _EMPTY_FIELD.finditer(code, block.begin)
    ]
    looks += [
        (match, next(filter(None, match.groups())), True)
        for match in _FULL_FIELD.finditer(code, block.begin)
    ]
    looks += [(match, match["field"], False) for match in _LEAVES.finditer(code, block.begin)]
    for taking in _TAKES.finditer(code, block.begin):
        name = taking["name"]
        look = re.compile(
            rf"\bif\s+(?:{name}\s+is\s+(?:None|NULL)|{name}\s*==\s*NULL|not\s+{name}\s*:)"
        ).search(code, taking.end())
        if look is not None:
            looks.append((look, taking["field"], False))
    for look, field, full in looks:
        if field in seen or module.held(look.start()):
            continue
        indent = len(code[code.rfind("\n", 0, look.start()) + 1 : look.start()].expandtabs())
        line_end = code.find("\n", look.end())
        nested = end_of_block(code, line_end + 1, indent) if full else block.end
        rest = code[look.end() : nested]
        name = re.escape(field)
        setting = re.search(
            rf"{name}\s*=\s*(?:NULL|None|0|-1)\b" if full else rf"{name}\s*=(?!=)|&\s*{name}\b",
            rest,
        )
        if setting is None:
            continue
        used = rest[: setting.start()]
        if full and not re.search(rf"\(\s*[^()\n]*{name}\b|{name}\s*\.\s*\w+\s*\(", used):
            continue
        seen.add(field)
        pointer = "NULL" in look[0] or "NULL" in setting[0]
        fix = pointer and block.typed and not module.locks
        line = module.source.line_of(look.end() + setting.start())
        yield Hit(
            "lazy-field",
            module.source.line_of(look.start()),
            f"{field} is set in line {line}",
            Weight.FIX if fix else Weight.LOOK,
        )


def _methods(module: Module) -> dict[str, list[Block]]:
    """Group the methods of extension types by their class; those that only C calls are left out."""
    groups: dict[str, list[Block]] = defaultdict(list)
    for block in module.blocks:
        if not block.is_class and block.typed and not NOT_SHARED.match(block.name):
            groups[block.owner].append(block)
    return groups


def _odd_ones(module: Module) -> Iterator[Hit]:
    code = module.source.code
    for owner, methods in _methods(module).items():
        using = [
            one
            for one in methods
            if _USED_FIELD.search(code, one.begin, one.end)
            and not (one.extension and not LOCKING.search(one.decorators))
        ]
        locked = [one for one in using if _held_in(module, one)]
        if len(locked) < 2 or len(locked) * 2 <= len(using):
            continue
        guarded = {
            match[1]
            for one in locked
            for start, end in _held_in(module, one)
            for match in _USED_FIELD.finditer(code, start, end)
        }
        for one in using:
            if one in locked:
                continue
            used = [
                match
                for match in _USED_FIELD.finditer(code, one.begin, one.end)
                if match[1] in guarded
            ]
            writes = [match for match in used if _WRITE.match(code, match.start())]
            if used:
                yield Hit(
                    "odd-one-out",
                    module.source.line_of((writes or used)[0].start()),
                    f"{len(locked)} of {len(using)} methods of {owner} take a lock, {one.name} does not",
                    Weight.FIX if writes else Weight.LOOK,
                )


def _held_in(module: Module, block: Block) -> list[tuple[int, int]]:
    """Return where a method holds a lock, by a decorator or in its body."""
    return [
        (start, end)
        for start, end in (*module.sections, *module.own)
        if block.head <= start < block.end
    ]


def _yields(module: Module) -> Iterator[Hit]:
    for start, end in module.sections:
        for match in re.finditer(r"\b(?:yield|await)\b", module.source.code[start:end]):
            yield Hit("yield-in-section", module.source.line_of(start + match.start()))


def _types_without_lock(module: Module) -> Iterator[Hit]:
    code = module.source.code
    if module.locks or "atomic" in code:
        return
    methods = _methods(module)
    for block in module.blocks:
        if not (
            block.is_class and block.extension and _FIELDS.search(code, block.begin, block.end)
        ):
            continue
        writers = [
            one
            for one in methods.get(block.name, [])
            if not one.extension and _WRITE.search(code, one.begin, one.end)
        ]
        if writers:
            count = (
                f"{len(writers)} methods write" if len(writers) > 1 else f"{writers[0].name} writes"
            )
            yield Hit(
                "unlocked-type",
                module.source.line_of(block.head),
                f"{count} fields of {block.name}, and nothing in the file locks",
            )
            return
