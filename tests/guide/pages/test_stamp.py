"""The stamp of a page's front matter is printed below it, in every builder."""

import pytest

from ftguide.guide.pages import stamp
from tests.sphinx_project import make


def test_words():
    assert stamp.words("2026-11-23", "3.14.7, 3.14.7t") == (
        "This page was checked on 2026-11-23 with CPython 3.14.7 and 3.14.7t."
    )
    assert stamp.words("2026-11-23", "") == "This page was checked on 2026-11-23."
    with pytest.raises(ValueError, match="yesterday"):
        stamp.words("yesterday", "3.14.7")


@pytest.fixture
def project(tmp_path, declared):
    site = make(tmp_path)
    site.page(
        "plain",
        "---\nchecked: 2026-11-23\nchecked_with: 3.14.7\n---\n\n# Plain\n\nText.\n\n## Last\n\nEnd.\n",
    )
    return site


def test_it_stands_below_the_page(project):
    built = project.build()
    assert built.warnings == []
    (line,) = built.soup("plain").select("p.page-stamp")
    assert line.get_text() == "This page was checked on 2026-11-23 with CPython 3.14.7."
    assert line.find_previous("p").get_text() == "End."
    assert line.parent["id"] == "plain"
    assert built.soup("index").select("p.page-stamp") == []
    text = (project.build("text").out / "plain.txt").read_text()
    assert "checked on 2026-11-23" in text


def test_a_date_that_is_none_warns(project):
    project.page("plain", "---\nchecked: soon\n---\n\n# Plain\n")
    built = project.build()
    assert len(built.warnings) == 1
    assert "checked: 'soon' is not a date such as 2026-11-23" in built.warnings[0]
    assert built.soup("plain").select("p.page-stamp") == []
