"""The measured side: one arm's process with one worker loop, or with several (threads, interpreters).

Runs inside the target interpreter as `TARGET -P -m ftguide.target.worker MODULE SLUG MODE FIRST CPUS
CHANNEL...`, so it and everything it imports is standard library only, and as little of that as will do:
a block starts up to fourteen of these. It never decides anything: each worker loop obeys one-line
commands from the controller and answers one line each, a Python literal, over a channel of its own.

    value LOOPS WARM_UP BARRIER LAPS   run WARM_UP loops untimed, meet the others if BARRIER, run LOOPS
                                       against the clock in LAPS equal calls, answer [start, end of
                                       every lap]

and, only to the worker that speaks for the others of its process (in a subinterpreter, for itself):

    wake                       stop the idle clock, before any other thread of this process runs
    check LOOPS                let the oracle judge the last results, answer what was observed
    settle                     collect garbage, before the warm-up
    begin                      remember the counters
    end                        answer the counters since `begin`

A closed channel means that the controller is gone: the process leaves at once, whatever its threads do.
"""

from __future__ import annotations

import gc
import importlib
import io
import os
import sys
import threading
import time
import warnings

from benchmarks.workloads.declare import NamedTuple
from ftguide.target.account import Account

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

try:
    import resource
except ImportError:  # Windows counts neither page faults nor involuntary switches
    resource = None  # type: ignore[assignment]

#: What stands before a module's name in the warning that CPython prints when its import turns the GIL on.
_BLAME = "has been enabled to load module '"


class Orders(NamedTuple):
    """The command line."""

    module: str
    slug: str
    mode: str
    first: int  #: number of the first worker here among all of its arm
    channels: list[str]  #: one per worker: a descriptor's number, or PORT:TOKEN on loopback
    counts: bool = True  #: see `Arm`


class Channel:
    """Lines to and from the controller over one socket.

    Where it is inherited it is read and written as a file: importing `socket` would take a sixth of a
    worker's start, and once more in every subinterpreter.
    """

    __slots__ = ("_buffer", "_file")

    def __init__(self, address: str) -> None:
        """Adopt an inherited descriptor (POSIX) or connect to PORT:TOKEN on loopback (elsewhere)."""
        port, colon, token = address.partition(":")
        if colon:
            import socket  # noqa: PLC0415 - see above

            connection = socket.create_connection(("127.0.0.1", int(port)))
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.sendall(token.encode() + b"\n")
            self._file: io.RawIOBase = connection.makefile("rwb", buffering=0)
        else:
            self._file = io.FileIO(int(address), "r+")
        self._buffer = b""

    def receive(self) -> list[str]:
        """Wait for a command and return its words; leave the process when the controller is gone."""
        while b"\n" not in self._buffer:
            try:
                data = self._file.read(4096)
            except OSError:
                data = b""
            if not data:
                os._exit(0)  # sys.exit would wait for threads that nobody will ever talk to again
            self._buffer += data
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line.decode().split()

    def send(self, answer: object) -> None:
        """Answer one line."""
        data = repr(answer).encode() + b"\n"
        try:
            while data:
                data = data[self._file.write(data) or 0 :]
        except OSError:
            os._exit(0)


def gil_enabled() -> bool:
    """Return whether the GIL is on now; always True on versions that cannot turn it off."""
    return getattr(sys, "_is_gil_enabled", lambda: True)()


class Culprits:
    """Collects the modules whose import turned the GIL on, from the warning CPython gives."""

    def __init__(self) -> None:
        self.modules: list[str] = []
        self._show = warnings.showwarning

    def __call__(self, message: Warning | str, *args: Any, **kwargs: Any) -> None:
        """Note the module, then show the warning as usual."""
        _, blame, rest = str(message).partition(_BLAME)
        if blame:
            self.modules.append(rest.partition("'")[0])
        self._show(message, *args, **kwargs)


def counters() -> dict[str, int]:
    """Return this process's counters so far: collections, CPU time, faults, switches of both kinds."""
    counts = {
        "gc": sum(stats["collections"] for stats in gc.get_stats()),
        "cpu_ns": time.process_time_ns(),
    }
    if resource is not None:
        usage = resource.getrusage(resource.RUSAGE_SELF)
        counts |= {"minor": usage.ru_minflt, "major": usage.ru_majflt, "switches": usage.ru_nivcsw}
        counts["waits"] = usage.ru_nvcsw
    return counts


