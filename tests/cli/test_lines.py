"""`bench --lines`: what makes no sense is refused with what to do."""

import argparse
import dataclasses

import pytest
from rich.console import Console

from ftguide.cli import measuring
from ftguide.cli.main import main
from ftguide.interpreters.model import InterpreterError
from ftguide.suite.declare import plan, presets
from ftguide.suite.declare.catalogue import select
from ftguide.suite.observe.lines import Pairs
from tests.suite.derive.builder import make_run
from tests.suite.observe.test_lines import made


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("--lines", "--lines names no line; name one or more, such as --lines 3.14 3.15"),
        ("--lines 3.14 3.15 3.14", "--lines names 3.14 2 times"),
        ("--lines 3.14t", "'3.14t' is not a line of releases; give one such as 3.14"),
        ("--lines 3.14 3.12", "Python 3.12 has no free-threaded build"),
        ("--lines 3.14 3.15 --python a --python b", "--python names a and b: leave one of the two"),
        ("--lines 3.14 3.15 --sweep", "--sweep is for one line, and --lines names 2"),
        ("--lines 3.14 3.15 --tarball x.tar", "--tarball is for one line, and --lines names 2"),
    ],
)
def test_lines_that_make_no_sense(words, told, capsys):
    assert main(["bench", *words.split()]) == 2
    assert told in " ".join(capsys.readouterr().err.split())


def arguments(**changes):
    words = {"lines": None, "python": [], "sweep": False, "tarball": None}
    return argparse.Namespace(**{**words, **changes})


@pytest.fixture
def there(monkeypatch):
    """Have pairs of some lines."""
    pairs = {line: made(f"{line}.0") for line in ("3.13", "3.14", "3.15")}
    asked = []

    def chosen(_arguments, line, _say):
        asked.append(line)
        if line not in pairs and line is not None:
            raise InterpreterError(f"no Python {line}.")
        return pairs[line or "3.14"]

    monkeypatch.setattr(measuring.choose, "chosen", chosen)
    return asked


def test_a_line_without_a_pair_names_the_command_that_helps(there):
    with pytest.raises(
        measuring.LinesError, match=r"3\.16 has no pair here: no Python 3\.16\."
    ) as told:
        measuring.find_pairs(arguments(lines=["3.14", "3.16"]), Console(), None)
    assert "`python -m ftguide interpreters 3.16`" in str(told.value)


def test_lines_are_found_each_by_itself(there):
    pairs = measuring.find_pairs(arguments(lines=["3.15", "3.13"]), Console(), None)
    assert there == ["3.15", "3.13"]
    assert (pairs.main.version, [*pairs.others]) == ("3.15.0", ["3.13"])
    only = measuring.find_pairs(arguments(lines=["3.13"], sweep=True), Console(), None)
    assert (only.main.version, only.others) == ("3.13.0", {})


def test_a_resumed_run_looks_for_its_lines(there):
    run = make_run(lines={"3.15": {}, "3.13": {}})
    measuring.find_pairs(arguments(), Console(), run)
    assert there == ["3.13", "3.14", "3.15"]
    with pytest.raises(measuring.LinesError, match="leave one of the two out"):
        measuring.find_pairs(arguments(python=["x"]), Console(), run)
    there.clear()
    measuring.find_pairs(arguments(), Console(), dataclasses.replace(run, lines={}))
    assert there == [None]


def test_what_has_no_room_is_said():
    full = presets.preset("full")
    planned = plan.make_plan(select(), size=full, threads=2, seed=1, lines=["3.13", "3.15"])
    told = [*measuring.no_room(planned)]
    assert told
    assert {
        reason for line in told for reason in (presets.NO_ROOM, presets.NO_TIME) if reason in line
    } == {
        presets.NO_ROOM,
        presets.NO_TIME,
    }
    assert any(line.endswith(": gil-single-again, ft-gil-on-single") for line in told)
    assert any(": interpreters, processes" in line for line in told)
    assert not [*measuring.no_room(plan.make_plan(select(), size=full, threads=2, seed=1))]


def test_a_reader_is_told_before_the_first_number():
    on = measuring.Platform()
    alike = Pairs.of(made("3.14.7"), made("3.15.0"))
    unlike = Pairs.of(made("3.14.7"), made("3.15.0rc2", compiler="Clang 18", pgo=False))
    assert not [line for line in measuring.warnings_for(alike, on, 1) if "like" in line]
    told = " ".join(measuring.warnings_for(unlike, on, 1))
    for words in (
        "NOT like for like",
        "Clang 18",
        "unoptimised builds",
        "pre-release beside final",
    ):
        assert words in told
