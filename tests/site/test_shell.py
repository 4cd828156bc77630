"""What surrounds the pages, in a small site with the real theme."""

import re
from xml.etree import ElementTree as ET

import pytest

from ftguide.outcomes.pages import domain as outcomes
from ftguide.site import shell
from ftguide.site.index_page import Entry
from ftguide.site.landmarks import accessible
from ftguide.tracker.pages import domain as compat
from tests.site.conftest import ADDRESS, HOSTILE

ATOM = "{http://www.w3.org/2005/Atom}"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def test_the_small_site_builds_without_a_warning(small):
    assert small.warnings == []


def test_landmarks_have_names_and_no_two_are_alike(small):
    soup = small.soup("guide")
    assert [one["aria-label"] for one in soup.find_all("aside")] == ["Pages", "On this page"]
    regions = [one["aria-label"] for one in soup.select("[role=region]")]
    assert regions == ["Buttons of this page", "Table", "Table (2)"]
    captions = soup.select("p.caption[role=heading]")
    assert captions
    assert all(caption["aria-level"] == "2" for caption in captions)
    # Cells end where the next one begins, which this parser takes for one cell in the other.
    assert [cell.name for cell in soup.select("thead tr")[0].select("td, th")] == ["td", "th", "th"]


def test_a_page_loads_the_scripts_that_it_uses_and_no_others(small):
    scripts = {
        page: {
            script["src"].partition("?")[0].rpartition("/")[2]
            for script in small.soup(page).select("script[src]")
        }
        for page in ("guide", "tracking", "search", "benchmarks/nbody")
    }
    assert "compat.js" in scripts["tracking"]
    assert "compat.js" not in scripts["guide"] | scripts["benchmarks/nbody"]
    assert "search.js" in scripts["search"]
    for loaded in scripts.values():
        assert {"site.js", "furo.js"} <= loaded
        assert not loaded & {"doctools.js", "sphinx_highlight.js", "design-tabs.js"}


def test_no_script_is_added_after_those_without_use_were_dropped(small):
    listeners = small.app.events.listeners["html-page-context"]
    own = next(one for one in listeners if one.handler is shell.drop_scripts)
    adding = {one.handler for one in listeners if one.priority < own.priority}
    assert {compat.add_assets, outcomes.add_script} <= adding


def test_a_theme_that_writes_something_else_is_left_alone():
    page = '<aside class="other">x</aside>'
    assert accessible(page) == page


def test_home_shows_the_newest_of_every_product_with_links(small):
    news = small.soup("index").select_one(".site-news")
    run, package = sorted(item.get_text() for item in news.select("li")[:2])
    assert re.match(
        r"Benchmarks, 20\d\d-\d\d-\d\d: \d\.\d+ \[\d\.\d+, \d\.\d+\] times as long", run
    )
    assert re.match(r"Packages, 20\d\d-\d\d-\d\d: ", package)
    for link in news.select("a"):
        assert (small.out / link["href"]).exists()


def test_a_to_z_lists_pages_and_sections_and_no_run(small):
    soup = small.soup("a-z")
    listed = {item.a["href"]: item.get_text() for item in soup.select("ul.a-z li")}
    assert listed["guide.html"] == "Threads and their locks"
    assert listed["guide.html#memory-and-what-it-costs"].startswith("Memory and what it costs")
    assert not [target for target in listed if "runs/2" in target]
    for target in listed:
        page, _, anchor = target.partition("#")
        assert not anchor or small.soup(page.removesuffix(".html")).find(id=anchor)
    letters = [heading.get_text() for heading in soup.select("h2")]
    assert letters == sorted(letters, key=lambda letter: (letter.startswith("0"), letter))


@pytest.mark.parametrize(
    ("title", "letter"),
    [
        ("A borrowed reference", "B"),
        ("The GIL", "G"),
        ("Anonymous", "A"),
        ("`_is_gil_enabled`", "I"),
        ("3.14t", "0\N{EN DASH}9"),
        ("Éclair", "E"),
        ("???", "0\N{EN DASH}9"),
        ("A", "A"),
    ],
)
def test_titles_are_sorted_as_people_look_for_them(title, letter):
    assert Entry(title=title, page="x", anchor="", within="").letter == letter


def test_every_page_leads_to_a_to_z_without_javascript(small):
    assert small.soup("benchmarks/nbody").select_one(".sidebar-a-z a")["href"] == "../a-z.html"
    assert "a-z.html" in str(small.soup("search").find("noscript"))


