"""A keeper ends what carries its mark and what it was told of, and removes its folder, however one leaves."""

import contextlib
import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from ftguide.ground.process import claim
from ftguide.ground.process.keeper import Keeper, kept_folder, leave_shared, passing_folder
from ftguide.ground.process.memory import MARK
from tests.slow import slow_but

ROOT = Path(__file__).resolve().parents[3]
SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]
#: What a busy machine may take for what is certain.
PATIENCE = 60

pytestmark = pytest.mark.skipif(os.name != "posix", reason="sessions are POSIX")


def start(mark: str | None) -> subprocess.Popen[bytes]:
    environ = {**os.environ, **({MARK: mark} if mark else {})}
    return subprocess.Popen(SLEEP, env=environ, start_new_session=True)


def keeper_of(folder, process=None):
    """Return the keeper of a folder; a process that has just been started may have no command line yet."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        for child in (process or psutil.Process()).children():
            with contextlib.suppress(psutil.Error):  # another test's, and gone
                if str(folder) in child.cmdline():
                    return child
    raise AssertionError("no keeper")


def gone(folder):
    """Wait until nothing is left in a folder; return what is."""
    deadline = time.monotonic() + PATIENCE
    while (left := list(folder.iterdir())) and time.monotonic() < deadline:
        time.sleep(0.02)
    return left


def test_leaving_ends_who_is_marked_or_noted_and_nobody_else(tmp_path):
    folder = tmp_path / "laid down"
    folder.mkdir()
    (folder / "file").write_text("x")
    stranger = start(None)
    with Keeper(folder) as keeper:
        marked, noted = start(keeper.mark), start(None)
        keeper.note(noted.pid)
        assert marked.poll() is noted.poll() is None
    assert marked.wait(PATIENCE) == noted.wait(PATIENCE) == -signal.SIGKILL
    assert not folder.exists()
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_noting_who_has_ended_or_to_a_killed_keeper_is_no_error(tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        pass
    with Keeper(folder) as keeper:
        keeper.note(ended.pid)
        child = start(None)
        keeper_of(folder).kill()
        keeper._process.wait()
        keeper.note(child.pid)
    assert child.poll() is None
    child.kill()
    child.wait()


def test_an_exception_in_the_block_changes_nothing(tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    with pytest.raises(ZeroDivisionError), Keeper(folder) as keeper:
        child = start(keeper.mark)
        raise ZeroDivisionError
    assert child.wait(PATIENCE) == -signal.SIGKILL
    assert not folder.exists()


@pytest.mark.parametrize(
    "number", slow_but({signal.SIGKILL}, [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
)
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
    process.wait(PATIENCE)
    process.stdin.close()
    process.stdout.close()
    deadline = time.monotonic() + PATIENCE
    while (folder.exists() or child.is_running()) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not folder.exists()
    assert not child.is_running()


def test_a_keeper_has_started_when_the_block_begins(tmp_path):
    """What it does until then uses a CPU that somebody may measure on; afterwards it only waits."""
    (tmp_path / "folder").mkdir()
    with Keeper(tmp_path / "folder"):
        keeper = keeper_of(tmp_path / "folder")
        before = keeper.cpu_times()
        time.sleep(0.3)
        after = keeper.cpu_times()
    assert before.user + before.system > 0.03
    assert after.user + after.system - before.user - before.system < 0.03


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
    assert gone(tmp_path) == []


def test_a_folder_whose_keeper_was_killed_goes_with_its_block(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with kept_folder("kept-") as folder:
        keeper_of(folder).kill()
        (folder / "file").write_text("x")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_without_a_keeper_does_not_stay(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "none"))
    with pytest.raises(OSError, match="none"), kept_folder("kept-"):
        raise AssertionError
    assert list(tmp_path.iterdir()) == []


HOLDER = """
import sys
from ftguide.ground.process.keeper import kept_folder, passing_folder
with {maker}("kept-") as folder:
    (folder / "file").write_text("x")
    print(folder, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(params=["kept_folder", "passing_folder"])
def holder(request, tmp_path):
    """Return a program that is in the block of a folder, and that folder."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER.format(maker=request.param)],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    yield process, Path(process.stdout.readline().strip())
    process.kill()
    process.communicate()


def top(folder, tmp_path):
    """Return the folder that lies in the temporary folder itself."""
    return tmp_path / folder.relative_to(tmp_path).parts[0]


def test_a_killed_parent_leaves_nothing(holder, tmp_path):
    process, folder = holder
    assert folder.is_dir()
    process.kill()
    assert gone(tmp_path) == []


def test_a_killed_keeper_leaves_the_folder_to_its_program(holder, tmp_path):
    process, folder = holder
    keeper_of(top(folder, tmp_path), psutil.Process(process.pid)).kill()
    process.communicate("")
    assert process.returncode == 0
    assert list(tmp_path.iterdir()) == []


def test_what_both_left_is_cleared_by_the_next_program_and_nothing_else(
    holder, tmp_path, monkeypatch
):
    process, folder = holder
    keeper = keeper_of(top(folder, tmp_path), psutil.Process(process.pid))
    keeper.suspend()  # as if both were killed at once
    process.kill()
    process.wait()
    keeper.kill()
    assert (folder / "file").exists()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    for other in ("kept-of-others", "else-where.kept"):
        (tmp_path / other).mkdir()
    (tmp_path / "kept-link.kept").symlink_to(tmp_path / "else-where.kept")
    with kept_folder("kept-") as mine, kept_folder("kept-") as another:
        there = {path.name for path in tmp_path.iterdir()}
        others = {"kept-of-others", "else-where.kept", "kept-link.kept"}
        assert there == {mine.name, another.name, *others}


def test_a_folder_in_use_is_not_cleared(holder, tmp_path, monkeypatch):
    _, folder = holder
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with kept_folder("kept-"):
        assert (folder / "file").exists()
    assert (folder / "file").exists()


def test_passing_folders_share_a_keeper_and_go_one_by_one(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with passing_folder("passing-") as one, passing_folder("passing-") as two:
        assert one.parent == two.parent
        assert one != two
        (one / "file").write_text("x")
    assert list(one.parent.iterdir()) == []
    leave_shared()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_cleared_before_it_is_locked_is_made_again(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    opened, made = claim._open, []

    def slow(folder):
        made.append(folder)
        if len(made) == 1:
            folder.rmdir()
        return opened(folder)

    monkeypatch.setattr(claim, "_open", slow)
    with claim.claimed_folder("kept-") as folder:
        assert folder.is_dir()
        assert [folder != made[0], len(made)] == [True, 2]


def test_a_claimed_folder_lies_where_it_is_wanted_and_clears_only_there(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    place = tmp_path / "place"
    for abandoned in (tmp_path / "kept-1.kept", place / "kept-2.kept"):
        abandoned.mkdir(parents=True)
    with claim.claimed_folder("kept-", place) as folder:
        assert list(place.iterdir()) == [folder]
    assert list(place.iterdir()) == []
    assert (tmp_path / "kept-1.kept").exists()


def test_a_folder_that_cannot_be_locked_is_used_and_left_to_others(tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError(errno.EBADF, "this network file system has no such locks")

    monkeypatch.setattr(claim.fcntl, "flock", refuse)
    with claim.claimed_folder("kept-", tmp_path) as one:
        with claim.claimed_folder("kept-", tmp_path) as another:
            assert one != another
        assert list(tmp_path.iterdir()) == [one]
    assert list(tmp_path.iterdir()) == []
