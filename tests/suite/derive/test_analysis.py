"""Reports: every number of a row follows from times that the test chose."""

import dataclasses
import math

import pytest

from ftguide.ground.vocabulary import Arm
from ftguide.statistics.estimates import group_mean, ratio_interval, student_quantile
from ftguide.suite.derive import families
from ftguide.suite.derive.analysis import report
from ftguide.suite.derive.series import series
from ftguide.suite.derive.verdicts import Comparison, Verdict
from ftguide.suite.record.model import Failure
from ftguide.suite.words import flag_text
from tests.suite.derive.builder import (
    ARMS,
    EVERY,
    LOOPS,
    make_block,
    make_blocks,
    make_plan,
    make_stored,
    row_of,
    stored_of,
    wobble,
)


@pytest.mark.parametrize(
    ("arm", "base", "kind", "ratio"),
    [
        ("ft-single", "gil-single", "time", 1.10),
        ("ft-threads-2", "gil-threads-2", "time", 1.25 / 2.02),
        ("ft-threads-2", "gil-single", "speedup", 2 * 1.00 / 1.25),
        ("ft-threads-2", "ft-single", "speedup", 2 * 1.10 / 1.25),
        ("gil-threads-2", "gil-single", "speedup", 2 * 1.00 / 2.02),
        ("ft-processes-2", "ft-threads-2", "efficiency", 1.20 / 1.25),
        ("ft-threads-2", "gil-processes-2", "time", 1.25 / 1.01),
        ("gil-single-again", "gil-single", "time", 1.0),
        ("ft-single-again", "ft-single", "time", 1.0),
        ("ft-gil-on-single", "gil-single", "time", 1.05),
        ("ft-interpreters-2", "ft-threads-2", "time", 1.40 / 1.25),
        ("gil-processes-2", "gil-single", "speedup", 2 * 1.00 / 1.01),
        ("ft-interpreters-2", "gil-single", "speedup", 2 * 1.00 / 1.40),
    ],
)
def test_every_ratio_is_the_one_its_name_says(arm, base, kind, ratio):
    """Weak scaling: each of n workers does the whole work, so n T(1) / T(n)."""
    row = row_of({name: [seconds] * 3 for name, seconds in EVERY.items()})
    one = row.comparison(arm, base)
    assert one.kind == kind
    assert one.ratio == pytest.approx(ratio, rel=1e-5)
    assert (one.low, one.high) == pytest.approx((one.ratio, one.ratio))
    assert one.k == 3


def test_the_fields_of_a_row_hold_the_comparisons_they_are_named_after():
    row = row_of({name: [seconds] * 2 for name, seconds in EVERY.items()})
    pairs = {
        "single": ("ft-single", "gil-single"),
        "threads": ("ft-threads-2", "gil-threads-2"),
        "user_speedup": ("ft-threads-2", "gil-single"),
        "self_speedup": ("ft-threads-2", "ft-single"),
        "gil_speedup": ("gil-threads-2", "gil-single"),
        "efficiency": ("ft-processes-2", "ft-threads-2"),
        "against_gil_processes": ("ft-threads-2", "gil-processes-2"),
    }
    for field, (arm, base) in pairs.items():
        one = getattr(row, field)
        assert (one.arm, one.base) == (arm, base)
    assert len({(one.arm, one.base) for one in row.comparisons}) == len(row.comparisons)
    assert row.comparison("gil-single", "ft-single") is None


