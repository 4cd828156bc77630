"""The reader's own code, seen from the controller: what was asked for, checked without running it.

Nothing of the file is executed here. Its text is parsed to find obvious mistakes at once; what only
running can tell (an import that fails, a function made at run time) the workers report, each in its row.
"""

from __future__ import annotations

import ast
import hashlib
import json
import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ftguide.ground.vocabulary import ExpectedError, Mode
from ftguide.suite.declare import resemblances
from ftguide.suite.declare.catalogue import CatalogueEntry
from ftguide.suite.record.model import Resemblance, Trial
from ftguide.target import user_code

#: A slug of this length still fits a terminal's column.
LONGEST_SLUG = 40
#: How to do the work of what only prepares it.
_RUNS = {"an async function": "asyncio.run({}())", "a generator": "list({}())"}


class UserCodeError(ExpectedError):
    """What was asked for cannot be measured; the message names it and says what to change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UserCode:
    """The reader's own code, ready to be planned."""

    specs: dict[str, dict[str, Any]]  #: by slug, what the workers are told
    resembles: dict[str, tuple[Resemblance, ...]]
    trials: dict[str, Trial]

    @property
    def environment(self) -> dict[str, str]:
        """The environment of the workers."""
        return {user_code.VARIABLE: json.dumps(self.specs)} if self.specs else {}

    @property
    def entries(self) -> tuple[CatalogueEntry, ...]:
        """What is to be planned."""
        return tuple(
            CatalogueEntry(
                workload=workload,
                module=user_code.__name__,
                source_hash=_hash(self.specs[workload.slug]),
                resembles=self.resembles.get(workload.slug, ()),
                trial=self.trials.get(workload.slug),
            )
            for workload in user_code.declared(json.dumps(self.specs))
        )

    def without(self, slug: str) -> UserCode:
        """Return everything but one piece of code, which cannot be measured."""
        return replace(self, specs={key: spec for key, spec in self.specs.items() if key != slug})

    def tried(self, slug: str, trial: Trial, *, cpus: int) -> UserCode:
        """Note a trial; code that starts threads or processes gets all the CPUs, and is called alone."""
        spec = self.specs[slug]
        if trial.starts:
            spec = {**spec, "cpus": cpus}
        return replace(self, specs={**self.specs, slug: spec}, trials={**self.trials, slug: trial})

    def not_possible(self, slug: str, mode: Mode, reason: str) -> UserCode:
        """Leave a mode out, with a reason that can follow "because"."""
        spec = self.specs[slug]
        spec = {**spec, "without": {**spec["without"], str(mode): reason}}
        return replace(self, specs={**self.specs, slug: spec})


def read(requests: Sequence[str], setup: str | None, *, folder: Path, cpus: int) -> UserCode:
    """Read `--mine` and `--setup`; `folder` is where relative paths begin and the code runs.

    UserCodeError for a missing file, an unknown name, arguments nobody passes, a command that does not
    begin with `python`.
    """
    specs: dict[str, dict[str, Any]] = {}
    for request in requests:
        spec = _read(request, setup, folder=folder, cpus=cpus)
        specs[_slug(spec["title"], specs)] = spec
    return UserCode(
        specs=specs,
        resembles={
            slug: resemblances.found(_script(spec).read_bytes(), spec.get("function"))
            for slug, spec in specs.items()
        },
        trials={},
    )


def _read(request: str, setup: str | None, *, folder: Path, cpus: int) -> dict[str, Any]:
    command = re.match(r"\s*(\S+)\s+\S", request)
    if command and not Path(folder, request.rpartition(":")[0]).is_file():
        return _command(request, folder=folder, cpus=cpus)
    path, colon, name = request.rpartition(":")
    if not colon or not path or not name.isidentifier():
        raise UserCodeError(
            f"--mine {request!r} is neither path/to/file.py:function nor "
            '"python script.py arguments"'
        )
    file = _file(Path(folder, path), request)
    _check(file, name, "--mine", arguments=setup is not None)
    if setup is not None:
        _check(file, setup, "--setup", arguments=False)
    module, root = _module(file)
    return {
        "title": f"{file.name}:{name}",
        "path": str(file),
        "module": module,
        "root": str(root),
        "cpus": 1,
        "without": {},
        "function": name,
        "setup": setup,
        "folder": str(folder),
    }


def _command(request: str, *, folder: Path, cpus: int) -> dict[str, Any]:
    try:
        words = shlex.split(request)
    except ValueError as error:
        raise UserCodeError(f"--mine {request!r}: {error}; check its quotation marks") from None
    if words[0] != "python":
        raise UserCodeError(
            f"--mine {request!r}: a command begins with the word python, which becomes each of the "
            f"two interpreters; {words[0]!r} would not be measured"
        )
    if len(words) < 2 or words[1].startswith("-"):
        raise UserCodeError(
            f"--mine {request!r}: after python comes the path of a script; options of the "
            "interpreter are the harness's to set"
        )
    script = _file(Path(folder, words[1]), request)
    return {
        "title": " ".join(["python", script.name, *words[2:]])[:80],
        "script": str(script),
        "command": [str(script), *words[2:]],
        "folder": str(folder),
        "cpus": cpus,
    }


