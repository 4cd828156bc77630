"""What outcome tests showed travels between checkouts that do not trust each other."""

import contextlib
import json
import re
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from ftguide.ground import files, parcel, redact
from ftguide.ground.parcel import ParcelError, ParcelKind
from ftguide.ground.vocabulary import ExpectedError, UnknownNameError
from ftguide.outcomes import submission
from ftguide.outcomes.record import store
from tests import synthetic
from tests.outcomes.made import observation
from tests.site.poison import put, strings

RUN = "20261128T000000Z-00000000"


@pytest.fixture
def tests_of(specimens):
    return list(specimens.tests.values())[:3]


@pytest.fixture
def here(tmp_path, tests_of):
    """Return the sender's checkout, in which three tests ran on two interpreters, and one in another run."""
    root = tmp_path / "here"
    for test in tests_of:
        for on in ("3.14.7", "3.14.7t"):
            store.append("local", observation(test, on, counts=[{"1": 2}]), test.family, root)
    later = observation(tests_of[0], counts=[{"1": 3}], run="20261129T000000Z-00000000")
    store.append("local", later, tests_of[0].family, root)
    store.write_machine(synthetic.machine(name="local"), root)
    return root


def sent(here, **changes):
    path = here.parent / "sent.ftguide.json"
    path.write_bytes(submission.pack(RUN, "sender-2vcpu", here))
    if changes:
        contents = parcel.unpack(path).files
        contents.update(changes.get("files", {}))
        path.write_bytes(parcel.pack(ParcelKind.OUTCOMES, changes.get("name", RUN), contents))
    return path


def accept(path, specimens, root):
    return submission.accept(parcel.unpack(path), path, specimens, root)


def tree(root):
    """Return what is stored: locks stay, since removing one would let two processes hold it."""
    stored = (path for path in root.rglob("*") if path.is_file() and path.suffix != ".lock")
    return {path: path.read_bytes() for path in stored}


def test_the_observations_of_one_run_arrive(here, specimens, tmp_path):
    there = tmp_path / "there"
    taken = accept(sent(here), specimens, there)
    assert (taken.new, taken.outdated) == (6, 0)
    arrived = store.read("sender-2vcpu", there)
    assert not arrived.problems
    assert {seen.run for seen in arrived.observations} == {RUN}
    left = [seen for seen in store.read("local", here).observations if seen.run == RUN]
    assert sorted(arrived.observations, key=repr) == sorted(left, key=repr)
    assert store.read_machine("sender-2vcpu", there).cpu_model == "Synthetic CPU @ 2.00GHz"


def test_the_same_run_twice_changes_nothing_and_half_of_it_is_completed(here, specimens, tmp_path):
    there, path = tmp_path / "there", sent(here)
    accept(path, specimens, there)
    before = tree(there)
    assert accept(path, specimens, there).new == 0
    assert tree(there) == before
    store.paths("sender-2vcpu", there)[0].unlink()
    assert accept(path, specimens, there).new == 3
    assert tree(there) == before


def test_an_observation_is_never_changed(here, specimens, tests_of, tmp_path):
    there, path = tmp_path / "there", sent(here)
    accept(path, specimens, there)
    before = tree(there)
    name = f"3.14.7/{tests_of[0].family}.jsonl"
    other = (
        parcel.unpack(path)
        .files[name]
        .replace(b'"1":2', b'"1":9')
        .replace(b'"samples":2', b'"samples":9')
    )
    with pytest.raises(submission.SubmissionError, match="with other counts"):
        accept(sent(here, files={name: other}), specimens, there)
    assert tree(there) == before


def test_what_was_tested_with_other_programs_is_counted_and_left_out(
    here, specimens, tests_of, tmp_path
):
    name = f"3.14.7/{tests_of[0].family}.jsonl"
    lines = parcel.unpack(sent(here)).files[name].replace(tests_of[0].hash.encode(), b"0" * 64)
    taken = accept(sent(here, files={name: lines}), specimens, tmp_path / "there")
    assert (taken.new, taken.outdated) == (5, 1)


def test_another_machine_of_the_same_name_is_refused(here, specimens, tmp_path):
    there, path = tmp_path / "there", sent(here)
    accept(path, specimens, there)
    before = tree(there)
    machine = synthetic.machine(name="sender-2vcpu", cpus=16, fingerprint="1" * 64)
    with pytest.raises(submission.SubmissionError, match=r"machine\.json'\]: \$\.cpus is 16"):
        accept(sent(here, files={"machine.json": files.to_json(machine)}), specimens, there)
    assert tree(there) == before


def test_the_record_of_a_known_machine_is_not_replaced_by_a_sender(here, specimens, tmp_path):
    there = tmp_path / "there"
    accept(sent(here), specimens, there)
    before = store.read_machine("sender-2vcpu", there)
    later = synthetic.machine(name="sender-2vcpu", kernel="9.9", fingerprint="1" * 64)
    accept(sent(here, files={"machine.json": files.to_json(later)}), specimens, there)
    assert store.read_machine("sender-2vcpu", there) == before


