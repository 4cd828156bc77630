"""The log: appended whole or not at all, decoded strictly, damage named by file and line."""

import os
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from ftguide.ground.files import ROOT, held
from ftguide.tracker.record import evidence
from ftguide.tracker.record.findings import Fallback
from ftguide.tracker.record.model import TOOL, CompatError, Evidence
from tests.tracker.made import GOOD, NAME, claim, declared, wheels


def rewrite(path: Path, number: int, old: str, new: str) -> None:
    lines = path.read_text().splitlines()
    assert old in lines[number - 1]
    lines[number - 1] = lines[number - 1].replace(old, new)
    path.write_text("\n".join(lines) + "\n")


@pytest.fixture
def log(tmp_path: Path) -> Path:
    evidence.append(tmp_path, GOOD)
    return tmp_path


def test_what_is_written_is_read(log):
    assert evidence.read_package(log, NAME) == GOOD
    assert evidence.read_package(log, "other") == ()
    assert evidence.read_package(log / "nowhere", NAME) == ()


def test_the_same_observation_is_only_seen_again(log):
    later = [
        replace(one, observed_at="2026-11-22T00:00:00Z", run="https://ci.example") for one in GOOD
    ]
    before = (log / f"{NAME}.jsonl").read_bytes()
    evidence.append(log, [*later, declared()])
    after = (log / f"{NAME}.jsonl").read_bytes()
    assert after.startswith(before)
    added = after.removeprefix(before)
    assert len(added) < len(before) / 2
    found = evidence.read_package(log, NAME)
    assert len(found) == 2 * len(GOOD) + 1
    assert found[len(GOOD)] == replace(GOOD[0], observed_at="2026-11-22T00:00:00Z")


def test_an_id_is_the_hash_of_the_content():
    one = claim("2 - Beta")
    assert evidence.identify(replace(one, observed_at="2027-01-01T00:00:00Z")).id == one.id
    assert evidence.identify(replace(one, version="1.1")).id != one.id
    assert claim("3 - Stable").id != one.id


def test_the_version_of_the_probe_is_a_part_of_new_observations(log):
    old = claim("2 - Beta")
    new = evidence.identify(replace(old, tool=TOOL))
    assert new.id != old.id  # what two versions saw may not be comparable
    assert b'"tool"' not in (log / f"{NAME}.jsonl").read_bytes()
    evidence.append(log, [old])
    evidence.append(log, [new])
    lines = (log / f"{NAME}.jsonl").read_bytes().splitlines()
    assert lines[-2] + b"\n" == evidence.encode(old)
    assert msgspec.json.decode(lines[-1])["tool"] == TOOL
    assert evidence.read_package(log, NAME) == (*GOOD, old, new)


def test_stored_lines_are_read_and_written_byte_for_byte():
    """The evidence of the checkout: every id holds, and what is read encodes to the line it came from."""
    stored = 0
    for path in sorted((ROOT / evidence.EVIDENCE).glob("*.jsonl")):
        lines = [
            line
            for line in path.read_bytes().splitlines(keepends=True)
            if not line.startswith(b'{"seen":')
        ]
        first: dict[str, Evidence] = {}
        for item in evidence.read_file(path):
            first.setdefault(item.id, item)
        assert [evidence.encode(item) for item in first.values()] == lines
        stored += len(lines)
    assert stored > 100


def test_one_process_at_a_time_writes(log, monkeypatch):
    monkeypatch.setattr(evidence, "_LOCK_SECONDS", 0)
    path = log / f"{NAME}.jsonl"
    before = path.read_bytes()
    with (
        held(log / f".{NAME}.jsonl.lock"),
        pytest.raises(CompatError, match=r"another process is writing it\. Wait"),
    ):
        evidence.append(log, [claim("2 - Beta")])
    assert path.read_bytes() == before


def test_a_killed_writer_loses_only_its_line(log):
    path = log / f"{NAME}.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole[:-20])
    assert len(evidence.read_package(log, NAME)) == len(GOOD) - 1
    evidence.append(log, GOOD[-1:])
    assert path.read_bytes() == whole


def test_a_full_disk_leaves_the_file_as_it_was(log, monkeypatch):
    path = log / f"{NAME}.jsonl"
    before = path.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CompatError, match=r"jsonl: No space left on device\. .*make room"):
        evidence.append(log, [claim("2 - Beta")])
    assert path.read_bytes() == before


