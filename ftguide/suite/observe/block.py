"""One block: all arms of one workload alive at once, taking turns.

This is the measurement itself: `declare` decides what goes in here, `record` keeps what comes out.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.workloads.declare import Scaling
from ftguide.ground.load import Load
from ftguide.ground.machine import Platform, steal_share
from ftguide.ground.process.keeper import passing_folder
from ftguide.ground.process.start import passed_on
from ftguide.ground.vocabulary import Arm, Mode, Target
from ftguide.suite.declare import plan as planning
from ftguide.suite.declare.plan import BlockPlan, laps_of, share
from ftguide.suite.observe.arm_process import ArmProcess
from ftguide.suite.record.model import ArmRecord, Block, duration, warm_up_loops

#: Every worker runs at least this long before its first value: caches, specialised bytecode (per thread
#: on a free-threaded build) and the allocator settle well within it.
WARM_UP_NS = 60_000_000
#: A value taken for calibration that is shorter than this is too rough to extrapolate from.
ROUGH_NS = 5_000_000

#: What a worker's environment keeps of the controller's, beside what every child needs: a reader's own
#: code may look into its home. PYTHON* in particular stays out, because it would change one build's
#: behaviour behind our back, and a time zone, whose lookup would then be measured.
KEPT_ENVIRONMENT = ("PATH", "HOME", "LANG", "TEMP", "TMP")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What stays the same for all blocks of a run."""

    executables: Mapping[Target, str]
    modules: Mapping[str, str]  #: dotted module of every workload's slug
    root: Path  #: the checkout, the workers' PYTHONPATH
    on: Platform
    patience: float  #: seconds of silence after which an arm counts as hung
    memory_limit: int | None = None  #: bytes (PSS) that all arms of a block may hold together
    #: Folders for PYTHONPATH, behind the checkout: third-party packages, a reader's own code.
    paths: Mapping[Target, tuple[str, ...]] = field(default_factory=dict)
    #: Further environment of all workers.
    variables: Mapping[str, str] = field(default_factory=dict)


