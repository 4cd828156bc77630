"""What observations say is kept as derived, and never believed for other observations, tests or code."""

import dataclasses

import pytest

from ftguide.ground import sources
from ftguide.ground.machine import LOCAL_MACHINE
from ftguide.outcomes import summaries
from ftguide.outcomes.derive import summary
from ftguide.outcomes.pages import data
from ftguide.outcomes.record import store
from outcomes.tests.declare import interesting
from tests.outcomes.made import observation

COMMAND = "`python -m ftguide summarise epyc`"


@pytest.fixture
def root(tmp_path, specimens):
    """Make a checkout with observations of one published machine."""
    lost, crashes = specimens.tests["specimen-lost"], specimens.tests["specimen-crashes"]
    for seen in (
        observation(lost, "3.14.7", counts=[{"2": 1000}] * 8),
        observation(lost, "3.14.7t", counts=[{"2": 900 - n, "1": 100 + n} for n in range(8)]),
        observation(
            lost, "3.14.7t", counts=[{"2": 9}], hash="0" * 64, observed_at="2026-01-01T00:00:00Z"
        ),
        observation(crashes, counts=[{"fine": 2}], ending="SIGSEGV"),
    ):
        store.append("epyc", seen, "specimens", tmp_path)
    return tmp_path


def test_a_summary_says_what_is_derived(root, specimens):
    stored = store.read("epyc", root)
    derived = summary.derive("epyc", specimens, stored.observations)
    assert derived[1], "the builds differ"
    summaries.write(stored, specimens, root)
    board, differing = summaries.read(stored, specimens, root)
    assert board == derived[0]
    assert {slug: [*found] for slug, found in differing.items()} == derived[1]
    assert summary.same((board, differing), derived)
    cells = {key: dataclasses.replace(cell, seen=()) for key, cell in board.cells.items()}
    assert not summary.same((dataclasses.replace(board, cells=cells), differing), derived)


def test_what_does_not_match_names_the_file_and_the_command(root, specimens, monkeypatch):
    def refused():
        with pytest.raises(summaries.SummaryError) as raised:
            summaries.read(store.read("epyc", root), specimens, root)
        assert str(raised.value).startswith("outcomes/observed/epyc/summary.bin: ")
        assert COMMAND in str(raised.value)
        return str(raised.value)

    assert "is not there" in refused()
    path = summaries.write(store.read("epyc", root), specimens, root)
    whole = path.read_bytes()
    path.write_bytes(whole[:-9])
    assert "it is cut off" in refused()
    path.write_bytes(b"not ours")
    refused()
    path.write_bytes(whole)
    with monkeypatch.context() as patch:
        patch.setattr(sources, "fingerprint", lambda *_, **__: "other")
        assert "other code" in refused()
    with monkeypatch.context() as patch:
        graded = dataclasses.replace(
            specimens.tests["specimen-lost"], outcomes=(interesting("*", "Anything."),)
        )
        patch.setitem(specimens.tests, "specimen-lost", graded)
        assert "other grades" in refused()
    seen = observation(specimens.tests["specimen-lost"], counts=[{"2": 1}])
    store.append("epyc", seen, "specimens", root)
    assert "other observations" in refused()


def test_pages_leave_out_what_may_not_be_believed_and_derive_what_lies_here_only(
    root, specimens, monkeypatch
):
    monkeypatch.setattr(data, "catalogue", lambda: specimens)
    found = data.laboratory(root)
    assert found.board is None
    assert any(COMMAND in problem for problem in found.problems)
    lost = specimens.tests["specimen-lost"]
    store.append(LOCAL_MACHINE, observation(lost, counts=[{"2": 5}] * 2), "specimens", root)
    assert data.laboratory(root).local
    assert summaries.path_of(LOCAL_MACHINE, root).exists()
    summaries.write(store.read("epyc", root), specimens, root)
    shown = data.laboratory(root)
    assert shown.board is not None
    assert shown.board.machine == "epyc"
    assert shown.problems == ()
