"""Dictionaries: copies and comparisons of what others change.

A copy that is one step sees a state that the dictionary once had.
"""

from __future__ import annotations

import types

from outcomes.tests.declare import Litmus, Stress, acceptable, forbidden, interesting


class DictList(Stress):
    """One call that holds the lock from the first key to the last."""

    slug = "dict-list"
    question = "Does list(d) copy the keys of one moment?"
    on = "dict"
    operation = "list(d)"
    remedy = "porting/cookbook#pattern-copy"
    note = "Documented for list.extend(), which the constructor uses."
    outcomes = (
        acceptable("whole", "Every key that stays was copied, each time."),
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
        for _ in range(500):
            if len(list(self.table)) < 8:
                return "short"
        return "whole"


class DictTuple(Stress):
    """A tuple instead of a list, and it is a loop."""

    slug = "dict-tuple"
    question = "Does tuple(d) copy the keys of one moment?"
    on = "dict"
    operation = "tuple(d)"
    remedy = "porting/cookbook#pattern-copy"
    outcomes = (
        acceptable("whole", "Every key that stays was copied, each time."),
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
        for _ in range(500):
            if len(tuple(self.table)) < 8:
                return "short"
        return "whole"


class DictConstructor(Stress):
    """Documented as one step for a dictionary."""

    slug = "dict-dict"
    question = "Does dict(d) copy one state?"
    on = "dict"
    operation = "dict(d)"
    level = "atomic"
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
        for _ in range(500):
            if len(dict(self.table)) < 8:
                return "short"
        return "whole"


class DictFromItems(Stress):
    """`.items()` makes it a loop over pairs."""

    slug = "dict-from-items"
    question = "Does dict(d.items()) copy one state?"
    on = "dict"
    operation = "dict(d.items())"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-dict-objects"
    remedy = "porting/cookbook#pattern-copy"
    outcomes = (
        acceptable("whole", "Every key that stays was copied, each time."),
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
        for _ in range(200):
            if len(dict(self.table.items())) < 8:
                return "short"
        return "whole"


class DictCopy(Stress):
    """The keys stay and their values change together, so a copy has to have one value throughout."""

    slug = "dict-copy"
    question = "Does d.copy() see one state?"
    on = "dict"
    operation = "d.copy()"
    level = "shared"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-dict-objects"
    remedy = "porting/cookbook#pattern-copy"
    outcomes = (
        acceptable("whole", "All values of a copy were from one update()."),
        forbidden("torn", "Some values from before update() and some from after."),
    )

    def __init__(self):
        self.table = dict.fromkeys(range(20), 0)
        self.changes = [dict.fromkeys(range(20), number) for number in (0, 1)]

    def actor1(self):
        for number in range(200):
            self.table.update(self.changes[number % 2])

    def actor2(self):
        for _ in range(200):
            if len(set(self.table.copy().values())) > 1:
                return "torn"
        return "whole"


class DictDisplay(Stress):
    """The display updates a new dictionary by the old one."""

    slug = "dict-display"
    question = "Does {**d} see one state?"
    on = "dict"
    operation = "{**d}"
    remedy = "porting/cookbook#pattern-copy"
    outcomes = (
        acceptable("whole", "All values of a copy were from one update()."),
        interesting("torn", "Some values from before update() and some from after."),
    )

    def __init__(self):
        self.table = dict.fromkeys(range(20), 0)
        self.changes = [dict.fromkeys(range(20), number) for number in (0, 1)]

    def actor1(self):
        for number in range(200):
            self.table.update(self.changes[number % 2])

    def actor2(self):
        for _ in range(200):
            if len(set({**self.table}.values())) > 1:
                return "torn"
        return "whole"


class DictOr(Stress):
    """Documented to hold the lock throughout."""

    slug = "dict-or"
    question = "Does `d | other` see one state?"
    on = "dict"
    operation = "d | other"
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
        for _ in range(300):
            if len(self.table | {}) < 8:
                return "short"
        return "whole"


def count(**keywords):
    return len(keywords)


class DictKeywords(Stress):
    """A call with `**` copies the dictionary for the function."""

    slug = "dict-keywords"
    question = "Does f(**d) pass the arguments of one moment?"
    on = "dict"
    operation = "f(**d)"
    remedy = "porting/cookbook#pattern-copy"
    outcomes = (
        acceptable("whole", "Every argument that stays was passed, each time."),
        interesting("short", "An argument that was there all the time is missing."),
        interesting("RuntimeError", "dictionary changed size during iteration."),
    )

    def __init__(self):
        self.options = {f"name{number}": number for number in range(20)}

    def actor1(self):
        for number in range(3000):
            self.options["more"] = number
            del self.options["more"]

    def actor2(self):
        for _ in range(300):
            if count(**self.options) < 20:
                return "short"
        return "whole"


class MappingProxyCopy(Stress):
    """The copy that is one step."""

    slug = "mappingproxy-copy"
    question = "Does MappingProxyType(d).copy() copy one state?"
    on = "MappingProxyType"
    operation = "proxy.copy()"
    module = "types"
    remedy = "porting/cookbook#pattern-copy"
    outcomes = (
        acceptable("whole", "Every key that stays was copied, each time."),
        interesting("short", "A key that was there all the time is missing, without an error."),
        interesting("RuntimeError", "dictionary changed size during iteration."),
    )

    def __init__(self):
        self.table = dict.fromkeys(range(8))
        self.proxy = types.MappingProxyType(self.table)

    def actor1(self):
        for number in range(8, 2000):
            self.table[number] = None
            del self.table[number]

    def actor2(self):
        for _ in range(300):
            if len(self.proxy.copy()) < 8:
                return "short"
        return "whole"


class VarsCopy(Stress):
    """How copying an object begins, in `copy.copy()` and in `dataclasses`."""

    slug = "instance-dict-copy"
    question = "Does vars(object).copy() see one state?"
    on = "instance __dict__"
    operation = "vars(o).copy()"
    remedy = "porting/cookbook#pattern-copy"
    outcomes = (
        acceptable("whole", "Every attribute that stays was copied, each time."),
        interesting("short", "An attribute that was there all the time is missing."),
        interesting("RuntimeError", "dictionary changed size during iteration."),
    )

    def __init__(self):
        self.a = self.b = self.c = self.d = 1

    def actor1(self):
        for number in range(3000):
            self.more = number
            del self.more

    def actor2(self):
        for _ in range(500):
            if len(vars(self).copy()) < 4:
                return "short"
        return "whole"
