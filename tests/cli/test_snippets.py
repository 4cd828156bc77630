"""`python -m ftguide snippets`: exit codes, messages, and that a page with a fault runs nothing."""

import dataclasses

import pytest

from ftguide.cli import main as front
from ftguide.cli import snippets
from ftguide.guide.observe import execute
from ftguide.guide.observe.packages import Environments
from ftguide.interpreters.model import Pair

PAGE = "# P\n\n```{snippet} a\nimport sys\nprint(sys.maxsize > 0)\n```\n"


@pytest.fixture
def root(tmp_path):
    (tmp_path / "source" / "snippets").mkdir(parents=True)
    (tmp_path / "source" / "p.md").write_text(PAGE)
    return tmp_path


def call(root, *words):
    return front.main(["snippets", "--root", str(root), *words])


@pytest.mark.interpreters
def test_update_check_and_a_difference(root, capsys, pair):
    page = root / "source" / "p.md"
    given = ("--python", pair.gil.executable, "--python", pair.ft.executable)
    assert call(root, *given) == 1
    titles = f"{pair.version} and {pair.version}t"
    assert f"source/p.md:3 a on {titles}: it prints, and the page" in capsys.readouterr().out
    assert call(root, *given, "--update", "--only", "p") == 0
    assert "updated source/p.md" in capsys.readouterr().out
    assert page.read_text() == f"{PAGE}\n```{{output}} a\nTrue\n```\n"
    gone = root / "source" / "snippets" / "report" / "gone.json"
    gone.write_text("{}")
    assert call(root, *given) == 0
    out = capsys.readouterr().out
    assert "1 as the pages say, 0 not. 1 with a checked output" in out
    assert "3.14: 1 of 1 blocks as shown (100 %)\n" in out
    assert not gone.exists()
    page.write_text(page.read_text().replace("\nTrue\n", "\nFalse\n"))
    assert call(root, *given) == 1
    out = capsys.readouterr().out
    assert "-False" in out
    assert "+True" in out


@pytest.mark.parametrize(
    "case",
    [
        ((), "```{snippet} a\n:build-s: ft\n\nx\n```\n", "source/p.md:1: Unknown option key"),
        ((), "```{snippet} a\nx\n```\n```{snippet} a\nx\n```\n", "also the name of the snippet"),
        (("--only", "nowhere"), "# P\n", "nowhere is not a page below source/"),
        (("--name", "b"), PAGE, "No snippet of these pages is called b."),
        (("--jobs", "0"), PAGE, "--jobs 0 is not a number of at least 1."),
        (("--line", "3.14t"), PAGE, "'3.14t' is not a line of releases; give one such as 3.14."),
        (("--line", "3.12"), PAGE, "Python 3.12 has no free-threaded build"),
        (("--line", "3.14", "--python", "x"), PAGE, "--python names the interpreters"),
    ],
)
def test_what_cannot_be_understood_runs_nothing(root, monkeypatch, capsys, case):
    words, text, message = case

    def provide(*_args, **_kwargs):
        raise AssertionError("looked for an interpreter")

    monkeypatch.setattr(snippets.providing, "provide", provide)
    (root / "source" / "p.md").write_text(text)
    assert call(root, *words) == 2
    assert message in capsys.readouterr().err
    assert not (root / "source" / "snippets" / "report").exists()


def test_an_undecodable_page_is_named(root, capsys):
    (root / "source" / "p.md").write_bytes(b"# P\n\xe9\n")
    assert call(root) == 2
    assert "p.md:2: byte 0xe9 is not UTF-8. Save the page as UTF-8." in capsys.readouterr().err


@pytest.mark.interpreters
def test_a_package_that_is_not_locked_is_named(root, capsys, pair):
    (root / "source" / "p.md").write_text("```{snippet} a\n:needs: left-pad\n\nx\n```\n")
    assert call(root, "--python", pair.gil.executable, "--python", pair.ft.executable) == 2
    error = capsys.readouterr().err
    assert "source/p.md:1: left-pad is not in source/snippets/requirements.txt. Add it" in error


