"""A run as pyperf suites.

Everything here is derived on demand (`report --export`), to the same bytes from the same blocks; nothing
reads it back. Names of hosts, users and paths never enter: the stored run has none, and pyperf is told not
to collect its own metadata.
"""

from __future__ import annotations

import contextlib
import io
import math
from datetime import datetime

import pyperf

from benchmarks.workloads.declare import Scaling
from ftguide.ground import files
from ftguide.ground.vocabulary import Arm
from ftguide.suite.derive.series import ArmBlock, Series, series
from ftguide.suite.record.model import Block, Run, StoredRun


def pyperf_suites(stored: StoredRun) -> dict[str, bytes]:
    """Return `<arm>.json.gz` for every measured arm: a pyperf suite with a benchmark per workload.

    A value is a time per unit of work, one pyperf run holds one block. Only blocks in
    which every measured arm is usable go in, and all arms of a block give equally many values:
    pyperf's significance test raises for two sides of different size, and its caller takes that for
    "significant". That test treats values as independent, so its verdicts are bolder than ours.

    Raises `ValueError` when the plan names an impossible arm.

    Stock pyperf then compares any two arms, all workloads at once:
    `python -m pyperf compare_to gil-single.json.gz ft-single.json.gz --table`
    """
    benchmarks: dict[str, list[pyperf.Benchmark]] = {}
    for planned in stored.run.plan.workloads:
        measured = series(planned, stored.of(planned.slug))
        indexes = measured.complete()
        if not indexes:
            continue
        for name, (arm, blocks) in measured.arms.items():
            if blocks:
                runs = [_pyperf_run(stored.run, measured, arm, index) for index in indexes]
                benchmarks.setdefault(name, []).append(pyperf.Benchmark(runs))
    return {
        f"{name}.json.gz": _packed(pyperf.BenchmarkSuite(benchmarks[name]))
        for name in sorted(benchmarks, key=Arm.parse)
    }


def _packed(suite: pyperf.BenchmarkSuite) -> bytes:
    text = io.StringIO()
    suite.dump(text)
    return files.pack(text.getvalue().encode())


def _pyperf_run(run: Run, measured: Series, arm: Arm, index: int) -> pyperf.Run:
    most = min(len(blocks[index].times) for _, blocks in measured.arms.values() if blocks)
    done = measured.of(str(arm))[index]
    return pyperf.Run(
        # Nine digits hold every nanosecond of a value below a second and halve the file.
        [float(f"{time:.9g}") for time in done.times[:most]],
        metadata=_metadata(run, measured, arm, measured.blocks[index], done),
        collect_metadata=False,
    )


def _metadata(
    run: Run, measured: Series, arm: Arm, block: Block, done: ArmBlock
) -> dict[str, str | int | float]:
    planned, facts = measured.planned, run.facts_of(arm.target)
    strong = planned.scaling == Scaling.STRONG
    loops = done.record.loops * (arm.workers if strong else 1)
    metadata: dict[str, str | int | float] = {
        "name": planned.slug,
        "description": planned.question,
        "unit": "second",
        "loops": loops,
        "inner_loops": 1,
        "timer": "perf_counter_ns",
        "duration": float(f"{math.fsum(done.times) * loops:.9g}"),
        "python_implementation": facts.implementation,
        "python_version": facts.version,
        "python_compiler": facts.compiler,
        "python_build": facts.build.words,
        "python_gil": "on" if arm.gil_expected else "off",
        "python_hash_seed": block.hash_seed,
        "platform": facts.platform,
        "cpu_model_name": run.machine.cpu_model,
        "cpu_count": max(1, run.machine.cpus),
        "arm": str(arm),
        "workers": arm.workers,
        "block": block.index,
        "run_id": run.run_id,
        "workload_version": planned.version,
        "workload_source_hash": planned.source_hash,
        "workload_scaling": planned.scaling,
    }
    if block.cpus:
        metadata["cpu_affinity"] = ",".join(map(str, block.cpus))
    # pyperf parses dates only when asked for them, and then fails on what is not one.
    with contextlib.suppress(ValueError):
        metadata["date"] = datetime.fromisoformat(block.started).replace(tzinfo=None).isoformat(" ")
    # pyperf refuses empty text.
    return {key: value for key, value in metadata.items() if value != ""}
