"""However a child ends, `run` says so, and nothing that the child started is alive afterwards."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
import types

import psutil
import pytest

from ftguide.ground.files import ROOT
from ftguide.ground.process import Ended, Ending, Limits, clean_environment, run, without_network
from tests.processes import alive

#: The module: the package has the function under the same name.
running = sys.modules[run.__module__]
LINUX = sys.platform.startswith("linux")
SOON = 0.5


def child(tmp_path, code, *, limits=None, environ=None, **options):
    return run(
        [sys.executable, "-I", "-c", code],
        folder=tmp_path,
        environ=environ or clean_environment(tmp_path),
        limits=limits or Limits(seconds=60),
        **options,
    )


def test_what_it_wrote_and_read(tmp_path):
    code = "import sys; print(sys.stdin.read().upper()); print('no', file=sys.stderr); sys.exit(3)"
    ended = child(tmp_path, code, request=b"yes")
    assert (ended.ending, ended.status) == (Ending.STATUS, 3)
    assert (ended.output.split(), ended.errors.split()) == ([b"YES"], [b"no"])
    assert (ended.succeeded, ended.crashed, ended.words) == (False, False, "ended with status 3")
    assert child(tmp_path, "").succeeded


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="signals of POSIX")
def test_a_signal_is_named(tmp_path):
    ended = child(tmp_path, "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")
    assert (ended.ending, ended.signal, ended.crashed) == (Ending.SIGNAL, "SIGSEGV", True)
    assert ended.words == "was killed by SIGSEGV"


def test_a_fatal_error_of_the_interpreter_is_told_from_a_program_s_status(tmp_path):
    ended = child(tmp_path, "import faulthandler; faulthandler.disable(); import os; os.abort()")
    assert ended.ending is Ending.SIGNAL
    code = "import faulthandler as f; f.enable(); f._fatal_error_c_thread()"
    ended = child(tmp_path, code)
    assert (ended.ending, ended.crashed) == (Ending.FATAL_ERROR, True)
    assert "fatal error of the interpreter" in ended.words


def test_a_hang_is_ended(tmp_path):
    ended = child(tmp_path, "import time; time.sleep(600)", limits=Limits(seconds=0.3))
    assert (ended.ending, ended.status, ended.limit) == (Ending.HANG, None, 0.3)
    assert ended.words == "was still running after 0.3 s and was stopped"


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="signals of POSIX")
def test_an_interrupt_comes_once_and_the_child_may_finish(tmp_path):
    code = """
import signal, time
count = 0
def hear(number, frame):
    global count
    count += 1