class Arm:
    """What the worker loops of one process or subinterpreter share.

    `counts` is False in all but the first subinterpreter: processor time, page faults and switches
    belong to the process, and would be added up once per interpreter.
    """

    def __init__(self, workload: Any, workers: int, *, counts: bool = True) -> None:
        self.workload = workload
        self.counts = counts
        self.shared = workload.setup_shared()
        self.results: list[Any] = [None] * workers
        self.accounts: list[Account] = []  #: of the workers whose values begin at the same time
        self.baseline: dict[str, int] = {}
        self.idle_since: int | None = None
        self.idle_ns = 0

    def obey(self, verb: str, words: list[str]) -> object:
        """Carry out a command to the worker that speaks for the others; return the answer."""
        if verb == "wake":
            return "awake"
        if verb == "check":
            return {"observed": self.check(int(words[0]))}
        if verb == "settle":
            self.settle()
            return "settled"
        if verb == "begin":
            return self.begin()
        if verb == "end":
            return self.end()
        raise ValueError(f"unknown command {verb!r}")

    def settle(self) -> None:
        """Collect the garbage of the set-up, which would otherwise fall into somebody's value."""
        # The collector stays on: its pauses are part of what the two builds differ in. Nothing is frozen:
        # hardly any program does that, and on 3.14 it would switch a phase of the free-threaded collector
        # off. Before the warm-up, because a collection empties the free lists, which changes the times of
        # the values after it (source/benchmarks/method-history.md has by how much).
        gc.collect()

    def begin(self) -> dict[str, Any]:
        """Start counting, after the warm-up."""
        self.baseline = self.counters()
        for account in self.accounts:
            account.reset()
        self.idle_ns = 0
        self.idle_since = None
        return {"gil": gil_enabled()}

    def counters(self) -> dict[str, int]:
        """Return the counters so far; collections are an interpreter's own."""
        return {name: n for name, n in counters().items() if self.counts or name == "gc"}

    def end(self) -> dict[str, Any]:
        """Return what was counted since `begin`."""
        now = self.counters()
        return {
            "gil": gil_enabled(),
            "idle_ns": self.idle_ns,
            "took_ns": sum(account.took for account in self.accounts),
            "ran_ns": sum(account.ran for account in self.accounts),
            "delayed_ns": sum(account.delayed for account in self.accounts),
            **{name: now[name] - self.baseline[name] for name in now},
        }

    def woken(self) -> None:
        """Add the CPU time that passed while other arms had their turn."""
        if self.idle_since is not None and self.counts:
            self.idle_ns += time.process_time_ns() - self.idle_since
            self.idle_since = None

    def check(self, loops: int) -> list[float]:
        """Let the oracle judge the last results; return what the workload observed in them."""
        results = list(self.results)
        self.workload.check(results, loops)
        observe = self.workload.observe
        return [] if observe is None else [float(value) for value in observe(results, loops)]


def timed(arm: Arm, local: Any, loops: int, laps: int) -> tuple[Any, list[int]]:
    """Run loops in equal laps; return the last lap's result, the start and the end of every lap."""
    run, shared, clock, each = arm.workload.run, arm.shared, time.perf_counter_ns, loops // laps
    marks = [clock()]
    note = marks.append
    for _ in range(laps):
        result = run(local, shared, each)
        note(clock())
    return result, marks


def serve(arm: Arm, channel: Channel, worker: int, local: Any) -> None:
    """Obey commands until the controller closes the channel."""
    run, shared, results = arm.workload.run, arm.shared, arm.results
    speaks_for_others = worker == 0
    account = Account()
    arm.accounts.append(account)
    while True:
        verb, *words = channel.receive()
        if speaks_for_others:
            arm.woken()
        if verb == "value":
            loops, warm_up, barrier, laps = map(int, words)
            if warm_up:
                run(local, shared, warm_up)
            if barrier:
                channel.send("ready")
                channel.receive()
                account.begin()
            results[worker], marks = timed(arm, local, loops, laps)
            if (
                barrier
            ):  # one worker alone has nobody to wait for, and nothing is read beside its clock
                account.end(marks[-1] - marks[0])
            channel.send(marks)
        else:
            channel.send(arm.obey(verb, words))
            if verb == "check":
                arm.idle_since = time.process_time_ns()  # everything is quiet from here on


