"""The page of all packages: table, settings, other formats, rebuilding, weight."""

import gzip
import re
from datetime import date

import pytest
from sphinx.util.inventory import InventoryFile

from ftguide.tracker.derive.level_rules import Flag, Level
from ftguide.tracker.derive.model import lowest
from ftguide.tracker.pages import data, words
from ftguide.tracker.record.model import LINES, PLATFORMS
from tests import tracked
from tests.slow import slow_but
from tests.sphinx_project import Site

PAGE = (
    "# Tracking\n\n```{compat:table}\n```\n\n```{compat:levels}\n```\n\n```{compat:flags}\n```\n\n"
    "```{compat:downloads}\n```\n\n```{compat:report}\n```\n"
)


@pytest.fixture
def folder(tmp_path):
    """Write one package of every fate."""
    made = tmp_path / "compatibility"
    tracked.fill(made, len(tracked.FATES))
    return made


@pytest.fixture
def tracking(tmp_path, folder):
    """Make a project whose only pages are the table and the index."""
    return project(tmp_path, folder)


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """Build such a project once, for the tests that only look at it."""
    root = tmp_path_factory.mktemp("shown")
    tracked.fill(root / "compatibility", len(tracked.FATES))
    return project(root, root / "compatibility").build()


def project(root, folder, **overrides):
    made = Site(root)
    made.source.mkdir(exist_ok=True)
    (made.source / "conf.py").write_text(
        'extensions = ["myst_parser", "ftguide.site"]\nhtml_theme = "furo"\n'
        "nitpicky = True\nsmartquotes = False\n"
    )
    made.page("index", "# Index\n\n```{toctree}\ntracking\nprose\n```\n")
    made.page("prose", "# Prose\n\nNothing.\n")
    made.page("tracking", PAGE)
    made.overrides = {
        "compat_folder": str(folder),
        "compat_today": tracked.TODAY,
        **overrides,
    }
    return made


def statuses(folder, today=tracked.TODAY):
    return data.load(folder, date.fromisoformat(today)).statuses


def rows(soup):
    return {row["id"].removeprefix("package-"): row for row in soup.select("table.compat tbody tr")}


def test_every_package_has_a_row_with_words_for_every_level(tracking, folder):
    built = tracking.build()
    assert built.warnings == []
    found = rows(built.soup("tracking"))
    known = statuses(folder)
    assert list(found) == [one.package.name for one in known]
    for one in known:
        text = found[one.package.name].get_text(" ", strip=True)
        assert one.headline.words in text
        assert words.coverage(one) in text
        ranks = found[one.package.name]["data-ranks"].split()
        assert ranks == [str(cell.level.rank) for cell in one.cells]
    assert {one.headline.value for one in known} == set(tracked.FATES.values())


def test_the_table_is_a_real_table_and_needs_no_script(shown):
    soup = shown.soup("tracking")
    table = soup.select_one("table.compat")
    assert table.caption.get_text(strip=True)
    assert {th["scope"] for th in table.select("thead th")} == {"col"}
    assert all(row.th["scope"] == "row" for row in table.select("tbody tr"))
    assert not soup.select("form.compat-menus")  # the script makes them
    assert soup.select_one("script[src*=compat]")["src"].startswith("_static/compat.js")
    assert not soup.select(".compat-browser script, [onclick], [onload]")
    box = soup.select_one(".compat-browser")
    assert box["data-levels"].split("|") == [level.words for level in Level]
    assert len(box["data-cells"].split("|")) == len(LINES) * len(PLATFORMS)


def test_assets_are_loaded_where_they_are_used_only(shown):
    assert not shown.soup("prose").select("script[src*=compat], link[href*=compat]")
    assert shown.soup("tracking/declares-000").select("link[href*='compat.css']")
    assert not shown.soup("tracking/declares-000").select("script[src*='compat.js']")


def test_every_cell_leads_to_its_proof(shown):
    for name, row in rows(shown.soup("tracking")).items():
        for link in row.select("a"):
            page, _, anchor = link["href"].partition("#")
            target = shown.soup(page.removesuffix(".html"))
            assert page == f"tracking/{name}.html"
            assert not anchor or target.find(id=anchor), link


def test_levels_and_flags_are_explained(shown):
    soup = shown.soup("tracking")
    text = soup.get_text(" ", strip=True)
    for level in Level:
        assert soup.find(id=f"level-{level.value}")
        assert level.meaning in text
    for flag in Flag:
        assert flag.meaning in text


@pytest.mark.slow
def test_stale_levels_are_faded_and_say_so(tmp_path, folder):
    soup = project(tmp_path, folder, compat_today="2027-06-01").build().soup("tracking")
    row = rows(soup)["declares-000"]
    assert row.select(".lv-stale")
    assert "stale" in row.get_text()
    fresh = project(tmp_path, folder).build().soup("tracking")
    assert not fresh.select(".lv-stale")


def test_not_probed_is_visible(shown):
    row = rows(shown.soup("tracking"))["unprobed-007"]
    assert row.select_one(".lv-not-probed")
    assert "0 of 8 cells probed" in row.get_text()
    assert "seen 2" not in row.get_text()


