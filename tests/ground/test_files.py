"""Files are whole, appended to or unchanged, and held by one process, whatever goes wrong."""

import contextlib
import errno
import os
import stat
import subprocess
import sys

import msgspec
import pytest

from ftguide.ground import files


def test_a_file_is_replaced_whole(tmp_path):
    path = tmp_path / "a.json"
    files.write_atomic(path, b"old")
    files.write_atomic(path, b"new")
    assert path.read_bytes() == b"new"
    assert [one.name for one in tmp_path.iterdir()] == ["a.json"]
    assert path.stat().st_mode & 0o777 == 0o644


def test_what_cannot_be_written_leaves_the_old_file_and_no_other(tmp_path, monkeypatch):
    path = tmp_path / "a.json"
    files.write_atomic(path, b"old")

    def full(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match=r"No space left on device: '.*/a\.json'$"):
        files.write_atomic(path, b"new")
    assert path.read_bytes() == b"old"
    assert [one.name for one in tmp_path.iterdir()] == ["a.json"]


def test_what_cannot_be_written_is_named_and_no_temporary_file_is(tmp_path):
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match=r"^[^>]*: '.*/folder'$"):
        files.write_atomic(tmp_path / "folder", b"new")
    with pytest.raises(FileNotFoundError, match=r": '.*/missing/a\.json'$"):
        files.write_atomic(tmp_path / "missing" / "a.json", b"new")
    with pytest.raises(FileNotFoundError, match=r": '.*/missing/a\.jsonl'$"):
        files.append(tmp_path / "missing" / "a.jsonl", b"new")


@pytest.mark.skipif(sys.platform == "win32", reason="no folder can be opened there")
@pytest.mark.parametrize("write", [files.write_atomic, files.append])
def test_a_new_name_is_on_the_disk_as_its_content_is(tmp_path, monkeypatch, write):
    synced, original = [], os.fsync

    def fsync(descriptor):
        synced.append(stat.S_ISDIR(os.fstat(descriptor).st_mode))
        original(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    write(tmp_path / "a.json", b"new")
    assert synced == [False, True]


#: In a process of its own: the limit holds for the log that the tests themselves are written to, too.
SMALL_DISK = """
import pathlib, resource, signal, sys
from ftguide.ground import files
path = pathlib.Path(sys.argv[1])
files.append(path, b"1\\n")
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1024, resource.RLIM_INFINITY))
for target in (path, path.with_name("new.jsonl")):
    try:
        files.append(target, b"x" * 2000)
    except OSError as error:
        print(error.errno, error.filename == str(target))
"""


def test_an_append_that_does_not_fit_leaves_the_file_as_it_was(tmp_path):
    path = tmp_path / "a.jsonl"
    done = subprocess.run(
        [sys.executable, "-c", SMALL_DISK, str(path)],
        cwd=files.ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    numbers, named = zip(*map(str.split, done.stdout.splitlines()), strict=True)
    assert {int(number) for number in numbers} <= {errno.ENOSPC, errno.EFBIG}
    assert named == ("True", "True")
    assert path.read_bytes() == b"1\n"
    assert not (tmp_path / "new.jsonl").exists()


@pytest.mark.parametrize(
    ("before", "after"), [(b"1\n2\n", b"1\n2\n"), (b"1\n2", b"1\n"), (b"1", b""), (b"", b"")]
)
def test_an_unfinished_line_is_cut_off(tmp_path, before, after):
    path = tmp_path / "a.jsonl"
    path.write_bytes(before)
    files.cut_unfinished_line(path)
    assert path.read_bytes() == after
    files.cut_unfinished_line(tmp_path / "missing")


HOLD = """
import sys, pathlib
from ftguide.ground import files
with files.held(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_one_process_holds_a_lock_and_its_death_frees_it(tmp_path):
    lock = tmp_path / ".lock"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(lock)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=files.ROOT,
    ) as other:
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(files.HeldError), files.held(lock):
            pass
        other.kill()
    with files.held(lock, seconds=60):
        assert lock.exists()


def test_packing_gives_the_same_bytes_and_refuses_bombs(tmp_path):
    data = b"x" * 10_000
    assert files.pack(data) == files.pack(data)
    assert files.pack(data)[4:8] == b"\0\0\0\0"  # no time stamp
    path = tmp_path / "a.gz"
    path.write_bytes(files.pack(data))
    assert files.unpack(path, 10_000) == data
    with pytest.raises(files.TooLargeError, match="more than 9999 bytes"):
        files.unpack(path, 9_999)
    path.write_bytes(files.pack(data)[:-9])
    with pytest.raises((OSError, EOFError)):
        files.unpack(path, 10_000)


@pytest.mark.parametrize("place", [0, 3, 12, 20, 40, -6, -2])
def test_a_damaged_packed_file_is_refused_wherever_the_damage_is(tmp_path, place):
    whole = files.pack(bytes(range(256)) * 40)
    damaged = bytearray(whole)
    damaged[place] ^= 0xFF
    (tmp_path / "a.gz").write_bytes(damaged)
    with contextlib.suppress(OSError, EOFError):  # nothing else is told
        files.unpack(tmp_path / "a.gz", 20_000)


def test_json_does_not_depend_on_order():
    assert files.to_json({"b": 1, "a": [2]}) == files.to_json({"a": [2], "b": 1})


def test_the_checkout():
    assert (files.ROOT / "pyproject.toml").is_file()


class Stored(msgspec.Struct):
    schema: int = 1
    names: tuple[str, ...] = ()


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (b"{", "truncated"),
        (b'{"names": "a"}', r"Expected `array`, got `str` - at `\$.names`"),
        (b'{"names": ["\xff"]}', "utf-8"),
        (b'{"more": ' + b"[" * 20_000, "recursion"),
        (b'{"schema": 2}', r"schema 2 at \$.schema, this checkout reads 1. Use the version"),
    ],
)
def test_what_cannot_be_decoded_names_the_place_the_problem_and_the_remedy(tmp_path, raw, problem):
    with pytest.raises(files.UnreadableError, match=f"^a.jsonl, line 3: .*{problem}") as caught:
        files.decode(raw, Stored, "a.jsonl, line 3", "Delete it.", schema=1)
    path = tmp_path / "a.json"
    path.write_bytes(raw)
    with pytest.raises(files.UnreadableError, match=f"^{path}: .*{problem}"):
        files.load(path, Stored, "Delete it.", schema=1)
    assert "Use the version" in problem or str(caught.value).endswith(". Delete it.")


def test_a_stored_file_is_decoded_and_a_missing_one_is_what_the_caller_says(tmp_path):
    path = tmp_path / "a.json"
    path.write_bytes(files.to_json(Stored(names=("a",))))
    assert files.load(path, Stored, "", schema=1) == Stored(names=("a",))
    missing = tmp_path / "missing.json"
    assert files.load(missing, Stored, "", missing=Stored()) == Stored()
    with pytest.raises(files.UnreadableError, match=r"missing.json: No such file.*\. Write it\."):
        files.load(missing, Stored, "Write it.")
    with pytest.raises(files.UnreadableError, match="Is a directory"):
        files.load(tmp_path, Stored, "", missing=Stored())
