"""Dot charts with intervals, as inline SVG: ratios around 1.0, and speed-ups towards the ideal.

Pure functions: the same rows give the same bytes. The drawing is 400 units wide, a label on its own
line above each plot line, so that it stays readable at 390 px and never needs to scroll. Colours are
Furo's CSS variables with a `light-dark()` fallback; shapes and dashes say the same as the colours.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY, dataclass
from enum import StrEnum
from xml.etree import ElementTree as ET

from ftguide.render import numbers, svg

WIDTH = 400.0
GUTTER = 138.0  #: right of the plot: the number and its interval
FONT = 13.0
SMALL = 11.5
LINE = 17.0
TICK_GAP = 36.0  #: units two tick labels keep apart
LABEL_CHARACTERS = 52  #: what fits on a line at FONT

#: Ticks in the order in which they claim their place on the axis.
_TICKS = (
    (1,),
    *((2**n, 2**-n) for n in range(1, 11)),
    (1.5, 3, 0.75, 6, 12),
    (1.25, 0.8, 1.2, 0.9, 1.1),
    (1.05, 0.95, 1.15, 0.85),
    (1.02, 0.98, 1.01, 0.99, 1.03, 0.97),
)

_TEXT = "var(--color-foreground-primary,light-dark(#000,#cfd0d0))"
_DIM = "var(--color-foreground-secondary,light-dark(#5a5c63,#9ca0a5))"
_PAGE = "var(--color-background-primary,light-dark(#fff,#131416))"
_FT = "var(--bench-ft,light-dark(#00695c,#4db6ac))"
_GIL = "var(--bench-gil,light-dark(#a84300,#f0a04b))"
#: Rules of one drawing; `#` stands for its id, so that two drawings on a page cannot collide.
_STYLE = f"""
#{{color-scheme:light dark;font-family:var(--font-stack,system-ui,sans-serif)}}
# text{{fill:{_TEXT};font-size:13px}}
# .s{{fill:{_DIM};font-size:11.5px}}
# .b{{font-weight:600;paint-order:stroke;stroke:{_PAGE};stroke-width:4px;stroke-linejoin:round}}
# .n{{font-variant-numeric:tabular-nums;text-anchor:end}}
# .grid{{stroke:var(--color-background-border,light-dark(#eeebee,#303335))}}
# .one{{stroke:{_TEXT};stroke-width:1.2}}
# .ideal{{stroke:{_DIM};stroke-dasharray:5 4}}
# .floor{{fill:var(--color-background-hover,light-dark(#efeff4,#1e2124));
stroke:var(--color-foreground-border,light-dark(#878787,#666));stroke-width:.6;stroke-dasharray:2 2}}
# .ft{{stroke:{_FT};fill:{_FT}}}
# .gil{{stroke:{_GIL};fill:{_GIL}}}
# .hollow{{fill:{_PAGE};stroke-width:2}}
# .whisker{{fill:none;stroke-width:1.8}}
# .gil.whisker{{stroke-dasharray:4 2.5}}
"""


def _style(id_: str) -> str:
    """Return the rules of one drawing; colours such as #fff stay."""
    return "".join(
        f"#{id_}{line[1:]}" if line.startswith("#") else line for line in _STYLE.splitlines()
    )


class Shape(StrEnum):
    """The shape of a mark; each stands for a word in the key."""

    CIRCLE = "circle"
    DIAMOND = "diamond"
    RING = "ring"
    SQUARE = "square"
    BAND = "band"  #: the noise floor; in keys only


@dataclass(frozen=True, slots=True)
class Mark:
    """A value with its 95 % interval; ends that are not finite are not drawn."""

    value: float
    low: float
    high: float
    _: KW_ONLY
    shape: Shape = Shape.CIRCLE
    series: str = "ft"  #: "ft" | "gil": colour and dash
    name: str = ""  #: two or three letters left of the plot line


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One labelled entry of a chart, with a plot line per mark."""

    label: str
    note: str = ""  #: right end of the label line, e.g. the verdict
    marks: tuple[Mark, ...]
    floor: float | None = None  #: noise floor as |ln r|

    @property
    def band(self) -> tuple[float, ...]:
        """Both ends of the noise floor as ratios; empty where there is none to draw."""
        if self.floor is None or not 0 < self.floor < 10:
            return ()
        return math.exp(-self.floor), math.exp(self.floor)


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """A logarithmic axis from `low` to `high` over `left`..`right`."""

    low: float
    high: float
    left: float
    right: float

    def x(self, value: float) -> float:
        """Return where a value is drawn, kept inside the plot."""
        value = min(max(value, self.low), self.high)
        share = math.log(value / self.low) / math.log(self.high / self.low)
        return self.left + share * (self.right - self.left)

    def ticks(self) -> list[float]:
        """Return round values far enough from each other, 1 among them."""
        chosen: list[float] = []
        for value in (v for level in _TICKS for v in level):
            inside = self.low <= value <= self.high
            if inside and all(abs(self.x(value) - self.x(c)) >= TICK_GAP for c in chosen):
                chosen.append(value)
        return sorted(chosen)


def usable(value: float) -> bool:
    """Whether a value has a place on a logarithmic axis; 1e±6 and beyond are damage, not results."""
    return math.isfinite(value) and 1e-6 < value < 1e6


def axis_of(entries: Sequence[Entry], *, left: float, include: Sequence[float]) -> Axis:
    """Choose an axis that shows every mark, every usable interval, and `include`."""
    values = [*include]
    for entry in entries:
        for mark in entry.marks:
            values += [v for v in (mark.value, mark.low, mark.high) if usable(v)]
        values += entry.band
    low, high = min(values), max(values)
    pad = (high / low) ** 0.05
    return Axis(low=low / pad, high=high * pad, left=left, right=WIDTH - GUTTER)


def _shape(parent: ET.Element, shape: Shape, series: str, x: float, y: float) -> None:
    """Draw a shape around a point."""
    match shape:
        case Shape.CIRCLE:
            svg.add(parent, "circle", class_=series, cx=x, cy=y, r=4.5)
        case Shape.RING:
            svg.add(parent, "circle", class_=f"{series} hollow", cx=x, cy=y, r=4)
        case Shape.SQUARE:
            svg.add(parent, "rect", class_=f"{series} hollow", x=x - 4, y=y - 4, width=8, height=8)
        case Shape.DIAMOND:
            d = f"M{svg.number(x)} {svg.number(y - 6)}l6 6l-6 6l-6 -6z"
            svg.add(parent, "path", class_=series, d=d)
        case Shape.BAND:
            svg.add(parent, "rect", class_="floor", x=x - 6, y=y - 6, width=12, height=12)


def _mark(parent: ET.Element, mark: Mark, axis: Axis, y: float) -> None:
    """Draw whisker, dot and number of one mark on the plot line at `y`."""
    if mark.name:
        svg.add(parent, "text", mark.name, class_="s", x=2, y=y + 4)
    if not usable(mark.value):
        svg.add(parent, "text", "not measured", class_="s n", x=WIDTH - 2, y=y + 4)
        return
    if usable(mark.low) and usable(mark.high):
        a, b = axis.x(mark.low), axis.x(mark.high)
        ends = "".join(f"M{svg.number(x)} {svg.number(y - 4)}v8" for x in (a, b))
        path = f"M{svg.number(a)} {svg.number(y)}H{svg.number(b)}{ends}"
        svg.add(parent, "path", class_=f"{mark.series} whisker", d=path)
    _shape(parent, mark.shape, mark.series, axis.x(mark.value), y)
    value, ends = numbers.ratio_parts(mark.value, mark.low, mark.high)
    svg.add(parent, "text", f"{value} ({ends})", class_="s n", x=WIDTH - 2, y=y + 4)


def _shorten(text: str, characters: int) -> str:
    if len(text) <= characters:
        return text
    return text[: characters - 1].rstrip() + "\N{HORIZONTAL ELLIPSIS}"


def _key(parent: ET.Element, y: float, items: Sequence[tuple[Shape, str, str]]) -> None:
    """Draw the key on one line: shape, series, word."""
    x = 8.0
    for shape, series, word in items:
        _shape(svg.add(parent, "g"), shape, series, x, y - 4)
        svg.add(parent, "text", word, class_="s", x=x + 9, y=y)
        x += 24 + 6.2 * len(word)


def _upright(entries: Sequence[Entry]) -> Callable[[float], str]:
    """Return what makes the path of an upright line at some x: it passes marks, and stops before labels."""
    spans, y = [], 8.0
    for entry in entries:
        top = y + FONT + 6
        y = top + LINE * len(entry.marks)
        spans.append((top, y + 4))
        y += 8
    return lambda x: " ".join(f"M{x:.1f} {top:g}V{bottom:g}" for top, bottom in spans)


def _draw(
    entries: Sequence[Entry],
    axis: Axis,
    *,
    id_: str,
    title: str,
    desc: str,
    ends: tuple[str, str],
    ideal: float | None,
    key: Sequence[tuple[Shape, str, str]],
) -> str:
    height = 8 + sum(FONT + 6 + LINE * len(e.marks) + 8 for e in entries)
    total = height + 60
    drawing = svg.root(WIDTH, total, id_=id_, title=title, desc=desc, style=_style(id_))
    upright = _upright(entries)
    for tick in axis.ticks():
        x = axis.x(tick)
        if tick != 1:
            svg.add(drawing, "path", class_="grid", d=upright(x))
        svg.add(drawing, "text", f"{tick:g}", class_="s", x=x, y=height + 14, text_anchor="middle")
    floors = svg.add(drawing, "g")
    one = axis.x(1)
    svg.add(drawing, "path", class_="one", d=upright(one))
    if ideal is not None:
        svg.add(drawing, "path", class_="ideal", d=upright(axis.x(ideal)))
    y = 8.0
    for entry in entries:
        note = _shorten(entry.note, LABEL_CHARACTERS // 2)
        label = _shorten(entry.label, LABEL_CHARACTERS - len(note))
        svg.add(drawing, "text", label, class_="b", x=2, y=y + FONT)
        if note:
            svg.add(drawing, "text", note, class_="s n", x=WIDTH - 2, y=y + FONT)
        y += FONT + 6
        if entry.band:
            a, b = map(axis.x, entry.band)
            deep = LINE * len(entry.marks)
            svg.add(floors, "rect", class_="floor", x=a, y=y, width=max(b - a, 0.5), height=deep)
        for mark in entry.marks:
            _mark(drawing, mark, axis, y + LINE / 2)
            y += LINE
        y += 8
    left, right = ends
    svg.add(drawing, "text", left, class_="s", x=axis.left, y=height + 32)
    svg.add(drawing, "text", right, class_="s", x=axis.right, y=height + 32, text_anchor="end")
    _key(drawing, total - 6, key)
    return svg.text_of(drawing)


def ratio_chart(entries: Sequence[Entry], *, id_: str, title: str, desc: str) -> str:
    """Draw time ratios (free-threaded / GIL-enabled) around a baseline at 1.0, with noise floors."""
    axis = axis_of(entries, left=8, include=(0.96, 1, 1.04))
    return _draw(
        entries,
        axis,
        id_=id_,
        title=title,
        desc=desc,
        ends=("\N{LEFTWARDS ARROW} less time", "more time \N{RIGHTWARDS ARROW}"),
        ideal=None,
        key=(
            (Shape.CIRCLE, "ft", "slower"),
            (Shape.DIAMOND, "ft", "faster"),
            (Shape.RING, "ft", "neither"),
            *([(Shape.BAND, "", "noise floor")] if any(e.band for e in entries) else []),
        ),
    )


def lines_chart(entries: Sequence[Entry], *, id_: str, title: str, desc: str) -> str:
    """Draw time ratios of several lines around a baseline at 1.0; every mark is named by its line."""
    builds = {mark.series for entry in entries for mark in entry.marks}
    return _draw(
        entries,
        axis_of(entries, left=44, include=(0.96, 1, 1.04)),
        id_=id_,
        title=title,
        desc=desc,
        ends=("\N{LEFTWARDS ARROW} less time", "more time \N{RIGHTWARDS ARROW}"),
        ideal=None,
        key=(
            (Shape.CIRCLE, "ft", "free-threaded"),
            *([(Shape.SQUARE, "gil", "GIL-enabled")] if "gil" in builds else []),
        ),
    )


def speedup_chart(
    entries: Sequence[Entry], *, workers: int, id_: str, title: str, desc: str
) -> str:
    """Draw throughput relative to one GIL-enabled thread, with the ideal of `workers` threads."""
    axis = axis_of(entries, left=34, include=(0.9, 1, float(max(workers, 2))))
    return _draw(
        entries,
        axis,
        id_=id_,
        title=title,
        desc=desc,
        ends=("\N{LEFTWARDS ARROW} less work", "more work per second \N{RIGHTWARDS ARROW}"),
        ideal=float(workers),
        key=(
            (Shape.CIRCLE, "ft", f"FT, {workers} threads"),
            (Shape.SQUARE, "gil", f"GIL, {workers} threads"),
        ),
    )
