"""Dot charts with intervals, as inline SVG: ratios around 1.0, and throughput towards what is possible.

Pure functions: the same rows give the same bytes. The drawing is 400 units wide, a label above each
plot line, in as many lines as it takes, so that it stays readable at 390 px and never needs to scroll.
Colours are Furo's CSS variables with a `light-dark()` fallback; shapes and dashes say the same as they do.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY, dataclass
from enum import StrEnum
from xml.etree import ElementTree as ET

from ftguide.render import numbers, svg
from ftguide.suite.pages import lettering
from ftguide.suite.pages.lettering import FONT, LINE, WIDTH, wide

GUTTER = 138.0  #: right of the plot at least: the number and its interval
TICK_GAP = 28.0  #: units that two ticks keep apart at least

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
# .ceiling{{stroke:{_TEXT};stroke-width:1.6;stroke-dasharray:1.5 2.5}}
# .panel{{fill:none;stroke:var(--color-background-border,light-dark(#eeebee,#303335))}}
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
    """What a key explains: the shapes of marks, and what is drawn beside them."""

    CIRCLE = "circle"
    DIAMOND = "diamond"
    RING = "ring"
    SQUARE = "square"
    BAND = "band"  #: the noise floor
    IDEAL = "ideal"  #: an upright line, as the next one
    CEILING = "ceiling"


@dataclass(frozen=True, slots=True)
class Mark:
    """A value with its 95 % interval; ends that are not finite are not drawn."""

    value: float
    low: float
    high: float
    _: KW_ONLY
    shape: Shape = Shape.CIRCLE
    series: str = "ft"  #: "ft" | "gil": colour and dash
    name: str = ""  #: left of the plot line: a build, a way to run
    said: str = ""  #: in place of the number, at the mark that the others are relative to
    ideal: float | None = None  #: what as many workers would reach if they did not cost anything
    ceiling: float | None = None  #: what as many processes reached


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One labelled entry of a chart, with a plot line per mark; a long label takes several lines."""

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
        """Return round values far enough from each other, and from the words of each other, 1 among them."""
        chosen: list[float] = []
        for value in (v for level in _TICKS for v in level):
            if self.low <= value <= self.high and all(self._apart(value, c) for c in chosen):
                chosen.append(value)
        return sorted(chosen)

    def _apart(self, one: float, other: float) -> bool:
        words = wide(f"{_tick(one)}{_tick(other)}") / 2
        return abs(self.x(one) - self.x(other)) >= max(TICK_GAP, words + 4)


def _tick(value: float) -> str:
    return f"{value:.3g}"


def usable(value: float) -> bool:
    """Whether a value has a place on a logarithmic axis; 1e±6 and beyond are damage, not results."""
    return math.isfinite(value) and 1e-6 < value < 1e6


def axis_of(entries: Sequence[Entry], *, left: float, include: Sequence[float]) -> Axis:
    """Choose an axis that shows every mark, every usable interval, and `include`."""
    values = [*include]
    for entry in entries:
        for mark in entry.marks:
            shown = (mark.value, mark.low, mark.high, mark.ideal, mark.ceiling)
            values += [v for v in shown if v is not None and usable(v)]
        values += entry.band
    low, high = min(values), max(values)
    pad = (high / low) ** 0.05
    widest = max((wide(_number(mark)) for entry in entries for mark in entry.marks), default=0)
    return Axis(low=low / pad, high=high * pad, left=left, right=WIDTH - max(GUTTER, widest + 8))


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
        case Shape.IDEAL | Shape.CEILING:
            d = f"M{svg.number(x)} {svg.number(y - 7)}v14"
            svg.add(parent, "path", class_=str(shape), d=d)


def _number(mark: Mark) -> str:
    """Spell what stands right of a mark."""
    if not usable(mark.value):
        return "not measured"
    value, ends = numbers.ratio_parts(mark.value, mark.low, mark.high)
    return mark.said or f"{value} ({ends})"


