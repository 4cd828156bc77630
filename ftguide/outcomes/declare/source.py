"""The source of a test: the program that pages show, what it uses, and the hash of what is executed. Pure.

The hash covers the class but for what only describes it, and the module-level definitions that the class
reaches. A stored result with another hash describes other code.
"""

from __future__ import annotations

import ast
import copy
import functools
import hashlib
import re
from dataclasses import dataclass

#: Class attributes that only describe: changing them leaves the hash, and what was measured, as it was.
_DESCRIPTION = frozenset(
    {
        *(
            "question",
            "on",
            "operation",
            "outcomes",
            "module",
            "level",
            "source",
            "remedy",
            "issue",
        ),
        *("note", "since", "needs", "control", "__doc__"),
    }
)


def _names(node: ast.stmt) -> list[str]:
    """Return the names that a module-level statement binds."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return [n.id for target in targets for n in ast.walk(target) if isinstance(n, ast.Name)]
    if isinstance(node, ast.Import | ast.ImportFrom):
        return [(alias.asname or alias.name).partition(".")[0] for alias in node.names]
    return []


@dataclass(frozen=True, slots=True)
class _Statement:
    """A module-level statement of a family, with what many tests ask of it."""

    node: ast.stmt
    names: tuple[str, ...]  #: that it binds
    used: tuple[str, ...]  #: every name in it
    text: str  #: its lines, with decorators


@dataclass(frozen=True, slots=True)
class _Module:
    """A family's module, parsed once for all its tests."""

    lines: list[str]
    body: list[_Statement]
    binds: dict[str, _Statement]


@functools.lru_cache(maxsize=1)
def _parsed(source: str) -> _Module:
    """Return what a module consists of; families are read one by one."""
    lines = source.splitlines()
    body = []
    for node in ast.parse(source).body:
        start = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
        body.append(
            _Statement(
                node=node,
                names=tuple(_names(node)),
                used=tuple(n.id for n in ast.walk(node) if isinstance(n, ast.Name)),
                text="\n".join(lines[start - 1 : node.end_lineno]),
            )
        )
    binds = {name: statement for statement in body for name in statement.names}
    return _Module(lines=lines, body=body, binds=binds)


def line_of_class(name: str, source: str) -> int:
    """Return the line of a module-level class; `inspect` reads the file anew for each."""
    statement = _parsed(source).binds.get(name)
    return 1 if statement is None else statement.node.lineno


@functools.lru_cache(maxsize=1)  # a test's program and its hash ask one after the other
def _reached(name: str, source: str) -> list[_Statement]:
    """Return a class and the module-level statements it reaches, in the order of the file."""
    module = _parsed(source)
    waiting, reached = [name], set[int]()
    while waiting:
        statement = module.binds.get(waiting.pop())
        if statement is None or id(statement) in reached:
            continue
        reached.add(id(statement))
        waiting += statement.used
    return [statement for statement in module.body if id(statement) in reached]


_HARNESS = "from outcomes.tests.declare"


def program(name: str, source: str) -> tuple[str, str]:
    """Return a class as written, and what it uses as written."""
    code = ""
    helpers: list[str] = []
    for statement in _reached(name, source):
        node = statement.node
        if name in statement.names and isinstance(node, ast.ClassDef):
            code = _shown(node, _parsed(source).lines)
        elif not statement.text.startswith(_HARNESS):
            apart = "\n\n" if isinstance(node, ast.FunctionDef | ast.ClassDef) and helpers else ""
            helpers.append(f"{apart}{statement.text}")
    return code, "\n".join(helpers)


def _shown(made: ast.ClassDef, lines: list[str]) -> str:
    """Return a class as written, without the lines that only describe it."""
    described = {
        number
        for node in made.body
        if _describes(node) or "slug" in _names(node)
        for number in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    kept = [
        lines[n - 1] for n in range(made.lineno, (made.end_lineno or 0) + 1) if n not in described
    ]
    body = "\n".join(kept[1:]).strip("\n")
    return f"{kept[0]}\n{re.sub(chr(10) + '{3,}', chr(10) * 2, body)}"


def source_hash(name: str, source: str) -> str:
    """Return the SHA-256 of what a test executes, hexadecimal; comments and layout do not matter."""
    digest = hashlib.sha256()
    for statement in _reached(name, source):
        text = _code(_executed(statement.node) if name in statement.names else statement.node)
        if not text.startswith(_HARNESS):
            digest.update(f"{text}\n".encode())
    return digest.hexdigest()


@functools.lru_cache(maxsize=256)  # most helpers serve many tests of their family
def _code(node: ast.stmt) -> str:
    return ast.unparse(node)


def _executed(node: ast.stmt) -> ast.stmt:
    """Return a class without what only describes it."""
    made = copy.copy(node)
    if isinstance(made, ast.ClassDef):
        made.body = [part for part in made.body if not _describes(part)] or [ast.Pass()]
    return made


def _describes(node: ast.stmt) -> bool:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True
    return isinstance(node, ast.Assign | ast.AnnAssign) and _DESCRIPTION.issuperset(_names(node))
