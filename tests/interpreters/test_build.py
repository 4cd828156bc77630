"""A build is whole or absent, whatever happens to it; checked on a tarball that builds in a moment."""

import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ftguide.ground.files import ROOT
from ftguide.ground.vocabulary import Build
from ftguide.interpreters.build import Order, Setting, build_pair
from ftguide.interpreters.discover import inspect
from ftguide.interpreters.model import InterpreterError
from ftguide.interpreters.shelf import Shelf
from ftguide.interpreters.sources import Tarball
from ftguide.interpreters.toolchain import Compiler
from ftguide.interpreters.tree import build_environment
from tests.interpreters.conftest import LINE, Machine
from tests.processes import alive

KEY = f"{LINE}.1-quick-gcc-12.2.0"

#: Builds in a process of its own, to be killed.
VICTIM = """
import os, sys
from pathlib import Path
from ftguide.interpreters.build import Order, Setting, build_pair
from ftguide.interpreters.shelf import Shelf
from ftguide.interpreters.sources import Release, Tarball
from ftguide.interpreters.toolchain import Compiler
root, tarball, version, sha256 = sys.argv[1:]
shelf = Shelf(Path(root))
order = Order(
    tarball=Tarball(release=Release(version, sha256), path=Path(tarball), origin="a test"),
    setting=Setting.QUICK, shelf=shelf, compiler=Compiler(command=("gcc",), name="gcc-12.2.0"),
    environ=dict(os.environ), say=lambda text: print(text, file=sys.stderr, flush=True),
)
with shelf.locked(order.say):
    build_pair(order)
"""


def order(machine: Machine, setting: Setting = Setting.QUICK, **environ: str) -> Order:
    return Order(
        tarball=Tarball(release=machine.release, path=machine.tarball, origin="a test"),
        setting=setting,
        shelf=machine.shelf,
        compiler=Compiler(command=("gcc",), name="gcc-12.2.0"),
        environ={**machine.environ, **environ},
        say=machine.say,
    )


def build(machine: Machine, setting: Setting = Setting.QUICK, **environ: str) -> dict[Build, Path]:
    with machine.shelf.locked(machine.say):
        return build_pair(order(machine, setting, **environ))


def leftovers(machine: Machine) -> list[Path]:
    return list(machine.shelf.root.glob(".work-*"))


def test_a_pair_is_built_alike_but_for_the_gil(machine: Machine):
    built = build(machine)
    assert machine.builds() == ["gil", "ft"]
    first, second = (line.split()[2:] for line in machine.diary.read_text().splitlines())
    assert [*first, "--disable-gil"] == second
    for kind, path in built.items():
        found = inspect(str(path), environ=machine.environ)
        assert (found.executable, found.facts.build) == (str(path), kind)
        assert path.parents[1] == machine.shelf.root / KEY / kind.value
    assert leftovers(machine) == []
    assert not list(machine.shelf.root.rglob("stage*"))


def test_the_prefix_is_the_final_place(machine: Machine):
    build(machine)
    prefixes = [line.split()[1] for line in machine.diary.read_text().splitlines()]
    assert prefixes == [f"--prefix={machine.shelf.root / KEY / kind}" for kind in ("gil", "ft")]


def test_optimized_asks_for_pgo_and_lto_in_a_folder_of_its_own(machine: Machine):
    built = build(machine, Setting.OPTIMIZED)
    for line in machine.diary.read_text().splitlines():
        assert {"--enable-optimizations", "--with-lto"} <= set(line.split())
    assert "optimized" in built[Build.GIL].parents[2].name


def test_a_second_call_builds_nothing(machine: Machine):
    assert build(machine) == build(machine)
    assert machine.builds() == ["gil", "ft"]


def test_names_for_path_are_wrappers_that_work(machine: Machine):
    built = build(machine)
    names = sorted((machine.shelf.root / KEY / "bin").iterdir())
    assert [name.name for name in names] == [f"python{LINE}", f"python{LINE}t"]
    for name, kind in zip(names, (Build.GIL, Build.FREE_THREADED), strict=True):
        assert not name.is_symlink()
        assert inspect(str(name), environ=machine.environ).executable == str(built[kind])


def test_a_failing_step_shows_the_end_of_its_log_and_keeps_it(machine: Machine):
    with pytest.raises(InterpreterError) as caught:
        build(machine, FAKE_FAIL="ft")
    log = machine.shelf.root / KEY / "ft.log"
    assert "no such luck" in str(caught.value)
    assert str(log) in str(caught.value)
    assert "configured ft" in log.read_text()
    assert leftovers(machine) == []
    assert not (machine.shelf.root / KEY / "ft").exists()
    build(machine)
    assert machine.builds() == ["gil", "ft", "ft"], "the finished build is kept"


