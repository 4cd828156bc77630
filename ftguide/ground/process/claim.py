"""Temporary folders that tell whether anybody still uses them, so that the next program can clear them away.

A folder is claimed by a lock on it, which the kernel drops with the last process that holds it. However that
ends, and even if nothing of the program is left that could clean up, whoever makes the next folder of that
name finds the old one unlocked and removes it. Where folders cannot be locked (Windows, some network file
systems), they are left.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

if sys.platform != "win32":
    import fcntl

#: The end of the names of claimed folders: those of other makers are never looked at.
SUFFIX = ".kept"


@contextlib.contextmanager
def claimed_folder(prefix: str, within: Path | None = None) -> Iterator[Path]:
    """Make a temporary folder, after clearing away the abandoned ones whose names begin in the same way.

    It lies `within` an existing folder, or where the system has temporary ones. It goes when the block is
    left. When this process is killed in it, it stays until the next call.
    """
    clear(prefix, within)
    folder, held = _claim(prefix, within)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if held is not None:
            os.close(held)


def clear(prefix: str, within: Path | None = None) -> None:
    """Remove the claimed folders of programs that were killed, as far as they are this user's."""
    if sys.platform == "win32":
        return
    for folder in (within or Path(tempfile.gettempdir())).glob(f"{prefix}*{SUFFIX}"):
        with contextlib.suppress(OSError):  # locked, gone, or somebody else's
            held = _open(folder)
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if os.fstat(held).st_uid == os.geteuid():
                    shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(held)


def _claim(prefix: str, within: Path | None) -> tuple[Path, int | None]:
    """Make a folder and lock it; return both. Before it is locked another program may have cleared it."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=prefix, suffix=SUFFIX, dir=within))
        if sys.platform == "win32":
            return folder, None
        with contextlib.suppress(FileNotFoundError):
            held = _open(folder)
            try:
                fcntl.flock(held, fcntl.LOCK_EX)
            except OSError:  # no locks here, so nobody clears it either
                os.close(held)
                return folder, None
            if folder.exists():
                return folder, held
            os.close(held)


def _open(folder: Path) -> int:
    """Open a folder, and nothing that stands in its place."""
    return os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
