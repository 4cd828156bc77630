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


def run(tmp_path: Path, code: str, **options: object) -> Ended:
    values: dict[str, object] = {"folder": tmp_path, "seconds": 30.0}
    return sandbox.run([sys.executable, "-I", "-c", code], **(values | options))  # type: ignore[arg-type]


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


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


def test_a_hang_is_ended(tmp_path):
    outcome = run(tmp_path, "import time; time.sleep(60)", seconds=0.5)
    assert stopped_by(outcome) == "time-out after 0.5 s"
    chatty = "import time\nprint('begin', flush=True)\ntime.sleep(60)"
    outcome = run(tmp_path, chatty, quiet_seconds=0.7)
    assert (stopped_by(outcome), outcome.output) == ("time-out after 0.7 s", b"begin\n")


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc")
@pytest.mark.parametrize("seconds", [1.0, 30.0])
def test_nothing_stays_behind(tmp_path, seconds):
    """Not even what left the process group and the session."""
    code = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(300)'],"
        " start_new_session=True)\n"
        "print(child.pid, flush=True)\n" + ("time.sleep(300)\n" if seconds < 10 else "")
    )
    outcome = run(tmp_path, code, seconds=seconds)
    pid = int(outcome.output)
    deadline = time.monotonic() + 10
    while alive(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not alive(pid)


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="needs smaps_rollup")
def test_memory_is_what_is_used_not_what_is_reserved(tmp_path, monkeypatch):
    monkeypatch.setattr(sandbox, "MEMORY_BYTES", 200 << 20)
    reserves = "import mmap, time\nm = mmap.mmap(-1, 8 << 30)\ntime.sleep(1.5)"
    assert run(tmp_path, reserves).succeeded
    uses = "import time\ndata = b'x' * (400 << 20)\ntime.sleep(30)"
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
            run(tmp_path, "import time; time.sleep(60)")
    finally:
        sandbox.STOP.clear()


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc")
def test_a_killed_caller_leaves_nothing(tmp_path):
    """A CI job that is cancelled kills its master with SIGKILL."""
    code = (
        "import sys\nfrom pathlib import Path\nfrom ftguide.tracker.observe import sandbox\n"
        "print('go', flush=True)\n"
        "sandbox.run([sys.executable, '-c', 'import os, time, sys;"
        'open(sys.argv[1], "w").write(str(os.getpid())); time.sleep(300)\', '
        f"{str(tmp_path / 'pid')!r}], folder=Path({str(tmp_path)!r}), seconds=300)\n"
    )
    master = subprocess.Popen([sys.executable, "-c", code], cwd=os.getcwd())
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and not (tmp_path / "pid").exists():
        time.sleep(0.05)
    time.sleep(0.2)
    pid = int((tmp_path / "pid").read_text())
    master.kill()
    master.wait()
    deadline = time.monotonic() + 10
    while alive(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not alive(pid)
