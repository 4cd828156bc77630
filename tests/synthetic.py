"""Builders of synthetic runs, for tests that need data and must not measure.

The numbers are made up from a seed: true times per arm, a speed per block that all arms share (the
neighbour on the hyperthread) and a little noise per value. `write` puts a run into a results folder
the way the writer and `publish` do, so that everything above the store sees a real folder.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import msgspec

from ftguide.ground import files
from ftguide.ground.machine import LOCAL_MACHINE, Machine
from ftguide.ground.vocabulary import Arm, Build, ExpectedError, Mode
from ftguide.interpreters.model import Facts
from ftguide.suite import summaries
from ftguide.suite.record import packing, store
from ftguide.suite.record.model import (
    SCHEMA,
    ArmRecord,
    Block,
    Failure,
    Line,
    Plan,
    PlannedWorkload,
    Run,
    StoredRun,
    Suite,
)

RUN_ID = "20261123T005100Z-1a2b3c4d"
OLDER = "20261101T120000Z-0badcafe"
MACHINE = "synthetic-2vcpu"

#: Seconds per unit of work and worker, by workload and arm.
SINGLE = {
    "gil-single": 0.0100,
    "ft-single": 0.0108,
    "gil-single-again": 0.0100,
    "ft-single-again": 0.0108,
}
SCALES = {
    **SINGLE,
    "gil-threads-2": 0.0202,
    "ft-threads-2": 0.0110,
    "ft-processes-2": 0.0109,
    "gil-processes-2": 0.0102,
}
CONTENDS = {**SCALES, "ft-threads-2": 0.0610}
TRUTH: dict[str, dict[str, float]] = {
    "nbody": SINGLE,
    "call-function": {arm: 3e-6 * seconds for arm, seconds in SINGLE.items()},
    "mandelbrot": SCALES,
    "counter-lock": CONTENDS,
}
GROUPS = {"nbody": "interpreter", "call-function": "interpreter", "mandelbrot": "parallel"}


def facts(build: Build, **changes: object) -> Facts:
    """Return what an interpreter would say about itself."""
    ft = build is Build.FREE_THREADED
    made = Facts(
        implementation="cpython",
        version="3.14.7",
        version_text=f"3.14.7{' free-threading build' if ft else ''} (main) [GCC 12.2.0]",
        build=build,
        gil_enabled_at_start=not ft,
        gil_enabled_after_imports=not ft,
        debug=False,
        compiler="GCC 12.2.0",
        configure_arguments=(
            *(("--disable-gil",) if ft else ()),
            "--enable-optimizations",
            "--prefix=<path>",
            "--with-lto",
        ),
        cflags="-O3 -fno-strict-aliasing",
        pgo=True,
        lto=True,
        libc="glibc 2.36",
        allocator="mimalloc" if ft else "pymalloc",
        extension_modules=("_socket", "_ssl"),
        flags={"thread_inherit_context": "1" if ft else "0"},
        platform="linux-x86_64",
        binary_sha256=("f" if ft else "9") * 64,
    )
    return replace(made, **changes)


def machine(**changes: object) -> Machine:
    """Return a machine nobody owns."""
    made = Machine(
        name=MACHINE,
        system="Linux",
        kernel="6.1.0",
        architecture="x86_64",
        cpu_model="Synthetic CPU @ 2.00GHz",
        cpus=2,
        usable_cpus=2,
        threads_per_core=2,
        sockets=1,
        memory_bytes=8 * 2**30,
        hypervisor="KVM",
        governor=None,
        caches={"L1d": "32 KiB", "L2": "1 MiB"},
        mitigations={"spectre_v2": "Mitigation: retpolines"},
        fingerprint="0" * 64,
    )
    return replace(made, **changes)


def planned(slug: str, arms: Sequence[str], **changes: object) -> PlannedWorkload:
    """Return a workload as a run would have planned it."""
    made = PlannedWorkload(
        slug=slug,
        version=1,
        source_hash="ab" * 32,
        title=slug.replace("-", " ").capitalize(),
        question=f"What does {slug} cost?",
        group=GROUPS.get(slug, "contention"),
        scope="private",
        scaling="weak",
        expectation="scales",
        because="The work is private.",
        explained_at="benchmarks/method",
        arms=tuple(arms),
        rounds=6,
        loops=10,
    )
    return replace(made, **changes)


def block(
    plan: PlannedWorkload, index: int, truth: Mapping[str, float], rng: random.Random
) -> Block:
    """Return one block in which every arm has `plan.rounds` values."""
    speed = rng.choice((1.0, 1.7))  # the whole block is fast or slow; ratios do not notice
    loops = plan.loops or 1
    order, spans = [], {arm: [] for arm in truth}
    clock = 0
    for _ in range(plan.rounds):
        turn = list(truth)
        rng.shuffle(turn)
        order.append(tuple(turn))
        for arm in turn:
            took = int(truth[arm] * loops * speed * rng.lognormvariate(0, 0.004) * 1e9)
            parsed = Arm.parse(arm)
            workers = 1 if parsed.mode is Mode.SINGLE else parsed.workers
            spans[arm].append(tuple((clock + w, clock + took - w) for w in range(workers)))
            clock += took + 100_000
    return Block(
        workload=plan.slug,
        version=plan.version,
        source_hash=plan.source_hash,
        index=index,
        started="2026-11-23T00:51:00Z",
        seconds=clock / 1e9,
        overhead_seconds=0.1,
        cpus=(index % 2,),
        hash_seed=index,
        padding_bytes=16 * index,
        order=tuple(order),
        steal=0.0,
        arms={
            arm: ArmRecord(
                loops=loops,
                spans=tuple(values),
                gil_before=Arm.parse(arm).gil_expected,
                gil_after=Arm.parse(arm).gil_expected,
            )
            for arm, values in spans.items()
        },
    )


def stored(
    run_id: str = RUN_ID,
    *,
    truth: Mapping[str, Mapping[str, float]] = TRUTH,
    blocks: int = 6,
    seed: int = 1,
    name: str = MACHINE,
    compiler: str = "GCC 12.2.0",
    plans: Mapping[str, Mapping[str, object]] | None = None,
    failures: Sequence[Failure] = (),
    **changes: object,
) -> StoredRun:
    """Return a finished run; `plans` changes fields of planned workloads, `changes` those of the run."""
    rng = random.Random(f"{run_id} {seed}")
    workloads = tuple(
        planned(slug, tuple(arms), **(plans or {}).get(slug, {})) for slug, arms in truth.items()
    )
    day = f"{run_id[:4]}-{run_id[4:6]}-{run_id[6:8]}"
    made = Run(
        schema=SCHEMA,
        run_id=run_id,
        started=f"{day}T{run_id[9:11]}:{run_id[11:13]}:{run_id[13:15]}Z",
        finished=f"{day}T23:59:59Z",
        suite=Suite(version="2026.11", commit="c" * 40, dirty=False),
        machine=machine(name=name),
        interpreters={build: facts(build, compiler=compiler) for build in Build},
        differences=(),
        plan=Plan(
            preset="full",
            seed=seed,
            blocks=blocks,
            budget_seconds=None,
            threads=2,
            workloads=workloads,
        ),
        pinned=True,
    )
    failed = {failure.workload for failure in failures}
    return StoredRun(
        run=replace(made, **changes),
        blocks=tuple(
            block(plan, index, truth[plan.slug], rng)
            for plan in workloads
            if plan.slug not in failed
            for index in range(blocks)
        ),
        failures=tuple(failures),
    )


def current(slugs: Sequence[str]) -> dict[str, dict[str, object]]:
    """Return `plans` that agree with what the checkout declares about some workloads."""
    from ftguide.suite.declare.catalogue import catalogue

    known = catalogue()
    return {
        slug: {
            "version": known[slug].workload.version,
            "source_hash": known[slug].source_hash,
            "title": known[slug].workload.title,
            "question": known[slug].workload.question,
            "group": str(known[slug].workload.group),
        }
        for slug in slugs
        if slug in known
    }


def write(
    results: Path, run: StoredRun, *, withdrawn: str | None = None, contributed: bool = False
) -> Path:
    """Write a run folder and put it into its index; return the folder."""
    local = run.run.machine.name == LOCAL_MACHINE
    base = results / LOCAL_MACHINE if local else results
    entry = replace(store.entry_of(run.run), withdrawn=withdrawn, contributed=contributed)
    folder = store.folder_of(base, entry)
    folder.mkdir(parents=True)
    lines = [Line(failure=failure) for failure in run.failures]
    lines += [Line(block=one) for one in run.blocks]
    lines += [Line(cost=one) for one in run.costs]
    (folder / "run.json").write_bytes(files.to_json(run.run))
    packed = b"".join(msgspec.json.encode(line) + b"\n" for line in lines)
    (folder / store.BLOCKS).write_bytes(packing.pack(packed))
    if not local:
        with contextlib.suppress(ExpectedError):  # a test of what cannot be derived
            summaries.write(folder)
    store.write_index(base, [entry, *store.read_index(base).runs])
    return folder
