"""The page of each package: permanent address, proof of every cell, history, how to repeat it.

The theme draws one empty page; the pages of packages are that page with another title and body. So
400 of them cost less than a second, and a document per package would cost twenty. Bodies come from a
template that escapes every value.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode

import jinja2
from markupsafe import escape
from sphinx.builders.html import StandaloneHTMLBuilder

from ftguide.render.svg import printable
from ftguide.tracker.derive.level_rules import Flag
from ftguide.tracker.derive.line_steps import NEIGHBOURS, STABLE_ABI, abis, steps
from ftguide.tracker.derive.model import Change, Status
from ftguide.tracker.pages import badge, commands, words
from ftguide.tracker.pages.data import Tracker
from ftguide.tracker.pages.table import BASE, page_of
from ftguide.tracker.record.findings import Kind

#: Stands for title and body in the theme's page; a page's own text is put in once and never searched.
_TITLE, _BODY = "compat-shell-title", "compat-shell-body"
_NAME = "compat-shell-name"


def grouped(changes: Iterable[Change]) -> list[Change]:
    """Return the changes newest first by day, those that differ in the platform only as one.

    `platform` then names all of them, and `proof` is that of all.
    """
    groups: dict[Change, list[Change]] = {}
    for change in changes:
        same = replace(change, at=words.day(change.at), platform="", proof=())
        groups.setdefault(same, []).append(change)
    merged = [
        replace(
            same,
            platform=", ".join(sorted(words.platform(change.platform) for change in members)),
            proof=tuple(dict.fromkeys(id_ for change in members for id_ in change.proof)),
        )
        for same, members in groups.items()
    ]
    return sorted(
        merged,
        key=lambda c: (c.at, c.line, c.version, c.before, c.after, c.backfilled),
        reverse=True,
    )


def issue_address(repository: str, package: str, headline: str) -> str:
    """Return the address of a prefilled issue; empty without a repository."""
    if not words.web(repository):
        return ""
    body = (
        f"Package: {package}\nThe page says: {headline}\n\n"
        "What I ran (commands, CPython version, platform):\n\n"
        "What it printed:\n"
    )
    query = urlencode({"title": f"Tracker: {package}", "body": body})
    return f"{repository.rstrip('/')}/issues/new?{query}"


def _environment() -> jinja2.Environment:
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
    )
    plain = (
        *(words.short, words.day, words.web, words.kind, words.reason, words.coverage),
        *(words.platform, words.anchor, words.sentences, words.move, abis),
    )
    made.filters |= {
        **{function.__name__: function for function in plain},
        "stale": lambda flags: Flag.STALE in flags,
        "flags": lambda flags: ", ".join(flag.words for flag in flags),
    }
    return made


class Writer:
    """Writes the pages of packages with the theme of an HTML builder."""

    def __init__(self, builder: StandaloneHTMLBuilder, tracker: Tracker, repository: str) -> None:
        """Have the theme draw the page that all others are made from."""
        self.builder = builder
        self.tracker = tracker
        self.repository = repository
        self.template = _environment().get_template("compat_package.html.jinja")
        self.shell = self._shell()
        self.up = builder.get_relative_uri(page_of(_NAME), BASE)

    def _shell(self) -> str:
        """Return the theme's page with marks for title, body and name."""
        page = page_of(_NAME)
        path = Path(self.builder.get_outfilename(page))
        made = path.parent != Path(self.builder.outdir) / BASE  # its own folder, for dirhtml
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self.builder.handle_page(page, {"title": _TITLE, "body": _BODY}, "page.html")
            return path.read_text(encoding="utf-8")
        finally:
            path.unlink(missing_ok=True)
            if made:
                path.parent.rmdir()

    def body(self, status: Status) -> str:
        """Return the content of a package's page."""
        name = status.package.name
        kinds = {kind: number for number, kind in enumerate(Kind)}
        items = sorted(
            self.tracker.items.get(name, ()),
            key=lambda item: (item.line, item.platform, kinds[item.kind], item.version, item.id),
        )
        in_folder = self.builder.get_target_uri(page_of(name)).endswith("/")
        base = str(self.builder.config.html_baseurl)
        root = f"{base.rstrip('/')}/" if base else ""
        return self.template.render(
            name=name,
            status=status,
            today=self.tracker.today.isoformat(),
            up=self.up,
            field=words.field(status.package.field),
            upstream=words.web(status.package.upstream),
            issue=words.web(status.package.issue),
            beside=words.beside_claim(status),
            items=items,
            moves=[(*lines, steps(status.cells, *lines)) for lines in NEIGHBOURS],
            stable_abi=any(STABLE_ABI in abis(cell) for cell in status.cells) and STABLE_ABI,
            proof={id_ for cell in status.cells for id_ in cell.proof if cell.level.verdict},
            first_seen=self.tracker.first_seen,
            changes=grouped(status.changes),
            stem=f"../{name}" if in_folder else name,
            badge=f"{name}: {badge.text_of(status)}",
            address=f"{root}{page_of(name)}" if root else "",
            page_address=f"{root}{self.builder.get_target_uri(page_of(name))}",
            again=lambda cell: commands.probe_command(name, cell.line),
            by_hand=lambda cell: commands.by_hand(cell, name),
            report=issue_address(self.repository, name, status.headline.words),
        )

    def write(self) -> None:
        """Write the pages that changed."""
        parts = self.shell.split(_BODY)
        if len(parts) != 2 or _TITLE not in parts[0]:
            raise RuntimeError(
                "the theme's page.html shows neither title nor body; see Writer._shell"
            )
        for status in self.tracker.statuses:
            name = status.package.name
            title = str(escape(f"{name} on free-threaded Python"))
            before, after = (part.replace(_TITLE, title).replace(_NAME, name) for part in parts)
            text = f"{before}{self.body(status)}{after}"
            write(Path(self.builder.get_outfilename(page_of(name))), printable(text).encode())


def write(path: Path, raw: bytes) -> None:
    """Write a file unless it holds the same bytes already."""
    if not path.exists() or path.read_bytes() != raw:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(raw)
