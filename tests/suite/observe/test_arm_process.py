"""The processes of an arm: what misbehaves is named, and nothing stays alive."""

import dataclasses
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import time
from pathlib import Path

import psutil
import pytest

from ftguide.ground.files import ROOT
from ftguide.ground.machine import Platform
from ftguide.ground.process import Memory
from ftguide.ground.vocabulary import Arm, Build
from ftguide.suite.observe import arm_process
from ftguide.suite.observe.arm_process import ArmFailedError, ArmProcess
from ftguide.suite.observe.costs import Peak
from tests.chance import PATIENCE, seen

pytestmark = pytest.mark.interpreters


@pytest.fixture
def start(executables, laboratory):
    """Start an arm of a specimen in the laboratory."""

    def starter(
        slug, arm="ft-single", on=None, patience=PATIENCE, limit=None, cpus=None, **environment
    ):
        parsed = Arm.parse(arm)
        folder = laboratory / "work"
        folder.mkdir(exist_ok=True)
        return ArmProcess(
            parsed,
            executable=executables[parsed.build],
            module="benchmarks.workloads.specimens",
            slug=slug,
            environment={"PYTHONPATH": str(laboratory), "PATH": os.environ["PATH"]} | environment,
            folder=folder,
            root=laboratory,
            on=on or Platform(),
            cpus=cpus,
            patience=patience,
            memory_limit=limit,
        )

    return starter


def failure(running, steps=1):
    with running, pytest.raises(ArmFailedError) as caught:
        running.ready()
        for _ in range(steps):
            running.value(10, 1)
            running.check(10)
    assert all(process.poll() is not None for process in running.processes)
    return caught.value


@pytest.mark.parametrize(
    "arm",
    [
        "gil-single",
        "ft-single",
        "ft-gil-on-single",
        "gil-threads-2",
        "ft-threads-3",
        "ft-processes-2",
        "gil-interpreters-2",
        "ft-interpreters-2",
    ],
)
def test_a_value_has_a_span_for_every_worker(start, arm):
    with start("well-behaved-threads", arm) as running:
        running.ready()
        gil = running.begin()
        spans = running.value(50, 5)
        running.check(50)
        assert running.end()[0] == gil == Arm.parse(arm).gil_expected
    assert len(spans) == Arm.parse(arm).workers
    assert all(0 < start < end for start, end in spans)


@pytest.mark.parametrize(
    ("arm", "workers", "calls"),
    [
        ("ft-threads-2", 2, 2),  # one module, one list
        ("gil-interpreters-2", 1, 1),  # each interpreter has imported its own
        ("ft-processes-2", 1, 1),
    ],
)
def test_what_is_observed_is_a_mean_over_what_shares(start, arm, workers, calls):
    with start("observes", arm) as running:
        running.ready()
        running.value(50, 0)
        assert running.check(50) == (workers, calls)


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="the platform cannot pin")
@pytest.mark.parametrize("arm", ["ft-single", "ft-threads-2", "ft-interpreters-2"])
def test_every_thread_of_a_worker_stays_on_the_cpus_of_the_block(start, arm):
    cpu = max(os.sched_getaffinity(0))
    with start("well-behaved-threads", arm, cpus=[cpu]) as running:
        running.ready()
        (process,) = running.processes
        threads = [int(one.name) for one in Path(f"/proc/{process.pid}/task").iterdir()]
        assert {frozenset(os.sched_getaffinity(thread)) for thread in threads} == {frozenset([cpu])}


