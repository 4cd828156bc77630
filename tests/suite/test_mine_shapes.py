"""What is said of people's code on real interpreters: the clear cases are told apart, on any machine.

No time is asserted. Where other programs take the machine, "too busy to tell" is a right answer, and the
opposite of the truth never is.
"""

import dataclasses

import pytest

from ftguide.ground.files import ROOT
from ftguide.ground.machine import Platform
from ftguide.suite import reading_words
from ftguide.suite.declare import plan, presets, user_code
from ftguide.suite.derive import analysis
from ftguide.suite.derive.reading import Verdict, reading
from ftguide.suite.observe import run
from ftguide.suite.observe.lines import Pairs
from ftguide.suite.record.writer import RunFolder
from tests.suite.declare.test_user_code import Silence
from tests.suite.mine_shapes import FOLDER

#: Big enough for intervals, small enough for a test.
SIZE = dataclasses.replace(
    presets.preset("quick"), multi_blocks=5, multi_rounds=4, block_seconds=0.8
)
SHARED = ("enum_members", "slow_lock")
PRIVATE = ("private_loop",)


@pytest.fixture(scope="module")
def readings(pair, tmp_path_factory):
    """Measure the clear cases in one run."""
    requests = [f"{name}.py:work" for name in (*SHARED, *PRIVATE)]
    code = user_code.read(requests, None, folder=FOLDER, cpus=2)
    made = plan.make_plan(code.entries, size=SIZE, threads=2, seed=7)
    new = run.new_run(made, Pairs.of(pair), root=ROOT, on=Platform(), flags=())
    with RunFolder.create(tmp_path_factory.mktemp("local"), new) as held:
        stored = run.Execution(
            held,
            Pairs.of(pair),
            root=ROOT,
            on=Platform(),
            patience=60.0,
            observer=Silence(),
            entries=lambda: code.entries,
            variables=code.environment,
        ).run()
    assert stored.failures == ()
    report = analysis.report(stored)
    names = zip((*SHARED, *PRIVATE), code.entries, strict=True)
    return {name: reading(report, entry.slug) for name, entry in names}


@pytest.mark.interpreters
@pytest.mark.skipif(len(Platform().usable()) < 2, reason="two threads need two CPUs")
def test_the_sentence_is_right_in_the_clear_cases(readings):
    for name in SHARED:
        found = readings[name]
        print(name, found.verdict, found.evidence, found.disturbance)
        # UNSURE: five blocks may not be enough, and the reading says so.
        allowed = {Verdict.SHARED, Verdict.UNSURE}
        allowed |= {Verdict.BUSY} if found.disturbance.busy else set()
        assert found.verdict in allowed
        text = " ".join(reading_words.sentences(found))
        assert "code scales" not in text
        if found.verdict is Verdict.SHARED:
            assert "share costs them" in text
            assert reading_words.pages(found)
    if not any(readings[name].disturbance.busy for name in SHARED):
        assert Verdict.SHARED in {readings[name].verdict for name in SHARED}
    for name in PRIVATE:
        found = readings[name]
        print(name, found.verdict, found.evidence, found.disturbance)
        # MACHINE: two CPUs that are halves of one core, on which processes do no better.
        allowed = {Verdict.SCALES, Verdict.MACHINE, Verdict.UNSURE}
        allowed |= {Verdict.BUSY} if found.disturbance.busy else set()
        assert found.verdict in allowed
        assert "share costs them the difference" not in " ".join(reading_words.sentences(found))


@pytest.mark.interpreters
@pytest.mark.skipif(len(Platform().usable()) < 2, reason="two threads need two CPUs")
def test_what_a_reading_stands_on_is_recorded(readings):
    for found in readings.values():
        evidence = found.evidence
        assert 0 < evidence.threads_ran <= 1.1
        assert 0 < evidence.processes_ran <= 1.1
        assert evidence.effort.k == SIZE.multi_blocks
        assert 0 <= evidence.collected <= 1
        assert found.disturbance.overlap is not None
