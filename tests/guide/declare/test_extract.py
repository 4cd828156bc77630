"""Names, options and outputs are understood, and what is wrong names page, line and fix."""

import pytest

from ftguide.ground.vocabulary import Build
from ftguide.guide.declare import extract, options
from ftguide.guide.declare.finding import PageError
from ftguide.guide.declare.model import Expect, OnGil


def fenced(*lines: str) -> str:
    return "# P\n\n```" + "\n".join(lines) + "\n```\n"


def test_options_become_fields(snippet):
    one = snippet(
        "print(1)",
        ":builds: ft",
        ":race: ValueError wrong-result",
        ":crash: gh-120321 gh-156351 on 3.13t 3.14t 3.15",
        ":runs: 7",
        ":gil: never",
        ":flags: -X gil=1",
        ":args: c 'a b'",
        ":env: PYTHON_GIL=0 X=",
        ":timeout: 2.5",
        ":save: dir/two.py",
        r":varies: (?P<seconds>\d+) s",
    )
    assert (one.builds, one.expect, one.runs) == ((Build.FREE_THREADED,), Expect.RACE, 7)
    assert one.shows == ("ValueError", "wrong-result")
    assert one.crash is not None
    assert one.crash.issues == ("gh-120321", "gh-156351")
    covered = [one.crash.covers("3.14.7", build) for build in (Build.GIL, Build.FREE_THREADED)]
    assert covered == [False, True]
    assert one.crash.covers("3.15.0rc2", Build.GIL)
    assert (one.on_gil, one.flags, one.args) == (OnGil.NEVER, ("-X", "gil=1"), ("c", "a b"))
    assert (one.env, one.timeout) == ((("PYTHON_GIL", "0"), ("X", "")), 2.5)
    assert (one.file, one.varies) == ("dir/two.py", r"(?P<seconds>\d+) s")
    assert (one.code, str(one.where)) == ("print(1)\n", "source/page.md:3")


def test_defaults(snippet):
    one = snippet("print(1)")
    assert (one.builds, one.expect, one.runs, one.file) == (
        tuple(Build),
        Expect.OUTPUT,
        1,
        "it.py",
    )
    assert snippet("def test(): pass", ":with: pytest").file == "test_it.py"
    assert snippet("x", ":with: pytest", ":needs: hypothesis").packages == ("pytest", "hypothesis")
    assert snippet("x = 1", ":race: wrong-result").runs == options.DEFAULT_RUNS


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["{snippet} Bad Name", "x"], "'Bad Name' cannot be a snippet's name"),
        (["{snippet}", "x"], "'' cannot be a snippet's name"),
        (["{snippet} a"], "the snippet is empty"),
        (["{snippet} a", ":build-s: ft", "x"], "Unknown option key: 'build-s'"),
        (["{snippet} a", ":builds: nogil", "x"], "'nogil' is not one of both, gil, ft"),
        (
            ["{snippet} a", ":expect: crash", "x"],
            "'crash' is not a value of :expect:. Write one of",
        ),
        (["{snippet} a", ":expect: exit", ":exit: 256", "x"], "neither a status from 0 to 255"),
        (["{snippet} a", ":exit: 1", "x"], "goes with `:expect: error` or `:expect: exit`"),
        (["{snippet} a", ":runs: 3", "x"], "goes with `:race:` or `:crash:` only"),
        (["{snippet} a", ":timeout: 0", "x"], "'0' is not a number above 0"),
        (["{snippet} a", ":timeout: 1e3", "x"], "'1e3' is not a number"),
        (["{snippet} a", ":varies: (", "x"], "is not a regular expression"),
        (["{snippet} a", ":varies: x*", "x"], "would match everywhere"),
        (["{snippet} a", ":args: x 'y", "x"], "Close the quotes"),
        (["{snippet} a", ":env: =1", "x"], "is not NAME=value"),
        (["{snippet} a", ":args: 'x' y", "x"], "A value that begins with a quote ends with it"),
        (["{snippet} a", ":save: ../x.py", "x"], "is not a file name"),
        (["{snippet} a", ":save: /x.py", "x"], "is not a file name"),
        (["{snippet} a", ":with: nose", "x"], "is not one of script, pytest, unittest"),
        (["{snippet} a", ":uses: b", "x"], "'b', which is no snippet of this page"),
        (["{snippet} a", ":uses: a", "x"], "leads back to itself"),
        (["{snippet} a", ":expect: used", "x"], "no snippet says `:uses: a`"),
        (["{snippet} a", ":not-run: no", "x"], "is no reason"),
        (["{snippet} a", ":lang: sh", "x"], "sh is not run here"),
        (["{snippet}", ":lang: sh", ":not-run: needs Windows", "x"], "need `:source: address`"),
        (
            ["{snippet}", ":lang: sh", ":not-run: needs Windows", ":source: nowhere.md", "x"],
            "neither an https address nor a file",
        ),
        (["{snippet} a", ":file: ../x.py"], "is not a path below"),
        (["{snippet} a", ":file: x.py", "x"], "exclude each other"),
        (["{snippet} a", ":file: missing.py"], "missing.py: No such file"),
        (["{snippet} a", ":race: hang", ":builds: gil", "x"], "where a race has to show"),
        (["{snippet} a", ":expect: race", "x"], "Write `:race: wrong-result` instead"),
        (["{snippet} a", ":expect: exit", ":race: hang", "x"], "and `:race:` exclude each other"),
        (["{snippet} a", ":race: SIGSEGV", "x"], "a signal goes into `:crash:`"),
        (["{snippet} a", ":race: lost", "x"], "'lost' is not what the race shows"),
        (["{snippet} a", ":race: x", ":gil: no", "x"], "is not what the race shows"),
        (["{snippet} a", ":gil: never", "x"], "goes with `:race:` only"),
        (["{snippet} a", ":crash: on 3.14t", "x"], "does not name issues and builds"),
        (["{snippet} a", ":crash: gh-1", "x"], "does not name issues and builds"),
        (["{snippet} a", ":crash: gh-1 on 3", "x"], "does not name issues and builds"),
        (["{snippet} a", ":crash: gh-1 on 3.14t", ":expect: hang", "x"], "`:expect: output` or"),
        (["{output} a", "x"], "no snippet above is called 'a' (there: none)"),
    ],
)
def test_what_is_wrong_is_said(page, lines, message):
    read = page(fenced(*lines))
    (problem,) = read.problems
    assert message in problem.message
    assert problem.text.startswith("source/page.md:3: ")


