"""A parcel arrives as it was packed, or is refused with its file, its field and the remedy."""

import base64
import json
import os
from pathlib import Path

import pytest

from ftguide.ground import parcel
from ftguide.ground.parcel import ParcelError, ParcelKind

CONTENTS = {"run.json": b'{"a": 1}\n', "3.14.7t/lists.jsonl": b"\x00\xff"}


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "sent.ftguide.json"
    path.write_bytes(parcel.pack(ParcelKind.RUN, "20261128T000000Z-00000000", CONTENTS))
    return path


def test_what_is_packed_comes_out(path):
    sent = parcel.unpack(path)
    assert (sent.kind, sent.name, sent.files) == (
        ParcelKind.RUN,
        "20261128T000000Z-00000000",
        CONTENTS,
    )
    assert parcel.pack(sent.kind, sent.name, sent.files) == path.read_bytes()


def changed(path, change):
    record = json.loads(path.read_bytes())
    change(record)
    path.write_text(json.dumps(record))
    return path


def encoded(data):
    return base64.b64encode(data).decode()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda r: r["files"].update({"run.json": encoded(b"{}")}), r"'run\.json'\] was changed"),
        (
            lambda r: r["sha256"].pop("run.json"),
            r"'run\.json'\] was changed: the parcel tells no hash",
        ),
        (lambda r: r["files"].pop("run.json"), r"lacks 'run\.json', which has a hash"),
        (lambda r: r["files"].update({"../x": ""}), r"'\.\./x'\] cannot be the name of a file"),
        (lambda r: r["files"].update({"/etc/passwd": ""}), "cannot be the name of a file"),
        (lambda r: r["files"].update({"a/b/c": ""}), "cannot be the name of a file"),
        (lambda r: r["files"].update({"a\x1b[31m": ""}), r"'a\\x1b\[31m'\] cannot be the name"),
        (lambda r: r["files"].update({"run.json": "%%%"}), r"\$\.files\[\.\.\.\]"),
        (lambda r: r.update(schema=2), r"schema 2 at \$\.schema"),
        (lambda r: r.update(kind="virus"), r"\$\.kind"),
        (lambda r: r.pop("name"), "name"),
    ],
)
def test_what_was_changed_is_named(path, change, told):
    with pytest.raises(ParcelError, match=told) as refused:
        parcel.unpack(changed(path, change))
    assert str(path) in str(refused.value)


def test_half_a_parcel_is_named(path):
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(ParcelError, match="pack it again"):
        parcel.unpack(path)


def test_a_parcel_that_is_too_large_is_not_even_read(path, monkeypatch):
    monkeypatch.setattr(parcel, "MOST_BYTES", 10)
    with pytest.raises(ParcelError, match="at most 10"):
        parcel.unpack(path)


def test_a_missing_parcel_is_named(tmp_path):
    with pytest.raises(ParcelError, match=r"none\.json: No such file"):
        parcel.unpack(tmp_path / "none.json")


def test_only_the_wanted_files_are_taken(path):
    sent = parcel.unpack(path)
    assert parcel.only(sent, path, CONTENTS) == CONTENTS
    with pytest.raises(ParcelError, match=r"\$\.files has '3\.14\.7t/lists\.jsonl'"):
        parcel.only(sent, path, ["run.json"])
    with pytest.raises(ParcelError, match=r"\$\.files lacks 'more'"):
        parcel.only(sent, path, [*CONTENTS, "more"])


def test_what_is_no_regular_file_is_not_read():
    """A device never ends, and a pipe may never begin."""
    with pytest.raises(ParcelError, match="no regular file"):
        parcel.unpack(Path(os.devnull))
