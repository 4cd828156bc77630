"""Docutils nodes of the compatibility table, and how the builders write them.

They add attributes to ordinary rows and links: what the small script sorts and filters by, and the
address of a page that is written after the documents. Every text stays a text node.
"""

from __future__ import annotations

import html

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator

from ftguide.render.nodes import visit_nothing


class browser(nodes.General, nodes.Element):  # noqa: N801 - docutils names nodes in lower case
    """The box around the table; its attributes are for the script.

    `levels` and `cells` name what the menus offer, `first` is the lowest rank with a verdict.
    """


class package_row(nodes.row):  # noqa: N801
    """A row; attributes `ranks` (of every cell), `headline` (a rank), `field`."""


class package_link(nodes.Inline, nodes.TextElement):  # noqa: N801
    """A link to a package's page; attributes `page` (as if it were a docname) and `anchor`."""


def _data(**values: str) -> str:
    return "".join(
        f' data-{name}="{html.escape(value, quote=True)}"' for name, value in values.items()
    )


def visit_browser_html(self: HTML5Translator, node: nodes.Element) -> None:
    """Write a box that tells the script what the numbers of the rows mean."""
    data = _data(
        levels="|".join(node["levels"]), cells="|".join(node["cells"]), first=str(node["first"])
    )
    self.body.append(f'<div class="compat-browser"{data}>\n')


def depart_browser_html(self: HTML5Translator, _node: nodes.Element) -> None:
    """Close the box."""
    self.body.append("</div>\n")


def visit_row_html(self: HTML5Translator, node: package_row) -> None:
    """Write the row with what it is sorted and filtered by."""
    self.visit_row(node)
    data = _data(ranks=node["ranks"], headline=node["headline"], field=node["field"])
    self.body.append(self.body.pop().replace("<tr", f"<tr{data}", 1))


def visit_link_html(self: HTML5Translator, node: nodes.Element) -> None:
    """Write a link that works from any page, with and without a web server."""
    href = self.builder.get_relative_uri(self.builder.current_docname, node["page"])
    if node["anchor"]:
        href = f"{href}#{node['anchor']}"
    self.body.append(self.starttag(node, "a", "", href=href))


def depart_link_html(self: HTML5Translator, _node: nodes.Element) -> None:
    """Close the link."""
    self.body.append("</a>")


def setup(app: Sphinx) -> None:
    """Register the nodes; builders other than html write a row as any row, and of the others the children."""
    plain = (visit_nothing, visit_nothing)
    for node, html_ in (
        (browser, (visit_browser_html, depart_browser_html)),
        (package_link, (visit_link_html, depart_link_html)),
    ):
        app.add_node(node, html=html_, text=plain, latex=plain, man=plain, texinfo=plain)
    app.add_node(package_row, html=(visit_row_html, None))
