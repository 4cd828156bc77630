"""What to measure, in which order, how often. Pure: no clock, no processes, no files.

A plan and its seed determine every block: the order of turns, the hash seed, the padding of the
environment, the CPUs. That is what lets a killed run resume as if nothing had happened.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace

from benchmarks.workloads.declare import Expectation, Scaling
from ftguide.ground.vocabulary import Arm, Build, ExpectedError, Mode
from ftguide.suite.declare.catalogue import CatalogueEntry
from ftguide.suite.declare.presets import NO_TIME, Preset, arms_for, fitting, set_aside
from ftguide.suite.record.model import Observed, Plan, PlannedWorkload

#: A value of a single-threaded block takes this long: long against the 30 us of a turn's messages, short
#: against the seconds for which a virtual CPU keeps one speed.
SINGLE_VALUE_NS = 15_000_000
#: A value of a block with several workers: many switch intervals (5 ms) of the GIL on the fastest arm.
MULTI_VALUE_NS = 65_000_000
#: A value in laps: the shorter it is, the more alike is what two arms meet; still shorter ones would spend
#: more time on taking turns.
LAPS_VALUE_NS = 2_000_000
#: A value has at least this many laps where its loops allow that, each then as short as the bursts in which
#: a neighbour slows a virtual CPU, and long against reading the clock.
LAPS = 8
#: A value of work that can be cut is at least two calls, so that there is one to warm up with. Given up
#: where that takes too long.
LEAST_CALLS = 2
#: No arm may hold the others up longer than this.
LONGEST_VALUE_NS = 250_000_000
#: More processes alive than this would fight for memory and caches even while they wait.
MOST_ARMS = 14


class TooManyLinesError(ExpectedError):
    """The arms that compare the lines do not fit into a block."""


def planned(
    entry: CatalogueEntry,
    arms: Sequence[Arm],
    *,
    rounds: int,
    blocks: int,
    left_out: Mapping[str, str] | None = None,
) -> PlannedWorkload:
    """Write down a workload as it is now; `left_out` are modes and arms that the plan has no room for."""
    workload = entry.workload
    same = {
        field.name: getattr(workload, field.name)
        for field in fields(PlannedWorkload)
        if hasattr(workload, field.name)
    }
    kept = {
        "source_hash": entry.source_hash,
        "arms": tuple(map(str, arms)),
        "rounds": rounds,
        "blocks": blocks,
        "loops": 1 if workload.one_call else None,
        "observes": tuple(
            Observed(key=what.key, title=what.title, unit=what.unit) for what in workload.observes
        ),
        "without": {**dict(workload.without), **(left_out or {})},
        "resembles": entry.resembles,
        "trial": entry.trial,
    }
    return PlannedWorkload(**{**same, **kept})


def make_plan(
    entries: Iterable[CatalogueEntry],
    *,
    size: Preset,
    threads: int,
    seed: int,
    budget_seconds: float | None = None,
    sweep: Sequence[int] = (),
    lines: Sequence[str] = (),
    lacking: Mapping[str, Mapping[str, str]] | None = None,
) -> Plan:
    """Plan a run; `threads` = 1 where the machine allows no more, `sweep` adds counts of workers.

    `lines` are those beside the main line; `lacking` says by workload which of them cannot run it, and why.
    Raises `TooManyLinesError`.
    """
    workloads = []
    for entry in entries:
        cannot = (lacking or {}).get(entry.slug, {})
        able = [line for line in lines if line not in cannot]
        arms = arms_for(entry.workload, threads=threads, full=size.full, sweep=sweep, lines=able)
        left_out = {
            f"{build}-single@{line}": why for line, why in cannot.items() for build in Build
        }
        if able:
            scales = entry.workload.expectation == Expectation.SCALES
            arms, no_room = fitting(arms, MOST_ARMS, ceiling=scales)
            left_out |= no_room
            alone = arms_for(entry.workload, threads=threads, full=size.full)
            left_out |= {str(arm): NO_TIME for arm in alone if set_aside(arm)}
            if len(arms) > MOST_ARMS:
                raise TooManyLinesError(
                    f"{len(able) + 1} lines are {len(arms)} arms of {entry.slug}, and at most "
                    f"{MOST_ARMS} may live at once: measure fewer lines, or one thread (--threads 1)"
                )
        # What drives workers by itself has the long values of several workers, and their variance.
        one_cpu = entry.workload.cpus == 1 and all(arm.mode is Mode.SINGLE for arm in arms)
        rounds, blocks = size.multi_rounds, size.multi_blocks
        if entry.workload.laps:
            rounds, blocks = size.lap_rounds, size.lap_blocks
        elif one_cpu:
            rounds, blocks = size.single_rounds, size.single_blocks
        workloads.append(planned(entry, arms, rounds=rounds, blocks=blocks, left_out=left_out))
    return Plan(
        preset=size.name,
        seed=seed,
        blocks=max((workload.blocks or 0 for workload in workloads), default=0),
        block_seconds=size.block_seconds,
        costs=size.full,
        budget_seconds=budget_seconds,
        threads=threads,
        workloads=tuple(workloads),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockPlan:
    """Everything about one block that is decided before it starts."""

    workload: PlannedWorkload
    index: int
    arms: tuple[Arm, ...]
    order: tuple[tuple[Arm, ...], ...]  #: per round, the arms in the order of their turns
    hash_seed: int
    padding_bytes: int
    folder_length: int  #: length of the name of the working directory

    @property
    def multi(self) -> bool:
        """Whether any arm has more than one worker."""
        return any(arm.workers > 1 for arm in self.arms)

    @property
    def width(self) -> int:
        """CPUs the block needs: those of its largest arm."""
        return max(self.workload.cpus, *(arm.workers for arm in self.arms))


def turns(arms: Sequence[Arm], rounds: int, chance: random.Random) -> tuple[tuple[Arm, ...], ...]:
    """Order the turns: random permutations, each followed by its mirror image.

    A mirrored pair puts every arm at the same mean position, so a drift that is linear over two rounds
    cancels exactly; the fresh permutation per pair breaks any longer rhythm. Single arms stay together: their
    values are short, and a ratio of neighbours suffers least from a CPU that changes its speed.
    """
    single = [arm for arm in arms if arm.mode is Mode.SINGLE]
    groups = [single, [arm for arm in arms if arm.mode is not Mode.SINGLE]]
    order: list[tuple[Arm, ...]] = []
    while len(order) < rounds:
        chance.shuffle(groups)
        for group in groups:
            chance.shuffle(group)
        permutation = tuple(arm for group in groups for arm in group)
        order += [permutation, permutation[::-1]]
    return tuple(order[:rounds])


def block_plan(plan: Plan, workload: PlannedWorkload, index: int) -> BlockPlan:
    """Decide one block from the plan's seed alone; ValueError for more arms than may live at once."""
    chance = random.Random(f"{plan.seed}:{workload.slug}:{index}")
    arms = tuple(Arm.parse(name) for name in workload.arms)
    if len(arms) > MOST_ARMS:
        raise ValueError(f"{workload.slug}: {len(arms)} arms, at most {MOST_ARMS} live at once")
    return BlockPlan(
        workload=workload,
        index=index,
        arms=arms,
        order=turns(arms, workload.rounds, chance),
        hash_seed=chance.randrange(1, 2**32),
        padding_bytes=chance.randrange(0, 4096),
        folder_length=chance.randrange(1, 64),
    )


