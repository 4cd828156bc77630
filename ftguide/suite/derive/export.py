"""A run in other people's formats: pyperf suites and CSV.

Everything here is derived and regenerates to the same bytes from `blocks.jsonl`; nothing reads it
back. Names of hosts, users and paths never enter: the stored run has none, and pyperf is told not
to collect its own metadata.
"""

from __future__ import annotations

import contextlib
import csv
import io
import math
from datetime import datetime
from typing import TYPE_CHECKING

import pyperf

from benchmarks.workloads.declare import Scaling
from ftguide import files
from ftguide.suite.derive.series import series
from ftguide.vocabulary import Arm

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ftguide.statistics.estimates import Estimate
    from ftguide.suite.derive.analysis import Report, Row
    from ftguide.suite.derive.series import ArmBlock, Series
    from ftguide.suite.record.model import Block, Run, StoredRun

COLUMNS = (
    "run",
    "workload",
    "version",
    "arm",
    "base",
    "kind",
    "ratio",
    "low",
    "high",
    "k",
    "p",
    "q",
    "verdict",
    "floor",
    "flags",
)
SLICE_COLUMNS = (
    "run",
    "workload",
    "version",
    "block",
    "arm",
    "slice",
    "worker",
    "loops",
    "start_ns",
    "end_ns",
    "seconds_per_unit",
)


def pyperf_suites(stored: StoredRun) -> dict[str, bytes]:
    """Return `<arm>.json.gz` for every measured arm: a pyperf suite with a benchmark per workload.

    A value is the time of one slice per unit of work, one pyperf run holds one block. Only blocks in
    which every measured arm is usable go in, and all arms of a block give equally many values:
    pyperf's significance test raises for two sides of different size, and its caller takes that for
    "significant". That test treats slices as independent, so its verdicts are bolder than ours.

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
    slices = min(len(blocks[index].times) for _, blocks in measured.arms.values() if blocks)
    one = measured.of(str(arm))[index]
    return pyperf.Run(
        # Nine digits hold every nanosecond of a slice below a second and halve the file.
        [float(f"{time:.9g}") for time in one.times[:slices]],
        metadata=_metadata(run, measured, arm, measured.blocks[index], one),
        collect_metadata=False,
    )


def _metadata(
    run: Run, measured: Series, arm: Arm, block: Block, one: ArmBlock
) -> dict[str, str | int | float]:
    planned, facts = measured.planned, run.interpreters[arm.build]
    strong = planned.scaling == Scaling.STRONG
    loops = one.record.loops * (arm.workers if strong else 1)
    found: dict[str, str | int | float] = {
        "name": planned.slug,
        "description": planned.question,
        "unit": "second",
        "loops": loops,
        "inner_loops": 1,
        "timer": "perf_counter_ns",
        "duration": float(f"{math.fsum(one.times) * loops:.9g}"),
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
        found["cpu_affinity"] = ",".join(map(str, block.cpus))
    # pyperf parses dates only when asked for them, and then fails on what is not one.
    with contextlib.suppress(ValueError):
        found["date"] = datetime.fromisoformat(block.started).replace(tzinfo=None).isoformat(" ")
    return {key: value for key, value in found.items() if value != ""}  # pyperf refuses empty text


def csv_rows(report: Report) -> str:
    """Return the comparisons of a run as CSV, one line each, with a header.

    Numbers have nine significant digits; what does not exist (an interval of one block, a floor
    without A/A copies) is empty. A failed workload has one line more, whose verdict says so.
    """
    return _csv(COLUMNS, (line for row in report.rows for line in _lines(report, row)))


def _lines(report: Report, row: Row) -> Iterator[Sequence[str]]:
    run = report.stored.run
    head = (run.run_id, row.slug, str(report.stored.planned(row.slug).version))
    flags = "; ".join(row.flags)
    for one in row.comparisons:
        floor = _number(row.floor_of(one))
        numbers = map(_number, (one.ratio, one.low if one.low > 0 else None, one.high))
        tests = (str(one.k), _number(one.p), _number(one.q))
        yield *head, one.arm, one.base, one.kind, *numbers, *tests, str(one.verdict), floor, flags
    if row.single is not None:
        one = row.single
        for kind, other in _other_readings(row):
            numbers = map(_number, (other.ratio, other.low if other.low > 0 else None, other.high))
            tests = (str(other.k), _number(other.p), "")
            yield *head, one.arm, one.base, kind, *numbers, *tests, "not judged", "", flags
    if row.failure is not None:
        failure = row.failure
        verdict = f"failed: {failure.kind}"
        yield *head, failure.arm, *[""] * 8, verdict, _number(row.floor), flags


def _other_readings(row: Row) -> Iterator[tuple[str, Estimate]]:
    """Yield what the single-threaded ratio is when the same blocks are read in another way."""
    if row.whole is not None:
        yield "all time", row.whole
    if row.split is not None:
        yield "own core", row.split.own
        yield "shared core", row.split.shared


def csv_slices(stored: StoredRun, slug: str) -> str:
    """Return every slice of a workload as CSV, a line per worker; KeyError for an unknown workload.

    Starts and ends are nanoseconds since the start of the block. `seconds_per_unit` is the slice's:
    last end - first start over the work done, repeated for each worker.
    """
    measured = series(stored.planned(slug), stored.of(slug))
    return _csv(SLICE_COLUMNS, _slices(stored.run.run_id, measured))


def _slices(run_id: str, measured: Series) -> Iterator[Sequence[str]]:
    planned = measured.planned
    for index in measured.blocks:
        for name, (_, blocks) in measured.arms.items():
            if index not in blocks:
                continue
            one = blocks[index]
            head = (run_id, planned.slug, str(planned.version), str(index), name)
            loops = str(one.record.loops)
            for number, (spans, time) in enumerate(zip(one.record.spans, one.times, strict=True)):
                for worker, (start, end) in enumerate(spans):
                    place = (str(number), str(worker), loops, str(start), str(end))
                    yield *head, *place, _number(time)


def _number(value: float | None) -> str:
    return "" if value is None or not math.isfinite(value) else f"{value:.9g}"


def _csv(columns: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(lines)
    return text.getvalue()
