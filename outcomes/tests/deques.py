"""Deques.

CPython documents `append()` and `popleft()` of a deque as atomic. What reads first and acts later is two
steps.
"""

from __future__ import annotations

from collections import ChainMap, Counter, OrderedDict, defaultdict, deque

from outcomes.tests.declare import Litmus, Stress, acceptable, forbidden, interesting


class DequeAppend(Litmus):
    """The operation for which most programs share a deque."""

    slug = "deque-append"
    question = "Are both elements in a deque after two threads appended one each?"
    on = "deque"
    operation = "append"
    module = "collections"
    level = "shared"
    source = "https://docs.python.org/3.14/library/collections.html#collections.deque"
    outcomes = (
        acceptable("2", "Both elements are there."),
        forbidden("1", "An element is lost."),
    )

    def __init__(self):
        self.items = deque()

    def actor1(self):
        self.items.append("a")

    def actor2(self):
        self.items.append("b")

    def arbiter(self):
        return len(self.items)


class DequePopBothEnds(Litmus):
    """One element, and a consumer at each end."""

    slug = "deque-pop-both-ends"
    question = (
        "Does one element come to one thread only, if one pops on the left and one on the right?"
    )
    on = "deque"
    operation = "pop against popleft"
    module = "collections"
    level = "shared"
    source = "https://docs.python.org/3.14/library/collections.html#collections.deque"
    remedy = "faq#msg-pop-empty"
    outcomes = (
        acceptable("item, IndexError", "The first thread got it, the second found nothing."),
        acceptable("IndexError, item", "The second thread got it, the first found nothing."),
        forbidden("item, item", "Both got the same element."),
    )

    def __init__(self):
        self.items = deque(["item"])

    def actor1(self):
        return self.items.pop()

    def actor2(self):
        return self.items.popleft()


class DequeCheckThenPop(Litmus):
    """A deque used as a queue by two consumers, with the usual check."""

    slug = "deque-check-then-popleft"
    question = "Can popleft() fail although the deque was not empty a moment before?"
    on = "deque"
    operation = "if d: d.popleft()"
    module = "collections"
    source = "https://docs.python.org/3.14/library/collections.html#collections.deque"
    remedy = "faq#msg-pop-empty"
    outcomes = (
        acceptable("item, empty", "The second thread came later."),
        acceptable("empty, item", "The first thread came later."),
        interesting("item, IndexError", "The element was taken between check and popleft()."),
        interesting("IndexError, item", "The element was taken between check and popleft()."),
        forbidden("item, item", "Both got the same element."),
    )

    def __init__(self):
        self.items = deque(["item"])

    def actor1(self):
        return self.items.popleft() if self.items else "empty"

    def actor2(self):
        return self.items.popleft() if self.items else "empty"


class DequeHandOff(Stress):
    """A producer and two consumers, none of which takes a lock."""

    slug = "deque-hand-off"
    question = "Does each element of a deque come to one consumer, once?"
    on = "deque"
    operation = "append against popleft"
    module = "collections"
    level = "shared"
    source = "https://docs.python.org/3.14/library/collections.html#collections.deque"
    remedy = "porting/cookbook#pattern-queue"
    outcomes = (
        acceptable("each once", "Nothing was lost and nothing came twice."),
        forbidden("lost", "An element came to nobody and is not in the deque."),
        forbidden("twice", "An element came to both consumers."),
    )

    def __init__(self):
        self.items = deque()
        self.taken = [], []

    def actor1(self):
        for number in range(3000):
            self.items.append(number)

    def take(self, taken):
        for _ in range(3000):
            try:
                taken.append(self.items.popleft())
            except IndexError:
                pass

    def actor2(self):
        self.take(self.taken[0])

    def actor3(self):
        self.take(self.taken[1])

    def arbiter(self):
        came = [*self.taken[0], *self.taken[1], *self.items]
        if len(set(came)) < len(came):
            return "twice"
        return "each once" if len(came) == 3000 else "lost"


class DequeLoop(Stress):
    """A deque notices every change, even one that keeps its length."""

    slug = "deque-loop"
    question = "Can a loop over a deque run to its end while another thread appends and pops?"
    on = "deque"
    operation = "iterate while others append"
    module = "collections"
    remedy = "faq#msg-deque"
    outcomes = (
        acceptable("whole", "No change came during any loop."),
        interesting("RuntimeError", "deque mutated during iteration."),
    )

    def __init__(self):
        self.items = deque(range(100))

    def actor1(self):
        for number in range(5000):
            self.items.append(number)
            self.items.popleft()

    def actor2(self):
        for _ in range(500):
            for _number in self.items:
                pass
        return "whole"


