"""The directive behind a run's page, which never changes once the run is published."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives

from ftguide.docs import depends
from ftguide.docs.grid import Column, Line, table
from ftguide.suite import words
from ftguide.suite.derive.analysis import Row
from ftguide.suite.pages import choices, data, overviews, provenance, tables
from ftguide.suite.pages.cite import cite_block
from ftguide.suite.pages.data import Loaded
from ftguide.suite.pages.directives import BenchDirective, admonition, commands, overview, section
from ftguide.suite.pages.figures import paragraph
from ftguide.suite.record.model import Failure


class RunDirective(BenchDirective):
    """Show all of one run; `:local:` looks it up among the runs nobody has published."""

    required_arguments = 1
    option_spec: ClassVar = {"local": directives.flag}

    def run(self) -> list[nodes.Node]:
        """Return the sections of the run's page."""
        run_id = self.arguments[0]
        local = "local" in self.options
        results = self.results()
        entry = results.find(run_id, local=local)
        if entry is None:
            # Without any results, or for a local run that was deleted, the page is a leftover.
            if results.published and not local:
                self.warn(f"no published run is called {run_id!r}", "missing")
            return [admonition(nodes.note, "The data of this run are not in this checkout.")]
        depends.on(self.env, self.env.docname, data.files_of(results.folder(entry)))
        loaded = self.use(results.load(entry))
        self.domain.report_problems(results, self.env.docname)
        name = f"local-{run_id}" if local else run_id
        self.domain.note_object(name, "run", "", title=f"run {run_id}", run_id=run_id)
        if loaded is None:
            return [admonition(nodes.warning, "The data of this run cannot be read.")]
        return list(self.page(loaded))

    def page(self, loaded: Loaded) -> Iterable[nodes.Node]:
        """Yield the page's content from the overview down to the raw data."""
        rows = list(loaded.report.rows)
        yield self.provenance(loaded)
        yield from self.caveats(loaded)
        drawn = self.charts_of(loaded, rows, beside=True) if len(rows) > 1 else []
        yield section("overview", "Overview", *overview(loaded, rows), *drawn)
        published = next(self.results().newest(), None) if loaded.local else None
        if published is not None and self.use(published):
            slugs = [row.slug for row in rows]
            compared = choices.beside_tables(published, loaded, slugs)
            if compared:
                yield section("beside", "Beside the published run", *compared)
        yield section("machine", "Machine", provenance.machine_table(loaded.run.machine))
        yield section("interpreters", "Interpreters", provenance.interpreters_table(loaded.run))
        yield section(
            "plan",
            "Plan",
            provenance.plan_table(loaded.run),
            provenance.workloads_table(loaded.report.stored),
        )
        happened = overviews.timeline_table(loaded.report.stored)
        if happened is not None:
            yield section("timeline", "Timeline", happened)
        details = section("workloads", "Workloads")
        for row in rows:
            details += self.workload(loaded, row)
        yield details
        failures = loaded.report.stored.failures
        if failures:
            yield section("failures", "Failures", *_failures(failures))
        yield section("data", "Data", *self.downloads(loaded), *_again(loaded))
        if loaded.local:
            return
        yield section(
            "cite", "Cite", cite_block(run=loaded.run, page=loaded.page, slug=None, what=None)
        )

    def workload(self, loaded: Loaded, row: Row) -> nodes.section:
        """Return one workload's section, with the anchors that citations use."""
        suffix = loaded.run.run_id
        own = not loaded.local
        part = section(row.slug, tables.title(loaded, row.slug))
        if own:
            self.domain.note_object(f"{row.slug}@{suffix}", "row", row.slug, run_id=suffix)
        if row.times:
            part += [tables.ratios_table(row, anchors=True), tables.times_table(row, anchors=True)]
        part += paragraph(f"{row.blocks} blocks. Flags: {words.flags_text(row)}.")
        for comparison in data.comparisons(row) if own else ():
            name = f"{row.slug}:{comparison.arm}/{comparison.base}@{suffix}"
            anchor = data.anchor(row.slug, comparison.arm, comparison.base)
            self.domain.note_object(name, "ratio", anchor, run_id=suffix)
        for time in row.times if own else ():
            name = f"{row.slug}:{time.arm}@{suffix}"
            self.domain.note_object(name, "time", data.anchor(row.slug, time.arm), run_id=suffix)
        return part


def _failures(failures: Iterable[Failure]) -> Iterable[nodes.Node]:
    """Yield the table of what could not be measured, and the tails of its output."""
    listed = list(failures)
    columns = [Column(title=t) for t in ("Workload", "Block", "Arm", "Kind", "Message")]
    yield table(
        "What could not be measured",
        columns,
        [
            Line(
                cells=[
                    f.workload,
                    "calibration" if f.index < 0 else str(f.index),
                    f.arm,
                    f.kind,
                    f.message,
                ]
            )
            for f in listed
        ],
    )
    for failure in listed:
        if failure.tail:
            yield paragraph(f"Last output of {failure.workload}, {failure.arm}:")
            yield nodes.literal_block(failure.tail, failure.tail, language="none")


def _again(loaded: Loaded) -> Iterable[nodes.Node]:
    """Yield how to derive every number of the page again from the raw data."""
    folder = f"benchmarks/results/{loaded.entry.machine}/{loaded.run.run_id}"
    yield paragraph(
        "Every number on this page derives from the blocks file. To derive them again from a "
        "checkout, or to compare two arms with stock pyperf:"
    )
    yield commands(
        f"$ python -m ftguide report {folder}",
        f"$ cd {folder}",
        "$ python -m pyperf compare_to gil-single.json.gz ft-single.json.gz --table",
    )
