"""A run as one table for other programs: `report --csv` and the file that run pages offer. Pure."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Sequence

from ftguide.statistics.estimates import Estimate
from ftguide.suite import words
from ftguide.suite.derive.analysis import Report, Row

COLUMNS = (
    *("run_id", "workload", "version", "group", "quantity", "arm", "base", "value", "low", "high"),
    *("blocks", "p", "q", "verdict", "noise_floor_ln", "flags"),
)


def results_csv(report: Report) -> str:
    """Return all times and ratios of a run as CSV, one line each, with a header.

    Numbers have nine significant digits; what does not exist (an interval of one block, a floor
    without A/A copies) is empty. A failed workload has one line more, whose verdict says so.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in report.rows:
        planned = report.stored.planned(row.slug)
        head = (report.stored.run.run_id, row.slug, str(planned.version), row.group)
        flags = "; ".join(map(words.flag_text, row.flags))
        writer.writerows([*map(_inert, (*head, *line, flags))] for line in _lines(row))
    return text.getvalue()


def _inert(text: str) -> str:
    """Keep a spreadsheet from taking text of a contributed run for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text


def _lines(row: Row) -> Iterator[Sequence[str]]:
    """Yield the columns from `quantity` to `noise_floor_ln`."""
    for time in row.times:
        numbers = (time.mean, time.low, time.high)
        yield "seconds", time.arm, "", *_numbers(*numbers), str(row.blocks), "", "", "", ""
    for one in row.comparisons:
        numbers = (one.ratio, one.low, one.high)
        tests = (str(one.k), _number(one.p), _number(one.q))
        floor = _number(row.floor_of(one))
        yield one.kind, one.arm, one.base, *_numbers(*numbers), *tests, str(one.verdict), floor
    if row.single is not None:
        arms = (row.single.arm, row.single.base)
        for kind, other in _other_readings(row):
            numbers = (other.ratio, other.low, other.high)
            tests = (str(other.k), _number(other.p), "")
            yield kind, *arms, *_numbers(*numbers), *tests, "not judged", ""
    if row.failure is not None:
        verdict = f"failed: {row.failure.kind}"
        yield "", row.failure.arm, *[""] * 7, verdict, _number(row.floor)


def _other_readings(row: Row) -> Iterator[tuple[str, Estimate]]:
    """Yield what the single-threaded ratio is when the same blocks are read in another way."""
    if row.whole is not None:
        yield "all time", row.whole
    if row.split is not None:
        yield "own core", row.split.own
        yield "shared core", row.split.shared


def _numbers(value: float, low: float, high: float) -> tuple[str, str, str]:
    """Spell a value and its interval; (0, inf) is none."""
    return _number(value), _number(low if math.isfinite(high) else None), _number(high)


def _number(value: float | None) -> str:
    return "" if value is None or not math.isfinite(value) else f"{value:.9g}"
