"""Dictionaries: compared, searched and printed while others change them.

A thread that looks at every entry looks at them one by one.
"""

from __future__ import annotations

from outcomes.tests.declare import Litmus, Stress, acceptable, forbidden, interesting


class DictSorted(Stress):
    """`sorted()` begins with `list()`."""

    slug = "dict-sorted"
    question = "Does sorted(d) see the keys of one moment?"
    on = "dict"
    operation = "sorted(d)"
    remedy = "porting/cookbook#pattern-copy"
    outcomes = (
        acceptable("whole", "Every key that stays was there, each time."),
        interesting("short", "A key that was there all the time is missing, without an error."),
        interesting("RuntimeError", "dictionary changed size during iteration."),
    )

    def __init__(self):
        self.table = dict.fromkeys(range(8))

    def actor1(self):
        for number in range(8, 2000):
            self.table[number] = None
            del self.table[number]

    def actor2(self):
        for _ in range(300):
            if len(sorted(self.table)) < 8:
                return "short"
        return "whole"


class DictMax(Stress):
    """`max()`, like `min()`, `any()` and `sum()`, loops over the dictionary itself."""

    slug = "dict-max"
    question = "Does max(d) see all keys while others add and delete?"
    on = "dict"
    operation = "max(d)"
    remedy = "porting/cookbook#pattern-copy"
    note = "The largest of the keys that stay comes last, so a loop that ends early misses it."
    outcomes = (
        acceptable("right", "The largest key was found, each time."),
        interesting("wrong", "The largest key was missed, without an error."),
        interesting("RuntimeError", "dictionary changed size during iteration."),
        interesting("ValueError", "A dictionary of eight keys looked empty."),
    )

    def __init__(self):
        self.table = dict.fromkeys(range(8))

    def actor1(self):
        for number in range(8, 2000):
            self.table[number] = None
            del self.table[number]

    def actor2(self):
        for _ in range(500):
            if max(self.table) < 7:
                return "wrong"
        return "right"


class DictFromKeys(Stress):
    """Documented as one step for a dictionary."""

    slug = "dict-fromkeys"
    question = "Does dict.fromkeys(d) take the keys of one moment?"
    on = "dict"
    operation = "dict.fromkeys(d)"
    level = "atomic"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-dict-objects"
    remedy = "porting/cookbook#pattern-copy"
    outcomes = (
        acceptable("whole", "Every key that stays was taken, each time."),
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
        for _ in range(300):
            if len(dict.fromkeys(self.table)) < 8:
                return "short"
        return "whole"


class DictEqual(Litmus):
    """The dictionary has two zeros or two ones, and never one of each."""

    slug = "dict-eq"
    question = "Can a dictionary compare equal to something that it never was?"
    on = "dict"
    operation = "=="
    level = "shared"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-dict-objects"
    outcomes = (
        acceptable("False", "The dictionary was never {'a': 0, 'b': 1}."),
        forbidden("True", "One value was compared before update(), the other one after."),
    )

    def __init__(self):
        self.table = {"a": 0, "b": 0}

    def actor1(self):
        self.table.update({"a": 1, "b": 1})

    def actor2(self):
        return self.table == {"a": 0, "b": 1}


class DictRepr(Stress):
    """What a log line would show."""

    slug = "dict-repr"
    question = "Does repr(d) show one state?"
    on = "dict"
    operation = "repr(d)"
    remedy = "porting/cookbook#pattern-copy"
    outcomes = (
        acceptable("whole", "Every key that stays was shown, each time."),
        interesting("short", "A key that was there all the time was not shown."),
        interesting("RuntimeError", "dictionary changed size during iteration."),
    )

    def __init__(self):
        self.table = dict.fromkeys(range(20))

    def actor1(self):
        for number in range(20, 3000):
            self.table[number] = None
            del self.table[number]

    def actor2(self):
        for _ in range(200):
            if repr(self.table).count("None") < 20:
                return "short"
        return "whole"
