"""A run travels between checkouts that do not trust each other."""

import dataclasses
import json
import random

import msgspec
import pytest

from ftguide.ground import files, parcel, redact
from ftguide.ground.parcel import ParcelKind
from ftguide.ground.vocabulary import Build, ExpectedError
from ftguide.suite import publish, submission
from ftguide.suite.record import packing, store
from ftguide.suite.record.model import Line
from tests import synthetic


@pytest.fixture
def root(tmp_path):
    (tmp_path / "there" / "source" / "benchmarks" / "runs").mkdir(parents=True)
    return tmp_path / "there"


def measured(tmp_path, **changes):
    """Store a run in the sender's checkout; return its folder."""
    stored = synthetic.stored(**{"name": "local", "blocks": 10, **changes})
    return synthetic.write(tmp_path / "here" / store.RESULTS, stored)


def sent(tmp_path, folder, machine="sender-2vcpu"):
    path = tmp_path / "run.ftguide.json"
    path.write_bytes(submission.pack(folder, machine))
    return path


def accept(path, root):
    return submission.accept(parcel.unpack(path), path, root)


def tree(root):
    return {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_a_run_arrives_as_it_was_measured_and_is_marked(tmp_path, root):
    folder = measured(tmp_path)
    path = sent(tmp_path, folder)
    there, new = accept(path, root)
    assert new
    assert there == root / store.RESULTS / "sender-2vcpu" / folder.name
    before, after = store.load(folder), store.load(there)
    assert after.blocks == before.blocks
    assert after.run == dataclasses.replace(
        before.run, machine=dataclasses.replace(before.run.machine, name="sender-2vcpu")
    )
    (entry,) = store.read_index(root / store.RESULTS).runs
    assert entry.contributed
    assert (root / "source" / "benchmarks" / "runs" / f"{folder.name}.md").exists()
    publish.reindex(root / store.RESULTS)
    assert store.read_index(root / store.RESULTS).runs == (entry,)
    assert folder.exists()  # packing takes nothing away


def test_the_same_run_twice_changes_nothing(tmp_path, root):
    path = sent(tmp_path, measured(tmp_path))
    accept(path, root)
    before = tree(root)
    assert accept(path, root).new is False
    assert tree(root) == before


def test_a_parcel_of_an_earlier_suite_is_taken_and_packed_as_today(tmp_path, root):
    folder = measured(tmp_path)
    path = sent(tmp_path, folder)
    contents = dict(parcel.unpack(path).files)
    lines = store.text_of(folder / store.BLOCKS)
    old = {"run.json": contents["run.json"], store.GZIP: files.pack(lines)}
    path.write_bytes(parcel.pack(ParcelKind.RUN, folder.name, old))
    there, _ = accept(path, root)
    assert (there / store.BLOCKS).read_bytes() == contents[store.BLOCKS]
    before = tree(root)
    assert not (there / store.GZIP).exists()
    assert accept(path, root).new is False
    path.write_bytes(parcel.pack(ParcelKind.RUN, folder.name, contents))
    assert accept(path, root).new is False
    assert tree(root) == before
    path.write_bytes(parcel.pack(ParcelKind.RUN, folder.name, {**contents, **old}))
    with pytest.raises(ExpectedError, match=r"has 'blocks\.jsonl\.gz'"):
        accept(path, root)
    (folder / store.GZIP).write_bytes(old[store.GZIP])
    (folder / store.BLOCKS).unlink()
    path.write_bytes(submission.pack(folder, "sender-2vcpu"))
    assert parcel.unpack(path).files == contents


@pytest.mark.parametrize("killed", ["stub", "index"])
def test_an_accept_that_was_killed_half_way_is_finished_by_the_next(
    tmp_path, root, killed, monkeypatch
):
    path = sent(tmp_path, measured(tmp_path))
    name = {"stub": "stubs", "index": "store"}[killed]
    verb = {"stub": "write", "index": "write_index"}[killed]
    with monkeypatch.context() as patch:
        patch.setattr(getattr(publish, name), verb, stop)
        with pytest.raises(KeyboardInterrupt):
            accept(path, root)
    assert not store.read_index(root / store.RESULTS).runs
    assert accept(path, root).new is False
    (entry,) = store.read_index(root / store.RESULTS).runs
    assert entry.contributed
    assert (root / "source" / "benchmarks" / "runs" / f"{entry.run_id}.md").exists()


def stop(*_arguments, **_names):
    raise KeyboardInterrupt


def test_another_run_of_the_same_id_is_refused(tmp_path, root):
    accept(sent(tmp_path, measured(tmp_path)), root)
    before = tree(root)
    other = sent(tmp_path, measured(tmp_path / "else", seed=2))
    with pytest.raises(submission.SubmissionError, match="exists with other content"):
        accept(other, root)
    assert tree(root) == before


def test_a_machine_name_that_other_hardware_has_is_refused(tmp_path, root):
    accept(sent(tmp_path, measured(tmp_path)), root)
    before = tree(root)
    folder = measured(
        tmp_path / "else", run_id=synthetic.OLDER, machine=synthetic.machine(name="local", cpus=16)
    )
    with pytest.raises(
        submission.SubmissionError, match=r"\$\.machine\.cpus is 16, .* has 2: .*--machine"
    ):
        accept(sent(tmp_path, folder), root)
    assert tree(root) == before


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"differences": ("compiler: a, b",)}, "not like for like"),
        ({"pinned": False}, "not pinned"),
        ({"finished": None}, "unfinished"),
        ({"truth": {"nbody": {"gil-single": 0.01, "ft-single": 0.011}}}, "no A/A comparison"),
    ],
)
def test_what_must_hold_is_checked_before_packing_and_again(tmp_path, root, changes, told):
    folder = measured(tmp_path, **changes)
    with pytest.raises(submission.SubmissionError, match=told):
        submission.pack(folder, "sender-2vcpu")
    contents = {
        "run.json": (folder / "run.json").read_bytes().replace(b'"local"', b'"sender-2vcpu"'),
        "blocks.xz": (folder / "blocks.xz").read_bytes(),
    }
    path = tmp_path / "forged.ftguide.json"
    path.write_bytes(parcel.pack(ParcelKind.RUN, folder.name, contents))
    with pytest.raises(submission.SubmissionError, match=told):
        accept(path, root)
    assert not tree(root)


