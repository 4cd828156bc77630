"""The catalogue: recorded hashes, what a hash covers, and names."""

import json
import re

import pytest

from ftguide.ground.files import ROOT
from ftguide.suite.declare.catalogue import catalogue, definitions, source_hash

SOURCE = '''
"""A family."""
import math

SIZE = 10
UNUSED = 1

def helper(x):
    return math.sqrt(x) * SIZE

def run(local, shared, loops):
    return [helper(i) for i in range(loops)]

def check(results, loops):
    pass

def nothing(*args):
    pass
'''


class Declared:
    def __init__(self):
        names: dict[str, object] = {}
        exec(SOURCE, names)
        self.run, self.check = names["run"], names["check"]
        self.setup_shared = self.setup_local = names["nothing"]
        self.observe = None


def test_every_workload_is_recorded_with_its_hash():
    """Fails when code changed without a new version, or a new workload was not recorded."""
    recorded = json.loads((ROOT / "benchmarks" / "workloads" / "hashes.json").read_text())
    now = {f"{e.slug}@{e.workload.version}": e.source_hash for e in catalogue().values()}
    assert {key: recorded.get(key) for key in now} == now


@pytest.mark.parametrize(
    ("old", "new", "changes"),
    [
        ("SIZE = 10", "SIZE = 11", True),
        ("math.sqrt", "math.exp", True),
        ("import math", "import cmath as math", True),
        ("range(loops)", "range(loops + 1)", True),
        ("UNUSED = 1", "UNUSED = 2", False),
        ('"""A family."""', '"""Another text."""', False),
    ],
)
def test_a_hash_covers_what_is_executed(old, new, changes):
    assert old in SOURCE
    before = source_hash(Declared(), SOURCE)
    assert (source_hash(Declared(), SOURCE.replace(old, new)) != before) is changes


def test_decorators_belong_to_a_definition():
    text, used = definitions("@cache\ndef f():\n    pass\n")["f"]
    assert "cache" in text
    assert "cache" in used


def test_slugs_are_permanent_names():
    for slug, entry in catalogue().items():
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug)
        assert entry.workload.slug == slug


def test_every_workload_has_its_page():
    pages = {path.stem for path in (ROOT / "source" / "benchmarks").glob("*.md")}
    assert set(catalogue()) - pages == set()
