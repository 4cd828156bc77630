"""What the sharing workloads notice, and that what they say is shared is."""

from __future__ import annotations

import itertools
import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from benchmarks.workloads import sharing_caches as caches
from benchmarks.workloads import sharing_calls as calls
from benchmarks.workloads import sharing_frees as frees
from benchmarks.workloads import sharing_iterators as iterators
from benchmarks.workloads import sharing_lookups as lookups
from benchmarks.workloads import sharing_values as values
from benchmarks.workloads.declare import WrongAnswerError
from tests.workloads.conftest import DECLARED

LOOPS = 3

# --- caches and copies -----------------------------------------------------------


def test_a_cache_that_forgets_is_noticed():
    caches._fill()
    numbers = caches._own_numbers(0)
    caches._check_prices([caches._ask(numbers, None, LOOPS)] * 2, LOOPS)
    caches.price(1)  # one miss more
    with pytest.raises(WrongAnswerError, match="calls of the function behind the cache"):
        caches._check_prices([caches._ask(numbers, None, LOOPS)], LOOPS)
    caches._fill()
    with pytest.raises(WrongAnswerError, match="sum of all answers"):
        caches._check_prices([caches._ask(numbers[:-1], None, LOOPS)], LOOPS)


@pytest.mark.parametrize("copied", [dict, lambda order: {**order, "lines": list(order["lines"])}])
def test_a_copy_that_shares_something_is_noticed(monkeypatch, copied):
    caches._check_orders([caches._copy_orders(caches._own_order(0), None, LOOPS)], LOOPS)
    monkeypatch.setattr(caches.copy, "deepcopy", copied)
    wrong = caches._copy_orders(caches._own_order(0), None, LOOPS)
    with pytest.raises(WrongAnswerError, match="sum over the lines"):
        caches._check_orders([wrong], LOOPS)


# --- iterators -------------------------------------------------------------------


class Repeating:
    """Numbers, one of which is handed out twice."""

    def __init__(self, twice):
        self.numbers = itertools.count(iterators.FIRST)
        self.twice = twice
        self.again = None

    def __iter__(self):
        return self

    def __next__(self):
        if self.again is not None:
            number, self.again = self.again, None
            return number
        number = next(self.numbers)
        if number == self.twice:
            self.again = number
        return number


@pytest.mark.parametrize("run", [iterators._draw, iterators._draw_locked])
def test_a_repeated_number_is_noticed_and_counted(run):
    drawn = LOOPS * iterators.DRAWS
    result = run(None, iterators.Source(Repeating(iterators.FIRST + 77)), LOOPS)
    assert result.drawn == drawn
    assert result.advanced == drawn - 1
    iterators._check_draws([result], LOOPS)  # repetitions are counted where they are expected,
    with pytest.raises(WrongAnswerError, match="different numbers"):
        iterators._check_each_once([result], LOOPS)  # and wrong where they are not
    assert iterators._repeated([result], LOOPS) == pytest.approx((1 / drawn,))


def test_a_skipped_number_is_noticed():
    def numbers():
        for number in itertools.count(iterators.FIRST):
            if number != iterators.FIRST + 77:
                yield number

    result = iterators._draw_locked(None, iterators.Source(numbers()), LOOPS)
    with pytest.raises(WrongAnswerError, match="different numbers"):
        iterators._check_each_once([result], LOOPS)


def test_a_swapped_number_is_noticed():
    """As many numbers as there should be, one of them wrong."""
    result = iterators._draw(None, iterators._range(), LOOPS)
    for check in (iterators._check_draws, iterators._check_each_once):
        check([result], LOOPS)
        with pytest.raises(WrongAnswerError, match="sum of all numbers"):
            check([result._replace(total=result.total + 1)], LOOPS)


