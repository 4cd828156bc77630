"""The figures of a workload's page and their files: what they show, of which runs, asking nobody."""

import re
from xml.etree import ElementTree as ET

import pytest

from ftguide.cli.main import main
from ftguide.suite.derive import analysis
from ftguide.suite.derive.summary import summarise
from ftguide.suite.pages import charts, standalone, workload_figures
from ftguide.suite.pages.data import Loaded, Results
from ftguide.suite.record import store
from tests import synthetic
from tests.suite.derive.test_lines import measured
from tests.suite.pages import geometry

SVG = geometry.SVG
HOSTILE = "<script>alert(1)</script>\"'&\x1b]]>"


def loaded_of(stored, tmp_path):
    return Loaded(
        entry=store.entry_of(stored.run), folder=tmp_path, report=summarise(analysis.report(stored))
    )


@pytest.fixture
def loaded(stored, tmp_path, declared):
    return loaded_of(stored(), tmp_path)


def words(drawn, class_):
    root = ET.fromstring(drawn)  # noqa: S314 - drawn by the function under test
    return [t.text for t in root.iter(f"{SVG}text") if class_ in t.get("class", "").split()]


def drawn(loaded, slug="mandelbrot"):
    return workload_figures.main(loaded, loaded.report.row(slug), id_="c1")


def test_the_main_figure_has_every_way_by_build(loaded):
    figure = drawn(loaded)
    assert words(figure.svg, "b") == ["GIL-enabled build", "Free-threaded build"]
    shown = words(figure.svg, "s")
    ways = ["1 thread", "2 threads", "2 processes"]
    assert [word for word in shown if word in ways] == 2 * ways
    assert workload_figures.BASE in shown
    for way in loaded.report.beside("mandelbrot").ways.ways[1:]:
        if way.arm.endswith("again"):
            continue
        assert f"{way.throughput.ratio:.3f}"[:4] in " ".join(shown)
    assert {"ideal", "what processes reach"} <= set(shown)
    assert geometry.clashes(figure.svg) == []


def test_the_ceiling_is_the_better_of_the_processes(loaded):
    root = ET.fromstring(drawn(loaded).svg)  # noqa: S314 - drawn by the function under test
    upright = re.compile(r"M([\d.]+) [\d.]+V")
    (ceiling,) = {
        upright.match(e.get("d"))[1]
        for e in root.iter()
        if e.get("class") == "ceiling" and "V" in e.get("d")
    }
    squares = [
        float(e.get("x")) + 4 for e in root.iter(f"{SVG}rect") if e.get("class") == "gil hollow"
    ]
    assert min(abs(float(ceiling) - x) for x in squares) < 0.2, "GIL-enabled processes have most"


def test_a_workload_of_one_thread_has_a_line_for_each_build(loaded):
    figure = drawn(loaded, "nbody")
    assert words(figure.svg, "b") == [
        "GIL-enabled build, one thread",
        "Free-threaded build, one thread",
    ]
    assert figure.says.startswith("The GIL-enabled build wins: the free-threaded build takes 1.0")
    assert geometry.clashes(figure.svg) == []


def test_what_was_not_measured_has_no_figure(stored, tmp_path, declared):
    few = stored(truth={"nbody": {"ft-single": 0.01}})
    assert drawn(loaded_of(few, tmp_path), "nbody") is None


def on(stored, machine, run_id, **changes):
    return stored(run_id, name=machine, **changes)


def test_machines_stand_side_by_side_each_with_its_best_run(site, stored):
    site.run(on(stored, "other-2vcpu", "20261020T120000Z-0badcafe"))
    site.run(on(stored, "other-2vcpu", synthetic.OLDER))
    site.run(stored())
    results = Results(site.results)
    shown = results.newest_of("mandelbrot")
    runs = workload_figures.machines_of(results, shown, "mandelbrot")
    assert [run.run.run_id for run in runs] == [synthetic.RUN_ID, synthetic.OLDER]
    figure = workload_figures.machines(runs, "mandelbrot", id_="c1")
    assert words(figure.svg, "b") == [synthetic.MACHINE, "other-2vcpu"]
    assert figure.says.startswith(
        "Compared with one thread of the GIL-enabled build, two threads of the free-threaded build do more "
        "work on all 2 machines; "
    )
    assert geometry.clashes(figure.svg) == []


def test_a_machine_that_measured_other_code_is_left_out(site, stored):
    site.run(on(stored, "other-2vcpu", synthetic.OLDER, plans={"mandelbrot": {"version": 7}}))
    site.run(stored())
    results = Results(site.results)
    runs = workload_figures.machines_of(results, results.newest_of("mandelbrot"), "mandelbrot")
    assert [run.run.run_id for run in runs] == [synthetic.RUN_ID]
    assert workload_figures.machines(runs, "mandelbrot", id_="c1") is None