def test_a_full_disk_leaves_no_new_file(tmp_path, monkeypatch):
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CompatError, match="No space left"):
        evidence.append(tmp_path, GOOD)
    assert not (tmp_path / f"{NAME}.jsonl").exists()


@pytest.mark.parametrize(
    ("number", "old", "new", "says"),
    [
        (1, '"schema":1', '"schema":2', r"line 1: schema 2 at \$\.schema"),
        (1, "2026-11-20T12:00:00Z", "yesterday", r"line 1.*'yesterday' is not a time"),
        (2, "2026-11-20T12:00:00Z", "2026-13-20T12:00:00Z", "line 2.*is not a time"),
        (
            2,
            '"not-used"',
            '"used"',
            r"line 2: its content does not have the id .* so it was edited",
        ),
        (2, NAME, "other-package", r"line 2: its content|line 2: about package"),
        (3, '"names"', '"titles"', r"line 3, \$\.result: .*names"),
        (3, '"gil_enabled":false', '"gil_enabled":"no"', r"line 3, \$\.result: Expected `bool`"),
        (2, '"kind":"declare"', '"kind":"rumour"', r"line 2: Invalid enum value 'rumour'"),
        (2, '"kind":"declare"', '"kind":"import"', r"line 2, \$\.result"),
        (1, '"package"', '"<script>alert(1)</script>":1,"package"', "line 1: .*unknown field"),
        (1, "{", "[", "line 1"),
    ],
)
def test_damage_is_named_by_file_line_and_remedy(log, number, old, new, says):
    rewrite(log / f"{NAME}.jsonl", number, old, new)
    with pytest.raises(CompatError, match=says) as caught:
        evidence.read_package(log, NAME)
    assert f"{NAME}.jsonl" in str(caught.value)
    remedy = "Use the version" if '"schema"' in old else "Restore the file"
    assert remedy in str(caught.value)


def test_malformed_evidence_is_not_appended_to(log):
    path = log / f"{NAME}.jsonl"
    rewrite(path, 1, '"schema":1', '"schema":"x"')
    before = path.read_bytes()
    with pytest.raises(CompatError, match="line 1"):
        evidence.append(log, GOOD)
    assert path.read_bytes() == before


def test_seen_again_needs_a_first_time(log):
    with (log / f"{NAME}.jsonl").open("a") as stream:
        stream.write('{"seen":"sha256:beef","at":"2026-11-22T00:00:00Z"}\n')
    with pytest.raises(CompatError, match=r"line 6: .*which no earlier line holds"):
        evidence.read_package(log, NAME)


def test_huge_lines_and_files_are_refused(log, monkeypatch):
    path = log / f"{NAME}.jsonl"
    monkeypatch.setattr(evidence, "MAX_LINE_BYTES", 200)
    with pytest.raises(CompatError, match="longer than 200 bytes"):
        evidence.read_package(log, NAME)
    monkeypatch.setattr(evidence, "MAX_FILE_BYTES", 1000)
    with pytest.raises(CompatError, match=f"{path.name}: larger than 1000 bytes"):
        evidence.read_package(log, NAME)


def test_deep_nesting_is_an_error_and_no_crash(log):
    with (log / f"{NAME}.jsonl").open("a") as stream:
        stream.write('{"schema":' + "[" * 100_000 + "\n")
    with pytest.raises(CompatError, match="line 6"):
        evidence.read_package(log, NAME)


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/b", "", ".hidden", "A", "a" * 200, "x\ny"])
def test_a_name_never_becomes_a_path(tmp_path, name):
    with pytest.raises(CompatError, match="not a normalised package name"):
        evidence.append(tmp_path, [replace(wheels(), package=name)])
    assert list(tmp_path.rglob("*")) == []


def test_fields_of_later_versions_keep_old_ids(log):
    """An id is checked against the stored line, so a field added to a record does not break old ones."""
    line = msgspec.json.decode((log / f"{NAME}.jsonl").read_bytes().splitlines()[1])
    del line["result"]["modules"][0]["detail"]  # as if written before `detail` existed
    content = {k: v for k, v in line.items() if k not in {"schema", "id", "observed_at", "run"}}
    digest = evidence.hashlib.sha256(msgspec.json.encode(content, order="deterministic"))
    line["id"] = f"sha256:{digest.hexdigest()}"
    path = log / f"{NAME}.jsonl"
    path.write_bytes(msgspec.json.encode(line) + b"\n")
    (found,) = evidence.read_package(log, NAME)
    assert found.result == declared().result


