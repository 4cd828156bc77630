"""What `check` writes for other programs: valid, complete, and safe with other people's text in it."""

import io
import json
import re
from datetime import date
from xml.etree import ElementTree as ET

import pytest
from rich.console import Console

from ftguide.cli import check as verb
from ftguide.tracker.check.answer import Answer, Checked, Report
from ftguide.tracker.check.dependency import Dependency, Lack, Remark
from ftguide.tracker.derive.level_rules import Level
from ftguide.tracker.derive.model import Reason, ReasonKind
from ftguide.tracker.pages import answers, words

TODAY = date(2026, 11, 28)
HOSTILE = '</x>|`[a](javascript:b)\x1b[2J\x00 <script>&"'


def checked(name, answer, *reasons, where="requirements.txt, line 3", **more):
    dependency = Dependency(name=name, where=where)
    kept = reasons or (Reason(ReasonKind.NO_EVIDENCE),)
    return Checked(dependency=dependency, answer=answer, level=Level.UNKNOWN, reasons=kept, **more)


REPORT = Report(
    line="3.14t",
    platform="manylinux_x86_64",
    checked=(
        checked("bad", Answer.GIL_ON, Reason(ReasonKind.IMPORT_FAILED, HOSTILE, HOSTILE)),
        checked("lacking", Answer.NO_WHEEL, where="uv.lock, package[3] (lacking)"),
        checked("open", Answer.UNKNOWN),
        checked("fine", Answer.GIL_OFF, stale=True),
    ),
    remarks=(Remark(lack=Lack.GROUP, about=HOSTILE, count=2),),
    problems=("package odd: " + HOSTILE,),
)


def written(form):
    return answers.render(form, REPORT, TODAY, 2)


@pytest.mark.parametrize("form", answers.FORMATS)
def test_no_format_lets_a_character_through_that_steers_a_terminal(form):
    text = written(form)
    assert "\x1b" not in text
    assert "\x00" not in text
    assert text == written(form)
    for name in ("bad", "lacking", "open"):
        assert name in text


def test_markdown_is_a_table_whose_cells_stay_cells():
    lines = written("markdown").splitlines()
    rows = [line for line in lines if line.startswith("|")]
    assert len(rows) == 2 + 4
    assert all(row.replace("\\|", "").count("|") == 5 for row in rows)
    assert "<script>" not in written("markdown")
    assert "[a](javascript" not in written("markdown")
    assert "2 of 4" not in lines[0]
    assert "1 turns the GIL on" in lines[0]


def test_sarif_names_file_and_line_of_what_needs_a_look():
    run = json.loads(written("sarif"))["runs"][0]
    found = {
        one["message"]["text"].partition(":")[0]: (
            one["ruleId"],
            one["level"],
            one["locations"][0]["physicalLocation"],
        )
        for one in run["results"]
    }
    assert found == {
        "bad": (
            "turns-gil-on",
            "error",
            {"artifactLocation": {"uri": "requirements.txt"}, "region": {"startLine": 3}},
        ),
        "lacking": ("no-wheel", "error", {"artifactLocation": {"uri": "uv.lock"}}),
        "open": (
            "unknown",
            "note",
            {"artifactLocation": {"uri": "requirements.txt"}, "region": {"startLine": 3}},
        ),
    }
    rules = {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    assert {one["ruleId"] for one in run["results"]} <= rules
    assert run["invocations"][0]["exitCode"] == 2
    assert run["invocations"][0]["executionSuccessful"] is False


def test_junit_counts_what_it_lists():
    suite = ET.fromstring(written("junit"))  # noqa: S314 - we wrote it
    cases = suite.findall("testcase")
    assert [suite.get(key) for key in ("tests", "failures", "skipped", "errors")] == [
        *("5", "2", "1", "1")
    ]
    assert len(cases) == 5
    assert len(suite.findall("testcase/failure")) == 2
    assert len(suite.findall("testcase/skipped")) == 1
    assert len(suite.findall("testcase/error")) == 1


def test_json_says_what_was_left_out():
    data = json.loads(written("json"))
    assert data["left_out"][0]["kind"] == "group"
    assert data["counts"]["source-only"] == 0
    assert data["exit_code"] == 2


def test_many_modules_that_do_the_same_are_one_reason():
    reasons = [Reason(ReasonKind.MODULE_TURNS_GIL_ON, f"a.b{number}") for number in range(7)]
    assert answers.why(checked("a", Answer.GIL_ON, *reasons)) == (
        "a.b0 (and 6 more modules) turns the GIL on"
    )
    assert answers.why(checked("a", Answer.GIL_ON, *reasons[:1])) == "a.b0 turns the GIL on"


def test_a_pass_that_nobody_looked_at_does_not_look_like_one():
    report = Report(line="3.14t", platform="x", checked=(checked("a", Answer.UNKNOWN),))
    assert "nobody has probed 1 of 1: this is no all-clear" in list(answers.notes(report))
    fine = Report(line="3.14t", platform="x", checked=(checked("a", Answer.GIL_OFF),))
    assert list(answers.notes(fine)) == []


def test_reasons_that_are_sentences_are_joined_without_their_full_stops():
    level = Reason(ReasonKind.LEVEL, Level.GIL_OFF)
    one = checked("x", Answer.GIL_OFF, level, Reason(ReasonKind.NEWER_RELEASE, "2"))
    assert "turns it on; 2 is newer, and nobody has probed it" in answers.why(one)


@pytest.mark.parametrize("answer", list(Answer))
def test_a_screen_of_eighty_columns_breaks_no_word_of_a_sentence(answer):
    """A long file name may be cut, because nothing else can be done with it."""
    file = Reason(ReasonKind.FILE_FITS, f"a-{'1' * 90}-py3-none-any.whl")
    report = Report(
        line="3.14t",
        platform="manylinux_x86_64",
        checked=(checked("a-package-of-thirty-characters", answer, file, stale=True),),
        remarks=(Remark(lack=Lack.UNLOCKED, count=1), Remark(lack=Lack.NOT_CHOSEN, count=2)),
        skipped=tuple(Dependency(name=f"left-{n}", where="x") for n in range(20)),
    )
    shown = {}
    for terminal in (True, False):
        file = io.StringIO()
        console = Console(file=file, width=80, highlight=False, force_terminal=terminal)
        console.no_color = True
        verb.show(console, report, TODAY, advise=True)
        shown[terminal] = re.sub(r"\x1b\[[0-9;]*m", "", file.getvalue()).splitlines()
    assert max(map(len, shown[True])) <= 80
    assert words.answer(answer) in " ".join(shown[True])
    notes = [*answers.notes(report)]
    assert all(note in shown[False] for note in notes)  # whole lines for a pipe
    assert all(note in " ".join(map(str.strip, shown[True])) for note in notes)
