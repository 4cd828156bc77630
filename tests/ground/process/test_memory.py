"""Memory is counted once per page, over the tree, and labelled."""

import os
import subprocess
import sys

import psutil
import pytest

from ftguide.ground.process import memory

LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="PSS")
CHILD = "import sys; block = b'x' * {size}; print('ready', flush=True); sys.stdin.read()"


def started(size, **options):
    process = subprocess.Popen(
        [sys.executable, "-c", CHILD.format(size=size)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        **options,
    )
    assert process.stdout.readline() == b"ready\n"
    return process


def test_a_process_that_is_gone_tells_nothing():
    with started(1) as process:
        seen = psutil.Process(process.pid)
        process.kill()
    assert memory.memory_of([seen]) is None
    assert memory.memory_of([]) is None
    assert memory.tree(process.pid) == set()


@LINUX
def test_what_a_process_holds_is_seen():
    with started(1) as small, started(2**27) as large:
        held = [memory.memory_of(memory.tree(one.pid)) for one in (small, large)]
        assert [one.kind for one in held] == ["PSS", "PSS"]
        assert 2**26 < held[1].held - held[0].held < 2**28
        small.kill()
        large.kill()


def test_without_pss_the_resident_size_is_labelled():
    class Elsewhere:
        def memory_full_info(self):
            return type("Info", (), {"rss": 7})()

    assert memory.memory_of([Elsewhere()]) == memory.Memory(held=7, kind="RSS")
    mixed = memory.memory_of([Elsewhere(), psutil.Process()])
    assert mixed.kind == "RSS"


@LINUX
def test_members_of_a_session_and_of_a_mark():
    mark = f"test-{os.getpid()}"
    environ = {**os.environ, memory.MARK: mark}
    with started(1, start_new_session=True, env=environ) as process:
        assert [one.pid for one in memory.session_members([process.pid])] == [process.pid]
        assert [one.pid for one in memory.marked(mark)] == [process.pid]
        assert {one.pid for one in memory.tree(os.getpid())} >= {process.pid, os.getpid()}
        process.kill()
    assert memory.marked(mark) == set()
    assert memory.marked("") == set()


@LINUX
def test_who_has_a_program_but_neither_arguments_nor_environment_is_being_loaded(
    tmp_path, monkeypatch
):
    number = os.getppid()

    def laid(*, environ=b"", cmdline=b"", program=True):
        folder = tmp_path / str(number)
        folder.mkdir(exist_ok=True)
        (folder / "environ").write_bytes(environ)
        (folder / "cmdline").write_bytes(cmdline)
        (folder / "exe").unlink(missing_ok=True)
        if program:
            (folder / "exe").symlink_to(sys.executable)
        return memory.look("m")

    (tmp_path / "self").mkdir()
    (tmp_path / "self" / "environ").touch()
    monkeypatch.setattr(memory, "_PROC", tmp_path)
    monkeypatch.setattr(memory.psutil, "pids", lambda: [number, 2**30])
    assert laid() == (set(), True)
    assert laid(program=False) == (set(), False)  # a thread of the kernel
    assert laid(cmdline=b"python\0") == (set(), False)
    assert laid(environ=b"A=1\0") == (set(), False)
    assert laid(environ=f"{memory.MARK}=m\0".encode()) == ({psutil.Process(number)}, False)
