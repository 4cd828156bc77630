"""The tables of the benchmark pages, from reports.

Pure: from a report to docutils nodes, without reading files and without the Sphinx environment.
Cross-references are `pending_xref` nodes of the bench domain, resolved when a page is written.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence

from docutils import nodes
from sphinx import addnodes

from ftguide.docs.grid import Cell, Column, Heading, Line, table
from ftguide.render import numbers
from ftguide.suite import words
from ftguide.suite.derive.analysis import Row
from ftguide.suite.derive.families import grouped
from ftguide.suite.pages import data
from ftguide.suite.pages.data import Loaded
from ftguide.vocabulary import Mode

DASH = "\N{EM DASH}"
_BEFORE_UNIT = re.compile(r"(?<=\d) (?=%|[mn\N{MICRO SIGN}]?s\b)")


def reference(target: str, text: str) -> addnodes.pending_xref:
    """Return a link into the bench domain; where it leads nowhere it stays text, without a warning."""
    return addnodes.pending_xref(
        "",
        nodes.inline("", text),
        refdomain="bench",
        reftype="ref",
        reftarget=target,
        refexplicit=True,
        optional=True,
    )


def number(ratio: words.Ratio | None) -> Cell:
    """Return a ratio with its interval, or a dash."""
    if ratio is None:
        return DASH
    value, ends = words.ratio_parts(ratio)
    return [nodes.Text(value), nodes.Text(" "), nodes.inline("", f"({ends})", classes=["interval"])]


def marked(anchor: str | None, text: str) -> list[nodes.Node]:
    """Return text that carries an anchor, or just text."""
    if anchor is None:
        return [nodes.Text(text)]
    return [nodes.target("", "", ids=[anchor]), nodes.Text(text)]


def arms(arm: str, base: str) -> list[nodes.Node]:
    """Return the two arms of a ratio, numerator first."""
    return [nodes.literal("", arm), nodes.Text(" / "), nodes.literal("", base)]


def unbroken(text: str) -> str:
    """Return a number with its unit so that no line breaks between them."""
    return _BEFORE_UNIT.sub("\N{NO-BREAK SPACE}", text)


def title(loaded: Loaded, slug: str) -> str:
    """Return a workload's title: today's where the run measured today's code, else the recorded one.

    A title that says better what is measured is better for older runs, too.
    """
    planned = loaded.report.stored.planned(slug)
    return data.declared()[slug].title if data.outdated(loaded, slug) is None else planned.title


def workers(rows: Iterable[Row]) -> int | None:
    """Return the number of threads of the parallel arms of some rows."""
    for row in rows:
        for time in row.times:
            parsed = data.arm_of(time.arm)
            if parsed is not None and parsed.mode is Mode.THREADS:
                return parsed.workers
    return None


def single_table(loaded: Loaded, rows: Sequence[Row]) -> nodes.table | None:
    """Build the one-thread overview, by family with the family's geometric mean."""
    rows = [row for row in rows if row.single is not None or row.failure is not None]
    if not rows:
        return None
    means = {mean.family: mean for mean in loaded.report.means}
    lines: list[Line | Heading] = []
    for family, listed in grouped(rows).items():
        lines.append(Heading(text=words.family_heading(family)))
        for row in listed:
            link = reference(row.slug, title(loaded, row.slug))
            if row.single is None:
                lines.append(
                    Line(cells=[[link], DASH, DASH, "not measured", words.flags_text(row)])
                )
                continue
            lines.append(
                Line(
                    cells=[
                        [link],
                        number(row.single),
                        unbroken(numbers.floor_text(row.floor)),
                        unbroken(words.verdict_text(row.single, row.floor)),
                        words.flag_kinds(row),
                    ]
                )
            )
        mean = means.get(family)
        if mean is not None and mean.workloads > 1 and len(listed) == mean.workloads:
            cells: list[Cell] = [
                f"geometric mean of {mean.workloads}",
                number(mean),
                DASH,
                DASH,
                DASH,
            ]
            lines.append(Line(cells=cells, classes=["bench-mean"]))
    return table(
        "One thread: time on the free-threaded build / time on the GIL-enabled build "
        "(95 % interval); above 1 the free-threaded build needs more time",
        [
            Column(title="Workload"),
            Column(title="Time ratio", numeric=True),
            Column(title="Noise floor", numeric=True),
            Column(title="Reads as"),
            Column(title="Flags"),
        ],
        lines,
    )


