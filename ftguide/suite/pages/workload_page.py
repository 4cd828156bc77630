"""The living page of a workload: question, newest result, ways to run it, the reader's own run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from docutils import nodes

from ftguide.docs import depends
from ftguide.render import numbers
from ftguide.suite import words
from ftguide.suite.derive.analysis import Row
from ftguide.suite.pages import choices, data, tables
from ftguide.suite.pages.cite import cite_block
from ftguide.suite.pages.data import Loaded
from ftguide.suite.pages.directives import BenchDirective, admonition, empty, section
from ftguide.suite.pages.figures import paragraph


class WorkloadDirective(BenchDirective):
    """The data part of a workload's living page."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return question, result, chart, data and citation of the newest published run."""
        slug = self.arguments[0]
        results = self.results()
        shown = self.use(results.newest_of(slug))
        local = self.use(results.local_of(slug))
        runs = [run for run in map(results.load, results.published) if run is not None]
        for run in runs:
            self.use(run)
        self.domain.report_problems(results, self.env.docname)
        declared = data.declared().get(slug)
        if declared is not None:
            depends.on(self.env, self.env.docname, (declared.path,))
        if declared is None and shown is None and local is None:
            self.warn(f"no workload is called {slug!r}, and no run has one", "missing")
        known = shown or local
        title = declared.title if declared else (tables.title(known, slug) if known else slug)
        self.domain.note_object(slug, "workload", "", title=title)
        content: list[nodes.Node] = [*self.lead(slug, known)]
        if shown is None:
            said = "No published run has this workload yet"
            content.append(
                admonition(nodes.note, f"{said}. Your own newest run is below.")
                if local is not None
                else empty(f"{said}.")
            )
        else:
            content += self.published(slug, shown, runs)
        if local is not None:
            content.append(self.local(slug, local, shown))
        return content

    def lead(self, slug: str, known: Loaded | None) -> Iterable[nodes.Node]:
        """Yield the question and the expectation that was stated before measuring."""
        declared = data.declared().get(slug)
        if declared is not None:
            question, because, page = declared.question, declared.because, declared.explained_at
        elif known is not None:
            planned = known.report.stored.planned(slug)
            question, because, page = planned.question, planned.because, planned.explained_at
        else:
            return
        yield nodes.paragraph("", "", nodes.strong("", question), classes=["bench-question"])
        expected = nodes.paragraph("", "", nodes.Text(f"Expected before measuring: {because}"))
        if page in self.env.found_docs:
            link = tables.document(page, "Why")
            expected += [nodes.Text(" "), link, nodes.Text(".")]
        yield expected

    def published(self, slug: str, loaded: Loaded, runs: Sequence[Loaded]) -> Iterable[nodes.Node]:
        """Yield the sections of the newest published run."""
        row = loaded.report.row(slug)
        what = tables.title(loaded, slug)
        for comparison in data.comparisons(row):
            self.note(slug, loaded, comparison.arm, comparison.base)
        for time in row.times:
            self.note(slug, loaded, time.arm, None)
        notes: list[nodes.Node] = [self.provenance(loaded), *self.caveats(loaded)]
        reason = data.outdated(loaded, slug)
        if reason is not None:
            notes.append(
                admonition(nodes.caution, f"Measured with other code than shown below: {reason}.")
            )
        result = section("bench-result", "Result", *notes)
        result += self.charts_of(loaded, [row], beside=True)
        result += [tables.ratios_table(row, anchors=True), tables.times_table(row, anchors=True)]
        result += self.remarks(row)
        yield result
        yield from self.beside_time(slug, loaded)
        history = tables.history_table(slug, runs)
        if history is not None:
            yield section("bench-history", "Every published run", history)
        cited = cite_block(run=loaded.run, page=loaded.page, slug=slug, what=what)
        permalink = nodes.paragraph(
            "", "", nodes.Text("This page follows the newest full run. Cite ")
        )
        permalink += tables.reference(f"{slug}@{loaded.run.run_id}", "its place in the run")
        permalink += nodes.Text(", which never changes:")
        yield section("bench-data", "Data and citation", *self.downloads(loaded), permalink, cited)

    def beside_time(self, slug: str, loaded: Loaded) -> Iterable[nodes.Node]:
        """Yield what else was measured: what the workload counted, and the ways to run it."""
        counted = choices.observed_table(loaded.report, slug)
        if counted is not None:
            yield section("bench-counted", "Counted beside time", counted)
        chosen = choices.ways_tables(loaded.report, slug)
        if chosen:
            yield section("bench-ways", "What should I use?", *chosen)

    def note(self, slug: str, loaded: Loaded, arm: str, base: str | None) -> None:
        """Register the anchor of a time or a ratio on the living page."""
        name = f"{slug}:{arm}" if base is None else f"{slug}:{arm}/{base}"
        kind = "time" if base is None else "ratio"
        self.domain.note_object(name, kind, data.anchor(slug, arm, base), run_id=loaded.run.run_id)

    def local(self, slug: str, loaded: Loaded, shown: Loaded | None) -> nodes.section:
        """Return the section of the newest local run; in full where no published one stands above."""
        row = loaded.report.row(slug)
        part = section(
            "bench-local", "On your machine", self.provenance(loaded), *self.caveats(loaded)
        )
        if shown is None:
            part += self.charts_of(loaded, [row], beside=True)
        else:
            part += choices.beside_tables(shown, loaded, [slug])
        part += tables.ratios_table(row, anchors=False)
        if shown is None:
            part += tables.times_table(row, anchors=False)
            part += list(self.beside_time(slug, loaded))
        part += self.remarks(row)
        return part

    def remarks(self, row: Row) -> Iterable[nodes.Node]:
        """Yield a row's flags, and what its blocks say when they are read in other ways."""
        yield paragraph(f"Flags of this row: {words.flags_text(row)}.")
        if row.split is not None:
            own, shared = map(words.ratio_text, (row.split.own, row.split.shared))
            text = nodes.paragraph("", "", nodes.Text("A neighbour came and went ("))
            text += tables.document("benchmarks/method", "why")
            text += nodes.Text(
                f"). FT/GIL in the {row.split.own.k} blocks that had the core to themselves is {own}; "
                f"in the {row.split.shared.k} that shared it, {shared}."
            )
            yield text
        if row.disturbed is None or row.whole is None:
            return
        share, whole = numbers.percent_text(row.disturbed), words.ratio_text(row.whole)
        text = nodes.paragraph("", "", nodes.Text(f"Disturbed: {share} of laps "))
        link = tables.document("benchmarks/method", "why")
        text += [nodes.Text("("), link, nodes.Text(f"). With all time counted, FT/GIL is {whole}.")]
        yield text