def blocks_of(plan: Plan, workload: PlannedWorkload) -> int:
    """Return how many blocks of a workload are planned."""
    return plan.blocks if workload.blocks is None else workload.blocks


def sequence(plan: Plan) -> Iterator[tuple[PlannedWorkload, int]]:
    """Yield the planned blocks: passes over the workloads, each in a random order of its own.

    A workload with fewer blocks than passes sits out evenly. Slow drift of the machine then spreads
    over all workloads instead of sitting in one of them.
    """
    for turn in range(plan.blocks):
        workloads = list(plan.workloads)
        random.Random(f"{plan.seed}:{turn}").shuffle(workloads)
        for workload in workloads:
            count = blocks_of(plan, workload)
            index = turn * count // plan.blocks
            if (turn + 1) * count // plan.blocks > index:
                yield workload, index


@dataclass(frozen=True, slots=True, kw_only=True)
class Loops:
    """Calibrated loops of a workload, see `PlannedWorkload`."""

    loops: int
    single_loops: int | None = None
    round_ns: int = field(default=0, compare=False)  #: expected time of one round of values


def single_value_ns(workload: PlannedWorkload) -> int:
    """Return how long a value of the slowest single arm should take.

    Work that keeps several CPUs busy hands it from thread to thread, and gets values as long as those of
    several workers.
    """
    if workload.cpus > 1:
        return MULTI_VALUE_NS
    return LAPS_VALUE_NS if workload.laps else SINGLE_VALUE_NS