@pytest.fixture
def installed(monkeypatch, pair):
    """Have the pair stand for those lines that a test says are installed; what is asked for is kept."""
    lines = ["3.14"]
    asked = []

    def as_line(line):
        both = (
            dataclasses.replace(one, facts=dataclasses.replace(one.facts, version=f"{line}.0"))
            for one in (pair.gil, pair.ft)
        )
        return Pair(**dict(zip(("gil", "ft"), both, strict=True)))

    def provide(line, **_options):
        asked.append(line)
        return as_line(line)

    def find(line, **_options):
        return [one for one in as_line(line).builds.values() if line in lines]

    monkeypatch.setattr(snippets.providing, "provide", provide)
    monkeypatch.setattr(snippets.providing, "find", find)
    return lines, asked


@pytest.mark.interpreters
def test_every_line_at_hand_runs_and_what_is_not_is_named_and_not_made(root, capsys, installed):
    lines, asked = installed
    lines.append("3.15")
    (root / "source" / "p.md").write_text(
        PAGE
        + "```{snippet} late\n:since: 3.15\n\nx = 1\n```\n"
        + "```{snippet} early\n:until: 3.13\n\nx = 1\n```\n"
    )
    assert call(root, "--update") == 0
    out = " ".join(capsys.readouterr().out.split())
    assert asked == ["3.14"]
    assert "no pair of 3.13 is installed: nothing runs on it" in out
    assert "3.14: 1 of 3 blocks as shown (33 %); 2 are for other lines 3.15: 2 of 3 blocks" in out


@pytest.mark.interpreters
def test_a_failure_on_another_line_fails_the_session(root, capsys, installed):
    lines, _ = installed
    lines.append("3.15")
    text = "```{snippet} a\nx = 1\n```\n\n```{output} a\n:line: 3.15\n\nlate\n```\n"
    (root / "source" / "p.md").write_text(text)
    assert call(root) == 1
    out = capsys.readouterr().out
    assert "source/p.md:1 a on 3.15.0 and 3.15.0t: it printed something else" in out
    assert "3.14: 1 of 1 blocks as shown (100 %)\n" in out
    assert "3.15: 0 of 1 blocks as shown (0 %); 1 not\n" in out
    assert call(root, "--line", "3.14") == 0
    assert "3.15:" not in capsys.readouterr().out


@pytest.mark.interpreters
def test_a_line_that_is_asked_for_and_not_there_is_refused(root, capsys, installed):
    assert call(root, "--line", "3.15") == 2
    error = capsys.readouterr().err
    assert "no pair of 3.15 is installed. Put both builds on PATH, or make them: python -m" in error
    assert installed[1] == []


@pytest.mark.interpreters
def test_blocks_that_lack_a_package_are_counted_apart(root, capsys, installed, monkeypatch):
    lines, _ = installed
    lines.append("3.13")
    (root / "source" / "p.md").write_text("```{snippet} a\n:needs: hypothesis\n\nx = 1\n```\n")
    monkeypatch.setattr(Environments, "prepare", lambda *_: None)
    monkeypatch.setattr(
        Environments,
        "targets",
        lambda self, _: {build: execute.target(one) for build, one in self._interpreters.items()},
    )
    monkeypatch.setattr(
        Environments,
        "lacking",
        lambda self, snippet, build: (
            snippet.packages if self._interpreters[build].facts.version == "3.13.0" else ()
        ),
    )
    assert call(root) == 0
    out = capsys.readouterr().out
    assert "3.13: 0 of 1 blocks as shown (0 %); 1 lack hypothesis on one build or both\n" in out
    assert "3.14: 1 of 1 blocks as shown (100 %)\n" in out


CHANCE = """# P

```{snippet} a
import os, pathlib, signal
mark = pathlib.Path(MARK)
first = not mark.exists()
mark.touch()
if first:
    FIRST
print("met")
```

```{output} a
met
```
"""


@pytest.mark.interpreters
@pytest.mark.parametrize(
    ("first", "status", "said"),
    [
        ("print('missed')", 0, "only in the second of two runs as the page says"),
        ("os.kill(os.getpid(), signal.SIGSEGV)", 1, "SIGSEGV"),
    ],
)
def test_what_misses_by_chance_is_run_again_and_said(root, capsys, pair, first, status, said):
    text = CHANCE.replace("MARK", repr(str(root / "mark"))).replace("FIRST", first)
    (root / "source" / "p.md").write_text(text)
    given = ("--python", pair.gil.executable, "--python", pair.ft.executable)
    assert call(root, *given) == status
    out = " ".join(capsys.readouterr().out.split())
    assert said in out
    assert ("1 as the pages say, 0 not" in out) is (status == 0)
