"""What the numbers of one piece of code say together, and that they never say more than they can."""

import dataclasses
import math

import pytest

from ftguide.statistics.estimates import ratio_interval
from ftguide.suite.derive import flags
from ftguide.suite.derive.flag import FlagKind
from ftguide.suite.derive.reading import Cause, Disturbance, Verdict, Whole, judge, reading
from tests.suite.derive.mine import PRIVATE, SLUG, own

#: Two threads that do little more than one, while two processes do twice the work.
SHARED = {**PRIVATE, "ft-threads-2": 2.1e-3}
#: Neither threads nor processes gain.
LIMITED = {**PRIVATE, "ft-threads-2": 2.1e-3, "ft-processes-2": 2.08e-3}
QUIET = Disturbance(others=0.01, stolen=0.0, overlap=1.0)
RESTLESS = Disturbance(others=0.6, stolen=0.0, overlap=0.7)


def read(times=PRIVATE, **changes):
    return reading(own(times, **changes), SLUG)


@pytest.mark.parametrize(
    ("times", "changes", "verdict", "cause"),
    [
        (PRIVATE, {}, Verdict.SCALES, None),
        (LIMITED, {}, Verdict.MACHINE, None),
        (SHARED, {}, Verdict.SHARED, Cause.RUNNING),
        (SHARED, {"ran": {"ft-threads-2": 0.5}}, Verdict.SHARED, Cause.WAITING),
        # A value is 1000 calls of 2.1 ms, of which the collector runs 1.2 s.
        (SHARED, {"collected": {"ft-threads-2": 1.2}}, Verdict.SHARED, Cause.COLLECTING),
        # Processes collect as much: the collector is not what makes threads slower than them.
        (
            SHARED,
            {"collected": {"ft-threads-2": 0.6, "ft-processes-2": 0.3}},
            Verdict.SHARED,
            Cause.RUNNING,
        ),
        # They collect all the time, each for itself: threads stand still for the collections of both.
        (
            SHARED,
            {"collected": {"ft-threads-2": 1.6, "ft-processes-2": 0.8}},
            Verdict.SHARED,
            Cause.COLLECTING,
        ),
        # The collector is named on a busy machine, too; what is a share of wall-clock time only is not.
        (
            {**SHARED, "ft-threads-2": 1.45e-3},
            {"others": 0.5, "ran": {"ft-threads-2": 0.7}, "collected": {"ft-threads-2": 1.2}},
            Verdict.BUSY,
            Cause.COLLECTING,
        ),
        (
            {**SHARED, "ft-threads-2": 1.45e-3},
            {"others": 0.5, "ran": {"ft-threads-2": 0.7}},
            Verdict.BUSY,
            None,
        ),
        # Threads that scale have no cause, however much the collector ran.
        (PRIVATE, {"collected": {"ft-threads-2": 0.6}}, Verdict.SCALES, None),
        ({**PRIVATE, "ft-threads-2": 1.5e-3}, {"size": 0.3}, Verdict.UNSURE, None),
        (PRIVATE, {"blocks": 1}, Verdict.UNKNOWN, None),
        (PRIVATE, {"growth": 2.0}, Verdict.GROWS, None),
        (PRIVATE, {"others": None}, Verdict.SCALES, None),
    ],
)
def test_verdict_and_cause(times, changes, verdict, cause):
    found = read(times, **changes)
    assert (found.verdict, found.cause) == (verdict, cause)


def test_a_busy_machine_accuses_nobody():
    # Threads get less of the CPUs than processes: what a private loop measured beside seven other programs.
    ran = {"ft-threads-2": 0.17, "ft-processes-2": 0.25}
    times = {**PRIVATE, "ft-threads-2": 8.0e-3, "ft-processes-2": 5.3e-3}
    assert read(times, ran=ran, others=0.8).verdict is Verdict.BUSY
    assert read(times, ran=ran, others=0.0).verdict is Verdict.SHARED