def test_two_snippets_of_one_name(page):
    read = page("```{snippet} a\nx\n```\n\n```{snippet} a\ny\n```\n")
    (problem,) = read.problems
    assert problem.text.startswith(
        "source/page.md:5: 'a' is also the name of the snippet on line 1. Give"
    )


def test_outputs_belong_to_builds(page):
    read = page(
        "```{snippet} a\nx\n```\n```{output} a\n:build: ft\n\nF\n```\n```{output} a\nG\n```\n"
    )
    (one,) = read.snippets
    assert one.output_for(Build.FREE_THREADED, "3.14").text == "F"
    assert one.output_for(Build.GIL, "3.14").text == "G"


def test_an_output_of_the_line_goes_before_one_of_the_build(page):
    def output(text, *options):
        return "\n".join(("```{output} a", *options, "", text, "```\n"))

    read = page(
        "```{snippet} a\nx\n```\n"
        + output("G")
        + output("F", ":build: ft")
        + output("old", ":line: 3.15 3.13")
        + output("old ft", ":line: 3.13", ":build: ft")
    )
    assert read.problems == ()
    (one,) = read.snippets
    shown = {
        line + build.suffix: one.output_for(build, line).text
        for line in ("3.13", "3.14", "3.15")
        for build in Build
    }
    assert shown == {
        "3.13": "old",
        "3.13t": "old ft",
        "3.14": "G",
        "3.14t": "F",
        "3.15": "old",
        "3.15t": "old",
    }
    assert one.outputs[2].lines == ("3.13", "3.15")


@pytest.mark.parametrize(
    ("options", "home", "covered"),
    [
        ((), "3.14", ["3.13", "3.14", "3.15"]),
        ((":since: 3.14",), "3.14", ["3.14", "3.15"]),
        ((":since: 3.15",), "3.15", ["3.15"]),
        ((":until: 3.13",), "3.13", ["3.13"]),
        ((":until: 3.15",), "3.14", ["3.13", "3.14", "3.15"]),
        ((":since: 3.13", ":until: 3.13"), "3.13", ["3.13"]),
    ],
)
def test_a_snippet_runs_on_the_lines_from_since_to_until(snippet, options, home, covered):
    one = snippet("x", *options)
    assert one.home == home
    assert [line for line in ("3.13", "3.14", "3.15") if one.covers(line)] == covered
    assert one.covers("3.100") is (":until" not in str(options))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ":since: 3.14.7",
            ":since: '3.14.7' is not a line that has both builds. Write one such as",
        ),
        (":until: 3.13t", ":until: '3.13t' is not a line"),
        (":since: 3.12", ":since: '3.12' is not a line"),
        (":since: 3.15\n:until: 3.14", ":since: '3.15' is after `:until: 3.14`: no line is left."),
        (":since: 3.14\n:not-run: needs a machine from Mars", "goes with a snippet that runs"),
        (":until: 3.14\n:expect: used", "goes with a snippet that runs"),
    ],
)
def test_lines_that_cannot_be(page, options, message):
    read = page(f"```{{snippet}} a\n{options}\n\nx\n```\n")
    assert message in read.problems[0].message


