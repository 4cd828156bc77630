"""The pages as readers get them: tables, anchors, downloads, citations, in every format."""

import csv
import gzip
import hashlib
import re

import bs4
import pytest
import yaml

from ftguide.ground.vocabulary import Build
from ftguide.suite.derive import analysis
from ftguide.suite.record import stubs
from ftguide.suite.record.model import Failure
from tests import synthetic
from tests.slow import slow_but

RUN = f"benchmarks/runs/{synthetic.RUN_ID}"


def numbers(row: bs4.Tag) -> list[str]:
    return [cell.get_text(" ", strip=True) for cell in row.select("th, td")]


def test_living_page_shows_what_the_report_says(ordinary):
    assert ordinary.warnings == []
    soup = ordinary.soup("benchmarks/mandelbrot")
    row = analysis.report(synthetic.stored()).row("mandelbrot")
    single = soup.find(id="mandelbrot-ft-single-vs-gil-single").find_parent("tr")
    assert f"{row.single.ratio:.3f}" in numbers(single)
    assert f"{row.single.low:.3f}\N{EN DASH}{row.single.high:.3f}" in numbers(single)
    assert "time: slower" in numbers(single)
    for time in row.times:
        line = soup.find(id=f"mandelbrot-{time.arm}").find_parent("tr")
        assert f"{1000 * time.mean:.1f}"[:3] in line.get_text()


def test_anchors_are_spelled_exactly_and_once(ordinary):
    expected = {"mandelbrot-ft-threads-2", "mandelbrot-ft-threads-2-vs-gil-processes-2"}
    for page in ("benchmarks/mandelbrot", RUN):
        ids = [tag["id"] for tag in ordinary.soup(page).select("[id]")]
        assert expected <= set(ids)
        assert len(ids) == len(set(ids)), page


def test_tables_are_real_tables(ordinary):
    soup = ordinary.soup("benchmarks/nbody")
    tables = soup.select("table.bench")
    assert len(tables) >= 3
    for table in tables:
        assert table.caption.get_text(strip=True)
        assert {th["scope"] for th in table.select("thead th")} == {"col"}
        assert all(
            row.find("th")["scope"] in {"row", "rowgroup"} for row in table.select("tbody tr")
        )
    assert soup.select("table.n2, table.n3")
    assert not soup.select("th.num"), "the table says which columns hold numbers, not each head"


def test_every_table_box_can_be_focused_with_furo(site, stored):
    site.overrides["html_theme"] = "furo"
    site.run(stored())
    boxes = site.build().soup("benchmarks/nbody").select(".table-wrapper")
    assert boxes
    assert all(b["tabindex"] == "0" and b["role"] == "region" and b["aria-label"] for b in boxes)


def test_charts_stand_on_the_page_with_their_data(ordinary):
    soup = ordinary.soup("index")
    figures = soup.select("figure.bench-figure")
    assert len(figures) == 2
    for figure in figures:
        svg = figure.svg
        assert svg["role"] == "img"
        assert svg.title.string
        assert soup.find(id=svg["aria-labelledby"].split()[1]).name == "desc"
        assert figure.details.table
    assert len({figure.svg["id"] for figure in figures}) == 2


def test_run_page_says_where_numbers_come_from(site, stored):
    failure = Failure(
        workload="counter-lock",
        index=2,
        arm="ft-threads-2",
        kind="crashed",
        message="signal 11",
        tail="boom",
    )
    site.run(stored(failures=[failure]))
    built = site.build()
    assert built.warnings == []
    text = " ".join(built.soup(RUN).get_text(" ").split())
    for said in (
        "Synthetic CPU @ 2.00GHz",
        "GCC 12.2.0",
        "--disable-gil --enable-optimizations",
        "f" * 64,
        "signal 11",
        "boom",
        "2026.11",
        f"python -m ftguide report benchmarks/results/{synthetic.MACHINE}/{synthetic.RUN_ID}",
    ):
        assert said in text


