"""The command as a person, a CI job and a code host meet it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ftguide.cli import audit as cli
from ftguide.cli.main import main
from ftguide.ground.files import ROOT
from ftguide.native.audit.scan import audit

RACE = "static int hits;\nint f(void) {\n    return ++hits;\n}\n"
QUESTION = "t = localtime(&now);\n"


def words(capsys: pytest.CaptureFixture[str], *args: object) -> tuple[int, str, str]:
    code = main(["audit", *map(str, args)])
    out = capsys.readouterr()
    return code, out.out, out.err


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "a.c").write_text(RACE)
    (tmp_path / "b.c").write_text(QUESTION * 5)
    (tmp_path / "vendor").mkdir()
    (tmp_path / "vendor" / "c.c").write_text(RACE)
    (tmp_path / "d.c").write_text(f"/* -- translated by f2c */\n{RACE}")
    (tmp_path / "e.asm").write_text("nop\n")
    return tmp_path


def test_counts_come_first_and_fix_before_look(tree, capsys):
    code, out, _ = words(capsys, tree)
    assert code == 1
    lines = [line for line in out.splitlines() if line.strip()]
    assert lines[0] == "audit: 2 to fix, 6 to look at in 4 files, 22 lines"
    fix, look = out.index("a.c:1 static-state"), out.index("b.c:1 libc-static")
    assert out.index("a.c\n") < fix < look
    assert "written in line 3, and the file has no lock" in out


def test_generated_and_vendored_code_is_counted_and_folded(tree, capsys):
    _, out, _ = words(capsys, tree)
    assert "0      1  in generated code, folded (--all shows them): d.c" in out
    assert "1      0  in vendored code, folded (--all shows them): vendor/c.c" in out
    assert "vendor/c.c:1" not in out
    _, out, _ = words(capsys, tree, "--all")
    assert "vendor/c.c:1 static-state" in out
    assert "d.c:2 static-state" in out


def test_repeats_in_one_file_are_folded(tree, capsys):
    _, out, _ = words(capsys, tree)
    assert "the same in lines 2, 3, 4, 5" in out
    assert out.count("libc-static:") == 1
    _, out, _ = words(capsys, tree, "--all")
    assert out.count("libc-static:") == 5


def test_a_summary_has_no_lines(tree, capsys):
    code, out, _ = words(capsys, tree, "--summary")
    assert code == 1
    assert "a.c:1" not in out
    assert "a.c" in out
    assert "skipped e.asm: no rules for .asm files" in out


def test_what_is_left_out_is_counted(tree, capsys):
    _, out, _ = words(capsys, tree, "--exclude", "vendor", "--exclude", "[bd].c")
    assert "audit: 1 to fix, 0 to look at in 1 file, 5 lines" in out
    assert "3 left out by --exclude" in out
    code, _, err = words(capsys, tree, "--exclude", "*")
    assert code == 2
    assert "holds no source to audit once * is left out" in err


@pytest.mark.parametrize(
    ("pattern", "left"),
    [("sub", 1), ("./sub/", 1), ("sub/*.c", 1), ("a.c", 0), ("*/a.c", 1), ("other", 2)],
)
def test_patterns_are_those_of_a_shell(tmp_path, pattern, left):
    (tmp_path / "sub").mkdir()
    for name in ("a.c", "sub/a.c"):
        (tmp_path / name).write_text(RACE)
    if left:
        assert audit(tmp_path, [pattern]).files == left
    else:
        with pytest.raises(Exception, match="left out"):
            audit(tmp_path, [pattern])


def test_the_exit_status_is_one_that_ci_can_choose(tmp_path, capsys):
    (tmp_path / "b.c").write_text(QUESTION)
    assert words(capsys, tmp_path)[0] == 1
    assert words(capsys, tmp_path, "--fail-on", "fix")[0] == 0
    (tmp_path / "a.c").write_text(RACE)
    assert words(capsys, tmp_path, "--fail-on", "fix")[0] == 1
    assert words(capsys, tmp_path, "--fail-on", "never")[0] == 0


def test_a_baseline_keeps_known_findings_quiet(tmp_path, capsys):
    source, known = tmp_path / "a.c", tmp_path / "known.json"
    source.write_text(RACE)
    code, out, _ = words(capsys, source, "--write-baseline", known)
    assert code == 0
    assert "1 findings written to" in out
    source.write_text(f"/* moved */\n\n{RACE}")
    assert words(capsys, source, "--baseline", known)[0] == 0
    source.write_text(RACE + "static long more;\nvoid g(void) {\n    more = 1;\n}\n")
    code, out, _ = words(capsys, source, "--baseline", known)
    assert code == 1
    assert "a.c:5 static-state" in out
    assert "a.c:1 static-state" not in out
    source.write_text("int f(void);\n")
    code, out, _ = words(capsys, source, "--baseline", known)
    assert code == 0
    assert "1 entries of it are found no more" in out


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            '{"schema": 2, "findings": []}',
            "a baseline of version 2, and this audit reads version 1",
        ),
        (
            '{"schema": 1, "known": [{"file": "a.c", "rule": "gone", "text": "x"}]}',
            "knows findings of rules that this audit does not have (gone)",
        ),
        ("[]", "known.json"),
        ("\0", "known.json"),
        (None, "No such file"),
    ],
)
def test_a_baseline_that_cannot_be_used_is_named(tmp_path, capsys, text, message):
    (tmp_path / "a.c").write_text(RACE)
    if text is not None:
        (tmp_path / "known.json").write_text(text)
    code, out, err = words(capsys, tmp_path / "a.c", "--baseline", tmp_path / "known.json")
    assert code == 2
    assert message in err
    assert "--write-baseline" in err
    assert out == ""


def test_a_baseline_that_cannot_be_written(tmp_path, capsys):
    (tmp_path / "a.c").write_text(RACE)
    code, _, err = words(capsys, tmp_path / "a.c", "--write-baseline", tmp_path / "no" / "x.json")
    assert code == 2
    assert "cannot be written" in err


def test_sarif_names_files_from_the_root(tree, capsys, monkeypatch):
    monkeypatch.chdir(tree.parent)
    (tree / "a.c").write_text(RACE + "static int y; /* ftguide: allow static-state a test */\n")
    code, out, _ = words(capsys, tree, "--format", "sarif")
    assert code == 1
    log = json.loads(out)
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in {"warning", "note"}
        assert result["message"]["text"]
    first = run["results"][0]
    place = first["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == f"{tree.name}/a.c"
    assert place["region"]["startLine"] == 1
    assert [
        one["suppressions"][0]["justification"] for one in run["results"] if "suppressions" in one
    ] == ["a test"]
    prints = [one["partialFingerprints"]["ftguideAudit/v1"] for one in run["results"]]
    assert len(set(prints)) == len(prints)  # five equal lines are five results
    (note,) = run["invocations"][0]["toolExecutionNotifications"]
    assert "no rules for .asm" in note["message"]["text"]
    monkeypatch.chdir(ROOT)
    code, _, err = words(capsys, tree, "--format", "sarif")
    assert code == 2
    assert "call the audit in the root of the repository" in err


@pytest.mark.slow
def test_a_reader_who_leaves_ends_nothing_badly(tmp_path):
    (tmp_path / "a.c").write_text("x = PyList_GetItem(l, 0);\n" * 20_000)
    with subprocess.Popen(
        [sys.executable, "-m", "ftguide", "audit", "--json", str(tmp_path)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "{\n"
        process.stdout.close()
        assert process.stderr
        assert process.stderr.read() == ""
        assert process.wait(timeout=60) == 1


def test_a_backslash_is_printed_as_it_is(capsys):
    data = Path(__file__).with_name("data")
    _, out, _ = words(capsys, data / "noise" / "n05_backslash.c")
    assert "rand() % 2 \\\n" in out


def test_text_of_others_cannot_move_the_cursor(tmp_path, capsys):
    (tmp_path / "a.c").write_text("static int x; /* \x1b[2J[red]\x07 */\n")
    _, out, _ = words(capsys, tmp_path)
    assert "\x1b[2J" not in out
    assert "\\x1b[2J[red]\\x07" in out


def test_a_byte_order_mark_hides_nothing(tmp_path):
    (tmp_path / "a.c").write_bytes(b"\xef\xbb\xbf" + RACE.encode())
    assert [one.line for one in audit(tmp_path).findings] == [1]


def test_the_line_shown_has_the_name(tmp_path):
    (tmp_path / "a.c").write_text("static PyObject *\ncache\n    = 0;\n")
    (tmp_path / "b.rs").write_text(
        "#[pymethods]\nimpl A {\n    fn go(\n        &mut self,\n    ) {}\n}\n"
    )
    assert [(one.line, one.text) for one in audit(tmp_path).findings] == [
        (2, "static PyObject * cache"),
        (3, "fn go("),
    ]


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("a.pyx.in", "cdef int x\n", "static-state"),
        ("a.c.src", "static int x;\n", "static-state"),
        ("a.h.src", "static int x;\n", "static-state"),
        ("a.c.in", "static int x;\n", "static-state"),
        ("a.h.tp", "static int x;\n", "static-state"),
        ("a.inc", "#define X\nstatic int x;\n", "static-state"),
        ("b.inc", "      integer n\n      common /pool/ x\n", "static-state"),
        ("a.pxi.tp", "_cache = {}\n", "static-object"),
        ("a.tp", "cdef int x\n", "static-state"),
        ("a.py", "import cython\n_cache = {}\n", "static-object"),
        ("a.py", "_cache = {}\n", None),
        ("a.inc", "some words\n", None),
        ("a.txt.in", "static int x;\n", None),
    ],
)
def test_templates_and_pure_python_are_read(tmp_path, name, text, found):
    (tmp_path / name).write_text(text)
    (tmp_path / "z.c").write_text("int f(void);\n")
    (tmp_path / "setup.py").write_text("freethreading_compatible\n")
    rules = [one.rule.id for one in audit(tmp_path).findings]
    assert rules == ([found] if found else [])


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("/* NOTE: This is generated code. */", "generated"),
        ("/* This file was automatically generated. DO NOT EDIT */", "generated"),
        ("/* A Bison parser, made by GNU Bison 3.8. */", "generated"),
        (
            "/*[clinic input]\n[clinic start generated code]*/\n/*[clinic end generated code: x]*/",
            "",
        ),
        ("/* constants, generated with tables.py */", ""),
    ],
)
def test_what_a_program_wrote_is_recognised(tmp_path, text, folded):
    (tmp_path / "a.c").write_text(f"{text}\n{RACE}")
    (one,) = audit(tmp_path).findings
    assert one.folded == folded
    assert one.weight == ("look" if folded else "fix")


def test_submodules_are_others_code(tmp_path):
    (tmp_path / ".gitmodules").write_text('[submodule "x"]\n\tpath = src/x\n\turl = somewhere\n')
    for name in ("src/x/a.c", "src/xy/a.c"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text(RACE)
    assert {one.file: one.folded for one in audit(tmp_path).findings} == {
        "src/x/a.c": "vendored",
        "src/xy/a.c": "",
    }


def test_long_lists_say_how_much_they_leave_out(tmp_path, capsys):
    for number in range(20):
        (tmp_path / f"{number:02}.c").write_text(RACE)
        (tmp_path / f"{number:02}.s").touch()
    _, out, _ = words(capsys, tmp_path)
    assert "and 12 more files" in out
    assert "skipped 12 more: no rules for .s files" in out
    assert cli.MOST == 8
