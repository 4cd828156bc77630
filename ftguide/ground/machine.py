"""The machine a run is measured on: what may be used, what may be told.

`Platform` is everything the harness asks of the operating system, as replaceable functions, so that
tests can take affinity or a CPU away, or be a Mac, or have 64 CPUs. `describe` lists what is published
about a machine, by allow-list: no host name, no user, no path, no serial number.
"""

from __future__ import annotations

import contextlib
import hashlib
import math
import os
import platform
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import psutil

from ftguide.ground import topology

#: Name of the machine of a run that nobody has published.
LOCAL_MACHINE = "local"
#: How a machine may be called, and its folder: every system can have it, so no device of Windows.
MACHINE_NAME = re.compile(
    r"(?!(?:con|prn|aux|nul|(?:com|lpt)[0-9])(?:\.|\Z))[a-z0-9](?:[a-z0-9.-]{0,61}[a-z0-9-])?"
)
#: The rule in words, for messages.
MACHINE_NAME_WORDS = (
    "use lower-case letters, digits, dots and hyphens, for example epyc-zen4-2vcpu-kvm; not 'local', no dot "
    "at the end, and no name of a device of Windows such as con"
)
#: What Linux says about CPUs, below the root.
_CPUS = Path("sys/devices/system/cpu")


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """Where a run was measured; by allow-list, never a host or user name."""

    name: str  #: folder below benchmarks/results/, chosen at publication; "local" until then
    system: str  #: "Linux"
    kernel: str
    architecture: str
    cpu_model: str
    cpus: int  #: CPUs of the machine
    usable_cpus: int  #: after affinity and cgroup quota
    threads_per_core: int | None
    sockets: int | None
    memory_bytes: int | None
    hypervisor: str | None
    governor: str | None
    caches: dict[str, str] = field(default_factory=dict)
    mitigations: dict[str, str] = field(default_factory=dict)
    transparent_hugepages: str | None = None
    microcode: str | None = None
    cores: tuple[tuple[int, ...], ...] = ()  #: CPUs that are hardware threads of one core
    numa_nodes: tuple[tuple[int, ...], ...] = ()  #: CPUs that share memory
    fingerprint: str = ""  #: sha256 over the fields above that do not change while a machine runs


def _text(path: str, root: Path = Path("/")) -> str | None:
    try:
        return root.joinpath(path.lstrip("/")).read_text().strip()
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
    return topology.spread(os.sched_getaffinity(0), topology.read())


def _pin(pid: int, cpus: Iterable[int]) -> None:
    os.sched_setaffinity(pid, cpus)


def _cpu_ticks() -> tuple[int, int] | None:
    """Return (stolen, all) ticks of the machine since boot."""
    fields = (_text("/proc/stat") or "").partition("\n")[0].split()
    if len(fields) < 9 or fields[0] != "cpu":
        return None
    numbers = [int(field) for field in fields[1:9]]
    return numbers[7], sum(numbers)


def _model() -> str | None:
    """Return what the system calls its processor, where `platform.processor` says only "arm" or a number."""
    if sys.platform == "win32":
        import winreg  # noqa: PLC0415 - is there on Windows only

        key = r"HARDWARE\DESCRIPTION\System\CentralProcessor\0"
        try:
            with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, key) as opened:
                return str(winreg.QueryValueEx(opened, "ProcessorNameString")[0]).strip()
        except OSError:
            return None
    if sys.platform == "darwin":
        command = ["/usr/sbin/sysctl", "-n", "machdep.cpu.brand_string"]
        with contextlib.suppress(OSError, subprocess.SubprocessError):
            done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)
            return done.stdout.strip()
    return None


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
    root: Path = Path("/")  #: where /proc and /sys are; elsewhere than on Linux there are none
    names: Callable[[], platform.uname_result] = platform.uname
    model: Callable[[], str | None] = _model
    cpus: Callable[[], int | None] = os.cpu_count

    def usable(self) -> tuple[int, ...]:
        """Return the CPUs that may be used, cut to what a cgroup quota leaves of them."""
        allowed = tuple(self.allowed())
        quota = self.quota()
        return allowed if quota is None else allowed[: max(1, math.floor(quota))]


def refusal(usable: int, threads: int) -> str | None:
    """Return why arms with `threads` workers cannot be measured here, None when they can."""
    if usable >= threads:
        return None
    return (
        f"{usable} usable CPU{'s' if usable > 1 else ''} (affinity and cgroup quota) for {threads} "
        "workers: arms with several workers are left out, because they would measure time-slicing"
    )


def _cpuinfo(field: str, root: Path) -> str | None:
    match = re.search(rf"^{field}\s*:\s*(.+)$", _text("/proc/cpuinfo", root) or "", re.MULTILINE)
    return match[1].strip() if match else None


