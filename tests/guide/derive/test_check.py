"""Every expectation accepts what it names and refuses what it does not."""

import dataclasses

import pytest

from ftguide.ground.vocabulary import Build
from ftguide.guide.declare.model import FATAL_ERROR, Crash, Expect, OnGil, Output, Ran, Snippet
from ftguide.guide.derive import check

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


def lines(*numbers):
    """Return what a program prints that numbers its lines, and how a problem quotes it."""
    texts = [f"line {number}" for number in numbers]
    return "\n".join(texts), "".join(f"\n    {text}" for text in texts)


def test_a_problem_ends_with_the_last_dozen_lines_of_the_run_it_is_about():
    (printed, _), (_, quoted) = lines(*range(1, 14)), lines(*range(2, 14))
    found = problem(made(Expect.OUTPUT), FINE, Ran(status=3, output=printed), FAILED)
    assert found == f"it ended with status 3, not 0{quoted}"
    last = Ran(status=0, output=printed)
    for snippet, build in (
        (made(Expect.RACE, runs=3), FT),
        (made(Expect.RACE, runs=3, on_gil=OnGil.ALWAYS), GIL),
    ):
        found = problem(snippet, SILENT, FINE, last, build=build)
        assert found is not None
        assert found.endswith(quoted)
    found = problem(made(Expect.RACE, on_gil=OnGil.NEVER), FINE, FAILED, last, build=GIL)
    assert found == "`:gil: never`, but its 3 runs ended so: 2 passed, 1 wrong result\n    a"


def test_only_a_crash_is_called_a_fault_of_the_interpreter():
    shown = made(Expect.OUTPUT, shown="a")
    for ran, expected in ((KILLED, True), (ABORTED, True), (FAILED, False), (RAISED, False)):
        found = problem(shown, ran)
        assert found is not None
        assert ("A crash is a fault of the interpreter" in found) is expected
    race = made(Expect.RACE, runs=2)
    for ran, expected in ((KILLED, True), (ABORTED, True), (HUNG, False)):
        found = problem(race, FAILED, ran)
        assert found is not None
        assert ("A crash is a fault of the interpreter" in found) is expected
        assert ("Make it end, or state `:race: hang`" in found) is not expected


def test_a_page_shows_the_first_run_that_raced_as_it_states_and_otherwise_the_last():
    one, two = Ran(status=1, output="lost 1"), Ran(status=1, output="lost 2")
    snippet = made(Expect.RACE, runs=4)
    assert check.verdict(snippet, FT, "3.14.7", [FINE, RAISED, one, two]).shown == "lost 1"
    assert check.verdict(snippet, FT, "3.14.7", [FINE, RAISED]).shown is None
    assert check.verdict(made(Expect.EXIT), FT, "3.14.7", [FINE, SILENT]).shown == ""


def test_what_a_race_prints_has_to_be_shown_by_one_of_those_that_raced():
    """Not by a run that passed: its output is what the page would show without the race."""
    passed, raced = Ran(status=0, output="fine"), Ran(status=1, output="lost")
    found = problem(made(Expect.RACE, shown="fine"), passed, raced)
    assert found is not None
    assert "-fine\n" in found
    assert found.endswith("+lost")
    both = made(Expect.RACE, shown="lost")
    assert problem(both, Ran(status=1, output="lost 3"), raced) is None
    assert problem(both, raced, Ran(status=1, output="lost 3")) is None


def test_of_several_runs_the_one_that_differs_is_quoted():
    snippet = made(Expect.OUTPUT, shown="a", runs=3)
    found = problem(snippet, FINE, Ran(status=0, output="b"), FINE)
    assert found is not None
    assert found.startswith("it printed something else than the page shows\n")
    assert found.endswith("    -a\n    +b")


def test_what_is_not_shown_is_quoted_from_the_last_run():
    found = problem(made(Expect.OUTPUT, runs=2), FINE, Ran(status=0, output="b"))
    assert found is not None
    assert found.endswith("    +b")


