"""The `compat` domain: what pages say about packages, derived from evidence.

`{compat:table}` draws all packages, `{compat:changes}` what changed recently, `{compat:names}` what is
known from file names alone. `{compat:levels}` and `{compat:flags}` explain the words,
`{compat:downloads}` links the exports, `{compat:report}` says how to report a change, and the role
`{compat:level}` prints a package's level in prose. Packages are objects of the inventory. Their pages and
the exports are written when a build that shows the table ends.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, ClassVar, cast

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.config import Config
from sphinx.domains import Domain, ObjType
from sphinx.environment import BuildEnvironment
from sphinx.errors import ConfigError
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole
from sphinx.util.typing import ExtensionMetadata

from ftguide.render import depends
from ftguide.render.nodes import data_file
from ftguide.tracker.derive.model import lowest
from ftguide.tracker.pages import badge, by_name, data, export, inline, recent, table, words
from ftguide.tracker.pages.data import Tracker
from ftguide.tracker.pages.package_pages import Writer, issue_address, write
from ftguide.tracker.record.model import LINES

logger = logging.getLogger(__name__)

_ASKED = re.compile(r"(?P<name>[a-z0-9-]+)(?:@(?P<line>3\.\d+t))?")


def today_of(config: Config) -> date:
    """Return the day that statuses are derived for: the setting, else SOURCE_DATE_EPOCH, else today.

    Raises `ConfigError` for a setting that is no day.
    """
    setting = str(config.compat_today)
    if setting:
        try:
            return date.fromisoformat(setting)
        except ValueError as error:
            raise ConfigError(
                f"compat_today: {setting!r} is not a day; write one such as 2026-11-24"
            ) from error
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    moment = datetime.fromtimestamp(int(epoch), UTC) if epoch.isdecimal() else datetime.now(UTC)
    return moment.date()


class CompatDirective(SphinxDirective):
    """What the directives share: the tracker, with its files noted as dependencies of the page."""

    def paragraph(self, text: str) -> nodes.paragraph:
        """Return a paragraph; what stands between pairs of backticks is literal."""
        content, _ = self.parse_inline(text)
        return nodes.paragraph("", "", *content)

    def tracker(self) -> Tracker:
        """Return the tracker."""
        return domain_of(self.env).tracker(self.env.docname)


class TableDirective(CompatDirective):
    """Show every package; this page is where the pages of packages link back to."""

    def run(self) -> list[nodes.Node]:
        """Return counts and table, or how to get evidence."""
        tracker = self.tracker()
        domain_of(self.env).note_table(self.env.docname, tracker)
        if not tracker.statuses:
            text = (
                "No package is described yet. ``compatibility/packages.toml`` lists them, "
                "``nox -s probe`` gathers evidence."
            )
            return [nodes.note("", self.paragraph(text))]
        probed = sum(bool(status.probed) for status in tracker.statuses)
        count = words.count(len(tracker.statuses), "package")
        text = f"{count}, {probed} of them probed on at least one cell; as of {tracker.today}."
        return [
            nodes.paragraph("", text),
            table.counts(tracker.statuses),
            table.stable_abi(tracker.statuses),
            table.overview(tracker.statuses),
        ]


class RecentDirective(CompatDirective):
    """Show what changed recently."""

    def run(self) -> list[nodes.Node]:
        """Return the list."""
        tracker = self.tracker()
        return recent.shown(recent.recent(tracker.statuses, tracker.today))


class NamesDirective(CompatDirective):
    """Show the packages that are known from file names alone."""

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        return [by_name.shown(self.tracker().by_name)]


class ExplanationDirective(SphinxDirective):
    """Explain the levels or the flags, whichever it is called after."""

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        return [table.levels() if self.name == "compat:levels" else table.flags()]


class DownloadsDirective(CompatDirective):
    """Link the files that other programs read."""

    def run(self) -> list[nodes.Node]:
        """Return the list."""
        self.tracker()
        listed = nodes.bullet_list("")
        for target, meaning in (
            (export.JSON, "every package and cell"),
            (export.CSV, "the same as one line per cell"),
            (export.FEED, "changes of levels as an Atom feed"),
        ):
            link = data_file("", target.rpartition("/")[2], target=target)
            paragraph = nodes.paragraph("", "", link, nodes.Text(f": {meaning}"))
            listed += nodes.list_item("", paragraph)
        return [listed]


class ReportDirective(CompatDirective):
    """Say how to report a change."""

    def run(self) -> list[nodes.Node]:
        """Return a link to a prefilled issue, or the way without one."""
        address = issue_address(str(self.config.compat_repository), "NAME", "LEVEL")
        if address:
            link = nodes.reference("", "Report a change", refuri=address)
            rest = nodes.Text("; the link on a package's page fills in its name and level.")
            return [nodes.paragraph("", "", link, rest)]
        text = (
            "This build of the site names no repository to report to (``REPO_URL`` sets it). In a "
            "checkout, ``nox -s probe -- --only NAME`` appends what it found to "
            "``compatibility/evidence/``; that file is the report."
        )
        return [self.paragraph(text)]


class LevelRole(SphinxRole):
    """Print a package's level in prose: `lxml`, or on one line `lxml@3.14t`."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the level with release and day, linked to its proof."""
        tracker = domain_of(self.env).tracker(self.env.docname)
        match = _ASKED.fullmatch(self.text)
        status = tracker.find(match["name"]) if match else None
        line = match["line"] if match else None
        if status is None or line not in {None, *LINES}:
            logger.warning(
                "%r names no level; write a package of packages.toml, and @%s after it for one line",
                self.text,
                LINES[0],
                type="compat",
                subtype="missing",
                location=self.get_location(),
            )
            return [nodes.inline("", f"[no level: {self.text}]", classes=["bench-missing"])], []
        cells = [cell for cell in status.cells if line in {None, cell.line}]
        level = lowest(cells)
        cell = next(cell for cell in cells if cell.level is level)
        known = (status.package.name, cell.version, line or "", words.day(cell.observed_at))
        about = ", ".join(filter(None, (" ".join(filter(None, known[:2])), *known[2:])))
        name, anchor = status.package.name, words.anchor(cell)
        link = table.linked(name, anchor, level, stale=cell.stale)
        return [link, nodes.Text(f" ({about})")], []


