"""Platforms that nobody here owns, as records: servers of 16 and 64 CPUs, an ARM board, a Mac, Windows.

What Linux tells lies below a root that the test makes; where there is no such folder, nothing is known and
nothing is guessed. The records of the Mac and of Windows hold what their documentation says that Python
answers there: nobody has run the suite on either.
"""

import dataclasses
import platform

import pytest

from ftguide.cli.measuring import warnings_for
from ftguide.ground import files, machine, topology
from ftguide.ground.machine import Machine, Platform, describe, profile, suggested_name
from ftguide.ground.vocabulary import Arm, Build, Mode
from ftguide.interpreters.model import Interpreter, Pair, Route
from ftguide.suite.declare import plan, presets
from ftguide.suite.declare.catalogue import select
from ftguide.suite.derive import analysis, scaling
from ftguide.suite.derive.flag import FlagKind
from ftguide.suite.derive.objections import ObjectionKind, objections
from ftguide.suite.observe import block
from ftguide.suite.observe.lines import Pairs
from ftguide.suite.record.store import entry_of
from tests import synthetic
from tests.ground import test_topology
from tests.suite.derive.test_scaling import run_of, series_of

CPUINFO = "processor\t: 0\nmodel name\t: Made Up 9000\nmicrocode\t: 0x1\nflags\t\t: fpu sse{}\n\n"


def names(system, release, architecture, processor=""):
    """Return what `platform.uname` would, without the name of the host, which nobody may ask for."""

    class Names:
        def __getattr__(self, name):
            told = {
                "system": system,
                "release": release,
                "machine": architecture,
                "processor": processor,
            }
            if name not in told:
                raise AssertionError(f"{name} is nobody's business")
            return told[name]

    return Names


def server(root, *, cores, threads, nodes, apart=True, virtual=False):
    """Make the platform of a Linux server."""
    system = root / "sys" / "devices" / "system"
    test_topology.machine(system, cores=cores, threads=threads, nodes=nodes, apart=apart)
    for cpu in range(cores * threads):
        core = cpu % cores if apart else cpu // threads
        package = system / "cpu" / f"cpu{cpu}" / "topology" / "physical_package_id"
        package.write_text(f"{core * nodes // cores}\n")
    cache = system / "cpu" / "cpu0" / "cache" / "index0"
    cache.mkdir(parents=True)
    for name, text in {"level": "1", "type": "Data", "size": "32K"}.items():
        (cache / name).write_text(f"{text}\n")
    (root / "proc").mkdir()
    (root / "proc" / "cpuinfo").write_text(CPUINFO.format(" hypervisor" if virtual else ""))
    known = topology.read(system)
    return Platform(
        root=root,
        names=names("Linux", "6.12.0", "x86_64"),
        model=lambda: None,
        cpus=lambda: cores * threads,
        allowed=lambda: topology.spread(range(cores * threads), known),
        quota=lambda: None,
        pin=lambda _pid, _cpus: None,
    )


def foreign(root, system, release, architecture, processor, model, cpus):
    """Make the platform of a system without /proc, /sys and affinity."""
    return Platform(
        root=root,
        names=names(system, release, architecture, processor),
        model=lambda: model,
        cpus=lambda: cpus,
        allowed=lambda: tuple(range(cpus)),
        quota=lambda: None,
        pin=None,
        cpu_ticks=lambda: None,
        inherits_descriptors=system != "Windows",
    )


def mac(root):
    return foreign(root, "Darwin", "25.1.0", "arm64", "arm", "Apple M4 Pro", 12)


def windows(root):
    processor = "AMD64 Family 25 Model 33 Stepping 2, AuthenticAMD"
    return foreign(
        root, "Windows", "11", "AMD64", processor, "AMD Ryzen 9 5900X 12-Core Processor", 24
    )


