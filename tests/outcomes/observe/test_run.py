"""Tests of the laboratory on real interpreters: what misbehaves is contained, counted and graded."""

import itertools
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from ftguide.outcomes.declare.catalogue import catalogue
from ftguide.outcomes.derive import grades
from ftguide.outcomes.derive.grades import Verdict
from ftguide.outcomes.observe import run, trial
from ftguide.outcomes.observe.plan import COVERING, PRESETS
from tests.chance import seen as sought

#: Two threads that walk in step take minutes for a thousand states on one CPU that others want as well.
pytestmark = [pytest.mark.interpreters, pytest.mark.timeout(900)]

SHORT = replace(PRESETS["quick"], seconds=0.3, turns_processes=1, forced_processes=1)


@pytest.fixture
def tried(specimens, subjects, monkeypatch):
    """Try a specimen. What only waits for a CPU is not taken for a hang here, as it is after ten seconds."""
    monkeypatch.setattr(trial, "HANG_SECONDS", 200.0)
    monkeypatch.setattr(trial, "_STACKS_SECONDS", 200.0)

    def observe(slug, on="ft", size=SHORT):
        test = specimens.tests[slug]
        seen = run.observe(test, subjects[on], size, run="20261128T000000Z-00000000")
        return grades.cell(test, seen)

    return observe


@pytest.fixture
def sampled(tried):
    """Try a specimen until its time was not up before its threads had begun."""
    return lambda *words, **more: sought(lambda: tried(*words, **more), lambda cell: cell.samples)


def shown(cell):
    return {seen.name: seen.rate.count for seen in cell.seen if seen.rate.count}


def test_a_lost_update_is_seen_without_the_gil(tried):
    seconds = itertools.chain([2.0], itertools.repeat(100.0))
    cell = sought(
        lambda: tried("specimen-lost", size=replace(SHORT, seconds=next(seconds))),
        lambda cell: cell.samples > 1000 and len(shown(cell)) > 1,
        within=400.0,
    )
    assert cell.verdict is Verdict.INTERESTING
    assert set(shown(cell)) == {"1", "2"}
    assert sum(shown(cell).values()) == cell.samples > 1000


@pytest.mark.parametrize("on", ["gil", "on"])
def test_with_the_gil_the_same_is_not_seen(sampled, on):
    """One bytecode after another, and no place between them at which a thread would be switched."""
    cell = sampled("specimen-lost", on)
    assert cell.verdict is Verdict.ACCEPTABLE
    assert cell.observation.subject.gil


def test_an_exception_is_a_result_and_a_list_is_spelled(sampled):
    assert set(shown(sampled("specimen-raises"))) == {"ZeroDivisionError, [1, 2]"}
    assert set(shown(sampled("specimen-exits"))) == {"SystemExit"}


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
    """The stacks are those of an actor as soon as the process has got so far when they are printed."""
    seconds = itertools.count(1)

    def hang():
        stacks = 0.5 * 2 ** next(seconds)
        monkeypatch.setattr(trial, "_STACKS_SECONDS", stacks)
        monkeypatch.setattr(trial, "HANG_SECONDS", 2 * stacks)
        return tried("specimen-hangs")

    cell = sought(hang, lambda cell: "in actor1" in cell.observation.traces.get("hang", ""))
    assert cell.verdict is Verdict.HANG


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
    cell = sought(lambda: tried(slug), lambda cell: cell.observation.processes[0].ending)
    assert ending in shown(cell)
    assert cell.verdict is Verdict.FORBIDDEN


def test_a_child_does_not_outlive_its_test(sampled, checkout):
    sampled("specimen-forks")
    deadline = time.monotonic() + 60  # what was killed needs a CPU to end
    while (left := children(checkout)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert left == []


def children(checkout):
    return [
        process.pid
        for process in psutil.process_iter(["environ"])
        if (process.info["environ"] or {}).get("PYTHONPATH") == str(checkout)
    ]


def test_what_the_test_does_not_know_fails_it(sampled):
    cell = sampled("specimen-surprises")
    assert cell.verdict is Verdict.UNKNOWN
    assert set(shown(cell)) == {"1, 3"}


def test_overlap_is_measured_apart(tried):
    size = replace(SHORT, stamp_seconds=0.5)
    cell = sought(
        lambda: tried("specimen-lost", size=size), lambda cell: cell.observation.stamped > 0
    )
    assert 0 <= cell.observation.overlapping <= cell.observation.stamped


PARTS = 8


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_declared_tests_run_on_both_builds(pair, part):
    """Every tenth, in a smoke run: each knows what it sees. CI runs all of them by `nox -s outcomes`."""
    tests = catalogue()
    assert tests.problems == ()
    smoke = replace(SHORT, seconds=0.05, forced_processes=0)
    failed = []
    for test in list(tests.tests.values())[10 * part :: 10 * PARTS]:
        for bench in run.benches([pair.gil, pair.ft], smoke):
            if not run.skipped(test, bench.subject):
                seen = run.observe(test, bench, smoke, run="smoke")
                if grades.cell(test, seen).verdict is Verdict.UNKNOWN:
                    failed.append((test.slug, bench.subject.name))
    assert failed == []
