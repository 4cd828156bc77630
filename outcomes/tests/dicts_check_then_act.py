"""Dictionaries: check, then act.

A dict's own method is one step where CPython documents it; two calls in a row are two.
"""

from __future__ import annotations

import threading

from outcomes.tests.declare import Litmus, Stress, acceptable, forbidden, interesting


class DictSetdefault(Litmus):
    """Look up and store in one call: the remedy for a check that is followed by a store."""

    slug = "dict-setdefault"
    question = "Do two threads that call setdefault() get the same object?"
    on = "dict"
    operation = "setdefault"
    level = "shared"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-dict-objects"
    remedy = "porting/not-atomic#one-step"
    outcomes = (
        acceptable("1, 1", "Both got the first thread's object."),
        acceptable("2, 2", "Both got the second thread's object."),
        forbidden("1, 2", "Each got its own: one of them is not in the dictionary."),
    )

    def __init__(self):
        self.table = {}

    def actor1(self):
        return self.table.setdefault("key", 1)

    def actor2(self):
        return self.table.setdefault("key", 2)


class DictSetdefaultAppend(Litmus):
    """Grouping: two steps, but each of them is complete, and nothing depends on their being together."""

    slug = "dict-setdefault-append"
    question = "Does `d.setdefault(k, []).append(x)` lose elements?"
    on = "dict"
    operation = "setdefault(k, []).append(x)"
    level = "shared"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-dict-objects"
    remedy = "porting/not-atomic#one-step"
    outcomes = (
        acceptable("2", "Both elements are in one list."),
        forbidden("1", "An element went into a list that is not in the dictionary."),
    )

    def __init__(self):
        self.groups = {}

    def actor1(self):
        self.groups.setdefault("key", []).append("a")

    def actor2(self):
        self.groups.setdefault("key", []).append("b")

    def arbiter(self):
        return len(self.groups["key"])


class DictGetThenSet(Litmus):
    """The usual cache: look it up, and make it if it is missing."""

    slug = "dict-get-then-set"
    question = "Do two threads that fill a missing key use the same object?"
    on = "dict"
    operation = "get, then set"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-dict-objects"
    remedy = "porting/migrations#migration-memo"
    control = "1, 2"
    outcomes = (
        acceptable("1, 1", "Both use the first thread's object."),
        acceptable("2, 2", "Both use the second thread's object."),
        interesting("1, 2", "Both found the key missing: each uses its own object, one is kept."),
    )

    def __init__(self):
        self.cache = {}

    def actor1(self):
        value = self.cache.get("key")
        if value is None:
            value = self.cache["key"] = 1
        return value

    def actor2(self):
        value = self.cache.get("key")
        if value is None:
            value = self.cache["key"] = 2
        return value


class DictGetThenSetLocked(Litmus):
    """Looking again after the lock was taken is what makes it safe."""

    slug = "dict-get-then-set-locked"
    question = "Does a second look under a lock fix it?"
    on = "dict"
    operation = "get, then set, checked again under a lock"
    module = "threading"
    source = "https://docs.python.org/3.14/library/threading.html#lock-objects"
    remedy = "porting/cookbook#pattern-recheck"
    outcomes = (
        acceptable("1, 1", "Both use the first thread's object."),
        acceptable("2, 2", "Both use the second thread's object."),
        forbidden("1, 2", "The lock let two threads in."),
    )

    def __init__(self):
        self.cache = {}
        self.lock = threading.Lock()

    def actor1(self):
        value = self.cache.get("key")
        if value is None:
            with self.lock:
                value = self.cache.get("key")
                if value is None:
                    value = self.cache["key"] = 1
        return value

    def actor2(self):
        value = self.cache.get("key")
        if value is None:
            with self.lock:
                value = self.cache.get("key")
                if value is None:
                    value = self.cache["key"] = 2
        return value


class DictItemIncrement(Litmus):
    """The same three steps as with a variable, and the key is looked up twice."""

    slug = "dict-item-increment"
    question = "Do two `d[k] += 1` always make two?"
    on = "dict"
    operation = "d[k] += 1"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-dict-objects"
    remedy = "porting/migrations#migration-counter"
    outcomes = (
        acceptable("2", "Both increments arrived."),
        interesting("1", "Both threads read 0 before either stored 1: one increment is lost."),
    )

    def __init__(self):
        self.counts = {"key": 0}

    def actor1(self):
        self.counts["key"] += 1

    def actor2(self):
        self.counts["key"] += 1

    def arbiter(self):
        return self.counts["key"]


class DictGetIncrement(Litmus):
    """Counting words: the key is missing at first."""

    slug = "dict-get-increment"
    question = "Does `d[k] = d.get(k, 0) + 1` count right?"
    on = "dict"
    operation = "d[k] = d.get(k, 0) + 1"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-dict-objects"
    remedy = "porting/cookbook#pattern-merge"
    outcomes = (
        acceptable("2", "Both were counted."),
        interesting("1", "Both threads found no key before either stored 1: one is lost."),
    )

    def __init__(self):
        self.counts = {}

    def actor1(self):
        self.counts["word"] = self.counts.get("word", 0) + 1

    def actor2(self):
        self.counts["word"] = self.counts.get("word", 0) + 1

    def arbiter(self):
        return self.counts["word"]


