"""A/A pairs of which the test knows how far they are off: the script counts those it should."""

import math

import pytest

from ftguide.suite.validate import (
    false_alarms,
)
from tests import synthetic
from tests.suite.derive.builder import make_blocks
from tests.suite.derive.builder import make_plan as plan_of
from tests.suite.derive.test_lines import TIMES, measured
from tests.suite.validate.scripts import called, folder_of, last_attempt


def with_copies(slug, *, gil=1.0, ft=1.0, noise=0.001):
    """Make a workload of ten blocks whose copies are off by known factors."""
    arms = ["gil-single", "ft-single", "gil-single-again", "ft-single-again"]
    plan = plan_of(slug, arms)
    wave = [math.exp(noise * (-1) ** i) for i in range(10)]
    columns = {
        "gil-single": [1e-5] * 10,
        "ft-single": [1.1e-5] * 10,
        "gil-single-again": [gil * 1e-5 * one for one in wave],
        "ft-single-again": [ft * 1.1e-5 * one for one in wave],
    }
    return plan, make_blocks(plan, columns)


def test_false_alarms_are_counted_pair_by_pair(tmp_path, log, monkeypatch, capsys):
    """Six copies: one off by 0.2 % (its interval excludes 1, no verdict), one by 5 % (called slower)."""
    folder = folder_of(
        tmp_path,
        with_copies("nbody"),
        with_copies("mandelbrot", gil=1.002),
        with_copies("richards", ft=1.05),
    )
    assert called(monkeypatch, false_alarms, folder) == 1
    figures = last_attempt(log)
    assert figures["figures"] == {
        "runs": [folder.name],
        "comparisons": 6,
        "by_arm": {"gil-single-again": 3, "ft-single-again": 3},
        "exclude_one": 2,
        "called": ["richards ft-single-again"],
    }
    assert list(figures["goals"].values()) == [False, False, True]
    assert "6 A/A comparisons; 2 intervals exclude 1 (33.3 %)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("fewest", "share", "most", "goals"),
    [
        (6, (0.3, 0.4), 1, [True, True, True]),
        (7, (0.3, 0.4), 1, [False, True, True]),
        (6, (0.34, 0.4), 1, [True, False, True]),
        (6, (0.3, 0.33), 1, [True, False, True]),
        (6, (0.3, 0.4), 0, [True, True, False]),
    ],
)
def test_false_alarms_have_three_goals(tmp_path, log, monkeypatch, fewest, share, most, goals):
    folder = folder_of(
        tmp_path,
        with_copies("nbody"),
        with_copies("mandelbrot", gil=1.002),
        with_copies("richards", ft=0.95),
    )
    for name, value in (("FEWEST", fewest), ("SHARE", share), ("CALLED", most)):
        monkeypatch.setattr(false_alarms, name, value)
    assert called(monkeypatch, false_alarms, folder) == (0 if all(goals) else 1)
    assert list(last_attempt(log)["goals"].values()) == goals


def test_runs_without_copies_reach_nothing(tmp_path, log, monkeypatch):
    plan = plan_of("nbody", ["gil-single", "ft-single"])
    blocks = make_blocks(plan, {"gil-single": [1e-5] * 3, "ft-single": [1e-5] * 3})
    assert called(monkeypatch, false_alarms, folder_of(tmp_path, (plan, blocks))) == 1
    assert last_attempt(log)["figures"]["comparisons"] == 0


def over_lines(*copies, noise=0.0):
    """Make a run over three lines with copies on some of them, one off by `noise`."""
    times = {arm: TIMES[arm] for arm in TIMES if "threads" not in arm and "again" not in arm}
    times |= {arm: TIMES[arm.replace("-again", "")] for arm in copies}
    if noise:
        times[copies[-1]] *= 1 + noise
    return measured(times, slugs=("nbody", "richards"), noise=0.0005)


def test_copies_of_every_line_are_counted(tmp_path, log, monkeypatch):
    copies = ("ft-single-again", "ft-single-again@3.13", "ft-single-again@3.15")
    folder = synthetic.write(tmp_path / "results", over_lines(*copies, noise=0.05))
    assert called(monkeypatch, false_alarms, folder) == 1
    attempt = last_attempt(log)
    assert attempt["figures"]["by_arm"] == dict.fromkeys(copies, 2)
    assert attempt["figures"]["called"] == [
        "nbody ft-single-again@3.15",
        "richards ft-single-again@3.15",
    ]
    assert attempt["goals"]["every line has A/A pairs"] is True


def test_a_line_without_copies_is_named(tmp_path, log, monkeypatch, capsys):
    run = over_lines("ft-single-again", "ft-single-again@3.15")
    called(monkeypatch, false_alarms, synthetic.write(tmp_path / "results", run))
    assert last_attempt(log)["goals"]["every line has A/A pairs"] is False
    assert "without an A/A pair: 3.13" in capsys.readouterr().out
