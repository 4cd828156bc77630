"""One arm of a stack as it runs: its processes, their CPU time and memory, and what it answers."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import psutil

from ftguide.ground import redact
from ftguide.ground.machine import Platform
from ftguide.ground.process.memory import Memory, memory_of, tree
from ftguide.ground.process.start import dying_with_parent, kill_tree
from ftguide.services.declare.stacks import Route

HOST = "127.0.0.1"
#: A service that prints more than this in a block is not measured: it would measure the disk.
MOST_LOGGED_BYTES = 32 * 2**20
#: What is shown, and never stored, of the log of a service that failed.
TAIL_BYTES = 2000
_PAUSE_SECONDS = 0.01
#: How long what is left of a load may take; how often one looks, how much of a CPU is none, and how many
#: looks in a row must see none, for a process may only wait for a CPU.
_SETTLE_SECONDS = 0.5
_SETTLE_PAUSE_SECONDS = 0.005
_IDLE_SHARE = 0.1
_IDLE_LOOKS = 3
#: How long one answer may take.
ANSWER_SECONDS = 10.0
MOST_BODY_BYTES = 2**20


class ServiceFailedError(Exception):
    """A service cannot be measured; `kind` as in `record.model.Failure`, `tail` is for the terminal."""

    def __init__(self, kind: str, message: str, *, route: str = "", tail: str = "") -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.route = route
        self.tail = tail


def free_port() -> int:
    """Return a port of the loopback that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def cpu_seconds(process: psutil.Process) -> float:
    """Return the CPU time of a process since it began, to the nanosecond where the system tells.

    Linux has a clock for every process; its number is made of the process's as the C library does it
    (clock_getcpuclockid). Elsewhere what psutil reads counts in hundredths. Raises `psutil.NoSuchProcess`.
    """
    if hasattr(time, "clock_gettime"):
        with contextlib.suppress(OSError, OverflowError):
            return time.clock_gettime((~process.pid << 3) | 2)
    times = process.cpu_times()
    return float(times.user + times.system)


def pin(processes: Iterable[psutil.Process], cpus: Sequence[int], on: Platform) -> None:
    """Move all threads of some processes to some CPUs; what they start later follows them."""
    if on.pin is None:
        return
    for process in processes:
        with contextlib.suppress(OSError, psutil.Error):
            for thread in process.threads():
                with contextlib.suppress(ProcessLookupError):
                    on.pin(thread.id, cpus)


