"""The machine: usable CPUs, refusals without affinity or with one CPU, and what is told about it."""

import dataclasses
import os
import platform
from pathlib import Path

import pytest

from ftguide.cli.measuring import warnings_for
from ftguide.ground import files
from ftguide.ground.machine import (
    Platform,
    describe,
    fingerprint,
    profile,
    refusal,
    steal_share,
    suggested_name,
)
from ftguide.ground.vocabulary import Arm, Build, Target
from ftguide.suite.declare import plan, presets
from ftguide.suite.declare.catalogue import select
from ftguide.suite.observe import block
from ftguide.suite.observe.lines import Pairs


def one_block(full=True, index=0, threads=2):
    preset = presets.preset("full" if full else "quick")
    workloads = plan.make_plan(select(), size=preset, threads=threads, seed=1)
    parallel = next(w for w in workloads.workloads if any("threads" in a for a in w.arms))
    return plan.block_plan(workloads, parallel, index)


@pytest.mark.parametrize(
    ("allowed", "quota", "usable"),
    [
        ((0, 1, 2, 3), None, (0, 1, 2, 3)),
        ((0, 1, 2, 3), 2.5, (0, 1)),
        ((4, 6), 0.5, (4,)),
        ((3,), 8.0, (3,)),
    ],
)
def test_usable_cpus_respect_affinity_and_quota(allowed, quota, usable):
    assert Platform(allowed=lambda: allowed, quota=lambda: quota).usable() == usable


def test_one_cpu_refuses_arms_with_several_workers_and_says_why():
    assert "1 usable CPU (affinity and cgroup quota) for 2 workers" in refusal(1, 2)
    assert refusal(2, 2) is None


def test_without_affinity_nothing_is_pinned_and_every_reader_is_told(pair):
    on = Platform(pin=None)
    assert block.block_cpus(one_block(), on) is None
    assert any("every row is flagged" in line for line in warnings_for(Pairs.of(pair), on, 2))


def test_single_blocks_change_their_cpu_and_parallel_blocks_keep_the_set():
    on = Platform(allowed=lambda: (0, 1), quota=lambda: None, pin=lambda pid, cpus: None)
    assert {block.block_cpus(one_block(index=i), on) for i in range(4)} == {(0, 1)}
    workloads = plan.make_plan(select(), size=presets.preset("quick"), threads=1, seed=1)
    single = [
        block.block_cpus(plan.block_plan(workloads, workloads.workloads[0], i), on)
        for i in range(4)
    ]
    assert single == [(0,), (1,), (0,), (1,)]


def test_the_environment_of_a_block_keeps_nothing_that_changes_python(monkeypatch, tmp_path):
    monkeypatch.setenv("PYTHON_GIL", "1")
    monkeypatch.setenv("PYTHONMALLOC", "debug")
    monkeypatch.setenv("LD_LIBRARY_PATH", "/somewhere")
    monkeypatch.setenv("TZ", "Europe/Berlin")
    ft, gil = (Arm.parse(name) for name in ("ft-single", "gil-single"))
    stage = block.Stage(
        executables={},
        modules={},
        root=tmp_path,
        on=Platform(),
        patience=1.0,
        paths={Target(Build.FREE_THREADED): ("packages",)},
        variables={"FTGUIDE_MINE": "{}"},
    )
    one = block.environment(one_block(), ft, stage)
    assert {name for name in one if name.startswith("PYTHON")} == {"PYTHONPATH", "PYTHONHASHSEED"}
    assert one["LD_LIBRARY_PATH"] == "/somewhere", "as every child of ours"
    assert "TZ" not in one, "its lookup would be measured"
    assert one["PYTHONPATH"] == os.pathsep.join((str(tmp_path), "packages"))
    assert one["FTGUIDE_MINE"] == "{}"
    assert block.environment(one_block(), gil, stage)["PYTHONPATH"] == str(tmp_path)
    other = block.environment(one_block(index=1), ft, stage)
    assert one["PYTHONHASHSEED"] != other["PYTHONHASHSEED"]
    assert len(one["FTGUIDE_PADDING"]) != len(other["FTGUIDE_PADDING"])


def test_steal_is_a_share_of_all_ticks():
    assert steal_share((10, 1000), (15, 2000)) == pytest.approx(0.005)
    assert steal_share(None, (1, 2)) is None
    assert steal_share((1, 2), (1, 2)) is None


def test_a_description_names_neither_host_nor_user(monkeypatch):
    monkeypatch.setattr(platform, "node", lambda: "secrethost")
    monkeypatch.setenv("USER", "secretuser")
    text = files.to_json(describe(Platform())).decode()
    assert not any(word in text for word in ("secrethost", "secretuser", str(Path.home()) + "/"))


def test_the_fingerprint_ignores_what_changes_while_a_machine_runs():
    machine = describe(Platform())
    assert (
        fingerprint(dataclasses.replace(machine, governor="other", name="public"))
        == machine.fingerprint
    )
    assert fingerprint(dataclasses.replace(machine, cpu_model="other")) != machine.fingerprint


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("AMD EPYC 7763 64-Core Processor", "amd-epyc-7763-2cpu"),
        ("Intel(R) Xeon(R) Platinum 8370C CPU @ 2.80GHz", "intel-xeon-platinum-8370c-2cpu"),
        ("Apple M3 (Virtual)", "apple-m3-2cpu"),
        ("", "x86-64-2cpu"),
        ("\N{SNOWMAN}", "x86-64-2cpu"),
        ("x" * 200, "x" * 58 + "-2cpu"),
    ],
)
def test_a_machine_is_named_after_its_processor(model, name):
    machine = dataclasses.replace(
        describe(Platform()), cpu_model=model, architecture="x86_64", cpus=2
    )
    assert suggested_name(machine) == name


def test_a_profile_is_all_that_is_stored():
    machine = describe(Platform())
    shown = dict(profile(machine))
    assert len(shown) == len(dataclasses.fields(machine)) - 1
    assert "name" not in shown
    assert shown["cpus"] == str(machine.cpus)
