"""What the contention workloads notice: lost and doubled things, and how unevenly turns fell."""

from __future__ import annotations

import itertools
import queue
from collections import deque

import pytest

from benchmarks.workloads import contention_dicts as dicts
from benchmarks.workloads import contention_locks as locks
from benchmarks.workloads import contention_queues as queues
from benchmarks.workloads import contention_sequences as sequences
from benchmarks.workloads.declare import WrongAnswerError

LOOPS = 3


def by_slug(module):
    return {workload.slug: workload for workload in module.WORKLOADS}


# --- lists, deques, queues: what goes in comes out ---------------------------


def forgetting(kind, name):
    """Return a container whose method forgets to do its work when called for the 700th time."""
    calls = 0

    class Forgetting(kind):
        pass

    def method(self, *arguments):
        nonlocal calls
        calls += 1
        if calls != 700:
            return getattr(kind, name)(self, *arguments)
        return None

    setattr(Forgetting, name, method)
    return Forgetting()


def doubling(kind, name):
    """Return a container whose method does its work twice when called for the 700th time."""
    calls = 0

    class Doubling(kind):
        pass

    def method(self, *arguments):
        nonlocal calls
        calls += 1
        if calls == 700:
            getattr(kind, name)(self, *arguments)
        return getattr(kind, name)(self, *arguments)

    setattr(Doubling, name, method)
    return Doubling()


PUTS = [
    (sequences, "_append_pop", list, "append"),
    (sequences, "_append_popleft", deque, "append"),
    (queues, "_one_by_one", queue.Queue, "_put"),
]
CHECKS = {sequences: sequences._check_accounts, queues: queues._check_drained}


@pytest.mark.parametrize(("source", "run", "kind", "put"), PUTS)
def test_a_doubled_item_is_noticed(source, run, kind, put):
    for container, right in ((kind(), True), (doubling(kind, put), False)):
        ledgers = [source._ledger(0), source._ledger(1)]
        results = [getattr(source, run)(one, container, LOOPS) for one in ledgers]
        if right:
            CHECKS[source](results, LOOPS)
        else:
            with pytest.raises(WrongAnswerError, match="sum of all numbers"):
                CHECKS[source](results, LOOPS)


def test_a_lost_item_is_noticed():
    """The next worker's numbers hide that there is one less until the last one takes the last."""
    lossy = forgetting(list, "append")
    lossy.extend([-1, -1])  # something else comes out in its place
    ledgers = [sequences._ledger(0), sequences._ledger(1)]
    results = [sequences._append_pop(one, lossy, LOOPS) for one in ledgers]
    with pytest.raises(WrongAnswerError, match="sum of all numbers got out"):
        sequences._check_accounts(results, LOOPS)


def test_what_was_put_by_one_may_be_got_by_another():
    """Accounts of workers that swapped numbers balance together, not apart."""
    shared = sequences._deque()
    shared.extend([5000])  # left behind by the other in an unfinished unit
    one, other = sequences._ledger(0), sequences._ledger(1)
    other.put += 5000
    first = sequences._append_popleft(one, shared, LOOPS)
    other.got += shared.popleft()
    second = sequences.Account(LOOPS * sequences.ITEMS, other.put, other.got)
    sequences._check_accounts([first, second], LOOPS)
    with pytest.raises(WrongAnswerError):
        sequences._check_accounts([first], LOOPS)


@pytest.mark.parametrize("source", [sequences, queues])
def test_no_two_workers_share_a_number(source):
    firsts = [source._ledger(worker).first for worker in range(64)]
    items = getattr(source, "ITEMS", 0) or source.BATCH
    assert min(firsts) > 256  # small integers are immortal
    assert all(two - one >= items for one, two in itertools.pairwise(firsts))


def test_containers_are_empty_in_the_end():
    for workload in (*sequences.WORKLOADS, *queues.WORKLOADS):
        if workload.slug == "shared-list-read":
            continue
        shared = workload.setup_shared()
        for worker in range(2):
            workload.run(workload.setup_local(worker), shared, LOOPS)
        left = shared.words if isinstance(shared, sequences.Seen) else shared
        assert (left.qsize() if hasattr(left, "qsize") else len(left)) == 0