def test_a_run_whose_gil_was_on_is_refused(tmp_path):
    stored = synthetic.stored(name="local", blocks=10)
    block = stored.blocks[3]
    arm = dataclasses.replace(block.arms["ft-single"], gil_after=True)
    forged = dataclasses.replace(block, arms={**block.arms, "ft-single": arm})
    blocks = tuple(forged if each is block else each for each in stored.blocks)
    folder = synthetic.write(tmp_path / store.RESULTS, dataclasses.replace(stored, blocks=blocks))
    with pytest.raises(submission.SubmissionError, match=f"{block.workload}: the GIL was not"):
        submission.pack(folder, "sender-2vcpu")


def test_intervals_that_promise_too_much_are_refused(tmp_path):
    off = {
        "gil-single": 0.01,
        "ft-single": 0.011,
        "gil-single-again": 0.0102,
        "ft-single-again": 0.0113,
    }
    truth = {f"made-up-{number}": off for number in range(10)}
    folder = measured(tmp_path, truth=truth)
    with pytest.raises(submission.SubmissionError, match="20 of its 20 A/A comparisons exclude 1"):
        submission.pack(folder, "sender-2vcpu")


def test_what_a_run_reveals_is_all_that_is_stored_of_the_machine(tmp_path):
    run = store.read_run(measured(tmp_path))
    shown = dict(submission.reveals(run))
    assert shown["cpu model"] == "Synthetic CPU @ 2.00GHz"
    assert shown["governor"] == "unknown"
    stored = {field.name.replace("_", " ") for field in dataclasses.fields(run.machine)} - {"name"}
    assert stored <= shown.keys()
    assert f"{Build.FREE_THREADED.words} build: configure arguments" in shown