def test_a_difference_is_told_in_at_most_40_lines_with_one_of_context():
    many = "\n".join(map(str, range(100)))
    found = problem(made(Expect.OUTPUT, shown="x"), Ran(status=0, output=many))
    assert found is not None
    assert len(found.splitlines()) == 1 + 40
    found = problem(
        made(Expect.OUTPUT, shown="1\n2\n3\n4\n5"), Ran(status=0, output="1\n2\nx\n4\n5")
    )
    assert found is not None
    assert found.splitlines()[4:] == ["     2", "    -3", "    +x", "     4"]


def test_a_session_is_judged_by_its_status_alone_where_the_page_says_so():
    code = "$ python a\nx\n"
    ran = Ran(status=0, output="z", parts=("z",))
    assert problem(made(Expect.OUTPUT, language="console", code=code), ran) is not None
    assert problem(made(Expect.EXIT, language="console", code=code), ran) is None


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (0, "ended with status 0"),
        (3, "ended with status 3"),
        (-11, "was killed by SIGSEGV"),
        (-99, "was killed by signal 99"),
    ],
)
def test_an_ending_reads_as_the_end_of_a_sentence(status, words):
    assert check.status_words(status) == words


def late(snippet: Snippet, *runs: Ran, build: Build = FT) -> str | None:
    return check.verdict(snippet, build, "3.15.0rc2", runs).problem


def test_a_race_has_to_be_seen_on_its_own_line_only():
    race = made(Expect.RACE)
    assert "was to show" in (problem(race, SILENT) or "")
    assert late(race, SILENT) is None
    assert "was to show" in (late(dataclasses.replace(race, since="3.15"), SILENT) or "")
    always = dataclasses.replace(race, on_gil=OnGil.ALWAYS)
    assert "always" in (problem(always, SILENT, build=GIL) or "")
    assert late(always, SILENT, build=GIL) is None


@pytest.mark.parametrize("ran", [KILLED, ABORTED, HUNG])
def test_a_race_must_not_take_the_interpreter_down_on_any_line(ran):
    race = made(Expect.RACE)
    assert "must not end by" in (late(race, FAILED, ran) or "")


def test_what_never_fails_on_the_gil_enabled_build_does_so_on_no_line():
    race = made(Expect.RACE, on_gil=OnGil.NEVER)
    assert "`:gil: never`" in (late(race, FAILED, build=GIL) or "")


def test_a_crash_is_declared_by_line():
    crash = Crash(issues=("gh-1",), builds=(("3.14", FT),))
    race = made(Expect.RACE, crash=crash)
    assert problem(race, FAILED, KILLED) is None
    assert "must not end by SIGSEGV" in (late(race, FAILED, KILLED) or "")


def test_a_line_is_compared_with_its_own_output():
    both = Output(build=None, text="a", start=0, end=1)
    other = Output(build=None, text="b", start=0, end=1, lines=("3.15",))
    snippet = made(Expect.OUTPUT, outputs=(both, other))
    assert problem(snippet, FINE) is None
    assert late(snippet, Ran(status=0, output="b")) is None
    assert "-b\n    +a" in (late(snippet, FINE) or "")
    assert problem(snippet, Ran(status=0, output="b")) is not None


def test_a_session_is_compared_with_that_of_its_line():
    other = Output(build=None, text="$ python3.15 a\ny", start=0, end=1, lines=("3.15",))
    code = "$ python3.14 a\nx\n"
    snippet = made(Expect.OUTPUT, language="console", code=code, outputs=(other,))
    assert late(snippet, Ran(status=0, output="y", parts=("y",))) is None
    assert "-y\n    +x" in (late(snippet, Ran(status=0, output="x", parts=("x",))) or "")
    assert problem(snippet, Ran(status=0, output="x", parts=("x",))) is None
