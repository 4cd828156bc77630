"""How the CPUs of a machine hang together: which are hardware threads of one core, which share memory.

Read from Linux's sysfs; elsewhere nothing is known, and nothing is guessed. `root` is where sysfs is, so that
tests can make machines of 64 CPUs up.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

SYSTEM = Path("/sys/devices/system")


class Topology(NamedTuple):
    """CPUs by what they share; empty where the system does not tell."""

    cores: tuple[tuple[int, ...], ...]  #: the hardware threads of each core
    nodes: tuple[tuple[int, ...], ...]  #: the CPUs of each NUMA node


def read(root: Path = SYSTEM) -> Topology:
    """Return how the machine's CPUs hang together."""
    cores = {
        numbers
        for path in root.glob("cpu/cpu[0-9]*/topology/thread_siblings_list")
        if (numbers := cpu_list(_text(path)))
    }
    nodes = {
        numbers
        for path in root.glob("node/node[0-9]*/cpulist")
        if (numbers := cpu_list(_text(path)))
    }
    return Topology(tuple(sorted(cores)), tuple(sorted(nodes)))


def spread(cpus: Iterable[int], topology: Topology) -> tuple[int, ...]:
    """Return CPUs in the order in which workers get them: one hardware thread of every core first.

    Within a round the order of numbers is kept, so that neighbours in number stay on one NUMA node, as
    systems number them.
    """
    core_of = {cpu: core for core in topology.cores for cpu in core}
    taken: dict[tuple[int, ...], int] = {}
    ranked = []
    for cpu in sorted(cpus):
        core = core_of.get(cpu, (cpu,))
        ranked.append((taken.get(core, 0), cpu))
        taken[core] = taken.get(core, 0) + 1
    return tuple(cpu for _, cpu in sorted(ranked))


def cpu_list(text: str) -> tuple[int, ...]:
    """Read Linux's notation for CPUs, `0-3,8`; empty for text that is none."""
    numbers: list[int] = []
    for part in filter(None, text.strip().split(",")):
        match = re.fullmatch(r"(\d{1,5})(?:-(\d{1,5}))?", part, re.ASCII)
        if not match:
            return ()
        numbers += range(int(match[1]), int(match[2] or match[1]) + 1)
    return tuple(numbers)


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except (OSError, UnicodeDecodeError):
        return ""
