"""The page about lines and its part on workload pages: every ratio as it was put in, each with its anchor."""

from __future__ import annotations

import dataclasses
import re
from xml.etree import ElementTree as ET

import pytest

from ftguide.ground.machine import LOCAL_MACHINE
from ftguide.suite import line_table, summaries, words
from ftguide.suite.derive.analysis import report
from ftguide.suite.derive.lines import called, spelled
from ftguide.suite.pages import charts, line_figures
from ftguide.suite.pages.charts import Entry, Mark, Shape
from ftguide.suite.record.model import Failure
from tests import synthetic
from tests.suite.derive.test_lines import TIMES, measured

PAGE = """# Lines

```{bench:lines}
```

## Interpreter

```{bench:lines}
:group: interpreter
```

## Parallel

```{bench:lines}
:group: parallel
```
"""
LOCAL_ID = "20261124T005100Z-2b2b2b2b"


@pytest.fixture
def page(site):
    """Add the page to the site."""
    site.page("benchmarks/lines", PAGE)
    return site


def put(site, machine=None, run_id=None, **changes):
    """Store a run over three lines with its summary."""
    like = synthetic.stored().run
    machine = machine or like.machine
    stored = measured(
        slugs=tuple(synthetic.TRUTH), machine=machine, run_id=run_id or like.run_id, **changes
    )
    summaries.write(site.run(stored))
    return stored


def tables(soup):
    """Return the text of every table by caption, row by row; a row is named by its first cell."""
    return {
        table.caption.get_text(" ", strip=True): {
            cells[0]: cells[1:]
            for row in table.select("tr")
            if (cells := [cell.get_text(" ", strip=True) for cell in row.select("th, td")])
        }
        for table in soup.select("table")
        if table.caption
    }


def of(shown, beginning):
    """Return the table whose caption begins so."""
    (table,) = [rows for caption, rows in shown.items() if caption.startswith(beginning)]
    return table


def number(cell):
    """Return the ratio that a cell begins with."""
    return float(re.match(r"[\d.]+", cell)[0])


def test_without_a_run_the_page_says_how_to_make_one(page):
    built = page.build()
    assert built.warnings == []
    text = built.soup("benchmarks/lines").get_text(" ", strip=True)
    assert "nox -s bench -- --lines 3.13 3.14 3.15" in text
    assert not built.soup("benchmarks/lines").select("table")


def test_a_run_over_one_line_is_none_over_several(page, stored):
    summaries.write(page.run(stored()))
    built = page.build()
    assert built.warnings == []
    assert "No run over several lines" in built.soup("benchmarks/lines").get_text()
    assert not built.soup("benchmarks/nbody").select("#bench-lines")


def test_every_ratio_of_a_published_run_is_on_the_page(page):
    put(page)
    built = page.build()
    assert built.warnings == []
    soup = built.soup("benchmarks/lines")
    shown = tables(soup)
    versions = of(shown, "What was measured")
    assert versions["3.14 (main line)"][:2] == ["3.14.7", "3.14.7t"]
    assert versions["3.15"][:2] == ["3.15.0rc2", "3.15.0rc2t"]
    within = of(shown, "One thread: time on the free-threaded build")
    assert within["Workload"] == ["FT/GIL 3.13", "FT/GIL 3.14", "FT/GIL 3.15"]
    assert [number(cell) for cell in within["Nbody"]] == pytest.approx([2.0, 1.2, 1.1], rel=0.01)
    assert all(cell.endswith(")") for cell in within["Nbody"])
    steps = {("3.14", "3.13"): [1.0 / 1.1, 1.2 / 2.2], ("3.15", "3.14"): [0.9, 0.99 / 1.2]}
    for (new, old), ratios in steps.items():
        step = of(shown, f"One thread: time on {new} / time on {old} (")
        assert step["Workload"] == [f"{new}/{old}", f"{new}t/{old}t"]
        assert [number(cell) for cell in step["Nbody"]] == pytest.approx(ratios, rel=0.01)
        assert all(cell.endswith("faster") for cell in step["Nbody"])
        assert "Nbody" in of(shown, f"2 threads: time on {new} / time on {old} (95 % interval)")
        mean = of(shown, f"Geometric means, one thread: time on {new} / time on {old}")
        (cells,) = [own for name, own in mean.items() if name.startswith("Interpreter")]
        assert [number(cell) for cell in cells] == pytest.approx(ratios, rel=0.01)
    threads = [rows for caption, rows in shown.items() if "throughput" in caption]
    assert [number(cell) for cell in threads[0]["Nbody"]] == pytest.approx(
        [2 * 1.1 / 2.4, 2 * 1.0 / 1.3, 2 * 0.9 / 1.0], rel=0.01
    )
    assert [number(cell) for cell in threads[1]["Nbody"]] == pytest.approx(
        [2 * 2.2 / 2.4, 2 * 1.2 / 1.3, 2 * 0.99 / 1.0], rel=0.01
    )
    means = of(shown, "Geometric means, one thread: time on the free-threaded build")
    (mean,) = [cells for name, cells in means.items() if name.startswith("Interpreter")]
    assert [number(cell) for cell in mean] == pytest.approx([2.0, 1.2, 1.1], rel=0.01)
    assert "The run shown above has no workload of this group." in soup.get_text(" ")


