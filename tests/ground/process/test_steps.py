"""A long step writes a log, gives signs of life, and ends politely when it is not wanted any more."""

import re
import sys
import time

import pytest

from ftguide.ground.process import run_step, steps
from tests.processes import alive


def step(tmp_path, code, heartbeat=lambda _seconds, _printed: None):
    return run_step(
        [sys.executable, "-I", "-u", "-c", code],
        folder=tmp_path,
        environ={"PATH": "/usr/bin:/bin"},
        log=tmp_path / "log",
        heartbeat=heartbeat,
    )


def test_both_streams_go_to_the_log_of_all_steps(tmp_path):
    assert step(tmp_path, "print(1)") == 0
    assert step(tmp_path, "import sys; print(2, file=sys.stderr); sys.exit(3)") == 3
    lines = (tmp_path / "log").read_text().splitlines()
    assert [line.startswith("$ ") for line in lines] == [True, False, True, False]
    assert (lines[1], lines[3]) == ("1", "2")


def test_signs_of_life_have_what_is_new(tmp_path, monkeypatch):
    monkeypatch.setattr(steps, "HEARTBEAT_SECONDS", 0.2)
    watch = steps._watch
    monkeypatch.setattr(
        steps, "_watch", lambda *given: (time.sleep(0.3), watch(*given))
    )  # a busy machine
    heard = []
    # It goes on when it has been heard, so that however late somebody listens there is something new.
    code = (
        "import pathlib, time\n"
        "for n in range(3):\n"
        "    print(n)\n"
        "    while not pathlib.Path(f'heard-{n}').exists(): time.sleep(0.01)\n"
    )

    def hear(seconds, printed):
        heard.append((seconds, printed))
        for line in printed.decode().split():
            (tmp_path / f"heard-{line}").touch()

    assert step(tmp_path, code, hear) == 0
    assert [seconds for seconds, _ in heard] == sorted(seconds for seconds, _ in heard)
    assert b"".join(printed for _, printed in heard) == b"0\n1\n2\n"


@pytest.mark.skipif(sys.platform == "win32", reason="SIGTERM")
def test_who_stops_waiting_leaves_a_step_that_tidied_up_and_is_gone(tmp_path, monkeypatch):
    """TERM first, for the step; then KILL, also for what it started that does not mind TERM."""
    monkeypatch.setattr(steps, "HEARTBEAT_SECONDS", 0.1)
    monkeypatch.setattr(steps, "GRACE_SECONDS", 60.0)
    code = (
        "import signal, subprocess, sys, time\n"
        "deaf = 'import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        ' print("deaf", flush=True); time.sleep(600)\'\n'
        "child = subprocess.Popen([sys.executable, '-c', deaf], start_new_session=True,"
        " stdout=subprocess.PIPE)\n"
        "child.stdout.readline()\n"
        "signal.signal(signal.SIGTERM, lambda *_: (time.sleep(0.2), print('tidied'), sys.exit(0)))\n"
        "print('child', child.pid)\n"
        "time.sleep(600)\n"
    )

    def interrupt(_seconds, _printed):
        if re.search(r"^child \d+$", (tmp_path / "log").read_text(), re.MULTILINE):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        step(tmp_path, code, interrupt)
    *_, child, tidied = (tmp_path / "log").read_text().splitlines()
    assert tidied == "tidied"
    number = int(child.split()[1])
    assert not alive(number)


@pytest.mark.skipif(sys.platform == "win32", reason="SIGTERM")
def test_a_step_that_does_not_mind_a_polite_signal_is_killed(tmp_path, monkeypatch):
    monkeypatch.setattr(steps, "HEARTBEAT_SECONDS", 0.1)
    monkeypatch.setattr(steps, "GRACE_SECONDS", 0.1)
    code = (
        "import os, signal, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "print(f'deaf {os.getpid()}')\n"
        "time.sleep(600)\n"
    )

    def interrupt(_seconds, printed):
        if printed.endswith(b"\n"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        step(tmp_path, code, interrupt)
    number = int((tmp_path / "log").read_text().split()[-1])
    assert not alive(number)


def test_what_does_not_start_is_no_success(tmp_path):
    command = ["/nowhere/make"]
    try:
        status = run_step(
            command,
            folder=tmp_path,
            environ={},
            log=tmp_path / "log",
            heartbeat=lambda _seconds, _printed: None,
        )
    except OSError:
        return
    assert status == 127
    assert "No such file" in (tmp_path / "log").read_text()
