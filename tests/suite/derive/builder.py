"""Runs with exactly known times, for tests of what is derived from them.

`tests/synthetic.py` makes plausible runs from a seed; here a test says every number. Times are given
in seconds per loop of one worker, which is what a worker loop measures in every mode.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import replace

from ftguide.ground.machine import LOCAL_MACHINE
from ftguide.ground.vocabulary import Arm, Build
from ftguide.suite.derive.analysis import Row, report
from ftguide.suite.record.model import (
    SCHEMA,
    ArmRecord,
    Block,
    Failure,
    Plan,
    PlannedWorkload,
    Run,
    StoredRun,
    Suite,
)
from tests.synthetic import facts, machine, planned

RUN_ID = "20261123T005100Z-1a2b3c4d"
LOOPS = 1000


def make_plan(slug: str = "nbody", arms: Sequence[str] = (), **changes: object) -> PlannedWorkload:
    return planned(slug, arms, **{"group": "interpreter", "rounds": 4, **changes})


def make_record(
    arm: str,
    seconds: Sequence[float],
    *,
    loops: int = LOOPS,
    fastest: float = 1.0,
    **changes: object,
) -> ArmRecord:
    """Make a value per element of `seconds`; all workers but the first take `fastest` of its time."""
    spans, clock = [], 0
    parsed = Arm.parse(arm)
    for one in seconds:
        took = round(one * loops * 1e9)
        workers = (took, *[round(took * fastest)] * (parsed.workers - 1))
        spans.append(tuple((clock, clock + duration) for duration in workers))
        clock += 2 * took
    made = ArmRecord(
        loops=loops,
        spans=tuple(spans),
        gil_before=parsed.gil_expected,
        gil_after=parsed.gil_expected,
    )
    return replace(made, **changes)


def make_block(
    plan: PlannedWorkload,
    index: int,
    times: Mapping[str, Sequence[float]],
    arms: Mapping[str, Mapping[str, object]] | None = None,
    **changes: object,
) -> Block:
    """Make a block from every arm's seconds per value; `arms` passes more on to `make_record`."""
    made = Block(
        workload=plan.slug,
        version=plan.version,
        source_hash=plan.source_hash,
        index=index,
        started=f"2026-11-23T00:51:{index:02}Z",
        seconds=2.0,
        overhead_seconds=0.2,
        cpus=(index % 2,),
        hash_seed=index,
        padding_bytes=16 * index,
        order=(),
        steal=0.0,
        arms={
            arm: make_record(arm, seconds, **(arms or {}).get(arm, {}))
            for arm, seconds in times.items()
        },
    )
    return replace(made, **changes)


def make_blocks(
    plan: PlannedWorkload, times: Mapping[str, Sequence[float | None]], **changes: object
) -> list[Block]:
    """Make blocks of equal values: `times` has a number per block, None where the arm is missing."""
    count = max(map(len, times.values()))
    return [
        make_block(
            plan,
            index,
            {
                arm: [seconds] * plan.rounds
                for arm, column in times.items()
                if (seconds := column[index]) is not None
            },
            **changes,
        )
        for index in range(count)
    ]


def make_run(
    workloads: Sequence[PlannedWorkload] = (), *, threads: int = 2, **changes: object
) -> Run:
    made = Run(
        schema=SCHEMA,
        run_id=RUN_ID,
        started="2026-11-23T00:51:00Z",
        finished="2026-11-23T00:59:00Z",
        suite=Suite(version="2026.11", commit="c" * 40, dirty=False),
        machine=machine(name=LOCAL_MACHINE),
        interpreters={build: facts(build) for build in Build},
        differences=(),
        plan=Plan(
            preset="full",
            seed=1,
            blocks=10,
            budget_seconds=None,
            threads=threads,
            workloads=tuple(workloads),
        ),
        pinned=True,
    )
    return replace(made, **changes)


def stored_of(
    *workloads: tuple[PlannedWorkload, Sequence[Block]],
    failures: Sequence[Failure] = (),
    **changes: object,
) -> StoredRun:
    return StoredRun(
        run=make_run([plan for plan, _ in workloads], **changes),
        blocks=tuple(block for _, blocks in workloads for block in blocks),
        failures=tuple(failures),
    )


def with_binaries(stored: StoredRun, letter: str) -> StoredRun:
    """Return a run as if another pair of binaries had been measured."""
    changed = {
        build: replace(one, binary_sha256=letter * 64)
        for build, one in stored.run.interpreters.items()
    }
    return replace(stored, run=replace(stored.run, interpreters=changed))


#: Seconds per loop and worker of a workload that two free-threaded threads nearly halve.
ARMS = {
    "gil-single": 1.00e-5,
    "ft-single": 1.10e-5,
    "gil-threads-2": 2.02e-5,
    "ft-threads-2": 1.25e-5,
    "ft-processes-2": 1.20e-5,
    "gil-single-again": 1.00e-5,
    "ft-single-again": 1.10e-5,
}


def make_stored(blocks: int = 10, *, rounds: int = 6, seed: int = 1) -> StoredRun:
    """Make a run of two noisy workloads."""
    chance = random.Random(seed)
    made = []
    for slug, arms in (("nbody", list(ARMS)[:2]), ("mandelbrot", list(ARMS))):
        plan = make_plan(slug, arms, rounds=rounds)
        made.append(
            (
                plan,
                [
                    make_block(
                        plan,
                        index,
                        {
                            arm: [
                                ARMS[arm] * math.exp(chance.gauss(0, 0.003)) for _ in range(rounds)
                            ]
                            for arm in arms
                        },
                    )
                    for index in range(blocks)
                ],
            )
        )
    return stored_of(*made)


#: Every kind of arm.
EVERY = {
    "gil-single": 1.00e-5,
    "ft-single": 1.10e-5,
    "ft-gil-on-single": 1.05e-5,
    "gil-threads-2": 2.02e-5,
    "ft-threads-2": 1.25e-5,
    "ft-interpreters-2": 1.40e-5,
    "gil-processes-2": 1.01e-5,
    "ft-processes-2": 1.20e-5,
    "gil-single-again": 1.00e-5,
    "ft-single-again": 1.10e-5,
}


def wobble(seconds: float, blocks: int = 6, size: float = 0.002, seed: object = 0) -> list[float]:
    """Return a noisy time per block."""
    chance = random.Random(f"{seconds} {seed}")
    return [seconds * math.exp(chance.gauss(0, size)) for _ in range(blocks)]


def row_of(times: Mapping[str, Sequence[float | None]], *, threads: int = 2, **plan: object) -> Row:
    """Return the row of one workload whose arms take these seconds per loop, one number per block."""
    made = make_plan("nbody", list(times), **plan)
    return report(stored_of((made, make_blocks(made, times)), threads=threads)).row("nbody")
