"""Drawings and spellings: deterministic, well-formed, small, and calm about damaged numbers."""

import itertools
import math
from xml.etree import ElementTree as ET

import pytest

from ftguide.render import numbers
from ftguide.suite import words
from ftguide.suite.derive.analysis import ArmTime
from ftguide.suite.derive.verdicts import Comparison, ComparisonKind, Verdict
from ftguide.suite.pages import charts, citation
from ftguide.suite.pages.charts import Axis, Entry, Mark, Shape
from tests import synthetic

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


def test_no_line_passes_through_a_label():
    root = parse(ratio_chart())
    labels = [float(e.get("y")) for e in root if e.tag == f"{SVG}text" and e.get("class") == "b"]
    paths = [e.get("d") for e in root if e.get("class") in {"grid", "one"}]
    assert labels
    assert paths
    spans = [span.split() for path in paths for span in path.replace("M", "|M").split("|")[1:]]
    for _, span in spans:
        top, bottom = map(float, span.split("V"))
        assert not any(top < y and y - charts.FONT < bottom for y in labels)


def test_a_large_chart_is_small():
    marks = (Mark(value=1.8, low=1.7, high=1.9), Mark(value=1, low=0.9, high=1.1, series="gil"))
    entries = [Entry(label=f"Workload number {n}", marks=marks) for n in range(20)]
    drawn = charts.speedup_chart(entries, workers=2, id_="c", title="t", desc="d" * 2000)
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
