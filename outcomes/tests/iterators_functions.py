"""Shared iterators of built-in functions and protocols.

CPython's guide to free threading says that sharing an iterator is not safe in general, and that threads may
see elements twice or not at all. An element that the iterator does not have is not among what it allows, nor
is a crash.
"""

from __future__ import annotations

from outcomes.tests.declare import Litmus, Stress, acceptable, forbidden, interesting

VALUES = tuple(range(10))
LETTERS = tuple("abcdefghij")
PAIRS = tuple(zip(VALUES, VALUES))
SQUARES = tuple(number * number for number in VALUES)


def judge(first, second, values=VALUES):
    """Say whether the values came to two threads once each."""
    came = [*first, *second]
    if not set(came) <= set(values):
        return "strange"
    twice = "twice" if len(set(came)) < len(came) else ""
    missing = "missing" if len(set(came)) < len(values) else ""
    return " and ".join(filter(None, [twice, missing])) or "each once"


class Squares:
    def __getitem__(self, index):
        return SQUARES[index]


class Enumerate(Litmus):
    """An iterator and a counter, and one of them can move without the other."""

    slug = "enumerate-shared"
    question = "Do two threads that empty one enumerate get each pair once?"
    on = "enumerate"
    operation = "emptied by two threads"
    source = "https://docs.python.org/3.14/howto/free-threading-python.html#iterators"
    remedy = "porting/not-atomic#iterators-that-crash"
    issue = "gh-121464 gh-120496"
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
            "An element came with a number that is not its own: the other thread counted in "
            "between.",
        ),
        forbidden(
            "SIG*",
            "One thread dropped an object that the other one was using: the pair to be used "
            "again, or what the iterator below had.",
        ),
    )

    def __init__(self):
        self.iterator = enumerate(VALUES)
        self.first, self.second = [], []

    def actor1(self):
        for value in self.iterator:
            self.first.append(value)

    def actor2(self):
        for value in self.iterator:
            self.second.append(value)

    def arbiter(self):
        return judge(self.first, self.second, PAIRS)


class Zip(Litmus):
    """Two iterators that are meant to move together."""

    slug = "zip-shared"
    question = "Do two threads that empty one zip get each pair once?"
    on = "zip"
    operation = "emptied by two threads"
    source = "https://docs.python.org/3.14/howto/free-threading-python.html#iterators"
    remedy = "porting/not-atomic#iterators-that-crash"
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
            "A pair came of elements that do not belong together: the other thread stepped in "
            "between.",
        ),
        forbidden(
            "SIG*",
            "One thread dropped an object that the other one was using: the pair to be used "
            "again, or what the iterator below had.",
        ),
    )

    def __init__(self):
        self.iterator = zip(VALUES, VALUES)
        self.first, self.second = [], []

    def actor1(self):
        for value in self.iterator:
            self.first.append(value)

    def actor2(self):
        for value in self.iterator:
            self.second.append(value)

    def arbiter(self):
        return judge(self.first, self.second, PAIRS)


class Map(Litmus):
    """What is shared in the end is the iterator below it."""

    slug = "map-shared"
    question = "Do two threads that empty one map get each result once?"
    on = "map"
    operation = "emptied by two threads"
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
        self.iterator = map(abs, VALUES)
        self.first, self.second = [], []

    def actor1(self):
        for value in self.iterator:
            self.first.append(value)

    def actor2(self):
        for value in self.iterator:
            self.second.append(value)

    def arbiter(self):
        return judge(self.first, self.second)


class Filter(Litmus):
    """A step may take several elements from the iterator below."""

    slug = "filter-shared"
    question = "Do two threads that empty one filter get each element once?"
    on = "filter"
    operation = "emptied by two threads"
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
        self.iterator = filter(str.isalpha, LETTERS)
        self.first, self.second = [], []

    def actor1(self):
        for value in self.iterator:
            self.first.append(value)

    def actor2(self):
        for value in self.iterator:
            self.second.append(value)

    def arbiter(self):
        return judge(self.first, self.second, LETTERS)


