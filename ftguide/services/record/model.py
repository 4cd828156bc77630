"""The records of a run of services: what is written to disk and outlives the code that wrote it.

A run is one file, `benchmarks/services/results/<machine>/<run id>.jsonl`, every line an `Entry`: first the
`Head`, then blocks and failures as they come, at the end when it was finished. Fields are only ever added,
with a default; a change of meaning raises `SCHEMA`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ftguide.ground.machine import Machine
from ftguide.ground.process import Memory
from ftguide.ground.vocabulary import Build
from ftguide.interpreters.model import Facts

SCHEMA = 1

#: Where the server may run while it is loaded: on all CPUs, which it shares with the load generator and the
#: database, or on one of its own, with these on the others.
TOGETHER = "together"
APART = "apart"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRoute:
    """A route as it was when the run was planned."""

    slug: str
    path: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedStack:
    """A stack as it was when the run was planned; enough to draw its tables without its code."""

    slug: str
    title: str
    interface: str
    command: tuple[str, ...]
    because: str
    routes: tuple[PlannedRoute, ...]
    arms: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a run set out to do."""

    preset: str
    seed: int
    passes: int
    connections: int  #: that the load generator keeps open
    seconds: float  #: of a turn
    placements: tuple[str, ...]  #: of `TOGETHER` and `APART`
    stacks: tuple[PlannedStack, ...]
    #: Of a turn: the arms take turns with slices, so that what disturbs the machine for a second meets each.
    slices: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What holds for a whole run."""

    schema: int
    run_id: str
    started: str  #: UTC, ISO 8601, seconds
    commit: str | None  #: of the checkout that measured
    dirty: bool
    machine: Machine
    interpreters: dict[Build, Facts]
    differences: tuple[str, ...]  #: how the pair differs beyond the GIL; empty = like for like
    packages: dict[str, str]  #: of both interpreters, the same versions: name -> version
    generator: str  #: "wrk 4.1.0"
    database: str  #: "PostgreSQL 18.1", or why there was none
    plan: Plan
    flags: tuple[str, ...] = ()  #: what holds for the whole run, in words


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What a service did while it was loaded on a route, in all slices together."""

    route: str
    placement: str
    requests: int  #: answered
    seconds: float
    cpu_seconds: float  #: of the processes of the service
    generator_seconds: float  #: CPU time of the load generator
    p50_us: int  #: latency as the generator saw it, microseconds; the median of the slices
    p99_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """What one arm did in one block."""

    start_seconds: float  #: from starting it to its first right answer, nothing else starting
    #: After the turns on all CPUs, which all arms have; in runs before 2026-11-28T17Z after all turns, of
    #: which copies and threads with a GIL had fewer.
    memory: Memory | None
    processes: int
    threads: int  #: of all processes, after all turns
    turns: tuple[Turn, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """All arms of one stack alive at once, loaded in turn; the unit of replication."""

    stack: str
    index: int
    started: str
    seconds: float
    order: tuple[
        tuple[str, ...], ...
    ]  #: per placement, route and slice, the arms in the order of their turns
    steal: float | None  #: share of CPU time stolen by the hypervisor during the block
    arms: dict[str, Served]


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A stack, or one of its routes, that could not be measured. Holds nothing that a service printed."""

    stack: str
    route: str  #: "" where the whole stack is meant
    index: int
    arm: str
    kind: str  #: did-not-start | ended | silent | wrong-answer | refused | flood | gil-enabled
    message: str  #: one line


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of a run's file."""

    head: Head | None = None
    block: Block | None = None
    failure: Failure | None = None
    finished: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A run's file in memory."""

    head: Head
    blocks: tuple[Block, ...]
    failures: tuple[Failure, ...] = field(default=())
    finished: str | None = None

    def of(self, stack: str) -> list[Block]:
        """Return the blocks of a stack in the order of their index."""
        return sorted((b for b in self.blocks if b.stack == stack), key=lambda block: block.index)
