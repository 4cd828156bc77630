"""From pages to verdicts, reports and updated pages, on the Python of the tests and on the real pair."""

import datetime as dt

import pytest

from ftguide.ground.vocabulary import Build
from ftguide.guide.declare import extract
from ftguide.guide.observe import execute, run
from ftguide.guide.observe.packages import Environments
from ftguide.guide.observe.run import Line
from ftguide.guide.record import report
from ftguide.interpreters.model import InterpreterError

HERE = "3.14"  # what the fixture says of the Python of the tests
TODAY = dt.date(2026, 11, 24)

TEXT = """\
# P

```{snippet} fine
print("a")
```

```{output} fine
a
```

```{snippet} wrong
print("b")
```

```{output} wrong
c
```

```{snippet} skipped
:not-run: needs a machine from Mars

print("c")
```
"""


@pytest.fixture
def lines(root, targets):
    return [Line(name=HERE, targets=targets, environments=Environments({}, root))]


@pytest.fixture
def other(root, targets):
    """The same interpreters under the name of a later line."""
    late = {
        build: execute.Target(build=build, version="3.15.0rc2", executable=t.executable, places=())
        for build, t in targets.items()
    }
    return Line(name="3.15", targets=late, environments=Environments({}, root))


def ran(pages, lines, *names, jobs=2):
    return run.run(pages, lines, names=frozenset(names), jobs=jobs)


def judged(results, page):
    """Return the verdicts of a page's snippets that ran, by name."""
    verdicts = {one.name: results.verdicts(one) for one in page.snippets}
    return {name: some for name, some in verdicts.items() if some}


def test_verdicts_by_page_and_name(page, lines):
    one = page(TEXT)
    found = judged(ran([one], lines), one)
    assert {name: [one.passed for one in two] for name, two in found.items()} == {
        "fine": [True, True],
        "wrong": [False, False],
    }
    assert [one.build for one in found["fine"]] == list(Build)


def test_only_the_names_asked_for(page, lines):
    one = page(TEXT)
    assert list(judged(ran([one], lines, "fine"), one)) == ["fine"]


def test_update_then_check_then_edit(page, lines, root):
    one = page(TEXT)
    results = ran([one], lines)
    one = run.write_outputs(one, results, root)
    assert all(v.passed for two in judged(results, one).values() for v in two)
    assert "```{output} wrong\nb\n```" in one.path.read_text()
    run.write_report(one, results, root, today=TODAY, refresh=True)
    path = report.path_of(one.name, root)
    kept = report.read(path).blocks
    assert {block.name for block in kept.values()} == {"fine", "wrong"}

    later = TODAY + dt.timedelta(days=9)
    run.write_report(one, ran([one], lines), root, today=later, refresh=False)
    assert report.read(path).blocks == kept  # a check leaves no trace

    edited = page(one.path.read_text().replace('print("a")', 'print("a" * 1)'))
    keys = {snippet.hash for snippet in edited.snippets}
    assert len(keys & set(kept)) == 1  # only the block that was not edited is still known
    run.write_report(edited, ran([edited], lines, "wrong"), root, today=later, refresh=False)
    assert {block.name for block in report.read(path).blocks.values()} == {"wrong"}


def test_what_did_not_run_keeps_its_entry(page, lines, root):
    one = page(TEXT)
    run.write_report(one, ran([one], lines), root, today=TODAY, refresh=False)
    before = report.read(report.path_of(one.name, root)).blocks
    run.write_report(one, ran([one], lines, "fine"), root, today=TODAY, refresh=False)
    assert report.read(report.path_of(one.name, root)).blocks == before


def test_a_race_is_counted(page, lines, root):
    text = (
        "```{snippet} r\n:race: wrong-result\n:runs: 4\n\nimport os, pathlib\n"
        "assert os.getpid() < 0\n```\n"
    )
    one = page(text)
    results = ran([one], lines)
    run.write_report(one, results, root, today=TODAY, refresh=False)
    (block,) = report.read(report.path_of(one.name, root)).blocks.values()
    assert [(r.endings, r.runs, r.passed) for r in block.results] == [
        ({"wrong-result": 4}, 4, True)
    ] * 2


def test_a_race_that_was_not_seen_is_tried_again(page, lines, tmp_path):
    """Two runs of each build pass; the fifth run of all, the third free-threaded one, loses its race."""
    log = tmp_path / "runs"
    text = (
        "```{snippet} r\n:race: wrong-result\n:runs: 2\n\nimport pathlib\n"
        f"log = pathlib.Path({str(log)!r})\n"
        "log.open('a').write('x')\nassert len(log.read_text()) < 5\n```\n"
    )
    one = page(text)
    verdicts = {v.build: v for v in judged(ran([one], lines), one)["r"]}
    assert verdicts[Build.FREE_THREADED].endings == (("passed", 2), ("wrong-result", 1))
    assert verdicts[Build.FREE_THREADED].passed


