"""Steps that hang, crash, grow, shout or try to stay: each ends, with a name for how."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ftguide.ground.process import Ended
from ftguide.tracker.observe import sandbox
from ftguide.tracker.observe.sandbox import stopped_by
from tests.chance import PATIENCE
from tests.processes import alive
from tests.tracker.clock import limits_begin_with


def run(tmp_path: Path, code: str, **options: object) -> Ended:
    values: dict[str, object] = {"folder": tmp_path, "seconds": PATIENCE}
    return sandbox.run([sys.executable, "-I", "-c", code], **(values | options))  # type: ignore[arg-type]


def assert_ends(pid: int) -> None:
    deadline = time.monotonic() + PATIENCE / 2
    while alive(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not alive(pid)


def test_an_ordinary_end(tmp_path):
    code = "import sys; print(sys.stdin.read()[::-1]); print('oops', file=sys.stderr); sys.exit(3)"
    outcome = run(tmp_path, code, request=b"abc")
    assert (outcome.status, stopped_by(outcome), outcome.output) == (3, "", b"cba\n")
    assert outcome.errors == b"oops\n"
    assert sandbox.how_it_ended(outcome) == "exit status 3"


def test_a_crash_is_a_result(tmp_path):
    outcome = run(tmp_path, "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")
    assert stopped_by(outcome) == "signal SIGSEGV"


@pytest.mark.skipif(not hasattr(signal, "SIGRTMIN"), reason="signals without names")
def test_a_signal_without_a_name_is_its_number(tmp_path):
    outcome = run(tmp_path, "import os; os.kill(os.getpid(), 40)")
    assert stopped_by(outcome) == "signal 40"


def test_a_hang_is_ended(tmp_path, monkeypatch):
    outcome = run(tmp_path, "import time; time.sleep(600)", seconds=0.5)
    assert stopped_by(outcome) == "time-out after 0.5 s"
    said = tmp_path / "said"
    limits_begin_with(monkeypatch, said)
    chatty = f"import time\nprint('begin', flush=True)\nopen({str(said)!r}, 'w').close()\ntime.sleep(600)"
    outcome = run(tmp_path, chatty, quiet_seconds=0.7)
    assert (stopped_by(outcome), outcome.output) == ("time-out after 0.7 s", b"begin\n")


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc")
@pytest.mark.parametrize("hangs", [True, False])
def test_nothing_stays_behind(tmp_path, monkeypatch, hangs):
    """Not even what left the process group and the session."""
    said = tmp_path / "said"
    limits_begin_with(monkeypatch, said)
    code = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'],"
        " start_new_session=True)\n"
        "print(child.pid, flush=True)\n"
        + (f"open({str(said)!r}, 'w').close()\ntime.sleep(600)\n" if hangs else "")
    )
    outcome = run(tmp_path, code, seconds=1.0)
    assert stopped_by(outcome) == ("time-out after 1 s" if hangs else "")
    assert_ends(int(outcome.output))


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="needs smaps_rollup")
def test_memory_is_what_is_used_not_what_is_reserved(tmp_path, monkeypatch):
    monkeypatch.setattr(sandbox, "MEMORY_BYTES", 200 << 20)
    reserves = "import mmap, time\nm = mmap.mmap(-1, 8 << 30)\ntime.sleep(1.5)"
    assert run(tmp_path, reserves).succeeded
    uses = "import time\ndata = b'x' * (400 << 20)\ntime.sleep(600)"
    assert stopped_by(run(tmp_path, uses)) == "memory above 200 MB"


def test_a_flood_is_cut_off(tmp_path, monkeypatch):
    monkeypatch.setattr(sandbox, "OUTPUT_BYTES", 1 << 20)
    outcome = run(tmp_path, "while True: print('x' * 1000)")
    assert stopped_by(outcome) == "more than 1 MB of output"
    assert len(outcome.output) <= 1 << 20
    outcome = run(tmp_path, "import sys\nfor _ in range(9999): print('y' * 99, file=sys.stderr)")
    assert len(outcome.errors) <= sandbox.TAIL_BYTES


def test_the_environment_is_empty_of_secrets(tmp_path, monkeypatch):
    monkeypatch.setenv("SOME_TOKEN", "secret")
    monkeypatch.setenv("PYTHON_GIL", "0")
    monkeypatch.setenv("PYTHONPATH", "/somewhere")
    outcome = run(tmp_path, "import os; print(dict(os.environ))")
    assert b"secret" not in outcome.output
    assert b"PYTHON_GIL" not in outcome.output
    assert b"somewhere" not in outcome.output
    assert f"'HOME': '{tmp_path}'".encode() in outcome.output


def test_there_is_no_network_where_the_system_allows_to_cut_it(tmp_path):
    if sandbox.isolation() != "no network":
        pytest.skip("this system does not allow to take the network away; evidence says so")
    code = (
        "import os, socket\nprint(os.listdir('/sys/class/net'))\n"
        "try:\n    socket.create_connection(('127.0.0.1', 9), timeout=2)\n"
        "except OSError as error:\n    print(error)\n"
    )
    outcome = run(tmp_path, code)
    assert b"Network is unreachable" in outcome.output


def test_stopping_ends_a_step_in_another_thread(tmp_path):
    sandbox.STOP.set()
    try:
        with pytest.raises(sandbox.StoppedError):
            run(tmp_path, "import time; time.sleep(600)")
    finally:
        sandbox.STOP.clear()


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc")
def test_a_killed_caller_leaves_nothing(tmp_path):
    """A CI job that is cancelled kills its master with SIGKILL."""
    there, made = tmp_path / "pid", tmp_path / "made"
    step = (  # the file is there with its content, or not at all
        "import os, sys, time\n"
        "with open(sys.argv[1], 'w') as stream:\n    stream.write(str(os.getpid()))\n"
        "os.rename(sys.argv[1], sys.argv[2])\ntime.sleep(600)\n"
    )
    command = [sys.executable, "-c", step, str(made), str(there)]
    code = (
        "from pathlib import Path\nfrom ftguide.tracker.observe import sandbox\n"
        f"sandbox.run({command!r}, folder=Path({str(tmp_path)!r}), seconds=600)\n"
    )
    master = subprocess.Popen([sys.executable, "-c", code], cwd=os.getcwd())
    try:
        deadline = time.monotonic() + PATIENCE
        while not there.exists():
            assert master.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
    finally:
        master.kill()
        master.wait()
    assert_ends(int(there.read_text()))
