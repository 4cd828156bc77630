"""The guide as one PDF: what is read from beginning to end, printed by a headless browser.

The builder writes the pages as the EPUB's does, without the outcomes of single objects, whose pages are
looked up. They become one document (`paper.py`), which Chromium prints, because it draws the site's styles
and charts as they are. It reads files of the build only, without a network. pypdf tells
on which pages things are, and adds what browsers do not write well: the outline, and whose book it is.
"""

from __future__ import annotations

import html
import os
import shutil
from collections.abc import Sequence
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.errors import SphinxError
from sphinx.util import logging
from sphinx.util.typing import ExtensionMetadata

from ftguide.ground.files import ROOT
from ftguide.ground.runs import git
from ftguide.site import paper
from ftguide.site.book import Book
from ftguide.site.kinds import is_generated
from ftguide.tracker.pages.domain import today_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserType

#: A document of hundreds of pages takes seconds to print, and a busy machine many times that.
PATIENCE_MS = 600_000
#: The first attempt tells which page is which, the second writes it down. More only if that takes more pages.
ATTEMPTS = 4
#: The width of A4 without margins, in CSS pixels, as `paper.css` has it.
WIDTH = 642
#: What reaches out of the page, by chapter. The browser would print all pages smaller, so that it fits.
_TOO_WIDE = """width => {
  const sticksOut = element => element.getBoundingClientRect().right > width + 1;
  const chapters = [...document.querySelectorAll('article')];
  return chapters.filter(chapter => [...chapter.querySelectorAll('*')].some(sticksOut))
    .map(chapter => chapter.querySelector('h1')?.textContent ?? chapter.id);
}"""
logger = logging.getLogger(__name__)


class PrintError(SphinxError):
    """The document could not be printed, with what to do about it."""

    category = "PDF"


class Print(Book):
    """Sphinx's builder for EPUB, which prints the pages in place of packing them."""

    name = "pdf"
    epilog = "The PDF is in %(outdir)s."

    def holds(self, name: str) -> bool:
        """Whether a page is one that people read, and not one of many that they look up."""
        return super().holds(name) and not is_generated(name)

    def get_builder_config(self, option: str, default: str) -> Any:
        """Return a setting of the EPUB, which the PDF shares, or else the one of `default`."""
        return getattr(self.config, f"epub_{option}", super().get_builder_config(option, default))

    def handle_finish(self) -> None:
        """Print the pages."""
        self.get_toc()
        out = Path(self.outdir)
        entries = self.entries()
        pages = {one.address: (out / one.address).read_text(encoding="utf-8") for one in entries}
        chapters = paper.chapters(entries, pages)
        source, path = out / "paper.xhtml", out / f"{self.config.epub_basename}.pdf"
        facts = self.facts(today_of(self.config))
        numbers: dict[str, int] = {}
        for _attempt in range(ATTEMPTS):
            document = paper.document(
                chapters,
                title=str(self.config.html_title),
                facts=facts,
                sheets=paper.sheets_of(pages[entries[0].address]),
                numbers=numbers,
            )
            source.write_text(document, encoding="utf-8")
            wide = print_document(source, path)
            said, numbers = numbers, page_numbers(path)
            if said == numbers:
                break
        else:
            raise PrintError(f"{path}: contents still name other pages after {ATTEMPTS} attempts")
        for title in wide:
            logger.warning("%s: something is too wide for the paper, see paper.css", title)
        describe(
            path,
            chapters,
            title=str(self.config.html_title),
            author=str(self.config.epub_author),
            subject=str(self.config.epub_description),
        )

    def entries(self) -> list[paper.Entry]:
        """Return the pages in the order of the contents, with the captions of the menu as parts."""
        parts = {}
        for tree in self.env.get_doctree(self.config.root_doc).findall(addnodes.toctree):
            inside = [name for name in tree["includefiles"] if self.holds(name)]
            if tree.get("caption") and inside:
                parts[self.get_target_uri(inside[0])] = str(tree["caption"])
        made: dict[str, paper.Entry] = {}
        for node in self.refnodes:
            address = unquote(html.unescape(node["refuri"]).partition("#")[0])
            if address not in made and self.has(address):
                made[address] = paper.Entry(
                    address=address,
                    title=self.env.titles[address.removesuffix(self.out_suffix)].astext(),
                    level=node["level"],
                    part=parts.get(address, ""),
                )
        return list(made.values())

    def facts(self, day: date) -> list[tuple[str, str]]:
        """Return what the title page says: which state of the guide this is, and where the rest is."""
        commit = git(ROOT, "rev-parse", "HEAD")
        changed = " with changes that are not committed" if git(ROOT, "status", "-s") else ""
        said = [
            ("Version", str(self.config.version)),
            ("Commit", f"{commit}{changed}" if commit else ""),
            ("Printed", day.isoformat()),
            ("Site", str(self.config.html_baseurl)),
            (
                "Left out",
                "Pages of single workloads, runs, packages and shared objects, which are on the site.",
            ),
        ]
        return [(name, value) for name, value in said if value]


