"""Children started by forking: they die with their parent, and a Ctrl-C meanwhile waits."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from ftguide.ground.files import ROOT
from ftguide.ground.process import fork
from tests.processes import alive

LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells children")
SLEEPER = "import time; time.sleep(600)"


@pytest.fixture
def lookup_again():
    """What is looked up once is looked up afresh, before and after."""
    fork._prctl.cache_clear()
    yield
    fork._prctl.cache_clear()


@LINUX
@pytest.mark.parametrize("hook", ["die_with_parent()", "None"], ids=["with", "without"])
def test_a_computing_child_dies_with_a_killed_parent_because_of_the_hook(hook):
    code = (
        "import subprocess, sys\n"
        "from ftguide.ground.process.fork import die_with_parent\n"
        f"child = subprocess.Popen([sys.executable, '-c', {SLEEPER!r}], preexec_fn={hook})\n"
        "print(child.pid, flush=True)\n"
        "child.wait()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=ROOT, text=True
    ) as parent:
        number = int(parent.stdout.readline())
        parent.kill()
    deadline = time.monotonic() + (0.5 if hook == "None" else 60)
    while alive(number) and time.monotonic() < deadline:
        time.sleep(0.02)
    died = not alive(number)
    if not died:
        psutil.Process(number).kill()
    assert died is (hook != "None")


@LINUX
def test_a_child_whose_parent_died_before_the_hook_was_called_ends_at_once(tmp_path):
    """The process that makes the hook is killed by the child that is to die with it, before it asks."""
    code = (
        "import os, signal, subprocess, sys\n"
        "from ftguide.ground.process.fork import die_with_parent\n"
        "hook, parent = die_with_parent(), os.getpid()\n"
        "def late():\n"
        "    os.kill(parent, signal.SIGKILL)\n"
        "    while os.getppid() == parent:\n"
        "        pass\n"
        "    hook()\n"
        "subprocess.Popen(['touch', sys.argv[1]], preexec_fn=late)\n"
    )
    program = [sys.executable, "-c", code, str(tmp_path / "ran")]
    done = subprocess.run(program, cwd=ROOT, check=False)
    assert done.returncode == -signal.SIGKILL
    time.sleep(1)
    assert not (tmp_path / "ran").exists()


@LINUX
def test_an_interrupt_waits_until_the_child_is_started_and_the_child_does_not_inherit_that():
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    started = []
    try:
        with pytest.raises(KeyboardInterrupt), fork.interrupts_held():
            signal.raise_signal(signal.SIGINT)
            started.append(
                subprocess.Popen(
                    [sys.executable, "-c", SLEEPER],
                    preexec_fn=fork.die_with_parent(),  # noqa: PLW1509 - no threads here
                )
            )
    finally:
        signal.signal(signal.SIGINT, before)
    (child,) = started
    with child:
        status = Path(f"/proc/{child.pid}/status").read_text()
        blocked = next(line for line in status.splitlines() if line.startswith("SigBlk:"))
        child.kill()
    assert not int(blocked.split()[1], 16) >> (signal.SIGINT - 1) & 1
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, [])


def test_elsewhere_there_is_no_hook_and_nothing_is_held(monkeypatch, lookup_again):
    monkeypatch.setattr(fork.sys, "platform", "darwin")
    assert fork.die_with_parent() is None
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    reached = []
    try:
        with pytest.raises(KeyboardInterrupt), fork.interrupts_held():
            signal.raise_signal(signal.SIGINT)
            reached.append("after")
    finally:
        signal.signal(signal.SIGINT, before)
    assert reached == []


@LINUX
@pytest.mark.parametrize("error", [OSError("no such library"), AttributeError("no prctl")])
def test_a_system_without_the_call_has_no_hook(monkeypatch, lookup_again, error):
    import ctypes

    def fails(_name):
        raise error

    monkeypatch.setattr(ctypes, "CDLL", fails)
    assert fork.die_with_parent() is None
