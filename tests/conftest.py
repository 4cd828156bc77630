"""What all tests share: the interpreters that are measured, and a temporary folder that ends up empty."""

import multiprocessing.util
import os
import shutil
import signal
import tempfile
import time
from pathlib import Path

import pytest

from ftguide.ground.process.keeper import leave_shared
from ftguide.ground.vocabulary import Build
from ftguide.interpreters.model import Pair
from ftguide.interpreters.provide import Means, provide

pytest_plugins = ["tests.slow", "tests.sphinx_project"]

ROOT = Path(__file__).resolve().parents[1]

# A shell that starts us in the background has SIGINT ignored, and ignoring is inherited: the tests that
# interrupt a process would wait for ever. With a handler here, children begin with the default.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session", autouse=True)
def nothing_is_left(tmp_path_factory: pytest.TempPathFactory):
    """Give all tests and what they start one temporary folder, and fail if anything stays in it."""
    tmp_path_factory.getbasetemp()  # pytest's own folders stay where they are kept for a while
    multiprocessing.util.get_temp_dir()  # so does that of this process, which removes it when it ends
    with tempfile.TemporaryDirectory(prefix="t-") as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", folder)
        patch.setattr(tempfile, "tempdir", folder)
        yield
        leave_shared()  # what lasts as long as this process
        deadline = time.monotonic() + 60  # for processes that a test has killed a moment ago
        while (left := _left(Path(folder))) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert left == [], "tests left these in the temporary folder"


def _left(folder: Path) -> list[str]:
    """List what is in a folder, but for uv's locks: uv keeps them for the next uv."""
    return sorted(path.name for path in folder.iterdir() if not path.match("uv-*.lock"))


@pytest.fixture(scope="session")
def pair() -> Pair:
    """Provide a real pair of interpreters, the way the main job does."""
    lines: list[str] = []
    found = provide("3.14", say=lines.append, means=Means(patience_seconds=60.0))
    print("\n".join(lines))
    return found


@pytest.fixture(scope="session")
def executables(pair: Pair) -> dict[Build, str]:
    """Return the executables of the pair by build."""
    return {Build.GIL: pair.gil.executable, Build.FREE_THREADED: pair.ft.executable}


def make_laboratory(root: Path) -> Path:
    """Make a checkout whose catalogue is the specimens: workloads that misbehave in known ways."""
    workloads = root / "benchmarks" / "workloads"
    workloads.mkdir(parents=True)
    (root / "ftguide").symlink_to(ROOT / "ftguide")
    shutil.copy(ROOT / "benchmarks" / "workloads" / "declare.py", workloads)
    shutil.copy(ROOT / "tests" / "suite" / "observe" / "specimens.py", workloads)
    return root


@pytest.fixture
def laboratory(tmp_path: Path) -> Path:
    """Make a checkout of specimens."""
    return make_laboratory(tmp_path / "checkout")


@pytest.fixture
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Drop PYTHON* settings of the caller."""
    for name in [name for name in os.environ if name.startswith("PYTHON")]:
        monkeypatch.delenv(name)
