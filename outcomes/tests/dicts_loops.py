"""Dictionaries: loops over what others change.

A loop notices that the size has changed, if it looks while it is another one.
"""

from __future__ import annotations

import types

from outcomes.tests.declare import Litmus, Stress, acceptable, forbidden, interesting


class DictLoopRaises(Litmus):
    """The loop compares the size with the one that it began with, before each key."""

    slug = "dict-loop"
    question = "What does a loop over a dictionary do when another thread adds a key?"
    on = "dict"
    operation = "loop while others add"
    source = "https://docs.python.org/3.14/library/stdtypes.html#dictionary-view-objects"
    remedy = "faq#msg-dict-size"
    outcomes = (
        acceptable("all", "The loop saw all keys, with or without the new one."),
        interesting("RuntimeError", "dictionary changed size during iteration."),
        interesting("some", "The loop ended early without an error."),
    )

    def __init__(self):
        self.table = dict.fromkeys(range(8))

    def actor1(self):
        self.table["new"] = None

    def actor2(self):
        return "all" if len([key for key in self.table]) >= 8 else "some"


class DictLoopShort(Stress):
    """The exception is caught here, as in a program that tries again."""

    slug = "dict-loop-short"
    question = "Can a loop over a dictionary end early without an error?"
    on = "dict"
    operation = "loop while others add and delete"
    source = "https://docs.python.org/3.14/library/stdtypes.html#dictionary-view-objects"
    remedy = "porting/cookbook#pattern-copy"
    control = "short"
    outcomes = (
        acceptable("whole", "Every loop that did not raise saw all keys that stay."),
        interesting("short", "A loop ended before it had seen all keys, and did not raise."),
    )

    def __init__(self):
        self.table = dict.fromkeys(range(8))

    def actor1(self):
        for number in range(8, 5000):
            self.table[number] = None
            del self.table[number]

    def actor2(self):
        for _ in range(1000):
            try:
                seen = sum(1 for _ in self.table)
            except RuntimeError:
                continue
            if seen < 8:
                return "short"
        return "whole"


class DictLoopReplace(Stress):
    """Values change, keys do not."""

    slug = "dict-loop-replace"
    question = "Is a loop over a dictionary safe while others replace values?"
    on = "dict"
    operation = "loop while others replace values"
    source = "https://docs.python.org/3.14/library/stdtypes.html#dictionary-view-objects"
    outcomes = (
        acceptable("whole", "Every loop saw all keys, each with an old or a new value."),
        forbidden("RuntimeError", "No key was added or deleted."),
        forbidden("short", "A loop ended before it had seen all keys."),
    )

    def __init__(self):
        self.table = dict.fromkeys(range(8), 0)

    def actor1(self):
        for number in range(2000):
            self.table[number % 8] = number

    def actor2(self):
        for _ in range(100):
            if len([value for key, value in self.table.items()]) < 8:
                return "short"
        return "whole"


class DictLoopRename(Stress):
    """The size is the same most of the time, so there is little for the loop to notice."""

    slug = "dict-loop-rename"
    question = "Does a loop notice that another thread gives entries other keys?"
    on = "dict"
    operation = "loop while others rename keys"
    source = "https://docs.python.org/3.14/library/stdtypes.html#dictionary-view-objects"
    remedy = "porting/cookbook#pattern-copy"
    outcomes = (
        acceptable("whole", "Every loop saw as many entries as there are."),
        interesting("RuntimeError", "The loop noticed a change."),
        interesting("short", "A loop saw fewer entries than there are, and did not raise."),
        interesting("more", "A loop saw more entries than there are."),
    )

    def __init__(self):
        self.table = dict.fromkeys(range(8))

    def actor1(self):
        for number in range(3000):
            self.table[number + 8] = self.table.pop(number)

    def actor2(self):
        for _ in range(200):
            seen = len([key for key in self.table])
            if seen < 7:
                return "short"
            if seen > 8:
                return "more"
        return "whole"


class DictComprehension(Stress):
    """The most common loop over a dictionary, and the one that looks least like a loop."""

    slug = "dict-comprehension"
    question = "Does `{k: v for k, v in d.items()}` copy a dictionary that others change?"
    on = "dict"
    operation = "{k: v for k, v in d.items()}"
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
        for _ in range(100):
            if len({key: value for key, value in self.table.items()}) < 8:
                return "short"
        return "whole"


class DictCopyLoop(Stress):
    """The way that CPython's documentation recommends."""

    slug = "dict-copy-loop"
    question = "Is a loop over `d.copy().items()` safe while others change the dictionary?"
    on = "dict"
    operation = "loop over d.copy()"
    level = "shared"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-dict-objects"
    remedy = "porting/cookbook#pattern-copy"
    outcomes = (
        acceptable("whole", "Every loop saw all keys that stay."),
        forbidden("short", "A loop ended before it had seen all keys."),
        forbidden("RuntimeError", "Nobody changes the copy."),
    )

    def __init__(self):
        self.table = dict.fromkeys(range(8))

    def actor1(self):
        for number in range(8, 2000):
            self.table[number] = None
            del self.table[number]

    def actor2(self):
        for _ in range(100):
            if sum(1 for key, value in self.table.copy().items()) < 8:
                return "short"
        return "whole"


