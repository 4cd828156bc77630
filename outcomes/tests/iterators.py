"""Shared iterators: one position, advanced by two threads.

CPython's guide to free threading says that sharing an iterator is not safe in general, and that threads may
see elements twice or not at all. An element that the iterator does not have is not among what it allows, nor
is a crash.
"""

from __future__ import annotations

import contextvars
import itertools
import tempfile
import threading
from array import array
from collections import deque

from outcomes.tests.declare import Litmus, Stress, acceptable, forbidden, interesting

VALUES = tuple(range(10))
LETTERS = tuple("abcdefghij")
PAIRS = tuple(zip(VALUES, VALUES))
NEIGHBOURS = tuple(zip(VALUES, VALUES[1:]))
BATCHES = tuple(zip(VALUES[::2], VALUES[1::2]))
PRODUCTS = tuple(itertools.product((0, 1), VALUES[:5]))
PERMUTATIONS = tuple(itertools.permutations((0, 1, 2)))
COMBINATIONS = tuple(itertools.combinations(VALUES[:5], 2))
SQUARES = tuple(number * number for number in VALUES)
SUMS = tuple(sum(range(number, number + 100)) for number in range(500))
LINES = tuple(f"line {number}\n" for number in range(5_000))
BYTE_LINES = tuple(line.encode() for line in LINES)
VARIABLES = tuple(contextvars.ContextVar(letter) for letter in LETTERS)


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


def context_of(variables):
    context = contextvars.Context()
    for variable in variables:
        context.run(variable.set, 0)
    return context


class Counting:
    def __init__(self):
        self.position = 0

    def __iter__(self):
        return self

    def __next__(self):
        if self.position >= 10:
            raise StopIteration
        self.position += 1
        return self.position - 1


class OneAtATime:
    def __init__(self, iterable):
        self.iterator = iter(iterable)
        self.lock = threading.Lock()

    def __iter__(self):
        return self

    def __next__(self):
        with self.lock:
            return next(self.iterator)


def add_up():
    total = 0
    while True:
        total += yield total


def numbers():
    yield from VALUES


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
    issue = "gh-129068"
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
            "An error without an exception: the iterator was used after its end had been cleared.",
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
    remedy = "porting/cookbook#pattern-iterator"
    issue = "gh-120608"
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


class Enumerate(Litmus):
    """An iterator and a counter, and one of them can move without the other."""

    slug = "enumerate-shared"
    question = "Do two threads that empty one enumerate get each pair once?"
    on = "enumerate"
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
            "An element came with a number that is not its own: the other thread counted in "
            "between.",
        ),
        forbidden("SIG*", "The pair that is used again was given out twice."),
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
        forbidden("SIG*", "The pair that is used again was given out twice."),
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
    remedy = "porting/cookbook#pattern-iterator"
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
    remedy = "porting/cookbook#pattern-iterator"
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
    note = "Mended upstream in July 2026, after 3.14.7 and 3.15.0rc2."
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


class GeneratorFor(Stress):
    """A generator that computes for a while, as most do, in two for loops."""

    slug = "generator-shared"
    question = "Can two threads share a generator?"
    on = "generator"
    operation = "emptied by two threads"
    source = "https://docs.python.org/3.14/reference/expressions.html#generator-iterator-methods"
    remedy = "faq#msg-generator"
    issue = "gh-120321 gh-156351"
    control = "*ValueError*"
    outcomes = (
        acceptable("each once", "Every element came to one thread: the threads met at no step."),
        interesting(
            "*ValueError*",
            '"generator already executing": one thread came while the other one was in the '
            "generator, and its loop ended.",
        ),
        forbidden("missing", "Both threads got past the check and executed one frame."),
        forbidden("twice*", "Both threads got past the check and executed one frame."),
        forbidden("*strange", "Both threads got past the check and executed one frame."),
        forbidden("*Error*", "Both threads got past the check and executed one frame."),
        forbidden("SIG*", "Both threads got past the check and executed one frame."),
    )

    def __init__(self):
        self.generator = (sum(range(number, number + 100)) for number in range(500))
        self.first, self.second = [], []

    def actor1(self):
        for value in self.generator:
            self.first.append(value)

    def actor2(self):
        for value in self.generator:
            self.second.append(value)

    def arbiter(self):
        return judge(self.first, self.second, SUMS)