class CompatDomain(Domain):
    """Packages, and the pages that show them."""

    name = "compat"
    label = "Compatibility"
    object_types: ClassVar = {"package": ObjType("package")}
    directives: ClassVar = {
        "table": TableDirective,
        "levels": ExplanationDirective,
        "flags": ExplanationDirective,
        "changes": RecentDirective,
        "names": NamesDirective,
        "downloads": DownloadsDirective,
        "report": ReportDirective,
    }
    roles: ClassVar = {"level": LevelRole()}
    initial_data: ClassVar = {
        "days": {},  # docname -> ISO day it was read for
        "tables": {},  # docname -> names of the packages it shows
    }
    data_version = 2

    def tracker(self, docname: str) -> Tracker:
        """Return the tracker, and make the page depend on its files and on the day."""
        tracker = tracker_of(self.env.config)
        depends.on(self.env, docname, tracker.files)
        self.data["days"][docname] = tracker.today.isoformat()
        for problem in tracker.problems:
            if problem not in _warned:
                _warned.add(problem)
                logger.warning(problem, type="compat", subtype="unreadable", location=docname)
        return tracker

    def note_table(self, docname: str, tracker: Tracker) -> None:
        """Remember the page that shows the table."""
        for other in self.data["tables"]:
            if other != docname:
                logger.warning(
                    "the table stands on %s as well; one page shows it",
                    other,
                    type="compat",
                    subtype="duplicate",
                    location=docname,
                )
        self.data["tables"][docname] = [status.package.name for status in tracker.statuses]

    def clear_doc(self, docname: str) -> None:
        """Forget what a page declared."""
        for known in self.data.values():
            if isinstance(known, dict):
                known.pop(docname, None)

    def merge_domaindata(self, docnames: AbstractSet[str], otherdata: dict[str, Any]) -> None:
        """Take over what another process read."""
        for key in self.initial_data:
            for docname, value in otherdata[key].items():
                if docname in docnames:
                    self.data[key][docname] = value

    def resolve_any_xref(self, *_arguments: object, **_named: object) -> list[Any]:
        """Leave `{any}` to other domains: a package's name is too short a word."""
        return []

    def get_objects(self) -> Iterator[tuple[str, str, str, str, str, int]]:
        """Yield every package for the inventory and the search."""
        for docname, names in sorted(self.data["tables"].items()):
            for name in names:
                title = f"{name} on free-threaded Python"
                yield name, title, "package", docname, f"package-{name}", 1


