"""The machine a run is measured on: what may be used, what may be told.

`Platform` is everything the harness asks of the operating system, as replaceable functions, so that
tests can take affinity or a CPU away. `describe` lists what is published about a machine, by
allow-list: no host name, no user, no path, no serial number.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import math
import os
import platform
import re
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from ftguide.results.model import LOCAL_MACHINE, Machine


def _text(path: str) -> str | None:
    try:
        return Path(path).read_text().strip()
    except (OSError, UnicodeDecodeError):
        return None


def _quota() -> float | None:
    """CPUs that the cgroup allows on average, None without a limit."""
    limit = (_text("/sys/fs/cgroup/cpu.max") or "max").split()
    if limit and limit[0] != "max" and len(limit) == 2:
        return int(limit[0]) / int(limit[1])
    quota = _text("/sys/fs/cgroup/cpu/cpu.cfs_quota_us")
    period = _text("/sys/fs/cgroup/cpu/cpu.cfs_period_us")
    if quota and period and int(quota) > 0:
        return int(quota) / int(period)
    return None


def _allowed() -> tuple[int, ...]:
    """Return CPUs this process may run on, one hardware thread of every core first."""
    if not hasattr(os, "sched_getaffinity"):
        return tuple(range(os.cpu_count() or 1))
    allowed = sorted(os.sched_getaffinity(0))
    seen: dict[object, int] = {}
    ranked = []
    for cpu in allowed:
        topology = f"/sys/devices/system/cpu/cpu{cpu}/topology"
        core = (_text(f"{topology}/physical_package_id"), _text(f"{topology}/core_id"))
        key: object = core if core[1] is not None else cpu
        ranked.append((seen.get(key, 0), cpu))
        seen[key] = seen.get(key, 0) + 1
    return tuple(cpu for _, cpu in sorted(ranked))


def _pin(pid: int, cpus: Iterable[int]) -> None:
    os.sched_setaffinity(pid, cpus)


def _cpu_ticks() -> tuple[int, int] | None:
    """Return (stolen, all) ticks of the machine since boot."""
    fields = (_text("/proc/stat") or "").partition("\n")[0].split()
    if len(fields) < 9 or fields[0] != "cpu":
        return None
    numbers = [int(field) for field in fields[1:9]]
    return numbers[7], sum(numbers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """What the harness asks of the operating system."""

    allowed: Callable[[], Sequence[int]] = _allowed
    quota: Callable[[], float | None] = _quota
    pin: Callable[[int, Iterable[int]], None] | None = (
        _pin if hasattr(os, "sched_setaffinity") else None
    )
    cpu_ticks: Callable[[], tuple[int, int] | None] = _cpu_ticks
    inherits_descriptors: bool = os.name == "posix"

    def usable(self) -> tuple[int, ...]:
        """Return the CPUs that may be used, cut to what a cgroup quota leaves of them."""
        allowed = tuple(self.allowed())
        quota = self.quota()
        return allowed if quota is None else allowed[: max(1, math.floor(quota))]


def refusal(usable: int, threads: int) -> str | None:
    """Say why arms with `threads` workers cannot be measured here, None when they can."""
    if usable >= threads:
        return None
    return (
        f"{usable} usable CPU{'s' if usable > 1 else ''} (affinity and cgroup quota) for {threads} "
        "workers: arms with several workers are left out, because they would measure time-slicing"
    )


def _cpuinfo(field: str) -> str | None:
    match = re.search(rf"^{field}\s*:\s*(.+)$", _text("/proc/cpuinfo") or "", re.MULTILINE)
    return match[1].strip() if match else None


def _count(pattern: str) -> set[str]:
    return {
        text
        for path in Path("/sys/devices/system/cpu").glob(pattern)
        if (text := _text(str(path))) is not None
    }


def _memory() -> int | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None


def _caches() -> dict[str, str]:
    found = {}
    for folder in sorted(Path("/sys/devices/system/cpu/cpu0/cache").glob("index*")):
        level, kind, size = (_text(str(folder / name)) for name in ("level", "type", "size"))
        if level and kind and size:
            found[f"L{level} {kind.lower()}"] = size
    return found


def _mitigations() -> dict[str, str]:
    folder = Path("/sys/devices/system/cpu/vulnerabilities")
    return {path.name: _text(str(path)) or "" for path in sorted(folder.glob("*"))}


def _hypervisor() -> str | None:
    if "hypervisor" not in (_cpuinfo("flags") or "").split():
        return None
    return _text("/sys/class/dmi/id/sys_vendor") or "yes, unnamed"


def describe(on: Platform) -> Machine:
    """Describe this machine; its name stays "local" until somebody publishes a run and names it."""
    siblings = _count("cpu[0-9]*/topology/thread_siblings_list")
    packages = _count("cpu[0-9]*/topology/physical_package_id")
    cpus = os.cpu_count() or 1
    machine = Machine(
        name=LOCAL_MACHINE,
        system=platform.system(),
        kernel=platform.release(),
        architecture=platform.machine(),
        cpu_model=_cpuinfo("model name") or platform.processor() or "unknown",
        cpus=cpus,
        usable_cpus=len(on.usable()),
        threads_per_core=round(cpus / len(siblings)) if siblings else None,
        sockets=len(packages) or None,
        memory_bytes=_memory(),
        hypervisor=_hypervisor(),
        governor=_text("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
        caches=_caches(),
        mitigations=_mitigations(),
        transparent_hugepages=_text("/sys/kernel/mm/transparent_hugepage/enabled"),
        microcode=_cpuinfo("microcode"),
    )
    return replace(machine, fingerprint=fingerprint(machine))


def fingerprint(machine: Machine) -> str:
    """Hash what stays the same while a machine runs; a resumed run must find the same."""
    fields = asdict(machine) | {"name": "", "fingerprint": "", "governor": ""}
    return hashlib.sha256(repr(sorted(fields.items())).encode()).hexdigest()


def steal_share(before: tuple[int, int] | None, after: tuple[int, int] | None) -> float | None:
    """Return the share of CPU time the hypervisor took between two readings."""
    if before is None or after is None or after[1] <= before[1]:
        return None
    return (after[0] - before[0]) / (after[1] - before[1])


@functools.cache
def die_with_parent() -> Callable[[], object] | None:
    """Return what a child calls before exec to have the kernel kill it when its parent dies.

    A closed channel already ends a worker that is waiting. This ends one that is computing, or that
    hangs, when the master is killed with SIGKILL. Linux only; None elsewhere, where the channel has to
    do. Looked up once and by the master: importing ctypes in every child costs more than the fork.
    """
    if not sys.platform.startswith("linux"):
        return None
    try:
        import ctypes  # noqa: PLC0415 - optional in CPython, and only needed on Linux

        return functools.partial(_begin_child, ctypes.CDLL(None).prctl)
    except (ImportError, OSError, AttributeError):
        return None


def _begin_child(prctl: Callable[[int, int], object]) -> None:
    prctl(1, 9)  # PR_SET_PDEATHSIG, SIGKILL
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})  # see `interrupts_held`


@contextlib.contextmanager
def interrupts_held() -> Iterator[None]:
    """Let a Ctrl-C wait while a child is started that calls `die_with_parent`'s function.

    Such a start forks, and what a hook after a fork raises, an interrupt that arrives in it as well, is
    printed and forgotten: the run would go on.
    """
    if die_with_parent() is None:  # no function to call, no fork with hooks
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
