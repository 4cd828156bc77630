"""Shared generators.

CPython's guide to free threading says that sharing an iterator is not safe in general, and that threads may
see elements twice or not at all. An element that the iterator does not have is not among what it allows, nor
is a crash.
"""

from __future__ import annotations

from outcomes.tests.declare import Litmus, Stress, acceptable, forbidden, interesting

VALUES = tuple(range(10))
SUMS = tuple(sum(range(number, number + 100)) for number in range(500))


def judge(first, second, values=VALUES):
    """Say whether the values came to two threads once each."""
    came = [*first, *second]
    if not set(came) <= set(values):
        return "strange"
    twice = "twice" if len(set(came)) < len(came) else ""
    missing = "missing" if len(set(came)) < len(values) else ""
    return " and ".join(filter(None, [twice, missing])) or "each once"


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


def add_up():
    total = 0
    while True:
        total += yield total


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
