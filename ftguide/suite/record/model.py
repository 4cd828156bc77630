"""The records of a run: what is written to disk and outlives the code that wrote it.

`run.json` decodes to `Run`, every line of `blocks.jsonl` to `Line`. Fields are only ever added, with
a default; a change of meaning raises `SCHEMA`. Times are integer nanoseconds of one monotonic clock,
relative to the start of their block. `suite.declare` defines the terms.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ftguide.ground.machine import Machine
from ftguide.ground.vocabulary import Build, Target, line_of
from ftguide.interpreters.model import Facts

SCHEMA = 1

#: The untimed loops before each value, as a share of its own, refill what the other arms evicted.
WARM_UP_SHARE = 0.15
#: The same for values in laps, which are short. Two thirds of a millisecond refill a core's own caches.
LAPS_WARM_UP_SHARE = 0.33


def duration(spans: Sequence[Sequence[int]]) -> int:
    """Return how long a value took from the start and the end on every worker: first to last."""
    return max(span[-1] for span in spans) - min(span[0] for span in spans)


def warm_up_loops(loops: int, laps: int = 1) -> int:
    """Return the untimed loops before a value; none where a value is one call."""
    share_of_loops = LAPS_WARM_UP_SHARE if laps > 1 else WARM_UP_SHARE
    return 0 if loops == 1 else max(1, round(loops * share_of_loops))


def line_key(line: str) -> tuple[int, ...]:
    """Return what sorts lines by age: 3.9 before 3.13."""
    return tuple(map(int, line.split(".")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """A quantity that a workload counts beside time."""

    key: str
    title: str
    unit: str  #: share | s | number


@dataclass(frozen=True, slots=True, kw_only=True)
class Resemblance:
    """A place in a reader's own code whose text looks like something that threads get stuck on."""

    kind: str  #: one of `declare.resemblances.Kind`
    name: str  #: as the code spells it
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What was seen when a reader's own code was called a few times before the run was planned."""

    seconds: float  #: of the shortest call, on the free-threaded build
    calls: int
    starts: int = 0  #: threads and processes that the calls started
    varies: bool = False  #: whether two results were seen to differ
    returned_bytes: int = 0  #: about how much one result holds


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedWorkload:
    """A workload as it was when the run was planned; enough to draw its page without its code."""

    slug: str
    version: int
    source_hash: str
    title: str
    question: str
    group: str
    scope: str
    scaling: str
    expectation: str
    because: str
    explained_at: str
    arms: tuple[str, ...]  #: in canonical order
    rounds: int  #: values per arm and block; after calibration those that fit the time of a block
    #: Of a value, None until calibrated; per worker for weak scaling, in all for strong.
    loops: int | None = None
    single_loops: int | None = None  #: of single arms beside arms with several workers
    cpus: int = 1  #: CPUs that one worker keeps busy
    observes: tuple[Observed, ...] = ()
    #: Modes left out, and why; of a run over several lines also single arms.
    without: dict[str, str] = field(default_factory=dict)
    remedy: str | None = None  #: slug of the twin that does the same work the better way
    blocks: int | None = None  #: planned blocks of this workload; None = those of the plan
    laps: bool = False  #: whether values of single arms are timed in laps, see `ArmRecord.laps`
    resembles: tuple[Resemblance, ...] = ()  #: of a reader's own code
    trial: Trial | None = None  #: of a reader's own code


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a run set out to do; with the seed it determines every block."""

    preset: str
    seed: int
    blocks: int  #: passes: the most planned blocks of a workload; the minimum under a budget
    budget_seconds: float | None
    threads: int
    workloads: tuple[PlannedWorkload, ...]
    block_seconds: float | None = None  #: of values per block; what takes longer has fewer rounds
    costs: bool = False  #: whether start and memory of every arm are measured after the blocks

    def workload(self, slug: str) -> PlannedWorkload:
        """Return one workload; raises `KeyError` when the plan does not have it."""
        return {planned.slug: planned for planned in reversed(self.workloads)}[slug]


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """The version of the suite that measured."""

    version: str
    commit: str | None
    dirty: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run folder's `run.json`."""

    schema: int
    run_id: str
    started: str  #: UTC, ISO 8601, seconds
    finished: str | None
    suite: Suite
    machine: Machine
    interpreters: dict[Build, Facts]
    differences: tuple[str, ...]  #: how the pair differs beyond the GIL; empty = like for like
    plan: Plan
    pinned: bool  #: False where the platform has no CPU affinity: every row carries a flag
    flags: tuple[str, ...] = ()  #: what holds for the whole run, in words
    #: The interpreters of the other lines that were measured in the same blocks, by line; `interpreters`
    #: are those of the main line.
    lines: dict[str, dict[Build, Facts]] = field(default_factory=dict)
    #: How their pairs differ beyond the GIL, and the lines from each other beyond what their sources choose.
    line_differences: tuple[str, ...] = ()

    @property
    def main_line(self) -> str:
        """The line whose arms carry none in their names."""
        return line_of(self.interpreters[Build.GIL].version)

    @property
    def targets(self) -> dict[Target, Facts]:
        """All interpreters of the run, those of the main line first."""
        pairs = {"": self.interpreters, **self.lines}
        return {
            Target(build, line): pair[build]
            for line, pair in pairs.items()
            for build in Build
            if build in pair
        }

    def facts_of(self, target: Target) -> Facts:
        """Return what is known about an interpreter; raises `KeyError` for one that did not measure."""
        return (self.lines[target.line] if target.line else self.interpreters)[target.build]

    @property
    def in_order(self) -> dict[str, str]:
        """The lines from the oldest to the newest, with what arms call them: empty for the main line."""
        names = {self.main_line: "", **{line: line for line in self.lines}}
        return dict(sorted(names.items(), key=lambda each: line_key(each[0])))

    @property
    def all_differences(self) -> tuple[str, ...]:
        """Everything that makes the run not like for like."""
        return self.differences + self.line_differences


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmRecord:
    """What one arm did in one block."""

    loops: int  #: per worker and value
    spans: tuple[tuple[tuple[int, int], ...], ...]  #: [value][worker] = (start, end) in ns
    gil_before: bool
    gil_after: bool
    gc_collections: int = 0  #: while values were taken, all generations, all workers
    minor_faults: int = 0  #: page faults in the same time, all processes
    major_faults: int = 0
    involuntary_switches: int = 0
    idle_cpu_ns: int = 0  #: CPU time used while other arms had their turn
    #: [value][quantity] in the order of `PlannedWorkload.observes`, a mean over processes
    observed: tuple[tuple[float, ...], ...] = ()
    #: [value][lap] = nanoseconds of a lap, `loops / laps` loops each, where the workload is timed in
    #: laps; they add up to the value.
    laps: tuple[tuple[int, ...], ...] = ()
    voluntary_switches: int = 0  #: how often a thread gave its CPU up because it had to wait
    #: CPU time of the arm's turns, the untimed loops included, as a share of their wall time and per
    #: worker: 1 = all workers computed all the time. None in a run that did not measure it.
    cpu_share: float | None = None
    #: Share of the values' time, per worker, during which it waited for something other than a CPU: a lock,
    #: the GIL, a file, a clock. Of arms with several workers; None where the system does not tell (all but
    #: Linux), and in a run that did not measure it.
    blocked_share: float | None = None
    delayed_share: float | None = (
        None  #: the same while it was ready to run, and others had its CPU
    )

    @property
    def durations(self) -> tuple[int, ...]:
        """How long every value took, in nanoseconds."""
        return tuple(map(duration, self.spans))

    @property
    def seconds_per_loop(self) -> tuple[float, ...]:
        """Time per unit of work and value, in seconds."""
        return tuple(nanoseconds / self.loops / 1e9 for nanoseconds in self.durations)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """All arms of one workload alive at once, taking turns; the unit of replication."""

    workload: str
    version: int
    source_hash: str
    index: int
    started: str
    seconds: float  #: wall time of the whole block
    overhead_seconds: float  #: of it, neither values nor warm-up
    cpus: tuple[int, ...] | None  #: CPUs the block was pinned to; None = unpinned
    hash_seed: int
    padding_bytes: int  #: environment size added, equal for all arms of the block
    order: tuple[tuple[str, ...], ...]  #: per round, the arms in the order of their turns
    steal: float | None  #: share of CPU time stolen by the hypervisor during the block
    arms: dict[str, ArmRecord]
    #: Share of the usable CPUs' time that programs other than ours used during the block, and processes
    #: that a workload left behind; None where the system does not tell, or the run did not ask.
    others: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What an arm costs beside time, measured alone and apart from all timing."""

    workload: str
    version: int
    source_hash: str
    arm: str
    start_seconds: tuple[float, ...]  #: from creating the first process to every worker's readiness
    #: Largest sum over the arm's process tree of memory each process is charged with (pages shared by n
    #: processes count 1/n to each), seen every few milliseconds; None where the system does not tell.
    peak_pss_bytes: int | None
    samples: int  #: how often the tree was looked at


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A workload that could not be measured, and why."""

    workload: str
    index: int  #: block in which it happened; -1 = while calibrating
    arm: str
    kind: str  #: raised | crashed | hung | wrong-answer | gil-enabled | memory
    message: str  #: one line
    tail: str = ""  #: last lines of its output, paths replaced


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of blocks.jsonl: a block, a failure, a calibration, or an arm's cost."""

    block: Block | None = None
    cost: Cost | None = None
    failure: Failure | None = None
    loops: dict[str, int] | None = None  #: calibrated `PlannedWorkload.loops` by workload
    single_loops: dict[str, int] | None = None  #: the same for `single_loops`
    rounds: dict[str, int] | None = None  #: the same for `rounds`


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexEntry:
    """One published (or local) run in an index.json."""

    run_id: str
    machine: str
    started: str
    preset: str
    python: str  #: version of the pair
    compiler: str
    citable: bool
    withdrawn: str | None = None  #: why, when a published run was withdrawn
    workloads: int = 0  #: how many were planned; 0 in an index written before this was counted
    contributed: bool = False  #: whether somebody sent it, see `suite.submission`
    #: Median noise floor of its rows of one thread, as |ln r|; None without A/A copies.
    noise: float | None = None
    values_in: str = (
        ""  #: commit that has the values of a superseded run; empty where the tree has them
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """index.json: rewritten last, atomically; Sphinx watches it to notice new runs."""

    schema: int
    runs: tuple[IndexEntry, ...]  #: newest first


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRun:
    """A run folder in memory."""

    run: Run
    blocks: tuple[Block, ...]
    failures: tuple[Failure, ...]
    costs: tuple[Cost, ...] = ()

    def of(self, slug: str) -> tuple[Block, ...]:
        """Return the blocks of one workload in order of their index."""
        return tuple(sorted((b for b in self.blocks if b.workload == slug), key=lambda b: b.index))

    def planned(self, slug: str) -> PlannedWorkload:
        """Return the workload's plan; raises `KeyError` when the run does not have it."""
        return self.run.plan.workload(slug)