def test_a_race_that_is_never_seen_fails_with_all_its_runs(page, lines, monkeypatch):
    monkeypatch.setattr(run, "PATIENCE", 3)
    one = page("```{snippet} r\n:race: wrong-result\n:runs: 2\n\npass\n```\n")
    verdicts = {v.build: v for v in judged(ran([one], lines), one)["r"]}
    assert verdicts[Build.FREE_THREADED].runs == 2 * run.PATIENCE
    assert verdicts[Build.GIL].runs == 2
    assert f"its {2 * run.PATIENCE} runs ended so" in verdicts[Build.FREE_THREADED].problem


def test_a_race_that_shows_always_with_the_gil_is_tried_again_there(page, lines, monkeypatch):
    monkeypatch.setattr(run, "PATIENCE", 3)
    one = page("```{snippet} r\n:race: wrong-result\n:gil: always\n:runs: 2\n\npass\n```\n")
    verdicts = judged(ran([one], lines), one)["r"]
    assert [verdict.runs for verdict in verdicts] == [6, 6]
    assert not any(verdict.passed for verdict in verdicts)


def test_a_declared_crash_is_counted_and_an_undeclared_one_fails(page, lines, root):
    code = "import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)"
    text = (
        f"```{{snippet}} r\n:expect: exit\n:crash: gh-120321 on {HERE}t\n:runs: 2\n\n{code}\n```\n"
    )
    one = page(text)
    results = ran([one], lines)
    verdicts = {v.build: v for v in judged(results, one)["r"]}
    assert verdicts[Build.FREE_THREADED].problem is None
    assert verdicts[Build.FREE_THREADED].endings == (("SIGSEGV", 2),)
    assert "was killed by SIGSEGV, not 0. A crash is a fault" in verdicts[Build.GIL].problem


def test_a_process_says_which_exception_ended_it(page, lines, root):
    text = "```{snippet} r\n:race: ValueError\n:runs: 2\n\nraise ValueError('x')\n```\n"
    one = page(text)
    (found, _) = judged(ran([one], lines), one)["r"]
    assert (found.problem, found.endings) == (None, (("ValueError", 2),))


def test_another_line_is_judged_as_the_first_one(page, lines, root, targets, other):
    one = page(TEXT)
    results = ran([one], [*lines, other])
    found = judged(results, one)
    assert [v.title for v in found["fine"]] == ["3.14.7", "3.14.7t", "3.15.0rc2", "3.15.0rc2t"]
    assert [v.passed for v in found["wrong"]] == [False] * 4
    run.write_report(one, results, root, today=TODAY, refresh=False)
    blocks = report.read(report.path_of(one.name, root)).blocks.values()
    assert all(len(block.results) == 4 for block in blocks)


@pytest.mark.parametrize(
    ("option", "titles"),
    [
        (":since: 3.15", ["3.15.0rc2", "3.15.0rc2t"]),
        (":until: 3.14", ["3.14.7", "3.14.7t"]),
        (":until: 3.13", []),
    ],
)
def test_a_snippet_runs_on_its_lines_only(page, lines, other, option, titles):
    one = page(f"```{{snippet}} a\n{option}\n\nx = 1\n```\n")
    assert [v.title for v in judged(ran([one], [*lines, other]), one).get("a", ())] == titles


def test_the_outputs_of_all_lines_are_written_in_the_first_pass(page, lines, root, other, tmp_path):
    """A marker that the first runs leave makes the later line print something else."""
    late = tmp_path / "late"
    late.write_text("#!/bin/sh\nLATE=1 exec " + lines[0].targets[Build.GIL].executable + ' "$@"\n')
    late.chmod(0o755)
    other.targets = {
        build: execute.Target(build=build, version="3.15.0rc2", executable=str(late), places=())
        for build in Build
    }
    one = page("```{snippet} a\nimport os\nprint('late' if 'LATE' in os.environ else 'now')\n```\n")
    results = ran([one], [*lines, other])
    one = run.write_outputs(one, results, root)
    assert [(output.lines, output.build, output.text) for output in one.snippets[0].outputs] == [
        ((), None, "now"),
        (("3.15",), None, "late"),
    ]
    assert all(v.passed for v in judged(results, one)["a"])
    run.write_report(one, results, root, today=TODAY, refresh=True)
    (block,) = report.read(report.path_of(one.name, root)).blocks.values()
    assert [result.passed for result in block.results] == [True] * 4
    assert run.write_outputs(one, results, root) is one


def test_a_race_is_tried_again_on_its_own_line_only(page, lines, other, monkeypatch):
    monkeypatch.setattr(run, "PATIENCE", 3)
    one = page("```{snippet} r\n:race: wrong-result\n:runs: 2\n\npass\n```\n")
    verdicts = {v.title: v for v in judged(ran([one], [*lines, other]), one)["r"]}
    assert verdicts["3.14.7t"].runs == 2 * run.PATIENCE
    assert verdicts["3.15.0rc2t"].runs == 2
    assert {title: v.passed for title, v in verdicts.items()} == {
        "3.14.7": True,
        "3.14.7t": False,
        "3.15.0rc2": True,
        "3.15.0rc2t": True,
    }


