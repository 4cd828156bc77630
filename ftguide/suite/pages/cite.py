"""The Cite block: where a page's address becomes known, the sentence and BibTeX are written.

The address depends on the builder and on the site's one setting, so the block is a placeholder until
a page is written; the words come from `citation.py`.
"""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx

from ftguide.suite.pages import citation


class cite_block(nodes.General, nodes.Element):  # noqa: N801 - docutils names nodes in lower case
    """Attributes: `run`, `page` (docname of the run), `slug` and `what` of a workload or None."""


def address(app: Sphinx, page: str, slug: str | None) -> str | None:
    """Return the absolute address of a run, or of a workload in it; None where the site has none."""
    base = app.config.html_baseurl
    if not base or app.builder.format != "html":
        return None
    uri = app.builder.get_target_uri(page)
    return f"{base.rstrip('/')}/{uri}" + (f"#{slug}" if slug else "")


def write_citations(app: Sphinx, doctree: nodes.document, _docname: str) -> None:
    """Replace every placeholder of a page by a sentence and a BibTeX entry."""
    for node in list(doctree.findall(cite_block)):
        run, slug, what = node["run"], node["slug"], node["what"]
        url = address(app, node["page"], slug)
        sentence = nodes.paragraph("", "")
        sentence += nodes.Text(citation.sentence(run, what=what))
        if url:
            sentence += [nodes.Text(" "), nodes.reference("", url, refuri=url)]
        entry = citation.bibtex(run, slug=slug, what=what, url=url)
        block = nodes.literal_block(entry, entry, language="bibtex")
        block["classes"].append("bench-bibtex")
        node.replace_self([sentence, block])


def setup(app: Sphinx) -> None:
    """Register the placeholder; it never reaches a writer."""
    app.add_node(cite_block)
    app.connect("doctree-resolved", write_citations)
