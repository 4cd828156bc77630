"""Sets: written, checked and emptied.

CPython documents that a single call does not corrupt a set, and that operators between two sets lock both.
Looking an element up does not wait for anybody.
"""

from __future__ import annotations

from outcomes.tests.declare import Litmus, Stress, acceptable, forbidden, interesting


class SetAdd(Stress):
    """The table grows again and again while both threads add."""

    slug = "set-add"
    question = "Do elements get lost when two threads add to one set?"
    on = "set"
    operation = "add"
    level = "shared"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-set-objects"
    remedy = "porting/not-atomic#one-step"
    outcomes = (
        acceptable("all", "Every element is in the set."),
        forbidden("lost", "An element is missing."),
    )

    def __init__(self):
        self.seen = set()

    def actor1(self):
        for number in range(0, 5000, 2):
            self.seen.add(number)

    def actor2(self):
        for number in range(1, 5000, 2):
            self.seen.add(number)

    def arbiter(self):
        return "all" if self.seen == set(range(5000)) else "lost"


class SetDiscard(Litmus):
    """Whatever comes first, the element is gone afterwards, and nobody is told who did it."""

    slug = "set-discard"
    question = "Can two threads discard one element?"
    on = "set"
    operation = "discard"
    level = "shared"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-set-objects"
    remedy = "porting/not-atomic#one-step"
    outcomes = (
        acceptable("1", "The element is gone, the other one is there."),
        forbidden("0", "Too much was removed."),
        forbidden("2", "Nothing was removed."),
    )

    def __init__(self):
        self.items = {"gone", "kept"}

    def actor1(self):
        self.items.discard("gone")

    def actor2(self):
        self.items.discard("gone")

    def arbiter(self):
        return len(self.items)


class SetRemove(Litmus):
    """The error tells who came second, which makes `remove()` usable to do something once."""

    slug = "set-remove"
    question = "Does exactly one of two threads succeed in removing an element?"
    on = "set"
    operation = "remove"
    level = "shared"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-set-objects"
    remedy = "porting/not-atomic#one-step"
    outcomes = (
        acceptable("removed, KeyError", "The first thread did."),
        acceptable("KeyError, removed", "The second thread did."),
        forbidden("removed, removed", "Both did."),
        forbidden("KeyError, KeyError", "Neither did."),
    )

    def __init__(self):
        self.items = {"job"}

    def actor1(self):
        self.items.remove("job")
        return "removed"

    def actor2(self):
        self.items.remove("job")
        return "removed"


class SetPop(Litmus):
    """A set used as a pool of work."""

    slug = "set-pop"
    question = "Can two threads pop the same element?"
    on = "set"
    operation = "pop"
    level = "shared"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-set-objects"
    remedy = "porting/cookbook#pattern-queue"
    outcomes = (
        acceptable("got it, KeyError", "The first thread got it."),
        acceptable("KeyError, got it", "The second thread got it."),
        forbidden("got it, got it", "Both threads got one element."),
        forbidden("KeyError, KeyError", "Nobody got it."),
    )

    def __init__(self):
        self.items = {"got it"}

    def actor1(self):
        return self.items.pop()

    def actor2(self):
        return self.items.pop()


class SetPopAll(Stress):
    """Two consumers take everything; each adds up what it got."""

    slug = "set-pop-all"
    question = "Is every element popped once when two threads empty a set?"
    on = "set"
    operation = "pop until empty"
    level = "shared"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-set-objects"
    remedy = "porting/cookbook#pattern-queue"
    outcomes = (
        acceptable("once", "Every element was taken by one thread."),
        forbidden("lost or doubled", "An element was taken twice, or by nobody."),
    )

    def __init__(self):
        self.items = set(range(3000))
        self.first = []
        self.second = []

    def actor1(self):
        for _ in range(3000):
            try:
                self.first.append(self.items.pop())
            except KeyError:
                break

    def actor2(self):
        for _ in range(3000):
            try:
                self.second.append(self.items.pop())
            except KeyError:
                break

    def arbiter(self):
        taken = sorted(self.first + self.second)
        return "once" if taken == list(range(3000)) else "lost or doubled"


class SetUpdateLen(Litmus):
    """`len()` takes no lock."""

    slug = "set-update-len"
    question = "Does len() see a set in the middle of update()?"
    on = "set"
    operation = "update against len"
    level = "shared"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-set-objects"
    remedy = "porting/cookbook#pattern-publish"
    outcomes = (
        acceptable("before", "No new element."),
        acceptable("after", "All new elements."),
        interesting("between", "Some of the new elements were there, and others not."),
    )

    def __init__(self):
        self.items = {-1}
        self.change = set(range(20))

    def actor1(self):
        self.items.update(self.change)

    def actor2(self):
        return {1: "before", 21: "after"}.get(len(self.items), "between")


class SetContains(Stress):
    """The element stays, and the table around it is made anew many times."""

    slug = "set-contains"
    question = "Can `in` miss an element while the set grows?"
    on = "set"
    operation = "in while others add"
    level = "shared"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-set-objects"
    remedy = "porting/not-atomic#one-step"
    note = "`in` takes the set's lock on 3.13 and 3.14, and none from 3.15 on."
    outcomes = (
        acceptable("found", "It was found each time."),
        interesting("missed", "It was looked for while the set had no table."),
    )

    def __init__(self):
        self.items = {-1}

    def actor1(self):
        for number in range(3000):
            self.items.add(number)
        for number in range(3000):
            self.items.discard(number)

    def actor2(self):
        for _ in range(5000):
            if -1 not in self.items:
                return "missed"
        return "found"


class SetClear(Litmus):
    """The length is asked for while another thread empties the set."""

    slug = "set-clear"
    question = "Does anybody see a set that clear() has emptied in part?"
    on = "set"
    operation = "clear"
    level = "shared"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-set-objects"
    outcomes = (
        acceptable("full", "Before clear()."),
        acceptable("empty", "After clear()."),
        forbidden("part", "Some elements were gone and others not."),
    )

    def __init__(self):
        self.items = set(range(20))

    def actor1(self):
        self.items.clear()

    def actor2(self):
        return {20: "full", 0: "empty"}.get(len(self.items), "part")
