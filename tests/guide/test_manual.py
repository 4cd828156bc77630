"""What the manuals say is there: every option of a snippet, every kind, every file they name."""

import re

import pytest

from ftguide.ground.files import ROOT
from ftguide.guide.declare.model import Expect
from ftguide.guide.declare.options import OPTIONS

MANUAL = (ROOT / "source" / "contributing-snippets.md").read_text()
MADE = {"benchmarks/results/local"}  # by the first run
_PATH = re.compile(r"`((?:ftguide|benchmarks|compatibility|examples|source|tests)/[\w./-]*)`")


@pytest.mark.parametrize("option", sorted(OPTIONS))
def test_every_option_is_in_the_manual(option):
    assert f"`:{option}:" in MANUAL


@pytest.mark.parametrize("kind", sorted(set(Expect) - {Expect.RACE}))
def test_every_expectation_is_in_the_manual(kind):
    assert f"| `{kind}` |" in MANUAL


@pytest.mark.parametrize("name", ["CONTRIBUTING.md", "README.md"])
def test_every_file_that_is_named_exists(name):
    named = {
        path for path in _PATH.findall((ROOT / name).read_text()) if not re.search("[A-Z]{2}", path)
    }
    assert named
    assert [path for path in named - MADE if not (ROOT / path).exists()] == []
