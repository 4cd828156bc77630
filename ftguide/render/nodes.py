"""Nodes that docutils lacks, and how the builders write them.

Every text stays a text node, so docutils escapes it. Only the SVG of a chart is written verbatim; whoever
draws one builds it with an XML library. Text and LaTeX get the chart's data as a table.
"""

from __future__ import annotations

import html
import posixpath

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxTranslator
from sphinx.writers.html5 import HTML5Translator


class header_cell(nodes.entry):  # noqa: N801 - docutils names nodes in lower case
    """A table cell that heads its column, row or group of rows (`scope`)."""


class chart(nodes.General, nodes.Element):  # noqa: N801
    """A chart: attribute `svg`, then the same data as children; `beside`: a table stands nearby."""


class region(nodes.General, nodes.Element):  # noqa: N801
    """A box that scrolls sideways and can be focused with the keyboard; attribute `label`."""


class fold(nodes.General, nodes.Element):  # noqa: N801
    """What is open only when a reader asks for it, and on paper; attribute `summary`."""


class data_file(nodes.Inline, nodes.TextElement):  # noqa: N801
    """A link to a file of a run; attribute `target`, relative to the root of the site."""


def visit_header_html(self: HTML5Translator, node: header_cell) -> None:
    """Write `<th scope=…>`."""
    self.visit_entry(node)
    self.body.append(self.body.pop().replace("<th", f'<th scope="{node["scope"]}"', 1))


def depart_header(self: SphinxTranslator, node: header_cell) -> None:
    """Close the cell as any other."""
    self.depart_entry(node)


def visit_header(self: SphinxTranslator, node: header_cell) -> None:
    """Open the cell as any other."""
    self.visit_entry(node)


def visit_chart_html(self: HTML5Translator, node: nodes.Element) -> None:
    """Write the SVG, then a folded table unless one stands beside the chart."""
    caption = html.escape(node["caption"])
    self.body.append(
        f'<figure class="bench-figure"><figcaption>{caption}</figcaption>\n{node["svg"]}\n'
    )
    if node["beside"]:
        self.body.append("</figure>\n")
        raise nodes.SkipNode
    self.body.append("<details><summary>The same data as a table</summary>\n")


def depart_chart_html(self: HTML5Translator, _node: nodes.Element) -> None:
    """Close the folded table."""
    self.body.append("</details></figure>\n")


def visit_fold_html(self: HTML5Translator, node: nodes.Element) -> None:
    """Write what unfolds without JavaScript."""
    summary = html.escape(node["summary"])
    self.body.append(f'<details class="bench-fold"><summary>{summary}</summary>\n')


def depart_fold_html(self: HTML5Translator, _node: nodes.Element) -> None:
    """Close the fold."""
    self.body.append("</details>\n")


def visit_region_html(self: HTML5Translator, node: nodes.Element) -> None:
    """Write Furo's wrapper, reachable with the keyboard."""
    label = html.escape(node["label"], quote=True)
    self.body.append(
        f'<div class="table-wrapper container" tabindex="0" role="region" aria-label="{label}">\n'
    )


def depart_region_html(self: HTML5Translator, _node: nodes.Element) -> None:
    """Close the wrapper."""
    self.body.append("</div>\n")


def href_of(self: HTML5Translator, target: str) -> str:
    """Return how the page being written links a file of the site, with and without a web server."""
    page = self.builder.get_target_uri(self.builder.current_docname)
    here = page if page.endswith("/") or not page else posixpath.dirname(page)
    return posixpath.relpath(target, here or ".")


def visit_file_html(self: HTML5Translator, node: nodes.Element) -> None:
    """Write a link that works from any page."""
    href = html.escape(href_of(self, node["target"]), quote=True)
    self.body.append(f'<a class="reference download" href="{href}" download>')


def depart_file_html(self: HTML5Translator, _node: nodes.Element) -> None:
    """Close the link."""
    self.body.append("</a>")


def visit_nothing(_self: SphinxTranslator, _node: nodes.Element) -> None:
    """Write only the children: nothing before them, nothing behind them."""


class FocusableTables(SphinxPostTransform):
    """Replace Furo's table wrapper by one that can be focused, so that keyboards can scroll it."""

    formats = ("html",)
    default_priority = 600  # after Furo's own wrapping, which has 500

    def run(self, **_kwargs: object) -> None:
        """Swap the wrapper of every table of the document."""
        for table in list(self.document.findall(nodes.table)):
            wrapper = table.parent
            if isinstance(wrapper, nodes.container) and "table-wrapper" in wrapper["classes"]:
                title = table.next_node(nodes.title)
                box = region(label=title.astext() if title is not None else "Table")
                wrapper.replace_self(box)
                box += table


def setup(app: Sphinx) -> None:
    """Register the nodes with html, text and latex; other builders treat them like text."""
    plain = (visit_nothing, visit_nothing)
    cell = (visit_header, depart_header)
    written = {
        header_cell: ((visit_header_html, depart_header), cell),
        chart: ((visit_chart_html, depart_chart_html), plain),
        region: ((visit_region_html, depart_region_html), plain),
        fold: ((visit_fold_html, depart_fold_html), plain),
        data_file: ((visit_file_html, depart_file_html), plain),
    }
    for node, (html_, other) in written.items():
        app.add_node(node, html=html_, text=other, latex=other, man=other, texinfo=other)
    app.add_post_transform(FocusableTables)
