"""Pages without needless bytes show what they showed before."""

import re
import runpy
from html.parser import HTMLParser
from importlib.resources import files

import bs4
import jinja2
import pytest
from furo import get_pygments_style_colors
from pygments.formatters import HtmlFormatter
from pygments.styles import get_style_by_name
from pygments.token import STANDARD_TYPES, Text

from ftguide.ground.files import ROOT
from ftguide.site import lean
from ftguide.suite.pages import charts

ICONS = files("furo") / "theme" / "furo" / "partials" / "icons.html"
#: What Furo takes where the configuration says nothing, as ours does.
STYLES = ("a11y-light", "native")
PAGE = """<body>
<svg><symbol id="svg-menu"><title>Menu</title></symbol><symbol id="svg-sun"><title>Sun</title></symbol></svg>
  <svg><use href="#svg-menu"></use></svg><svg><use href="#svg-sun"></use></svg>
<article role="main" id="furo-main-content">%s</article>
  <footer></footer></body>"""


def article(markup):
    """Return what becomes of an article."""
    return lean.lean(PAGE % markup).split('content">')[1].split("</article>")[0]


def unspaced(markup):
    """Return markup without the blanks that make no difference in a drawing."""
    return re.sub(r"\s+", " ", markup).replace("> <", "><").replace(" >", ">").strip()


def test_icons_of_a_button_for_scripts_come_with_the_script():
    script = (ROOT / "source" / "_static" / "site.js").read_text()
    drawn = {match[1]: match[0] for match in lean._SYMBOL.finditer(ICONS.read_text())}
    assert drawn.keys() > lean.SCRIPTED
    for name in lean.SCRIPTED:
        assert unspaced(lean.drawing(drawn[name])) in unspaced(script), (
            f"site.js lacks Furo's {name}"
        )
    page = lean.lean(PAGE % "")
    assert 'symbol id="svg-menu"' in page
    assert 'symbol id="svg-sun"' not in page


def test_every_scripted_icon_belongs_to_what_is_hidden_without_a_script():
    style = (files("furo") / "theme" / "furo" / "static" / "styles" / "furo.css").read_text()
    assert re.search(r"\.no-js \.theme-toggle-container\{[^}]*display:none", style)
    page = (files("furo") / "theme" / "furo" / "page.html").read_text()
    toggles = re.findall(r'<button class="theme-toggle".*?</button>', page, re.DOTALL)
    outside = page
    for toggle in toggles:
        outside = outside.replace(toggle, "")
    assert toggles
    assert not [name for name in lean.SCRIPTED if f'"#{name}"' in outside]


@pytest.mark.parametrize("style", STYLES)
def test_a_word_without_a_span_has_the_colour_of_its_listing(style):
    chosen = get_style_by_name(style)
    ground = chosen.style_for_token(Text)
    names = {name: token for token, name in STANDARD_TYPES.items()}
    for name in set(lean.PLAIN) - {"w"}:
        assert chosen.style_for_token(names[name]) == ground, name
    blank = chosen.style_for_token(names["w"])
    assert not blank["bgcolor"]
    assert not blank["underline"]


def test_a_listing_keeps_its_text_and_its_other_colours():
    code = "def f(a):\n    return a.b < 'x' + \"y\"  # so\n"
    from pygments import highlight
    from pygments.lexers import PythonLexer

    written = highlight(code, PythonLexer(), HtmlFormatter())
    after = article(written)
    assert len(after) < len(written)
    assert (
        bs4.BeautifulSoup(after, "html.parser").get_text()
        == bs4.BeautifulSoup(written, "html.parser").get_text()
    )
    assert '<span class="k">return</span>' in after
    assert not re.search(r'class="(?:n|o|p|w)"', after)
    # Only a listing has such classes from Pygments.
    assert article('<span class="n">kept</span>') == '<span class="n">kept</span>'


def test_links_of_tables_lead_where_they_led():
    assert (
        article(
            '<td><a class="reference internal" href="../a.html#b"><span>A &amp; b</span></a></td>'
        )
        == '<td><a href="../a.html#b">A &amp; b</a></td>'
    )
    other = '<a class="reference internal" href="#x"><span class="std std-ref">X</span></a>'
    assert article(other) == other.replace(" internal", "")


