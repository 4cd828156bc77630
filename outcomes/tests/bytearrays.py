"""bytearray.

Memory that one thread resizes while another one reads it.
"""

from __future__ import annotations

from outcomes.tests.declare import Litmus, Stress, acceptable, forbidden, interesting


class BytearrayAppend(Litmus):
    """A bytearray locks like a list."""

    slug = "bytearray-append"
    question = "Are both bytes there after two threads appended one each?"
    on = "bytearray"
    operation = "append"
    source = (
        "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-bytearray-objects"
    )
    remedy = "porting/cookbook#pattern-lock"
    issue = "gh-129107"
    outcomes = (
        acceptable("2", "Both bytes are there."),
        forbidden("1", "A byte is lost."),
        forbidden("SIG*", "The interpreter crashed: the bytes moved while they were in use."),
    )

    def __init__(self):
        self.data = bytearray()

    def actor1(self):
        self.data.append(1)

    def actor2(self):
        self.data.append(2)

    def arbiter(self):
        return len(self.data)


class BytearrayExtend(Litmus):
    """Collecting what two sources send."""

    slug = "bytearray-extend"
    question = "Do the bytes of one extend() stay together?"
    on = "bytearray"
    operation = "extend, +="
    source = (
        "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-bytearray-objects"
    )
    remedy = "porting/cookbook#pattern-lock"
    issue = "gh-129107"
    outcomes = (
        acceptable("together", "One call after the other."),
        forbidden("mixed", "Bytes are mixed or lost."),
        forbidden("SIG*", "The interpreter crashed: the bytes moved while they were in use."),
    )

    def __init__(self):
        self.data = bytearray()

    def actor1(self):
        self.data.extend(b"aaaa")

    def actor2(self):
        self.data += b"bbbb"

    def arbiter(self):
        return "together" if self.data in (b"aaaabbbb", b"bbbbaaaa") else "mixed"


class BytearrayTake(Litmus):
    """A receive buffer: take what is complete, then delete it, while more arrives."""

    slug = "bytearray-take"
    question = "Is every byte taken or still there if another thread appends meanwhile?"
    on = "bytearray"
    operation = "bytes(b), b.clear() against extend"
    source = (
        "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-bytearray-objects"
    )
    remedy = "porting/cookbook#pattern-queue"
    issue = "gh-129107"
    outcomes = (
        acceptable("all", "Every byte was taken or is still there."),
        interesting("lost", "Bytes arrived between copying and deleting."),
        interesting(
            "BufferError, lost",
            "bytes() was using the buffer when the other thread wanted to extend it, which failed.",
        ),
        forbidden("SIG*", "The interpreter crashed: the bytes moved while they were in use."),
    )

    def __init__(self):
        self.data = bytearray(b"aaaa")

    def actor1(self):
        self.taken = bytes(self.data)
        self.data.clear()

    def actor2(self):
        self.data.extend(b"bbbb")

    def arbiter(self):
        return "all" if len(self.taken) + len(self.data) == 8 else "lost"


class BytearrayView(Litmus):
    """As long as a view exists, the bytearray may not move."""

    slug = "bytearray-append-memoryview"
    question = "Can a byte be appended while another thread holds a memoryview?"
    on = "bytearray"
    operation = "append while others hold a view"
    source = (
        "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-bytearray-objects"
    )
    remedy = "faq#msg-buffer"
    issue = "gh-129107"
    outcomes = (
        acceptable("4", "The append came after the view."),
        acceptable("5", "The append came before the view."),
        interesting(
            "BufferError, 4", "Documented: existing exports of data: object cannot be re-sized."
        ),
        forbidden("SIG*", "The interpreter crashed: the bytes moved while they were in use."),
    )

    def __init__(self):
        self.data = bytearray(4)

    def actor1(self):
        self.data.append(1)

    def actor2(self):
        with memoryview(self.data) as view:
            return len(view)


class BytearraySlice(Stress):
    """Both sides are one call, and both take the lock."""

    slug = "bytearray-slice"
    question = "Does a slice see a slice assignment of another thread whole?"
    on = "bytearray"
    operation = "b[:] = x against b[:]"
    source = (
        "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-bytearray-objects"
    )
    issue = "gh-129107"
    outcomes = (
        acceptable("whole", "All bytes were of one assignment."),
        forbidden("torn", "Some bytes were new and some old."),
        forbidden("SIG*", "The interpreter crashed: the bytes moved while they were in use."),
    )

    def __init__(self):
        self.data = bytearray(b"a" * 1000)

    def actor1(self):
        for number in range(2000):
            self.data[:] = b"ab"[number % 2 : number % 2 + 1] * 1000

    def actor2(self):
        for _ in range(2000):
            if len(set(self.data[:][::100])) > 1:
                return "torn"
        return "whole"


class BytearrayCompare(Stress):
    """Documented: a comparison uses the buffer and does not take the lock."""

    slug = "bytearray-compare"
    question = "Does `==` see a slice assignment of another thread whole?"
    on = "bytearray"
    operation = "b[:] = x against =="
    level = "shared"
    source = (
        "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-bytearray-objects"
    )
    remedy = "porting/cookbook#pattern-copy"
    outcomes = (
        acceptable("whole", "The bytes compared were of one assignment."),
        interesting("torn", "Some bytes were new and some old, as documented."),
    )

    def __init__(self):
        self.data = bytearray(b"a" * 1000)
        self.values = b"a" * 1000, b"b" * 1000

    def actor1(self):
        for number in range(5000):
            self.data[:] = self.values[number % 2]

    def actor2(self):
        for _ in range(5000):
            if b"a" * 499 + b"b" * 501 < self.data < b"b" * 1000 > self.data > b"a" * 1000:
                return "torn"
        return "whole"


class BytearrayResize(Stress):
    """Growing moves the bytes to other memory."""

    slug = "bytearray-grow-read"
    question = "Can a byte be read while another thread makes the bytearray grow?"
    on = "bytearray"
    operation = "b[i] while others extend"
    source = (
        "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-bytearray-objects"
    )
    issue = "gh-129107"
    outcomes = (
        acceptable("right", "The byte was the right one."),
        forbidden("wrong", "The byte was none of the bytearray."),
        forbidden("SIG*", "The interpreter crashed: the bytes had moved."),
    )

    def __init__(self):
        self.data = bytearray(b"a" * 10)

    def actor1(self):
        for _ in range(3000):
            self.data += b"a" * 100
            if len(self.data) > 50_000:
                del self.data[10:]

    def actor2(self):
        for _ in range(10_000):
            if self.data[9] != 97:
                return "wrong"
        return "right"
