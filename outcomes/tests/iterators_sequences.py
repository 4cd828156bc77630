"""Shared iterators over sequences.

CPython's guide to free threading says that sharing an iterator is not safe in general, and that threads may
see elements twice or not at all. An element that the iterator does not have is not among what it allows, nor
is a crash.
"""

from __future__ import annotations

from outcomes.tests.declare import Litmus, Stress, acceptable, forbidden, interesting

VALUES = tuple(range(10))
LETTERS = tuple("abcdefghij")


def judge(first, second, values=VALUES):
    """Say whether the values came to two threads once each."""
    came = [*first, *second]
    if not set(came) <= set(values):
        return "strange"
    twice = "twice" if len(set(came)) < len(came) else ""
    missing = "missing" if len(set(came)) < len(values) else ""
    return " and ".join(filter(None, [twice, missing])) or "each once"


class ListIterator(Litmus):
    """The position is read and stored whole, and anything may happen between."""

    slug = "list-iterator-shared"
    question = "Do two threads that empty one list iterator get each element once?"
    on = "list iterator"
    operation = "emptied by two threads"
    source = "https://docs.python.org/3.14/howto/free-threading-python.html#iterators"
    remedy = "porting/cookbook#pattern-iterator"
    issue = "gh-120496"
    outcomes = (
        acceptable("each once", "Every element came to one thread."),
        interesting(
            "twice",
            "Both threads read the same position before either moved it on: an element came to "
            "both.",
        ),
        interesting(
            "missing",
            "Both threads moved the position on after one of them had used it: an element came "
            "to nobody.",
        ),
        interesting(
            "twice and missing",
            "One element came to both threads and another one to neither.",
        ),
        forbidden(
            "*strange",
            "An element came that the iterator does not have: its state was read between two "
            "writes.",
        ),
    )

    def __init__(self):
        self.iterator = iter(list(VALUES))
        self.first, self.second = [], []

    def actor1(self):
        for value in self.iterator:
            self.first.append(value)

    def actor2(self):
        for value in self.iterator:
            self.second.append(value)

    def arbiter(self):
        return judge(self.first, self.second)


class TupleIterator(Litmus):
    """Not even the tuple, which never changes, makes its iterator safe."""

    slug = "tuple-iterator-shared"
    question = "Do two threads that empty one tuple iterator get each element once?"
    on = "tuple iterator"
    operation = "emptied by two threads"
    source = "https://docs.python.org/3.14/howto/free-threading-python.html#iterators"
    remedy = "porting/not-atomic#iterators-that-crash"
    issue = "gh-120496"
    note = "From 3.14 on, the iterator keeps its reference to the end of its own life."
    outcomes = (
        acceptable("each once", "Every element came to one thread."),
        interesting(
            "twice",
            "Both threads read the same position before either moved it on: an element came to "
            "both.",
        ),
        interesting(
            "missing",
            "Both threads moved the position on after one of them had used it: an element came "
            "to nobody.",
        ),
        interesting(
            "twice and missing",
            "One element came to both threads and another one to neither.",
        ),
        forbidden(
            "*strange",
            "An element came that the iterator does not have: its state was read between two "
            "writes.",
        ),
        forbidden(
            "SIG*",
            "Both threads reached the end and each dropped the one reference to the tuple.",
        ),
    )

    def __init__(self):
        self.iterator = iter(tuple(VALUES))
        self.first, self.second = [], []

    def actor1(self):
        for value in self.iterator:
            self.first.append(value)

    def actor2(self):
        for value in self.iterator:
            self.second.append(value)

    def arbiter(self):
        return judge(self.first, self.second)


class StringIterator(Litmus):
    """The string is made anew each time: literals live forever and hide a reference dropped twice."""

    slug = "str-iterator-shared"
    question = "Do two threads that empty one str iterator get each character once?"
    on = "str iterator"
    operation = "emptied by two threads"
    source = "https://docs.python.org/3.14/howto/free-threading-python.html#iterators"
    remedy = "porting/not-atomic#iterators-that-crash"
    issue = "gh-153928"
    outcomes = (
        acceptable("each once", "Every element came to one thread."),
        interesting(
            "twice",
            "Both threads read the same position before either moved it on: an element came to "
            "both.",
        ),
        interesting(
            "missing",
            "Both threads moved the position on after one of them had used it: an element came "
            "to nobody.",
        ),
        interesting(
            "twice and missing",
            "One element came to both threads and another one to neither.",
        ),
        forbidden(
            "*strange",
            "An element came that the iterator does not have: its state was read between two "
            "writes.",
        ),
        forbidden(
            "SIG*",
            "Both threads reached the end and each dropped the one reference to the string.",
        ),
    )

    def __init__(self):
        self.iterator = iter("".join(LETTERS))
        self.first, self.second = [], []

    def actor1(self):
        for value in self.iterator:
            self.first.append(value)

    def actor2(self):
        for value in self.iterator:
            self.second.append(value)

    def arbiter(self):
        return judge(self.first, self.second, LETTERS)