class GeneratorSteps(Litmus):
    """Only the check whether it is running keeps two threads out of one frame."""

    slug = "generator-next"
    question = "Does a generator that two threads advance at once refuse one of them?"
    on = "generator"
    operation = "next() in two threads"
    source = "https://docs.python.org/3.14/reference/expressions.html#generator-iterator-methods"
    remedy = "porting/not-atomic#iterators-that-crash"
    issue = "gh-120321 gh-156351"
    control = "SIG*"
    outcomes = (
        acceptable("0, 1", "One thread came after the other."),
        acceptable("1, 0", "One thread came after the other."),
        interesting(
            "*ValueError*",
            '"generator already executing": the second thread was refused.',
        ),
        forbidden("0, 0", "Both threads got past the check and executed one frame."),
        forbidden("1, 1", "Both threads got past the check and executed one frame."),
        forbidden("*Error*", "Both threads got past the check and executed one frame."),
        forbidden("SIG*", "Both threads got past the check and executed one frame."),
    )

    def __init__(self):
        self.generator = (number for number in VALUES)

    def actor1(self):
        return next(self.generator)

    def actor2(self):
        return next(self.generator)


class GeneratorExpression(Litmus):
    """A generator by another spelling, and as short as they come."""

    slug = "generator-expression-shared"
    question = "Do two threads that empty one generator expression get each element once?"
    on = "generator expression"
    operation = "emptied by two threads"
    source = "https://docs.python.org/3.14/howto/free-threading-python.html#iterators"
    remedy = "porting/not-atomic#iterators-that-crash"
    issue = "gh-120321 gh-156351"
    outcomes = (
        acceptable("each once", "Every element came to one thread."),
        interesting(
            "*ValueError*",
            '"generator already executing": a thread was refused, and its loop ended.',
        ),
        forbidden("missing", "Both threads got past the check and executed one frame."),
        forbidden("twice*", "Both threads got past the check and executed one frame."),
        forbidden("*strange", "Both threads got past the check and executed one frame."),
        forbidden("*Error*", "Both threads got past the check and executed one frame."),
        forbidden("SIG*", "Both threads got past the check and executed one frame."),
    )

    def __init__(self):
        self.iterator = (number for number in VALUES)
        self.first, self.second = [], []

    def actor1(self):
        for value in self.iterator:
            self.first.append(value)

    def actor2(self):
        for value in self.iterator:
            self.second.append(value)

    def arbiter(self):
        return judge(self.first, self.second)


class GeneratorClose(Litmus):
    """What a server does at shutdown to the generator that its workers draw from."""

    slug = "generator-close"
    question = "Can one thread close a generator that another one advances?"
    on = "generator"
    operation = "close() against next()"
    source = "https://docs.python.org/3.14/reference/expressions.html#generator-iterator-methods"
    remedy = "porting/not-atomic#iterators-that-crash"
    issue = "gh-120321 gh-156351"
    note = (
        "The GIL-enabled 3.13 and 3.14 crash, too: close() clears the frame of a generator that "
        "another thread has just entered. No issue about that was found."
    )
    outcomes = (
        acceptable("1, closed", "The element came first."),
        acceptable("StopIteration, closed", "The generator was closed first."),
        interesting(
            "1, ValueError",
            '"generator already executing": close() was refused, and the generator is still open.',
        ),
        interesting(
            "ValueError, closed",
            '"generator already executing": next() came while the generator was being closed.',
        ),
        forbidden("*Error*", "Both threads got past the check and executed one frame."),
        forbidden("None*", "Both threads got past the check and executed one frame."),
        forbidden("SIG*", "Both threads got past the check and executed one frame."),
    )

    def __init__(self):
        self.generator = (number for number in VALUES)
        next(self.generator)

    def actor1(self):
        return next(self.generator)

    def actor2(self):
        self.generator.close()
        return "closed"


class GeneratorThrow(Litmus):
    """An exception thrown in from outside, as context managers made of generators get it."""

    slug = "generator-throw"
    question = "Can one thread throw an exception into a generator that another one advances?"
    on = "generator"
    operation = "throw() against next()"
    source = "https://docs.python.org/3.14/reference/expressions.html#generator-iterator-methods"
    remedy = "porting/not-atomic#iterators-that-crash"
    issue = "gh-120321 gh-156351"
    outcomes = (
        acceptable("1, KeyError", "The element came first."),
        acceptable("StopIteration, KeyError", "The exception ended the generator first."),
        interesting(
            "1, ValueError",
            '"generator already executing": the exception was not thrown.',
        ),
        interesting(
            "ValueError, KeyError",
            '"generator already executing": next() came while the exception was in the generator.',
        ),
        forbidden("*Error*", "Both threads got past the check and executed one frame."),
        forbidden("SIG*", "Both threads got past the check and executed one frame."),
    )

    def __init__(self):
        self.generator = (number for number in VALUES)
        next(self.generator)

    def actor1(self):
        return next(self.generator)

    def actor2(self):
        return self.generator.throw(KeyError)


