"""The table at the end of a run, for a terminal of 80 columns and up."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from benchmarks.workloads.declare import Group
from ftguide.suite import line_table, reading_words, words
from ftguide.suite.derive import flags
from ftguide.suite.derive.analysis import Report, Row
from ftguide.suite.derive.reading import Verdict, reading, whole
from ftguide.suite.derive.verdicts import Comparison
from ftguide.suite.reading_words import Page

#: The least width of the column of names, which are broken at their hyphens, and of the words of a verdict.
NARROWEST_NAME = 14
VERDICT_WIDTH = 13
#: Between two columns.
GAP = 2
#: Where `nox -s docs` puts the pages.
BUILT = "_build/html/"
#: A column of the table of lines: an interval such as [0.953, 0.961], and the space around it.
LINE_WIDTH = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of the table, and what it means in a line of at most 80 columns."""

    heading: str
    cells: Sequence[str]
    legend: str = ""

    @property
    def width(self) -> int:
        """How many columns of the terminal it needs."""
        lines = [line for text in (self.heading, *self.cells) for line in text.splitlines()]
        return max(map(len, lines), default=0)


def print_report(console: Console, report: Report) -> None:
    """Print one row per workload: cost of one thread, gain of several, verdict, efficiency; then notes.

    Numbers are never cut: intervals stand below them, and a terminal without room loses whole columns,
    the efficiency first and the verdict next. `report --csv` and the page have them.
    """
    names = [row.slug for row in report.rows]
    columns = fitting([*numbered(report)], console.width)
    room = console.width - sum(column.width + GAP for column in columns) - 1
    name_width = max(NARROWEST_NAME, min(room, max(map(len, ["workload", *names]))))
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0))
    table.add_column("workload", no_wrap=True)
    for column in columns:
        table.add_column(column.heading, no_wrap=True)
    for name, *texts in zip(names, *(column.cells for column in columns), strict=True):
        broken = "\n".join(textwrap.wrap(name, name_width, break_on_hyphens=True))
        table.add_row(broken, *map(styled, texts))
    console.print()
    console.print(table, soft_wrap=False)
    for column in columns:
        if column.legend:
            console.print(column.legend, style="dim")
    print_lines(console, report)
    for note in notes(report):
        console.print(note)


def numbered(report: Report) -> Iterator[Column]:
    """Yield the columns beside the names, the most important first."""
    rows, threads = report.rows, report.stored.run.plan.threads
    as_whole = any(
        whole(report.stored.planned(row.slug)) for row in rows if row.group == Group.MINE
    )
    yield Column(
        heading="time\nFT / GIL" if as_whole else "1 thread\nFT / GIL",
        cells=[
            _failed(row) or _below(words.ratio_text(row.single) if row.single else "")
            for row in rows
        ],
        legend="FT / GIL: time on the free-threaded / GIL-enabled build, 95 % interval over blocks",
    )
    if any(row.user_speedup for row in rows):
        yield Column(
            heading=f"{threads} threads\n/ 1 GIL thread",
            cells=[_ratio(row.user_speedup) for row in rows],
            legend=f"{threads} threads: work per time of free-threaded threads / of one GIL-enabled thread",
        )
    yield Column(heading="reads as", cells=[_verdict(report, row) for row in rows])
    if any(row.efficiency for row in rows):
        yield Column(
            heading="efficiency\nof threads",
            cells=[_ratio(row.efficiency) for row in rows],
            legend="efficiency: time of the same work in processes / in threads, free-threaded build",
        )


def fitting(columns: Sequence[Column], width: int) -> list[Column]:
    """Return the columns that a terminal has room for, in the order in which they are read."""
    kept = list(columns)
    while len(kept) > 1 and NARROWEST_NAME + sum(one.width + GAP for one in kept) >= width:
        kept.pop()
    return kept


def styled(text: str) -> str:
    """Escape a cell; what failed is red."""
    return f"[bold red]{escape(text)}[/]" if text.startswith("failed") else escape(text)


def _failed(row: Row) -> str:
    return "" if row.failure is None else f"failed\n{row.failure.kind}"


def _ratio(comparison: Comparison | None) -> str:
    return _below(words.ratio_text(comparison)) if comparison else ""


def _below(ratio: str) -> str:
    """Put an interval below its number."""
    return ratio.replace(" [", "\n[")