#: Problems this process has warned about; a new build warns again.
_warned: set[str] = set()


def tracker_of(config: Config) -> Tracker:
    """Return the tracker that a site is configured for."""
    return data.load(Path(config.compat_folder), today_of(config))


def domain_of(env: BuildEnvironment) -> CompatDomain:
    """Return the domain of an environment."""
    return cast("CompatDomain", env.get_domain("compat"))


def find_outdated(
    app: Sphinx, env: BuildEnvironment, _added: set[str], _changed: set[str], _gone: set[str]
) -> set[str]:
    """Return the pages that were read for another day."""
    _warned.clear()
    domain, today = domain_of(env), today_of(app.config).isoformat()
    return {docname for docname, day in domain.data["days"].items() if day != today}


def load_early(app: Sphinx, _env: BuildEnvironment, _docnames: list[str]) -> None:
    """Derive the statuses before Sphinx forks its readers, so that they inherit them."""
    if app.parallel > 1:
        tracker_of(app.config)


def write_pages(app: Sphinx) -> list[tuple[str, dict[str, Any], str]]:
    """Write the pages of packages and the exports beside the table's page."""
    builder = app.builder
    domain = domain_of(app.env)
    if builder.name in {"html", "dirhtml"} and table.BASE in domain.data["tables"]:
        assert isinstance(builder, StandaloneHTMLBuilder)
        tracker = tracker_of(app.config)
        Writer(builder, tracker, str(app.config.compat_repository)).write()
        out, site = Path(app.outdir), str(app.config.html_baseurl)
        write(out / export.JSON, export.status_json(tracker))
        write(out / export.CSV, export.status_csv(tracker))
        feed = export.feed(tracker, site, builder.get_target_uri)
        write(out / export.FEED, feed)
        for status in tracker.statuses:
            stem = out / table.page_of(status.package.name)
            write(Path(f"{stem}.json"), export.package_json(tracker, status))
            write(Path(f"{stem}.svg"), badge.badge(status))
    return []


def add_assets(
    app: Sphinx, pagename: str, _template: str, context: dict[str, Any], _doctree: object
) -> None:
    """Load the style sheet and the script only where they are used."""
    if pagename in domain_of(app.env).data["days"] or pagename.startswith(f"{table.BASE}/"):
        app.add_css_file("compat.css")
    if pagename in domain_of(app.env).data["tables"]:
        app.add_js_file("compat.js", loading_method="defer")
        address = context["pathto"](export.FEED, resource=True)
        context["metatags"] = (
            f'{context.get("metatags", "")}<link rel="alternate" type="application/atom+xml" '
            f'title="Level changes" href="{address}" />\n'
        )


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the domain and its three settings."""
    inline.setup(app)
    for name, default, description in (
        ("compat_folder", str(app.confdir / "compatibility"), "Holds packages.toml and evidence/"),
        ("compat_today", "", "Day to derive statuses for, 2026-11-24; empty = today"),
        ("compat_repository", "", "Address of the repository that takes reports; empty = none"),
    ):
        app.add_config_value(name, default, "env", frozenset({str}), description)
    app.add_domain(CompatDomain)
    app.connect("env-get-outdated", find_outdated)
    app.connect("env-before-read-docs", load_early)
    app.connect("html-page-context", add_assets)
    app.connect("html-collect-pages", write_pages)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