class GeneratorSend(Litmus):
    """A generator that adds up what it is sent, once a popular way to write a coroutine."""

    slug = "generator-send"
    question = "Do two values that two threads send to one generator both arrive?"
    on = "generator"
    operation = "send() in two threads"
    source = "https://docs.python.org/3.14/reference/expressions.html#generator-iterator-methods"
    remedy = "porting/not-atomic#iterators-that-crash"
    issue = "gh-120321 gh-156351"
    outcomes = (
        acceptable("1, 3", "Both values arrived."),
        acceptable("3, 2", "Both values arrived."),
        interesting(
            "1, ValueError",
            '"generator already executing": the second thread was refused.',
        ),
        interesting(
            "ValueError, 2",
            '"generator already executing": the first thread was refused.',
        ),
        forbidden("1, 2", "Both threads got past the check and executed one frame."),
        forbidden("3, 3", "Both threads got past the check and executed one frame."),
        forbidden("*Error*", "Both threads got past the check and executed one frame."),
        forbidden("SIG*", "Both threads got past the check and executed one frame."),
    )

    def __init__(self):
        self.generator = add_up()
        next(self.generator)

    def actor1(self):
        return self.generator.send(1)

    def actor2(self):
        return self.generator.send(2)


class ClassWithNext(Litmus):
    """An iterator written in Python, as tutorials show it: a position and an end."""

    slug = "next-method-shared"
    question = "Do two threads that empty one iterator class with __next__ get each number once?"
    on = "iterator class with __next__"
    operation = "emptied by two threads"
    source = "https://docs.python.org/3.14/glossary.html#term-iterator"
    remedy = "porting/cookbook#pattern-iterator"
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
            "A number beyond the end came: the end was tested before the other thread moved on.",
        ),
    )

    def __init__(self):
        self.iterator = Counting()
        self.first, self.second = [], []

    def actor1(self):
        for value in self.iterator:
            self.first.append(value)

    def actor2(self):
        for value in self.iterator:
            self.second.append(value)

    def arbiter(self):
        return judge(self.first, self.second)


class MemoryviewIterator(Litmus):
    """The one reference that it has to the view is dropped without a lock."""

    slug = "memoryview-iterator-shared"
    question = "Do two threads that empty one memoryview iterator get each byte once?"
    on = "memoryview iterator"
    operation = "emptied by two threads"
    source = "https://docs.python.org/3.14/howto/free-threading-python.html#iterators"
    remedy = "porting/not-atomic#iterators-that-crash"
    issue = "gh-124397"
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
        interesting("*IndexError*", "A thread asked for an element beyond the end."),
        forbidden(
            "*ValueError*",
            '"operation forbidden on released memoryview object": one thread freed the view '
            "that the other one was reading.",
        ),
        forbidden(
            "SIG*",
            "Both threads reached the end and each dropped the one reference to the view.",
        ),
    )

    def __init__(self):
        self.iterator = iter(memoryview(bytes(VALUES)))
        self.first, self.second = [], []

    def actor1(self):
        for value in self.iterator:
            self.first.append(value)

    def actor2(self):
        for value in self.iterator:
            self.second.append(value)

    def arbiter(self):
        return judge(self.first, self.second)


class ArrayIterator(Litmus):
    """The elements lie in C memory, and become objects as they are read."""

    slug = "array-iterator-shared"
    question = "Do two threads that empty one array.array iterator get each element once?"
    on = "array.array iterator"
    operation = "emptied by two threads"
    module = "array"
    source = "https://docs.python.org/3.14/howto/free-threading-python.html#iterators"
    remedy = "porting/not-atomic#iterators-that-crash"
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
        forbidden(
            "SIG*",
            "Both threads reached the end and each dropped the one reference to the array.",
        ),
    )

    def __init__(self):
        self.iterator = iter(array("i", VALUES))
        self.first, self.second = [], []

    def actor1(self):
        for value in self.iterator:
            self.first.append(value)

    def actor2(self):
        for value in self.iterator:
            self.second.append(value)

    def arbiter(self):
        return judge(self.first, self.second)


