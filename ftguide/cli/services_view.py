"""What a terminal shows of a run of services: for every service and comparison a table 80 columns wide."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ftguide.render import numbers
from ftguide.services import words
from ftguide.services.declare import MINE
from ftguide.services.derive.ratios import COMPARISONS, Quantity, Ratio, Report
from ftguide.services.record.model import PlannedStack

#: Those that a terminal has room for, in the order of preference.
_COLUMNS = (Quantity.CPU, Quantity.RATE, Quantity.SHARED_RATE, Quantity.P99)
_MOST_COLUMNS = 3


def print_report(console: Console, report: Report) -> None:
    """Print all tables of a run, and how far a copy of a service was from its original."""
    head = report.stored.head
    console.print(
        "\nratios with 95 % intervals, from pairs of turns in one block; of CPU time, latency, memory "
        "and start less than 1 is better"
    )
    for stack in head.plan.stacks:
        name = f"{stack.title} ({stack.interface})" if stack.interface else stack.title
        console.print(f"\n[bold]{escape(name)}[/]")
        for arm, base in COMPARISONS:
            table = _table(report, stack, arm, base)
            if table is not None:
                console.print(table)
                for line in _whole(report, stack, arm, base):
                    console.print(line)
    if report.again:
        console.print(
            f"\na copy against its original: {len(report.false_alarms)} of {len(report.again)} intervals "
            "exclude 1"
        )


def _table(report: Report, stack: PlannedStack, arm: str, base: str) -> Table | None:
    there = [
        quantity
        for quantity in _COLUMNS
        if any(report.find(stack.slug, r.slug, quantity, arm, base) for r in stack.routes)
    ][:_MOST_COLUMNS]
    if not there:
        return None
    table = Table(
        title=f"{words.arm_text(arm)} against {words.arm_text(base)}",
        title_justify="left",
        width=80,
    )
    table.add_column("route", overflow="fold")
    for quantity in there:
        table.add_column(words.HEADINGS[quantity], justify="right", overflow="fold")
    for route in stack.routes:
        found = [report.find(stack.slug, route.slug, quantity, arm, base) for quantity in there]
        if any(found):
            name = route.path if stack.slug == MINE else route.slug
            table.add_row(escape(name), *map(_spelled, found))
    return table


def _spelled(found: Ratio | None) -> str:
    if found is None:
        return numbers.UNKNOWN
    estimate = found.estimate
    return escape(numbers.ratio_text(estimate.ratio, estimate.low, estimate.high))


def _whole(report: Report, stack: PlannedStack, arm: str, base: str) -> list[str]:
    lines = []
    for quantity in (Quantity.MEMORY, Quantity.START):
        found = report.find(stack.slug, "", quantity, arm, base)
        if found is not None:
            left, right = (words.value_text(quantity, v) for v in (found.value, found.base_value))
            lines.append(f"{words.HEADINGS[quantity]}: {_spelled(found)}, {left} against {right}")
    return lines
