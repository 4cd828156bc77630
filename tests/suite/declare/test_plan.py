"""Plans: balanced turns, equal seeds give equal blocks, loops fit the values."""

import dataclasses
from collections import Counter

import pytest

from ftguide.ground.vocabulary import Arm, Build, Mode, UnknownNameError
from ftguide.suite.declare import plan, presets
from ftguide.suite.declare.catalogue import catalogue, select

GIL, FT = Arm(Build.GIL, Mode.SINGLE), Arm(Build.FREE_THREADED, Mode.SINGLE)
GILS, FTS = Arm(Build.GIL, Mode.THREADS, 2), Arm(Build.FREE_THREADED, Mode.THREADS, 2)


def make(preset="quick", threads=2, seed=7):
    return plan.make_plan(select(), size=presets.preset(preset), threads=threads, seed=seed)


def test_arm_names_round_trip():
    for name in (
        "gil-single",
        "ft-single-again",
        "ft-gil-on-single",
        "ft-threads-2",
        "gil-processes-16",
        "ft-threads-2-again",
        "ft-interpreters-2",
    ):
        assert str(Arm.parse(name)) == name


@pytest.mark.parametrize(
    "name", ["", "gil", "gil-gil-on-single", "ft-threads", "ft-threads-0", "FT-single"]
)
def test_arm_names_are_checked(name):
    with pytest.raises(ValueError, match="not an arm"):
        Arm.parse(name)


def test_every_arm_has_the_same_mean_position_in_a_pair_of_rounds():
    for workload in make("full").workloads:
        order = plan.block_plan(make("full"), workload, 0).order
        for first, second in zip(order[::2], order[1::2], strict=False):
            assert second == first[::-1]
        assert all(sorted(round_) == sorted(order[0]) for round_ in order)


def test_turn_orders_differ_between_pairs_and_blocks():
    one = make("full")
    workload = dataclasses.replace(one.workloads[0], rounds=12)
    orders = [plan.block_plan(one, workload, i).order for i in range(4)]
    assert len(set(orders)) == 4
    assert len(set(orders[0])) > 4


def test_a_seed_determines_every_block():
    one, again, other = make(seed=1), make(seed=1), make(seed=2)
    blocks = [[plan.block_plan(p, w, i) for w, i in plan.sequence(p)] for p in (one, again, other)]
    assert blocks[0] == blocks[1]
    assert blocks[0] != blocks[2]


def test_every_workload_gets_every_block_once():
    one = make()
    counted = Counter((w.slug, i) for w, i in plan.sequence(one))
    assert set(counted.values()) == {1}
    assert len(counted) == sum(w.blocks for w in one.workloads)
    assert {i for slug, i in counted if slug == "nbody"} == set(range(one.blocks))


def test_a_workload_with_fewer_blocks_is_spread_over_the_run():
    one = make("standard")
    turns = Counter(w.slug for w, _ in plan.sequence(one))
    assert turns["mandelbrot"] == presets.preset("standard").multi_blocks < turns["nbody"]
    places = [n for n, (w, _) in enumerate(plan.sequence(one)) if w.slug == "mandelbrot"]
    whole = sum(turns.values())
    gaps = [b - a for a, b in zip([0, *places], [*places, whole], strict=True)]
    assert max(gaps) < 3 * whole / len(places)


def test_rounds_fit_the_time_of_a_block():
    assert plan.fit_rounds(12, 100_000_000, 1.0) == 10
    assert plan.fit_rounds(12, 100_000_000, 9.0) == 12
    assert plan.fit_rounds(12, 900_000_000, 1.0) == 2
    assert plan.fit_rounds(2, 900_000_000, 1.0) == 2
    assert plan.fit_rounds(12, 900_000_000, None) == 12


def test_quick_measures_the_core_set_unless_told_otherwise():
    assert len(presets.preset("quick").workloads) == 12
    assert set(presets.preset("quick").workloads) <= set(catalogue())


def test_one_thread_leaves_only_single_arms():
    names = {name for w in make("full", threads=1).workloads for name in w.arms}
    assert names == {
        "gil-single",
        "ft-single",
        "gil-single-again",
        "ft-single-again",
        "ft-gil-on-single",
    }


def test_full_has_all_arms_of_a_parallel_workload():
    slug = next(e.slug for e in catalogue().values() if not e.workload.single_only)
    workload = next(w for w in make("full").workloads if w.slug == slug)
    assert set(workload.arms) >= {
        *("gil-single", "ft-single", "gil-single-again", "ft-single-again"),
        *("gil-threads-2", "ft-threads-2", "ft-processes-2", "gil-processes-2"),
        "ft-threads-2-again",
        *("gil-interpreters-2", "ft-interpreters-2"),
    }


def test_modes_that_make_no_sense_are_left_out():
    workload = catalogue()["nbody"].workload._replace(
        single_only=False, without=(("threads", "they would"),)
    )
    arms = presets.arms_for(workload, threads=2, full=True)
    assert Mode.THREADS not in {arm.mode for arm in arms}
    assert {Mode.SINGLE, Mode.INTERPRETERS, Mode.PROCESSES} == {arm.mode for arm in arms}


