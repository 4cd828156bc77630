"""What no run can say is found and named, and every run that we published says nothing of the kind."""

import json
import re
from dataclasses import replace

import pytest

from ftguide.ground import files
from ftguide.suite.observe.run import SUITE_VERSION
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


def test_an_arm_that_is_none_is_told_where_it_was_planned_and_measured():
    """What was planned and what was measured agree, so that only its name is wrong."""

    def named(name):
        return "nonsense" if name == "ft-single" else name

    (planned,) = RUN.run.plan.workloads
    plan = replace(
        RUN.run.plan, workloads=(replace(planned, arms=tuple(map(named, planned.arms))),)
    )
    blocks = tuple(
        replace(
            block,
            arms={named(name): arm for name, arm in block.arms.items()},
            order=tuple(tuple(map(named, turns)) for turns in block.order),
        )
        for block in RUN.blocks
    )
    (violation,) = told(replace(RUN, run=replace(RUN.run, plan=plan), blocks=blocks))
    assert "has what is no arm: 'nonsense' is not an arm" in violation


def test_a_ratio_that_somebody_multiplied_passes():
    """SECURITY.md says so: limits tell nothing about values within them."""
    invented = {**synthetic.SINGLE, "ft-single": synthetic.SINGLE["ft-single"] * 1.2}
    assert told(synthetic.stored(blocks=5, truth={"nbody": invented})) == []


@pytest.mark.slow
def test_every_published_run_says_nothing_that_cannot_be():
    folders = store.published(files.ROOT / store.RESULTS)
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
        (("machine", "memory_bytes"), 10**17),
        (("machine", "cpu_model"), ""),
        (("machine", "system"), " "),
        (("machine", "cpu_model"), "x" * 70_000),
        (("machine", "name"), "nul"),
        (("suite", "version"), ""),
        (("suite", "version"), "9999.99"),
        (("suite", "version"), "2999.1"),
        (("suite", "version"), "2025.12"),
        (("suite", "version"), "2026.12.2\n"),
        (("plan", "blocks"), -1),
        (("plan", "workloads", 0, "rounds"), 10**9),
        (("plan", "workloads", 0, "version"), 10**9),
        (("plan", "workloads", 0, "cpus"), 10**9),
        (("plan", "workloads", 0, "loops"), 10**17),
        (("plan", "workloads", 0, "single_loops"), 10**17),
        (("plan", "workloads", 0, "blocks"), 10**9),
        (("plan", "workloads", 0, "question"), "x" * 70_000),
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
        (("block", "hash_seed"), 2**32),
        (("block", "padding_bytes"), 10**9),
        (("block", *ARM, "loops"), 10**17),
        (("block", *ARM, "loops"), 11),
        (("block", *ARM, "loops"), 0),
        (("block", *ARM, "spans", 0), [[5, 3]]),
        (("block", *ARM, "spans"), []),
        (("block", *ARM, "laps"), [[-5, 6]]),
        (("block", *ARM, "idle_cpu_ns"), -1),
        (("block", *ARM, "laps"), [[5, 6]]),
        (("block", *ARM, "cpu_share"), -1.0),
        (("block", *ARM, "cpu_share"), 1e12),
        (("block", *ARM, "blocked_share"), 1.5),
        (("block", *ARM, "gc_collections"), 10**17),
        (("block", *ARM, "minor_faults"), 10**17),
        (("block", *ARM, "observed"), [[10**17]]),
    ],
)
def test_a_value_that_cannot_be_is_named_with_its_file_and_field(field, value):
    found = " ".join(told(changed(field, value)))
    file = "blocks.xz" if field[0] == "block" else "run.json"
    assert re.search(
        rf"{re.escape(file)}: .*\$.*{field[-1] if field[-1] != 0 else 'spans'}", found
    ), found
    assert found.isascii()


def first_block(**changes):
    """Return the run with fields of the record of one arm in its first block replaced."""
    name = ARM[-1]
    block = RUN.blocks[0]
    arms = {**block.arms, name: replace(block.arms[name], **changes)}
    return replace(RUN, blocks=(replace(block, arms=arms), *RUN.blocks[1:]))


def test_loops_that_no_cpu_does_in_the_time_are_named_however_the_plan_calls_them():
    loops = 10**11
    run = first_block(loops=loops)
    (planned,) = run.run.plan.workloads
    plan = replace(run.run.plan, workloads=(replace(planned, loops=loops),))
    found = told(replace(run, run=replace(run.run, plan=plan)))
    assert len(found) == len(RUN.blocks[0].arms["ft-single"].spans)
    assert re.search(
        r"blocks\.xz: block 0 of nbody: \$\.block\.arms\['ft-single'\]\.loops is 1e\+11 within 0\.\d+ s, "
        r"and no CPU repeats anything within 0\.05 ns",
        found[0],
    )


def test_a_time_after_the_end_of_its_block_is_named():
    spans = list(RUN.blocks[0].arms["ft-single"].spans)
    spans[-1] = ((spans[-1][0][0], round(RUN.blocks[0].seconds * 1e9) + 2_000_000),)
    (found,) = told(first_block(spans=tuple(spans)))
    assert ".spans[5] is no time in a block of" in found


def test_laps_that_do_not_add_up_to_their_value_are_named():
    spans = RUN.blocks[0].arms["ft-single"].spans
    laps = [(end - start - 7, 7) for ((start, end),) in spans]
    assert told(first_block(laps=tuple(laps))) == []
    laps[2] = (*laps[2], 1)
    (found,) = told(first_block(laps=tuple(laps)))
    assert ".laps[2] add up to" in found


def test_more_rounds_than_were_planned_are_named():
    found = told(changed(("plan", "workloads", 0, "rounds"), 3))
    assert len(found) == len(RUN.blocks)
    assert "block 0 of nbody: $.block.order has 6 rounds of 3 planned" in found[0]


@pytest.mark.parametrize("version", [SUITE_VERSION, "2026.11", "2027.1.14"])
def test_a_version_of_the_suite_is_one(version):
    assert told(changed(("suite", "version"), version)) == []


def test_builds_that_differ_are_no_pair_whatever_the_run_tells():
    (found,) = told(changed(("interpreters", "ft", "version"), "3.14.6"))
    assert "$.differences tells no difference" in found


def test_a_mac_that_says_it_pinned_is_named():
    found = told(changed(("machine", "system"), "Darwin"))
    assert found == ["run.json: $.pinned is true, and on Darwin nothing is pinned"]
