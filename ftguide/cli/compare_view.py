"""Two runs side by side in a terminal: `compare`, and my run beside the published one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ftguide.ground.vocabulary import Build
from ftguide.suite import words
from ftguide.suite.derive import analysis
from ftguide.suite.derive.analysis import Report
from ftguide.suite.derive.compare import Change, Differences, compare, repeated
from ftguide.suite.derive.verdicts import ComparisonKind
from ftguide.suite.record import store
from ftguide.suite.record.model import StoredRun


def print_differences(
    console: Console,
    differences: Differences,
    *,
    before: str,
    after: str,
    only_single: bool = False,
) -> None:
    """Print one line per ratio that both runs have, then what could not be compared."""
    changes = [
        change for change in differences.changes if not only_single or change.base == "gil-single"
    ]
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for heading in ("workload", before, after, "difference"):
        table.add_column(heading, no_wrap=True)
    table.add_column("reads as")
    for change in changes:
        table.add_row(*_cells(change))
    console.print(table, soft_wrap=False)
    agree, of = repeated(changes)
    console.print(
        f"{agree} of {of} ratios differ by no more than their two half-widths together; "
        f"{sum(change.changed for change in changes)} differ (q < 0.05)"
    )
    for condition in differences.conditions:
        console.print(escape(words.condition_text(condition)))
    reasons: dict[str, list[str]] = {}
    for left_out in differences.left_out:
        name = f"{left_out.slug} {'/'.join(left_out.arms)}".rstrip()
        reasons.setdefault(words.obstacle_text(left_out), []).append(name)
    for reason, names in reasons.items():
        console.print(f"not compared, {escape(reason)}: {escape(', '.join(names))}", style="dim")


def _cells(change: Change) -> Iterable[str]:
    what = change.slug
    if (change.arm, change.base) != ("ft-single", "gil-single"):
        what += f"\n  {change.arm}/{change.base}"
        what += " throughput" if change.kind is ComparisonKind.SPEEDUP else ""
    yield what
    yield from map(words.ratio_text, (change.before, change.after, change.change))
    yield "[bold]differs[/]" if change.changed else "no difference shown"


def nearest_published(results: Path, mine: StoredRun) -> StoredRun | None:
    """Return the published run to hold a run against, None when there is none that may be cited.

    One of the same Python and compiler before others, since those move every ratio; then in the order of
    `store.standing`.
    """
    gil = mine.run.interpreters[Build.GIL]
    nearest = min(
        store.standing(entry for entry in store.read_index(results).runs if entry.citable),
        key=lambda e: (e.python, e.compiler) != (gil.version, gil.compiler),
        default=None,
    )
    return None if nearest is None else store.load(store.folder_of(results, nearest))


def print_beside_published(console: Console, results: Path, mine: Report) -> None:
    """Set a local run beside the nearest published one; says nothing where they share no row."""
    try:
        published = nearest_published(results, mine.stored)
    except store.StoreError as error:
        console.print(f"[bold yellow]note:[/] {escape(str(error))}")
        return
    if published is None:
        return
    differences = compare(analysis.report(published), mine)
    if not differences.changes:
        return
    run = published.run
    console.print(f"\nbeside the published run {run.run_id} ({run.machine.name}):")
    shown = replace(differences, left_out=())
    print_differences(console, shown, before="published", after="here", only_single=True)
