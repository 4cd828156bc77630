"""Dictionaries: written, emptied and updated.

Each test has a thread that changes a dictionary while another one reads or changes it, too.
"""

from __future__ import annotations

from outcomes.tests.declare import Litmus, Stress, acceptable, forbidden, interesting


class DictSetItem(Stress):
    """The table grows again and again while both threads store."""

    slug = "dict-setitem"
    question = "Do keys get lost when two threads fill one dictionary?"
    on = "dict"
    operation = "d[k] = v"
    level = "shared"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-dict-objects"
    remedy = "porting/not-atomic#one-step"
    outcomes = (
        acceptable("all", "Every key is there, with its value."),
        forbidden("lost", "A key is missing, or has a wrong value."),
    )

    def __init__(self):
        self.table = {}

    def actor1(self):
        for number in range(0, 10_000, 2):
            self.table[number] = number

    def actor2(self):
        for number in range(1, 10_000, 2):
            self.table[number] = number

    def arbiter(self):
        return "all" if self.table == {number: number for number in range(10_000)} else "lost"


class DictPop(Litmus):
    """One call instead of a check."""

    slug = "dict-pop"
    question = "Can two threads pop the same key?"
    on = "dict"
    operation = "pop(k, default)"
    level = "shared"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-dict-objects"
    remedy = "porting/not-atomic#one-step"
    outcomes = (
        acceptable("got it", "One thread got the value, the other None."),
        forbidden("got it, got it", "Both threads got one value."),
        forbidden("done", "Nobody got it."),
    )

    def __init__(self):
        self.table = {"key": "got it"}

    def actor1(self):
        return self.table.pop("key", None)

    def actor2(self):
        return self.table.pop("key", None)


class DictDel(Litmus):
    """No check, no lock: the error tells who came second."""

    slug = "dict-del"
    question = "Does exactly one of two threads succeed in deleting a key?"
    on = "dict"
    operation = "del d[k]"
    level = "shared"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-dict-objects"
    remedy = "faq#msg-key-error"
    outcomes = (
        acceptable("deleted, KeyError", "The first thread did."),
        acceptable("KeyError, deleted", "The second thread did."),
        forbidden("deleted, deleted", "Both did."),
        forbidden("KeyError, KeyError", "Neither did."),
    )

    def __init__(self):
        self.table = {"key": 1}

    def actor1(self):
        del self.table["key"]
        return "deleted"

    def actor2(self):
        del self.table["key"]
        return "deleted"


class DictPopitem(Litmus):
    """A dictionary used as a pool of work."""

    slug = "dict-popitem"
    question = "Does popitem() hand every item to one thread only?"
    on = "dict"
    operation = "popitem"
    level = "shared"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-dict-objects"
    remedy = "porting/cookbook#pattern-queue"
    outcomes = (
        acceptable("a, b", "Each got one item."),
        acceptable("b, a", "Each got one item."),
        forbidden("a, a", "Both threads got the same item."),
        forbidden("b, b", "Both threads got the same item."),
    )

    def __init__(self):
        self.table = {1: "a", 2: "b"}

    def actor1(self):
        return self.table.popitem()[1]

    def actor2(self):
        return self.table.popitem()[1]


class DictUpdateRead(Litmus):
    """`update()` stores in the order of its argument; the reader asks for the first key first."""

    slug = "dict-update-read"
    question = "Is update() one step for who reads single keys?"
    on = "dict"
    operation = "update, read by others"
    level = "shared"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-dict-objects"
    remedy = "porting/cookbook#pattern-publish"
    outcomes = (
        acceptable("old old", "Both from before."),
        acceptable("new new", "Both from after."),
        acceptable("old new", "The update came between the two reads."),
        interesting("new old", "The first key was updated already and the last one not yet."),
    )

    def __init__(self):
        self.settings = dict.fromkeys(range(20), "old")
        self.change = dict.fromkeys(range(20), "new")

    def actor1(self):
        self.settings.update(self.change)

    def actor2(self):
        first = self.settings[0]
        last = self.settings[19]
        return f"{first} {last}"


