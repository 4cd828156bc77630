"""Find the interpreters on this machine and ask each what it is.

Every candidate is run, in its own process group and with a time limit: a name on PATH says nothing
about what is behind it. One that hangs, fails or is not a Python costs one line.
"""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import msgspec
import python_discovery

from ftguide.files import ROOT
from ftguide.interpreters.model import Facts, Interpreter, InterpreterError, Route
from ftguide.process import Ending, Limits, run, without
from ftguide.vocabulary import Build

#: Takes one line of progress for the person who waits.
Say = Callable[[str], None]

#: An interpreter answers in half a second, on a cold disk in three; one that needs longer hangs.
PATIENCE_SECONDS = 10.0

_SCRIPT = ROOT / "ftguide" / "target" / "inspect_target.py"
_EXE = ".exe" if os.name == "nt" else ""

# Without a handler of its own the library's warnings would land on standard error.
logging.getLogger("python_discovery").addHandler(logging.NullHandler())


class _Answer(msgspec.Struct, frozen=True):
    """What `inspect_target.py` prints."""

    executable: str
    facts: Facts | None = None
    implementation: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A path that may be an interpreter."""

    path: str
    route: Route
    detail: str  #: one line without a path: which way it was found


class WrongPythonError(InterpreterError):
    """A Python that runs, but is not a CPython that comes in two builds."""


def inspect(
    path: str,
    *,
    environ: Mapping[str, str] | None = None,
    patience_seconds: float = PATIENCE_SECONDS,
) -> tuple[str, Facts]:
    """Run an interpreter and return its `sys.executable` and facts.

    Raises `WrongPythonError` for another implementation or a version before 3.13, and
    `InterpreterError` for what is not a working Python.
    """
    output = _ask(path, os.environ if environ is None else environ, patience_seconds)
    line = next((line for line in reversed(output.splitlines()) if line.startswith(b"{")), b"")
    try:
        answer = msgspec.json.decode(line, type=_Answer)
    except msgspec.DecodeError as error:
        raise InterpreterError(f"{path} is not a Python: it ran and answered nothing.") from error
    if answer.facts is None:
        name = {"cpython": "CPython", "pypy": "PyPy"}.get(answer.implementation, "another Python,")
        raise WrongPythonError(
            f"{path} is {name} {answer.version}; a pair needs CPython 3.13 or later, "
            "which come GIL-enabled and free-threaded."
        )
    if not answer.executable:
        raise InterpreterError(
            f"{path} does not know its own executable (sys.executable is empty)."
        )
    return answer.executable, answer.facts


def _ask(path: str, environ: Mapping[str, str], patience_seconds: float) -> bytes:
    """Run `inspect_target.py`, isolated from PYTHON* variables and the current folder."""
    quiet = {**without(environ, "PYTHON", "__PYVENV_LAUNCHER__"), "TERM": "dumb"}
    limits = Limits(seconds=patience_seconds)
    try:
        ended = run([path, "-I", str(_SCRIPT)], folder=Path(), environ=quiet, limits=limits)
    except OSError as error:
        raise InterpreterError(f"{path} does not run: {error.strerror or error}.") from error
    if ended.ending is Ending.HANG:
        raise InterpreterError(f"{path} does not answer: stopped after {patience_seconds:g} s.")
    if not ended.succeeded:
        how = f"killed by {ended.signal}" if ended.signal else f"exit status {ended.status}"
        raise InterpreterError(
            f"{path} does not run: {how}, {_gist(ended.errors.decode(errors='replace'))}."
        )
    return ended.output


def _gist(errors: str) -> str:
    """Return the line of an error output that says most: a traceback's last, else the first."""
    lines = [line.strip() for line in errors.splitlines() if line.strip()]
    if not lines:
        return "without a word"
    return lines[-1 if lines[0].startswith("Traceback") else 0].rstrip(".")[:160]


def in_line(version: str, line: str) -> bool:
    """Say whether a version such as 3.15.0rc2 belongs to a line such as 3.15."""
    return version.startswith(f"{line}.")


