"""Figures from reports: which rows become which marks, the sentence beside them, and the same as a table.

Pure; the drawing itself is in `charts.py`, the sentences are in `sentences.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from docutils import nodes

from ftguide.render import numbers
from ftguide.render.nodes import chart
from ftguide.suite import words
from ftguide.suite.derive.analysis import Row
from ftguide.suite.derive.verdicts import Comparison, Verdict
from ftguide.suite.pages import charts, sentences, tables
from ftguide.suite.pages.charts import Entry, Mark, Shape
from ftguide.suite.pages.data import Loaded
from ftguide.suite.pages.sentences import Pair

SHAPES = {Verdict.SLOWER: Shape.CIRCLE, Verdict.FASTER: Shape.DIAMOND}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A drawing with its sentence and its numbers."""

    svg: str
    id_: str
    caption: str
    says: str
    head: str  #: of the column of labels
    pairs: Sequence[Pair]

    def drawn(self, *, beside: bool) -> list[nodes.Node]:
        """Return the sentence and the chart; `beside`: a table with its numbers stands nearby.

        Where the table folds out below the chart, the chart refers to it instead of telling its numbers, too:
        to hear them twice helps nobody.
        """
        drawn = self.svg if beside else _DESCRIBED.sub(rf"\1{BELOW}", self.svg)
        shown = chart(svg=drawn, caption=self.caption, beside=beside, ids=[f"{self.id_}-figure"])
        shown += tables.draw("rows.charted", self.caption, self.head, self.pairs)
        return [nodes.paragraph("", self.says, classes=["bench-says"]), shown]


def spoken(pair: Pair) -> str:
    """Say a labelled ratio for who cannot see the chart."""
    label, ratio = pair
    value, ends = words.ratio_parts(ratio)
    return f"{label}: {value}, 95 % interval {ends.replace(numbers.EN_DASH, ' to ')}"


#: What a drawing says of itself where a table with all of its numbers stands right before it, or below it.
BESIDE = "The table above has these numbers."
BELOW = "The table below has these numbers."
_DESCRIBED = re.compile(r"(<desc\b[^>]*>)[^<]*")


def ratios(loaded: Loaded, rows: Sequence[Row], *, id_: str, beside: bool = False) -> Figure | None:
    """Chart the one-thread time ratios of several workloads; None without any.

    `beside`: a table with its numbers stands nearby, which the drawing refers to instead of telling them.
    """
    measured = [
        (tables.title(loaded, row.slug), row.single, row.floor)
        for row in rows
        if row.single is not None
    ]
    if not measured:
        return None
    caption = "One thread: time on the free-threaded build / time on the GIL-enabled build"
    entries, pairs = [], []
    for label, comparison, floor in measured:
        entries.append(timed(label, comparison, floor))
        pairs.append((label, comparison))
    return Figure(
        svg=charts.ratio_chart(
            entries, id_=id_, title=caption, desc=BESIDE if beside else judged(pairs)
        ),
        id_=id_,
        caption=caption,
        says=sentences.of_several(
            "the free-threaded build",
            quoted(pairs),
            unit="workloads",
            place="in",
            more="takes more time",
            less="takes less time",
        ),
        head="Workload",
        pairs=pairs,
    )


def quoted(pairs: Sequence[Pair]) -> list[Pair]:
    """Return pairs of workloads with their titles in quotation marks, for a sentence."""
    left, right = "\N{LEFT DOUBLE QUOTATION MARK}", "\N{RIGHT DOUBLE QUOTATION MARK}"
    return [(f"{left}{title}{right}", of) for title, of in pairs]


def timed(label: str, comparison: Comparison, floor: float | None, *, note: str = "") -> Entry:
    """Return a time ratio with its verdict and its noise floor."""
    mark = Mark(
        comparison.ratio,
        comparison.low,
        comparison.high,
        shape=SHAPES.get(comparison.verdict, Shape.RING),
    )
    return Entry(label=label, note=note or comparison.verdict, marks=(mark,), floor=floor)


def judged(pairs: Iterable[tuple[str, Comparison]]) -> str:
    """Say labelled ratios with their verdicts, for who cannot see the chart."""
    return "; ".join(f"{spoken(pair)}, {words.verdict_text(pair[1], None)}" for pair in pairs)


def speedups(
    loaded: Loaded, rows: Sequence[Row], *, id_: str, beside: bool = False
) -> Figure | None:
    """Chart the throughput of several threads on both builds, relative to one GIL-enabled thread.

    `beside` is that of `ratios`.
    """
    rows = [row for row in rows if row.user_speedup is not None]
    count = tables.workers(rows)
    if not rows or count is None:
        return None
    entries, pairs, gained = [], list[Pair](), list[Pair]()
    for row in rows:
        label = tables.title(loaded, row.slug)
        marks = []
        for name, shape, comparison in (
            ("FT", Shape.CIRCLE, row.user_speedup),
            ("GIL", Shape.SQUARE, row.gil_speedup),
        ):
            if comparison is not None:
                ratio, low, high = comparison.ratio, comparison.low, comparison.high
                series, ideal = name.lower(), float(count)
                marks.append(
                    Mark(ratio, low, high, shape=shape, series=series, name=name, ideal=ideal)
                )
                pairs.append((f"{label}, {name}", comparison))
                if name == "FT":
                    gained.append((label, comparison))
        entries.append(Entry(label=label, marks=tuple(marks)))
    caption = f"{count} threads: throughput relative to one thread of the GIL-enabled build"
    told = BESIDE if beside else f"{'; '.join(map(spoken, pairs))}."
    desc = f"{told} The dashed line is the ideal, {count}."
    return Figure(
        svg=charts.throughput_chart(entries, id_=id_, title=caption, desc=desc),
        id_=id_,
        caption=caption,
        says=sentences.of_several(
            f"compared with {sentences.ONE_THREAD}, {sentences.count(count)} threads of the free-threaded "
            "build",
            quoted(gained),
            unit="workloads",
            place="in",
            more="do more work",
            less="do less work",
        ),
        head="Workload",
        pairs=pairs,
    )
