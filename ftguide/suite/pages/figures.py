"""Chart nodes from reports: which rows become which marks, and the table that says the same.

Pure; the drawing itself is in `charts.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ftguide.render import numbers
from ftguide.render.nodes import chart
from ftguide.suite import words
from ftguide.suite.derive.analysis import Row
from ftguide.suite.derive.lines import on_main_line
from ftguide.suite.derive.verdicts import Comparison, Verdict
from ftguide.suite.pages import charts, data, tables
from ftguide.suite.pages.charts import Entry, Mark, Shape
from ftguide.suite.pages.data import Loaded

_SHAPES = {Verdict.SLOWER: Shape.CIRCLE, Verdict.FASTER: Shape.DIAMOND}

#: A ratio of a chart with its label.
Pair = tuple[str, Comparison]


def spoken(pair: Pair) -> str:
    """Say a labelled ratio for who cannot see the chart."""
    label, comparison = pair
    value, ends = words.ratio_parts(comparison)
    return f"{label}: {value}, 95 % interval {ends.replace(numbers.EN_DASH, ' to ')}"


def node(
    svg: str, pairs: Sequence[Pair], *, id_: str, caption: str, head: str, beside: bool
) -> chart:
    """Return a drawing with the table of its numbers."""
    drawn = chart(svg=svg, caption=caption, beside=beside, ids=[f"{id_}-figure"])
    drawn += tables.draw("rows.charted", caption, head, pairs)
    return drawn


def _ratio_chart(
    ratios_: Iterable[tuple[str, Comparison, float | None]],
    *,
    id_: str,
    caption: str,
    of: str = "",
    head: str,
    beside: bool,
) -> chart | None:
    """Chart labelled time ratios with their noise floors; None without any."""
    entries, pairs = [], []
    for label, comparison, floor in ratios_:
        shape = _SHAPES.get(comparison.verdict, Shape.RING)
        mark = Mark(comparison.ratio, comparison.low, comparison.high, shape=shape)
        entries.append(Entry(label=label, note=comparison.verdict, marks=(mark,), floor=floor))
        pairs.append((label, comparison))
    if not pairs:
        return None
    desc = "; ".join(f"{spoken(pair)}, {pair[1].verdict}" for pair in pairs)
    svg = charts.ratio_chart(entries, id_=id_, title=f"{caption}{of}", desc=desc)
    return node(svg, pairs, id_=id_, caption=caption, head=head, beside=beside)


def ratios(loaded: Loaded, rows: Sequence[Row], *, id_: str, beside: bool) -> chart | None:
    """Chart the one-thread time ratios of several workloads."""
    return _ratio_chart(
        (
            (tables.title(loaded, row.slug), row.single, row.floor)
            for row in rows
            if row.single is not None
        ),
        id_=id_,
        caption="One thread: time on the free-threaded build / time on the GIL-enabled build",
        head="Workload",
        beside=beside,
    )


def ratios_of_one(row: Row, *, id_: str, beside: bool) -> chart | None:
    """Chart the time ratios of one workload on the main line; `lines_of_one` has the others."""
    return _ratio_chart(
        (
            (f"{comparison.arm} / {comparison.base}", comparison, row.floor_of(comparison))
            for comparison in data.comparisons(row)
            if comparison.kind == "time"
            and comparison not in row.replicates
            and on_main_line(comparison)
        ),
        id_=id_,
        caption="Time ratios",
        of=f" of {row.slug}",
        head="Arms",
        beside=beside,
    )


def speedups(loaded: Loaded, rows: Sequence[Row], *, id_: str, beside: bool) -> chart | None:
    """Chart the throughput of several threads on both builds, relative to one GIL-enabled thread."""
    rows = [row for row in rows if row.user_speedup is not None]
    count = tables.workers(rows)
    if not rows or count is None:
        return None
    entries, pairs = [], []
    for row in rows:
        label = tables.title(loaded, row.slug)
        marks = []
        for name, shape, comparison in (
            ("FT", Shape.CIRCLE, row.user_speedup),
            ("GIL", Shape.SQUARE, row.gil_speedup),
        ):
            if comparison is not None:
                ratio, low, high = comparison.ratio, comparison.low, comparison.high
                marks.append(Mark(ratio, low, high, shape=shape, series=name.lower(), name=name))
                pairs.append((f"{label}, {name}", comparison))
        entries.append(Entry(label=label, marks=tuple(marks)))
    caption = f"{count} threads: throughput relative to one thread of the GIL-enabled build"
    desc = f"{'; '.join(map(spoken, pairs))}. The dashed line is the ideal, {count}."
    svg = charts.speedup_chart(entries, workers=count, id_=id_, title=caption, desc=desc)
    return node(svg, pairs, id_=id_, caption=caption, head="Workload", beside=beside)
