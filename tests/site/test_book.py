"""The EPUB of the small site."""

import posixpath
import re
import zipfile
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import pytest

from ftguide.site.book import as_xml, in_book, link_outside
from ftguide.suite.derive import analysis
from tests import synthetic
from tests.site.conftest import ADDRESS, HOSTILE, small_site

XHTML = "{http://www.w3.org/1999/xhtml}"
SVG = "{http://www.w3.org/2000/svg}"
OPF = "{http://www.idpf.org/2007/opf}"
MEASURED = """# Measured

```{bench:table}
```

```{bench:chart}
```

::::{tab-set}
:::{tab-item} Linux
One.
:::
:::{tab-item} Windows
Two.
:::
::::
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    with small_site(tmp_path_factory.mktemp("book")) as site:
        site.page("measured", MEASURED)
        index = (site.source / "index.md").read_text()
        site.page("index", index.replace("Read\n", "Read\nmeasured\n", 1))
        return site.build("epub")


@pytest.fixture(scope="module")
def book(built):
    (path,) = built.out.glob("*.epub")
    with zipfile.ZipFile(path) as file:
        assert file.testzip() is None
        return {name: file.read(name) for name in file.namelist()}


@pytest.fixture(scope="module")
def pages(book):
    """Every page of the book as XML; one that is not XML opens in no reader."""
    return {
        name: ET.fromstring(content)  # noqa: S314 - written by this build
        for name, content in book.items()
        if name.endswith(".xhtml")
    }


def test_the_book_builds_without_a_warning(built):
    assert built.warnings == []


def test_the_book_is_an_epub(book):
    assert next(iter(book)) == "mimetype"
    assert book["mimetype"].strip() == b"application/epub+zip"
    package = ET.fromstring(book["content.opf"])  # noqa: S314 - written by this build
    listed = {item.get("href") for item in package.iter(f"{OPF}item")}
    assert listed <= book.keys() | {"toc.ncx", "nav.xhtml"}
    items = {item.get("id") for item in package.iter(f"{OPF}item")}
    spine = [item.get("idref") for item in package.iter(f"{OPF}itemref")]
    assert spine
    assert set(spine) <= items


def test_the_book_has_what_is_read_and_not_what_is_looked_up(pages, book):
    assert {"index.xhtml", "guide.xhtml", "hostile.xhtml", "measured.xhtml"} <= pages.keys()
    assert not [name for name in pages if name.startswith("benchmarks/runs/2")]
    assert "benchmarks/nbody.xhtml" not in pages
    kinds = {posixpath.splitext(name)[1] for name in book}
    assert not kinds & {".js", ".csv", ".json", ".html"}


def test_every_link_of_the_book_leads_somewhere(pages, book):
    outside = set()
    for name, page in pages.items():
        for link in page.iter(f"{XHTML}a"):
            target, _, anchor = link.get("href", "#").partition("#")
            if re.match("[a-z]+:", target):
                outside.add(target)
                continue
            full = posixpath.normpath(posixpath.join(posixpath.dirname(name), unquote(target)))
            full = full if target else name
            assert full in book, f"{name} links {target}"
            ids = {one.get("id") for one in pages[full].iter() if one.get("id")}
            assert not anchor or anchor in ids, f"{name} links {full}#{anchor}"
    assert f"{ADDRESS}benchmarks/nbody.html" in outside


def test_tables_and_hostile_text_stay_what_they_are(pages):
    cells = ["".join(cell.itertext()) for cell in pages["measured.xhtml"].iter(f"{XHTML}td")]
    ratio = analysis.report(synthetic.stored()).row("nbody").single.ratio
    assert [cell for cell in cells if cell.startswith(f"{ratio:.3f}")]
    assert list(pages["measured.xhtml"].iter(f"{SVG}svg"))
    assert HOSTILE in "".join(pages["hostile.xhtml"].itertext())
    for page in pages.values():
        assert not [
            script for script in page.iter(f"{XHTML}script") if "alert(" in (script.text or "")
        ]


def test_without_an_address_links_that_leave_the_book_are_text():
    text = (
        '<a class="x" href="../benchmarks/nbody.xhtml#a">N-<b>body</b></a>, <a href="#here">h</a>'
    )
    has = {"a/b.xhtml"}.__contains__
    said = link_outside(text, "a/c.xhtml", has, "", ".xhtml")
    assert said == 'N-<b>body</b>, <a href="#here">h</a>'
    said = link_outside(text, "a/c.xhtml", has, ADDRESS, ".xhtml")
    assert f'<a class="x" href="{ADDRESS}benchmarks/nbody.html#a">' in said
    kept = '<a href="b.xhtml#x">b</a> <a href="https://example.org/">e</a>'
    assert link_outside(kept, "a/c.xhtml", has, ADDRESS, ".xhtml") == kept


def test_attributes_get_values_elements_ends_and_text_stays():
    assert as_xml('<input type="radio" checked>a<br/><hr class="x">') == (
        '<input type="radio" checked="" />a<br /><hr class="x" />'
    )
    label = '<div aria-label="a &gt; b > c: open at once, hidden />">x</div>'
    assert as_xml(label) == label
    assert as_xml('<a href="x" download>open</a>') == '<a href="x" download="">open</a>'
    assert (
        as_xml("<details open><p>hidden checked </p>") == '<details open=""><p>hidden checked </p>'
    )


@pytest.mark.parametrize(
    ("name", "inside"),
    [
        ("porting", True),
        ("thread-safety/dicts", True),
        ("benchmarks/index", True),
        ("benchmarks/nbody", False),
        ("benchmarks/runs/2", False),
        ("tracking/numpy", False),
    ],
)
def test_pages_of_the_book(name, inside):
    assert in_book(name) is inside
