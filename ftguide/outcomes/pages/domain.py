"""The domain `outcome`: what pages say about the outcome laboratory.

`{outcome:grid}` draws every test on every interpreter, `{outcome:family} lists` the tests of a family,
`{outcome:legend}`, `{outcome:totals}`, `{outcome:changes}`, `{outcome:issues}` and `{outcome:coverage}`
what their names say. The role `{outcome:ref}` links a test, and `{outcome:rate}` quotes a count:

    {outcome:rate}`attribute-increment:1@3.14t`        19 % of 2,827,776 samples on 3.14.7t
    {outcome:count}`generator-next:SIG*@3.14t`         12 of 12

The second form is for the cells of a table whose headings name the interpreter and what was counted. A
declared pattern such as `SIG*` or `*twice` stands for all outcomes that it grades.

An outcome that the test does not declare, or an interpreter without an observation, is a warning; where
nothing has been observed at all, the role says so and stays silent.
"""

# ruff: noqa: ARG002, PLR0917 - Sphinx fixes the signatures of a domain's methods

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any, ClassVar, cast

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.builders import Builder
from sphinx.domains import Domain, ObjType
from sphinx.environment import BuildEnvironment
from sphinx.roles import XRefRole
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.util.nodes import make_refnode

from ftguide.outcomes.derive.coverage import coverage
from ftguide.outcomes.derive.grades import Seen
from ftguide.outcomes.pages import data, draw, export, words
from ftguide.outcomes.pages.data import Laboratory
from ftguide.render import beside, depends, made, menu, packed
from ftguide.render.nodes import data_file
from ftguide.render.quote import Answer, QuotingRole, marker

logger = logging.getLogger(__name__)

_ASKED = re.compile(r"(?P<slug>[a-z0-9-]+):(?P<outcome>.+)@(?P<where>3\.\d+[.0-9a-z]*(?:-gil-on)?)")


def laboratory_of(env: BuildEnvironment, docname: str) -> Laboratory:
    """Return the laboratory, and make a page depend on its files."""
    domain = cast("OutcomeDomain", env.get_domain("outcome"))
    found = domain.laboratory()
    domain.depend(docname, found.paths)
    domain.tell(found.problems)
    return found


class OutcomeDirective(SphinxDirective):
    """What the directives share."""

    def laboratory(self) -> Laboratory:
        """Return the laboratory."""
        return laboratory_of(self.env, self.env.docname)

    def run(self) -> list[nodes.Node]:
        """Return what is drawn, or how to get observations."""
        found = self.laboratory()
        return draw.missing() if found.board is None else self.drawn(found)

    def drawn(self, found: Laboratory) -> list[nodes.Node]:
        """Draw; the board is there."""
        raise NotImplementedError


class GridDirective(OutcomeDirective):
    """Every test on every interpreter."""

    def drawn(self, found: Laboratory) -> list[nodes.Node]:
        """Return where the numbers come from, and the grid."""
        self.env.domaindata["outcome"]["grids"].add(self.env.docname)
        return [*draw.provenance(found), *draw.grid(found)]


class TotalsDirective(OutcomeDirective):
    """How many cells have which verdict."""

    def drawn(self, found: Laboratory) -> list[nodes.Node]:
        """Return the table."""
        return draw.totals(found)


class IssuesDirective(OutcomeDirective):
    """What crashed or stood still."""

    def drawn(self, found: Laboratory) -> list[nodes.Node]:
        """Return the table and a section for each: stack and program are on the test's own place."""
        return draw.issues(found)


class ChangesDirective(OutcomeDirective):
    """Verdicts that changed."""

    def drawn(self, found: Laboratory) -> list[nodes.Node]:
        """Return the table, or that there are none."""
        return draw.changes(found)


