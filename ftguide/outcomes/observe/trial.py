"""One process of a test on one interpreter: its request, its answers, how it ended."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ftguide.ground import redact
from ftguide.ground.files import ROOT
from ftguide.ground.process import Ended, Ending, Limits, clean_environment, run
from ftguide.outcomes.declare.catalogue import Declared
from ftguide.outcomes.record.model import Configuration, Ran

#: A switch interval as short as the clock allows; CPython's default is 5 ms.
SHORT_SWITCH_SECONDS = 1e-6
#: A process that reports nothing for so long hangs: a hundred times what it does between two reports.
HANG_SECONDS = 10.0
#: Its stacks are printed a little earlier, while there is somebody to print them.
_STACKS_SECONDS = 8.0
_MEMORY_BYTES = 3 * 2**29
_OUTPUT_BYTES = 4 * 2**20
#: The first stack that is kept of an ending: as many lines as fit on a screen.
_TRACE_LINES = 40
_MOST_OUTCOMES = 200

#: With the GIL, states a batch: short enough that a batch has a switch in it, see the worker.
_TURNS_BATCH = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Runner:
    """An interpreter with what starts it."""

    executable: str
    options: tuple[str, ...]  #: ("-X", "gil=1")
    parallel: bool  #: whether threads run at the same time
    root: Path = ROOT  #: the checkout that holds the tests

    @property
    def prefix(self) -> str:
        """The folder that the interpreter is installed in."""
        return str(Path(self.executable).parents[1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A process that has ended."""

    ran: Ran
    overlapping: int
    stamped: int
    trace: str  #: what it printed last, where it did not end well


def attempt(
    test: Declared,
    runner: Runner,
    configuration: Configuration,
    *,
    seconds: float,
    seed: int,
    folder: Path,
    stamps: bool = False,
) -> Attempt:
    """Run one process of a test to its end, in a folder of its own. Raises `OSError` if it cannot start."""
    request = {
        "module": test.import_name,
        "slug": test.slug,
        "seconds": seconds,
        "pinned": configuration.pinned,
        "switch": SHORT_SWITCH_SECONDS if configuration.short_switch else None,
        "warm": configuration.warm,
        "stamps": stamps,
        "in_step": runner.parallel,
        "batch": _TURNS_BATCH if test.litmus and configuration.short_switch else 0,
        "seed": seed,
        "hang_seconds": _STACKS_SECONDS,
    }
    command = [runner.executable, *runner.options, "-P", "-m", "ftguide.target.outcome_worker"]
    ended = run(
        command,
        folder=folder,
        environ=clean_environment(folder, PYTHONPATH=str(runner.root)),
        limits=Limits(
            seconds=seconds + 6 * HANG_SECONDS,
            silent_seconds=seconds + HANG_SECONDS if not test.litmus else HANG_SECONDS,
            memory_bytes=_MEMORY_BYTES,
            output_bytes=_OUTPUT_BYTES,
        ),
        request=json.dumps(request).encode() + b"\n",
    )
    places = {str(runner.root): "<repo>", str(folder): "<folder>", runner.prefix: "<prefix>"}
    return read(ended, configuration, places)


def read(ended: Ended, configuration: Configuration, places: Mapping[str, str]) -> Attempt:
    """Make a record of what a process answered and how it ended; `places` are paths and their names."""
    answers = [_answer(line) for line in ended.output.splitlines()]
    totals: Mapping[str, Any] = next(
        (answer for answer in reversed(answers) if "samples" in answer),
        {"samples": 0, "counts": {}, "overlap": [0, 0]},
    )
    done = next((answer["done"] for answer in answers if "done" in answer), None)
    ending = _ending(ended, done, ready=any("ready" in answer for answer in answers))
    counts = dict(totals["counts"])
    if len(counts) > _MOST_OUTCOMES:
        ending, counts = "too many outcomes", {}
    overlapping, stamped = totals["overlap"]
    return Attempt(
        ran=Ran(
            configuration=configuration,
            samples=int(totals["samples"]),
            counts={redact.printable(name): count for name, count in sorted(counts.items())},
            ending=ending,
        ),
        overlapping=overlapping,
        stamped=stamped,
        trace=_trace(ended, places) if ending else "",
    )


def _answer(line: bytes) -> dict[str, object]:
    try:
        answer = json.loads(line)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _ending(ended: Ended, done: object, *, ready: bool) -> str:
    """Name how a process ended; empty for well."""
    kinds = {Ending.HANG: "hang", Ending.MEMORY: "memory", Ending.FLOOD: "flood"}
    if ended.ending in kinds:
        return kinds[ended.ending]
    if ended.signal is not None:
        return ended.signal
    if not ended.succeeded:
        if not ready:
            return "not started"
        return f"exit {ended.status}" if done is None else f"exit {ended.status} at shutdown"
    if isinstance(done, dict) and done.get("threads"):
        return "threads left"
    return "" if done is not None else "exit 0 before its time"


_ADDRESS = re.compile(r"0x[0-9a-f]{6,}")


def _trace(ended: Ended, places: Mapping[str, str]) -> str:
    """Return the last screen of what a process printed, without addresses and places of this machine."""
    text = ended.errors.decode(errors="replace")
    start = max(
        text.rfind("Fatal Python error"), text.rfind("Timeout ("), text.rfind("Traceback (")
    )
    lines = text[max(start, 0) :].splitlines()[:_TRACE_LINES]
    return redact.anonymous(_ADDRESS.sub("0x…", "\n".join(lines)), places)
