"""Running other people's code: bounded in time, memory and output, without a network, and then gone.

A process that crashes, hangs or grows is a result, never an error of ours. Memory is watched as PSS,
because a free-threaded process reserves a gigabyte of address space that it never uses: a limit on
address space would kill every probe.
"""

from __future__ import annotations

import contextlib
import functools
import os
import secrets
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

MEMORY_BYTES = 4 * 1024**3
#: More output than this is cut off; a report of the largest package is below 1 MB.
OUTPUT_BYTES = 16 * 1024**2
TAIL_BYTES = 4096

#: Ends every step that runs in any thread: how an interrupted program stops without leaving anything.
STOP = threading.Event()

_TICK_SECONDS = 0.1
_PSS_EVERY_SECONDS = 0.5
#: Marks every process that a step starts, so that none is left behind, whatever it calls itself.
_MARK = "FTGUIDE_PROBE_STEP"
#: What a step may see of our environment; no secret is among it.
_PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT", "NIX_LD")


class StoppedError(Exception):
    """`STOP` was set: the step was ended, and what it would have said is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a step ended."""

    exit_code: int | None  #: None when it did not end by itself
    ended: str  #: "", "signal SIGSEGV", "time-out after 60 s", "memory above 4096 MB"
    output: bytes  #: what it wrote to standard output
    tail: str  #: the end of what it wrote to standard error


