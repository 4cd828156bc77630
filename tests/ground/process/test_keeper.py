"""A keeper ends what carries its mark and what it was told of, and removes its folder, however one leaves."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from ftguide.ground.process.keeper import Keeper, kept_folder
from ftguide.ground.process.memory import MARK

ROOT = Path(__file__).resolve().parents[3]
SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]

pytestmark = pytest.mark.skipif(os.name != "posix", reason="sessions are POSIX")


def start(mark: str | None) -> subprocess.Popen[bytes]:
    environ = {**os.environ, **({MARK: mark} if mark else {})}
    return subprocess.Popen(SLEEP, env=environ, start_new_session=True)


def test_leaving_ends_who_is_marked_or_noted_and_nobody_else(tmp_path):
    folder = tmp_path / "laid down"
    folder.mkdir()
    (folder / "file").write_text("x")
    stranger = start(None)
    with Keeper(folder) as keeper:
        marked, noted = start(keeper.mark), start(None)
        keeper.note(noted.pid)
        assert marked.poll() is noted.poll() is None
    assert marked.wait(5) == noted.wait(5) == -signal.SIGKILL
    assert not folder.exists()
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_an_exception_in_the_block_changes_nothing(tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    with pytest.raises(ZeroDivisionError), Keeper(folder) as keeper:
        child = start(keeper.mark)
        raise ZeroDivisionError
    assert child.wait(5) == -signal.SIGKILL
    assert not folder.exists()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_killed_program_leaves_nothing(tmp_path, number):
    folder = tmp_path / "folder"
    folder.mkdir()
    program = f"""
import subprocess, sys
from pathlib import Path
from ftguide.ground.process.keeper import Keeper
from ftguide.ground.process.memory import MARK
with Keeper(Path({str(folder)!r})) as keeper:
    child = subprocess.Popen({SLEEP!r}, env={{MARK: keeper.mark}}, start_new_session=True)
    print(child.pid, flush=True)
    sys.stdin.read()
"""
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    child = psutil.Process(int(process.stdout.readline()))
    process.send_signal(number)
    process.wait(10)
    process.stdin.close()
    process.stdout.close()
    deadline = time.monotonic() + 5
    while (folder.exists() or child.is_running()) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not folder.exists()
    assert not child.is_running()


def test_a_kept_folder_goes_with_its_block_and_with_a_killed_program(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with kept_folder("kept-") as folder:
        (folder / "file").write_text("x")
        assert folder.parent == tmp_path
    assert list(tmp_path.iterdir()) == []
    program = """
import os, signal
from ftguide.ground.process.keeper import kept_folder
with kept_folder("kept-") as folder:
    (folder / "file").write_text("x")
    os.kill(os.getpid(), signal.SIGKILL)
"""
    environ = {**os.environ, "TMPDIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=environ, check=False)
    assert done.returncode == -signal.SIGKILL
    deadline = time.monotonic() + 5
    while list(tmp_path.iterdir()) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_whose_keeper_was_killed_goes_with_its_block(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with kept_folder("kept-") as folder:
        (keeper,) = [
            child for child in psutil.Process().children() if str(folder) in child.cmdline()
        ]
        keeper.kill()
        (folder / "file").write_text("x")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_without_a_keeper_does_not_stay(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "none"))
    with pytest.raises(OSError, match="none"), kept_folder("kept-"):
        raise AssertionError
    assert list(tmp_path.iterdir()) == []