def _mark(parent: ET.Element, mark: Mark, axis: Axis, y: float) -> None:
    """Draw whisker, dot and number of one mark on the plot line at `y`."""
    if mark.name:
        svg.add(parent, "text", mark.name, class_="s", x=2, y=y + 4)
    svg.add(parent, "text", _number(mark), class_="s n", x=WIDTH - 2, y=y + 4)
    if not usable(mark.value):
        return
    if usable(mark.low) and usable(mark.high):
        a, b = axis.x(mark.low), axis.x(mark.high)
        ends = "".join(f"M{svg.number(x)} {svg.number(y - 4)}v8" for x in (a, b))
        path = f"M{svg.number(a)} {svg.number(y)}H{svg.number(b)}{ends}"
        svg.add(parent, "path", class_=f"{mark.series} whisker", d=path)
    _shape(parent, mark.shape, mark.series, axis.x(mark.value), y)


def _head(entry: Entry) -> list[str]:
    """Return the lines of an entry's label."""
    return lettering.label(entry.label, lettering.note(entry.note))


def _above(entry: Entry) -> float:
    """Return how far below the top of an entry its first plot line begins."""
    return lettering.above(len(_head(entry)))


def _key(items: Sequence[tuple[Shape, str, str]]) -> list[list[tuple[float, Shape, str, str]]]:
    """Set the key in lines that fit: where each item begins, its shape, series and word."""
    lines: list[list[tuple[float, Shape, str, str]]] = [[]]
    x = 8.0
    for shape, series, word in items:
        taken = 24 + wide(word)
        if lines[-1] and x + taken > WIDTH:
            lines.append([])
            x = 8.0
        lines[-1].append((x, shape, series, word))
        x += taken
    return lines


def _upright(entries: Sequence[Entry]) -> Callable[[float], str]:
    """Return what makes the path of an upright line at some x: it passes marks, and stops before labels."""
    spans, y = [], 8.0
    for entry in entries:
        top = y + _above(entry)
        y = top + LINE * len(entry.marks)
        spans.append((top, y + 4))
        y += 8
    return lambda x: " ".join(f"M{x:.1f} {top:g}V{bottom:g}" for top, bottom in spans)


def _limits(parent: ET.Element, marks: Sequence[Mark], axis: Axis, top: float) -> None:
    """Draw what the workers of each mark could reach; of neighbours with the same limit as one line."""
    for kind in (Shape.IDEAL, Shape.CEILING):
        y = top
        for limit, alike in itertools.groupby(getattr(mark, kind) for mark in marks):
            bottom = y + LINE * len([*alike])
            if limit is not None and usable(limit):
                d = f"M{axis.x(limit):.1f} {y:g}V{bottom:g}"
                svg.add(parent, "path", class_=str(kind), d=d)
            y = bottom


def _ticks(parent: ET.Element, axis: Axis, upright: Callable[[float], str], y: float) -> None:
    """Draw the grid and its numbers, none of which leaves the drawing."""
    for tick in axis.ticks():
        x, word = axis.x(tick), _tick(tick)
        if tick != 1:
            svg.add(parent, "path", class_="grid", d=upright(x))
        middle = max(x, wide(word) / 2 + 1)
        svg.add(parent, "text", word, class_="s", x=middle, y=y, text_anchor="middle")


def _draw(
    entries: Sequence[Entry],
    axis: Axis,
    *,
    id_: str,
    title: str,
    desc: str,
    ends: tuple[str, str],
    key: Sequence[tuple[Shape, str, str]],
    framed: bool = False,
) -> str:
    height = 8 + sum(_above(e) + LINE * len(e.marks) + 8 for e in entries)
    keyed = _key(key)
    total = height + 43 + LINE * len(keyed)
    drawing = svg.root(WIDTH, total, id_=id_, title=title, desc=desc, style=_style(id_))
    upright = _upright(entries)
    _ticks(drawing, axis, upright, height + 14)
    floors = svg.add(drawing, "g")
    svg.add(drawing, "path", class_="one", d=upright(axis.x(1)))
    y = 8.0
    for entry in entries:
        if note := lettering.note(entry.note):
            svg.add(drawing, "text", note, class_="s n", x=WIDTH - 2, y=y + FONT)
        for place, words in enumerate(_head(entry)):
            svg.add(drawing, "text", words, class_="b", x=2, y=y + FONT + LINE * place)
        y += _above(entry)
        deep = LINE * len(entry.marks)
        if framed:
            left, across = axis.left - 4, axis.right - axis.left + 8
            svg.add(floors, "rect", class_="panel", x=left, y=y - 1, width=across, height=deep + 6)
        if entry.band:
            a, b = map(axis.x, entry.band)
            svg.add(floors, "rect", class_="floor", x=a, y=y, width=max(b - a, 0.5), height=deep)
        _limits(drawing, entry.marks, axis, y)
        for mark in entry.marks:
            _mark(drawing, mark, axis, y + LINE / 2)
            y += LINE
        y += 8
    less, more = ends
    svg.add(drawing, "text", less, class_="s", x=min(axis.left, 8), y=height + 32)
    svg.add(drawing, "text", more, class_="s", x=axis.right, y=height + 32, text_anchor="end")
    for y, line in enumerate(keyed):
        baseline = height + 37 + LINE * (y + 1)
        for x, shape, series, word in line:
            _shape(svg.add(drawing, "g"), shape, series, x, baseline - 4)
            svg.add(drawing, "text", word, class_="s", x=x + 9, y=baseline)
    return svg.text_of(drawing)


