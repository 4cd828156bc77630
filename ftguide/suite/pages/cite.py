"""The Cite block: where a page's address becomes known, the citation is written in three forms.

The address depends on the builder and on the site's one setting, so the block is a placeholder until
a page is written; the words come from `citation.py`.
"""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx

from ftguide.render import beside
from ftguide.suite.pages import citation


class cite_block(nodes.General, nodes.Element):  # noqa: N801 - docutils names nodes in lower case
    """Attributes: `run`, `page` (docname of the run), `slug` and `what` of a workload or None."""


def address(app: Sphinx, page: str, slug: str | None) -> str | None:
    """Return the absolute address of a run, or of a workload in it; None where the site has none."""
    base = app.config.html_baseurl
    if not base or app.builder.format != "html":
        return None
    uri = app.builder.get_target_uri(page)
    if app.builder.name in beside.BOOKS:
        uri = f"{page}.html"
    return f"{base.rstrip('/')}/{uri}" + (f"#{slug}" if slug else "")


def write_citations(app: Sphinx, doctree: nodes.document, _docname: str) -> None:
    """Replace every placeholder of a page by a sentence, a BibTeX entry and a CITATION.cff."""
    for node in list(doctree.findall(cite_block)):
        run, slug, what = node["run"], node["slug"], node["what"]
        url = address(app, node["page"], slug)
        sentence = nodes.paragraph("", "")
        sentence += nodes.Text(citation.sentence(run, what=what))
        if url:
            sentence += [nodes.Text(" "), nodes.reference("", url, refuri=url)]
        entry = citation.bibtex(run, slug=slug, what=what, url=url)
        file = citation.cff(run, what=what, url=url)
        node.replace_self(
            [
                sentence,
                nodes.paragraph("", "As BibTeX:"),
                nodes.literal_block(entry, entry, language="bibtex", classes=["bench-bibtex"]),
                nodes.paragraph(
                    "", "", nodes.Text("As "), nodes.literal("", "CITATION.cff"), nodes.Text(":")
                ),
                # Not highlighted: each word would get markup, on every page.
                nodes.literal_block(file, file, language="none", classes=["bench-cff"]),
            ]
        )


def setup(app: Sphinx) -> None:
    """Register the placeholder; it never reaches a writer."""
    app.add_node(cite_block)
    app.connect("doctree-resolved", write_citations)