def run(
    command: Sequence[str],
    *,
    folder: Path,
    seconds: float,
    request: bytes = b"",
    network: bool = False,
    environ: Mapping[str, str] | None = None,
    memory_bytes: int = MEMORY_BYTES,
    heard: Callable[[bytes], None] | None = None,
    quiet_seconds: float | None = None,
) -> Outcome:
    """Run a command to its end and return how it ended; nothing it started outlives this call.

    `request` is its standard input. `environ` is added to a nearly empty environment in which HOME and
    TMPDIR are `folder`. `heard` gets each line of standard output as it comes. A step that says
    nothing for `quiet_seconds` is ended as one that takes too long is. Raises `StoppedError` when `STOP`
    is set meanwhile, and `OSError` when the command cannot be started.
    """
    mark = secrets.token_hex(16)
    process = subprocess.Popen(
        [*_prefix(network=network), *command],
        cwd=folder,
        env={**_environment(folder), **(environ or {}), _MARK: mark},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    listener = _Listener(process, request, heard)
    try:
        ended = _watch(process, listener, seconds, quiet_seconds, memory_bytes, mark)
    finally:
        _end(process, mark)
        listener.finish()
    code = process.returncode
    if not ended and code < 0:
        ended = f"signal {_signal_name(-code)}"
    return Outcome(
        exit_code=None if ended else code,
        ended=ended,
        output=bytes(listener.output),
        tail=bytes(listener.errors[-TAIL_BYTES:]).decode(errors="replace"),
    )


def isolation() -> str:
    """Say in a few words what holds a step; stored with the evidence."""
    return "no network" if _no_network() else "network not cut off"


@functools.cache
def _no_network() -> tuple[str, ...]:
    """Return the prefix that takes the network away; empty where the system does not allow it."""
    for prefix in (
        ("unshare", "--net", "--"),
        ("unshare", "--user", "--map-root-user", "--net", "--"),
    ):
        if (
            shutil.which(prefix[0])
            and not subprocess.run(
                [*prefix, "true"], capture_output=True, check=False, timeout=10
            ).returncode
        ):
            return prefix
    return ()


@functools.cache
def _dying_with_us() -> tuple[str, ...]:
    prefix = ("setpriv", "--pdeathsig", "KILL", "--")
    if not shutil.which(prefix[0]):
        return ()
    works = subprocess.run([*prefix, "true"], capture_output=True, check=False, timeout=10)
    return prefix if works.returncode == 0 else ()


def _prefix(*, network: bool) -> tuple[str, ...]:
    return (*_dying_with_us(), *(() if network else _no_network()))


def _environment(folder: Path) -> dict[str, str]:
    passed = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    place = str(folder)
    return {
        **passed,
        "HOME": place,
        "TMPDIR": place,
        "LANG": "C.UTF-8",
        "OPENBLAS_NUM_THREADS": "1",  # a pool of threads per process is not what is probed
        "OMP_NUM_THREADS": "1",
    }


class _Listener:
    """Feeds a process and reads its two streams, each in a thread, keeping a bounded amount."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        request: bytes,
        heard: Callable[[bytes], None] | None,
    ) -> None:
        self.output = bytearray()
        self.errors = bytearray()
        self.last = time.monotonic()
        self.flooded = False
        self._heard = heard
        self._threads = [
            threading.Thread(target=self._feed, args=(process.stdin, request), daemon=True),
            threading.Thread(target=self._listen, args=(process.stdout,), daemon=True),
            threading.Thread(target=self._overhear, args=(process.stderr,), daemon=True),
        ]
        self._streams = (process.stdin, process.stdout, process.stderr)
        for thread in self._threads:
            thread.start()

    def finish(self) -> None:
        """Wait until everything that was written has been read; the process is gone."""
        for thread in self._threads:
            thread.join(5)
        for stream in self._streams:
            with contextlib.suppress(OSError, ValueError):
                if stream:
                    stream.close()

    @staticmethod
    def _feed(stream: object, request: bytes) -> None:
        with contextlib.suppress(OSError, ValueError):
            stream.write(request)  # type: ignore[attr-defined]
            stream.close()  # type: ignore[attr-defined]

    def _listen(self, stream: object) -> None:
        with contextlib.suppress(OSError, ValueError):
            while line := stream.readline(OUTPUT_BYTES):  # type: ignore[attr-defined]
                self.last = time.monotonic()
                if len(self.output) + len(line) > OUTPUT_BYTES:
                    self.flooded = True
                    return
                self.output += line
                if self._heard:
                    self._heard(line)

    def _overhear(self, stream: object) -> None:
        with contextlib.suppress(OSError, ValueError):
            while data := stream.read1(65536):  # type: ignore[attr-defined]
                self.errors += data
                del self.errors[: -2 * TAIL_BYTES]


def _watch(  # noqa: PLR0917 - the limits of one step
    process: subprocess.Popen[bytes],
    listener: _Listener,
    seconds: float,
    quiet_seconds: float | None,
    memory_bytes: int,
    mark: str,
) -> str:
    """Wait for the end; return why it was not waited for any longer, empty when it ended by itself."""
    started = weighed = time.monotonic()
    while True:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=_TICK_SECONDS)
            return ""
        if STOP.is_set():
            raise StoppedError
        now = time.monotonic()
        if now - started > seconds:
            return f"time-out after {seconds:g} s"
        if quiet_seconds is not None and now - listener.last > quiet_seconds:
            return f"time-out after {quiet_seconds:g} s"
        if listener.flooded:
            return f"more than {OUTPUT_BYTES // 1024**2} MB of output"
        if now - weighed > _PSS_EVERY_SECONDS:
            weighed = now
            if _pss(process.pid, mark) > memory_bytes:
                return f"memory above {memory_bytes // 1024**2} MB"


def _end(process: subprocess.Popen[bytes], mark: str) -> None:
    """Kill the process group, and whoever left it."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    for pid in _marked(mark):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)
    process.wait()


def _marked(mark: str) -> Iterator[int]:
    """Find the processes that carry a mark in their environment (Linux; elsewhere none)."""
    wanted = f"{_MARK}={mark}".encode()
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if wanted in (folder / "environ").read_bytes():
                yield int(folder.name)


def _pss(leader: int, mark: str) -> int:
    """Return the proportional set size of a step in bytes; 0 where the system does not tell."""
    total = 0
    for pid in {leader, *_marked(mark)}:
        with contextlib.suppress(OSError, ValueError, IndexError):
            for line in Path(f"/proc/{pid}/smaps_rollup").read_bytes().splitlines():
                if line.startswith(b"Pss:"):
                    total += int(line.split()[1]) * 1024
                    break
    return total


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)
