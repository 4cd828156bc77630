"""Records: times that follow from marks of the clock, and lines of older versions that are still read."""

from dataclasses import replace

import msgspec
import pytest

from ftguide.ground.files import ROOT
from ftguide.suite import summaries
from ftguide.suite.record import store
from ftguide.suite.record.model import ArmRecord, IndexEntry, Plan, PlannedWorkload, duration
from tests.suite.derive.builder import make_blocks, make_plan, stored_of


def test_a_value_takes_from_the_first_start_to_the_last_end():
    """Two workers, 4 loops: 10 to 250 ns are 60 ns a loop, whichever worker was first or last."""
    record = ArmRecord(
        loops=4,
        spans=(((10, 110), (30, 250)), ((30, 250), (10, 110)), ((1000, 1040), (1004, 1008))),
        gil_before=True,
        gil_after=True,
    )
    assert record.seconds_per_loop == pytest.approx((60e-9, 60e-9, 10e-9), rel=1e-12)


def test_a_value_in_laps_takes_as_long_as_from_its_first_to_its_last_mark():
    assert duration([[3, 5, 6, 9]]) == 6
    assert duration([[4, 8], [3, 9]]) == duration([[3, 9], [4, 8]]) == 6


def test_a_plan_and_a_run_know_their_workloads():
    plans = [make_plan(slug, ["gil-single"]) for slug in ("nbody", "richards")]
    columns = {"gil-single": [1e-5] * 3}
    stored = stored_of(*((plan, make_blocks(plan, columns)[::-1]) for plan in plans))
    assert stored.planned("richards") is plans[1]
    assert stored.run.plan.workload("nbody") is plans[0]
    assert [block.index for block in stored.of("nbody")] == [0, 1, 2]
    assert {block.workload for block in stored.of("richards")} == {"richards"}
    assert stored.of("other") == ()
    with pytest.raises(KeyError, match="other"):
        stored.planned("other")


FIRST = {
    ArmRecord: (
        {"loops": 1, "spans": [[[0, 1]]], "gil_before": True, "gil_after": True},
        {
            **dict.fromkeys(("gc_collections", "minor_faults", "major_faults"), 0),
            **dict.fromkeys(("involuntary_switches", "idle_cpu_ns"), 0),
            "observed": (),
            "laps": (),
        },
    ),
    PlannedWorkload: (
        {
            **dict.fromkeys(("slug", "source_hash", "title", "question", "group", "scope"), "x"),
            **dict.fromkeys(("scaling", "expectation", "because", "explained_at"), "x"),
            "version": 1,
            "arms": [],
            "rounds": 4,
        },
        {
            **dict.fromkeys(("loops", "single_loops", "remedy", "blocks")),
            "cpus": 1,
            "observes": (),
            "without": {},
            "laps": False,
        },
    ),
    Plan: (
        {
            "preset": "full",
            "seed": 1,
            "blocks": 3,
            "budget_seconds": None,
            "threads": 2,
            "workloads": [],
        },
        {"block_seconds": None, "costs": False},
    ),
    IndexEntry: (
        {
            **dict.fromkeys(("run_id", "machine", "started", "preset", "python", "compiler"), "x"),
            "citable": True,
        },
        {"withdrawn": None, "workloads": 0},
    ),
}


@pytest.mark.parametrize("kind", FIRST, ids=lambda kind: kind.__name__)
def test_what_the_first_version_wrote_means_what_it_meant(kind):
    """A field that was added later has the value of a run that knew nothing of it, for ever."""
    written, added = FIRST[kind]
    record = msgspec.json.decode(msgspec.json.encode(written), type=kind)
    assert {name: getattr(record, name) for name in added} == added


def test_every_published_run_is_read_and_indexed_as_it_is():
    results = ROOT / store.RESULTS
    runs = store.read_index(results).runs
    assert len(runs) > 10
    for entry in runs:
        folder = store.folder_of(results, entry)
        found = store.entry_of(store.read_run(folder), summaries.noise(folder))
        kept = {name: getattr(entry, name) for name in ("withdrawn", "contributed", "values_in")}
        assert replace(found, **kept) == entry
        assert bool(entry.values_in) is not store.blocks_path(folder).exists()
