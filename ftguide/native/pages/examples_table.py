"""What the pages show of `nox -s examples`: `{examples:report}` and, per example, `{examples:built}`.

Both read `examples/report.json`, which a session wrote, and note it as a dependency of the page.
"""

from __future__ import annotations

import os
from collections.abc import Container
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.domains import Domain
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from ftguide.ground.files import UnreadableError
from ftguide.ground.vocabulary import Build
from ftguide.native.examples.catalogue import EXAMPLES, Example, Variant
from ftguide.native.examples.report import (
    REPORT,
    Outcome,
    Part,
    Races,
    Report,
    Result,
    load,
)
from ftguide.render.grid import Cell, Column, table
from ftguide.render.words import enumeration

logger = logging.getLogger(__name__)

DASH = "\N{EM DASH}"
_BY_NAME = {example.name: example for example in EXAMPLES}


class ExamplesDirective(SphinxDirective):
    """What both directives share: the report, read once per page."""

    def report(self) -> Report:
        """Return the report; one that cannot be read is a warning, and empty."""
        path = Path(self.env.config.examples_report)
        self.env.note_dependency(os.path.relpath(path, self.env.srcdir))
        try:
            return load(path)
        except UnreadableError as error:
            self.warn(str(error), "unreadable")
            return Report()

    def warn(self, message: str, subtype: str) -> None:
        """Warn at the directive."""
        logger.warning(message, type="examples", subtype=subtype, location=self.get_location())


class ReportDirective(ExamplesDirective):
    """`{examples:report}`: all examples before and after, a table per CPython line."""

    def run(self) -> list[nodes.Node]:
        """Draw the tables."""
        parts = sorted(self.report().parts, key=lambda part: [*map(int, part.line.split("."))])
        if not parts:
            return [missing("No session of the examples is recorded yet.")]
        return [node for part in parts for node in (overview(part), provenance(part))]


class BuiltDirective(ExamplesDirective):
    """`{examples:built} NAME`: what one example was built with, and what its wheels did."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Draw one sentence and one table."""
        name = self.arguments[0]
        example = _BY_NAME.get(name)
        if example is None:
            self.warn(f"no example is called {name!r}; there are {', '.join(_BY_NAME)}", "unknown")
            return []
        report = self.report()
        best = report.best(name)
        if best is None:
            return [missing(_why_missing(report, name))]
        part, outcome = best
        return [built_with(example, part, outcome), wheels(example, part, outcome)]


class ExamplesDomain(Domain):
    """The two directives under their common name; it has no objects to link to."""

    name = "examples"
    label = "Examples"
    directives: ClassVar = {"report": ReportDirective, "built": BuiltDirective}

    def merge_domaindata(self, docnames: Any, otherdata: Any) -> None:
        """Take over nothing: the domain keeps no data."""

    def resolve_any_xref(self, *_request: Any) -> list[tuple[str, nodes.reference]]:
        """Find nothing: there is nothing to link to."""
        return []


def missing(text: str) -> nodes.note:
    """Say what is not there, and the command that brings it."""
    command = nodes.literal("", "nox -s examples -- --record")
    rest = nodes.Text(" builds, races and records them.")
    return nodes.note("", nodes.paragraph("", "", nodes.Text(f"{text} "), command, rest))


def _why_missing(report: Report, name: str) -> str:
    reasons = [
        f"on {part.line}: {outcome.skipped or outcome.failed}"
        for part in report.parts
        if (outcome := part.outcome(name)) is not None
    ]
    why = f" ({'; '.join(reasons)})" if reasons else ""
    return f"This example was not built in a recorded session{why}."


def number(title: str) -> Column:
    """Return a column of numbers."""
    return Column(title=title, numeric=True)


def overview(part: Part) -> nodes.table:
    """Draw one line per example: tools, GIL, races."""
    columns: list[Column | str] = [
        "Example",
        "GIL after import, before",
        "after",
        number("Races failed, before, GIL-enabled"),
        number("before, free-threaded"),
        number("after, free-threaded"),
        "What before does without the GIL",
        "Built with",  # last: on a phone the table scrolls, and results come first
    ]
    lines = [
        cells(_BY_NAME[outcome.name], outcome)
        for outcome in part.outcomes
        if outcome.name in _BY_NAME
    ]
    return table(f"The examples on CPython {part.version}", columns, lines)