def test_a_build_that_does_not_run_never_appears(machine: Machine):
    with pytest.raises(InterpreterError, match="ended with status 9, without a word"):
        build(machine, FAKE_BROKEN="gil")
    assert not (machine.shelf.root / KEY / "gil").exists()
    assert leftovers(machine) == []


def test_a_finished_build_that_no_longer_runs_is_made_again(machine: Machine):
    built = build(machine)
    built[Build.GIL].write_text("#!/bin/sh\necho 'libssl.so.3: not found' >&2; exit 127\n")
    assert build(machine) == built
    assert machine.builds() == ["gil", "ft", "gil"]
    assert machine.told("building again", "libssl")


def test_a_tree_without_its_marker_is_not_taken_for_finished(machine: Machine):
    built = build(machine)
    (built[Build.FREE_THREADED].parents[1] / "built.json").unlink()
    assert [one.path for one in machine.shelf.candidates(LINE)] == [str(built[Build.GIL])]
    build(machine)
    assert machine.builds() == ["gil", "ft", "ft"]


def test_a_path_cpython_cannot_be_built_in_is_refused_beforehand(machine: Machine):
    machine.shelf = Shelf(machine.root / "John Doe" / "interpreters")
    with pytest.raises(InterpreterError, match="XDG_CACHE_HOME"):
        build(machine)
    assert not machine.diary.exists()


def test_a_cache_that_cannot_be_written_is_named(machine: Machine):
    blocked = machine.root / "file"
    blocked.write_text("")
    machine.shelf = Shelf(blocked / "interpreters")
    with pytest.raises(InterpreterError, match=f"{blocked}.*XDG_CACHE_HOME"):
        build(machine)


def test_the_callers_settings_stay_out_of_the_build(machine: Machine):
    given = {"PYTHONPATH": "/x", "MAKEFLAGS": "-n", "DESTDIR": "/y", "CFLAGS": "-O1"}
    environ = build_environment(order(machine, **given).environ)
    assert environ["CFLAGS"] == "-O1"
    assert not {"PYTHONPATH", "MAKEFLAGS", "DESTDIR"} & set(environ)


def start(machine: Machine, **environ: str) -> subprocess.Popen[str]:
    """Start a build in a process of its own."""
    words = (machine.shelf.root, machine.tarball, machine.release.version, machine.release.sha256)
    return subprocess.Popen(
        [sys.executable, "-c", VICTIM, *map(str, words)],
        env={**machine.environ, **environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        text=True,
    )


def start_hanging(machine: Machine) -> tuple[subprocess.Popen[str], int]:
    """Start a build that hangs in the second build's make; return it and the number of that step."""
    pid = machine.root / "pid"
    process = start(machine, FAKE_HANG="ft", FAKE_PID=str(pid))
    until(lambda: pid.exists() and pid.read_text().endswith("\n"), process)
    return process, int(pid.read_text())


def until(condition: Callable[[], bool], process: subprocess.Popen[str] | None = None) -> None:
    """Wait for a condition; the suite's time limit ends what never comes."""
    while not condition():
        assert process is None or process.poll() is None, "it ended too early"
        time.sleep(0.02)


def test_after_kill_9_the_next_call_goes_on_where_it_stopped(machine: Machine):
    process, step = start_hanging(machine)
    assert len(leftovers(machine)) == 1
    process.kill()
    process.communicate()
    build(machine)
    assert machine.builds() == ["gil", "ft", "ft"], "the finished build is kept"
    assert leftovers(machine) == []
    if shutil.which("setpriv"):  # what Linux systems have to tie a child's life to its parent's
        until(lambda: not alive(step))


def test_ctrl_c_stops_the_step_and_clears_up(machine: Machine):
    process, step = start_hanging(machine)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=120)
    assert process.returncode != 0
    assert "KeyboardInterrupt" in errors
    assert not alive(step)
    assert leftovers(machine) == []
    assert "configured ft" in (machine.shelf.root / KEY / "ft.log").read_text()
    build(machine)
    assert machine.builds() == ["gil", "ft", "ft"]


def test_two_calls_at_once_build_one_pair(machine: Machine):
    """The second waits, says so, and finds everything done."""
    hanging, _ = start_hanging(machine)
    second = start(machine)
    try:
        assert second.stderr
        assert "waiting" in second.stderr.readline()
        assert second.poll() is None
    finally:
        hanging.kill()
        hanging.communicate()
    _, errors = second.communicate(timeout=120)
    assert second.returncode == 0, errors
    assert machine.builds() == ["gil", "ft", "ft"]
    third = start(machine)
    third.communicate(timeout=120)
    assert third.returncode == 0
    assert machine.builds() == ["gil", "ft", "ft"]


def test_leftovers_of_a_killed_download_go(machine: Machine):
    machine.shelf.downloads.mkdir(parents=True)
    partial = machine.shelf.downloads / f"Python-{LINE}.1.tar.xz.abc.part"
    partial.write_bytes(b"half")
    with machine.shelf.locked(machine.say):
        assert not partial.exists()
