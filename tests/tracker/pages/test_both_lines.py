"""Both free-threaded lines on the pages: what changed between them, counts by line, files for abi3t."""

from dataclasses import replace

import pytest

from ftguide.tracker.record.findings import Kind
from tests import tracked
from tests.sphinx_project import Site

LATER = "2026-11-23T09:00:00Z"


@pytest.fixture
def built(tmp_path):
    """Build three packages: one alike on both lines, one without files for 3.15t, one with abi3t."""
    folder = tmp_path / "compatibility"
    tracked.describe(folder, {"alike-ab": "", "left-behind": "", "stable-abi": "", "worse": ""})
    for name in ("alike-ab", "stable-abi", "worse"):
        tracked.write(folder, tracked.about(name, "declares"))
    for name, fate in (("alike-ab", "declares"), ("stable-abi", "declares"), ("worse", "turns-on")):
        tracked.write(folder, tracked.probed(name, fate, "3.15t", LATER))
    tracked.write(folder, tracked.about("left-behind", "declares"))
    offer = tracked.wheels("left-behind", lines=("3.14t",))
    tracked.write(folder, [tracked.item("left-behind", Kind.WHEEL, offer, at=LATER)])
    offer = tracked.wheels("stable-abi")
    files = tuple(
        replace(file, abi="abi3t") if file.lines == ("3.15t",) else file for file in offer.files
    )
    offer = replace(offer, files=files)
    tracked.write(folder, [tracked.item("stable-abi", Kind.WHEEL, offer, at=LATER)])
    site = Site(tmp_path)
    site.source.mkdir(exist_ok=True)
    (site.source / "conf.py").write_text(
        'extensions = ["myst_parser", "ftguide.site"]\nhtml_theme = "furo"\nsmartquotes = False\n'
    )
    site.page("index", "# Index\n\n```{toctree}\ntracking\n```\n")
    site.page("tracking", "# Tracking\n\n```{compat:table}\n```\n")
    site.overrides = {"compat_folder": str(folder), "compat_today": tracked.TODAY}
    made = site.build()
    assert made.warnings == []
    return made


def moves(built):
    table = built.soup("tracking").select_one("table.compat")
    titles = [th.get_text(strip=True) for th in table.select("thead th")]
    column = titles.index("3.14t to 3.15t")
    return {
        row.th.find("a").get_text(strip=True): row.find_all(["th", "td"])[column].get_text(
            " ", strip=True
        )
        for row in table.select("tbody tr")
    }


def test_each_row_says_what_changed_between_the_lines(built):
    found = moves(built)
    assert found["alike-ab"] == "the same (Linux x86-64)"
    assert found["worse"] == "lower level (Linux x86-64)"
    assert found["left-behind"] == "no wheel yet"
    assert found["stable-abi"] == "the same (Linux x86-64)"


def test_each_line_has_its_counts_and_its_files(built):
    soup = built.soup("tracking")
    counted = [
        [one.get_text(strip=True) for one in row.find_all(["th", "td"])]
        for row in soup.select("table.compat-counts tr")
    ]
    assert counted == [
        ["Level", "Lowest", "3.14t", "3.15t"],
        ["GIL stays off", "2", "4", "2"],
        ["turns the GIL on", "1", "0", "1"],
        ["no wheel", "1", "0", "1"],
    ]
    text = soup.get_text(" ", strip=True)
    assert "4 packages with a wheel for 3.14t; " in text
    assert "3 packages with a wheel for 3.15t, 1 of them with one for abi3t." in text


def test_abi3t_stands_in_the_cell_of_the_line_that_has_it(built):
    row = built.soup("tracking").select_one("#package-stable-abi")
    _, _, older, newer, *_ = row.find_all(["th", "td"])
    assert "abi3t wheel" in newer.get_text()
    assert "abi3t" not in older.get_text()


def test_the_page_of_a_package_compares_the_lines(built):
    soup = built.soup("tracking/worse")
    (linux, *others) = (
        li.get_text(" ", strip=True) for li in soup.select("[id='from-3.14t-to-3.15t'] li")
    )
    assert linux.startswith(
        "Linux x86-64: lower level (first GIL stays off , then turns the GIL on )"
    )
    assert {text.partition(": ")[2] for text in others} == {"not compared ."}
    behind = built.soup("tracking/left-behind").select_one("[id='from-3.14t-to-3.15t']")
    assert len(behind.select(".mv-file-missing")) == 4


def test_the_page_of_a_package_names_the_tags_of_its_wheels(built):
    soup = built.soup("tracking/stable-abi")
    rows = [
        [one.get_text(strip=True) for one in tr.find_all(["th", "td"])]
        for tr in soup.select("#cells tbody tr")
    ]
    for row in rows:
        assert row[2].endswith("cp314t" if row[0].startswith("3.14t") else "abi3t")
    assert "serves both builds" in soup.select_one("#cells").get_text()
    assert (
        "serves both builds" not in built.soup("tracking/alike-ab").select_one("#cells").get_text()
    )
