"""Shared iterators of itertools: groups and filters.

CPython's guide to free threading says that sharing an iterator is not safe in general, and that threads may
see elements twice or not at all. An element that the iterator does not have is not among what it allows, nor
is a crash.
"""

from __future__ import annotations

import itertools

from outcomes.tests.declare import Litmus, Stress, acceptable, forbidden, interesting

VALUES = tuple(range(10))
PAIRS = tuple(zip(VALUES, VALUES))
NEIGHBOURS = tuple(zip(VALUES, VALUES[1:]))
BATCHES = tuple(zip(VALUES[::2], VALUES[1::2]))


def judge(first, second, values=VALUES):
    """Say whether the values came to two threads once each."""
    came = [*first, *second]
    if not set(came) <= set(values):
        return "strange"
    twice = "twice" if len(set(came)) < len(came) else ""
    missing = "missing" if len(set(came)) < len(values) else ""
    return " and ".join(filter(None, [twice, missing])) or "each once"


class Batched(Litmus):
    """A batch takes several steps of the iterator below."""

    slug = "itertools-batched-shared"
    question = "Do two threads that empty one itertools.batched get each batch once?"
    on = "itertools.batched"
    operation = "emptied by two threads"
    module = "itertools"
    source = "https://docs.python.org/3.14/howto/free-threading-python.html#iterators"
    remedy = "porting/not-atomic#iterators-that-crash"
    issue = "gh-123471"
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
        interesting(
            "*strange",
            "A batch came of elements that are not neighbours, or of one element.",
        ),
        forbidden(
            "SIG*",
            "Both threads reached the end and each dropped the one reference to the iterator "
            "below.",
        ),
    )

    def __init__(self):
        self.iterator = itertools.batched(VALUES, 2)
        self.first, self.second = [], []

    def actor1(self):
        for value in self.iterator:
            self.first.append(value)

    def actor2(self):
        for value in self.iterator:
            self.second.append(value)

    def arbiter(self):
        return judge(self.first, self.second, BATCHES)


class Groupby(Litmus):
    """Each group is an iterator that shares the state of the whole."""

    slug = "itertools-groupby-shared"
    question = "Do two threads that empty one itertools.groupby get each key once?"
    on = "itertools.groupby"
    operation = "emptied by two threads"
    module = "itertools"
    source = "https://docs.python.org/3.14/howto/free-threading-python.html#iterators"
    remedy = "porting/not-atomic#iterators-that-crash"
    issue = "gh-150791"
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
        forbidden("*AttributeError*", "A thread used a key that the other one had dropped."),
        forbidden("SIG*", "A thread used a key that the other one had dropped."),
    )

    def __init__(self):
        self.iterator = itertools.groupby(VALUES)
        self.first, self.second = [], []

    def actor1(self):
        for value, _ in self.iterator:
            self.first.append(value)

    def actor2(self):
        for value, _ in self.iterator:
            self.second.append(value)

    def arbiter(self):
        return judge(self.first, self.second)


class Pairwise(Litmus):
    """It keeps the previous element, and has to release it for the next one."""

    slug = "itertools-pairwise-shared"
    question = "Do two threads that empty one itertools.pairwise get each pair once?"
    on = "itertools.pairwise"
    operation = "emptied by two threads"
    module = "itertools"
    source = "https://docs.python.org/3.14/howto/free-threading-python.html#iterators"
    remedy = "porting/not-atomic#iterators-that-crash"
    issue = "gh-123471"
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
        interesting("*strange", "A pair came of elements that are not neighbours."),
        forbidden("SIG*", "A thread used the previous element after the other one had dropped it."),
    )

    def __init__(self):
        self.iterator = itertools.pairwise(VALUES)
        self.first, self.second = [], []

    def actor1(self):
        for value in self.iterator:
            self.first.append(value)

    def actor2(self):
        for value in self.iterator:
            self.second.append(value)

    def arbiter(self):
        return judge(self.first, self.second, NEIGHBOURS)


