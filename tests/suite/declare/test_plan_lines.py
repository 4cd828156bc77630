"""Plans over several lines: which arms they have, what gives way, and that one line's plan is what it was."""

import dataclasses
import hashlib

import pytest

from ftguide.ground.vocabulary import Arm, Mode
from ftguide.suite.declare import plan, presets
from ftguide.suite.declare.catalogue import catalogue, select
from ftguide.suite.validate import false_alarms

LINES = ("3.13", "3.15")


def make(preset="full", lines=LINES, threads=2):
    return plan.make_plan(
        select(), size=presets.preset(preset), threads=threads, seed=7, lines=lines
    )


@pytest.mark.parametrize("preset", ["quick", "standard", "full"])
@pytest.mark.parametrize("lines", [LINES, LINES[1:]])
def test_every_line_has_the_arms_that_compare_it(preset, lines):
    one = make(preset, ())
    for workload in make(preset, lines).workloads:
        assert len(workload.arms) <= plan.MOST_ARMS
        alone = one.workload(workload.slug).arms
        compared = ("gil-single", "ft-single", "gil-threads-2", "ft-threads-2")
        for line in lines:
            for name in compared:
                assert (f"{name}@{line}" in workload.arms) is (name in alone)
        assert set(compared) & set(alone) <= set(workload.arms)
        assert workload.arms[:2] == ("gil-single", "ft-single")
        further = {Arm.parse(name) for name in workload.arms if "@" in name}
        assert {arm.mode for arm in further} <= {Mode.SINGLE, Mode.THREADS}
        assert not [arm for arm in further if arm.gil_on]


@pytest.mark.parametrize("lines", [LINES, LINES[1:]])
def test_what_a_plan_leaves_out_has_its_reason(lines):
    for workload in make("full", lines).workloads:
        alone = make("full", ()).workload(workload.slug)
        wanted = [*alone.arms, *(f"ft-single-again@{line}" for line in lines)]
        for name in wanted:
            arm = Arm.parse(name)
            reasons = {workload.without.get(key) for key in (name, str(arm.mode))}
            left_out = reasons & {presets.NO_ROOM, presets.NO_TIME}
            assert (name in workload.arms) is (not left_out), (workload.slug, name)
            assert (presets.NO_TIME in left_out) is presets.set_aside(arm)


def test_a_full_run_over_three_lines_has_a_copy_of_each_line_where_there_is_room():
    single = make().workload("nbody").arms
    copies = {"ft-single-again", *(f"ft-single-again@{line}" for line in LINES)}
    assert {name for name in single if Arm.parse(name).replicate} == copies
    assert not [name for name in single if Arm.parse(name).gil_on]
    serial = make().workload("counter-lock").arms
    assert {"ft-single-again", "ft-single-again@3.15"} <= set(serial)
    assert len(serial) == plan.MOST_ARMS


def test_work_that_should_scale_keeps_the_processes_that_say_how_far():
    arms = make().workload("mandelbrot").arms
    assert {"ft-single-again", "ft-processes-2"} <= set(arms)
    assert not [name for name in arms if "again@" in name]
    assert len(arms) == plan.MOST_ARMS


def test_a_full_run_has_as_many_copies_as_the_count_of_false_alarms_wants():
    workloads = [each for each in make().workloads if not each.slug.startswith("numpy")]
    copies = [name for each in workloads for name in each.arms if Arm.parse(name).replicate]
    assert len(copies) >= false_alarms.FEWEST


def test_arms_give_way_in_the_stated_order():
    arms = presets.arms_for(catalogue()["mandelbrot"].workload, threads=2, full=True, lines=LINES)
    first = ["gil-interpreters-2", "ft-interpreters-2", "gil-processes-2", "ft-threads-2-again"]
    copies = ["ft-single-again@3.13", "ft-single-again@3.15"]
    processes = ["ft-processes-2"]
    for ceiling, last in ((False, processes + copies), (True, copies + processes)):
        gone = presets.dispensable(arms, ceiling=ceiling)
        assert [*map(str, gone)] == first + last
        for most in range(len(arms) + 1):
            kept, why = presets.fitting(arms, most, ceiling=ceiling)
            assert len(kept) <= max(most, 13)
            assert set(why.values()) <= {presets.NO_ROOM}
            assert sum(arm.mode is Mode.INTERPRETERS for arm in kept) in {0, 2}
        assert presets.fitting(arms, len(arms), ceiling=ceiling) == (arms, {})


def test_too_many_lines_are_refused_with_what_to_do():
    with pytest.raises(plan.TooManyLinesError, match=r"4 lines are 1[67] arms .*--threads 1"):
        make("quick", ("3.12", *LINES))
    assert make("quick", ("3.12", *LINES), threads=1).workload("nbody").arms[-1] == "ft-single@3.15"


def test_single_arms_of_all_lines_are_neighbours():
    one = make()
    for workload in one.workloads:
        for round_ in plan.block_plan(one, workload, 0).order:
            kinds = [arm.mode is Mode.SINGLE for arm in round_]
            assert kinds in (sorted(kinds), sorted(kinds, reverse=True))


def test_the_plan_of_one_line_is_what_it_was():
    """Seeds, orders and arms of a run that was begun before lines came must come out the same."""
    one = plan.make_plan(
        select(["nbody", "mandelbrot"]), size=presets.preset("full"), threads=2, seed=7
    )
    text = "".join(
        f"{block.workload.slug} {block.index} {block.hash_seed} {block.padding_bytes} "
        f"{block.folder_length} {[[*map(str, order)] for order in block.order]}\n"
        for workload, index in plan.sequence(one)
        for block in [plan.block_plan(one, dataclasses.replace(workload, rounds=6), index)]
    )
    assert (
        hashlib.sha256(text.encode()).hexdigest()
        == "fb3a1708dbddec08f0715b5644b130ace26a13f5cb74da60cabe74e0c58cda62"
    )


def test_a_line_that_lacks_a_module_is_left_out_of_what_needs_it():
    why = "3.13 has no concurrent.interpreters"
    made = plan.make_plan(
        select(),
        size=presets.preset("full"),
        threads=2,
        seed=7,
        lines=LINES,
        lacking={"start-interpreter": {"3.13": why}},
    )
    planned = made.workload("start-interpreter")
    assert not [name for name in planned.arms if name.endswith("@3.13")]
    assert [name for name in planned.arms if name.endswith("@3.15")]
    assert planned.without["ft-single@3.13"] == planned.without["gil-single@3.13"] == why
    other = made.workload("start-thread")
    assert [name for name in other.arms if name.endswith("@3.13")]