class Nothing(Environments):
    """An index that has a package for no interpreter."""

    def prepare(self, snippet):
        raise InterpreterError("hypothesis has no build for it")


class Everything(Environments):
    """Interpreters that have every package."""

    def prepare(self, snippet):
        pass

    def targets(self, _snippet):
        return self.here


def test_a_line_that_cannot_have_packages_goes_without_the_snippets_that_need_them(
    page, root, targets, other
):
    one = page("```{snippet} t\n:needs: hypothesis\n\nx = 1\n```\n" + TEXT)
    good, bad = Everything({}, root), Nothing({}, root)
    good.here = targets
    required, late = (
        Line(name=name, targets=other.targets, environments=which)
        for name, which in (("3.14", good), ("3.15", bad))
    )
    required.targets = targets
    said = []
    results = run.run([one], [required, late], names=frozenset(), jobs=2, say=said.append)
    counts = {name: len(verdicts) for name, verdicts in judged(results, one).items()}
    assert counts == {"t": 2, "fine": 4, "wrong": 4}
    (line,) = said
    assert line.startswith("snippets that need packages do not run on 3.15: ")
    lacks = results.lacking["source/page.md", "t"]
    assert lacks == {"3.15.0rc2": ("hypothesis",), "3.15.0rc2t": ("hypothesis",)}
    with pytest.raises(InterpreterError, match="hypothesis has no build"):
        ran([one], [Line(name=HERE, targets=targets, environments=bad)])


class AllButOne(Everything):
    """An index without a wheel of hypothesis for one build."""

    def lacking(self, snippet, build):
        return snippet.packages if build is Build.FREE_THREADED else ()


def test_a_build_that_lacks_a_package_is_named_and_no_failure(page, root, lines, other):
    one = page("```{snippet} t\n:needs: hypothesis\n\nx = 1\n```\n")
    lines[0].environments, other.environments = Everything({}, root), AllButOne({}, root)
    lines[0].environments.here, other.environments.here = lines[0].targets, other.targets
    results = ran([one], [*lines, other])
    assert {v.title: v.passed for v in judged(results, one)["t"]} == {
        "3.14.7": True,
        "3.14.7t": True,
        "3.15.0rc2": True,
    }
    run.write_report(one, results, root, today=TODAY, refresh=False)
    (block,) = report.read(report.path_of(one.name, root)).blocks.values()
    assert block.lacking == {"3.15.0rc2t": ("hypothesis",)}
    with pytest.raises(InterpreterError, match=r"hypothesis has no wheel for 3\.14, where this"):
        short = AllButOne({}, root)
        ran([one], [Line(name=HERE, targets=lines[0].targets, environments=short)])


def test_a_session_that_names_both_builds_counts_for_both(page, lines):
    text = "```{snippet} s\n:lang: console\n\n$ python3.14 -c 1\n$ python3.14t -c 1\n```\n"
    one = page(text)
    assert {v.build for v in judged(ran([one], lines), one)["s"]} == set(Build)


@pytest.mark.interpreters
def test_the_real_pair_tells_its_builds_apart(page, root, pair):
    interpreters = {Build.GIL: pair.gil, Build.FREE_THREADED: pair.ft}
    line = Line(
        name=HERE,
        targets={build: execute.target(one) for build, one in interpreters.items()},
        environments=Environments(interpreters, root),
    )
    text = (
        "```{snippet} a\nimport sys, threading\nprint(sys._is_gil_enabled())\n"
        "print(threading.__file__)\nprint(sys.executable)\n```\n\n"
        '```{snippet} s\n:lang: console\n\n$ python3.14t -VV\n$ python3.14t -X gil=1 -c "import '
        'sys; print(sys._is_gil_enabled())"\n$ python3.14t missing.py\n$ echo $?\n```\n'
    )
    one = page(text)
    results = ran([one], [line])
    one = run.write_outputs(one, results, root)
    assert all(v.passed for two in judged(results, one).values() for v in two)
    gil, ft = (one.snippets[0].output_for(build, HERE).text for build in Build)
    assert gil.splitlines()[:2] == ["True", "<stdlib>/threading.py"]
    assert ft.splitlines() == ["False", "<stdlib>/threading.py", "python3.14t"]
    assert one.snippets[1].code.splitlines()[1:] == [
        f"Python {pair.version} free-threading build (main, <date>) [<compiler>]",
        '$ python3.14t -X gil=1 -c "import sys; print(sys._is_gil_enabled())"',
        "True",
        "$ python3.14t missing.py",
        "python3.14t: can't open file 'missing.py': [Errno 2] No such file or directory",
        "$ echo $?",
        "2",
    ]
    assert extract.extract(one.path, root) == one
