"""A table drawn as one node is the table that docutils would write, whatever stands in it."""

import io

import bs4
import pytest
from docutils import nodes
from sphinx.testing.util import SphinxTestApp
from sphinx.util.docutils import SphinxDirective

from ftguide.render import drawn, menu
from ftguide.render.templates import Templates

TEMPLATE = """{% macro m(hostile, link) %}
<table caption="{{ hostile }}">
<th>A &amp; B</th><th class="num">N</th><th class="long">L</th>
<tr><th>Group {{ hostile }}</th></tr>
<tr class="sum"><td><anchor id="here"/><code>two words</code> /
 <strong>so</strong> {{ link }}, {{ link }}</td><td>1 <span class="interval">(0 to 2)</span></td>
<td>{{ hostile }}</td></tr>
<tr><td>a@b.c</td><td>none</td><td></td></tr>
<tr><th><anchor id="other"/>Other group</th></tr>
<tr><td colspan="all">A remark with <code>code</code></td></tr>
</table>
{% endmacro %}
"""
HOSTILE = '<script>alert("1 & 2")</script>'


class _Draw(SphinxDirective):
    """Draw the table twice: as one node, and as docutils nodes."""

    draw = None

    def run(self):
        link = nodes.reference("", "", nodes.Text("link"), refuri="https://example.org/?a=1&b")
        (table,) = self.draw("t.m", HOSTILE, link)
        (other,) = self.draw("t.m", HOSTILE, link.deepcopy())
        whole = drawn.expanded(other)
        whole["ids"] = []
        return [table, whole]


@pytest.fixture
def build(tmp_path):
    """Build a page with both tables."""
    source = tmp_path / "source"
    source.mkdir()
    (tmp_path / "t.jinja").write_text(TEMPLATE)
    (source / "conf.py").write_text(
        'extensions = ["myst_parser", "ftguide.site"]\nhtml_theme = "furo"\nsmartquotes = False\n'
    )
    (source / "index.md").write_text(
        "# Index\n\n```{draw-both}\n```\n\n```{toctree}\n:hidden:\ngroup\n```\n"
    )
    (source / "group.md").write_text("# Group\n\n```{toctree}\nshown\nhidden\n```\n")
    (source / "shown.md").write_text("# Shown\n")
    (source / "hidden.md").write_text("---\nmenu: hidden\n---\n\n# Hidden\n")

    def built(builder):
        app = SphinxTestApp(builder, srcdir=source, builddir=tmp_path / "b", warning=io.StringIO())
        try:
            _Draw.draw = Templates(tmp_path, {}).draw
            app.add_directive("draw-both", _Draw)
            app.build()
            return app, {path.name: path.read_text() for path in app.outdir.glob("index.*")}
        finally:
            app.cleanup()

    return built


def _bare(table):
    """Return the cells of a table: tag, scope, span, and what stands in them, by row."""
    for tag in table.select("p, span.pre"):
        tag.unwrap()
    for code in table.select("code"):
        del code["class"]
    table.select_one("a.headerlink")["href"] = ""
    return [
        [
            (
                *(cell.name, cell.get("scope"), cell.get("colspan")),
                cell.get("id") or (cell.span or {}).get("id"),
                [str(part) for part in cell.contents if "target" not in str(part)],
            )
            for cell in row.find_all(["th", "td"])
        ]
        for row in table.find_all("tr")
    ]


def test_html_has_the_cells_that_docutils_writes(build):
    _, written = build("html")
    one, other = bs4.BeautifulSoup(written["index.html"], "html.parser").select("table.bench")
    assert one.select_one("caption").get_text().startswith(HOSTILE)
    assert one.select_one("script") is None
    assert [a["href"] for a in one.select("a.external")] == ["https://example.org/?a=1&b"] * 2
    assert one["id"] == "id1"
    assert one.parent["role"] == "region"
    assert one["class"] == ["bench", "docutils", "n2"]
    rows = one.select("tbody tr")
    assert [row.get("class") for row in rows] == [None, ["sum"], None, None, None]
    assert one.select_one("th#other")["scope"] == "rowgroup"
    assert one.select("tbody td")[-1]["colspan"] == "3"
    assert one.select_one("th#here").get_text().startswith("two words /")
    assert str(one.caption.span) == str(other.caption.span)
    cells = _bare(one)
    *others, [remark] = _bare(other)
    assert cells[:-1] == others
    # docutils takes every first cell for a head, and no builder of HTML gets its table.
    assert cells[-1] == [("td", *remark[1:])]
    assert len(cells) == 6


@pytest.mark.parametrize(("builder", "name"), [("text", "index.txt"), ("xml", "index.xml")])
def test_other_builders_get_docutils_nodes(build, builder, name):
    _, written = build(builder)
    assert written[name].count("two words") == 2
    assert "drawn_table" not in written[name]


def test_latex_gets_docutils_nodes(build):
    app, _ = build("latex")
    (text,) = [path.read_text() for path in app.outdir.glob("*.tex")]
    assert text.count("two words") == 2


def test_the_menu_leaves_pages_out_and_the_tree_keeps_them(build):
    app, written = build("html")
    page = bs4.BeautifulSoup(written["index.html"], "html.parser")
    assert [a["href"] for a in page.select(".sidebar-tree a")] == [
        "group.html",
        "shown.html",
    ]
    assert app.env.toctree_includes["group"] == ["shown", "hidden"]
    menu._prune(app, app.env)  # a second build prunes what is pruned
    assert (app.outdir / "hidden.html").exists()
