"""`python -m ftguide snippets`: exit codes, messages, and that a page with a fault runs nothing."""

import pytest

from ftguide.cli import main as front
from ftguide.cli import snippets

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
    assert "source/p.md:3 a on both builds: it prints, and the page" in capsys.readouterr().out
    assert call(root, *given, "--update", "--only", "p") == 0
    assert "updated source/p.md" in capsys.readouterr().out
    assert page.read_text() == f"{PAGE}\n```{{output}} a\nTrue\n```\n"
    gone = root / "source" / "snippets" / "report" / "gone.json"
    gone.write_text("{}")
    assert call(root, *given) == 0
    assert "1 as the pages say, 0 not. 1 with a checked output" in capsys.readouterr().out
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
