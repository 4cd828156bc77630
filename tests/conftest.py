"""Fixtures shared by all tests: the interpreters that are measured."""

import os
import shutil
import signal
from pathlib import Path

import pytest

from ftguide.interpreters.model import Build, Pair
from ftguide.interpreters.provide import provide

ROOT = Path(__file__).resolve().parents[1]

# A shell that starts us in the background has SIGINT ignored, and ignoring is inherited: the tests that
# interrupt a process would wait for ever. With a handler here, children begin with the default.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def pair() -> Pair:
    """Provide a real pair of interpreters, the way the main job does."""
    lines: list[str] = []
    found = provide("3.14", say=lines.append)
    print("\n".join(lines))
    return found


@pytest.fixture(scope="session")
def executables(pair: Pair) -> dict[Build, str]:
    """Return the executables of the pair by build."""
    return {Build.GIL: pair.gil.executable, Build.FREE_THREADED: pair.ft.executable}


@pytest.fixture
def laboratory(tmp_path: Path) -> Path:
    """Make a checkout whose catalogue is the specimens: workloads that misbehave in known ways."""
    root = tmp_path / "checkout"
    workloads = root / "benchmarks" / "workloads"
    workloads.mkdir(parents=True)
    (root / "ftguide").symlink_to(ROOT / "ftguide")
    shutil.copy(ROOT / "benchmarks" / "workloads" / "declare.py", workloads)
    shutil.copy(ROOT / "tests" / "bench" / "specimens.py", workloads)
    return root


@pytest.fixture
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Drop PYTHON* settings of the caller."""
    for name in [name for name in os.environ if name.startswith("PYTHON")]:
        monkeypatch.delenv(name)