def loops_for(times_ns: dict[Arm, int], tried: int, *, value_ns: int = SINGLE_VALUE_NS) -> Loops:
    """Choose the loops of a value from what `tried` loops took on every arm.

    Single arms: the slowest gets `value_ns`. Arms with several workers: the fastest gets
    `MULTI_VALUE_NS`, as long as the slowest stays below `LONGEST_VALUE_NS`.
    """
    singles = [time for arm, time in times_ns.items() if arm.workers == 1]
    several = [time for arm, time in times_ns.items() if arm.workers > 1]
    single = round(tried * value_ns / max(singles))
    if not several:
        least = LEAST_CALLS if LEAST_CALLS * max(singles) <= LONGEST_VALUE_NS * tried else 1
        loops = max(least, single)
        return Loops(loops=loops, round_ns=sum(singles) * loops // tried)
    single = max(1, single)
    wanted = min(MULTI_VALUE_NS / min(several), LONGEST_VALUE_NS * 0.8 / max(several)) * tried
    loops = max(1, round(wanted))
    round_ns = (sum(singles) * single + sum(several) * loops) // tried
    return Loops(loops=loops, single_loops=single, round_ns=round_ns)


def fit_rounds(most: int, round_ns: int, block_seconds: float | None) -> int:
    """Return the rounds of a block: as many as fit the time, an even number, at least two.

    Rounds come in mirrored pairs. One pair is enough: what varies is mostly between blocks. Only the
    flag for drift inside a block needs two.
    """
    if block_seconds is None or round_ns <= 0:
        return most
    fitting = round(block_seconds * 1e9 / round_ns) // 2 * 2
    return min(most, max(2, fitting))


def share(workload: PlannedWorkload, arm: Arm) -> int:
    """Return the loops of one worker of an arm; ValueError before calibration.

    Weak scaling: every worker does all of them. Strong: they split them.
    """
    if workload.loops is None:
        raise ValueError(f"{workload.slug}: calibrate before measuring")
    if arm.workers == 1:
        return workload.single_loops or workload.loops
    if workload.scaling == Scaling.STRONG:
        return max(1, workload.loops // arm.workers)
    return workload.loops


def laps_of(workload: PlannedWorkload, arm: Arm) -> int:
    """Return how many laps a value of an arm is timed in; 1 where it is timed as a whole."""
    if not workload.laps or arm.workers > 1:
        return 1
    loops = share(workload, arm)
    return loops // loops_per_lap(loops)


def loops_per_lap(loops: int) -> int:
    """Return the loops of a lap; `loops` is their multiple once calibration rounded it."""
    return max(1, loops // LAPS)


def with_loops(plan: Plan, slug: str, loops: Loops, rounds: int | None = None) -> Plan:
    """Fill the calibrated loops of one workload in, and the rounds that they leave time for."""
    workloads = tuple(
        replace(
            workload,
            loops=loops.loops,
            single_loops=loops.single_loops,
            rounds=rounds or workload.rounds,
        )
        if workload.slug == slug
        else workload
        for workload in plan.workloads
    )
    return replace(plan, workloads=workloads)