class Server(contextlib.AbstractContextManager["Server"]):
    """A service that was started and leads a session of its own."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        port: int,
        folder: Path,
        work: Path,
        environ: Mapping[str, str],
    ) -> None:
        """Start it in `work`, its log in `folder`; ServiceFailedError when there is no such program."""
        self.port = port
        self._log = folder / f"{port}.log"
        self._began = time.monotonic()
        with self._log.open("wb") as log:
            try:
                self._process = subprocess.Popen(
                    [*dying_with_parent(), *command],
                    cwd=work,
                    env=dict(environ),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            except OSError as error:
                words = error.strerror or str(error)
                raise ServiceFailedError("did-not-start", f"{command[0]}: {words}") from error
        self._members: list[psutil.Process] = []

    def __exit__(self, *_: object) -> None:
        """End it and all that it started."""
        kill_tree(self._process.pid)
        self._process.wait()

    def tail(self) -> str:
        """Return the end of what it printed, printable and without paths of this machine."""
        with self._log.open("rb") as stream:
            stream.seek(max(0, self._log.stat().st_size - TAIL_BYTES))
            return redact.anonymous(stream.read().decode(errors="replace"), {})

    def fail(self, kind: str, message: str, route: str = "") -> ServiceFailedError:
        """Return the error for something that went wrong, with the end of the log."""
        return ServiceFailedError(kind, message, route=route, tail=self.tail())

    def ready(self, route: Route, patience: float) -> float:
        """Wait for the first right answer; return the seconds since the start.

        ServiceFailedError for a service that ended, or gave no right answer in `patience` seconds.
        """
        deadline = self._began + patience
        last = ServiceFailedError("did-not-start", "")
        while time.monotonic() < deadline:
            self._check_alive()
            try:
                self.ask(route, seconds=max(0.1, min(2.0, deadline - time.monotonic())))
            except ServiceFailedError as error:
                last = error
                time.sleep(_PAUSE_SECONDS)
            else:
                took = time.monotonic() - self._began
                self.look()
                return took
        if last.kind in {"did-not-start", "refused"}:
            raise self.fail("did-not-start", f"nothing answered for {patience:.0f} seconds")
        raise self.fail(last.kind, last.message, last.route)

    def _check_alive(self) -> None:
        status = self._process.poll()
        if status is not None:
            raise self.fail("did-not-start", f"it ended with status {status} before it answered")

    def ask(self, route: Route, *, seconds: float = ANSWER_SECONDS) -> None:
        """Ask once and check the answer; ServiceFailedError says what is wrong with it."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=seconds)
        with contextlib.closing(connection):
            self.ask_on(connection, route)

    def ask_on(self, connection: http.client.HTTPConnection, route: Route) -> None:
        """Ask on a connection that may stay open, as `ask` does."""
        try:
            connection.request("GET", route.path)
            answer = connection.getresponse()
            body = answer.read(MOST_BODY_BYTES)
            while answer.read(MOST_BODY_BYTES):  # what is too long counts as answered
                pass
        except TimeoutError as error:
            raise self.fail(
                "silent", f"{route.path} was not answered in time", route.slug
            ) from error
        except (OSError, http.client.HTTPException) as error:
            raise self.fail(
                "refused", f"{route.path}: {type(error).__name__}", route.slug
            ) from error
        if answer.status != http.client.OK:
            raise self.fail(
                "wrong-answer",
                f"{route.path} answered with status {answer.status}",
                route=route.slug,
            )
        if wrong := route.check(body):
            raise self.fail("wrong-answer", f"{route.path} answered with {wrong}", route.slug)

    def check_gil(self, path: str, *, expected: bool) -> None:
        """Ask whether the GIL is on; ServiceFailedError when it is not as expected, or nobody tells."""

        def check(body: bytes) -> str | None:
            try:
                said = json.loads(body)["gil"]
            except (ValueError, KeyError, TypeError):
                return "nothing about the GIL"
            return None if said is expected else f"a GIL that is {'on' if said else 'off'}"

        try:
            self.ask(Route(slug="", path=path, title=path, check=check))
        except ServiceFailedError as error:
            raise self.fail("gil-enabled", error.message) from error

    def warm_up(self, routes: Sequence[Route], *, connections: int, seconds: float) -> None:
        """Ask for every route in turn on several connections, `seconds` for each."""
        with contextlib.ExitStack() as stack:
            lines = [
                stack.enter_context(
                    contextlib.closing(
                        http.client.HTTPConnection(HOST, self.port, timeout=ANSWER_SECONDS)
                    )
                )
                for _ in range(connections)
            ]
            for route in routes:
                until = time.monotonic() + seconds
                while time.monotonic() < until:
                    for line in lines:
                        self.ask_on(line, route)

    def look(self) -> None:
        """Find the processes that belong to it now."""
        self._members = sorted(tree(self._process.pid), key=lambda member: member.pid)

    def cpu_seconds(self) -> float:
        """Return the CPU time of its processes; ServiceFailedError when one has ended since `look`."""
        try:
            return sum(map(cpu_seconds, self._members))
        except psutil.Error:
            raise self.fail("ended", "one of its processes ended while it was measured") from None

    def settle(self) -> None:
        """Wait until it has done what is left of a load, whose connections are closed.

        Its processes still answer what they had read; in the slice of another service they would disturb it.
        """
        before, spent, idle = time.monotonic(), self.cpu_seconds(), 0
        until = before + _SETTLE_SECONDS
        while before < until and idle < _IDLE_LOOKS:
            time.sleep(_SETTLE_PAUSE_SECONDS)
            now, total = time.monotonic(), self.cpu_seconds()
            idle = idle + 1 if total - spent < _IDLE_SHARE * (now - before) else 0
            before, spent = now, total

    def check_log(self) -> None:
        """Raise ServiceFailedError for a service that prints without end."""
        if self._log.stat().st_size > MOST_LOGGED_BYTES:
            raise self.fail(
                "flood", f"it printed more than {MOST_LOGGED_BYTES >> 20} MiB; turn its log off"
            )

    def memory(self) -> Memory | None:
        """Return what its processes hold."""
        self.look()
        return memory_of(self._members)

    def threads(self) -> int:
        """Return how many threads its processes have."""
        return sum(member.num_threads() for member in self._members)

    @property
    def processes(self) -> int:
        """How many processes it had when it was last looked at."""
        return len(self._members)

    def pin(self, cpus: Sequence[int], on: Platform) -> None:
        """Move all its threads to some CPUs; nothing where the platform cannot pin."""
        pin(self._members, cpus, on)
