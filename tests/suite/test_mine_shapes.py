"""What is said of people's code on real interpreters: the clear cases are told apart, on any machine.

No time is asserted. Where other programs take the machine, "too busy to tell" is a right answer, and the
opposite of the truth never is.
"""

import dataclasses
import sys

import pytest

from ftguide.ground.files import ROOT
from ftguide.ground.machine import Platform
from ftguide.suite import reading_words
from ftguide.suite.declare import plan, presets, user_code
from ftguide.suite.derive import analysis
from ftguide.suite.derive.reading import Cause, Verdict, reading
from ftguide.suite.observe import run
from ftguide.suite.observe.lines import Pairs
from ftguide.suite.record.writer import RunFolder
from tests.suite.declare.test_user_code import Silence
from tests.suite.mine_shapes import FOLDER

#: Big enough for intervals, small enough for a test.
SIZE = dataclasses.replace(
    presets.preset("quick"), multi_blocks=5, multi_rounds=4, block_seconds=0.8
)
SHARED = ("enum_members", "slow_lock", "sleeping_lock")
PRIVATE = ("private_loop", "sleeps", "reads_file")


@pytest.fixture(scope="module")
def measured(pair, tmp_path_factory):
    """Measure the clear cases in one run; return its report, and the slug of each."""
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
    return report, {name: entry.slug for name, entry in names}


@pytest.fixture(scope="module")
def readings(measured):
    report, slugs = measured
    return {name: reading(report, slug) for name, slug in slugs.items()}


@pytest.mark.slow
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


@pytest.mark.slow
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


@pytest.mark.slow
@pytest.mark.interpreters
@pytest.mark.skipif(len(Platform().usable()) < 2, reason="two threads need two CPUs")
@pytest.mark.skipif(sys.platform != "linux", reason="Linux counts what a thread waits for")
def test_waiting_for_a_lock_is_told_from_sleep_files_load_and_the_gil(measured, readings):
    """On any machine: what a thread is blocked for does not grow with what other programs do."""
    report, slugs = measured
    found = readings["sleeping_lock"]
    assert (found.verdict, found.cause) == (Verdict.SHARED, Cause.WAITING)
    assert "where line 8 has a lock of the module (LOCK; cause 2)" in " ".join(
        reading_words.sentences(found)
    )
    for name in PRIVATE:
        one = readings[name]
        print(name, one.verdict, one.cause, one.evidence.waiting)
        assert one.cause is not Cause.WAITING
        assert "wait for one another" not in " ".join(reading_words.sentences(one))
    # Sleep blocks threads and processes alike, and the GIL blocks threads of the build that has one.
    assert readings["sleeps"].evidence.waiting.threads > 0.5
    assert readings["private_loop"].evidence.waiting.threads < 0.1
    with_gil = [
        block.record.blocked_share
        for block in report.series[slugs["private_loop"]].of("gil-threads-2").values()
    ]
    # Where others use most of both CPUs, a thread mostly waits for a CPU, and hardly ever for the GIL.
    busy = readings["private_loop"].disturbance.others
    assert busy > 0.5 or max(with_gil) > 0.1
