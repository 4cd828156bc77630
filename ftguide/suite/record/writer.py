"""Writing a run folder while measuring, so that nothing measured is ever lost.

One process at a time holds a run folder (a kernel lock, which dies with its holder). Every line is on
the disk before the next block starts. Finishing is a sequence of whole-file steps, each of which may be
repeated: a run killed in the middle of it finishes when it is resumed.
"""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Self

import filelock
import msgspec

from ftguide import files
from ftguide.suite.derive.export import pyperf_suites
from ftguide.suite.record import store
from ftguide.suite.record.model import Line, Run, StoredRun


class RunFolder:
    """A run folder held for writing."""

    def __init__(self, folder: Path, run: Run, lock: filelock.BaseFileLock) -> None:
        """Use `create` or `resume`."""
        self.folder = folder
        self.run = run
        self._lock = lock

    @classmethod
    @contextlib.contextmanager
    def create(cls, results: Path, run: Run) -> Iterator[Self]:
        """Make a new run folder and hold it."""
        folder = results / run.run_id
        folder.mkdir(parents=True)
        with _held(folder) as lock:
            files.write_atomic(folder / "run.json", files.to_json(run))
            yield cls(folder, run, lock)

    @classmethod
    @contextlib.contextmanager
    def resume(cls, folder: Path) -> Iterator[Self]:
        """Hold an existing run folder; cut an unfinished line off, so that appending is safe."""
        run = store.read_run(folder)
        with _held(folder) as lock:
            _mend(folder / "blocks.jsonl")
            yield cls(folder, run, lock)

    def append(self, line: Line) -> None:
        """Put one line on the disk; an error leaves all earlier lines as they are."""
        path = self.folder / "blocks.jsonl"
        data = msgspec.json.encode(line) + b"\n"
        before = path.stat().st_size if path.exists() else 0
        try:
            # Unbuffered: a line that failed must not be tried again, half of it already written,
            # when a buffer is closed.
            with path.open("ab", buffering=0) as stream:
                written = stream.write(data)
                if written != len(data):  # what a full disk does to an unbuffered write
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))  # noqa: TRY301
                os.fsync(stream.fileno())
        except OSError as error:
            with contextlib.suppress(OSError):
                os.truncate(path, before)
            raise store.StoreError(
                f"{path}: {error.strerror or error}. The finished blocks are safe; make room, then "
                f"continue with `nox -s bench -- --resume {self.run.run_id}`."
            ) from error

    def finish(self, finished: str) -> StoredRun:
        """Compress the blocks, write the exports, mark the run finished. May be repeated."""
        plain, packed = self.folder / "blocks.jsonl", self.folder / "blocks.jsonl.gz"
        if plain.exists():
            files.write_atomic(packed, files.pack(plain.read_bytes()))
            plain.unlink()
        stored = store.load(self.folder)
        for name, data in pyperf_suites(stored).items():
            files.write_atomic(self.folder / name, data)
        self.run = replace(self.run, finished=finished)
        files.write_atomic(self.folder / "run.json", files.to_json(self.run))
        return replace(stored, run=self.run)


@contextlib.contextmanager
def _held(folder: Path) -> Iterator[filelock.BaseFileLock]:
    """Hold a folder; the lock file lies beside it, because a run folder holds data only."""
    lock = filelock.FileLock(folder.parent / f".{folder.name}.lock")
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        raise store.StoreError(
            f"{folder}: another process is measuring into it. Wait for it, or end it first."
        ) from None
    try:
        yield lock
    finally:
        lock.release()  # the file stays: removing it would let two processes lock two files of one name


def _mend(path: Path) -> None:
    """Cut off what follows the last complete line."""
    if not path.exists():
        return
    data = path.read_bytes()
    keep = data.rfind(b"\n") + 1
    if keep != len(data):
        os.truncate(path, keep)
