"""A checkout whose families are the specimens, and the interpreters to try them on."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from ftguide.outcomes.declare.catalogue import Catalogue, catalogue
from ftguide.outcomes.observe.plan import PRESETS
from ftguide.outcomes.observe.run import Bench, benches

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def checkout(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("outcomes")
    folder = root / "outcomes" / "tests"
    folder.mkdir(parents=True)
    (root / "ftguide").symlink_to(ROOT / "ftguide")
    shutil.copy(ROOT / "outcomes" / "tests" / "declare.py", folder)
    shutil.copy(Path(__file__).with_name("specimens.py"), folder)
    return root


@pytest.fixture(scope="session")
def specimens(checkout) -> Catalogue:
    return catalogue(checkout / "outcomes" / "tests")


@pytest.fixture(scope="session")
def subjects(pair, checkout) -> dict[str, Bench]:
    """The GIL-enabled build, the free-threaded one, and that one with its GIL on."""
    made = {}
    for bench in benches([pair.gil, pair.ft], PRESETS["default"]):
        name = ("on" if bench.subject.gil else "ft") if bench.subject.build.suffix else "gil"
        made[name] = replace(bench, runner=replace(bench.runner, root=checkout))
    return made
