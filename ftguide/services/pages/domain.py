"""The domain `services`: tables of what web services showed, and figures of them in the text.

    ```{services:run}                        what was measured, where, with what
    ```{services:tables} flask-gunicorn      every comparison of a service
    ```{services:summary} cpu                one line a service and route, in one quantity

    {services:value}`flask-gunicorn/json:cpu:ft-threads-2/gil-threads-2`     a ratio with its interval
    {services:value}`flask-gunicorn:memory:ft-threads-2/gil-processes-2`     of the service as a whole
    {services:value}`flask-gunicorn/json:rate:ft-threads-2`                  the median of one arm

A figure that the run does not have is a warning; where no run exists, the role says so and stays silent.
"""

# ruff: noqa: ARG002, PLR0917 - Sphinx fixes the signatures of a domain's methods

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from typing import Any, ClassVar, cast

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.builders import Builder
from sphinx.domains import Domain
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from ftguide.ground.machine import LOCAL_MACHINE
from ftguide.render import depends
from ftguide.render.quote import Answer, QuotingRole, marker
from ftguide.services.declare.stacks import STACKS
from ftguide.services.derive.ratios import Quantity, Report
from ftguide.services.pages import data, draw

logger = logging.getLogger(__name__)

_VALUE = re.compile(
    r"(?P<stack>[a-z0-9-]+)(?:/(?P<route>[a-z0-9-]+))?:(?P<quantity>[a-z0-9-]+):"
    r"(?P<arm>[a-z0-9-]+)(?:/(?P<base>[a-z0-9-]+))?"
)


def report_of(env: BuildEnvironment, docname: str) -> Report | None:
    """Return what the shown run says, and make a page depend on its file."""
    found = data.shown()
    depends.on(env, docname, found.paths)
    domain = cast("ServicesDomain", env.get_domain("services"))
    domain.tell(found.problems)
    return found.report


class ServicesDirective(SphinxDirective):
    """What the directives share."""

    def run(self) -> list[nodes.Node]:
        """Return what is drawn, or how to measure."""
        found = report_of(self.env, self.env.docname)
        return draw.missing() if found is None else self.drawn(found)

    def drawn(self, report: Report) -> list[nodes.Node]:
        """Draw; the report is there."""
        raise NotImplementedError


class RunDirective(ServicesDirective):
    """What was measured, where, and with what."""

    def drawn(self, report: Report) -> list[nodes.Node]:
        """Return the table of facts."""
        return draw.facts(report, data.shown().path)


class TablesDirective(ServicesDirective):
    """Every comparison of a service."""

    required_arguments = 1

    def drawn(self, report: Report) -> list[nodes.Node]:
        """Return a table a comparison."""
        slug = self.arguments[0]
        stacks = {stack.slug: stack for stack in report.stored.head.plan.stacks}
        known = [*stacks, *(stack.slug for stack in STACKS)]
        if slug not in known:
            raise self.error(f"no service is called {slug!r}; there are: {', '.join(known)}")
        return draw.tables(report, stacks[slug]) if slug in stacks else draw.missing()


class SummaryDirective(ServicesDirective):
    """All services in one quantity."""

    required_arguments = 1

    def drawn(self, report: Report) -> list[nodes.Node]:
        """Return one table."""
        try:
            quantity = Quantity(self.arguments[0])
        except ValueError:
            raise self.error(
                f"no quantity {self.arguments[0]!r}; there are: {', '.join(Quantity)}"
            ) from None
        return draw.summary(report, quantity)


class ValueRole(QuotingRole):
    """Quote a ratio, or a value of one arm."""

    kind = "services"
    what = "figure"

    def run(self) -> Answer:
        """Return the figure, or a marker with a warning."""
        match = _VALUE.fullmatch(self.text)
        if match is None or match["quantity"] not in list(Quantity):
            return self.fail("write service/route:quantity:arm/base, or without /base")
        report = report_of(self.env, self.env.docname)
        if report is None:
            return [marker("not measured yet")], []
        text = draw.figure(
            report,
            match["stack"],
            match["route"] or "",
            Quantity(match["quantity"]),
            arm=match["arm"],
            base=match["base"],
        )
        if text is None and report.stored.head.machine.name == LOCAL_MACHINE:
            return [marker("not measured here")], []
        if text is None:
            return self.fail("the run has no such figure")
        return [nodes.inline("", text, classes=["bench-value"])], []


class ServicesDomain(Domain):
    """Web services that were measured."""

    name = "services"
    label = "Services"
    directives: ClassVar = {
        "run": RunDirective,
        "summary": SummaryDirective,
        "tables": TablesDirective,
    }
    roles: ClassVar = {"value": ValueRole()}
    data_version = 1

    def __init__(self, env: BuildEnvironment) -> None:
        """Start without having warned about anything."""
        super().__init__(env)
        self._told: set[str] = set()

    def tell(self, problems: tuple[str, ...]) -> None:
        """Warn about what cannot be read, once."""
        for problem in problems:
            if problem not in self._told:
                self._told.add(problem)
                logger.warning("%s", problem, type="services", subtype="unreadable")

    def merge_domaindata(self, docnames: AbstractSet[str], otherdata: dict[str, Any]) -> None:
        """Take over nothing: pages keep what they show themselves."""

    def resolve_any_xref(
        self,
        env: BuildEnvironment,
        fromdocname: str,
        builder: Builder,
        target: str,
        node: pending_xref,
        contnode: nodes.Element,
    ) -> list[tuple[str, nodes.reference]]:
        """Resolve nothing: services have figures, and no places of their own."""
        return []


def setup(app: Sphinx) -> None:
    """Register the domain."""
    app.add_domain(ServicesDomain)
