"""A run that was tampered with on its way is refused, field by field, and nothing of it is kept.

The fields are found by walking the stored records, so that one which is added tomorrow is covered. Whoever
tampers knows the hashes: each parcel here is packed again after the change.
"""

import copy
import json
import re

import pytest

from ftguide.ground import parcel
from ftguide.ground.parcel import ParcelKind
from ftguide.ground.vocabulary import ExpectedError
from ftguide.suite import submission
from ftguide.suite.record import packing, store
from tests import synthetic
from tests.fuzz.mutations import walk
from tests.site.poison import put, strings

ACTING = ("\x1b", "\x9b", "\u202e", "\u2066", "\u2028", "\n", "\x00")
RUN, BLOCKS = submission.RUN, submission.BLOCKS


@pytest.fixture(scope="module")
def records(tmp_path_factory):
    """Return the records of an honest run as they lie in its files: run.json, and a line with a block."""
    stored = synthetic.stored(
        name="sender-2vcpu", blocks=5, truth={"nbody": synthetic.SINGLE}, flags=("noted",)
    )
    folder = synthetic.write(tmp_path_factory.mktemp("honest"), stored)
    lines = store.text_of(folder / BLOCKS).split(b"\n")[:-1]
    return {RUN: json.loads((folder / RUN).read_bytes()), BLOCKS: [json.loads(x) for x in lines]}


@pytest.fixture
def send(tmp_path, records):
    """Return a function that packs changed records, has them accepted, and returns the refusal."""
    root = tmp_path / "there"

    def sent(run=None, first=None):
        lines = [first or records[BLOCKS][0], *records[BLOCKS][1:]]
        packed = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
        contents = {
            RUN: json.dumps(run or records[RUN]).encode(),
            BLOCKS: packing.pack(packed),
        }
        path = tmp_path / "sent.ftguide.json"
        path.write_bytes(parcel.pack(ParcelKind.RUN, records[RUN]["run_id"], contents))
        try:
            submission.accept(parcel.unpack(path), path, root)
        except ExpectedError as error:
            told = str(error)
        else:
            return None
        assert not [each for each in root.rglob("*") if each.is_file()]
        assert told.isprintable()
        return told

    return sent


def spelled(place):
    """Return a pattern for the way in which messages spell a place; values of tables have no name there."""
    steps = (
        rf"\[{step}\]" if isinstance(step, int) else rf"(\.{re.escape(step)}|\[.*\])"
        for step in place
    )
    return r"\$" + "".join(steps)


def places(record, at=()):
    """Yield every place in a record."""
    for key in record if isinstance(record, dict) else range(len(record)):
        yield (*at, key)
        if isinstance(record[key], (dict, list)):
            yield from places(record[key], (*at, key))


def test_the_honest_run_is_taken(send):
    assert send() is None


def test_every_string_of_the_run_refuses_characters_that_act(send, records):
    fields = list(strings(records[RUN]))
    assert len(fields) > 60
    for number, field in enumerate(fields):
        told = send(run=put(records[RUN], field, f"x{ACTING[number % len(ACTING)]}y"))
        assert told is not None, field
        assert re.search(rf"sent\.ftguide\.json: run\.json: .*{spelled(field)}", told), (
            field,
            told,
        )


def test_every_string_of_a_block_refuses_characters_that_act(send, records):
    block = records[BLOCKS][0]
    for number, field in enumerate(strings(block)):
        told = send(first=put(block, field, f"x{ACTING[number % len(ACTING)]}y"))
        assert told is not None, field
        assert re.search(rf"blocks\.xz, line 1: .*{spelled(field)}", told), (field, told)


def test_every_name_in_a_table_refuses_characters_that_act(send, records):
    tables = [key for key, value in records[RUN]["machine"].items() if isinstance(value, dict)]
    assert {"caches", "mitigations"} <= set(tables)
    for table in tables:
        run = copy.deepcopy(records[RUN])
        run["machine"][table]["L\x1b"] = "x"
        assert rf"the name of $.machine.{table}['L\x1b'] has U+001B" in send(run=run)


@pytest.mark.slow
@pytest.mark.parametrize("file", [RUN, BLOCKS])
def test_every_field_refuses_a_value_of_another_type(send, records, file):
    record = records[file] if file == RUN else records[file][0]
    assert len(list(walk(record))) == len(list(places(record)))
    for field in places(record):
        holder = record
        for step in field:
            holder = holder[step]
        other = 7 if isinstance(holder, dict) else [[]] if holder is None else {}
        changed = put(record, field, other)
        told = send(run=changed) if file == RUN else send(first=changed)
        assert told is not None, field
        assert file in told, (field, told)
        assert re.search(spelled(field), told), (field, told)


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        (("finished",), None, "unfinished"),
        (("pinned",), False, "not pinned"),
        (("differences",), ["compiler: a, b"], "not like for like: compiler"),
        (("plan", "preset"), "quick", "quick"),
        (("suite", "dirty"), True, "differed from its commit"),
        (("suite", "commit"), None, "differed from its commit"),
        (("interpreters", "ft", "pgo"), False, "no PGO"),
        (("machine", "name"), "local", "cannot name a machine"),
        (
            ("machine", "name"),
            "con",
            r"sent\.ftguide\.json: run\.json: \$\.machine\.name: 'con' cannot name a machine",
        ),
        (("machine", "name"), "com1.lab", "cannot name a machine.*such as con"),
        (("machine", "name"), "xeon.", "cannot name a machine.*no dot at the end"),
        (("machine", "name"), "xeon ", "cannot name a machine"),
        (
            ("suite", "version"),
            "",
            r"run\.json: \$\.suite\.version is '', and has to look like 2026\.12",
        ),
        (
            ("plan", "workloads", 0, "rounds"),
            10**9,
            r"\$\.plan\.workloads\[0\]\.rounds is 1000000000",
        ),
        (("run_id",), synthetic.OLDER, "does not match its folder"),
        (("schema",), 2, r"schema 2 at \$\.schema"),
        (("plan", "workloads", 0, "source_hash"), "f" * 64, "other code than the plan's"),
        (("plan", "workloads", 0, "version"), 2, "other code than the plan's"),
        (("plan", "workloads", 0, "group"), "mine", "nbody"),
        (("plan", "workloads", 0, "arms", 0), "gil-single@3.15", r"\$\.lines has no '3\.15'"),
    ],
)
def test_a_record_that_says_what_must_not_be_is_refused(send, records, field, value, told):
    said = send(run=put(records[RUN], field, value))
    assert said is not None
    assert re.search(told, said), said


def test_loops_that_no_cpu_can_do_are_refused(send, records):
    block = records[BLOCKS][0]
    said = send(first=put(block, ("block", "arms", "ft-single", "loops"), 10**17))
    assert said is not None
    assert "blocks.xz: block 0 of nbody: $.block.arms['ft-single'].loops is 1e+17" in said


def test_a_gil_that_was_on_is_refused_in_either_reading(send, records):
    block = records[BLOCKS][0]
    for reading in ("gil_before", "gil_after"):
        said = send(first=put(block, ("block", "arms", "ft-single", reading), True))
        assert said is not None
        assert "the GIL was not as its arm says" in said
