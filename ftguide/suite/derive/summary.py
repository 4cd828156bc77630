"""What a run says, derived once and kept without its blocks: all that pages, tables and comparisons ask for.

`summarise` makes a summary of a report, `encode` and `decode` turn it into bytes and back. Workloads are
decoded one by one, when they are asked for: a page about one workload in every run of years stays quick, and
a run costs little more memory than its file has bytes. `ftguide.suite.summaries` keeps the files. Pure.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import msgspec

from benchmarks.workloads.declare import Group
from benchmarks.workloads.declare import Scaling as ScalingKind
from ftguide.ground.vocabulary import Arm, Mode
from ftguide.suite.derive.analysis import FamilyMean, LineMean, Report, Row
from ftguide.suite.derive.mode_tables import Ways, ways
from ftguide.suite.derive.observed import Count, observed
from ftguide.suite.derive.reading import Reading, reading
from ftguide.suite.derive.scaling import Curve, Fit, Refused, curve, fit
from ftguide.suite.derive.series import Series
from ftguide.suite.derive.timeline import Interval, timeline
from ftguide.suite.derive.verdicts import ArmPair, ComparisonKind
from ftguide.suite.record.model import Failure, Run, StoredRun

#: A summary that unpacks to more than this is not one of ours: that of the largest run has 0.7 MB.
MAX_UNPACKED_BYTES = 32 * 1024 * 1024

#: Modes whose block logarithms are kept: those that runs are compared in.
_COMPARED = frozenset({Mode.SINGLE, Mode.THREADS, Mode.PROCESSES})


@dataclass(frozen=True, slots=True, kw_only=True)
class Scaling:
    """How a workload scales on the free-threaded build; a law, or why there is none."""

    threads: Curve | None
    processes: Curve | None
    fit: Fit | None = None
    refused: Refused | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What is known of a workload beside its row."""

    loops: (
        int | None
    )  #: most loops of a value, planned or calibrated; None where nothing was calibrated
    counts: tuple[Count, ...]
    ways: Ways | None
    scaling: Scaling


@dataclass(frozen=True, slots=True, kw_only=True)
class Logs:
    """One arm's mean logarithm of time, block by block."""

    blocks: tuple[int, ...]
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    """A summary as it is stored; by workload, in the order of the plan, what is decoded when asked for."""

    means: tuple[FamilyMean, ...]
    line_means: tuple[LineMean, ...]
    timeline: tuple[Interval, ...]
    failures: tuple[Failure, ...]
    rows: dict[str, msgspec.Raw]
    beside: dict[str, msgspec.Raw]
    logs: dict[str, msgspec.Raw]
    #: Of a reader's own code alone, which is never published.
    readings: dict[str, Reading] = field(default_factory=dict)


_parts = msgspec.msgpack.Decoder(_Parts)
_row = msgspec.msgpack.Decoder(Row)
_beside = msgspec.msgpack.Decoder(Beside)
_logs = msgspec.msgpack.Decoder(dict[str, Logs])
_encode = msgspec.msgpack.Encoder().encode


@dataclass(frozen=True, slots=True, eq=False)
class Summary:
    """A run without its blocks; see `derived.Derived` for what it shares with a report."""

    stored: StoredRun  #: run and failures
    _kept: _Parts

    @property
    def run(self) -> Run:
        """The run's own record."""
        return self.stored.run

    @property
    def means(self) -> tuple[FamilyMean, ...]:
        """The means of single-thread ratios, by family."""
        return self._kept.means

    @property
    def line_means(self) -> tuple[LineMean, ...]:
        """The same of the ratios of other lines."""
        return self._kept.line_means

    @property
    def timeline(self) -> tuple[Interval, ...]:
        """What happened during the run."""
        return self._kept.timeline

    @property
    def slugs(self) -> tuple[str, ...]:
        """The workloads, in the order of the plan."""
        return tuple(self._kept.rows)

    @property
    def rows(self) -> tuple[Row, ...]:
        """One row per planned workload, in the order of the plan."""
        return tuple(map(_row.decode, self._kept.rows.values()))

    def has(self, slug: str) -> bool:
        """Return whether the run has a row of a workload."""
        return slug in self._kept.rows

    def row(self, slug: str) -> Row:
        """Return one workload's row; raises `KeyError` when the run does not have it."""
        return _row.decode(self._kept.rows[slug])

    def beside(self, slug: str) -> Beside:
        """Return what else is known of a workload; raises `KeyError` as `row` does."""
        return _beside.decode(self._kept.beside[slug])

    def reading(self, slug: str) -> Reading | None:
        """Return what the numbers of a reader's own code say together; None of anything else."""
        return self._kept.readings.get(slug)

    def contents(self) -> object:
        """Return everything but the run, as lists, dictionaries, texts and numbers."""
        kept = self._kept
        parts = {name: getattr(kept, name) for name in ("rows", "beside", "logs")}
        return [
            *map(msgspec.to_builtins, (kept.means, kept.line_means, kept.timeline, kept.failures)),
            *(
                {slug: msgspec.msgpack.decode(raw) for slug, raw in part.items()}
                for part in parts.values()
            ),
        ]

    def logs(self, slug: str, pair: ArmPair) -> list[float]:
        """Return per block the logarithm of what a pair compares, as `Series.logs` does.

        Raises `KeyError` for a workload that the run does not have, `ValueError` for arms that are not kept.
        """
        kept = _logs.decode(self._kept.logs[slug])
        arm, base = Arm.parse(pair.arm), Arm.parse(pair.base)
        if not (_is_kept(arm) and _is_kept(base)):
            raise ValueError(f"a summary keeps no logarithms of {pair.arm} and {pair.base}")
        if pair.arm not in kept or pair.base not in kept:
            return []
        left, right = (
            dict(zip(k.blocks, k.values, strict=True)) for k in map(kept.get, pair[:2]) if k
        )
        contrast = [left[index] - right[index] for index in left if index in right]
        if pair.kind is not ComparisonKind.SPEEDUP:
            return contrast
        strong = self.stored.planned(slug).scaling == ScalingKind.STRONG
        more_work = 0.0 if strong else math.log(arm.workers / base.workers)
        return [more_work - d for d in contrast]


