"""What other programs use of a machine: all busy time less ours."""

import pytest

from ftguide.ground.load import Load, busy_seconds, own_seconds


def load(busy, own, clock):
    busy, own, clock = iter(busy), iter(own), iter(clock)
    made = Load(
        (0, 1), busy=lambda _cpus: next(busy), own=lambda: next(own), clock=lambda: next(clock)
    )
    return made.others()


@pytest.mark.parametrize(
    ("busy", "own", "clock", "share"),
    [
        ((100.0, 106.0), (1.0, 5.0), (0.0, 10.0), 0.1),  # 6 s busy, 4 of them ours, of 20 s
        ((100.0, 103.9), (1.0, 5.0), (0.0, 10.0), 0.0),  # ticks are rough: never below nothing
        ((100.0, 200.0), (1.0, 5.0), (0.0, 10.0), 1.0),
        ((None, 106.0), (1.0, 5.0), (0.0, 10.0), None),
        ((100.0, 106.0), (1.0, None), (0.0, 10.0), None),
        ((100.0, 106.0), (1.0, 5.0), (0.0, 0.0), None),
    ],
)
def test_what_is_not_ours_is_somebody_elses(busy, own, clock, share):
    assert load(busy, own, clock) == share


def test_a_cpu_that_is_not_there_is_not_counted_as_idle():
    assert busy_seconds([10_000]) is None


def test_our_own_work_is_not_somebody_elses():
    before = own_seconds()
    if before is None:
        pytest.skip("this system does not add children up")
    sum(i * i for i in range(1_000_000))
    assert own_seconds() > before
