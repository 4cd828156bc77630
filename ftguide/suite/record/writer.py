"""Writing a run folder while measuring, so that nothing measured is ever lost.

One process at a time holds a run folder (a kernel lock, which dies with its holder). Every line is on
the disk before the next block starts. Finishing is a sequence of whole-file steps, each of which may be
repeated: a run killed in the middle of it finishes when it is resumed.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Self

import msgspec

from ftguide.ground import files
from ftguide.suite.record import store
from ftguide.suite.record.model import Line, Run, StoredRun


class RunFolder:
    """A run folder held for writing."""

    def __init__(self, folder: Path, run: Run) -> None:
        """Use `create` or `resume`."""
        self.folder = folder
        self.run = run

    @classmethod
    @contextlib.contextmanager
    def create(cls, results: Path, run: Run) -> Iterator[Self]:
        """Make a new run folder and hold it; raises `FileExistsError` for one that is there."""
        folder = results / run.run_id
        folder.mkdir(parents=True)
        with _held(folder):
            files.write_atomic(folder / "run.json", files.to_json(run))
            yield cls(folder, run)

    @classmethod
    @contextlib.contextmanager
    def resume(cls, folder: Path) -> Iterator[Self]:
        """Hold an existing run folder; cut an unfinished line off, so that appending is safe.

        Raises `StoreError` for one that is damaged, or that another process holds.
        """
        with _held(folder):
            # Not read before it is held: another process may finish it meanwhile.
            run = store.read_run(folder)
            files.cut_unfinished_line(folder / store.GROWING)
            yield cls(folder, run)

    def append(self, line: Line) -> None:
        """Put one line on the disk; raises `StoreError` with all earlier lines as they are."""
        path = self.folder / store.GROWING
        try:
            self._unpack()
            files.append(path, msgspec.json.encode(line) + b"\n")
        except OSError as error:
            raise store.StoreError(
                f"{path}: {error.strerror or error}. The finished blocks are safe; make room, then "
                f"continue with `nox -s bench -- --resume {self.run.run_id}`."
            ) from error

    def _unpack(self) -> None:
        """Go back to lines that grow where `finish` has packed them, and was killed before it ended.

        What is appended beside packed lines would be read by nobody, and be packed without them.
        """
        growing = self.folder / store.GROWING
        for packed in (self.folder / name for name in store.PUBLISHED):
            if packed.exists():
                if not growing.exists():
                    files.write_atomic(growing, store.text_of(packed))
                packed.unlink()

    def finish(self, finished: str) -> StoredRun:
        """Pack the blocks, mark the run finished. May be repeated.

        Raises `OSError` for a disk that is full, `StoreError` for a folder that was damaged meanwhile.
        """
        plain = self.folder / store.GROWING
        if plain.exists():
            files.write_atomic(self.folder / store.BLOCKS, store.packed(plain))
        stored = store.load(self.folder)  # what was packed
        plain.unlink(missing_ok=True)
        self.run = replace(self.run, finished=finished)
        files.write_atomic(self.folder / "run.json", files.to_json(self.run))
        return replace(stored, run=self.run)


@contextlib.contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Hold a folder; the lock file lies beside it, because a run folder holds data only."""
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(files.held(folder.parent / f".{folder.name}.lock"))
        except files.HeldError:
            raise store.StoreError(
                f"{folder}: another process is measuring into it. Wait for it, or end it first."
            ) from None
        yield
