"""A few helpers to write SVG with ElementTree, so that text can never become markup.

Coordinates are rounded to a tenth and attributes keep their order: the same drawing gives the same
bytes on every machine and Python.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

Value = str | float | int

#: What XML cannot hold, what a terminal obeys, and what shows the text that follows in another order.
_UNPRINTABLE = re.compile(
    "[^\t\n -~\xa0-\u061b\u061d-\u200d\u2010-\u2029\u202f-\u2065"
    "\u206a-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
)


def number(value: float) -> str:
    """Spell a coordinate with at most one decimal, `-0` as `0`."""
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def printable(text: str) -> str:
    """Replace what XML 1.0 cannot hold and what steers a terminal or turns text around."""
    return _UNPRINTABLE.sub("\ufffd", text)


def add(parent: ET.Element, tag: str, text: str | None = None, **attributes: Value) -> ET.Element:
    """Append an element; `class_` becomes `class`, other underscores become hyphens."""
    node = ET.SubElement(parent, tag)
    for name, value in attributes.items():
        spelled = name.rstrip("_").replace("_", "-")
        node.set(spelled, printable(value) if isinstance(value, str) else number(value))
    if text is not None:
        node.text = printable(text)
    return node


def root(width: float, height: float, *, id_: str, title: str, desc: str, style: str) -> ET.Element:
    """Start a drawing that announces itself to assistive technology; ids begin with `id_`."""
    svg = ET.Element("svg")
    svg.set("xmlns", "http://www.w3.org/2000/svg")
    svg.set("id", id_)
    svg.set("class", "bench-chart")
    svg.set("viewBox", f"0 0 {number(width)} {number(height)}")
    svg.set("role", "img")
    svg.set("aria-labelledby", f"{id_}-title {id_}-desc")
    add(svg, "title", title, id=f"{id_}-title")
    add(svg, "desc", desc, id=f"{id_}-desc")
    add(svg, "style", style)
    return svg


def text_of(svg: ET.Element) -> str:
    """Serialise a drawing for inlining into HTML."""
    return ET.tostring(svg, encoding="unicode", short_empty_elements=True)