def test_a_sweep_adds_free_threads_and_processes_of_every_count():
    workload = catalogue()["mandelbrot"].workload
    arms = {str(a) for a in presets.arms_for(workload, threads=2, full=False, sweep=(2, 3, 4))}
    assert {"ft-threads-3", "ft-processes-3", "ft-threads-4", "ft-processes-4"} <= arms
    assert "gil-threads-4" not in arms
    swept = presets.arms_for(workload, threads=2, full=False, sweep=(2, 6, 12, 32, 64))
    assert len(set(swept)) == len(swept) <= plan.MOST_ARMS
    assert presets.arms_for(workload, threads=1, full=True, sweep=(1,)) == presets.arms_for(
        workload, threads=1, full=True
    )


def test_work_that_drives_workers_itself_gets_their_cpus_and_longer_values():
    one = make("full")
    workload = dataclasses.replace(one.workload("nbody"), cpus=2)
    assert plan.block_plan(one, workload, 0).width == 2
    narrow = plan.loops_for({GIL: 1_000_000, FT: 1_500_000}, 100)
    value_ns = plan.single_value_ns(workload)
    wide = plan.loops_for({GIL: 1_000_000, FT: 1_500_000}, 100, value_ns=value_ns)
    assert wide.loops > 4 * narrow.loops


def test_single_loops_fill_the_value_on_the_slower_build():
    times = {GIL: 1_000_000, FT: 1_500_000}
    assert plan.loops_for(times, 100) == plan.Loops(loops=1000)
    assert plan.loops_for(times, 100, value_ns=plan.LAPS_VALUE_NS) == plan.Loops(loops=133)


def test_a_call_that_fills_a_value_still_has_one_to_warm_up_with():
    assert plan.loops_for({GIL: 14_000_000, FT: 12_000_000}, 1).loops == plan.LEAST_CALLS


def test_a_call_too_long_to_be_made_twice_is_made_once():
    assert plan.loops_for({GIL: 200_000_000, FT: 180_000_000}, 1).loops == 1


def test_several_workers_fill_the_value_on_the_fastest_arm():
    times = {GIL: 5_000_000, FT: 6_000_000, GILS: 13_000_000, FTS: 6_500_000}
    assert plan.loops_for(times, 10) == plan.Loops(loops=100, single_loops=25)


def test_the_slowest_arm_never_holds_the_others_up():
    loops = plan.loops_for({GIL: 900_000, FT: 900_000, GILS: 1_000_000, FTS: 20_000_000}, 10).loops
    assert 20_000_000 * loops / 10 <= plan.LONGEST_VALUE_NS


def test_single_arms_stay_together():
    """A ratio of neighbours suffers least from a CPU that changes its speed."""
    one = make("full")
    for workload in one.workloads:
        for round_ in plan.block_plan(one, workload, 0).order:
            kinds = [arm.mode is Mode.SINGLE for arm in round_]
            assert kinds in (sorted(kinds), sorted(kinds, reverse=True))


def test_strong_scaling_splits_the_loops():
    workload = plan.replace(make().workloads[0], loops=100, single_loops=30)
    strong = plan.replace(workload, scaling="strong")
    assert (plan.share(strong, FTS), plan.share(workload, FTS)) == (50, 100)
    assert plan.share(strong, GIL) == plan.share(workload, GIL) == 30
    assert plan.share(plan.replace(workload, single_loops=None), GIL) == 100


def test_nothing_is_measured_before_calibration():
    with pytest.raises(ValueError, match="calibrate"):
        plan.share(make().workloads[0], GIL)


def test_unknown_names_offer_the_nearest():
    with pytest.raises(UnknownNameError, match="did you mean quick"):
        presets.preset("quik")
    with pytest.raises(UnknownNameError, match="did you mean nbody"):
        select(["nbdy"])
    with pytest.raises(UnknownNameError, match="did you mean interpreter"):
        select(groups=["interpeter"])


@pytest.mark.parametrize("loops", [1, 27, 59, 60, 87, 119, 120, 211, 1000])
def test_a_value_in_laps_is_a_whole_number_of_equal_laps(loops):
    each = plan.loops_per_lap(loops)
    rounded = loops // each * each
    assert plan.loops_per_lap(rounded) == each, "what is planned and what is measured agree"
    assert loops < plan.LAPS or rounded // each >= plan.LAPS
    (one,) = (w for w in make().workloads if w.slug == "nbody")
    timed = plan.replace(one, loops=rounded)
    assert plan.laps_of(timed, GIL) * each == rounded
    assert plan.laps_of(plan.replace(timed, laps=False), GIL) == 1


def test_only_work_for_one_thread_is_timed_in_laps():
    for entry in select():
        one = entry.workload
        assert not one.laps or (one.single_only and one.cpus == 1 and not one.one_call), one.slug


@pytest.mark.parametrize(
    ("usable", "counts"),
    [
        (1, ()),
        (2, (2,)),
        (4, (2, 3, 4)),
        (8, (2, 3, 4, 6, 8)),
        (10, (2, 3, 6, 8, 10)),
        (64, (2, 6, 12, 32, 64)),
    ],
)
def test_a_sweep_covers_the_machine_in_five_counts(usable, counts):
    found = presets.sweep_counts(usable)
    assert len(found) == len(counts)
    assert found[-1:] == counts[-1:]
    assert found == tuple(sorted(found))
    if usable <= 8:
        assert found == counts


def test_arms_of_a_sweep_are_threads_and_processes():
    assert presets.sweep_arms((2, 8)) == [
        Arm.parse(name)
        for name in ("ft-threads-2", "ft-processes-2", "ft-threads-8", "ft-processes-8")
    ]
