"""`python -m ftguide check` as people and CI use it: words, JSON, exit codes, wrong input."""

import io
import json
import subprocess
import sys

import pytest

from ftguide.cli.main import main
from ftguide.ground.files import ROOT
from ftguide.tracker.record.findings import Declarations, ImportedName, Imports, Kind
from tests import tracked


@pytest.fixture
def log(tmp_path):
    """Write evidence about one package per fate, named after it."""
    for fate in tracked.FATES:
        tracked.write(tmp_path, tracked.about(fate, fate))
    return tmp_path / "evidence"


@pytest.fixture
def run(tmp_path, log, capsys):
    def call(text, *options, name="requirements.txt"):
        path = tmp_path / name
        path.write_text(text)
        known = ("--evidence", str(log), "--today", tracked.TODAY, "--platform", tracked.LINUX)
        known += ("--offline",) * ("--probe" not in options)
        code = main(["check", str(path), *known, *options])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def test_the_table_has_the_worst_first(run):
    code, out, _ = run("declares\nturns-on==6.1.3\npure\nunseen\nold; python_version < '3'\n")
    assert code == 1
    lines = [line.split()[0] for line in out.splitlines() if line.strip()]
    assert lines.index("turns-on") < lines.index("unseen") < lines.index("pure")
    assert "turns the GIL on" in out
    assert "2026-11-23" in out
    assert "1 turns the GIL on, 1 unknown, 1 pure Python, 1 GIL stays off" in out
    assert "not installed on it: 1 (old)" in out


@pytest.mark.parametrize(
    ("text", "options", "code"),
    [
        ("declares\npure\n", (), 0),
        ("unseen\n", (), 0),
        ("unseen\n", ("--strict",), 1),
        ("unprobed\n", ("--strict",), 1),
        ("declares\n", ("--strict",), 1),  # what it requires is not in the list
        ("declares==6.1.3\n", ("--strict",), 0),
        ("declares==6.1.3\n", ("--strict", "--today", "2027-06-01"), 1),
        ("turns-on\n", (), 1),
        ("dependency\n", (), 1),
        ("no-wheel\n", (), 1),
        ("crashes\n", (), 1),
        ("", (), 0),
    ],
)
def test_exit_codes(run, text, options, code):
    assert run(text, *options)[0] == code


def test_json_is_complete_and_says_what_the_exit_code_says(run):
    code, out, _ = run("turns-on\nunseen\nold; python_version < '3'\n", "--json")
    data = json.loads(out)
    assert (data["schema"], data["exit_code"], code) == (1, 1, 1)
    assert data["counts"] == {
        "breaks": 0,
        "turns-gil-on": 1,
        "no-wheel": 0,
        "source-only": 0,
        "unknown": 1,
        "only-claimed": 0,
        "pure-python": 0,
        "gil-stays-off": 0,
    }
    first = data["dependencies"][0]
    assert (first["name"], first["answer"], first["level"]) == (
        "turns-on",
        "turns-gil-on",
        "gil-on",
    )
    assert first["judged"] == "6.1.3"
    assert all(one.startswith("sha256:") for one in first["proof"])
    assert [one["name"] for one in data["skipped"]] == ["old"]
    assert run("turns-on\nunseen\nold; python_version < '3'\n", "--json")[1] == out


@pytest.mark.parametrize(
    ("text", "options", "said"),
    [
        ("foo=1\n", (), "line 1: 'foo=1' is not a requirement"),
        ("a\n", ("--line", "3.14"), "try --line 3.14t"),
        ("a\n", ("--line", "3.9t"), "evidence is kept for 3.14t, 3.15t"),
        ("a\n", ("--platform", "amiga"), "name one of them"),
        ("a\n", ("--platform", "win_amd64", "--probe"), "cannot be probed on this machine"),
        ("a\n", ("--today", "soon"), "write one such as 2026-11-24"),
        ("a\n", ("--python", "."), "name what to check"),
        ("a\n", ("--extra", "docs"), "--extra 'docs': nothing is called that; there is none"),
        ("a\n", ("--probe", "--offline"), "--probe installs packages, --offline asks no index"),
        ("unseen\n", ("--probe", "--find-links", "/absent"), "/absent: not a folder of wheels"),
    ],
)
def test_wrong_requests_end_with_2_and_say_the_fix(run, text, options, said):
    code, out, err = run(text, *options)
    assert code == 2
    assert said in err
    assert out == ""


def test_standard_input_several_files_and_a_folder(run, log, tmp_path, capsys, monkeypatch):
    known = ("--evidence", str(log), "--offline", "--json", "--platform", tracked.LINUX)
    stream = io.TextIOWrapper(io.BytesIO("turns-on\n".encode("utf-16")))
    monkeypatch.setattr(sys, "stdin", stream)
    (tmp_path / "a.txt").write_text("declares\n")
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "requirements.txt").write_text("pure\n")
    words = ("check", "-", str(tmp_path / "a.txt"), str(tmp_path / "project"))
    assert main([*words, *known]) == 1
    data = json.loads(capsys.readouterr().out)
    assert [one["name"] for one in data["dependencies"]] == ["turns-on", "pure", "declares"]
    (left,) = data["left_out"]
    assert (left["kind"], left["count"]) == ("unlocked", 3)


def test_nothing_named(capsys):
    assert main(["check"]) == 2
    assert "name what to check" in capsys.readouterr().err


def test_damaged_evidence_is_named(run, log):
    (log / "declares.jsonl").write_text("{}\n")
    code, _, err = run("declares\n")
    assert code == 2
    assert "declares.jsonl, line 1" in err


def test_an_error_does_not_steer_a_terminal(run):
    code, _, err = run("-r \x1b[2Jgone.txt\n")
    assert code == 2
    assert "\ufffd[2Jgone.txt: No such file" in err
    assert "\x1b" not in err


def test_hostile_text_stays_text(run, log):
    hostile = tracked.item(
        "thing",
        Kind.IMPORT,
        Imports(names=(ImportedName(name="thing", gil_enabled=False, error="[red]\x1b[2J"),)),
        line="3.14t",
    )
    declared = tracked.item("thing", Kind.DECLARE, Declarations(modules=()), line="3.14t")
    wheels = tracked.item("thing", Kind.WHEEL, tracked.wheels("thing"))
    tracked.write(log.parent, [wheels, declared, hostile])
    _, out, _ = run("thing\n")
    assert "[red]\ufffd[2J" in out
    assert "\x1b" not in out


def test_an_environment_folder_and_a_process_of_its_own(tmp_path, log):
    root = tmp_path / "env"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", root], check=True)
    done = subprocess.run(
        [sys.executable, "-m", "ftguide", "check", "--python", root / "bin" / "python", "--json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["dependencies"] == []