# --- check-then-insert --------------------------------------------------------


def test_a_word_claimed_twice_is_noticed():
    """A word that is said to be new while it is there has been claimed by two."""

    class Blind(set):
        """Says that a word is new although another worker has it, as a set without a lock may."""

        def __contains__(self, word):
            return super().__contains__(word) and word != stolen

    seen, one, two = sequences.Seen(), sequences._claims(0), sequences._claims(1)
    stolen = one.words[7]
    seen.words = Blind()
    results = [sequences._check_insert(worker, seen, LOOPS) for worker in (one, two)]
    with pytest.raises(WrongAnswerError, match="words released"):
        sequences._check_claims(results, LOOPS)


@pytest.mark.parametrize("slug", ["set-check-insert", "dict-setdefault"])
def test_a_word_taken_by_another_is_not_claimed(slug):
    workload = by_slug(sequences)[slug]
    shared, one, two = workload.setup_shared(), sequences._claims(0), sequences._claims(1)
    taken = one.words[:50]
    if slug == "set-check-insert":
        shared.words.update(taken)
    else:
        shared.update(dict.fromkeys(taken, one))
    result = workload.run(two, shared, 1)
    assert result == (sequences.WORDS, sequences.WORDS - 50, sequences.WORDS - 50)
    left = shared.words if slug == "set-check-insert" else shared
    assert set(left) == set(taken)


# --- dictionaries --------------------------------------------------------------


def test_workers_have_keys_of_their_own():
    table = dicts._table()
    assert len(table) == dicts.KEYS * dicts.PARTS
    parts = [dicts._own_keys(worker) for worker in range(dicts.PARTS)]
    assert len({key for part in parts for key in part}) == len(table)
    assert {sum(table[key] for key in part) for part in parts} == {
        dicts.KEYS * (dicts.KEYS - 1) / 8
    }
    hot = set(dicts._hot_keys(0))
    assert hot == set(dicts._hot_keys(1))
    assert [table[key] for key in hot] == [dicts.HOT / 4]


def test_a_store_that_went_elsewhere_is_noticed():
    table, keys = dicts._table(), dicts._own_keys(3)
    right = dicts._write(keys, table, LOOPS)
    dicts._check_own_stamps([right], LOOPS)

    class Astray(dict):
        def __setitem__(self, key, value):
            super().__setitem__(keys[1] if key == keys[0] else key, value)

    with pytest.raises(WrongAnswerError, match="own keys"):
        dicts._check_own_stamps([dicts._write(keys, Astray(dicts._table()), LOOPS)], LOOPS)


def test_the_hot_key_may_hold_any_worker_s_stamp():
    right = dicts._write(dicts._hot_keys(0), dicts._table(), LOOPS)
    for stamp, fine in ((0.0, True), (0.25, True), (dicts.PASSES / 4, False), (0.3, False)):
        result = right._replace(stamps=(stamp,))
        if fine:
            dicts._check_hot_stamp([right, result], LOOPS)
        else:
            with pytest.raises(WrongAnswerError, match="nobody wrote"):
                dicts._check_hot_stamp([right, result], LOOPS)


def test_the_hot_key_may_change_while_it_is_read_back():
    right = dicts._write(dicts._hot_keys(0), dicts._table(), LOOPS)
    dicts._check_hot_stamp([right._replace(stamps=(3.75, 0.5))], LOOPS)
    with pytest.raises(WrongAnswerError, match="read back"):
        dicts._check_hot_stamp([right._replace(stamps=())], LOOPS)


# --- locks ----------------------------------------------------------------------


def test_state_by_stepping():
    state = 0
    for steps in range(300):
        assert locks._state(steps) == state
        state = (state * 5 + 1) % 2**16
    assert locks._state(2**16) == 0  # the full period
    assert locks._state(2**16 + 7) == locks._state(7)


