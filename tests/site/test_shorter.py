"""Twins of pages that are made by the hundred: what they have, and that they say what they have not."""

import re

import pytest

from ftguide.site import machines
from ftguide.site.articles import Article
from ftguide.site.shorter import shortened

TABLE = """<div class="table-wrapper container" tabindex="0" role="region" aria-label="x">
<table class="%s bench"><caption>%s</caption><thead><tr>%s</tr></thead><tbody>%s</tbody></table>
</div>"""


def article(name, html):
    return Article(name=name, uri=f"{name}.html", title="T", html=f"<h1>T</h1>{html}")


def table(classes, caption, heads, *rows):
    """Write a table as pages have it: cells without ends."""
    head = "".join(f'<th scope="col">{each}' for each in heads)
    body = "".join(
        f'<tr><th scope="row">{first}' + "".join(f"<td>{c}" for c in more) for first, *more in rows
    )
    return TABLE % (classes, caption, head, body)


def test_a_workload_keeps_its_sentences_its_program_and_its_ratios():
    page = article(
        "benchmarks/nbody",
        '<section id="bench-result"><p>says so</p>'
        + table("bench", "Ratios", ("Arms", "Ratio"), ("ft / gil", "1.2"))
        + table("more bench", "Times", ("Arm", "Mean"), ("ft", "3 ms"))
        + "<figure><details><summary>The same data as a table</summary>"
        + table("bench", "Chart", ("A", "B"), ("c", "9.9"))
        + "</details></figure></section>"
        + '<section id="bench-history"><p>2020</p></section><section id="bench-data"><p>cite</p></section>'
        + '<section id="what-runs"><p>a program</p></section>',
    )
    text = machines.markdown(page, frozenset({page.uri}))
    for said in ("says so", "| ft / gil | 1.2 |", "a program"):
        assert said in text
    for left_out in ("3 ms", "9.9", "2020", "How to cite", "Chart"):
        assert left_out not in text
    assert text.endswith("They are on [the page](nbody.html).\n")


def test_a_package_leads_to_its_data():
    page = article(
        "tracking/numpy",
        '<section id="cells"><p>stays off</p></section><section id="evidence"><p>long</p></section>',
    )
    text = machines.markdown(page, frozenset())
    assert "stays off" in text
    assert "long" not in text
    assert text.endswith("[the page](numpy.html) and in [numpy.json](numpy.json).\n")


def test_an_outcome_has_the_columns_of_free_threaded_builds():
    names = ("Outcome", "Grade", "3.14.7", "3.14.7t", "3.14.7t, GIL on", "3.15.0rc2t", "Meaning")
    rows = (
        ("<code>a</code>", "fine", "1 %", "2 %", "3 %", "4 %", "so"),
        ("b", "bad", *"5678", "no"),
    )
    page = article("thread-safety/dicts", table("bench", "What it showed", names, *rows))
    text = machines.markdown(page, frozenset())
    lines = [
        [c.strip() for c in line.strip("| \n").split("|")]
        for line in text.splitlines()
        if "|" in line
    ]
    assert lines[0] == ["Outcome", "Grade", "3.14.7t", "3.15.0rc2t", "Meaning"]
    assert lines[2:] == [["`a`", "fine", "2 %", "4 %", "so"], ["b", "bad", "6", "8", "no"]]
    assert "[outcomes.json.gz](data/outcomes.json.gz)" in text


def test_cells_with_ends_and_names_of_groups_are_read_alike():
    heads = '<th scope="col">A</th><th scope="col">3.14.7</th><th scope="col">3.14.7t</th>'
    rows = '<tr><th scope="rowgroup" colspan="3">G</th></tr><tr><th>x</th><td>1</td><td>2</td></tr>'
    page, _ = shortened(article("thread-safety/index", TABLE % ("bench", "C", heads, rows)))
    assert re.findall(r"<t[hd]\b[^>]*>([^<]*)", page) == ["A", "3.14.7t", "G", "x", "2"]


@pytest.mark.parametrize(
    ("name", "html"),
    [
        ("porting", table("more bench", "Times", ("A", "3.14.7"), ("x", "1"))),
        ("thread-safety/index", table("bench", "C", ("A", "Version"), ("x", "3.14.7"))),
        ("benchmarks/nbody", "<p>nothing to leave out</p>"),
    ],
)
def test_other_pages_stay_whole(name, html):
    page = article(name, html)
    assert shortened(page) == (page.html, "")