def _beside(entries: Sequence[Entry]) -> float:
    """Return where a plot begins, right of the longest name of a mark."""
    widest = max((wide(mark.name) for entry in entries for mark in entry.marks), default=0)
    return 14 + widest if widest else 8


def ratio_chart(
    entries: Sequence[Entry], *, id_: str, title: str, desc: str, framed: bool = False
) -> str:
    """Draw time ratios (free-threaded / GIL-enabled) around a baseline at 1.0, with noise floors."""
    shapes = {mark.shape for entry in entries for mark in entry.marks}
    words = {Shape.CIRCLE: "slower", Shape.DIAMOND: "faster", Shape.RING: "neither"}
    return _draw(
        entries,
        axis_of(entries, left=_beside(entries), include=(0.96, 1, 1.04)),
        id_=id_,
        title=title,
        desc=desc,
        ends=("\N{LEFTWARDS ARROW} less time", "more time \N{RIGHTWARDS ARROW}"),
        key=(
            *((shape, "ft", word) for shape, word in words.items()),
            *([(Shape.SQUARE, "gil", "GIL-enabled")] if Shape.SQUARE in shapes else []),
            *([(Shape.BAND, "", "noise floor")] if any(e.band for e in entries) else []),
        ),
        framed=framed,
    )


def lines_chart(entries: Sequence[Entry], *, id_: str, title: str, desc: str) -> str:
    """Draw time ratios of several lines around a baseline at 1.0; every mark is named by its line."""
    return _draw(
        entries,
        axis_of(entries, left=_beside(entries), include=(0.96, 1, 1.04)),
        id_=id_,
        title=title,
        desc=desc,
        ends=("\N{LEFTWARDS ARROW} less time", "more time \N{RIGHTWARDS ARROW}"),
        key=_builds(entries),
    )


def throughput_chart(
    entries: Sequence[Entry], *, id_: str, title: str, desc: str, framed: bool = False
) -> str:
    """Draw throughput relative to one GIL-enabled thread, with what the workers of each mark could reach."""
    marks = [mark for entry in entries for mark in entry.marks]
    return _draw(
        entries,
        axis_of(entries, left=_beside(entries), include=(0.9, 1, 1.1)),
        id_=id_,
        title=title,
        desc=desc,
        ends=("\N{LEFTWARDS ARROW} less work", "more work per second \N{RIGHTWARDS ARROW}"),
        key=(
            *_builds(entries),
            *([(Shape.IDEAL, "", "ideal")] if any(m.ideal for m in marks) else []),
            *(
                [(Shape.CEILING, "", "what processes reach")]
                if any(m.ceiling for m in marks)
                else []
            ),
        ),
        framed=framed,
    )


def _builds(entries: Sequence[Entry]) -> list[tuple[Shape, str, str]]:
    """Return the key of the builds that marks are of."""
    builds = {mark.series for entry in entries for mark in entry.marks}
    key = ((Shape.CIRCLE, "ft", "free-threaded"), (Shape.SQUARE, "gil", "GIL-enabled"))
    return [item for item in key if item[1] in builds]
