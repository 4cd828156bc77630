"""Parts of a job are taken one by one: what is refused or missing is named, and the rest is here."""

import shutil

import pytest

from ftguide.cli import accept as module
from ftguide.cli import main
from ftguide.ground import parcel, redact
from ftguide.ground.files import ROOT
from ftguide.ground.parcel import ParcelKind
from ftguide.tracker import submission
from ftguide.tracker.record import evidence

EXPECT = "evidence-{3.14t,3.15t}-{1,2}"


@pytest.fixture
def arrived(tmp_path, monkeypatch):
    """Return a folder with four parts, each with evidence about a package of its own.

    The machine that packs them has a name that says nothing: one such as "linux" stands in evidence.
    """
    monkeypatch.setattr(redact, "private_words", list)
    monkeypatch.setattr(module, "ROOT", tmp_path / "there")
    paths = sorted((ROOT / evidence.EVIDENCE).glob("*.jsonl"), key=lambda path: path.stat().st_size)
    for name, path in zip(module.parts(EXPECT), paths, strict=False):
        sender = tmp_path / "senders" / name
        (sender / evidence.EVIDENCE).mkdir(parents=True)
        shutil.copy(path, sender / evidence.EVIDENCE)
        (tmp_path / "arrived" / name).mkdir(parents=True)
        data = submission.pack(sender, "evidence-2026-11-28")
        (tmp_path / "arrived" / name / "part.ftguide.json").write_bytes(data)
    return tmp_path / "arrived"


def here(arrived):
    return len(list((arrived.parent / "there" / evidence.EVIDENCE).glob("*.jsonl")))


def accept(folder, capsys, expect=EXPECT):
    status = main.main(["accept", str(folder), *(["--expect", expect] if expect else [])])
    said = capsys.readouterr()
    return status, said.out + said.err


def test_all_parts_are_taken_with_or_without_their_names(arrived, capsys):
    status, told = accept(arrived, capsys)
    assert (status, here(arrived)) == (0, 4)
    assert told.endswith("4 parts: 0 missing, 0 files or folders refused\n")
    status, told = accept(arrived, capsys, expect=None)
    assert status == 0
    assert told.count("0 new sightings") == 4


def test_a_part_that_is_missing_is_named_and_the_rest_is_taken(arrived, capsys):
    shutil.rmtree(arrived / "evidence-3.15t-1")
    (arrived / "evidence-3.14t-2" / "part.ftguide.json").unlink()
    status, told = accept(arrived, capsys)
    assert (status, here(arrived)) == (1, 2)
    assert "missing: evidence-3.15t-1\n" in told
    assert "missing: evidence-3.14t-2\n" in told


def test_a_part_that_is_refused_is_named_with_its_file_and_the_rest_is_taken(arrived, capsys):
    path = arrived / "evidence-3.14t-1" / "part.ftguide.json"
    name, data = next(iter(parcel.unpack(path).files.items()))
    path.write_bytes(
        parcel.pack(ParcelKind.EVIDENCE, "evidence-2026-11-28", {name: data.replace(b"{", b"[", 1)})
    )
    (arrived / "evidence-3.15t-2" / "part.ftguide.json").write_bytes(b"\x1b[31m")
    status, told = accept(arrived, capsys)
    assert (status, here(arrived)) == (1, 2)
    assert f"refused: {path}: $.files['{name}'], line 1" in told
    assert "evidence-3.15t-2/part.ftguide.json" in told
    assert "\x1b" not in told
    assert "0 missing, 2 files or folders refused" in told


def test_a_part_that_nobody_expects_is_not_taken(arrived, capsys):
    (arrived / "evidence-3.15t-2").rename(arrived / "sneaked-in\x1b")
    status, told = accept(arrived, capsys)
    assert (status, here(arrived)) == (1, 3)
    assert "missing: evidence-3.15t-2" in told
    assert "is no part of this job" in told
    assert "\x1b" not in told


def test_an_empty_folder_is_not_everything(tmp_path, capsys):
    assert accept(tmp_path, capsys, expect=None)[0] == 1
    status, told = accept(tmp_path, capsys)
    assert status == 1
    assert told.count("missing: ") == 4


def test_parts_are_expected_of_folders_only(arrived, capsys):
    status, told = accept(arrived / "evidence-3.14t-1" / "part.ftguide.json", capsys)
    assert status == 2
    assert "--expect needs a folder" in told


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a", ["a"]),
        ("a-{b,c}", ["a-b", "a-c"]),
        ("{a,b}{1, 2}", ["a1", "a2", "b1", "b2"]),
    ],
)
def test_choices_are_spelled_as_in_a_shell(text, names):
    assert module.parts(text) == names
