"""How long a plan takes: from blocks and starts that the test knows, and for the plans as they are."""

import dataclasses

import pytest

from benchmarks.workloads.declare import Group
from ftguide.ground.vocabulary import Arm
from ftguide.suite.declare import plan
from ftguide.suite.record.model import Cost
from ftguide.suite.validate import duration
from tests import synthetic
from tests.suite.derive.builder import make_blocks, make_record, stored_of
from tests.suite.derive.builder import make_plan as plan_of
from tests.suite.validate.scripts import called

ARMS = ["gil-single", "ft-single", "ft-single-again"]
#: Per loop; the builder's loops make values of 10 and of 20 ms.
TIMES = {"gil-single": 1e-5, "ft-single": 2e-5, "ft-single-again": 2e-5}


def measured(**changes):
    """Make a run of one workload: ten blocks of 1.2 s, starts of 0.1 s and 0.3 s."""
    planned = plan_of("nbody", ARMS, rounds=4, blocks=10)
    columns = {arm: [seconds] * 10 for arm, seconds in TIMES.items()}
    blocks = make_blocks(planned, columns, seconds=1.2)
    costs = tuple(
        Cost(
            workload="nbody",
            version=1,
            source_hash=planned.source_hash,
            arm=arm,
            start_seconds=(start / 2, start, 2 * start),
            peak_pss_bytes=None,
            samples=1,
        )
        for arm, start in (("gil-single", 0.1), ("ft-single", 0.3))
    )
    return dataclasses.replace(stored_of((planned, blocks)), costs=costs, **changes)


def known():
    stored = measured()
    return stored, {"nbody": duration.spent(stored, stored.planned("nbody"))}


def test_what_is_no_value_is_shared_out_by_starts():
    stored, spent = known()
    one = spent["nbody"]
    values = len(stored.blocks[0].arms["ft-single"].spans)
    assert one.values["gil-single"] == pytest.approx(0.01)
    assert one.untimed == duration.WARM_UP_SHARE
    timed = values * (0.01 + 0.02 + 0.02) * (1 + one.untimed)
    assert one.apart == pytest.approx((1.2 - timed) / (0.1 + 0.3 + 0.3))
    assert one.start(Arm.parse("ft-single-again@3.15")) == 0.3
    assert one.value(Arm.parse("gil-single@3.13")) == pytest.approx(0.01)
    assert one.start(Arm.parse("ft-threads-2")) == pytest.approx(0.2), "the mean of what is known"


def test_the_run_itself_is_estimated_at_what_it_took_and_a_calibration():
    stored, spent = known()
    values = len(stored.blocks[0].arms["ft-single"].spans)
    planned = dataclasses.replace(stored.planned("nbody"), rounds=values)
    same = dataclasses.replace(
        stored.run.plan, workloads=(planned,), block_seconds=None, costs=False
    )
    assert duration.seconds(same, spent)["nbody"] == pytest.approx(11 * 1.2)


def test_more_arms_take_longer_and_fill_a_block_with_fewer_rounds():
    stored, spent = known()
    planned = dataclasses.replace(
        stored.planned("nbody"), arms=(*ARMS, "gil-single@3.15", "ft-single@3.15"), rounds=8
    )
    more = dataclasses.replace(stored.run.plan, workloads=(planned,), block_seconds=0.2, costs=True)
    of_round = 0.01 + 3 * 0.02 + 0.01  # of which 2 fit into 0.2 s
    block = 2 * of_round * 1.15 + spent["nbody"].apart * (0.1 + 0.3 + 0.3 + 0.1 + 0.3)
    costs = 3 * (0.1 + 0.3) + 2 * 0.15  # neither of the copy nor of the other line
    assert duration.seconds(more, spent)["nbody"] == pytest.approx(11 * block + costs)


def test_what_nobody_measured_takes_the_mean(tmp_path):
    stored, spent = known()
    plans = (stored.planned("nbody"), dataclasses.replace(stored.planned("nbody"), slug="new"))
    both = dataclasses.replace(stored.run.plan, workloads=plans)
    taken = duration.seconds(both, spent)
    assert taken["new"] == taken["nbody"]
    assert duration.spent(dataclasses.replace(stored, costs=()), plans[0]) is None
    assert duration.spent(dataclasses.replace(stored, blocks=()), plans[0]) is None


def test_work_in_one_call_has_nothing_untimed():
    planned = plan_of("startup", ["gil-single"])
    record = make_record("gil-single", [1.0], loops=1)
    assert duration._untimed(record) == 0
    assert duration._untimed(dataclasses.replace(record, loops=2)) == duration.WARM_UP_SHARE
    assert (
        duration._untimed(dataclasses.replace(record, loops=2, laps=((5, 5),)))
        == duration.LAPS_WARM_UP_SHARE
    )
    assert duration.spent(stored_of((planned, [])), planned) is None


def test_a_run_is_learned_from_and_every_group_is_printed(tmp_path, monkeypatch, capsys):
    path = tmp_path / "durations.json"
    monkeypatch.setattr(duration.write, "__defaults__", (path,))
    monkeypatch.setattr(duration.read, "__defaults__", (path,))
    folder = synthetic.write(tmp_path / "results", measured())
    called(monkeypatch, duration, folder)
    assert set(duration.read()) == {"nbody"}
    printed = capsys.readouterr().out
    one, three = printed.split("full, 3 lines")
    assert one.startswith("full, 1 line ")
    for part in (one, three):
        rows = dict(line.split(None, 1) for line in part.splitlines()[1:] if line.startswith("  "))
        minutes = {name: float(text.split()[-1]) for name, text in rows.items()}
        together = minutes.pop("together")
        assert sum(minutes.values()) == pytest.approx(together, abs=0.1 * len(minutes))
        assert set(minutes) == {str(group) for group in Group} - {"mine", "native"}


def test_what_is_written_is_read(tmp_path):
    stored, spent = known()
    path = tmp_path / "durations.json"
    duration.write(stored, path)
    (read,) = duration.read(path).values()
    assert read.values == pytest.approx(spent["nbody"].values, rel=1e-3)
    assert read.apart == pytest.approx(spent["nbody"].apart, rel=1e-3)


def test_a_full_run_over_three_lines_ends_within_two_hours():
    """By what the workloads took in a published run; a block holds no more arms than may live at once."""
    planned = duration.full(duration.LINES)
    taken = duration.seconds(planned, duration.read())
    assert sum(taken.values()) / 60 <= duration.MOST_MINUTES == 120
    assert max(len(workload.arms) for workload in planned.workloads) <= plan.MOST_ARMS == 14
    alone = duration.seconds(duration.full(()), duration.read())
    assert sum(alone.values()) < sum(taken.values())


def test_blocks_that_make_half_widths_are_those_of_one_line():
    """Time is found in arms, never in blocks: these make the intervals."""
    one, three = duration.full(()), duration.full(duration.LINES)
    for workload in three.workloads:
        same = one.workload(workload.slug)
        assert (workload.blocks, workload.rounds) == (same.blocks, same.rounds)


def test_a_plan_that_takes_too_long_fails(monkeypatch, capsys):
    assert called(monkeypatch, duration) == 0
    assert "reached  three lines in at most 120 minutes" in capsys.readouterr().out
    monkeypatch.setattr(duration, "MOST_MINUTES", 60)
    assert called(monkeypatch, duration) == 1
    assert "MISSED" in capsys.readouterr().out
