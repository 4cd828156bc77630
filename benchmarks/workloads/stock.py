"""Runs a file of workloads as a stock pyperf script, for anyone who wants the classic way.

    python3.14  -m benchmarks.workloads.parallel --threads 2 -o gil.json
    python3.14t -m benchmarks.workloads.parallel --threads 2 -o ft.json
    python3.14t -m pyperf compare_to gil.json ft.json --table

A value is the time per unit of work and worker: with `--threads 2` two threads do a unit each, so
equal times with and without `--threads` mean perfect scaling. `-X gil=1` is handed on to pyperf's
worker processes, which would otherwise lose it.

The suite's own numbers do not come from here: pyperf measures one build after the other, so
whatever the machine does meanwhile becomes a difference between the builds.

Exit codes: 0 measured, 1 a failure reported by pyperf or an oracle, 2 wrong options or no pyperf.
"""

from __future__ import annotations

import argparse
import gc
import importlib.util
import os
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

from benchmarks.workloads.declare import Scaling

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from benchmarks.workloads.declare import Workload


class GilChangedError(RuntimeError):
    """The GIL was turned on or off while a workload ran; its times mean nothing."""


def gil_enabled() -> bool:
    """Return whether the GIL is on now; always True on versions that cannot turn it off."""
    return bool(getattr(sys, "_is_gil_enabled", lambda: True)())


class Solo:
    """One worker: the thread that called."""

    def __init__(self, workload: Workload) -> None:
        self._workload = workload
        self._shared = workload.setup_shared()
        self._local = workload.setup_local(0)

    def measure(self, loops: int) -> float:
        """Run `loops` units of work, ask the oracle, return the seconds the work took."""
        start = time.perf_counter()
        result = self._workload.run(self._local, self._shared, loops)
        end = time.perf_counter()
        self._workload.check([result], loops)
        return end - start


class Crew:
    """Threads that set themselves up, then wait to run the same work together, again and again.

    They stay alive from value to value, because on a free-threaded build each thread specialises
    its own copy of the bytecode: a fresh thread would be measured cold.
    """

    def __init__(self, workload: Workload, threads: int) -> None:
        self._workload = workload
        self._shared = workload.setup_shared()
        self._loops = 0
        self._results: list[Any] = [None] * threads
        self._spans = [(0.0, 0.0)] * threads
        self._errors: list[BaseException] = []
        self._gate = threading.Barrier(
            threads + 1
        )  # the main thread is the one more: it only waits
        for worker in range(threads):
            # Daemons: after a failure the others still wait at the gate, and nobody will come.
            threading.Thread(target=self._serve, args=(worker,), daemon=True).start()
        self._meet()

    def measure(self, loops: int) -> float:
        """Run `loops` units in every thread (weak scaling) or in all of them together (strong).

        Return the seconds from the first start to the last end; with strong scaling, where threads
        get equal shares, scaled down to `loops` if the shares came out larger.
        """
        threads = len(self._results)
        strong = self._workload.scaling is Scaling.STRONG
        self._loops = -(-loops // threads) if strong else loops
        self._meet()  # start
        self._meet()  # end
        self._workload.check(list(self._results), self._loops)
        elapsed = max(end for _, end in self._spans) - min(start for start, _ in self._spans)
        return elapsed * loops / (self._loops * threads) if strong else elapsed

    def _meet(self) -> None:
        self._gate.wait()
        if self._errors:
            raise self._errors[0]

    def _serve(self, worker: int) -> None:
        workload, shared = self._workload, self._shared
        local = None
        try:
            local = workload.setup_local(worker)
        except BaseException as error:  # noqa: BLE001 - the main thread raises it
            self._errors.append(error)
        self._gate.wait()
        while True:
            self._gate.wait()
            try:
                start = time.perf_counter()
                result = workload.run(local, shared, self._loops)
                self._spans[worker] = start, time.perf_counter()
                self._results[worker] = result
            except BaseException as error:  # noqa: BLE001 - the main thread raises it
                self._errors.append(error)
            self._gate.wait()


def timer(workload: Workload, threads: int | None) -> Callable[[int], float]:
    """Return a pyperf time function; everything is set up at its first call, outside the clock."""
    workers: Solo | Crew | None = None
    gil_at_start = gil_enabled()

    def measure(loops: int) -> float:
        nonlocal workers
        if workers is None:
            workers = Solo(workload) if threads is None else Crew(workload, threads)
            workers.measure(1)
            gc.collect()
        if workload.one_call:
            elapsed = sum(workers.measure(1) for _ in range(loops))
        else:
            elapsed = workers.measure(loops)
        if gil_enabled() != gil_at_start:
            raise GilChangedError(
                f"{workload.slug}: the GIL was turned {'off' if gil_at_start else 'on'} meanwhile; "
                "look for a module without free-threading support among its imports"
            )
        return elapsed

    return measure


def missing_modules(workload: Workload) -> list[str]:
    """Return the modules a workload requires and this interpreter was built or left without."""
    names = (*workload.requires, *(one.partition("==")[0] for one in workload.distributions))
    return [name for name in names if importlib.util.find_spec(name) is None]


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is not a number of threads: give 1 or more")
    return number


def _hand_on(command: list[str], options: argparse.Namespace) -> None:
    """Tell pyperf's worker processes what this process was told."""
    if options.threads is not None:
        command.extend(("--threads", str(options.threads)))
    for slug in options.workload or ():
        command.extend(("--workload", slug))


def main(workloads: Sequence[Workload]) -> None:
    """Measure workloads under pyperf, as told by the command line."""
    try:
        import pyperf  # noqa: PLC0415 - the workloads must import without it
    except ModuleNotFoundError as error:
        if error.name != "pyperf":
            raise
        sys.stderr.write(
            f"{sys.executable} has no pyperf, which runs workload files as scripts. Get it with\n"
            f"    {sys.executable} -m pip install -r benchmarks/requirements.txt\n"
        )
        sys.exit(2)

    if "gil" in sys._xoptions:  # noqa: SLF001 - documented, and the only way to read -X
        os.environ["PYTHON_GIL"] = str(sys._xoptions["gil"])  # noqa: SLF001
    spec = getattr(sys.modules["__main__"], "__spec__", None)
    runner = pyperf.Runner(
        # Said aloud because pyperf's defaults change with the JIT, and compare_to takes different
        # numbers of values on the two sides for a significant difference.
        processes=20,
        values=3,
        warmups=1,
        program_args=("-m", spec.name) if spec else None,
        add_cmdline_args=_hand_on,
    )
    runner.argparser.add_argument(
        "--threads", type=_positive, metavar="N", help="run the work in N threads at once"
    )
    runner.argparser.add_argument(
        "--workload",
        action="append",
        choices=[workload.slug for workload in workloads],
        help="measure this workload only; may be repeated",
    )
    options = runner.parse_args()
    for workload in workloads:
        if options.workload and workload.slug not in options.workload:
            continue
        if missing := missing_modules(workload):
            sys.stderr.write(f"{workload.slug}: skipped, this Python has no {', '.join(missing)}\n")
            continue
        runner.bench_time_func(
            workload.slug,
            timer(workload, options.threads),
            metadata={
                "workload_version": workload.version,
                "workload_scope": str(workload.scope),
                "workload_scaling": str(workload.scaling),
                "threads": options.threads or 1,
                "thread_kind": "main thread" if options.threads is None else "worker threads",
                # pyperf copies metadata before the work; that this still holds after every value
                # is checked by the time function.
                "gil_enabled": "yes" if gil_enabled() else "no",
                "switch_interval": f"{sys.getswitchinterval():g} s",
            },
        )
