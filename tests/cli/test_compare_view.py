"""Which published run a local one is held against in the terminal."""

from dataclasses import replace

import pytest

from ftguide.cli.compare_view import nearest_published
from ftguide.ground.vocabulary import Build
from ftguide.suite.record import store
from tests.suite.derive.builder import make_stored

MINE = make_stored(blocks=1)
GIL = MINE.run.interpreters[Build.GIL]
OLDER, NEWER = "20261124T171912Z-05328b81", "20261127T141213Z-67242dca"
LIKE_MINE = {"python": GIL.version, "compiler": GIL.compiler}


def entry(run_id, **changes):
    """List a citable full run of many workloads with binaries like mine."""
    made = replace(store.entry_of(MINE.run), run_id=run_id, machine="somewhere", preset="full")
    return replace(made, **{"citable": True, "workloads": 96, **LIKE_MINE, **changes})


@pytest.mark.parametrize(
    "other",
    [
        {"compiler": "GCC 4.2.0"},
        {"python": "3.13.0"},
        {"workloads": 13},
        {"preset": "standard"},
        {"citable": False},
        {"withdrawn": "the neighbour was mining"},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_the_nearest_comes_before_a_newer_one(tmp_path, monkeypatch, other):
    monkeypatch.setattr(store, "load", lambda folder: folder.name)
    newer, older = entry(NEWER, started="2026-11-27T14:12:13Z", **other), entry(OLDER)
    store.write_index(tmp_path, [newer, older])
    assert nearest_published(tmp_path, MINE) == OLDER


def test_of_two_alike_the_newest_is_taken_and_of_none_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(store, "load", lambda folder: folder.name)
    assert nearest_published(tmp_path, MINE) is None
    store.write_index(tmp_path, [entry(OLDER), entry(NEWER, started="2026-11-27T14:12:13Z")])
    assert nearest_published(tmp_path, MINE) == NEWER
