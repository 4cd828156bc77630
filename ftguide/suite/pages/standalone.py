"""Figures as files of their own, to post: SVG with its colours, title, sentence, run and source.

A page's drawing follows the theme of the page by variables, which nothing outside of it knows. Here they are
replaced by what they stand for, and the file asks nobody for anything. It is written beside the pages when
its page is, as pictures of other extensions are; `report RUN --figure SLUG` writes the same.
"""

from __future__ import annotations

import html
import re
import textwrap
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator

from ftguide.render import svg
from ftguide.render.nodes import href_of, visit_nothing
from ftguide.suite import words
from ftguide.suite.pages import lettering
from ftguide.suite.pages.data import Loaded
from ftguide.suite.pages.figures import Figure

_SVG = "http://www.w3.org/2000/svg"
#: A colour or font of the theme, with what stands in for it.
_VARIABLE = re.compile(r"var\(--[a-z-]+,((?:[^()]|\([^()]*\))*)\)")
_LIGHT_DARK = re.compile(r"light-dark\(([^,]+),([^)]+)\)")
#: A rule by its selector, such as `text` or `.gil.whisker`.
_RULE = re.compile(r"([\w.]+)\{[^{}]*\}")
_GROUND = "light-dark(#fff,#131416)"
#: Shown this wide where nobody says how wide.
SHOWN = 800
_MARGIN = 8.0
_HEAD, _SMALL = 15.0, 11.5


class posted(nodes.General, nodes.Element):  # noqa: N801 - docutils names nodes in lower case
    """A link to a figure's own file; attributes `svg`, `target`, `title`, `says`, `runs`, `command`."""


def _parsed(drawn: str) -> tuple[ET.Element, ET.Element, str]:
    """Return a drawing, its style, and its rules without variables of the theme."""
    ET.register_namespace("", _SVG)
    drawing = ET.fromstring(drawn)  # noqa: S314 - drawn by `charts`
    style = drawing.find(f"{{{_SVG}}}style")
    assert style is not None
    return drawing, style, _VARIABLE.sub(r"\1", style.text or "")


def grounded(drawn: str, id_: str) -> str:
    """Return a drawing on a ground and with colours of its own, light and dark."""
    drawing, style, rules = _parsed(drawn)
    rules += f"#{id_} .ground{{fill:{_GROUND}}}"
    light, dark = _LIGHT_DARK.sub(r"\1", rules), _LIGHT_DARK.sub(r"\2", rules)
    style.text = f"{light}@media(prefers-color-scheme:dark){{{dark}}}"
    ground = ET.Element(f"{{{_SVG}}}rect", {"class": "ground", "width": "100%", "height": "100%"})
    drawing.insert(list(drawing).index(style) + 1, ground)
    return ET.tostring(drawing, encoding="unicode") + "\n"


def to_post(drawn: str, *, title: str, says: str, runs: Sequence[str], source: str) -> str:
    """Return a drawing as a light file of its own, with title, sentence, runs, and where it is from."""
    drawing, style, rules = _parsed(drawn)
    id_ = drawing.get("id", "")
    rules = _LIGHT_DARK.sub(r"\1", rules).replace("color-scheme:light dark;", "")
    # Nothing else is in the file that its rules could be mistaken for.
    rules = rules.replace(f"#{id_} ", "").replace(f"#{id_}", "svg")
    used = {"s", *(name for part in drawing.iter() for name in part.get("class", "").split())}
    rules = _RULE.sub(
        lambda rule: rule[0] if used.issuperset(rule[1].split(".")[1:]) else "", rules
    )
    style.text = f"{rules}.ground{{fill:#fff}}.h{{font-size:{_HEAD:g}px;font-weight:600}}"
    *_, width, height = map(float, drawing.get("viewBox", "").split())
    body = [*drawing][3:]  # after title, description and style
    for element in body:
        drawing.remove(element)
    svg.add(drawing, "rect", class_="ground", width="100%", height="100%")
    y = _lines(drawing, title, _MARGIN, class_="h", size=_HEAD)
    y = _lines(drawing, says, y + 4, class_="s", size=_SMALL) + 4
    moved = svg.add(drawing, "g", transform=f"translate({_MARGIN:g} {svg.number(y)})")
    moved.extend(body)
    y += height + 8
    for text in (*runs, source):
        y = _lines(drawing, text, y, class_="s", size=_SMALL)
    wide, tall = width + 2 * _MARGIN, y + _MARGIN
    drawing.set("viewBox", f"0 0 {svg.number(wide)} {svg.number(tall)}")
    drawing.set("width", str(SHOWN))
    drawing.set("height", svg.number(SHOWN * tall / wide))
    written = ET.tostring(drawing, encoding="unicode", xml_declaration=False)
    return written.replace(" />", "/>") + "\n"


def _lines(parent: ET.Element, text: str, y: float, *, class_: str, size: float) -> float:
    """Write a text in as many lines as it takes; return where the next may begin."""
    for line in textwrap.wrap(text, int(lettering.WIDTH / (lettering.EM * size))):
        y += size + 3
        svg.add(parent, "text", line, class_=class_, x=_MARGIN + 2, y=y - 2)
    return y


def file_of(figure: Figure, *, title: str, runs: Sequence[Loaded], source: str) -> str:
    """Return a figure of some runs as a file of its own."""
    return to_post(
        figure.svg,
        title=_headed(title, figure),
        says=figure.says,
        runs=[_run_text(loaded) for loaded in runs],
        source=source,
    )


def _headed(title: str, figure: Figure) -> str:
    return f"{title}: {figure.caption[:1].lower()}{figure.caption[1:]}"


def _run_text(loaded: Loaded) -> str:
    return f"Run {loaded.run.run_id}: {words.run_text(loaded.entry)}."


def link(
    figure: Figure, name: str, *, title: str, runs: Sequence[Loaded], command: str = ""
) -> posted:
    """Return the link below a figure; `name` is the file's, `command` makes a PNG of it."""
    return posted(
        svg=figure.svg,
        target=f"benchmarks/figures/{name}.svg",
        title=_headed(title, figure),
        says=figure.says,
        runs=[_run_text(loaded) for loaded in runs],
        command=command,
    )


def visit_html(self: HTML5Translator, node: posted) -> None:
    """Write the file, and the link to it."""
    builder, config = self.builder, self.config
    base = config.html_baseurl.rstrip("/")
    page = builder.get_target_uri(builder.current_docname)
    content = to_post(
        node["svg"],
        title=node["title"],
        says=node["says"],
        runs=node["runs"],
        source=f"Source: {config.project}{f', {base}/{page}' if base else ''}",
    ).encode()
    path = Path(builder.outdir, node["target"])
    if not path.exists() or path.read_bytes() != content:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    href = html.escape(href_of(self, node["target"]), quote=True)
    # As Sphinx writes code in a sentence: no option is torn apart at the end of a line.
    parts = (f'<span class="pre">{html.escape(word)}</span>' for word in node["command"].split())
    code = f'<code class="docutils literal notranslate">{" ".join(parts)}</code>'
    png = f", or as PNG: {code}" if node["command"] else ""
    self.body.append(
        f'<p class="bench-post"><a class="reference internal" href="{href}">'
        f"This figure to post (SVG)</a>{png}</p>\n"
    )
    raise nodes.SkipNode


def _skip(_self: object, _node: nodes.Element) -> None:
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    """Register the link; other formats have no files beside them."""
    other = (_skip, visit_nothing)
    app.add_node(posted, html=(visit_html, None), text=other, latex=other, man=other, texinfo=other)
