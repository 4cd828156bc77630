"""How much of this machine's time other programs use while ours run.

The kernel counts the busy time of every CPU, and what a process and its ended children used. The
difference is somebody else's: a browser, a backup, another measurement.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil

#: The columns of a CPU's line in /proc/stat in which it did something: user, nice, system, interrupts.
_BUSY_COLUMNS = (1, 2, 3, 6, 7)


def busy_seconds(cpus: Sequence[int]) -> float | None:
    """Return the time that some CPUs have been busy since boot; None where nobody counts it."""
    try:
        lines = Path("/proc/stat").read_text().splitlines()
    except OSError:
        return None
    names = {f"cpu{cpu}" for cpu in cpus}
    rows = [fields for line in lines if (fields := line.split()) and fields[0] in names]
    if len(rows) < len(names):
        return None
    return sum(int(row[column]) for row in rows for column in _BUSY_COLUMNS) / os.sysconf(
        "SC_CLK_TCK"
    )


def own_seconds() -> float | None:
    """Return the CPU time of this process and of its children that have ended."""
    times = psutil.Process().cpu_times()._asdict()
    names = ("user", "system", "children_user", "children_system")
    if not times.keys() >= set(names):  # Windows
        return None
    return float(sum(times[name] for name in names))


class Load:
    """What others used of some CPUs since it was made."""

    def __init__(
        self,
        cpus: Sequence[int],
        *,
        busy: Callable[[Sequence[int]], float | None] = busy_seconds,
        own: Callable[[], float | None] = own_seconds,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._cpus, self._busy, self._own, self._clock = tuple(cpus), busy, own, clock
        self._since = clock(), busy(self._cpus), own()

    def others(self) -> float | None:
        """Return the share of the CPUs' time that others used; None where the system does not tell.

        Children that are still alive count as others, so ask when they have ended.
        """
        clock, busy, own = self._since
        now, busy_now, own_now = self._clock(), self._busy(self._cpus), self._own()
        if busy is None or own is None or busy_now is None or own_now is None or now <= clock:
            return None
        used = (busy_now - busy) - (own_now - own)
        return round(min(1.0, max(0.0, used / ((now - clock) * len(self._cpus)))), 4)
