"""Reports survive a round trip, keep dates of what did not change, and name what is broken."""

import pytest

from ftguide.ground.files import UnreadableError
from ftguide.ground.vocabulary import Build
from ftguide.guide.record import report
from ftguide.guide.record.report import Block, Report, Result


def block(date="2026-11-24", *, passed=True, version="3.14.7"):
    result = Result(build=Build.GIL, version=version, date=date, passed=passed)
    return Block(name="a", expect="output", results=(result,))


def test_round_trip_and_path(root):
    path = report.path_of("source/benchmarks/method.md", root)
    assert path == root / "source/snippets/report/benchmarks/method.json"
    one = Report(blocks={"abc": block()})
    assert report.write(path, one)
    assert report.read(path) == one
    assert not report.write(path, one)  # unchanged: not even touched
    assert report.write(path, Report())
    assert not path.exists()
    assert report.read(path) == Report()


def test_a_check_keeps_the_date_and_an_update_does_not():
    old, new = block("2026-01-01"), block("2026-11-24")
    assert report.merge(old, new, refresh=False) == old
    assert report.merge(old, new, refresh=True) == new
    assert report.merge(None, new, refresh=False) == new


def test_lines_that_did_not_run_keep_their_results():
    other = block("2026-01-01", version="3.15.0rc2").results
    old = Block(name="a", expect="output", results=(*block("2026-01-01").results, *other))
    for refresh in (False, True):
        merged = report.merge(old, block("2026-11-24", version="3.14.8"), refresh=refresh)
        assert [one.version for one in merged.results] == ["3.14.8", "3.15.0rc2"]


@pytest.mark.parametrize("change", [{"passed": False}, {"version": "3.14.8"}])
def test_what_changed_gets_its_date(change):
    new = block("2026-11-24", **change)
    assert report.merge(block("2026-01-01"), new, refresh=False) == new


@pytest.mark.parametrize("raw", [b"{", b"[]", b'{"schema": 1, "blocks": {"a": 1}}', b"\xff"])
def test_a_broken_report_names_file_and_remedy(root, raw):
    path = root / "x.json"
    path.write_bytes(raw)
    with pytest.raises(
        UnreadableError, match=r"x\.json: .*Delete the file and run `nox -s snippets`"
    ):
        report.read(path)


def test_a_report_of_the_future_is_refused(root):
    path = root / "x.json"
    path.write_bytes(b'{"schema": 2, "blocks": {}}')
    with pytest.raises(UnreadableError, match=r"schema 2 at .*this checkout reads 1"):
        report.read(path)


def test_reports_without_a_page_are_orphans(root):
    for name in ("kept", "gone"):
        report.write(report.path_of(f"source/{name}.md", root), Report(blocks={"a": block()}))
    assert [p.name for p in report.orphans(root, {"source/kept.md"})] == ["gone.json"]


def test_a_report_is_the_same_bytes_in_whatever_order_the_blocks_ran(root):
    """Sorted by name, one value per line: a diff shows what changed."""
    path = root / "x.json"
    first, second = block(), Block(name="b", expect="error", results=())
    report.write(path, Report(blocks={"0": second, "1": first}))
    raw = path.read_bytes()
    assert not report.write(path, Report(blocks={"1": first, "0": second}))
    assert path.read_bytes() == raw
    assert list(report.read(path).blocks) == ["1", "0"]
    assert raw.startswith(b'{\n "schema": 1,\n "blocks": {\n  "1": {\n   "name": "a",\n')
    assert raw.endswith(b"}\n")


def test_an_empty_report_is_no_file(root):
    path = root / "deep" / "x.json"
    assert not report.write(path, Report())
    for name in ("x", "y"):
        assert report.write(path.with_stem(name), Report(blocks={"a": block()}))


def test_what_was_written_before_runs_were_counted_ran_once(root):
    path = root / "x.json"
    report.write(path, Report(blocks={"a": block()}))
    path.write_text(path.read_text().replace('"runs": 1,', ""))
    (result,) = report.read(path).blocks["a"].results
    assert (result.runs, result.endings) == (1, {})


def test_what_cannot_be_read_is_named(root):
    path = root / "x.json"
    path.mkdir()
    with pytest.raises(UnreadableError, match=r"x\.json: Is a directory\. "):
        report.read(path)


def test_orphans_are_listed_in_the_order_of_their_names(root):
    for name in "edcbafhg":
        report.write(report.path_of(f"source/{name}.md", root), Report(blocks={"a": block()}))
    assert [p.stem for p in report.orphans(root, {"source/c.md"})] == list("abdefgh")


@pytest.mark.parametrize(
    ("build", "title"), [(Build.GIL, "3.14.7"), (Build.FREE_THREADED, "3.14.7t")]
)
def test_a_result_is_titled_by_its_interpreter(build, title):
    assert Result(build=build, version="3.14.7", date="2026-11-24", passed=True).title == title


def test_results_are_in_the_order_of_lines_and_lacking_packages_are_merged_by_line(root):
    def ran(version, **changes):
        known = {"date": "2026-11-28", "passed": True}
        results = tuple(Result(build=build, version=version, **known) for build in Build)
        return Block(name="a", expect="output", results=results, **changes)

    old = ran("3.15.0rc2", lacking={"3.13.15t": ("hypothesis",), "3.15.0rc1t": ("pytest",)})
    new = report.merge(old, ran("3.14.7"), refresh=True)
    assert new.lacking == {"3.13.15t": ("hypothesis",), "3.15.0rc1t": ("pytest",)}
    new = report.merge(new, ran("3.13.15", lacking={"3.15.0rc2t": ("x",)}), refresh=True)
    assert [one.title for one in new.results] == [
        *("3.13.15", "3.13.15t", "3.14.7", "3.14.7t", "3.15.0rc2", "3.15.0rc2t")
    ]
    assert new.lacking == {"3.15.0rc2t": ("x",)}
    path = root / "x.json"
    report.write(path, Report(blocks={"1": new, "2": old}))
    assert report.read(path) == Report(blocks={"1": new, "2": old})


def test_a_block_that_lacks_nothing_is_written_as_before_lines_were_run(root):
    path = root / "x.json"
    report.write(path, Report(blocks={"1": block()}))
    assert "lacking" not in path.read_text()
    assert report.read(path).blocks["1"].lacking == {}
