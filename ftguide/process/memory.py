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

import psutil

#: Marks every child and what it starts, so that none is overlooked, whatever session it moved to.
MARK = "FTGUIDE_CHILD"


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What some processes hold together."""

    held: int  #: bytes
    kind: str  #: "PSS" or "RSS": where pages are shared, the second counts them several times


def memory_of(processes: Iterable[psutil.Process]) -> Memory | None:
    """Return what some processes hold together, None when none of them tells: they may all be gone."""
    found: list[Memory] = []
    for one in processes:
        try:
            info = one.memory_full_info()
        except (psutil.Error, OSError):
            continue
        pss = getattr(info, "pss", 0)
        found.append(Memory(held=pss or info.rss, kind="PSS" if pss else "RSS"))
    if not found:
        return None
    kinds = {one.kind for one in found}
    return Memory(held=sum(one.held for one in found), kind="RSS" if "RSS" in kinds else "PSS")


def tree(leader: int, mark: str = "") -> set[psutil.Process]:
    """Return a process, its descendants, and who carries a mark in its environment.

    A descendant whose parent has ended belongs to nobody any more; the mark still finds it (Linux).
    """
    found = set(marked(mark))
    with contextlib.suppress(psutil.Error, OSError):
        first = psutil.Process(leader)
        found |= {first, *first.children(recursive=True)}
    return found


def marked(mark: str) -> Iterator[psutil.Process]:
    """Yield the processes that were started with a mark; this process is never among them."""
    if not mark:
        return
    for one in psutil.process_iter():
        try:
            if one.pid != os.getpid() and one.environ().get(MARK) == mark:
                yield one
        except (psutil.Error, OSError):
            continue


def session_members(sessions: Iterable[int]) -> Iterator[psutil.Process]:
    """Yield the processes of some sessions, by their leaders; nothing where there are no sessions."""
    if sys.platform == "win32":
        return
    wanted = set(sessions)
    for one in psutil.process_iter():
        try:
            if os.getsid(one.pid) in wanted:
                yield one
        except (psutil.Error, OSError):
            continue