def test_an_observation_from_the_future_is_refused(here, specimens, tests_of, tmp_path):
    name = f"3.14.7/{tests_of[0].family}.jsonl"
    lines = parcel.unpack(sent(here)).files[name].split(b"\n")
    record = {**json.loads(lines[0]), "observed_at": "2999-01-01T00:00:00Z"}
    data = b"\n".join([json.dumps(record).encode(), *lines[1:]])
    with pytest.raises(
        submission.SubmissionError, match=r"line 1: \$\.observed_at .* in the future"
    ):
        accept(sent(here, files={name: data}), specimens, tmp_path / "there")
    assert not tree(tmp_path / "there")


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        (("seconds",), -1.0, r"\$\.seconds is -1"),
        (("seconds",), 1e12, r"\$\.seconds is 1e\+12"),
        (("stamped",), 10**11, r"\$\.stamped is 1e\+11 within"),
        (("overlapping",), 101, r"\$\.overlapping is 101"),
        (("hash",), "nope", r"\$\.hash is 'nope'"),
        (("test",), "no slug", r"\$\.test is 'no slug'"),
        (("subject", "binary_sha256"), "", r"\$\.subject\.binary_sha256 is ''"),
        (("subject", "compiler"), "x" * 70_000, r"\$\.subject\.compiler has 70,000 characters"),
        (("processes", 0, "samples"), 10**11, r"\$\.processes\[0\]\.samples is 1e\+11 within"),
    ],
)
def test_a_value_that_cannot_be_is_named(here, specimens, tests_of, tmp_path, field, value, told):
    name = f"3.14.7/{tests_of[0].family}.jsonl"
    first, _, rest = parcel.unpack(sent(here)).files[name].partition(b"\n")
    record = put(json.loads(first), field, value)
    if field[-1] == "samples":
        record = put(record, ("processes", 0, "counts", "1"), value)
    data = json.dumps(record).encode() + b"\n" + rest
    assert re.search(f"line 1: {told}", refusal(here, specimens, tmp_path / "there", name, data))


@pytest.mark.parametrize(
    ("name", "change", "told"),
    [
        ("3.14.7/{family}.jsonl", lambda data: data[:-20] + b"\n", r"jsonl'\], line 3"),
        ("3.14.7/{family}.jsonl", lambda data: data.replace(b'"1":2', b'"1":3'), "do not add up"),
        (
            "3.14.7/{family}.jsonl",
            lambda data: data.replace(RUN.encode(), b"x" * 25),
            "belongs to run 'xxx",
        ),
        (
            "3.14.7t/{family}.jsonl",
            lambda data: data.replace(b'"build":"ft"', b'"build":"gil"'),
            "lies in",
        ),
        ("3.14.7/another.jsonl", None, "stands in another.jsonl"),
        ("3.14.7/run.sh", None, "is not INTERPRETER/FAMILY.jsonl"),
        ("python3/{family}.jsonl", None, "is not INTERPRETER/FAMILY.jsonl"),
        ("machine.json", lambda data: data.replace(b"sender-2vcpu", b"local"), "is every machine"),
        (
            "machine.json",
            lambda data: data.replace(b"sender-2vcpu", b"../../x"),
            "cannot name a machine",
        ),
        (
            "machine.json",
            lambda data: data.replace(b"sender-2vcpu", b"aux"),
            r"machine\.json'\]: \$\.name is 'aux', which names a device on Windows",
        ),
        (
            "machine.json",
            lambda data: data.replace(b"sender-2vcpu", b"sender."),
            r"\$\.name is 'sender\.', and a name that ends so",
        ),
        ("machine.json", lambda _: b"[]", r"machine\.json'\]: Expected `object`"),
    ],
)
def test_what_is_not_an_observation_is_named(
    here, specimens, tests_of, tmp_path, name, change, told
):
    family = tests_of[0].family
    name = name.format(family=family)
    contents = parcel.unpack(sent(here)).files
    data = change(contents[name]) if change else contents[f"3.14.7/{family}.jsonl"]
    with pytest.raises((submission.SubmissionError, store.StoreError, ParcelError), match=told):
        accept(sent(here, files={name: data}), specimens, tmp_path / "there")
    assert not tree(tmp_path / "there")


def test_a_run_that_is_not_there_is_named_with_what_is(here):
    with pytest.raises(UnknownNameError, match="20261129T000000Z-00000000"):
        submission.pack("20261129T000000Z-0000000a", "sender-2vcpu", here)


def test_a_machine_needs_a_name_of_its_own(here):
    with pytest.raises(submission.SubmissionError, match="every machine"):
        submission.pack(RUN, "local", here)
    with pytest.raises(store.StoreError, match="cannot name a machine"):
        submission.pack(RUN, "My Machine", here)
    with pytest.raises(submission.SubmissionError, match="'nul', which names a device"):
        submission.pack(RUN, "nul", here)


