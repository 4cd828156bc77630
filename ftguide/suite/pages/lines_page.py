"""Several lines of CPython side by side: the directive of the page about them, and a part of other pages.

    ```{bench:lines}```                          means over workloads, and what became faster or slower
    ```{bench:lines}
    :group: interpreter
    ```                                          the tables of one group

Both show the newest published run over several lines. Where nobody has published one they show the newest
local one, and say so; without any they say how to get one.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import ClassVar, NamedTuple

from docutils import nodes
from docutils.parsers.rst import directives

from ftguide.ground.vocabulary import Arm, Build, Mode
from ftguide.statistics.estimates import Interval
from ftguide.suite import line_table
from ftguide.suite.derive.analysis import Row
from ftguide.suite.derive.families import Family
from ftguide.suite.derive.lines import spelled
from ftguide.suite.derive.verdicts import Comparison, ComparisonKind
from ftguide.suite.line_table import Column
from ftguide.suite.pages import data, line_figures, standalone, tables
from ftguide.suite.pages.data import Loaded, Results
from ftguide.suite.pages.directives import BenchDirective
from ftguide.suite.pages.tables import draw
from ftguide.suite.record.model import Run

#: The page of all workloads; sites of tests may lack it.
PAGE = "benchmarks/lines"


class Cell(NamedTuple):
    """A ratio of a table, and the anchor it has there."""

    ratio: Comparison | None
    anchor: str


class Table(NamedTuple):
    """Ratios of workloads; a column for each line, or for each step from line to line."""

    caption: str
    headings: list[str]
    rows: list[tuple[Row, list[Cell]]]
    steps: bool  #: whether each ratio is a line's to the line before, and its verdict is said


def chosen(results: Results, slug: str | None = None) -> Loaded | None:
    """Return the newest published run over several lines, else the newest local one.

    With a slug only runs that have times for that workload count.
    """
    locally = filter(None, map(results.load, results.local))
    published = results.newest(
        lambda entry, run: run.lines and (slug is None or slug in results.planned(entry))
    )
    for loaded in itertools.chain(published, locally):
        if loaded.run.lines and (slug is None or loaded.timed(slug) is not None):
            return loaded
    return None


class LinesDirective(BenchDirective):
    """Show a run over several lines: all of it in short, or with `:group:` the tables of a group."""

    option_spec: ClassVar = {"group": directives.unchanged_required}

    def run(self) -> list[nodes.Node]:
        """Return the tables and charts, or a box that says how to measure lines."""
        loaded = chosen(self.results())
        if loaded is None:
            return draw("lines.nothing" if "group" in self.options else "lines.empty")
        self.use(loaded)
        rows = [row for row in self.select(loaded) if row.failure is None]
        if "group" not in self.options:
            return self.overview(loaded, rows)
        if not rows:
            return draw("lines.absent")
        shown = [*tables_of(loaded.run, rows)]
        self.note_anchors(loaded, shown)
        return draw("lines.group", loaded, shown)

    def overview(self, loaded: Loaded, rows: Sequence[Row]) -> list[nodes.Node]:
        """Return where the numbers come from, the means, and a chart for each step and number of threads."""
        run = loaded.run
        drawn: list[nodes.Node] = []
        for mode, of in (
            (Mode.SINGLE, "One thread"),
            (Mode.THREADS, f"{run.plan.threads} threads"),
        ):
            for step in line_table.steps(run, mode):
                caption = f"{of}: {_step(step)}, where it changed"
                figure = line_figures.changes(
                    loaded, rows, step, id_=self.chart_id(), caption=caption
                )
                if figure is not None:
                    drawn += figure.drawn(beside=False)
                    drawn.append(self.file_of(figure, of, step[0].heading, loaded))
        return draw(
            "lines.overview",
            loaded,
            within=line_table.within(run, Mode.SINGLE),
            steps={_step(step): step for step in line_table.steps(run, Mode.SINGLE)},
            means=[*means_of(loaded)],
            charts=drawn,
            failed=[row for row in loaded.report.rows if row.failure is not None],
            outdated=[row for row in rows if data.outdated(loaded, row.slug) is not None],
        )

    def note_anchors(self, loaded: Loaded, shown: Sequence[Table]) -> None:
        """Register the ratios that have a name of their own here: those that spell the main line."""
        main = loaded.run.main_line
        for table in shown:
            for row, cells in table.rows:
                for ratio, anchor in cells:
                    if ratio is None or not anchor:
                        continue
                    arm, base = spelled(ratio.arm, main), spelled(ratio.base, main)
                    if (arm, base) != (ratio.arm, ratio.base):
                        name = data.number_name(row.slug, arm, base)
                        self.domain.note_object(name, "ratio", anchor, run_id=loaded.run.run_id)


def tables_of(run: Run, rows: Sequence[Row]) -> Iterator[Table]:
    """Yield the tables of some rows that have anything in them: one thread's, then those of several."""
    for caption, columns in _questions(run):
        cells = [(row, [*_cells(run, row, columns)]) for row in rows]
        measured = [(row, own) for row, own in cells if any(cell.ratio for cell in own)]
        if measured:
            headings = [column.heading for column in columns]
            ratios = [cell.ratio for _, own in measured for cell in own if cell.ratio is not None]
            steps = all(ratio.kind is ComparisonKind.LINE for ratio in ratios)
            yield Table(f"{caption} (95 % interval)", headings, measured, steps)


