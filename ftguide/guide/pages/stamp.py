"""The stamp of a page: its front matter's `checked` and `checked_with`, printed below the page."""

from __future__ import annotations

import datetime as dt

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging

from ftguide.render.words import enumeration

logger = logging.getLogger(__name__)


def words(checked: str, checked_with: str) -> str:
    """Return the sentence; raises `ValueError` for what is no date."""
    day = dt.date.fromisoformat(checked)
    listed = enumeration([word.strip() for word in checked_with.split(",") if word.strip()])
    return f"This page was checked on {day}" + (f" with CPython {listed}." if listed else ".")


def add(app: Sphinx, doctree: nodes.document) -> None:
    """Append the stamp to the page's outermost section."""
    metadata = app.env.metadata[app.env.docname]
    checked = metadata.get("checked")
    if checked is None:
        return
    try:
        text = words(str(checked), str(metadata.get("checked_with", "")))
    except ValueError:
        logger.warning(
            "checked: %r is not a date such as 2026-11-23",
            checked,
            type="snippet",
            subtype="stamp",
            location=app.env.docname,
        )
        return
    outer: nodes.Element = next(iter(doctree.findall(nodes.section)), doctree)
    outer.append(nodes.paragraph(text, "", nodes.Text(text), classes=["page-stamp"]))


def setup(app: Sphinx) -> None:
    """Have every page stamped when it has been read."""
    app.connect("doctree-read", add)
