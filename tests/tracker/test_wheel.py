"""The wheel: built, installed into an empty environment, and used from there without the checkout."""

import json
import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
import uv

from ftguide.cli import main as front_door
from ftguide.cli.main import INSTALLED, VERBS
from ftguide.ground.files import ROOT
from ftguide.tracker.declare import packages
from tests.tracker.check.conftest import DATA


def test_the_version_is_the_one_that_is_cited():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert f'version: "{project["version"]}"' in (ROOT / "CITATION.cff").read_text()


def test_each_verb_that_is_installed_is_carried():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    carried = project["tool"]["hatch"]["build"]["only-include"]
    assert {f"ftguide/cli/{VERBS[verb]}.py" for verb in INSTALLED} <= set(carried)
    assert all((ROOT / path).exists() for path in carried)


def test_what_needs_the_checkout_says_so(monkeypatch, capsys):
    monkeypatch.setattr(front_door, "in_checkout", lambda: False)
    assert front_door.main(["bench", "--list"]) == 2
    assert "bench needs the checkout" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        front_door.main(["--help"])
    said = capsys.readouterr().out
    assert "check" in said
    assert "bench" not in said


@pytest.mark.registry
@pytest.mark.timeout(600)
def test_built_installed_and_used(tmp_path):
    """Asks the index for the build back end and the dependencies, as an installer does."""
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", tmp_path, ROOT]
    subprocess.run(build, check=True)
    (wheel,) = tmp_path.glob("ftguide-*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert not [name for name in names if name.endswith(".lock") or "/suite/" in name]
    evidence = [name for name in names if "/compatibility/evidence/" in name]
    assert len(evidence) == len(list((ROOT / "compatibility" / "evidence").glob("*.jsonl")))
    assert len(evidence) <= len(packages.read(ROOT / packages.PACKAGES))

    root = tmp_path / "env"
    tool = uv.find_uv_bin()
    subprocess.run([tool, "venv", "--quiet", "--python", sys.executable, root], check=True)
    python = root / "bin" / "python"
    install = [tool, "pip", "install", "--quiet", "--python", python, wheel]
    subprocess.run(install, check=True)
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}

    def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
        command = [root / "bin" / "ftguide", *words]
        return subprocess.run(
            command, cwd=tmp_path, env=clean, capture_output=True, text=True, check=False
        )

    def answers(file: str, code: int) -> dict[str, tuple[str, bool]]:
        there = ("--offline", "--json", "--platform", "manylinux_x86_64")
        done = run("check", DATA / file, *there)
        assert done.returncode == code, done.stderr
        listed = json.loads(done.stdout)["dependencies"]
        return {one["name"]: (one["answer"], bool(one["proof"])) for one in listed}

    assert answers("Pipfile.lock", 1) == {"lxml": ("turns-gil-on", True)}
    assert answers("crlf.txt", 1) == {
        "lxml": ("turns-gil-on", True),
        "numpy": ("unknown", False),  # a pin that nobody has looked at
    }
    assert answers("conda/environment.yml", 0) == {
        "numpy": ("unknown", False),
        "lxml": ("unknown", False),
        "regex": ("gil-stays-off", True),
    }
    assert run("check", "--help").returncode == 0
    refused = run("bench")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "bench needs the checkout" in refused.stderr
    assert "check, collect, probe" in refused.stderr
    assert "bench" not in run("--help").stdout