@pytest.mark.parametrize("apart", [True, False])
@pytest.mark.parametrize(
    ("cores", "threads", "nodes"), [(8, 2, 1), (16, 1, 1), (32, 2, 2), (64, 1, 4)]
)
def test_a_server_is_described_with_its_cores_and_nodes(tmp_path, cores, threads, nodes, apart):
    made = describe(server(tmp_path, cores=cores, threads=threads, nodes=nodes, apart=apart))
    assert (made.cpus, made.usable_cpus) == (cores * threads,) * 2
    assert (made.threads_per_core, made.sockets) == (threads, nodes)
    assert [len(core) for core in made.cores] == [threads] * cores
    assert [len(node) for node in made.numa_nodes] == [cores * threads // nodes] * nodes
    assert (made.cpu_model, made.microcode) == ("Made Up 9000", "0x1")
    assert made.caches == {"L1 data": "32K"}
    assert made.hypervisor is None
    assert suggested_name(made) == f"made-up-9000-{cores * threads}cpu"
    assert files.decode(files.to_json(made), Machine, "here", "") == made


def test_workers_of_a_block_share_no_core_as_long_as_there_are_cores(tmp_path):
    on = server(tmp_path, cores=32, threads=2, nodes=2)
    core_of = {cpu: core for core in describe(on).cores for cpu in core}
    for threads in (2, 16, 32):
        whole = plan.make_plan(select(), size=presets.preset("quick"), threads=threads, seed=1)
        parallel = next(w for w in whole.workloads if any("threads" in a for a in w.arms))
        for index in range(4):
            cpus = block.block_cpus(plan.block_plan(whole, parallel, index), on)
            assert len(cpus) == threads
            assert len({core_of[cpu] for cpu in cpus}) == threads


@pytest.mark.parametrize(("usable", "most"), [(16, 16), (64, 64)])
def test_a_sweep_over_a_large_machine_is_planned_and_its_law_found(usable, most):
    counts = presets.sweep_counts(usable)
    assert counts[-1] == most
    swept = presets.sweep_arms(counts)
    assert {arm.workers for arm in swept} == set(counts)
    measured = series_of(run_of((1, *counts), 0.03, 0.002))
    curve = scaling.curve(measured, Mode.THREADS)
    assert [point.workers for point in curve.points] == [1, *counts]
    assert scaling.refusal(dict.fromkeys((1, *counts), 1.0)) is None
    fitted = scaling.fit(measured, Mode.THREADS)
    assert fitted.sigma[0] <= 0.03 <= fitted.sigma[1]
    assert fitted.kappa[0] <= 0.002 <= fitted.kappa[1]


def test_a_mac_says_what_it_knows_and_guesses_nothing(tmp_path):
    made = describe(mac(tmp_path))
    assert (made.system, made.architecture, made.cpu_model) == ("Darwin", "arm64", "Apple M4 Pro")
    assert (made.cpus, made.usable_cpus) == (12, 12)
    assert suggested_name(made) == "apple-m4-pro-12cpu"
    unknown = {name for name, text in profile(made) if text in {"unknown", ""}}
    assert unknown == {
        *("threads per core", "sockets", "hypervisor", "governor", "caches", "mitigations"),
        *("transparent hugepages", "microcode", "cores", "numa nodes"),
    }
    assert files.decode(files.to_json(made), Machine, "here", "") == made


def test_windows_says_what_it_knows_and_guesses_nothing(tmp_path):
    made = describe(windows(tmp_path))
    assert (made.system, made.architecture) == ("Windows", "AMD64")
    assert suggested_name(made) == "amd-ryzen-9-5900x-24cpu"
    assert (made.threads_per_core, made.cores, made.caches) == (None, (), {})
    nameless = dataclasses.replace(windows(tmp_path), model=lambda: None)
    assert describe(nameless).cpu_model == "AMD64 Family 25 Model 33 Stepping 2, AuthenticAMD"


def test_a_board_whose_processor_has_no_name_is_named_after_its_architecture(tmp_path):
    board = foreign(tmp_path, "Linux", "6.6.0", "aarch64", "", None, 4)
    made = describe(board)
    assert (made.cpu_model, suggested_name(made)) == ("unknown", "unknown-4cpu")


@pytest.mark.parametrize("system", [mac, windows])
def test_a_system_that_cannot_pin_says_so_everywhere(tmp_path, system):
    on = system(tmp_path)
    whole = plan.make_plan(select(), size=presets.preset("quick"), threads=2, seed=1)
    one = plan.block_plan(whole, whole.workloads[0], 0)
    assert block.block_cpus(one, on) is None
    assert set(block.first_cpus(one, on).values()) == {None}
    made = [
        Interpreter(executable="x", route=Route.GIVEN, detail="", facts=synthetic.facts(build))
        for build in Build
    ]
    pair = Pair.of(*made)
    assert any("every row is flagged" in text for text in warnings_for(Pairs.of(pair), on, 2))
    stored = synthetic.stored(pinned=False, machine=describe(on))
    rows = analysis.report(stored).rows
    assert all(any(flag.kind is FlagKind.UNPINNED for flag in row.flags) for row in rows)
    assert ObjectionKind.UNPINNED not in {each.kind for each in objections(stored)}
    assert not entry_of(stored.run).citable
    linux = dataclasses.replace(
        stored.run, machine=dataclasses.replace(stored.run.machine, system="Linux")
    )
    forged = dataclasses.replace(stored, run=linux)
    assert ObjectionKind.UNPINNED in {each.kind for each in objections(forged)}


def test_the_name_of_a_processor_is_asked_where_python_does_not_tell_it(monkeypatch):
    asked = []

    def run(command, **_options):
        asked.append(command)
        return machine.subprocess.CompletedProcess(command, 0, "Apple M4 Pro\n", "")

    monkeypatch.setattr(machine.sys, "platform", "darwin")
    monkeypatch.setattr(machine.subprocess, "run", run)
    assert Platform().model() == "Apple M4 Pro"
    assert asked == [["/usr/sbin/sysctl", "-n", "machdep.cpu.brand_string"]]
    monkeypatch.setattr(
        machine.subprocess, "run", lambda *_a, **_o: (_ for _ in ()).throw(OSError())
    )
    assert Platform().model() is None


def test_this_machine_is_described_as_before():
    on = Platform()
    assert on.names().system == platform.system()
    made = describe(on)
    assert made.fingerprint == machine.fingerprint(made)
    assert Arm.parse("ft-threads-64").workers == 64
