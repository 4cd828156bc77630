"""README.md: its number, table and picture are what the stored run gives, within the first screen."""

import dataclasses
from xml.etree import ElementTree as ET

import pytest

from ftguide.ground.files import ROOT
from ftguide.render import numbers
from ftguide.suite import paste
from ftguide.suite.pages import readme
from ftguide.suite.pages.data import Results
from ftguide.suite.record import store

AGAIN = "write it again: python -m ftguide.suite.pages.readme"
SCREEN_LINES = 45


@pytest.fixture(scope="module")
def loaded():
    return readme.newest_full(Results(ROOT / store.RESULTS))


def test_the_text_and_the_picture_are_what_the_newest_full_run_gives(loaded):
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert readme.filled(text, loaded) == text, AGAIN
    drawn = (ROOT / readme.PICTURE).read_text(encoding="utf-8")
    assert drawn == readme.picture(loaded), AGAIN


def test_number_table_and_picture_are_within_one_screen_and_printed_alike(loaded):
    """Beside the generator: what the reader sees is looked for where `report` and the pages have it."""
    screen = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()[:SCREEN_LINES]
    (mean,) = (one for one in loaded.report.means if one.family.key == "python-code")
    number = numbers.ratio_text(mean.ratio, mean.low, mean.high)
    assert any(f"**{number}**" in line for line in screen)
    rows = [line for line in screen if line.startswith("| ") and "---" not in line]
    assert len(rows) == 1 + len(readme.SLUGS)
    assert set(rows) <= set(paste.table(loaded.report, loaded.report.rows).splitlines())
    assert any(f"]({readme.PICTURE.as_posix()})" in line for line in screen)
    assert any(f"run `{loaded.run.run_id}`" in line for line in screen)


def test_the_picture_stands_alone_in_light_and_dark(loaded):
    text = readme.picture(loaded)
    drawing = ET.fromstring(text)  # noqa: S314 - ours
    assert "var(" not in text
    assert "light-dark(" not in text
    assert "prefers-color-scheme:dark" in text
    assert drawing.find(".//{*}rect[@class='ground']") is not None
    marks = [node for node in drawing.iter() if node.get("class") in {"ft", "gil hollow"}]
    with_threads = [s for s in readme.SLUGS if loaded.row(s).user_speedup is not None]
    assert len(marks) == 2 * len(with_threads) + 2, "two arms of each workload, and the key"


def test_what_cannot_be_written_is_named(loaded, tmp_path):
    with pytest.raises(readme.ReadmeError, match="no full run is published"):
        readme.newest_full(Results(tmp_path))
    with pytest.raises(readme.ReadmeError, match=r"README.md: lacks the line <!-- numbers -->"):
        readme.filled("# Title\n", loaded)
    kept = dataclasses.replace(loaded.report._kept, rows={})
    empty = dataclasses.replace(loaded, report=dataclasses.replace(loaded.report, _kept=kept))
    with pytest.raises(readme.ReadmeError, match="lacks some of call-function"):
        readme.text(empty)
    with pytest.raises(readme.ReadmeError, match="no arms with several workers"):
        readme.picture(empty)
