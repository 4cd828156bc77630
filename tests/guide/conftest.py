"""A small repository with pages, and targets that need no pair: this Python in both roles, as 3.14."""

import sys
from pathlib import Path

import pytest

from ftguide.ground.vocabulary import Build
from ftguide.guide.declare import extract
from ftguide.guide.declare.extract import Page
from ftguide.guide.declare.model import Snippet
from ftguide.guide.observe.execute import Target


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "source" / "snippets").mkdir(parents=True)
    return tmp_path


@pytest.fixture
def page(root: Path):
    """Write a page and read its snippets."""

    def write(text: str, name: str = "page") -> Page:
        path = root / "source" / f"{name}.md"
        path.write_text(text)
        return extract.extract(path, root)

    return write


@pytest.fixture
def snippet(page):
    """Make a snippet from its options and code."""

    def make(code: str, *options: str) -> Snippet:
        head = "\n".join(options)
        read = page(f"# P\n\n```{{snippet}} it\n{head}\n\n{code}\n```\n")
        assert read.problems == ()
        return read.snippets[0]

    return make


@pytest.fixture
def targets() -> dict[Build, Target]:
    return {
        build: Target(build=build, version="3.14.7", executable=sys.executable, places=())
        for build in Build
    }
