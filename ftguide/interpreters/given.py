"""Interpreters named on the command line: taken at their word, and held to it."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from ftguide.ground.vocabulary import Build, line_of
from ftguide.interpreters.discover import Candidate, inspect, look_up, unfit
from ftguide.interpreters.model import Interpreter, InterpreterError, Pair, Route
from ftguide.interpreters.shelf import program

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
    first, *others = (_take(text, line, environ) for text in given)
    second = others[0] if others else _counterpart(given[0], first, environ, installed)
    build, version = first.facts.build, first.facts.version
    if build is second.facts.build:
        raise InterpreterError(
            f"{given[0]} and {given[1]} are both {build.words} builds; replace one by the "
            f"{_other(build).words} build of {version}."
        )
    if version != second.facts.version:
        raise InterpreterError(
            f"{given[0]} is {version} and {given[1]} is {second.facts.version}; "
            "give two builds of the same version, or the difference measured is not the GIL's."
        )
    return Pair.of(first, second)


def _other(build: Build) -> Build:
    return Build.FREE_THREADED if build is Build.GIL else Build.GIL


def _take(text: str, line: str | None, environ: Mapping[str, str]) -> Interpreter:
    """Resolve, run and check one interpreter given."""
    path = _resolve(text, environ)
    try:
        interpreter = inspect(path, detail="given on the command line", environ=environ)
    except InterpreterError as error:
        name = "" if text == path else f" It was given as {text!r}."
        raise InterpreterError(
            f"{error}{name} Give the path of a CPython 3.13 or later."
        ) from error
    facts = interpreter.facts
    if line and line_of(facts.version) != line:
        raise InterpreterError(
            f"{text} is Python {facts.version}, but {line} was asked for; give a {line}, or ask "
            f"for {line_of(facts.version)}."
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
    return interpreter


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
    given: Interpreter,
    environ: Mapping[str, str],
    installed: Callable[[str], Sequence[Interpreter]],
) -> Interpreter:
    """Find the other build of an interpreter: beside it, then among the installed ones."""
    version, line = given.facts.version, line_of(given.facts.version)
    wanted = _other(given.facts.build)

    def fitting(found: Sequence[Interpreter]) -> list[Interpreter]:
        return [
            each for each in found if each.facts.build is wanted and each.facts.version == version
        ]

    beside = [
        Candidate(path=path, route=Route.GIVEN, detail="found beside the interpreter given")
        for path in _beside(_resolve(text, environ), given, wanted)
    ]
    others = fitting(look_up(beside, line, say=lambda _: None, environ=environ)) or sorted(
        fitting(installed(line)), key=lambda other: bool(Pair.of(given, other).differences)
    )
    if not others:
        raise InterpreterError(
            f"{text} is the {given.facts.build.words} build of {version}, and no "
            f"{wanted.words} build of that version is beside it or installed; give that one too."
        )
    return others[0]


def _beside(path: str, given: Interpreter, wanted: Build) -> list[str]:
    """List the paths a counterpart would have in the folders of an interpreter, if there is a file."""
    listed = []
    for place in (Path(path), Path(given.executable), Path(os.path.realpath(given.executable))):
        if match := _NAME.fullmatch(place.name):
            listed.append(place.with_name(f"{match['start']}{wanted.suffix}{match['end']}"))
        listed.append(place.with_name(program(given.facts.version, wanted)))
    return [str(each) for each in dict.fromkeys(listed) if each.exists()]
