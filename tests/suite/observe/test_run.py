"""Executing a plan: every workload gets its row, whatever its neighbours do."""

import dataclasses
import itertools
import json
import shutil
import tempfile
from pathlib import Path

import msgspec
import pytest

from ftguide.ground import files
from ftguide.ground.machine import Platform
from ftguide.ground.process.keeper import leave_shared
from ftguide.ground.vocabulary import Build
from ftguide.suite.declare import catalogue, plan, presets
from ftguide.suite.derive import analysis
from ftguide.suite.derive.flag import FlagKind
from ftguide.suite.observe import run
from ftguide.suite.observe.arm_process import ArmProcess
from ftguide.suite.observe.lines import Pairs
from ftguide.suite.record import store
from ftguide.suite.record.writer import RunFolder
from tests.chance import PATIENCE
from tests.conftest import make_laboratory
from tests.slow import slow_but

pytestmark = pytest.mark.interpreters


class Witness:
    """An observer that remembers."""

    def __init__(self):
        self.blocks, self.failures, self.seconds, self.ticks = [], [], [], 0
        self.costs_of = []

    def planned(self, blocks, done):
        self.total = (blocks, done)

    def block(self, workload, index):
        self.blocks.append((workload.slug, index))

    def costs(self, workload, arm):
        self.costs_of.append((workload.slug, arm))

    def tick(self):
        self.ticks += 1

    def done(self, seconds):
        self.seconds.append(seconds)

    def failed(self, failure):
        self.failures.append(failure)


