"""One block: all arms of one workload alive at once, taking turns.

This is the measurement itself. Everything else in `ftguide/bench` decides what goes in here and where
the record that comes out of here is kept.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.workloads.declare import Scaling
from ftguide.bench.living import LivingArm
from ftguide.bench.machine import Platform, steal_share
from ftguide.bench.plan import BlockPlan, Loops, laps_of, loops_for, loops_per_lap, share
from ftguide.interpreters.model import Build
from ftguide.results.model import Arm, ArmRecord, Block, Mode

#: Every worker runs at least this long before its first timed slice: caches, specialised bytecode
#: (per thread on a free-threaded build) and the allocator settle well within it.
WARM_UP_NS = 60_000_000
#: The untimed start of a slice, as a share of its loops, refills what the other arms evicted.
LEAD_SHARE = 0.15
#: A calibration slice shorter than this is too rough to extrapolate from.
ROUGH_NS = 5_000_000

#: What a worker's environment keeps of the master's; PYTHON* in particular stays out, because it
#: would change one build's behaviour behind our back.
KEPT_ENVIRONMENT = (
    "PATH",
    "HOME",
    "TMPDIR",
    "LANG",
    "LD_LIBRARY_PATH",
    "SYSTEMROOT",
    "TEMP",
    "TMP",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What stays the same for all blocks of a run."""

    executables: Mapping[Build, str]
    modules: Mapping[str, str]  #: dotted module of every workload's slug
    root: Path  #: the checkout, the workers' PYTHONPATH
    on: Platform
    patience: float  #: seconds of silence after which an arm counts as hung
    memory_limit: int | None = None  #: bytes (PSS) that all arms of a block may hold together
    #: Folders for PYTHONPATH by build, behind the checkout: third-party packages, a reader's own code.
    paths: Mapping[Build, tuple[str, ...]] = field(default_factory=dict)
    variables: Mapping[str, str] = field(
        default_factory=dict
    )  #: further environment of all workers


def environment(plan: BlockPlan, arm: Arm, stage: Stage) -> dict[str, str]:
    """Build the environment of an arm's workers: alike for all arms, different between blocks."""
    kept = {name: os.environ[name] for name in KEPT_ENVIRONMENT if name in os.environ}
    path = (str(stage.root), *stage.paths.get(arm.build, ()))
    return {
        **kept,
        **stage.variables,
        "PYTHONPATH": os.pathsep.join(path),
        "PYTHONHASHSEED": str(plan.hash_seed),
        # Where the stack begins depends on the size of the environment, and alignment changes times
        # (Mytkowicz et al. 2009); varied between blocks it becomes noise that the interval shows.
        "FTGUIDE_PADDING": "x" * plan.padding_bytes,
    }


def block_cpus(plan: BlockPlan, on: Platform) -> tuple[int, ...] | None:
    """Choose the CPUs of a block, None where the platform cannot pin."""
    if on.pin is None:
        return None
    usable = on.usable()
    width = plan.width
    first = plan.index * width % len(usable)
    return tuple(sorted((usable * 2)[first : first + width]))


@contextlib.contextmanager
def working_folder(plan: BlockPlan) -> Iterator[Path]:
    """Make the workers' working directory, whose name has the planned length, and remove it."""
    with tempfile.TemporaryDirectory(prefix="ftguide-", ignore_cleanup_errors=True) as parent:
        folder = Path(parent) / ("w" * plan.folder_length)
        folder.mkdir()
        yield folder


def start_arm(
    plan: BlockPlan,
    arm: Arm,
    stage: Stage,
    *,
    cpus: Sequence[int] | None,
    folder: Path,
) -> LivingArm:
    """Start the processes of one arm; its `ready()` waits for them."""
    return LivingArm(
        arm,
        executable=stage.executables[arm.build],
        module=stage.modules[plan.workload.slug],
        slug=plan.workload.slug,
        environment=environment(plan, arm, stage),
        folder=folder,
        root=stage.root,
        on=stage.on,
        cpus=cpus,
        patience=stage.patience,
        memory_limit=stage.memory_limit and stage.memory_limit // len(plan.arms),
    )


@contextlib.contextmanager
def living_arms(
    plan: BlockPlan, stage: Stage, cpus: Sequence[int] | None
) -> Iterator[dict[Arm, LivingArm]]:
    """Start all arms of a block, wait until they are ready, end them whatever happens."""
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(working_folder(plan))
        living = {
            arm: stack.enter_context(start_arm(plan, arm, stage, cpus=cpus, folder=folder))
            for arm in plan.arms
        }
        for arm in living.values():
            arm.ready()
        yield living


def duration(spans: Sequence[Sequence[int]]) -> int:
    """Return a slice's length: last end minus first start, in nanoseconds."""
    return max(one[-1] for one in spans) - min(one[0] for one in spans)


def lap_times(marks: Sequence[int]) -> tuple[int, ...]:
    """Return the laps of one worker's slice from its start and the end of every lap."""
    return tuple(end - start for start, end in itertools.pairwise(marks))


def lead_in(loops: int) -> int:
    """Return the untimed loops before a slice; none where a slice is one call."""
    return 0 if loops == 1 else max(1, round(loops * LEAD_SHARE))