def test_the_csv_arrives_and_raw_data_stay_in_the_repository(site, stored):
    folder = site.run(stored())
    (folder / "notes.txt").write_text("not ours")
    built = site.build()
    (link,) = built.soup("benchmarks/nbody").select("a.download")
    target = (built.out / "benchmarks" / link["href"]).resolve()
    packed = target.read_bytes()
    soup = built.soup(RUN)
    (link,) = soup.select("a.download")
    assert (built.out / "benchmarks" / "runs" / link["href"]).resolve() == target
    raw = gzip.decompress(packed)
    assert link.get_text(strip=True) == "results.csv.gz"
    assert hashlib.sha256(raw).hexdigest() in link.find_parent("tr").get_text()
    assert packed[4:8] == bytes(4), "the time of packing would change the file with every build"
    assert len(packed) < len(raw) / 3
    text = soup.get_text()
    for name in ("run.json", "blocks.xz"):
        assert f"benchmarks/results/{synthetic.MACHINE}/{synthetic.RUN_ID}/{name}" in text
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() in text
    assert [path.name for path in (built.out / "benchmarks" / "data").rglob("*.*")] == [
        "results.csv.gz"
    ]


def test_raw_data_are_linked_where_the_repository_shows_its_files(site, stored):
    site.run(stored())
    site.overrides["bench_files"] = "https://example.org/guide/raw/main"
    soup = site.build().soup(RUN)
    base = f"https://example.org/guide/raw/main/benchmarks/results/{synthetic.MACHINE}"
    links = {a.get_text(strip=True): a["href"] for a in soup.select("a.external")}
    assert links == {
        name: f"{base}/{synthetic.RUN_ID}/{name}" for name in ("run.json", "blocks.xz")
    }


def test_csv_holds_every_number(ordinary):
    path = ordinary.out / "benchmarks" / "data" / synthetic.RUN_ID / "results.csv.gz"
    # As the page on the method says it.
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    one = next(
        r
        for r in rows
        if (r["workload"], r["arm"], r["base"]) == ("nbody", "ft-single", "gil-single")
    )
    single = analysis.report(synthetic.stored()).row("nbody").single
    assert (float(one["value"]), float(one["low"]), one["verdict"]) == (
        pytest.approx(single.ratio, rel=1e-8),
        pytest.approx(single.low, rel=1e-8),
        single.verdict,
    )


def test_citations_name_the_run_and_the_address_if_there_is_one(ordinary, site, stored):
    plain = ordinary.soup("benchmarks/nbody").select_one(".bench-bibtex").get_text()
    assert plain.startswith(f"@misc{{ftguide-nbody-{synthetic.RUN_ID},\n")
    assert "year         = 2026," in plain
    assert "url" not in plain
    site.overrides["html_baseurl"] = "https://example.org/guide/"
    site.run(stored())
    soup = site.build().soup("benchmarks/nbody")
    address = f"https://example.org/guide/{RUN}.html#nbody"
    assert f"\\url{{{address}}}" in soup.select_one(".bench-bibtex").get_text()
    assert yaml.safe_load(soup.select_one(".bench-cff").get_text())["url"] == address
    assert soup.find("a", href=address)
    assert ordinary.soup(RUN).find(id="nbody")["scope"] == "rowgroup"


@pytest.mark.parametrize("builder", slow_but({"text"}, ["text", "latex"]))
def test_other_formats_hold_the_same_numbers(site, stored, builder):
    run = stored()
    site.run(run)
    built = site.build(builder)
    assert built.warnings == []
    text = "".join(
        p.read_text() for p in built.out.rglob("*.txt" if builder == "text" else "*.tex")
    )
    row = analysis.report(run).row("mandelbrot")
    assert f"{row.single.ratio:.3f}" in text
    assert f"{row.user_speedup.ratio:.3f}"[:4] in text
    assert "<svg" not in text


def test_other_code_than_declared_is_said_on_the_living_page(site, stored):
    site.run(stored(plans={"nbody": {"version": 7}}))
    built = site.build()
    assert built.warnings == []
    text = built.soup("benchmarks/nbody").get_text(" ")
    assert "run has version 7, the declaration is version 1" in text