def test_private_words_are_not_packed(here, monkeypatch, tests_of):
    seen = observation(
        tests_of[0], "3.13.15", counts=[{"1": 2}], traces={"SIGSEGV": "on secrethost"}
    )
    store.append("local", seen, tests_of[0].family, here)
    monkeypatch.setattr(redact.platform, "node", lambda: "secrethost.example")
    with pytest.raises(submission.SubmissionError, match="secrethost"):
        submission.pack(RUN, "sender-2vcpu", here)


def test_a_name_of_a_run_is_checked(here, specimens, tmp_path):
    with pytest.raises(submission.SubmissionError, match=r"\$\.name '\.\./up' is not the id"):
        accept(sent(here, name="../up"), specimens, tmp_path / "there")


ACTING = ("\x1b", "\x9b", "\u202e", "\u2066", "\u2028", "\r", "\x00")


def refusal(here, specimens, there, name, data):
    """Return how a parcel with another file is refused; nothing of it may be kept."""
    path = sent(here, files={name: data})
    with pytest.raises(ExpectedError) as refused:
        accept(path, specimens, there)
    assert not tree(there)
    assert str(refused.value).isprintable()
    assert f"sent.ftguide.json: $.files['{name}']" in str(refused.value)
    return str(refused.value)


@pytest.mark.parametrize("file", ["machine.json", "3.14.7/{family}.jsonl"])
def test_every_string_refuses_characters_that_act(here, specimens, tests_of, tmp_path, file):
    there, name = tmp_path / "there", file.format(family=tests_of[0].family)
    first, _, rest = parcel.unpack(sent(here)).files[name].partition(b"\n")
    data, rest = (first + rest, b"") if name == "machine.json" else (first, b"\n" + rest)
    record = json.loads(data)
    fields = list(strings(record))
    assert len(fields) > 6
    for number, field in enumerate(fields):
        changed = put(record, field, f"x{ACTING[number % len(ACTING)]}y")
        told = refusal(here, specimens, there, name, json.dumps(changed).encode() + rest)
        assert name == "machine.json" or "line 1: " in told
        if field[-1] != "name":  # of the machine, and of the subject: refused before as no names
            assert f".{field[-1]}" in told or f"['{field[-1]}']" in told


def test_outcomes_and_their_counts_refuse_characters_that_act(here, specimens, tests_of, tmp_path):
    name = f"3.14.7/{tests_of[0].family}.jsonl"
    data = parcel.unpack(sent(here)).files[name].replace(b'{"1":2}', b'{"1\\u202e":2}')
    told = refusal(here, specimens, tmp_path / "there", name, data)
    assert "the name of $.processes[0].counts['1\\u202e'] has U+202E" in told


def test_only_stacks_of_crashes_have_several_lines(here, specimens, tests_of, tmp_path):
    name = f"3.14.7/{tests_of[0].family}.jsonl"
    data = parcel.unpack(sent(here)).files[name]
    stack = data.replace(b'"traces":{}', b'"traces":{"hang":"a\\nb"}', 1)
    assert stack != data
    assert accept(sent(here, files={name: stack}), specimens, tmp_path / "kept").new == 6
    steering = stack.replace(b"a\\nb", b"a\\n\\u001b[2J")
    told = refusal(here, specimens, tmp_path / "there", name, steering)
    assert "line 1: $.traces.hang has U+001B" in told


def test_characters_that_act_are_not_packed(here, tests_of):
    seen = observation(tests_of[0], "3.13.15", counts=[{"1": 2}], preset="x\x1b")
    store.append("local", seen, tests_of[0].family, here)
    with pytest.raises(ParcelError, match=r"jsonl, line 1: \$\.preset has U\+001B"):
        submission.pack(RUN, "sender-2vcpu", here)


@pytest.mark.parametrize("file", ["machine.json", "3.14.7/{family}.jsonl"])
def test_every_field_refuses_a_value_of_another_type(here, specimens, tests_of, tmp_path, file):
    name = file.format(family=tests_of[0].family)
    first, _, rest = parcel.unpack(sent(here)).files[name].partition(b"\n")
    data, rest = (first + rest, b"") if name == "machine.json" else (first, b"\n" + rest)
    record = json.loads(data)
    for field, value in record.items():
        other = 7 if isinstance(value, dict) else [[]] if value is None else {}
        changed = json.dumps({**record, field: other}).encode() + rest
        assert f"$.{field}" in refusal(here, specimens, tmp_path / "there", name, changed)


def test_accepting_at_once_adds_every_observation_once(here, specimens, tmp_path, monkeypatch):
    """Threads stand for processes: each takes the lock by a file of its own, and looks before any appends."""
    path, there, number = sent(here), tmp_path / "there", 4
    read, together = store.read, threading.Barrier(number)

    def read_together(*arguments):
        found = read(*arguments)
        with contextlib.suppress(threading.BrokenBarrierError):
            together.wait(
                timeout=0.5
            )  # who reads alone goes on; without a lock all have read by then
        return found

    monkeypatch.setattr(store, "read", read_together)
    with ThreadPoolExecutor(number) as pool:
        calls = [pool.submit(accept, path, specimens, there) for _ in range(number)]
    assert sorted(call.result().new for call in calls) == [0, 0, 0, 6]
    assert len(read("sender-2vcpu", there).observations) == 6
