"""Chart nodes from reports: which rows become which marks, and the table that says the same.

Pure, like `tables.py`; the drawing itself is in `charts.py`.
"""

from __future__ import annotations

from collections.abc import Sequence

from docutils import nodes

from ftguide.docs.grid import Column, Line, table
from ftguide.docs.nodes import chart
from ftguide.render import numbers
from ftguide.suite import words
from ftguide.suite.derive.analysis import Row
from ftguide.suite.derive.verdicts import Comparison, Verdict
from ftguide.suite.pages import charts, data, tables
from ftguide.suite.pages.charts import Entry, Mark, Shape
from ftguide.suite.pages.data import Loaded

_SHAPES = {Verdict.SLOWER: Shape.CIRCLE, Verdict.FASTER: Shape.DIAMOND}


def _mark(comparison: Comparison) -> Mark:
    return Mark(
        value=comparison.ratio,
        low=comparison.low,
        high=comparison.high,
        shape=_SHAPES.get(comparison.verdict, Shape.RING),
    )


def _spoken(comparison: Comparison) -> str:
    value, ends = words.ratio_parts(comparison)
    return f"{value}, 95 % interval {ends.replace(numbers.EN_DASH, ' to ')}"


def _node(
    svg: str,
    *,
    caption: str,
    pairs: Sequence[tuple[str, Comparison]],
    beside: bool,
    id_: str,
    head: str,
) -> chart:
    lines = [Line(cells=[label, *words.ratio_parts(comparison)]) for label, comparison in pairs]
    columns = [
        Column(title=head),
        Column(title="Ratio", numeric=True),
        Column(title="95 % interval", numeric=True),
    ]
    node = chart(svg=svg, caption=caption, beside=beside, ids=[id_])
    node += table(caption, columns, lines)
    return node


def ratios(loaded: Loaded, rows: Sequence[Row], *, id_: str, beside: bool) -> chart | None:
    """Chart the one-thread time ratios of several workloads."""
    pairs = [(tables.title(loaded, r.slug), r, r.single) for r in rows if r.single is not None]
    if not pairs:
        return None
    entries = [
        Entry(label=label, note=comparison.verdict, marks=(_mark(comparison),), floor=row.floor)
        for label, row, comparison in pairs
    ]
    caption = "One thread: time on the free-threaded build / time on the GIL-enabled build"
    desc = "; ".join(
        f"{label}: {_spoken(comparison)}, {comparison.verdict}" for label, _, comparison in pairs
    )
    svg = charts.ratio_chart(entries, id_=id_, title=caption, desc=desc)
    named = [(label, comparison) for label, _, comparison in pairs]
    return _node(
        svg, caption=caption, pairs=named, beside=beside, id_=f"{id_}-figure", head="Workload"
    )


def ratios_of_one(row: Row, *, id_: str, beside: bool) -> chart | None:
    """Chart all time ratios of one workload."""
    pairs = [
        (f"{comparison.arm} / {comparison.base}", comparison)
        for comparison in data.comparisons(row)
        if comparison.kind == "time" and comparison not in row.again
    ]
    if not pairs:
        return None
    entries = [
        Entry(
            label=label,
            note=comparison.verdict,
            marks=(_mark(comparison),),
            floor=row.floor_of(comparison),
        )
        for label, comparison in pairs
    ]
    caption = "Time ratios"
    desc = "; ".join(
        f"{label}: {_spoken(comparison)}, {comparison.verdict}" for label, comparison in pairs
    )
    svg = charts.ratio_chart(entries, id_=id_, title=f"{caption} of {row.slug}", desc=desc)
    return _node(svg, caption=caption, pairs=pairs, beside=beside, id_=f"{id_}-figure", head="Arms")


def speedups(loaded: Loaded, rows: Sequence[Row], *, id_: str, beside: bool) -> chart | None:
    """Chart the throughput of several threads on both builds, relative to one GIL-enabled thread."""
    rows = [row for row in rows if row.user_speedup is not None]
    count = tables.workers(rows)
    if not rows or count is None:
        return None
    entries, pairs = [], []
    for row in rows:
        label = tables.title(loaded, row.slug)
        sides = (
            ("FT", Shape.CIRCLE, "ft", row.user_speedup),
            ("GIL", Shape.SQUARE, "gil", row.gil_speedup),
        )
        marks = []
        for name, shape, series, comparison in sides:
            if comparison is not None:
                marks.append(
                    Mark(
                        value=comparison.ratio,
                        low=comparison.low,
                        high=comparison.high,
                        shape=shape,
                        series=series,
                        name=name,
                    )
                )
                pairs.append((f"{label}, {name}", comparison))
        entries.append(Entry(label=label, marks=tuple(marks)))
    caption = f"{count} threads: throughput relative to one thread of the GIL-enabled build"
    desc = (
        "; ".join(f"{label}: {_spoken(comparison)}" for label, comparison in pairs)
        + f". The dashed line is the ideal, {count}."
    )
    svg = charts.speedup_chart(entries, workers=count, id_=id_, title=caption, desc=desc)
    return _node(
        svg, caption=caption, pairs=pairs, beside=beside, id_=f"{id_}-figure", head="Workload"
    )


def paragraph(text: str) -> nodes.paragraph:
    """Return a paragraph of plain text."""
    return nodes.paragraph("", "", nodes.Text(text))
