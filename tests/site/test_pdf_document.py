"""Pages of a book as one document to print, without a browser."""

import re
from xml.etree import ElementTree as ET

import pytest

from ftguide.site import paper
from tests.site.conftest import HOSTILE

XHTML = "{http://www.w3.org/1999/xhtml}"
ONE = """<section id="one"><h1 id="x">One</h1>
<p><a href="b/two.xhtml">page</a> <a href="b/two.xhtml#x">place</a> <a href="b/two.xhtml#gone">lost</a>
<a href="#x">here</a> <a href="https://example.org/#x">away</a> <a href="none.xhtml#x">nowhere</a></p>
<section id="first"><h2>First <code>part</code>
&amp; more</h2><section id="deep"><h3>Deep</h3></section></section></section>"""
TWO = """<p id="x">Two <a href="../one.xhtml#first">back</a> <img src="../_images/a.png" alt="" /></p>
<input type="radio" id="tab" name="tabs" /><label for="tab">Tab</label>
<svg xmlns="http://www.w3.org/2000/svg" id="chart" aria-labelledby="chart-t chart-d">
<style>#chart .s{fill:#abc}</style>
<title id="chart-t">T</title><desc id="chart-d">D</desc><path id="grad" fill="url(#grad)"/></svg>"""


def page(body: str) -> str:
    return f"<html><head><title>t</title></head><body>{body}</body></html>"


def entry(address: str, **changes: object) -> paper.Entry:
    return paper.Entry(**{"address": address, "title": address, "level": 1, **changes})


@pytest.fixture
def made():
    entries = [entry("one.xhtml", part="Begin"), entry("b/two.xhtml", level=2)]
    return paper.chapters(entries, {"one.xhtml": page(ONE), "b/two.xhtml": page(TWO)})


def parsed(made, **changes):
    given = {"title": "A book", "facts": [], "sheets": [], "numbers": {}, **changes}
    return ET.fromstring(paper.document(made, **given))  # noqa: S314 - made here


def links(element):
    return {
        "".join(link.itertext()).strip(): link.get("href") for link in element.iter(f"{XHTML}a")
    }


def test_links_between_pages_become_links_inside(made):
    said = links(parsed(made))
    assert said["page"] == "#p2"
    assert said["place"] == "#p2-x"
    assert said["here"] == "#p1-x"
    assert said["back"] == "#p1-first"


def test_a_link_to_a_place_that_is_gone_leads_to_its_page_and_one_to_no_page_is_text(made):
    said = links(parsed(made))
    assert said["lost"] == "#p2"
    assert said["nowhere"] is None
    assert said["away"] == "https://example.org/#x"


def test_every_id_is_there_once_and_what_names_one_names_it_still(made):
    document = parsed(made)
    ids = [element.get("id") for element in document.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    assert {"p1", "p2", "p1-x", "p2-x", "p2-tab", "p2-chart"} <= set(ids)
    svg = next(element for element in document.iter() if element.get("id") == "p2-chart")
    assert svg.get("aria-labelledby") == "p2-chart-t p2-chart-d"
    style, _title, _described, path = svg
    assert style.text == "#p2-chart .s{fill:#abc}"
    assert path.get("fill") == "url(#p2-grad)"
    assert next(document.iter(f"{XHTML}label")).get("for") == "p2-tab"
    assert next(document.iter(f"{XHTML}input")).get("name") == "p2-tabs"


def test_images_are_found_from_where_the_document_is(made):
    assert next(parsed(made).iter(f"{XHTML}img")).get("src") == "b/../_images/a.png"


def test_contents_have_parts_chapters_and_sections_with_page_numbers(made):
    (contents,) = parsed(made, numbers={"p1": 5, "p1-first": 6}).iter(f"{XHTML}nav")
    assert [heading.text for heading in contents.iter(f"{XHTML}h2")] == ["Begin"]
    rows = [
        (row.get("class"), row.get("href"), *(cell.text for cell in row))
        for row in contents.iter(f"{XHTML}a")
    ]
    assert rows == [
        ("to-chapter-1", "#p1", "one.xhtml", "5"),
        ("to-section", "#p1-first", "First part & more", "6"),
        ("to-chapter-2", "#p2", "b/two.xhtml", None),
    ]


def test_titles_and_facts_are_text_whatever_is_in_them():
    title = f'{HOSTILE} \\ "quoted"'
    made = paper.chapters([entry("one.xhtml", title=title)], {"one.xhtml": page(ONE)})
    document = parsed(
        made, title=HOSTILE, facts=[(HOSTILE, HOSTILE), ("Site", "https://a.example/?a&b")]
    )
    assert not list(document.iter(f"{XHTML}script"))
    assert next(document.iter(f"{XHTML}h1")).text == HOSTILE
    assert next(document.iter(f"{XHTML}dt")).text == HOSTILE
    assert links(document)["https://a.example/?a&b"] == "https://a.example/?a&b"
    rules = next(document.iter(f"{XHTML}style")).text
    (said,) = re.findall(r"@page p1 \{ @top-right \{ content: (.*); \} \}", rules)
    assert said == '"' + title.replace("\\", "\\\\").replace('"', '\\"') + '"'


def test_paper_has_styles_of_its_own_in_place_of_the_theme_of_the_epub():
    head = "".join(
        f'<link rel="stylesheet" type="text/css" href="../_static/{name}" />'
        for name in ("pygments.css?v=1", "epub.css", "copybutton.css", "site.css")
    )
    said = paper.sheets_of(f"<head>{head}</head>")
    assert said == ["../_static/pygments.css", "../_static/basic.css", "../_static/site.css"]


@pytest.mark.parametrize("text", ["<html></html>", page("<p>a<br>b</p>")])
def test_a_page_that_is_no_xml_is_named(text):
    with pytest.raises(ValueError, match=r"one\.xhtml"):
        paper.chapters([entry("one.xhtml")], {"one.xhtml": text})
