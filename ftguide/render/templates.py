"""Parts of pages from Jinja templates: macros write a small HTML, which becomes docutils nodes, a table one.

So text, LaTeX and HTML are written from the same nodes, and words stand where they are shown. Every value
is escaped and what a macro gives is parsed as XML: a hostile string stays a string. Elements:

    section (id, title)   p   pre (lang)   note   caution   warning      blocks; `class` where it helps
    table (caption)       th (class num or long): a column;  tr: a row of td;  th in tr: a group's name;
                          td (colspan="all") alone in tr: a remark on the group
    code   strong   span   anchor (id)                                   inside p and td

A value that is a docutils node, or a list of them, is put in as it is: a chart, a cross-reference.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jinja2
from docutils import nodes
from markupsafe import Markup

from ftguide.render import drawn
from ftguide.render.nodes import fold
from ftguide.render.svg import printable

_BOXES: dict[str, type[nodes.Element]] = {
    "caution": nodes.caution,
    "note": nodes.note,
    "warning": nodes.warning,
}


class Templates:
    """The templates of a folder, and what they may call by name: modules, functions that return nodes."""

    def __init__(self, folder: Path, names: dict[str, object]) -> None:
        """Prepare the folder; a template is read when it is first used."""
        self._kept: dict[str, Sequence[nodes.Node]] = {}
        self._numbers = itertools.count()
        self._environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(folder),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            finalize=self._keep,
        )
        self._environment.globals |= names

    def draw(self, name: str, /, *values: object, **options: object) -> list[nodes.Node]:
        """Return what a macro writes, called `template.macro`, e.g. `tables.times`.

        Raises `jinja2.UndefinedError` where it asks for what a value does not have, and `ValueError`
        where it writes what this module does not know.
        """
        template, _, macro = name.partition(".")
        module = self._environment.get_template(f"{template}.jinja").module
        written = printable(getattr(module, macro)(*values, **options))
        return self._blocks(ET.fromstring(f"<page>{written}</page>"))  # noqa: S314 - escaped by Jinja

    def _keep(self, value: Any) -> Any:
        """Put nodes aside and a mark in their place; leave other values as they are."""
        if isinstance(value, nodes.Node):
            value = [value]
        if not isinstance(value, list):
            return value
        number = str(next(self._numbers))
        self._kept[number] = value
        return Markup(f'<kept number="{number}"/>')  # noqa: S704 - a number of ours

    def _blocks(self, parent: ET.Element) -> list[nodes.Node]:
        """Return the blocks of a page, a section or a box."""
        stray = "".join([parent.text or "", *(child.tail or "" for child in parent)]).strip()
        if stray:
            raise ValueError(f"a template writes {stray!r} outside of a paragraph; put it into <p>")
        return [node for child in parent for node in self._nodes(child)]

    def _nodes(self, element: ET.Element) -> Iterator[nodes.Node]:
        """Yield the nodes of an element."""
        tag, text = element.tag, element.text or ""
        classes = element.get("class", "").split()
        if tag == "kept":
            yield from self._given(element.get("number", ""))
        elif tag == "section":
            title = nodes.title("", element.get("title", ""))
            yield nodes.section("", title, *self._blocks(element), ids=[element.get("id")])
        elif tag == "p":
            yield nodes.paragraph("", "", *drawn.inline(element, self._given), classes=classes)
        elif tag == "pre":
            yield nodes.literal_block(text, text, language=element.get("lang"))
        elif tag == "table":
            yield drawn.table(element, self._given)
        elif tag == "fold":
            yield fold("", *self._blocks(element), summary=element.get("summary", ""))
        elif tag in _BOXES:
            yield _BOXES[tag]("", *self._blocks(element), classes=classes)
        else:
            raise ValueError(f"a template writes <{tag}>, which is not an element of {__name__}")

    def _given(self, number: str) -> Sequence[nodes.Node]:
        return self._kept.pop(number)
