"""What measures the building of the site, on a site of two pages."""

import json
import sys

import pytest

from benchmarks.method import site
from ftguide.suite import summaries
from ftguide.suite.pages.data import Results
from ftguide.suite.record import store
from tests import synthetic

MKDOCS = f"""#!{sys.executable}
import shutil, sys
(out,) = [word.partition("=")[2] for word in sys.argv if word.startswith("--site-dir=")]
shutil.copytree("docs", out)
"""


@pytest.fixture
def results(tmp_path):
    """Publish two runs into a folder."""
    folder = tmp_path / "tree" / "benchmarks" / "results"
    for run_id in (synthetic.RUN_ID, synthetic.OLDER):
        summaries.write(synthetic.write(folder, synthetic.stored(run_id=run_id)))
    return folder


@pytest.fixture
def tree(results):
    """Make a checkout with pages of two kinds."""
    made = results.parents[1]
    pages = {
        "conf.py": 'extensions = ["myst_parser"]\nhtml_theme = "furo"\n',
        "source/index.md": "# Home\n\n```{toctree}\nporting\n```\n",
        "source/porting.md": "# Porting\n\nGo [home](index.md).\n",
        "source/benchmarks/runs/index.md": "---\norphan: true\n---\n# Runs\n",
        "source/benchmarks/runs/20260101T000000Z-00000001.md": "# A run\n",
    }
    for name, text in pages.items():
        (made / name).parent.mkdir(parents=True, exist_ok=True)
        (made / name).write_text(text)
    return made


def test_a_copied_run_says_what_the_original_says(results, tmp_path):
    site.grow(results, tmp_path / "grown", 5)
    index = store.read_index(tmp_path / "grown")
    assert len({entry.run_id for entry in index.runs}) == 5
    assert [entry.run_id for entry in index.runs[:2]] == [synthetic.RUN_ID, synthetic.OLDER]
    problems = []
    read = Results(tmp_path / "grown", problems.append)
    loaded = [read.load(entry) for entry in index.runs]
    assert problems == []
    original = summaries.load(store.folder_of(results, index.runs[0]))
    for one in loaded:
        assert one.run.run_id == one.entry.run_id
    assert loaded[-1].report.contents() == original.contents()
    assert not store.blocks_path(loaded[-1].folder).exists()


def test_fewer_runs_than_published_are_the_newest(results, tmp_path):
    site.grow(results, tmp_path / "grown", 1)
    assert [entry.run_id for entry in store.read_index(tmp_path / "grown").runs] == [
        synthetic.RUN_ID
    ]


def test_without_a_run_nothing_can_grow(tmp_path):
    with pytest.raises(site.BuildError, match="names no run"):
        site.grow(tmp_path, tmp_path / "grown", 3)


def test_a_clone_leaves_out_what_it_should_and_its_pages_are_its_own(tree, tmp_path):
    copy = site.clone(tree, tmp_path / "copy", runs=False)
    runs = copy / "source" / "benchmarks" / "runs"
    assert [path.name for path in runs.iterdir()] == ["index.md"]
    (copy / "source" / site.PAGE).write_text("other")
    assert (tree / "source" / site.PAGE).read_text() != "other"
    assert (copy / "conf.py").read_text() == (tree / "conf.py").read_text()
    quick = site.clone(tree, tmp_path / "quick", quick=True)
    assert sorted(path.name for path in (quick / "source").iterdir()) == ["index.md", "porting.md"]


def test_the_twin_has_the_text_of_every_page_and_its_links(tmp_path):
    ours = tmp_path / "html"
    (ours / "sub").mkdir(parents=True)
    start, end = '<article role="main" id="furo-main-content">', "</article>"
    (ours / "a.html").write_text(f"{start}<h1>A</h1>{end}")
    (ours / "a.html.md").write_text("# A\n\n[b](sub/b.html.md#x) one two\n")
    (ours / "sub" / "b.html").write_text(f'{start}<h1>B</h1><a href="../a.html">a</a> three{end}')
    (ours / "moved.html").write_text("<p>elsewhere</p>")
    words = site.write_twin(ours, tmp_path / "twin")
    docs = tmp_path / "twin" / "docs"
    assert (docs / "a.md").read_text() == "# A\n\n[b](sub/b.md#x) one two\n"
    assert "[a](../a.md) three" in (docs / "sub" / "b.md").read_text()
    assert not (docs / "moved.md").exists()
    assert words == 13


def test_the_table_says_what_a_ratio_is_to():
    rows = [
        site.Measured(what="ours", seconds=20, beside=2.0, size=3_000_000, words=12345),
        site.Measured(what="300 runs", seconds=22, beside=1.1, against="20 runs"),
        site.Measured(what="view", view=51.26),
    ]
    lines = site.table(rows).splitlines()
    assert lines[0].split("  ")[-1] == "first view, KiB gz"
    assert lines[1].split() == ["ours", "20.0", "2.00", "the", "twin", "3.0", "12,345"]
    assert lines[2].split() == ["300", "runs", "22.0", "1.10", "20", "runs"]
    assert lines[3].split() == ["view", "51.3"]


@pytest.mark.slow
def test_a_quick_one_from_end_to_end(tree, tmp_path, capsys):
    mkdocs = tmp_path / "mkdocs"
    mkdocs.write_text(MKDOCS)
    mkdocs.chmod(0o755)
    words = ["cold", "changed", "twin", "growth", "--quick", "--tree", str(tree)]
    words += ["--mkdocs", str(mkdocs), "--json", str(tmp_path / "rows.json")]
    words += ["--keep", str(tmp_path / "kept")]
    assert site.main(words) == 0
    rows = {row["what"]: row for row in json.loads((tmp_path / "rows.json").read_text())}
    assert list(rows) == [
        "MkDocs Material, cold",
        "our site, cold",
        "our site, one page changed",
        "our site, 1 runs without their pages",
        "our site, 3 runs without their pages",
    ]
    twin, cold = rows["MkDocs Material, cold"], rows["our site, cold"]
    assert cold["beside"] == pytest.approx(cold["seconds"] / twin["seconds"])
    kept = tmp_path / "kept"
    assert 0 < twin["size"] < cold["size"]
    assert "One more line." in (kept / "html" / "porting.html").read_text()
    assert len(store.read_index(kept / "results-3").runs) == 3
    printed = capsys.readouterr().out
    assert all(what in printed for what in rows)


def test_a_failed_build_is_named_with_what_it_said(tree, capsys):
    (tree / "conf.py").write_text("extensions = ['no_such_extension']\n")
    assert site.main(["cold", "--tree", str(tree)]) == 1
    said = capsys.readouterr().err
    assert "our site" in said
    assert "no_such_extension" in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["warm"], "'warm' is not a part"),
        (["growth", "--runs", "0"], "at least 1"),
        (["--tree", "/nowhere"], "has no conf.py"),
        (["--keep", "."], "exists"),
    ],
)
def test_wrong_options_are_named(words, said, capsys):
    with pytest.raises(SystemExit, match="2"):
        site.main(words)
    assert said in capsys.readouterr().err
