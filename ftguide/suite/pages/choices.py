"""Tables for decisions: the ways to run a workload, what it counted, my machine beside yours."""

from __future__ import annotations

from collections.abc import Sequence

from docutils import nodes

from ftguide.docs.grid import Column, Heading, Line, table
from ftguide.render import numbers
from ftguide.statistics.estimates import Estimate
from ftguide.suite.derive.compare import Change, Differences, compare
from ftguide.suite.derive.mode_tables import Way, ways
from ftguide.suite.derive.observed import observed
from ftguide.suite.pages import tables, wording
from ftguide.suite.pages.data import Loaded
from ftguide.suite.pages.figures import paragraph
from ftguide.suite.record.model import StoredRun
from ftguide.vocabulary import Build


def ways_tables(stored: StoredRun, slug: str) -> list[nodes.Node]:
    """Build the table of a workload's ways and the sentences under it; empty below two ways."""
    found = ways(stored, slug)
    if found is None:
        return []
    lines: list[Line | Heading] = []
    for build in Build:
        own = found.of(build)
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
    said: list[nodes.Node] = [node]
    if any(way.peak_pss_bytes is None and way.start_seconds is None for way in found.ways):
        said.append(paragraph("Memory and start were not measured in this run."))
    said += [
        paragraph(f"Not run in {mode}, because {reason}.")
        for mode, reason in found.left_out.items()
    ]
    return said


def _way(way: Way) -> Line:
    value, ends = _ratio(way.throughput)
    memory = wording.EN_DASH if way.peak_pss_bytes is None else wording.bytes_(way.peak_pss_bytes)
    start = (
        wording.EN_DASH if way.start_seconds is None else numbers.seconds_text(way.start_seconds)
    )
    return Line(
        cells=[
            [nodes.literal("", way.arm)],
            value,
            ends,
            memory,
            start,
            "fastest" if way.fastest else "",
        ]
    )


def _ratio(one: Estimate) -> tuple[str, str]:
    places = numbers.decimals(one.ratio, one.low, one.high)
    return f"{one.ratio:.{places}f}", wording.interval(one.low, one.high, places)


def observed_table(stored: StoredRun, slug: str) -> nodes.table | None:
    """Build the table of what a workload counted beside time; None where it counts nothing."""
    counts = observed(stored, slug)
    if not counts:
        return None
    lines = [
        Line(
            cells=[
                one.quantity.title,
                [nodes.literal("", one.arm)],
                *wording.quantity(one.mean, one.low, one.high, one.quantity.unit),
                str(one.blocks),
            ]
        )
        for one in counts
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
    found = compare(published.report.stored, local.report.stored)
    changes = [one for one in found.changes if one.slug in set(slugs)]
    if not changes:
        return []
    several = len(set(slugs)) > 1
    lines = [_change(one, local, several=several) for one in changes]
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
    said: list[nodes.Node] = [node]
    if found.conditions:
        said.append(paragraph(f"What else differs: {'; '.join(_shown(found))}."))
    return said


def _shown(found: Differences) -> Sequence[str]:
    return [
        text.replace(" before", " published").replace(" after", " yours")
        for text in found.conditions
    ]


def _change(one: Change, local: Loaded, *, several: bool) -> Line:
    arms: list[nodes.Node] = [
        nodes.literal("", one.arm),
        nodes.Text(" / "),
        nodes.literal("", one.base),
    ]
    if several:
        arms = [tables.reference(one.slug, tables.title(local, one.slug)), nodes.Text(": "), *arms]
    return Line(
        cells=[
            arms,
            _ASKS[one.kind],
            *(
                " ".join((value, f"({ends})"))
                for value, ends in map(_ratio, (one.before, one.after))
            ),
            " ".join((_ratio(one.change)[0], f"({_ratio(one.change)[1]})")),
            "differs" if one.changed else "no difference shown",
        ]
    )