@pytest.mark.parametrize("builder", slow_but({"text"}, ["text", "latex"]))
def test_other_formats_hold_the_same_words(tracking, folder, builder):
    built = tracking.build(builder)
    assert built.warnings == []
    pattern = "tracking.txt" if builder == "text" else "*.tex"
    text = " ".join("".join(p.read_text() for p in built.out.glob(pattern)).split())
    for one in statuses(folder):
        assert one.package.name in text.replace("\\sphinxhyphen{}", "-").replace("{-}", "-")
    assert "turns the GIL on" in text
    assert "data-ranks" not in text


def test_role_prints_level_release_and_day(tracking):
    tracking.page(
        "prose",
        "# Prose\n\nIt {compat:level}`turns-on-001`.\n\nIt {compat:level}`turns-on-001@3.14t`.\n",
    )
    built = tracking.build()
    assert built.warnings == []
    paragraphs = [p.get_text() for p in built.soup("prose").select("article p")]
    assert paragraphs[0] == "It turns the GIL on (turns-on-001 6.1.3, 2026-11-23)."
    assert paragraphs[1] == "It turns the GIL on (turns-on-001 6.1.3, 3.14t, 2026-11-23)."
    link = built.soup("prose").select_one("article p a")
    assert link["href"] == f"tracking/turns-on-001.html#3.14t-{tracked.LINUX}"


@pytest.mark.parametrize("target", ["nobody", "turns-on-001@3.9t", "No Name", "../x"])
def test_role_without_a_level_is_a_warning(tracking, target):
    tracking.page("prose", f"# Prose\n\n{{compat:level}}`{target}`\n")
    (warning,) = tracking.build("dummy").warnings
    assert warning.startswith(f"prose.md:3: WARNING: {target!r} names no level")


def test_packages_are_in_the_inventory(shown):
    inventory = InventoryFile.loads((shown.out / "objects.inv").read_bytes(), uri="")
    item = inventory["compat:package", "turns-on-001"]
    assert item.uri == "tracking.html#package-turns-on-001"


@pytest.mark.slow
def test_report_link_needs_a_repository(tmp_path, folder):
    said = project(tmp_path, folder).build().soup("tracking").get_text()
    assert "names no repository to report to" in said
    address = "https://git.example/owner/name"
    built = project(tmp_path, folder, compat_repository=address).build()
    link = built.soup("tracking/turns-on-001").select_one("#report p a")["href"]
    assert link.startswith(f"{address}/issues/new?title=Tracker%3A+turns-on-001&body=")
    assert not built.soup("tracking").find("a", href=re.compile("^javascript"))


@pytest.mark.slow
def test_without_packages_the_page_says_how_to_get_some(tmp_path):
    built = project(tmp_path, tmp_path / "nothing").build()
    assert built.warnings == []
    assert "No package is described yet" in built.soup("tracking").get_text()


def test_new_evidence_and_a_new_day_read_the_page_again(tracking, folder):
    assert "tracking" in tracking.build().read
    assert tracking.build().read == []
    tracked.write(folder, tracked.about("unseen-008", "declares"))
    assert tracking.build().read == ["tracking"]
    tracking.overrides["compat_today"] = "2026-11-25"
    assert "tracking" in tracking.build().read


@pytest.mark.slow
def test_first_packages_are_noticed(tmp_path):
    made = project(tmp_path, tmp_path / "later")
    made.build()
    tracked.fill(tmp_path / "later", 3)
    built = made.build()
    assert built.read == ["tracking"]
    assert len(rows(built.soup("tracking"))) == 3


@pytest.mark.slow
def test_parallel_build_is_the_same(tmp_path, folder):
    for name in "abcdef":
        (tmp_path / "source").mkdir(exist_ok=True)
        (tmp_path / "source" / f"{name}.md").write_text(f"# {name}\n\n{{compat:level}}`pure-004`\n")
    made = project(tmp_path, folder)
    made.page("index", "# Index\n\n```{toctree}\n:glob:\n*\n```\n")
    one = (made.build().out / "tracking.html").read_bytes()
    built = made.build(jobs=2)
    assert (built.out / "tracking.html").read_bytes() == one


@pytest.mark.slow
def test_400_packages_weigh_less_than_100_kb(tmp_path):
    tracked.fill(tmp_path / "many", 400)
    built = project(tmp_path, tmp_path / "many").build()
    page = (built.out / "tracking.html").read_bytes()
    assert len(rows(built.soup("tracking"))) == 400
    assert len(gzip.compress(page, mtime=0)) <= 100_000
    assert len(list((built.out / "tracking").glob("*.html"))) == 400


def test_setting_that_is_no_day_is_named(tmp_path, folder):
    made = project(tmp_path, folder, compat_today="soon")
    with pytest.raises(Exception, match="compat_today: 'soon' is not a day"):
        made.build("dummy")


def test_damaged_evidence_costs_its_package_only(tracking, folder):
    (folder / "evidence" / "turns-on-001.jsonl").write_text('{"schema":1}\n')
    built = tracking.build()
    (warning,) = built.warnings
    assert "turns-on-001.jsonl, line 1" in warning
    found = rows(built.soup("tracking"))
    assert len(found) == len(tracked.FATES)
    assert "unknown" in found["turns-on-001"].get_text()
    assert lowest([]) is Level.UNKNOWN