def _questions(run: Run) -> Iterator[tuple[str, Sequence[Column]]]:
    """Yield what tables are about, and their columns; no more than there are lines, for narrow screens."""
    n = run.plan.threads
    builds = "time on the free-threaded build / time on the GIL-enabled build"
    yield f"One thread: {builds}", line_table.within(run, Mode.SINGLE)
    for step in line_table.steps(run, Mode.SINGLE):
        yield f"One thread: {_step(step)}", step
    threads = f"{n} threads, free-threaded: throughput relative to one thread of the"
    yield f"{threads} GIL-enabled build of the same line", line_table.throughput(run, Build.GIL)
    yield (
        f"{threads} free-threaded build of the same line; {n} is ideal",
        line_table.throughput(run, Build.FREE_THREADED),
    )
    for step in line_table.steps(run, Mode.THREADS):
        yield f"{n} threads: {_step(step)}", step


def _step(columns: Sequence[Column]) -> str:
    """Say which line is set against which; the first column is the GIL-enabled build's."""
    new, _, old = columns[0].heading.partition("/")
    return f"time on {new} / time on {old}"


def _cells(run: Run, row: Row, columns: Sequence[Column]) -> Iterator[Cell]:
    for column in columns:
        ratio = row.comparison(column.arm, column.base)
        arm, base = (spelled(name, run.main_line) for name in (column.arm, column.base))
        yield Cell(ratio, data.anchor(row.slug, arm, base) if ratio is not None else "")


def means_of(loaded: Loaded) -> Iterator[tuple[Family, int, dict[tuple[str, str], Interval]]]:
    """Yield every family with its workloads and its means by arm and base; those of one workload are none."""
    of_lines = loaded.report.line_means
    for mean in loaded.report.means:
        if mean.workloads > 1:
            own: dict[tuple[str, str], Interval] = {
                (each.arm, each.base): each for each in of_lines if each.family == mean.family
            }
            own[str(Arm(Build.FREE_THREADED, Mode.SINGLE)), str(Arm(Build.GIL, Mode.SINGLE))] = mean
            yield mean.family, mean.workloads, own


def of_workload(page: BenchDirective, slug: str) -> list[nodes.Node]:
    """Return the part of a workload's page about lines; nothing where no run over several has it."""
    loaded = chosen(page.results(), slug)
    if loaded is None:
        return []
    page.use(loaded)
    chart = line_figures.of_one(loaded, loaded.report.row(slug), id_=page.chart_id())
    if chart is None:
        return []
    title = tables.title(loaded, slug)
    link = standalone.link(chart, f"{slug}-steps", title=title, runs=[loaded])
    drawn = [*chart.drawn(beside=False), link]
    return draw("lines.workload_part", loaded, drawn, linked=PAGE in page.env.found_docs)
