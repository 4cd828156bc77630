"""Means over workloads: the headline, the table by pair of binaries, and the role `{bench:mean}`.

    {bench:mean}`python-code`             the range over the pairs of binaries that were published
    {bench:mean}`python-code@<run id>`    one run's, with its interval

`ftguide.suite.derive.families` says what there are means of. A mean is never one number where several pairs
of binaries have been measured: which compiler made them is part of it.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives

from ftguide.suite import words
from ftguide.suite.derive.builds import Means, Sensitivity, pair_of, sensitivity
from ftguide.suite.derive.families import family
from ftguide.suite.derive.summary import Summary
from ftguide.suite.pages import tables
from ftguide.suite.pages.data import Loaded, Results
from ftguide.suite.pages.directives import BenchDirective
from ftguide.suite.pages.tables import draw
from ftguide.suite.pages.value import Answer, NumberRole
from ftguide.suite.record.model import IndexEntry, Run

_MEAN = re.compile(r"(?P<family>[a-z0-9-]+)(?:@(?P<run>[0-9A-Za-z-]+))?")


def of_each_pair(results: Results, group: str) -> list[Loaded]:
    """Return the citable run of each machine and pair of binaries, the preferred one first.

    Means of other suite versions are means of other workloads: the newest version speaks. A run of other
    groups alone says nothing here, and takes nothing away.
    """
    found: dict[tuple[str, ...], Loaded] = {}

    def wanted(entry: IndexEntry, run: Run) -> bool:
        first = next(iter(found.values()), None)
        return (
            entry.citable
            and any(planned.group == group for planned in run.plan.workloads)
            and pair_of(run).measured not in found
            and (first is None or run.suite.version == first.run.suite.version)
        )

    for loaded in results.newest(wanted):
        found[pair_of(loaded.run).measured] = loaded
    return [*found.values()]


def group_of(results: Results, key: str) -> str:
    """Return the group of the family of a key; nothing where no published run has such a family."""
    for run in filter(None, map(results.record, results.standing)):
        for planned in run.plan.workloads:
            if family(planned).key == key:
                return planned.group
    return ""


def compare(runs: Sequence[Loaded], group: str) -> Sensitivity | None:
    """Compare the pairs of binaries that runs measured; None where these have nothing in common."""
    return _sensitivity(tuple(run.report for run in runs), group)


@functools.lru_cache(maxsize=16)
def _sensitivity(runs: tuple[Summary, ...], group: str) -> Sensitivity | None:
    """Compare the same runs once: the means are resampled, and several pages show them."""
    return sensitivity(runs, group)


class BuildsDirective(BenchDirective):
    """Show one group's one-thread ratios on every pair of binaries that was published, and their range.

    With `:headline:` only the sentence with the range.
    """

    required_arguments = 1
    option_spec: ClassVar = {"headline": directives.flag}

    def run(self) -> list[nodes.Node]:
        """Return the sentence, and the table where there is more than one pair."""
        runs = of_each_pair(self.results(), self.arguments[0])
        self.use(*runs)
        compared = compare(runs, self.arguments[0])
        if compared is None:
            return draw("parts.empty", "No published run has this group yet.")
        content = draw("across.headline", compared, spread, place(compared))
        if "headline" not in self.options and len(compared.pairs) > 1:
            named = next(run for run in runs if run.run.run_id == compared.pairs[0].run_id)
            content += draw("across.builds", compared, named)
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


class MeanRole(NumberRole):
    """Print the mean of a family, linked to a run that it comes from."""

    def run(self) -> Answer:
        """Return the number, or a marker with a warning."""
        match = _MEAN.fullmatch(self.text)
        if match is None:
            message = f"{self.text!r} does not name a mean; write family or family@run-id"
            return self.fail(message, "syntax")
        results = self.domain.results()
        if match["run"] is None:
            node = self.of_all(results, match["family"])
        else:
            node = self.of_run(results.of_id(match["run"]), match["family"])
        if node is None:
            return self.lacking(results, "no published run has such a mean")
        return [node], []

    def of_all(self, results: Results, key: str) -> nodes.inline | None:
        """Return the range over all pairs, None when no run has the family."""
        group = group_of(results, key)
        runs = of_each_pair(results, group)
        self.domain.depend(*(loaded.folder for loaded in runs))
        compared = compare(runs, group)
        means = compared.of(key) if compared is not None else None
        if compared is None or means is None:
            return None
        of = f"{words.workloads_text(means.family, len(means.slugs))}, {place(compared)}"
        return self.shown(spread(means), of, compared.pairs[0].run_id)

    def of_run(self, loaded: Loaded | None, key: str) -> nodes.inline | None:
        """Return one run's mean, None when it has none."""
        if loaded is None:
            return None
        self.domain.depend(loaded.folder)
        for mean in loaded.report.means:
            if mean.family.key == key:
                of = words.workloads_text(mean.family, mean.workloads)
                return self.shown(words.ratio_text(mean), of, loaded.run.run_id)
        return None

    def shown(self, value: str, of: str, run_id: str) -> nodes.inline:
        """Return the number, linked to a run, with what it is a mean of."""
        text = nodes.Text(f" (geometric mean of {of})")
        return nodes.inline("", "", tables.reference(run_id, value), text, classes=["bench-value"])
