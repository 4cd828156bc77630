"""The verb: what it refuses, and what it says about a session with little or nothing built."""

import io
import os

import pytest
from rich.console import Console

from ftguide.cli import examples
from ftguide.cli.main import main
from ftguide.ground.files import held
from ftguide.native.examples import recipes, report, session
from ftguide.native.examples.catalogue import EXAMPLES
from ftguide.native.examples.report import Outcome
from tests.native.examples import specimens

NOTHING = recipes.Part(line="3.14", version="3.14.7", platform="linux-x86_64", made=())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--only", "cpai"], "no example is called 'cpai'; there are capi, "),
        (["--runs", "0"], "--runs is 0; it takes at least one race."),
        (["--record", "--only", "capi"], "--record writes down whole sessions; leave out --only."),
        (["--line", "3.12"], "Python 3.12 has no free-threaded build"),
    ],
)
def test_refusals_are_sentences(words, said, capsys):
    assert main(["examples", *words]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.interpreters
def test_without_any_compiler_everything_is_skipped_by_name(tmp_path, monkeypatch, pair, capsys):
    monkeypatch.setattr(examples, "_BUILDS", tmp_path / "built")
    for name in ("CC", "CXX", "FC"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    words = ["--python", pair.gil.executable, "--python", pair.ft.executable]
    assert main(["examples", *words]) == 1
    out, err = capsys.readouterr()
    assert "only 0 tools were built (none); it takes 5." in out
    assert f"0 examples of 0 tools built, {len(EXAMPLES)} skipped (capi, " in out
    for one in (*EXAMPLES, *recipes.RECIPES):
        if one.since <= (3, 14) or one in EXAMPLES:
            assert f"{one.name}: skipped, n" in err
    stored = report.load(tmp_path / "built" / "report.json")
    assert all(one.skipped for part in stored.parts for one in part.outcomes)


@pytest.mark.interpreters
@pytest.mark.parametrize(
    ("names", "status"),
    [
        (("capi", "cython", "cffi", "swig"), 1),
        (("capi", "cython", "cffi", "swig", "pyo3"), 0),
    ],
)
def test_fewer_than_five_tools_fail_the_session(tmp_path, monkeypatch, pair, names, status):
    outcomes = [
        specimens.outcome(one.name)
        if one.name in names
        else Outcome(name=one.name, skipped="not here")
        for one in EXAMPLES
    ]
    monkeypatch.setattr(examples, "_BUILDS", tmp_path / "built")
    monkeypatch.setattr(session, "hold", lambda *_args, **_named: specimens.part(*outcomes))
    monkeypatch.setattr(recipes, "hold", lambda *_args: NOTHING)
    words = ["--python", pair.gil.executable, "--python", pair.ft.executable]
    assert main(["examples", *words]) == status


def test_a_second_session_is_refused_while_the_first_lasts(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(examples, "_BUILDS", tmp_path)
    monkeypatch.setattr(examples, "chosen", lambda *_args: None)
    monkeypatch.setattr(session, "hold", lambda *_args, **_named: specimens.part())
    monkeypatch.setattr(recipes, "hold", lambda *_args: NOTHING)
    with held(tmp_path / "lock"):
        assert main(["examples"]) == 2
    assert "another session of the examples holds" in capsys.readouterr().err
    assert main(["examples"]) == 0


def test_a_build_system_is_chosen_without_an_example(tmp_path, monkeypatch, capsys):
    asked = []

    def hold(_pair, chosen, *_args):
        asked.extend(one.name for one in chosen)
        failed = recipes.Made(name="maturin", date="2026-11-29", tools={}, failed="hits.c:1: no")
        return recipes.Part(line="3.14", version="3.14.7", platform="linux-x86_64", made=(failed,))

    monkeypatch.setattr(examples, "_BUILDS", tmp_path)
    monkeypatch.setattr(examples, "chosen", lambda *_args: None)
    monkeypatch.setattr(session, "hold", None)  # not called
    monkeypatch.setattr(recipes, "hold", hold)
    assert main(["examples", "--only", "maturin"]) == 1
    assert asked == ["maturin"]
    out = capsys.readouterr().out
    assert "problem: maturin: does not build: hits.c:1: no" in out
    assert "0 of 1 build systems built" in out
    assert not (tmp_path / "report.json").exists()
    assert recipes.load(tmp_path / "recorded.json").parts[0].made[0].name == "maturin"


def test_the_table_shows_tags_and_reasons():
    console = Console(file=io.StringIO(), width=100)
    examples.print_part(
        console,
        specimens.part(
            specimens.outcome("cython"), Outcome(name="f2py", skipped="no gfortran [here]")
        ),
    )
    text = console.file.getvalue()
    assert "cp314-cp314t" in text
    assert specimens.SAID in text
    assert "skipped: no gfortran [here]" in text


def test_tags_of_a_wheel():
    assert examples.tags("tally-1.0-cp315-abi3.abi3t-linux_x86_64.whl") == "cp315-abi3.abi3t"


def test_nothing_of_the_caller_reaches_a_race(tmp_path):
    """PYTHON_GIL=0 in a shell must not decide what the report says."""
    from ftguide.native.examples.workshop import Workshop

    environ = {**os.environ, "PYTHON_GIL": "0", "PYTHONPATH": "x", "VIRTUAL_ENV": "y"}
    shop = Workshop(sources=tmp_path, root=tmp_path, environ=environ)
    child = shop.child_environ(tmp_path)
    assert not [name for name in child if name.startswith("PYTHON") or name == "VIRTUAL_ENV"]
    assert child["PATH"].startswith(str(tmp_path))