def calibrate(plan: BlockPlan, stage: Stage) -> Loops:
    """Find the loops of slices, once per run and workload, equal on both builds; and their time."""
    workers = max(arm.workers for arm in plan.arms)
    step = workers if plan.workload.scaling == Scaling.STRONG else 1
    tried, loops, times = step, step, dict.fromkeys(plan.arms, 0)
    fixed = plan.workload.loops
    with living_arms(plan, stage, block_cpus(plan, stage.on)) as living:
        if fixed is not None:  # work that cannot be cut: only how long it takes is open
            for arm, one in living.items():
                times[arm] = duration(one.slice(fixed, 0))
                one.check(fixed)
            return Loops(loops=fixed, round_ns=sum(times.values()))
        while min(times.values()) < ROUGH_NS:
            for arm, one in living.items():
                mine = share(replace(plan.workload, loops=loops), arm)
                one.slice(mine, 0)  # the first call at this size pays for warm-up
                times[arm] = duration(one.slice(mine, 0))
                one.check(mine)
            tried, loops = loops, loops * 4
    chosen = loops_for(times, tried, cpus=plan.workload.cpus)
    if plan.workload.laps:
        step = loops_per_lap(chosen.loops)
    return replace(chosen, loops=max(step, chosen.loops // step * step))


def measure(plan: BlockPlan, stage: Stage, between_slices: Callable[[], None]) -> Block:
    """Run one block; ArmFailedError when an arm cannot go on.

    `between_slices` is called while everything is quiet, the only moment at which a progress display
    may draw.
    """
    loops = {arm: share(plan.workload, arm) for arm in plan.arms}
    counts = {arm: laps_of(plan.workload, arm) for arm in plan.arms}
    started, wall = datetime.now(UTC), time.perf_counter_ns()
    ticks = stage.on.cpu_ticks()
    cpus = block_cpus(plan, stage.on)
    useful = 0
    spans: dict[Arm, list[tuple[tuple[int, int], ...]]] = {arm: [] for arm in plan.arms}
    laps: dict[Arm, list[tuple[int, ...]]] = {arm: [] for arm in plan.arms}
    observed: dict[Arm, list[tuple[float, ...]]] = {arm: [] for arm in plan.arms}
    before: dict[Arm, bool] = {}
    ends: dict[Arm, tuple[bool, dict[str, int]]] = {}
    with living_arms(plan, stage, cpus) as living:
        for arm, one in living.items():
            one.settle()
            spent = time.perf_counter_ns()
            warm_up(one, loops[arm], spent + WARM_UP_NS)
            useful += time.perf_counter_ns() - spent
            before[arm] = one.begin()
        for number, order in enumerate(plan.order):
            for arm in order:
                mine = loops[arm]
                lead = lead_in(mine)
                if (
                    plan.multi and arm.mode is Mode.SINGLE and cpus
                ):  # `cpus` > 1 has single arms only
                    living[arm].pin([cpus[(plan.index + number) % len(cpus)]])
                marks = living[arm].slice(mine, lead, counts[arm])
                spans[arm].append(tuple((one[0], one[-1]) for one in marks))
                if counts[arm] > 1:  # one worker
                    laps[arm].append(lap_times(marks[0]))
                useful += round(duration(spans[arm][-1]) * (1 + lead / mine))
                seen = living[arm].check(mine // counts[arm])  # of the last lap
                if seen:
                    observed[arm].append(seen)
                between_slices()
        for arm, one in living.items():
            ends[arm] = one.end()
    seconds = (time.perf_counter_ns() - wall) / 1e9
    return Block(
        workload=plan.workload.slug,
        version=plan.workload.version,
        source_hash=plan.workload.source_hash,
        index=plan.index,
        started=started.strftime("%Y-%m-%dT%H:%M:%SZ"),
        seconds=round(seconds, 3),
        overhead_seconds=round(seconds - useful / 1e9, 3),
        cpus=cpus,
        hash_seed=plan.hash_seed,
        padding_bytes=plan.padding_bytes,
        order=tuple(tuple(map(str, order)) for order in plan.order),
        steal=steal_share(ticks, stage.on.cpu_ticks()),
        arms={
            str(arm): ArmRecord(
                loops=loops[arm],
                spans=tuple(
                    tuple((start - wall, end - wall) for start, end in one) for one in spans[arm]
                ),
                gil_before=before[arm],
                gil_after=gil_after,
                gc_collections=counted["gc"],
                minor_faults=counted["minor"],
                major_faults=counted["major"],
                involuntary_switches=counted["switches"],
                idle_cpu_ns=counted["idle_ns"],
                observed=tuple(observed[arm]),
                laps=tuple(laps[arm]),
            )
            for arm, (gil_after, counted) in ends.items()
        },
    )


def warm_up(arm: LivingArm, loops: int, until: int) -> None:
    """Run untimed slices until the clock says so, at least one, with the oracle watching.

    Even one slice is dozens of calls of the measured code, or a call that takes long by itself.
    """
    done = 0
    while done < 1 or time.perf_counter_ns() < until:
        arm.slice(loops, 0)
        arm.check(loops)
        done += 1
