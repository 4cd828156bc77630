"""Match the patterns of the rules, each against one place of the code: a name, a call, a comparison. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Protocol

from ftguide.native.audit.hit import Hit
from ftguide.native.audit.locks import sections_of
from ftguide.native.audit.rules import RULES, STRONG, Context, Language, Pattern, Weight
from ftguide.native.audit.source import Project, Source, without_directives

_C_LIKE = frozenset({Language.C, Language.CPP, Language.SWIG})


class Held(Protocol):
    """What knows where a source holds a lock."""

    def in_section(self, offset: int) -> bool:
        """Say whether a critical section holds a place."""

    def held(self, offset: int) -> bool:
        """Say whether any lock is held at a place."""

    def freeing(self, offset: int) -> bool:
        """Say whether a place is in what frees an object, when nobody else has it any more."""


_ARGUMENT = re.compile(r"\s*(\w{1,60})\s*[,)]")
_FIELD = re.compile(r"\s*\w+\s*(?:->|\.)\s*\w+\b(?!\s*\()")
#: The names that C functions give to the dict of keyword arguments, which the interpreter makes per call.
_KEYWORDS = re.compile("kw|kwds|kwargs|kwnames|keywds|keywords")
_MAKERS = (
    "PyDict_(?:Copy|New|Keys|Values|Items)|PyMapping_(?:Keys|Values|Items)"
    "|PyList_(?:New|GetSlice)|PySequence_List|PyByteArray_From\\w+|PyThreadState_GetDict"
)

#: What a line begins with on which a match may mean nothing.
_BEGINNINGS = {
    Context.DEFINE: re.compile(r"[ \t]*#[ \t]*(?:define|undef)\b"),
    Context.ASSERT: re.compile(r"[ \t]*\w*assert\w*!?\s*\(", re.IGNORECASE),
}
#: What stands before a C function that Cython is told of.
_DECLARES = re.compile(
    r"^[ \t]*(?:cdef[ \t]+|cpdef[ \t]+)?"
    r"(?!(?:return|if|elif|while|not|and|or|in|else|yield|assert|del|print|raise|await|with|for)\b)"
    r"(?:\w+[ \t*]+)+\Z",
    re.MULTILINE,
)
_BUILT_IN = re.compile(r"\bPy(?:List|Dict|Set)Object\s*\*\s*(?:const\s+)?(\w+)")
_INSIDE = re.compile(
    r"\b(\w+)\s*->\s*(ob_item|allocated|ma_(?:keys|values|used|version_tag)|table|fill|used|mask|finger)\b"
)
_LEAVE = re.compile(r"\b(return|goto)\b\s*(\w*)")


def hits(source: Source, project: Project, locks: Held | None) -> Iterator[Hit]:
    """Find the places in a source that the rules' patterns point at, and sections left early."""
    for rule in RULES.values():
        for pattern in rule.pattern:
            if source.language in pattern.languages and _concerns(pattern, source, project):
                yield from _matches(rule.id, pattern, source, locks)
    yield from _left_sections(source)
    yield from _insides(source, locks)


def _concerns(pattern: Pattern, source: Source, project: Project) -> bool:
    """Say whether the rest of a source and its build files leave a pattern something to say."""
    return (
        (not pattern.words or any(word in source.code for word in pattern.words))
        and (not pattern.unless_code or pattern.unless_code not in source.code)
        and (not pattern.unless_build or pattern.unless_build not in project.build)
        and pattern.needs_build in project.build
        and re.search(pattern.needs_code, source.code) is not None
    )


def _matches(rule: str, pattern: Pattern, source: Source, locks: Held | None) -> Iterator[Hit]:
    for match in re.finditer(pattern.expression, source.code):
        # A pattern may begin with the start of a line; the place is where its text ends.
        line = source.line_of(match.end() - 1)
        if any(
            context in pattern.fine_in and beginning.match(source.code, source.starts[line - 1])
            for context, beginning in _BEGINNINGS.items()
        ):
            continue
        if source.language is Language.CYTHON and _DECLARES.search(
            source.code[source.starts[line - 1] : match.start()]
        ):
            continue
        name = match[1] if match.re.groups else ""
        strong = STRONG.get(name, "")
        hint = f"{strong} instead of {name}" if strong else ""
        weight = None
        if Context.SECTION in pattern.fine_in:
            if (locks and locks.in_section(match.start())) or of_a_new_container(
                source.code, match.end()
            ):
                continue
            if locks and locks.held(match.start()):
                weight = Weight.LOOK
                hint = "a lock is held: does everybody who writes take it?"
            elif locks and locks.freeing(match.start()) and _FIELD.match(source.code, match.end()):
                weight = Weight.LOOK
                hint = "its object is being freed: can anybody else have what it holds?"
        yield Hit(rule, line, hint, weight, match.start())
        if pattern.once:
            return


def of_a_new_container(code: str, offset: int) -> bool:
    """Say whether the first argument of a call was made for it or a few lines before: nobody else has it."""
    if not (name := _ARGUMENT.match(code, offset)):
        return False
    if _KEYWORDS.fullmatch(name[1]):
        return True
    one = re.escape(name[1])
    before = code[max(0, offset - 2_000) : offset]
    if begin := [match.end() for match in re.finditer(r"^\}", before, re.MULTILINE)]:
        before = before[begin[-1] :]  # of the same function
    made = rf"\b{one}\s*=\s*(?:{_MAKERS})\s*\("
    # Stored in a field, or taken from one, it is known to others.
    known = (
        rf"(?:->|\.)\s*\w+\s*=\s*(?:Py_X?NewRef\s*\(\s*)?{one}\b"
        rf"|\b{one}\s*=\s*(?:\([^()]{{1,40}}\)\s*)?\w+(?:\s*(?:->|\.)\s*\w+)+\s*[;,\n]"
    )
    return re.search(made, before) is not None and re.search(known, before) is None


def _insides(source: Source, locks: Held | None) -> Iterator[Hit]:
    """Find the fields of variables that are declared as built-in containers."""
    if source.language not in _C_LIKE or not re.search("(?:List|Dict|Set)Object", source.code):
        return
    names = {match[1] for match in _BUILT_IN.finditer(source.code)}
    for match in _INSIDE.finditer(source.code):
        if match[1] in names and not (locks and locks.in_section(match.start())):
            yield Hit("private-layout", source.line_of(match.start(2)), begin=match.start())


def _left_sections(source: Source) -> Iterator[Hit]:
    if source.language not in _C_LIKE or "CRITICAL_SECTION" not in source.code:
        return
    for start, end in sections_of(without_directives(source.code)):
        inside = source.code[start:end]
        for leave in _LEAVE.finditer(inside):
            label = leave[1] == "goto" and re.search(rf"\b{re.escape(leave[2])}\s*:", inside)
            if not label:
                yield Hit("return-in-critical-section", source.line_of(start + leave.start()))
