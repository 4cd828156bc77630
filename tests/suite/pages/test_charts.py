"""Drawings and spellings: deterministic, well-formed, small, and calm about damaged numbers."""

import itertools
import math
from xml.etree import ElementTree as ET

import pytest

from ftguide.render import numbers
from ftguide.suite import words
from ftguide.suite.declare.catalogue import catalogue
from ftguide.suite.derive.analysis import ArmTime
from ftguide.suite.derive.verdicts import Comparison, ComparisonKind, Verdict
from ftguide.suite.pages import charts, citation, lettering
from ftguide.suite.pages.charts import Axis, Entry, Mark, Shape
from tests import synthetic
from tests.suite.pages import geometry

SVG = "{http://www.w3.org/2000/svg}"
ENTRIES = [
    Entry(
        label="Slower", note="slower", marks=(Mark(value=1.08, low=1.07, high=1.09),), floor=0.01
    ),
    Entry(label="Faster", marks=(Mark(value=0.5, low=0.49, high=0.51, shape=Shape.DIAMOND),)),
    Entry(label="Neither", marks=(Mark(value=1.0, low=0.9, high=1.1, shape=Shape.RING),)),
]


def parse(drawn: str) -> ET.Element:
    return ET.fromstring(drawn)  # noqa: S314 - drawn by the function under test


def bold(drawn: str) -> list[str]:
    """Return the lines of the labels."""
    return [t.text or "" for t in parse(drawn).iter(f"{SVG}text") if t.get("class") == "b"]


def ratio_chart(entries=ENTRIES, **changes):
    return charts.ratio_chart(entries, **{"id_": "c1", "title": "Title", "desc": "Desc", **changes})


def comparison(ratio, low, high, **changes):
    known = {
        "arm": "ft-single",
        "base": "gil-single",
        "k": 10,
        "standard_error": 0.1,
        "p": 0.1,
        "q": 0.1,
        "verdict": Verdict.UNRESOLVED,
        "kind": ComparisonKind.TIME,
    }
    return Comparison(ratio=ratio, low=low, high=high, **{**known, **changes})


def test_the_same_rows_give_the_same_bytes():
    assert ratio_chart() == ratio_chart(list(ENTRIES))


def test_a_chart_is_xml_that_announces_itself():
    root = parse(ratio_chart())
    assert root.get("role") == "img"
    assert [root.find(f"{SVG}title").text, root.find(f"{SVG}desc").text] == ["Title", "Desc"]
    ids = [e.get("id") for e in root.iter() if e.get("id")]
    assert all(one.startswith("c1") for one in ids)
    assert len(ids) == len(set(ids))


def test_rules_reach_only_their_own_chart():
    style = parse(ratio_chart()).find(f"{SVG}style").text
    selectors = [rule.partition("{")[0] for rule in style.split("}") if rule]
    assert selectors
    assert all(s.strip().startswith("#c1") for s in selectors)
    assert "var(--color-foreground-primary,light-dark(#000,#cfd0d0))" in style


def test_hostile_labels_stay_text():
    drawn = ratio_chart(
        [Entry(label="<script>\x00", marks=ENTRIES[0].marks)], title="</svg>", desc="&"
    )
    root = parse(drawn)
    assert "<script>" not in drawn
    assert [t.text for t in root.iter(f"{SVG}text") if "script" in (t.text or "")] == [
        "<script>\ufffd"
    ]


def test_shape_says_the_verdict_without_colour():
    root = parse(ratio_chart())
    marks = [
        e
        for e in root
        if e.tag in {f"{SVG}circle", f"{SVG}path"}
        and e.get("class") not in {"ft whisker", "grid", "one"}
    ]
    assert [(e.tag.removeprefix(SVG), e.get("class")) for e in marks] == [
        ("circle", "ft"),
        ("path", "ft"),
        ("circle", "ft hollow"),
    ]


def several(counts, scale=1.0, name="FT, {} threads"):
    """Return an entry with a mark for each number of workers."""
    return Entry(
        label="A workload whose title is longer than what has room in a line of a chart",
        note="3.15.0rc2, 2026-11-28",
        marks=tuple(
            Mark(
                scale * count,
                scale * count * 0.9,
                scale * count * 1.1,
                name=name.format(count),
                ideal=float(count),
                ceiling=0.9 * count,
            )
            for count in counts
        ),
    )


CHARTS = {
    "ratios": ratio_chart,
    "one": lambda: ratio_chart(ENTRIES[2:]),
    "wide": lambda: ratio_chart(
        [Entry(label="x", marks=(Mark(value=v, low=v / 2, high=v * 2),)) for v in (0.002, 900)]
    ),
    "panels": lambda: ratio_chart(framed=True),
    "huge": lambda: ratio_chart(
        [Entry(label="x", marks=(Mark(value=99999, low=88888, high=123456),))]
    ),
    "threads": lambda: throughput([several((2,)), several((2,), 0.3)]),
    "sweep": lambda: throughput([several((1, 2, 4, 8, 16, 32), 0.8)], framed=True),
    "interpreters": lambda: throughput([several((1, 2), name="GIL, {} subinterpreters")]),
    "lines": lambda: charts.lines_chart(
        [several((1, 1), name="3.15t")], id_="c1", title="Title", desc="Desc"
    ),
}


def throughput(entries, **changes):
    return charts.throughput_chart(
        entries, **{"id_": "c1", "title": "Title", "desc": "Desc", **changes}
    )


@pytest.mark.parametrize("name", CHARTS)
def test_no_text_lies_on_a_line_a_mark_or_another_text(name):
    assert geometry.clashes(CHARTS[name]()) == []


