"""The front door: bad requests are named, exit with 2 and write nothing."""

import errno
import os
import re
import subprocess
import sys

import pytest

from ftguide.cli import audit
from ftguide.cli.bench import threads
from ftguide.cli.durations import duration
from ftguide.cli.main import VERBS, main
from ftguide.ground.files import ROOT
from ftguide.ground.vocabulary import Build, ExpectedError
from ftguide.suite.record import store


@pytest.fixture
def local_runs():
    folder = ROOT / store.RESULTS / "local"
    return lambda: sorted(folder.iterdir()) if folder.exists() else []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["bench", "--only", "nbdy"], "did you mean nbody"),
        (["bench", "--group", "interpeter"], "did you mean interpreter"),
        (["bench", "--preset", "quik"], "did you mean quick"),
        (["bench", "--resume", "20200101T000000Z-00000000"], "no run is called"),
        (["bench", "--python", "/nowhere/python3.14"], "/nowhere/python3.14"),
        (["bench", "--python", "/bin/ls"], "/bin/ls"),
        (["report", "20200101T000000Z-00000000"], "no run is called"),
    ],
)
def test_what_cannot_be_met_is_named(words, told, capsys, local_runs):
    before = local_runs()
    assert main(words) == 2
    assert told in capsys.readouterr().err
    assert local_runs() == before


@pytest.mark.parametrize(
    "words",
    [
        ["bench", "--threads", "0"],
        ["bench", "--threads", "-1"],
        ["bench", "--threads", "99999999999999999999"],
        ["bench", "--threads", "two"],
        ["bench", "--budget", "0"],
        ["bench", "--budget", "-5m"],
        ["bench", "--budget", "9999999h"],
        ["bench", "--budget", "soon"],
        *(["outcomes", "--budget", time] for time in ("0", "-5m", "9999999h", "25h", "soon")),
        ["nonsense"],
        [],
    ],
)
def test_absurd_values_are_refused_by_the_parser(words, capsys):
    with pytest.raises(SystemExit) as caught:
        main(words)
    assert caught.value.code == 2
    assert "usage" in capsys.readouterr().err


def test_durations_and_threads_are_read():
    assert [duration(text) for text in ("90", "90s", "10m", "1.5h")] == [90, 90, 600, 5400]
    assert threads("8") == 8


def test_the_catalogue_is_listed(capsys):
    assert main(["bench", "--list"]) == 0
    listed = capsys.readouterr().out
    assert "interpreter" in listed
    assert "nbody" in listed


@pytest.mark.interpreters
def test_two_builds_of_one_kind_are_refused(executables, capsys):
    gil = executables[Build.GIL]
    assert main(["bench", "--python", gil, "--python", gil]) == 2
    assert gil in capsys.readouterr().err


@pytest.mark.interpreters
def test_a_failing_workload_ends_the_run_with_1_and_its_row(laboratory, executables):
    """The whole way through the front door, on a checkout with one good and one bad workload."""
    words = [word for one in executables.values() for word in ("--python", one)]
    done = subprocess.run(
        [
            *(sys.executable, "-m", "ftguide", "bench", "--preset", "smoke"),
            *("--only", "well-behaved", "--only", "raises"),
            *words,
        ],
        cwd=laboratory,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert "planned mishap in <repo>" in done.stdout or "planned mishap in" in done.stdout
    assert "well-behaved" in done.stdout
    (run,) = (laboratory / "benchmarks" / "results" / "local").glob("2*Z-*")
    assert f"benchmarks/results/local/{run.name}" in done.stdout
    assert (laboratory / "source" / "benchmarks" / "runs" / f"local-{run.name}.md").exists()
    again = subprocess.run(
        [sys.executable, "-m", "ftguide", "report", run.name, "--csv"],
        cwd=laboratory,
        capture_output=True,
        text=True,
        timeout=80,
        check=False,
    )
    assert again.returncode == 1
    assert "well-behaved" in again.stdout


def test_every_verb_is_offered_and_has_a_module_that_adds_it(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    offered = capsys.readouterr().out
    for verb, module in VERBS.items():
        assert re.search(rf"^    {verb}\s", offered, re.MULTILINE)
        assert (ROOT / "ftguide" / "cli" / f"{module}.py").is_file()
        with pytest.raises(SystemExit) as caught:
            main([verb, "--help"])
        assert caught.value.code == 0


def test_only_errors_that_tell_what_to_do_are_printed_without_a_traceback(monkeypatch, capsys):
    def add_parser(verbs):
        parser = verbs.add_parser("audit")
        parser.add_argument("kind")
        parser.set_defaults(main=lambda arguments: fail(arguments.kind))

    def fail(kind):
        raise {"expected": ExpectedError("x.md: write it"), "fault": ValueError("bug")}[kind]

    monkeypatch.setattr(audit, "add_parser", add_parser)
    assert main(["audit", "expected"]) == 2
    assert "error: x.md: write it" in capsys.readouterr().err
    with pytest.raises(ValueError, match="bug"):
        main(["audit", "fault"])


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EFBIG, errno.EACCES, errno.EROFS])
def test_a_disk_that_refuses_is_named_without_a_traceback(number, monkeypatch, capsys):
    refuse_with(OSError(number, os.strerror(number), "some/file"), monkeypatch)
    assert main(["audit"]) == 1
    said = capsys.readouterr().err
    assert f"error: some/file: {os.strerror(number)}. What was stored before is kept" in said
    refuse_with(OSError(errno.EBADF, "bug"), monkeypatch)
    with pytest.raises(OSError, match="bug"):
        main(["audit"])


def test_an_interruption_while_a_verb_is_loaded_is_one(monkeypatch, capsys):
    monkeypatch.setattr(audit, "add_parser", raising(KeyboardInterrupt()))
    assert main(["audit"]) == 130
    assert capsys.readouterr().err == "interrupted\n"


def refuse_with(error, monkeypatch):
    monkeypatch.setattr(
        audit,
        "add_parser",
        lambda verbs: verbs.add_parser("audit").set_defaults(main=raising(error)),
    )


def raising(error):
    def verb(_argument):
        raise error

    return verb
