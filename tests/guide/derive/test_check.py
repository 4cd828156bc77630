"""Every expectation accepts what it names and refuses what it does not."""

import dataclasses

import pytest

from ftguide.guide.declare.model import FATAL_ERROR, Crash, Expect, OnGil, Output, Ran, Snippet
from ftguide.guide.derive import check
from ftguide.vocabulary import Build

FT, GIL = Build.FREE_THREADED, Build.GIL
FINE = Ran(status=0, output="a")
SILENT = Ran(status=0, output="")
FAILED = Ran(status=1, output="a")
RAISED = Ran(status=1, output="a", raised="ValueError")
ABORTED = Ran(status=1, output="", raised=FATAL_ERROR)
KILLED = Ran(status=-11, output="")
HUNG = Ran(status=None, output="")
LOUD = Ran(status=0, output="a", excess=True)


def made(expect: Expect, *, shown: str | None = None, **changes: object) -> Snippet:
    outputs = () if shown is None else (Output(build=None, text=shown, start=0, end=1),)
    known = Snippet(
        page="source/p.md",
        line=1,
        name="it",
        language="python",
        code="x\n",
        file="it.py",
        source=None,
        start=0,
        end=3,
        body=1,
        expect=expect,
        outputs=outputs,
    )
    if expect is Expect.RACE:
        changes = {"shows": ("wrong-result",), **changes}
    return dataclasses.replace(known, **changes)


def problem(snippet: Snippet, *runs: Ran, build: Build = FT) -> str | None:
    return check.verdict(snippet, build, "3.14.7", runs).problem


@pytest.mark.parametrize(
    ("snippet", "ran"),
    [
        (made(Expect.OUTPUT), SILENT),
        (made(Expect.OUTPUT, shown="a"), FINE),
        (made(Expect.OUTPUT, shown="<...>"), FINE),
        (made(Expect.ERROR, shown="a"), FAILED),
        (made(Expect.ERROR, shown="a", exit=1), FAILED),
        (made(Expect.ERROR, exit="SIGSEGV"), KILLED),
        (made(Expect.EXIT), FINE),
        (made(Expect.EXIT, exit=1), FAILED),
        (made(Expect.EXIT, exit="SIGSEGV"), KILLED),
        (made(Expect.HANG), HUNG),
    ],
)
def test_as_expected(snippet, ran):
    assert problem(snippet, ran) is None


@pytest.mark.parametrize(
    ("snippet", "ran", "words"),
    [
        (made(Expect.OUTPUT), FINE, "the page does not show what"),
        (made(Expect.OUTPUT, shown="b"), FINE, "something else than the page shows"),
        (made(Expect.OUTPUT, shown="a"), FAILED, "ended with status 1, not 0"),
        (made(Expect.OUTPUT, shown="a"), KILLED, "was killed by SIGSEGV, not 0"),
        (made(Expect.OUTPUT), HUNG, "still running after 30 s"),
        (made(Expect.OUTPUT, shown="a"), LOUD, "more than 200 kB"),
        (made(Expect.ERROR, shown="a"), FINE, "was to fail, and ended with status 0"),
        (made(Expect.ERROR, shown="a", exit=2), FAILED, "ended with status 1, not 2"),
        (made(Expect.ERROR), FAILED, "the page does not show what"),
        (made(Expect.EXIT, exit="SIGABRT"), KILLED, "was killed by SIGSEGV, not signal 6"),
        (made(Expect.EXIT, shown="b"), FINE, "something else"),
        (made(Expect.HANG), FINE, "was to hang, and ended with status 0"),
    ],
)
def test_not_as_expected(snippet, ran, words):
    found = problem(snippet, ran)
    assert found is not None
    assert words in found.replace("not SIGABRT", "not signal 6")


def test_outputs_of_the_builds_are_kept_apart():
    outputs = (
        Output(build=GIL, text="on", start=0, end=1),
        Output(build=FT, text="off", start=2, end=3),
    )
    snippet = dataclasses.replace(made(Expect.OUTPUT), outputs=outputs)
    assert problem(snippet, Ran(status=0, output="off"), build=FT) is None
    assert problem(snippet, Ran(status=0, output="off"), build=GIL) is not None


@pytest.mark.parametrize(
    ("on_gil", "failures", "good"),
    [
        (OnGil.NEVER, 0, True),
        (OnGil.NEVER, 1, False),
        (OnGil.MAYBE, 0, True),
        (OnGil.MAYBE, 3, True),
        (OnGil.ALWAYS, 0, False),
        (OnGil.ALWAYS, 1, True),
    ],
)
def test_a_race_on_the_gil_enabled_build(on_gil, failures, good):
    runs = [FAILED] * failures + [FINE] * (3 - failures)
    snippet = made(Expect.RACE, on_gil=on_gil, runs=3)
    assert (problem(snippet, *runs, build=GIL) is None) is good


