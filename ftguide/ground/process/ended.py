"""How a child process ended, as a record. Pure."""

from __future__ import annotations

import re
import signal
from dataclasses import dataclass
from enum import StrEnum

#: What CPython prints before it gives up by itself; the signal or status that follows depends on why.
_FATAL = re.compile(rb"^Fatal Python error: ", re.MULTILINE)


class Ending(StrEnum):
    """The ways in which a child ends; the last four are the parent's doing."""

    STATUS = "status"  #: it ended by itself
    SIGNAL = "signal"  #: a signal killed it
    FATAL_ERROR = "fatal error"  #: CPython gave up by itself and said so; `status` says how it left
    HANG = "hang"  #: it was still running, or silent, when its time was up
    MEMORY = "out of memory"  #: its tree held more than it may
    FLOOD = "too much output"
    STOPPED = "stopped"  #: the caller wanted no more of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """What is known of a child that has ended."""

    ending: Ending
    status: int | None  #: exit status, or minus the signal's number; None when the parent ended it
    output: bytes  #: standard output, bounded
    errors: bytes  #: standard error, bounded
    seconds: float  #: it lived
    limit: float | None = None  #: the limit it ran into: seconds, or bytes

    @property
    def succeeded(self) -> bool:
        """Whether it ended by itself with status 0."""
        return self.ending is Ending.STATUS and self.status == 0

    @property
    def crashed(self) -> bool:
        """Whether a signal or a fatal error ended it, and neither its program nor the parent."""
        return self.ending in {Ending.SIGNAL, Ending.FATAL_ERROR}

    @property
    def signal(self) -> str | None:
        """Return the name of the signal that killed it, such as SIGSEGV; None if none did."""
        return None if self.status is None or self.status >= 0 else signal_name(self.status)

    @property
    def words(self) -> str:
        """Return how it ended, as the end of a sentence whose subject is the child."""
        left = f"status {self.status}" if self.signal is None else self.signal
        mebibytes = (self.limit or 0) / 2**20
        size = f"{mebibytes:.0f} MiB" if mebibytes >= 100 else f"{mebibytes:.3g} MiB"
        return {
            Ending.STATUS: f"ended with status {self.status}",
            Ending.SIGNAL: f"was killed by {left}",
            Ending.FATAL_ERROR: f"gave up with a fatal error of the interpreter ({left})",
            Ending.HANG: f"was still running after {self.limit or 0:g} s and was stopped",
            Ending.MEMORY: f"held more than {size} of memory and was stopped",
            Ending.FLOOD: f"wrote more than {size} and was stopped",
            Ending.STOPPED: "was stopped",
        }[self.ending]


def how_it_ended(status: int, errors: bytes) -> Ending:
    """Return how a child ended that was not stopped, from its status and what it wrote last."""
    if status and _FATAL.search(errors):
        return Ending.FATAL_ERROR
    return Ending.SIGNAL if status < 0 else Ending.STATUS


def signal_name(status: int) -> str:
    """Return the name of the signal behind a negative status: SIGSEGV, or `signal 99`."""
    try:
        return signal.Signals(-status).name
    except ValueError:
        return f"signal {-status}"
