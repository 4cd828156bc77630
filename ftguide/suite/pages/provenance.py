"""The tables that say where numbers come from: runs, machines, interpreters, plans.

Pure, like `tables.py`. What a run recorded about its machine is shown as text, whatever it says.
"""

from __future__ import annotations

from collections.abc import Sequence

from docutils import nodes

from ftguide.docs.grid import Cell, Column, Line, facts, table
from ftguide.interpreters.model import Facts
from ftguide.machine import LOCAL_MACHINE, Machine
from ftguide.render import numbers
from ftguide.suite import words
from ftguide.suite.pages.data import Loaded
from ftguide.suite.pages.tables import reference
from ftguide.suite.record.model import IndexEntry, Plan, PlannedWorkload, Run, StoredRun
from ftguide.vocabulary import Build


def runs_table(entries: Sequence[IndexEntry], caption: str) -> nodes.table:
    """Build the list of runs of an index."""
    local = {entry.run_id: entry.machine == LOCAL_MACHINE for entry in entries}
    lines = [
        Line(
            cells=[
                [reference(f"local-{e.run_id}" if local[e.run_id] else e.run_id, e.run_id)],
                words.day(e.started),
                e.machine,
                e.python,
                e.compiler,
                e.preset,
                _citable(e),
            ]
        )
        for e in entries
    ]
    titles = ("Run", "Date", "Machine", "CPython", "Compiler", "Preset", "For citing")
    return table(caption, [Column(title=t) for t in titles], lines)


def _citable(entry: IndexEntry) -> str:
    if entry.withdrawn is not None:
        return f"withdrawn: {entry.withdrawn}"
    return "yes" if entry.citable and entry.machine != LOCAL_MACHINE else "no"


def _known(value: object) -> str:
    return "unknown" if value is None or value == "" else str(value)


def machine_table(machine: Machine) -> nodes.table:
    """Build the table of a machine's facts."""
    memory = None if machine.memory_bytes is None else numbers.bytes_text(machine.memory_bytes)
    pairs = [
        ("CPU", machine.cpu_model),
        ("Architecture", machine.architecture),
        ("CPUs, usable / in all", f"{machine.usable_cpus} / {machine.cpus}"),
        ("Threads per core", machine.threads_per_core),
        ("Sockets", machine.sockets),
        ("Memory", memory),
        ("Hypervisor", machine.hypervisor),
        ("System", f"{machine.system} {machine.kernel}"),
        ("Frequency governor", machine.governor),
        ("Caches", ", ".join(f"{k} {v}" for k, v in sorted(machine.caches.items()))),
        ("Transparent huge pages", machine.transparent_hugepages),
        ("Microcode", machine.microcode),
        ("Mitigations", "; ".join(f"{k}: {v}" for k, v in sorted(machine.mitigations.items()))),
        ("Fingerprint", machine.fingerprint),
    ]
    columns = [Column(title="Machine"), Column(title=machine.name, breakable=True)]
    return facts("The machine", columns, [(name, [_known(value)]) for name, value in pairs])


def _code(text: str) -> Cell:
    return [nodes.literal("", text)] if text else "none"


def interpreters_table(run: Run) -> nodes.table:
    """Build the table that holds both builds against each other."""
    sides: list[Facts] = [run.interpreters[b] for b in (Build.GIL, Build.FREE_THREADED)]
    described: list[tuple[str, list[Cell]]] = [
        ("Version", [f.version for f in sides]),
        ("sys.version", [_code(f.version_text) for f in sides]),
        ("Compiler", [f.compiler for f in sides]),
        ("PGO / LTO", [f"{_yes(f.pgo)} / {_yes(f.lto)}" for f in sides]),
        ("Debug build", [_yes(f.debug) for f in sides]),
        ("Configure line", [_code(" ".join(f.configure_arguments)) for f in sides]),
        ("Compiler flags", [_code(f.cflags) for f in sides]),
        ("C library", [f.libc for f in sides]),
        ("Allocator", [f.allocator for f in sides]),
        ("Platform", [f.platform for f in sides]),
        ("GIL at start / after imports", [_gil(f) for f in sides]),
        ("Runtime flags", [_flags(f) for f in sides]),
        ("SHA-256 of the binary", [_code(f.binary_sha256) for f in sides]),
    ]
    columns = [
        Column(title="Interpreter"),
        Column(title="GIL-enabled", breakable=True),
        Column(title="Free-threaded", breakable=True),
    ]
    return facts("The two interpreters", columns, described)