class DequeIterator(Litmus):
    """Its position is a block, an index in it and a number of elements left."""

    slug = "deque-iterator-shared"
    question = "Do two threads that empty one collections.deque iterator get each element once?"
    on = "collections.deque iterator"
    operation = "emptied by two threads"
    module = "collections"
    source = "https://docs.python.org/3.14/howto/free-threading-python.html#iterators"
    remedy = "porting/cookbook#pattern-iterator"
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
        interesting("*RuntimeError*", '"deque mutated during iteration", though it was not.'),
    )

    def __init__(self):
        self.iterator = iter(deque(VALUES))
        self.first, self.second = [], []

    def actor1(self):
        for value in self.iterator:
            self.first.append(value)

    def actor2(self):
        for value in self.iterator:
            self.second.append(value)

    def arbiter(self):
        return judge(self.first, self.second)


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
    """It keeps the previous element, and has to let go of it for the next one."""

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
    remedy = "porting/cookbook#pattern-iterator"
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
    """Like zip, with a count of the iterators that have not ended."""

    slug = "itertools-zip-longest-shared"
    question = "Do two threads that empty one itertools.zip_longest get each pair once?"
    on = "itertools.zip_longest"
    operation = "emptied by two threads"
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
        interesting("*strange", "A pair came of elements that do not belong together."),
    )

    def __init__(self):
        self.iterator = itertools.zip_longest(VALUES, VALUES)
        self.first, self.second = [], []

    def actor1(self):
        for value in self.iterator:
            self.first.append(value)

    def actor2(self):
        for value in self.iterator:
            self.second.append(value)

    def arbiter(self):
        return judge(self.first, self.second, PAIRS)


class Product(Litmus):
    """The indices live in one array, and the result is made from the one before."""

    slug = "itertools-product-shared"
    question = "Do two threads that empty one itertools.product get each tuple once?"
    on = "itertools.product"
    operation = "emptied by two threads"
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


class TextFile(Stress):
    """A file opened for text is a TextIOWrapper, which decodes a chunk and cuts lines from it."""

    slug = "text-file-shared"
    question = "Do two threads that read lines from one text file get each line once?"
    on = "text file"
    operation = "lines read by two threads"
    module = "io"
    source = "https://docs.python.org/3.14/library/io.html#multi-threading"
    remedy = "porting/cookbook#pattern-iterator"
    note = "TextIOWrapper is documented as not thread-safe."
    outcomes = (
        acceptable("each once", "Every line came to one thread."),
        interesting("twice", "Both threads cut the same line from the chunk."),
        interesting("missing", "A chunk or a line was dropped."),
        interesting("twice and missing", "Lines came twice, and others not at all."),
        interesting(
            "*strange",
            "A line came that is not in the file: cut at the wrong place, or put together of two.",
        ),
        interesting(
            "*OSError*",
            '"telling position disabled by next() call", or a read that failed.',
        ),
        forbidden("SIG*", "The decoded text was freed by one thread while the other one read it."),
    )

    def __init__(self):
        self.file = tempfile.TemporaryFile("w+")
        self.file.writelines(LINES)
        self.file.seek(0)
        self.first, self.second = [], []

    def actor1(self):
        for line in self.file:
            self.first.append(line)

    def actor2(self):
        for line in self.file:
            self.second.append(line)

    def arbiter(self):
        self.file.close()
        return judge(self.first, self.second, LINES)


class BinaryFile(Stress):
    """A buffered binary file is documented to take a lock for each call."""

    slug = "binary-file-shared"
    question = "Do two threads that read lines from one binary file get each line once?"
    on = "binary file"
    operation = "lines read by two threads"
    module = "io"
    level = "shared"
    source = "https://docs.python.org/3.14/library/io.html#multi-threading"
    outcomes = (
        acceptable("each once", "Every line came to one thread."),
        forbidden("*twice*", "The buffer's lock let two threads in."),
        forbidden("*missing*", "The buffer's lock let two threads in."),
        forbidden("*strange*", "The buffer's lock let two threads in."),
    )

    def __init__(self):
        self.file = tempfile.TemporaryFile()
        self.file.writelines(BYTE_LINES)
        self.file.seek(0)
        self.first, self.second = [], []

    def actor1(self):
        for line in self.file:
            self.first.append(line)

    def actor2(self):
        for line in self.file:
            self.second.append(line)

    def arbiter(self):
        self.file.close()
        return judge(self.first, self.second, BYTE_LINES)


class ContextIterator(Litmus):
    """A walk through a tree, with a stack of nodes that both threads push to."""

    slug = "contextvars-context-iterator-shared"
    question = "Do two threads that empty one contextvars.Context iterator get each variable once?"
    on = "contextvars.Context iterator"
    operation = "emptied by two threads"
    module = "contextvars"
    source = "https://docs.python.org/3.14/howto/free-threading-python.html#iterators"
    remedy = "porting/not-atomic#iterators-that-crash"
    issue = "gh-154535"
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
            "Both threads moved the walk's level, and a thread read beyond the stack of nodes.",
        ),
    )

    def __init__(self):
        self.iterator = iter(context_of(VARIABLES))
        self.first, self.second = [], []

    def actor1(self):
        for value in self.iterator:
            self.first.append(value)

    def actor2(self):
        for value in self.iterator:
            self.second.append(value)

    def arbiter(self):
        return judge(self.first, self.second, VARIABLES)


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
