"""Iterators that threads may share.

A lock around `next()` makes the position one thread's at a time. 3.15 brings what does it.
"""

from __future__ import annotations

import threading

from outcomes.tests.declare import Litmus, Stress, acceptable, forbidden, interesting

VALUES = tuple(range(10))


def judge(first, second, values=VALUES):
    """Say whether the values came to two threads once each."""
    came = [*first, *second]
    if not set(came) <= set(values):
        return "strange"
    twice = "twice" if len(set(came)) < len(came) else ""
    missing = "missing" if len(set(came)) < len(values) else ""
    return " and ".join(filter(None, [twice, missing])) or "each once"


class OneAtATime:
    def __init__(self, iterable):
        self.iterator = iter(iterable)
        self.lock = threading.Lock()

    def __iter__(self):
        return self

    def __next__(self):
        with self.lock:
            return next(self.iterator)


def numbers():
    yield from VALUES


class LockedIterator(Litmus):
    """The remedy that runs on every line: a lock around each step."""

    slug = "lock-iterator-shared"
    question = "Do two threads that empty a generator behind a lock get each element once?"
    on = "iterator behind a lock"
    operation = "emptied by two threads"
    module = "threading"
    source = "https://docs.python.org/3.14/library/threading.html#lock-objects"
    remedy = "porting/cookbook#pattern-iterator"
    outcomes = (
        acceptable("each once", "Every element came to one thread."),
        forbidden("*Error*", "The lock let two threads in."),
        forbidden("*twice*", "The lock let two threads in."),
        forbidden("*missing*", "The lock let two threads in."),
        forbidden("*strange*", "The lock let two threads in."),
    )

    def __init__(self):
        self.iterator = OneAtATime(number for number in VALUES)
        self.first, self.second = [], []

    def actor1(self):
        for value in self.iterator:
            self.first.append(value)

    def actor2(self):
        for value in self.iterator:
            self.second.append(value)

    def arbiter(self):
        return judge(self.first, self.second)


class SerializeIterator(Litmus):
    """The wrapper that 3.15 brings for this."""

    slug = "threading-serialize-iterator"
    question = "Do two threads that empty one threading.serialize_iterator get each element once?"
    on = "threading.serialize_iterator"
    operation = "emptied by two threads"
    module = "threading"
    source = "https://docs.python.org/3.15/library/threading.html#threading.serialize_iterator"
    remedy = "porting/cookbook#pattern-iterator"
    since = "3.15"
    outcomes = (
        acceptable("each once", "Every element came to one thread."),
        forbidden("*Error*", "The wrapper let two threads in."),
        forbidden("*twice*", "The wrapper let two threads in."),
        forbidden("*missing*", "The wrapper let two threads in."),
        forbidden("*strange*", "The wrapper let two threads in."),
    )

    def __init__(self):
        self.iterator = threading.serialize_iterator(number for number in VALUES)
        self.first, self.second = [], []

    def actor1(self):
        for value in self.iterator:
            self.first.append(value)

    def actor2(self):
        for value in self.iterator:
            self.second.append(value)

    def arbiter(self):
        return judge(self.first, self.second)


class SynchronizedIterator(Litmus):
    """The same wrapper as a decorator of generator functions, called by hand for 3.14."""

    slug = "threading-synchronized-iterator"
    question = (
        "Do two threads that empty a generator of a synchronized function get each element once?"
    )
    on = "threading.synchronized_iterator"
    operation = "emptied by two threads"
    module = "threading"
    source = "https://docs.python.org/3.15/library/threading.html#threading.synchronized_iterator"
    remedy = "porting/cookbook#pattern-iterator"
    since = "3.15"
    outcomes = (
        acceptable("each once", "Every element came to one thread."),
        forbidden("*Error*", "The wrapper let two threads in."),
        forbidden("*twice*", "The wrapper let two threads in."),
        forbidden("*missing*", "The wrapper let two threads in."),
        forbidden("*strange*", "The wrapper let two threads in."),
    )

    def __init__(self):
        self.iterator = threading.synchronized_iterator(numbers)()
        self.first, self.second = [], []

    def actor1(self):
        for value in self.iterator:
            self.first.append(value)

    def actor2(self):
        for value in self.iterator:
            self.second.append(value)

    def arbiter(self):
        return judge(self.first, self.second)


class ConcurrentTee(Litmus):
    """The tee for threads: the branches share one lock."""

    slug = "threading-concurrent-tee"
    question = (
        "Can two threads read the two branches of one threading.concurrent_tee over a generator?"
    )
    on = "threading.concurrent_tee"
    operation = "a branch of a generator in each thread"
    module = "threading"
    source = "https://docs.python.org/3.15/library/threading.html#threading.concurrent_tee"
    remedy = "porting/cookbook#pattern-iterator"
    since = "3.15"
    outcomes = (
        acceptable("both whole", "Each branch gave every element in order."),
        forbidden("*damaged", "A branch lacked elements, or had some twice."),
        forbidden("*Error*", "The lock of the branches let two threads in."),
    )

    def __init__(self):
        self.left, self.right = threading.concurrent_tee(number for number in VALUES)
        self.first, self.second = [], []

    def actor1(self):
        for value in self.left:
            self.first.append(value)

    def actor2(self):
        for value in self.right:
            self.second.append(value)

    def arbiter(self):
        return "both whole" if self.first == self.second == [*VALUES] else "damaged"
