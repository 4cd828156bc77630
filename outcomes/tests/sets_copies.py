"""Sets: loops over what others change, and copies of it.

CPython documents that a single call does not corrupt a set, and that operators between two sets lock both.
A loop is as many steps as there are elements.
"""

from __future__ import annotations

from outcomes.tests.declare import Litmus, Stress, acceptable, forbidden, interesting


class SetLoop(Litmus):
    """The loop compares the size with the one that it began with, before each element."""

    slug = "set-loop"
    question = "What does a loop over a set do when another thread adds an element?"
    on = "set"
    operation = "loop while others add"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-set-objects"
    remedy = "faq#msg-set-size"
    outcomes = (
        acceptable("all", "The loop saw all elements, with or without the new one."),
        interesting("RuntimeError", "Set changed size during iteration."),
        interesting("some", "The loop ended early without an error."),
    )

    def __init__(self):
        self.items = {1, 2, 3, 4}

    def actor1(self):
        self.items.add(5)

    def actor2(self):
        return "all" if len([item for item in self.items]) >= 4 else "some"


class SetLoopMiss(Litmus):
    """The size is the same again when the loop looks at it; the table is another one."""

    slug = "set-loop-miss"
    question = "Can a loop over a set miss an element without an error?"
    on = "set"
    operation = "loop while others add and discard"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-set-objects"
    remedy = "porting/cookbook#pattern-copy"
    note = "The fifth element makes the set move to a larger table, where the others have other places."
    outcomes = (
        acceptable("all", "The loop saw all elements that stay, each once."),
        interesting("RuntimeError", "Set changed size during iteration."),
        interesting("missed", "An element that was there all the time was not seen."),
        interesting("twice", "An element was seen twice."),
    )

    def __init__(self):
        self.items = {"a", "b", "c", "d"}

    def actor1(self):
        self.items.add("e")
        self.items.discard("e")

    def actor2(self):
        seen = [item for item in self.items]
        if len(set(seen)) < len(seen):
            return "twice"
        return "all" if {"a", "b", "c", "d"}.issubset(seen) else "missed"


class SetLoopReplace(Stress):
    """One element goes, another one comes; the size is the same when the loop looks at it."""

    slug = "set-loop-replace"
    question = "Does a loop over a set notice that another thread exchanges elements?"
    on = "set"
    operation = "loop while others exchange elements"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-set-objects"
    remedy = "porting/cookbook#pattern-copy"
    outcomes = (
        acceptable("one or neither", "Every loop saw what may be there at one moment."),
        interesting("RuntimeError", "Set changed size during iteration."),
        interesting("both", "A loop saw two elements that were never there together."),
    )

    def __init__(self):
        self.items = {1, 2, 3, 4}

    def actor1(self):
        for _ in range(2000):
            self.items.discard(1)
            self.items.add(5)
            self.items.discard(5)
            self.items.add(1)

    def actor2(self):
        for _ in range(1000):
            seen = [item for item in self.items]
            if 1 in seen and 5 in seen:
                return "both"
        return "one or neither"


class SetCopy(Stress):
    """The way of copying that is documented as one step."""

    slug = "set-copy"
    question = "Does s.copy() copy the elements of one moment?"
    on = "set"
    operation = "s.copy()"
    level = "atomic"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-set-objects"
    remedy = "porting/cookbook#pattern-copy"
    outcomes = (
        acceptable("whole", "Every element that stays was copied, each time."),
        forbidden("short", "An element that was there all the time is missing."),
        forbidden("RuntimeError", "The copy noticed that the size had changed."),
    )

    def __init__(self):
        self.items = set(range(8))

    def actor1(self):
        for number in range(8, 2000):
            self.items.add(number)
            self.items.discard(number)

    def actor2(self):
        for _ in range(1000):
            if len(self.items.copy()) < 8:
                return "short"
        return "whole"


class SetFrozen(Stress):
    """A copy that can be a key; the constructor locks a set."""

    slug = "set-frozenset"
    question = "Does frozenset(s) copy the elements of one moment?"
    on = "set"
    operation = "frozenset(s)"
    remedy = "porting/cookbook#pattern-copy"
    outcomes = (
        acceptable("whole", "Every element that stays was copied, each time."),
        interesting("short", "An element that was there all the time is missing."),
        interesting("RuntimeError", "Set changed size during iteration."),
    )

    def __init__(self):
        self.items = set(range(8))

    def actor1(self):
        for number in range(8, 2000):
            self.items.add(number)
            self.items.discard(number)

    def actor2(self):
        for _ in range(1000):
            if len(frozenset(self.items)) < 8:
                return "short"
        return "whole"