def test_no_style_asks_for_the_classes_that_links_lose():
    sheets = (ROOT / "source" / "_static").glob("*.css")
    own = [re.sub(r"/\*.*?\*/", "", each.read_text(), flags=re.DOTALL) for each in sheets]
    theme = (files("furo") / "theme" / "furo" / "static" / "styles" / "furo.css").read_text()
    asked = {
        rule for text in (*own, theme) for rule in re.findall(r"[^{},;]*\.reference[^{},;]*", text)
    }
    assert not [rule for rule in asked if ".internal" in rule]
    around = (".sidebar-tree", ".toc-tree", ".sig:not", "p .reference img", ".snippet-status")
    assert not [rule for rule in asked if not any(place in rule for place in around)]


def _rules(style, of):
    """Return the rules of a style sheet that begin with a name: selector and declarations."""
    plain = re.sub(r"/\*.*?\*/", "", style, flags=re.DOTALL)
    found = set()
    for selector, body in re.findall(r"([^{}]+)\{([^{}]*)\}", plain):
        if selector.strip().startswith(of):
            name = selector.strip().removeprefix(of).strip()
            found |= {(name, re.sub(r"\s+", "", each)) for each in body.split(";") if each.strip()}
    return found


def test_charts_have_their_rules_from_the_style_sheet():
    entry = charts.Entry(label="A", marks=(charts.Mark(1.5, 1.2, 1.8),), floor=0.1)
    drawn = charts.ratio_chart([entry], id_="bench-chart-7", title="T", desc="D")
    (style,) = re.findall(r"<style>([^<]*)</style>", drawn)
    sheet = (ROOT / "source" / "_static" / "bench.css").read_text()
    assert _rules(style, "#bench-chart-7") <= _rules(sheet, "svg.bench-chart")
    after = article(f"<p>a</p>{drawn}<p>b</p>{drawn}")
    bare = drawn.replace(f"<style>{style}</style>", "").replace(" />", "/>")
    assert after == f"<p>a</p>{bare}<p>b</p>{bare}"
    other = '<svg class="other"><style>a{}</style></svg>'
    assert article(other + drawn).startswith(other)


class _Table(HTMLParser):
    """The cells of a table as browsers read them, which end a cell where the next one begins."""

    def __init__(self):
        super().__init__()
        self.rows = []

    def handle_starttag(self, tag, attrs):
        if tag == "tr":
            self.rows.append([])
        elif tag in {"td", "th"}:
            self.rows[-1].append("")

    def handle_data(self, data):
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] += data


def _cells(markup):
    reader = _Table()
    reader.feed(markup)
    return [[" ".join(cell.split()) for cell in row] for row in reader.rows]


def test_cells_end_where_the_next_one_begins():
    table = "<table><thead><tr><th>a</th><th>b</th></tr></thead>\n<tbody>\n"
    table += "<tr><th>c</th><td>d <span>e</span></td></tr>\n<tr><td>f</td><td>g</td></tr>\n</tbody></table>"
    after = article(table)
    assert len(after) < len(table) - 40
    assert after.count("<td>") == table.count("<td>")
    one, other = map(_cells, (table, after))
    assert one == other == [["a", "b"], ["c", "d e"], ["f", "g"]]


def test_the_button_for_scripts_is_filled_by_the_script():
    page = PAGE.replace(
        "<article",
        '<button class="theme-toggle" aria-label="T"><svg><use href="#svg-sun"></use></svg></button><article',
    )
    assert '<button class="theme-toggle" aria-label="T"></button>' in lean.lean(page % "")
    script = (ROOT / "source" / "_static" / "site.js").read_text()
    shown = (files("furo") / "theme" / "furo" / "page.html").read_text()
    pairs = re.findall(r'class="theme-icon-when-([\w-]+)"><use href="#svg-([\w-]+)">', shown)
    assert set(pairs) == set(re.findall(r'\["([\w-]+)", "([\w-]+)"\]', script))


THEME = (files("furo") / "theme" / "furo" / "static" / "styles" / "furo.css").read_text()


