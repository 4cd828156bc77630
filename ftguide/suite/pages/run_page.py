"""The directive behind a run's page, which never changes once the run is published."""

from __future__ import annotations

from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx import addnodes

from ftguide.render import menu
from ftguide.suite import reading_words
from ftguide.suite.derive.families import grouped
from ftguide.suite.pages import tables
from ftguide.suite.pages.cite import cite_block
from ftguide.suite.pages.data import Loaded, Results
from ftguide.suite.pages.directives import BenchDirective
from ftguide.suite.pages.tables import draw
from ftguide.suite.record.model import Plan


class RunDirective(BenchDirective):
    """Show all of one run; `:local:` looks it up among the runs nobody has published."""

    required_arguments = 1
    option_spec: ClassVar = {"local": directives.flag}

    def run(self) -> list[nodes.Node]:
        """Return the sections of the run's page."""
        run_id = self.arguments[0]
        menu.leave(self.env, self.env.docname)
        local = "local" in self.options
        results = self.results()
        entry = results.find(run_id, local=local)
        if entry is None:
            # Without any results, or for a local run that was deleted, the page is a leftover.
            if results.published and not local:
                self.warn_missing(f"no published run is called {run_id!r}")
            return draw("parts.note", "The data of this run are not in this checkout.")
        self.domain.depend(results.folder(entry))
        loaded = results.load(entry)
        self.use(loaded)
        name = f"local-{run_id}" if local else run_id
        self.domain.note_object(name, "run", "", title=f"run {run_id}", run_id=run_id)
        if loaded is None:
            return draw("parts.warning", "The data of this run cannot be read.")
        return self.page(results, loaded)

    def page(self, results: Results, loaded: Loaded) -> list[nodes.Node]:
        """Return the page's content from the overview down to the raw data."""
        rows = loaded.report.rows
        overview = tables.overview(loaded, rows, within=True)
        # Charts of published runs stand on the pages of workloads and of groups, which say what to see there.
        if len(rows) > 1 and loaded.local:
            overview += self.charts_of(loaded, rows, beside=True)
        published = next(results.newest(), None) if loaded.local else None
        self.use(published)
        slugs = [row.slug for row in rows]
        if not loaded.local:
            self.note_rows(loaded)
        return draw(
            "run.page",
            loaded,
            overview=overview,
            beside=tables.beside(published, loaded, slugs) if published else [],
            blocks=_blocks(loaded.run.plan),
            loops={row.slug: _loops(loaded.report.beside(row.slug).loops) for row in rows},
            timeline=loaded.report.timeline,
            families=grouped(rows),
            legend=[*dict.fromkeys(time.arm for row in rows for time in row.times)],
            files=self.files(loaded),
            readings={
                slug: ([*reading_words.sentences(found)], [*map(_link, reading_words.pages(found))])
                for slug in slugs
                if (found := loaded.report.reading(slug))
            },
            cite=cite_block(run=loaded.run, page=loaded.page, slug=None, what=None),
        )

    def note_rows(self, loaded: Loaded) -> None:
        """Register the anchors that citations use."""
        run_id = loaded.run.run_id
        for row in loaded.report.rows:
            slug = row.slug
            self.domain.note_object(f"{slug}@{run_id}", "row", slug, run_id=run_id)
            self.domain.note_numbers(row, run_id, suffix=f"@{run_id}")


def _link(page: reading_words.Page) -> addnodes.pending_xref:
    """Return a link that is called what it leads to."""
    return addnodes.pending_xref(
        "",
        nodes.inline("", page.anchor or page.docname),
        refdomain="std",
        reftype="ref" if page.anchor else "doc",
        reftarget=page.anchor or f"/{page.docname}",
        refexplicit=False,
        refwarn=True,
    )


def _blocks(plan: Plan) -> str:
    counts = sorted({planned.blocks or plan.blocks for planned in plan.workloads})
    return " or ".join(map(str, counts)) or str(plan.blocks)


def _loops(counted: int | None) -> str:
    return "not calibrated" if counted is None else str(counted)
