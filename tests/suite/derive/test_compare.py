"""Two runs side by side: what changed, what cannot be compared, and how often chance says so."""

import dataclasses
import math
import random

import pytest

from ftguide.ground.vocabulary import Build
from ftguide.suite.derive.analysis import report
from ftguide.suite.derive.compare import ConditionKind, LeftOut, Obstacle, compare, repeated
from ftguide.suite.words import condition_text, obstacle_text
from tests.suite.derive.builder import make_blocks, make_plan, stored_of

ARMS = ["gil-single", "ft-single", "gil-threads-2", "ft-threads-2", "ft-processes-2"]
RUN = "20261124T005100Z-1a2b3c4d"


def run_of(ratios, slug="nbody", threads=None, **changes):
    """Make a run whose FT/GIL ratio in block i is `ratios[i]`; threads take `threads` times as long."""
    arms = ARMS if threads else ARMS[:2]
    plan = make_plan(slug, arms, **changes)
    times = {"gil-single": [1e-5] * len(ratios), "ft-single": [1e-5 * r for r in ratios]}
    if threads:
        times |= {name: [1e-5 * r * threads for r in ratios] for name in ARMS[2:]}
    return report(stored_of((plan, make_blocks(plan, times))))


def test_a_ratio_that_moved_is_called_changed_with_its_interval():
    before = run_of([1.10, 1.11, 1.09, 1.10])
    after = run_of([1.20, 1.21, 1.19, 1.20])
    one = compare(before, after).change("nbody", "ft-single", "gil-single")
    assert one.changed
    assert not one.repeats
    assert one.change.ratio == pytest.approx(1.2 / 1.1, rel=1e-3)
    assert one.change.low < 1.2 / 1.1 < one.change.high
    assert (one.before.k, one.after.k) == (4, 4)


def test_the_same_run_twice_repeats_and_changes_nothing():
    found = compare(run_of([1.1, 1.2, 1.15], threads=0.6), run_of([1.1, 1.2, 1.15], threads=0.6))
    assert repeated(found.changes) == (4, 4)
    assert not any(one.changed for one in found.changes)
    assert {one.change.ratio for one in found.changes} == {1.0}
    assert found.left_out == found.conditions == ()


def test_welch_agrees_with_a_worked_example():
    """Unequal variances, 5 against 3 blocks; numbers by hand from Welch's formula."""
    x = [math.exp(v) for v in (0.10, 0.12, 0.08, 0.11, 0.09)]
    y = [math.exp(v) for v in (0.20, 0.30, 0.25)]
    one = compare(run_of(x), run_of(y)).changes[0].change
    assert math.log(one.ratio) == pytest.approx(0.15, abs=1e-6)
    assert one.standard_error == pytest.approx(math.sqrt(0.00025 / 5 + 0.0025 / 3), rel=1e-3)


@pytest.mark.parametrize("changes", [{"version": 2}, {"source_hash": "f" * 64}])
def test_other_code_is_never_compared(changes):
    found = compare(run_of([1.1, 1.2]), run_of([1.1, 1.2], **changes))
    assert found.changes == ()
    assert found.left_out == (LeftOut(slug="nbody", obstacle=Obstacle.OTHER_CODE),)
    assert obstacle_text(found.left_out[0]) == "the runs measured different code"


def test_what_only_one_run_has_is_named():
    found = compare(run_of([1.1, 1.2]), run_of([1.1, 1.2], slug="richards"))
    assert [left_out.slug for left_out in found.left_out] == ["richards", "nbody"]
    assert {obstacle_text(one).partition(" 2")[0] for one in found.left_out} == {"only in"}
    short = compare(run_of([1.1, 1.2]), run_of([1.1]))
    (left_out,) = short.left_out
    assert (left_out.slug, left_out.arms) == ("nbody", ("ft-single", "gil-single"))
    assert obstacle_text(left_out) == "fewer than two blocks in a run"


def test_other_machines_and_binaries_are_conditions():
    before, after = run_of([1.1, 1.2]), run_of([1.1, 1.2])
    run = after.stored.run
    machine = dataclasses.replace(run.machine, fingerprint="other", cpu_model="Z80")
    gil = dataclasses.replace(run.interpreters[Build.GIL], binary_sha256="0" * 64)
    changed = dataclasses.replace(
        run, machine=machine, interpreters=run.interpreters | {Build.GIL: gil}
    )
    found = compare(before, report(dataclasses.replace(after.stored, run=changed))).conditions
    said = [condition_text(one, "published", "yours") for one in found]
    assert len(said) == 2
    assert "another GIL-enabled binary" in said[0]
    assert said[1].endswith("Z80 with 2 usable CPUs yours")
    assert [one.kind for one in found] == [ConditionKind.BINARY, ConditionKind.MACHINE]


def noisy_blocks(plan, chance):
    ratios = [1.1 * math.exp(chance.gauss(0, 0.02)) for _ in range(8)]
    times = {"gil-single": [1e-5] * 8, "ft-single": [1e-5 * ratio for ratio in ratios]}
    return make_blocks(plan, times)