def _file(path: Path, request: str) -> Path:
    if not path.is_file():
        raise UserCodeError(f"--mine {request!r}: there is no file {path}")
    return path.resolve()


def _module(file: Path) -> tuple[str, Path]:
    """Return the dotted name of a file as a module, and the folder from which it is imported.

    A folder is a package if it holds an `__init__.py`, or if the file's relative imports need it to be one.
    """
    levels = [
        node.level
        for node in ast.walk(ast.parse(file.read_bytes()))
        if isinstance(node, ast.ImportFrom)
    ]
    needed = max(levels, default=0)
    # What has a dot in its name cannot be imported by it.
    names, folder = [user_code.MODULE if "." in file.stem else file.stem], file.parent
    while folder.name and ((folder / "__init__.py").is_file() or len(names) <= needed):
        names.insert(0, folder.name)
        folder = folder.parent
    if names[-1] == "__init__" and len(names) > 1:
        names.pop()
    return ".".join(names), folder


def _check(file: Path, name: str, option: str, *, arguments: bool) -> None:
    """Refuse what the text of a file already shows to be impossible."""
    try:
        tree = ast.parse(file.read_bytes(), filename=str(file))
    except (SyntaxError, ValueError) as error:
        line = error.lineno if isinstance(error, SyntaxError) else None
        where = f", line {line}" if line else ""
        raise UserCodeError(f"{file}{where}: not Python: {error}") from None
    defined: dict[str, ast.AST | None] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            defined.setdefault(node.name, node if node in tree.body else None)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            defined.setdefault(node.id, None)
        elif isinstance(node, ast.alias):
            if node.name == "*":
                return  # anything may come from there
            defined.setdefault((node.asname or node.name).partition(".")[0], None)
    if name not in defined:
        functions = [key for key, node in defined.items() if isinstance(node, ast.FunctionDef)]
        raise UserCodeError(
            f"{option}: {file} defines no {name!r}; it has {', '.join(functions) or 'no function'}"
        )
    _check_function(defined[name], file, name, option, arguments=arguments)


def _check_function(
    function: ast.AST | None, file: Path, name: str, option: str, *, arguments: bool
) -> None:
    """Refuse a function that does nothing by being called, or wants what nobody passes."""
    if isinstance(function, ast.AsyncFunctionDef) or _yields(function):
        what = "an async function" if isinstance(function, ast.AsyncFunctionDef) else "a generator"
        raise UserCodeError(
            f"{option}: {name}() in {file} is {what}: calling it only prepares the work; give a function "
            f"that does it, such as one that calls {_RUNS[what].format(name)}"
        )
    if isinstance(function, ast.FunctionDef):
        needed = _needed(function.args)
        if len(needed) > int(arguments):
            raise UserCodeError(
                f"{option}: {name}() in {file} needs arguments ({', '.join(needed)}); give a "
                "function without, or one that takes what --setup FUNCTION returns"
            )


def _yields(function: ast.AST | None) -> bool:
    """Return whether a function is a generator: a `yield` of its own, not one of a function inside it."""
    if not isinstance(function, ast.FunctionDef):
        return False
    waiting: list[ast.AST] = [*function.body]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Yield | ast.YieldFrom):
            return True
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            waiting += ast.iter_child_nodes(node)
    return False


def _needed(arguments: ast.arguments) -> list[str]:
    positional = [*arguments.posonlyargs, *arguments.args]
    needed = [each.arg for each in positional[: len(positional) - len(arguments.defaults)]]
    pairs = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    return needed + [each.arg for each, default in pairs if default is None]


def _slug(title: str, taken: dict[str, Any]) -> str:
    """Name a row after the code: letters and digits only, so that it can stand in pages and files."""
    plain = re.sub(r"[^a-z0-9]+", "-", title.lower().replace(".py", "")).strip("-")
    slug = f"mine-{plain[:LONGEST_SLUG]}".strip("-")
    number = 2
    while slug in taken:
        slug = f"mine-{plain[:LONGEST_SLUG]}-{number}"
        number += 1
    return slug


def _hash(spec: dict[str, Any]) -> str:
    """Hash what is run: the file's bytes and how it is called, without the paths of this machine."""
    how = [spec.get("function"), spec.get("setup"), spec.get("command", [])[1:]]
    return hashlib.sha256(_script(spec).read_bytes() + json.dumps(how).encode()).hexdigest()


def _script(spec: dict[str, Any]) -> Path:
    return Path(spec.get("path") or spec["script"])
