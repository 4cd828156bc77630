"""The Sphinx side of what surrounds the pages: landmarks, search, A to Z, news, and what programs read.

An extension of its own: it needs Furo, which the pages of the products do not.
"""

from __future__ import annotations

import gc
import html
import posixpath
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, cast
from weakref import WeakKeyDictionary

import jinja2
import sphinx
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

from ftguide.outcomes.pages.data import laboratory, read_from
from ftguide.outcomes.pages.domain import laboratory_of
from ftguide.render import depends, made, menu
from ftguide.render.nodes import data_file
from ftguide.render.svg import printable
from ftguide.site import book, index_page, kinds, machines, news, share, shown
from ftguide.site import finish as finished
from ftguide.site.described import Descriptions
from ftguide.site.landmarks import accessible
from ftguide.site.lean import lean, without_indentation
from ftguide.suite.pages import bench_domain
from ftguide.suite.pages.data import Results
from ftguide.suite.pages.kept import files_of
from ftguide.tracker.pages.domain import tracker_of

#: What Sphinx's own search marks and steps through; ours needs neither, nor does anything else.
_NEVER_USED = {"doctools.js", "sphinx_highlight.js"}
#: Of use only where there are tabs.
_TABS = "design-tabs.js"
#: Thresholds of the garbage collector: what a program begins with, and during a build.
_USUAL = gc.get_threshold()
_SELDOM = (500_000, 1000, 1000)
#: The only reader of what a page is to show where people share it.
_OPEN_GRAPH = "sphinxext.opengraph"
#: So many pages are done sooner than their environment goes to another process and back.
FEW = 5
TEMPLATES = Path(__file__).parent / "templates"
#: Beside the doctrees: compiled templates.
COMPILED = "templates"
#: In how many processes a build was asked to run.
_jobs: WeakKeyDictionary[Sphinx, int] = WeakKeyDictionary()


class NewsDirective(SphinxDirective):
    """List what was found out last, one item of each product; nothing where there is nothing yet."""

    def run(self) -> list[nodes.Node]:
        """Return the list."""
        newest: dict[str, news.News] = {}
        for one in gathered(self.env, self.env.docname):
            newest.setdefault(one.source, one)
        if not newest:
            return []
        listed = nodes.bullet_list("", classes=["site-news"])
        listed += [_item(one, self.env.docname) for _, one in sorted(newest.items())]
        feed = data_file("", "All of them as a feed", target=news.FEED)
        listed += nodes.list_item("", nodes.paragraph("", "", feed))
        return [listed]


def _item(one: news.News, docname: str) -> nodes.list_item:
    """Return one piece of news; package pages have no source, so links are made when a page is written."""
    link = news_link("", one.value, page=one.page, docname=docname)
    text = nodes.paragraph("", "", nodes.strong("", f"{one.source}, {one.day}:"), nodes.Text(" "))
    text += [link, nodes.Text(f" {one.text}.")]
    return nodes.list_item("", text)


class news_link(nodes.Inline, nodes.TextElement):  # noqa: N801 - docutils names nodes in lower case
    """A link to a page by its name; attributes `page` and `docname`, the page that it stands on."""


