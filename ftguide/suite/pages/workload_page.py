"""The living page of a workload: question, newest result, ways to run it, the reader's own run."""

from __future__ import annotations

from collections.abc import Sequence

from docutils import nodes

from ftguide.render import depends, menu
from ftguide.suite.derive.analysis import Row
from ftguide.suite.pages import data, lines_page, standalone, tables, workload_figures
from ftguide.suite.pages.cite import cite_block
from ftguide.suite.pages.data import Loaded
from ftguide.suite.pages.directives import BenchDirective
from ftguide.suite.pages.tables import draw

#: What makes a picture of the main figure; SVG needs no command.
PNG = "python -m ftguide report {run} --figure {slug} --png"


class WorkloadDirective(BenchDirective):
    """The data part of a workload's living page."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return question, result, chart, data and citation of the newest published run."""
        slug = self.arguments[0]
        menu.leave(self.env, self.env.docname)
        results = self.results()
        shown, local = results.newest_of(slug), results.local_of(slug)
        history = results.recent(slug)
        self.use(shown, local)
        self.domain.depend_on_rows(loaded for loaded, _ in history)
        declared = data.declared().get(slug)
        if declared is not None:
            depends.on(self.env, self.env.docname, (declared.path,))
        known = shown or local
        if declared is None and known is None:
            self.warn_missing(f"no workload is called {slug!r}, and no run has one")
        title = declared.title if declared else (tables.title(known, slug) if known else slug)
        self.domain.note_object(slug, "workload", "", title=title)
        content: list[nodes.Node] = []
        asked = declared or (known.report.stored.planned(slug) if known else None)
        if asked is not None:
            explained = asked.explained_at in self.env.found_docs
            content += draw("workload.lead", asked, explained)
        if shown is not None:
            content += self.published(slug, shown, history)
        elif local is not None:
            content += draw(
                "parts.note",
                "No published run has this workload yet. Your own newest run is below.",
            )
        else:
            content += draw("parts.empty", "No published run has this workload yet.")
        if local is not None:
            content += self.local(slug, local, shown)
        content += lines_page.of_workload(self, slug)
        return content

    def published(
        self, slug: str, loaded: Loaded, history: Sequence[tuple[Loaded, Row]]
    ) -> list[nodes.Node]:
        """Return the sections of the newest published run."""
        row = loaded.report.row(slug)
        self.domain.note_numbers(row, loaded.run.run_id)
        title, beside = tables.title(loaded, slug), loaded.report.beside(slug)
        return draw(
            "workload.published",
            loaded,
            row,
            figures=self.figures(loaded, row, title),
            counts=beside.counts,
            ways=beside.ways,
            history=history,
            most=data.RECENT,
            files=self.files(loaded),
            cite=cite_block(run=loaded.run, page=loaded.page, slug=slug, what=title),
        )

    def main(self, loaded: Loaded, row: Row) -> list[nodes.Node]:
        """Return the figure that answers the page's question; the tables beside it have its numbers."""
        figure = workload_figures.main(loaded, row, id_=self.chart_id())
        return figure.drawn(beside=True) if figure is not None else []

    def figures(self, loaded: Loaded, row: Row, title: str) -> list[nodes.Node]:
        """Return the main figure, then those by machine and by line, each with a link to its file."""
        results, slug = self.results(), row.slug
        by_machine = workload_figures.machines_of(results, loaded, slug)
        self.domain.depend_on_rows(by_machine)
        figure = workload_figures.main(loaded, row, id_=self.chart_id())
        drawn = [(figure, "", [loaded])]
        figure = workload_figures.machines(by_machine, slug, id_=self.chart_id())
        drawn.append((figure, "-machines", by_machine))
        lined = lines_page.chosen(results, slug)
        if lined is not None:
            self.use(lined)
            of_lines = lined.report.row(slug)
            figure = workload_figures.lines(lined, of_lines, id_=self.chart_id())
            drawn.append((figure, "-lines", [lined]))
        content: list[nodes.Node] = []
        for figure, suffix, runs in drawn:
            if figure is not None:
                content += figure.drawn(beside=not suffix)
                command = PNG.format(run=loaded.run.run_id, slug=slug) if not suffix else ""
                content.append(
                    standalone.link(
                        figure, f"{slug}{suffix}", title=title, runs=runs, command=command
                    )
                )
        return content

    def local(self, slug: str, loaded: Loaded, shown: Loaded | None) -> list[nodes.Node]:
        """Return the section of the newest local run; in full where no published one stands above."""
        row, known = loaded.report.row(slug), loaded.report.beside(slug)
        return draw(
            "workload.local",
            loaded,
            row,
            beside=tables.beside(shown, loaded, [slug]) if shown else None,
            figures=[] if shown else self.main(loaded, row),
            counts=known.counts,
            ways=known.ways,
        )
