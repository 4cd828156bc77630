"""Half-widths of a run and of stock pyperf, both known, compared for the same time."""

import json
import math

import pytest

from ftguide.statistics.student import student_quantile
from ftguide.suite.validate import (
    precision,
)
from tests import synthetic
from tests.suite.derive.builder import make_block, make_blocks, stored_of, wobble
from tests.suite.derive.builder import make_plan as plan_of
from tests.suite.derive.test_lines import THREE, TIMES
from tests.suite.validate.scripts import called, folder_of, last_attempt


def test_half_widths_of_stock_pyperf_are_welchs():
    """Two samples of the logarithms -s, 0, s: error s / sqrt(3) each, four degrees of freedom together."""
    means = [math.exp(-0.01), 1.0, math.exp(0.01)]
    one, other = {"process_means": means}, {"process_means": [3 * mean for mean in means]}
    expected = student_quantile(0.975, 4) * 0.01 * math.sqrt(2 / 3)
    assert precision.welch(one, other) == pytest.approx(expected)


def test_wall_time_is_that_of_the_blocks_and_of_a_calibration_as_long_as_one():
    plan = plan_of("nbody", ["gil-single"])
    times = {"gil-single": [1e-5] * 4}
    blocks = [make_block(plan, i, times, seconds=s) for i, s in enumerate((2.0, 3.0, 4.0))]
    assert precision.wall_seconds(stored_of((plan, blocks)), "nbody") == pytest.approx(12.0)


def measured_run(tmp_path, size=0.002, **block):
    """Store ten blocks of 2 s per workload whose log ratios are off by `size` to either side."""
    workloads = []
    for slug in ("nbody", "richards"):
        plan = plan_of(slug, ["gil-single", "ft-single"])
        ratios = [1.1 * math.exp(size * (-1) ** i) for i in range(10)]
        columns = {"gil-single": [1e-5] * 10, "ft-single": [1e-5 * ratio for ratio in ratios]}
        workloads.append((plan, make_blocks(plan, columns, **block)))
    return folder_of(tmp_path, *workloads)


def stock_of(tmp_path, monkeypatch, version=1, wall=44.0):
    """Write what stock pyperf measured of one workload, with half-widths known and one false alarm."""
    means = [math.exp(-0.05), 1.0, math.exp(0.05)]
    steady, moved = [1.0, 1.01, 0.99, 1.005], [2.0, 2.01, 1.99, 2.005]
    passes = {
        name: {"process_means": means, "values": values, "wall_seconds": wall}
        for name, values in (
            ("gil", steady),
            ("ft", steady),
            ("gil-again", steady[::-1]),
            ("ft-again", moved),
        )
    }
    path = tmp_path / "stock.json"
    path.write_text(json.dumps({"passes": {"nbody": passes}, "versions": {"nbody": version}}))
    monkeypatch.setattr(precision, "output", lambda _: path)
    return student_quantile(0.975, 4) * 0.05 * math.sqrt(2 / 3)


def test_precision_compares_half_widths_for_the_same_time(tmp_path, log, monkeypatch, capsys):
    """Stock pyperf took 88 s for a workload that took us 22: for the same time it would be twice as wide."""
    folder = measured_run(tmp_path)
    stock_half = stock_of(tmp_path, monkeypatch)
    ours = student_quantile(0.975, 9) * 0.002 / math.sqrt(9)
    assert called(monkeypatch, precision, folder) == 0
    figures = last_attempt(log)["figures"]
    assert figures["half_width"] == pytest.approx(ours, rel=1e-3)
    assert figures["factor"] == pytest.approx(2 * stock_half / ours, rel=1e-3)
    assert (figures["stock_alarms"], figures["stock_pairs"]) == (1, 2)
    assert (figures["workloads"], figures["overhead_seconds"]) == (2, 0.2)
    assert figures["run"] == folder.name
    assert "stock pyperf calls 1 of 2 A/A pairs significant" in capsys.readouterr().out


def test_precision_does_not_compare_with_another_version(tmp_path, log, monkeypatch, capsys):
    folder = measured_run(tmp_path)
    stock_of(tmp_path, monkeypatch, version=2)
    assert called(monkeypatch, precision, folder) == 1
    figures = last_attempt(log)
    assert figures["figures"]["factor"] is None
    assert list(figures["goals"].values()) == [True, False, True]
    assert capsys.readouterr().out.count("has not measured this version") == 2


@pytest.mark.parametrize(
    ("size", "wall", "overhead", "goals"),
    [
        (0.02, 44.0, 0.2, [False, True, True]),  # ours 1.5 %, 22.7 % in the same time
        (0.002, 0.6, 0.2, [True, True, True]),  # ours 0.15 %, 2.6 %
        (0.02, 5.5, 0.2, [False, False, True]),  # ours 1.5 %, 8.0 %: 5.3 times
        (0.002, 44.0, 0.35, [True, True, True]),
        (0.002, 44.0, 0.36, [True, True, False]),
    ],
)
def test_precision_has_three_goals(tmp_path, log, monkeypatch, size, wall, overhead, goals):
    folder = measured_run(tmp_path, size=size, overhead_seconds=overhead)
    stock_of(tmp_path, monkeypatch, wall=wall)
    assert called(monkeypatch, precision, folder) == (0 if all(goals) else 1)
    assert list(last_attempt(log)["goals"].values()) == goals


@pytest.mark.parametrize(("noise", "reached"), [(0.001, True), (0.05, False)])
def test_a_run_over_lines_has_the_goal_for_each_of_its_ratios(
    tmp_path, log, monkeypatch, capsys, noise, reached
):
    """The main line is precise; 3.15's interpreters are or are not."""
    single = [arm for arm in TIMES if "single" in arm and "again" not in arm]
    plan = plan_of("nbody", single)
    columns = {
        arm: wobble(TIMES[arm], 10, noise if "3.15" in arm else 0.001, arm) for arm in single
    }
    run = stored_of((plan, make_blocks(plan, columns)), lines=THREE)
    monkeypatch.setattr(precision, "output", lambda _: tmp_path / "none.json")
    called(monkeypatch, precision, synthetic.write(tmp_path / "results", run))
    attempt = last_attempt(log)
    assert attempt["goals"]["median half-width at most 1 %"] is True
    assert attempt["goals"][precision.OF_LINES] is reached
    widths = attempt["figures"]["lines"]
    assert set(widths) == {
        *(f"ft-single@{line}/gil-single@{line}" for line in ("3.13", "3.15")),
        *(f"{build}-single/{build}-single@3.13" for build in ("gil", "ft")),
        *(f"{build}-single@3.15/{build}-single" for build in ("gil", "ft")),
    }
    assert all((width <= 0.01) is (reached or "3.15" not in arm) for arm, width in widths.items())
    assert "of ft-single@3.15/ft-single" in capsys.readouterr().out
