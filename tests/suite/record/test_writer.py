"""Writing a run folder: whole or not at all, whenever it is killed, and by one process at a time."""

from dataclasses import replace

import pytest

from ftguide.cli import measuring
from ftguide.ground import files
from ftguide.suite import publish
from ftguide.suite.record import packing, store
from ftguide.suite.record.model import Line
from ftguide.suite.record.writer import RunFolder
from tests.suite.derive.builder import make_blocks, make_plan, make_run


def numbered(number):
    """Return a line like no other."""
    return Line(loops={"nbody": number})


@pytest.fixture
def folder(tmp_path):
    run = make_run()
    with RunFolder.create(tmp_path, run) as held:
        held.append(numbered(2))
        held.append(numbered(3))
    return tmp_path / run.run_id


@pytest.fixture
def busy(tmp_path, monkeypatch):
    """Hold the indexes of a checkout, as another process does, and wait for it no longer than that."""
    monkeypatch.setattr(store, "_INDEX_SECONDS", 0.0)
    results = tmp_path / store.RESULTS
    (results / "local").mkdir(parents=True)
    with (
        files.held(results / ".publish.lock"),
        files.held(results / "local" / ".publish.lock"),
    ):
        yield results


@pytest.mark.parametrize(
    "change",
    [
        publish.reindex,
        lambda results: measuring.record_local(results / "local", make_run()),
        lambda results: publish._retire(results / "local" / "run", results.parents[1]),
    ],
    ids=["reindex", "bench", "publish"],
)
def test_one_process_at_a_time_changes_an_index(busy, monkeypatch, change):
    monkeypatch.setattr(measuring, "ROOT", busy.parents[1])
    with pytest.raises(store.StoreError, match=r"index\.json: another process is changing it"):
        change(busy)
    assert not list(busy.rglob("index.json"))


def test_a_run_is_finished_whole_and_may_be_finished_twice(tmp_path):
    plan = make_plan("nbody", ["gil-single", "ft-single"])
    blocks = make_blocks(plan, {"gil-single": [1e-5] * 2, "ft-single": [1.1e-5] * 2})
    run = replace(make_run([plan]), finished=None)
    results = tmp_path / "not" / "yet"
    with RunFolder.create(results, run) as held:
        for block in blocks:
            held.append(Line(block=block))
        first = held.finish("2026-11-23T00:59:00Z")
    folder = results / run.run_id
    assert store.read_run(folder) == replace(run, finished="2026-11-23T00:59:00Z")
    assert first == store.load(folder)
    assert first.blocks == tuple(blocks)
    names = {"run.json", "blocks.xz"}
    assert {path.name for path in folder.iterdir()} == names
    before = {name: (folder / name).read_bytes() for name in names}
    with RunFolder.resume(folder) as held:
        held.finish("2026-11-24T00:00:00Z")
    assert {name for name in names if (folder / name).read_bytes() != before[name]} == {"run.json"}
    assert store.read_run(folder).finished == "2026-11-24T00:00:00Z"


@pytest.mark.parametrize(
    "left", [{"blocks.xz"}, {"blocks.xz", "blocks.jsonl"}, {"blocks.jsonl.gz"}]
)
def test_what_is_appended_to_a_run_that_was_packed_joins_its_lines(folder, left):
    """Killed in `finish`, a run is resumed: with a budget it measures more blocks."""
    growing = folder / "blocks.jsonl"
    text = growing.read_bytes()
    growing.unlink()
    content = {
        "blocks.xz": packing.pack(text),
        "blocks.jsonl.gz": files.pack(text),
        "blocks.jsonl": text,
    }
    for name in left:
        (folder / name).write_bytes(content[name])
    before = store.read_lines(folder)
    with RunFolder.resume(folder) as held:
        held.append(numbered(4))
        assert store.read_lines(folder) == (*before, numbered(4))  # if it is killed here
        held.append(numbered(5))
        held.finish("2026-11-23T00:59:00Z")
    assert store.read_lines(folder) == (*before, numbered(4), numbered(5))
    assert {path.name for path in folder.iterdir()} == {"run.json", "blocks.xz"}


def test_lines_stay_until_what_was_packed_has_been_read(folder, monkeypatch):
    before = (folder / "blocks.jsonl").read_bytes()
    monkeypatch.setattr(store, "packed", lambda path: packing.pack(path.read_bytes())[:-20])
    with (
        RunFolder.resume(folder) as held,
        pytest.raises(store.StoreError, match=r"blocks\.xz: cannot be unpacked"),
    ):
        held.finish("2026-11-23T00:59:00Z")
    assert (folder / "blocks.jsonl").read_bytes() == before


def test_a_run_is_read_when_it_is_held_and_not_before(folder, monkeypatch):
    read, lock = store.read_run, folder.parent / f".{folder.name}.lock"

    def reading(place):
        with pytest.raises(files.HeldError), files.held(lock):
            pass
        return read(place)

    monkeypatch.setattr(store, "read_run", reading)
    with RunFolder.resume(folder) as held:
        assert held.run.run_id == folder.name


def test_a_run_folder_is_made_once(tmp_path):
    run = make_run()
    with RunFolder.create(tmp_path, run):
        pass
    with pytest.raises(FileExistsError), RunFolder.create(tmp_path, run):
        pass
