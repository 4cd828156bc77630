"""What is said of people's code on real interpreters: the clear cases are told apart, on any machine.

No time is asserted. Where other programs take the machine, "too busy to tell" is a right answer, and the
opposite of the truth never is. What is said stands on 95 % intervals, which miss the truth now and then, and
more often where the load changes while it is measured: code of which something wrong is said is measured
again, and nothing wrong must be said of it then.
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
from tests.chance import PATIENCE, seen
from tests.suite.declare.test_user_code import Silence
from tests.suite.mine_shapes import FOLDER

#: Big enough for intervals, small enough for a test.
SIZE = dataclasses.replace(
    presets.preset("quick"), multi_blocks=5, multi_rounds=4, block_seconds=0.8
)
SHARED = ("enum_members", "slow_lock", "sleeping_lock")
PRIVATE = ("private_loop", "sleeps", "reads_file")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.interpreters,
    pytest.mark.skipif(len(Platform().usable()) < 2, reason="two threads need two CPUs"),
    pytest.mark.timeout(900),  # several measurements, on a machine that does other things
]


@pytest.fixture
def read(pair, tmp_path):
    """Return a function that measures a shape, once per call, and reads what was measured."""

    def measured(name):
        code = user_code.read([f"{name}.py:work"], None, folder=FOLDER, cpus=2)
        made = plan.make_plan(code.entries, size=SIZE, threads=2, seed=7)
        new = run.new_run(made, Pairs.of(pair), root=ROOT, on=Platform(), flags=())
        with RunFolder.create(tmp_path / "local", new) as held:
            stored = run.Execution(
                held,
                Pairs.of(pair),
                root=ROOT,
                on=Platform(),
                patience=PATIENCE,
                observer=Silence(),
                entries=lambda: code.entries,
                variables=code.environment,
            ).run()
        assert stored.failures == ()
        report, (entry,) = analysis.report(stored), code.entries
        found = reading(report, entry.slug)
        print(name, found.verdict, found.cause, found.evidence, found.disturbance)
        recorded(found)
        return found, report.series[entry.slug]

    return measured


def recorded(found):
    """Look at what a reading stands on, which is there whatever else the machine does."""
    evidence = found.evidence
    assert 0 < evidence.threads_ran <= 1.1
    assert 0 < evidence.processes_ran <= 1.1
    assert evidence.effort.k == SIZE.multi_blocks
    assert 0 <= evidence.collected <= 1
    assert found.disturbance.overlap is not None


def untrue(said):
    """Return what does not hold."""
    return [what for what, holds in said.items() if not holds]


def of_shared(name, found):
    """Say what is wrong with the reading of code that shares something."""
    text = " ".join(reading_words.sentences(found))
    # UNSURE: five blocks may not be enough, and the reading says so.
    allowed = {Verdict.SHARED, Verdict.UNSURE}
    allowed |= {Verdict.BUSY} if found.disturbance.busy else set()
    is_shared = found.verdict is Verdict.SHARED
    said = {
        f"{found.verdict} is allowed": found.verdict in allowed,
        "it is not said to scale": "code scales" not in text,
        "the cost is told": "share costs them" in text or not is_shared,
        "pages are named": bool(reading_words.pages(found)) or not is_shared,
    }
    if name == "sleeping_lock" and sys.platform == "linux":  # which counts what a thread waits for
        # On any machine: what a thread is blocked for does not grow with what other programs do.
        what = (found.verdict, found.cause)
        line = "where line 8 has a lock of the module (LOCK; cause 2)"
        said |= {
            f"{what} is waiting": what == (Verdict.SHARED, Cause.WAITING),
            "the lock is named": line in text,
        }
    elif name == "sleeping_lock":
        said["it is clear"] = is_shared or found.disturbance.busy
    return untrue(said)


def of_private(name, found, series):
    """Say what is wrong with the reading of code that shares nothing."""
    text = " ".join(reading_words.sentences(found))
    # MACHINE: two CPUs that are halves of one core, on which processes do no better.
    allowed = {Verdict.SCALES, Verdict.MACHINE, Verdict.UNSURE}
    allowed |= {Verdict.BUSY} if found.disturbance.busy else set()
    said = {
        f"{found.verdict} is allowed": found.verdict in allowed,
        "nothing is said to be shared": "share costs them the difference" not in text,
    }
    if sys.platform == "linux":
        said |= {
            f"{found.cause} is not waiting": found.cause is not Cause.WAITING,
            "nobody is said to wait": "wait for one another" not in text,
            **counted(name, found, series),
        }
    return untrue(said)


def counted(name, found, series):
    """Say what was counted: waiting for a lock is told from sleep, load and the GIL."""
    waiting, disturbance = found.evidence.waiting, found.disturbance
    if (
        name == "sleeps"
    ):  # which blocks threads and processes alike, all the time in which they have a CPU
        return {f"{waiting} is sleep": waiting.threads > 0.5 * (1 - waiting.delayed)}
    if name != "private_loop":
        return {}
    with_gil = [block.record.blocked_share for block in series.of("gil-threads-2").values()]
    return {
        # What the hypervisor takes is in no account of a thread, and looks like waiting.
        f"{waiting} is work": waiting.threads < 0.1 + 2 * (disturbance.stolen or 0),
        # Where others use most of both CPUs, a thread mostly waits for a CPU, and hardly ever for the GIL.
        f"{with_gil} is the GIL": disturbance.others > 0.5 or max(with_gil) > 0.1,
    }


@pytest.mark.parametrize("name", SHARED)
def test_code_that_shares_something_is_never_said_to_scale(read, name):
    seen(lambda: of_shared(name, read(name)[0]), lambda wrong: wrong == [])


@pytest.mark.parametrize("name", PRIVATE)
def test_code_that_shares_nothing_is_never_accused(read, name):
    seen(lambda: of_private(name, *read(name)), lambda wrong: wrong == [])
