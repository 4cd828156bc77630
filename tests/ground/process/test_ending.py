"""Whoever carries a mark is ended, also who was being loaded when it was looked for."""

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from ftguide.ground.process import start

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals are POSIX")


@pytest.fixture
def child():
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]) as process:
        yield process
        process.kill()


@pytest.mark.parametrize(("looks", "unseen"), [(1, []), (2, [(set(), False)])])
def test_who_is_being_loaded_is_waited_for(monkeypatch, child, looks, unseen):
    """`Popen` returns before an environment can be read: on a busy machine 1 of 6 was overlooked."""
    seen = iter([*unseen, (set(), True), (set(), True), ({psutil.Process(child.pid)}, False)])
    monkeypatch.setattr(start, "look", lambda mark: next(seen, (set(), False)))
    monkeypatch.setattr(
        start, "_LOADING_SECONDS", 60.0
    )  # as long as this process may have to wait for a CPU
    monkeypatch.setattr(start, "_END_SECONDS", 120.0)
    start.end_marked("mark", looks=looks)
    assert child.wait(60) == -signal.SIGKILL


def test_who_hides_its_environment_is_not_waited_for_long(monkeypatch):
    monkeypatch.setattr(start, "look", lambda mark: (set(), True))
    monkeypatch.setattr(start, "_LOADING_SECONDS", 0.05)
    monkeypatch.setattr(start, "_END_SECONDS", 60.0)
    started = time.monotonic()
    start.end_marked("mark")
    assert time.monotonic() - started < 30


def test_who_does_not_die_is_given_up(monkeypatch):
    monkeypatch.setattr(start, "look", lambda mark: ({psutil.Process()}, False))
    monkeypatch.setattr(psutil.Process, "kill", lambda self: None)
    monkeypatch.setattr(start, "_END_SECONDS", 0.1)
    start.end_marked("mark")


def test_a_polite_signal_comes_once(tmp_path):
    code = (
        "import signal, time\n"
        "def told(*_): print('told', flush=True); time.sleep(0.2); raise SystemExit\n"
        "signal.signal(signal.SIGTERM, told)\n"
        "print('ready', flush=True)\n"
        "time.sleep(600)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, start_new_session=True
    ) as process:
        assert process.stdout.readline() == b"ready\n"
        start.kill_tree(process.pid, number=signal.SIGTERM)
        assert process.stdout.read() == b"told\n"
