"""What lies on what in a drawing of `charts`, by its coordinates and the widths that texts may have."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import NamedTuple
from xml.etree import ElementTree as ET

from ftguide.suite.pages import lettering

SVG = "{http://www.w3.org/2000/svg}"
_UPRIGHT = re.compile(r"M([\d.]+) ([\d.]+)V([\d.]+)")
_MARKS = {"ft", "gil", "ft hollow", "gil hollow"}
#: Of a letter's size: how far it reaches above and below its line.
_ABOVE, _BELOW = 0.75, 0.2


class Box(NamedTuple):
    """A rectangle and what is in it."""

    left: float
    top: float
    right: float
    bottom: float
    what: str

    def meets(self, other: Box) -> bool:
        """Return whether two rectangles share more than an edge."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


def _numbers(element: ET.Element, *names: str) -> list[float]:
    return [float(element.get(name, "")) for name in names]


def texts(root: ET.Element) -> list[Box]:
    """Return the boxes of all texts."""
    boxes = []
    for element in root.iter(f"{SVG}text"):
        classes = element.get("class", "").split()
        size = lettering.SMALL if "s" in classes else lettering.FONT
        x, y = _numbers(element, "x", "y")
        em = lettering.BOLD_EM if "b" in classes else lettering.EM
        wide = em * size * len(element.text or "")
        anchor = "end" if "n" in classes else element.get("text-anchor", "start")
        left = x - {"start": 0.0, "middle": wide / 2, "end": wide}[anchor]
        boxes.append(
            Box(left, y - _ABOVE * size, left + wide, y + _BELOW * size, element.text or "")
        )
    return boxes


def _drawn(root: ET.Element) -> Iterator[Box]:
    """Yield the boxes of upright lines and of marks."""
    for element in root.iter():
        class_ = element.get("class", "")
        if element.tag == f"{SVG}path" and class_ in {"one", "grid", "ideal", "ceiling"}:
            for x, top, bottom in _UPRIGHT.findall(element.get("d", "")):
                yield Box(float(x) - 0.6, float(top), float(x) + 0.6, float(bottom), class_)
        elif element.tag == f"{SVG}circle":
            x, y, r = _numbers(element, "cx", "cy", "r")
            yield Box(x - r, y - r, x + r, y + r, class_)
        elif element.tag == f"{SVG}rect" and class_ in _MARKS:
            x, y, wide, tall = _numbers(element, "x", "y", "width", "height")
            yield Box(x, y, x + wide, y + tall, class_)
        elif element.tag == f"{SVG}path" and "whisker" in class_:
            found = re.match(r"M([\d.]+) ([\d.]+)H([\d.]+)", element.get("d", ""))
            assert found is not None
            left, y, right = map(float, found.groups())
            yield Box(left, y - 4, right, y + 4, class_)


def clashes(drawn: str) -> list[tuple[str, str]]:
    """Return what lies on what: texts on each other, on a line or a mark, and what leaves the drawing."""
    root = ET.fromstring(drawn)  # noqa: S314 - drawn by the function under test
    *_, width, height = map(float, root.get("viewBox", "").split())
    written = texts(root)
    found = [(a.what, b.what) for a, b in itertools.combinations(written, 2) if a.meets(b)]
    found += [(text.what, box.what) for box in _drawn(root) for text in written if text.meets(box)]
    found += [
        (text.what, "edge")
        for text in written
        if min(text.left, text.top) < 0 or text.right > width or text.bottom > height
    ]
    return found
