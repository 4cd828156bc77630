"""Values and stretches of known speed: the script finds both ratios, and says where they disagree."""

import contextlib
import itertools
import json
import math
from types import SimpleNamespace

import pytest

from ftguide.ground.vocabulary import Build, Target
from ftguide.statistics.student import student_quantile
from ftguide.suite.declare.catalogue import catalogue, select
from ftguide.suite.declare.plan import Loops, block_plan, make_plan, with_loops
from ftguide.suite.declare.presets import preset
from ftguide.suite.validate import (
    accuracy,
)
from tests.suite.validate.scripts import called, last_attempt

LOOPS = 16_000


class FakeArm:
    """An arm of known speed, on a machine that gets slower by a thousandth with every turn of any arm."""

    def __init__(self, turn, *, value_ns, stretch_ns, collections=0):
        self.turn = turn
        self.speeds = {"value": value_ns, "stretch": stretch_ns}
        self.collections = collections
        self.asked = []

    def value(self, loops, untimed, laps=1):
        kind = "stretch" if loops > LOOPS else "value"
        self.asked.append((kind, untimed, laps))
        each = self.speeds[kind] * (1 + next(self.turn) / 1000) * loops / laps
        # Somebody disturbs every fourth lap, which then takes twice as long.
        factors = [2 if laps > 1 and number % 4 == 3 else 1 for number in range(laps)]
        self.per_lap = loops // laps
        return [[round(at) for at in itertools.accumulate([7, *(each * one for one in factors)])]]

    def check(self, loops):
        assert loops == self.per_lap, "the oracle has to look at the last lap alone"
        return ()

    def begin(self):
        return True

    def end(self):
        return True, {"gc": self.collections}


@pytest.fixture
def measured(monkeypatch):
    """Measure one block of a workload with arms of known speed; return logs and arms."""

    def measure(slug, *, collections=0):
        turn = itertools.count()
        arms = {
            accuracy.GIL: FakeArm(turn, value_ns=1000.0, stretch_ns=1000.0),
            accuracy.FT: FakeArm(turn, value_ns=1250.0, stretch_ns=1200.0, collections=collections),
        }
        monkeypatch.setattr(
            accuracy.blocks, "started_arms", lambda *_: contextlib.nullcontext(arms)
        )
        monkeypatch.setattr(accuracy.blocks, "warm_up", lambda *_: None)
        plan = make_plan(select([slug]), size=preset("standard"), threads=1, seed=1)
        plan = with_loops(plan, slug, Loops(loops=LOOPS))
        chance = accuracy.random.Random(3)
        stage = SimpleNamespace(on=None)
        return accuracy.one_block(block_plan(plan, plan.workload(slug), 0), stage, chance), arms

    return measure


def is_in_laps(slug):
    return catalogue()[slug].workload.laps


IN_LAPS = next(slug for slug in accuracy.WORKLOADS if is_in_laps(slug))
WHOLE = next(slug for slug in accuracy.WORKLOADS if not is_in_laps(slug))


def test_accuracy_names_workloads_of_the_catalogue_of_both_kinds():
    assert set(accuracy.WORKLOADS) <= set(catalogue())
    assert len(set(accuracy.WORKLOADS)) >= 12
    assert {is_in_laps(slug) for slug in accuracy.WORKLOADS} == {True, False}


def test_accuracy_finds_the_ratio_of_values_and_the_ratio_of_stretches(measured):
    """Turns are mirrored, so a machine that slows down steadily moves neither."""
    logs, arms = measured(WHOLE)
    assert math.exp(logs.values) == pytest.approx(1.25, rel=1e-6)
    assert math.exp(logs.stretches) == pytest.approx(1.2, rel=1e-6)
    assert logs.all_time == logs.values
    # 16 ms a value: 66 of them are the fewest that last longer than 1.05 s.
    assert 66 * 0.016 <= logs.shortest < 66 * 0.016 * 1.05
    for arm in arms.values():
        assert arm.asked[0] == ("value", 0, 1)
        kinds = [kind for kind, *_ in arm.asked[1:]]  # the first finds out how long a value takes
        turns = ["value"] * accuracy.ROUNDS, ["stretch"] * 4, ["value"] * accuracy.ROUNDS
        assert kinds == [kind for part in turns for kind in part]
        assert {one for one in arm.asked if one[0] == "stretch"} == {("stretch", 0, 1)}
        assert all(untimed > 0 for kind, untimed, _ in arm.asked[1:] if kind == "value")


def test_accuracy_leaves_disturbed_laps_out_of_values_and_nothing_out_of_stretches(measured):
    """A quarter of the laps takes twice as long on both builds: their ratio stays, so does all time's."""
    logs, arms = measured(IN_LAPS)
    assert arms[accuracy.GIL].asked[1][2] > 1
    assert math.exp(logs.values) == pytest.approx(1.25, rel=1e-3)
    assert math.exp(logs.stretches) == pytest.approx(1.2, rel=1e-6)
    assert math.exp(logs.all_time) == pytest.approx(1.25, rel=1e-6)
    assert logs.values != logs.all_time


def test_accuracy_counts_all_laps_where_one_of_them_collected_garbage(measured):
    logs, _ = measured(IN_LAPS, collections=1)
    assert logs.values == logs.all_time


def test_accuracy_says_which_workloads_disagree_and_records_ratios(
    pair, log, tmp_path, monkeypatch, capsys
):
    good, bad = WHOLE, IN_LAPS
    noise = itertools.cycle((0.001, -0.001))

    def one_block(plan, stage, chance):
        assert plan.workload.loops == 77
        assert stage.executables == {Target(build): f"{build}-python" for build in Build}
        apart = 0.05 if plan.workload.slug == bad else 0.0
        off = next(noise)
        value, stretch = math.log(1.2) + off, math.log(1.2) - off + apart
        return accuracy.Logs(value, stretch, value + 0.3, 1.25 + plan.index)

    monkeypatch.setattr(accuracy, "OUTPUT", tmp_path / "accuracy.json")
    monkeypatch.setattr(accuracy, "one_block", one_block)
    monkeypatch.setattr(accuracy.blocks, "calibrate", lambda *_: Loops(loops=77))
    assert called(monkeypatch, accuracy, "--only", good, "--only", bad) == 1
    figures = last_attempt(log)
    assert figures["figures"] == {"workloads": 2, "disagree": [bad]}
    assert set(figures["goals"].values()) == {False}  # fewer than twelve, and one disagrees
    rows = {
        one["slug"]: one for one in json.loads((tmp_path / "accuracy.json").read_text())["rows"]
    }
    assert {slug: row["agree"] for slug, row in rows.items()} == {good: True, bad: False}
    assert rows[good]["slices"][0] == pytest.approx(1.2)
    assert rows[bad]["stretches"][0] == pytest.approx(1.2 * math.exp(0.05))
    assert rows[bad]["slices_over_stretches"][0] == pytest.approx(math.exp(-0.05))
    assert rows[good]["slices_all_time"][0] == pytest.approx(1.2 * math.exp(0.3))
    # Eight blocks, each 0.001 off to either side: Student's interval with seven degrees of freedom.
    half = student_quantile(0.975, 7) * 0.001 * math.sqrt(8 / 7) / math.sqrt(8)
    assert math.log(rows[good]["slices"][2] / rows[good]["slices"][1]) / 2 == pytest.approx(half)
    assert rows[good]["shortest_stretch_seconds"] == 1.25
    assert "DISAGREE" in capsys.readouterr().out
