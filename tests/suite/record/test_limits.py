"""What no run can say is found and named, and every run that we published says nothing of the kind."""

import json
import re

import pytest

from ftguide.ground import files
from ftguide.suite.record import limits, store
from ftguide.suite.record.model import Line, StoredRun
from tests import synthetic
from tests.site.poison import put

RUN = synthetic.stored(blocks=5, truth={"nbody": synthetic.SINGLE})
ARM = ("arms", "ft-single")


def told(stored):
    return [str(each) for each in limits.violations(stored)]


def changed(field, value):
    """Return the run with one value of its record, or of its first block, changed as a sender would."""
    if field[0] != "block":
        record = put(json.loads(files.to_json(RUN.run)), field, value)
        run = files.decode(json.dumps(record).encode(), type(RUN.run), "here", "")
        return StoredRun(run=run, blocks=RUN.blocks, failures=())
    record = json.loads(files.to_json(Line(block=RUN.blocks[0])))
    line = files.decode(json.dumps(put(record, field, value)).encode(), Line, "here", "")
    return StoredRun(run=RUN.run, blocks=(line.block, *RUN.blocks[1:]), failures=())


def test_an_honest_run_says_nothing_that_cannot_be():
    assert told(RUN) == []


def test_every_published_run_says_nothing_that_cannot_be():
    folders = [path.parent for path in (files.ROOT / store.RESULTS).glob("[!.]*/*/run.json")]
    folders = [each for each in folders if store.blocks_path(each).exists()]
    assert len(folders) > 5
    for folder in folders:
        assert told(store.load(folder)) == [], folder


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (("started",), "2999-01-01T00:00:00Z"),
        (("started",), "soon"),
        (("finished",), "1999-01-01T00:00:00Z"),
        (("machine", "cpus"), 0),
        (("machine", "cpus"), 10**40),
        (("machine", "usable_cpus"), 64),
        (("machine", "memory_bytes"), -1),
        (("machine", "fingerprint"), "zzz"),
        (("machine", "cores"), [[0, 1], [1]]),
        (("suite", "commit"), "../.."),
        (("plan", "blocks"), -1),
        (("plan", "threads"), 10**9),
        (("plan", "budget_seconds"), 1e308),
        (("plan", "workloads", 0, "slug"), "nb\N{CYRILLIC SMALL LETTER O}dy"),
        (("plan", "workloads", 0, "group"), "interpret\N{CYRILLIC SMALL LETTER IE}r"),
        (("plan", "workloads", 0, "loops"), 0),
        (("interpreters", "ft", "version"), "3.14.7\N{ARABIC-INDIC DIGIT ZERO}"),
        (("interpreters", "ft", "build"), "gil"),
        (("interpreters", "ft", "binary_sha256"), "nope"),
        (("block", "seconds"), -1.0),
        (("block", "steal"), 2.0),
        (("block", "started"), "2999-01-01T00:00:00Z"),
        (("block", "cpus"), [0, 0]),
        (("block", "cpus"), None),
        (("block", "index"), -1),
        (("block", *ARM, "loops"), 0),
        (("block", *ARM, "spans", 0), [[5, 3]]),
        (("block", *ARM, "spans"), []),
        (("block", *ARM, "laps"), [[-5, 6]]),
        (("block", *ARM, "idle_cpu_ns"), -1),
        (("block", *ARM, "cpu_share"), -1.0),
    ],
)
def test_a_value_that_cannot_be_is_named_with_its_file_and_field(field, value):
    found = " ".join(told(changed(field, value)))
    file = "blocks.xz" if field[0] == "block" else "run.json"
    assert re.search(
        rf"{re.escape(file)}: .*\$.*{field[-1] if field[-1] != 0 else 'spans'}", found
    ), found
    assert found.isascii()


def test_builds_that_differ_are_no_pair_whatever_the_run_tells():
    (found,) = told(changed(("interpreters", "ft", "version"), "3.14.6"))
    assert "$.differences tells no difference" in found


def test_a_mac_that_says_it_pinned_is_named():
    found = told(changed(("machine", "system"), "Darwin"))
    assert found == ["run.json: $.pinned is true, and on Darwin nothing is pinned"]
