"""The role `{bench:value}`: a number from the store with its interval, so prose holds none by hand.

    {bench:value}`nbody:ft-single/gil-single`            a ratio from the newest published run
    {bench:value}`nbody:ft-single`                       a time
    {bench:value}`nbody:ft-single/gil-single@<run id>`   the same from one run

A number that is missing, or was measured with another version or source of the workload than the
checkout declares, is a warning. In a checkout without any published run there is nothing to be wrong
about: the role says "not measured yet" and stays silent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import cast

from docutils import nodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxRole

from ftguide.docs import depends
from ftguide.render import numbers
from ftguide.suite import words
from ftguide.suite.derive.analysis import ArmTime
from ftguide.suite.derive.verdicts import Comparison
from ftguide.suite.pages import data, tables
from ftguide.suite.pages.bench_domain import BenchDomain
from ftguide.suite.pages.data import Loaded, Results

logger = logging.getLogger(__name__)

_VALUE = re.compile(
    r"(?P<slug>[a-z0-9-]+):(?P<arm>[a-z0-9-]+)(?:/(?P<base>[a-z0-9-]+))?(?:@(?P<run>[0-9A-Za-z-]+))?"
)


class NumberRole(SphinxRole):
    """What roles that print stored numbers have in common."""

    @property
    def domain(self) -> BenchDomain:
        """The domain that remembers what the page shows."""
        return cast("BenchDomain", self.env.get_domain("bench"))

    def depend(self, loaded: Loaded) -> None:
        """Have the page read again when a run changes."""
        depends.on(self.env, self.env.docname, data.files_of(loaded.folder))

    def warn(self, message: str, subtype: str) -> None:
        """Warn at the role."""
        logger.warning(message, type="bench", subtype=subtype, location=self.get_location())

    def fail(
        self, message: str, subtype: str
    ) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Warn and return a marker instead of a number."""
        self.warn(message, subtype)
        return [nodes.inline("", f"[no number: {self.text}]", classes=["bench-missing"])], []

    def lacking(
        self, results: Results, message: str
    ) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return a marker for a number that no run has; a fault only where there are runs."""
        if not results.published and not results.problems:
            return [nodes.inline("", "not measured yet", classes=["bench-missing"])], []
        return self.fail(f"{self.text!r}: {message}", "missing")


class ValueRole(NumberRole):
    """Print a stored number with its interval, linked to its row."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the number, or a marker with a warning."""
        match = _VALUE.fullmatch(self.text)
        if match is None:
            return self.fail(
                f"{self.text!r} does not name a number; write slug:arm/base, slug:arm, "
                "and @run-id after either for one run",
                "syntax",
            )
        slug, arm, base, run_id = match["slug"], match["arm"], match["base"], match["run"]
        domain = self.domain
        results = domain.results(self.env.docname)
        number = None
        for loaded in self.candidates(results, slug, run_id):
            self.depend(loaded)
            number = _number(loaded, slug, arm, base)
            if number is not None:
                break
        domain.report_problems(results, self.env.docname)
        declared = data.declared().get(slug)
        if declared is not None:
            depends.on(self.env, self.env.docname, (declared.path,))
        if number is None:
            where = f"run {run_id}" if run_id else "any published run"
            return self.lacking(results, f"{where} has no such number")
        reason = data.outdated(loaded, slug)
        if reason is not None:
            self.warn(
                f"{self.text!r}: {reason} (run {loaded.run.run_id}); measure again", "mismatch"
            )
        return [self.shown(number, slug, arm, base, loaded)], []

    def candidates(self, results: Results, slug: str, run_id: str | None) -> Iterator[Loaded]:
        """Yield the runs to look in, the preferred one first."""
        if run_id is None:
            yield from results.newest_for(slug)
            return
        entry = results.find(run_id)
        loaded = results.load(entry) if entry is not None else None
        if loaded is not None:
            yield loaded

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
        name = f"{slug}:{arm}" if base is None else f"{slug}:{arm}/{base}"
        if "@" in self.text:
            name = f"{name}@{loaded.run.run_id}"
        link = tables.reference(name, value)
        link["run_id"] = loaded.run.run_id
        outer = nodes.inline("", "", classes=["bench-value"])
        outer += [
            link,
            nodes.Text(f" ({ends})" if ends == numbers.NO_INTERVAL else f" (95 % interval {ends})"),
        ]
        return outer


def _number(loaded: Loaded, slug: str, arm: str, base: str | None) -> ArmTime | Comparison | None:
    """Return a run's time or comparison, None when it was not measured."""
    row = loaded.row(slug)
    if row is None:
        return None
    if base is None:
        return next((time for time in row.times if time.arm == arm), None)
    return row.comparison(arm, base)