def test_a_race_has_to_show_on_the_free_threaded_build():
    snippet = made(Expect.RACE, runs=3)
    assert problem(snippet, FINE, FAILED, FINE) is None
    found = problem(snippet, FINE, FINE, FINE)
    assert found is not None
    assert "was to show wrong-result, and its 3 runs ended so: 3 passed" in found
    verdict = check.verdict(snippet, FT, "3.14.7", [FINE, FAILED, FAILED])
    assert (verdict.endings, verdict.runs) == ((("wrong-result", 2), ("passed", 1)), 3)


def test_a_race_has_to_show_the_kind_it_states():
    snippet = made(Expect.RACE, shows=("ValueError",), runs=2)
    assert problem(snippet, RAISED, FAILED) is None  # the other kind is counted, and no fault
    found = problem(snippet, FAILED, FAILED)
    assert found is not None
    assert "was to show ValueError, and its 2 runs ended so: 2 wrong results" in found
    both = made(Expect.RACE, shows=("TypeError", "wrong-result"), runs=2)
    assert problem(both, FAILED, FINE) is None


@pytest.mark.parametrize("bad", [KILLED, ABORTED, HUNG])
@pytest.mark.parametrize("build", [FT, GIL])
def test_a_crash_or_a_hang_never_passes_as_a_race(bad, build):
    snippet = made(Expect.RACE, shows=("ValueError",), runs=3)
    found = problem(snippet, RAISED, RAISED, bad, build=build)
    assert found is not None
    assert f"must not end by {bad.ending}" in found
    assert "2 ValueError" in found


def test_a_hang_can_be_what_a_race_shows():
    assert problem(made(Expect.RACE, shows=("hang",), runs=2), HUNG, FINE) is None


CRASH = Crash(issues=("gh-120321",), builds=(("3.14", FT),))


def test_a_declared_crash_is_expected_where_it_is_declared_and_never_the_race():
    snippet = made(Expect.RACE, shows=("ValueError",), crash=CRASH, runs=3)
    assert problem(snippet, RAISED, KILLED, FINE) is None
    verdict = check.verdict(snippet, FT, "3.14.9", [RAISED, KILLED, KILLED])
    assert verdict.endings == (("SIGSEGV", 2), ("ValueError", 1))
    assert verdict.problem is None
    assert problem(snippet, KILLED, KILLED, KILLED) is None  # nothing is left to judge
    assert problem(snippet, FINE, KILLED, KILLED) is not None  # the race did not show
    assert problem(snippet, RAISED, KILLED, build=GIL) is not None
    assert check.verdict(snippet, FT, "3.15.0", [RAISED, KILLED]).problem is not None


def test_runs_that_may_crash_have_to_fit_where_they_did_not():
    snippet = made(Expect.OUTPUT, shown="a", crash=CRASH, runs=3)
    assert problem(snippet, FINE, KILLED, FINE) is None
    assert problem(snippet, KILLED, KILLED, KILLED) is None
    assert problem(snippet, FINE, SILENT, KILLED) is not None
    assert problem(snippet, FINE, FAILED, KILLED) is not None
    verdict = check.verdict(snippet, FT, "3.14.7", [KILLED, FINE])
    assert verdict.shown == "a"


def test_a_race_shows_a_run_that_failed():
    assert problem(made(Expect.RACE, shown="lost"), Ran(status=1, output="lost"), FINE) is None
    other = Ran(status=1, output="otherwise")
    assert problem(made(Expect.RACE, shown="lost"), other, build=GIL) is None
    found = problem(made(Expect.RACE, shown="a"), FINE, Ran(status=1, output="lost"))
    assert found is not None
    assert "no run that raced printed what the page shows" in found


def test_a_session_names_the_command_that_differs():
    code = "$ python a\nx\n$ python b\ny\n"
    snippet = made(Expect.OUTPUT, language="console", code=code)
    assert problem(snippet, Ran(status=0, output="x\ny", parts=("x", "y"))) is None
    found = problem(snippet, Ran(status=0, output="x\nz", parts=("x", "z")))
    assert found is not None
    assert found.startswith("`python b` printed something else")
    assert "-y" in found
    assert "+z" in found


def test_only_output_that_differs_may_be_written_into_a_page():
    shown = made(Expect.OUTPUT, shown="b")
    assert check.verdict(shown, FT, "3.14.7", [FINE]).differs
    assert not check.verdict(shown, FT, "3.14.7", [FAILED]).differs
    assert not check.verdict(made(Expect.OUTPUT, shown="a"), FT, "3.14.7", [FINE]).differs