def _is_kept(arm: Arm) -> bool:
    return arm.mode in _COMPARED and not (arm.replicate or arm.gil_on)


def summarise(report: Report) -> Summary:
    """Return what a report says, without its blocks."""
    stored = report.stored
    parts = _Parts(
        means=report.means,
        line_means=report.line_means,
        timeline=timeline(stored),
        failures=stored.failures,
        rows=_raw({row.slug: row for row in report.rows}),
        beside=_raw({row.slug: _beside_of(report, row.slug) for row in report.rows}),
        logs=_raw({row.slug: _logs_of(report.series[row.slug]) for row in report.rows}),
        readings={
            row.slug: reading(report, row.slug)
            for row in report.rows
            if row.group == Group.MINE and row.blocks
        },
    )
    return Summary(replace(stored, blocks=(), costs=()), parts)


def encode(summary: Summary) -> bytes:
    """Return a summary as compressed MessagePack; of the run itself only what `run.json` does not say."""
    return zlib.compress(_encode(summary._kept), 9)  # noqa: SLF001 - the same module


def decode(data: bytes, run: Run) -> Summary:
    """Return the summary of a run.

    Raises `ValueError` for what is none, or of another run: a workload or an arm that was not planned.
    """
    unpacker = zlib.decompressobj()
    try:
        raw = unpacker.decompress(data, MAX_UNPACKED_BYTES)
    except zlib.error as error:
        raise ValueError(str(error)) from error
    if not unpacker.eof:
        raise ValueError(f"it is cut off, or unpacks to more than {MAX_UNPACKED_BYTES} bytes")
    parts = _parts.decode(raw)  # a DecodeError is a ValueError
    planned = {workload.slug: workload for workload in run.plan.workloads}
    for kept in (parts.rows, parts.beside, parts.logs):
        if list(kept) != list(planned):
            raise ValueError("its workloads are not those of run.json")
    summary = Summary(StoredRun(run=run, blocks=(), failures=parts.failures), parts)
    for slug, workload in planned.items():
        row = summary.row(slug)
        named = {time.arm for time in row.times}
        named |= {name for each in row.comparisons for name in (each.arm, each.base)}
        if row.slug != slug or not named <= set(workload.arms):
            raise ValueError(f"its row of {slug} has arms that run.json did not plan")
        _beside.decode(parts.beside[slug])
        _logs.decode(parts.logs[slug])
    return summary


def _raw(values: Mapping[str, object]) -> dict[str, msgspec.Raw]:
    return {slug: msgspec.Raw(_encode(value)) for slug, value in values.items()}


def _beside_of(report: Report, slug: str) -> Beside:
    measured = report.series[slug]
    fitted = fit(measured, Mode.THREADS)
    return Beside(
        loops=_loops(report.stored, slug),
        counts=observed(measured),
        ways=ways(report, slug),
        scaling=Scaling(
            threads=curve(measured, Mode.THREADS),
            processes=curve(measured, Mode.PROCESSES),
            fit=fitted if isinstance(fitted, Fit) else None,
            refused=fitted if isinstance(fitted, Refused) else None,
        ),
    )


def _loops(stored: StoredRun, slug: str) -> int | None:
    """Return the loops of a value; a run records what it calibrated in its blocks."""
    planned = stored.planned(slug).loops
    counts = [record.loops for block in stored.of(slug) for record in block.arms.values()]
    return planned or max(counts, default=None)


def _logs_of(measured: Series) -> dict[str, Logs]:
    return {
        name: Logs(blocks=tuple(blocks), values=tuple(block.log_mean for block in blocks.values()))
        for name, (arm, blocks) in measured.arms.items()
        if _is_kept(arm)
    }
