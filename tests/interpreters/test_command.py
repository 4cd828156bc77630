"""`python -m ftguide interpreters` tells a person and a program what there is to measure with."""

import argparse
import json

import pytest

from ftguide.cli import interpreters as command
from ftguide.ground.vocabulary import Build
from ftguide.interpreters import provide as providing
from ftguide.interpreters.model import InterpreterError
from tests.interpreters.conftest import LINE, Machine, fake_python

NAME = f"python{LINE}"


@pytest.fixture
def run(machine: Machine, monkeypatch, capsys):
    """Run the command on the machine; returns its status, output and progress."""
    monkeypatch.setattr(providing, "Means", machine.means)
    monkeypatch.setenv("COLUMNS", "80")

    def call(*words: str) -> tuple[int, str, str]:
        parser = argparse.ArgumentParser()
        command.add_parser(parser.add_subparsers())
        arguments = parser.parse_args(["interpreters", *words])
        status = arguments.main(arguments)
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return call


def test_a_pair_is_listed_with_its_way_and_its_verdict(machine: Machine, run):
    gil = fake_python(machine.bin / NAME)
    ft = fake_python(machine.bin / f"{NAME}t", Build.FREE_THREADED)
    status, out, _ = run(LINE)
    assert status == 0
    lines = out.splitlines()
    assert f"  1  {gil}" in lines
    assert f"  2  {ft}" in lines
    assert f"found on PATH as {NAME}" in out
    assert f"Pair 1 + 2 (the one used): Python {LINE}.1, like for like, optimised" in lines


def test_nothing_but_paths_is_wider_than_the_terminal(machine: Machine, run):
    fake_python(machine.bin / NAME, compiler="GCC 12.2.0 20991231 (experimental)", pgo=False)
    fake_python(machine.bin / f"{NAME}t", Build.FREE_THREADED)
    _, out, _ = run(LINE)
    assert max(len(line) for line in out.splitlines() if str(machine.root) not in line) <= 80
    assert "free-threaded" in out


def test_differences_are_said_in_words(machine: Machine, run):
    fake_python(machine.bin / NAME, lto=False)
    fake_python(machine.bin / f"{NAME}t", Build.FREE_THREADED)
    status, out, _ = run(LINE)
    assert status == 0
    assert "not like for like" in out
    assert "  - lto: GIL-enabled False, free-threaded True" in out


def test_without_a_pair_it_says_how_to_get_one(machine: Machine, run):
    status, out, _ = run(LINE)
    assert status == 1
    assert f"No Python {LINE} is installed" in out
    assert f"interpreters {LINE} --make" in out
    assert not machine.shelf.root.exists()


def test_make_makes_the_missing_pair(machine: Machine, run):
    machine.network.files = {machine.pool_url: machine.tarball}
    status, out, err = run(LINE, "--make")
    assert status == 0
    assert machine.builds() == ["gil", "ft"]
    assert "unoptimised builds: not for citing" in " ".join(out.split())
    assert "done in" in err


def test_make_takes_setting_and_tarball(machine: Machine, run):
    status, *_ = run(LINE, "--make", "--setting", "optimized", "--tarball", str(machine.tarball))
    assert status == 0
    assert "--with-lto" in machine.diary.read_text()
    assert machine.network.asked == []


def test_json_is_all_there_is_on_standard_output(machine: Machine, run):
    machine.network.files = {machine.pool_url: machine.tarball}
    status, out, err = run(LINE, "--make", "--json")
    said = json.loads(out)
    assert status == 0
    assert err
    assert [one["facts"]["build"] for one in said["interpreters"]] == ["gil", "ft"]
    assert said["pairs"] == [
        {
            "version": f"{LINE}.1",
            "gil": said["interpreters"][0]["executable"],
            "ft": said["interpreters"][1]["executable"],
            "like_for_like": True,
            "differences": [],
            "citable": False,
        }
    ]


def test_paths_given_are_used(machine: Machine, run):
    gil = fake_python(machine.root / "a" / "x")
    ft = fake_python(machine.root / "b" / "y", Build.FREE_THREADED)
    status, out, _ = run("--python", str(gil), "--python", str(ft))
    assert status == 0
    assert "given on the command line" in out


@pytest.mark.parametrize("words", [("--python", "/nowhere"), ("3.12",), ("x",)])
def test_wrong_arguments_are_errors_before_anything_is_written(machine: Machine, run, words):
    with pytest.raises(InterpreterError):
        run(*words)
    assert not machine.shelf.root.exists()
