"""The tables of a run's page: every number with its anchor, said once for each workload what is the same."""

import re
from dataclasses import replace
from types import SimpleNamespace

import pytest

from ftguide.ground.machine import LOCAL_MACHINE
from ftguide.suite.derive import analysis
from ftguide.suite.derive.families import PYTHON_CODE, grouped
from ftguide.suite.pages import data, tables
from ftguide.suite.pages.data import Loaded
from ftguide.suite.record import store
from tests import synthetic

RUN = f"benchmarks/runs/{synthetic.RUN_ID}"


@pytest.fixture
def soup(ordinary):
    return ordinary.soup(RUN)


def test_every_number_has_its_row_and_its_anchor(soup):
    for row in analysis.report(synthetic.stored()).rows:
        heading = soup.find(id=row.slug)
        assert heading["scope"] == "rowgroup"
        assert int(heading["colspan"]) == len(heading.find_parent("table").select("thead th"))
        remark = heading.find_parent("tr").find_next_sibling("tr").get_text()
        assert remark.startswith(f"{row.blocks} blocks")
        for each in data.comparisons(row):
            cell = soup.find(id=data.anchor(row.slug, each.arm, each.base))
            assert (cell.name, cell["scope"]) == ("th", "row")
            assert cell.get_text() == f"{each.arm} / {each.base}"
            first, second = cell.find_next_siblings("td")[:2]
            assert float(first.get_text()) == pytest.approx(each.ratio, rel=0.01)
            low, high = map(float, second.get_text().split("\N{EN DASH}"))
            assert (low, high) == pytest.approx((each.low, each.high), rel=0.02)
        for time in row.times:
            cell = soup.find(id=data.anchor(row.slug, time.arm))
            assert cell.get_text() == time.arm
            assert len(cell.find_next_siblings("td")) == 3


def test_arms_are_explained_once(soup):
    text = soup.get_text()
    assert text.count("free-threaded build, 2 threads") == 1
    assert text.count("GIL-enabled build, one thread") >= 1
    (legend,) = [
        t for t in soup.select("table.arms") if t.caption.get_text().startswith("The arms")
    ]
    named = {th.get_text() for th in legend.select("tbody th")}
    used = {time.arm for row in analysis.report(synthetic.stored()).rows for time in row.times}
    assert named == used


def test_the_means_lead_to_the_tables(soup):
    (link,) = [a for a in soup.select("#overview p a") if a["href"].startswith("#")]
    assert soup.find(id=link["href"][1:]).name == "section"
    assert not soup.select("#overview svg")


def test_workloads_of_a_local_overview_are_linked_where_the_page_has_them(site, stored):
    site.run(stored(name=LOCAL_MACHINE))
    built = site.build()
    local = built.soup(f"benchmarks/runs/local-{synthetic.RUN_ID}")
    links = local.select("#overview table tbody a")
    assert links
    for link in links:
        assert link["href"].startswith("#")
        assert local.find(id=link["href"][1:]) is not None
    assert local.select("#overview svg")


@pytest.mark.usefixtures("declared")
def test_a_line_says_where_it_has_other_blocks_or_values_than_its_workload():
    report = analysis.report(synthetic.stored())
    row = report.row("nbody")
    single = replace(row.single, k=3)
    first, second, *others = row.times
    row = replace(row, single=single, times=(first, replace(second, values=7), *others))
    loaded = Loaded(entry=None, folder=None, report=report)
    (family,) = grouped([row])
    (ratios,) = tables.draw("rows.all_ratios", loaded, family, [row])
    (times,) = tables.draw("rows.all_times", loaded, family, [row])
    assert ratios["xml"].count("(3 blocks)") == 1
    assert len(re.findall(r"\d blocks\)", ratios["xml"])) == 1
    assert times["xml"].count("of 7 values") == 1


@pytest.mark.usefixtures("declared")
def test_a_published_run_has_its_means_and_no_overview_of_what_its_tables_have():
    report = analysis.report(synthetic.stored())
    means = [SimpleNamespace(family=PYTHON_CODE, workloads=2, ratio=1.1, low=1.0, high=1.2)]
    loaded = SimpleNamespace(
        entry=SimpleNamespace(values_in="0" * 40),
        local=False,
        report=SimpleNamespace(rows=report.rows, stored=report.stored, means=means),
    )
    rows = [row for row in report.rows if row.single is not None]
    ours = [replace(row, group=PYTHON_CODE.group) for row in rows][:2]
    said, table = tables.overview(loaded, ours, within=True)
    assert "measured all of this again" in said.astext()
    assert "1.1" in table["xml"]
    assert ours[0].slug not in table["xml"]
    whole = tables.overview(loaded, ours)
    assert any(">nbody" in node["xml"] or "kept" in node["xml"] for node in whole)
    for row in report.rows:  # nothing goes with the overview that the other tables do not have
        shown = (row.single, row.user_speedup, row.gil_speedup, row.self_speedup, row.threads)
        more = (row.efficiency, row.against_gil_processes)
        assert {each for each in (*shown, *more) if each is not None} <= {*data.comparisons(row)}


def test_a_superseded_run_says_which_commands_make_its_table(site, stored):
    site.run(stored())
    index = store.read_index(site.results)
    entry = replace(index.runs[0], values_in="0" * 40)
    store.write_index(site.results, [entry])
    built = site.build()
    assert built.warnings == []
    data_of = built.soup(RUN).select_one("#data")
    assert f"ftguide report {synthetic.RUN_ID} --csv > results.csv" in data_of.get_text()
    assert f"ftguide fetch {synthetic.RUN_ID}" in data_of.get_text()
    assert not list(built.out.rglob("results.csv*"))
    assert not built.soup("benchmarks/nbody").select("a.download")
