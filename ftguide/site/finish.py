"""What is made of finished pages: the search index, twins, llms.txt, the sitemap and the feed.

A build of one changed page would spend most of its time on them. So a page is read again only when its file
has changed, and what is made of it is made again only when its article has: see `ftguide.render.made`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from weakref import WeakKeyDictionary

from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util import logging

from ftguide.render import made
from ftguide.site import index_page, kinds, machines, news, search
from ftguide.site.articles import Article, articles
from ftguide.site.described import descriptions
from ftguide.tracker.pages import domain as tracker_domain
from ftguide.tracker.pages import table
from ftguide.tracker.pages.domain import tracker_of

logger = logging.getLogger(__name__)
#: Beside the doctrees: the copies of pages that are indexed.
COPIES = "search"
#: What comes with the theme and is read by nobody but its developers: a tenth of a megabyte.
_UNREAD = "*.map"


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page that has an article, known without reading it."""

    out: Path  #: folder of the build
    name: str  #: as Sphinx calls it
    uri: str  #: of its file, relative to the root of the site
    title: str  #: as text
    key: str  #: for all that its article says

    @cached_property
    def article(self) -> Article:
        """The article, read when somebody asks for it."""
        (article,) = articles(self.out, [(self.name, self.uri)])
        return article


def pages(app: Sphinx) -> list[tuple[str, str]]:
    """Return the names and addresses of all pages that have an article worth finding."""
    names = sorted(app.env.found_docs)
    if table.BASE in tracker_domain.domain_of(app.env).data["tables"]:
        names += [table.page_of(one.package.name) for one in tracker_of(app.config).statuses]
    return [(name, app.builder.get_target_uri(name)) for name in names]


@dataclass(frozen=True, kw_only=True)
class Begun:
    """What is under way while Sphinx does the rest."""

    found: list[Page]
    index: Future[None] | None  #: of the search, where it is written


_begun: WeakKeyDictionary[Sphinx, Begun] = WeakKeyDictionary()


def begin(app: Sphinx) -> None:
    """Begin when all pages lie there that have an article: Pagefind has nothing to do with what is left."""
    out = Path(app.outdir)
    found = list(_found(app, pages(app), out))
    _begun[app] = Begun(found=found, index=_search(app, found, out))


def write(app: Sphinx, told: Callable[[], list[news.News]], told_by: str) -> None:
    """Write everything; `told` returns what the feed holds, `told_by` is a key for what that is made from."""
    out, begun = Path(app.outdir), _begun.pop(app)
    _twins(app, begun.found, out)
    site = str(app.config.html_baseurl)
    base = f"{site.rstrip('/')}/" if site else ""
    title = str(app.config.html_title)
    summary = descriptions(app.env).get(str(app.config.root_doc), "")
    llms = machines.llms_txt(title, summary, _listed(app, begun.found), base)
    (out / machines.LLMS).write_text(llms, encoding="utf-8")
    if base:
        addresses = [base + uri for _, uri in pages(app)] + [f"{base}{index_page.NAME}.html"]
        (out / machines.SITEMAP).write_bytes(machines.sitemap(addresses))
    key = made.key_of(title, site, told_by)
    if not made.of(app).holds(out / news.FEED, key):
        feed = news.feed(told(), title, site, app.builder.get_target_uri)
        (out / news.FEED).write_bytes(feed)
        made.of(app).note(out / news.FEED, key)
    _end_search(app, begun, out)
    for path in (out / "_static").rglob(_UNREAD):
        path.unlink()


def _found(app: Sphinx, listed: list[tuple[str, str]], out: Path) -> Iterator[Page]:
    """Yield the pages to be found, which have an article; those are read whose file is not what it was."""
    for name, uri in listed:
        if not kinds.kind_of(name)[0]:
            continue

        def look(name: str = name, uri: str = uri) -> tuple[str, ...]:
            return tuple(
                part
                for article in articles(out, [(name, uri)])
                for part in (article.title, made.key_of(article.name, article.uri, article.html))
            )

        match made.of(app).found_in(out / uri, look):
            case (title, key):
                yield Page(out=out, name=name, uri=uri, title=title, key=key)


def _search(app: Sphinx, found: list[Page], out: Path) -> Future[None] | None:
    """Begin to write the search index, unless it is there and no article has changed."""
    entry = out / search.FOLDER / search.ENTRY
    if made.of(app).holds(entry, _key_of(found)):
        return None
    copies = _copies(made.of(app), found, Path(app.doctreedir) / COPIES)
    pool = ThreadPoolExecutor(1)
    index = pool.submit(search.write_index, copies, entry.parent)
    pool.shutdown(wait=False)
    return index


def _end_search(app: Sphinx, begun: Begun, out: Path) -> None:
    """Wait for the search index, and warn when there is none."""
    if begun.index is None:
        return
    try:
        begun.index.result()
        if begun.found:
            made.of(app).note(out / search.FOLDER / search.ENTRY, _key_of(begun.found))
    except (OSError, search.SearchError) as error:
        logger.warning(
            "the search index could not be written: %s", error, type="site", subtype="search"
        )


def _key_of(found: list[Page]) -> str:
    return made.key_of(*(page.key for page in found))


def _copies(known: made.Made, found: list[Page], folder: Path) -> Path:
    """Have a folder hold the copies that are indexed, of these pages and no others; return it."""
    place = {folder / page.uri: page for page in found}
    for path in folder.rglob("*"):
        if path.is_file() and path not in place:
            path.unlink()
    for path, page in place.items():
        if not known.holds(path, page.key):
            search.write_copy(page.article, path)
            known.note(path, page.key)
    return folder


def _twins(app: Sphinx, found: list[Page], out: Path) -> None:
    """Write the twins that are not there yet or not of today's article."""
    known, all_of = made.of(app), frozenset(page.uri for page in found)
    linked = made.key_of(*sorted(all_of))  # a link leads to a page's twin if it has one
    keys = {page: made.key_of(linked, page.key) for page in found}
    place = {page: out / machines.twin_of(page.uri) for page in found}
    changed = [page for page in found if not known.holds(place[page], keys[page])]
    machines.write_twins([page.article for page in changed], all_of, out)
    for page in changed:
        known.note(place[page], keys[page])


def _listed(app: Sphinx, found: list[Page]) -> Iterator[machines.Listed]:
    """Yield the pages with a twin in the order of the menu, then the others by kind."""
    env, left = app.env, {page.name: page for page in found}
    trees = env.get_doctree(str(app.config.root_doc)).findall(addnodes.toctree)
    menu = [(str(tree.get("caption") or "Pages"), tree["includefiles"]) for tree in trees]
    menu.insert(0, ("Start", [str(app.config.root_doc)]))
    order = [(group, name) for group, names in menu for name in names if name in left]
    placed = {name for _, name in order}
    order += sorted(
        (f"{kinds.kind_of(name)[1]} pages", name) for name in left if name not in placed
    )
    for group, name in order:
        page = left[name]
        yield machines.Listed(
            group=group,
            title=page.title,
            uri=page.uri,
            description=descriptions(env).get(name, ""),
        )
