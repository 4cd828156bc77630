"""Who holds the other end of a pipe: the last trace of a process that left its session and environment."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path
from typing import IO

import psutil

_PROC = Path("/proc")


def holders(pipes: Iterable[IO[bytes]]) -> set[psutil.Process]:
    """Return the processes that hold an end of some open pipes (Linux; elsewhere none is found).

    This process is none of them, nor is what it started: between the fork and the exec of a child that has
    nothing to do with these pipes, it holds them, too.
    """
    names = set()
    for pipe in pipes:
        with contextlib.suppress(OSError, ValueError):  # closed meanwhile
            names.add(f"pipe:[{os.fstat(pipe.fileno()).st_ino}]")
    found = set()
    for folder in _PROC.glob("[0-9]*/fd"):
        with contextlib.suppress(psutil.Error, OSError):
            if any(_target(entry) in names for entry in folder.iterdir()):
                found.add(psutil.Process(int(folder.parent.name)))
    this = psutil.Process()
    return found - {this, *this.children(recursive=True)}


def _target(entry: Path) -> str:
    try:
        return str(entry.readlink())
    except OSError:
        return ""
