"""Sets: check, then act.

A set's own method is one step where CPython documents it; two calls in a row are two.
"""

from __future__ import annotations

import threading

from outcomes.tests.declare import Litmus, Stress, acceptable, forbidden, interesting


class SetAddSame(Litmus):
    """The tuples are equal and not the same object."""

    slug = "set-add-equal"
    question = "Can two threads add one element twice?"
    on = "set"
    operation = "add equal elements"
    level = "shared"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-set-objects"
    outcomes = (
        acceptable("1", "It is in the set once."),
        forbidden("2", "Two equal elements are in the set."),
    )

    def __init__(self):
        self.seen = set()

    def actor1(self):
        self.seen.add((1, "first"[:0]))

    def actor2(self):
        self.seen.add((1, "second"[:0]))

    def arbiter(self):
        return len(self.seen)


class SetCheckThenAdd(Litmus):
    """A set of what has been seen already, as crawlers have it."""

    slug = "set-check-then-add"
    question = "Is `if x not in seen: seen.add(x)` enough to do something once?"
    on = "set"
    operation = "check, then add"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-set-objects"
    remedy = "porting/cookbook#pattern-once"
    outcomes = (
        acceptable("new", "One thread found it new, the other one found it there."),
        interesting("new, new", "Both threads found it new, and both go on to do the work."),
    )

    def __init__(self):
        self.seen = set()

    def actor1(self):
        if "page" not in self.seen:
            self.seen.add("page")
            return "new"
        return None

    def actor2(self):
        if "page" not in self.seen:
            self.seen.add("page")
            return "new"
        return None


class SetCheckThenAddLocked(Litmus):
    """Check and add under one lock."""

    slug = "set-check-then-add-locked"
    question = "Does a lock around the check and the add fix it?"
    on = "set"
    operation = "check, then add, under a lock"
    module = "threading"
    source = "https://docs.python.org/3.14/library/threading.html#lock-objects"
    remedy = "porting/cookbook#pattern-lock"
    outcomes = (
        acceptable("new", "One thread found it new, the other one found it there."),
        forbidden("new, new", "The lock let two threads in."),
    )

    def __init__(self):
        self.seen = set()
        self.lock = threading.Lock()

    def actor1(self):
        with self.lock:
            if "page" not in self.seen:
                self.seen.add("page")
                return "new"
        return None

    def actor2(self):
        with self.lock:
            if "page" not in self.seen:
                self.seen.add("page")
                return "new"
        return None


class SetCheckThenRemove(Litmus):
    """CPython's documentation has this pair as an example of what is not one step."""

    slug = "set-check-then-remove"
    question = "Is `if x in s: s.remove(x)` safe?"
    on = "set"
    operation = "check, then remove"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-set-objects"
    remedy = "porting/not-atomic#one-step"
    note = "discard() needs no check."
    outcomes = (
        acceptable("done", "One thread removed it, the other found it gone."),
        interesting("KeyError", "Both threads saw it, and one of them came too late."),
        forbidden("KeyError, KeyError", "Both threads saw it, and nobody removed it."),
    )

    def __init__(self):
        self.items = {"job"}

    def actor1(self):
        if "job" in self.items:
            self.items.remove("job")

    def actor2(self):
        if "job" in self.items:
            self.items.remove("job")


class Word:
    """An element that compares in Python, without regard to case."""

    def __init__(self, text):
        self.text = text

    def __hash__(self):
        return 0  # every element meets every other one

    def __eq__(self, other):
        return self.text.lower() == other.text.lower()


class SetAddPython(Litmus):
    """Comparing runs Python code in the middle of the call."""

    slug = "set-add-python-eq"
    question = "Can two threads add equal elements if `__eq__` is written in Python?"
    on = "set"
    operation = "add, __eq__ in Python"
    level = "shared"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-set-objects"
    outcomes = (
        acceptable("2", "One of the two is in the set, with the element that was there before."),
        forbidden("3", "Two equal elements are in the set."),
    )

    def __init__(self):
        self.words = {Word("spam")}

    def actor1(self):
        self.words.add(Word("egg"))

    def actor2(self):
        self.words.add(Word("Egg"))

    def arbiter(self):
        return len(self.words)
