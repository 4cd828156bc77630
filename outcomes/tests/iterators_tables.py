"""Shared iterators over dictionaries and sets.

CPython's guide to free threading says that sharing an iterator is not safe in general, and that threads may
see elements twice or not at all. An element that the iterator does not have is not among what it allows, nor
is a crash.
"""

from __future__ import annotations

from outcomes.tests.declare import Litmus, Stress, acceptable, forbidden, interesting

VALUES = tuple(range(10))
PAIRS = tuple(zip(VALUES, VALUES))


def judge(first, second, values=VALUES):
    """Say whether the values came to two threads once each."""
    came = [*first, *second]
    if not set(came) <= set(values):
        return "strange"
    twice = "twice" if len(set(came)) < len(came) else ""
    missing = "missing" if len(set(came)) < len(values) else ""
    return " and ".join(filter(None, [twice, missing])) or "each once"


class DictIterator(Litmus):
    """Nobody changes the dictionary: sharing its iterator is enough."""

    slug = "dict-iterator-shared"
    question = "Do two threads that empty one dict iterator get each key once?"
    on = "dict iterator"
    operation = "emptied by two threads"
    source = "https://docs.python.org/3.14/howto/free-threading-python.html#iterators"
    remedy = "porting/not-atomic#iterators-that-crash"
    issue = "gh-154130"
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
        interesting(
            "*RuntimeError*",
            '"dictionary keys changed during iteration", though no key did: the count of keys '
            "left was wrong.",
        ),
        forbidden(
            "SIG*",
            "Both threads reached the end and each dropped the one reference to the dictionary.",
        ),
    )

    def __init__(self):
        self.iterator = iter(dict.fromkeys(VALUES))
        self.first, self.second = [], []

    def actor1(self):
        for value in self.iterator:
            self.first.append(value)

    def actor2(self):
        for value in self.iterator:
            self.second.append(value)

    def arbiter(self):
        return judge(self.first, self.second)


class DictItemsIterator(Litmus):
    """The pair that it returned last is used again when nobody holds it any more."""

    slug = "dict-items-iterator-shared"
    question = "Do two threads that empty one dict.items() iterator get each item once?"
    on = "dict.items() iterator"
    operation = "emptied by two threads"
    source = "https://docs.python.org/3.14/howto/free-threading-python.html#iterators"
    remedy = "porting/not-atomic#iterators-that-crash"
    issue = "gh-154130"
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
        interesting(
            "*RuntimeError*",
            '"dictionary keys changed during iteration", though no key did: the count of keys '
            "left was wrong.",
        ),
        forbidden(
            "SIG*",
            "Both threads reached the end and each dropped the one reference to the dictionary.",
        ),
    )

    def __init__(self):
        self.iterator = iter(dict(PAIRS).items())
        self.first, self.second = [], []

    def actor1(self):
        for value in self.iterator:
            self.first.append(value)

    def actor2(self):
        for value in self.iterator:
            self.second.append(value)

    def arbiter(self):
        return judge(self.first, self.second, PAIRS)


class DictValuesIterator(Litmus):
    """The same end as for keys, reached through a view."""

    slug = "dict-values-iterator-shared"
    question = "Do two threads that empty one dict.values() iterator get each value once?"
    on = "dict.values() iterator"
    operation = "emptied by two threads"
    source = "https://docs.python.org/3.14/howto/free-threading-python.html#iterators"
    remedy = "porting/not-atomic#iterators-that-crash"
    issue = "gh-154130"
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
        interesting(
            "*RuntimeError*",
            '"dictionary keys changed during iteration", though no key did: the count of keys '
            "left was wrong.",
        ),
        forbidden(
            "SIG*",
            "Both threads reached the end and each dropped the one reference to the dictionary.",
        ),
    )

    def __init__(self):
        self.iterator = iter(dict(PAIRS).values())
        self.first, self.second = [], []

    def actor1(self):
        for value in self.iterator:
            self.first.append(value)

    def actor2(self):
        for value in self.iterator:
            self.second.append(value)

    def arbiter(self):
        return judge(self.first, self.second)


class SetIterator(Litmus):
    """The position is read under the lock of the set and stored outside of it."""

    slug = "set-iterator-shared"
    question = "Do two threads that empty one set iterator get each element once?"
    on = "set iterator"
    operation = "emptied by two threads"
    source = "https://docs.python.org/3.14/howto/free-threading-python.html#iterators"
    remedy = "porting/not-atomic#iterators-that-crash"
    issue = "gh-144356"
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
        interesting(
            "*RuntimeError*",
            '"Set changed size during iteration", though it did not: the end was half written.',
        ),
        forbidden(
            "*SystemError*",
            "An error of the interpreter itself: the set was freed while a thread used it.",
        ),
        forbidden(
            "SIG*",
            "Both threads reached the end and each dropped the one reference to the set.",
        ),
    )

    def __init__(self):
        self.iterator = iter(set(VALUES))
        self.first, self.second = [], []

    def actor1(self):
        for value in self.iterator:
            self.first.append(value)

    def actor2(self):
        for value in self.iterator:
            self.second.append(value)

    def arbiter(self):
        return judge(self.first, self.second)


class ReversedDict(Litmus):
    """Unlike the forward iterator, this one takes the dictionary's lock for a whole step."""

    slug = "dict-reversed-shared"
    question = "Do two threads that empty one reversed(dict) get each key once?"
    on = "reversed(dict)"
    operation = "emptied by two threads"
    source = "https://docs.python.org/3.14/howto/free-threading-python.html#iterators"
    remedy = "porting/not-atomic#iterators-that-crash"
    issue = "gh-154130"
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
        interesting(
            "*RuntimeError*",
            '"dictionary keys changed during iteration", though no key did: the count of keys '
            "left was wrong.",
        ),
        forbidden(
            "SIG*",
            "Both threads reached the end and each dropped the one reference to the dictionary.",
        ),
    )

    def __init__(self):
        self.iterator = reversed(dict.fromkeys(VALUES))
        self.first, self.second = [], []

    def actor1(self):
        for value in self.iterator:
            self.first.append(value)

    def actor2(self):
        for value in self.iterator:
            self.second.append(value)

    def arbiter(self):
        return judge(self.first, self.second)