def _verdict(report: Report, row: Row) -> str:
    """Say what the cost of one thread reads as, in lines that fit a column."""
    if row.failure is not None or row.single is None:
        return "" if row.failure else "not measured"
    text = words.reading(row.single, row.floor)
    if row.group == Group.MINE:
        found = reading(report, row.slug)
        if found.verdict is Verdict.GROWS:
            text = f"{reading_words.in_short(found)}: no ratio holds"
        elif found.whole is not None:
            text = f"{text} ({reading_words.WHOLE[found.whole]})"
    return "\n".join(textwrap.wrap(text, VERDICT_WIDTH, break_long_words=False))


def print_readings(console: Console, report: Report) -> bool:
    """Say in sentences what the numbers of the reader's own code say together, and where to read on.

    Returns whether there was anything to say.
    """
    own = [row for row in report.rows if row.group == Group.MINE and row.blocks]
    told = [reading(report, row.slug) for row in own if row.failure is None]
    if not told:
        return bool(own)
    console.print("\n[bold]What it says[/]")
    width = min(console.width, 100)
    pages: list[Page] = []
    for found in told:
        text = " ".join(reading_words.sentences(found))
        in_short = reading_words.in_short(found)
        console.print(f"\n[bold]{escape(found.planned.title)}: {in_short}[/]")
        console.print(textwrap.fill(text, width, break_on_hyphens=False), markup=False)
        where = reading_words.pages(found)
        for page in where:
            console.print(f"  see {page.address(base())}", markup=False)
        pages += where
    if pages and base() == BUILT:
        console.print("\n`nox -s docs` builds these pages.", style="dim")
    return True


def base() -> str:
    """Return where the pages are: the address that conf.py builds the site for, else the local build."""
    site = os.environ.get("READTHEDOCS_CANONICAL_URL") or os.environ.get("SITE_URL")
    return f"{site.rstrip('/')}/" if site else BUILT


def print_lines(console: Console, report: Report) -> None:
    """Print the ratios of a run over several lines, in as many tables as the width needs."""
    shown = line_table.columns(report.stored.run)
    if not shown:
        return
    rows = [*line_table.rows(report, shown)]
    names = max((len(name) for name, *_ in rows), default=0)
    fitting = max(1, (console.width - names) // LINE_WIDTH)
    console.print("\n[bold]Lines[/]")
    for first in range(0, len(shown), fitting):
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
        table.add_column("workload", no_wrap=True)
        for column in shown[first : first + fitting]:
            table.add_column(column.heading, no_wrap=True)
        for name, *texts in rows:
            own = texts[first : first + fitting]
            table.add_row(name, *(escape(text.replace(" [", "\n[")) for text in own))
        console.print(table, soft_wrap=False)
    console.print(line_table.LEGEND, style="dim")


def notes(report: Report) -> Iterator[str]:
    """Yield what is said below the table: means, failures, flags of rows and of the run."""
    for mean in report.means:
        if mean.workloads < 2 or mean.family.group == Group.MINE:
            continue  # the mean of one is the row above, that of somebody's functions means nothing
        family, ratio = mean.family, words.ratio_text(mean)
        name = family.group if family.part is None else f"{family.group}: {family.part}"
        yield f"{name}, geometric mean of {mean.workloads} workloads: {ratio}"
    shares = [one for measured in report.series.values() if (one := flags.others(measured))]
    several = any(row.user_speedup for row in report.rows)
    if several and max(shares, default=0.0) > flags.BUSY:
        yield (
            f"[bold yellow]This machine was busy: other programs used up to {100 * max(shares):.0f} % of its "
            "CPU time.[/]\nRatios of several workers are then wrong by more than their intervals say."
        )
    for row in report.rows:
        if row.failure is not None:
            yield failure_note(row)
        elif row.flags:
            yield f"[yellow]{row.slug}[/]: {escape(', '.join(map(words.flag_text, row.flags)))}"
    for flag in report.stored.run.flags:
        yield f"[bold yellow]{escape(flag)}[/]"


def failure_note(row: Row) -> str:
    """Say what happened, with the tail of the workload's output."""
    failure = row.failure
    assert failure is not None
    note = f"[bold red]{row.slug}[/] ({failure.arm}) {failure.kind}: {escape(failure.message)}"
    if failure.tail:
        note += "\n" + escape("\n".join(f"    {line}" for line in failure.tail.splitlines()))
    return note