class FamilyDirective(OutcomeDirective):
    """The tests of a family: programs first, so that they are there before anything was observed."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return a section for each test."""
        menu.leave(self.env, self.env.docname)
        found = self.laboratory()
        name = self.arguments[0]
        family = next((one for one in found.catalogue.families if one.name == name), None)
        if family is None:
            known = ", ".join(one.name for one in found.catalogue.families)
            raise self.error(f"no family of outcome tests is called {name!r}; there are: {known}")
        domain = cast("OutcomeDomain", self.env.get_domain("outcome"))
        for test in family.tests:
            domain.note(test.slug, self.env.docname, draw.title(test))
        return draw.family(found, family)


class LegendDirective(SphinxDirective):
    """What a cell says."""

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        return draw.legend()


class CoverageDirective(OutcomeDirective):
    """Which modules have tests."""

    def run(self) -> list[nodes.Node]:
        """Return the board."""
        return draw.covered(coverage(self.laboratory().catalogue))


class DownloadsDirective(SphinxDirective):
    """Links to the exports."""

    def run(self) -> list[nodes.Node]:
        """Return the list."""
        listed = nodes.bullet_list("")
        for target, meaning in (
            (export.JSON, "every test, outcome, interpreter and configuration"),
            (export.CSV, "one line for each test, interpreter and outcome"),
        ):
            link = data_file("", target.rpartition("/")[2], target=target)
            text = nodes.Text(f": {meaning}, {packed.SAID}")
            listed += nodes.list_item("", nodes.paragraph("", "", link, text))
        return [listed]


class RateRole(QuotingRole):
    """Quote how often an outcome was seen, linked to its test."""

    kind = "outcome"
    what = "rate"

    def __init__(self, spell: Callable[[Seen, str], str]) -> None:
        """Take what spells an outcome on an interpreter."""
        super().__init__()
        self._spell = spell

    def run(self) -> Answer:
        """Return the count with its denominator, or a marker with a warning."""
        found = laboratory_of(self.env, self.env.docname)
        match = _ASKED.fullmatch(self.text)
        if match is None:
            return self.fail("write test:outcome@3.14t, or @3.14.7t for one version")
        if found.board is None:
            return [marker("not observed yet")], []
        if match["slug"] not in found.catalogue.tests:
            return self.fail(f"no outcome test is called {match['slug']!r}")
        name = draw.interpreter_of(found.board, match["where"])
        cell = found.board.cells.get((match["slug"], name))
        if cell is None:
            return self.fail(f"{match['slug']} was not observed on {match['where']}")
        seen = draw.seen_of(cell, match["outcome"])
        if seen is None:
            return self.fail(f"{match['slug']} neither saw nor declares {match['outcome']!r}")
        return [draw.link_slug(match["slug"], self._spell(seen, name))], []


