"""Evidence travels between checkouts that do not trust each other."""

import contextlib
import json
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from ftguide.ground import parcel, redact
from ftguide.ground.files import ROOT
from ftguide.ground.parcel import ParcelKind
from ftguide.tracker import submission
from ftguide.tracker.record import evidence
from ftguide.tracker.record.model import CompatError
from tests.fuzz.mutations import own_name
from tests.site.poison import put, strings

AT = "evidence-2026-11-28"


@pytest.fixture
def here(tmp_path, monkeypatch):
    """Return a checkout with real evidence about two packages, on a machine whose name says nothing."""
    monkeypatch.setattr(redact, "private_words", list)
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


def test_accepting_at_once_adds_every_sighting_once(here, tmp_path, monkeypatch):
    """Threads stand for processes: without a second look under the lock, both would append what both miss."""
    there, path = tmp_path / "there", sent(here)
    read, together = evidence.read_package, threading.Barrier(2)

    def read_together(*arguments):
        found = read(*arguments)
        with contextlib.suppress(threading.BrokenBarrierError):
            together.wait(timeout=0.5)
        return found

    monkeypatch.setattr(evidence, "read_package", read_together)
    with ThreadPoolExecutor(2) as pool:
        new = [call.result().new for call in [pool.submit(accept, path, there) for _ in range(2)]]
    monkeypatch.undo()
    assert sightings(there) == sightings(here)
    assert sum(new) == sum(map(len, sightings(here)))


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


@pytest.mark.parametrize(
    "name", ["run.sh", "UPPER.jsonl", ".jsonl", "a/b.jsonl", "a_b.jsonl", "con.jsonl", "lpt1.jsonl"]
)
def test_what_is_no_file_of_evidence_is_named(here, tmp_path, name):
    data = files_of(here)[0].read_bytes()
    with pytest.raises(
        (CompatError, parcel.ParcelError), match=r"sent\.ftguide\.json: \$\.files\['"
    ):
        accept(sent(here, **{name: data}), tmp_path / "there")
    assert not (tmp_path / "there").exists()


ACTING = ("\x1b", "\x9b", "\u202e", "\u2066", "\u2028", "\n", "\x00")


def test_every_string_refuses_characters_that_act_even_under_its_own_id(here, tmp_path):
    """Whoever tampers can compute the id of the changed line: the characters are refused all the same."""
    for path in files_of(here):
        record = json.loads(path.read_bytes().split(b"\n")[0])
        refused = 0
        for number, field in enumerate(strings(record)):
            if field == ("id",):
                continue
            changed = put(record, field, f"x{ACTING[number % len(ACTING)]}y")
            changed["id"] = own_id(changed)
            line = json.dumps(changed).encode() + b"\n"
            with pytest.raises((CompatError, parcel.ParcelError)) as error:
                accept(sent(here, **{path.name: line}), tmp_path / "there")
            told = str(error.value)
            assert told.isprintable()
            assert f"sent.ftguide.json: $.files['{path.name}'], line 1" in told
            assert f"$.{field[0]}" in told
            refused += "U+" in told
        assert refused >= 3
    assert not (tmp_path / "there").exists()


def own_id(record):
    """Compute what `evidence.identify` would call a stored line."""
    return json.loads(own_name(json.dumps(record).encode()))["id"]


def test_the_id_that_a_forger_computes_is_the_right_one(here):
    record = json.loads(files_of(here)[0].read_bytes().split(b"\n")[0])
    assert own_id(record) == record["id"]


def test_characters_that_act_are_not_packed(here):
    path = files_of(here)[0]
    record = json.loads(path.read_bytes().split(b"\n")[0])
    record["tool"] = "x\x1b[2J"
    record["id"] = own_id(record)
    path.write_bytes(json.dumps(record).encode() + b"\n")
    with pytest.raises(parcel.ParcelError, match=r"line 1: \$\.tool has U\+001B"):
        submission.pack(here, AT)


def test_evidence_from_the_future_is_refused(here, tmp_path):
    """The latest observation decides, so one from the year 2999 would decide forever."""
    path = files_of(here)[0]
    record = json.loads(path.read_bytes().split(b"\n")[0])
    line = json.dumps({**record, "observed_at": "2999-01-01T00:00:00Z"}).encode() + b"\n"
    with pytest.raises(CompatError, match=r"sighting 1: \$\.observed_at .* in the future"):
        accept(sent(here, **{path.name: line}), tmp_path / "there")
    assert not (tmp_path / "there").exists()


def record_of(kind):
    """Return a stored line of a kind of evidence, with its environment, and the file that it is in."""
    for path in sorted((ROOT / evidence.EVIDENCE).glob("*.jsonl")):
        for line in path.read_bytes().split(b"\n")[:-1]:
            record = json.loads(line)
            if record.get("kind") == kind and "env" in record and "artifact" in record:
                return path.name, record
    raise AssertionError(kind)


@pytest.mark.parametrize(
    ("kind", "field", "value"),
    [
        ("import", ("env", "cpus"), 10**9),
        ("import", ("env", "cpus"), 0),
        ("import", ("env", "python"), "3.14.7 rebuilt"),
        ("import", ("line",), "9.99"),
        ("import", ("run",), "javascript:alert(1)"),
        ("import", ("artifact", "sha256"), "nope"),
        ("import", ("artifact", "file"), "x" * 70_000),
        ("deep", ("result", "modules"), -1),
        ("deep", ("result", "imported"), 10**17),
        ("smoke", ("result", "threads"), 10**9),
        ("smoke", ("result", "script_sha256"), "../x"),
    ],
)
def test_a_value_that_cannot_be_is_named_even_under_its_own_id(here, tmp_path, kind, field, value):
    name, record = record_of(kind)
    changed = put(record, field, value)
    changed["id"] = own_id(changed)
    line = json.dumps(changed).encode() + b"\n"
    with pytest.raises(CompatError) as error:
        accept(sent(here, **{name: line}), tmp_path / "there")
    told = f"sent.ftguide.json: $.files['{name}'], sighting 1: $.{'.'.join(field)} "
    assert str(error.value).startswith(str(tmp_path))
    assert told in str(error.value)
    assert not (tmp_path / "there").exists()


def test_all_evidence_here_says_only_what_can_be(here):
    shutil.rmtree(here)
    for part in evidence.PARTS:
        shutil.copytree(ROOT / part, here / evidence.EVIDENCE, dirs_exist_ok=True)
    path = sent(here)
    assert accept(path, here.parent / "there").packages == len(files_of(here))
