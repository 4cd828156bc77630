"""Interpreters named on the command line: taken at their word, and held to it."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from ftguide.interpreters.discover import in_line, inspect, unfit
from ftguide.interpreters.model import (
    Facts,
    Interpreter,
    InterpreterError,
    Pair,
    Route,
    differences,
)
from ftguide.vocabulary import Build, line_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_NAME = re.compile(r"(?P<start>python\d+\.\d+)(?P<t>t?)(?P<end>(?:[-.].*)?)")


def pair_of(
    given: Sequence[str],
    line: str | None,
    *,
    environ: Mapping[str, str],
    installed: Callable[[str], Sequence[Interpreter]],
) -> Pair:
    """Make a pair of one or two paths or names given.

    A name without a folder is looked up on PATH. Of one interpreter the counterpart of the same
    version is looked for beside it, then among the `installed` ones of its line. Raises
    `InterpreterError` naming the path and the remedy.
    """
    if len(given) > len(Build):
        raise InterpreterError(
            f"{len(given)} interpreters are given ({', '.join(given)}); a pair is two: one "
            "GIL-enabled and one free-threaded build."
        )
    found = [_take(text, line, environ) for text in given]
    if len(found) == 1:
        other = _counterpart(given[0], found[0], environ, installed)
        found.append(other)
    builds = {one.facts.build: one for one in found}
    if len(builds) == 1:
        build = found[0].facts.build
        raise InterpreterError(
            f"{given[0]} and {given[1]} are both {build.words} builds; replace one by the "
            f"{_other(build).words} build of {found[0].facts.version}."
        )
    pair = Pair(gil=builds[Build.GIL], ft=builds[Build.FREE_THREADED])
    if pair.gil.facts.version != pair.ft.facts.version:
        raise InterpreterError(
            f"{given[0]} is {found[0].facts.version} and {given[1]} is {found[1].facts.version}; "
            "give two builds of the same version, or the difference measured is not the GIL's."
        )
    return pair


def _other(build: Build) -> Build:
    return Build.FREE_THREADED if build is Build.GIL else Build.GIL


def _take(text: str, line: str | None, environ: Mapping[str, str]) -> Interpreter:
    """Resolve, run and check one interpreter given."""
    path = _resolve(text, environ)
    try:
        executable, facts = inspect(path, environ=environ)
    except InterpreterError as error:
        name = "" if text == path else f" It was given as {text!r}."
        raise InterpreterError(
            f"{error}{name} Give the path of a CPython 3.13 or later."
        ) from error
    if line and not in_line(facts.version, line):
        raise InterpreterError(
            f"{text} is Python {facts.version}, but {line} was asked for; give a {line}, or ask "
            f"for {'.'.join(facts.version.split('.')[:2])}."
        )
    match = _NAME.fullmatch(Path(path).name)
    if match and match["t"] and facts.build is Build.GIL:
        raise InterpreterError(
            f"{text} is named like a free-threaded build but is the GIL-enabled build of "
            f"{facts.version}; give the interpreter configured with --disable-gil."
        )
    if facts.build is Build.FREE_THREADED and facts.gil_enabled_at_start:
        raise InterpreterError(
            f"{text} {unfit(facts)}. Give an interpreter without it, or look for the package in "
            "its site-packages."
        )
    return Interpreter(
        executable=executable, route=Route.GIVEN, detail="given on the command line", facts=facts
    )


def _resolve(text: str, environ: Mapping[str, str]) -> str:
    """Return the absolute path of what was given."""
    if not text:
        raise InterpreterError("An interpreter's path is empty; give one such as /usr/bin/python3.")
    if os.sep not in text and (os.altsep is None or os.altsep not in text):
        path = shutil.which(text, path=environ.get("PATH", ""))
        if not path:
            raise InterpreterError(
                f"{text} is not on PATH; give its path, such as ./{text}, or install it."
            )
        return str(Path(path).absolute())
    # Not resolved: what a symlink leads to is another interpreter when the link is a venv's.
    path = os.path.abspath(Path(text).expanduser())  # noqa: PTH100
    if Path(path).is_dir():
        raise InterpreterError(
            f"{text} is a folder; name the interpreter in it, such as {text.rstrip('/')}/bin/python3."
        )
    if not Path(path).exists():
        raise InterpreterError(f"{text} does not exist; check the path.")
    if not os.access(path, os.X_OK):
        raise InterpreterError(f"{text} is not executable; give the interpreter itself.")
    return path


def _counterpart(
    text: str,
    one: Interpreter,
    environ: Mapping[str, str],
    installed: Callable[[str], Sequence[Interpreter]],
) -> Interpreter:
    """Find the other build of an interpreter: beside it, then among the installed ones."""
    wanted = _other(one.facts.build)
    for path in _beside(_resolve(text, environ), one, wanted):
        try:
            executable, facts = inspect(path, environ=environ)
        except InterpreterError:
            continue
        if facts.build is wanted and facts.version == one.facts.version and not unfit(facts):
            return Interpreter(
                executable=executable,
                route=Route.GIVEN,
                detail="found beside the interpreter given on the command line",
                facts=facts,
            )
    line = line_of(one.facts.version)
    others = [
        other
        for other in installed(line)
        if other.facts.build is wanted and other.facts.version == one.facts.version
    ]
    others.sort(key=lambda other: bool(differences(*_ordered(one, other))))
    if not others:
        raise InterpreterError(
            f"{text} is the {one.facts.build.words} build of {one.facts.version}, and no "
            f"{wanted.words} build of that version is beside it or installed; give that one too."
        )
    return others[0]


def _ordered(one: Interpreter, other: Interpreter) -> tuple[Facts, Facts]:
    left, right = one.facts, other.facts
    return (left, right) if left.build is Build.GIL else (right, left)


def _beside(path: str, one: Interpreter, wanted: Build) -> list[str]:
    """List the names a counterpart would have in the folders of an interpreter."""
    line = line_of(one.facts.version)
    suffix = wanted.suffix
    listed = []
    for place in (Path(path), Path(one.executable), Path(os.path.realpath(one.executable))):
        match = _NAME.fullmatch(place.name)
        names = [f"{match['start']}{suffix}{match['end']}"] if match else []
        names.append(f"python{line}{suffix}")
        for name in names:
            candidate = place.with_name(name)
            if candidate.exists() and str(candidate) not in listed:
                listed.append(str(candidate))
    return listed