@pytest.mark.parametrize("build", list(Build))
def test_a_worker_imports_nothing_that_takes_long(executables, build):
    """A full block starts fourteen of them, and everything but values and warm-up is overhead."""
    code = "import sys, benchmarks.workloads.declare, ftguide.target.worker; print(*sys.modules)"
    loaded = subprocess.run(
        [executables[build], "-S", "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert {"threading", "ftguide.target.worker"} <= set(loaded)
    assert not {"dataclasses", "inspect", "json", "re", "traceback", "argparse", "socket"} & set(
        loaded
    )


def test_garbage_of_the_set_up_is_collected_before_counting(start):
    with start("well-behaved-threads") as running:
        running.ready()
        running.settle()
        running.begin()
        running.value(10, 0)
        running.check(10)
        assert running.end()[1]["gc"] == 0


def overlapping(value):
    """Whether two workers ran at once. One may be done before the other gets a CPU, but not each time."""
    (a, b), (c, d) = value
    return max(a, c) < min(b, d)


def test_interpreters_live_in_one_process_and_overlap_on_the_gil_build(start):
    with start("well-behaved-threads", "gil-interpreters-2") as running:
        running.ready()
        seen(lambda: running.value(20_000, 10), overlapping)
        assert len(running.processes) == 1


def test_an_arm_that_eats_memory_is_stopped(start):
    error = failure(start("eats", limit=120_000_000))
    assert error.kind == "memory"
    assert "more than the 0.1 GiB" in error.message


def test_a_resident_size_is_named_and_is_no_peak_of_pss(start, monkeypatch):
    """What counts shared pages several times may stop an arm, and is not published as its memory."""
    held = Memory(held=2**31, kind="RSS")
    monkeypatch.setattr(arm_process, "memory_of", lambda _processes: held)
    running = start("well-behaved", limit=2**30)
    peak = Peak(running)
    peak.look()
    assert (peak.pss_bytes, peak.looks) == (None, 1)
    running._looked = 0.0
    error = failure(running)
    assert "held 2.0 GiB (resident size), more than the 1.0 GiB" in error.message


def test_workers_of_free_threads_overlap(start):
    with start("well-behaved-threads", "ft-threads-2") as running:
        running.ready()
        seen(lambda: running.value(20_000, 10), overlapping)


def test_an_exception_is_told_with_its_tail(start, laboratory):
    error = failure(start("raises"))
    assert (error.kind, error.arm) == ("raised", Arm.parse("ft-single"))
    assert error.message == "RuntimeError: planned mishap in <repo>/work"
    assert "in raises" in error.tail
    assert str(laboratory) not in error.tail


def test_sys_exit_is_an_exception_like_any_other(start):
    assert failure(start("leaves")).message == "SystemExit: 3"


def test_a_crash_names_its_signal_and_keeps_the_stack(start):
    error = failure(start("crashes"))
    assert (error.kind, error.message) == ("crashed", "died of SIGSEGV")
    assert "Segmentation fault" in error.tail


def test_a_hang_is_killed(start):
    error = failure(start("hangs", patience=1.0))
    assert (error.kind, error.message) == ("hung", "no answer within 1 s; killed")


def test_a_wrong_answer_is_refused(start):
    error = failure(start("lies"))
    assert error.kind == "wrong-answer"
    assert "expected 199000, got 199001" in error.message


def test_a_missing_module_is_told(start):
    error = failure(start("no-import"))
    assert (error.kind, error.message) == (
        "raised",
        "ModuleNotFoundError: No module named 'module_that_does_not_exist'",
    )


def test_an_import_that_turns_the_gil_on_is_refused_by_name(start, laboratory, executables):
    build_undeclared(laboratory, executables[Build.FREE_THREADED])
    error = failure(start("gil-on"))
    assert error.kind == "gil-enabled"
    assert "undeclared_extension" in error.message


def test_the_gil_must_be_on_where_the_arm_says_so(start):
    running = start("well-behaved", "ft-gil-on-single")
    running.arm = dataclasses.replace(running.arm, gil_on=False)
    assert "the GIL was turned on" in failure(running).message


def test_settings_of_the_caller_do_not_reach_the_worker(start, monkeypatch):
    monkeypatch.setenv("PYTHON_GIL", "1")
    with start("well-behaved") as running:
        running.ready()
        assert running.begin() is False


def computed(process, seconds):
    """Wait until a process has computed for so long, whatever share of a CPU it gets."""
    times = psutil.Process(process.pid).cpu_times
    begun = sum(times()[:2])
    until = time.monotonic() + PATIENCE
    while sum(times()[:2]) < begun + seconds:
        assert time.monotonic() < until, "it computes nothing"
        time.sleep(0.01)


def test_cpu_time_between_turns_is_noticed(start):
    idle = {}
    for slug in ("well-behaved", "busy"):
        with start(slug) as running:
            running.ready()
            running.begin()
            for _ in range(3):
                running.value(10, 1)
                running.check(10)
                if slug == "busy":
                    computed(running.processes[0], 0.1)
                else:
                    time.sleep(0.1)
            idle[slug] = running.end()[1]["idle_ns"]
    assert idle["busy"] > 20 * idle["well-behaved"]


def test_workers_call_back_where_descriptors_are_not_inherited(start):
    with start(
        "well-behaved-threads", "ft-threads-2", on=Platform(inherits_descriptors=False)
    ) as running:
        running.ready()
        assert len(running.value(10, 1)) == 2


def test_pinned_workers_stay_on_their_cpu(start):
    on = Platform()
    if on.pin is None:
        pytest.skip("no affinity on this platform")
    cpu = on.usable()[-1]
    with start("well-behaved") as running:
        running.ready()
        running.pin([cpu])
        assert os.sched_getaffinity(running.processes[0].pid) == {cpu}


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_an_interrupt_that_arrives_while_an_arm_starts_is_not_lost(start):
    """Send Ctrl-C out of a hook after the fork, where what is raised would be forgotten."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    armed = [True]

    def interrupt() -> None:
        if armed and armed.pop():
            # To this thread: a thread that an earlier test left behind would not hold it back.
            signal.raise_signal(signal.SIGINT)

    os.register_at_fork(after_in_parent=interrupt)  # for good; harmless once it has fired
    try:
        with pytest.raises(KeyboardInterrupt):
            start("well-behaved")
    finally:
        signal.signal(signal.SIGINT, before)
    with start("well-behaved") as running:
        running.ready()
        status = Path(f"/proc/{running.processes[0].pid}/status").read_text()
        blocked = next(line for line in status.splitlines() if line.startswith("SigBlk:"))
        assert not int(blocked.split()[1], 16) >> (signal.SIGINT - 1) & 1


def build_undeclared(folder: Path, executable: str) -> None:
    """Compile an extension that does not declare Py_MOD_GIL_NOT_USED."""
    source = folder / "undeclared_extension.c"
    source.write_text(
        "#include <Python.h>\n"
        "static PyModuleDef_Slot slots[] = {{0, NULL}};\n"
        'static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, .m_name = "undeclared_extension", '
        ".m_slots = slots};\n"
        "PyMODINIT_FUNC PyInit_undeclared_extension(void) { return PyModuleDef_Init(&module); }\n"
    )
    ask = "import sysconfig as s; print(s.get_path('include'), s.get_config_var('EXT_SUFFIX'))"
    include, suffix = subprocess.run(
        [executable, "-c", ask], capture_output=True, text=True, check=True
    ).stdout.split()
    compiler = shutil.which("cc") or shutil.which("gcc") or sysconfig.get_config_var("CC")
    subprocess.run(
        [
            compiler,
            "-shared",
            "-fPIC",
            f"-I{include}",
            source,
            "-o",
            folder / f"undeclared_extension{suffix}",
        ],
        check=True,
    )
