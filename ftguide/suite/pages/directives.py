"""The directives of the bench domain: from runs to sections, tables and charts.

Every directive notes the files it read, so that a new or changed run re-reads exactly the pages that
show it. A page without data says how to get some; only what is asked for by name is an error.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar, cast

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx import addnodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from ftguide.docs import depends
from ftguide.docs.grid import Column, Line, table
from ftguide.docs.nodes import data_file
from ftguide.render import numbers
from ftguide.suite import words
from ftguide.suite.derive.analysis import Row
from ftguide.suite.pages import data, figures, files, provenance, tables
from ftguide.suite.pages.bench_domain import BenchDomain
from ftguide.suite.pages.data import Loaded, Results
from ftguide.suite.pages.figures import paragraph
from ftguide.suite.record.store import RUN_ID

logger = logging.getLogger(__name__)

_RUN_PAGE = re.compile(rf".*/runs/(local-)?{RUN_ID.pattern}")

HOW = (
    "measures this on your machine in a few minutes, and the numbers appear here when you build "
    "the site again with"
)


def section(id_: str, title: str, *content: nodes.Node) -> nodes.section:
    """Return a section with a fixed anchor."""
    return nodes.section("", nodes.title("", title), *content, ids=[id_])


def admonition(kind: type[nodes.Element], *texts: str) -> nodes.Element:
    """Return an admonition with a paragraph per text."""
    return kind("", *(paragraph(text) for text in texts))


def commands(*lines: str) -> nodes.literal_block:
    """Return shell commands."""
    text = "\n".join(lines)
    return nodes.literal_block(text, text, language="console")


def empty(what: str) -> nodes.Element:
    """Return the text of a page without data."""
    text = nodes.paragraph("", "", nodes.Text(f"{what} "), nodes.literal("", "nox -s bench"))
    text += [nodes.Text(f" {HOW} "), nodes.literal("", "nox -s docs"), nodes.Text(".")]
    return nodes.note("", text, classes=["bench-empty"])


def overview(loaded: Loaded, rows: Sequence[Row]) -> list[nodes.Node]:
    """Return the overview tables that some rows have data for."""
    single = tables.single_table(loaded, rows)
    return [*([single] if single is not None else []), *tables.parallel_tables(loaded, rows)]


class BenchDirective(SphinxDirective):
    """What the directives share: runs, dependencies, charts with page-unique ids."""

    @property
    def domain(self) -> BenchDomain:
        """The domain that remembers what the page shows."""
        return cast("BenchDomain", self.env.get_domain("bench"))

    def results(self) -> Results:
        """Return the runs, with the indexes noted as dependencies."""
        return self.domain.results(self.env.docname)

    def use(self, loaded: Loaded | None) -> Loaded | None:
        """Note the files of a run, and those that name its workloads, as dependencies of the page."""
        if loaded is not None:
            depends.on(self.env, self.env.docname, data.files_of(loaded.folder))
            known = data.declared()
            paths = {known[row.slug].path for row in loaded.report.rows if row.slug in known}
            depends.on(self.env, self.env.docname, sorted(paths))
        return loaded

    def warn(self, message: str, subtype: str) -> None:
        """Warn at the directive."""
        logger.warning(message, type="bench", subtype=subtype, location=self.get_location())

    def chart_id(self) -> str:
        """Return an id no other chart of the page has."""
        return f"bench-chart-{self.env.new_serialno('bench-chart')}"

    def charts_of(
        self, loaded: Loaded, rows: Sequence[Row], *, beside: bool, show: str = "both"
    ) -> list[nodes.Node]:
        """Draw the charts that some rows have data for."""
        drawn: list[nodes.Node | None] = []
        if show in {"both", "ratio"}:
            id_ = self.chart_id()
            if len(rows) == 1:
                drawn.append(figures.ratios_of_one(rows[0], id_=id_, beside=beside))
            else:
                drawn.append(figures.ratios(loaded, rows, id_=id_, beside=beside))
        if show in {"both", "speedup"}:
            drawn.append(figures.speedups(loaded, rows, id_=self.chart_id(), beside=beside))
        return [node for node in drawn if node is not None]

    def provenance(self, loaded: Loaded) -> nodes.paragraph:
        """Say in one line which run numbers come from."""
        name = f"local-{loaded.run.run_id}" if loaded.local else loaded.run.run_id
        line = nodes.paragraph("", "", classes=["bench-provenance"])
        line += nodes.Text("Local run " if loaded.local else "Run ")
        line += tables.reference(name, loaded.run.run_id)
        line += nodes.Text(f": {words.run_text(loaded.entry)}.")
        return line

    def caveats(self, loaded: Loaded) -> list[nodes.Node]:
        """Show what holds for a whole run: withdrawn, not for citing, flags."""
        boxes: list[nodes.Node] = []
        if loaded.entry.withdrawn is not None:
            boxes.append(
                admonition(nodes.warning, f"This run was withdrawn: {loaded.entry.withdrawn}")
            )
        notes = [*loaded.run.differences, *loaded.run.flags]
        if not loaded.entry.citable:
            notes.insert(
                0, "Not for citing: this run does not meet the conditions of a published result."
            )
        if notes:
            boxes.append(admonition(nodes.caution, *notes))
        return boxes

    def downloads(self, loaded: Loaded) -> list[nodes.Node]:
        """List a run's files with their checksums, and have them copied beside the pages."""
        self.domain.note_files(self.env.docname, loaded)
        lines = []
        for file in files.of_run(loaded):
            link = data_file("", file.name, target=file.target)
            digest = nodes.literal("", file.sha256)
            lines.append(
                Line(cells=[[link], file.meaning, numbers.bytes_text(file.size), [digest]])
            )
        columns = [
            Column(title="File"),
            Column(title="Holds"),
            Column(title="Size", numeric=True),
            Column(title="SHA-256", breakable=True),
        ]
        return [table("The data of this run", columns, lines)]

    def select(self, loaded: Loaded) -> list[Row]:
        """Return the rows that the options :group: and :workload: leave."""
        group, slug = self.options.get("group"), self.options.get("workload")
        return [
            row
            for row in loaded.report.rows
            if (group is None or row.group == group) and (slug is None or row.slug == slug)
        ]

    def chosen(self, results: Results) -> Loaded | None:
        """Return the run of the option :run:, else the newest published one that has the rows."""
        run_id = self.options.get("run")
        if run_id is None:
            return next(
                (self.use(loaded) for loaded in results.newest() if self.select(loaded)), None
            )
        entry = results.find(run_id)
        if entry is None:
            if results.published:
                self.warn(f"no published run is called {run_id!r}", "missing")
            return None
        depends.on(self.env, self.env.docname, data.files_of(results.folder(entry)))
        return self.use(results.load(entry))