signal.signal(signal.SIGINT, hear)
signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
until = time.monotonic() + 60
while not count and time.monotonic() < until: time.sleep(0.01)
time.sleep(0.3)
print(count)
"""
    # The child inherits that it is blocked: until there is a handler, however late, the interrupt waits.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        ended = child(tmp_path, code, limits=Limits(seconds=90, interrupt_seconds=SOON))
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    assert (ended.succeeded, ended.output) == (True, b"1\n")
    assert ended.seconds >= SOON


@pytest.mark.parametrize("last", [1.0, 2.0])
def test_silence_is_a_hang_and_a_sign_of_life_is_none(tmp_path, monkeypatch, last):
    """The clock goes on with every line, by less than what counts as silence, or at last by more."""
    heard = []
    clock = types.SimpleNamespace(monotonic=lambda: sum(heard), sleep=time.sleep)
    monkeypatch.setattr(running, "time", clock)
    # Whoever has not been given up then ends: it is looked at twenty times a second.
    code = "import time\nfor _ in range(8): print(1, flush=True)\ntime.sleep({})"
    ended = child(
        tmp_path,
        code.format(1 if last < 1.5 else 600),
        limits=Limits(seconds=60, silent_seconds=1.5),
        heard=lambda _line: heard.append(1.0 if len(heard) < 7 else last),
    )
    assert len(heard) == 8
    assert ended.succeeded is (last < 1.5)
    if not ended.succeeded:
        assert (ended.ending, ended.limit) == (Ending.HANG, 1.5)


def test_too_much_output_ends_it_and_the_beginning_is_kept(tmp_path):
    limits = Limits(seconds=60, output_bytes=1000)
    ended = child(tmp_path, "print('begin')\nwhile True: print('x' * 99)", limits=limits)
    assert ended.ending is Ending.FLOOD
    assert ended.output.startswith(b"begin")
    assert len(ended.output) <= 1000
    short = child(tmp_path, "print('y' * 2000)", limits=limits)
    assert short.ending is Ending.FLOOD


def test_the_tail_of_what_went_wrong_is_kept(tmp_path):
    code = "import sys\nfor n in range(50_000): print(n, file=sys.stderr)"
    ended = child(tmp_path, code, limits=Limits(seconds=60, output_bytes=99, error_tail=64))
    assert ended.succeeded
    assert ended.errors.endswith(b"49999\n")
    assert len(ended.errors) <= 64


@pytest.mark.skipif(not LINUX, reason="PSS")
def test_memory_of_the_whole_tree_is_limited(tmp_path):
    code = (
        "import subprocess, sys\n"
        "subprocess.run([sys.executable, '-c', 'import time; b = bytearray(2**28); time.sleep(600)'])"
    )
    ended = child(tmp_path, code, limits=Limits(seconds=60, memory_bytes=2**27))
    assert ended.ending is Ending.MEMORY
    assert ended.words == "held more than 128 MiB of memory and was stopped"


@pytest.mark.skipif(not LINUX, reason="finds children by their mark")
@pytest.mark.parametrize("way", ["child", "orphan of another session"])
def test_nothing_survives(tmp_path, way):
    start = ", start_new_session=True" if way != "child" else ""
    code = (
        "import subprocess, sys, time\n"
        f"p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']{start})\n"
        "print(p.pid, flush=True)"
    )
    ended = child(tmp_path, code)
    assert ended.succeeded
    assert not alive(int(ended.output))


def test_stop_ends_it(tmp_path):
    stop = threading.Event()
    lines = []

    def heard(line):
        lines.append(line)
        stop.set()

    code = "import time; print('here', flush=True); time.sleep(600)"
    ended = child(tmp_path, code, heard=heard, stop=stop)
    assert (ended.ending, ended.words) == (Ending.STOPPED, "was stopped")
    assert lines == [b"here\n"]


def test_nothing_of_the_caller_s_environment_is_left(tmp_path, monkeypatch):
    monkeypatch.setenv("SECRET_TOKEN", "geheim")
    monkeypatch.setenv("PYTHONPATH", "/nowhere")
    code = "import json, os; print(json.dumps(dict(os.environ)))"
    ended = child(tmp_path, code, environ=clean_environment(tmp_path, path="/bin", EXTRA="1"))
    assert b"geheim" not in ended.output
    assert b"PYTHONPATH" not in ended.output
    for shown in (b'"EXTRA": "1"', b'"PATH": "/bin"', f'"HOME": "{tmp_path}"'.encode()):
        assert shown in ended.output


def test_what_cannot_be_started_is_an_error_of_ours(tmp_path):
    without_interpreter = tmp_path / "script"
    without_interpreter.write_text("#!/nowhere/python\n")
    without_interpreter.chmod(0o755)
    text = tmp_path / "text"
    text.write_text("")
    limits = Limits(seconds=60)
    for program, folder in (
        ("/nowhere/python", tmp_path / "gone"),
        ("/nowhere/python", tmp_path),
        (str(without_interpreter), tmp_path),
        (str(text), tmp_path),
    ):
        with pytest.raises(OSError, match=r"No such file|cannot find|failed|denied|not valid"):
            run([program], folder=folder, environ={}, limits=limits)
    assert child(tmp_path, "raise SystemExit(127)").status == 127


@pytest.mark.skipif(not without_network(), reason="the system does not allow to cut it off")
def test_the_network_can_be_cut_off(tmp_path):
    code = "import socket; socket.create_connection(('127.0.0.1', 9), 1)"
    ended = child(tmp_path, code, network=False)
    assert b"Network is unreachable" in ended.errors


@pytest.mark.skipif(not LINUX, reason="the kernel tells children of their parent's death")
def test_a_child_dies_with_a_killed_parent(tmp_path):
    code = (
        "import sys; from pathlib import Path\n"
        "from ftguide.ground.process import Limits, run\n"
        "child = 'import os, time; print(os.getpid(), flush=True); time.sleep(600)'\n"
        "run([sys.executable, '-c', child], folder=Path('.'), environ={}, limits=Limits(),\n"
        "    heard=lambda line: print(line.decode(), flush=True))\n"
    )
    root = ROOT
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=root, text=True
    ) as parent:
        number = int(parent.stdout.readline())
        assert alive(number)
        parent.kill()
    deadline = time.monotonic() + 60
    while alive(number) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not alive(number)


@pytest.mark.parametrize(
    ("limit", "size"), [(4 * 2**30, "4096 MiB"), (16 * 2**20, "16 MiB"), (5000, "0.00477 MiB")]
)
def test_a_limit_is_told_as_a_plain_number(limit, size):
    ended = Ended(
        ending=Ending.MEMORY, status=None, output=b"", errors=b"", seconds=1.0, limit=limit
    )
    assert ended.words == f"held more than {size} of memory and was stopped"


DAEMON = """
import os, subprocess, sys, time
# Neither its session nor its environment leads to it, and its parent is gone before it.
command = [sys.executable, "-c", "import time; time.sleep(250)"]
left = subprocess.Popen(command, env={}, start_new_session=True)
print(left.pid, flush=True)
while not os.path.exists("heard"): time.sleep(0.01)
"""


def daemon(tmp_path):
    """Run a program that leaves a daemon behind, once its number has been read; return both."""
    ended = child(tmp_path, DAEMON, heard=lambda _line: (tmp_path / "heard").touch())
    return ended, int(ended.output)


@pytest.mark.skipif(not LINUX, reason="reads /proc")
def test_who_leaves_session_and_environment_but_keeps_a_stream_is_ended(tmp_path):
    began = time.monotonic()
    ended, number = daemon(tmp_path)
    assert ended.succeeded
    assert time.monotonic() - began < 120
    deadline = time.monotonic() + 60
    while alive(number) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not alive(number)


@pytest.mark.skipif(not LINUX, reason="the daemon is ended by its number")
def test_who_keeps_a_stream_and_cannot_be_found_is_not_waited_for(tmp_path, monkeypatch):
    monkeypatch.setattr(running, "holders", lambda _: set())
    monkeypatch.setattr(running, "_READ_SECONDS", 0.5)
    began = time.monotonic()
    _, number = daemon(tmp_path)
    assert time.monotonic() - began < 120
    psutil.Process(number).kill()


def test_a_flood_in_one_stream_is_not_forgotten_by_the_other(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-c", ""],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    with process:
        streams = running._Streams(process, b"", None, Limits(output_bytes=10))

        looks = []

        class Data(bytes):
            def __len__(self):
                if not looks:  # the other thread comes in between
                    streams.flooded = True
                looks.append(self)
                return 2

        streams._keep(streams.output, Data(b"ok"))
        assert looks
        assert streams.flooded


def test_a_child_whose_streams_cannot_be_read_is_ended(tmp_path, monkeypatch):
    started = []

    def start(thread):
        started.append(thread)
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", start)
        with pytest.raises(RuntimeError, match="new thread"):
            child(tmp_path, "import time; time.sleep(71)")
    assert started
    lines = []
    for one in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):  # another test's, and gone
            lines.append(one.cmdline())
    assert not any("sleep(71)" in word for line in lines for word in line)


@pytest.mark.skipif(not LINUX, reason="waits for a child without reaping it")
def test_an_interrupt_that_comes_with_the_end_is_none(tmp_path, monkeypatch):
    looks = []

    def has_ended(process):
        if not looks:  # it ends just after it was looked at
            os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        looks.append(process)
        return len(looks) > 1 and original(process)

    original = running.has_ended
    monkeypatch.setattr(running, "has_ended", has_ended)
    ended = child(tmp_path, "", limits=Limits(interrupt_seconds=0.0, seconds=60))
    assert (ended.ending, ended.status) == (Ending.STATUS, 0)


@pytest.mark.skipif(not LINUX, reason="has numbers for processes, and a limit that can be asked")
def test_a_program_with_many_open_files_can_wait_for_a_child(tmp_path):
    import resource  # not on Windows

    most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most < 1200:
        pytest.skip(f"no more than {most} files can be open")
    with contextlib.ExitStack() as opened:
        for _ in range(1050):
            opened.enter_context((tmp_path / "file").open("ab"))
        assert child(tmp_path, "print('yes')").output == b"yes\n"