class SetList(Stress):
    """`list()` locks what it copies from if it is a set."""

    slug = "set-list"
    question = "Does list(s) copy the elements of one moment?"
    on = "set"
    operation = "list(s)"
    remedy = "porting/cookbook#pattern-copy"
    note = "Documented for list.extend(), which the constructor uses."
    outcomes = (
        acceptable("whole", "Every element that stays was copied, each time."),
        interesting("short", "An element that was there all the time is missing."),
        interesting("RuntimeError", "Set changed size during iteration."),
    )

    def __init__(self):
        self.items = set(range(8))

    def actor1(self):
        for number in range(8, 2000):
            self.items.add(number)
            self.items.discard(number)

    def actor2(self):
        for _ in range(1000):
            if len(list(self.items)) < 8:
                return "short"
        return "whole"


class SetTuple(Stress):
    """A tuple instead of a list, and it is a loop."""

    slug = "set-tuple"
    question = "Does tuple(s) copy the elements of one moment?"
    on = "set"
    operation = "tuple(s)"
    remedy = "porting/cookbook#pattern-copy"
    outcomes = (
        acceptable("whole", "Every element that stays was copied, each time."),
        interesting(
            "short", "An element that was there all the time is missing, without an error."
        ),
        interesting("RuntimeError", "Set changed size during iteration."),
    )

    def __init__(self):
        self.items = set(range(8))

    def actor1(self):
        for number in range(8, 2000):
            self.items.add(number)
            self.items.discard(number)

    def actor2(self):
        for _ in range(1000):
            if len(tuple(self.items)) < 8:
                return "short"
        return "whole"


class SetSorted(Stress):
    """`sorted()` begins with `list()`."""

    slug = "set-sorted"
    question = "Does sorted(s) see the elements of one moment?"
    on = "set"
    operation = "sorted(s)"
    remedy = "porting/cookbook#pattern-copy"
    outcomes = (
        acceptable("whole", "Every element that stays was there, each time."),
        interesting("short", "An element that was there all the time is missing."),
        interesting("RuntimeError", "Set changed size during iteration."),
    )

    def __init__(self):
        self.items = set(range(8))

    def actor1(self):
        for number in range(8, 2000):
            self.items.add(number)
            self.items.discard(number)

    def actor2(self):
        for _ in range(1000):
            if len(sorted(self.items)) < 8:
                return "short"
        return "whole"


class SetDisplay(Stress):
    """`{*items}` updates a new set by the old one."""

    slug = "set-display"
    question = "Does {*s} copy the elements of one moment?"
    on = "set"
    operation = "{*s}"
    remedy = "porting/cookbook#pattern-copy"
    outcomes = (
        acceptable("whole", "Every element that stays was copied, each time."),
        interesting("short", "An element that was there all the time is missing."),
        interesting("RuntimeError", "Set changed size during iteration."),
    )

    def __init__(self):
        self.items = set(range(8))

    def actor1(self):
        for number in range(8, 2000):
            self.items.add(number)
            self.items.discard(number)

    def actor2(self):
        for _ in range(1000):
            if len({*self.items}) < 8:
                return "short"
        return "whole"


class SetFromItems(Stress):
    """The dictionary changes, and its items are taken in a loop."""

    slug = "set-from-items"
    question = "Does set(d.items()) copy the items of one moment?"
    on = "set"
    operation = "set(d.items())"
    remedy = "porting/cookbook#pattern-copy"
    note = "set(d) and set(list(d.items())) hold the lock throughout."
    outcomes = (
        acceptable("whole", "Every item that stays was copied, each time."),
        interesting("short", "An item that was there all the time is missing, without an error."),
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
            if len(set(self.table.items())) < 8:
                return "short"
        return "whole"


class SetFromDict(Stress):
    """The same with the dictionary itself, which the constructor locks."""

    slug = "set-from-dict"
    question = "Does set(d) copy the keys of one moment?"
    on = "set"
    operation = "set(d)"
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
        for _ in range(1000):
            if len(set(self.table)) < 8:
                return "short"
        return "whole"


class SetFromKeys(Stress):
    """The keys by way of their view, which is no dictionary."""

    slug = "set-from-keys"
    question = "Does set(d.keys()) copy the keys of one moment?"
    on = "set"
    operation = "set(d.keys())"
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
        for _ in range(1000):
            if len(set(self.table.keys())) < 8:
                return "short"
        return "whole"