def test_the_menu_looks_as_the_theme_has_it():
    sheet = (ROOT / "source" / "_static" / "site.css").read_text()
    entry = ".sidebar-tree li > a:not([class])"
    ours = {said for name, said in _rules(sheet, entry) if not name}
    hovered = {said for name, said in _rules(sheet, entry) if name == ":hover"}
    wanted, over = {}, {}
    for selectors, body in re.findall(r"([^{}]+)\{([^{}]*)\}", THEME):
        chosen = [each.strip() for each in selectors.split(",")]
        said = dict(each.split(":", 1) for each in body.split(";") if ":" in each)
        if {".sidebar-tree .reference", ".sidebar-tree .toctree-l1>.reference"} & {*chosen}:
            wanted |= said
        if ".sidebar-tree .reference:hover" in chosen:
            over |= said
    assert ours == {re.sub(r"\s+", "", f"{name}:{value}") for name, value in wanted.items()}
    assert hovered == {re.sub(r"\s+", "", f"{name}:{value}") for name, value in over.items()}
    item = '<li class="toctree-l1"><a class="reference internal" href="a.html">A</a></li>'
    page = lean.lean(PAGE.replace("<article", f"{item}<article") % item)
    before, after = page.split("<article")
    assert '<li><a href="a.html">A</a></li>' in before
    assert 'class="toctree-l1"' in after


def test_what_fills_a_cell_is_the_cell():
    assert (
        article('<td><span class="oc oc-crash">x</span></td><td>')
        == '<td class="oc oc-crash">x<td>'
    )
    for kept in ('<td><span class="a">x</span> y', '<td>z <span class="a">x</span>'):
        assert article(kept) == kept
    assert (
        article('<td>1.2 <span class="interval">(1\u20132)</span>')
        == "<td>1.2 <small>(1\u20132)</small>"
    )


BOX = """<div class="table-wrapper container" tabindex="0" role="region" aria-label="%s">
<table class="bench" id="id7">
<caption><span class="caption-text">%s</span>"""
BOX += '<a class="headerlink" href="#id7" title="Link to this table">\u00b6</a></caption><tr><th scope="row">'


def test_a_box_is_named_by_the_caption_in_it_unless_another_has_the_name():
    named = article(BOX % ("A &amp; b", "A &amp; b"))
    assert 'role="region" aria-labelledby="id7-t">' in named
    assert '<span class="caption-text" id="id7-t">A &amp; b</span></caption>' in named
    assert "aria-label=" not in named
    assert 'id="id7"' in named
    assert 'aria-label="A (2)">' in article(BOX % ("A (2)", "A"))


def test_scopes_and_ids_of_cells_stay():
    assert article('<th id="a-b_1" scope="row">') == "<th id=a-b_1 scope=row>"
    assert article('<th id="a b" scope="rowgroup">') == '<th id="a b" scope=rowgroup>'
    assert article(BOX % ("A", "A")).endswith("<th scope=row>")


def test_a_style_sheet_needs_no_type():
    link = '<link rel="stylesheet" type="text/css" href="a.css" />'
    assert lean.without_indentation(f"  {link}\n   {link}") == (
        '  <link rel="stylesheet" href="a.css" />\n<link rel="stylesheet" href="a.css" />'
    )


def test_the_colours_of_the_configuration_are_those_of_the_style_sheet():
    options = runpy.run_path(str(ROOT / "conf.py"))["html_theme_options"]
    partial = (
        files("furo") / "theme" / "furo" / "partials" / "_head_css_variables.html"
    ).read_text()
    grounds = {
        name: get_pygments_style_colors(get_style_by_name(style), fallbacks={})
        for name, style in zip(("light", "dark"), STYLES, strict=True)
    }
    written = jinja2.Template(partial).render(
        theme_light_css_variables=options["light_css_variables"],
        theme_dark_css_variables=options["dark_css_variables"],
        furo_pygments=grounds,
    )
    style = written.partition("<style>")[2].partition("</style>")[0]
    sheet = (ROOT / "source" / "_static" / "site.css").read_text()
    assert re.sub(r"\s+", "", style) in re.sub(r"\s+", "", sheet), (
        "site.css has other colours than conf.py"
    )
    assert lean.without_indentation(f"<link>{written}") == "<link>\n"


def test_the_drawing_without_rounded_corners_is_that_of_the_theme():
    assert lean._ROUNDED.search(ICONS.read_text())
    assert "M400 370" in lean.drawing(ICONS.read_text())


def test_a_script_says_what_the_sign_beside_a_heading_is_for():
    link = '<a class="headerlink" href="#a" title="Link to this heading">\u00b6</a>'
    assert article(link) == '<a class="headerlink" href="#a">\u00b6</a>'
    script = (ROOT / "source" / "_static" / "site.js").read_text()
    assert 'querySelectorAll("a.headerlink")) link.title ||= "Link to this heading"' in script
