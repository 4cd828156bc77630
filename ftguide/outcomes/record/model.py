"""What is stored of outcome tests: one `Observation` a line, counts and no samples.

A file is `outcomes/observed/<machine>/<interpreter>/<family>.jsonl`, append-only: a later line about the
same test stands beside the earlier one, and a changed verdict can be shown.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ftguide.ground.vocabulary import Build

SCHEMA = 1


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Configuration:
    """How the actors of a process meet."""

    pinned: bool  #: each thread to a CPU of its own
    short_switch: bool  #: a switch interval of 1 us, not the default of 5 ms
    warm: bool  #: actors were called before the first sample

    def __str__(self) -> str:
        """Name it in a few words."""
        pinned = "pinned" if self.pinned else "unpinned"
        switch = "short switch interval" if self.short_switch else "default switch interval"
        return f"{pinned}, {switch}, {'warm' if self.warm else 'cold'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """One process: how many samples it took, what they were, and how it ended."""

    configuration: Configuration
    samples: int
    counts: dict[str, int]  #: outcome -> samples
    ending: str = (
        ""  #: "" by itself and well, else SIGSEGV, hang, memory, flood, exit 1, threads left
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """The interpreter under test."""

    version: str  #: 3.14.7
    build: Build
    gil: bool  #: enabled in the processes that ran; True on a free-threaded build under -X gil=1
    compiler: str
    optimised: bool  #: built with profile-guided optimisation
    binary_sha256: str

    @property
    def name(self) -> str:
        """The name of its folder and column: 3.14.7, 3.14.7t, 3.14.7t-gil-on."""
        forced = "-gil-on" if self.gil and self.build is Build.FREE_THREADED else ""
        return f"{self.version}{self.build.suffix}{forced}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What one test showed on one interpreter in one go."""

    schema: int
    run: str  #: 20261128T083000Z-1a2b3c4d: the run that this belongs to
    preset: str
    test: str  #: slug
    hash: str  #: of the test's source
    subject: Subject
    observed_at: str  #: 2026-11-28T08:30:00Z
    seconds: float
    processes: tuple[Ran, ...]
    overlapping: int = 0  #: of `stamped` calls in a calibration of its own, those that overlapped
    stamped: int = 0
    traces: dict[str, str] = field(
        default_factory=dict
    )  #: ending -> the first stack, paths removed

    @property
    def samples(self) -> int:
        """All samples of all processes."""
        return sum(ran.samples for ran in self.processes)
