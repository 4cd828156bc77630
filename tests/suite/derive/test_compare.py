"""Two runs side by side: what changed, what cannot be compared, and how often chance says so."""

import dataclasses
import math
import random

import pytest

from ftguide.suite.derive.analysis import report
from ftguide.suite.derive.compare import ConditionKind, LeftOut, Obstacle, compare, repeated
from ftguide.suite.words import condition_text, obstacle_text
from ftguide.vocabulary import Build
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