def test_books_on_two_workers():
    """Only the last one to leave reports, for all who were there; then a new period begins."""
    source = iterators._count()
    iterators._enter(source)
    iterators._enter(source)
    sums = [sum(next(source.numbers) for _ in range(1000 * LOOPS)) for _ in range(2)]
    first = iterators._leave(source, 1000 * LOOPS, sums[0])
    last = iterators._leave(source, 1000 * LOOPS, sums[1])
    assert (first.before, first.advanced) == (0, 0)
    assert (last.before, last.advanced) == (iterators.FIRST, 2000 * LOOPS)
    iterators._check_each_once([first, last], LOOPS)
    iterators._check_each_once([iterators._draw(None, source, LOOPS)], LOOPS)


# --- frees --------------------------------------------------------------------------


def test_two_workers_drop_each_others_words():
    shared = frees._mailboxes()
    results = [[frees._exchange(worker, shared, 1) for worker in (0, 1)] for _ in range(6)]
    assert [[result.foreign for result in pair] for pair in results] == [
        [frees.BATCHES * frees.BATCH] * 2
    ] * 6
    assert frees._foreign(results[-1], 1) == (1.0,)
    assert [len(box) for box in shared] == [frees.WAITING] * 2


def test_one_worker_drops_its_own():
    shared = frees._mailboxes()
    frees._exchange(1, shared, 2 * frees.WAITING)  # what the main thread had posted is gone
    result = frees._exchange(1, shared, LOOPS)
    assert frees._foreign([result], LOOPS) == (0.0,)
    assert sum(map(len, shared)) == 2 * frees.WAITING  # it would go on like this for ever


def test_mailboxes_survive_a_third_worker():
    shared = frees._mailboxes()
    for worker in (0, 2, 4, 1, 3):
        frees._check_dropped([frees._exchange(worker, shared, LOOPS)], LOOPS)
    assert sum(map(len, shared)) == 2 * frees.WAITING


# --- values and calls ------------------------------------------------------------------


def test_what_runs_reads_what_is_shared():
    assert values._read_global.__code__.co_names == ("range", "READS", "_RULES")
    assert values._rules() is values._RULES
    assert values._defaults().weight is values.Defaults().weight
    assert values._states()("done") is values.State.DONE
    shared, other = calls.Callables(), calls.Callables()
    assert shared.bound.__self__ is not other.bound.__self__
    assert shared.bound(0) + shared.partial(0) + shared.closure(0) == 1009 + 1509 + 2009


def test_tuples_differ_in_where_they_were_made():
    shared, own = (one for one in values.WORKLOADS if "tuple" in one.slug)
    assert shared.check is own.check
    assert "_sum" in shared.run.__code__.co_names
    assert "_sum" in own.run.__code__.co_names
    ours, theirs = values._items(), values._own_items(0)
    assert ours == theirs
    assert not any(one is other for one, other in zip(ours, theirs, strict=True))


def test_lookups_pass_through_what_is_shared():
    shared = threading.local()
    assert lookups._read_local(None, shared, 1) == lookups.LOOKUPS * 0.25
    assert shared.weight == 0.25
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(hasattr, shared, "weight").result() is False, "it is this thread's own"
    module = lookups._module()
    assert module.convert is lookups.convert
    assert lookups._read_module(None, module, 1) == lookups.LOOKUPS
    with pytest.raises(AttributeError, match="absent"):
        _ = module.absent  # asks __getattr__, which no lookup of the workload does
    assert [*lookups.numbers(lookups.YIELDS)] == [*range(lookups.YIELDS)]


# --- on the targets ---------------------------------------------------------------------

