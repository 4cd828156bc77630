"""The site as one EPUB: the pages that are read in order, without runs, workloads, packages and exports.

Sphinx's builder writes every page and file of a site. What the book leaves out is linked where the site is
served (`html_baseurl`), else its name stands there as text. Pages of a book are XML, which allows less than
the HTML of browsers, and readers of books know less of CSS than they do. The rest epubcheck asks for.
"""

from __future__ import annotations

import html
import posixpath
import re
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.builders.epub3 import Epub3Builder

from ftguide.site.kinds import kind_of
from ftguide.suite.pages import standalone

#: What a page weighs at least in the search, to be one that people read and not one that they look up.
LEAST_WEIGHT = 0.3
_LINK = re.compile(r'<a\b[^>]*?\bhref="(?P<target>[^"]*)"[^>]*>(?P<text>.*?)</a>', re.DOTALL)
#: A value, or an attribute without one, which XML does not know.
_BARE = re.compile(r'"[^"]*"|(?<=\s)(?P<bare>checked|disabled|download|hidden|open)(?=[\s>/])')
_TAG = re.compile(r'<(?P<name>[a-z][\w-]*)(?:[^<>"]|"[^"]*")*>')
#: What HTML ends without being told.
_VOID = frozenset({"br", "col", "hr", "img", "input", "wbr"})
#: A namespace, which HTML gives a drawing by its name. Without one a reader draws nothing.
_SVG = 'xmlns="http://www.w3.org/2000/svg"'
#: A selector of CSS that books do not know with the block it is for, and one that stands for what is in it.
_UNKNOWN_RULE = re.compile(r"[^{};]*:(?:has|is|where)\([^{}]*\{[^{}]*\}")
_WHERE = re.compile(r":where\((\.[\w-]+)\)")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_ITEM = re.compile(
    r'(<item id="[^"]*" href="(?P<href>[^"]*)" media-type="application/xhtml\+xml") />'
)
_ABSOLUTE = re.compile(r"[a-z][a-z0-9+.-]*:|//|#", re.IGNORECASE)


def in_book(name: str) -> bool:
    """Whether a page is one of the book."""
    return kind_of(name)[0] >= LEAST_WEIGHT


def as_xml(markup: str) -> str:
    """Return the HTML of a page with values for attributes, an end for every element, and folds open."""

    def attribute(match: re.Match[str]) -> str:
        return f'{match[0]}=""' if match["bare"] else match[0]

    def tag(match: re.Match[str]) -> str:
        written = _BARE.sub(attribute, match[0])
        if match["name"] == "svg" and "xmlns=" not in written:
            written = written.replace("<svg", f"<svg {_SVG}", 1)
        if match["name"] == "details" and "open=" not in written:  # not every reader can be clicked
            written = written.replace("<details", '<details open=""', 1)
        return f"{written[:-1].rstrip(' /')} />" if match["name"] in _VOID else written

    return _TAG.sub(tag, markup)


def link_outside(markup: str, page: str, has: Callable[[str], bool], site: str, suffix: str) -> str:
    """Return the HTML of a page with the links that leave the book leading to the site, or taken away.

    `page` is the address of the page, `has` knows the addresses of the book's, `site` is the address of the
    site or empty, `suffix` is what names of pages end with in the book.
    """

    def link(match: re.Match[str]) -> str:
        target = match["target"]
        path, mark, fragment = target.partition("#")
        full = posixpath.normpath(posixpath.join(posixpath.dirname(page), unquote(path)))
        if _ABSOLUTE.match(target) or has(full):
            return match[0]
        if not site:
            return match["text"]
        served = f"{full.removesuffix(suffix)}.html" if full.endswith(suffix) else full
        address = f"{site.rstrip('/')}/{quote(served)}{mark}{fragment}"
        return match[0].replace(f'href="{target}"', f'href="{address}"', 1)

    return _LINK.sub(link, markup)


def plain_css(css: str) -> str:
    """Return rules of CSS without those whose selectors books do not know."""
    return _UNKNOWN_RULE.sub("", _WHERE.sub(r"\1", _COMMENT.sub("", css)))


def with_pages(
    toc: Sequence[dict[str, Any]], titles: dict[str, str], suffix: str
) -> list[dict[str, Any]]:
    """Return a book's contents with the pages that no menu lists, each below the first page of its folder.

    `titles` has the page names of the whole book. A page whose folder has no page in the contents comes last.
    """
    made = list(toc)
    known = {entry["refuri"].partition("#")[0] for entry in made}
    for name, title in sorted(titles.items()):
        if name + suffix in known:
            continue
        folder = f"{posixpath.dirname(name)}/"
        places = [place for place, entry in enumerate(made) if entry["refuri"].startswith(folder)]
        level = made[places[0]]["level"] + 1 if places else 1
        place = places[-1] + 1 if places else len(made)
        made.insert(place, {"level": level, "refuri": name + suffix, "text": html.escape(title)})
    return made