@pytest.mark.parametrize("run", ["inside", "outside"])
def test_a_lost_step_is_noticed(run):
    class Careless(locks.Desk):
        __slots__ = ("held", "writes")

        @property
        def state(self):
            return self.held

        @state.setter
        def state(self, state):
            self.writes = getattr(self, "writes", 0) + 1
            if self.writes != 20:
                self.held = state

    work, check = getattr(locks, f"_work_{run}"), getattr(locks, f"_check_{run}")
    for desk, right in ((locks.Desk(), True), (Careless(), False)):
        results = [work(locks.Visitor(worker), desk, LOOPS) for worker in range(2)]
        if right:
            check(results, LOOPS)
        else:
            with pytest.raises(WrongAnswerError, match="state guarded by the lock"):
                check(results, LOOPS)


def visits(*shares):
    """Return results of one slice; the first worker left first and saw what the others had."""
    turns = locks.TURNS * LOOPS
    blank = locks.Visit(turns, 0, 0, 0, turns, ())
    return [blank._replace(shares=shares), *[blank] * len(shares)]


def test_fairness_of_known_turns():
    turns = locks.TURNS * LOOPS
    assert locks._fairness(visits(turns), LOOPS) == (1.0,)
    assert locks._fairness(visits(0), LOOPS) == (0.5,)
    assert locks._fairness(visits(0, 0, 0), LOOPS) == (0.25,)
    assert locks._fairness(visits(turns // 2), LOOPS) == pytest.approx((0.9,))
    assert locks._fairness(visits(), LOOPS) == (1.0,)
    strangers = [one._replace(shares=()) for one in visits(0)]
    assert locks._fairness(strangers, LOOPS) == (0.5,)  # each had the lock to itself


def test_books_on_turns():
    """A worker that leaves first tells what the others had since all came."""
    desk = locks.Desk()
    for worker in (0, 1):
        locks._enter(desk, worker)
        desk.turns[worker] += 10
        desk.working -= 1
    locks._enter(desk, 0)
    locks._enter(desk, 1)
    desk.turns[0] += 5
    desk.turns[1] += 2
    first = locks._leave(desk, locks.Visitor(0), 5)
    desk.turns[1] += 3
    second = locks._leave(desk, locks.Visitor(1), 5)
    assert (first.shares, second.shares) == ((2,), ())
    assert (first.all_turns, second.all_turns) == (27, 30)


def test_losses_are_counted():
    meter = locks.Meter()
    result = locks._add_unlocked(None, meter, LOOPS)
    assert locks._lost([result], LOOPS) == (0, 0)
    due = LOOPS * locks.ADDITIONS
    assert (meter.plain, meter.called) == (due, due)
    # Two workers, of whom the last to leave saw a tenth and a half missing.
    absent = locks.Added(due, 0, 0)
    last = locks.Added(due, round(2 * due * 0.9), due)
    assert locks._lost([absent, last], LOOPS) == pytest.approx((0.1, 0.5))


def test_only_the_last_to_leave_reports_gains():
    meter = locks.Meter()
    locks._add_unlocked(None, meter, 1)
    meter.working = 1  # somebody else is still at it
    meter.before = meter.plain, meter.called
    assert locks._add_unlocked(None, meter, 1) == (locks.ADDITIONS, 0, 0)
    assert meter.working == 1


# --- twins ------------------------------------------------------------------------


def test_twins_differ_in_one_thing():
    def differing(one, other):
        functions = ("run", "check", "setup_shared", "setup_local", "scope", "scaling", "observes")
        return {name for name in functions if getattr(one, name) != getattr(other, name)}

    found = by_slug(dicts) | by_slug(sequences) | by_slug(locks) | by_slug(queues)
    for one, other, differ in (
        ("shared-dict-read-same", "shared-dict-read-spread", {"setup_local", "check"}),
        ("shared-dict-write-same", "shared-dict-write-disjoint", {"setup_local", "check"}),
        ("set-check-insert", "dict-setdefault", {"setup_shared", "run"}),
        ("lock-work-inside", "lock-work-outside", {"run", "check"}),
        ("queue-per-item", "queue-batched", {"setup_shared", "run"}),
        ("queue-per-item", "simplequeue-per-item", {"setup_shared"}),
        ("shared-list-append", "shared-deque", {"setup_shared", "run"}),
    ):
        assert differing(found[one], found[other]) == differ, (one, other)