def test_private_words_are_not_packed(tmp_path, monkeypatch):
    folder = measured(tmp_path, flags=("measured on secrethost",))
    monkeypatch.setattr(redact.platform, "node", lambda: "secrethost.example")
    with pytest.raises(submission.SubmissionError, match=r"run\.json contains 'secrethost'"):
        submission.pack(folder, "sender-2vcpu")


@pytest.mark.parametrize("name", ["local", "../x", "My Machine", "", "a/b", "x" * 64])
def test_a_machine_needs_a_plain_name(tmp_path, root, name):
    folder = measured(tmp_path)
    with pytest.raises(submission.SubmissionError, match="cannot name a machine"):
        submission.pack(folder, name)
    path = sent(tmp_path, folder)
    record = json.loads(parcel.unpack(path).files["run.json"])
    record["machine"]["name"] = name
    contents = {**parcel.unpack(path).files, "run.json": json.dumps(record).encode()}
    path.write_bytes(parcel.pack(ParcelKind.RUN, folder.name, contents))
    with pytest.raises(submission.SubmissionError, match="cannot name a machine"):
        accept(path, root)


def test_a_run_under_another_name_than_its_own_is_refused(tmp_path, root):
    path = sent(tmp_path, measured(tmp_path))
    path.write_bytes(parcel.pack(ParcelKind.RUN, synthetic.OLDER, parcel.unpack(path).files))
    with pytest.raises(store.StoreError, match="does not match its folder"):
        accept(path, root)
    path.write_bytes(parcel.pack(ParcelKind.RUN, "../up", parcel.unpack(path).files))
    with pytest.raises(submission.SubmissionError, match=r"\$\.name '\.\./up'"):
        accept(path, root)


def test_a_bomb_does_not_unpack(tmp_path, root, monkeypatch):
    monkeypatch.setattr(store, "MAX_UNPACKED_BYTES", 1_000)
    path = sent_without_checks(tmp_path, measured(tmp_path))
    with pytest.raises(store.StoreError, match="unpacks to more than 1000 bytes"):
        accept(path, root)


def sent_without_checks(tmp_path, folder):
    named = (folder / "run.json").read_bytes().replace(b'"local"', b'"sender-2vcpu"')
    contents = {"run.json": named, "blocks.xz": (folder / "blocks.xz").read_bytes()}
    path = tmp_path / "run.ftguide.json"
    path.write_bytes(parcel.pack(ParcelKind.RUN, folder.name, contents))
    return path


def test_mutated_runs_are_refused_by_name_or_taken_whole(tmp_path, root):
    """A quick form of the fuzzer: a value somewhere in the records is replaced by one that hurts."""
    folder = measured(tmp_path, blocks=5, truth={"nbody": synthetic.SINGLE})
    original = json.loads((folder / "run.json").read_bytes())
    original["machine"]["name"] = "sender-2vcpu"
    lines = store.text_of(folder / "blocks.xz").split(b"\n")[:-1]
    rng = random.Random(20261128)
    refused = []
    for number in range(150):
        run, blocks = json.loads(json.dumps(original)), list(lines)
        if number % 2:
            hurt(run, rng)
        else:
            at = rng.randrange(len(blocks))
            line = json.loads(blocks[at])
            hurt(line, rng)
            blocks[at] = json.dumps(line).encode()
        contents = {
            "run.json": json.dumps(run).encode(),
            "blocks.xz": packing.pack(b"\n".join(blocks) + b"\n"),
        }
        path = tmp_path / "hurt.ftguide.json"
        path.write_bytes(parcel.pack(ParcelKind.RUN, folder.name, contents))
        place = root / str(number)
        try:
            there, _ = accept(path, place)
        except ExpectedError as error:
            refused.append(str(error))
            assert not [each for each in tree(place) if "index" in each.name]
        else:
            assert store.load(there).run.run_id == folder.name
    assert len(refused) > 50
    assert all(map(str.isprintable, refused))


