"""All rules together, from the command line: positions, exit codes."""

import pytest

from ftguide.cli import main as front

GOOD = "---\nchecked: 2026-11-23\nchecked_with: 3.14.7\n---\n\n# P\n\nFine.\n"


@pytest.fixture
def root(tmp_path):
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "p.md").write_text(GOOD)
    return tmp_path


def call(root, *words):
    return front.main(["lint", "--root", str(root), "--today", "2026-11-24", *words])


def test_nothing_to_change(root, capsys):
    assert call(root) == 0
    assert capsys.readouterr().out == "1 pages, 0 findings\n"


def test_findings_name_file_line_value_and_fix(root, capsys):
    (root / "source" / "p.md").write_text(f"{GOOD}\nIt is thread-safe.\n\n[x](nowhere.md)\n")
    (root / "README.md").write_text("[x](nowhere.md)\n")
    assert call(root) == 1
    first, second, third, last = capsys.readouterr().out.splitlines()
    assert first.startswith("README.md:1: nowhere.md leads to no file. Correct the path. [link]")
    assert second.startswith("source/p.md:10: 'thread-safe'. Name the operation")
    assert third.startswith("source/p.md:12: nowhere.md leads to no file.")
    assert last == "1 pages, 3 findings"


def test_no_line_number_is_drawn_as_a_picture(root, capsys):
    filler = "\n" * (99 - GOOD.count("\n"))
    (root / "source" / "p.md").write_text(f"{GOOD}{filler}It is thread-safe.\n")
    assert call(root) == 1
    assert capsys.readouterr().out.startswith("source/p.md:100: 'thread-safe'")


def test_claims_are_looked_at_on_the_pages_that_people_write(root, capsys):
    snippet = "```{snippet} s\n:lang: sh\n:not-run: it needs a network\n:source: https://example.com\n\nx\n```"
    marked = "% claim: source/p.md:2\nIt never ends.\n\n% claim: #snippet-s\nIt never ends."
    excepted = "% lint: claim, this is no way out\nIt never ends."
    page = f"{GOOD}\n{marked}\n\n{excepted}\n\nx\n\n{snippet}\n"
    (root / "source" / "p.md").write_text(page)
    (root / "source" / "benchmarks" / "runs").mkdir(parents=True)
    (root / "source" / "benchmarks" / "runs" / "r.md").write_text(f"{GOOD}\nIt never ends.\n")
    (root / "README.md").write_text("It never ends.\n")
    assert call(root) == 1
    first, second, third, _ = capsys.readouterr().out.splitlines()
    assert first.startswith("source/p.md:13: '#snippet-s' is no snippet that runs.")
    assert second.startswith("source/p.md:16: 'claim' is not a rule.")
    assert third.startswith("source/p.md:17: 'never': \"It never ends.\" has nothing")


def test_only_the_pages_asked_for(root, capsys):
    (root / "source" / "q.md").write_text("# Q\n\nIt is thread-safe.\n")
    assert call(root, "p") == 0
    assert call(root, "q.md") == 1
    assert call(root, "none") == 2
    assert "none is not a page below source/" in capsys.readouterr().err


def test_stale_pages_fail_only_when_asked(root):
    assert call(root, "--today", "2027-11-24") == 0
    assert call(root, "--today", "2027-11-24", "--stale") == 1
    assert call(root, "--today", "tomorrow") == 2


def test_a_broken_report_is_an_error(root, capsys):
    folder = root / "source" / "snippets" / "report"
    folder.mkdir(parents=True)
    (folder / "p.json").write_text("{")
    assert call(root) == 2
    assert "p.json: " in capsys.readouterr().err