def strong_times():
    """Return a strong-scaling run in which two free-threaded workers halve the value exactly."""
    plan = make_plan("nbody", ["gil-single", "ft-single", "ft-threads-2"], scaling="strong")
    blocks = [
        make_block(
            plan,
            index,
            {"gil-single": [1e-5] * 4, "ft-single": [1.1e-5] * 4, "ft-threads-2": [1.25e-5] * 4},
            # The value of 2 x 500 loops takes 6.25 ms, that of 1000 loops takes 10 ms.
            {"ft-threads-2": {"loops": LOOPS // 2}},
        )
        for index in range(2)
    ]
    return report(stored_of((plan, blocks))).row("nbody")


def test_strong_scaling_counts_the_work_of_all_workers():
    row = strong_times()
    assert row.user_speedup.ratio == pytest.approx(1e-5 / 6.25e-6)
    assert row.self_speedup.ratio == pytest.approx(1.1e-5 / 6.25e-6)
    (time,) = [one for one in row.times if one.arm == "ft-threads-2"]
    assert time.mean == time.median == pytest.approx(6.25e-6)


def test_weak_scaling_leaves_the_time_of_a_loop_alone():
    row = row_of({"ft-threads-2": [1.25e-5] * 2})
    assert row.times[0].mean == pytest.approx(1.25e-5)


@pytest.mark.parametrize(("scaling", "speedup"), [("weak", 4 / 2 / 1.5), ("strong", 4 / 3)])
def test_a_speed_up_counts_the_workers_of_both_arms(scaling, speedup):
    plan = make_plan("nbody", ["ft-threads-2", "ft-threads-4"], scaling=scaling)
    blocks = make_blocks(plan, {"ft-threads-2": [1e-5] * 2, "ft-threads-4": [1.5e-5] * 2})
    logs = series(plan, blocks).log_speedup("ft-threads-4", "ft-threads-2")
    assert [math.exp(one) for one in logs] == pytest.approx([speedup] * 2)
    assert series(plan, blocks).log_speedup("ft-threads-4", "ft-single") == []


def test_threads_come_from_the_plan():
    times = {
        "gil-single": [1e-5] * 2,
        "ft-single": [1e-5] * 2,
        "ft-threads-2": [1e-5] * 2,
        "ft-threads-4": [2e-5] * 2,
    }
    row = row_of(times, threads=4)
    assert (row.user_speedup.arm, row.user_speedup.ratio) == ("ft-threads-4", pytest.approx(2))
    assert row.comparison("ft-threads-2", "gil-single").ratio == pytest.approx(2)
    assert row.comparison("ft-threads-2", "ft-single") is None


def test_the_interval_is_that_of_the_block_means():
    gil, ft = wobble(1e-5, seed=1), wobble(1.08e-5, seed=2)
    row = row_of({"gil-single": gil, "ft-single": ft})
    expected = ratio_interval([math.log(b / a) for a, b in zip(gil, ft, strict=True)])
    assert row.single.ratio == pytest.approx(expected.ratio, rel=1e-6)
    assert (row.single.low, row.single.high) == pytest.approx(
        (expected.low, expected.high), rel=1e-6
    )
    assert row.single.p == pytest.approx(expected.p, rel=1e-2)


def test_the_interval_of_a_speed_up_comes_from_the_same_blocks():
    gil, ft = wobble(1e-5, seed=1), wobble(1.2e-5, seed=2, size=0.01)
    row = row_of({"gil-single": gil, "ft-threads-2": ft})
    expected = ratio_interval([math.log(2 * a / b) for a, b in zip(gil, ft, strict=True)])
    assert (row.user_speedup.low, row.user_speedup.high) == pytest.approx(
        (expected.low, expected.high), rel=1e-6
    )


def test_values_enter_as_logarithms():
    plan = make_plan("nbody", ["gil-single", "ft-single"])
    times = {"gil-single": [1e-5, 4e-5], "ft-single": [2e-5, 2e-5]}
    row = report(stored_of((plan, [make_block(plan, i, times) for i in range(2)]))).rows[0]
    assert row.single.ratio == pytest.approx(1.0)
    assert {one.arm: one.mean for one in row.times}["gil-single"] == pytest.approx(2.5e-5)


def test_an_arm_time_has_the_median_value_and_the_mean_of_block_means():
    plan = make_plan("nbody", ["gil-single"])
    blocks = [
        make_block(plan, 0, {"gil-single": [1e-5, 1e-5, 4e-5]}),
        make_block(plan, 1, {"gil-single": [3e-5, 3e-5, 3e-5]}),
    ]
    (time,) = report(stored_of((plan, blocks))).rows[0].times
    assert time.median == pytest.approx(3e-5)
    assert time.mean == pytest.approx(2.5e-5)
    assert time.values == 6
    assert time.high - time.mean == pytest.approx(student_quantile(0.975, 1) * 0.5e-5)
    assert time.low == 0  # a time is never below it


# --- what is missing --------------------------------------------------------------------------------


def failure(slug, arm="ft-single"):
    return Failure(workload=slug, index=0, arm=arm, kind="crashed", message="signal 11")


def test_every_planned_workload_has_a_row_in_the_order_of_the_plan():
    slugs = ["zeta", "alpha", "failed", "empty"]
    plans = {slug: make_plan(slug, ["gil-single", "ft-single"]) for slug in slugs}
    times = {"gil-single": [1e-5] * 2, "ft-single": [1.1e-5] * 2}
    stored = stored_of(
        (plans["zeta"], make_blocks(plans["zeta"], times)),
        (plans["alpha"], make_blocks(plans["alpha"], times)),
        (plans["failed"], []),
        (plans["empty"], []),
        failures=[failure("failed")],
    )
    rows = report(stored).rows
    assert [row.slug for row in rows] == slugs
    for row in rows[2:]:
        assert (row.single, row.times, row.blocks, row.floor, row.flags) == (None, (), 0, None, ())
    assert rows[2].failure == failure("failed")
    assert rows[3].failure is None


def test_one_block_has_a_ratio_and_no_verdict():
    row = row_of({name: [seconds] for name, seconds in EVERY.items()})
    assert (row.single.k, row.single.verdict, row.single.q) == (1, Verdict.UNKNOWN, 1)
    assert row.single.ratio == pytest.approx(1.1)
    assert (row.single.low, row.single.high) == (0, math.inf)
    assert row.user_speedup.verdict is Verdict.UNKNOWN
    assert row.floor is None


def test_untested_comparisons_do_not_count_in_a_family():
    arms = {"gil-single": wobble(1e-5), "ft-single": wobble(1.001e-5, seed=5)}
    plan, lonely = make_plan("nbody", list(arms)), make_plan("lonely", list(arms))
    rows = report(
        stored_of(
            (plan, make_blocks(plan, arms)),
            (lonely, make_blocks(lonely, {arm: column[:1] for arm, column in arms.items()})),
        )
    ).rows
    assert rows[0].single.q == rows[0].single.p


def test_an_arm_missing_from_a_block_costs_that_block_only():
    row = row_of(
        {
            "gil-single": [1e-5, 1e-5, 1e-5],
            "ft-single": [1.1e-5, None, 1.1e-5],
            "ft-threads-2": [None, None, None],
        }
    )
    assert row.single.k == 2
    assert row.single.ratio == pytest.approx(1.1)
    assert row.user_speedup is None
    assert [one.arm for one in row.times] == ["gil-single", "ft-single"]
    assert row.blocks == 3


def test_blocks_of_other_code_are_left_out_and_named():
    plan = make_plan("nbody", ["gil-single", "ft-single"])
    ours = make_blocks(plan, {"gil-single": [1e-5] * 2, "ft-single": [1.1e-5] * 2})
    wrong = {"gil-single": [1e-5] * 4, "ft-single": [9e-5] * 4}
    foreign = [
        make_block(plan, 5, wrong, version=2),
        make_block(plan, 6, wrong, source_hash="0" * 64),
    ]
    row = report(stored_of((plan, [*ours, *foreign]))).row("nbody")
    assert row.single.ratio == pytest.approx(1.1)
    assert row.blocks == 2
    assert "2 blocks of other code left out" in map(flag_text, row.flags)


@pytest.mark.parametrize("when", ["gil_before", "gil_after"])
def test_a_value_taken_with_the_gil_in_the_wrong_state_is_no_value(when):
    plan = make_plan("nbody", ["gil-single", "ft-single"])
    times = {"gil-single": [1e-5] * 4, "ft-single": [1.1e-5] * 4}
    blocks = make_blocks(plan, times)
    blocks[1:] = [
        make_block(plan, 9, times | {"ft-single": [5e-5] * 4}, {"ft-single": {when: True}}),
        make_block(plan, 8, times),
    ]
    row = report(stored_of((plan, blocks))).row("nbody")
    assert (row.single.k, row.single.ratio) == (2, pytest.approx(1.1))
    assert [*map(flag_text, row.flags)] == ["GIL was on in 1 block of ft-single, left out"]


def test_an_arm_with_the_gil_switched_on_expects_it():
    row = row_of({"ft-gil-on-single": [1e-5] * 2})
    assert row.flags == ()
    assert Arm.parse("ft-gil-on-single").gil_expected


@pytest.mark.parametrize(
    "broken",
    [{"spans": ()}, {"spans": (((5, 5),),) * 4}, {"spans": ((),) * 4}, {"loops": 0}],
)
def test_times_that_are_no_times_are_left_out_and_named(broken):
    plan = make_plan("nbody", ["gil-single", "ft-single"])
    times = {"gil-single": [1e-5] * 4, "ft-single": [1.1e-5] * 4}
    good = make_blocks(plan, {arm: column[:2] for arm, column in times.items()})
    (bad,) = make_blocks(plan, {arm: column[:1] for arm, column in times.items()})
    record = dataclasses.replace(bad.arms["ft-single"], **broken)
    bad = dataclasses.replace(bad, index=7, arms=bad.arms | {"ft-single": record})
    row = report(stored_of((plan, [*good, bad]))).row("nbody")
    assert row.single.k == 2
    assert [*map(flag_text, row.flags)] == ["1 block of ft-single without times left out"]


def test_a_run_without_workloads_is_an_empty_report():
    empty = report(stored_of())
    assert (empty.rows, empty.means) == ((), ())
    with pytest.raises(KeyError):
        empty.row("nbody")


def test_an_impossible_arm_is_named():
    plan = make_plan("nbody", ["gil-quadruple"])
    with pytest.raises(ValueError, match="gil-quadruple"):
        report(stored_of((plan, [])))


# --- groups and the whole ---------------------------------------------------------------------------


def test_means_are_geometric_and_never_cross_groups():
    workloads, samples = [], {}
    for slug, group, ratio in (
        ("one", "interpreter", 1.1),
        ("two", "interpreter", 1.3),
        ("three", "stdlib", 0.9),
    ):
        plan = make_plan(slug, ["gil-single", "ft-single"], group=group)
        times = {
            "gil-single": wobble(1e-5, seed=slug),
            "ft-single": wobble(ratio * 1e-5, seed=slug),
        }
        workloads.append((plan, make_blocks(plan, times)))
        d = [math.log(b / a) for a, b in zip(times["gil-single"], times["ft-single"], strict=True)]
        samples.setdefault(group, []).append(d)
    means = report(stored_of(*workloads)).means
    assert [(one.family.key, one.workloads) for one in means] == [("python-code", 2), ("stdlib", 1)]
    for one in means:
        expected = group_mean(samples[one.family.group])
        assert one.ratio == pytest.approx(expected.ratio, rel=1e-5)
        assert (one.low, one.high) == pytest.approx((expected.low, expected.high), rel=1e-5)
    assert means[0].ratio == pytest.approx(math.sqrt(1.1 * 1.3), rel=0.01)


def test_python_code_the_collector_and_starting_have_means_of_their_own():
    """Derived from slugs, so a run that was stored before the split is read as any other."""
    ratios = {
        "nbody": 1.3,
        "startup": 1.5,
        "gc-living-tree": 0.6,
        "startup-imports": 1.2,
        "exceptions": 1.1,
    }
    made = []
    for slug, ratio in ratios.items():
        plan = make_plan(slug, ["gil-single", "ft-single"])
        times = {"gil-single": [1e-5] * 3, "ft-single": [ratio * 1e-5] * 3}
        made.append((plan, make_blocks(plan, times)))
    means = {one.family: one for one in report(stored_of(*made)).means}
    assert list(means) == [families.PYTHON_CODE, families.START_UP, families.COLLECTOR]
    assert [one.workloads for one in means.values()] == [2, 2, 1]
    found = [means[family].ratio for family in means]
    assert found == pytest.approx([math.sqrt(1.3 * 1.1), math.sqrt(1.5 * 1.2), 0.6], rel=1e-5)


def test_means_leave_out_what_failed_or_has_one_block():
    arms = ["gil-single", "ft-single"]
    good, failed, short = (make_plan(slug, arms) for slug in ("good", "failed", "short"))
    stored = stored_of(
        (good, make_blocks(good, {"gil-single": [1e-5] * 2, "ft-single": [1.1e-5] * 2})),
        (failed, make_blocks(failed, {"gil-single": [1e-5] * 2, "ft-single": [9e-5] * 2})),
        (short, make_blocks(short, {"gil-single": [1e-5], "ft-single": [9e-5]})),
        failures=[failure("failed")],
    )
    (mean,) = report(stored).means
    assert (mean.workloads, mean.ratio) == (1, pytest.approx(1.1))


def test_a_report_depends_on_the_run_alone():
    stored = make_stored()
    again = make_stored()
    assert report(stored) == report(again)
    backwards = dataclasses.replace(stored, blocks=stored.blocks[::-1])
    assert report(backwards).rows == report(stored).rows
    assert report(backwards).means == report(stored).means


def test_a_report_of_a_plausible_run():
    row = report(make_stored()).row("mandelbrot")
    assert row.single.ratio == pytest.approx(ARMS["ft-single"] / ARMS["gil-single"], rel=0.01)
    assert row.single.verdict is Verdict.SLOWER
    assert row.floor < 0.01
    assert all(one.verdict is not Verdict.SLOWER for one in row.replicates)
    assert row.flags == ()
    assert isinstance(row.efficiency, Comparison)
