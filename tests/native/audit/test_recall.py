"""The script that measures recall and noise, on the races the audit once missed and on pairs of its own."""

import json
from pathlib import Path

import pytest

from tests import audit_recall

DATA = Path(__file__).with_name("data")
FIXED = (
    "static PyMutex lock;\nstatic int hits;\nint f(void) {\n    PyMutex_Lock(&lock);\n    hits++;\n"
    "    PyMutex_Unlock(&lock);\n    return 0;\n}\n"
)
RACE = "static int hits;\nint f(void) {\n    hits++;\n    return 0;\n}\n"


def run(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    code = audit_recall.main([*map(str, words)])
    out = capsys.readouterr()
    return code, out.out, out.err


def test_everything_once_missed_is_found_and_nothing_else(capsys):
    code, out, _ = run(capsys, DATA / "pairs.txt")
    assert code == 0
    assert "recall in all: 24 of 24 (100 %)" in out
    assert "noise: 0 findings in 0 of 5 files in which nothing is wrong" in out


@pytest.mark.parametrize(
    ("name", "line", "rule"),
    [
        ("m01_lazy_field.c", 9, "lazy-field"),
        ("m02_escaped_new_container.c", 16, "borrowed-reference"),
        ("m03_check_then_free.pyx", 12, "lazy-field"),
        ("m04_lazy_attribute.pyx", 10, "lazy-field"),
        ("m05_odd_one_out.pyx", 24, "odd-one-out"),
        ("m06_own_lock_left.c", 15, "lock-left-held"),
        ("m07_private_layout.c", 8, "private-layout"),
        ("m08_bytearray_buffer.c", 6, "bytearray-storage"),
        ("m09_bytearray_slice.rs", 8, "bytearray-storage"),
        ("m10_lazy_binding.cpp", 8, "lazy-binding"),
        ("m11_mutable_member.cpp", 16, "mutable-member"),
        ("m23_yield_in_section.pyx", 12, "yield-in-section"),
        ("m26_static_struct_and_hook.c", 3, "static-object"),
        ("m26_static_struct_and_hook.c", 4, "static-state"),
        ("m26_static_struct_and_hook.c", 5, "static-state"),
        ("m27_python_globals.pyx", 3, "static-object"),
        ("m27_python_globals.pyx", 4, "static-object"),
    ],
)
def test_each_race_is_found_on_its_line(name, line, rule):
    report = audit_recall.audit(DATA / "missed" / name)
    assert (line, rule) in {(one.line, one.rule.id) for one in report.findings}


@pytest.mark.parametrize(
    ("name", "line", "rule"),
    [
        ("users.c", 16, "owner-count"),
        ("position.c", 8, "iterator-position"),
        ("contains.c", 4, "asked-then-changed"),
        ("grow.pyx", 11, "moving-storage"),
        ("queue.pyx", 6, "asked-then-changed"),
        ("batch.cpp", 7, "changed-while-released"),
        ("order.c", 14, "early-mark"),
        ("typedict.c", 4, "type-changed"),
        ("get.pyx", 9, "dict-get"),
        ("unlink.c", 17, "linked-list"),
    ],
)
def test_each_race_is_found_before_its_fix_only(name, line, rule):
    stem, _, ending = name.partition(".")
    before, after = (
        {
            (one.line, one.rule.id)
            for one in audit_recall.audit(DATA / "fixed" / f"{stem}_{when}.{ending}").findings
        }
        for when in ("before", "after")
    )
    assert (line, rule) in before
    assert rule not in {found for _, found in after}


def pairs(folder: Path, *lines: str) -> Path:
    (folder / "before.c").write_text(RACE)
    (folder / "after.c").write_text(FIXED)
    (folder / "pairs.txt").write_text("\n".join(lines) + "\n")
    return folder / "pairs.txt"


def test_a_fix_is_compared_with_what_was_there(tmp_path, capsys):
    code, out, _ = run(capsys, pairs(tmp_path, "# a comment", "", "before.c\tafter.c"))
    assert code == 0
    assert "recall C: 1 of 1 (100 %)" in out
    assert "0 to fix and 1 to look at in 9 lines after the fixes" in out
    assert "0.00 and 111.11 per 1,000; 1 hits told still" in out


def test_lines_can_be_given_and_how_far_a_finding_reaches(tmp_path, capsys):
    (tmp_path / "long.c").write_text(
        "static int hits;\n" + "\n" * 30 + "int f(void) {\n    hits++;\n    other();\n}\n"
    )
    listed = pairs(tmp_path, "long.c:2-3 -", "long.c:12 -", "long.c:33,90 -")
    _, out, _ = run(capsys, listed, "--json")
    # The last one is named: "written in line 33".
    assert [one["verdict"] for one in json.loads(out)] == ["hit", "missed", "hit"]
    _, out, _ = run(capsys, listed, "--json", "--within", 0)
    assert [one["verdict"] for one in json.loads(out)] == ["missed", "missed", "hit"]


def test_a_finding_elsewhere_in_the_function_is_near(tmp_path, capsys):
    body = "\n" * 20
    (tmp_path / "far.c").write_text(
        f"int f(PyObject *l) {{\n    x = PyList_GetItem(l, 0);{body}    y = 1;\n}}\n"
    )
    _, out, _ = run(capsys, pairs(tmp_path, "far.c:22 -"), "--json")
    assert [one["verdict"] for one in json.loads(out)] == ["near"]


def test_a_file_in_which_nothing_is_wrong_can_be_noisy(tmp_path, capsys):
    _, out, _ = run(capsys, pairs(tmp_path, "- before.c", "- after.c"))
    assert "noise   " in out
    assert "noise: 2 findings in 2 of 2 files" in out


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("before.c", "line 1: 'before.c' is not two names"),
        ("a b c", "is not two names"),
        ("before.c gone.c", "gone.c is not a file"),
        ("- -", "two dashes name no file"),
        ("# nothing", "lists no pair"),
    ],
)
def test_a_list_that_is_none(tmp_path, capsys, line, message):
    code, out, err = run(capsys, pairs(tmp_path, line))
    assert code == 2
    assert message in err
    assert out == ""


def test_a_list_that_cannot_be_read(tmp_path, capsys):
    (tmp_path / "x").write_bytes(b"\xff\xfe")
    assert run(capsys, tmp_path / "x")[0] == 2
    assert run(capsys, tmp_path / "gone")[0] == 2


def test_a_file_that_cannot_be_audited_ends_with_its_name(tmp_path, capsys):
    (tmp_path / "a.txt").write_text("words\n")
    code, _, err = run(capsys, pairs(tmp_path, "a.txt -"))
    assert code == 2
    assert "a.txt" in err


def test_what_a_fix_changes():
    assert audit_recall.changed("a\nb\nc", "a\nB\nc") == [(2, 2)]
    assert audit_recall.changed("a\nb\nc", "a\nnew\nb\nc") == [(1, 2)]
    assert audit_recall.changed("a\nb\nc", "a\nc") == [(2, 2)]
    assert audit_recall.changed("a", "a") == []