def test_the_geometry_finds_what_lies_on_what():
    """A check of the check: the line at 1.0 through a title, and a word on a number, as there once were."""
    root = parse(ratio_chart())
    one = next(e for e in root if e.get("class") == "one")
    one.set("d", "M20.0 8V80")
    number = next(e for e in root if e.get("class") == "s n")
    number.set("x", "60")
    found = geometry.clashes(ET.tostring(root, encoding="unicode"))
    assert ("Slower", "one") in found
    assert any("Slower" in pair and "slower" in pair for pair in found)


@pytest.mark.parametrize("note", ["", "no difference resolved", "3.15.0rc2, 2026-11-28"])
def test_every_word_of_a_title_is_drawn(note):
    for entry in catalogue().values():
        title = entry.workload.title
        drawn = ratio_chart([Entry(label=title, note=note, marks=ENTRIES[0].marks)])
        assert " ".join(bold(drawn)) == title
        assert geometry.clashes(drawn) == []


def test_a_title_without_end_is_cut_and_says_so():
    for label in ("word " * 400, "x" * 2000):
        drawn = ratio_chart([Entry(label=label, marks=ENTRIES[0].marks)] * 2)
        assert len(bold(drawn)) == 2 * lettering.LABEL_LINES
        assert bold(drawn)[-1].endswith("\N{HORIZONTAL ELLIPSIS}")
        assert geometry.clashes(drawn) == []


def test_the_limits_of_as_many_workers_are_one_line_each():
    root = parse(throughput([several((1, 2, 2))]))
    ideals = [e.get("d") for e in root.iter() if e.get("class") == "ideal"]
    lines = [d for d in ideals if "V" in d]
    assert len(lines) == 2
    (_, first), (_, both) = (d.split(" ") for d in lines)
    tall = [float(span.split("V")[1]) - float(span.split("V")[0]) for span in (first, both)]
    assert tall == [lettering.LINE, 2 * lettering.LINE]


def test_what_the_others_are_relative_to_says_so():
    base = Mark(1, 1, 1, series="gil", shape=Shape.SQUARE, name="1 thread", said="1 (the base)")
    words_ = [
        t.text for t in parse(throughput([Entry(label="x", marks=(base,))])).iter(f"{SVG}text")
    ]
    assert "1 (the base)" in words_
    assert "free-threaded" not in words_, "a key explains what is drawn"


def test_a_large_chart_is_small():
    marks = (Mark(value=1.8, low=1.7, high=1.9), Mark(value=1, low=0.9, high=1.1, series="gil"))
    entries = [Entry(label=f"Workload number {n}", marks=marks) for n in range(20)]
    drawn = charts.throughput_chart(entries, id_="c", title="t", desc="d" * 2000)
    assert len(drawn.encode()) <= 20_000


@pytest.mark.parametrize("bad", [math.nan, math.inf, 0.0, -1.0, 1e300])
def test_impossible_numbers_are_not_drawn(bad):
    root = parse(ratio_chart([Entry(label="x", marks=(Mark(value=bad, low=bad, high=bad),))]))
    texts = [t.text for t in root.iter(f"{SVG}text")]
    assert "not measured" in texts
    ratio_chart([Entry(label="x", marks=(Mark(value=1.1, low=bad, high=bad),), floor=bad)])


@pytest.mark.parametrize(("low", "high"), [(0.97, 1.04), (0.9, 1.4), (0.2, 2.2), (0.01, 60)])
def test_ticks_are_round_and_keep_their_distance(low, high):
    axis = Axis(low=low, high=high, left=8, right=260)
    ticks = axis.ticks()
    assert 1 in ticks
    places = [axis.x(t) for t in ticks]
    assert all(b - a >= charts.TICK_GAP for a, b in itertools.pairwise(places))
    assert len(ticks) >= 2


@pytest.mark.parametrize(
    ("one", "number", "ends"),
    [
        (comparison(1.0834, 1.0714, 1.0951), "1.083", "1.071\N{EN DASH}1.095"),
        (comparison(3.2, 2.1, 4.9), "3.20", "2.10\N{EN DASH}4.90"),
        (comparison(1.0, math.nan, math.inf), "1.000", "no interval"),
    ],
)
def test_ratios_show_the_digits_they_deserve(one, number, ends):
    assert words.ratio_parts(one) == (number, ends)


def test_times_share_a_unit():
    one = ArmTime(
        arm="gil-single", median=0.0000119, mean=0.0000123, low=0.0000118, high=0.0000128, values=9
    )
    assert numbers.times_parts(one.mean, one.low, one.high, one.median) == (
        "12.30 \N{MICRO SIGN}s",
        "11.80\N{EN DASH}12.80 \N{MICRO SIGN}s",
        "11.90 \N{MICRO SIGN}s",
    )


def test_verdicts_speak_of_the_floor_only_when_unresolved():
    said = words.verdict_text(comparison(1.01, 0.99, 1.03), 0.02)
    assert said == "no difference resolved (floor \N{PLUS-MINUS SIGN}2.0 %)"
    assert words.verdict_text(comparison(1.2, 1.1, 1.3, verdict=Verdict.SLOWER), 0.02) == "slower"


def test_bibtex_survives_braces_and_backslashes():
    run = synthetic.stored(compiler="}} \\input{x} % &").run
    entry = citation.bibtex(run, slug=None, what=None, url=None)
    body = entry.replace(r"\{", "").replace(r"\}", "")
    assert body.count("{") == body.count("}")
    assert r"\input" not in entry
