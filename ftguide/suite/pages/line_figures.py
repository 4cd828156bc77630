"""Charts of several lines: one workload on each of them, and what became faster or slower. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from ftguide.ground.vocabulary import Arm, Build, Mode
from ftguide.suite import line_table
from ftguide.suite.derive.analysis import Row
from ftguide.suite.derive.verdicts import Comparison, Verdict
from ftguide.suite.line_table import Column
from ftguide.suite.pages import charts, figures, sentences, tables
from ftguide.suite.pages.charts import Entry, Mark, Shape
from ftguide.suite.pages.data import Loaded
from ftguide.suite.pages.figures import Figure
from ftguide.suite.record.model import Run

#: More workloads than this are a table's business; a chart shows those that changed most.
MOST = 16

_CHANGED = {Verdict.SLOWER, Verdict.FASTER}


def _mark(comparison: Comparison, name: str) -> Mark:
    build = Arm.parse(comparison.arm).build
    return Mark(
        comparison.ratio,
        comparison.low,
        comparison.high,
        shape=Shape.SQUARE if build is Build.GIL else Shape.CIRCLE,
        series=build,
        name=name,
    )


def _measured(row: Row, columns: Sequence[Column]) -> Iterator[tuple[str, Comparison]]:
    """Yield the ratios of a row that were measured, with the line of the arm as it is written: 3.15t."""
    for column in columns:
        comparison = row.comparison(column.arm, column.base)
        if comparison is not None:
            yield column.heading, comparison


def of_one(loaded: Loaded, row: Row, *, id_: str) -> Figure | None:
    """Chart a workload's time on each line of a run relative to the line before, None for one line."""
    run, threads = loaded.run, loaded.run.plan.threads
    kinds: list[tuple[str, Sequence[Column]]] = []
    if run.lines:
        kinds += [
            ("One thread: line / line before", line_table.between(run, Mode.SINGLE)),
            (f"{threads} threads: line / line before", line_table.between(run, Mode.THREADS)),
        ]
    entries, pairs = [], list[tuple[str, Comparison]]()
    for label, columns in kinds:
        measured = [*_measured(row, columns)]
        if measured:
            marks = tuple(_mark(each, _line(run, each)) for _, each in measured)
            entries.append(Entry(label=label, marks=marks))
            pairs += [(f"{label.partition(':')[0]}: {heading}", each) for heading, each in measured]
    caption = "Time on each line of CPython / time on the line before"
    return _drawn(entries, pairs, id_=id_, caption=caption, of=f" of {row.slug}", head="Ratio")


def _line(run: Run, comparison: Comparison) -> str:
    """Return the line of a comparison's arm, with a t where two lines of one build are compared."""
    arm, base = Arm.parse(comparison.arm), Arm.parse(comparison.base)
    line = arm.line or run.main_line
    return line if arm.line == base.line else f"{line}{arm.build.suffix}"


def changes(
    loaded: Loaded, rows: Sequence[Row], columns: Sequence[Column], *, id_: str, caption: str
) -> Figure | None:
    """Chart the workloads that changed from a line to the next, those that became faster first.

    `columns` are that step on either build. Of many workloads those are shown that changed most.
    """
    changed = []
    for row in rows:
        measured = [*_measured(row, columns)]
        if any(each.verdict in _CHANGED for _, each in measured):
            changed.append((row, measured))
    changed.sort(key=lambda each: -max(abs(math.log(one.ratio)) for _, one in each[1]))
    if len(changed) > MOST:
        caption += f" (the {MOST} of {len(changed)} workloads that changed most)"
    chosen = sorted(changed[:MOST], key=lambda each: min(one.ratio for _, one in each[1]))
    entries, pairs = [], list[tuple[str, Comparison]]()
    for row, measured in chosen:
        label = tables.title(loaded, row.slug)
        marks = tuple(_mark(each, _line(loaded.run, each)) for _, each in measured)
        entries.append(Entry(label=label, note=_note(measured), marks=marks))
        pairs += [(f"{label}, {heading}", each) for heading, each in measured]
    return _drawn(entries, pairs, id_=id_, caption=caption, of="", head="Workload")


def _note(measured: Sequence[tuple[str, Comparison]]) -> str:
    """Say the verdict where the builds agree on it, else nothing: the marks are named."""
    verdicts = {each.verdict for _, each in measured}
    return str(verdicts.pop()) if len(verdicts) == 1 else ""


def _drawn(
    entries: Sequence[Entry],
    pairs: Sequence[tuple[str, Comparison]],
    *,
    id_: str,
    caption: str,
    of: str,
    head: str,
) -> Figure | None:
    if not entries:
        return None
    return Figure(
        svg=charts.lines_chart(
            entries, id_=id_, title=f"{caption}{of}", desc=figures.judged(pairs)
        ),
        id_=id_,
        caption=caption,
        says=sentences.of_changes(pairs),
        head=head,
        pairs=pairs,
    )
