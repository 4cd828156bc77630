"""Reports survive a round trip, keep dates of what did not change, and name what is broken."""

import pytest

from ftguide.guide.record import report
from ftguide.guide.record.report import Block, Report, ReportError, Result
from ftguide.vocabulary import Build


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
    with pytest.raises(ReportError, match=r"x\.json: .*Delete the file and run `nox -s snippets`"):
        report.read(path)


def test_a_report_of_the_future_is_refused(root):
    path = root / "x.json"
    path.write_bytes(b'{"schema": 2, "blocks": {}}')
    with pytest.raises(ReportError, match="schema 2, and this checkout reads 1"):
        report.read(path)


def test_reports_without_a_page_are_orphans(root):
    for name in ("kept", "gone"):
        report.write(report.path_of(f"source/{name}.md", root), Report(blocks={"a": block()}))
    assert [p.name for p in report.orphans(root, {"source/kept.md"})] == ["gone.json"]