class DictPerThread(Stress):
    """The negative control: nothing is shared until both threads have ended."""

    slug = "dict-per-thread"
    question = "Does counting in a dictionary per thread, and adding up afterwards, count right?"
    on = "dict"
    operation = "d[k] += 1, one dict a thread"
    level = "distinct"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-dict-objects"
    remedy = "porting/cookbook#pattern-merge"
    control = "none"
    outcomes = (
        acceptable("all", "Every increment was counted."),
        forbidden("lost", "Increments of a thread's own dictionary are lost."),
    )

    def __init__(self):
        self.first = {"key": 0}
        self.second = {"key": 0}

    def actor1(self):
        for _ in range(5000):
            self.first["key"] += 1

    def actor2(self):
        for _ in range(5000):
            self.second["key"] += 1

    def arbiter(self):
        return "all" if self.first["key"] + self.second["key"] == 10_000 else "lost"


class DictOwnKeys(Stress):
    """One dictionary, but each key belongs to one thread."""

    slug = "dict-own-keys"
    question = "Can threads count in one dictionary if each has a key of its own?"
    on = "dict"
    operation = "d[k] += 1, one key a thread"
    level = "shared"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-dict-objects"
    remedy = "porting/cookbook#pattern-merge"
    note = "It is right, and slow: both threads write to the same memory."
    outcomes = (
        acceptable("all", "Every increment was counted."),
        forbidden("lost", "Increments of a key that only one thread uses are lost."),
    )

    def __init__(self):
        self.counts = {"first": 0, "second": 0}

    def actor1(self):
        for _ in range(3000):
            self.counts["first"] += 1

    def actor2(self):
        for _ in range(3000):
            self.counts["second"] += 1

    def arbiter(self):
        return "all" if self.counts == {"first": 3000, "second": 3000} else "lost"


class DictCheckThenDel(Litmus):
    """CPython's documentation has this pair as an example of what is not one step."""

    slug = "dict-check-then-del"
    question = "Is `if k in d: del d[k]` safe?"
    on = "dict"
    operation = "check, then del"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-dict-objects"
    remedy = "faq#msg-key-error"
    outcomes = (
        acceptable("done", "One thread deleted the key, the other found it gone."),
        interesting("KeyError", "Both threads saw the key, and one of them came too late."),
        forbidden("KeyError, KeyError", "Both threads saw the key, and nobody deleted it."),
    )

    def __init__(self):
        self.table = {"key": 1}

    def actor1(self):
        if "key" in self.table:
            del self.table["key"]

    def actor2(self):
        if "key" in self.table:
            del self.table["key"]


class DictCheckThenRead(Litmus):
    """The reader deletes nothing and still fails."""

    slug = "dict-check-then-read"
    question = "Is `if k in d: d[k]` safe while another thread deletes?"
    on = "dict"
    operation = "check, then d[k]"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-dict-objects"
    remedy = "faq#msg-key-error"
    outcomes = (
        acceptable("value", "The reader came before the deletion."),
        acceptable("missing", "The reader came after it."),
        interesting("KeyError", "The key was there when it was asked for, and gone when read."),
    )

    def __init__(self):
        self.table = {"key": "value"}

    def actor1(self):
        del self.table["key"]

    def actor2(self):
        if "key" in self.table:
            return self.table["key"]
        return "missing"


class Point:
    """A key that compares in Python."""

    def __init__(self, x):
        self.x = x

    def __hash__(self):
        return 0  # every key meets every other one

    def __eq__(self, other):
        return self.x == other.x


class DictPointSetdefault(Litmus):
    """Comparing runs Python code in the middle of the call."""

    slug = "dict-setdefault-python-key"
    question = "Do two threads get the same object from setdefault() if the key compares in Python?"
    on = "dict"
    operation = "setdefault, __eq__ in Python"
    level = "shared"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-dict-objects"
    remedy = "porting/cookbook#pattern-per-key"
    outcomes = (
        acceptable("1, 1, 3", "Both got the first thread's object."),
        acceptable("2, 2, 3", "Both got the second thread's object."),
        forbidden("1, 2, *", "Each got its own."),
        forbidden("?, ?, 4", "Two equal keys are in the dictionary."),
    )

    def __init__(self):
        self.table = {Point(1): None, Point(2): None}

    def actor1(self):
        return self.table.setdefault(Point(3), 1)

    def actor2(self):
        return self.table.setdefault(Point(3), 2)

    def arbiter(self):
        return len(self.table)


class DictPointPop(Litmus):
    """Each thread pops by a key object of its own that is equal to the one in the dictionary."""

    slug = "dict-pop-python-key"
    question = "Can two threads pop the same entry if the key compares in Python?"
    on = "dict"
    operation = "pop, __eq__ in Python"
    level = "shared"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-dict-objects"
    outcomes = (
        acceptable("got it", "One thread got the value, the other None."),
        forbidden("got it, got it", "Both threads got one value."),
        forbidden("done", "Nobody got it."),
    )

    def __init__(self):
        self.table = {Point(1): None, Point(2): "got it"}

    def actor1(self):
        return self.table.pop(Point(2), None)

    def actor2(self):
        return self.table.pop(Point(2), None)


class DictPointGet(Litmus):
    """The key that is looked for stays; one that is met on the way to it is deleted."""

    slug = "dict-get-python-key"
    question = "Can a lookup miss its key if keys compare in Python and others are deleted?"
    on = "dict"
    operation = "d[k], __eq__ in Python"
    level = "atomic"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-dict-objects"
    outcomes = (
        acceptable("found", "It was found."),
        forbidden("KeyError", "A key that was there all the time was not found."),
    )

    def __init__(self):
        self.table = {Point(1): None, Point(2): None, Point(3): "found"}

    def actor1(self):
        del self.table[Point(1)]

    def actor2(self):
        return self.table[Point(3)]
