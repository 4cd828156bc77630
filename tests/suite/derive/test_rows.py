"""Rows: floors of their own for arms of one and of several workers, further ratios, the first failure."""

import math

import pytest

from ftguide.suite.derive.analysis import report
from ftguide.suite.record.model import Failure
from tests.suite.derive.builder import ARMS, make_plan, row_of, stored_of


def failure(slug, arm):
    return Failure(workload=slug, index=0, arm=arm, kind="crashed", message="signal 11")


def test_single_arms_and_arms_of_several_workers_have_noise_floors_of_their_own():
    """Copies off by 5 % with one thread and by 1 % with two, without noise: the floors are their logs."""
    off = {"gil-single-again": 1.02, "ft-single-again": 1.05, "ft-threads-2-again": 0.99}
    times = {
        "gil-single": 1e-5,
        "ft-single": 1.1e-5,
        "gil-threads-2": 2e-5,
        "ft-threads-2": 1.2e-5,
        "ft-processes-2": 1.2e-5,
    }
    for name, factor in off.items():
        times[name] = factor * times[name.removesuffix("-again")]
    row = row_of({name: [seconds] * 4 for name, seconds in times.items()})
    assert row.floor == pytest.approx(math.log(1.05), rel=1e-4)
    assert row.threads_floor == pytest.approx(-math.log(0.99), rel=1e-3)
    assert row.floor_of(row.single) == row.floor
    assert row.floor_of(row.threads) == row.floor_of(row.efficiency) == row.threads_floor
    assert {one.arm for one in row.replicates} == set(off)


def test_a_floor_needs_two_blocks():
    times = {name: [seconds] for name, seconds in ARMS.items()}
    assert (row_of(times).floor, row_of(times).threads_floor) == (None, None)


def test_what_else_is_compared_does_not_depend_on_where_the_copies_stand():
    times = {
        "gil-single": [1e-5] * 2,
        "gil-single-again": [1e-5] * 2,
        "ft-single": [1.1e-5] * 2,
        "gil-interpreters-2": [1e-5] * 2,
        "ft-interpreters-2": [1.4e-5] * 2,
        "gil-threads-2": [2e-5] * 2,
        "ft-threads-2": [1.25e-5] * 2,
        "ft-threads-2-again": [1.25e-5] * 2,
        "ft-processes-4": [1.2e-5] * 2,
    }
    row = row_of(times)
    found = {(one.arm, one.base): one.ratio for one in row.others}
    assert found == {
        ("gil-interpreters-2", "gil-threads-2"): pytest.approx(1 / 2, rel=1e-4),
        ("ft-interpreters-2", "ft-threads-2"): pytest.approx(1.4 / 1.25, rel=1e-4),
        ("gil-interpreters-2", "gil-single"): pytest.approx(2, rel=1e-4),
        ("ft-interpreters-2", "gil-single"): pytest.approx(2 / 1.4, rel=1e-4),
        ("ft-processes-4", "gil-single"): pytest.approx(4 / 1.2, rel=1e-4),
    }


def test_of_several_failures_the_first_is_told():
    plan = make_plan("nbody", ["gil-single", "ft-single"])
    failures = [failure("nbody", arm) for arm in ("ft-single", "gil-single")]
    assert report(stored_of((plan, []), failures=failures)).rows[0].failure == failures[0]