def cells(example: Example, outcome: Outcome) -> list[Cell]:
    """Return an example's cells in the overview; one that was not built says why."""
    if not outcome.results:
        return [example.title, *[DASH] * 6, outcome.why]
    before = outcome.result(Variant.BEFORE, Build.FREE_THREADED)
    after = outcome.result(Variant.AFTER, Build.FREE_THREADED)
    gil = outcome.result(Variant.BEFORE, Build.GIL)
    return [
        example.title,
        _gil(before),
        _gil(after),
        _races(gil),
        _races(before),
        _races(after),
        _seen(before.races) if before else DASH,
        main_tools(example, outcome),
    ]


def main_tools(example: Example, outcome: Outcome) -> str:
    """Name the binding tool and the back end with their versions."""
    wanted = {example.tool.lower(), example.backend}
    if example.name == "f2py":
        wanted.add("numpy")
    return ", ".join(_versions(example, outcome, wanted))


def _versions(example: Example, outcome: Outcome, wanted: Container[str]) -> list[str]:
    names = (example.crate or "", *example.packages)
    return [
        f"{name} {outcome.tools[name]}"
        for name in names
        if name in outcome.tools and name in wanted
    ]


def _gil(result: Result | None) -> str:
    if result is None:
        return DASH
    return "on" if result.gil_after_import else "off"


def _races(result: Result | None) -> str:
    return f"{result.races.failed} of {result.races.runs}" if result else DASH


def _seen(races: Races) -> str:
    kinds = [
        f"{count} {word}"
        for count, word in ((races.crashed, "crashed"), (races.hung, "hung"))
        if count
    ]
    return "; ".join([*races.said[:1], *kinds]) or DASH


def provenance(part: Part) -> nodes.paragraph:
    """Say where and when a part was made."""
    machine = part.machine
    compilers = ", ".join(part.programs.values())
    text = (
        f"CPython {part.version}, both builds made with {part.compiler}; examples with {compilers}; "
        f"{machine.cpu_model}, {machine.usable_cpus} CPUs, {machine.system} "
        f"{machine.architecture}; {part.date}."
    )
    return _small(text)


def built_with(example: Example, part: Part, outcome: Outcome) -> nodes.paragraph:
    """Say what an example was built with, and for which line."""
    tools = _versions(example, outcome, outcome.tools)
    programs = [part.programs[name] for name in example.programs if name in part.programs]
    text = (
        f"Built on {part.date} for CPython {part.version} with {enumeration([*tools, *programs])}, "
        f"and raced on {part.machine.usable_cpus} CPUs."
    )
    return _small(text)


def _small(text: str) -> nodes.paragraph:
    return nodes.paragraph("", "", nodes.Text(text), classes=["bench-provenance"])


def wheels(example: Example, part: Part, outcome: Outcome) -> nodes.table:
    """Draw one line per wheel."""
    columns: list[Column | str] = [
        "State",
        "Build",
        Column(title="Wheel", breakable=True),
        number("Tests passed"),
        "GIL after import",
        number("Races failed"),
        number("Calls of add()"),
        "What was seen",
    ]
    lines: list[list[Cell]] = [
        [
            str(result.variant),
            result.build.words,
            [nodes.literal("", result.wheel)],
            str(result.tests),
            _gil(result),
            _races(result),
            f"{result.races.adds:,}".replace(",", "\N{NARROW NO-BREAK SPACE}"),
            _seen(result.races),
        ]
        for result in outcome.results
    ]
    return table(f"{example.title} on CPython {part.version}", columns, lines)


def shorten_diffs(app: Sphinx, doctree: nodes.document) -> None:
    """Take the builder's folder out of the headers of `literalinclude :diff:`."""
    prefix = f"{app.confdir}{os.sep}"
    for block in doctree.findall(nodes.literal_block):
        head, change, body = block.astext().partition("\n@@")
        if head.startswith("--- ") and prefix in head:
            block.rawsource = head.replace(prefix, "") + change + body
            block.children = [nodes.Text(block.rawsource)]
            block.setup_child(block.children[0])


def setup(app: Sphinx) -> None:
    """Register the domain; `examples_report` names the report, relative to conf.py."""
    app.add_config_value(
        "examples_report",
        default=str(app.confdir / REPORT),
        rebuild="env",
        types=frozenset({str}),
        description="The report that nox -s examples recorded",
    )
    app.add_domain(ExamplesDomain)
    app.connect("doctree-read", shorten_diffs)
