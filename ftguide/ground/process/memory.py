"""Memory of running processes, seen from outside.

Proportional set size (PSS), not resident size: a page that n processes share counts 1/n to each, so a sum
over a tree is what the machine gave to it. Nor address space: a free-threaded process reserves 1 GiB of
it for its allocator at once and uses a fraction. Where a system has no PSS (macOS, Windows) the
resident size stands in, and the record says so.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

#: Marks every child and what it starts, so that none is overlooked, whatever session it moved to.
MARK = "FTGUIDE_CHILD"
_PROC = Path("/proc")


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What some processes hold together."""

    held: int  #: bytes
    kind: str  #: "PSS" or "RSS": where pages are shared, the second counts them several times


def memory_of(processes: Iterable[psutil.Process]) -> Memory | None:
    """Return what some processes hold together, None when none of them tells: they may all be gone."""
    held = 0
    kinds = set()
    for process in processes:
        try:
            info = process.memory_full_info()
        except (psutil.Error, OSError):
            continue
        pss = getattr(info, "pss", 0)
        held += pss or info.rss
        kinds.add("PSS" if pss else "RSS")
    if not kinds:
        return None
    return Memory(held=held, kind="RSS" if "RSS" in kinds else "PSS")


def tree(leader: int, mark: str = "") -> set[psutil.Process]:
    """Return a process, its descendants, and who carries a mark in its environment.

    A descendant whose parent has ended belongs to nobody any more; the mark still finds it (Linux).
    """
    members = set(marked(mark))
    with contextlib.suppress(psutil.Error, OSError):
        first = psutil.Process(leader)
        members.add(first)
        if first.status() != psutil.STATUS_ZOMBIE:  # one that has ended has no children any more
            members.update(first.children(recursive=True))
    return members


def marked(mark: str) -> set[psutil.Process]:
    """Return the processes that were started with a mark; this process is never among them."""
    return look(mark)[0]


def look(mark: str) -> tuple[set[psutil.Process], bool]:
    """Return the processes that carry a mark, and whether one is being loaded that may carry it (Linux).

    Whoever starts a process is told that it runs before its arguments and its environment can be read.
    Every run ends with this. Where environments are files, they are read as they are: psutil, which
    takes them apart, needs ten times as long.
    """
    carrying, loading = set(), False
    wanted = f"{MARK}={mark}\0".encode()
    in_files = (_PROC / "self" / "environ").exists()
    for number in psutil.pids() if mark else ():
        with contextlib.suppress(psutil.Error, OSError):
            if not in_files:
                carries = psutil.Process(number).environ().get(MARK) == mark
            elif (environ := _environ(number)) is None:
                loading, carries = True, False
            else:
                carries = wanted in environ
            if carries and number != os.getpid():
                carrying.add(psutil.Process(number))
    return carrying, loading


def _environ(number: int) -> bytes | None:
    """Return a process's environment, None while its program is being loaded."""
    folder = _PROC / str(number)
    environ = (folder / "environ").read_bytes()
    if environ:
        return environ
    if (folder / "cmdline").read_bytes():
        return (folder / "environ").read_bytes()  # loaded since, or started without an environment
    (folder / "exe").readlink()  # the kernel's own threads have no program: OSError
    return None


def session_members(sessions: Iterable[int]) -> Iterator[psutil.Process]:
    """Yield the processes of some sessions, by their leaders; nothing where there are no sessions."""
    wanted = set(sessions)
    if sys.platform == "win32" or not wanted:
        return
    for process in psutil.process_iter():
        try:
            if os.getsid(process.pid) in wanted:
                yield process
        except (psutil.Error, OSError):
            continue


def is_alive(process: psutil.Process) -> bool:
    """Return whether a process still runs; a zombie only waits for its parent."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False
