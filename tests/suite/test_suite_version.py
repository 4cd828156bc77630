"""One version of the suite: what runs record, what a citation names, what the changelog announces."""

import re

from ftguide.ground.files import ROOT
from ftguide.suite.observe.run import SUITE_VERSION


def test_a_citation_names_the_version_that_runs_record():
    (cited,) = re.findall(r'^version: "(.+)"$', (ROOT / "CITATION.cff").read_text(), re.MULTILINE)
    assert cited == SUITE_VERSION


def test_the_changelog_announces_the_version():
    assert f"- Suite version {SUITE_VERSION}, " in (ROOT / "CHANGELOG.md").read_text()
