"""What all tests of the validation scripts share: nothing is measured, nothing reaches the checkout."""

from types import SimpleNamespace

import pytest

from ftguide.ground.vocabulary import Build
from ftguide.suite.validate import (
    accuracy,
    attempts,
    scalingbench,
    stock,
)
from tests import synthetic


@pytest.fixture(autouse=True)
def log(tmp_path, monkeypatch):
    """Keep attempts and results out of the checkout."""
    path = tmp_path / "attempts.jsonl"
    monkeypatch.setattr(attempts, "LOG", path)
    monkeypatch.setattr(attempts, "ROOT", tmp_path)
    monkeypatch.setattr(attempts, "commit", lambda: "c" * 40)
    return path


@pytest.fixture
def pair(monkeypatch):
    """Choose two interpreters that do not exist."""
    builds = {
        build: SimpleNamespace(executable=f"{build}-python", facts=synthetic.facts(build))
        for build in Build
    }
    made = SimpleNamespace(gil=builds[Build.GIL], ft=builds[Build.FREE_THREADED], builds=builds)
    for module in (accuracy, scalingbench, stock):
        monkeypatch.setattr(module.choose, "chosen", lambda *_: made)
        monkeypatch.setattr(module, "describe", lambda _: synthetic.machine())
    return made
