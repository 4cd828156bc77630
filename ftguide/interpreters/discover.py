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

from ftguide.ground.files import ROOT, decoder
from ftguide.ground.process import Limits, run, without
from ftguide.ground.vocabulary import Build, line_of
from ftguide.interpreters.model import Facts, Interpreter, InterpreterError, Route

#: Takes one line of progress for the person who waits.
Say = Callable[[str], None]

#: An interpreter answers in half a second, on a cold disk in three; on a busy machine it waits for a CPU as
#: well. One that needs longer hangs.
PATIENCE_SECONDS = 30.0

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
    route: Route = Route.GIVEN,
    detail: str = "",
    environ: Mapping[str, str] | None = None,
    patience_seconds: float = PATIENCE_SECONDS,
) -> Interpreter:
    """Run an interpreter, isolated from PYTHON* variables, and return what it says about itself.

    `route` and `detail` are kept with it. Raises `WrongPythonError` for another implementation or a
    version before 3.13, and `InterpreterError` for what is not a working Python.
    """
    around = os.environ if environ is None else environ
    quiet = {**without(around, "PYTHON", "__PYVENV_LAUNCHER__"), "TERM": "dumb"}
    limits = Limits(seconds=patience_seconds)
    try:
        ended = run([path, "-I", str(_SCRIPT)], folder=Path(), environ=quiet, limits=limits)
    except OSError as error:
        raise InterpreterError(f"{path} does not run: {error.strerror or error}.") from error
    if not ended.succeeded:
        gist = _gist(ended.errors.decode(errors="replace"))
        raise InterpreterError(f"{path} {ended.words}, {gist}.")
    line = next((e for e in reversed(ended.output.splitlines()) if e.startswith(b"{")), b"")
    try:
        answer = decoder(_Answer).decode(line)
    except msgspec.DecodeError as error:
        raise InterpreterError(f"{path} is not a Python: it ran and answered nothing.") from error
    if answer.facts is None:
        name = {"cpython": "CPython", "pypy": "PyPy"}.get(answer.implementation, "another Python,")
        raise WrongPythonError(
            f"{path} is {name} {answer.version}; a pair needs CPython 3.13 or later, "
            "which come GIL-enabled and free-threaded."
        )
    if not answer.executable:
        raise InterpreterError(f"{path} does not know its own path (sys.executable is empty).")
    return Interpreter(executable=answer.executable, route=route, detail=detail, facts=answer.facts)


def _gist(errors: str) -> str:
    """Return the line of an error output that says most: a traceback's last, else the first."""
    lines = [line.strip() for line in errors.splitlines() if line.strip()]
    if not lines:
        return "without a word"
    return lines[-1 if lines[0].startswith("Traceback") else 0].rstrip(".")[:160]


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
            return inspect(
                candidate.path,
                route=candidate.route,
                detail=candidate.detail,
                environ=environ,
                patience_seconds=patience_seconds,
            )
        except InterpreterError as error:
            return error

    with ThreadPoolExecutor(max_workers=4) as pool:
        answers = list(pool.map(ask, candidates))
    found: dict[str, Interpreter] = {}
    for answer in answers:
        if isinstance(answer, WrongPythonError):
            continue
        if isinstance(answer, InterpreterError):
            say(f"skipped: {answer}")
        elif line_of(answer.facts.version) == line:
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
    line: str, environ: Mapping[str, str], patience_seconds: float = PATIENCE_SECONDS
) -> list[Candidate]:
    """List what may be an interpreter of a line: on PATH, in pyenv, known to python-discovery.

    python-discovery gets no PATH: it runs what it finds there one after another and says nothing
    of what fails. It adds what uv manages, the Windows registry, and the Python of the tools.
    """
    known = _known_to_discovery(line, environ, patience_seconds)
    details: dict[str, str] = {}
    for path, detail in (*_installed(line, environ), *known):
        details.setdefault(_behind_links(path), detail)
    return [
        Candidate(path=path, route=Route.INSTALLED, detail=detail)
        for path, detail in details.items()
    ]


def _behind_links(path: str) -> str:
    """Follow links to the interpreter, out of virtual environments; not into a multi-call shim."""
    real = os.path.realpath(path)
    return real if Path(real).name.startswith("python") else path


def _installed(line: str, environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the paths on PATH and in pyenv, and how each was found."""
    names = tuple(f"python{end}{_EXE}" for end in (line, f"{line}t", "3", ""))
    home = Path(environ.get("HOME", "~")).expanduser()
    pyenv = Path(environ.get("PYENV_ROOT") or home / ".pyenv")
    for entry in environ.get("PATH", "").split(os.pathsep):
        # pyenv's shims fail for all versions but the active one.
        if Path(entry).is_absolute() and Path(entry) != pyenv / "shims":
            for name in names:
                if path := shutil.which(name, path=entry):
                    yield path, f"found on PATH as {name}"
    for folder in sorted(pyenv.glob("versions/*/bin")):
        for name in names[:2]:
            if path := shutil.which(name, path=str(folder)):
                yield path, f"found in pyenv as {folder.parent.name}"


def _known_to_discovery(
    line: str, environ: Mapping[str, str], patience_seconds: float
) -> Iterator[tuple[str, str]]:
    limited = {**environ, "PATH": "", "PY_DISCOVERY_TIMEOUT": str(patience_seconds)}
    keys = (f"cpython{line}", f"cpython{line}t")
    with contextlib.suppress(OSError, RuntimeError):
        for info in python_discovery.iter_interpreters(keys, env=limited):
            if executable := info.system_executable or info.executable:
                managed = {"uv", "python"} <= set(Path(executable).parts)
                yield executable, "managed by uv" if managed else "found by python-discovery"
