"""The directives of the bench domain: from runs to sections, tables and charts.

Every directive notes the files it read, so that a new or changed run re-reads exactly the pages that
show it. A page without data says how to get some; only what is asked for by name is an error.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx import addnodes
from sphinx.util.docutils import SphinxDirective

from ftguide.ground.machine import Machine
from ftguide.ground.runs import RUN_ID
from ftguide.render import depends
from ftguide.suite import words
from ftguide.suite.derive.analysis import Row
from ftguide.suite.pages import data, figures, files, standalone
from ftguide.suite.pages.bench_domain import BenchDomain, domain_of
from ftguide.suite.pages.data import Loaded, Results
from ftguide.suite.pages.figures import Figure
from ftguide.suite.pages.files import DataFile
from ftguide.suite.pages.tables import draw, overview
from ftguide.suite.record.model import Run

_RUN_PAGE = re.compile(rf".*/runs/(local-)?{RUN_ID.pattern}")


class BenchDirective(SphinxDirective):
    """What the directives share: runs, dependencies, charts with page-unique ids."""

    @property
    def domain(self) -> BenchDomain:
        """The domain that remembers what the page shows."""
        return domain_of(self.env)

    def results(self) -> Results:
        """Return the runs, with the indexes noted as dependencies."""
        return self.domain.results()

    def use(self, *runs: Loaded | None) -> None:
        """Note the files of runs, and those that name their workloads, as dependencies of the page."""
        known, used = data.declared(), [*filter(None, runs)]
        self.domain.depend(*(loaded.folder for loaded in used))
        slugs = {slug for loaded in used for slug in loaded.report.slugs if slug in known}
        depends.on(self.env, self.env.docname, sorted({known[slug].path for slug in slugs}))

    def warn_missing(self, message: str) -> None:
        """Warn at the directive that something has no such name."""
        self.domain.warn(message, "missing", self.get_location())

    def chart_id(self) -> str:
        """Return an id no other chart of the page has."""
        return f"bench-chart-{self.env.new_serialno('bench-chart')}"

    def charts_of(
        self, loaded: Loaded, rows: Sequence[Row], *, beside: bool, show: str = "both", of: str = ""
    ) -> list[nodes.Node]:
        """Draw the charts that some rows have data for, each below its sentence.

        With `of`, the heading of the rows, each has a file of its own.
        """
        content: list[nodes.Node] = []
        kinds = {"ratio": figures.ratios, "speedup": figures.speedups}
        for kind, draw_rows in kinds.items():
            wanted = show in {"both", kind}
            figure = draw_rows(loaded, rows, id_=self.chart_id(), beside=beside) if wanted else None
            if figure is not None:
                content += figure.drawn(beside=beside)
                if of:
                    chosen = self.options.get("run", "")  # a page may show one group of two runs
                    content.append(self.file_of(figure, of, f"{kind} {chosen}", loaded))
        return content

    def file_of(self, figure: Figure, of: str, kind: str, loaded: Loaded) -> nodes.Node:
        """Return the link to a figure's own file, which is named after the page and what it is of."""
        name = nodes.make_id(f"{self.env.docname} {of} {kind}")
        return standalone.link(figure, name, title=of, runs=[loaded])

    def files(self, loaded: Loaded) -> list[DataFile]:
        """Return a run's files, and have its CSV written beside the pages, if it has one there."""
        if files.has_csv(loaded):
            self.domain.note_files(self.env.docname, loaded)
        return files.of_run(loaded, self.config.bench_files)

    def select(self, loaded: Loaded) -> list[Row]:
        """Return the rows that the options :group: and :workload: leave; the latter names one or more."""
        return [row for slug in self.wanted(loaded.run) if (row := loaded.row(slug)) is not None]

    def wanted(self, run: Run) -> list[str]:
        """Return the workloads that the same options leave of what a run planned."""
        group, slugs = self.options.get("group"), self.options.get("workload", "").split()
        return [
            planned.slug
            for planned in run.plan.workloads
            if (group is None or planned.group == group) and (not slugs or planned.slug in slugs)
        ]

    def chosen(self, results: Results) -> Loaded | None:
        """Return the run of the option :run:, else the newest published one that has the rows."""
        run_id = self.options.get("run")
        if run_id is None:
            loaded = next(results.newest(lambda _, run: self.wanted(run)), None)
        else:
            entry = results.find(run_id)
            if entry is None:
                if results.published:
                    self.warn_missing(f"no published run is called {run_id!r}")
                return None
            self.domain.depend(results.folder(entry))
            loaded = results.load(entry)
        self.use(loaded)
        return loaded


def _show(argument: str) -> str:
    return directives.choice(argument, ("both", "ratio", "speedup"))


#: Options that say which rows are shown; see `BenchDirective.select` and `BenchDirective.chosen`.
_ROWS = dict.fromkeys(("run", "group", "workload"), directives.unchanged_required)


class TableDirective(BenchDirective):
    """Show rows of a run: the newest published one, `:run:`, or with `:local:` the newest local one."""

    option_spec: ClassVar = {**_ROWS, "local": directives.flag}

    def run(self) -> list[nodes.Node]:
        """Return provenance, caveats and tables."""
        results = self.results()
        if "local" in self.options:
            loaded = results.load(results.local[0]) if results.local else None
            self.use(loaded)
            nothing = "This checkout has no local run yet."
        else:
            loaded = self.chosen(results)
            nothing = "No run has been published for this table yet."
        if loaded is None or not (rows := self.select(loaded)):
            return draw("parts.empty", nothing)
        return (
            draw("parts.provenance", loaded)
            + draw("parts.caveats", loaded, folded=True)
            + overview(loaded, rows)
        )


class ChartDirective(BenchDirective):
    """Draw rows of a run; `:show:` is ratio, speedup, or both."""

    option_spec: ClassVar = {**_ROWS, "show": _show}

    def run(self) -> list[nodes.Node]:
        """Return the charts, nothing where there is no data: the table beside it says why."""
        loaded = self.chosen(self.results())
        if loaded is None:
            return []
        show = self.options.get("show", "both")
        group = self.options.get("group")
        of = words.group_heading(group) if group else self.options.get("workload", "Workloads")
        return self.charts_of(loaded, self.select(loaded), beside=False, show=show, of=of)


class MachinesDirective(BenchDirective):
    """List the machines that published runs were measured on."""

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        results = self.results()
        runs = Counter(entry.machine for entry in results.published)
        newest: dict[str, Machine] = {}
        for entry in results.published:
            if entry.machine not in newest and (run := results.record(entry)) is not None:
                self.domain.depend(results.folder(entry))
                newest[entry.machine] = run.machine
        if not newest:
            return draw("parts.empty", "No run has been published yet.")
        return draw("run.machines", [(name, of, runs[name]) for name, of in sorted(newest.items())])


class RunsDirective(BenchDirective):
    """List all runs, published and local, and put their pages into the navigation."""

    def run(self) -> list[nodes.Node]:
        """Return one table per index that has runs."""
        results = self.results()
        listed: list[nodes.Node] = []
        if results.published:
            listed += draw("run.runs", "Published runs, newest first", results.published)
        if results.local:
            listed += draw("run.runs", "Local runs of this checkout, newest first", results.local)
        return [
            *(listed or draw("parts.empty", "No run has been published yet.")),
            self.toctree(filter(_RUN_PAGE.fullmatch, self.env.found_docs)),
        ]

    def toctree(self, found: Iterable[str]) -> nodes.Node:
        """Return a hidden tree of the pages of runs, newest first; Sphinx's own warns when empty."""
        pages = sorted(found, reverse=True)
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
