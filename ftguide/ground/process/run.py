"""Run a child to its end, or to the end of what it may take, and return how it ended."""

from __future__ import annotations

import contextlib
import errno
import functools
import math
import os
import secrets
import select
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psutil

from ftguide.ground.process.ended import Ended, Ending, how_it_ended
from ftguide.ground.process.holders import holders
from ftguide.ground.process.memory import MARK, memory_of, tree
from ftguide.ground.process.start import dying_with_parent, kill_tree, without_network

#: Looking at the memory of a tree reads a file for every process of the machine.
_WEIGHED_EVERY_SECONDS = 0.5
#: The first and the longest pause between two looks at whether a child has ended.
_PAUSES_SECONDS = (0.002, 0.05)
#: What the threads get to read what is left, before it is asked who still holds the streams, and then.
_FOUND_SECONDS, _READ_SECONDS = 0.5, 5.0
#: What is read of a stream at a time.
_CHUNK_BYTES = 65536
#: How the programs of `start`'s prefixes begin what they print, and end, when there is no such command
#: or none that can be executed.
_PREFIXES = ("setpriv: ", "unshare: ")
_UNSTARTABLE = {127: errno.ENOENT, 126: errno.EACCES}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a child may take. None is no limit."""

    seconds: float | None = None  #: from its start
    #: From its start until it gets a SIGINT: for programs that then end by themselves and say what they have.
    interrupt_seconds: float | None = None
    silent_seconds: float | None = None  #: without a line of output
    memory_bytes: int | None = None  #: PSS of its tree
    output_bytes: int = 16 * 2**20  #: both streams together; beyond it the child is stopped
    error_tail: int | None = (
        None  #: keep the last bytes of standard error, which then is not bounded
    )


def run(
    command: Sequence[str],
    *,
    folder: Path,
    environ: Mapping[str, str],
    limits: Limits,
    request: bytes = b"",
    network: bool = True,
    heard: Callable[[bytes], None] | None = None,
    stop: threading.Event | None = None,
) -> Ended:
    """Run a command in `folder` and return how it ended; nothing that it started outlives this call.

    `environ` is all it finds in its environment, but for a mark. `request` is its standard input.
    `network=False` takes the network away where the system allows that (`without_network` says).
    `heard` gets every line of standard output as it comes, in another thread. Once `stop` is set, the
    child is ended. Raises `OSError` when the command cannot be started.
    """
    mark = secrets.token_hex(16)
    prefix = (*dying_with_parent(), *(() if network else without_network()))
    started = time.monotonic()
    process = subprocess.Popen(
        [*prefix, *command],
        cwd=folder,
        env={**environ, MARK: mark},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    streams = _Streams(process, request, heard, limits)
    try:
        streams.start()
        ending, limit = _watch(process, streams, limits, mark, stop)
    finally:
        kill_tree(process.pid, mark)
        status = process.wait()
        streams.finish()
    output, errors = bytes(streams.output), bytes(streams.errors)
    if prefix and not ending:
        _refuse_unstartable(command[0], status, errors)
    if ending is None and streams.flooded:  # it wrote too much and ended before it was looked at
        ending, limit = Ending.FLOOD, limits.output_bytes
    return Ended(
        ending=ending or how_it_ended(status, errors),
        status=None if ending else status,
        output=output,
        errors=errors,
        seconds=time.monotonic() - started,
        limit=limit,
    )


def _refuse_unstartable(program: str, status: int, errors: bytes) -> None:
    """Raise the `OSError` of a command that its prefix could not start: the prefix only prints it."""
    said = errors.decode(errors="replace").rstrip()
    if status in _UNSTARTABLE and said.startswith(_PREFIXES) and f"{program}: " in said:
        raise OSError(_UNSTARTABLE[status], said.rpartition(": ")[2], program)


class _Streams:
    """Feeds a child and reads what it writes, each stream in a thread, keeping a bounded amount."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        request: bytes,
        heard: Callable[[bytes], None] | None,
        limits: Limits,
    ) -> None:
        self.output = bytearray()
        self.errors = bytearray()
        self.flooded = False
        self.last_line = time.monotonic()
        self._heard = heard
        self._most = limits.output_bytes
        self._tail = limits.error_tail
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        self._over = False
        self._streams: tuple[IO[bytes], ...] = (process.stdin, process.stdout, process.stderr)
        work = (
            functools.partial(self._feed, process.stdin, request),
            functools.partial(self._listen, process.stdout),
            functools.partial(self._overhear, process.stderr),
        )
        self._threads = [threading.Thread(target=each, daemon=True) for each in work]

    def start(self) -> None:
        """Begin to feed and to read; RuntimeError where no thread can be started."""
        for thread in self._threads:
            thread.start()

    def finish(self) -> None:
        """Wait until what was written has been read; the child is gone.

        Who is left, and still holds one of the streams, has left the child's session and its environment
        behind. It is killed where it can be found, and not waited for longer where it cannot.
        """
        if not self._read(_FOUND_SECONDS):
            pairs = zip(self._threads, self._streams, strict=True)
            for holder in holders(stream for thread, stream in pairs if thread.is_alive()):
                with contextlib.suppress(psutil.Error, OSError):
                    holder.kill()
            self._read(_READ_SECONDS)
        self._over = True
        for thread, stream in zip(self._threads, self._streams, strict=True):
            if not thread.is_alive():  # closing a stream waits for its thread, which closes it, too
                with contextlib.suppress(OSError, ValueError):
                    stream.close()

    def _read(self, seconds: float) -> bool:
        """Return whether all threads have ended within some seconds."""
        deadline = time.monotonic() + seconds
        for thread in self._threads:
            if thread.ident is not None:  # it was started
                thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    @staticmethod
    def _feed(stream: IO[bytes], request: bytes) -> None:
        with contextlib.suppress(OSError, ValueError):
            stream.write(request)
            stream.close()

    def _listen(self, stream: IO[bytes]) -> None:
        with contextlib.suppress(OSError, ValueError), stream:
            while not self._over and (line := stream.readline(self._most + 1)):
                self.last_line = time.monotonic()
                if self._keep(self.output, line) and self._heard is not None:
                    self._heard(line)

    def _overhear(self, stream: IO[bytes]) -> None:
        with contextlib.suppress(OSError, ValueError), stream:
            while not self._over and (data := stream.read1(_CHUNK_BYTES)):  # type: ignore[attr-defined]
                if self._tail is None:
                    self._keep(self.errors, data)
                else:
                    self.errors += data
                    del self.errors[: -self._tail]

    def _keep(self, kept: bytearray, data: bytes) -> bool:
        """Keep what still fits; return whether all of it did. The rest is read and dropped."""
        unbounded = self._tail is not None
        left = self._most - len(self.output) - (0 if unbounded else len(self.errors))
        kept += data[: max(0, left)]
        if len(data) > left:  # and never reset: the thread of the other stream sets it, too
            self.flooded = True
        return len(data) <= left


