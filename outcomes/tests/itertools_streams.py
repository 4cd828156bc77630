"""Shared iterators of itertools: streams.

CPython's guide to free threading says that sharing an iterator is not safe in general, and that threads may
see elements twice or not at all. An element that the iterator does not have is not among what it allows, nor
is a crash.
"""

from __future__ import annotations

import itertools

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


class Count(Litmus):
    """No end, so each thread takes five."""

    slug = "itertools-count-shared"
    question = "Do two threads that draw from one itertools.count() get each number once?"
    on = "itertools.count"
    operation = "drawn from by two threads"
    module = "itertools"
    source = "https://docs.python.org/3.14/howto/free-threading-python.html#iterators"
    remedy = "porting/cookbook#pattern-iterator"
    issue = "gh-123471"
    outcomes = (
        acceptable("each once", "Every number came to one thread."),
        interesting("twice", "Both threads got the same number."),
        interesting("missing", "A number was skipped."),
        interesting(
            "twice and missing",
            "Both threads got the same number, and another one was skipped.",
        ),
        interesting("*strange", "A number came that is too high for ten draws."),
    )

    def __init__(self):
        self.iterator = itertools.count()
        self.first, self.second = [], []

    def actor1(self):
        for _ in range(5):
            self.first.append(next(self.iterator))

    def actor2(self):
        for _ in range(5):
            self.second.append(next(self.iterator))

    def arbiter(self):
        return judge(self.first, self.second)


class Cycle(Litmus):
    """The first time round it reads its source and fills a list, after that it reads the list."""

    slug = "itertools-cycle-shared"
    question = (
        "Do ten draws by two threads from one itertools.cycle() get each of ten elements once?"
    )
    on = "itertools.cycle"
    operation = "drawn from by two threads"
    module = "itertools"
    source = "https://docs.python.org/3.14/howto/free-threading-python.html#iterators"
    remedy = "porting/cookbook#pattern-iterator"
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
        forbidden(
            "*strange",
            "An element came that the iterator does not have: its state was read between two "
            "writes.",
        ),
    )

    def __init__(self):
        self.iterator = itertools.cycle(VALUES)
        self.first, self.second = [], []

    def actor1(self):
        for _ in range(5):
            self.first.append(next(self.iterator))

    def actor2(self):
        for _ in range(5):
            self.second.append(next(self.iterator))

    def arbiter(self):
        return judge(self.first, self.second)


class Chain(Litmus):
    """The step from the first part to the second one is where it has something to lose."""

    slug = "itertools-chain-shared"
    question = "Do two threads that empty one itertools.chain get each element once?"
    on = "itertools.chain"
    operation = "emptied by two threads"
    module = "itertools"
    source = "https://docs.python.org/3.14/howto/free-threading-python.html#iterators"
    remedy = "porting/not-atomic#iterators-that-crash"
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
        forbidden(
            "*strange",
            "An element came that the iterator does not have: its state was read between two "
            "writes.",
        ),
        forbidden(
            "SIG*",
            "Both threads ended one part and each dropped the one reference to its iterator.",
        ),
    )

    def __init__(self):
        self.iterator = itertools.chain(VALUES[:5], VALUES[5:])
        self.first, self.second = [], []

    def actor1(self):
        for value in self.iterator:
            self.first.append(value)

    def actor2(self):
        for value in self.iterator:
            self.second.append(value)

    def arbiter(self):
        return judge(self.first, self.second)


class ChainFromIterable(Litmus):
    """Parts of two elements, made by another iterator while the chain is read."""

    slug = "itertools-chain-from-iterable-shared"
    question = "Do two threads that empty one itertools.chain.from_iterable get each element once?"
    on = "itertools.chain.from_iterable"
    operation = "emptied by two threads"
    module = "itertools"
    source = "https://docs.python.org/3.14/howto/free-threading-python.html#iterators"
    remedy = "porting/not-atomic#iterators-that-crash"
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
        forbidden(
            "*strange",
            "An element came that the iterator does not have: its state was read between two "
            "writes.",
        ),
        forbidden(
            "SIG*",
            "Both threads ended one part and each dropped the one reference to its iterator.",
        ),
    )

    def __init__(self):
        self.iterator = itertools.chain.from_iterable(zip(VALUES[::2], VALUES[1::2]))
        self.first, self.second = [], []

    def actor1(self):
        for value in self.iterator:
            self.first.append(value)

    def actor2(self):
        for value in self.iterator:
            self.second.append(value)

    def arbiter(self):
        return judge(self.first, self.second)


class Islice(Litmus):
    """The count below it is safe, so whatever goes wrong is the slice's own doing."""

    slug = "itertools-islice-shared"
    question = "Do two threads that empty one itertools.islice get each of the ten elements once?"
    on = "itertools.islice"
    operation = "emptied by two threads"
    module = "itertools"
    source = "https://docs.python.org/3.14/howto/free-threading-python.html#iterators"
    remedy = "porting/not-atomic#iterators-that-crash"
    issue = "gh-151409"
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
        interesting("*strange", "More than ten elements came: both threads counted one step."),
        forbidden(
            "SIG*",
            "Both threads reached the end and each dropped the one reference to the iterator "
            "below.",
        ),
    )

    def __init__(self):
        self.iterator = itertools.islice(itertools.count(), 10)
        self.first, self.second = [], []

    def actor1(self):
        for value in self.iterator:
            self.first.append(value)

    def actor2(self):
        for value in self.iterator:
            self.second.append(value)

    def arbiter(self):
        return judge(self.first, self.second)


class Repeat(Litmus):
    """Nothing but a countdown."""

    slug = "itertools-repeat-shared"
    question = "Does one itertools.repeat(None, 10) that two threads empty give ten elements?"
    on = "itertools.repeat"
    operation = "emptied by two threads"
    module = "itertools"
    source = "https://docs.python.org/3.14/howto/free-threading-python.html#iterators"
    remedy = "porting/cookbook#pattern-iterator"
    issue = "gh-123471"
    outcomes = (
        acceptable("ten", "As many as asked for."),
        interesting("more", "Both threads counted one step."),
        interesting("fewer", "One step was counted twice."),
    )

    def __init__(self):
        self.iterator = itertools.repeat(None, 10)
        self.first, self.second = [], []

    def actor1(self):
        for value in self.iterator:
            self.first.append(value)

    def actor2(self):
        for value in self.iterator:
            self.second.append(value)

    def arbiter(self):
        number = len(self.first) + len(self.second)
        return "ten" if number == 10 else "more" if number > 10 else "fewer"


class Accumulate(Litmus):
    """Sums of ones, 1 to 10: a lost addition would give the same sum twice."""

    slug = "itertools-accumulate-shared"
    question = "Do two threads that empty one itertools.accumulate get each sum once?"
    on = "itertools.accumulate"
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
        forbidden("*strange", "A sum came that one thread alone would never get."),
    )

    def __init__(self):
        self.iterator = itertools.accumulate((1,) * 10)
        self.first, self.second = [], []

    def actor1(self):
        for value in self.iterator:
            self.first.append(value)

    def actor2(self):
        for value in self.iterator:
            self.second.append(value)

    def arbiter(self):
        return judge(self.first, self.second, range(1, 11))