def environment(plan: BlockPlan, arm: Arm, stage: Stage) -> dict[str, str]:
    """Build the environment of an arm's workers: alike for all arms, different between blocks."""
    path = (str(stage.root), *stage.paths.get(arm.target, ()))
    return {
        **passed_on(*KEPT_ENVIRONMENT),
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


def spread(plan: BlockPlan, on: Platform) -> bool:
    """Return whether arms start on all CPUs, and move to the block's when they have warmed up.

    Where values come in laps, every arm is one thread and starts no others, so that moving it moves all
    of it. A library's threads would stay behind on the CPU where they were started.
    """
    return plan.workload.laps and not plan.multi and on.pin is not None


def first_cpus(plan: BlockPlan, on: Platform) -> dict[Arm, tuple[int, ...] | None]:
    """Choose where every arm starts and warms up: on the block's CPUs, or spread over all of them."""
    if not spread(plan, on):
        return dict.fromkeys(plan.arms, block_cpus(plan, on))
    usable = on.usable()
    return {
        arm: (usable[(plan.index + number) % len(usable)],) for number, arm in enumerate(plan.arms)
    }


@contextlib.contextmanager
def working_folder(plan: BlockPlan) -> Iterator[Path]:
    """Make the workers' working directory, whose name has the planned length, and remove it.

    The folder around it is theirs as well, and goes with it; its name is short enough for sockets.
    """
    with passing_folder("ft-") as parent:
        folder = parent / ("w" * plan.folder_length)
        folder.mkdir()
        yield folder


def start_arm(
    plan: BlockPlan, arm: Arm, stage: Stage, *, cpus: Sequence[int] | None, folder: Path
) -> ArmProcess:
    """Start the processes of one arm; its `ready()` waits for them."""
    return ArmProcess(
        arm,
        executable=stage.executables[arm.target],
        module=stage.modules[plan.workload.slug],
        slug=plan.workload.slug,
        # Temporary files go beside the working directory: workers are killed, and could not remove them.
        environment=environment(plan, arm, stage) | {"TMPDIR": str(folder.parent)},
        folder=folder,
        root=stage.root,
        on=stage.on,
        cpus=cpus,
        patience=stage.patience,
        memory_limit=stage.memory_limit and stage.memory_limit // len(plan.arms),
    )


@contextlib.contextmanager
def started_arms(plan: BlockPlan, stage: Stage) -> Iterator[dict[Arm, ArmProcess]]:
    """Start all arms of a block, wait until they are ready, end them whatever happens.

    ArmFailedError when one of them does not get ready.
    """
    cpus = first_cpus(plan, stage.on)
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(working_folder(plan))
        processes = {
            arm: stack.enter_context(start_arm(plan, arm, stage, cpus=cpus[arm], folder=folder))
            for arm in plan.arms
        }
        for process in processes.values():
            process.ready()
        yield processes


def lap_times(marks: Sequence[int]) -> tuple[int, ...]:
    """Return the laps of one worker's value from its start and the end of every lap."""
    return tuple(end - start for start, end in itertools.pairwise(marks))


def calibrate(plan: BlockPlan, stage: Stage) -> planning.Loops:
    """Find the loops of a value, once per run and workload, equal on both builds; and their time.

    ArmFailedError when an arm cannot go on.
    """
    workers = max(arm.workers for arm in plan.arms)
    step = workers if plan.workload.scaling == Scaling.STRONG else 1
    tried, loops, times = step, step, dict.fromkeys(plan.arms, 0)
    fixed = plan.workload.loops
    with started_arms(plan, stage) as processes:
        if fixed is not None:  # work that cannot be cut: only how long it takes is open
            for arm, process in processes.items():
                times[arm] = duration(process.value(fixed, 0))
                process.check(fixed)
            return planning.Loops(loops=fixed, round_ns=sum(times.values()))
        while min(times.values()) < ROUGH_NS:
            for arm, process in processes.items():
                each = share(replace(plan.workload, loops=loops), arm)
                process.value(each, 0)  # the first call at this size pays for warm-up
                times[arm] = duration(process.value(each, 0))
                process.check(each)
            tried, loops = loops, loops * 4
    chosen = planning.loops_for(times, tried, value_ns=planning.single_value_ns(plan.workload))
    if plan.workload.laps:
        step = planning.loops_per_lap(chosen.loops)
    return replace(chosen, loops=max(step, chosen.loops // step * step))


def warm_up_groups(plan: BlockPlan, on: Platform) -> list[tuple[Arm, ...]]:
    """Divide the arms into those that warm up at the same time, no more than there are CPUs for.

    Arms in laps are spread over all CPUs for that, see `first_cpus`. Beside arms with several workers
    a single arm may use all the CPUs of the block until its first value, where it gets one.
    """
    cpus = on.usable() if spread(plan, on) else block_cpus(plan, on)
    room = len(cpus) if cpus and plan.workload.cpus == 1 else 1
    single = [arm for arm in plan.arms if arm.workers == 1]
    groups = [tuple(single[first : first + room]) for first in range(0, len(single), room)]
    return groups + [(arm,) for arm in plan.arms if arm.workers > 1]


def warm_up(plan: BlockPlan, processes: Mapping[Arm, ArmProcess], on: Platform) -> int:
    """Warm all arms up and move them to the block's CPUs; return the nanoseconds of it that were useful.

    Each arm takes values that nobody keeps until `WARM_UP_NS` have passed, at least one, with the oracle
    watching. They are cut into laps as the kept ones are: what the clock's readings leave in the free
    lists is then there from the first value on. ArmFailedError when an arm cannot go on.
    """
    useful = 0
    for arms in warm_up_groups(plan, on):
        group = [
            (processes[arm], share(plan.workload, arm), laps_of(plan.workload, arm)) for arm in arms
        ]
        for process, *_ in group:
            process.settle()
        begun = now = time.perf_counter_ns()
        while now < begun + WARM_UP_NS:
            for process, loops, laps in group:
                process.launch(loops, 0, laps)
            for process, *_ in group:
                process.marks()
            for process, loops, laps in group:
                process.check(loops // laps)
            now = time.perf_counter_ns()
        useful += now - begun
    if spread(plan, on):
        for process in processes.values():
            process.pin(block_cpus(plan, on))
    return useful


def cpu_share(counted: Mapping[str, int], turns_ns: int) -> float | None:
    """Return the CPU time of an arm's turns as a share of the time its workers had; None without any."""
    if turns_ns <= 0 or counted["cpu_ns"] <= 0:
        return None
    return round((counted["cpu_ns"] - counted["idle_ns"]) / turns_ns, 4)


def waited(counted: Mapping[str, int]) -> dict[str, float]:
    """Return what shares of its values' time the workers were blocked, and ready without a CPU.

    The fields of `ArmRecord`; none where the system does not tell, or where no values began together.
    """
    took = counted["took_ns"]
    if took <= 0:
        return {}
    blocked = took - counted["ran_ns"] - counted["delayed_ns"]
    return {
        "blocked_share": round(max(0.0, blocked / took), 4),  # three clocks, read one after another
        "delayed_share": round(min(1.0, counted["delayed_ns"] / took), 4),
    }


def measure(plan: BlockPlan, stage: Stage, between_values: Callable[[], None]) -> Block:
    """Run one block; ArmFailedError when an arm cannot go on.

    `between_values` is called while everything is quiet, the only moment at which a progress display
    may draw.
    """
    loops = {arm: share(plan.workload, arm) for arm in plan.arms}
    laps = {arm: laps_of(plan.workload, arm) for arm in plan.arms}
    started, wall = datetime.now(UTC), time.perf_counter_ns()
    ticks = stage.on.cpu_ticks()
    load = Load(stage.on.usable())
    cpus = block_cpus(plan, stage.on)
    values: dict[Arm, list[tuple[tuple[int, ...], ...]]] = {arm: [] for arm in plan.arms}
    turns = dict.fromkeys(plan.arms, 0)  # nanoseconds
    observed: dict[Arm, list[tuple[float, ...]]] = {arm: [] for arm in plan.arms}
    with started_arms(plan, stage) as processes:
        useful = warm_up(plan, processes, stage.on)
        before = {arm: process.begin() for arm, process in processes.items()}
        for number, order in enumerate(plan.order):
            for arm in order:
                process = processes[arm]
                untimed = warm_up_loops(loops[arm], laps[arm])
                # Without arms of several workers, what has several CPUs keeps them all.
                if plan.multi and arm.mode is Mode.SINGLE and cpus:
                    process.pin([cpus[(plan.index + number) % len(cpus)]])
                values[arm].append(process.value(loops[arm], untimed, laps[arm]))
                turn = round(duration(values[arm][-1]) * (1 + untimed / loops[arm]))
                turns[arm] += turn
                useful += turn
                quantities = process.check(loops[arm] // laps[arm])  # of the last lap
                if quantities:
                    observed[arm].append(quantities)
                between_values()
        ends = {arm: process.end() for arm, process in processes.items()}
    others = load.others()  # our processes have ended, and what they used is known
    seconds = (time.perf_counter_ns() - wall) / 1e9
    return Block(
        workload=plan.workload.slug,
        version=plan.workload.version,
        source_hash=plan.workload.source_hash,
        index=plan.index,
        started=f"{started:%Y-%m-%dT%H:%M:%SZ}",
        seconds=round(seconds, 3),
        # Untimed loops are reckoned from the timed ones, which a busy machine may have held up.
        overhead_seconds=round(max(0.0, seconds - useful / 1e9), 3),
        cpus=cpus,
        hash_seed=plan.hash_seed,
        padding_bytes=plan.padding_bytes,
        order=tuple(tuple(map(str, order)) for order in plan.order),
        steal=steal_share(ticks, stage.on.cpu_ticks()),
        others=others,
        arms={
            str(arm): ArmRecord(
                loops=loops[arm],
                spans=tuple(
                    tuple((marks[0] - wall, marks[-1] - wall) for marks in value)
                    for value in values[arm]
                ),
                gil_before=before[arm],
                gil_after=gil_after,
                gc_collections=counted["gc"],
                minor_faults=counted["minor"],
                major_faults=counted["major"],
                involuntary_switches=counted["switches"],
                voluntary_switches=counted["waits"],
                cpu_share=cpu_share(counted, turns[arm] * arm.workers),
                idle_cpu_ns=counted["idle_ns"],
                **waited(counted),
                observed=tuple(observed[arm]),
                # One worker: arms of several are not timed in laps.
                laps=tuple(lap_times(value[0]) for value in values[arm] if laps[arm] > 1),
            )
            for arm, (gil_after, counted) in ends.items()
        },
    )
