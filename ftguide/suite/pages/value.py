"""The role `{bench:value}`: a number from the store with its interval, so prose holds none by hand.

    {bench:value}`nbody:ft-single/gil-single`            a ratio from the newest published run
    {bench:value}`nbody:ft-single`                       a time
    {bench:value}`nbody:ft-single@3.15/ft-single@3.14`   a line against another, in a run over both
    {bench:value}`nbody:ft-single/gil-single@<run id>`   the first from one run

A number that is missing, or was measured with another version or source of the workload than the
checkout declares, is a warning. In a checkout without any published run there is nothing to be wrong
about: the role says "not measured yet" and stays silent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from docutils import nodes
from sphinx.util.docutils import SphinxRole

from ftguide.render import depends, numbers
from ftguide.suite import words
from ftguide.suite.derive.analysis import ArmTime
from ftguide.suite.derive.lines import called
from ftguide.suite.derive.verdicts import Comparison
from ftguide.suite.pages import data, tables
from ftguide.suite.pages.bench_domain import BenchDomain, domain_of
from ftguide.suite.pages.data import Loaded, Results

#: What a role returns: its nodes, and messages, of which ours have none.
Answer = tuple[list[nodes.Node], list[nodes.system_message]]

_VALUE = re.compile(
    r"(?P<slug>[a-z0-9-]+):(?P<arm>[a-z0-9-]+(?:@3\.\d+)?)(?:/(?P<base>[a-z0-9-]+(?:@3\.\d+)?))?"
    r"(?:@(?P<run>[0-9A-Za-z-]+))?"
)


class NumberRole(SphinxRole):
    """What roles that print stored numbers have in common."""

    @property
    def domain(self) -> BenchDomain:
        """The domain that remembers what the page shows."""
        return domain_of(self.env)

    def fail(self, message: str, subtype: str) -> Answer:
        """Warn at the role and return a marker instead of a number."""
        self.domain.warn(message, subtype, self.get_location())
        return [nodes.inline("", f"[no number: {self.text}]", classes=["bench-missing"])], []

    def lacking(self, results: Results, message: str) -> Answer:
        """Return a marker for a number that no run has; a fault only where there are runs."""
        if not results.published and not results.damaged:
            return [nodes.inline("", "not measured yet", classes=["bench-missing"])], []
        return self.fail(f"{self.text!r}: {message}", "missing")


class ValueRole(NumberRole):
    """Print a stored number with its interval, linked to its row."""

    def run(self) -> Answer:
        """Return the number, or a marker with a warning."""
        match = _VALUE.fullmatch(self.text)
        if match is None:
            return self.fail(
                f"{self.text!r} does not name a number; write slug:arm/base, slug:arm, "
                "and @run-id after either for one run",
                "syntax",
            )
        slug, arm, base, run_id = match["slug"], match["arm"], match["base"], match["run"]
        results = self.domain.results()
        number = None
        for loaded in _candidates(results, slug, run_id):
            self.domain.depend(loaded.folder)
            number = _number(loaded, slug, arm, base)
            if number is not None:
                break
        declared = data.declared().get(slug)
        if declared is not None:
            depends.on(self.env, self.env.docname, (declared.path,))
        if number is None:
            where = f"run {run_id}" if run_id else "any published run"
            return self.lacking(results, f"{where} has no such number")
        outdated = data.outdated(loaded, slug)
        if outdated is not None:
            reason = words.outdated_text(outdated)
            message = f"{self.text!r}: {reason} (run {loaded.run.run_id}); measure again"
            self.domain.warn(message, "mismatch", self.get_location())
        return [self.shown(number, slug, arm, base, loaded)], []

    def shown(
        self, number: ArmTime | Comparison, slug: str, arm: str, base: str | None, loaded: Loaded
    ) -> nodes.inline:
        """Return the number with its interval, linked to the row it comes from."""
        if isinstance(number, ArmTime):
            value, ends = map(
                tables.unbroken, numbers.seconds_parts(number.mean, number.low, number.high)
            )
        else:
            value, ends = words.ratio_parts(number)
        name = data.number_name(slug, arm, base)
        if "@" in self.text:
            name = f"{name}@{loaded.run.run_id}"
        link = tables.reference(name, value)
        link["run_id"] = loaded.run.run_id
        known = ends if ends == numbers.NO_INTERVAL else f"95 % interval {ends}"
        return nodes.inline("", "", link, nodes.Text(f" ({known})"), classes=["bench-value"])


def _candidates(results: Results, slug: str, run_id: str | None) -> Iterable[Loaded]:
    """Return the runs to look in, the preferred one first."""
    if run_id is None:
        return results.newest_for(slug)
    return filter(None, [results.of_id(run_id)])


def _number(loaded: Loaded, slug: str, arm: str, base: str | None) -> ArmTime | Comparison | None:
    """Return a run's time or comparison, None when it was not measured."""
    row = loaded.row(slug)
    if row is None:
        return None
    arm = called(arm, loaded.run.main_line)
    base = None if base is None else called(base, loaded.run.main_line)
    if base is None:
        return next((time for time in row.times if time.arm == arm), None)
    return row.comparison(arm, base)
