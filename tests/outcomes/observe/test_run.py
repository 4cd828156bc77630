"""Tests of the laboratory on real interpreters: what misbehaves is contained, counted and graded."""

import tempfile
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from ftguide.outcomes.declare.catalogue import catalogue
from ftguide.outcomes.derive import grades
from ftguide.outcomes.derive.grades import Verdict
from ftguide.outcomes.observe import run, trial
from ftguide.outcomes.observe.plan import COVERING, PRESETS

pytestmark = pytest.mark.interpreters

SHORT = replace(PRESETS["quick"], seconds=0.3, turns_processes=1, forced_processes=1)


@pytest.fixture
def tried(specimens, subjects):
    def observe(slug, on="ft", size=SHORT):
        test = specimens.tests[slug]
        seen = run.observe(test, subjects[on], size, run="20261128T000000Z-00000000")
        return grades.cell(test, seen)

    return observe


def shown(cell):
    return {seen.name: seen.rate.count for seen in cell.seen if seen.rate.count}


def test_a_lost_update_is_seen_without_the_gil(tried):
    cell = tried("specimen-lost", size=replace(SHORT, seconds=2.0))
    assert cell.verdict is Verdict.INTERESTING
    assert set(shown(cell)) == {"1", "2"}
    assert sum(shown(cell).values()) == cell.samples > 1000


@pytest.mark.parametrize("on", ["gil", "on"])
def test_with_the_gil_the_same_is_not_seen(tried, on):
    """One bytecode after another, and no place between them at which a thread would be switched."""
    cell = tried("specimen-lost", on)
    assert cell.verdict is Verdict.ACCEPTABLE
    assert cell.observation.subject.gil


def test_an_exception_is_a_result_and_a_list_is_spelled(tried):
    assert set(shown(tried("specimen-raises"))) == {"ZeroDivisionError, [1, 2]"}
    assert set(shown(tried("specimen-exits"))) == {"SystemExit"}


def test_the_folder_of_a_killed_call_goes_with_the_next(tried):
    left = Path(tempfile.gettempdir()) / "ft-outcome-of-a-killed-call.kept"
    left.mkdir()
    tried("specimen-exits")
    assert not left.exists()


def test_a_crash_ends_one_process_and_keeps_what_was_counted(tried):
    cell = tried(
        "specimen-crashes", size=replace(SHORT, seconds=20.0)
    )  # it ends in the third round
    assert shown(cell) == {"fine": 1, "SIGSEGV": 1}  # the first of three rounds was the warm-up
    assert cell.verdict is Verdict.CRASH
    assert "Fatal Python error: Segmentation fault" in cell.observation.traces["SIGSEGV"]
    assert "actor1" in cell.observation.traces["SIGSEGV"]
    assert "0x7" not in cell.observation.traces["SIGSEGV"]


def test_a_hang_is_ended_with_its_stacks(tried, monkeypatch):
    monkeypatch.setattr(trial, "HANG_SECONDS", 1.5)
    monkeypatch.setattr(trial, "_STACKS_SECONDS", 0.5)
    cell = tried("specimen-hangs")
    assert cell.verdict is Verdict.HANG
    assert "in actor1" in cell.observation.traces["hang"]


def test_after_some_hangs_a_test_is_left(tried, monkeypatch):
    monkeypatch.setattr(trial, "HANG_SECONDS", 0.4)
    monkeypatch.setattr(trial, "_STACKS_SECONDS", 0.2)
    cell = tried("specimen-hangs", size=replace(SHORT, configurations=COVERING, seconds=0.05))
    assert len(cell.observation.processes) == run.MOST_HANGS


@pytest.mark.parametrize(
    ("slug", "ending"),
    [
        ("specimen-leaks", "threads left"),
        ("specimen-prints", "flood"),
        ("specimen-grows", "memory"),
    ],
)
def test_what_a_test_does_to_its_process_is_contained(tried, monkeypatch, slug, ending):
    monkeypatch.setattr(trial, "_MEMORY_BYTES", 2**28)
    cell = tried(slug)
    assert ending in shown(cell)
    assert cell.verdict is Verdict.FORBIDDEN


def test_a_child_does_not_outlive_its_test(tried, checkout):
    tried("specimen-forks")
    left = [
        process.pid
        for process in psutil.process_iter(["environ"])
        if (process.info["environ"] or {}).get("PYTHONPATH") == str(checkout)
    ]
    assert left == []


def test_what_the_test_does_not_know_fails_it(tried):
    cell = tried("specimen-surprises")
    assert cell.verdict is Verdict.UNKNOWN
    assert set(shown(cell)) == {"1, 3"}


def test_overlap_is_measured_apart(tried):
    size = replace(SHORT, stamp_seconds=0.5)
    cell = tried("specimen-lost", size=size)
    assert cell.observation.stamped > 0
    assert 0 <= cell.observation.overlapping <= cell.observation.stamped


@pytest.mark.slow
def test_declared_tests_run_on_both_builds(pair):
    """Every tenth, in a smoke run: each knows what it sees. CI runs all of them by `nox -s outcomes`."""
    tests = catalogue()
    assert tests.problems == ()
    smoke = replace(SHORT, seconds=0.05, forced_processes=0)
    failed = []
    for test in list(tests.tests.values())[::10]:
        for bench in run.benches([pair.gil, pair.ft], smoke):
            if not run.skipped(test, bench.subject):
                seen = run.observe(test, bench, smoke, run="smoke")
                if grades.cell(test, seen).verdict is Verdict.UNKNOWN:
                    failed.append((test.slug, bench.subject.name))
    assert failed == []