def test_cpu_time_tells_on_any_machine():
    # Twice the CPU time for the same work is no matter of who else had the CPUs.
    ran = {"ft-threads-2": 0.25, "ft-processes-2": 0.25}
    times = {**PRIVATE, "ft-threads-2": 8.0e-3, "ft-processes-2": 4.0e-3}
    found = read(times, ran=ran, others=0.8)
    assert (found.verdict, found.cause) == (Verdict.SHARED, Cause.RUNNING)


def test_on_a_busy_machine_a_little_more_cpu_time_is_enough():
    one = ratio_interval([math.log(0.77 + d) for d in (-0.01, 0, 0.01)])
    little = ratio_interval([math.log(1.14 + d) for d in (-0.01, 0, 0.01)])
    half = ratio_interval([math.log(0.55 + d) for d in (-0.01, 0, 0.01)])
    assert judge(one, half, little, RESTLESS, 2) is Verdict.SHARED
    assert judge(one, half, ratio_interval([-0.02, 0, 0.02]), RESTLESS, 2) is Verdict.BUSY
    # As much as code that shares nothing and reads a file needed on such a machine.
    files = ratio_interval([math.log(1.098 + d) for d in (-0.02, 0, 0.02)])
    assert judge(one, half, files, RESTLESS, 2) is Verdict.BUSY


def test_what_others_take_is_not_held_against_the_code():
    one = ratio_interval([math.log(1.5)] * 3)
    efficiency = ratio_interval([math.log(0.85 + d) for d in (-0.001, 0, 0.001)])
    judged = {
        others: judge(one, efficiency, None, dataclasses.replace(QUIET, others=others), 2)
        for others in (0.0, 0.08, 0.2)
    }
    assert judged[0.0] is Verdict.SHARED
    assert judged[0.08] is not Verdict.SHARED
    assert judged[0.2] is Verdict.BUSY


def test_scaling_needs_no_quiet_machine():
    twice = ratio_interval([math.log(1.9 + d) for d in (-0.01, 0, 0.01)])
    same = ratio_interval([-0.01, 0, 0.01])
    assert judge(twice, same, same, RESTLESS, 2) is Verdict.SCALES
    assert judge(twice, None, None, RESTLESS, 2) is Verdict.SCALES
    assert judge(twice, same, same, RESTLESS, 4) is Verdict.BUSY


def test_growth_has_to_be_seen_on_both_builds():
    assert read(growth=1.02).growth is None
    assert read(growth=2.0).growth == pytest.approx(2 ** (2 / 3) - 1, rel=0.02)
    assert read(growth=2.0, rounds=2).growth is None  # two values have no halves


def test_what_is_measured_as_a_whole():
    alone = {arm: PRIVATE[arm] for arm in ("gil-single", "ft-single")}
    assert read(alone, observes=()).whole is Whole.COMMAND
    threads = read({**alone, "ft-single": 1.01e-3}, cpus=2)
    assert threads.whole is Whole.OWN_THREADS
    assert threads.gains_nothing
    assert not read({**alone, "ft-single": 0.5e-3}, cpus=2).gains_nothing
    assert not read({**alone, "ft-single": 1.01e-3}, cpus=2, others=0.5).gains_nothing
    assert read().whole is None


def test_busy_machines_and_workers_that_hardly_met_are_flagged():
    def kinds(**changes):
        return {flag.kind: flag for flag in own(**changes).row(SLUG).flags}

    assert kinds().keys() & {FlagKind.BUSY, FlagKind.OVERLAP} == set()
    assert kinds(others=0.5)[FlagKind.BUSY].values == (pytest.approx(0.5),)
    assert kinds(overlap=0.5)[FlagKind.OVERLAP].values == (pytest.approx(0.5, abs=0.01),)
    # The flags of runs from before this was recorded were published, and stay what they are.
    assert FlagKind.OVERLAP not in kinds(overlap=0.5, others=None)
    alone = {arm: PRIVATE[arm] for arm in ("gil-single", "ft-single")}
    assert FlagKind.BUSY not in kinds(times=alone, others=0.5)


def test_the_limit_of_a_busy_machine_is_the_flags():
    assert Disturbance(others=flags.BUSY + 0.01, stolen=None, overlap=None).busy
    assert not Disturbance(others=None, stolen=None, overlap=None).busy
    assert Disturbance(others=0.0, stolen=0.05, overlap=None).busy
