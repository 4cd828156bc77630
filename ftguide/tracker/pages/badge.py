"""The badge of a package: a small SVG that others may put on their pages.

Pure, and built with an XML library, so text can never become markup. It shows the headline together
with how much it rests on and the day: a colour without a date would be a promise.
"""

from __future__ import annotations

from xml.etree import ElementTree as ET

from ftguide.render import svg
from ftguide.tracker.derive.level_rules import Flag, Level
from ftguide.tracker.derive.model import Status
from ftguide.tracker.pages import words

_LABEL = "free-threaded Python"
#: White text has at least 4.5:1 on each.
_GREY, _BLUE, _GREEN, _RED = "#5f6368", "#3b5b92", "#00695c", "#a83200"
_CHARACTER = 6.2  #: average width at 11 px; `textLength` makes the text fit whatever the font
_PADDING = 6.0
_MOST = 80  #: characters


def colour(level: Level) -> str:
    """Return the colour of a level's family; the words say the level, the colour only helps."""
    if not level.verdict:
        return _GREY
    if level in {Level.PURE, Level.PURE_EXERCISED}:
        return _BLUE
    return _RED if level.rank < Level.PURE.rank else _GREEN


def text_of(status: Status) -> str:
    """Return what the badge says after its label."""
    parts = [status.headline.words]
    if status.headline.verdict:
        parts += [f"{status.probed} of {len(status.cells)} cells", words.looked(status)]
    if Flag.STALE in status.flags:
        parts.append("stale")
    return " · ".join(filter(None, parts))[:_MOST]


def badge(status: Status) -> bytes:
    """Draw the badge; the same status gives the same bytes."""
    text = text_of(status)
    left = len(_LABEL) * _CHARACTER + 2 * _PADDING
    right = len(text) * _CHARACTER + 2 * _PADDING
    title = f"{status.package.name}, {_LABEL}: {text}"
    whole = svg.number(left + right)
    namespace = "http://www.w3.org/2000/svg"
    drawing = ET.Element("svg", xmlns=namespace, width=whole, height="20", role="img")
    drawing.set("aria-label", svg.printable(title))
    svg.add(drawing, "title", title)
    svg.add(drawing, "rect", width=left, height=20.0, fill="#444a50")
    svg.add(drawing, "rect", x=left, width=right, height=20.0, fill=colour(status.headline))
    for x, width, part in ((_PADDING, left, _LABEL), (left + _PADDING, right, text)):
        node = svg.add(drawing, "text", part, x=x, y=14.0, textLength=width - 2 * _PADDING)
        node.set("fill", "#fff")
        node.set("font-family", "Verdana,DejaVu Sans,sans-serif")
        node.set("font-size", "11")
    raw: bytes = ET.tostring(drawing, encoding="utf-8")
    return raw + b"\n"
