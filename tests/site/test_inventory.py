"""Another project's documentation links to our numbers: it knows our inventory and nothing else of ours."""

import io
import warnings

import bs4
import pytest
from sphinx.testing.util import SphinxTestApp
from sphinx.util.console import strip_escape_sequences

from tests.site.conftest import ADDRESS

CONF = """
extensions = ["sphinx.ext.intersphinx", "myst_parser"]
html_theme = "basic"
nitpicky = True
intersphinx_mapping = {{"guide": ({address!r}, {inventory!r})}}
"""


@pytest.fixture(scope="module")
def other(small, tmp_path_factory):
    """Build a project of somebody else that cites a workload, a ratio, a run and a package."""
    root = tmp_path_factory.mktemp("other")
    inventory = str(small.out / "objects.inv")
    (root / "conf.py").write_text(CONF.format(address=ADDRESS, inventory=inventory))

    def build(text):
        (root / "index.md").write_text(f"# Notes\n\n{text}\n")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", PendingDeprecationWarning)
            app = SphinxTestApp(
                srcdir=root,
                builddir=root / "build",
                freshenv=True,
                status=io.StringIO(),
                warning=(warning := io.StringIO()),
            )
            app.build()
            app.cleanup()
        soup = bs4.BeautifulSoup((app.outdir / "index.html").read_text(), "html.parser")
        links = [link["href"] for link in soup.select("a.reference.external")]
        return links, strip_escape_sequences(warning.getvalue())

    return build


def test_numbers_runs_and_packages_are_cited_by_name(small, other):
    links, warned = other(
        "<inv:guide:bench#nbody>, <inv:guide:bench:ratio#nbody:ft-single/gil-single>,"
        " [a run](inv:guide:bench:run#20260101T000000Z-00000001),"
        " <inv:guide:compat#turns-on-001>"
    )
    assert warned == ""
    assert len(links) == 4
    for link in links:
        page, _, anchor = link.removeprefix(ADDRESS).partition("#")
        soup = small.soup(page.removesuffix(".html"))
        assert not anchor or soup.find(id=anchor), link


def test_a_name_that_we_do_not_have_is_a_warning_there(other):
    links, warned = other("<inv:guide:bench#no-such-workload>")
    assert links == []
    assert "no-such-workload" in warned