def test_withdrawn_runs_stay_with_a_banner_and_lead_nowhere(site, stored):
    site.run(stored(synthetic.OLDER))
    site.run(stored(), withdrawn="the clock was wrong")
    built = site.build()
    assert "This run was withdrawn: the clock was wrong" in built.soup(RUN).get_text()
    text = built.soup("benchmarks/nbody").select_one("#bench-result").get_text()
    assert synthetic.OLDER in text
    assert synthetic.RUN_ID not in text


def test_contributed_runs_are_marked_and_our_own_go_first(site, stored):
    site.run(stored(synthetic.OLDER))
    site.run(stored(), contributed=True)
    built = site.build()
    caveats = built.soup(RUN).get_text()
    assert "This run was contributed." in caveats
    assert "It is not reproduced: " in caveats
    assert "ratios that it shares with one of ours agree, and 20 have to be shared." in caveats
    assert f"The run of ours is {synthetic.OLDER}, on machine {synthetic.MACHINE}." in caveats
    older = built.soup(f"benchmarks/runs/{synthetic.OLDER}")
    assert "This run was contributed." not in older.get_text()
    text = built.soup("benchmarks/nbody").select_one("#bench-result").get_text()
    assert synthetic.OLDER in text
    assert synthetic.RUN_ID not in text


def test_a_contributed_run_that_agrees_with_one_of_ours_is_shown_as_reproduced(site, stored):
    truth = dict.fromkeys((f"made-up-{number}" for number in range(25)), synthetic.SINGLE)
    site.run(stored(synthetic.OLDER, truth=truth, blocks=8))
    site.run(stored(truth=truth, blocks=8), contributed=True)
    soup = site.build().soup(RUN)
    (note,) = [each for each in soup.select(".note") if "was contributed" in each.get_text()]
    found = re.search(r"It is reproduced: (\d+) of the 25 ratios", note.get_text())
    assert int(found[1]) >= 23
    assert note.select_one(f"a[href*='{synthetic.OLDER}']")


@pytest.mark.slow
def test_a_contributed_run_that_nothing_compares_with_says_so(site, stored):
    site.run(stored(), contributed=True)
    assert "No run of ours has a ratio to compare it with" in site.build().soup(RUN).get_text()


@pytest.mark.slow
def test_unoptimised_runs_are_marked_and_never_preferred(site, stored):
    unoptimised = {build: synthetic.facts(build, pgo=False) for build in Build}
    site.run(stored(synthetic.OLDER))
    site.run(stored(interpreters=unoptimised))
    built = site.build()
    assert "Not for citing" in built.soup(RUN).get_text()
    assert synthetic.OLDER in built.soup("benchmarks/nbody").select_one("#bench-result").get_text()


def test_all_runs_of_a_workload_stand_beside_each_other(site, stored):
    site.run(stored(synthetic.OLDER, compiler="GCC 11.3.0"))
    site.run(stored())
    text = site.build().soup("benchmarks/nbody").select_one("#bench-history").get_text(" ")
    assert "GCC 11.3.0" in text
    assert "GCC 12.2.0" in text


def test_local_runs_appear_beside_published_ones(site, stored):
    local = "20261124T000000Z-00000001"
    site.run(stored())
    site.run(stored(local, name="local"))
    built = site.build()
    assert built.warnings == []
    soup = built.soup("benchmarks/nbody")
    assert soup.select_one("#bench-local table")
    assert soup.find("a", href=f"runs/local-{local}.html#") or soup.find(
        "a", href=f"runs/local-{local}.html"
    )
    page = built.soup(f"benchmarks/runs/local-{local}")
    assert page.find(id="nbody-ft-single-vs-gil-single")
    assert page.select_one("#cite") is None
    assert local in built.soup("benchmarks/runs/index").get_text()


def test_stub_is_one_directive():
    assert stubs.stub(synthetic.RUN_ID).count("```") == 2
    assert ":local:" in stubs.stub(synthetic.RUN_ID, local=True)
    assert stubs.stub_path(synthetic.RUN_ID, local=True).name == f"local-{synthetic.RUN_ID}.md"
    assert re.fullmatch(
        r"source/benchmarks/runs/\S+\.md", stubs.stub_path(synthetic.RUN_ID).as_posix()
    )