class BytesIterator(Litmus):
    """Its code is the plain code of the GIL: the position has no atomic reads or writes."""

    slug = "bytes-iterator-shared"
    question = "Do two threads that empty one bytes iterator get each byte once?"
    on = "bytes iterator"
    operation = "emptied by two threads"
    source = "https://docs.python.org/3.14/howto/free-threading-python.html#iterators"
    remedy = "porting/not-atomic#iterators-that-crash"
    issue = "gh-153928"
    outcomes = (
        acceptable("each once", "Every element came to one thread."),
        interesting(
            "twice",
            "Both threads read the same position before either moved it on: an element came to "
            "both.",
        ),
        interesting(
            "missing",
            "Both threads moved the position on after one of them had used it: an element came "
            "to nobody.",
        ),
        interesting(
            "twice and missing",
            "One element came to both threads and another one to neither.",
        ),
        forbidden(
            "*strange",
            "An element came that the iterator does not have: its state was read between two "
            "writes.",
        ),
        forbidden(
            "SIG*",
            "Both threads reached the end and each dropped the one reference to the bytes.",
        ),
    )

    def __init__(self):
        self.iterator = iter(bytes(VALUES))
        self.first, self.second = [], []

    def actor1(self):
        for value in self.iterator:
            self.first.append(value)

    def actor2(self):
        for value in self.iterator:
            self.second.append(value)

    def arbiter(self):
        return judge(self.first, self.second)


class RangeIterator(Litmus):
    """Start and length are two fields, so the iterator can run past its end."""

    slug = "range-iterator-shared"
    question = "Do two threads that empty one range iterator get each number once?"
    on = "range iterator"
    operation = "emptied by two threads"
    source = "https://docs.python.org/3.14/howto/free-threading-python.html#iterators"
    remedy = "porting/cookbook#pattern-iterator"
    issue = "gh-129068 gh-131199"
    note = "3.15 takes the iterator's lock for each step."
    outcomes = (
        acceptable("each once", "Every element came to one thread."),
        interesting(
            "twice",
            "Both threads read the same position before either moved it on: an element came to "
            "both.",
        ),
        interesting(
            "missing",
            "Both threads moved the position on after one of them had used it: an element came "
            "to nobody.",
        ),
        interesting(
            "twice and missing",
            "One element came to both threads and another one to neither.",
        ),
        forbidden(
            "*strange",
            "A number came that is not in the range: the start moved twice and the length once.",
        ),
    )

    def __init__(self):
        self.iterator = iter(range(10))
        self.first, self.second = [], []

    def actor1(self):
        for value in self.iterator:
            self.first.append(value)

    def actor2(self):
        for value in self.iterator:
            self.second.append(value)

    def arbiter(self):
        return judge(self.first, self.second)


class ReversedList(Litmus):
    """The list has an iterator of its own for this direction."""

    slug = "list-reversed-shared"
    question = "Do two threads that empty one reversed(list) get each element once?"
    on = "reversed(list)"
    operation = "emptied by two threads"
    source = "https://docs.python.org/3.14/howto/free-threading-python.html#iterators"
    remedy = "porting/cookbook#pattern-iterator"
    issue = "gh-130263"
    outcomes = (
        acceptable("each once", "Every element came to one thread."),
        interesting(
            "twice",
            "Both threads read the same position before either moved it on: an element came to "
            "both.",
        ),
        interesting(
            "missing",
            "Both threads moved the position on after one of them had used it: an element came "
            "to nobody.",
        ),
        interesting(
            "twice and missing",
            "One element came to both threads and another one to neither.",
        ),
        forbidden(
            "*strange",
            "An element came that the iterator does not have: its state was read between two "
            "writes.",
        ),
    )

    def __init__(self):
        self.iterator = reversed(list(VALUES))
        self.first, self.second = [], []

    def actor1(self):
        for value in self.iterator:
            self.first.append(value)

    def actor2(self):
        for value in self.iterator:
            self.second.append(value)

    def arbiter(self):
        return judge(self.first, self.second)


class ReversedTuple(Litmus):
    """The iterator that every sequence without one of its own gets."""

    slug = "tuple-reversed-shared"
    question = "Do two threads that empty one reversed(tuple) get each element once?"
    on = "reversed(tuple)"
    operation = "emptied by two threads"
    source = "https://docs.python.org/3.14/howto/free-threading-python.html#iterators"
    remedy = "porting/not-atomic#iterators-that-crash"
    issue = "gh-120608"
    note = "From 3.14 on, the iterator keeps its reference to the end of its own life."
    outcomes = (
        acceptable("each once", "Every element came to one thread."),
        interesting(
            "twice",
            "Both threads read the same position before either moved it on: an element came to "
            "both.",
        ),
        interesting(
            "missing",
            "Both threads moved the position on after one of them had used it: an element came "
            "to nobody.",
        ),
        interesting(
            "twice and missing",
            "One element came to both threads and another one to neither.",
        ),
        forbidden(
            "*strange",
            "An element came that the iterator does not have: its state was read between two "
            "writes.",
        ),
        forbidden(
            "SIG*",
            "Both threads reached the end and each dropped the one reference to the tuple.",
        ),
    )

    def __init__(self):
        self.iterator = reversed(tuple(VALUES))
        self.first, self.second = [], []

    def actor1(self):
        for value in self.iterator:
            self.first.append(value)

    def actor2(self):
        for value in self.iterator:
            self.second.append(value)

    def arbiter(self):
        return judge(self.first, self.second)
