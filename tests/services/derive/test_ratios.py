"""Ratios from blocks whose answer is known."""

import math
import random

import pytest

from ftguide.ground.process import Memory
from ftguide.services.derive.ratios import Quantity, report
from ftguide.services.record.model import Block, Failure, Served, Stored, Turn
from tests.services.made import head_of


def turn(route, placement, *, requests=1000, seconds=1.0, cpu=0.5, p50=900, p99=2000):
    return Turn(
        route=route,
        placement=placement,
        requests=requests,
        seconds=seconds,
        cpu_seconds=cpu,
        generator_seconds=0.2,
        p50_us=p50,
        p99_us=p99,
    )


def served(factor, held=100):
    return Served(
        start_seconds=0.5 * factor,
        memory=Memory(held=round(held * factor * 1000), kind="PSS"),
        processes=1,
        threads=3,
        turns=(
            turn("json", "together", requests=1000, cpu=0.5 * factor),
            turn("json", "apart", requests=round(1000 / factor), p50=round(900 * factor)),
        ),
    )


def stored_of(blocks, failures=()):
    return Stored(head=head_of(), blocks=tuple(blocks), failures=tuple(failures), finished="now")


def block(index, arms, stack="flask-gunicorn"):
    return Block(stack=stack, index=index, started="", seconds=1.0, order=(), steal=0.0, arms=arms)


def test_a_known_ratio_comes_out():
    chance = random.Random(1)
    blocks = []
    for index in range(8):
        machine = math.exp(chance.gauss(0, 0.3))  # what happens to a block happens to both arms
        blocks.append(
            block(index, {"gil-processes-2": served(machine), "ft-threads-2": served(machine / 2)})
        )
    found = report(stored_of(blocks))
    pair = ("ft-threads-2", "gil-processes-2")
    for quantity, expected in [
        (Quantity.CPU, 0.5),
        (Quantity.RATE, 2.0),
        (Quantity.P50, 0.5),
        (Quantity.MEMORY, 0.5),
        (Quantity.START, 0.5),
    ]:
        route = "" if quantity.whole else "json"
        ratio = found.find("flask-gunicorn", route, quantity, *pair)
        assert ratio.estimate.ratio == pytest.approx(expected, rel=0.01), quantity
        assert ratio.estimate.k == 8
    assert found.find("flask-gunicorn", "json", Quantity.SHARED_RATE, *pair).estimate.ratio == 1
    assert found.find("flask-gunicorn", "query", Quantity.CPU, *pair) is None
    assert found.half_width(Quantity.CPU) == pytest.approx(0, abs=0.01)


def test_copies_are_counted():
    blocks = [
        block(index, {"ft-threads-2": served(1), "ft-threads-2-again": served(1 + 0.01 * index)})
        for index in range(4)
    ]
    found = report(stored_of(blocks))
    assert {each.quantity for each in found.again} == set(Quantity)
    assert found.false_alarms == []
    far = [
        block(i, {"ft-threads-2": served(1), "ft-threads-2-again": served(1.5 + i / 50)})
        for i in range(4)
    ]
    assert {r.quantity for r in report(stored_of(far)).false_alarms} >= {
        Quantity.CPU,
        Quantity.MEMORY,
    }


def test_one_block_has_no_interval_and_none_has_no_ratio():
    found = report(stored_of([block(0, {"gil-single": served(1), "ft-single": served(1.2)})]))
    ratio = found.find("flask-gunicorn", "json", Quantity.CPU, "ft-single", "gil-single")
    assert ratio.estimate.ratio == pytest.approx(1.2)
    assert math.isinf(ratio.estimate.high)
    assert found.half_width(Quantity.CPU) is None
    failure = Failure(stack="a", route="", index=0, arm="b", kind="ended", message="c")
    assert report(stored_of([], [failure])).ratios == ()