class DictListLoopRead(Litmus):
    """The keys are a snapshot, the values are not."""

    slug = "dict-list-then-read"
    question = "Is `for k in list(d): d[k]` safe while others delete?"
    on = "dict"
    operation = "for k in list(d): d[k]"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-dict-objects"
    remedy = "porting/cookbook#pattern-copy"
    outcomes = (
        acceptable("6", "All values, before the deletion."),
        acceptable("3", "The rest, after it."),
        interesting("KeyError", "A key of the snapshot was gone when its value was read."),
    )

    def __init__(self):
        self.table = {"a": 1, "b": 2, "c": 3}

    def actor1(self):
        del self.table["c"]

    def actor2(self):
        return sum(self.table[key] for key in list(self.table))


class DictValues(Stress):
    """The values, as a list."""

    slug = "dict-values"
    question = "Does list(d.values()) see one state?"
    on = "dict"
    operation = "list(d.values())"
    remedy = "porting/cookbook#pattern-copy"
    note = "Documented for list.extend(), which the constructor uses."
    outcomes = (
        acceptable("whole", "All values were from one update()."),
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
            if len(set(list(self.table.values()))) > 1:
                return "torn"
        return "whole"


class DictSumValues(Litmus):
    """One coin moves from one account to the other."""

    slug = "dict-sum-values"
    question = "Is the sum right while another thread moves something from key to key?"
    on = "dict"
    operation = "sum(d.values()) during a transfer"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-dict-objects"
    remedy = "porting/cookbook#pattern-lock"
    outcomes = (
        acceptable("1", "The coin was in one account."),
        interesting("0", "It had left one account and had not reached the other."),
        interesting("2", "It was counted before it left, and again where it arrived."),
    )

    def __init__(self):
        self.accounts = {"a": 1, "b": 0}

    def actor1(self):
        self.accounts["a"] -= 1
        self.accounts["b"] += 1

    def actor2(self):
        return sum(self.accounts.values())


class DictKeysView(Stress):
    """A view behaves like a set, and its operators copy the dictionary first."""

    slug = "dict-keys-view"
    question = "Does `d.keys() | other` take the keys of one moment?"
    on = "dict"
    operation = "d.keys() | other"
    remedy = "porting/cookbook#pattern-copy"
    outcomes = (
        acceptable("whole", "Every key that stays was taken, each time."),
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
            if len(self.table.keys() | ()) < 8:
                return "short"
        return "whole"


class MappingProxyDict(Stress):
    """A read-only view of a dictionary, which `dict()` reads key by key."""

    slug = "mappingproxy-dict"
    question = "Does dict(MappingProxyType(d)) copy one state?"
    on = "MappingProxyType"
    operation = "dict(proxy)"
    module = "types"
    remedy = "porting/cookbook#pattern-copy"
    note = "The proxy's own copy() is the copy() of the dictionary."
    outcomes = (
        acceptable("whole", "Every key that stays was copied, each time."),
        interesting("short", "A key that was there all the time is missing, without an error."),
        interesting("RuntimeError", "dictionary changed size during iteration."),
        interesting("KeyError", "A key was deleted between its being found and being read."),
    )

    def __init__(self):
        self.table = dict.fromkeys(range(8))
        self.proxy = types.MappingProxyType(self.table)

    def actor1(self):
        for number in range(8, 2000):
            self.table[number] = None
            del self.table[number]

    def actor2(self):
        for _ in range(100):
            if len(dict(self.proxy)) < 8:
                return "short"
        return "whole"


class VarsLoop(Stress):
    """The attributes of an object are a dictionary, too, and nobody changes it on purpose."""

    slug = "instance-dict-loop"
    question = "Is a loop over vars(object) safe while others set attributes?"
    on = "instance __dict__"
    operation = "loop over vars(o)"
    source = "https://docs.python.org/3.14/library/stdtypes.html#dictionary-view-objects"
    remedy = "porting/cookbook#pattern-copy"
    outcomes = (
        acceptable("whole", "Every loop saw all attributes that stay."),
        interesting("RuntimeError", "dictionary changed size during iteration."),
        interesting("short", "A loop ended before it had seen all attributes, and did not raise."),
    )

    def __init__(self):
        self.a = self.b = self.c = self.d = 1

    def actor1(self):
        for number in range(3000):
            self.more = number
            del self.more

    def actor2(self):
        for _ in range(500):
            if len([name for name in vars(self)]) < 4:
                return "short"
        return "whole"