def test_a_file_tells_about_the_package_it_is_named_after(log):
    (log / f"{NAME}.jsonl").rename(log / "other.jsonl")
    with pytest.raises(CompatError, match=f"line 1: about package '{NAME}'.* named 'other'"):
        evidence.read_package(log, "other")


def test_empty_lines_are_nothing(log):
    path = log / f"{NAME}.jsonl"
    path.write_bytes(b"\n" + path.read_bytes().replace(b"\n", b"\n\n"))
    assert evidence.read_package(log, NAME) == GOOD


def test_limits_are_the_most_that_is_read(log, monkeypatch):
    raw = (log / f"{NAME}.jsonl").read_bytes()
    longest, size = max(map(len, raw.splitlines())), len(raw)
    monkeypatch.setattr(evidence, "MAX_LINE_BYTES", longest)
    monkeypatch.setattr(evidence, "MAX_FILE_BYTES", size)
    assert evidence.read_package(log, NAME) == GOOD
    monkeypatch.setattr(evidence, "MAX_LINE_BYTES", longest - 1)
    with pytest.raises(CompatError, match=f"longer than {longest - 1} bytes"):
        evidence.read_package(log, NAME)
    monkeypatch.setattr(evidence, "MAX_FILE_BYTES", size - 1)
    with pytest.raises(CompatError, match=f"larger than {size - 1} bytes"):
        evidence.read_package(log, NAME)


def test_what_is_appended_comes_back_with_its_ids_and_counts_once(tmp_path):
    one = replace(claim("2 - Beta"), id="")
    later = replace(one, observed_at="2026-11-22T00:00:00Z")
    first, second = evidence.append(tmp_path / "new" / "folder", [one, later])
    assert first.id == second.id == claim("2 - Beta").id
    assert evidence.read_package(tmp_path / "new" / "folder", NAME) == (first, second)
    lines = (tmp_path / "new" / "folder" / f"{NAME}.jsonl").read_bytes().splitlines()
    assert [line.startswith(b'{"seen":') for line in lines] == [False, True]


def test_nothing_is_appended_to_nothing_and_packages_not_to_each_other(tmp_path):
    assert evidence.append(tmp_path, []) == ()
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ValueError, match="too many values"):
        evidence.append(tmp_path, [claim("2 - Beta"), replace(claim("2 - Beta"), package="other")])
    assert list(tmp_path.iterdir()) == []


def test_what_is_empty_is_not_stored(tmp_path):
    line = msgspec.json.decode(evidence.encode(wheels()))
    assert sorted(line) == ["id", "kind", "observed_at", "package", "result", "schema", "version"]
    assert msgspec.json.decode(evidence.encode(wheels(), again=True)) == {
        "seen": wheels().id,
        "at": wheels().observed_at,
    }


@pytest.mark.parametrize("time", ["2026-11-22", "2026-11-22T00:00:00", "2026-11-22T25:00:00Z", ""])
def test_the_time_of_a_sighting_is_checked_as_well(log, time):
    with (log / f"{NAME}.jsonl").open("a") as stream:
        stream.write(f'{{"seen":"{GOOD[0].id}","at":"{time}"}}\n')
    with pytest.raises(CompatError, match=rf"line 6, \$\.at: '{time}' is not a time such as"):
        evidence.read_package(log, NAME)


def test_a_sighting_says_nothing_else(log):
    with (log / f"{NAME}.jsonl").open("a") as stream:
        stream.write(f'{{"seen":"{GOOD[0].id}","at":"2026-11-22T00:00:00Z","by":"me"}}\n')
    with pytest.raises(CompatError, match=r"line 6: .*unknown field `by`"):
        evidence.read_package(log, NAME)


def test_a_comparison_that_was_stored_without_a_result_had_worked():
    """Fields are added with a default, which is what lines without them meant."""
    found = msgspec.json.decode(b'{"missing":[]}', type=Fallback)
    assert (found.works, found.extra, found.problem) == (True, (), "")


def test_text_that_typed_decoding_skips_is_checked_as_well(log):
    """Found by the fuzzer on 2026-11-28: the name of an unknown field that is not UTF-8."""
    path = log / f"{NAME}.jsonl"
    lines = path.read_bytes().splitlines()
    lines[0] = lines[0].replace(b'"result":{', b'"result":{"x\xffy":1,', 1)
    path.write_bytes(b"\n".join(lines) + b"\n")
    with pytest.raises(CompatError, match=rf"{NAME}\.jsonl, line 1"):
        evidence.read_package(log, NAME)