def parallel_tables(loaded: Loaded, rows: Sequence[Row]) -> list[nodes.table]:
    """Build the overviews of several threads: against one thread, and against the alternatives."""
    rows = [row for row in rows if row.user_speedup is not None or row.threads is not None]
    count = workers(rows)
    if not rows or count is None:
        return []
    speedups: list[Line | Heading] = []
    others: list[Line | Heading] = []
    for group, members in itertools.groupby(rows, key=lambda row: row.group):
        speedups.append(Heading(text=words.group_heading(group)))
        others.append(Heading(text=words.group_heading(group)))
        for row in members:
            link = (row.slug, title(loaded, row.slug))
            gains = (row.user_speedup, row.gil_speedup, row.self_speedup)
            ratios = (row.threads, row.efficiency, row.against_gil_processes)
            speedups.append(
                Line(cells=[[reference(*link)], *map(number, gains), words.flag_kinds(row)])
            )
            others.append(Line(cells=[[reference(*link)], *map(number, ratios)]))
    return [
        table(
            f"{count} threads: throughput relative to one thread (95 % interval); {count} is ideal, "
            "below 1 the threads did harm",
            [
                Column(title="Workload"),
                Column(title="FT threads / one GIL thread", numeric=True),
                Column(title="GIL threads / one GIL thread", numeric=True),
                Column(title="FT threads / one FT thread", numeric=True),
                Column(title="Flags"),
            ],
            speedups,
        ),
        table(
            f"{count} threads of the free-threaded build against the alternatives (95 % interval)",
            [
                Column(title="Workload"),
                Column(title="Time: FT threads / GIL threads", numeric=True),
                Column(title="Thread efficiency", numeric=True),
                Column(title="Time: FT threads / GIL processes", numeric=True),
            ],
            others,
        ),
    ]


def times_table(row: Row, *, anchors: bool) -> nodes.table:
    """Build the table of a workload's times, one line per arm."""
    lines = []
    for time in row.times:
        spelled = numbers.times_parts(time.mean, time.low, time.high, time.median)
        anchor = data.anchor(row.slug, time.arm) if anchors else None
        lines.append(
            Line(
                cells=[
                    [*marked(anchor, ""), nodes.literal("", time.arm)],
                    words.arm_text(time.arm),
                    *map(unbroken, spelled),
                    str(time.slices),
                ]
            )
        )
    return table(
        "Time per unit of work",
        [
            Column(title="Arm"),
            Column(title="Run as"),
            Column(title="Mean", numeric=True),
            Column(title="95 % interval", numeric=True),
            Column(title="Median", numeric=True),
            Column(title="Slices", numeric=True),
        ],
        lines,
    )


_QUESTIONS = {
    "time": "time ratio",
    "speedup": "throughput ratio",
    "efficiency": "thread efficiency",
}


def ratios_table(row: Row, *, anchors: bool) -> nodes.table:
    """Build the table of a workload's comparisons, one line per pair of arms."""
    lines = []
    for comparison in data.comparisons(row):
        anchor = data.anchor(row.slug, comparison.arm, comparison.base) if anchors else None
        says = (
            words.verdict_text(comparison, row.floor_of(comparison))
            if comparison.kind == "time"
            else DASH
        )
        lines.append(
            Line(
                cells=[
                    [*marked(anchor, ""), *arms(comparison.arm, comparison.base)],
                    _QUESTIONS.get(comparison.kind, comparison.kind),
                    *words.ratio_parts(comparison),
                    unbroken(says),
                    str(comparison.k),
                    f"{comparison.q:.3f}" if comparison.q >= 0.001 else "< 0.001",
                ]
            )
        )
    return table(
        f"Ratios within the same blocks; noise floor {_floors(row)}",
        [
            Column(title="Arms"),
            Column(title="Number"),
            Column(title="Ratio", numeric=True),
            Column(title="95 % interval", numeric=True),
            Column(title="Reads as"),
            Column(title="Blocks", numeric=True),
            Column(title="q", numeric=True),
        ],
        lines,
    )


def _floors(row: Row) -> str:
    if row.floor is None and row.threads_floor is None:
        return numbers.floor_text(None)
    single = f"{unbroken(numbers.floor_text(row.floor))} for one worker"
    if row.threads_floor is None:
        return single
    return f"{single}, {unbroken(numbers.floor_text(row.threads_floor))} for several"


def history_table(slug: str, runs: Sequence[Loaded]) -> nodes.table | None:
    """Build the table of every published run that has a workload; None below two."""
    shown = [(run, row) for run in runs if (row := run.row(slug)) is not None and row.times]
    if len(shown) < 2:
        return None
    parallel = any(row.user_speedup is not None for _, row in shown)
    lines = [
        Line(
            cells=[
                [reference(loaded.run.run_id, words.day(loaded.entry.started))],
                loaded.entry.machine,
                loaded.entry.python,
                loaded.entry.compiler,
                str(loaded.report.stored.planned(slug).version),
                number(row.single),
                *([number(row.user_speedup)] if parallel else []),
            ]
        )
        for loaded, row in shown
    ]
    columns = [
        Column(title="Run"),
        Column(title="Machine"),
        Column(title="CPython"),
        Column(title="Compiler"),
        Column(title="Version", numeric=True),
        Column(title="Time: FT / GIL, one thread", numeric=True),
        Column(title="Throughput: FT threads / one GIL thread", numeric=True),
    ]
    return table(
        "The same workload in every published run (versions of a workload do not compare)",
        columns if parallel else columns[:-1],
        lines,
    )


def document(docname: str, text: str) -> addnodes.pending_xref:
    """Return a link to a page."""
    return addnodes.pending_xref(
        "",
        nodes.inline("", text),
        refdomain="std",
        reftype="doc",
        reftarget=f"/{docname}",
        refexplicit=True,
        refwarn=True,
    )
