"""`bench --mine`, up to the moment at which it would measure: what is refused, and with which status."""

import dataclasses
import subprocess
import sys

import pytest

from ftguide.cli import measuring
from ftguide.cli.measuring import words_of_time
from ftguide.ground.files import ROOT
from ftguide.ground.machine import Platform
from tests.suite.derive.builder import make_run

CODE = """
import sys

async def go():
    pass

def hidden():
    return go()

def leaves():
    sys.exit(3)

def breaks():
    raise ValueError("odd")

def lacks():
    import nowhere_to_be_found
"""


@pytest.fixture
def bench(pair, tmp_path):
    (tmp_path / "own.py").write_text(CODE)

    def run(*words):
        command = [sys.executable, "-m", "ftguide", "bench", *words]
        for one in (pair.gil, pair.ft):
            command += ["--python", one.executable]
        return subprocess.run(
            command,
            cwd=tmp_path,
            env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "COLUMNS": "80"},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@pytest.mark.interpreters
@pytest.mark.slow
def test_what_does_nothing_when_it_is_called_is_refused(bench):
    for function, words in (("go", "is an async function"), ("hidden", "returns a coroutine")):
        done = bench("--mine", f"own.py:{function}")
        assert done.returncode == 2, done.stderr
        assert words in done.stderr
        assert "measuring" not in done.stdout


@pytest.mark.interpreters
def test_what_fails_is_told_once_and_nothing_is_measured(bench):
    done = bench(*(f"--mine=own.py:{name}" for name in ("leaves", "breaks", "lacks")))
    assert done.returncode == 1, done.stderr
    assert done.stdout.count("failed: own.py:leaves: SystemExit: 3") == 1
    assert done.stdout.count("failed: own.py:breaks: ValueError: odd") == 1
    assert done.stdout.count("--requirements FILE installs it for both interpreters") == 1
    assert "measuring" not in done.stdout
    assert "for an issue or a forum" not in done.stdout


@pytest.mark.parametrize(
    ("others", "threads", "warned"),
    [(0.5, 2, True), (0.05, 2, False), (None, 2, False), (0.5, 1, False)],
)
def test_a_busy_machine_is_noticed_before_it_is_measured(monkeypatch, others, threads, warned):
    class Stub:
        def __init__(self, cpus):
            assert cpus

        def others(self):
            return others

    monkeypatch.setattr(measuring, "Load", Stub)
    monkeypatch.setattr(measuring, "LOOK_SECONDS", 0)
    plan = dataclasses.replace(make_run().plan, threads=threads)
    text = [*measuring.busy_now(plan, Platform())]
    assert bool(text) is warned
    assert not warned or "other programs use 50 % of the CPUs right now" in text[0]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.4, "10 seconds"),
        (44, "40 seconds"),
        (99, "100 seconds"),
        (130, "2 minutes"),
        (2400, "40 minutes"),
    ],
)
def test_long_times_are_said_roughly(seconds, text):
    assert words_of_time(seconds) == text