class OutcomeDomain(Domain):
    """Outcome tests, and the pages that show them."""

    name = "outcome"
    label = "Outcomes"
    object_types: ClassVar = {"test": ObjType("outcome test", "ref")}
    directives: ClassVar = {
        "changes": ChangesDirective,
        "coverage": CoverageDirective,
        "downloads": DownloadsDirective,
        "family": FamilyDirective,
        "grid": GridDirective,
        "issues": IssuesDirective,
        "legend": LegendDirective,
        "totals": TotalsDirective,
    }
    roles: ClassVar = {
        "count": RateRole(words.count_text),
        "rate": RateRole(words.rate_text),
        "ref": XRefRole(innernodeclass=nodes.inline, warn_dangling=True),
    }
    initial_data: ClassVar = {"tests": {}, "grids": set()}  # slug -> (docname, title)
    data_version = 1
    dangling_warnings: ClassVar = {"ref": "no outcome test is called %(target)r"}

    def __init__(self, env: BuildEnvironment) -> None:
        """Start without having warned about anything."""
        super().__init__(env)
        self._told: set[str] = set()
        self._laboratory: Laboratory | None = None
        self._depending: set[str] = set()

    @property
    def tests(self) -> dict[str, tuple[str, str]]:
        """Where each test is shown, and its title."""
        return cast("dict[str, tuple[str, str]]", self.data["tests"])

    def laboratory(self) -> Laboratory:
        """Return what is there to be said, as it was when this build began to read."""
        if self._laboratory is None:
            self._laboratory = data.laboratory()
        return self._laboratory

    def begin(self) -> None:
        """Look at the files again: a build begins."""
        self._laboratory = None
        self._depending.clear()

    def depend(self, docname: str, paths: tuple[Path, ...]) -> None:
        """Make a page depend on the laboratory's files, once for all that it quotes."""
        if docname not in self._depending:
            self._depending.add(docname)
            depends.on(self.env, docname, paths)

    def tell(self, problems: tuple[str, ...]) -> None:
        """Warn about what cannot be read, once."""
        for problem in problems:
            if problem not in self._told:
                self._told.add(problem)
                logger.warning("%s", problem, type="outcome", subtype="unreadable")

    def note(self, slug: str, docname: str, title: str) -> None:
        """Register a test of the page being read."""
        self.tests[slug] = (docname, title)

    def clear_doc(self, docname: str) -> None:
        """Forget what a page declared."""
        for slug in [slug for slug, (page, _) in self.tests.items() if page == docname]:
            del self.tests[slug]
        self.data["grids"].discard(docname)
        self._depending.discard(docname)

    def merge_domaindata(self, docnames: AbstractSet[str], otherdata: dict[str, Any]) -> None:
        """Take over what another process read."""
        for slug, entry in otherdata["tests"].items():
            if entry[0] in docnames:
                self.tests[slug] = entry
        self.data["grids"] |= otherdata["grids"] & docnames

    def resolve_xref(
        self,
        env: BuildEnvironment,
        fromdocname: str,
        builder: Builder,
        typ: str,
        target: str,
        node: pending_xref,
        contnode: nodes.Element,
    ) -> nodes.reference | None:
        """Link to a test."""
        entry = self.tests.get(target)
        if entry is None:
            return cast("nodes.reference", contnode) if node.get("optional") else None
        if not node["refexplicit"]:
            contnode = nodes.inline("", entry[1], classes=contnode["classes"])
        return make_refnode(builder, fromdocname, entry[0], target, contnode)

    def resolve_any_xref(
        self,
        env: BuildEnvironment,
        fromdocname: str,
        builder: Builder,
        target: str,
        node: pending_xref,
        contnode: nodes.Element,
    ) -> list[tuple[str, nodes.reference]]:
        """Link to a test from `{any}`; only exact names count."""
        entry = self.tests.get(target)
        if entry is None:
            return []
        return [("outcome:ref", make_refnode(builder, fromdocname, entry[0], target, contnode))]

    def get_objects(self) -> Iterator[tuple[str, str, str, str, str, int]]:
        """Yield every test for the inventory."""
        for slug, (docname, title) in sorted(self.tests.items()):
            yield slug, title, "test", docname, slug, 1


def read_early(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Read and derive before Sphinx forks its readers, so that they inherit it; else a page does."""
    domain = cast("OutcomeDomain", env.get_domain("outcome"))
    domain.begin()
    if app.parallel > 1 and len(docnames) > 5:  # Sphinx reads fewer pages in this process
        domain.laboratory()


def write_exports(app: Sphinx, known: made.Made) -> Iterator[tuple[Path, str]]:
    """Write the exports beside pages that show the grid, unless they are there; yield each with its key."""
    if not app.env.domaindata["outcome"]["grids"]:
        return
    out = Path(app.outdir)
    key = made.key_of_files(data.read_from())
    if all(known.holds(out / name, key) for name in export.NAMES):
        return
    for name, content in export.files(data.laboratory()).items():
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        yield path, key


def add_script(
    app: Sphinx, pagename: str, _template: str, _context: dict[str, Any], _doctree: object
) -> None:
    """Have pages with a grid load the filter, and those with outcomes their colours."""
    if pagename in app.env.domaindata["outcome"]["grids"]:
        app.add_js_file("outcomes.js", loading_method="defer")


def setup(app: Sphinx) -> None:
    """Register the domain."""
    app.add_domain(OutcomeDomain)
    app.connect("env-before-read-docs", read_early)
    app.connect("html-page-context", add_script)
    beside.register(app, write_exports)