def test_charts_show_what_changed_and_on_which_build(page):
    put(page)
    figures = page.build().soup("benchmarks/lines").select("figure")
    titles = [figure.select_one("svg title").get_text() for figure in figures]
    assert titles == [
        f"{of}: time on {new} / time on {old}, where it changed"
        for of in ("One thread", "2 threads")
        for new, old in (("3.14", "3.13"), ("3.15", "3.14"))
    ]
    marks = {text.get_text() for text in figures[1].select("svg text")}
    assert {"3.15", "3.15t", "GIL-enabled", "free-threaded"} <= marks


@pytest.mark.slow
def test_where_nothing_changed_there_is_no_chart_and_the_page_says_so(page):
    put(page, times=dict.fromkeys(TIMES, 1e-05))
    soup = page.build().soup("benchmarks/lines")
    assert not soup.select("svg")
    assert "No workload of this run was shown to be faster or slower" in soup.get_text(" ")


def test_a_chart_says_what_it_leaves_out(page, monkeypatch):
    monkeypatch.setattr(line_figures, "MOST", 3)
    put(page)
    soup = page.build().soup("benchmarks/lines")
    figure = soup.select("figure")[0]
    assert "(the 3 of 4 workloads that changed most)" in figure.select_one("svg title").get_text()
    assert len(figure.select("svg text.b")) == 3


@pytest.mark.slow
def test_what_failed_or_was_measured_with_other_code_is_named(page):
    failure = Failure(workload="nbody", index=2, arm="ft-single", kind="crashed", message="SIGSEGV")
    like = synthetic.stored().run
    run = measured(slugs=tuple(synthetic.TRUTH), machine=like.machine, run_id=like.run_id)
    changed = [
        dataclasses.replace(planned, source_hash="cd" * 32)
        if planned.slug == "counter-lock"
        else planned
        for planned in run.run.plan.workloads
    ]
    plan = dataclasses.replace(run.run.plan, workloads=tuple(changed))
    blocks = [
        dataclasses.replace(block, source_hash="cd" * 32)
        if block.workload == "counter-lock"
        else block
        for block in run.blocks
    ]
    run = dataclasses.replace(
        run, run=dataclasses.replace(run.run, plan=plan), blocks=tuple(blocks), failures=(failure,)
    )
    summaries.write(page.run(run))
    soup = page.build().soup("benchmarks/lines")
    text = " ".join(soup.get_text(" ").split())
    assert "Could not be measured in this run: Nbody ." in text
    assert "Measured with other code than this site declares: Counter lock ." in text
    assert "Nbody" not in of(tables(soup), "One thread: time on 3.15 / time on 3.14 (")


@pytest.mark.slow
def test_anchors_spell_every_line_and_values_may(page):
    put(page)
    page.page(
        "plain",
        "# Plain\n\n{bench:value}`nbody:ft-single@3.15/ft-single@3.14` and "
        "{bench:value}`nbody:ft-single@3.14` and {bench:ref}`nbody:ft-single@3.15/ft-single@3.14`\n",
    )
    built = page.build()
    assert built.warnings == []
    ids = [tag["id"] for tag in built.soup("benchmarks/lines").select("[id]")]
    assert "nbody-ft-single-3-15-vs-ft-single-3-14" in ids
    assert "nbody-ft-single-3-14-vs-gil-single-3-14" in ids
    assert len(ids) == len(set(ids))
    links = {link["href"] for link in built.soup("plain").select("a[href]")}
    assert "benchmarks/lines.html#nbody-ft-single-3-15-vs-ft-single-3-14" in links
    assert "no number" not in built.soup("plain").get_text()


