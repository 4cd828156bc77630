"""Cython: the blocks of a source, and what its locks hold. Pure."""

from __future__ import annotations

import bisect
import re
from collections.abc import Sequence
from dataclasses import dataclass

from ftguide.native.audit.locks import pairs
from ftguide.native.audit.source import Source

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

    def freeing(self, offset: int) -> bool:
        """Say whether a place is in a method that frees the object, when nobody else has it any more."""
        return any(
            one.name == "__dealloc__" and one.begin <= offset < one.end for one in self.blocks
        )

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
        if not block.is_class:
            own += pairs(code, block.begin, block.end)[0]
    return sections, own


def end_of_block(code: str, begin: int, indent: int) -> int:
    """Return where the block ends that begins there below a line of that indent."""
    pattern = re.compile(r"^([ \t]*)[^\s)\]}{]", re.MULTILINE)
    last = min(len(code), begin + _LONGEST_BLOCK)
    for match in pattern.finditer(code, begin, last):
        if len(match[1].expandtabs()) <= indent:
            return match.start()
    return last


def innermost(module: Module, offset: int) -> Block | None:
    """Return the class or the function in whose body a place stands; None outside of all."""
    index = bisect.bisect_right(module.blocks, offset, key=lambda each: each.head) - 1
    while index >= 0:
        block = module.blocks[index]
        if block.begin <= offset < block.end:
            return block
        index -= 1
    return None


def lent(module: Module) -> set[Block]:
    """Return the methods that only C can call, always with a lock held or on a new object."""
    code = module.source.code
    waiting = {one for one in module.blocks if one.extension and one.typed and not one.is_class}
    callers = [one for one in module.blocks if not one.is_class]
    places = {
        one: [match.start() for match in re.finditer(rf"\bself\.{one.name}\s*\(", code)]
        for one in waiting
    }
    found: set[Block] = set()
    while more := {
        one
        for one in waiting
        if places[one]
        and all(
            module.held(at)
            or any(
                caller.begin <= at < caller.end
                and (caller in found or NOT_SHARED.match(caller.name))
                for caller in callers
            )
            for at in places[one]
        )
    }:
        found |= more
        waiting -= more
    return found
