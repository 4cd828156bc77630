"""One interpreter from a release tarball: configured, compiled, installed and asked what it is."""

from __future__ import annotations

import contextlib
import os
import tarfile
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from ftguide.ground.process import run_step, without
from ftguide.ground.vocabulary import Build
from ftguide.interpreters.discover import PATIENCE_SECONDS, Say, inspect
from ftguide.interpreters.model import Facts, InterpreterError
from ftguide.interpreters.shelf import Marker, Shelf, program

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from ftguide.ground.process.steps import Heartbeat
    from ftguide.interpreters.sources import Release, Tarball

M = TypeVar("M", bound=Marker)

#: Variables that would make configure, make or the new interpreter do something else.
_UNWANTED = ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "DESTDIR", "CONFIG_SITE")
_TAIL_LINES = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """An interpreter on the shelf, there or to be made: where it lies, what it is made with."""

    name: str  #: for the person who waits
    path: Path  #: the prefix it is configured for
    release: Release
    build: Build
    arguments: tuple[str, ...]  #: of configure, but for the prefix
    environ: Mapping[str, str]
    say: Say
    install: tuple[str, ...] = ()  #: further words for the last make
    patience_seconds: float = PATIENCE_SECONDS

    @property
    def interpreter(self) -> Path:
        """Its place once it is finished."""
        return self.path / "bin" / program(self.release.version, self.build)

    @property
    def log(self) -> Path:
        """What the steps print that make it."""
        return self.path.with_name(f"{self.path.name}.log")

    def finished(self, kind: type[M]) -> M | None:
        """Return its marker when it was made this way and runs; others are made again."""
        marker = kind.read(self.path)
        if not marker or marker.arguments != self.arguments:
            return None
        if marker.tarball_sha256 != self.release.sha256:
            return None
        try:
            self.check(self.path)
        except InterpreterError as error:
            self.say(f"building again: {error}")
            return None
        return marker

    def check(self, path: Path) -> None:
        """Run the interpreter at its place, or where it is staged; `InterpreterError` for another."""
        interpreter = path / self.interpreter.relative_to(self.path)
        found = inspect(
            str(interpreter), environ=self.environ, patience_seconds=self.patience_seconds
        )
        if reason := self._unlike(found.facts):
            raise InterpreterError(f"{self.name} came out as {reason}; see {self.log}.")

    def _unlike(self, facts: Facts) -> str:
        """Say what an interpreter is instead of what was asked for; empty when it is that."""
        if facts.build is not self.build or facts.version != self.release.version:
            return f"a {facts.build.words} build of {facts.version}"
        sanitizers = {word for word in self.arguments if word.endswith("-sanitizer")}
        if missing := sanitizers - set(facts.configure_arguments):
            return f"a build without {', '.join(missing)}"
        return ""

    def make(self, source: Path, work: Path) -> Path:
        """Configure, compile, install below `work` and check; return the staged tree.

        Raises `InterpreterError` with the end of the log when a step fails.
        """
        objects, stage = work / f"objects-{self.path.name}", work / f"stage-{self.path.name}"
        objects.mkdir()
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.log.write_bytes(b"")
        cpus = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
        make = ("make", f"-j{cpus or 1}")
        # The prefix is the final one, the place is not. CPython's test suite stays behind.
        into = ("altinstall", "TEST_MODULES=no", f"DESTDIR={stage}", *self.install)
        steps = {
            "configuring": (str(source / "configure"), f"--prefix={self.path}", *self.arguments),
            "compiling": make,
            "installing": (*make, *into),
        }
        self.say(f"{self.name}: building on {cpus or 1} CPUs, log in {self.log}")
        for step, command in steps.items():
            begun = time.monotonic()
            self._run(step, command, objects)
            self.say(f"{self.name}: {step} took {time.monotonic() - begun:.0f} s")
        staged = stage / self.path.relative_to("/")
        self.check(staged)
        return staged

    def _run(self, step: str, command: tuple[str, ...], folder: Path) -> None:
        environ, heartbeat = build_environment(self.environ), self._heartbeat(step)
        try:
            status = run_step(
                command, folder=folder, environ=environ, log=self.log, heartbeat=heartbeat
            )
        except OSError as error:
            raise InterpreterError(f"{command[0]} does not run: {error.strerror}.") from error
        if status != 0:
            lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
            end = "\n".join(lines[-_TAIL_LINES:])
            raise InterpreterError(
                f"`{command[0]}` failed with exit status {status}. The end of {self.log}:\n{end}"
            )

    def _heartbeat(self, step: str) -> Heartbeat:
        """Return what tells of a step that lasts, with the number of files compiled so far."""
        compiled = 0

        def heartbeat(seconds: float, printed: bytes) -> None:
            nonlocal compiled
            compiled += printed.count(b" -c ")
            files = f", {compiled} files" if compiled else ""
            self.say(f"{self.name}: {step}, {seconds:.0f} s{files}")

        return heartbeat


@contextlib.contextmanager
def unpacked(tarball: Tarball, shelf: Shelf, say: Say) -> Iterator[tuple[Path, Path]]:
    """Give the source of a tarball and a work folder; both are gone afterwards.

    Raises `InterpreterError` where no build can work whatever is installed, for a damaged tarball, and
    for what the disk refuses meanwhile.
    """
    if os.name == "nt":
        raise InterpreterError(
            "Building from source needs a POSIX system. Install both builds from python.org "
            "(`py install 3.14 3.14t`) and call again."
        )
    if any(character.isspace() or character in "'\"$:" for character in str(shelf.root)):
        raise InterpreterError(
            f"CPython cannot be built in a folder with spaces or quotes in its path ({shelf.root}). "
            "Set XDG_CACHE_HOME to another folder."
        )
    try:
        with shelf.work_folder() as work:
            say(f"unpacking {tarball.release.file_name}")
            yield _unpack(tarball, work / "source"), work
    except OSError as error:
        raise InterpreterError(
            f"{shelf.root}: {error.strerror or error}. A build needs about 1 GB there; "
            "set XDG_CACHE_HOME to use another folder."
        ) from error


def _unpack(tarball: Tarball, target: Path) -> Path:
    """Unpack the tarball and return its one folder."""
    try:
        with tarfile.open(tarball.path) as archive:
            if hasattr(tarfile, "data_filter"):
                archive.extractall(target, filter="data")
            else:  # Python 3.11.0 to 3.11.3; the tarball's SHA-256 was checked
                archive.extractall(target)  # noqa: S202
    except (tarfile.TarError, EOFError) as error:
        raise InterpreterError(f"{tarball.path} cannot be unpacked: {error}.") from error
    folders = list(target.iterdir())
    if len(folders) != 1:
        raise InterpreterError(f"{tarball.path} holds {len(folders)} folders instead of one.")
    return folders[0]


def build_environment(given: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of the steps: the caller's, less what would change the result."""
    return {**without(given, "PYTHON", *_UNWANTED), "LC_ALL": "C"}