@pytest.mark.slow
def test_a_local_run_is_shown_and_marked_until_one_is_published(page):
    machine = dataclasses.replace(synthetic.stored().run.machine, name=LOCAL_MACHINE)
    put(page, machine=machine, run_id=LOCAL_ID)
    built = page.build()
    assert built.warnings == []
    text = built.soup("benchmarks/lines").get_text(" ")
    assert f"Local run {LOCAL_ID}" in " ".join(text.split())
    assert "not for citing" in text
    part = built.soup("benchmarks/nbody").select_one("#bench-lines")
    assert LOCAL_ID in part.get_text()


@pytest.mark.slow
def test_a_published_run_comes_before_a_local_one(page):
    machine = dataclasses.replace(synthetic.stored().run.machine, name=LOCAL_MACHINE)
    published = put(page).run.run_id
    put(page, machine=machine, run_id=LOCAL_ID)
    text = " ".join(page.build().soup("benchmarks/lines").get_text(" ").split())
    assert f"Run {published}" in text
    assert LOCAL_ID not in text


def test_a_workload_page_has_one_chart_of_the_lines_and_its_own_of_the_main_line(page):
    put(page)
    soup = page.build().soup("benchmarks/nbody")
    (drawn,) = soup.select("#bench-lines svg")
    labels = [text.get_text() for text in drawn.select("text")]
    assert "One thread: line / line before" in labels
    assert {"3.14", "3.14t", "3.15", "3.15t"} <= set(labels)
    assert "One thread: free-threaded / GIL-enabled" not in labels, "a panel for each line has it"
    own, lined = soup.select("#bench-result svg")
    assert "@" not in own.get_text(), (
        "other lines, and their replicates, are in the charts of the lines"
    )
    assert [text.get_text() for text in lined.select("text.b")] == [
        "CPython 3.13",
        "CPython 3.14",
        "CPython 3.15",
    ]


def test_names_of_arms_with_and_without_the_main_line():
    assert called("ft-single@3.14", "3.14") == "ft-single" == called("ft-single", "3.14")
    assert called("ft-single@3.15", "3.14") == "ft-single@3.15" == spelled("ft-single@3.15", "3.14")
    assert spelled("ft-threads-2", "3.14") == "ft-threads-2@3.14"


def test_tables_of_threads_have_a_column_per_line():
    run = report(measured()).stored.run
    columns = line_table.throughput(run, line_table.Build.GIL)
    assert [column.heading for column in columns] == ["3.13", "3.14", "3.15"]
    assert columns[1] == ("3.14", "ft-threads-2", "gil-single")
    assert columns[2] == ("3.15", "ft-threads-2@3.15", "gil-single@3.15")


def test_a_chart_of_lines_names_its_builds():
    marks = (Mark(0.9, 0.88, 0.92, name="3.15t"),)
    both = (*marks, Mark(1.1, 1.0, 1.2, shape=Shape.SQUARE, series="gil", name="3.15"))
    drawn = {
        number: charts.lines_chart(
            [Entry(label="One", marks=own)], id_="c1", title="Title", desc="Desc"
        )
        for number, own in ((1, marks), (2, both))
    }
    assert "GIL-enabled" not in drawn[1]
    assert "GIL-enabled" in drawn[2]
    assert ET.fromstring(drawn[2]).get("role") == "img"  # noqa: S314 - drawn by the function under test


def test_what_a_run_left_out_is_said_by_reason():
    assert words.left_out_texts(
        {"interpreters": "no room", "ft-single-again@3.13": "no room", "processes": "no sense"}
    ) == [
        ("no room", "Not run in interpreters"),
        ("no room", "Not run as ft-single-again@3.13"),
        ("no sense", "Not run in processes"),
    ]
    assert words.left_out_texts({}) == []