def _show(argument: str) -> str:
    return directives.choice(argument, ("both", "ratio", "speedup"))


class TableDirective(BenchDirective):
    """Show rows of a run: the newest published one, `:run:`, or with `:local:` the newest local one."""

    option_spec: ClassVar = {
        "run": directives.unchanged_required,
        "group": directives.unchanged_required,
        "workload": directives.unchanged_required,
        "local": directives.flag,
    }

    def run(self) -> list[nodes.Node]:
        """Return provenance, caveats and tables."""
        results = self.results()
        if "local" in self.options:
            loaded = self.use(results.load(results.local[0])) if results.local else None
            nothing = "This checkout has no local run yet."
        else:
            loaded = self.chosen(results)
            nothing = "No run has been published for this table yet."
        self.domain.report_problems(results, self.env.docname)
        if loaded is None or not (rows := self.select(loaded)):
            return [empty(nothing)]
        return [self.provenance(loaded), *self.caveats(loaded), *overview(loaded, rows)]


class ChartDirective(BenchDirective):
    """Draw rows of a run; `:show:` is ratio, speedup, or both."""

    option_spec: ClassVar = {
        "run": directives.unchanged_required,
        "group": directives.unchanged_required,
        "workload": directives.unchanged_required,
        "show": _show,
    }

    def run(self) -> list[nodes.Node]:
        """Return the charts, nothing where there is no data: the table beside it says why."""
        results = self.results()
        loaded = self.chosen(results)
        self.domain.report_problems(results, self.env.docname)
        if loaded is None:
            return []
        show = self.options.get("show", "both")
        return self.charts_of(loaded, self.select(loaded), beside=False, show=show)


class MachinesDirective(BenchDirective):
    """List the machines that published runs were measured on."""

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        results = self.results()
        runs = [loaded for loaded in map(results.load, results.published) if loaded is not None]
        for loaded in runs:
            self.use(loaded)
        self.domain.report_problems(results, self.env.docname)
        return (
            [provenance.machines_table(runs)] if runs else [empty("No run has been published yet.")]
        )


class RunsDirective(BenchDirective):
    """List all runs, published and local, and put their pages into the navigation."""

    def run(self) -> list[nodes.Node]:
        """Return one table per index that has runs."""
        results = self.results()
        self.domain.report_problems(results, self.env.docname)
        listed: list[nodes.Node] = []
        if results.published:
            listed.append(provenance.runs_table(results.published, "Published runs, newest first"))
        if results.local:
            listed.append(
                provenance.runs_table(results.local, "Local runs of this checkout, newest first")
            )
        return [*(listed or [empty("No run has been published yet.")]), self.toctree()]

    def toctree(self) -> nodes.Node:
        """Return a hidden tree of the pages of runs, newest first; Sphinx's own warns when empty."""
        pages = sorted(filter(_RUN_PAGE.fullmatch, self.env.found_docs), reverse=True)
        self.env.glob_toctrees.add(self.env.docname)  # read again when a page appears or goes
        tree = addnodes.toctree(
            parent=self.env.docname,
            entries=[(None, page) for page in pages],
            includefiles=pages,
            maxdepth=-1,
            glob=True,
            hidden=True,
            includehidden=False,
            numbered=0,
            titlesonly=True,
        )
        return nodes.compound("", tree, classes=["toctree-wrapper"])