def _watch(
    process: subprocess.Popen[bytes],
    streams: _Streams,
    limits: Limits,
    mark: str,
    stop: threading.Event | None,
) -> tuple[Ending | None, float | None]:
    """Wait for the end; return why it is not waited for any longer, None when it came by itself."""
    started = weighed = time.monotonic()
    pause, longest = _PAUSES_SECONDS
    interrupt = math.inf if limits.interrupt_seconds is None else started + limits.interrupt_seconds
    with _pauses(process) as wait:
        while not has_ended(process):
            now = time.monotonic()
            if now >= interrupt:
                # Popen's own way to send it would reap a child that has just ended.
                os.kill(process.pid, signal.SIGINT)
                interrupt = math.inf
            if stop is not None and stop.is_set():
                return Ending.STOPPED, None
            if limits.seconds is not None and now - started > limits.seconds:
                return Ending.HANG, limits.seconds
            silent = limits.silent_seconds
            if silent is not None and now - streams.last_line > silent:
                return Ending.HANG, silent
            if streams.flooded:
                return Ending.FLOOD, limits.output_bytes
            if limits.memory_bytes is not None and now - weighed > _WEIGHED_EVERY_SECONDS:
                weighed = now
                held = memory_of(tree(process.pid, mark))
                if held is not None and held.held > limits.memory_bytes:
                    return Ending.MEMORY, limits.memory_bytes
            wait(min(pause, max(0.0, interrupt - now)))
            pause = min(pause * 1.5, longest)
    return None, None


@contextlib.contextmanager
def _pauses(process: subprocess.Popen[bytes]) -> Iterator[Callable[[float], object]]:
    """Yield what waits some seconds, and no longer than the child lives where the system can tell."""
    try:
        ends = os.pidfd_open(process.pid)
    except (AttributeError, OSError):
        yield time.sleep
        return
    try:
        poll = select.poll()  # select.select() takes no number from 1024 on
        poll.register(ends, select.POLLIN)
        yield lambda seconds: poll.poll(1000 * seconds)
    finally:
        os.close(ends)


def has_ended(process: subprocess.Popen[bytes]) -> bool:
    """Return whether a child has ended, without reaping it: its group's number stays taken."""
    if hasattr(os, "waitid"):
        options = os.WEXITED | os.WNOHANG | os.WNOWAIT
        return os.waitid(os.P_PID, process.pid, options) is not None
    return process.poll() is not None
