"""The C API's patches lead from before to after; each step compiles, passes its tests; the ends race."""

import json
import shlex
import shutil
import subprocess
import sysconfig
from pathlib import Path

import pytest

from ftguide.ground.files import ROOT
from ftguide.ground.vocabulary import Build
from ftguide.native.examples import trial
from ftguide.native.examples.catalogue import Variant
from tests.chance import seen
from tests.slow import slow_but

EXAMPLES = ROOT / "examples"
CAPI = EXAMPLES / "capi"
STEPS = sorted((CAPI / "steps").glob("*.patch"))
FLAGS = ("-shared", "-fPIC", "-O1", "-Wall", "-Werror")
pytestmark = pytest.mark.interpreters


def compiled(source: Path, python: str, folder: Path) -> dict[str, str]:
    """Compile one file into a folder; return the environment in which `import tally` finds it."""
    asked = (
        "import json, sysconfig as s; "
        "print(json.dumps([s.get_path('include'), s.get_config_var('EXT_SUFFIX')]))"
    )
    said = subprocess.run([python, "-c", asked], capture_output=True, check=True).stdout
    include, suffix = json.loads(said)
    folder.mkdir(parents=True, exist_ok=True)
    compiler = shlex.split(sysconfig.get_config_var("CC") or "cc")[:1]
    command = [
        *compiler,
        *FLAGS,
        f"-I{include}",
        str(source),
        "-o",
        str(folder / f"{source.stem}{suffix}"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return {"PYTHONPATH": str(folder)}


@pytest.fixture(scope="session")
def states(tmp_path_factory) -> list[Path]:
    """Apply the patches one after the other; return the source after each, `before` first."""
    work = tmp_path_factory.mktemp("capi")
    found = [CAPI / "before" / "tally.c"]
    for patch in STEPS:
        folder = work / patch.stem
        folder.mkdir()
        shutil.copy(found[-1], folder / "tally.c")
        done = subprocess.run(
            ["git", "apply", str(patch)], cwd=folder, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{patch.name}: {done.stderr}"
        found.append(folder / "tally.c")
    return found


def test_the_steps_lead_from_before_to_after(states):
    assert [patch.name[:2] for patch in STEPS] == [f"{n:02}" for n in range(1, len(STEPS) + 1)]
    assert states[-1].read_text() == (CAPI / "after" / "tally.c").read_text()
    texts = [state.read_text() for state in states]
    assert len(set(texts)) == len(texts)
    for name in ("pyproject.toml",):
        assert (CAPI / "before" / name).read_text() == (CAPI / "after" / name).read_text()


@pytest.mark.parametrize("build", list(Build))
@pytest.mark.parametrize("number", slow_but({0, len(STEPS)}, range(len(STEPS) + 1)))
def test_every_step_compiles_and_passes_its_tests(states, executables, build, number, tmp_path):
    environ = compiled(states[number], executables[build], tmp_path / "site")
    more = trial.options(Variant.BEFORE, build)
    command = [executables[build], *more, str(EXAMPLES / "test_tally.py")]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("build", list(Build))
@pytest.mark.parametrize("variant", list(Variant))
def test_the_gil_after_import(executables, build, variant, tmp_path):
    environ = compiled(CAPI / variant / "tally.c", executables[build], tmp_path)
    expected = build is Build.GIL or variant is Variant.BEFORE
    assert trial.gil_after_import(executables[build], environ) is expected


@pytest.mark.slow
def test_before_fails_and_after_passes_without_the_gil(executables, tmp_path, monkeypatch):
    """Nine of ten races of `before` fail on a quiet machine; on a busy one it may take more than ten."""
    python = executables[Build.FREE_THREADED]
    endings = {variant: [] for variant in Variant}

    def race(variant):
        command = [python, *trial.options(variant, Build.FREE_THREADED)]
        _, seconds = trial.plan(variant, Build.FREE_THREADED, 10)
        endings[variant].append(trial.race(command, EXAMPLES, environ, seconds))
        return trial.summed(endings[variant])

    environ = compiled(CAPI / "before" / "tally.c", python, tmp_path / "before")
    seen(lambda: race(Variant.BEFORE), lambda races: races.failed >= 9)
    environ = compiled(CAPI / "after" / "tally.c", python, tmp_path / "after")
    monkeypatch.setattr(trial, "GRACE_SECONDS", 60.0)
    for _ in range(10):
        after = race(Variant.AFTER)
    assert after.failed == 0, endings
    assert after.adds >= 10 * 4000


@pytest.mark.slow
def test_before_passes_with_the_gil(executables, tmp_path, monkeypatch):
    """The lesson of the page: there, the mistakes do not show."""
    monkeypatch.setattr(trial, "GRACE_SECONDS", 60.0)
    python = executables[Build.GIL]
    environ = compiled(CAPI / "before" / "tally.c", python, tmp_path)
    races = [trial.race([python], EXAMPLES, environ, 0.5) for _ in range(3)]
    assert [race.kind for race in races] == ["passed"] * 3, races
