"""Candidates are run, not believed; the bad ones cost a line each."""

import os
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from ftguide.ground.vocabulary import Build
from ftguide.interpreters import discover
from ftguide.interpreters.model import InterpreterError
from ftguide.interpreters.provide import find
from tests.chance import seen
from tests.interpreters.conftest import LINE, Machine, fake_python, script

NAME = f"python{LINE}"


def found(machine: Machine, **changed: object) -> list[str]:
    return [one.executable for one in find(LINE, say=machine.say, means=machine.means(**changed))]


def test_names_on_path_are_found_with_their_way(machine: Machine):
    gil = fake_python(machine.bin / NAME)
    ft = fake_python(machine.bin / f"{NAME}t", Build.FREE_THREADED)
    interpreters = find(LINE, say=machine.say, means=machine.means())
    assert [one.executable for one in interpreters] == [str(gil), str(ft)]
    assert [one.detail for one in interpreters] == [
        f"found on PATH as {NAME}",
        f"found on PATH as {NAME}t",
    ]
    assert machine.said == []


def test_a_plain_python_of_the_line_is_found(machine: Machine):
    python = fake_python(machine.bin / "python3")
    assert found(machine) == [str(python)]


def test_a_wrapper_stands_for_what_it_runs(machine: Machine):
    real = fake_python(machine.root / "elsewhere" / NAME)
    script(machine.bin / NAME, f'exec {real} "$@"')
    assert found(machine) == [str(real)]


def test_links_to_one_interpreter_count_once(machine: Machine):
    real = fake_python(machine.root / "elsewhere" / NAME)
    (machine.bin / NAME).symlink_to(real)
    (machine.bin / "python3").symlink_to(machine.bin / NAME)
    assert found(machine) == [str(real)]


def test_pyenv_versions_are_found_and_its_shims_are_not_run(machine: Machine):
    versions = machine.root / ".pyenv" / "versions"
    gil = fake_python(versions / f"{LINE}.1" / "bin" / NAME)
    ft = fake_python(versions / f"{LINE}.1t" / "bin" / f"{NAME}t", Build.FREE_THREADED)
    shim = script(machine.root / ".pyenv" / "shims" / NAME, "echo 'not found' >&2; exit 127")
    machine.environ["PATH"] = f"{shim.parent}{os.pathsep}{machine.environ['PATH']}"
    assert found(machine) == [str(gil), str(ft)]
    assert machine.said == []


def test_what_the_library_knows_is_asked_once_more_by_us(machine: Machine, monkeypatch):
    """python-discovery knows where uv and the Windows registry keep theirs; it gets no PATH."""
    managed = machine.root / "uv" / "python" / "cpython"
    python = fake_python(managed / "bin" / NAME)
    asked = {}

    def know(keys, env):
        asked.update(keys=keys, env=env)
        yield SimpleNamespace(system_executable=str(python), executable=None)

    monkeypatch.setattr(discover.python_discovery, "iter_interpreters", know)
    interpreters = find(LINE, say=machine.say, means=machine.means())
    assert [one.executable for one in interpreters] == [str(python)]
    assert interpreters[0].detail == "managed by uv"
    assert asked["keys"] == (f"cpython{LINE}", f"cpython{LINE}t")
    assert asked["env"]["PATH"] == ""


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (
            "echo 'pyenv: command not found' >&2; exit 127",
            ("ended with status 127", "pyenv: command"),
        ),
        ("kill -SEGV $$", ("killed by SIGSEGV",)),
        ("echo hello", ("not a Python",)),
        ("exit 1", ("without a word",)),
    ],
)
def test_what_does_not_run_costs_one_line(machine: Machine, body: str, words: tuple[str, ...]):
    script(machine.bin / NAME, body)
    good = fake_python(machine.bin / f"{NAME}t", Build.FREE_THREADED)
    assert found(machine) == [str(good)]
    assert len(machine.said) == 1
    assert machine.told("skipped", str(machine.bin / NAME), *words)


def test_what_has_no_interpreter_costs_one_line(machine: Machine):
    path = script(machine.bin / NAME, "")
    path.write_text("#!/nowhere/python\n")
    assert found(machine) == []
    assert machine.told("skipped", str(path), "No such file")


def test_a_hanging_candidate_is_stopped_with_all_it_started(machine: Machine, monkeypatch):
    pid = machine.root / "pid"
    hanging = script(machine.bin / NAME, f"sleep 300 & echo $! > {pid}; wait")
    good = fake_python(machine.bin / f"{NAME}t", Build.FREE_THREADED)
    inspect, given = discover.inspect, set()

    def impatient(path, *, patience_seconds, **options):
        """Only what hangs gets no more than a second: on a busy machine the good one may need more."""
        given.add(patience_seconds)
        patience_seconds = 1.0 if path == os.path.realpath(hanging) else patience_seconds
        return inspect(path, patience_seconds=patience_seconds, **options)

    monkeypatch.setattr(discover, "inspect", impatient)

    def trial() -> str:
        assert found(machine, patience_seconds=61.0) == [str(good)]
        return pid.read_text() if pid.exists() else "stopped before it had begun"

    number = seen(trial, lambda text: text.endswith("\n"))
    assert machine.told("was still running after 1 s and was stopped")
    assert given == {61.0}
    assert _gone(int(number))


def test_other_lines_and_implementations_are_passed_over_silently(machine: Machine):
    fake_python(machine.bin / NAME, version="3.96.4")
    script(
        machine.bin / "python3",
        'echo \'{"executable":"/x","implementation":"pypy","version":"3.11"}\'',
    )
    assert found(machine) == []
    assert machine.said == []


def test_a_line_is_no_prefix(machine: Machine):
    fake_python(machine.bin / NAME, version=f"{LINE}0.1")
    assert found(machine) == []
    candidate = fake_python(machine.bin / f"{NAME}t", Build.FREE_THREADED, f"{LINE}.0rc2")
    assert found(machine) == [str(candidate)]


def test_debug_builds_are_not_measured_unasked(machine: Machine):
    fake_python(machine.bin / NAME, debug=True)
    assert found(machine) == []
    assert machine.told("debug build")


def test_a_free_threaded_build_that_starts_with_its_gil_on_is_not_one(machine: Machine):
    fake_python(machine.bin / f"{NAME}t", Build.FREE_THREADED, gil_enabled_at_start=True)
    assert found(machine) == []
    assert machine.told("starts with its GIL on")


def test_the_callers_settings_do_not_colour_the_answer(tmp_path: Path):
    saw = tmp_path / "saw"
    path = script(tmp_path / "python", f"env > {saw}; exit 1")
    with pytest.raises(InterpreterError):
        discover.inspect(str(path), environ={**os.environ, "PYTHONHOME": "/x", "PYTHON_GIL": "1"})
    assert not [line for line in saw.read_text().splitlines() if line.startswith("PYTHON")]


def _gone(pid: int) -> bool:
    """Wait for a killed process to disappear, which init may take a moment for."""
    for _ in range(1200):
        try:
            status = Path(f"/proc/{pid}/stat").read_text()
        except (FileNotFoundError, ProcessLookupError):
            return True
        if status.rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.05)
    return False
