"""Every name the builder hands out makes a virtual environment that works, its build folder gone.

The names are the wrappers for PATH and the interpreters behind them. In the default run they belong
to a pair built here earlier, where there is one; else the wrappers are written anew for the
interpreters at hand. `-m build` builds the pair first.
"""

import os
import subprocess
import time
from pathlib import Path

import pytest

from ftguide.ground.vocabulary import Build
from ftguide.interpreters.discover import inspect
from ftguide.interpreters.model import Pair, Route
from ftguide.interpreters.provide import Means, provide
from ftguide.interpreters.shelf import Shelf, default_root, program, write_wrapper

PROBE = (
    "import sys, sysconfig, _json, json, ctypes; "
    "print(sys.prefix, sys.version.split()[0], sysconfig.get_config_var('Py_GIL_DISABLED') or 0)"
)


def environment_through(name: Path, folder: Path) -> tuple[str, str, str]:
    """Make an environment and let its interpreter say its prefix, version and build."""
    environ = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    subprocess.run(
        [name, "-m", "venv", "--without-pip", folder], check=True, timeout=120, env=environ
    )
    done = subprocess.run(
        [folder / "bin" / "python", "-c", PROBE],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
        env=environ,
    )
    prefix, version, disabled = done.stdout.split()
    return prefix, version, disabled


def check_names(names: dict[Path, Build], version: str, tmp_path: Path) -> None:
    assert names
    for number, (name, build) in enumerate(names.items()):
        folder = tmp_path / f"environment-{number}"
        expected = (str(folder), version, "1" if build is Build.FREE_THREADED else "0")
        assert environment_through(name, folder) == expected, name


def names_of(tree: Path) -> list[Path]:
    """List the names of the interpreter in a tree: python3.14, and python3.14t where it is one."""
    return [path for path in (tree / "bin").glob("python3.*") if not path.name.endswith("-config")]


@pytest.mark.interpreters
def test_environments_can_be_made_through_every_name(pair: Pair, tmp_path: Path):
    shelf = Shelf(default_root())
    on_shelf = [Path(one.path) for one in shelf.candidates("3.14")]
    folders = {path.parents[2] for path in on_shelf}
    whole = [folder for folder in folders if sum(folder in p.parents for p in on_shelf) == 2]
    if whole:
        folder = whole[0]
        version = folder.name.partition("-")[0]
        names = {name: build for build in Build for name in names_of(folder / build)}
        names |= {folder / "bin" / program(version, build): build for build in Build}
        assert len(names) >= 4
    else:
        version = pair.version
        names = {}
        for build, one in ((Build.GIL, pair.gil), (Build.FREE_THREADED, pair.ft)):
            wrapper = tmp_path / "bin" / program(version, build)
            write_wrapper(wrapper, Path(one.executable))
            names[wrapper] = build
    check_names(names, version, tmp_path)


def test_a_wrapper_is_needed_because_a_link_is_not_enough(tmp_path: Path):
    """A wrapper passes arguments on as they are and is no link, whatever its target is called."""
    target = tmp_path / "it's a $HOME" / "python"
    target.parent.mkdir()
    target.write_text('#!/bin/sh\nprintf "%s|" "$0" "$@"\n')
    target.chmod(0o755)
    wrapper = tmp_path / "bin" / "python3.14"
    write_wrapper(wrapper, target)
    done = subprocess.run([wrapper, "a b", "$c", ""], capture_output=True, text=True, check=True)
    assert done.stdout == f"{target}|a b|$c||"
    assert not wrapper.is_symlink()
    assert [path.name for path in wrapper.parent.iterdir()] == ["python3.14"]


@pytest.mark.build
@pytest.mark.timeout(3600)
def test_a_pair_is_built_from_source(tmp_path: Path):
    """The whole way on a machine without a 3.14: tarball, two builds, wrappers, environments."""
    said: list[str] = []
    folders = ("/usr/local/bin", "/usr/bin", "/bin")
    system = os.pathsep.join(one for one in folders if not list(Path(one).glob("python3.14*")))
    means = Means(
        environ={"PATH": system, "HOME": str(tmp_path), "UV_PYTHON_DOWNLOADS": "never"},
        shelf=Shelf(tmp_path / "interpreters"),
    )
    started = time.monotonic()
    built = provide("3.14", say=said.append, means=means)
    print("\n".join(said), f"\n{time.monotonic() - started:.0f} s")
    assert built.gil.route is built.ft.route is Route.SOURCE
    assert built.differences == ()
    assert not list(means.shelf.root.glob(".work-*"))
    pair_folder = Path(built.gil.executable).parents[2]
    names = {name: build for build in Build for name in names_of(pair_folder / build)}
    names |= {pair_folder / "bin" / program(built.version, build): build for build in Build}
    check_names(names, built.version, tmp_path)
    for name, build in names.items():
        assert inspect(str(name)).facts.build is build
    again = provide("3.14", say=said.append, means=means)
    assert again.gil.executable == built.gil.executable
