"""The store: corrupt and foreign files are named, writing is whole or not at all."""

import json

import msgspec
import pytest

from ftguide import files
from ftguide.suite.record import store
from ftguide.suite.record.model import SCHEMA, Failure, IndexEntry, Line
from ftguide.suite.record.writer import RunFolder
from tests.suite.derive.builder import make_run

FAILURE = Line(
    failure=Failure(workload="nbody", index=0, arm="ft-single", kind="raised", message="no")
)


@pytest.fixture
def folder(tmp_path):
    run = make_run()
    with RunFolder.create(tmp_path, run) as held:
        held.append(FAILURE)
        held.append(Line(loops={"nbody": 3}))
    return tmp_path / run.run_id


def test_what_is_written_is_read_back(folder):
    assert store.load(folder).failures == (FAILURE.failure,)
    assert store.read_lines(folder)[1].loops == {"nbody": 3}
    assert store.read_run(folder).run_id == folder.name


def test_an_unfinished_last_line_is_left_out_and_cut_off_on_resume(folder):
    path = folder / "blocks.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"block": {"work')
    assert len(store.read_lines(folder)) == 2
    with RunFolder.resume(folder) as held:
        assert path.read_bytes() == whole
        held.append(FAILURE)
    assert len(store.read_lines(folder)) == 3


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda raw: raw[:100], "truncated"),
        (lambda raw: b"", "truncated"),
        (lambda raw: raw.replace(b'"pinned": true', b'"pinned": "yes"'), r"\$\.pinned"),
        (lambda raw: raw.replace(b'"run_id"', b'"id"'), "run_id"),
        (lambda raw: b"\x80\x04pickle", "truncated or not one of ours"),
    ],
)
def test_a_damaged_run_is_named_with_place_and_remedy(folder, damage, told):
    path = folder / "run.json"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(store.StoreError, match=told) as caught:
        store.load(folder)
    assert str(path) in str(caught.value)
    assert "restore it" in str(caught.value)


def test_a_damaged_line_is_named_by_number(folder):
    path = folder / "blocks.jsonl"
    path.write_bytes(path.read_bytes().replace(b'{"nbody":3}', b'{"nbody":"3"}'))
    with pytest.raises(store.StoreError, match=r"blocks\.jsonl, line 2: Expected `int`"):
        store.load(folder)


def test_a_run_of_another_schema_is_refused(folder):
    path = folder / "run.json"
    data = json.loads(path.read_text()) | {"schema": SCHEMA + 1}
    path.write_text(json.dumps(data))
    with pytest.raises(store.StoreError, match=f"schema {SCHEMA + 1}"):
        store.load(folder)


def test_a_run_in_a_folder_of_another_name_is_refused(folder):
    with pytest.raises(store.StoreError, match="does not match its folder"):
        store.load(folder.rename(folder.with_name("20260101T000000Z-00000000")))


def test_a_broken_archive_is_named(folder):
    (folder / "blocks.jsonl.gz").write_bytes(files.pack(b"{}\n")[:-4])
    with pytest.raises(store.StoreError, match=r"blocks\.jsonl\.gz: cannot be unpacked"):
        store.load(folder)


def test_an_archive_that_unpacks_to_too_much_is_refused(folder, monkeypatch):
    monkeypatch.setattr(store, "MAX_UNPACKED_BYTES", 1000)
    (folder / "blocks.jsonl.gz").write_bytes(files.pack(b"\n" * 2000))
    with pytest.raises(store.StoreError, match="more than 1000 bytes"):
        store.load(folder)


@pytest.mark.parametrize("machine", ["../../etc", "", "A", "a/b", ".hidden"])
def test_an_index_cannot_lead_out_of_its_folder(tmp_path, machine):
    entry = IndexEntry(
        run_id="20260101T000000Z-00000000",
        machine=machine,
        started="",
        preset="full",
        python="3.14.7",
        compiler="GCC",
        citable=True,
    )
    (tmp_path / "index.json").write_bytes(
        msgspec.json.encode({"schema": SCHEMA, "runs": [msgspec.to_builtins(entry)]})
    )
    with pytest.raises(store.StoreError, match=r"\$\.runs\[0\]"):
        store.read_index(tmp_path)


def test_a_folder_without_an_index_has_no_runs(tmp_path):
    assert store.read_index(tmp_path).runs == ()


def test_a_run_folder_has_one_writer(folder):
    with (
        RunFolder.resume(folder),
        pytest.raises(store.StoreError, match="another process"),
        RunFolder.resume(folder),
    ):
        pass


def test_a_full_disk_keeps_the_finished_blocks(folder):
    """RLIMIT_FSIZE stands in for a full disk: write() fails in the same place."""
    resource = pytest.importorskip("resource")
    before = (folder / "blocks.jsonl").read_bytes()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    with RunFolder.resume(folder) as held:
        resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 20, limits[1]))
        try:
            with pytest.raises(store.StoreError, match="The finished blocks are safe"):
                held.append(FAILURE)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        assert (folder / "blocks.jsonl").read_bytes() == before
        held.append(FAILURE)
    assert len(store.read_lines(folder)) == 3
