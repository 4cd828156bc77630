"""Exports: stock pyperf reads them, they regenerate to the same bytes, and they name nobody."""

import dataclasses
import gzip
import json
import os
import subprocess
import sys

import pyperf
import pytest

from ftguide.ground.vocabulary import Arm
from ftguide.suite.derive.export import pyperf_suites
from tests.suite.derive.builder import (
    RUN_ID,
    make_block,
    make_blocks,
    make_plan,
    make_stored,
    stored_of,
)


def write(folder, stored):
    for name, data in pyperf_suites(stored).items():
        (folder / name).write_bytes(data)
    return folder


def run_pyperf(folder, *arguments):
    """Run the stock command; every kind of warning it knows must be absent by its own account."""
    done = subprocess.run(
        [sys.executable, "-m", "pyperf", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": ""},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def load(folder, arm):
    return pyperf.BenchmarkSuite.load(str(folder / f"{arm}.json.gz"))


def values_of(suite):
    return {
        bench.get_name(): [list(run.values) for run in bench.get_runs()]
        for bench in suite.get_benchmarks()
    }


@pytest.mark.parametrize("arms", [("gil-single", "ft-single"), ("ft-single", "ft-threads-2")])
def test_stock_pyperf_compares_two_arms_without_an_error(tmp_path, arms):
    write(tmp_path, make_stored())
    text = run_pyperf(tmp_path, "compare_to", *(f"{arm}.json.gz" for arm in arms), "--table")
    assert "ERROR" not in text
    assert "mandelbrot" in text
    if arms == ("gil-single", "ft-single"):
        assert "nbody" in text
        assert "Geometric mean" in text
        assert "Ignored" not in text
        assert text.count("slower") >= 3  # both workloads and their mean


def test_a_table_of_the_same_arm_hides_nothing_by_error(tmp_path):
    write(tmp_path, make_stored())
    text = run_pyperf(
        tmp_path, "compare_to", "gil-single.json.gz", "gil-single-again.json.gz", "-v"
    )
    assert "ERROR" not in text
    assert "Not significant!" in text


@pytest.mark.parametrize("command", ["show", "stats", "metadata", "dump", "hist", "check"])
def test_other_stock_commands_read_a_suite(tmp_path, command):
    write(tmp_path, make_stored())
    assert "nbody" in run_pyperf(tmp_path, command, "ft-single.json.gz")


def test_a_suite_holds_every_value_of_every_block_in_order(tmp_path):
    plan = make_plan("nbody", ["gil-single", "ft-single"])
    values = {"gil-single": [[1e-5, 2e-5], [3e-5, 4e-5]], "ft-single": [[5e-5, 6e-5], [7e-5, 8e-5]]}
    blocks = [
        make_block(plan, index, {arm: column[index] for arm, column in values.items()})
        for index in (1, 0)
    ]
    write(tmp_path, stored_of((plan, blocks)))
    for arm, expected in values.items():
        assert values_of(load(tmp_path, arm)) == {"nbody": expected}


def test_there_is_a_suite_for_every_measured_arm_and_a_benchmark_per_workload(tmp_path):
    stored = make_stored()
    names = list(pyperf_suites(stored))
    arms = {arm for plan in stored.run.plan.workloads for arm in plan.arms}
    assert names == [f"{arm}.json.gz" for arm in sorted(arms, key=Arm.parse)]
    write(tmp_path, stored)
    assert load(tmp_path, "ft-single").get_benchmark_names() == ["nbody", "mandelbrot"]
    assert load(tmp_path, "ft-threads-2").get_benchmark_names() == ["mandelbrot"]


def test_values_are_times_per_unit_of_work(tmp_path):
    """Strong scaling: two workers with 500 loops each do the work of 1000 loops."""
    plan = make_plan("nbody", ["gil-single", "ft-threads-2"], scaling="strong")
    block = make_block(
        plan,
        0,
        {"gil-single": [1e-5] * 2, "ft-threads-2": [1.25e-5] * 2},
        {"ft-threads-2": {"loops": 500}},
    )
    write(tmp_path, stored_of((plan, [block])))
    (run,) = load(tmp_path, "ft-threads-2").get_benchmark("nbody").get_runs()
    assert list(run.values) == [6.25e-6] * 2
    assert run.get_loops() == 1000
    assert run.get_metadata()["duration"] == pytest.approx(2 * 0.00625)


def test_all_arms_of_a_workload_have_equally_many_values(tmp_path):
    plan = make_plan("nbody", ["gil-single", "ft-single", "ft-threads-2"])
    blocks = make_blocks(
        plan,
        {
            "gil-single": [1e-5, 2e-5, 3e-5],
            "ft-single": [1e-5, None, 3e-5],
            "ft-threads-2": [None] * 3,  # never measured: costs the others nothing
        },
    )
    blocks.append(make_block(plan, 3, {"gil-single": [1e-5] * 4, "ft-single": [1e-5] * 3}))
    suites = pyperf_suites(stored_of((plan, blocks)))
    assert sorted(suites) == ["ft-single.json.gz", "gil-single.json.gz"]
    write(tmp_path, stored_of((plan, blocks)))
    gil, ft = (values_of(load(tmp_path, arm))["nbody"] for arm in ("gil-single", "ft-single"))
    assert [len(run) for run in gil] == [len(run) for run in ft] == [4, 4, 3]
    assert gil == [[1e-5] * 4, [3e-5] * 4, [1e-5] * 3]


def test_a_workload_without_blocks_is_left_out_and_the_rest_stays(tmp_path):
    good, failed = (make_plan(slug, ["gil-single", "ft-single"]) for slug in ("good", "failed"))
    blocks = make_blocks(good, {"gil-single": [1e-5] * 2, "ft-single": [1e-5] * 2})
    write(tmp_path, stored_of((failed, []), (good, blocks)))
    assert load(tmp_path, "gil-single").get_benchmark_names() == ["good"]
    assert pyperf_suites(stored_of((failed, []))) == {}


def test_exports_regenerate_to_the_same_bytes():
    first, second = pyperf_suites(make_stored()), pyperf_suites(make_stored())
    assert first == second
    shuffled = make_stored()
    shuffled = dataclasses.replace(shuffled, blocks=shuffled.blocks[::-1])
    assert pyperf_suites(shuffled) == first
    for data in first.values():
        assert data[4:8] == b"\0\0\0\0"  # no time stamp in the gzip header


def test_metadata_say_what_was_measured_and_name_nobody():
    data = json.loads(gzip.decompress(pyperf_suites(make_stored())["ft-threads-2.json.gz"]))
    common = data["metadata"] | data["benchmarks"][0].get("metadata", {})
    expected = {
        "name": "mandelbrot",
        "unit": "second",
        "inner_loops": 1,
        "loops": 1000,
        "python_version": "3.14.7",
        "python_build": "free-threaded",
        "python_gil": "off",
        "workers": 2,
        "arm": "ft-threads-2",
        "run_id": RUN_ID,
        "description": "What does mandelbrot cost?",
    }
    assert {key: common.get(key) for key in expected} == expected
    assert not {"hostname", "python_executable", "command", "load_avg_1min"} & set(common)
    (first, *_) = data["benchmarks"][0]["runs"]
    assert first["metadata"]["date"].startswith("2026-11-23 00:51:00")


def test_metadata_say_whether_the_gil_was_on(tmp_path):
    plan = make_plan("nbody", ["gil-single", "ft-single", "ft-gil-on-single"])
    write(
        tmp_path, stored_of((plan, [make_block(plan, 0, {arm: [1e-5] * 2 for arm in plan.arms})]))
    )
    states = {arm: load(tmp_path, arm).get_metadata()["python_gil"] for arm in plan.arms}
    assert states == {"gil-single": "on", "ft-single": "off", "ft-gil-on-single": "on"}


def test_a_date_that_is_none_is_left_out(tmp_path):
    stored = make_stored(2)
    blocks = tuple(dataclasses.replace(block, started="yesterday") for block in stored.blocks)
    write(tmp_path, dataclasses.replace(stored, blocks=blocks))
    assert "nbody" in run_pyperf(tmp_path, "show", "-m", "gil-single.json.gz")


@pytest.mark.parametrize(
    ("cpus", "count", "affinity"), [((0, 3), 64, "0,3"), ((1,), 0, "1"), (None, 2, None)]
)
def test_metadata_say_where_it_ran_as_far_as_that_is_known(tmp_path, cpus, count, affinity):
    """pyperf refuses a machine without CPUs and text that is empty: neither is written."""
    plan = make_plan("nbody", ["gil-single"])
    block = make_block(plan, 0, {"gil-single": [1e-5] * 2}, cpus=cpus)
    stored = stored_of((plan, [block]))
    machine = dataclasses.replace(stored.run.machine, cpus=count, cpu_model="")
    run = dataclasses.replace(stored.run, machine=machine)
    write(tmp_path, dataclasses.replace(stored, run=run))
    found = load(tmp_path, "gil-single").get_benchmark("nbody").get_metadata()
    assert found["cpu_count"] == max(1, count)
    assert found.get("cpu_affinity") == affinity
    assert "cpu_model_name" not in found
