"""The oracles know the right answers, by other means than the workloads, and reject wrong ones."""

from __future__ import annotations

import functools
import gc
import itertools
import json
from array import array
from collections import Counter
from decimal import Decimal, localcontext

import pytest

from benchmarks.workloads import contention, interpreter, parallel, stdlib
from benchmarks.workloads.declare import WrongAnswerError
from tests.workloads.conftest import lacking

LOOPS = 3


@functools.cache  # pools of processes take their time
def results_of(workload, workers):
    """Run workers one after the other, as a process with that many would in the end have them."""
    if lacking(workload):
        pytest.skip(f"no {', '.join(lacking(workload))} here")
    if workload.cpus > 1 and workers > 1:
        pytest.skip("it drives workers itself")
    gc.freeze()  # a workload that collects would walk over all that pytest has
    try:
        shared = workload.setup_shared()
        local = [workload.setup_local(worker) for worker in range(workers)]
        return [workload.run(one, shared, LOOPS) for one in local]
    finally:
        gc.unfreeze()


def wrong(value):
    """Yield copies of a result with one thing in it wrong, for every thing in it."""
    if isinstance(value, (tuple, list)):
        make = getattr(value, "_make", type(value))
        for index, part in enumerate(value):
            for other in wrong(part):
                yield make([*value[:index], other, *value[index + 1 :]])
    elif isinstance(value, dict):
        for key, part in list(value.items())[:: -(-len(value) // 8)]:  # not all of hundreds
            yield {other: part for other in value if other != key}
            for other in wrong(part):
                yield {**value, key: other}
    else:
        yield from WRONG[type(value)](value)


def wrong_text(value):
    if not value:
        return [b"x" if isinstance(value, bytes) else "x"]
    middle = len(value) // 2
    changed = chr(ord(value[middle : middle + 1]) ^ 1)
    changed = changed.encode("latin-1") if isinstance(value, bytes) else changed
    return [value[:0], value[:-1], value[:middle] + changed + value[middle + 1 :]]


#: Wrong values for a right one, by type.
WRONG = {
    int: lambda value: {value + 1, value - 1, 0} - {value},
    float: lambda value: (value + 1e-6, value - 1e-6, float("nan")),
    str: wrong_text,
    bytes: wrong_text,
    array: lambda value: [value[:-1]],  # observed, not judged: only how often
}


@pytest.mark.parametrize("workers", [1, 2])
def test_right_results_pass(workload, workers):
    workload.check(results_of(workload, workers), LOOPS)


def noticed(workload, right, changed):
    """Tell whether the oracle rejects a change, or what is observed, and not judged, shows it."""
    try:
        workload.check(changed, LOOPS)
    except WrongAnswerError:
        return True
    observe = workload.observe
    return observe is not None and observe(right, LOOPS) != observe(changed, LOOPS)


@pytest.mark.parametrize("workers", [1, 2])
def test_every_wrong_thing_is_noticed(workload, workers):
    results = results_of(workload, workers)
    corrupted = list(wrong(results[-1]))
    assert corrupted
    for bad in corrupted:
        assert repr(bad) != repr(results[-1])
        assert noticed(workload, results, [*results[:-1], bad]), bad


@pytest.mark.parametrize("off", [-1, 1])
def test_wrong_amount_of_work_is_noticed(workload, off):
    """A worker that ran a loop too few or too many is not measured as if it had not."""
    with pytest.raises(WrongAnswerError):
        workload.check(results_of(workload, 2 if workload.cpus == 1 else 1), LOOPS + off)


class Lossy(contention.Counter):
    """A counter that loses one update, as `value += 1` without a lock does now and then."""

    __slots__ = ("held", "writes")

    @property
    def value(self):
        return self.held

    @value.setter
    def value(self, value):
        self.writes = getattr(self, "writes", 0) + 1
        if self.writes != 3:
            self.held = value


@pytest.mark.parametrize("run", [contention._count_locked, contention._count_apart])
def test_a_lost_update_is_noticed(run):
    ledgers = [contention.Ledger(), contention.Ledger()]
    for counter, right in ((contention.Counter(), True), (Lossy(), False)):
        results = [run(ledger, counter, LOOPS) for ledger in ledgers]
        if right:
            contention._check_total(results, LOOPS)
        else:
            with pytest.raises(WrongAnswerError, match="shared counter"):
                contention._check_total(results, LOOPS)
        ledgers = [contention.Ledger(), contention.Ledger()]


def test_warm_ups_count_too():
    """Warm-up, and lead-ins of unequal length, are in the ledgers as in the counter."""
    counter, one, two = contention.Counter(), contention.Ledger(), contention.Ledger()
    contention._count_locked(one, counter, 7)
    early = contention._count_locked(one, counter, LOOPS)
    contention._count_locked(two, counter, 2)  # its lead-in, while `one` is already done
    late = contention._count_locked(two, counter, LOOPS)
    contention._check_total([early, late], LOOPS)
    contention._check_total([late, early], LOOPS)
    with pytest.raises(WrongAnswerError):
        contention._check_total([late], LOOPS)


def test_mandelbrot_in_fixed_point():
    bits = 300
    one = 1 << bits
    inside = iterations = 0
    for row, column in itertools.product(range(parallel.HEIGHT), range(parallel.WIDTH)):
        cr, ci = (column * 6 - 141) * one // 64, (row * 2 - 15) * one // 16
        zr = zi = steps = 0
        while steps < parallel.LIMIT and zr * zr + zi * zi <= 4 * one * one:
            zr, zi = (zr * zr - zi * zi >> bits) + cr, (2 * zr * zi >> bits) + ci
            steps += 1
        # A point that leaves with the last allowed step was never tested: it counts as inside.
        inside += steps == parallel.LIMIT
        iterations += steps
    assert (inside, iterations) == (parallel.INSIDE, parallel.ITERATIONS)


def test_queens_by_trying_all_arrangements():
    def peaceful(columns):
        pairs = itertools.combinations(enumerate(columns), 2)
        return all(abs(c - d) != s - r for (r, c), (s, d) in pairs)

    board = parallel.BOARD
    placements = [
        sum(map(peaceful, itertools.permutations(range(board), queens)))
        for queens in range(board + 1)
    ]
    assert placements[-1] == parallel.SOLUTIONS
    assert sum(placements) == parallel.NODES


def test_nbody_with_fifty_digits():
    with localcontext() as context:
        context.prec = 50
        bodies = [list(map(Decimal, body)) for body in interpreter.solar_system()]
        dt = Decimal(interpreter._STEP_DAYS)
        half = Decimal("1.5")

        def gaps():
            for a, b in itertools.combinations(bodies, 2):
                d = [a[axis] - b[axis] for axis in range(3)]
                yield a, b, d, sum(x * x for x in d)

        for _ in range(interpreter.STEPS):
            for a, b, d, square in gaps():
                pull = dt / square**half
                for axis in range(3):
                    a[axis + 3] -= d[axis] * b[6] * pull
                    b[axis + 3] += d[axis] * a[6] * pull
            for body in bodies:
                for axis in range(3):
                    body[axis] += dt * body[axis + 3]
        kinetic = sum(body[6] * sum(v * v for v in body[3:6]) / 2 for body in bodies)
        energy = kinetic - sum(a[6] * b[6] / square.sqrt() for a, b, _, square in gaps())
        places = sum(sum(body[:6]) for body in bodies)
    assert round(float(energy), 12) == interpreter.ENERGY
    assert round(float(places), 10) == interpreter.PLACES


def test_nbody_as_published():
    """The Computer Language Benchmarks Game's output for 1000 steps."""
    bodies = interpreter.solar_system()
    assert f"{interpreter.energy(bodies):.9f}" == "-0.169075164"
    interpreter.advance(bodies, 1000)
    assert f"{interpreter.energy(bodies):.9f}" == "-0.169087605"


def test_words_by_counter():
    counts = Counter(interpreter._words(0))
    assert ",".join(f"{word}={count}" for word, count in counts.items()) == interpreter.LINE


def test_document_is_what_json_writes():
    text = stdlib.document(2)
    assert json.dumps(json.loads(text)) == text
    assert json.loads(text)[1] == {
        "id": 1001,
        "name": "user ä 1001",
        "score": 1001.5,
        "active": True,
        "parent": None,
        "tags": ["a1001", "b\n"],
    }


def test_buffer_is_long_enough_to_release_the_gil():
    assert len(stdlib._buffer(0)) == stdlib.BUFFER_BYTES
    assert stdlib.BUFFER_BYTES > 2047