@pytest.mark.parametrize(
    ("options", "output", "message"),
    [
        ("", ":build: ft\n\nx\n```\n```{output} a\n:build: ft\n", "has an output for the free"),
        ("", ":build: both\n", "'both' is not a value of :build:"),
        (":builds: gil\n", ":build: ft\n", "does not run on the free-threaded build"),
        (":not-run: needs Windows\n", "", "is not run, so it can have no output"),
        (":lang: console\n", "", "holds its output itself"),
        (":lang: console\n", ":line: 3.15\n:build: ft\n", "holds its output itself"),
        (":lang: console\n", ":line: 3.15\n\n$ python z\n", "has other commands than the snippet"),
        ("", ":line: 3.14\n", "the output of 'a' on 3.14 is the one without `:line:`"),
        (":since: 3.15\n", ":line: 3.15\n", "on 3.15 is the one without `:line:`"),
        (":since: 3.14\n", ":line: 3.13\n", "'a' does not run on 3.13. Remove the output or"),
        ("", ":line: 3.15t\n", ":line: '3.15t' is not a line that has both builds"),
        ("", ":line:\n", ":line: '' is not a line"),
        (
            "",
            ":line: 3.13 3.15\n\nx\n```\n```{output} a\n:line: 3.15\n",
            "'a' has an output for both builds of 3.15 already",
        ),
    ],
)
def test_an_output_that_cannot_be(page, options, output, message):
    read = page(
        f"```{{snippet}} a\n{options}\n$ python x\n```\n```{{output}} a\n{output}\ny\n```\n"
    )
    (problem,) = read.problems
    assert message in problem.message


def test_the_hash_follows_code_options_and_outputs(page):
    def key(code="x = 1", options="", output=""):
        read = page(f"```{{snippet}} a\n{options}\n{code}\n```\n{output}")
        assert read.problems == ()
        return read.snippets[0].hash

    plain = key()
    assert key() == plain
    shown = "```{output} a\nx\n```\n"
    late = shown.replace("x\n", ":line: 3.15\n\nx\n")
    changed = [key("x = 2"), key(options=":builds: ft\n"), key(output=shown), key(output=late)]
    assert len({plain, *changed}) == 5
    assert key(options=":emphasize-lines: 1\n") == plain  # looks are not behaviour


def test_the_hash_follows_what_is_used(page):
    def key(code):
        text = f"```{{snippet}} b\n{code}\n```\n```{{snippet}} a\n:uses: b\n\ny\n```\n"
        return page(text).snippets[1].hash

    assert key("x = 1") != key("x = 2")


def test_two_files_of_one_name_are_refused(page):
    read = page(
        "```{snippet} b\n:save: x.py\n:expect: used\n\n1\n```\n"
        "```{snippet} a\n:save: x.py\n:uses: b\n\n2\n```\n"
    )
    (problem,) = read.problems
    assert problem.text.startswith("source/page.md:7: two snippets would be saved as x.py. Give")


def test_a_snippet_may_use_one_below_and_what_that_uses(page):
    read = page(
        "```{snippet} a\n:uses: b\n\nimport b\n```\n"
        "```{snippet} b\n:expect: used\n:uses: c\n\nimport c\n```\n"
        "```{snippet} c\n:expect: used\n\nx = 1\n```\n"
    )
    assert read.problems == ()
    assert [one.name for one in read.snippets[0].uses] == ["c", "b"]


def test_code_may_be_in_a_file(page, root):
    (root / "source" / "snippets" / "x.py").write_text("print(3)\n\n")
    (one,) = page("```{snippet} a\n:file: x.py\n```\n").snippets
    assert (one.code, one.file, one.source) == ("print(3)\n", "x.py", "x.py")


def test_pages_are_chosen_by_name(root):
    for name in ("one", "two"):
        (root / "source" / f"{name}.md").write_text("# P\n")
    assert [p.name for p in extract.chosen([], root)] == ["one.md", "two.md"]
    assert extract.chosen(["two"], root) == extract.chosen(["source/two.md"], root)
    with pytest.raises(PageError, match="three is not a page below source/"):
        extract.chosen(["three"], root)


def test_a_hash_without_lines_is_what_it_was_before_there_were_any(page):
    """Reports of blocks that did not change stay theirs."""
    read = page(
        "```{snippet} a\nx\n```\n```{output} a\n:build: ft\n\nF\n```\n```{output} a\nG\n```\n"
    )
    assert read.snippets[0].hash == "e36c2542e7de8f45"