MORTAL = """
import gc
import sys
from benchmarks.workloads import contention_dicts as dicts
from benchmarks.workloads import contention_locks as locks
from benchmarks.workloads import contention_queues as queues
from benchmarks.workloads import contention_sequences as sequences
from benchmarks.workloads import sharing_caches as caches
from benchmarks.workloads import sharing_calls as calls
from benchmarks.workloads import sharing_frees as frees
from benchmarks.workloads import sharing_iterators as iterators
from benchmarks.workloads import sharing_lookups as lookups
from benchmarks.workloads import sharing_values as values

def mortal(*things):
    for thing in things:
        assert not sys._is_immortal(thing), thing
        assert not (isinstance(thing, str) and sys._is_interned(thing)), thing

table = dicts._table()
mortal(*table, *table.values(), *dicts._own_keys(0), *dicts._hot_keys(0))
assert len({*map(id, table.values())}) == len(table)
assert not any(a is b for a, b in zip(table, dicts._own_keys(0)))
items = sequences._values()
mortal(*items, *sequences._claims(0).words, sequences._claims(0), sequences._ledger(0).first)
assert len({*map(id, items)}) == len(items)
mortal(*values._items(), values.Defaults.weight, values._RULES, *values.State)
assert all(map(gc.is_tracked, [values._RULES, *values.State]))
made = calls.Callables()
mortal(made.bound, made.bound.__self__, made.bound.__self__.step, *made.partial.args)
mortal(made.closure.__closure__[0].cell_contents, calls.Gauge.level)
mortal(next(iterators._range().numbers), queues._ledger(0).first)
mortal(*frees._parcel(0).words)
one, other = frees._parcel(0), frees._parcel(0)
assert not any(a is b for a, b in zip(one.words, other.words))
meter = locks.Meter()
locks._add_unlocked(None, meter, 1)
mortal(meter.plain, meter.called)
mortal(caches.price, *caches._own_numbers(0), *map(caches.price, caches._own_numbers(0)))
"""


@pytest.mark.interpreters
def test_what_is_said_to_contend_is_not_immortal(python, target):
    done = python(target, "-P", "-c", MORTAL)
    assert done.returncode == 0, done.stderr


OURS = [name for name in DECLARED if name.startswith(("contention_", "sharing_"))]

OBSERVED = f"""
import importlib, json, threading
seen = {{}}
for name in {OURS!r}:
    for workload in importlib.import_module("benchmarks.workloads." + name).WORKLOADS:
        if workload.observe is None:
            continue
        shared, results, gate = workload.setup_shared(), [None] * 2, threading.Barrier(2)
        def work(worker):
            local = workload.setup_local(worker)
            for loops in (1, 40):
                gate.wait()
                results[worker] = workload.run(local, shared, loops)
        threads = [threading.Thread(target=work, args=(worker,)) for worker in range(2)]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
        workload.check(results, 40)
        keys = [quantity.key for quantity in workload.observes]
        seen[workload.slug] = dict(zip(keys, workload.observe(results, 40), strict=True))
print(json.dumps(seen))
"""


@pytest.mark.interpreters
def test_what_two_threads_let_us_observe(python, target):
    """Shares are shares on either build; what is promised to lose nothing loses nothing."""
    done = python(target, "-P", "-c", OBSERVED)
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert set(seen) == {
        *("add-unlocked", "lock-work-inside", "lock-work-outside"),
        *("shared-range-iterator", "shared-count", "cross-thread-free"),
    }
    for quantities in seen.values():
        assert all(0 <= share <= 1 for share in quantities.values())
    assert seen["shared-count"] == {"repeated": 0}
    assert min(seen["lock-work-inside"]["fairness"], seen["lock-work-outside"]["fairness"]) >= 0.5


INTERPRETER = """
import importlib
from concurrent import interpreters
one = interpreters.create()
one.exec('''
import importlib, sys
for name in {names!r}:
    for workload in importlib.import_module("benchmarks.workloads." + name).WORKLOADS:
        shared, local = workload.setup_shared(), workload.setup_local(1)
        workload.check([workload.run(local, shared, 2)], 2)
''')
one.close()
"""


@pytest.mark.interpreters
def test_subinterpreters_can_run_them(python, target):
    done = python(target, "-P", "-c", INTERPRETER.format(names=OURS))
    assert done.returncode == 0, done.stderr
