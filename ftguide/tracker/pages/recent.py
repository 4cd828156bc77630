"""What changed recently, as docutils nodes: levels by observation, wheels by their upload times.

Pure. Packages to which the same happened on the same day and line share a row, so that a day on which a
whole line was probed for the first time is a few rows and not hundreds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from docutils import nodes

from ftguide.render.grid import Cell as Content
from ftguide.render.grid import table
from ftguide.tracker.derive.level_rules import Level
from ftguide.tracker.derive.model import Change, Status
from ftguide.tracker.pages.inline import package_link
from ftguide.tracker.pages.package_pages import grouped
from ftguide.tracker.pages.table import chip, page_of

#: What is older is history, and stands on the page of its package.
RECENT = timedelta(days=90)
#: More rows than that are no news.
MOST_ROWS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What happened to some packages on a day, on one line."""

    change: (
        Change  #: of `grouped`, without release and proof: `at` is a day, `platform` names them all
    )
    packages: tuple[tuple[str, str], ...]  #: names and releases

    @property
    def first_look(self) -> bool:
        """Whether nobody had probed the packages on this line before."""
        return not self.change.backfilled and not self.change.before.verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Recent:
    """What changed in a span of days, newest first."""

    since: str
    news: tuple[News, ...]


def recent(statuses: Iterable[Status], today: date) -> Recent:
    """Collect what changed until a day."""
    since = (today - RECENT).isoformat()
    found: dict[tuple[str, str, bool, Level, Level, str], list[tuple[str, Change]]] = {}
    for status in statuses:
        for change in grouped(status.changes):
            if change.at < since:
                continue
            # What was unknown and what had a wheel that nobody had probed differ by chance.
            before = change.before if change.before.verdict else Level.NOT_PROBED
            key = (
                *(change.at, change.line, change.backfilled),
                *(before, change.after, change.platform),
            )
            found.setdefault(key, []).append((status.package.name, change))
    news = [
        News(
            change=same[0][1],
            packages=tuple(sorted((name, change.version) for name, change in same)),
        )
        for same in found.values()
    ]
    # Newest first; within a day real changes before first looks.
    news.sort(key=lambda one: (one.first_look, one.change.backfilled, one.packages))
    news.sort(key=lambda one: one.change.at, reverse=True)
    return Recent(since=since, news=tuple(news))


def shown(found: Recent) -> list[nodes.Node]:
    """Build the table."""
    if not found.news:
        return [nodes.paragraph("", f"Nothing has changed since {found.since}.")]
    titles = ("Day and line", "Before and now", "Packages")
    lines = [_row(one) for one in found.news[:MOST_ROWS]]
    made = table(f"Changes since {found.since}, newest first", titles, lines)
    made["classes"].append("compat-recent")
    rest = len(found.news) - MOST_ROWS
    if rest <= 0:
        return [made]
    return [made, nodes.paragraph("", f"{rest} older ones stand on the packages' pages.")]


def _row(one: News) -> Sequence[Content]:
    change = one.change
    if change.backfilled:
        gone = change.after is Level.NO_WHEEL
        what: Content = "no wheel any more" if gone else "wheel uploaded"
    else:
        before = nodes.Text("not probed") if one.first_look else chip(change.before)
        what = [before, nodes.Text(" → "), chip(change.after)]
    return (f"{change.at}, {change.line}", what, _packages(one))


def _packages(one: News) -> Content:
    """List packages, each linked to its history, and the platforms below."""
    parts: list[nodes.Node] = []
    for name, version in one.packages:
        parts += [nodes.Text(", ")] * bool(parts)
        link = package_link("", name, page=page_of(name), anchor="history")
        parts += [link, nodes.Text(f" {version}")]
    on = nodes.inline("", f"({one.change.platform})", classes=["sub"])
    return [*parts, nodes.Text(" "), on]
