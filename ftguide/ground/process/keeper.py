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

import contextlib
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from ftguide.ground.files import ROOT
from ftguide.ground.process.memory import marked, session_members

#: What ends slowly is killed again until then.
_DEADLINE_SECONDS = 4.0
_PAUSE_SECONDS = 0.02


class Keeper(contextlib.AbstractContextManager["Keeper"]):
    """Watches over one folder and all processes that carry `mark`."""

    def __init__(self, folder: Path) -> None:
        """Start watching; the folder must exist, and goes when this ends. OSError without processes."""
        self.mark = secrets.token_hex(16)
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__, self.mark, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=ROOT,
            start_new_session=True,  # a Ctrl-C at the terminal is not meant for it
        )

    def note(self, leader: int) -> None:
        """Have the keeper end the session of a process, which it leads, as well."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{leader} {psutil.Process(leader).create_time()}\n".encode())
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
        self._process.stdin.close()
        self._process.wait()


@contextlib.contextmanager
def kept_folder(prefix: str) -> Iterator[Path]:
    """Make a temporary folder that goes when the block is left, and when this process is killed in it."""
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    try:
        with Keeper(folder):
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)  # of a keeper that was killed, or never started


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


def _end(mark: str, leaders: set[int]) -> None:
    deadline = time.monotonic() + _DEADLINE_SECONDS
    while time.monotonic() < deadline:
        alive = {*marked(mark), *session_members(leaders)}
        alive = {one for one in alive if one.is_running() and one.status() != psutil.STATUS_ZOMBIE}
        if not alive:
            return
        for one in alive:
            with contextlib.suppress(psutil.Error, OSError):
                one.kill()
        time.sleep(_PAUSE_SECONDS)


def main() -> None:
    """Watch until the pipe closes, then clean up."""
    mark, folder = sys.argv[1:]
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        with contextlib.suppress(AttributeError, ValueError):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    noted = sys.stdin.buffer.read()
    _end(mark, _sessions(noted))
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