def test_twins_say_what_pages_say(small):
    twin = (small.out / "guide.html.md").read_text()
    assert twin.startswith("# Threads and their locks\n")
    assert "`functools.lru_cache(maxsize=None)`" in twin
    assert "```python\nanswer = some_module" in twin
    assert re.search(r"\| rows +\| 1 +\| 2 +\|", twin)
    assert "¶" not in twin
    link = small.soup("guide").find("link", type="text/markdown")
    assert link["href"] == "guide.html.md"


def test_links_of_twins_lead_to_twins(small):
    home = (small.out / "index.html.md").read_text()
    assert re.search(r"\]\(tracking/[a-z0-9-]+\.html\.md\)", home)


def test_runs_have_no_twin(small):
    assert list((small.out / "benchmarks" / "runs").glob("2*.html"))
    assert not list((small.out / "benchmarks" / "runs").glob("2*.md"))


def test_llms_txt_lists_twins_that_exist_in_the_order_of_the_menu(small):
    text = (small.out / "llms.txt").read_text()
    assert text.startswith(
        "# A guide\n\n> What \\*this\\* guide \\[says\\](x), in \\`one\\` sentence.\n"
    )
    targets = re.findall(r"^- \[.*?[^\\]\]\(([^)]+)\)", text, re.MULTILINE)
    assert targets[0] == f"{ADDRESS}index.html.md"
    for target in targets:
        assert (small.out / target.removeprefix(ADDRESS)).exists()
    groups = re.findall(r"^## (.*)$", text, re.MULTILINE)
    assert groups[:3] == ["Start", "Read", "Look up"]


def test_the_sitemap_lists_every_page_once(small):
    root = ET.fromstring((small.out / "sitemap.xml").read_text())  # noqa: S314 - written by this build
    listed = [one.text for one in root.iter(f"{MAP}loc")]
    assert len(listed) == len(set(listed))
    pages = {f"{ADDRESS}{p.relative_to(small.out).as_posix()}" for p in small.out.rglob("*.html")}
    for left_out in ("404.html", "genindex.html", "search.html", "old/place.html"):
        pages.discard(ADDRESS + left_out)
    assert set(listed) == pages


def test_the_feed_has_runs_and_packages_with_addresses(small):
    root = ET.fromstring((small.out / "news.atom").read_text())  # noqa: S314 - written by this build
    entries = root.findall(f"{ATOM}entry")
    titles = [entry.findtext(f"{ATOM}title") for entry in entries]
    assert {title.partition(":")[0] for title in titles} == {"Benchmarks", "Packages"}
    days = [entry.findtext(f"{ATOM}updated") for entry in entries]
    assert days == sorted(days, reverse=True)
    ids = [entry.findtext(f"{ATOM}id") for entry in entries]
    assert len(ids) == len(set(ids))
    for entry in entries:
        target = entry.find(f"{ATOM}link").get("href").removeprefix(ADDRESS).partition("#")[0]
        assert (small.out / target).exists()


def test_what_is_shared_has_the_number_with_its_interval(small):
    for page in ("index", "benchmarks/nbody"):
        tag = small.soup(page).find("meta", property="og:description")
        assert re.match(r"\d\.\d+ \[\d\.\d+, \d\.\d+\] times as long", tag["content"]), tag


def test_a_moved_page_leads_to_its_new_address(small):
    assert "guide.html" in (small.out / "old" / "place.html").read_text()


def test_hostile_text_stays_text(small):
    for path in small.out.rglob("*.html"):
        soup = small.soup(path.relative_to(small.out).with_suffix("").as_posix())
        assert not [script for script in soup.find_all("script") if "alert(" in script.text], path
    for path in (*small.out.rglob("*.atom"), *small.out.rglob("*.xml"), *small.out.rglob("*.svg")):
        tree = ET.fromstring(path.read_text())  # noqa: S314 - written by this build
        assert not [node for node in tree.iter() if node.tag.endswith("script")], path
    assert HOSTILE in small.soup("hostile").h1.get_text()
    assert HOSTILE in small.soup("a-z").select_one(".a-z").parent.parent.get_text()
    listed = (small.out / "llms.txt").read_text()
    assert "<script>" not in listed.replace("\\<script\\>", "")


@pytest.mark.parametrize(
    "name", ["pagefind-ui.js", "pagefind-component-ui.js", "searchindex.js", "*.map"]
)
def test_what_nobody_reads_is_not_written(small, name):
    assert not list(small.out.rglob(name))