def look_up(
    candidates: Sequence[Candidate],
    line: str,
    *,
    say: Say,
    environ: Mapping[str, str],
    patience_seconds: float = PATIENCE_SECONDS,
) -> list[Interpreter]:
    """Run the candidates and return those of a line, in order, each interpreter once.

    What does not run, and what must not be measured unasked, is said in one line each.
    """

    def ask(candidate: Candidate) -> Interpreter | InterpreterError:
        try:
            executable, facts = inspect(
                candidate.path, environ=environ, patience_seconds=patience_seconds
            )
        except InterpreterError as error:
            return error
        return Interpreter(
            executable=executable, route=candidate.route, detail=candidate.detail, facts=facts
        )

    with ThreadPoolExecutor(max_workers=4) as pool:
        answers = list(pool.map(ask, candidates))
    found: dict[str, Interpreter] = {}
    for answer in answers:
        if isinstance(answer, WrongPythonError):
            continue
        if isinstance(answer, InterpreterError):
            say(f"skipped: {answer}")
        elif in_line(answer.facts.version, line):
            if reason := unfit(answer.facts):
                say(f"skipped: {answer.executable} {reason}.")
            else:
                found.setdefault(os.path.realpath(answer.executable), answer)
    return list(found.values())


def unfit(facts: Facts) -> str:
    """Say why an interpreter must not stand for its build; empty when nothing is wrong."""
    if facts.debug:
        return "is a debug build, several times slower than a release build"
    if facts.build is Build.FREE_THREADED and facts.gil_enabled_at_start:
        return "is a free-threaded build that starts with its GIL on: a .pth file imports something"
    return ""


def candidates(
    line: str,
    environ: Mapping[str, str],
    *,
    patience_seconds: float = PATIENCE_SECONDS,
) -> list[Candidate]:
    """List what may be an interpreter of a line: on PATH, in pyenv, known to python-discovery.

    python-discovery gets no PATH: it runs what it finds there one after another and says nothing
    of what fails. It adds what uv manages, the Windows registry, and the Python of the tools.
    """
    listed: dict[str, Candidate] = {}
    for path, detail in (
        *_on_path(line, environ),
        *_in_pyenv(line, environ),
        *_known_to_discovery(line, environ, patience_seconds),
    ):
        real = _behind_links(path)
        if real not in listed:
            listed[real] = Candidate(path=real, route=Route.INSTALLED, detail=detail)
    return list(listed.values())


def _behind_links(path: str) -> str:
    """Follow links to the interpreter, out of virtual environments; not into a multi-call shim."""
    real = os.path.realpath(path)
    return real if Path(real).name.startswith("python") else path


def _names(line: str) -> tuple[str, ...]:
    return tuple(f"python{end}{_EXE}" for end in (line, f"{line}t", "3", ""))


def _pyenv_root(environ: Mapping[str, str]) -> Path:
    given = environ.get("PYENV_ROOT")
    return Path(given) if given else Path(environ.get("HOME", "~")).expanduser() / ".pyenv"


def _on_path(line: str, environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    shims = _pyenv_root(environ) / "shims"  # they fail for all versions but the active one
    for entry in environ.get("PATH", "").split(os.pathsep):
        folder = Path(entry)
        if not folder.is_absolute() or folder == shims:
            continue
        for name in _names(line):
            path = shutil.which(name, path=entry)
            if path:
                yield path, f"found on PATH as {name}"


def _in_pyenv(line: str, environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    with contextlib.suppress(OSError):
        for folder in sorted((_pyenv_root(environ) / "versions").iterdir()):
            for name in _names(line)[:2]:
                path = shutil.which(name, path=str(folder / "bin"))
                if path:
                    yield path, f"found in pyenv as {folder.name}"


def _known_to_discovery(
    line: str, environ: Mapping[str, str], patience_seconds: float
) -> Iterator[tuple[str, str]]:
    limited = {**environ, "PATH": "", "PY_DISCOVERY_TIMEOUT": str(patience_seconds)}
    keys = (f"cpython{line}", f"cpython{line}t")
    with contextlib.suppress(OSError, RuntimeError):
        for info in python_discovery.iter_interpreters(keys, env=limited):
            executable = info.system_executable or info.executable
            if executable:
                parts = Path(executable).parts
                managed = "uv" in parts and "python" in parts
                yield executable, "managed by uv" if managed else "found by python-discovery"
