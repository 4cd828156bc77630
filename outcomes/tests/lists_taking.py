"""Lists that shrink and move.

Removing by position or by value, and everything that reads a length first.
"""

from __future__ import annotations

import threading
import time

from outcomes.tests.declare import Litmus, Stress, acceptable, forbidden, interesting


class ListPopFrontContains(Litmus):
    """`in` walks from the front, and `pop(0)` moves every element towards it."""

    slug = "list-pop-front-contains"
    question = "Does `in` find the last element while another thread deletes the first?"
    on = "list"
    operation = "pop(0) against in"
    level = "shared"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-list-objects"
    remedy = "porting/cookbook#pattern-lock"
    outcomes = (
        acceptable("True", "It was found."),
        interesting("False", "It moved to a place that the search had already left."),
    )

    def __init__(self):
        self.items = list(range(8))

    def actor1(self):
        self.items.pop(0)

    def actor2(self):
        return 7 in self.items


class ListPopFront(Litmus):
    """A list used as a queue by two consumers."""

    slug = "list-pop-front"
    question = "Does `pop(0)` hand every element to one thread only?"
    on = "list"
    operation = "pop(0)"
    level = "shared"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-list-objects"
    remedy = "porting/cookbook#pattern-queue"
    outcomes = (
        acceptable("a, b", "The first thread came first."),
        acceptable("b, a", "The second thread came first."),
        forbidden("a, a", "Both threads got the same element."),
        forbidden("b, b", "Both threads got the same element."),
    )

    def __init__(self):
        self.items = ["a", "b"]

    def actor1(self):
        return self.items.pop(0)

    def actor2(self):
        return self.items.pop(0)


class ListPop(Litmus):
    """One call instead of a check: who comes too late gets an IndexError to catch."""

    slug = "list-pop"
    question = "Can two threads pop the same last element?"
    on = "list"
    operation = "pop"
    level = "atomic"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-list-objects"
    remedy = "porting/not-atomic#one-step"
    outcomes = (
        acceptable("got it, IndexError", "The first thread got it."),
        acceptable("IndexError, got it", "The second thread got it."),
        forbidden("got it, got it", "Both threads got one element."),
        forbidden("IndexError, IndexError", "Nobody got it."),
    )

    def __init__(self):
        self.items = ["got it"]

    def actor1(self):
        return self.items.pop()

    def actor2(self):
        return self.items.pop()


class ListCheckThenPop(Litmus):
    """The list had an element when it was asked."""

    slug = "list-check-then-pop"
    question = "Is `if items: items.pop()` safe?"
    on = "list"
    operation = "check, then pop"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-list-objects"
    remedy = "faq#msg-pop-empty"
    outcomes = (
        acceptable("got it", "One thread got the element, the other found the list empty."),
        interesting("*IndexError*", "Both threads saw one element, and one of them came too late."),
        forbidden("got it, got it", "Both threads got one element."),
    )

    def __init__(self):
        self.items = ["got it"]

    def actor1(self):
        if self.items:
            return self.items.pop()
        return None

    def actor2(self):
        if self.items:
            return self.items.pop()
        return None


class ListCheckThenPopLocked(Litmus):
    """Check and pop under one lock, so that nobody comes between them."""

    slug = "list-check-then-pop-locked"
    question = "Does a lock around the check and the pop fix it?"
    on = "list"
    operation = "check, then pop, under a lock"
    module = "threading"
    source = "https://docs.python.org/3.14/library/threading.html#lock-objects"
    remedy = "porting/cookbook#pattern-lock"
    outcomes = (
        acceptable("got it", "One thread got the element, the other found the list empty."),
        forbidden("*IndexError*", "The lock let two threads in."),
        forbidden("got it, got it", "Both threads got one element."),
    )

    def __init__(self):
        self.items = ["got it"]
        self.lock = threading.Lock()

    def actor1(self):
        with self.lock:
            if self.items:
                return self.items.pop()
        return None

    def actor2(self):
        with self.lock:
            if self.items:
                return self.items.pop()
        return None


class ListLastItem(Litmus):
    """The list always has an element, so a last one always exists."""

    slug = "list-last-item"
    question = "Can `items[-1]` fail on a list that is never empty?"
    on = "list"
    operation = "l[-1]"
    level = "atomic"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-list-objects"
    remedy = "faq#msg-list-index"
    issue = "gh-130744"
    note = "The index is added to the length, and then compared with the length again, which has changed."
    outcomes = (
        acceptable("b", "The reader came before pop()."),
        acceptable("a", "The reader came after pop()."),
        forbidden(
            "IndexError", "The length changed between counting from the end and reading: two steps."
        ),
    )

    def __init__(self):
        self.items = ["a", "b"]

    def actor1(self):
        self.items.pop()

    def actor2(self):
        return self.items[-1]


class ListRemove(Litmus):
    """The elements are numbers, which compare in C."""

    slug = "list-remove"
    question = "Can remove() delete a wrong element when two threads remove the same one?"
    on = "list"
    operation = "remove(x)"
    level = "shared"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-list-objects"
    remedy = "faq#msg-list-remove"
    outcomes = (
        acceptable("ValueError, kept", "One thread removed it, the other found it no more."),
        forbidden("kept", "Both threads removed it, and neither was told otherwise."),
        forbidden("*changed", "Another element was removed."),
    )

    def __init__(self):
        self.items = [1, 2, 3]

    def actor1(self):
        self.items.remove(2)

    def actor2(self):
        self.items.remove(2)

    def arbiter(self):
        return "kept" if self.items == [1, 3] else "changed"


class Record:
    """Something whose comparison has to wait, for a disk or a database."""

    def __init__(self, name):
        self.name = name

    def __eq__(self, other):
        time.sleep(0.001)
        return self.name == other.name

    __hash__ = None


class ListRemovePython(Stress):
    """`remove()` finds the place, and another thread moves the elements before it deletes there."""

    slug = "list-remove-python-eq"
    question = "Can remove() delete a wrong element when `__eq__` is written in Python?"
    on = "list"
    operation = "remove(x), __eq__ in Python"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-list-objects"
    remedy = "porting/cookbook#pattern-lock"
    note = "The list's lock is released while `__eq__` waits; without a wait it is kept."
    outcomes = (
        acceptable("removed", "The element that was meant."),
        interesting("wrong one", "The element before it, which had moved by one place meanwhile."),
    )

    def __init__(self):
        self.items = [Record("a"), Record("b")]

    def actor1(self):
        self.items.remove(Record("b"))  # compares two elements

    def actor2(self):
        time.sleep(0.0015)
        self.items.insert(0, Record("new"))

    def arbiter(self):
        return "removed" if self.items[-1].name == "a" else "wrong one"


class ListClear(Litmus):
    """The length is asked for while another thread empties the list."""

    slug = "list-clear"
    question = "Does anybody see a list that clear() has emptied in part?"
    on = "list"
    operation = "clear"
    level = "atomic"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-list-objects"
    outcomes = (
        acceptable("full", "Before clear()."),
        acceptable("empty", "After clear()."),
        forbidden("part", "Some elements were gone and others not."),
    )

    def __init__(self):
        self.items = list(range(20))

    def actor1(self):
        self.items.clear()

    def actor2(self):
        return {20: "full", 0: "empty"}.get(len(self.items), "part")