HURTFUL = (
    None,
    -1,
    0,
    1e308,
    "",
    "../../x",
    "<script>alert(1)</script>",
    "\x1b[31m",
    [],
    {},
    "=1+1",
    True,
)


def hurt(record, rng):
    """Replace one value anywhere in a record."""
    places = []

    def walk(value):
        keys = value.keys() if isinstance(value, dict) else range(len(value))
        for key in keys:
            places.append((value, key))
            if isinstance(value[key], (dict, list)):
                walk(value[key])

    walk(record)
    holder, key = rng.choice(places)
    holder[key] = rng.choice(HURTFUL)


def test_lines_are_what_a_parcel_holds(tmp_path):
    """The blocks travel packed, as they lie in the folder: nothing is encoded anew."""
    folder = measured(tmp_path)
    contents = parcel.unpack(sent(tmp_path, folder)).files
    assert contents["blocks.xz"] == (folder / "blocks.xz").read_bytes()
    first = store.text_of(folder / "blocks.xz").split(b"\n")[0]
    assert msgspec.json.decode(first, type=Line).block is not None


def test_one_process_at_a_time_puts_runs_into_the_index(tmp_path, root, monkeypatch):
    path = sent(tmp_path, measured(tmp_path))
    monkeypatch.setattr(store, "_INDEX_SECONDS", 0.0)
    (root / store.RESULTS).mkdir(parents=True)
    with (
        files.held(root / store.RESULTS / ".publish.lock"),
        pytest.raises(store.StoreError, match="another process is changing it"),
    ):
        accept(path, root)
    assert not store.read_index(root / store.RESULTS).runs
    assert accept(path, root).new


def test_a_run_that_another_process_published_meanwhile_is_not_published_twice(
    tmp_path, root, monkeypatch
):
    path = sent(tmp_path, measured(tmp_path))
    derive = publish.summaries.write

    def overtaken(folder):
        monkeypatch.setattr(publish.summaries, "write", derive)
        accept(path, root)
        return derive(folder)

    monkeypatch.setattr(publish.summaries, "write", overtaken)
    with pytest.raises(publish.PublishError, match="published it meanwhile; call this again"):
        accept(path, root)
    before = tree(root)
    assert accept(path, root).new is False
    assert tree(root) == before


def test_a_run_of_this_checkout_is_published_and_not_accepted(tmp_path, root):
    folder = measured(tmp_path)
    path = sent(tmp_path, folder)
    with pytest.raises(submission.SubmissionError, match=r"measured in this checkout.* publish "):
        accept(path, tmp_path / "here")


def test_a_run_of_a_mac_is_taken_and_is_not_for_citing(tmp_path, root):
    stored = synthetic.stored(name="local", blocks=10, pinned=False)
    machine = dataclasses.replace(stored.run.machine, system="Darwin")
    blocks = tuple(dataclasses.replace(each, cpus=None) for each in stored.blocks)
    run = dataclasses.replace(stored.run, machine=machine)
    folder = synthetic.write(
        tmp_path / "here" / store.RESULTS, dataclasses.replace(stored, run=run, blocks=blocks)
    )
    assert accept(sent(tmp_path, folder), root).new
    (entry,) = store.read_index(root / store.RESULTS).runs
    assert (entry.contributed, entry.citable) == (True, False)


def test_empty_lines_by_the_million_are_not_read(tmp_path, root, monkeypatch):
    monkeypatch.setattr(packing, "MOST_LINES", 10)
    path = sent_without_checks(tmp_path, measured(tmp_path))
    with pytest.raises(store.StoreError, match="unpacks to more than 10 lines"):
        accept(path, root)
