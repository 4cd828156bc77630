"""How much is measured: the presets of presets.toml, and the arms each of them gives a workload."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.workloads.declare import Workload
from ftguide.ground.vocabulary import Arm, Build, Mode, UnknownNameError


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """A named amount of work.

    Blocks differ by hash seed and memory layout, rounds within one do not, and between blocks is where
    the variance is (source/benchmarks/method-history.md has what was tried): single-threaded blocks,
    which are cheap, are therefore many and short.
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


#: By name, from the smallest to the largest. Without msgspec: `bench --help` imports nothing of that size.
PRESETS = {
    name: Preset(name=name, workloads=tuple(values.pop("workloads", ())) or None, **values)
    for name, values in tomllib.loads(Path(__file__).with_suffix(".toml").read_text()).items()
}

#: Why a plan over several lines leaves arms out: at most `plan.MOST_ARMS` live at once, and all of them
#: together have to end within two hours.
NO_ROOM = "a block has no room for it beside the arms that compare the lines"
NO_TIME = "a run over several lines spends its time on the arms that compare them"


def preset(name: str) -> Preset:
    """Look a preset up; UnknownNameError offers the nearest."""
    if name not in PRESETS:
        raise UnknownNameError("preset", name, PRESETS)
    return PRESETS[name]


def arms_for(
    workload: Workload,
    *,
    threads: int,
    full: bool,
    sweep: Sequence[int] = (),
    lines: Sequence[str] = (),
) -> tuple[Arm, ...]:
    """List the arms of a workload; `threads` < 2 leaves only the single ones.

    A sweep adds free-threaded threads and processes of further counts. Every one of the other `lines` adds
    the four arms that compare it, and for a full preset a replicate; what `set_aside` names is then left out.
    """
    names, n = ["gil-single", "ft-single"], threads
    parallel = not workload.single_only and n > 1
    if full:
        names += ["gil-single-again", "ft-single-again", "ft-gil-on-single"]
    if parallel:
        names += [f"gil-threads-{n}", f"ft-threads-{n}"]
        if full:
            names += [f"ft-threads-{n}-again", f"gil-interpreters-{n}", f"ft-interpreters-{n}"]
            names.append(f"gil-processes-{n}")
        names.append(f"ft-processes-{n}")
        names += map(str, sweep_arms([count for count in sweep if count not in {1, n}]))
    for line in lines:
        of_line = ["gil-single", "ft-single"]
        of_line += ["ft-single-again"] if full else []
        of_line += [f"gil-threads-{n}", f"ft-threads-{n}"] if parallel else []
        names += [f"{name}@{line}" for name in of_line]
    arms = map(Arm.parse, names)
    left_out = dict(workload.without)
    return tuple(arm for arm in arms if arm.mode not in left_out and not (lines and set_aside(arm)))


def set_aside(arm: Arm) -> bool:
    """Return whether a plan over several lines has no time for an arm: it compares none of them.

    These are the arms that a run over one line measures on every row: a second copy of the GIL-enabled
    build, and the free-threaded build with its GIL on.
    """
    return arm.gil_on or (arm.replicate and arm.build is Build.GIL)


def dispensable(arms: Sequence[Arm], *, ceiling: bool) -> Iterator[Arm]:
    """Yield the arms of a plan over several lines that may be left out, in the order in which they are.

    What compares the lines stays: one thread and several on either build of each, and the replicate of
    the main line. Replicates of other lines go last, the oldest line's first. Where `ceiling` asks what the
    machine lets several workers reach, the processes that tell stay longer than these.
    """
    gil, ft = Build.GIL, Build.FREE_THREADED
    last: tuple[Callable[[Arm], bool], ...] = (
        lambda arm: arm.mode is Mode.PROCESSES and arm.build is ft,
        lambda arm: arm.replicate and arm.line != "",
    )
    order: tuple[Callable[[Arm], bool], ...] = (
        lambda arm: arm.mode is Mode.INTERPRETERS,
        lambda arm: arm.mode is Mode.PROCESSES and arm.build is gil,
        lambda arm: arm.replicate and arm.mode is not Mode.SINGLE,
        *(reversed(last) if ceiling else last),
    )
    for goes in order:
        yield from (arm for arm in arms if goes(arm))


def fitting(
    arms: Sequence[Arm], most: int, *, ceiling: bool = False
) -> tuple[tuple[Arm, ...], dict[str, str]]:
    """Leave out of a plan over several lines what does not fit into a block, see `dispensable`.

    Returns what is left, and why the others are not in it: by mode where none of its arms is left, else by
    arm. More than `most` may be left.
    """
    surplus = max(0, len(arms) - most)
    out = [*dispensable(arms, ceiling=ceiling)][:surplus]
    if (
        surplus and out[-1].mode is Mode.INTERPRETERS
    ):  # one subinterpreter's arm alone compares nothing
        out = [arm for arm in arms if arm.mode is Mode.INTERPRETERS]
    kept = tuple(arm for arm in arms if arm not in out)
    modes = {arm.mode for arm in kept}
    return kept, {str(arm if arm.mode in modes else arm.mode): NO_ROOM for arm in out}


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
