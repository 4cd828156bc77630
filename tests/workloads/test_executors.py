"""Workloads that start processes, interpreters and pools: in the right place, and never orphaned."""

from __future__ import annotations

import binascii
import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from array import array

import pytest

from benchmarks.workloads import (
    executors,
    executors_map,
    executors_start,
    executors_submit,
    interpreter_process,
)
from benchmarks.workloads.declare import WrongAnswerError
from tests.chance import seen
from tests.processes import carrying
from tests.slow import slow_but
from tests.workloads.conftest import ROOT, WORKLOADS

DRIVING = [workload for workload in WORKLOADS if "_posixsubprocess" in workload.requires]


def test_payloads_are_known_by_their_checksums():
    """A constructor that went wrong would go wrong on both sides of the oracle."""
    sizes = (executors_submit.KILOBYTE, executors_submit.MEGABYTE)
    assert sizes == (1000, 1_000_000)
    for size in sizes:
        payloads = [executors_submit._payload(size, n) for n in range(executors_submit.PAYLOADS)]
        assert [len(payload) for payload in payloads] == [size] * len(payloads)
        assert len({binascii.crc32(payload) for payload in payloads}) == len(payloads)
        assert executors_submit._expected(size, 1) == payloads[1]
        assert executors_submit._expected(size, 1) is not payloads[1], "compared with itself"


def reply(waits):
    return executors_submit.Replies(len(waits), 0, b"", array("q", waits))


@pytest.mark.parametrize(
    ("waits", "median", "high"),
    [([7], 7, 7), ([1, 9], 1, 9), (range(1, 101), 50, 99), (range(1, 1001), 500, 990)],
)
def test_percentiles_by_nearest_rank(waits, median, high):
    shuffled = sorted(waits, key=lambda wait: wait % 7)
    assert executors_submit._waits([reply(shuffled)], 0) == (median / 1e9, high / 1e9)


def test_percentiles_are_of_all_workers():
    assert executors_submit._waits([reply([1, 1, 1]), reply([5, 5])], 0) == (1e-9, 5e-9)


@pytest.mark.parametrize(
    ("desk", "own"),
    [
        (executors_submit._thread_desk, "process"),
        (executors_submit._process_desk, "thread"),
    ],
)
def test_a_worker_in_the_wrong_place_is_noticed(monkeypatch, desk, own):
    right = executors_submit._desk
    monkeypatch.setattr(executors_submit, "_desk", lambda pool, size, _own: right(pool, size, own))
    with pytest.raises(WrongAnswerError, match="has of its own"):
        desk(0)


def test_a_child_with_another_gil_is_noticed(monkeypatch):
    """As if `-X gil=1` had got lost on the way to the children."""
    monkeypatch.setattr(executors, "_gil", lambda: False)
    with pytest.raises(
        WrongAnswerError, match=r"GIL in a child by forkserver: expected 10, got 11"
    ):
        executors._forkserver(0)


