"""Lists whose elements move.

Two elements that change places are two writes, and a slice is one call.
"""

from __future__ import annotations

import random

from outcomes.tests.declare import Litmus, Stress, acceptable, forbidden, interesting


class ListSwap(Litmus):
    """Done twice, an exchange is as if it had not been done."""

    slug = "list-swap"
    question = "Do two exchanges of two elements keep both elements?"
    on = "list"
    operation = "l[0], l[1] = l[1], l[0]"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-list-objects"
    remedy = "porting/cookbook#pattern-lock"
    outcomes = (
        acceptable("0 1", "Exchanged twice."),
        interesting("1 0", "Both threads read before either wrote: one exchange is lost."),
        interesting("0 0", "One element is there twice, the other one is gone."),
        interesting("1 1", "One element is there twice, the other one is gone."),
    )

    def __init__(self):
        self.items = [0, 1]

    def actor1(self):
        self.items[0], self.items[1] = self.items[1], self.items[0]

    def actor2(self):
        self.items[0], self.items[1] = self.items[1], self.items[0]

    def arbiter(self):
        return f"{self.items[0]} {self.items[1]}"


class ListReverse(Litmus):
    """Done twice, it is as if it had not been done."""

    slug = "list-reverse"
    question = "Do two threads that reverse one list keep its elements?"
    on = "list"
    operation = "reverse"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-list-objects"
    outcomes = (
        acceptable("kept", "Reversed twice."),
        forbidden("changed", "Elements are lost, twice there, or in another order."),
    )

    def __init__(self):
        self.items = list(range(20))

    def actor1(self):
        self.items.reverse()

    def actor2(self):
        self.items.reverse()

    def arbiter(self):
        return "kept" if self.items == list(range(20)) else "changed"


class ListSetSlice(Litmus):
    """The first element is read first, so an old one cannot follow a new one unless it is half done."""

    slug = "list-set-slice"
    question = "Is `items[:] = new` one step for who reads single elements?"
    on = "list"
    operation = "l[:] = new, read by others"
    level = "shared"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-list-objects"
    remedy = "porting/cookbook#pattern-publish"
    outcomes = (
        acceptable("old old", "Both from before."),
        acceptable("new new", "Both from after."),
        acceptable("old new", "The assignment came between the two reads."),
        interesting("new old", "The beginning was changed already and the end not yet."),
    )

    def __init__(self):
        self.items = ["old"] * 50

    def actor1(self):
        self.items[:] = ["new"] * 50

    def actor2(self):
        first = self.items[0]
        last = self.items[49]
        return f"{first} {last}"


class ListDeleteSlice(Litmus):
    """Each thread deletes the first half, of what it finds."""

    slug = "list-del-slice"
    question = "Do two threads that delete slices of one list keep the rest?"
    on = "list"
    operation = "del l[i:j]"
    outcomes = (
        acceptable("kept", "Both slices are gone, the rest is there."),
        forbidden("changed", "Too much was deleted, or too little."),
    )

    def __init__(self):
        self.items = list(range(10))

    def actor1(self):
        del self.items[:4]

    def actor2(self):
        del self.items[:4]

    def arbiter(self):
        return "kept" if self.items == [8, 9] else "changed"


class ListMove(Litmus):
    """One element, which moves from one list to the other."""

    slug = "list-move"
    question = "Is an element that moves between two lists always in one of them?"
    on = "list"
    operation = "move to another list"
    remedy = "porting/cookbook#pattern-lock"
    outcomes = (
        acceptable("1", "It was in one of the lists."),
        interesting("0", "It had left one and had not reached the other."),
        interesting("2", "It was counted before it left, and again where it arrived."),
    )

    def __init__(self):
        self.waiting = ["job"]
        self.done = []

    def actor1(self):
        self.done.append(self.waiting.pop())

    def actor2(self):
        return len(self.waiting) + len(self.done)


class ListShuffle(Stress):
    """`random.shuffle()` is a loop of exchanges, written in Python."""

    slug = "list-shuffle"
    question = "Do two threads that shuffle one list keep its elements?"
    on = "list"
    operation = "random.shuffle"
    module = "random"
    remedy = "porting/cookbook#pattern-lock"
    outcomes = (
        acceptable("kept", "Every element is there once."),
        interesting("changed", "Some elements are lost, and others there twice."),
    )

    def __init__(self):
        self.items = list(range(1000))

    def actor1(self):
        random.shuffle(self.items)

    def actor2(self):
        random.shuffle(self.items)

    def arbiter(self):
        return "kept" if sorted(self.items) == list(range(1000)) else "changed"
