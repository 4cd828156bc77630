"""Dictionaries: entries that another thread looks for.

A writer stores, and a reader asks for what it expects to be there.
"""

from __future__ import annotations

from outcomes.tests.declare import Litmus, Stress, acceptable, forbidden, interesting


class DictGetDel(Litmus):
    """The remedy for check and read: one call."""

    slug = "dict-get"
    question = "Is `d.get(k)` safe while another thread deletes?"
    on = "dict"
    operation = "get"
    level = "atomic"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-dict-objects"
    remedy = "porting/not-atomic#one-step"
    outcomes = (
        acceptable("value", "The reader came before the deletion."),
        acceptable("missing", "The reader came after it."),
        forbidden("KeyError", "get() has no reason to raise."),
    )

    def __init__(self):
        self.table = {"key": "value"}

    def actor1(self):
        del self.table["key"]

    def actor2(self):
        return self.table.get("key", "missing")


class DictReplace(Litmus):
    """A new dictionary under the old name, and a reader that looks the name up once."""

    slug = "dict-publish"
    question = "Does a reader see a whole change if the dictionary is replaced by a new one?"
    on = "dict"
    operation = "replace the whole dict"
    remedy = "porting/cookbook#pattern-publish"
    outcomes = (
        acceptable("old old", "Both from before."),
        acceptable("new new", "Both from after."),
        forbidden("old new", "A dictionary that nobody changes has changed."),
        forbidden("new old", "A dictionary that nobody changes has changed."),
    )

    def __init__(self):
        self.settings = {"a": "old", "b": "old"}

    def actor1(self):
        self.settings = {**self.settings, "a": "new", "b": "new"}

    def actor2(self):
        settings = self.settings
        return f"{settings['a']} {settings['b']}"


class DictReplaceTwice(Litmus):
    """Readers are safe, writers are not: copy, change and assign are three steps."""

    slug = "dict-publish-twice"
    question = "Do two writers that each replace the dictionary lose a change?"
    on = "dict"
    operation = "d = {**d, k: v}"
    remedy = "porting/cookbook#pattern-publish"
    outcomes = (
        acceptable("2", "Both changes are there."),
        interesting("1", "Both writers began with the same dictionary: the later one won."),
    )

    def __init__(self):
        self.settings = {}

    def actor1(self):
        self.settings = {**self.settings, "a": 1}

    def actor2(self):
        self.settings = {**self.settings, "b": 2}

    def arbiter(self):
        return len(self.settings)


class DictContains(Stress):
    """The key stays, and the table around it is made anew many times."""

    slug = "dict-contains"
    question = "Can `in` miss a key while the dictionary grows?"
    on = "dict"
    operation = "in while others add"
    level = "atomic"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-dict-objects"
    remedy = "porting/not-atomic#one-step"
    outcomes = (
        acceptable("found", "It was found each time."),
        forbidden("missed", "A key that was there all the time was not found."),
    )

    def __init__(self):
        self.table = {-1: None}

    def actor1(self):
        for number in range(5000):
            self.table[number] = None
        for number in range(5000):
            del self.table[number]

    def actor2(self):
        for _ in range(10_000):
            if -1 not in self.table:
                return "missed"
        return "found"
