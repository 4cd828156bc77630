"""Where built interpreters are kept, and how they get there whole or not at all.

    <cache>/interpreters/
        lock                           held while anything below changes
        downloads/Python-3.14.7.tar.xz
        3.14.7-quick-gcc-12.2.0/
            gil/  ft/                  one installed tree each, each with its `built.json`
            bin/python3.14  bin/python3.14t
            gil.log  ft.log
        .work-<random>/                source, objects and staging of one call

A tree appears under its name by one rename, with `built.json` in it: what has that file is
finished. A work folder that is there when the lock is taken was left by a killed call: it goes.
"""

from __future__ import annotations

import contextlib
import math
import os
import shlex
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Self

import msgspec
import platformdirs

from ftguide.ground.files import HeldError, decoder, held, to_json, write_atomic
from ftguide.ground.vocabulary import Build, line_of
from ftguide.interpreters.discover import Candidate, Say
from ftguide.interpreters.model import InterpreterError, Route
from ftguide.interpreters.sources import PART

if TYPE_CHECKING:
    from collections.abc import Iterator

_WORK = ".work-"


class Marker(msgspec.Struct, frozen=True, kw_only=True):
    """What the marker file in a finished tree says about it."""

    FILE: ClassVar[str]

    version: str
    compiler: str
    tarball_sha256: str
    arguments: tuple[str, ...]

    @classmethod
    def read(cls, tree: Path) -> Self | None:
        """Read what a tree is; None for what is not finished."""
        try:
            return decoder(cls).decode((tree / cls.FILE).read_bytes())
        except (OSError, msgspec.DecodeError):
            return None


class Built(Marker, frozen=True, kw_only=True):
    """What is said about an interpreter to measure with."""

    FILE: ClassVar[str] = "built.json"

    build: Build
    setting: str
    origin: str  #: where the tarball came from


def default_root() -> Path:
    """Return the folder for built interpreters below the user's cache folder."""
    return platformdirs.user_cache_path("ftguide") / "interpreters"


@dataclass(frozen=True, slots=True)
class Shelf:
    """The folder of built interpreters."""

    root: Path

    @property
    def downloads(self) -> Path:
        """The folder of verified tarballs."""
        return self.root / "downloads"

    @contextlib.contextmanager
    def locked(self, say: Say) -> Iterator[None]:
        """Hold the shelf alone, without the leftovers of calls that were killed."""
        try:
            self.root.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InterpreterError(
                f"{self.root}: {error.strerror or error}. Interpreters are built there; "
                "set XDG_CACHE_HOME to a folder that can be written."
            ) from error
        lock = self.root / "lock"
        with contextlib.ExitStack() as stack:
            try:
                stack.enter_context(held(lock))
            except HeldError:
                say("another process builds interpreters here: waiting for it")
                stack.enter_context(held(lock, seconds=math.inf))
            self._sweep()
            yield

    def _sweep(self) -> None:
        """Remove what killed calls left; what resists is left to the next call, in nobody's way."""
        for folder in self.root.glob(f"{_WORK}*"):
            shutil.rmtree(folder, ignore_errors=True)
        for partial in self.downloads.glob(f"*{PART}"):
            with contextlib.suppress(OSError):
                partial.unlink()

    @contextlib.contextmanager
    def work_folder(self) -> Iterator[Path]:
        """Give a fresh folder, on the shelf's file system, that is gone afterwards."""
        folder = Path(tempfile.mkdtemp(prefix=_WORK, dir=self.root))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def put(self, staged: Path, tree: Path, marker: Marker, work: Path) -> None:
        """Move a staged tree to its place; an older one that did not work steps aside."""
        write_atomic(staged / marker.FILE, to_json(marker))
        tree.parent.mkdir(parents=True, exist_ok=True)
        if tree.exists():
            tree.rename(work / f"replaced-{tree.name}")
        staged.rename(tree)

    def candidates(self, line: str) -> list[Candidate]:
        """List the finished interpreters of a line."""
        found = []
        for tree in sorted(self.root.glob("*/*")):
            built = Built.read(tree)
            if built and line_of(built.version) == line:
                found.append(
                    Candidate(
                        path=str(tree / "bin" / program(built.version, built.build)),
                        route=Route.SOURCE,
                        detail=f"built here earlier, {built.setting}, from {built.origin}",
                    )
                )
        return found


def program(version: str, build: Build) -> str:
    """Return the name of an interpreter: python3.14, python3.14t."""
    return f"python{line_of(version)}{build.suffix}"


def write_wrapper(path: Path, executable: Path) -> None:
    """Write a script that runs an interpreter, in one step.

    Never a symlink: venv takes the folder of a symlink for the interpreter's home.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    partial.write_text(f'#!/bin/sh\nexec {shlex.quote(str(executable))} "$@"\n', encoding="utf-8")
    partial.chmod(0o755)
    partial.replace(path)
