"""What Sphinx's EPUB lacks, and the book has: each on a small book of its own."""

import io
import re
import zipfile
from xml.etree import ElementTree as ET

import pytest
from sphinx.testing.util import SphinxTestApp

from ftguide.site.book import in_reading_order, plain_css, with_pages

XHTML = "{http://www.w3.org/1999/xhtml}"
OPF = "{http://www.idpf.org/2007/opf}"
NCX = "{http://www.daisy.org/z3986/2005/ncx/}"
CONF = """
from docutils import nodes
from docutils.parsers.rst import Directive
from ftguide.suite.pages import standalone

class Post(Directive):
    def run(self):
        return [standalone.posted(svg="", target="figure.svg", title="", says="", runs=[], command="")]

def setup(app):
    app.add_directive("post", Post)

extensions = ["ftguide.site.book"]
project = "A book"
version = "1"
copyright = "2026"
epub_identifier = "urn:uuid:12345678-1234-1234-1234-123456789abc"
epub_basename = "book"
html_baseurl = "https://guide.example/docs/"
html_static_path = ["static"]
html_extra_path = ["extra"]
epub_css_files = ["own.css"]
"""
SVG = '<svg viewBox="0 0 1 1"><path d="M0 0"/></svg>'
PAGES = {
    "index": """Index
=====

.. toctree::
   :caption: Read
   :hidden:

   guide
   folder/first
   benchmarks/nbody

:doc:`Out <benchmarks/nbody>` and :doc:`in <guide>`.
""",
    "guide": f"""Guide
=====

.. raw:: html

   <details><summary>Fold</summary><p>Inside<br>two</p></details>
   <input type="checkbox" checked>
   {SVG}

Before the link.

.. post::
""",
    "folder/first": "First\n=====\n\n.. toctree::\n\n   below\n\nLater\n-----\n\nText.\n",
    "folder/below": "Below\n=====\n\nText.\n",
    "folder/second": ":orphan:\n\nSecond & last\n=============\n\nText.\n",
    "apart": ":orphan:\n\nApart\n=====\n\nText.\n",
    "benchmarks/nbody": "N-body\n======\n\nNumbers.\n",
}


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Build the small book; return its files, names of all that was written, and what Sphinx warned of."""
    source = tmp_path_factory.mktemp("mends")
    (source / "conf.py").write_text(CONF)
    for name, text in PAGES.items():
        path = source / f"{name}.rst"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    for name, text in {
        "static/own.css": "/* a:is(b){} */ .sd-card:has(> p) { color: red }\np { color: blue }",
        "static/own.js": "1;",
        "static/data.csv": "a,b",
        "extra/moved.html": "<p>Moved</p>",
    }.items():
        path = source / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    app = SphinxTestApp(
        "epub", srcdir=source, status=io.StringIO(), warning=(said := io.StringIO())
    )
    try:
        app.build()
    finally:
        app.cleanup()
    with zipfile.ZipFile(app.outdir / "book.epub") as file:
        packed = {name: file.read(name).decode(errors="replace") for name in file.namelist()}
    written = {path.relative_to(app.outdir).as_posix() for path in app.outdir.rglob("*")}
    return packed, written, said.getvalue()


@pytest.fixture(scope="module")
def book(built):
    return built[0]


def test_it_builds_without_a_warning(built):
    assert built[2] == ""


def test_contents_list_what_hidden_menus_list_and_what_no_menu_lists(book):
    links = re.findall(r'<a href="([^"]*)">([^<]*)</a>', book["nav.xhtml"])
    assert links == [
        ("index.xhtml", "Index"),
        ("guide.xhtml", "Guide"),
        ("folder/first.xhtml", "First"),
        ("folder/first.xhtml#later", "Later"),
        ("folder/below.xhtml", "Below"),
        ("folder/second.xhtml", "Second &amp; last"),
        ("apart.xhtml", "Apart"),
    ]


def test_pages_that_are_looked_up_are_neither_written_nor_listed_and_links_lead_to_the_site(
    book, built
):
    assert "benchmarks/nbody.xhtml" not in built[1]
    assert not [name for name in book if "nbody" in name]
    assert "nbody" not in book["content.opf"] + book["nav.xhtml"] + book["toc.ncx"]
    index = ET.fromstring(book["index.xhtml"])  # noqa: S314 - written by this build
    links = {"".join(one.itertext()): one.get("href") for one in index.iter(f"{XHTML}a")}
    assert links == {
        "Out": "https://guide.example/docs/benchmarks/nbody.html",
        "in": "guide.xhtml",
    }


def test_pages_are_xml_with_folds_open(book):
    guide = ET.fromstring(book["guide.xhtml"])  # noqa: S314 - written by this build
    assert next(guide.iter(f"{XHTML}details")).get("open") == ""
    assert next(guide.iter(f"{XHTML}input")).get("checked") == ""
    assert list(guide.iter("{http://www.w3.org/2000/svg}path"))


def test_links_to_files_of_figures_are_left_out(book):
    assert "Before the link." in book["guide.xhtml"]
    assert "figure.svg" not in "".join(book.values())


def test_pages_with_drawings_say_so(book):
    items = ET.fromstring(book["content.opf"]).iter(f"{OPF}item")  # noqa: S314 - written by this build
    said = {item.get("href"): item.get("properties") for item in items}
    assert said["guide.xhtml"] == "svg"
    assert said["index.xhtml"] is None
    assert said["nav.xhtml"] == "nav"


def test_the_older_contents_have_the_identifier_of_the_book(book):
    metas = ET.fromstring(book["toc.ncx"]).iter(f"{NCX}meta")  # noqa: S314 - written by this build
    uid = next(meta.get("content") for meta in metas if meta.get("name") == "dtb:uid")
    assert uid == "urn:uuid:12345678-1234-1234-1234-123456789abc"
    assert uid in book["content.opf"]


def test_scripts_data_and_redirects_stay_on_the_site(book):
    assert not [name for name in book if name.endswith((".js", ".csv", ".html"))]
    assert "_static/own.css" in book


def test_styles_have_no_selectors_that_books_do_not_know(book):
    assert book["_static/own.css"].strip() == "p { color: blue }"


@pytest.mark.parametrize(
    ("css", "said"),
    [
        ("a{b:c}\na:has(b) > d{e:f}\ng{h:i}", "a{b:c}\ng{h:i}"),
        (":where(.a) b{c:d}", ".a b{c:d}"),
        ("a:is(b, c){d:e}f{g:h}", "f{g:h}"),
        ("a:where(b, c){d:e}f{g:h}", "f{g:h}"),
        ("@media print{a:is(b){c:d}e{f:g}}", "@media print{e{f:g}}"),
        ("a:hover{b:c}", "a:hover{b:c}"),
        ("/* a:is(b){ */c{d:e}", "c{d:e}"),
    ],
)
def test_plain_css(css, said):
    assert plain_css(css) == said


def test_a_page_that_no_menu_lists_comes_last_in_its_folder_below_the_folders_first():
    toc = [
        {"level": 1, "refuri": "index.xhtml", "text": "Index"},
        {"level": 2, "refuri": "a/one.xhtml", "text": "One"},
        {"level": 3, "refuri": "a/one.xhtml#part", "text": "Part"},
        {"level": 1, "refuri": "b.xhtml", "text": "B"},
    ]
    titles = {"index": "Index", "a/one": "One", "a/two": "2 < 3", "b": "B", "c": "C"}
    made = with_pages(toc, titles, ".xhtml")
    assert [(entry["level"], entry["refuri"], entry["text"]) for entry in made] == [
        (1, "index.xhtml", "Index"),
        (2, "a/one.xhtml", "One"),
        (3, "a/one.xhtml#part", "Part"),
        (3, "a/two.xhtml", "2 &lt; 3"),
        (1, "b.xhtml", "B"),
        (1, "c.xhtml", "C"),
    ]
    assert len(toc) == 4


def test_headings_of_a_page_come_before_the_next_page_and_a_page_comes_once():
    said = ["a", "a#one", "a/b", "a/b#x", "a#two", "c", "a/b", "c#y"]
    toc = [{"level": 1, "refuri": refuri, "text": refuri} for refuri in said]
    made = [entry["refuri"] for entry in in_reading_order(toc)]
    assert made == ["a", "a#one", "a#two", "a/b", "a/b#x", "c", "c#y"]