def test_steps_of_collatz_sequences_by_recursion():
    def steps(number):
        return 0 if number == 1 else 1 + steps(3 * number + 1 if number % 2 else number // 2)

    first, items = executors_map.FIRST, executors_map.ITEMS
    counts = [steps(number) for number in range(first, first + items)]
    assert (sum(counts), counts[-1]) == (executors_map.STEPS, executors_map.LAST_STEPS)
    assert items == executors_map.CHUNK * executors_map.WORKERS


def test_twins_differ_in_the_chunk_size():
    one, chunks = executors_map.WORKLOADS
    assert (one.setup_local, one.check, one.remedy) == (
        chunks.setup_local,
        chunks.check,
        chunks.slug,
    )
    assert set(chunks.run.__code__.co_names) - set(one.run.__code__.co_names) == {"CHUNK"}
    assert set(one.run.__code__.co_names) < set(chunks.run.__code__.co_names)


def test_interpreters_import_what_a_tool_imports_in_a_process_of_its_own():
    """The two rows are twins; a change of one list has to be one of the other, and of both versions."""
    assert sorted(executors_start.MODULES) == sorted(interpreter_process.MODULES)


@pytest.mark.parametrize(
    ("check", "results"),
    [
        (executors_start._check_gone, [(1, 1)]),
        (executors_start._check_gone, [(2, 2)]),
        (executors_start._check_answers, [(2, 2 * executors_start.LARGEST)]),
        (executors_start._check_codes, [(2, 2 * executors_start.LOWEST_CODE)]),
    ],
)
def test_a_start_that_did_not_happen_is_noticed(check, results):
    with pytest.raises(WrongAnswerError):
        check(results, 2)


#: Says how many modules each way of calling a function makes a new interpreter, or a child, import.
IMPORTS = """
import os, sys
from benchmarks.workloads import executors, executors_start
if __name__ == "__main__":
    from concurrent import interpreters
    for function in (executors_start._answer, executors._answer):
        interpreter = interpreters.create()
        before = interpreter.call(executors_start._modules)
        interpreter.call(function, 1)
        print(interpreter.call(executors_start._modules) - before, file=sys.stderr)
        interpreter.close()
"""


@pytest.mark.interpreters
def test_the_bare_rows_import_nothing_and_the_others_do(python, target):
    """What the titles of the rows say: this is why there are two of each."""
    done = python(target, "-P", "-c", IMPORTS)
    bare, included = map(int, done.stderr.split())
    assert bare == 0
    assert included > 50


#: Counts the imports in a process by forkserver, the second one: its server is warm. The resource tracker,
#: a process that starts meanwhile and on a busy machine late, writes what it imports to nowhere.
CHILD = """
import multiprocessing, os, sys
from multiprocessing import resource_tracker
if __name__ == "__main__":
    from benchmarks.workloads import executors
    errors, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    resource_tracker.ensure_running()
    os.dup2(errors, 2)
    context = multiprocessing.get_context("forkserver")
    for target in (sys.exit, executors._leave):
        for _ in range(2):
            print("start", file=sys.stderr, flush=True)
            process = context.Process(target=target, args=(10,))
            process.start()
            process.join()
            assert process.exitcode == 10
"""


@pytest.mark.interpreters
def test_a_process_imports_the_module_of_its_function(python, target, tmp_path):
    (tmp_path / "child.py").write_text(CHILD)
    done = python(target, "-P", "-X", "importtime", str(tmp_path / "child.py"))
    assert done.returncode == 0, done.stderr
    bare, included = (part.count("\nimport time:") for part in done.stderr.split("start\n")[2::2])
    assert bare < 12  # none by itself; on a busy machine the fork server's last ones arrive late
    assert included > bare + 20


@pytest.mark.slow
@pytest.mark.interpreters
def test_gil_on_reaches_every_child(python, executables):
    """Each set-up below asks its children, and fails when their GIL is not as the parent's."""
    command = """
import sys
from benchmarks.workloads import (
    applications_ngrams, executors, executors_map, executors_start, executors_submit
)
if __name__ == "__main__":
    assert sys._is_gil_enabled() and sys.abiflags == "t"
    for module in (applications_ngrams, executors, executors_map, executors_start, executors_submit):
        for workload in module.WORKLOADS:
            if not workload.slug.endswith(("kb", "mb")):  # made as the empty ones are
                workload.setup_local(0)
    print("all on")
"""
    done = python(executables["ft"], "-P", "-X", "gil=1", "-c", command)
    assert done.stdout == "all on\n", done.stderr


#: Stands for a worker of the harness: sets everything up that starts processes, then repeats one.
MASTER = """
import sys
from benchmarks.workloads import (
    applications_ngrams, executors, executors_map, executors_start, executors_submit
)
if __name__ == "__main__":
    modules = (applications_ngrams, executors, executors_map, executors_start, executors_submit)
    driving = {one.slug: one for module in modules for one in module.WORKLOADS
               if "_posixsubprocess" in one.requires}
    ready = {slug: one.setup_local(0) for slug, one in driving.items()}
    print("ready", flush=True)
    while True:
        driving[sys.argv[1]].run(ready[sys.argv[1]], None, 1)
"""


@pytest.mark.interpreters
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
@pytest.mark.parametrize(
    "slug",
    slow_but({"pool-of-processes"}, ["pool-of-processes", "start-spawn", "ngrams-in-processes"]),
)
def test_nothing_outlives_a_killed_worker(target, tmp_path, slug):
    assert {one.slug for one in DRIVING} > {slug}
    marker = f"FTGUIDE_MARKER={tmp_path}"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    (tmp_path / "master.py").write_text(MASTER)
    with (
        # What a killed process cannot remove; short, because multiprocessing puts sockets there.
        tempfile.TemporaryDirectory() as temporary,
        (tmp_path / "errors").open("w") as errors,
        subprocess.Popen(
            [target, "-P", str(tmp_path / "master.py"), slug],
            env={
                **kept,
                "PYTHONPATH": str(ROOT),
                "FTGUIDE_MARKER": str(tmp_path),
                "TMPDIR": temporary,
            },
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=errors,
            start_new_session=True,
        ) as master,
    ):
        try:
            assert master.stdout.readline() == b"ready\n", (tmp_path / "errors").read_text()
            # The master, its forkserver, its resource tracker and the processes of its pools.
            seen(lambda: carrying(marker), lambda found: len(found) > len(DRIVING) // 2)
            os.kill(master.pid, signal.SIGKILL)  # it alone: who kills the harness kills no group
            master.wait()
            seen(lambda: time.sleep(0.05) or carrying(marker), lambda left: left == [])
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(master.pid, signal.SIGKILL)


@pytest.mark.interpreters
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_closed_interpreters_leave_memory_behind(python, target, build):
    """What start-interpreter-bare says about 3.14.7t; the day this fails, change the page."""
    command = """
from concurrent import interpreters
from pathlib import Path
def pages():
    return int(Path("/proc/self/statm").read_text().split()[1])
for _ in range(3):
    interpreters.create().close()
before = pages()
for _ in range(8):
    interpreters.create().close()
print(pages() - before)
"""
    done = python(target, "-P", "-c", command)
    grown = int(done.stdout) * os.sysconf("SC_PAGE_SIZE")
    assert (grown > 8_000_000) is (build == "ft"), grown
