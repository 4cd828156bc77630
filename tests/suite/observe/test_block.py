"""Warming up: side by side where that is possible, and on the block's own CPUs afterwards."""

import collections
import contextlib
import dataclasses
from types import SimpleNamespace

import pytest

from ftguide.ground.machine import Platform
from ftguide.suite.declare import plan, presets
from ftguide.suite.declare.catalogue import select
from ftguide.suite.observe import block
from ftguide.suite.record.model import warm_up_loops

TWO_CPUS = Platform(allowed=lambda: (2, 5), quota=lambda: None, pin=lambda pid, cpus: None)
FULL = plan.make_plan(select(), size=presets.preset("full"), threads=2, seed=7)
IN_LAPS, ALONE, WITH_THREADS = "object-mix", "gc-living-tree", "mandelbrot"


class Recorder:
    """Stands for the processes of an arm and writes down what it is told."""

    def __init__(self, arm, log):
        self.arm, self.log = arm, log

    def __getattr__(self, command):
        return lambda *values: self.log.append((self.arm, command, *values))


def block_of(slug, index=0):
    workload = next(one for one in FULL.workloads if one.slug == slug)
    calibrated = dataclasses.replace(workload, loops=128, single_loops=None)
    return plan.block_plan(FULL, calibrated, index)


def warmed_up(slug, on=TWO_CPUS):
    one, log = block_of(slug), []
    useful = block.warm_up(one, {arm: Recorder(arm, log) for arm in one.arms}, on)
    assert useful >= block.WARM_UP_NS
    return one, log


@pytest.mark.parametrize("index", [0, 1])
def test_arms_in_laps_start_spread_over_all_cpus(index):
    one = block_of(IN_LAPS, index)
    cpus = list(block.first_cpus(one, TWO_CPUS).values())
    assert cpus == [((2, 5)[(index + i) % 2],) for i in range(len(one.arms))]


@pytest.mark.parametrize("slug", [ALONE, WITH_THREADS])
def test_arms_that_may_start_threads_stay_on_the_cpus_of_the_block(slug):
    one = block_of(slug)
    assert set(block.first_cpus(one, TWO_CPUS).values()) == {block.block_cpus(one, TWO_CPUS)}


def test_without_affinity_nothing_is_spread():
    nowhere = dataclasses.replace(TWO_CPUS, pin=None)
    assert set(block.first_cpus(block_of(IN_LAPS), nowhere).values()) == {None}
    _, log = warmed_up(IN_LAPS, nowhere)
    assert not [command for _, command, *_ in log if command == "pin"]


def test_as_many_arms_as_cpus_warm_up_at_once_and_move_to_the_block_afterwards():
    one, log = warmed_up(IN_LAPS)
    first, second, *_ = one.arms
    opening = [(arm, command) for arm, command, *_ in log[:8]]
    assert opening == [
        (arm, command)
        for command in ("settle", "launch", "marks", "check")
        for arm in (first, second)
    ]
    ends = log[-len(one.arms) :]
    assert ends == [(arm, "pin", block.block_cpus(one, TWO_CPUS)) for arm in one.arms]


def test_where_a_block_has_one_cpu_arms_warm_up_one_after_the_other():
    one, log = warmed_up(ALONE)
    turns = list(dict.fromkeys(arm for arm, *_ in log))
    assert turns == list(one.arms)
    assert [arm for arm, *_ in log] == sorted((arm for arm, *_ in log), key=turns.index)
    assert {command for _, command, *_ in log} == {"settle", "launch", "marks", "check"}


@pytest.mark.slow
def test_single_arms_share_the_cpus_of_a_block_of_several_while_they_warm_up():
    one, log = warmed_up(WITH_THREADS)
    groups = block.warm_up_groups(one, TWO_CPUS)
    assert sorted(arm for group in groups for arm in group) == sorted(one.arms)
    assert [len(group) for group in groups if group[0].workers == 1] == [2, 2, 1]
    assert {len(group) for group in groups if group[0].workers > 1} == {1}
    launched = [arm for arm, command, *_ in log if command == "launch"]
    for group in groups:
        assert tuple(launched[: len(group)]) == group
        launched = [arm for arm in launched if arm not in group]
    assert not [command for _, command, *_ in log if command == "pin"]


def test_what_keeps_several_cpus_busy_by_itself_warms_up_alone():
    groups = block.warm_up_groups(block_of("map-in-chunks"), TWO_CPUS)
    assert {len(group) for group in groups} == {1}


def test_the_warm_up_is_cut_as_the_kept_values_are():
    one, log = warmed_up(IN_LAPS)
    for arm, command, *values in log:
        laps = plan.laps_of(one.workload, arm)
        assert laps > 1
        if command == "launch":
            assert values == [plan.share(one.workload, arm), 0, laps]
        if command == "check":
            assert values == [plan.share(one.workload, arm) // laps]


def test_a_value_in_laps_is_warmed_up_by_a_third_of_it():
    assert warm_up_loops(9) == 1
    assert warm_up_loops(9, laps=9) == 3
    assert warm_up_loops(2, laps=2) == 1
    assert warm_up_loops(1) == 0


class HeldUp(Recorder):
    """Stands for an arm whose timed loops were held up, and whose untimed ones were not."""

    def value(self, *_):
        return ((0, 10**15),) * self.arm.workers

    def check(self, *_):
        return ()

    def begin(self):
        return self.arm.gil_expected

    def end(self):
        return self.arm.gil_expected, collections.defaultdict(int)


def test_no_block_is_overhead_of_less_than_nothing(monkeypatch):
    one = block_of(ALONE)
    arms = {arm: HeldUp(arm, []) for arm in one.arms}
    monkeypatch.setattr(block, "started_arms", lambda *_: contextlib.nullcontext(arms))
    assert block.measure(one, SimpleNamespace(on=TWO_CPUS), lambda: None).overhead_seconds == 0
