"""The table at the end of a run, for a terminal of 80 columns and up."""

from __future__ import annotations

from collections.abc import Iterator

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ftguide.suite import line_table, words
from ftguide.suite.derive.analysis import Report, Row

#: A terminal narrower than this has no room for the speed-up; `report --csv` and the page have it.
WIDE = 116
#: A column of the table of lines: an interval such as [0.953, 0.961], and the space around it.
LINE_WIDTH = 16
#: What the columns mean, in lines of at most 80 columns.
RATIO = "ratio: time on the free-threaded / GIL-enabled build, 95 % interval over blocks"
THREADS = "threads: throughput of free-threaded threads against one GIL-enabled thread"
EFFICIENCY = "efficiency: time of the same work in processes / in threads, free-threaded build"


def print_report(console: Console, report: Report) -> None:
    """Print one row per workload: ratio with interval, verdict, speed-up, thread efficiency, flags."""
    plan = report.stored.run.plan
    parallel = any(row.efficiency or row.user_speedup for row in report.rows)
    wide = parallel and console.width >= WIDE
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("workload", no_wrap=True)
    table.add_column("FT / GIL, 1 thread", no_wrap=True)
    table.add_column("verdict", min_width=11)
    if wide:
        table.add_column(f"{plan.threads} threads / GIL x1", no_wrap=True)
    if parallel:
        table.add_column("efficiency")
    for row in report.rows:
        table.add_row(*cells(row, parallel=parallel, wide=wide))
    console.print()
    console.print(table, soft_wrap=False)
    for line in (RATIO, *([THREADS] if wide else []), *([EFFICIENCY] if parallel else [])):
        console.print(line, style="dim")
    print_lines(console, report)
    for note in notes(report):
        console.print(note)


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
        if mean.workloads < 2:
            continue  # the mean of one is the row above
        family, ratio = mean.family, words.ratio_text(mean)
        name = family.group if family.part is None else f"{family.group}: {family.part}"
        yield f"{name}, geometric mean of {mean.workloads} workloads: {ratio}"
    for row in report.rows:
        if row.failure is not None:
            yield failure_note(row)
        elif row.flags:
            yield f"[yellow]{row.slug}[/]: {escape(', '.join(map(words.flag_text, row.flags)))}"
    for flag in report.stored.run.flags:
        yield f"[bold yellow]{escape(flag)}[/]"


def cells(row: Row, *, parallel: bool, wide: bool) -> list[str]:
    """Format one row."""
    if row.failure is not None:
        return [row.slug, "[bold red]failed[/]", row.failure.kind]
    single = row.single
    found = [
        row.slug,
        words.ratio_text(single) if single else "not measured",
        escape(words.reading(single, row.floor)) if single else "",
    ]
    if parallel:
        shown = (row.user_speedup, row.efficiency) if wide else (row.efficiency,)
        texts = [words.ratio_text(one) if one else "" for one in shown]
        found += texts if wide else [text.replace(" [", "\n[") for text in texts]
    return found


def failure_note(row: Row) -> str:
    """Say what happened, with the tail of the workload's output."""
    failure = row.failure
    assert failure is not None
    note = f"[bold red]{row.slug}[/] ({failure.arm}) {failure.kind}: {escape(failure.message)}"
    if failure.tail:
        note += "\n" + escape("\n".join(f"    {line}" for line in failure.tail.splitlines()))
    return note
