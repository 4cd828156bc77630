"""Match the patterns of the rules, each against one place of the code: a name, a call, a comparison. Pure."""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ftguide.native.audit.rules import RULES, STRONG, Context, Language, Pattern
from ftguide.native.audit.source import Project, Source, without_directives

_C_LIKE = frozenset({Language.C, Language.CPP, Language.SWIG})


@dataclass(frozen=True, slots=True)
class Hit:
    """A place that a rule points at."""

    rule: str
    line: int
    hint: str = ""  #: what to use instead, where the rule knows


_BEGIN_END = re.compile(r"\bPy_(BEGIN|END)_CRITICAL_SECTION\w*")
_GUARD = re.compile(r"[{}]|\bscoped_critical_section\b|\bft_object2?_guard\b")
_ARGUMENT = re.compile(r"\s*(\w{1,60})\s*[,)]")
_MAKERS = (
    "PyDict_(?:Copy|New|Keys|Values|Items)|PyMapping_(?:Keys|Values|Items)"
    "|PyList_(?:New|GetSlice)|PySequence_List"
)
#: Where a critical section must have ended, in characters.
LONGEST_SECTION = 20_000

#: What a line begins with on which a match may mean nothing.
_BEGINNINGS = {
    Context.DEFINE: re.compile(r"[ \t]*#[ \t]*(?:define|undef)\b"),
    Context.ASSERT: re.compile(r"[ \t]*\w*assert\w*!?\s*\(", re.IGNORECASE),
}
_LEAVE = re.compile(r"\b(return|goto)\b\s*(\w*)")
_CYTHON_SECTION = re.compile(
    r"^([ \t]*)with\s+(?:cython\.)?critical_section\b[^\n]*\n", re.MULTILINE
)


def hits(source: Source, project: Project) -> Iterator[Hit]:
    """Find the places in a source that the rules' patterns point at, and sections left early."""
    sections = protected(source)
    for rule in RULES.values():
        for pattern in rule.pattern:
            if source.language in pattern.languages and _concerns(pattern, source, project):
                yield from _matches(rule.id, pattern, source, sections)
    yield from _left_sections(source)


def _concerns(pattern: Pattern, source: Source, project: Project) -> bool:
    """Say whether the rest of a source and its build files leave a pattern something to say."""
    return (
        (not pattern.unless_code or pattern.unless_code not in source.code)
        and (not pattern.unless_build or pattern.unless_build not in project.build)
        and pattern.needs_build in project.build
        and re.search(pattern.needs_code, source.code) is not None
    )


def _matches(
    rule: str, pattern: Pattern, source: Source, sections: Sequence[tuple[int, int]]
) -> Iterator[Hit]:
    for match in re.finditer(pattern.expression, source.code):
        # A pattern may begin with the start of a line; the place is where its text ends.
        line = source.line_of(match.end() - 1)
        if any(
            context in pattern.fine_in and beginning.match(source.code, source.starts[line - 1])
            for context, beginning in _BEGINNINGS.items()
        ):
            continue
        if Context.SECTION in pattern.fine_in and (
            _inside(sections, match.start()) or _of_a_new_container(source.code, match.end())
        ):
            continue
        name = match[1] if match.re.groups else ""
        strong = STRONG.get(name, "")
        yield Hit(rule, line, f"{strong} instead of {name}" if strong else "")
        if pattern.once:
            return


def protected(source: Source) -> list[tuple[int, int]]:
    """Return the stretches of a source that a critical section holds, in order."""
    if source.language is Language.CYTHON:
        return [
            (match.end(), _end_of_block(source.code, match.end(), len(match[1].expandtabs())))
            for match in _CYTHON_SECTION.finditer(source.code)
        ]
    return sorted([*_sections(source.code), *_guarded(source.code)])


def _sections(code: str) -> Iterator[tuple[int, int]]:
    """Pair each begin of a critical section with its end; what does not end is none."""
    begun: list[int] = []
    for match in _BEGIN_END.finditer(code):
        if match[1] == "BEGIN":
            begun.append(match.end())
        elif begun:
            start = begun.pop()
            if match.start() - start <= LONGEST_SECTION:
                yield start, match.start()


def _guarded(code: str) -> Iterator[tuple[int, int]]:
    """Follow guard objects to the end of their scopes."""
    scopes: list[list[int]] = [[]]  # of each open brace: where guards begin
    for match in _GUARD.finditer(code):
        if match[0] == "{":
            scopes.append([])
        elif match[0] == "}":
            yield from ((start, match.start()) for start in scopes.pop())
            scopes = scopes or [[]]
        else:
            scopes[-1].append(match.end())


def _inside(sections: Sequence[tuple[int, int]], offset: int) -> bool:
    """Say whether an offset lies in one of the stretches, which are in order."""
    index = bisect.bisect_right(sections, (offset, offset)) - 1
    return index >= 0 and offset < sections[index][1]


def _of_a_new_container(code: str, offset: int) -> bool:
    """Say whether the first argument of a call was made a few lines before, so that nobody has it."""
    if not (name := _ARGUMENT.match(code, offset)):
        return False
    made = rf"\b{name[1]}\s*=\s*(?:{_MAKERS})\s*\("
    return re.search(made, code[max(0, offset - 2_000) : offset]) is not None


def _left_sections(source: Source) -> Iterator[Hit]:
    if source.language not in _C_LIKE:
        return
    for start, end in _sections(without_directives(source.code)):
        inside = source.code[start:end]
        for leave in _LEAVE.finditer(inside):
            label = leave[1] == "goto" and re.search(rf"\b{re.escape(leave[2])}\s*:", inside)
            if not label:
                yield Hit("return-in-critical-section", source.line_of(start + leave.start()))


def _end_of_block(code: str, begin: int, indent: int) -> int:
    for match in re.finditer(r"^([ \t]*)\S", code[begin : begin + LONGEST_SECTION], re.MULTILINE):
        if len(match[1].expandtabs()) <= indent:
            return begin + match.start()
    return begin + LONGEST_SECTION
