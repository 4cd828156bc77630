"""Runs come back as they were stored, and what is damaged is named."""

from dataclasses import replace

import pytest

from ftguide.services.declare.presets import PRESETS
from ftguide.services.declare.stacks import own
from ftguide.services.observe.run import make_plan
from ftguide.services.record import store
from ftguide.services.record.model import SCHEMA, Block, Entry, Failure
from ftguide.services.record.store import StoreError
from tests.services.made import head_of

BLOCK = Block(
    stack="flask-gunicorn", index=0, started="", seconds=1.0, order=(), steal=None, arms={}
)


@pytest.fixture
def path(tmp_path):
    path = store.begin(head_of(), tmp_path)
    store.append(path, Entry(block=BLOCK))
    return path


def test_what_was_stored_comes_back(path, tmp_path):
    failure = Failure(stack="s", route="r", index=1, arm="a", kind="ended", message="m")
    store.append(path, Entry(failure=failure))
    stored = store.read(path)
    assert (stored.head, stored.blocks, stored.failures) == (head_of(), (BLOCK,), (failure,))
    assert stored.finished is None
    store.append(path, Entry(finished="2026-11-28T16:00:00Z"))
    assert store.read(path).finished == "2026-11-28T16:00:00Z"
    assert list(store.runs("local", tmp_path)) == [path]
    assert store.machines(tmp_path) == []


def test_a_line_that_was_being_written_is_passed_over(path):
    with path.open("ab") as stream:
        stream.write(b'{"block": {"stack"')
    assert store.read(path).blocks == (BLOCK,)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "not the head of a run"),
        (b'{"block": null}\n', "not the head of a run"),
        (b"{}\n[]\n", "line 2"),
        (b"\xff\xfe\n", "line 1"),
        (b'{"head": 3}\n', "line 1"),
        (b"[" * 100_000 + b"\n", "line 1"),
    ],
)
def test_what_is_damaged_is_named(path, content, said):
    path.write_bytes(content)
    with pytest.raises(StoreError) as raised:
        store.read(path)
    assert str(path) in str(raised.value)
    assert said in str(raised.value)
    assert "Restore it from git" in str(raised.value)


def test_a_newer_schema_is_not_guessed_at(tmp_path):
    path = store.begin(head_of(schema=SCHEMA + 1), tmp_path)
    with pytest.raises(StoreError, match="newer than"):
        store.read(path)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(StoreError, match="No such file"):
        store.read(tmp_path / "nothing.jsonl")


def publishable(tmp_path, **changes):
    path = store.begin(head_of(**changes), tmp_path)
    store.append(path, Entry(block=BLOCK))
    store.append(path, Entry(finished="now"))
    return path


def test_publishing_changes_the_name_of_the_machine_and_nothing_else(tmp_path):
    path = publishable(tmp_path)
    target = store.publish(path, "some-machine", tmp_path)
    before, after = store.read(path), store.read(target)
    assert after.head.machine.name == "some-machine"
    assert after.head == replace(
        before.head, machine=replace(before.head.machine, name="some-machine")
    )
    assert after.blocks == before.blocks
    assert store.machines(tmp_path) == ["some-machine"]


def test_publishing_again_changes_nothing_and_takes_no_other_runs_place(tmp_path):
    path = publishable(tmp_path)
    target = store.publish(path, "some-machine", tmp_path)
    content = target.read_bytes()
    assert store.publish(path, "some-machine", tmp_path) == target
    assert target.read_bytes() == content
    target.write_bytes(content + b"\n")
    with pytest.raises(StoreError, match="another run has this place") as raised:
        store.publish(path, "some-machine", tmp_path)
    assert str(raised.value).startswith(f"{target}: ")
    assert target.read_bytes() == content + b"\n"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"dirty": True}, "not committed"),
        ({"differences": ("another compiler",)}, "another compiler"),
        (
            {"plan": make_plan([own("{python} {port}", ["/"])], PRESETS["quick"], seed=1, cpus=2)},
            "your own",
        ),
    ],
)
def test_what_is_not_for_citing_is_not_published(tmp_path, changes, said):
    with pytest.raises(StoreError, match=said):
        store.publish(publishable(tmp_path, **changes), "some-machine", tmp_path)


def test_what_is_not_finished_or_has_no_good_name_is_not_published(path, tmp_path):
    with pytest.raises(StoreError, match="not finished"):
        store.publish(path, "some-machine", tmp_path)
    for name in ("local", "../up", "", "Big"):
        with pytest.raises(StoreError, match="cannot name a machine"):
            store.publish(path, name, tmp_path)
