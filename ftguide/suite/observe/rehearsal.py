"""A reader's own code, tried in a process of its own before anything is planned.

What a trial shows decides what can be planned at all: code that fails fails once and not in every arm, code
that starts threads gets all the CPUs, a mode that it cannot run in is left out, and a long call can be
announced.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from ftguide.ground import files, redact
from ftguide.ground.process import Ending, Limits, run
from ftguide.ground.process.start import passed_on
from ftguide.ground.vocabulary import Mode
from ftguide.suite.observe.block import KEPT_ENVIRONMENT
from ftguide.suite.record.model import Trial

#: Lines of its output that are shown of code that failed.
TAIL_LINES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """A trial that went wrong."""

    message: str  #: one line
    tail: str = ""  #: the last lines of its output
    lazy: bool = False  #: whether the call returned something that still has to be run


class _Answer(msgspec.Struct, kw_only=True):
    """What `ftguide.target.rehearse` prints."""

    seconds: float = 0.0
    calls: int = 0
    starts: int = 0
    varies: bool = False
    returned_bytes: int = 0
    gil: bool = False
    lazy: str | None = None
    error: str | None = None
    culprits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """Where trials take place."""

    executable: str  #: of the free-threaded build
    root: Path
    path: Sequence[str]  #: for PYTHONPATH, behind the checkout
    patience: float  #: seconds that a trial may take
    memory_bytes: int | None

    def of(self, slug: str, variables: Mapping[str, str], mode: Mode) -> Trial | Failed:
        """Call a reader's code a few times in a mode, threads (one of them) or interpreters."""
        ended = run(
            [self.executable, "-P", "-m", "ftguide.target.rehearse", slug, mode.value],
            folder=self.root,
            environ={
                **passed_on(*KEPT_ENVIRONMENT),
                **variables,
                "PYTHONPATH": os.pathsep.join([str(self.root), *self.path]),
            },
            limits=Limits(seconds=self.patience, memory_bytes=self.memory_bytes, error_tail=8192),
        )
        tail = self._told(ended.errors)
        if ended.ending is Ending.HANG:
            return Failed(
                message=f"one call had not ended after {self.patience:g} s; give it less work, or more "
                "time with --patience"
            )
        try:
            answer = files.decoder(_Answer).decode(ended.output.splitlines()[-1])
        except (IndexError, msgspec.DecodeError):
            return Failed(message=f"the process {ended.words}", tail=tail)
        return self._judged(answer, tail)

    def _judged(self, answer: _Answer, tail: str) -> Trial | Failed:
        if answer.error is not None:
            return Failed(message=self._anonymous(answer.error), tail=tail)
        if answer.lazy is not None:
            return Failed(
                message=f"the call returns {answer.lazy}, which has done nothing yet; give a function that "
                "runs it to its end",
                lazy=True,
            )
        if answer.gil:
            who = ", ".join(answer.culprits) or "a module that gave no warning"
            return Failed(
                message=f"importing {who} turned the GIL on, so there is no free-threaded build to measure"
            )
        return Trial(
            seconds=answer.seconds,
            calls=answer.calls,
            starts=answer.starts,
            varies=answer.varies,
            returned_bytes=answer.returned_bytes,
        )

    def _told(self, text: bytes) -> str:
        """Return the last lines of an output, without what would tell where this was run."""
        return self._anonymous("\n".join(text.decode(errors="replace").splitlines()[-TAIL_LINES:]))

    def _anonymous(self, text: str) -> str:
        prefix = Path(self.executable).resolve().parent.parent
        return redact.anonymous(text, {str(self.root): "<repo>", str(prefix): "<prefix>"})
