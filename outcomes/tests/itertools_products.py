"""Shared iterators of itertools: products and tee.

CPython's guide to free threading says that sharing an iterator is not safe in general, and that threads may
see elements twice or not at all. An element that the iterator does not have is not among what it allows, nor
is a crash.
"""

from __future__ import annotations

import itertools

from outcomes.tests.declare import Litmus, Stress, acceptable, forbidden, interesting

VALUES = tuple(range(10))
PRODUCTS = tuple(itertools.product((0, 1), VALUES[:5]))
PERMUTATIONS = tuple(itertools.permutations((0, 1, 2)))
COMBINATIONS = tuple(itertools.combinations(VALUES[:5], 2))


def judge(first, second, values=VALUES):
    """Say whether the values came to two threads once each."""
    came = [*first, *second]
    if not set(came) <= set(values):
        return "strange"
    twice = "twice" if len(set(came)) < len(came) else ""
    missing = "missing" if len(set(came)) < len(values) else ""
    return " and ".join(filter(None, [twice, missing])) or "each once"


class Product(Litmus):
    """The indices live in one array, and the result is made from the one before."""

    slug = "itertools-product-shared"
    question = "Do two threads that empty one itertools.product get each tuple once?"
    on = "itertools.product"
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
            "One thread used an index or a result while the other one was changing it.",
        ),
    )

    def __init__(self):
        self.iterator = itertools.product((0, 1), VALUES[:5])
        self.first, self.second = [], []

    def actor1(self):
        for value in self.iterator:
            self.first.append(value)

    def actor2(self):
        for value in self.iterator:
            self.second.append(value)

    def arbiter(self):
        return judge(self.first, self.second, PRODUCTS)


class Permutations(Litmus):
    """Indices and cycles live in two arrays that a step changes together."""

    slug = "itertools-permutations-shared"
    question = "Do two threads that empty one itertools.permutations get each tuple once?"
    on = "itertools.permutations"
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
            "One thread used an index or a result while the other one was changing it.",
        ),
    )

    def __init__(self):
        self.iterator = itertools.permutations((0, 1, 2))
        self.first, self.second = [], []

    def actor1(self):
        for value in self.iterator:
            self.first.append(value)

    def actor2(self):
        for value in self.iterator:
            self.second.append(value)

    def arbiter(self):
        return judge(self.first, self.second, PERMUTATIONS)


class Combinations(Litmus):
    """Ten combinations of two out of five."""

    slug = "itertools-combinations-shared"
    question = "Do two threads that empty one itertools.combinations get each tuple once?"
    on = "itertools.combinations"
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
            "One thread used an index or a result while the other one was changing it.",
        ),
    )

    def __init__(self):
        self.iterator = itertools.combinations(VALUES[:5], 2)
        self.first, self.second = [], []

    def actor1(self):
        for value in self.iterator:
            self.first.append(value)

    def actor2(self):
        for value in self.iterator:
            self.second.append(value)

    def arbiter(self):
        return judge(self.first, self.second, COMBINATIONS)


class Tee(Litmus):
    """A branch for each thread is what tee looks made for."""

    slug = "itertools-tee-branches"
    question = "Can two threads read the two branches of one itertools.tee?"
    on = "itertools.tee"
    operation = "a branch in each thread"
    module = "itertools"
    source = "https://docs.python.org/3.14/library/itertools.html#itertools.tee"
    remedy = "faq#msg-tee"
    issue = "gh-153062"
    outcomes = (
        acceptable("both whole", "Each branch gave every element in order."),
        interesting(
            "*RuntimeError*",
            '"cannot re-enter the tee iterator": documented, and the branch cannot go on.',
        ),
        interesting("damaged", "A branch lacked elements, or had some twice."),
        forbidden("SIG*", "Both threads extended the list that the branches share."),
    )

    def __init__(self):
        self.left, self.right = itertools.tee(VALUES)
        self.first, self.second = [], []

    def actor1(self):
        for value in self.left:
            self.first.append(value)

    def actor2(self):
        for value in self.right:
            self.second.append(value)

    def arbiter(self):
        return "both whole" if self.first == self.second == [*VALUES] else "damaged"


class TeeOfGenerator(Litmus):
    """The source of most tees is a generator, and whichever thread is ahead runs it."""

    slug = "itertools-tee-generator"
    question = "Can two threads read the two branches of one itertools.tee over a generator?"
    on = "itertools.tee"
    operation = "a branch of a generator in each thread"
    module = "itertools"
    source = "https://docs.python.org/3.14/library/itertools.html#itertools.tee"
    remedy = "faq#msg-tee"
    issue = "gh-153062"
    outcomes = (
        acceptable("both whole", "Each branch gave every element in order."),
        interesting(
            "*RuntimeError*",
            '"cannot re-enter the tee iterator": documented, and the branch cannot go on.',
        ),
        interesting(
            "*ValueError*",
            '"generator already executing": both branches were ahead at once.',
        ),
        interesting("damaged", "A branch lacked elements, or had some twice."),
        forbidden(
            "SIG*",
            "Both threads extended the list that the branches share, or executed one frame.",
        ),
    )

    def __init__(self):
        self.left, self.right = itertools.tee(number for number in VALUES)
        self.first, self.second = [], []

    def actor1(self):
        for value in self.left:
            self.first.append(value)

    def actor2(self):
        for value in self.right:
            self.second.append(value)

    def arbiter(self):
        return "both whole" if self.first == self.second == [*VALUES] else "damaged"