def test_lines_have_a_panel_each(tmp_path, declared):
    like = synthetic.stored().run
    run = measured(slugs=("nbody",), machine=like.machine, run_id=like.run_id)
    loaded = loaded_of(run, tmp_path)
    row = loaded.report.row("nbody")
    figure = workload_figures.lines(loaded, row, id_="c1")
    assert words(figure.svg, "b") == ["CPython 3.13", "CPython 3.14", "CPython 3.15"]
    shown = dict(figure.pairs)
    assert shown["CPython 3.13: FT, 1 thread"].ratio == pytest.approx(1 / 2.0, rel=0.01)
    assert shown["CPython 3.15: FT, 2 threads"].ratio == pytest.approx(2 * 0.9 / 1.0, rel=0.01)
    inverse = shown["CPython 3.14: FT, 1 thread"]
    assert inverse.low < inverse.ratio < inverse.high
    assert geometry.clashes(figure.svg) == []


def test_a_page_shows_the_figures_before_its_tables_and_links_their_files(site, stored):
    site.run(on(stored, "other-2vcpu", synthetic.OLDER))
    site.run(stored())
    built = site.build()
    assert built.warnings == []
    soup = built.soup("benchmarks/mandelbrot")
    part = soup.select_one("#bench-result")
    order = [
        tag.name if tag.name != "p" else tag["class"][0]
        for tag in part.select("figure, .bench-says, .bench-post, table")
        if not tag.find_parent("details")
    ]
    assert order[:7] == [*["bench-says", "figure", "bench-post"] * 2, "table"]
    links = part.select(".bench-post a")
    assert [link["href"] for link in links] == [
        "figures/mandelbrot.svg",
        "figures/mandelbrot-machines.svg",
    ]
    assert f"report {synthetic.RUN_ID} --figure mandelbrot --png" in part.get_text()
    for link in links:
        text = (built.out / "benchmarks" / link["href"]).read_text()
        root = ET.fromstring(text)  # noqa: S314 - a file of the build
        said = " ".join(t.text for t in root.iter(f"{SVG}text"))
        assert f"Run {synthetic.RUN_ID}" in said
        assert "Source: " in said
        assert len(text) < 12_000
    assert synthetic.OLDER in said, "a figure of two machines names two runs"


def test_the_source_is_the_address_of_the_page_where_there_is_one(site, stored):
    site.overrides["html_baseurl"] = "https://example.org/guide/"
    site.run(stored())
    out = site.build().out
    text = (out / "benchmarks" / "figures" / "nbody.svg").read_text()
    assert "https://example.org/guide/benchmarks/nbody.html" in text.replace("</text>", "")


def test_other_formats_have_the_sentence_and_no_file(site, stored):
    site.run(stored())
    built = site.build("text")
    assert built.warnings == []
    assert "win, with" in (built.out / "benchmarks" / "mandelbrot.txt").read_text()
    assert not [*built.out.rglob("*.svg")]


def test_a_file_stands_alone_and_hostile_words_stay_words(stored, tmp_path, declared):
    hostile = stored(
        compiler=HOSTILE,
        name="synthetic-2vcpu",
        plans={"mandelbrot": {"title": HOSTILE, "version": 9}},
    )
    loaded = loaded_of(hostile, tmp_path)
    figure = drawn(loaded)
    text = standalone.file_of(figure, title=HOSTILE, runs=[loaded], source=f"Source: {HOSTILE}")
    assert "<script" not in text
    assert "\x1b" not in text
    root = ET.fromstring(text)  # noqa: S314 - drawn by the function under test
    for element in root.iter():
        assert element.tag.removeprefix(SVG) in {
            "svg", "title", "desc", "style", "g", "text", "rect", "circle", "path"
        }  # fmt: skip
        for name, value in element.attrib.items():
            assert not name.lower().startswith("on")
            assert "href" not in name
            assert "url(" not in value
    style = root.find(f"{SVG}style").text
    assert not re.search(r"var\(|light-dark\(|url\(|@import|https?:", style)
    assert root.get("width") == "800"
    assert root.find(f"{SVG}rect").get("class") == "ground"
    alert = [t.text for t in root.iter(f"{SVG}text") if "<script>" in (t.text or "")]
    assert alert


