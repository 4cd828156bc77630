"""Evidence travels between checkouts that do not trust each other."""

import shutil

import pytest

from ftguide.ground import parcel
from ftguide.ground.files import ROOT
from ftguide.ground.parcel import ParcelKind
from ftguide.tracker import submission
from ftguide.tracker.record import evidence
from ftguide.tracker.record.model import CompatError

AT = "evidence-2026-11-28"


@pytest.fixture
def here(tmp_path):
    """Return a checkout with real evidence about two packages."""
    folder = tmp_path / "here" / evidence.EVIDENCE
    folder.mkdir(parents=True)
    for path in sorted((ROOT / evidence.EVIDENCE).glob("*.jsonl"), key=lambda p: p.stat().st_size)[
        :2
    ]:
        shutil.copy(path, folder)
    return tmp_path / "here"


def sent(here, **changed):
    path = here.parent / "sent.ftguide.json"
    path.write_bytes(submission.pack(here, AT))
    if changed:
        contents = {**parcel.unpack(path).files, **changed}
        path.write_bytes(parcel.pack(ParcelKind.EVIDENCE, AT, contents))
    return path


def accept(path, root):
    return submission.accept(parcel.unpack(path), path, root)


def files_of(root):
    return sorted((root / evidence.EVIDENCE).glob("*.jsonl"))


def sightings(root):
    return [
        sorted((item.id, item.observed_at) for item in evidence.read_file(path))
        for path in files_of(root)
    ]


def test_evidence_arrives_whole_and_only_once(here, tmp_path):
    there, path = tmp_path / "there", sent(here)
    taken = accept(path, there)
    assert taken.packages == 2
    assert sightings(there) == sightings(here)
    assert taken.new == sum(map(len, sightings(here)))
    before = [path.read_bytes() for path in files_of(there)]
    assert accept(path, there).new == 0
    assert [path.read_bytes() for path in files_of(there)] == before


def test_only_what_is_new_is_appended(here, tmp_path):
    there = tmp_path / "there"
    shutil.copytree(here, there)
    first = files_of(there)[0]
    lines = first.read_bytes().split(b"\n")
    first.write_bytes(b"\n".join(lines[:1]) + b"\n")
    kept = first.read_bytes()
    assert accept(sent(here), there).new == len(lines) - 2
    assert first.read_bytes().startswith(kept)
    assert sightings(there) == sightings(here)


def test_evidence_that_was_edited_is_named_and_nothing_is_written(here, tmp_path):
    name = files_of(here)[0].name
    edited = files_of(here)[0].read_bytes().replace(b'"version":"', b'"version":"9', 1)
    with pytest.raises(CompatError, match="so it was edited") as refused:
        accept(sent(here, **{name: edited}), tmp_path / "there")
    assert f"sent.ftguide.json: $.files['{name}'], line 1" in str(refused.value)
    assert not (tmp_path / "there").exists()


@pytest.mark.parametrize("name", ["run.sh", "UPPER.jsonl", ".jsonl", "a/b.jsonl", "a_b.jsonl"])
def test_what_is_no_file_of_evidence_is_named(here, tmp_path, name):
    data = files_of(here)[0].read_bytes()
    with pytest.raises(
        (CompatError, parcel.ParcelError), match=r"sent\.ftguide\.json: \$\.files\['"
    ):
        accept(sent(here, **{name: data}), tmp_path / "there")
    assert not (tmp_path / "there").exists()
