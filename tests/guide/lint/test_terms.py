"""The table of the vocabulary is read strictly, and its phrases are found where people say them."""

import pytest

from ftguide.cli import main as front
from ftguide.ground.files import ROOT
from ftguide.guide.declare.finding import PageError
from ftguide.guide.lint import page, terms, words
from ftguide.guide.lint.pages import EXCEPTABLE

HEAD = "# C\n\n## Vocabulary\n\nText.\n\n| Term | Meaning | Instead of |\n|---|---|---|\n"
TABLE = (
    f"{HEAD}| fix | correct | `mend/mends/mended` |\n| return | pass on | `hand/handed out`, `for ever` |\n"
    "| arm | a build in a mode | \N{EM DASH} |\n\n## Next\n\n| a | b |\n|---|---|\n"
)
RULES = terms.rules(terms.parse(TABLE))


def findings(text: str) -> list[tuple[int, str, str]]:
    one = page.parse("source/p.md", f"# P\n\n{text}\n")
    found = [*terms.check(one, RULES), *words.check_markers(one, EXCEPTABLE)]
    return [(one.line, one.rule, one.message) for one in found]


def test_the_table_is_read():
    fix, give, arm = terms.parse(TABLE)
    assert (fix.name, fix.meaning, fix.line) == ("fix", "correct", 9)
    assert give.avoid == ("hand/handed out", "for ever")
    assert arm.avoid == ()
    assert terms.forms("hand/handed out") == ["hand out", "handed out"]


@pytest.mark.parametrize(
    ("text", "place", "problem"),
    [
        ("# C\n", "CONTRIBUTING.md: ", "no section '## Vocabulary'"),
        ("## Vocabulary\n\n## Next\n\n| a |\n", "CONTRIBUTING.md:1: ", "the section has no table"),
        (
            HEAD.replace("Meaning", "Sense") + "| a | b | `c` |\n",
            ":7: ",
            "has to begin with '| Term |",
        ),
        (HEAD.replace("|---|---|---|\n", "| a | b | `c` |\n"), ":8: ", "the line below the header"),
        (HEAD, ":8: ", "the table has no row"),
        (f"{HEAD}| a | b |\n", ":9: ", "is no row of three cells"),
        (f"{HEAD}| a | b | `c` | d |\n", ":9: ", "is no row of three cells"),
        (f"{HEAD}| a | b | `c`\n", ":9: ", "is no row of three cells"),
        (f"{HEAD}|  | b | `c` |\n", ":9: ", "the cell below 'Term' is empty"),
        (f"{HEAD}| a |  | `c` |\n", ":9: ", "the cell below 'Meaning' is empty"),
        (f"{HEAD}| a | b |  |\n", ":9: ", "'' is no list of phrases"),
        (f"{HEAD}| a | b | c |\n", ":9: ", "'c' is no list of phrases"),
        (f"{HEAD}| a | b | `c` `d` |\n", ":9: ", "is no list of phrases"),
        (f"{HEAD}| a | b | `c  d` |\n", ":9: ", "'c  d' is no phrase"),
        (f"{HEAD}| a | b | `(c|d)` |\n", ":9: ", "is no row of three cells"),
        (f"{HEAD}| a | b | `c/` |\n", ":9: ", "'c/' is no phrase"),
        (f"{HEAD}| a | b | `c` |\n| A | b | `d` |\n", ":10: ", "'A' stands in line 9, too"),
        (
            f"{HEAD}| a | b | `c` |\n| e | b | `x/C` |\n",
            ":10: ",
            "'C' is replaced in line 9 already",
        ),
        (f"{HEAD}| a | b | `e` |\n| e | b | `c` |\n", ":9: ", "'e' is a term itself, in line 10"),
        (f"{HEAD}| a | b | `c` |\n\n| e | b | `d` |\n", ":11: ", "a row outside of the table"),
    ],
)
def test_a_malformed_table_is_an_error_with_its_line(text, place, problem):
    with pytest.raises(PageError) as raised:
        terms.parse(text)
    assert place in str(raised.value)
    assert problem in str(raised.value)


