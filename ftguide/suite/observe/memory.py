"""Memory of running processes, seen from outside.

Proportional set size (PSS) and not resident size: a page that n processes share counts 1/n to each, so
a sum over a tree is what the machine gave to it. Nor address space: a free-threaded process reserves
1 GiB of it for its allocator at once and uses a fraction. Linux only; elsewhere nothing is known.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

_PSS = re.compile(rb"^Pss:\s+(\d+) kB$", re.MULTILINE)


def members(sessions: Iterable[int]) -> Iterator[int]:
    """Yield the processes of some sessions; every worker of an arm leads one of its own."""
    wanted = set(sessions)
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError, IndexError):  # it may end while we look
            # The name in brackets may hold anything; fields are counted from behind it.
            fields = path.read_text(errors="replace").rpartition(")")[2].split()
            if int(fields[3]) in wanted:
                yield int(path.parent.name)


def pss(process: int) -> int | None:
    """Return the PSS of a process in bytes, None where it is gone or the system does not tell."""
    try:
        match = _PSS.search(Path(f"/proc/{process}/smaps_rollup").read_bytes())
    except OSError:
        return None
    return int(match[1]) * 1024 if match else None


def sessions_pss(sessions: Iterable[int]) -> int | None:
    """Return the PSS of all processes of some sessions in bytes, None when none of them tells."""
    known = [size for one in members(sessions) if (size := pss(one)) is not None]
    return sum(known) if known else None
