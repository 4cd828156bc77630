"""What a site weighs, and what a page costs that is made by the hundred, without building all of them."""

import re

import pytest

from ftguide.site.articles import article_of
from tests import synthetic
from tests.site import output

#: Bytes of a run's page for each of its numbers, with all markup; half of it is the anchor and the arms.
MOST_OF_A_ROW = 230
#: Bytes around an article: head, menu of the small site, buttons, foot.
MOST_OF_A_SHELL = 11_000


@pytest.fixture
def site(tmp_path):
    for name, size in (("index.html", 10), ("runs/a/x.csv", 500), ("runs/a/deep/y.csv", 300)):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bytes(size))
    return tmp_path


def test_a_site_beyond_its_budget_names_its_heaviest_part(site, capsys):
    assert output.main([str(site), "--budget", "810"]) == 0
    assert output.main([str(site), "--budget", "809"]) == 1
    said = capsys.readouterr()
    assert "most of it is runs/a .csv" in said.err
    assert said.out.splitlines()[1].split() == ["0.00", "runs/a", ".csv"]
    assert output.main([str(site / "runs")]) == 2


def test_pages_of_runs_have_a_budget_of_their_own(site, capsys, monkeypatch):
    """However many there are: a run that is published, or measured here, is no fault of the site."""
    monkeypatch.setattr(output, "RUN_BYTES", 100)
    pages = site / "benchmarks" / "runs"
    pages.mkdir(parents=True)
    for name in ("a", "b"):
        (pages / f"{name}.html").write_bytes(bytes(100))
    assert output.main([str(site), "--budget", "810"]) == 0
    (pages / "b.html").write_bytes(bytes(101))
    assert output.main([str(site), "--budget", "810"]) == 1
    said = capsys.readouterr()
    assert "pages of runs are heavier" in said.err
    assert "in 2 pages of runs" in said.out


def test_a_number_of_a_run_costs_little_more_than_its_name(small):
    (path,) = (small.out / "benchmarks" / "runs").glob(f"{synthetic.RUN_ID}.html")
    page = path.read_text()
    rows = re.findall(r"<tr><th id=[\w-]+ scope=row>.*?(?=<tr|</tbody>)", page, re.DOTALL)
    assert len(rows) > 20
    heaviest = max(rows, key=len)
    assert len(heaviest.encode()) <= MOST_OF_A_ROW, heaviest


def test_what_surrounds_an_article_is_light(small):
    page = (small.out / "benchmarks" / "nbody.html").read_text()
    article = article_of("benchmarks/nbody", "benchmarks/nbody.html", page)
    start = page.index("<article")
    around = page[:start] + page[page.index("</article>") :]
    assert article is not None
    assert len(around.encode()) <= MOST_OF_A_SHELL