def resolve_news(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Turn the links of news into references, which only a builder knows how to spell."""
    for node in list(doctree.findall(news_link)):
        try:
            uri = app.builder.get_relative_uri(docname, node["page"])
        except Exception:  # noqa: BLE001 - builders without addresses raise what they like
            node.replace_self(nodes.Text(node.astext()))
            continue
        node.replace_self(nodes.reference("", node.astext(), refuri=uri, internal=True))


def gathered(env: BuildEnvironment, docname: str | None = None) -> list[news.News]:
    """Return all news; a page that shows some depends on the files that they come from."""
    if docname is None:
        return news.gather(results_of(env), laboratory(), tracker_of(env.config))
    bench = bench_domain.domain_of(env)
    results = bench.results()
    bench.depend(*(loaded.folder for loaded in news.told(results)))
    tracker = tracker_of(env.config)
    depends.on(env, docname, tracker.files)
    return news.gather(results, laboratory_of(env, docname), tracker)


def results_of(env: BuildEnvironment) -> Results:
    """Return the runs, without making a page depend on them."""
    return bench_domain.domain_of(env).results_for_writing()


def prepare(app: Sphinx) -> None:
    """Give the templates their filters, and switch off the index that Pagefind replaces."""
    if isinstance(app.builder, StandaloneHTMLBuilder):
        environment = app.builder.templates.environment
        environment.bytecode_cache = _compiled(app)
        environment.filters |= {
            "accessible": accessible,
            "lean": lean,
            "flush": without_indentation,
        }
        if app.builder.name in {"html", "dirhtml"}:
            app.builder.search = False


def _compiled(app: Sphinx) -> jinja2.BytecodeCache:
    """Return where templates lie that are compiled: to do that again is a twentieth of a small build.

    What they are compiled to depends on their text, which Jinja looks at, and on these two packages.
    """
    versions = f"jinja2-{jinja2.__version__}-sphinx-{sphinx.__version__}"
    folder = Path(app.doctreedir) / COMPILED / versions
    folder.mkdir(parents=True, exist_ok=True)
    return jinja2.FileSystemBytecodeCache(str(folder))


def alone_for_few(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Have a few changed pages read and written by this process: a copy of it takes longer than they do."""
    _jobs[app] = app.parallel
    if len(docnames) <= FEW:
        app.parallel = 1
    shown.note(app, env, docnames)


def all_that_show(app: Sphinx, env: BuildEnvironment) -> Iterable[str]:
    """Return the pages to write again because of what they show of others."""
    pages = shown.outdated(app, env)
    if pages:
        app.parallel = _jobs[app]
    return pages


def hold_collector(_app: Sphinx, _config: Config) -> None:
    """Collect no garbage while the environment and the runs are loaded: their objects are none."""
    gc.disable()


def free_collector(_app: Sphinx, *_given: object) -> None:
    """Collect garbage again, but do not look through what was loaded, and seldom through what was made.

    Nearly everything that a build makes it keeps to its end; to look through it took a seventh of the time.
    Processes that are forked after this do not look through what was there before, and so do not copy it.
    """
    gc.freeze()
    gc.set_threshold(*_SELDOM)
    gc.enable()


def restore_collector(_app: Sphinx, _exception: Exception | None) -> None:
    """Collect as before: a program may go on after a build."""
    gc.set_threshold(*_USUAL)
    gc.unfreeze()
    gc.enable()  # also where a build ended before it read


def find_templates(_app: Sphinx, config: Config) -> None:
    """Let Sphinx find the templates of this extension after those of the project."""
    config.templates_path = [*config.templates_path, str(TEMPLATES)]


def is_site(app: Sphinx) -> bool:
    """Whether a build makes the site itself."""
    return app.builder.name in {"html", "dirhtml"} and app.config.html_theme == "furo"


def further_pages(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Yield the page A to Z and the page for searching."""
    if not is_site(app):
        return
    builder = app.builder
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        bytecode_cache=_compiled(app),
    )
    body = made.get_template("a-z.jinja").render(
        groups=index_page.by_letter(index_page.entries(app.env)),
        address=lambda entry: builder.get_relative_uri(index_page.NAME, entry.page) + entry.anchor,
    )
    yield index_page.NAME, {"title": "A to Z", "body": body}, "page.html"
    yield "search", {"title": "Search"}, "search.html"


def add_to_head(
    app: Sphinx, pagename: str, _template: str, context: dict[str, Any], doctree: object
) -> None:
    """Announce a page's twin and the feed, and put a page's number where links to it are shown."""
    if not is_site(app):
        return
    if kinds.is_generated(pagename) and "toctree" in context:
        context["toctree"] = first_level(app, pagename, context["toctree"])
    tags = []
    if doctree is not None and kinds.kind_of(pagename)[0]:
        twin = machines.twin_of(posixpath.basename(app.builder.get_target_uri(pagename)))
        tags.append(f'<link rel="alternate" type="text/markdown" href="{html.escape(twin)}">')
    feed = html.escape(context["pathto"](news.FEED, resource=True))
    tags.append(
        f'<link rel="alternate" type="application/atom+xml" title="What is new" href="{feed}">'
    )
    context["metatags"] = "\n".join([context.get("metatags", ""), *tags])
    if context.get("meta") is not None and _OPEN_GRAPH in app.extensions:
        said = share.description(results_of(app.env), pagename)
        if said:
            context["meta"] = {**context["meta"], "og:description": printable(said)}


def drop_scripts(
    app: Sphinx, _pagename: str, _template: str, context: dict[str, Any], _doctree: object
) -> None:
    """Leave out the scripts that a page has no use for.

    This makes a list of its own: a script that is added to a page after it is not loaded there.
    """
    if not is_site(app):
        return
    unused = _NEVER_USED if "sd-tab-set" in context.get("body", "") else {*_NEVER_USED, _TABS}
    context["script_files"] = [
        script
        for script in context["script_files"]
        if posixpath.basename(str(getattr(script, "filename", script))) not in unused
    ]


def first_level(app: Sphinx, pagename: str, toctree: Callable[..., str]) -> Callable[..., str]:
    """Return the menu of one page among hundreds: without what lies below its entries.

    A page that the menu hides is no entry of it, so those in a folder with the same parent show the same.
    """
    builder = cast("StandaloneHTMLBuilder", app.builder)
    folder = posixpath.dirname(builder.get_target_uri(pagename))
    parent, *_ = builder.relations.get(pagename, [None])
    entry = pagename if menu.shows(app.env, pagename) else None
    known = _menus.setdefault(app, {})

    def shallow(**options: Any) -> str:
        key = (folder, parent, entry, *sorted(options.items()))
        if key not in known:
            known[key] = toctree(**{**options, "maxdepth": 1, "collapse": True})
        return known[key]

    return shallow


_menus: WeakKeyDictionary[Sphinx, dict[tuple[object, ...], str]] = WeakKeyDictionary()


def begin(app: Sphinx) -> Sequence[tuple[str, dict[str, Any], str]]:
    """Begin what only needs the pages that have been written by now."""
    if is_site(app):
        finished.begin(app)
    return ()


def finish(app: Sphinx, exception: Exception | None) -> None:
    """Write what is made of finished pages: the index, twins, llms.txt, the sitemap, the feed."""
    if exception is None and is_site(app):
        finished.write(app, lambda: gathered(app.env), _key_of_news(app.env))


def _key_of_news(env: BuildEnvironment) -> str:
    """Return a key for the files that news come from."""
    results, tracker = results_of(env), tracker_of(env.config)
    runs = (path for entry in results.published for path in files_of(results.folder(entry)))
    read = (*results.indexes, *runs, *read_from(), *tracker.files)
    return made.key_of(tracker.today.isoformat(), made.key_of_files(read))


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register everything; the setting `html_baseurl` is the address of the site."""
    book.setup(app)
    app.add_node(news_link)
    app.add_directive("news", NewsDirective)
    app.add_env_collector(Descriptions)
    app.add_css_file("site.css")
    app.add_js_file("site.js", loading_method="defer")
    app.connect("config-inited", find_templates)
    app.connect("config-inited", hold_collector)
    app.connect("builder-inited", prepare)
    app.connect("env-before-read-docs", alone_for_few, priority=900)  # after those that look early
    app.connect("env-before-read-docs", free_collector, priority=950)  # readers are forked next
    app.connect("env-get-updated", cast("Any", all_that_show))
    app.connect("write-started", free_collector)  # then writers
    app.connect("doctree-resolved", resolve_news)
    app.connect("html-collect-pages", cast("Any", further_pages))
    app.connect(
        "html-collect-pages", cast("Any", begin), priority=900
    )  # after those that write pages
    app.connect("html-page-context", add_to_head, priority=400)  # before sphinxext.opengraph
    app.connect("html-page-context", drop_scripts, priority=900)  # after those that add some
    app.connect("build-finished", finish, priority=900)  # after the domains wrote their files
    app.connect("build-finished", restore_collector, priority=999)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