@pytest.mark.slow
def test_chance_alone_seldom_looks_like_a_change():
    """Two runs of 40 workloads with equal true ratios: intervals of the change miss 1 about 5 %."""
    chance = random.Random(7)
    outside = total = called = 0
    for _ in range(6):
        plans = [make_plan(f"w{n}", ARMS[:2]) for n in range(40)]
        runs = [
            report(stored_of(*((plan, noisy_blocks(plan, chance)) for plan in plans)))
            for _ in range(2)
        ]
        changes = compare(*runs).changes
        total += len(changes)
        outside += sum(not one.change.low <= 1 <= one.change.high for one in changes)
        called += sum(one.changed for one in changes)
    assert 0.02 < outside / total < 0.09
    assert called <= 2


def test_every_condition_is_told_with_what_was_and_what_became():
    before, after = run_of([1.1, 1.2]), run_of([1.1, 1.2])
    run = after.stored.run
    changed = dataclasses.replace(
        run,
        plan=dataclasses.replace(run.plan, preset="quick", threads=4),
        suite=dataclasses.replace(run.suite, version="2027.01"),
    )
    other = report(dataclasses.replace(after.stored, run=changed))
    told = [(one.kind, one.before, one.after) for one in compare(before, other).conditions]
    assert told == [
        (ConditionKind.PRESET, "full", "quick"),
        (ConditionKind.THREADS, 2, 4),
        (ConditionKind.SUITE, "2026.11", "2027.01"),
    ]


def test_each_ratio_has_a_change_of_its_own_in_the_order_of_the_plan():
    before = run_of([1.1, 1.11, 1.09], threads=0.6)
    after = run_of([1.1, 1.11, 1.09], threads=0.3)
    found = compare(before, after)
    assert [(one.arm, one.base, one.change.ratio) for one in found.changes] == [
        ("ft-single", "gil-single", pytest.approx(1)),
        ("ft-threads-2", "gil-threads-2", pytest.approx(1)),
        ("ft-threads-2", "gil-single", pytest.approx(2, rel=1e-4)),
        ("ft-processes-2", "ft-threads-2", pytest.approx(1)),
    ]
    one = found.change("nbody", "ft-threads-2", "gil-single")
    assert (one.changed, one.repeats) == (True, False)
    # Throughput of two threads over that of one: 2 / (1.1 x 0.6), then 2 / (1.1 x 0.3).
    assert one.before.ratio == pytest.approx(2 / 0.66, rel=1e-2)
    assert one.after.ratio == pytest.approx(2 / 0.33, rel=1e-2)
    assert repeated(found.changes) == (3, 4)
    assert found.change("nbody", "gil-single", "ft-single") is None
    assert found.change("other", "ft-single", "gil-single") is None


def test_two_blocks_in_either_run_are_enough_and_one_is_not():
    for one, two, enough in ((2, 2, True), (1, 2, False), (2, 1, False)):
        found = compare(run_of([1.1, 1.2][:one]), run_of([1.1, 1.2][:two]))
        assert (len(found.changes), len(found.left_out)) == ((1, 0) if enough else (0, 1))


def test_what_one_run_alone_has_is_told_with_that_run():
    first, second = run_of([1.1, 1.2], slug="nbody"), run_of([1.1, 1.2], slug="richards")
    run = dataclasses.replace(second.stored.run, run_id=RUN)
    second = report(dataclasses.replace(second.stored, run=run))
    assert compare(first, second).left_out == (
        LeftOut(slug="richards", obstacle=Obstacle.ONLY_IN, run_id=RUN),
        LeftOut(slug="nbody", obstacle=Obstacle.ONLY_IN, run_id=first.stored.run.run_id),
    )


def test_a_change_needs_both_a_small_q_and_an_interval_without_1():
    base = compare(run_of([1.1, 1.2]), run_of([1.1, 1.2])).changes[0]

    def change(q, low, high):
        interval = dataclasses.replace(base.change, low=low, high=high)
        return dataclasses.replace(base, q=q, change=interval).changed

    assert change(0.049, 1.001, 1.2)
    assert change(0.049, 0.8, 0.999)
    assert not change(0.05, 1.001, 1.2)
    assert not change(0.049, 1.0, 1.2)
    assert not change(0.049, 0.8, 1.0)


def test_what_cannot_be_compared_keeps_nothing_else_from_being_compared():
    def run(*slugs, **changes):
        times = {"gil-single": [1e-5] * 3, "ft-single": [1.1e-5] * 3}
        plans = [make_plan(slug, ARMS[:2], **changes.get(slug, {})) for slug in slugs]
        return report(stored_of(*((plan, make_blocks(plan, times)) for plan in plans)))

    found = compare(
        run("edited", "richards", "nbody"),
        run("new", "nbody", "edited", "richards", edited={"version": 2}),
    )
    assert [change.slug for change in found.changes] == ["nbody", "richards"]
    assert [(one.slug, one.obstacle) for one in found.left_out] == [
        ("new", Obstacle.ONLY_IN),
        ("edited", Obstacle.OTHER_CODE),
    ]