def complain(channel: Channel, error: BaseException, culprits: Culprits) -> None:
    """Tell the controller what went wrong; its words end up in the row of the workload."""
    import traceback  # noqa: PLC0415 - takes longer to import than all of the above

    wrong = any(kind.__name__ == "WrongAnswerError" for kind in type(error).__mro__)
    traceback.print_exception(error)
    sys.stderr.flush()
    channel.send(
        {
            "error": "wrong-answer" if wrong else "raised",
            "message": f"{type(error).__name__}: {error}"[:2000],
            "culprits": culprits.modules,
        }
    )


def work(arm: Arm, channel: Channel, worker: int, index: int, culprits: Culprits) -> None:
    """Set one worker up in its own thread, report for duty, serve."""
    try:
        # Here and not in the main thread: a free-threaded build counts references without atomics
        # only in the thread that created the object.
        local = arm.workload.setup_local(index)
        channel.send({"hello": os.getpid(), "gil": gil_enabled(), "culprits": culprits.modules})
        serve(arm, channel, worker, local)
    except BaseException as error:  # noqa: BLE001 - SystemExit from a workload must reach its row too
        complain(channel, error, culprits)


def pin(cpus: str) -> None:
    """Stay on the CPUs of the block, "0,1", from here on; "-" leaves the choice to the kernel."""
    if cpus != "-":
        os.sched_setaffinity(0, map(int, cpus.split(",")))


def run(orders: Orders) -> None:
    """Import the workload and run the worker loops of this process, or of this subinterpreter."""
    culprits = Culprits()
    warnings.showwarning = culprits
    channels = [Channel(address) for address in orders.channels]
    try:
        module = importlib.import_module(orders.module)
        workload = next(each for each in module.WORKLOADS if each.slug == orders.slug)
        arm = Arm(workload, len(channels), counts=orders.counts)
    except BaseException as error:  # noqa: BLE001 - see work()
        for channel in channels:
            complain(channel, error, culprits)
        return
    first = orders.first
    if orders.mode != "threads":
        work(arm, channels[0], 0, first, culprits)
        return
    _crew(
        [
            threading.Thread(target=work, args=(arm, channel, n, first + n, culprits), daemon=True)
            for n, channel in enumerate(channels)
        ]
    )


def run_in_subinterpreter(orders: Orders) -> None:
    """Run one worker loop in a subinterpreter of its own, which belongs to the calling thread."""
    try:
        # An import here would make every target without subinterpreters fail, not just this arm.
        from concurrent import interpreters  # type: ignore[attr-defined]  # noqa: PLC0415

        code = f"from ftguide.target import worker\nworker.run(worker.Orders(*{tuple(orders)!r}))"
        interpreters.create().exec(code)
    except BaseException as error:  # noqa: BLE001 - see work()
        complain(Channel(orders.channels[0]), error, Culprits())


def _crew(threads: list[threading.Thread]) -> None:
    """Start threads and wait for them; the main thread does nothing else."""
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def main() -> None:
    """Read the orders and serve."""
    import faulthandler  # noqa: PLC0415 - refuses to be imported in subinterpreters

    # A segfault leaves its Python stack in the tail of the row; the C stack (3.14+) would push it out.
    faulthandler.enable(**({"c_stack": False} if sys.version_info >= (3, 14) else {}))
    module, slug, mode, first, cpus, *channels = sys.argv[1:]
    # Before the workload's imports: libraries start threads, and as many as they see CPUs.
    pin(cpus)
    orders = Orders(module, slug, mode, int(first), channels)
    if mode != "interpreters":
        run(orders)
        return
    separate = [
        orders._replace(channels=[address], first=orders.first + n, counts=n == 0)
        for n, address in enumerate(channels)
    ]
    _crew(
        [
            threading.Thread(target=run_in_subinterpreter, args=(each,), daemon=True)
            for each in separate
        ]
    )


if __name__ == "__main__":
    main()
