"""Races end in four ways; each is told from the others."""

import sys

import pytest

from ftguide.ground.files import ROOT
from ftguide.ground.vocabulary import Build
from ftguide.native.examples import trial
from ftguide.native.examples.catalogue import Variant
from ftguide.native.examples.trial import Ending
from tests.chance import seen

PASSED = 'import json; print(json.dumps({"gil": False, "adds": 7, "wrong": None}))'
WRONG = 'import json, sys; print(json.dumps({"gil": False, "adds": 2, "wrong": "adds: 3"})); sys.exit(1)'


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        (PASSED, Ending(kind="passed", adds=7)),
        (WRONG, Ending(kind="wrong", said="adds: 3", adds=2)),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", Ending("crashed", "SIGSEGV")),
        ("import time; time.sleep(60)", Ending("hung", "still running 0 s after its time")),
        ("raise ImportError('no tally')", Ending("wrong", "ImportError: no tally")),
        ("print('not json')", Ending("wrong", "exit status 0")),
        ("import sys; sys.exit(0)", Ending("wrong", "exit status 0")),
    ],
    ids=["passed", "wrong", "crashed", "hung", "no import", "no answer", "silent"],
)
def test_a_race_ends(tmp_path, monkeypatch, script, expected):
    (tmp_path / "race.py").write_text(script)
    hangs = expected.kind == "hung"
    monkeypatch.setattr(trial, "GRACE_SECONDS", 0.0 if hangs else 60.0)
    seconds = 1.0 if hangs else 0.1
    assert trial.race([sys.executable], tmp_path, {}, seconds) == expected


def test_a_hung_race_is_not_left_behind(tmp_path, monkeypatch):
    """It holds a lock until it ends."""
    fcntl = pytest.importorskip("fcntl")
    lock = tmp_path / "held"
    (tmp_path / "race.py").write_text(
        "import fcntl, time\n"
        f"file = open({str(lock)!r}, 'w')\n"
        "fcntl.flock(file, fcntl.LOCK_EX)\n"
        "print('held', file=file, flush=True)\n"
        "time.sleep(600)\n"
    )
    monkeypatch.setattr(trial, "GRACE_SECONDS", 0.0)
    seconds = iter([0.5 * 2**power for power in range(9)])
    ending = seen(
        lambda: trial.race([sys.executable], tmp_path, {}, next(seconds)),
        lambda _: lock.exists() and lock.read_text() == "held\n",
    )
    assert ending.kind == "hung"
    with lock.open() as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_ways_of_failing_are_told_apart_without_their_numbers():
    endings = [
        Ending(kind="passed", adds=10),
        Ending(kind="wrong", said="adds: 5 instead of 9", adds=1),
        Ending(kind="wrong", said="adds: 7 instead of 9", adds=2),
        Ending(kind="crashed", said="SIGSEGV"),
        Ending(kind="hung", said="still running"),
    ]
    races = trial.summed(endings)
    assert (races.runs, races.failed, races.adds) == (5, 4, 13)
    assert (races.wrong, races.crashed, races.hung) == (2, 1, 1)
    assert races.said == ("adds: 5 instead of 9", "SIGSEGV", "still running")


def test_after_is_raced_twice_as_often_and_never_with_the_gil_forced_off():
    for build in Build:
        assert trial.options(Variant.AFTER, build) == ()
    assert trial.options(Variant.BEFORE, Build.GIL) == ()
    assert trial.options(Variant.BEFORE, Build.FREE_THREADED) == ("-X", "gil=0")
    assert trial.plan(Variant.BEFORE, Build.FREE_THREADED, 10)[0] == 10
    assert trial.plan(Variant.AFTER, Build.FREE_THREADED, 10)[0] == 20


def test_nothing_is_planted():
    """No sleep, hook or switch interval makes the race fail."""
    text = (ROOT / "examples" / "race.py").read_text()
    code = text.partition('"""')[2].partition('"""')[2]
    for word in ("sleep", "setswitchinterval", "settrace", "setprofile", "sched_yield", "monkey"):
        assert word not in code
