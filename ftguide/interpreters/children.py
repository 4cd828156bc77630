"""Run the long steps of a build: output to a log, signs of life, nothing left behind."""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from ftguide.interpreters.model import InterpreterError

if TYPE_CHECKING:
    from pathlib import Path

#: Called with the seconds gone and the number of files compiled so far.
Heartbeat = Callable[[float, int], None]

HEARTBEAT_SECONDS = 15.0
TAIL_LINES = 15
#: What make and the compilers get to end by themselves.
GRACE_SECONDS = 0.5


def run(
    command: Sequence[str],
    *,
    folder: Path,
    environ: Mapping[str, str],
    log: Path,
    heartbeat: Heartbeat,
) -> None:
    """Run a step to its end, appending what it prints to `log`.

    Raises `InterpreterError` with the tail of the log when the step fails. However this call ends,
    no process of the step outlives it; and where the system can say so to the step (Linux), none
    outlives a killed caller.
    """
    with log.open("ab") as stream:
        stream.write(f"$ {' '.join(command)}\n".encode())
        stream.flush()
        try:
            process = subprocess.Popen(
                [*dying_with_us(), *command],
                cwd=folder,
                env=dict(environ),
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            raise InterpreterError(f"{command[0]} does not run: {error.strerror}.") from error
        try:
            _watch(process, log, heartbeat)
        except BaseException:
            _end(process)
            raise
    if process.returncode != 0:
        raise InterpreterError(
            f"`{' '.join(command[:1])}` failed with exit status {process.returncode}. "
            f"The end of {log}:\n{tail(log)}"
        )


def tail(log: Path) -> str:
    """Return the last lines of a log."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return "\n".join(lines[-TAIL_LINES:])


@functools.cache
def dying_with_us(signal_name: str = "TERM") -> tuple[str, ...]:
    """Return the prefix that makes a command receive a signal when this process dies by SIGKILL.

    make hands SIGTERM on to the compilers it runs.
    """
    prefix = ("setpriv", "--pdeathsig", signal_name, "--")
    if not shutil.which(prefix[0]):
        return ()
    works = subprocess.run([*prefix, "true"], capture_output=True, check=False, timeout=10)
    return prefix if works.returncode == 0 else ()


def _watch(process: subprocess.Popen[bytes], log: Path, heartbeat: Heartbeat) -> None:
    started = time.monotonic()
    read = log.stat().st_size
    compiled = 0
    while True:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=HEARTBEAT_SECONDS)
            return
        with log.open("rb") as stream:
            stream.seek(read)
            news = stream.read()
        read += len(news)
        compiled += news.count(b" -c ")
        heartbeat(time.monotonic() - started, compiled)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Stop a step that was not waited for: politely, so that make tidies up, then for good.

    It is not waited for in between: until then its number belongs to no other process group.
    """
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, number)
        if number is signal.SIGTERM:
            time.sleep(GRACE_SECONDS)
    process.wait()
