"""Tables and figures of services, as nodes."""

from __future__ import annotations

import math
import statistics
from pathlib import Path

from docutils import nodes

from ftguide.ground.files import ROOT, sha256
from ftguide.ground.machine import LOCAL_MACHINE
from ftguide.ground.vocabulary import Build
from ftguide.render import numbers
from ftguide.render.grid import Column, Line, table
from ftguide.services import words
from ftguide.services.derive.ratios import COMPARISONS, Quantity, Ratio, Report, value
from ftguide.services.record.model import PlannedStack


def missing() -> list[nodes.Node]:
    """Return what stands where nothing has been measured."""
    command = nodes.literal("", "nox -s bench -- --group services")
    text = nodes.Text("Not measured yet; measure with ")
    return [nodes.paragraph("", "", text, command, classes=["bench-missing"])]


def facts(report: Report, path: Path | None) -> list[nodes.Node]:
    """Draw what was measured, where, with what, and how far a copy was from its original."""
    stored = report.stored
    head = stored.head
    gil, ft = (head.interpreters[build] for build in Build)
    machine = head.machine
    local = machine.name == LOCAL_MACHINE
    lines: list[tuple[str, str]] = [
        (
            "Run",
            f"{head.run_id}, started {head.started}{', of this machine only' if local else ''}",
        ),
        ("Interpreters", f"{gil.version} and {ft.version}t, {gil.compiler}"),
        ("Machine", f"{machine.name}: {machine.cpu_model}, {machine.usable_cpus} CPUs"),
        (
            "Load",
            f"{head.generator}, {head.plan.connections} connections, turns of {head.plan.seconds:g} s"
            + (f" in {head.plan.slices} slices" if head.plan.slices > 1 else ""),
        ),
        ("Database", head.database),
        ("Packages", ", ".join(f"{name} {version}" for name, version in head.packages.items())),
        ("Blocks", f"{len(stored.blocks)} of {head.plan.passes * len(head.plan.stacks)}"),
        ("Commit", f"{head.commit or 'unknown'}{' with changes' if head.dirty else ''}"),
    ]
    if report.again:
        alarms, count = len(report.false_alarms), len(report.again)
        lines.append(
            ("Copies", f"{alarms} of {count} intervals of a copy against its original exclude 1")
        )
    widths = [
        f"{words.HEADINGS[quantity]} {numbers.percent_text(math.expm1(width))}"
        for quantity in Quantity
        if (width := report.half_width(quantity)) is not None
    ]
    if widths:
        lines.append(("Half-widths (median)", ", ".join(widths)))
    steal = [block.steal for block in stored.blocks if block.steal is not None]
    if steal:
        lines.append(
            ("Stolen CPU time", f"{numbers.percent_text(statistics.mean(steal))} on average")
        )
    lines += [("Flag", flag) for flag in head.flags]
    lines += [
        ("Failed", f"{each.stack} {each.route} in {each.arm}: {each.message}")
        for each in stored.failures
    ]
    if path is not None and path.is_relative_to(ROOT):
        lines.append(("Raw data", f"{path.relative_to(ROOT).as_posix()}, SHA-256 {sha256(path)}"))
    columns = [Column(title="What"), Column(title="Value", breakable=True)]
    return [table("The run", columns, lines)]


def _cell(found: Ratio | None) -> str:
    if found is None:
        return numbers.UNKNOWN
    estimate = found.estimate
    ratio, ends = numbers.ratio_parts(estimate.ratio, estimate.low, estimate.high)
    return f"{ratio} ({ends})"


def _named(title: str, stack: str, what: str, arm: str, base: str) -> list[nodes.Node]:
    """Return the first cell of a row with the permanent anchor of the row, from which pages get a link."""
    anchor = f"services-{stack}-{what}-{arm}-vs-{base}"
    return [nodes.target("", "", ids=[anchor]), nodes.Text(title)]


def tables(report: Report, stack: PlannedStack) -> list[nodes.Node]:
    """Draw every comparison of a service: a ratio with its interval, and both medians."""
    drawn: list[nodes.Node] = []
    for arm, base in COMPARISONS:
        quantities = [
            quantity
            for quantity in Quantity
            if not quantity.whole
            and any(report.find(stack.slug, r.slug, quantity, arm, base) for r in stack.routes)
        ]
        if not quantities:
            continue
        lines = [
            Line(
                cells=[
                    _named(route.title, stack.slug, route.slug, arm, base),
                    *(
                        _cell(report.find(stack.slug, route.slug, quantity, arm, base))
                        for quantity in quantities
                    ),
                ]
            )
            for route in stack.routes
        ]
        for quantity in (Quantity.MEMORY, Quantity.START):
            found = report.find(stack.slug, "", quantity, arm, base)
            if found is not None:
                spelled = f"{_cell(found)}: {_pair(found)}"
                lines.append(
                    Line(
                        cells=[
                            _named(
                                words.heading(quantity),
                                *(stack.slug, quantity, arm, base),
                            ),
                            spelled,
                            *[""] * (len(quantities) - 1),
                        ]
                    )
                )
        columns = [Column(title="Route")]
        columns += [Column(title=words.HEADINGS[quantity], numeric=True) for quantity in quantities]
        caption = f"{stack.title}: {words.arm_text(arm)} against {words.arm_text(base)}"
        drawn.append(table(caption, columns, lines))
    return drawn


def _pair(found: Ratio) -> str:
    left, right = (
        words.value_text(found.quantity, each) for each in (found.value, found.base_value)
    )
    return f"{left} against {right}"


def summary(report: Report, quantity: Quantity) -> list[nodes.Node]:
    """Draw all services in one quantity, a column a comparison."""
    columns = [Column(title="Service"), *([] if quantity.whole else [Column(title="Route")])]
    columns += [
        Column(title=f"{words.short(arm)} / {words.short(base)}", numeric=True)
        for arm, base in COMPARISONS
    ]
    lines = []
    for stack in report.stored.head.plan.stacks:
        routes = [("", "")] if quantity.whole else [(r.slug, r.title) for r in stack.routes]
        for slug, title in routes:
            cells = [_cell(report.find(stack.slug, slug, quantity, *pair)) for pair in COMPARISONS]
            if any(cell != numbers.UNKNOWN for cell in cells):
                lines.append([stack.title, *([title] if slug else []), *cells])
    caption = f"{words.heading(quantity)}: ratios with 95 % intervals"
    return [table(caption, columns, lines)]


def figure(
    report: Report, stack: str, route: str, quantity: Quantity, *, arm: str, base: str | None
) -> str | None:
    """Spell a ratio with its interval, or the median of one arm; None where it was not measured."""
    if base is not None:
        found = report.find(stack, route, quantity, arm, base)
        if found is None:
            return None
        estimate = found.estimate
        ratio, ends = numbers.ratio_parts(estimate.ratio, estimate.low, estimate.high)
        known = ends if ends == numbers.NO_INTERVAL else f"95 % interval {ends}"
        return f"{ratio} ({known})"
    values = [
        measured
        for block in report.stored.of(stack)
        if arm in block.arms and (measured := value(block.arms[arm], quantity, route)) is not None
    ]
    return words.value_text(quantity, statistics.median(values)) if values else None
