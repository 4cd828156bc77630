"""The twelve programs that every race finder is tried on: eight with a race, four without.

Each is a state, what two threads do to it, and what must hold when both have ended. They are tests of
the outcome laboratory in their smallest form. `TIMES` is how often an actor repeats what can be
repeated: once for a tool that tries schedules, more often for one that lets threads run freely.
"""

import os
import queue
import threading

TIMES = int(os.environ.get("FINDERS_TIMES", "1"))


class AttributeIncrement:
    """Lost update: a load, an addition and a store."""

    def __init__(self):
        self.n = 0

    def actor1(self):
        for _ in range(TIMES):
            self.n += 1

    actor2 = actor1

    def holds(self):
        return self.n == 2 * TIMES


class CheckThenAct:
    """Two threads fill a missing key, and each goes on with an object of its own."""

    def __init__(self):
        self.cache = {}

    def get(self):
        if "key" not in self.cache:
            self.cache["key"] = object()
        return self.cache["key"]

    def actor1(self):
        self.first = self.get()

    def actor2(self):
        self.second = self.get()

    def holds(self):
        return self.first is self.second


def numbers(count):
    for number in range(count):
        yield number


class GeneratorShared:
    """Two threads empty one generator: a ValueError in one of them, or both in one frame."""

    def __init__(self):
        self.generator = numbers(2 * TIMES)
        self.first, self.second = [], []

    def actor1(self):
        for value in self.generator:
            self.first.append(value)

    def actor2(self):
        for value in self.generator:
            self.second.append(value)

    def holds(self):
        return sorted(self.first + self.second) == list(range(2 * TIMES))


class GenericAliasIterator:
    """Two threads empty iter(list[int]), which has one element and crashes."""

    def __init__(self):
        self.iterator = iter(list[int])
        self.first = self.second = ()

    def actor1(self):
        self.first = tuple(self.iterator)

    def actor2(self):
        self.second = tuple(self.iterator)

    def holds(self):
        return len(self.first) + len(self.second) == 1


class DictLoopShort:
    """A loop over a dict ends before it has seen the keys that nobody touches, and raises nothing."""

    def __init__(self):
        self.table = dict.fromkeys(range(8))
        self.short = False

    def actor1(self):
        for number in range(8, 12 + 4 * TIMES):
            self.table[number] = None
            del self.table[number]

    def actor2(self):
        for _ in range(TIMES):
            seen = 0
            try:
                for _key in self.table:
                    seen += 1
            except RuntimeError:
                continue
            if seen < 8:
                self.short = True

    def holds(self):
        return not self.short


class ListSortRead:
    """A list looks empty while list.sort() works on it."""

    def __init__(self):
        self.items = [3, 1, 4, 1, 5, 9, 2, 6]
        self.empty = False

    def actor1(self):
        for _ in range(TIMES):
            self.items.sort()

    def actor2(self):
        for _ in range(TIMES):
            if len(self.items) == 0:
                self.empty = True

    def holds(self):
        return not self.empty


class DoubleCheckedInit:
    """The object is published before it is complete, so the first check is passed too early."""

    def __init__(self):
        self.lock = threading.Lock()
        self.config = None

    def get(self):
        if self.config is None:
            with self.lock:
                if self.config is None:
                    self.config = {}
                    self.config["port"] = 80
        return self.config

    def actor1(self):
        self.first = "port" in self.get()

    def actor2(self):
        self.second = "port" in self.get()

    def holds(self):
        return self.first and self.second


class FlagThenData:
    """The flag says that the data is there, and is set first."""

    def __init__(self):
        self.ready = False
        self.data = None
        self.seen = 42

    def actor1(self):
        self.ready = True
        self.data = 42

    def actor2(self):
        if self.ready:
            self.seen = self.data

    def holds(self):
        return self.seen == 42


class LockedCounter:
    """No race: the increment stands under a lock."""

    def __init__(self):
        self.n = 0
        self.lock = threading.Lock()

    def actor1(self):
        for _ in range(TIMES):
            with self.lock:
                self.n += 1

    actor2 = actor1

    def holds(self):
        return self.n == 2 * TIMES


class QueueHandOff:
    """No race: a queue.Queue hands over one mutable object at a time, with what was written to it."""

    def __init__(self):
        self.queue = queue.Queue()
        self.total = 0

    def actor1(self):
        for number in range(TIMES):
            job = {}
            job["number"] = number
            self.queue.put(job)

    def actor2(self):
        for _ in range(TIMES):
            job = self.queue.get()
            self.total += job["number"]

    def holds(self):
        return self.total == sum(range(TIMES))


class ListAppend:
    """No race: append is documented as one step."""

    def __init__(self):
        self.items = []

    def actor1(self):
        for number in range(TIMES):
            self.items.append(number)

    actor2 = actor1

    def holds(self):
        return len(self.items) == 2 * TIMES


class DictPerThread:
    """No race: each thread counts in a dict of its own, and the sums are added after both ended."""

    def __init__(self):
        self.first, self.second = {"key": 0}, {"key": 0}

    def actor1(self):
        for _ in range(TIMES):
            self.first["key"] += 1

    def actor2(self):
        for _ in range(TIMES):
            self.second["key"] += 1

    def holds(self):
        return self.first["key"] + self.second["key"] == 2 * TIMES


RACES = {
    "attribute-increment": AttributeIncrement,
    "dict-check-then-act": CheckThenAct,
    "generator-shared": GeneratorShared,
    "generic-alias-iterator": GenericAliasIterator,
    "dict-loop-short": DictLoopShort,
    "list-sort-read": ListSortRead,
    "double-checked-init": DoubleCheckedInit,
    "flag-then-data": FlagThenData,
    "locked-counter": LockedCounter,
    "queue-hand-off": QueueHandOff,
    "list-append": ListAppend,
    "dict-per-thread": DictPerThread,
}
