"""No run is loaded that no page shows, so that a site with hundreds of runs costs what its pages cost."""

import pytest

from ftguide.site import news
from ftguide.suite.pages import data, workload_figures
from tests import synthetic
from tests.suite.pages.test_overviews import of_few

IDS = [f"2026110{day}T120000Z-0badcafe" for day in range(1, 6)]


@pytest.fixture
def five(site, stored):
    """Publish five runs; return their ids, the newest first."""
    for run_id in IDS:
        site.run(stored(run_id))
    return IDS[::-1]


def test_of_many_runs_those_are_loaded_that_pages_of_workloads_show(
    five, looked_into, declared, monkeypatch
):
    monkeypatch.setattr(data, "RECENT", 2)
    results, loaded, told = looked_into()
    results.load_shown()
    assert loaded == five[:2]
    for slug in declared:
        assert results.newest_of(slug).run.run_id == five[0]
        assert [one.run.run_id for one, _ in results.recent(slug)] == five[:2]
    assert (loaded, told) == (five[:2], [])


def test_who_looks_for_a_workload_loads_no_run_without_it(site, stored, looked_into):
    site.run(stored(IDS[0]))
    for run_id in IDS[1:]:
        site.run(of_few(stored(run_id), "nbody"))
    results, loaded, _ = looked_into()
    assert results.newest_of("mandelbrot").run.run_id == IDS[0]
    assert [one.run.run_id for one, _ in results.recent("mandelbrot")] == [IDS[0]]
    assert loaded == [IDS[0]]


def test_who_looks_for_todays_workload_loads_no_run_of_an_older_one(site, stored, looked_into):
    site.run(stored(IDS[0]))
    for run_id in IDS[1:]:
        site.run(of_few(stored(run_id), "nbody", version=2))
    results, loaded, _ = looked_into()
    shown = results.newest_of("nbody")
    assert shown.run.run_id == IDS[0]
    assert workload_figures.machines_of(results, shown, "nbody") == [shown]
    assert loaded == [IDS[0]]


def test_news_are_of_the_newest_runs(five, looked_into, monkeypatch):
    monkeypatch.setattr(news, "RECENT", 3)
    results, loaded, _ = looked_into()
    assert [one.run.run_id for one in news.told(results)] == five[:3] == loaded


def test_a_damaged_record_is_told_once_and_the_others_are_found(site, five, looked_into):
    (site.results / synthetic.MACHINE / five[0] / "run.json").write_bytes(b"{")
    results, loaded, told = looked_into()
    for _ in range(2):
        assert results.newest_of("nbody").run.run_id == five[1]
        assert results.record(results.published[0]) is None
        assert results.planned(results.published[0]) == {}
    assert loaded == [five[1]]
    (problem,) = told
    assert problem.message.startswith(str(site.results / synthetic.MACHINE / five[0] / "run.json"))


def test_a_damaged_summary_is_told_when_its_run_is_loaded(site, five, looked_into):
    (site.results / synthetic.MACHINE / five[0] / "summary.bin").write_bytes(b"{}")
    results, _, told = looked_into()
    assert results.record(results.published[0]).run_id == five[0]
    assert told == []
    assert results.newest_of("nbody").run.run_id == five[1]
    assert results.load(results.published[0]) is None
    assert [problem.run_id for problem in told] == [five[0]]


def test_a_wanted_run_is_known_before_it_is_loaded(five, looked_into):
    results, loaded, _ = looked_into()
    found = results.newest(lambda entry, run: run.run_id == entry.run_id in five[2:4])
    assert [one.run.run_id for one in found] == five[2:4] == loaded
