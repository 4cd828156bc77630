"""A run as one table for other programs: `report --csv` and the file that run pages offer. Pure."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Sequence

from ftguide.render.tables import csv_cell
from ftguide.statistics.estimates import Estimate
from ftguide.suite import words
from ftguide.suite.derive.analysis import ArmTime, Row
from ftguide.suite.derive.derived import Derived
from ftguide.suite.derive.verdicts import Verdict

COLUMNS = (
    *("run_id", "workload", "version", "group", "quantity", "arm", "base", "value", "low", "high"),
    *("blocks", "p", "q", "verdict", "noise_floor_ln", "flags"),
)


def results_csv(report: Derived) -> str:
    """Return all times and ratios of a run as CSV, one line each, with a header.

    Numbers have nine significant digits; what does not exist (an interval of one block, a floor
    without A/A copies) is empty. A failed workload has one line more, whose verdict says so.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in report.rows:
        planned = report.stored.planned(row.slug)
        head = [
            *map(csv_cell, (report.stored.run.run_id, row.slug, str(planned.version), row.group))
        ]
        flags = csv_cell("; ".join(map(words.flag_text, row.flags)))
        writer.writerows([*head, *map(_text, line), flags] for line in _lines(row))
    return text.getvalue()


def _text(value: str | float | None) -> object:
    """Spell a number, or nothing for one that is not known; text of a contributed run is no formula."""
    if isinstance(value, str):
        return csv_cell(value)
    return "" if value is None or not math.isfinite(value) else f"{value:.9g}"


def _lines(row: Row) -> Iterator[Sequence[str | float | None]]:
    """Yield the columns from `quantity` to `noise_floor_ln`."""
    for time in row.times:
        numbers = (time.mean, *_ends(time), row.blocks)
        yield "seconds", time.arm, "", *numbers, None, None, "", None
    for pair in row.comparisons:
        numbers = (pair.ratio, *_ends(pair), pair.k)
        tests = (pair.p, pair.q, pair.verdict, row.floor_of(pair))
        yield pair.kind, pair.arm, pair.base, *numbers, *tests
    if row.single is not None:
        for kind, other in _other_readings(row):
            numbers = (other.ratio, *_ends(other), other.k)
            arms = (row.single.arm, row.single.base)
            yield kind, *arms, *numbers, other.p, None, Verdict.NOT_JUDGED, None
    if row.failure is not None:
        verdict = f"failed: {row.failure.kind}"
        yield "", row.failure.arm, *[""] * 7, verdict, row.floor


def _other_readings(row: Row) -> Iterator[tuple[str, Estimate]]:
    """Yield what the single-threaded ratio is when the same blocks are read in another way."""
    if row.whole is not None:
        yield "all time", row.whole
    if row.split is not None:
        yield "own core", row.split.own
        yield "shared core", row.split.shared


def _ends(of: ArmTime | Estimate) -> tuple[float | None, float | None]:
    """Return the ends of an interval; (0, inf) is none."""
    return (of.low, of.high) if math.isfinite(of.high) else (None, None)