def print_document(source: Path, path: Path) -> list[str]:
    """Print a local document to a PDF; return the titles of chapters with something too wide for the paper.

    Raises `PrintError` where there is no browser.
    """
    try:
        from playwright.sync_api import Error, sync_playwright  # noqa: PLC0415 - other builders need none
    except ImportError as error:
        raise PrintError(
            "playwright, which steers the browser that prints, is missing: install requirements.txt"
        ) from error
    try:
        with sync_playwright() as playwright, closing(_browser(playwright.chromium)) as browser:
            page = browser.new_context(offline=True).new_page()
            page.set_viewport_size({"width": WIDTH, "height": WIDTH})
            page.set_default_timeout(PATIENCE_MS)
            page.emulate_media(media="print", color_scheme="light")
            page.goto(source.absolute().as_uri())
            found: list[str] = page.evaluate(_TOO_WIDE, WIDTH)
            page.pdf(path=path, prefer_css_page_size=True, print_background=True)
    except Error as error:
        raise PrintError(f"{source} could not be printed: {error}") from error
    return found


def _browser(chromium: BrowserType) -> Browser:
    """Start the system's Chromium, else the one that Playwright got."""
    from playwright.sync_api import Error  # noqa: PLC0415 - see above

    root = hasattr(os, "geteuid") and os.geteuid() == 0  # Chromium's sandbox refuses to start there
    try:
        return chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox"] if root else [],
            timeout=PATIENCE_MS,
        )
    except Error as error:
        raise PrintError(
            f"no browser starts ({str(error).splitlines()[0]}): install Chromium, or let "
            "`playwright install chromium` get one"
        ) from error


def page_numbers(path: Path) -> dict[str, int]:
    """Return on which page of a printed PDF each id is that something links, from 1."""
    reader = _pypdf().PdfReader(path)
    return {
        name.removeprefix("/"): (reader.get_destination_page_number(place) or 0) + 1
        for name, place in reader.named_destinations.items()
    }


def describe(
    path: Path, chapters: Sequence[paper.Chapter], *, title: str, author: str, subject: str
) -> None:
    """Give a printed PDF its outline, of parts, chapters and sections, and say whose it is."""
    pypdf = _pypdf()
    writer = pypdf.PdfWriter(clone_from=path)
    places = writer.named_destinations

    def entry(title: str, id_: str, above: Any) -> Any:
        place = places[f"/{id_}"]
        fit = pypdf.generic.Fit.xyz(left=None, top=float(place["/Top"]))
        return writer.add_outline_item(
            title=title,
            page_number=writer.get_destination_page_number(place),
            parent=above,
            fit=fit,
            is_open=False,
        )

    above: list[Any] = []
    part = None
    for chapter in chapters:
        if chapter.part:
            part = entry(chapter.part, chapter.id, None)
            above = []
        del above[chapter.level - 1 :]
        made = entry(chapter.title, chapter.id, above[-1] if above else part)
        above.append(made)
        for section in chapter.sections:
            entry(section.title, section.id, made)
    writer.add_metadata({"/Title": title, "/Author": author, "/Subject": subject})
    writer.root_object[pypdf.generic.NameObject("/Lang")] = pypdf.generic.TextStringObject("en")
    writer.page_mode = "/UseOutlines"
    writer.write(path)


def _pypdf() -> Any:
    """Return pypdf, which the other builders do without."""
    try:
        import pypdf  # noqa: PLC0415
    except ImportError as error:
        raise PrintError(
            "pypdf, which reads and completes what the browser prints, is missing: install requirements.txt"
        ) from error
    return pypdf


def setup(app: Sphinx) -> ExtensionMetadata:
    """Have `sphinx-build -b pdf` print the book."""
    app.add_builder(Print, override=True)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