def _count(pattern: str, root: Path) -> set[str]:
    return {
        text
        for path in (root / _CPUS).glob(pattern)
        if (text := _text(path.name, path.parent)) is not None
    }


def _caches(root: Path) -> dict[str, str]:
    caches = {}
    for folder in sorted((root / _CPUS / "cpu0" / "cache").glob("index*")):
        level, kind, size = (_text(name, folder) for name in ("level", "type", "size"))
        if level and kind and size:
            caches[f"L{level} {kind.lower()}"] = size
    return caches


def _mitigations(root: Path) -> dict[str, str]:
    folder = root / _CPUS / "vulnerabilities"
    return {path.name: _text(path.name, folder) or "" for path in sorted(folder.glob("*"))}


def _hypervisor(root: Path) -> str | None:
    if "hypervisor" not in (_cpuinfo("flags", root) or "").split():
        return None
    return _text("/sys/class/dmi/id/sys_vendor", root) or "yes, unnamed"


def describe(on: Platform) -> Machine:
    """Describe this machine; its name stays "local" until somebody publishes a run and names it."""
    root, names = on.root, on.names()
    shared = topology.read(root / _CPUS.parent)
    packages = _count("cpu[0-9]*/topology/physical_package_id", root)
    cpus = on.cpus() or 1
    machine = Machine(
        name=LOCAL_MACHINE,
        system=names.system,
        kernel=names.release,
        architecture=names.machine,
        cpu_model=_cpuinfo("model name", root) or on.model() or names.processor or "unknown",
        cpus=cpus,
        usable_cpus=len(on.usable()),
        threads_per_core=round(cpus / len(shared.cores)) if shared.cores else None,
        sockets=len(packages) or None,
        memory_bytes=psutil.virtual_memory().total,
        hypervisor=_hypervisor(root),
        governor=_text("cpu0/cpufreq/scaling_governor", root / _CPUS),
        caches=_caches(root),
        mitigations=_mitigations(root),
        transparent_hugepages=_text("/sys/kernel/mm/transparent_hugepage/enabled", root),
        microcode=_cpuinfo("microcode", root),
        cores=shared.cores,
        numa_nodes=shared.nodes,
    )
    return replace(machine, fingerprint=fingerprint(machine))


def profile(machine: Machine) -> Iterator[tuple[str, str]]:
    """Yield all that is stored of a machine but its name: what, and its value as text."""
    for field_name, value in asdict(machine).items():
        if field_name != "name":
            text = "unknown" if value is None else str(value)
            if isinstance(value, tuple):
                text = " | ".join(" ".join(map(str, cpus)) for cpus in value) or "unknown"
            if isinstance(value, dict):
                text = ", ".join(f"{key}: {each}" for key, each in value.items())
            yield field_name.replace("_", " "), text


def suggested_name(machine: Machine) -> str:
    """Return a public name that says what a machine is: `amd-epyc-7763-4cpu`."""
    model = re.sub(
        r"\([^)]*\)|@.*|\b(cpu|processor|with|\d+-core)\b", " ", machine.cpu_model.lower()
    )
    words = re.findall(r"[a-z0-9]+", model.encode("ascii", "ignore").decode())
    words = words or re.findall(r"[a-z0-9]+", machine.architecture.lower())
    return "-".join([*words, f"{machine.cpus}cpu"])[-63:].strip("-")


#: Where nothing is pinned: macOS has no call for it, and this project does not use that of Windows.
UNPINNED_SYSTEMS = frozenset({"Darwin", "Windows"})

#: What a machine is, whatever boots on it: two records under one machine name agree on these.
HARDWARE = ("system", "architecture", "cpu_model", "cpus", "threads_per_core", "hypervisor")


def unlike(known: Machine, other: Machine) -> str:
    """Say in which field two records of one name are of different hardware; empty where in none.

    Kernels, memory and microcode change while a machine stays what it is: hosted ones that start today have
    another kernel than those of last month.
    """
    for name in HARDWARE:
        ours, theirs = getattr(known, name), getattr(other, name)
        if ours != theirs:
            return (
                f"$.{name} is {theirs!r}, and the machine called {other.name!r} here has {ours!r}: it is "
                "another machine. Pack the run under another name: --machine"
            )
    return ""


def fingerprint(machine: Machine) -> str:
    """Hash what stays the same while a machine runs; a resumed run must find the same."""
    fields = asdict(machine) | {"name": "", "fingerprint": "", "governor": ""}
    for later in (
        "cores",
        "numa_nodes",
    ):  # recorded since 2026.12.4; machines known before stay who they are
        del fields[later]
    return hashlib.sha256(repr(sorted(fields.items())).encode()).hexdigest()


def steal_share(before: tuple[int, int] | None, after: tuple[int, int] | None) -> float | None:
    """Return the share of CPU time the hypervisor took between two readings."""
    if before is None or after is None or after[1] <= before[1]:
        return None
    return (after[0] - before[0]) / (after[1] - before[1])