def _yes(value: bool) -> str:  # noqa: FBT001 - one word for one value
    return "yes" if value else "no"


def _gil(one: Facts) -> str:
    states = (one.gil_enabled_at_start, one.gil_enabled_after_imports)
    return " / ".join("on" if state else "off" for state in states)


def _flags(one: Facts) -> Cell:
    return _code(" ".join(f"{name}={value}" for name, value in sorted(one.flags.items())))


def _blocks(plan: Plan) -> str:
    counts = sorted({one.blocks or plan.blocks for one in plan.workloads})
    return " or ".join(map(str, counts)) or str(plan.blocks)


def plan_table(run: Run) -> nodes.table:
    """Build the table of what a run set out to do."""
    plan, suite = run.plan, run.suite
    budget = "none" if plan.budget_seconds is None else f"{plan.budget_seconds:g} s"
    commit = (
        "unknown" if suite.commit is None else suite.commit + (", dirty" if suite.dirty else "")
    )
    pairs = [
        ("Preset", plan.preset),
        ("Seed", str(plan.seed)),
        ("Blocks per workload", _blocks(plan)),
        ("Budget", budget),
        ("Threads", str(plan.threads)),
        ("Pinned to CPUs", _yes(run.pinned)),
        ("Suite version", suite.version),
        ("Suite commit", commit),
        ("Started", run.started),
        ("Finished", run.finished or "not finished"),
    ]
    columns = [Column(title="Plan"), Column(title="Value", breakable=True)]
    return facts("The plan", columns, [(name, [value]) for name, value in pairs])


def _loops(stored: StoredRun, workload: PlannedWorkload) -> str:
    """Return the loops of a slice; a run records what it calibrated in its blocks."""
    counts = [record.loops for block in stored.of(workload.slug) for record in block.arms.values()]
    if workload.loops is None and not counts:
        return "not calibrated"
    return str(workload.loops or max(counts))


def workloads_table(stored: StoredRun) -> nodes.table:
    """Build the table of the workloads as they were planned."""
    lines = [
        Line(
            cells=[
                [reference(w.slug, w.slug)],
                w.group,
                str(w.version),
                w.scope,
                w.scaling,
                w.expectation,
                str(w.rounds),
                _loops(stored, w),
                _code(w.source_hash[:12]),
            ]
        )
        for w in stored.run.plan.workloads
    ]
    titles = (
        "Workload",
        "Group",
        "Version",
        "Scope",
        "Scaling",
        "Expected",
        "Slices",
        "Loops",
        "Source",
    )
    columns = [Column(title=t, numeric=t in {"Version", "Slices", "Loops"}) for t in titles]
    return table("The workloads as planned", columns, lines)


def machines_table(runs: Sequence[Loaded]) -> nodes.table:
    """Build the list of machines that published runs were measured on."""
    lines = []
    seen: dict[str, list[Loaded]] = {}
    for loaded in runs:
        seen.setdefault(loaded.entry.machine, []).append(loaded)
    for name, measured in sorted(seen.items()):
        machine = measured[0].run.machine
        lines.append(
            Line(
                cells=[
                    name,
                    machine.cpu_model,
                    f"{machine.usable_cpus} / {machine.cpus}",
                    _known(machine.threads_per_core),
                    _known(machine.hypervisor),
                    f"{machine.system} {machine.kernel}",
                    str(len(measured)),
                ]
            )
        )
    titles = (
        "Machine",
        "CPU",
        "CPUs, usable / in all",
        "Threads per core",
        "Hypervisor",
        "System",
        "Runs",
    )
    return table("Machines", [Column(title=t, numeric=t == "Runs") for t in titles], lines)
