"""The processes of one arm, seen from the controller.

Starts them, passes commands to every worker at once, waits for all answers with a deadline, and turns
whatever goes wrong (an exception, a signal, silence, a wrong answer, a GIL that came back) into an
`ArmFailedError` that says so. Single-threaded on purpose: while a value is taken the controller sleeps in
select().
"""

from __future__ import annotations

import contextlib
import os
import secrets
import selectors
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ftguide.ground import redact
from ftguide.ground.machine import Platform
from ftguide.ground.process.ended import signal_name
from ftguide.ground.process.fork import die_with_parent, interrupts_held
from ftguide.ground.process.memory import Memory, memory_of, session_members
from ftguide.ground.vocabulary import Arm, Mode
from ftguide.suite.observe.wire import Worker, accepted

#: Lines of a failed worker's output that are kept.
TAIL_LINES = 16
#: A value that takes this long is either not one of ours or going wrong, so that looking at its memory
#: disturbs no measurement; LONGEST_VALUE_NS is far below.
MEMORY_LOOK_SECONDS = 1.0


class ArmFailedError(Exception):
    """An arm cannot go on; `kind` is one of the kinds of `record.model.Failure`."""

    def __init__(self, arm: Arm, kind: str, message: str, tail: str = "") -> None:
        super().__init__(message)
        self.arm = arm
        self.kind = kind
        self.message = message
        self.tail = tail


