"""Means over workloads: the headline, the table by pair of binaries, and the role `{bench:mean}`.

    {bench:mean}`python-code`             the range over the pairs of binaries that were published
    {bench:mean}`python-code@<run id>`    one run's, with its interval

`ftguide.suite.derive.families` says what there are means of. A mean is never one number where several pairs
of binaries have been measured: which compiler made them is part of it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives

from ftguide.docs.grid import Column, Heading, Line, table
from ftguide.suite import words
from ftguide.suite.derive.builds import Means, Sensitivity, newest_of_each, sensitivity
from ftguide.suite.pages import tables
from ftguide.suite.pages.data import Loaded, Results
from ftguide.suite.pages.directives import BenchDirective, empty
from ftguide.suite.pages.value import NumberRole

_MEAN = re.compile(r"(?P<family>[a-z0-9-]+)(?:@(?P<run>[0-9A-Za-z-]+))?")


def measured(runs: Sequence[Loaded], group: str) -> Sensitivity | None:
    """Compare the pairs of binaries that published runs measured, by the newest suite of any.

    Means of other suite versions are means of other workloads: the newest version speaks. A run of other
    groups alone says nothing here, and takes nothing away.
    """
    newest = newest_of_each([run.report for run in runs if _has(run, group)])
    version = newest[0].stored.run.suite.version if newest else ""
    return sensitivity([run for run in newest if run.stored.run.suite.version == version], group)


def _has(run: Loaded, group: str) -> bool:
    return any(workload.group == group for workload in run.run.plan.workloads)


def citable(results: Results) -> list[Loaded]:
    """Return the published runs that may be cited, the preferred one first."""
    return [loaded for loaded in results.newest() if loaded.entry.citable]


class BuildsDirective(BenchDirective):
    """Show one group's one-thread ratios on every pair of binaries that was published, and their range.

    With `:headline:` only the sentence with the range.
    """

    required_arguments = 1
    option_spec: ClassVar = {"headline": directives.flag}

    def run(self) -> list[nodes.Node]:
        """Return the sentence, and the table where there is more than one pair."""
        results = self.results()
        self.domain.report_problems(results, self.env.docname)
        runs = citable(results)
        for loaded in runs:
            self.use(loaded)
        compared = measured(runs, self.arguments[0])
        if compared is None:
            return [empty("No published run has this group yet.")]
        content: list[nodes.Node] = [headline(compared)]
        if "headline" not in self.options and len(compared.pairs) > 1:
            content.append(builds_table(compared, runs))
        return content


def spread(means: Means) -> str:
    """Say the means of a family: their range over the pairs, or the only one with its interval."""
    if len(means.intervals) > 1:
        return f"between {means.low:.2f} and {means.high:.2f}"
    (only,) = means.intervals
    return words.ratio_text(only)


def place(compared: Sensitivity) -> str:
    """Say how many pairs of binaries were measured, and on how many machines."""
    binaries = len({pair.binaries for pair in compared.pairs})
    machines = len({pair.machine for pair in compared.pairs})
    return f"{binaries} pair{'s' if binaries > 1 else ''} of binaries" + (
        f" and {machines} machines" if machines > 1 else ""
    )


def headline(compared: Sensitivity) -> nodes.paragraph:
    """Say the range of the first family's mean over the binaries, then of those that stand apart."""
    first, *others = compared.means
    what = first.family.count(len(first.slugs))
    if first.family.part is None:
        what += f" of the {compared.group} group"
    text = f"Geometric mean of {what}, one thread: {spread(first)} times the time of the GIL-enabled build"
    if len(compared.pairs) == 1:
        text += (
            f", for these two binaries ({compared.pairs[0].python}, {compared.pairs[0].compiler}). "
            "Other compilers move this number; no second pair has been published yet."
        )
    else:
        text += (
            f", on the {place(compared)} measured here. "
            "Which compiler made them, and on which machine they ran, is part of the number."
        )
    if others:
        apart = [f"{spread(means)} for {means.family.count(len(means.slugs))}" for means in others]
        text += f" Not in it, with means of their own: {'; '.join(apart)}."
    return nodes.paragraph("", "", nodes.Text(text), classes=["bench-headline"])


def builds_table(compared: Sensitivity, runs: Sequence[Loaded]) -> nodes.table:
    """Build the table with a column per pair of binaries, and a mean per family."""
    by_id = {loaded.run.run_id: loaded for loaded in runs}
    titles = by_id[compared.pairs[0].run_id]
    lines: list[Line | Heading] = []
    for means in compared.means:
        if means.family.part is not None:
            lines.append(Heading(text=words.family_heading(means.family)))
        for slug in means.slugs:
            link = tables.reference(slug, tables.title(titles, slug))
            lines.append(Line(cells=[[link], *map(words.ratio_text, compared.ratios[slug])]))
        if len(means.slugs) > 1:  # the mean of one is the line above
            cells = [
                f"geometric mean of {len(means.slugs)}",
                *map(words.ratio_text, means.intervals),
            ]
            lines.append(Line(cells=cells, classes=["bench-mean"]))
    runs_line: list[str | list[nodes.Node]] = [
        [tables.reference(pair.run_id, pair.run_id)] for pair in compared.pairs
    ]
    lines.append(Line(cells=["run", *runs_line]))
    return table(
        "One thread: time on the free-threaded build / time on the GIL-enabled build, by pair of "
        "binaries and machine (95 % interval)",
        [
            Column(title="Workload"),
            *(
                Column(title=f"{pair.python}, {pair.compiler}, on {pair.machine}", numeric=True)
                for pair in compared.pairs
            ),
        ],
        lines,
    )


class MeanRole(NumberRole):
    """Print the mean of a family, linked to a run that it comes from."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the number, or a marker with a warning."""
        match = _MEAN.fullmatch(self.text)
        if match is None:
            return self.fail(
                f"{self.text!r} does not name a mean; write family or family@run-id", "syntax"
            )
        results = self.domain.results(self.env.docname)
        node = (
            self.of_all(citable(results), match["family"])
            if match["run"] is None
            else self.of_one(results, match["family"], match["run"])
        )
        self.domain.report_problems(results, self.env.docname)
        if node is None:
            return self.lacking(results, "no published run has such a mean")
        return [node], []

    def of_all(self, runs: Sequence[Loaded], key: str) -> nodes.inline | None:
        """Return the range over all pairs, None when no run has the family."""
        for loaded in runs:
            self.depend(loaded)
        groups = {
            mean.family.group for run in runs for mean in run.report.means if mean.family.key == key
        }
        compared = measured(runs, groups.pop()) if groups else None
        means = compared.of(key) if compared is not None else None
        if compared is None or means is None:
            return None
        of = f"{means.family.count(len(means.slugs))}, {place(compared)}"
        return self.shown(spread(means), of, compared.pairs[0].run_id)

    def of_one(self, results: Results, key: str, run_id: str) -> nodes.inline | None:
        """Return one run's mean, None when it has none."""
        entry = results.find(run_id)
        loaded = results.load(entry) if entry is not None else None
        if loaded is None:
            return None
        self.depend(loaded)
        for mean in loaded.report.means:
            if mean.family.key == key:
                return self.shown(words.ratio_text(mean), mean.family.count(mean.workloads), run_id)
        return None

    def shown(self, value: str, of: str, run_id: str) -> nodes.inline:
        """Return the number, linked to a run, with what it is a mean of."""
        outer = nodes.inline("", "", classes=["bench-value"])
        outer += [tables.reference(run_id, value), nodes.Text(f" (geometric mean of {of})")]
        return outer
