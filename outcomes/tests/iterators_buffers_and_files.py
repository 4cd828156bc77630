"""Shared iterators over buffers, files and contexts.

CPython's guide to free threading says that sharing an iterator is not safe in general, and that threads may
see elements twice or not at all. An element that the iterator does not have is not among what it allows, nor
is a crash.
"""

from __future__ import annotations

import contextvars
import tempfile
from array import array
from collections import deque

from outcomes.tests.declare import Litmus, Stress, acceptable, forbidden, interesting

VALUES = tuple(range(10))
LETTERS = tuple("abcdefghij")
LINES = tuple(f"line {number}\n" for number in range(10_000))
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


def context_of(variables):
    context = contextvars.Context()
    for variable in variables:
        context.run(variable.set, 0)
    return context


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
            "SystemError*",
            "The interpreter found that a call had returned NULL without an exception.",
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


class TextFile(Stress):
    """A file opened for text is a TextIOWrapper, which decodes a chunk and cuts lines from it."""

    slug = "text-file-shared"
    question = "Do two threads that read lines from one text file get each line once?"
    on = "text file"
    operation = "lines read by two threads"
    module = "io"
    source = "https://docs.python.org/3.14/library/io.html#multi-threading"
    remedy = "porting/cookbook#pattern-iterator"
    note = (
        "TextIOWrapper is documented as not thread-safe, and the GIL does not help: it is "
        "released while the file is read."
    )
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
        forbidden("SIG*", "One thread freed the decoded text that the other one was reading."),
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
    """A buffered binary file is documented to be safe for several threads: it has a lock."""

    slug = "binary-file-shared"
    question = "Do two threads that read lines from one binary file get each line once?"
    on = "binary file"
    operation = "lines read by two threads"
    module = "io"
    level = "shared"
    source = "https://docs.python.org/3.14/library/io.html#multi-threading"
    remedy = "porting/cookbook#pattern-iterator"
    issue = "none found"
    note = (
        "3.13 cuts lines on the GIL-enabled build, too: what is left of a buffer and the next "
        "buffer are taken in two steps. 3.14 and 3.15 showed none."
    )
    outcomes = (
        acceptable("each once", "Every line came to one thread."),
        forbidden(
            "strange",
            "A line came that is not in the file: its beginning came to one thread and its end "
            "to the other.",
        ),
        forbidden("twice*", "Both threads cut the same line from the buffer."),
        forbidden("missing", "A line or a whole buffer was dropped."),
        forbidden("*Error*", "A thread found the buffer in a state that it cannot have."),
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
            "Both threads moved the walk's level, and one followed a node that is not there.",
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