class Compress(Litmus):
    """Data and selectors move one after the other."""

    slug = "itertools-compress-shared"
    question = "Do two threads that empty one itertools.compress get each element once?"
    on = "itertools.compress"
    operation = "emptied by two threads"
    module = "itertools"
    source = "https://docs.python.org/3.14/howto/free-threading-python.html#iterators"
    remedy = "porting/not-atomic#iterators-that-crash"
    issue = "none found"
    note = "The crash is that of the tuple's iterator below: from 3.14 on, it keeps its reference."
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
            "Both threads reached the end and each dropped the one reference to the tuple below.",
        ),
    )

    def __init__(self):
        self.iterator = itertools.compress(VALUES, (1,) * 10)
        self.first, self.second = [], []

    def actor1(self):
        for value in self.iterator:
            self.first.append(value)

    def actor2(self):
        for value in self.iterator:
            self.second.append(value)

    def arbiter(self):
        return judge(self.first, self.second)


class Starmap(Litmus):
    """Like map: the iterator below is what the threads share."""

    slug = "itertools-starmap-shared"
    question = "Do two threads that empty one itertools.starmap get each result once?"
    on = "itertools.starmap"
    operation = "emptied by two threads"
    module = "itertools"
    source = "https://docs.python.org/3.14/howto/free-threading-python.html#iterators"
    remedy = "porting/not-atomic#iterators-that-crash"
    issue = "gh-120496"
    note = "The crash is that of the tuple's iterator below: from 3.14 on, it keeps its reference."
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
            "Both threads reached the end and each dropped the one reference to the tuple below.",
        ),
    )

    def __init__(self):
        self.iterator = itertools.starmap(max, PAIRS)
        self.first, self.second = [], []

    def actor1(self):
        for value in self.iterator:
            self.first.append(value)

    def actor2(self):
        for value in self.iterator:
            self.second.append(value)

    def arbiter(self):
        return judge(self.first, self.second)


class Takewhile(Litmus):
    """The first number that fails the test ends it, for both threads."""

    slug = "itertools-takewhile-shared"
    question = "Do two threads that empty one itertools.takewhile get each element once?"
    on = "itertools.takewhile"
    operation = "emptied by two threads"
    module = "itertools"
    source = "https://docs.python.org/3.14/howto/free-threading-python.html#iterators"
    remedy = "porting/cookbook#pattern-iterator"
    issue = "none found"
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
        self.iterator = itertools.takewhile((10).__gt__, itertools.count())
        self.first, self.second = [], []

    def actor1(self):
        for value in self.iterator:
            self.first.append(value)

    def actor2(self):
        for value in self.iterator:
            self.second.append(value)

    def arbiter(self):
        return judge(self.first, self.second)


class ZipLongest(Litmus):
    """Cut at 20: its count of iterators that have not ended can go wrong, and then it never ends."""

    slug = "itertools-zip-longest-shared"
    question = "Do two threads that empty one itertools.zip_longest get each pair once?"
    on = "itertools.zip_longest"
    operation = "emptied by two threads"
    module = "itertools"
    source = "https://docs.python.org/3.14/howto/free-threading-python.html#iterators"
    remedy = "porting/cookbook#pattern-iterator"
    issue = "gh-123471"
    note = "In 3.14.7 and 3.15.0rc2 each step takes the iterator's lock."
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
        interesting(
            "*strange",
            "A pair came of elements that do not belong together, or pairs of None without end.",
        ),
    )

    def __init__(self):
        self.iterator = itertools.zip_longest(VALUES, VALUES)
        self.first, self.second = [], []

    def actor1(self):
        for value in itertools.islice(self.iterator, 20):
            self.first.append(value)

    def actor2(self):
        for value in itertools.islice(self.iterator, 20):
            self.second.append(value)

    def arbiter(self):
        return judge(self.first, self.second, PAIRS)