class CallableIterator(Litmus):
    """It calls pop() until that returns 0, and the list is empty after that."""

    slug = "iter-sentinel-shared"
    question = "Do two threads that empty one iter(callable, sentinel) get each element once?"
    on = "iter(callable, sentinel)"
    operation = "emptied by two threads"
    source = "https://docs.python.org/3.14/howto/free-threading-python.html#iterators"
    remedy = "porting/not-atomic#iterators-that-crash"
    issue = "none found"
    outcomes = (
        acceptable("each once", "Every element came to one thread."),
        interesting(
            "missing",
            "An element was taken from the list and given to nobody: its thread found the "
            "iterator ended.",
        ),
        forbidden("*strange", "An element came that was not in the list."),
        interesting(
            "*IndexError*",
            "One thread took the 0, and the other one called pop() once more, on the empty list.",
        ),
        forbidden(
            "*SystemError*",
            "One thread dropped the callable or the sentinel while the other one was using it.",
        ),
        forbidden(
            "*TypeError*",
            "One thread dropped the callable or the sentinel while the other one was using it.",
        ),
        forbidden(
            "SIG*",
            "Both threads ended the iterator and each dropped the one reference to the callable.",
        ),
    )

    def __init__(self):
        self.iterator = iter(list(VALUES).pop, 0)
        self.first, self.second = [], []

    def actor1(self):
        for value in self.iterator:
            self.first.append(value)

    def actor2(self):
        for value in self.iterator:
            self.second.append(value)

    def arbiter(self):
        return judge(self.first, self.second, VALUES[1:])


class GetitemIterator(Litmus):
    """Without __iter__, iter() makes an iterator that counts indices up until IndexError."""

    slug = "getitem-iterator-shared"
    question = (
        "Do two threads that empty one iterator of a class with __getitem__ get each element once?"
    )
    on = "iterator of a class with __getitem__"
    operation = "emptied by two threads"
    source = "https://docs.python.org/3.14/howto/free-threading-python.html#iterators"
    remedy = "porting/not-atomic#iterators-that-crash"
    issue = "gh-156310"
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
            "*SystemError*",
            "One thread dropped the object at the end while the other one was asking it for an "
            "element.",
        ),
        forbidden(
            "SIG*",
            "Both threads reached the end and each dropped the one reference to the object.",
        ),
    )

    def __init__(self):
        self.iterator = iter(Squares())
        self.first, self.second = [], []

    def actor1(self):
        for value in self.iterator:
            self.first.append(value)

    def actor2(self):
        for value in self.iterator:
            self.second.append(value)

    def arbiter(self):
        return judge(self.first, self.second, SQUARES)


class GenericAliasIterator(Litmus):
    """The iterator of one element that `*list[int]` uses in annotations."""

    slug = "generic-alias-iterator-shared"
    question = "Do two threads that empty one iter(list[int]) get its element once?"
    on = "iter(list[int])"
    operation = "emptied by two threads"
    source = "https://docs.python.org/3.14/howto/free-threading-python.html#iterators"
    remedy = "porting/not-atomic#iterators-that-crash"
    issue = "gh-154043"
    control = "SIG*"
    note = "Fixed upstream in July 2026, after 3.14.7 and 3.15.0rc2."
    outcomes = (
        acceptable("one", "One thread got the element."),
        interesting("two", "Both threads got it before either ended the iterator."),
        forbidden("none", "Nobody got the element."),
        forbidden("*Error*", "The iterator's only reference was gone while a thread used it."),
        forbidden(
            "SIG*",
            "Both threads ended the iterator and each dropped its only reference to list[int].",
        ),
    )

    def __init__(self):
        self.iterator = iter(list[int])
        self.first = self.second = ()

    def actor1(self):
        self.first = tuple(self.iterator)

    def actor2(self):
        self.second = tuple(self.iterator)

    def arbiter(self):
        return ("none", "one", "two")[len(self.first) + len(self.second)]