def test_report_writes_the_same_figure_from_the_command_line(stored, tmp_path, monkeypatch, capsys):
    folder = synthetic.write(tmp_path / "results", stored())
    monkeypatch.chdir(tmp_path)
    assert main(["report", str(folder), "--figure", "mandelbrot"]) == 0
    (folder / "summary.bin").unlink()
    kept = (tmp_path / "mandelbrot.svg").read_text()
    assert synthetic.RUN_ID in kept
    assert "Source: The Measured Guide to Free-Threaded Python" in kept
    assert main(["report", str(folder), "--figure", "mandelbrot"]) == 0
    assert (tmp_path / "mandelbrot.svg").read_text() == kept, "kept or derived, it is the same"
    assert "mandelbrot.svg, 5 KiB" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--figure", "mandelbrt"], "did you mean mandelbrot?"),
        (["--png"], "name a workload with --figure SLUG"),
    ],
)
def test_what_cannot_be_drawn_is_named(stored, tmp_path, monkeypatch, capsys, options, said):
    folder = synthetic.write(tmp_path / "results", stored())
    monkeypatch.chdir(tmp_path)
    assert main(["report", str(folder), *options]) == 2
    assert said in " ".join(capsys.readouterr().err.split())
    assert not [*tmp_path.glob("*.svg")]


def test_a_folder_that_cannot_be_written_is_named(stored, tmp_path, monkeypatch, capsys):
    folder = synthetic.write(tmp_path / "results", stored())
    (tmp_path / "mandelbrot.svg").mkdir()
    monkeypatch.chdir(tmp_path)
    assert main(["report", str(folder), "--figure", "mandelbrot"]) == 2
    assert "mandelbrot.svg" in capsys.readouterr().err


def test_a_run_of_one_build_has_nothing_to_draw(stored, tmp_path, monkeypatch, capsys):
    folder = synthetic.write(tmp_path / "results", stored(truth={"nbody": {"ft-single": 0.01}}))
    monkeypatch.chdir(tmp_path)
    assert main(["report", str(folder), "--figure", "nbody"]) == 1
    assert "nothing can be drawn" in capsys.readouterr().out


def test_charts_of_other_pages_have_files_of_their_own(ordinary):
    links = ordinary.soup("index").select(".bench-post a")
    assert [link["href"] for link in links] == [
        f"benchmarks/figures/index-workloads-{kind}.svg" for kind in ("ratio", "speedup")
    ]
    for link in links:
        ET.parse(ordinary.out / link["href"])  # noqa: S314 - a file of the build


def test_no_two_figures_of_a_page_share_a_file(site, stored):
    site.run(stored(synthetic.OLDER))
    site.run(stored())
    site.page(
        "plain",
        f"# Plain\n\n```{{bench:chart}}\n:show: ratio\n```\n\n"
        f"```{{bench:chart}}\n:show: ratio\n:run: {synthetic.OLDER}\n```\n",
    )
    built = site.build()
    first, second = (a["href"] for a in built.soup("plain").select(".bench-post a"))
    assert synthetic.RUN_ID in (built.out / first).read_text()
    assert synthetic.OLDER in (built.out / second).read_text()


def test_charts_of_lines_have_files_too(site, declared):
    like = synthetic.stored().run
    site.page("benchmarks/lines", "# Lines\n\n```{bench:lines}\n```\n")
    site.run(measured(slugs=tuple(synthetic.TRUTH), machine=like.machine, run_id=like.run_id))
    built = site.build()
    assert built.warnings == []
    files = [a["href"] for a in built.soup("benchmarks/lines").select(".bench-post a")]
    assert len(files) == len(set(files)) == 4
    own = [a["href"] for a in built.soup("benchmarks/nbody").select(".bench-post a")]
    assert own == [f"figures/nbody{suffix}.svg" for suffix in ("", "-lines", "-steps")]
    for name in (*files, *own):
        assert (built.out / "benchmarks" / name).exists()


def test_a_file_has_the_rules_that_it_uses_and_no_others():
    entry = charts.Entry(label="A", marks=(charts.Mark(1.5, 1.2, 1.8),), floor=0.1)
    drawn = charts.ratio_chart([entry], id_="bench-chart-7", title="T", desc="D")
    file = standalone.to_post(drawn, title="Title", says="Says so.", runs=["Run"], source="Here")
    style = ET.fromstring(file).find(f"{SVG}style").text  # noqa: S314 - drawn above
    assert "#bench-chart" not in style
    for wanted in ("svg{", "text{", ".ft{", ".floor{", ".ground{", ".h{", ".s{"):
        assert wanted in style
    for unused in (".gil{", ".gil.whisker{", ".ceiling{", ".panel{"):
        assert unused not in style