class ArmProcess(contextlib.AbstractContextManager["ArmProcess"]):
    """The processes of one arm of one workload, alive and waiting for their turns.

    Whatever waits for an answer raises ArmFailedError when the arm cannot go on.
    """

    def __init__(
        self,
        arm: Arm,
        *,
        executable: str,
        module: str,
        slug: str,
        environment: Mapping[str, str],
        folder: Path,
        root: Path,
        on: Platform,
        cpus: Sequence[int] | None,
        patience: float,
        memory_limit: int | None = None,
    ) -> None:
        """Start the processes; `ready()` waits for them. `patience` is the seconds of silence allowed.

        OSError when an interpreter cannot be started, ArmFailedError when it does not call back.
        """
        self.arm = arm
        self.patience = patience
        self._memory_limit = memory_limit
        self._looked = time.monotonic()
        self._look: Callable[[], None] = self._look_at_memory
        self._look_every = MEMORY_LOOK_SECONDS
        self._on = on
        self._root = root
        self._executable = executable
        self._output = tempfile.TemporaryFile()  # noqa: SIM115 - closed in close()
        self._selector = selectors.DefaultSelector()
        self._workers: list[Worker] = []
        self.processes: list[subprocess.Popen[bytes]] = []
        # The worker pins itself once it has started, which processes thus do on all CPUs, wherever they
        # are going to be measured.
        held = "-" if on.pin is None or cpus is None else ",".join(map(str, cpus))
        settings: dict[str, Any] = {
            "stdin": subprocess.DEVNULL,
            "stdout": self._output,
            "stderr": self._output,
            "cwd": folder,
            "env": dict(environment),
        }
        options = ["-P", *(["-X", "gil=1"] if arm.gil_on else []), "-m", "ftguide.target.worker"]
        workers = 1 if arm.mode is Mode.PROCESSES else arm.workers  # of a process
        start = self._start if on.inherits_descriptors else self._start_by_loopback
        try:
            with interrupts_held():
                for first in range(0, arm.workers, workers):
                    words = [module, slug, arm.mode.value, str(first), held]
                    wires = start([executable, *options, *words], workers, settings)
                    for wire in wires:
                        worker = Worker(wire, self.processes[-1])
                        self._workers.append(worker)
                        self._selector.register(wire, selectors.EVENT_READ, worker)
        except BaseException:
            self.close()
            raise

    def _start(
        self, command: list[str], workers: int, settings: dict[str, Any]
    ) -> list[socket.socket]:
        """Start a process that inherits its ends of the wires; return ours."""
        pairs = [socket.socketpair() for _ in range(workers)]
        numbers = [theirs.fileno() for _, theirs in pairs]
        process = subprocess.Popen(
            [*command, *map(str, numbers)],
            pass_fds=numbers,
            preexec_fn=die_with_parent(),  # noqa: PLW1509 - the controller has no other threads
            start_new_session=True,  # Ctrl-C is the controller's to handle
            **settings,
        )
        self.processes.append(process)
        for _, theirs in pairs:
            theirs.close()
        return [ours for ours, _ in pairs]

    def _start_by_loopback(
        self, command: list[str], workers: int, settings: dict[str, Any]
    ) -> list[socket.socket]:
        """Start a process that calls back: Windows does not hand sockets down by number."""
        token = secrets.token_hex(16)
        with socket.create_server(("127.0.0.1", 0)) as server:
            server.settimeout(self.patience)
            port = server.getsockname()[1]
            channels = [f"{port}:{token}{n:04}" for n in range(workers)]
            self.processes.append(subprocess.Popen([*command, *channels], **settings))
            try:
                return accepted(server, token, workers)
            except TimeoutError:
                raise self._failed("hung", "did not call back after its start") from None

    def __exit__(self, *_: object) -> None:
        """End the processes."""
        self.close()

    def ready(self) -> None:
        """Wait until every worker has set itself up; ArmFailedError for a GIL that is not as stated."""
        for hello in self._collect(self._workers):
            self._judge_gil(hello["gil"], hello["culprits"])

    def pin(self, cpus: Sequence[int] | None) -> None:
        """Move the main thread of a single arm; the other arms keep the set they started with."""
        if self._on.pin is not None and cpus is not None:
            for process in self.processes:
                # Its death is reported by its silence.
                with contextlib.suppress(ProcessLookupError):
                    self._on.pin(process.pid, cpus)

    def value(self, loops: int, warm_up: int, laps: int = 1) -> tuple[tuple[int, ...], ...]:
        """Take one value: time `loops` after `warm_up` untimed ones, in laps of `loops / laps` each.

        Returns the start and the end of every lap for every worker, in nanoseconds of the monotonic
        clock: (start, end) where the value is timed as a whole.
        """
        self.launch(loops, warm_up, laps)
        return self.marks()

    def launch(self, loops: int, warm_up: int, laps: int = 1) -> None:
        """Let the workers begin with a value, see `value`, and return at once; `marks()` waits for it."""
        barrier = len(self._workers) > 1
        if self.arm.mode in {Mode.THREADS, Mode.INTERPRETERS}:
            # With a GIL the leader might otherwise read its idle clock after another thread's warm-up.
            self._leaders("wake")
        line = f"value {loops} {warm_up} {int(barrier)} {laps}"
        if barrier:
            self._all(line, self._workers)
        for worker in self._workers:
            worker.send("go" if barrier else line)

    def marks(self) -> tuple[tuple[int, ...], ...]:
        """Wait for the launched value; return what `value` returns."""
        return tuple(tuple(marks) for marks in self._collect(self._workers))

    def check(self, loops: int) -> tuple[float, ...]:
        """Let the oracle judge the last results wherever work is shared; return what was observed.

        Quantities in the order of the declaration, a mean over processes; empty without any.
        """
        observed = [answer["observed"] for answer in self._leaders(f"check {loops}")]
        # Work that grows a little with every value never lasts long enough to be looked at while it runs.
        if time.monotonic() - self._looked > MEMORY_LOOK_SECONDS:
            self._looked = time.monotonic()
            self._look_at_memory()
        return tuple(sum(values) / len(values) for values in zip(*observed, strict=True))

    def settle(self) -> None:
        """Collect the garbage of the set-up, before the warm-up."""
        self._leaders("settle")

    def begin(self) -> bool:
        """Start counting, after the warm-up; return whether the GIL is on."""
        return self._gil(self._leaders("begin"))

    def end(self) -> tuple[bool, dict[str, int]]:
        """Return whether the GIL is on, and the counters of all processes added up."""
        answers = self._leaders("end")
        names = (
            *("gc", "minor", "major", "switches", "waits", "cpu_ns", "idle_ns"),
            *("took_ns", "ran_ns", "delayed_ns"),
        )
        return self._gil(answers), {name: sum(a.get(name, 0) for a in answers) for name in names}

    def _gil(self, answers: list[Any]) -> bool:
        for answer in answers:
            self._judge_gil(answer["gil"], [])
        return bool(answers[0]["gil"])

    def _judge_gil(self, enabled: bool, culprits: list[str]) -> None:  # noqa: FBT001 - one fact, named
        if enabled and not self.arm.gil_expected:
            names = ", ".join(culprits) or "a module that gave no warning"
            message = f"the GIL was turned on by {names}; measurement refused"
            raise self._failed("gil-enabled", message)
        if self.arm.gil_expected and not enabled:
            raise self._failed("gil-enabled", "the GIL is off in an arm that must run with it")

    def _leaders(self, line: str) -> list[Any]:
        """Command the workers that speak for others: the first of every process or interpreter."""
        leaders = self._workers
        if self.arm.mode is not Mode.INTERPRETERS:
            first = {worker.process: worker for worker in reversed(self._workers)}
            leaders = [first[process] for process in self.processes]
        return self._all(line, leaders)

    def _all(self, line: str, workers: list[Worker]) -> list[Any]:
        for worker in workers:
            worker.send(line)
        return self._collect(workers)

    def _collect(self, workers: list[Worker]) -> list[Any]:
        """Wait for an answer of each worker; raise ArmFailedError for the first bad one."""
        answers: dict[Worker, Any] = {}
        deadline = time.monotonic() + self.patience
        while len(answers) < len(workers):
            left = deadline - time.monotonic()
            events = self._selector.select(max(0.0, min(left, self._look_every)))
            if not events and left <= self._look_every:
                raise self._failed("hung", f"no answer within {self.patience:g} s; killed")
            if not events:
                self._look()
            for key, _ in events:
                worker: Worker = key.data
                try:
                    answer = worker.receive()
                except (EOFError, OSError):
                    raise self._failed("crashed", self._obituary(worker.process)) from None
                except (ValueError, SyntaxError):
                    raise self._failed("crashed", "answered what is not an answer") from None
                if isinstance(answer, dict) and "error" in answer:
                    culprits = ", ".join(answer["culprits"])
                    if culprits and not self.arm.gil_expected:
                        raise self._failed("gil-enabled", f"the GIL was turned on by {culprits}")
                    raise self._failed(answer["error"], answer["message"])
                if answer is not None:
                    answers[worker] = answer
        return [answers[worker] for worker in workers]

    def watch(self, look: Callable[[], None], every: float) -> None:
        """Call `look` every so many seconds while waiting for answers, instead of watching memory."""
        self._look, self._look_every = look, every

    def memory(self) -> Memory | None:
        """Return what the workers and the children of their workload hold; None if nobody tells."""
        # Every worker leads a session, which all its descendants belong to unless they leave it.
        return memory_of(session_members(process.pid for process in self.processes))

    def _look_at_memory(self) -> None:
        if self._memory_limit is None:
            return
        memory = self.memory()
        if memory is not None and memory.held > self._memory_limit:
            resident = "" if memory.kind == "PSS" else " (resident size)"
            raise self._failed(
                "memory",
                f"held {memory.held / 2**30:.1f} GiB{resident}, more than the "
                f"{self._memory_limit / 2**30:.1f} GiB that an arm may have here; killed",
            )

    def _obituary(self, process: subprocess.Popen[bytes]) -> str:
        try:
            code = process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            return "closed its channel without ending"
        ended = f"ended by itself with exit code {code}"
        return ended if code >= 0 else f"died of {signal_name(code)}"

    def _failed(self, kind: str, message: str) -> ArmFailedError:
        self._kill()  # before reading its output: a dead process writes no more
        return ArmFailedError(self.arm, kind, self._anonymous(message), self._tail())

    def _tail(self) -> str:
        self._output.seek(0, os.SEEK_END)
        self._output.seek(max(0, self._output.tell() - 8192))
        text = self._output.read().decode(errors="replace")
        return self._anonymous("\n".join(text.splitlines()[-TAIL_LINES:]))

    def _anonymous(self, text: str) -> str:
        """Replace what would tell where and by whom this was run; printable characters only."""
        prefix = Path(self._executable).resolve().parent.parent
        return redact.anonymous(text, {str(self._root): "<repo>", str(prefix): "<prefix>"})

    def _kill(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                _kill_group(process)
            process.wait()

    def close(self) -> None:
        """End all processes and free what they held."""
        self._kill()
        for worker in self._workers:
            worker.wire.close()
        self._workers.clear()
        self._selector.close()
        self._output.close()


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    """Kill a worker with the children its workload may have started.

    Its process group only, and not its tree as `process.kill_tree` does: that looks at every process of
    the machine, and here it would do so up to fourteen times a block.
    """
    kill_group: Callable[[int, int], None] | None = getattr(os, "killpg", None)
    if kill_group is not None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            kill_group(process.pid, signal.SIGKILL)
            return
    process.kill()
