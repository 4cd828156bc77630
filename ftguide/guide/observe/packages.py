"""Environments for snippets that need packages, such as tests: one per interpreter and lock.

They are made from the hash-locked source/snippets/requirements.txt by uv, below _build/, and kept
until the lock changes. A package without a wheel for an interpreter is left out there, and what needs
it does not run there. Everything else runs on the bare interpreter.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

from ftguide.ground import files
from ftguide.ground.vocabulary import Build
from ftguide.guide.declare.model import Snippet
from ftguide.guide.declare.options import FILES
from ftguide.guide.observe import execute
from ftguide.guide.observe.execute import Target
from ftguide.interpreters import tools
from ftguide.interpreters.model import Interpreter, InterpreterError

REQUIREMENTS = FILES / "requirements.txt"

_SECONDS = 300
#: As long as it takes to install every package by itself, which is done where one of them has no wheel.
_WAIT_SECONDS = 1800


class Environments:
    """The environments of the interpreters of one line, made when first asked for."""

    def __init__(self, interpreters: Mapping[Build, Interpreter], root: Path) -> None:
        """Make nothing yet."""
        self._interpreters = interpreters
        self._root = root
        self._made: dict[Build, Target] = {}
        self._left_out: dict[Build, frozenset[str]] = {}

    def prepare(self, snippet: Snippet) -> None:
        """Make the environments a snippet needs; raises `InterpreterError`."""
        path = self._root / REQUIREMENTS
        lock = path.read_text(encoding="utf-8") if path.exists() else ""
        known = _locked(lock)
        missing = [name for name in snippet.packages if name not in known]
        if missing:
            raise InterpreterError(
                f"{snippet.where}: {', '.join(missing)} is not in {REQUIREMENTS}. Add it to the group "
                "`snippets` of pyproject.toml and run `nox -s lock`."
            )
        for build, interpreter in self._interpreters.items():
            if build not in self._made:
                self._made[build], self._left_out[build] = self._make(interpreter, path, lock)

    def lacking(self, snippet: Snippet, build: Build) -> tuple[str, ...]:
        """Return the packages a snippet needs that a build cannot have; `prepare` came first."""
        left_out = self._left_out.get(build, frozenset())
        return tuple(name for name in snippet.packages if name in left_out)

    def targets(self, _snippet: Snippet) -> Mapping[Build, Target]:
        """Return the targets with packages, by build; `prepare` came first."""
        return self._made

    def _make(
        self, interpreter: Interpreter, requirements: Path, lock: str
    ) -> tuple[Target, frozenset[str]]:
        """Return the environment and the packages of the lock that it has to do without."""
        facts = interpreter.facts
        identity = hashlib.sha256(f"{interpreter.executable}\n{lock}".encode()).hexdigest()[:12]
        suffix = facts.build.suffix
        folder = self._root / "_build" / "snippets" / f"{facts.version}{suffix}-{identity}"
        where = "Scripts/python.exe" if os.name == "nt" else "bin/python"
        executable = folder / where
        ready = folder / "ready"
        folder.parent.mkdir(parents=True, exist_ok=True)
        try:
            # What another process makes is finished first: each would remove what the other has made so far.
            with files.held(folder.with_name(f"{folder.name}.lock"), seconds=_WAIT_SECONDS):
                if not ready.exists():
                    shutil.rmtree(folder, ignore_errors=True)
                    _uv("venv", "--no-project", "--python", interpreter.executable, str(folder))
                    left_out = _install(executable, requirements, lock)
                    ready.write_text("\n".join(left_out), encoding="utf-8")
        except files.HeldError as error:
            raise InterpreterError(
                f"another process has been making the environment of snippets for {_WAIT_SECONDS} s "
                f"({error}); wait for it or end it"
            ) from None
        left_out = ready.read_text(encoding="utf-8").split()
        return execute.target(interpreter, str(executable)), frozenset(left_out)


def _locked(lock: str) -> dict[str, str]:
    """Return the entries of a lock by name, each with its hashes."""
    entries = re.split(r"^(?=[a-z0-9][a-z0-9._-]*==)", lock, flags=re.MULTILINE)[1:]
    return {entry.partition("==")[0]: entry for entry in entries}


def _install(executable: Path, requirements: Path, lock: str) -> list[str]:
    """Install a lock, or what has wheels of it; return the names of what has none.

    Raises `InterpreterError` when nothing at all could be installed, as without a network.
    """
    try:
        _uv_install(executable, requirements)
    except InterpreterError:
        left_out = []
        entries = _locked(lock)
        part = executable.parent / "part.txt"
        for name, entry in entries.items():
            part.write_text(entry, encoding="utf-8")
            try:
                _uv_install(executable, part, "--no-deps")
            except InterpreterError:
                left_out.append(name)
        if len(left_out) == len(entries):
            raise
        return left_out
    return []


def _uv_install(executable: Path, requirements: Path, *more: str) -> None:
    _uv(
        *("pip", "install", "--python", str(executable), "--require-hashes"),
        *("--only-binary=:all:", *more, "--requirement", str(requirements)),
    )


def _uv(*arguments: str) -> None:
    words = ("--quiet", "--no-config", *arguments)
    try:
        tools.ask_uv(*words, environ=os.environ, seconds=_SECONDS)
    except tools.ToolError as error:
        raise InterpreterError(
            f"The packages of {REQUIREMENTS} could not be installed for the snippets that need them:\n"
            f"{error.tail()}\nWith a network it works; `--only PAGE` runs pages that need none."
        ) from error
