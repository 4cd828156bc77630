"""Lists that grow.

CPython documents that a single call does not corrupt a list; what two of them do together is counted here.
"""

from __future__ import annotations

from outcomes.tests.declare import Litmus, Stress, acceptable, forbidden, interesting


class ListAppend(Stress):
    """The negative control among the containers: appending from two threads has never lost an element."""

    slug = "list-append"
    question = "Do elements get lost when two threads append to one list?"
    on = "list"
    operation = "append"
    level = "atomic"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-list-objects"
    remedy = "porting/not-atomic#one-step"
    control = "none"
    outcomes = (
        acceptable("all", "Every element is in the list."),
        forbidden("lost", "An element was overwritten by the other thread's."),
    )

    def __init__(self):
        self.items = []

    def actor1(self):
        for number in range(5000):
            self.items.append(number)

    def actor2(self):
        for number in range(5000):
            self.items.append(number)

    def arbiter(self):
        return "all" if len(self.items) == 10_000 else "lost"


class ListAppendRead(Litmus):
    """The list is empty at first, so the first append also has to find memory for it."""

    slug = "list-append-read"
    question = "Can an element be read as soon as the length counts it?"
    on = "list"
    operation = "append, read by others"
    level = "atomic"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-list-objects"
    remedy = "porting/not-atomic#one-step"
    outcomes = (
        acceptable("new", "The reader came after the append."),
        acceptable("empty", "The reader came before the append."),
        forbidden("IndexError", "The length counted an element that was not there yet."),
    )

    def __init__(self):
        self.items = []

    def actor1(self):
        self.items.append("new")

    def actor2(self):
        if not self.items:
            return "empty"
        return self.items[0]


class ListAppendTwice(Litmus):
    """Each append is one step, two of them are two."""

    slug = "list-append-twice"
    question = "Do two elements that one thread appends stay next to each other?"
    on = "list"
    operation = "append twice"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-list-objects"
    remedy = "porting/cookbook#pattern-lock"
    outcomes = (
        acceptable("together", "One thread after the other."),
        interesting("mixed", "One thread appended between the two appends of the other."),
    )

    def __init__(self):
        self.items = []

    def actor1(self):
        self.items.append("a")
        self.items.append("a")

    def actor2(self):
        self.items.append("b")
        self.items.append("b")

    def arbiter(self):
        return "together" if "".join(self.items) in ("aabb", "bbaa") else "mixed"


class ListRepeatDeleted(Litmus):
    """`*=` grows a list in the same way as `extend()`."""

    slug = "list-repeat-read-deleted"
    question = "Can a reader see an element that was deleted before `*=` began?"
    on = "list"
    operation = "*=, read by others"
    level = "shared"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-list-objects"
    remedy = "porting/cookbook#pattern-lock"
    issue = "none found"
    note = (
        "CPython documents that a state in between can be seen; an element deleted before is none."
    )
    outcomes = (
        acceptable("kept", "The reader came after the multiplication."),
        acceptable("IndexError", "The reader came before it."),
        forbidden("old", "The reader got an element that is in the list no more."),
    )

    def __init__(self):
        self.items = ["kept"] * 20 + ["old"] * 20
        del self.items[20:]

    def actor1(self):
        self.items *= 2

    def actor2(self):
        return self.items[39]


class ListAddStore(Litmus):
    """It looks like `+=`, and makes a new list each time."""

    slug = "list-add-store"
    question = "Does `items = items + [x]` lose elements?"
    on = "list"
    operation = "l = l + [x]"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-list-objects"
    remedy = "porting/cookbook#pattern-lock"
    outcomes = (
        acceptable("2", "Both elements are in the list."),
        interesting("1", "Both threads began with the empty list: the later assignment won."),
    )

    def __init__(self):
        self.items = []

    def actor1(self):
        self.items = self.items + ["a"]

    def actor2(self):
        self.items = self.items + ["b"]

    def arbiter(self):
        return len(self.items)


class ListInsertCount(Litmus):
    """`insert(0, x)` moves every element by one place, beginning at the end."""

    slug = "list-insert-count"
    question = "Does count() see an element twice while insert() moves it?"
    on = "list"
    operation = "insert(0, x) against count"
    level = "shared"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-list-objects"
    remedy = "porting/cookbook#pattern-lock"
    outcomes = (
        acceptable("1", "The element is in the list once."),
        interesting("2", "It was counted at its old place and at its new one."),
        forbidden("0", "An element that was there all the time was not found."),
    )

    def __init__(self):
        self.items = list(range(20))

    def actor1(self):
        self.items.insert(0, -1)

    def actor2(self):
        return self.items.count(19)
