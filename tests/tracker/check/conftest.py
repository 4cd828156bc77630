"""Fixtures of the tests of `check`: a target, files to read, and an index on the loopback."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ftguide.tracker.check.target import Target
from ftguide.tracker.observe import index as indexing
from tests import tracked
from tests.tracker.loopback import LoopbackIndex, serving

DATA = Path(__file__).parents[2] / "data" / "check"
TARGET = Target(line="3.14t", platform=tracked.LINUX)


@pytest.fixture
def loopback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LoopbackIndex]:
    """Serve an index that the package client is set to, with a cache of its own."""
    with serving() as index:
        monkeypatch.setenv("UV_DEFAULT_INDEX", index.address)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        monkeypatch.setattr(indexing, "default_cache", lambda: tmp_path / "cache")
        yield index
