"""What to measure, in which order, how often. Pure: no clock, no processes, no files.

A plan and its seed determine every block: the order of turns, the hash seed, the padding of the
environment, the CPUs. That is what lets a killed run resume as if nothing had happened.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from benchmarks.workloads.declare import Scaling
from ftguide.bench.catalogue import CatalogueEntry, UnknownNameError
from ftguide.interpreters.model import Build
from ftguide.results.model import Arm, Mode, Plan, PlannedWorkload

#: Slices of single-threaded blocks: long against the 30 us of a turn's messages, short against the
#: seconds for which a virtual CPU keeps one speed.
SINGLE_SLICE_NS = 15_000_000
#: Slices of blocks with several workers: many switch intervals (5 ms) of the GIL on the fastest arm.
MULTI_SLICE_NS = 65_000_000
#: No arm may hold the others up longer than this.
LONGEST_SLICE_NS = 500_000_000
#: More living processes than this would fight for memory and caches even while they wait.
MOST_ARMS = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """A named amount of work."""

    name: str
    blocks: int
    single_rounds: int
    multi_rounds: int
    full: bool  #: A/A copies and the arms that only a publication needs
    promise: str


PRESETS = {
    preset.name: preset
    for preset in (
        Preset(
            name="smoke",
            blocks=1,
            single_rounds=2,
            multi_rounds=2,
            full=True,
            promise="every arm once, for tests; its numbers mean nothing",
        ),
        Preset(
            name="quick",
            blocks=5,
            single_rounds=20,
            multi_rounds=6,
            full=False,
            promise="the spine of the suite in at most 3 minutes",
        ),
        Preset(
            name="standard",
            blocks=10,
            single_rounds=24,
            multi_rounds=8,
            full=False,
            promise="all workloads in at most 15 minutes",
        ),
        Preset(
            name="full",
            blocks=12,
            single_rounds=40,
            multi_rounds=12,
            full=True,
            promise="all workloads, all arms and A/A copies in at most 75 minutes; what is published",
        ),
    )
}


def preset(name: str) -> Preset:
    """Look a preset up; UnknownNameError offers the nearest."""
    if name not in PRESETS:
        raise UnknownNameError("preset", name, PRESETS)
    return PRESETS[name]


def arms_for(*, single_only: bool, threads: int, full: bool) -> tuple[Arm, ...]:
    """List the arms of a workload; `threads` < 2 leaves only the single ones."""
    gil, ft = Build.GIL, Build.FREE_THREADED
    arms = [Arm(gil, Mode.SINGLE), Arm(ft, Mode.SINGLE)]
    if full:
        arms += [
            Arm(gil, Mode.SINGLE, again=True),
            Arm(ft, Mode.SINGLE, again=True),
            Arm(ft, Mode.SINGLE, gil_on=True),
        ]
    if not single_only and threads > 1:
        arms += [
            Arm(gil, Mode.THREADS, threads),
            Arm(ft, Mode.THREADS, threads),
            Arm(ft, Mode.PROCESSES, threads),
        ]
        if full:
            arms.append(Arm(gil, Mode.PROCESSES, threads))
    return tuple(arms)


def planned(entry: CatalogueEntry, arms: Sequence[Arm], rounds: int) -> PlannedWorkload:
    """Write down a workload as it is now."""
    one = entry.workload
    return PlannedWorkload(
        slug=one.slug,
        version=one.version,
        source_hash=entry.source_hash,
        title=one.title,
        question=one.question,
        group=one.group,
        scope=one.scope,
        scaling=one.scaling,
        expectation=one.expectation,
        because=one.because,
        explained_at=one.explained_at,
        arms=tuple(map(str, arms)),
        rounds=rounds,
        loops=1 if one.one_call else None,
    )


def make_plan(
    entries: Iterable[CatalogueEntry],
    *,
    size: Preset,
    threads: int,
    seed: int,
    budget_seconds: float | None = None,
) -> Plan:
    """Plan a run; `threads` = 1 where the machine allows no more."""
    workloads = []
    for entry in entries:
        arms = arms_for(single_only=entry.workload.single_only, threads=threads, full=size.full)
        alone = all(arm.mode is Mode.SINGLE for arm in arms)
        workloads.append(planned(entry, arms, size.single_rounds if alone else size.multi_rounds))
    return Plan(
        preset=size.name,
        seed=seed,
        blocks=size.blocks,
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


def turns(arms: Sequence[Arm], rounds: int, chance: random.Random) -> tuple[tuple[Arm, ...], ...]:
    """Order the turns: random permutations, each followed by its mirror image.

    A mirrored pair puts every arm at the same mean position, so a drift that is linear over two
    rounds cancels exactly; the fresh permutation per pair breaks any longer rhythm. Single arms stay
    together: their slices are short, and a ratio of neighbours suffers least from a CPU that changes
    its speed.
    """
    families = [
        [arm for arm in arms if (arm.mode is Mode.SINGLE) is single] for single in (True, False)
    ]
    order: list[tuple[Arm, ...]] = []
    while len(order) < rounds:
        chance.shuffle(families)
        for family in families:
            chance.shuffle(family)
        permutation = [arm for family in families for arm in family]
        order += [tuple(permutation), tuple(reversed(permutation))]
    return tuple(order[:rounds])


def block_plan(plan: Plan, workload: PlannedWorkload, index: int) -> BlockPlan:
    """Decide one block from the plan's seed alone."""
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


def sequence(plan: Plan) -> Iterator[tuple[PlannedWorkload, int]]:
    """Yield the planned blocks: all workloads once, in random order, then again.

    Slow drift of the machine then spreads over all workloads instead of sitting in one of them.
    """
    for index in range(plan.blocks):
        workloads = list(plan.workloads)
        random.Random(f"{plan.seed}:{index}").shuffle(workloads)
        for workload in workloads:
            yield workload, index


@dataclass(frozen=True, slots=True, kw_only=True)
class Loops:
    """Calibrated loops of a workload, see `PlannedWorkload`."""

    loops: int
    single_loops: int | None = None


def loops_for(times_ns: dict[Arm, int], tried: int) -> Loops:
    """Choose the loops of slices from what `tried` loops took on every arm.

    Single arms: the slowest gets `SINGLE_SLICE_NS`. Arms with several workers: the fastest gets
    `MULTI_SLICE_NS`, as long as the slowest stays below `LONGEST_SLICE_NS`.
    """
    several = [time for arm, time in times_ns.items() if arm.workers > 1]
    slowest = max(time for arm, time in times_ns.items() if arm.workers == 1)
    single = max(1, round(tried * SINGLE_SLICE_NS / slowest))
    if not several:
        return Loops(loops=single)
    wanted = min(MULTI_SLICE_NS / min(several), LONGEST_SLICE_NS * 0.8 / max(several)) * tried
    return Loops(loops=max(1, round(wanted)), single_loops=single)


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


def with_loops(plan: Plan, slug: str, loops: Loops) -> Plan:
    """Fill the calibrated loops of one workload in."""
    workloads = tuple(
        replace(one, loops=loops.loops, single_loops=loops.single_loops)
        if one.slug == slug
        else one
        for one in plan.workloads
    )
    return replace(plan, workloads=workloads)
