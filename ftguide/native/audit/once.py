"""What a C or C++ source runs once: lambdas and functions that a once-runner is given. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from ftguide.native.audit.shape import Function, Shape, closing, closing_paren

#: `std::call_once`, `pthread_once`, `_PyOnceFlag_CallOnce`, `call_once_and_store_result`,
#: `InitOnceExecuteOnce`, and a project's own in the same words.
RUNNER = re.compile(
    r"\b(?:\w*(?:[Cc]all|[Rr]un|[Dd]o|[Ee]xecute|[Ii]nvoke)_?(?:once|Once)\w*|pthread_once|\w*CALL_ONCE\w*)\s*\("
)
#: One of these is in every match: looking for words is much faster.
_WORDS = ("_once", "Once", "_ONCE", "callonce", "runonce", "doonce", "eonce")
_LAMBDA = re.compile(r"(?<![\w)\]])\s*\[[^\]\n]{0,80}\]\s*(?:\([^()]{0,200}\)\s*)?[^;{}()]{0,40}\{")
#: A static variable of a function whose value a lambda gives that is called on the spot.
_STATIC = re.compile(
    r"\bstatic\b[^;{}()=]{1,120}="
    + _LAMBDA.pattern
    + r"|\bstatic\b[^;{}()=]{1,120}\{"
    + _LAMBDA.pattern
)
_NAME = re.compile(r"[A-Za-z_]\w*")
#: How far before the call a lambda may have got its name, in characters.
_NEAR = 4_000


def once_stretches(
    code: str, shape: Shape, calls: Mapping[str, Sequence[int]]
) -> Iterator[tuple[int, int]]:
    """Give the stretches of a code that run once, because only a once-runner runs them.

    `calls` says where the functions are called that nothing but calls mention.
    """
    if "static" in code and "[" in code:
        yield from _initialisers(code, shape)
    if not any(word in code for word in _WORDS):
        return
    bodies = {one.short: one for one in shape.functions}
    for match in RUNNER.finditer(code):
        if shape.function_at(match.start()) is None:
            continue  # where the runner itself is declared
        end = closing_paren(code, match.end())
        if given := _LAMBDA.search(code, match.end() - 1, end):
            yield given.end(), closing(code, given.end())
            continue
        for name in _NAME.findall(code, match.end(), end):
            if named := _named_lambda(code, name, match.start()):
                yield named, closing(code, named)
            elif name in bodies and name not in calls and not _called(code, bodies[name]):
                yield bodies[name].begin, bodies[name].end


def _initialisers(code: str, shape: Shape) -> Iterator[tuple[int, int]]:
    """Give the lambdas that make the value of a static variable of a function: C++ runs them once."""
    for match in _STATIC.finditer(code):
        end = closing(code, match.end())
        called = re.compile(r"\s*\(").match(code, end)
        if called is not None and shape.function_at(match.start()) is not None:
            yield match.end(), end


def _named_lambda(code: str, name: str, before: int) -> int:
    """Return where the body of a lambda begins that was given a name before a place; 0 for none."""
    found = 0
    pattern = re.compile(rf"\b{name}\s*=" + _LAMBDA.pattern)
    for match in pattern.finditer(code, max(0, before - _NEAR), before):
        found = match.end()
    return found


def _called(code: str, function: Function) -> bool:
    """Say whether a function is called by its name, too, and not only where it is defined or declared."""
    return any(
        re.search(
            r"[;{}(=!&|,?:]\s*$|\breturn\s*$", code[max(0, match.start() - 12) : match.start()]
        )
        for match in re.finditer(rf"\b{function.short}\s*\(", code)
        if not function.head <= match.start() < function.begin
    )
