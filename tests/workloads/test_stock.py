"""Workload files as stock pyperf scripts."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from benchmarks.workloads import contention, parallel, stock
from benchmarks.workloads.declare import Scaling, WrongAnswerError
from tests.workloads.conftest import DECLARED


@pytest.fixture(scope="session")
def pyperf(tmp_path_factory) -> Path:
    """Return a folder with pyperf and nothing else, for interpreters that have none."""
    folder = tmp_path_factory.mktemp("pyperf")
    source = Path(importlib.util.find_spec("pyperf").origin).parent
    # Without what other processes write meanwhile, each file under another name first.
    left_out = shutil.ignore_patterns("tests", "__pycache__")
    shutil.copytree(source, folder / "pyperf", ignore=left_out)
    return folder


def benchmarks(path):
    """Return the metadata of each benchmark of a pyperf file by name."""
    suite = json.loads(path.read_text())
    common = suite["metadata"]
    return {
        (every := common | one.get("metadata", {}) | one["runs"][0].get("metadata", {}))[
            "name"
        ]: every
        for one in suite["benchmarks"]
    }


@pytest.fixture
def script(python, pyperf, target, tmp_path):
    """Return a function that runs a workload file for one value and returns what it wrote."""

    def run(module, *options, flags=()):
        output = tmp_path / f"{module}.json"
        name = f"benchmarks.workloads.{module}"
        options = (*options, "--debug-single-value", "-o", str(output))
        done = python(target, *flags, "-m", name, *options, path=(pyperf,), cwd=tmp_path)
        assert done.returncode == 0, done.stdout + done.stderr
        return benchmarks(output)

    return run


@pytest.mark.interpreters
def test_script_measures_its_workloads(script, build, module):
    declared = [workload for workload in DECLARED[module] if not workload.distributions]
    if not declared:
        pytest.skip("targets are given nothing here")
    # The first of each file: that they all run is tested elsewhere, that files are scripts is tested here.
    declared = declared[:1]
    measured = script(module, "--workload", declared[0].slug)
    assert list(measured) == [workload.slug for workload in declared]
    for workload in declared:
        metadata = measured[workload.slug]
        assert metadata["gil_enabled"] == ("yes" if build == "gil" else "no")
        assert metadata["threads"] == 1
        assert metadata["workload_version"] == workload.version


@pytest.mark.interpreters
def test_script_with_threads_and_a_choice(script):
    measured = script("contention", "--threads", "2", "--workload", "counter-per-thread")
    assert list(measured) == ["counter-per-thread"]
    assert measured["counter-per-thread"]["threads"] == 2


@pytest.mark.interpreters
def test_x_gil_reaches_the_worker_processes(script, build):
    if build == "gil":
        pytest.skip("-X gil means something to the free-threaded build only")
    measured = script("sharing", "--workload", "private-attribute-read", flags=("-X", "gil=1"))
    assert measured["private-attribute-read"]["gil_enabled"] == "yes"


@pytest.mark.slow
@pytest.mark.interpreters
def test_pyperf_compares_the_builds(python, pyperf, executables, tmp_path):
    for build, executable in executables.items():
        arguments = (
            "-m",
            "benchmarks.workloads.parallel",
            "-p1",
            "-l1",
            "-n2",
            "-w1",
            "--threads=2",
        )
        output = ("-o", str(tmp_path / f"{build}.json"))
        done = python(executable, *arguments, *output, path=(pyperf,), cwd=tmp_path)
        assert done.returncode == 0, done.stdout + done.stderr
    command = [sys.executable, "-m", "pyperf", "compare_to", "gil.json", "ft.json", "-v"]
    table = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    for workload in parallel.WORKLOADS:
        assert workload.slug in table.stdout
    assert "Skipped" not in table.stdout


@pytest.mark.interpreters
def test_without_pyperf_the_fix_is_named(python, target):
    done = python(target, "-S", "-P", "-m", "benchmarks.workloads.parallel")
    assert done.returncode == 2
    assert "-m pip install -r benchmarks/requirements.txt" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("threads", [None, 1, 3])
def test_workers_measure_and_check(threads):
    for workload in (*parallel.WORKLOADS, *contention.WORKLOADS):
        crew = stock.Solo(workload) if threads is None else stock.Crew(workload, threads)
        assert crew.measure(2) > 0
        assert crew.measure(1) > 0


def test_locals_are_made_in_their_own_threads():
    made, ran = {}, {}

    def setup_local(worker):
        made[worker] = threading.get_ident()
        return worker

    def run(local, shared, loops):
        ran[local] = threading.get_ident()
        return loops

    workload = parallel.WORKLOADS[0]._replace(
        setup_local=setup_local,
        run=run,
        check=lambda results, loops: None,
    )
    crew = stock.Crew(workload, 3)
    crew.measure(1)
    first = dict(ran)
    crew.measure(1)
    assert made == first == ran  # and the threads stay alive from value to value
    assert threading.get_ident() not in made.values()
    assert len(set(made.values())) == 3


def broken(what):
    """Return a workload that fails in one of its functions."""

    def fail(*_):
        raise WrongAnswerError(what)

    return contention.WORKLOADS[0]._replace(**{what: fail})


@pytest.mark.parametrize("threads", [None, 2])
@pytest.mark.parametrize("what", ["setup_shared", "setup_local", "run", "check"])
def test_failures_reach_the_caller(what, threads):
    with pytest.raises(WrongAnswerError, match=what):
        stock.timer(broken(what), threads)(1)


def test_strong_scaling_shares_the_work():
    asked = []

    def run(local, shared, loops):
        asked.append(loops)
        return loops

    checked = []
    workload = parallel.WORKLOADS[0]._replace(
        scaling=Scaling.STRONG,
        run=run,
        check=lambda results, loops: checked.append((results, loops)),
    )
    stock.Crew(workload, 2).measure(5)
    assert asked == [3, 3]
    assert checked == [([3, 3], 3)]


def test_work_that_cannot_be_cut_runs_one_loop_a_call():
    asked = []
    workload = parallel.WORKLOADS[0]._replace(
        one_call=True,
        run=lambda local, shared, loops: asked.append(loops),
        check=lambda results, loops: None,
    )
    assert stock.timer(workload, None)(3) > 0
    assert asked == [1] * 4  # one to warm up


def test_a_gil_that_comes_back_stops_the_measurement(monkeypatch):
    measure = stock.timer(parallel.WORKLOADS[1], None)
    now = stock.gil_enabled()
    monkeypatch.setattr(stock, "gil_enabled", lambda: not now)
    with pytest.raises(stock.GilChangedError, match="nqueens"):
        measure(1)


def test_missing_modules_are_named():
    workload = parallel.WORKLOADS[0]._replace(requires=("json", "no_such_module"))
    assert stock.missing_modules(workload) == ["no_such_module"]
