"""The table at the end of a run, for a terminal of 80 columns and up."""

from __future__ import annotations

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ftguide.results import rendering
from ftguide.results.analysis import Report, Row

#: What the columns mean, in lines of at most 80 columns.
LEGEND = (
    "ratio: time of the free-threaded build / GIL-enabled build, 95 % interval over blocks",
    "threads: throughput of free-threaded threads against one GIL-enabled thread",
    "efficiency: time of the same work in processes / in threads, free-threaded build",
)


def print_report(console: Console, report: Report) -> None:
    """Print one row per workload: ratio with interval, verdict, speed-up, thread efficiency, flags."""
    plan = report.stored.run.plan
    console.print()
    parallel = any(row.user_speedup for row in report.rows)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("workload", no_wrap=True)
    table.add_column("FT / GIL, 1 thread", no_wrap=True)
    table.add_column("verdict", overflow="fold")
    if parallel:
        table.add_column(f"{plan.threads} threads vs GIL x1", overflow="fold")
        table.add_column("efficiency", overflow="fold")
    notes = []
    for row in report.rows:
        table.add_row(*cells(row, parallel=parallel))
        if row.failure is not None:
            notes.append(failure_note(row))
        elif row.flags:
            notes.append(f"[yellow]{row.slug}[/]: {escape(', '.join(row.flags))}")
    console.print(table)
    for line in LEGEND[: None if parallel else 1]:
        console.print(line, style="dim", highlight=False)
    for mean in report.groups:
        console.print(
            f"group {mean.group}: geometric mean of {mean.workloads} "
            f"{rendering.ratio_text(mean.ratio, mean.low, mean.high)}",
            highlight=False,
        )
    for note in notes:
        console.print(note, soft_wrap=True, highlight=False)
    for flag in report.stored.run.flags:
        console.print(f"[bold yellow]{escape(flag)}[/]", soft_wrap=True, highlight=False)


def cells(row: Row, *, parallel: bool) -> list[str]:
    """Format one row."""
    if row.failure is not None:
        return [row.slug, "[bold red]failed[/]", row.failure.kind, *(["", ""] if parallel else [])]
    single = row.single
    found = [
        row.slug,
        rendering.comparison_text(single) if single else "not measured",
        escape(rendering.verdict_text(single, row.floor)) if single else "",
    ]
    if parallel:
        found += [
            rendering.comparison_text(one) if one else ""
            for one in (row.user_speedup, row.efficiency)
        ]
    return found


def failure_note(row: Row) -> str:
    """Say what happened, with the tail of the workload's output."""
    failure = row.failure
    assert failure is not None
    note = f"[bold red]{row.slug}[/] ({failure.arm}) {failure.kind}: {escape(failure.message)}"
    if failure.tail:
        note += "\n" + escape("\n".join(f"    {line}" for line in failure.tail.splitlines()))
    return note