class DequeCopy(Stress):
    """The remedy for the loop: copy first, then loop over the copy."""

    slug = "deque-copy"
    question = "Can a deque be copied while another thread appends and pops?"
    on = "deque"
    operation = "copy()"
    module = "collections"
    remedy = "porting/cookbook#pattern-copy"
    issue = "gh-144809"
    note = "One step since 3.14.4. Before, copy() was a loop that lost the deque's lock between elements."
    outcomes = (
        acceptable("whole", "The elements of one moment."),
        interesting("RuntimeError", "deque mutated during iteration."),
        forbidden("torn", "The copy has a length that the deque never had."),
    )

    def __init__(self):
        self.items = deque(range(100))

    def actor1(self):
        for number in range(1000):
            self.items.append(number)
            self.items.popleft()

    def actor2(self):
        for _ in range(100):
            if len(self.items.copy()) not in (100, 101):
                return "torn"
        return "whole"


class DequeList(Stress):
    """The other way to copy, and the one that people write first."""

    slug = "deque-list"
    question = "Can `list(d)` copy a deque while another thread appends and pops?"
    on = "deque"
    operation = "list(d)"
    module = "collections"
    remedy = "porting/cookbook#pattern-copy"
    issue = "gh-144809"
    note = "With the GIL, nothing runs in between. Without it, use `d.copy()`, on 3.14.4 or later."
    outcomes = (
        acceptable("whole", "The elements of one moment."),
        interesting("RuntimeError", "deque mutated during iteration."),
        forbidden("torn", "The copy has a length that the deque never had."),
    )

    def __init__(self):
        self.items = deque(range(100))

    def actor1(self):
        for number in range(5000):
            self.items.append(number)
            self.items.popleft()

    def actor2(self):
        for _ in range(500):
            if len(list(self.items)) not in (100, 101):
                return "torn"
        return "whole"


class DequeRotate(Stress):
    """rotate() moves elements one by one, and has the deque's lock meanwhile."""

    slug = "deque-rotate-count"
    question = "Does count() find each element once while another thread rotates the deque?"
    on = "deque"
    operation = "rotate against count"
    module = "collections"
    remedy = "porting/cookbook#pattern-copy"
    outcomes = (
        acceptable("once", "The element was always there once."),
        interesting("RuntimeError", "deque mutated during iteration."),
        forbidden("wrong", "The element was counted twice or not at all."),
    )

    def __init__(self):
        self.items = deque(range(100))

    def actor1(self):
        for _ in range(5000):
            self.items.rotate(7)

    def actor2(self):
        for _ in range(1000):
            if self.items.count(50) != 1:
                return "wrong"
        return "once"


class DequeMaxlen(Litmus):
    """append() to a full deque adds an element first and drops one then."""

    slug = "deque-maxlen-len"
    question = "Can a deque be seen longer than its maxlen?"
    on = "deque"
    operation = "append at maxlen, len by others"
    module = "collections"
    issue = "none found"
    note = "len() does not wait for the deque's lock."
    outcomes = (
        acceptable("2", "The deque is as long as it may be."),
        interesting("3", "The new element was in and the oldest one not out yet."),
        forbidden("1", "The deque was never that short."),
    )

    def __init__(self):
        self.items = deque((1, 2), 2)

    def actor1(self):
        self.items.append(3)

    def actor2(self):
        return len(self.items)


class DequeIndexReplace(Litmus):
    """Reading by position while the positions change."""

    slug = "deque-read-last"
    question = "Is `d[-1]` there as long as the deque is never empty?"
    on = "deque"
    operation = "d[-1] while others append and pop"
    module = "collections"
    remedy = "faq#msg-list-index"
    issue = "none found"
    outcomes = (
        acceptable("[12]", "The last element of some moment."),
        interesting(
            "IndexError",
            "The length was read for counting from the end, and had changed before the element was read.",
        ),
    )

    def __init__(self):
        self.items = deque([1])

    def actor1(self):
        self.items.append(2)
        self.items.popleft()

    def actor2(self):
        return self.items[-1]
