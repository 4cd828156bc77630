"""How much is measured: the named presets, and the arms each of them gives a workload. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.workloads.declare import Workload
from ftguide.vocabulary import Arm, Build, Mode, UnknownNameError


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """A named amount of work.

    Blocks differ by hash seed and memory layout, rounds within one do not, and between blocks is where
    the variance is (source/benchmarks/method.md has the components): single-threaded blocks, which
    are cheap, are therefore many and short.
    """

    name: str
    single_blocks: int  #: of workloads that keep one CPU busy and have single arms only
    single_rounds: int
    lap_blocks: int  #: of workloads timed in laps
    lap_rounds: int  #: of short values, see `plan.LAPS_VALUE_NS`
    multi_blocks: int
    multi_rounds: int  #: at most; see `block_seconds`
    block_seconds: float  #: values of one block together; what would take longer gets fewer rounds
    full: bool  #: replicates, the arms that only a publication needs, and what arms cost
    promise: str
    workloads: tuple[str, ...] | None = None  #: what is measured unless chosen; None = all


#: One or two workloads of each question, all of them quick.
CORE_SET = (
    "call-function",
    "attribute-access",
    "nbody",
    "dict-list-str",
    "mandelbrot",
    "nqueens",
    "counter-lock",
    "counter-per-thread",
    "shared-attribute-read",
    "private-attribute-read",
    "hashlib-sha256",
    "json-roundtrip",
)

PRESETS = {
    preset.name: preset
    for preset in (
        Preset(
            name="smoke",
            single_blocks=1,
            single_rounds=2,
            lap_blocks=1,
            lap_rounds=2,
            multi_blocks=1,
            multi_rounds=2,
            block_seconds=60,
            full=True,
            promise="every arm once, for tests; its numbers mean nothing",
        ),
        Preset(
            name="quick",
            single_blocks=10,
            single_rounds=12,
            lap_blocks=32,
            lap_rounds=16,
            multi_blocks=6,
            multi_rounds=6,
            block_seconds=2.5,
            full=False,
            promise="the core set of the suite in at most 3 minutes",
            workloads=CORE_SET,
        ),
        Preset(
            name="standard",
            single_blocks=20,
            single_rounds=16,
            lap_blocks=85,
            lap_rounds=16,
            multi_blocks=5,
            multi_rounds=6,
            block_seconds=0.6,
            full=False,
            promise="all workloads in at most 15 minutes",
        ),
        Preset(
            name="full",
            single_blocks=20,
            single_rounds=16,
            lap_blocks=150,
            lap_rounds=16,
            multi_blocks=10,
            multi_rounds=8,
            block_seconds=1.2,
            full=True,
            promise="all workloads, all arms, replicates and costs in at most 75 minutes; for publication",
        ),
    )
}


def preset(name: str) -> Preset:
    """Look a preset up; UnknownNameError offers the nearest."""
    if name not in PRESETS:
        raise UnknownNameError("preset", name, PRESETS)
    return PRESETS[name]


def arms_for(
    workload: Workload, *, threads: int, full: bool, sweep: Sequence[int] = ()
) -> tuple[Arm, ...]:
    """List the arms of a workload; `threads` < 2 leaves only the single ones.

    A sweep adds free-threaded threads and processes of further counts.
    """
    gil, ft = Build.GIL, Build.FREE_THREADED
    arms = [Arm(gil, Mode.SINGLE), Arm(ft, Mode.SINGLE)]
    if full:
        arms += [
            Arm(gil, Mode.SINGLE, again=True),
            Arm(ft, Mode.SINGLE, again=True),
            Arm(ft, Mode.SINGLE, gil_on=True),
        ]
    if not workload.single_only and threads > 1:
        arms += [Arm(gil, Mode.THREADS, threads), Arm(ft, Mode.THREADS, threads)]
        if full:
            arms += [
                Arm(ft, Mode.THREADS, threads, again=True),
                Arm(gil, Mode.INTERPRETERS, threads),
                Arm(ft, Mode.INTERPRETERS, threads),
                Arm(gil, Mode.PROCESSES, threads),
            ]
        arms.append(Arm(ft, Mode.PROCESSES, threads))
        arms += sweep_arms([n for n in sweep if n not in {1, threads}])
    left_out = dict(workload.without)
    return tuple(arm for arm in arms if arm.mode not in left_out)


def sweep_counts(usable: int) -> tuple[int, ...]:
    """Return the counts of workers of a sweep: 2, 3, 4, 6, 8, 12, 16 … up to the usable CPUs.

    At most five, because all arms of a block live at once; the ends and what lies evenly between.
    """
    known = [n for power in range(1, 9) for n in (2**power, 3 * 2 ** (power - 1))]
    fitting = sorted({n for n in known if n <= usable} | ({usable} if usable > 1 else set()))
    if len(fitting) <= 5:
        return tuple(fitting)
    step = (len(fitting) - 1) / 4
    return tuple(fitting[round(i * step)] for i in range(5))


def sweep_arms(counts: Sequence[int]) -> list[Arm]:
    """Return the free-threaded arms that a scaling curve needs, threads and processes of every count."""
    return [Arm.parse(f"ft-{mode}-{n}") for n in counts for mode in (Mode.THREADS, Mode.PROCESSES)]
