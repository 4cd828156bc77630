"""Tables for decisions: the ways to run a workload, what it counted, my machine beside yours."""

from __future__ import annotations

from collections.abc import Sequence

from docutils import nodes

from ftguide.docs.grid import Column, Heading, Line, table
from ftguide.render import numbers
from ftguide.suite import words
from ftguide.suite.derive.analysis import Report
from ftguide.suite.derive.compare import Change, compare
from ftguide.suite.derive.mode_tables import Way, ways
from ftguide.suite.derive.observed import observed
from ftguide.suite.pages import tables
from ftguide.suite.pages.data import Loaded
from ftguide.suite.pages.figures import paragraph
from ftguide.vocabulary import Build


def ways_tables(report: Report, slug: str) -> list[nodes.Node]:
    """Build the table of a workload's ways and the sentences under it; empty below two ways."""
    compared = ways(report, slug)
    if compared is None:
        return []
    lines: list[Line | Heading] = []
    for build in Build:
        own = compared.of(build)
        if own:
            lines.append(Heading(text=f"{build.words} build"))
            lines += [_way(way) for way in own]
    node = table(
        "The ways to run this work (throughput of all workers relative to one thread of the "
        "GIL-enabled build, 95 % interval; memory of all processes together; start until the "
        "first worker can begin)",
        [
            Column(title="Way"),
            Column(title="Throughput", numeric=True),
            Column(title="95 % interval", numeric=True),
            Column(title="Memory (PSS)", numeric=True),
            Column(title="Start", numeric=True),
            Column(title="On this build"),
        ],
        lines,
    )
    content: list[nodes.Node] = [node]
    if any(way.peak_pss_bytes is None and way.start_seconds is None for way in compared.ways):
        content.append(paragraph("Memory and start were not measured in this run."))
    content += [
        paragraph(f"Not run in {mode}, because {reason}.")
        for mode, reason in compared.left_out.items()
    ]
    return content


def _way(way: Way) -> Line:
    memory, start = way.peak_pss_bytes, way.start_seconds
    return Line(
        cells=[
            [nodes.literal("", way.arm)],
            *words.ratio_parts(way.throughput),
            numbers.UNKNOWN if memory is None else numbers.bytes_text(memory),
            numbers.UNKNOWN if start is None else numbers.seconds_text(start),
            "fastest" if way.fastest else "",
        ]
    )


def observed_table(report: Report, slug: str) -> nodes.table | None:
    """Build the table of what a workload counted beside time; None where it counts nothing."""
    counts = observed(report.series[slug])
    if not counts:
        return None
    lines = [
        Line(
            cells=[
                count.quantity.title,
                [nodes.literal("", count.arm)],
                *map(tables.unbroken, words.count_parts(count)),
                str(count.blocks),
            ]
        )
        for count in counts
    ]
    return table(
        "Counted in the same slices, outside the clock",
        [
            Column(title="Quantity"),
            Column(title="Arm"),
            Column(title="Mean", numeric=True),
            Column(title="95 % interval", numeric=True),
            Column(title="Blocks", numeric=True),
        ],
        lines,
    )


_ASKS = {
    "time": "time",
    "speedup": "throughput",
}


def beside_tables(published: Loaded, local: Loaded, slugs: Sequence[str]) -> list[nodes.Node]:
    """Set a local run beside a published one: each ratio twice, and what lies between them."""
    differences = compare(published.report, local.report)
    changes = [change for change in differences.changes if change.slug in set(slugs)]
    if not changes:
        return []
    several = len(set(slugs)) > 1
    lines = [_change(change, local, several=several) for change in changes]
    node = table(
        "Your run beside the published one (95 % intervals; difference = yours / published)",
        [
            Column(title="Workload" if several else "Arms"),
            Column(title="Number"),
            Column(title="Published", numeric=True),
            Column(title="Yours", numeric=True),
            Column(title="Difference", numeric=True),
            Column(title="Reads as"),
        ],
        lines,
    )
    content: list[nodes.Node] = [node]
    if differences.conditions:
        differing = [words.condition_text(c, "published", "yours") for c in differences.conditions]
        content.append(paragraph(f"What else differs: {'; '.join(differing)}."))
    return content


def _change(change: Change, local: Loaded, *, several: bool) -> Line:
    arms = tables.arms(change.arm, change.base)
    if several:
        arms = [
            tables.reference(change.slug, tables.title(local, change.slug)),
            nodes.Text(": "),
            *arms,
        ]
    return Line(
        cells=[
            arms,
            _ASKS[change.kind],
            *(
                f"{value} ({ends})"
                for value, ends in map(
                    words.ratio_parts, (change.before, change.after, change.change)
                )
            ),
            "differs" if change.changed else "no difference shown",
        ]
    )
