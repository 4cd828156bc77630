"""Interpreters named on the command line are held to what they are taken for."""

from pathlib import Path

import pytest

from ftguide.ground.vocabulary import Build
from ftguide.interpreters.model import InterpreterError, Pair, Route
from ftguide.interpreters.provide import provide
from tests.interpreters.conftest import LINE, Machine, fake_python, script

NAME = f"python{LINE}"


def take(machine: Machine, *given: Path | str, line: str | None = None) -> Pair:
    return provide(line, given=[str(one) for one in given], say=machine.say, means=machine.means())


def refusal(machine: Machine, *given: Path | str, line: str | None = None) -> str:
    with pytest.raises(InterpreterError) as caught:
        take(machine, *given, line=line)
    assert not machine.shelf.root.exists(), "nothing is written for a wrong argument"
    return str(caught.value)


@pytest.fixture
def gil(machine: Machine) -> Path:
    return fake_python(machine.root / "a" / NAME)


@pytest.fixture
def ft(machine: Machine) -> Path:
    return fake_python(machine.root / "b" / f"{NAME}t", Build.FREE_THREADED)


@pytest.mark.parametrize("turned", [False, True])
def test_two_paths_make_a_pair_in_either_order(machine, gil, ft, turned):
    pair = take(machine, *((ft, gil) if turned else (gil, ft)))
    assert (pair.gil.executable, pair.ft.executable) == (str(gil), str(ft))
    assert pair.gil.route is pair.ft.route is Route.GIVEN
    assert machine.told("GIL-enabled", "given on the command line", str(gil))
    assert machine.told("free-threaded", "given on the command line", str(ft))


def test_a_bare_name_is_looked_up_on_path(machine, gil):
    ft = fake_python(machine.bin / f"{NAME}t", Build.FREE_THREADED)
    assert take(machine, gil, f"{NAME}t").ft.executable == str(ft)


def test_a_wrapper_is_recorded_as_what_it_runs(machine, gil, ft):
    wrapper = script(machine.root / "wrapped", f'exec {ft} "$@"')
    assert take(machine, gil, wrapper).ft.executable == str(ft)


def test_one_path_finds_its_counterpart_beside_it(machine):
    folder = machine.root / "pair"
    gil = fake_python(folder / f"{NAME}-gcc11")
    fake_python(folder / f"{NAME}t", Build.FREE_THREADED, version=f"{LINE}.9")
    ft = fake_python(folder / f"{NAME}t-gcc11", Build.FREE_THREADED)
    assert take(machine, gil).ft.executable == str(ft)
    assert take(machine, ft).gil.executable == str(gil)
    assert machine.told("found beside")


def test_one_path_finds_its_counterpart_beside_what_its_wrapper_runs(machine):
    gil = fake_python(machine.root / "real" / NAME)
    ft = fake_python(machine.root / "real" / f"{NAME}t", Build.FREE_THREADED)
    wrapper = script(machine.root / "bin2" / NAME, f'exec {gil} "$@"')
    assert take(machine, wrapper).ft.executable == str(ft)


def test_one_path_finds_its_counterpart_among_the_installed_alike_first(machine, gil):
    fake_python(machine.bin / f"{NAME}t", Build.FREE_THREADED, compiler="Clang 20")
    versions = machine.root / ".pyenv" / "versions"
    alike = fake_python(versions / "x" / "bin" / f"{NAME}t", Build.FREE_THREADED)
    assert take(machine, gil).ft.executable == str(alike)


def test_one_path_without_a_counterpart_is_named_with_what_is_missing(machine, gil):
    message = refusal(machine, gil)
    assert str(gil) in message
    assert "no free-threaded build of that version" in message
    assert "give that one too" in message


def test_what_is_missing_or_no_interpreter_is_named_with_the_remedy(machine, gil, ft):
    plain = machine.root / "plain"
    plain.write_text("")
    for given, words in {
        "/nowhere/python": "does not exist",
        str(machine.root): "is a folder",
        str(plain): "is not executable",
        "python-of-nobody": "is not on PATH",
        str(script(machine.root / "ls", "echo a b c")): "is not a Python",
        str(script(machine.root / "no", "echo broken >&2; exit 1")): "ended with status 1, broken",
        "": "is empty",
    }.items():
        message = refusal(machine, given, ft)
        assert words in message
        assert given in message


def test_an_old_python_is_told_from_a_broken_one(machine, ft):
    old = script(
        machine.root / "old",
        'echo \'{"executable":"/x","implementation":"cpython","version":"3.8.18"}\'',
    )
    assert "is CPython 3.8.18; a pair needs CPython 3.13 or later" in refusal(machine, old, ft)


def test_the_same_build_twice_is_refused(machine, ft):
    other = fake_python(machine.root / "c" / f"{NAME}t", Build.FREE_THREADED)
    message = refusal(machine, ft, other)
    assert f"{ft} and {other} are both free-threaded builds" in message
    assert f"the GIL-enabled build of {LINE}.1" in message


def test_different_versions_are_refused(machine, gil):
    ft = fake_python(machine.root / "c" / f"{NAME}t", Build.FREE_THREADED, version=f"{LINE}.2")
    message = refusal(machine, gil, ft)
    assert f"{gil} is {LINE}.1 and {ft} is {LINE}.2" in message


def test_another_line_than_asked_for_is_refused(machine, gil, ft):
    assert f"{gil} is Python {LINE}.1, but 3.98 was asked for" in refusal(
        machine, gil, ft, line="3.98"
    )


def test_a_name_that_promises_the_other_build_is_refused(machine, gil):
    liar = fake_python(machine.root / "c" / f"{NAME}t", Build.GIL)
    message = refusal(machine, gil, liar)
    assert f"{liar} is named like a free-threaded build but is the GIL-enabled" in message


def test_a_free_threaded_build_with_its_gil_on_is_refused(machine, gil):
    on = fake_python(machine.root / "c" / "python", Build.FREE_THREADED, gil_enabled_at_start=True)
    assert f"{on} is a free-threaded build that starts with its GIL on" in refusal(machine, gil, on)


def test_three_are_one_too_many(machine, gil, ft):
    assert "3 interpreters are given" in refusal(machine, gil, ft, gil)


def test_two_that_differ_are_used_and_say_how(machine, gil):
    ft = fake_python(machine.root / "c" / f"{NAME}t", Build.FREE_THREADED, compiler="Clang 20")
    assert take(machine, gil, ft).differences == (
        "compiler: GIL-enabled GCC 12.2.0, free-threaded Clang 20",
    )