def list_specimens(laboratory, monkeypatch):
    """List the specimens as the catalogue."""
    import importlib.util

    path = laboratory / "benchmarks" / "workloads" / "specimens.py"
    spec = importlib.util.spec_from_file_location("benchmarks.workloads.specimens", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(catalogue.inspect, "getsource", lambda _: path.read_text())
    return {entry.slug: entry for entry in catalogue.entries_of(module)}


def make_executor(laboratory, pair, specimens, place):
    """Return a function that measures some specimens and stores the run below a place."""
    pairs = Pairs.of(pair)

    def executor(*slugs, budget=None, blocks=2, clock=None, on=None, threads=2, costs=False):
        size = dataclasses.replace(
            presets.preset("smoke"), single_blocks=blocks, multi_blocks=blocks
        )
        entries = [specimens[slug] for slug in slugs]
        planned = plan.make_plan(entries, size=size, threads=threads, seed=3, budget_seconds=budget)
        planned = dataclasses.replace(planned, costs=costs)
        on, witness = on or Platform(), Witness()
        new = run.new_run(planned, pairs, root=laboratory, on=on, flags=())
        with RunFolder.create(place / "local", new) as held:
            execution = run.Execution(
                held,
                pairs,
                root=laboratory,
                on=on,
                patience=PATIENCE,
                observer=witness,
                entries=lambda: entries,
                **({"clock": clock} if clock else {}),
            )
            return execution.run(), witness, held.folder

    return executor


@pytest.fixture
def specimens(laboratory, monkeypatch):
    return list_specimens(laboratory, monkeypatch)


@pytest.fixture
def execute(laboratory, pair, specimens, tmp_path):
    return make_executor(laboratory, pair, specimens, tmp_path)


@pytest.fixture(scope="module")
def ordinary(pair, tmp_path_factory):
    """Measure three specimens that behave once, for the tests that only look at the run."""
    place = tmp_path_factory.mktemp("ordinary")
    laboratory = make_laboratory(place / "checkout")
    with pytest.MonkeyPatch.context() as monkeypatch:
        specimens = list_specimens(laboratory, monkeypatch)
        executor = make_executor(laboratory, pair, specimens, place)
        return executor("well-behaved", "well-behaved-threads", "splits", blocks=1)


def test_a_run_has_every_planned_block(ordinary):
    stored, witness, folder = ordinary
    assert {(b.workload, b.index) for b in stored.blocks} == {
        (slug, 0) for slug in ("well-behaved", "well-behaved-threads", "splits")
    }
    assert witness.total == (3, 0)
    assert len(witness.seconds) == 3
    assert witness.ticks > 0
    names = {path.name for path in folder.iterdir()}
    assert {"run.json", "blocks.xz"} <= names
    assert "blocks.jsonl" not in names


def test_killed_workers_leave_no_temporary_folder(execute, monkeypatch):
    with tempfile.TemporaryDirectory() as place:  # short: multiprocessing puts sockets there
        monkeypatch.setenv("TMPDIR", place)
        monkeypatch.setattr(tempfile, "tempdir", None)
        stored, _, _ = execute("litters", blocks=1)
        assert len(stored.blocks) == 1
        assert [each for each in Path(place).rglob("*") if each.suffix != ".kept"] == []
        leave_shared()
        assert list(Path(place).iterdir()) == []


@pytest.mark.timeout(900)  # it measures for long where others measure too
@pytest.mark.slow
def test_costs_come_last_and_of_every_arm_but_copies(execute):
    stored, witness, folder = execute("holds", blocks=1, costs=True)
    arms = [name for name in stored.planned("holds").arms if "again" not in name]
    assert [arm for _, arm in witness.costs_of] == arms == [cost.arm for cost in stored.costs]
    kinds = [line.cost is not None for line in store.read_lines(folder)]
    assert kinds == sorted(kinds)
    for cost in stored.costs:
        assert len(cost.start_seconds) == 3
        assert min(cost.start_seconds) > 0
        assert cost.samples > 0
    held = {cost.arm: cost.peak_pss_bytes for cost in stored.costs}
    if held["ft-single"] is not None:  # Linux
        assert held["ft-threads-2"] < held["ft-processes-2"]


@pytest.mark.slow
def test_what_is_observed_stands_beside_every_value(execute):
    stored, _, _ = execute("observes", blocks=1)
    record = stored.blocks[0].arms["ft-threads-2"]
    assert [workers for workers, _ in record.observed] == [2.0] * len(record.spans)
    assert [one.key for one in stored.planned("observes").observes] == ["workers", "calls"]


def test_loops_are_calibrated_once_and_equal_on_all_arms(ordinary):
    stored, witness, folder = ordinary
    plans = [line for line in store.read_lines(folder) if line.loops and "splits" in line.loops]
    assert [index for slug, index in witness.blocks if slug == "splits"].count(-1) == 1
    for block in stored.of("well-behaved"):
        assert len({record.loops for record in block.arms.values()}) == 1
    for block in stored.of("splits"):
        loops = {name: record.loops for name, record in block.arms.items()}
        assert len({n for name, n in loops.items() if "single" in name}) == 1
        assert len({n for name, n in loops.items() if "single" not in name}) == 1
        planned = next(w for w in plans if w.loops)
        assert loops["ft-threads-2"] * 2 == planned.loops[block.workload]


def test_a_block_records_what_its_readers_need(ordinary):
    stored, _, _ = ordinary
    block = stored.of("well-behaved-threads")[0]
    assert set(block.arms) == set(stored.planned("well-behaved-threads").arms)
    for name, record in block.arms.items():
        assert len(record.spans) == len(block.order)
        assert {len(spans) for spans in record.spans} == {2 if "-2" in name else 1}
        assert (
            record.gil_before == record.gil_after == (not name.startswith("ft") or "gil-on" in name)
        )
    # Arms take turns: sorted by start, the values follow the order that was drawn.
    turns = sorted(
        (min(start for start, _ in spans), name)
        for name, record in block.arms.items()
        for spans in record.spans
    )
    assert [name for _, name in turns] == [name for round_ in block.order for name in round_]
    assert 0 <= block.overhead_seconds < block.seconds


@pytest.mark.parametrize(
    ("slug", "kind"),
    slow_but(
        {("raises", "raised")},
        [("raises", "raised"), ("crashes", "crashed"), ("lies", "wrong-answer"), ("hangs", "hung")],
    ),
)
def test_a_failing_workload_does_not_stop_the_others(execute, slug, kind, monkeypatch):
    def started(arm, *, slug, patience, **others):
        patience = 3.0 if slug == "hangs" else patience  # the other one takes what it takes
        return ArmProcess(arm, slug=slug, patience=patience, **others)

    monkeypatch.setattr(run.blocks, "ArmProcess", started)
    stored, witness, _ = execute(slug, "well-behaved")
    (failure,) = stored.failures
    assert (failure.workload, failure.kind) == (slug, kind)
    assert witness.failures == [failure]
    assert [block.index for block in stored.of("well-behaved")] == [0, 1]
    rows = {row.slug: row for row in analysis.report(stored).rows}
    assert rows[slug].failure == failure
    assert rows["well-behaved"].single is not None


@pytest.mark.timeout(900)  # it measures for long where others measure too
@pytest.mark.slow
def test_a_budget_is_spent_on_the_widest_interval_after_the_minimum(execute):
    # Much between two looks, so that how long a block really takes is nothing beside it.
    ticks = itertools.count(step=1000.0)
    stored, _, _ = execute("well-behaved", "splits", budget=20_000.0, clock=lambda: next(ticks))
    assert len(stored.blocks) > 4
    assert min(len(stored.of(slug)) for slug in ("well-behaved", "splits")) >= 2


def test_a_finished_run_that_is_only_to_be_indexed_spends_no_budget_again(
    ordinary, pair, laboratory, specimens, tmp_path, monkeypatch
):
    stored, _, folder = ordinary
    copy = shutil.copytree(folder, tmp_path / folder.name)
    planned = dataclasses.replace(stored.run.plan, budget_seconds=40.0)
    finished = dataclasses.replace(stored.run, plan=planned)
    files.write_atomic(copy / "run.json", files.to_json(finished))
    monkeypatch.setattr(run.blocks, "measure", lambda *_: pytest.fail("it measures"))
    with RunFolder.resume(copy) as held:
        execution = run.Execution(
            held,
            Pairs.of(pair),
            root=laboratory,
            on=Platform(),
            patience=PATIENCE,
            observer=Witness(),
            entries=lambda: list(specimens.values()),
        )
        assert execution.run().blocks == stored.blocks


def test_a_resumed_run_must_find_what_it_was_begun_with(ordinary, pair, monkeypatch, specimens):
    stored, _, _ = ordinary
    monkeypatch.setattr(run, "catalogue", lambda: specimens)
    on = Platform()
    run.check_resumable(stored.run, Pairs.of(pair), on)
    other = dataclasses.replace(stored.run.machine, fingerprint="0" * 64)
    with pytest.raises(run.ResumeError, match="begun on another machine"):
        run.check_resumable(dataclasses.replace(stored.run, machine=other), Pairs.of(pair), on)
    swapped = {Build.GIL: pair.ft.facts, Build.FREE_THREADED: pair.gil.facts}
    with pytest.raises(run.ResumeError, match="another GIL-enabled interpreter"):
        run.check_resumable(
            dataclasses.replace(stored.run, interpreters=swapped), Pairs.of(pair), on
        )
    monkeypatch.setattr(run, "catalogue", dict)
    with pytest.raises(run.ResumeError, match="the code of well-behaved has changed"):
        run.check_resumable(stored.run, Pairs.of(pair), on)


@pytest.mark.slow
def test_a_platform_without_affinity_is_measured_and_every_row_flagged(execute):
    stored, _, _ = execute("well-behaved", "well-behaved-threads", on=Platform(pin=None))
    assert not stored.run.pinned
    assert {block.cpus for block in stored.blocks} == {None}
    for row in analysis.report(stored).rows:
        assert row.single is not None
        assert FlagKind.UNPINNED in {flag.kind for flag in row.flags}


@pytest.mark.slow
def test_one_cpu_is_enough_for_single_arms(execute):
    cpu = Platform().usable()[0]
    one = Platform(allowed=lambda: (cpu,), quota=lambda: None)
    stored, _, _ = execute("well-behaved-threads", on=one, threads=1)
    assert stored.run.machine.usable_cpus == 1
    (row,) = analysis.report(stored).rows
    assert row.single is not None
    assert row.threads is row.efficiency is None


@pytest.mark.parametrize(
    ("status", "commit", "dirty"),
    [
        ("", "a" * 40, False),
        (" M code.py", "a" * 40, True),
        (None, "a" * 40, True),  # git took too long
        (None, None, False),  # there is no git, and no commit to differ from
    ],
)
def test_a_tree_that_nobody_looked_at_is_not_called_that_of_its_commit(
    monkeypatch, tmp_path, status, commit, dirty
):
    monkeypatch.setattr(run, "git", lambda _, word, *__: status if word == "status" else commit)
    suite = run.suite(tmp_path)
    assert (suite.commit, suite.dirty) == (commit, dirty)


def test_stored_data_name_no_path(execute, laboratory):
    _, _, folder = execute("raises", "well-behaved")
    text = (folder / "run.json").read_text() + json.dumps(
        [msgspec.to_builtins(line) for line in store.read_lines(folder)]
    )
    assert str(laboratory) not in text
    assert "/home/" not in text
    assert "<repo>" in text
