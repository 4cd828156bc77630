"""What is made of finished pages: the search index, twins, llms.txt, the sitemap and the feed.

Twins and the index are what a build of one changed page would spend most of its time on, so they are made
again only for pages whose article has changed; see `ftguide.render.made`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

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


def pages(app: Sphinx) -> list[tuple[str, str]]:
    """Return the names and addresses of all pages that have an article worth finding."""
    names = sorted(app.env.found_docs)
    if table.BASE in tracker_domain.domain_of(app.env).data["tables"]:
        names += [table.page_of(one.package.name) for one in tracker_of(app.config).statuses]
    return [(name, app.builder.get_target_uri(name)) for name in names]


def write(app: Sphinx, told: Callable[[], list[news.News]], told_by: str) -> None:
    """Write everything; `told` returns what the feed holds, `told_by` is a key for what that is made from."""
    out = Path(app.outdir)
    found = list(articles(out, pages(app)))
    _search(app, found, out)
    twins = _twins(app, found, out)
    site = str(app.config.html_baseurl)
    base = f"{site.rstrip('/')}/" if site else ""
    title = str(app.config.html_title)
    summary = descriptions(app.env).get(str(app.config.root_doc), "")
    listed = machines.llms_txt(title, summary, _listed(app, twins), base)
    (out / machines.LLMS).write_text(listed, encoding="utf-8")
    if base:
        addresses = [base + uri for _, uri in pages(app)] + [f"{base}{index_page.NAME}.html"]
        (out / machines.SITEMAP).write_bytes(machines.sitemap(addresses))
    key = made.key_of(title, site, told_by)
    if not made.of(app).holds(out / news.FEED, key):
        feed = news.feed(told(), title, site, app.builder.get_target_uri)
        (out / news.FEED).write_bytes(feed)
        made.of(app).note(out / news.FEED, key)


def _search(app: Sphinx, found: list[Article], out: Path) -> None:
    """Write the search index, unless it is there and no article has changed."""
    known, entry = made.of(app), out / search.FOLDER / search.ENTRY
    key = made.key_of(*(part for each in found for part in (each.name, each.uri, each.html)))
    if known.holds(entry, key):
        return
    try:
        search.write_index(found, out)
        known.note(entry, key)
    except (OSError, search.SearchError) as error:
        logger.warning(
            "the search index could not be written: %s", error, type="site", subtype="search"
        )


def _twins(app: Sphinx, found: list[Article], out: Path) -> list[Article]:
    """Write the twins that are not there yet or not of today's article; return all articles with one."""
    written = [article for article in found if kinds.kind_of(article.name)[0]]
    known, all_of = made.of(app), frozenset(article.uri for article in written)
    linked = made.key_of(*sorted(all_of))  # a link leads to a page's twin if it has one
    keys = {article: made.key_of(linked, article.uri, article.html) for article in written}
    place = {article: out / machines.twin_of(article.uri) for article in written}
    changed = [each for each in written if not known.holds(place[each], keys[each])]
    machines.write_twins(changed, all_of, out)
    for article in changed:
        known.note(place[article], keys[article])
    return written


def _listed(app: Sphinx, twins: list[Article]) -> Iterator[machines.Listed]:
    """Yield the pages with a twin in the order of the menu, then the others by kind."""
    env, left = app.env, {article.name: article for article in twins}
    trees = env.get_doctree(str(app.config.root_doc)).findall(addnodes.toctree)
    menu = [(str(tree.get("caption") or "Pages"), tree["includefiles"]) for tree in trees]
    menu.insert(0, ("Start", [str(app.config.root_doc)]))
    order = [(group, name) for group, names in menu for name in names if name in left]
    placed = {name for _, name in order}
    order += sorted(
        (f"{kinds.kind_of(name)[1]} pages", name) for name in left if name not in placed
    )
    for group, name in order:
        article = left[name]
        yield machines.Listed(
            group=group,
            title=article.title,
            uri=article.uri,
            description=descriptions(env).get(name, ""),
        )