@pytest.mark.parametrize(
    ("text", "line", "phrase", "term"),
    [
        ("It was mended.", 3, "mended", "fix"),
        ("Mend it.", 3, "Mend", "fix"),
        ("One\nis *handed* out twice.", 4, "handed out", "return"),
        ("It is handed\nout twice.", 3, "handed out", "return"),
        ("It stays for\never here.", 3, "for ever", "return"),
        ("| a |\n|---|\n| for ever |", 5, "for ever", "return"),
        ("## It is mended", 3, "mended", "fix"),
        (":::{note} Mended it\nx\n:::", 3, "Mended", "fix"),
        ('He said "no" and mended it.', 3, "mended", "fix"),
    ],
)
def test_found(text, line, phrase, term):
    ((at, rule, message),) = findings(text)
    assert (at, rule) == (line, "vocabulary")
    assert message.startswith(
        f"{phrase!r}. Write {term!r}, as the vocabulary in CONTRIBUTING.md has it"
    )


@pytest.mark.parametrize(
    "text",
    [
        "The call `mend()` and {outcome:ref}`mend`.",
        "```text\nmended for ever\n```",
        "% mended in a comment",
        "See [How it was mended](https://example.com/x).",
        'It says "mended for\never" there, and \u201cmended\u201d here.',
        "He recommends amendments, to-mend and mend-able things, and what is commended.",
        "The hand is out. A handout, forever, for everyone.",
        "It is in hand.\n\nOut it goes.",
        "- a hand\n- out",
    ],
)
def test_left_alone(text):
    assert findings(text) == []


def test_a_marked_exception_is_used_and_an_unused_one_is_a_finding():
    marker = "% lint: vocabulary, the name of a film"
    assert findings(f"{marker}\nIt is mended.") == []
    assert [(line, rule) for line, rule, _ in findings(f"{marker}\nIt is fixed.")] == [
        (3, "exception")
    ]


def test_the_table_of_this_repository_is_well_formed_and_needed():
    known = terms.parse((ROOT / terms.FILE).read_text(encoding="utf-8"))
    names = {term.name for term in known}
    assert {"free-threaded build", "GIL-enabled build", "worker", "arm", "lap", "grade"} <= names
    for term in known:
        for phrase in (one for written in term.avoid for one in terms.forms(written)):
            one = page.parse("source/p.md", f"# P\n\nThis is {phrase} now.\n")
            (finding,) = terms.check(one, terms.rules(known))
            assert repr(term.name) in finding.message


def test_the_command_reads_the_table_and_looks_at_pages_and_guides_for_contributors(
    tmp_path, capsys
):
    front_matter = "---\nchecked: 2026-11-23\nchecked_with: 3.14.7\n---\n\n"
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "p.md").write_text(f"{front_matter}# P\n\nIt is mended.\n")
    (tmp_path / "CONTRIBUTING.md").write_text(f"{TABLE}\nWe mended it.\n")
    (tmp_path / "CHANGELOG.md").write_text("It was mended, which is history.\n")
    call = ["lint", "--root", str(tmp_path), "--today", "2026-11-24"]
    assert front.main(call) == 1
    first, second, last = capsys.readouterr().out.splitlines()
    assert first.startswith("CONTRIBUTING.md:18: 'mended'. Write 'fix'")
    assert second.startswith("source/p.md:8: 'mended'. Write 'fix'")
    assert last == "1 pages, 2 findings"
    (tmp_path / "CONTRIBUTING.md").write_text(TABLE.replace("| correct |", "|"))
    assert front.main(call) == 2
    assert "CONTRIBUTING.md:9: '| fix | `mend/mends/mended` |' is no row" in capsys.readouterr().err
