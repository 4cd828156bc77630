"""What the search finds: the copies that are indexed, and golden queries in a browser."""

import shutil

import pytest

from ftguide.ground.files import ROOT
from ftguide.site import search
from ftguide.site.articles import Article, article_of
from ftguide.site.kinds import kind_of
from ftguide.site.search import JOINT, copy_for_index, split_identifiers
from tests.site import sources
from tests.site.browser import served
from tests.site.golden import GOLDEN, found_on_page, missed
from tests.slow import slow_but

#: What search.js needs of a page.
SEARCH_PAGE = """<!doctype html><html lang="en" data-content_root="./"><title>Search</title>
<form class="search-form"><input id="search-words" type="search" name="q"></form>
<p id="search-status"></p><ol id="search-results"></ol><script src="search.js"></script></html>"""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("sys._is_gil_enabled()", ["sys.", "_is_gil_enabled()"]),
        ("functools.lru_cache(maxsize=None)", ["functools.", "lru_cache(", "maxsize=", "None)"]),
        ("python3.14t", ["python3.14t"]),
        ("3.14t", ["3.14t"]),
        ("a[b]", ["a[", "b]"]),
        ("free-threaded", ["free-threaded"]),
        ("Py_GIL_DISABLED", ["Py_GIL_DISABLED"]),
        ("x &lt; y", ["x &lt; y"]),
    ],
)
def test_identifiers_are_taken_apart_at_their_joints(text, words):
    assert split_identifiers(text).split(JOINT) == words


def test_tags_are_left_as_they_are():
    tag = '<a href="a.html" title="b.c(d)">'
    assert split_identifiers(f"{tag}x.y</a>") == f"{tag}x.{JOINT}y</a>"


def article(name, body="<h1>T</h1>"):
    return Article(name=name, uri=f"{name}.html", title="T", html=body)


def test_runs_are_left_out_and_guide_pages_weigh_most():
    assert copy_for_index(article("benchmarks/runs/20261127T211744Z-aaf35b0f")) is None
    guide, workload, package = map(kind_of, ("porting", "benchmarks/nbody", "tracking/lxml"))
    assert guide[0] > workload[0] > 0
    assert guide[0] > package[0] > 0


def test_headings_carry_the_ids_of_their_sections():
    body = '<section id="a">\n<span id="b"></span><h2>Two</h2></section>'
    copy = copy_for_index(article("porting", body))
    assert '<span id="b"></span><h2 id="a" data-pagefind-weight="5">Two</h2>' in copy


def test_highlighted_code_is_one_text():
    body = "<pre><span></span><span>sys</span><span>.</span><span>_is_gil_enabled</span>()</pre>"
    assert f"<pre>sys.{JOINT}_is_gil_enabled()</pre>" in copy_for_index(article("porting", body))


def test_a_page_of_another_theme_has_no_article():
    assert article_of("x", "x.html", "<html><body><main>x</main></body></html>") is None


def write_index(folder, articles):
    """Write copies of articles and their index below a folder; return how many there are."""
    copies = folder / "copies"
    written = sum(search.write_copy(one, copies / one.uri) for one in articles)
    search.write_index(copies, folder / search.FOLDER)
    return written


LOCKS = article("porting", "<h1>Locks</h1><p>What locks cost.</p>")


def test_a_failing_pagefind_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(search.pagefind_bin, "get_executable", lambda: "/bin/false")
    with pytest.raises(search.SearchError, match="pagefind ended with status 1"):
        write_index(tmp_path, [LOCKS])


def test_an_older_index_is_gone(tmp_path):
    old = tmp_path / "pagefind" / "fragment" / "old.pf_fragment"
    old.parent.mkdir(parents=True)
    old.write_text("old")
    assert write_index(tmp_path, [LOCKS]) == 1
    assert not old.exists()
    assert (tmp_path / "pagefind" / "pagefind.js").exists()


def test_without_a_page_there_is_no_index(tmp_path):
    write_index(tmp_path, [LOCKS])
    (tmp_path / "copies" / LOCKS.uri).unlink()
    assert write_index(tmp_path, [article("benchmarks/runs/20261127T211744Z-aaf35b0f")]) == 0
    assert list((tmp_path / "pagefind").iterdir()) == []


@pytest.fixture(scope="module")
def indexed(tmp_path_factory):
    """Index the pages as they lie in source/, and serve the index."""
    folder = tmp_path_factory.mktemp("indexed")
    assert write_index(folder, sources.articles(ROOT / "source")) > 200
    (folder / "search.html").write_text(SEARCH_PAGE)
    shutil.copy(ROOT / "source" / "_static" / "search.js", folder)
    with served(folder) as address:
        yield address


@pytest.mark.parametrize("golden", slow_but(GOLDEN[:3], GOLDEN), ids=[one.query for one in GOLDEN])
def test_golden_queries_lead_to_the_page_that_answers(indexed, browser, golden):
    assert missed(golden, found_on_page(browser, indexed, golden.query)) is None


@pytest.mark.slow
def test_the_page_for_searching_finds_whole_identifiers(address, browser):
    for query in ("_is_gil_enabled", "sys._is_gil_enabled()", "lru_cache", "PYTHON_GIL"):
        assert found_on_page(browser, address, query)[0] == "guide", query


def test_nothing_found_is_said_and_leads_to_a_to_z(address, browser):
    page = browser.new_page()
    page.goto(f"{address}/search.html?q=xyzzyplugh")
    page.wait_for_function("document.body.dataset.searched !== undefined")
    assert page.get_by_role("status").first.inner_text() == "No page has “xyzzyplugh”."
    assert page.get_by_role("link", name="all pages from A to Z", exact=True).count() == 1
    page.close()


def test_what_is_typed_and_what_is_found_stay_text(address, browser):
    page = browser.new_page()
    page.goto(f"{address}/search.html?q=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E%20alert")
    page.wait_for_function("document.body.dataset.searched !== undefined")
    assert page.locator("#search-results script, #search-results img").count() == 0
    page.goto(f"{address}/search.html?q=alert")
    page.wait_for_function("document.body.dataset.searched !== undefined")
    assert "<script>alert('x')</script>" in page.locator("#search-results").inner_text()
    page.close()


def test_a_site_opened_as_files_leads_to_a_to_z(small, browser):
    page = browser.new_page()
    page.goto(f"{(small.out / 'search.html').as_uri()}?q=gil")
    page.wait_for_function("document.body.dataset.searched !== undefined")
    said = page.locator("#search-status")
    assert said.inner_text().startswith("Search needs a web server")
    said.get_by_role("link", name="A to Z").click()
    assert page.locator("h1").inner_text() == "A to Z"
    page.close()
