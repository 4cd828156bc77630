"""The terms that every part of the project shares. Imports nothing of the project.

A *build* is GIL-enabled or free-threaded. A *line* is a CPython series such as 3.14; with a t it names
the free-threaded build of that line. A *mode* says how work is spread over threads, subinterpreters or
processes, and an *arm* is one build in one mode: what is measured against another arm. Where several
lines are measured together one of them is the *main line*, whose arms do not spell it: the newest final one.
"""

from __future__ import annotations

import difflib
import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Self


class ExpectedError(Exception):
    """An error that tells by itself what is wrong and what to do: no traceback helps.

    The message names the file or the value, the problem, and the remedy. The front door prints it and
    ends with status 2; whatever is raised beside it is a fault of the program.
    """


class UnknownNameError(ExpectedError):
    """A workload, group or preset that does not exist; the message offers the nearest names."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        known = sorted(known)
        near = difflib.get_close_matches(name, known, n=3, cutoff=0.4)
        hint = f"did you mean {', '.join(near)}?" if near else f"there are: {', '.join(known)}"
        super().__init__(f"no {kind} is called {name!r}; {hint}")


class Build(StrEnum):
    """The two builds of one CPython version."""

    GIL = "gil"
    FREE_THREADED = "ft"

    @property
    def words(self) -> str:
        """The build's name in prose."""
        return "GIL-enabled" if self is Build.GIL else "free-threaded"

    @property
    def suffix(self) -> str:
        """What a version or a line ends with: t on the free-threaded build."""
        return "t" if self is Build.FREE_THREADED else ""


def line_of(version: str) -> str:
    """Return the line of a version: 3.15 of 3.15.0rc2."""
    return ".".join(version.split(".")[:2])


def build_of(line: str) -> tuple[str, Build]:
    """Split a line with its build: ("3.14", Build.FREE_THREADED) of 3.14t."""
    build = Build.FREE_THREADED if line.endswith("t") else Build.GIL
    return line.removesuffix("t"), build


class Target(NamedTuple):
    """An interpreter of a run by what it stands for."""

    build: Build
    line: str = ""  #: empty for the run's main line

    def __str__(self) -> str:
        """Spell it as arms do: `ft@3.15`, and `ft` for the main line."""
        return f"{self.build}{_at(self.line)}"


def _at(line: str) -> str:
    return f"@{line}" if line else ""


class Mode(StrEnum):
    """How the work of an arm is spread."""

    SINGLE = "single"
    THREADS = "threads"
    INTERPRETERS = "interpreters"
    PROCESSES = "processes"


_ARM = re.compile(
    r"(?P<build>gil|ft)(?P<on>-gil-on)?-"
    r"(?:(?P<single>single)|(?P<mode>threads|interpreters|processes)-(?P<workers>[1-9]\d*))(?P<replicate>-again)?"
    r"(?:@(?P<line>[1-9]\d*\.\d+))?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True, order=True)
class Arm:
    """One way to run a workload: a build and a mode, e.g. `ft-threads-2`, or `ft-threads-2@3.15`."""

    build: Build
    mode: Mode
    workers: int = 1
    gil_on: bool = False  #: the free-threaded build started with -X gil=1
    replicate: bool = False  #: a second copy of an arm, spelled `-again`
    line: str = ""  #: empty for the run's main line

    def __str__(self) -> str:
        """Spell the arm the one way it is spelled in files, anchors, JSON and output."""
        build = f"{self.build}{'-gil-on' if self.gil_on else ''}"
        mode = "single" if self.mode is Mode.SINGLE else f"{self.mode}-{self.workers}"
        return f"{build}-{mode}{'-again' if self.replicate else ''}{_at(self.line)}"

    @classmethod
    @functools.lru_cache(maxsize=4096)  # tables ask for the same hundred arms thousands of times
    def parse(cls, name: str) -> Self:
        """Read an arm from its name; ValueError names what is wrong."""
        match = _ARM.fullmatch(name)
        if not match or (match["on"] and match["build"] != "ft"):
            raise ValueError(f"{name!r} is not an arm; arms look like gil-single or ft-threads-2")
        return cls(
            build=Build(match["build"]),
            mode=Mode(match["single"] or match["mode"]),
            workers=int(match["workers"] or 1),
            gil_on=bool(match["on"]),
            replicate=bool(match["replicate"]),
            line=match["line"] or "",
        )

    @property
    def target(self) -> Target:
        """The interpreter that runs this arm."""
        return Target(self.build, self.line)

    @property
    def gil_expected(self) -> bool:
        """Whether the GIL must be on in every process of this arm."""
        return self.build is Build.GIL or self.gil_on
