"""The report: what it keeps, what it refuses, and what it calls a problem."""

import json
import re
from dataclasses import replace

import pytest

from ftguide.ground.files import ROOT, UnreadableError
from ftguide.ground.vocabulary import Build
from ftguide.native.examples import report
from ftguide.native.examples.catalogue import EXAMPLES, Variant
from ftguide.native.examples.report import Outcome, Races
from tests.native.examples import specimens

FT, GIL = Build.FREE_THREADED, Build.GIL


def test_a_report_survives_the_disk(tmp_path):
    path = tmp_path / "report.json"
    report.save(path, specimens.part())
    assert report.load(path) == specimens.report()
    first = path.read_bytes()
    report.save(path, specimens.part())
    assert path.read_bytes() == first


def test_lines_are_replaced_one_by_one_newest_first(tmp_path):
    path = tmp_path / "report.json"
    for line in ("3.9", "3.14", "3.15", "3.14"):
        report.save(path, specimens.part(line=line))
    assert [part.line for part in report.load(path).parts] == ["3.15", "3.14", "3.9"]


def test_no_report_is_an_empty_one(tmp_path):
    assert report.load(tmp_path / "report.json").parts == ()


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "examples -- --record"),
        (b'{"schema": 1, "parts": [{"line": 3}]}', "examples -- --record"),
        (b"\xff\xfe", "examples -- --record"),
        (b'{"schema": 99, "parts": []}', "schema 99 at .*reads 1"),
    ],
)
def test_a_broken_report_is_named(tmp_path, raw, said):
    path = tmp_path / "report.json"
    path.write_bytes(raw)
    with pytest.raises(UnreadableError, match=said) as caught:
        report.load(path)
    assert str(caught.value).startswith(f"{path}: ")


def test_a_broken_report_is_not_overwritten(tmp_path):
    path = tmp_path / "report.json"
    path.write_bytes(b"{")
    with pytest.raises(UnreadableError):
        report.save(path, specimens.part())
    assert path.read_bytes() == b"{"


@pytest.mark.parametrize(
    ("text", "public"),
    [
        ("adds: 3 instead of 4", "adds: 3 instead of 4"),
        ("ImportError: /home/someone/x/tally.so: bad", "ImportError: <path>: bad"),
        (r"OSError: C:\Users\someone\tally.pyd", "OSError: <path>"),
        ("<tally.Counter object at 0x7f12ab>", "<tally.Counter object at 0x…>"),
        ("two\nlines", "two lines"),
    ],
)
def test_what_a_race_says_is_made_public(text, public):
    assert report.public(text) == public


def test_what_a_race_says_is_cut():
    assert len(report.public("x" * 1000)) == 100


def test_a_good_session_has_no_problems():
    assert report.problems(specimens.part(), everything=True) == []


def test_skipping_is_no_problem_while_enough_is_built():
    outcomes = [
        Outcome(name=one.name, skipped="no gfortran here") if one.name == "f2py" else
        specimens.outcome(one.name)
        for one in EXAMPLES
    ]  # fmt: skip
    assert report.problems(specimens.part(*outcomes), everything=True) == []


def test_three_c_examples_are_one_tool_and_four_are_too_few():
    names = ("capi", "capi-single", "capi-abi3t", "cython", "cffi", "swig")
    part = specimens.part(*(specimens.outcome(name) for name in names))
    (problem,) = report.problems(part, everything=True)
    assert str(problem).startswith(
        "only 4 tools were built (C API, CFFI, Cython, SWIG); it takes 5."
    )
    assert report.problems(part, everything=False) == []
    more = specimens.part(*part.outcomes, specimens.outcome("nanobind"))
    assert report.problems(more, everything=True) == []


def test_what_does_not_build_is_a_problem():
    part = specimens.part(Outcome(name="capi", failed="does not build on the free-threaded build"))
    (problem,) = report.problems(part, everything=False)
    assert str(problem) == "capi: does not build on the free-threaded build"


def changed(name, variant, build, **changes):
    """Return a session of one example with one of its results changed."""
    whole = specimens.outcome(name)
    results = tuple(
        replace(one, **changes) if (one.variant, one.build) == (variant, build) else one
        for one in whole.results
    )
    return specimens.part(replace(whole, results=results))


def races(runs, **failed):
    return Races(**{"runs": runs, "wrong": 0, "crashed": 0, "hung": 0, "adds": 9, **failed})


@pytest.mark.parametrize(
    ("name", "variant", "build", "changes", "said"),
    [
        ("capi", Variant.BEFORE, FT, {"races": races(10, wrong=8)}, "only 8 of 10 races failed"),
        ("capi", Variant.AFTER, FT, {"races": races(20, hung=1)}, "1 of 20 races failed"),
        ("capi", Variant.AFTER, GIL, {"races": races(5, crashed=1)}, "1 of 5 races failed"),
        ("capi", Variant.BEFORE, GIL, {"races": races(10, wrong=1)}, "unexplained"),
        ("capi", Variant.AFTER, FT, {"gil_after_import": True}, "leaves the GIL on"),
        ("capi", Variant.BEFORE, FT, {"gil_after_import": False}, "leaves the GIL off"),
        ("cffi", Variant.BEFORE, FT, {"gil_after_import": True}, "leaves the GIL on"),
        ("capi", Variant.AFTER, FT, {"tests_failed": 2}, "2 tests failed"),
        ("capi", Variant.AFTER, GIL, {"tests": 0}, "0 passed"),
    ],
)
def test_what_breaks_a_promise_is_a_problem(name, variant, build, changes, said):
    (problem,) = report.problems(changed(name, variant, build, **changes), everything=False)
    assert (problem.example, problem.wheel) == (name, (variant, build))
    assert str(problem).startswith(f"{name}: {variant} on the {build.words} build: ")
    assert said in problem.message


@pytest.mark.parametrize(
    ("name", "variant", "build", "changes"),
    [
        ("capi", Variant.BEFORE, FT, {"races": races(10, wrong=5, crashed=3, hung=1)}),
        ("cffi", Variant.BEFORE, GIL, {"races": races(10, wrong=10)}),
    ],
)
def test_what_was_promised_is_no_problem(name, variant, build, changes):
    assert report.problems(changed(name, variant, build, **changes), everything=False) == []


def test_the_published_report_keeps_its_promises():
    """It is what the pages show: complete, readable, nothing private in it."""
    path = ROOT / report.REPORT
    published = report.load(path)
    assert published.part("3.14") is not None
    for part in published.parts:
        assert report.problems(part, everything=True) == []
        assert {one.name for one in part.outcomes} == {one.name for one in EXAMPLES}
    for one in EXAMPLES:
        assert published.best(one.name) is not None, one.name
    texts = json.dumps(json.loads(path.read_bytes()))
    assert not re.search(r"/(root|home|tmp|usr|work)\b", texts)
    assert str(ROOT) not in texts