class DictUpdateLen(Litmus):
    """`len()` takes no lock either."""

    slug = "dict-update-len"
    question = "Does len() see a dictionary in the middle of update()?"
    on = "dict"
    operation = "update against len"
    level = "shared"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-dict-objects"
    remedy = "porting/cookbook#pattern-publish"
    outcomes = (
        acceptable("before", "No new key."),
        acceptable("after", "All new keys."),
        interesting("between", "Some of the new keys were there, and others not."),
    )

    def __init__(self):
        self.table = {"old": 0}
        self.change = dict.fromkeys(range(20))

    def actor1(self):
        self.table.update(self.change)

    def actor2(self):
        return {1: "before", 21: "after"}.get(len(self.table), "between")


class DictInPlaceOr(Litmus):
    """Both writers store the same keys."""

    slug = "dict-ior"
    question = "Can the changes of two `|=` be mixed?"
    on = "dict"
    operation = "|="
    level = "shared"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-dict-objects"
    outcomes = (
        acceptable("first", "All keys have the first thread's value: it came last."),
        acceptable("second", "All keys have the second thread's value."),
        forbidden("mixed", "Some keys have the value of one thread, some of the other."),
    )

    def __init__(self):
        self.table = {}

    def actor1(self):
        self.table |= {"a": "first", "b": "first", "c": "first", "d": "first"}

    def actor2(self):
        self.table |= {"a": "second", "b": "second", "c": "second", "d": "second"}

    def arbiter(self):
        values = set(self.table.values())
        return values.pop() if len(values) == 1 else "mixed"


class DictUpdatePairs(Stress):
    """The pairs come from Python code, during which a thread can lose its turn."""

    slug = "dict-update-generator"
    question = "Can the changes of two update() be mixed when generators yield the pairs?"
    on = "dict"
    operation = "update(generator)"
    level = "shared"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-dict-objects"
    remedy = "porting/cookbook#pattern-lock"
    outcomes = (
        acceptable("apart", "All keys have the value of the call that came last."),
        interesting("mixed", "Some keys have the value of one thread, some of the other."),
    )

    def __init__(self):
        self.table = {}

    def actor1(self):
        self.table.update((number, "first") for number in range(2000))

    def actor2(self):
        self.table.update((number, "second") for number in range(2000))

    def arbiter(self):
        return "apart" if len(set(self.table.values())) == 1 else "mixed"


class DictUpdateFrom(Stress):
    """The dictionary that is copied from is the one that changes."""

    slug = "dict-update-from"
    question = "Does update() take a dictionary whole that another thread changes?"
    on = "dict"
    operation = "update from a shared dict"
    level = "shared"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-dict-objects"
    remedy = "porting/cookbook#pattern-copy"
    outcomes = (
        acceptable("whole", "Every key that stays was copied, each time."),
        forbidden("short", "A key that was there all the time is missing."),
        forbidden("RuntimeError", "The copy noticed that the size had changed."),
    )

    def __init__(self):
        self.table = dict.fromkeys(range(8))

    def actor1(self):
        for number in range(8, 2000):
            self.table[number] = None
            del self.table[number]

    def actor2(self):
        for _ in range(200):
            copied = {}
            copied.update(self.table)
            if len(copied) < 8:
                return "short"
        return "whole"


class DictClear(Litmus):
    """The length is asked for while another thread empties the dictionary."""

    slug = "dict-clear"
    question = "Does anybody see a dictionary that clear() has emptied in part?"
    on = "dict"
    operation = "clear"
    level = "shared"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-dict-objects"
    outcomes = (
        acceptable("full", "Before clear()."),
        acceptable("empty", "After clear()."),
        forbidden("part", "Some keys were gone and others not."),
    )

    def __init__(self):
        self.table = dict.fromkeys(range(20))

    def actor1(self):
        self.table.clear()

    def actor2(self):
        return {20: "full", 0: "empty"}.get(len(self.table), "part")
