"""A watcher that ends what a killed program has started and removes what it has laid down.

The kernel can kill a child with its parent (`start.dying_with_parent`), but not that child's children: a
server's workers would stay, and a folder always does. A keeper is a process of its own, which waits on a
pipe that only the program holds open:

    with Keeper(folder) as keeper:
        subprocess.Popen(command, env={**environ, MARK: keeper.mark}, start_new_session=True)
        keeper.note(process.pid)        # of those that hide their environment

However the program ends, the pipe closes, and the keeper kills who carries the mark and the sessions that
were noted, and removes the folder. Leaving the block does the same and waits for it.
"""

from __future__ import annotations

import atexit
import contextlib
import itertools
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from ftguide.ground.files import ROOT
from ftguide.ground.process.claim import claimed_folder
from ftguide.ground.process.start import end_marked

#: What writes into the folder has ended by then.
_DEADLINE_SECONDS = 4.0
_PAUSE_SECONDS = 0.02


class Keeper(contextlib.AbstractContextManager["Keeper"]):
    """Watches over one folder and all processes that carry `mark`."""

    def __init__(self, folder: Path) -> None:
        """Start watching; the folder must exist, and goes when this ends. OSError without processes.

        Waits until the keeper watches: what it uses of a CPU to start would disturb what is measured then.
        """
        self.mark = secrets.token_hex(16)
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__, self.mark, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=ROOT,
            start_new_session=True,  # a Ctrl-C at the terminal is not meant for it
        )
        assert self._process.stdout is not None
        with self._process.stdout as ready:
            ready.read(1)  # nothing of one that was killed

    def note(self, leader: int) -> None:
        """Have the keeper end the session of a process, which it leads, as well.

        A leader that has ended already may have left a session. A keeper that was killed is told nothing.
        """
        assert self._process.stdin is not None
        try:
            created = psutil.Process(leader).create_time()
        except psutil.Error:
            created = 0.0
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(f"{leader} {created}\n".encode())
            self._process.stdin.flush()

    def __enter__(self) -> Self:
        """Return the keeper itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End everything and wait until it has ended."""
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        self._process.wait()


@contextlib.contextmanager
def kept_folder(prefix: str) -> Iterator[Path]:
    """Make a temporary folder that goes when the block is left, and when this process is killed in it.

    If its keeper is killed as well, the next folder with that prefix clears it away.
    """
    with claimed_folder(prefix) as folder, Keeper(folder):
        yield folder


@contextlib.contextmanager
def passing_folder(prefix: str) -> Iterator[Path]:
    """Make a temporary folder as `kept_folder` does, for a program that needs one hundreds of times.

    They share a folder and a keeper, which takes a tenth of a second to start, until `leave_shared`. Their
    names are short, so that the paths of sockets in them are not too long.
    """
    folder = _shared(prefix) / f"{next(_NUMBERS) % 0x1000:03x}"
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


_NUMBERS = itertools.count()
_SHARING = threading.Lock()
_SHARED: dict[tuple[int, str, str], tuple[Path, contextlib.ExitStack]] = {}


def _shared(prefix: str) -> Path:
    """Return the folder in which passing ones are made; a fork of this process gets one of its own."""
    key = (os.getpid(), tempfile.gettempdir(), prefix)
    with _SHARING:
        if key not in _SHARED or not _SHARED[key][0].is_dir():
            kept = contextlib.ExitStack()
            _SHARED[key] = kept.enter_context(kept_folder(prefix)), kept
        return _SHARED[key][0]


@atexit.register
def leave_shared() -> None:
    """Remove the folders of this process in which passing ones are made; done when it ends, too."""
    with _SHARING:
        for key, (_, kept) in list(_SHARED.items()):
            if key[0] == os.getpid():
                del _SHARED[key]
                kept.close()


def _sessions(lines: bytes) -> set[int]:
    """Return the noted leaders whose numbers have not been given to another process since."""
    leaders = set()
    for line in lines.splitlines():
        number, _, created = line.decode().partition(" ")
        try:
            other = psutil.Process(int(number)).create_time() != float(created)
        except psutil.Error:
            other = False  # it has ended, its session may live on
        if not other:
            leaders.add(int(number))
    return leaders


def main() -> None:
    """Watch until the pipe closes, then clean up."""
    mark, folder = sys.argv[1:]
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        with contextlib.suppress(AttributeError, ValueError):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    with contextlib.suppress(BrokenPipeError), sys.stdout as ready:
        ready.write("\n")
    noted = sys.stdin.buffer.read()
    # Twice: between the fork and the exec of a program's child it looks like the program, without the mark.
    end_marked(mark, sessions=_sessions(noted), looks=2)
    # What the kernel ends with the program may still write for a moment.
    deadline = time.monotonic() + _DEADLINE_SECONDS
    while Path(folder).exists() and time.monotonic() < deadline:
        shutil.rmtree(folder, ignore_errors=True)
        time.sleep(_PAUSE_SECONDS)


if __name__ == "__main__":
    main()