def in_reading_order(toc: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return a book's contents with every page once, where it is first listed, and its headings behind it.

    Sphinx lists the pages below a page where that names them, which may be before its headings. A book is
    read in the order of its contents, so a heading must not come after the next page.
    """
    places: dict[str, list[dict[str, Any]]] = {}
    for entry in toc:
        page, heading, _ = entry["refuri"].partition("#")
        place = places.setdefault(page, [])
        if heading or not place:
            place.append(entry)
    return [entry for place in places.values() for entry in place]


class Book(Epub3Builder):
    """Sphinx's builder for EPUB, for the pages of the book."""

    def init(self) -> None:
        """Have the contents list what the menus of the site list, which stand on no page."""
        super().init()
        self.config.epub_tocscope = "includehidden"

    def get_toc(self) -> None:
        """Collect the contents: the order of the pages, of the navigation and of the PDF."""
        super().get_toc()
        titles = {
            name: self.env.titles[name].astext()
            for name in self.env.found_docs
            if self.holds(name) and name in self.env.titles
        }
        self.refnodes = in_reading_order(with_pages(self.refnodes, titles, self.out_suffix))

    def toc_metadata(self, level: int, navpoints: list[Any]) -> dict[str, Any]:
        """Return what the older contents say, with the book's identifier where Sphinx writes its name."""
        metadata = super().toc_metadata(level, navpoints)
        return {**metadata, "uid": html.escape(self.config.epub_identifier)}

    def write_documents(self, docnames: AbstractSet[str]) -> None:
        """Write the pages of the book."""
        super().write_documents({name for name in docnames if self.holds(name)})

    def write_doc(self, docname: str, doctree: nodes.document) -> None:
        """Write a page without links to files of figures, which a book does not hold."""
        for link in list(doctree.findall(standalone.posted)):
            link.parent.remove(link)
        super().write_doc(docname, doctree)

    def handle_page(
        self, pagename: str, addctx: dict[str, Any], *args: Any, **options: Any
    ) -> None:
        """Write a page as XML whose links lead somewhere."""
        if "body" in addctx:
            body = link_outside(
                as_xml(addctx["body"]),
                self.get_target_uri(pagename),
                self.has,
                str(self.config.html_baseurl),
                self.out_suffix,
            )
            addctx = {**addctx, "body": body}
        super().handle_page(pagename, addctx, *args, **options)

    def holds(self, name: str) -> bool:
        """Whether a page is one of this book."""
        return in_book(name)

    def has(self, address: str) -> bool:
        """Whether a page of this address is in the book."""
        name = address.removesuffix(self.out_suffix)
        return name != address and name in self.env.found_docs and self.holds(name)

    def build_content(self) -> None:
        """Write the list of what the book holds."""
        self.config.epub_exclude_files = [*self.config.epub_exclude_files, *self.left_out()]
        out = Path(self.outdir)
        for sheet in out.rglob("*.css"):
            sheet.write_text(plain_css(sheet.read_text(encoding="utf-8")), encoding="utf-8")
        super().build_content()

        def item(match: re.Match[str]) -> str:
            page = (out / unquote(html.unescape(match["href"]))).read_text(encoding="utf-8")
            return f'{match[1]} properties="svg" />' if "<svg" in page else match[0]

        package = out / "content.opf"
        package.write_text(_ITEM.sub(item, package.read_text(encoding="utf-8")), encoding="utf-8")

    def left_out(self) -> Iterable[str]:
        """Return the addresses of pages that the book does not have, and of files that only a site needs."""
        yield from (
            self.get_target_uri(name) for name in self.env.found_docs if not self.holds(name)
        )
        out = Path(self.outdir)
        for path in out.rglob("*"):
            if not path.is_file():
                continue
            name = path.relative_to(out).as_posix()
            if path.suffix == self.out_suffix:
                unwanted = not self.has(name)
            else:  # among them redirects, which are pages of the site's server
                unwanted = path.suffix not in self.media_types
            if unwanted:
                yield name


def setup(app: Sphinx) -> None:
    """Have `sphinx-build -b epub` make the book, and `-b pdf` print it."""
    app.add_builder(Book, override=True)
    app.setup_extension("ftguide.site.pdf")  # named, because it imports this module
