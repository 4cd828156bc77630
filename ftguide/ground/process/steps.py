"""Long steps, such as compilations: their output in a log, signs of life, and a polite end."""

from __future__ import annotations

import secrets
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from ftguide.ground.process.memory import MARK
from ftguide.ground.process.run import has_ended
from ftguide.ground.process.start import dying_with_parent, kill_tree

#: Called with the seconds gone and what the step has printed since the last call.
Heartbeat = Callable[[float, bytes], None]

HEARTBEAT_SECONDS = 15.0
#: What make and the compilers get to end by themselves; on a busy machine they wait for a CPU first.
GRACE_SECONDS = 5.0
_PAUSE_SECONDS = 0.05


def run_step(
    command: Sequence[str],
    *,
    folder: Path,
    environ: Mapping[str, str],
    log: Path,
    heartbeat: Heartbeat,
) -> int:
    """Run a step to its end, appending what it prints to `log`; return its exit status.

    There is no limit of time: who waits sees the signs of life. However this call ends, no process of
    the step outlives it; and where the system can say so to the step (Linux), none outlives a killed
    caller. Raises `OSError` when the command cannot be started; with setpriv in between, the log and
    status 126 or 127 say it.
    """
    mark = secrets.token_hex(16)
    with log.open("ab") as stream:
        stream.write(f"$ {' '.join(command)}\n".encode())
        stream.flush()
        begun = stream.tell()
        process = subprocess.Popen(
            [*dying_with_parent("TERM"), *command],  # make hands SIGTERM on to the compilers
            cwd=folder,
            env={**environ, MARK: mark},
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            _watch(process, log, begun, heartbeat)
        except BaseException:
            kill_tree(process.pid, mark, number=signal.SIGTERM)
            _wait(process, GRACE_SECONDS)
            raise
        finally:
            kill_tree(process.pid, mark)
            process.wait()
    return process.returncode


def _wait(process: subprocess.Popen[bytes], seconds: float) -> None:
    """Wait until a step has ended, but no longer than some seconds."""
    deadline = time.monotonic() + seconds
    while not has_ended(process) and time.monotonic() < deadline:
        time.sleep(_PAUSE_SECONDS)


def _watch(process: subprocess.Popen[bytes], log: Path, read: int, heartbeat: Heartbeat) -> None:
    started = last = time.monotonic()
    while not has_ended(process):
        time.sleep(_PAUSE_SECONDS)
        if time.monotonic() - last < HEARTBEAT_SECONDS:
            continue
        last = time.monotonic()
        with log.open("rb") as stream:
            stream.seek(read)
            news = stream.read()
        read += len(news)
        heartbeat(last - started, news)
