"""Running other people's code: `process.run` without a network, and its end in the words of the evidence.

A process that crashes, hangs or grows is a result, never an error of ours. What ended it is stored as
text ("signal SIGSEGV", "time-out after 60 s"), so the spelling here is part of the record.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from ftguide.ground import process
from ftguide.ground.process import Ended, Ending, Limits, clean_environment, without_network

MEMORY_BYTES = 4 * 1024**3
#: More output than this is cut off; a report of the largest package is below 1 MB.
OUTPUT_BYTES = 16 * 1024**2
TAIL_BYTES = 4096

#: Ends every step that runs in any thread: how an interrupted program stops without leaving anything.
STOP = threading.Event()


class StoppedError(Exception):
    """`STOP` was set: the step was ended, and what it would have said is not known."""


def run(
    command: Sequence[str],
    *,
    folder: Path,
    seconds: float,
    request: bytes = b"",
    network: bool = False,
    environ: Mapping[str, str] | None = None,
    quiet_seconds: float | None = None,
) -> Ended:
    """Run a command to its end and return how it ended; nothing it started outlives this call.

    `request` is its standard input. `environ` is added to a nearly empty environment in which HOME and
    TMPDIR are `folder`. A step that says nothing for `quiet_seconds` is ended as one that takes too long
    is. Raises `StoppedError` when `STOP` is set meanwhile, and `OSError` when the command cannot be
    started.
    """
    # A pool of threads per process is not what is probed.
    single = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    ended = process.run(
        command,
        folder=folder,
        environ={**clean_environment(folder, **single), **(environ or {})},
        limits=Limits(
            seconds=seconds,
            silent_seconds=quiet_seconds,
            memory_bytes=MEMORY_BYTES,
            output_bytes=OUTPUT_BYTES,
            error_tail=TAIL_BYTES,
        ),
        request=request,
        network=network,
        stop=STOP,
    )
    if ended.ending is Ending.STOPPED:
        raise StoppedError
    return ended


def stopped_by(ended: Ended) -> str:
    """Return what ended a step that did not end by itself, as it is stored; empty for one that did."""
    limit = ended.limit or 0
    match ended.ending:
        case Ending.HANG:
            return f"time-out after {limit:g} s"
        case Ending.MEMORY:
            return f"memory above {int(limit) // 1024**2} MB"
        case Ending.FLOOD:
            return f"more than {int(limit) // 1024**2} MB of output"
        case _:
            name = (ended.signal or "").removeprefix("signal ")  # one without a name is its number
            return f"signal {name}" if name else ""


def how_it_ended(ended: Ended) -> str:
    """Return what ended a step, or the status it ended with."""
    return stopped_by(ended) or f"exit status {ended.status}"


def isolation() -> str:
    """Say in a few words what holds a step; stored with the evidence."""
    return "no network" if without_network() else "network not cut off"
