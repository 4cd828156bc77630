"""Streams in memory, and what is printed.

A stream has a position and a buffer, and threads that share the stream share both.
"""

from __future__ import annotations

import io

from outcomes.tests.declare import Litmus, Stress, acceptable, forbidden, interesting


class StringIOWrite(Litmus):
    """Position and text change in one call."""

    slug = "stringio-write"
    question = "Are both texts whole after two threads wrote to one StringIO?"
    on = "io.StringIO"
    operation = "write"
    module = "io"
    outcomes = (
        acceptable("whole", "One text after the other."),
        forbidden("lost", "One text was written over the other."),
        forbidden("mixed", "The texts are mixed."),
    )

    def __init__(self):
        self.stream = io.StringIO()

    def actor1(self):
        self.stream.write("aaaa")

    def actor2(self):
        self.stream.write("bbbb")

    def arbiter(self):
        text = self.stream.getvalue()
        if len(text) < 8:
            return "lost"
        return "whole" if text in ("aaaabbbb", "bbbbaaaa") else "mixed"


class StringIOTake(Litmus):
    """Taking what was collected and emptying the buffer are three calls."""

    slug = "stringio-take"
    question = "Is every text taken or still there if another thread writes meanwhile?"
    on = "io.StringIO"
    operation = "getvalue, seek, truncate against write"
    module = "io"
    remedy = "porting/cookbook#pattern-lock"
    outcomes = (
        acceptable("all", "Every text was taken or is still there."),
        interesting(
            "lost", "A text was written after the buffer was read and before it was emptied."
        ),
    )

    def __init__(self):
        self.stream = io.StringIO()

    def actor1(self):
        self.taken = self.stream.getvalue()
        self.stream.seek(0)
        self.stream.truncate(0)

    def actor2(self):
        self.stream.write("text")

    def arbiter(self):
        return "all" if "text" in (self.taken, self.stream.getvalue()) else "lost"


class BytesIOWrite(Litmus):
    """The same for bytes."""

    slug = "bytesio-write"
    question = "Are both parts whole after two threads wrote to one BytesIO?"
    on = "io.BytesIO"
    operation = "write"
    module = "io"
    issue = "gh-132551"
    outcomes = (
        acceptable("whole", "One part after the other."),
        forbidden("lost", "One part was written over the other."),
        forbidden("mixed", "The parts are mixed."),
    )

    def __init__(self):
        self.stream = io.BytesIO()

    def actor1(self):
        self.stream.write(b"aaaa")

    def actor2(self):
        self.stream.write(b"bbbb")

    def arbiter(self):
        value = self.stream.getvalue()
        if len(value) < 8:
            return "lost"
        return "whole" if value in (b"aaaabbbb", b"bbbbaaaa") else "mixed"


class BytesIORead(Litmus):
    """Two readers of one position."""

    slug = "bytesio-read"
    question = "Does each half of a BytesIO come to one of two threads that read?"
    on = "io.BytesIO"
    operation = "read"
    module = "io"
    issue = "gh-132551"
    outcomes = (
        acceptable("b'aa', b'bb'", "The first thread came first."),
        acceptable("b'bb', b'aa'", "The second thread came first."),
        forbidden("b'aa', b'aa'", "Both read the same part."),
        forbidden("b'bb', b'bb'", "Both read the same part, and the first part came to nobody."),
    )

    def __init__(self):
        self.stream = io.BytesIO(b"aabb")

    def actor1(self):
        return self.stream.read(2)

    def actor2(self):
        return self.stream.read(2)


class BytesIOGetvalue(Litmus):
    """getvalue() returns the buffer itself, which the next write has to copy."""

    slug = "bytesio-getvalue"
    question = "Does getvalue() see a write of another thread whole?"
    on = "io.BytesIO"
    operation = "getvalue against write"
    module = "io"
    issue = "gh-151640"
    outcomes = (
        acceptable("b'a'", "It came before the write."),
        acceptable("b'b'", "It came after the write."),
        forbidden("torn", "Some bytes are new and some old."),
    )

    def __init__(self):
        self.stream = io.BytesIO(b"a" * 64)

    def actor1(self):
        self.stream.write(b"b" * 64)

    def actor2(self):
        value = self.stream.getvalue()
        return value[:1] if len(set(value)) == 1 else "torn"


class BytesIOGetbuffer(Litmus):
    """A view forbids its owner to grow, for every thread."""

    slug = "bytesio-getbuffer"
    question = "Can a BytesIO be written to while another thread holds a view of it?"
    on = "io.BytesIO"
    operation = "write while others hold getbuffer()"
    module = "io"
    source = "https://docs.python.org/3.14/library/io.html#io.BytesIO.getbuffer"
    remedy = "faq#msg-buffer"
    issue = "gh-132551"
    outcomes = (
        acceptable("4", "The write came before the view or after it."),
        acceptable("104", "The write came before the view."),
        interesting("BufferError, 4", "The write failed because the other thread held a view."),
        forbidden("SIG*", "The interpreter crashed: the buffer moved while the view was made."),
    )

    def __init__(self):
        self.stream = io.BytesIO(b"aaaa")
        self.stream.seek(4)

    def actor1(self):
        self.stream.write(b"b" * 100)

    def actor2(self):
        with self.stream.getbuffer() as view:
            return len(view)


class BytesIOReadWrite(Stress):
    """read() of everything returns the buffer itself, which the writer then moves."""

    slug = "bytesio-read-write"
    question = "Can one thread read a whole BytesIO while another one writes to it?"
    on = "io.BytesIO"
    operation = "seek, read against seek, write"
    module = "io"
    remedy = "porting/cookbook#pattern-lock"
    issue = "gh-151640"
    outcomes = (
        acceptable("clean", "What was read had been written."),
        forbidden("dirty", "A byte came that nobody wrote."),
        forbidden("SIG*", "The interpreter crashed: the buffer moved while it was returned."),
    )

    def __init__(self):
        self.stream = io.BytesIO(b"x" * 64)

    def actor1(self):
        for number in range(3000):
            self.stream.seek(0)
            self.stream.write(b"x" * (64 + number % 64))

    def actor2(self):
        for _ in range(3000):
            self.stream.seek(0)
            if self.stream.read().strip(b"x"):
                return "dirty"
        return "clean"


class Print(Stress):
    """print() writes the text and the end of the line by two calls."""

    slug = "print"
    question = "Does each print() make one line while another thread prints?"
    on = "print"
    operation = "print(text)"
    module = "builtins"
    remedy = "porting/cookbook#pattern-lock"
    outcomes = (
        acceptable("whole", "Every text is a line of its own."),
        interesting("mixed", "Two texts are on one line, and the next line is empty."),
    )

    def __init__(self):
        self.stream = io.StringIO()

    def actor1(self):
        for _ in range(2000):
            print("aaaa", file=self.stream)

    def actor2(self):
        for _ in range(2000):
            print("bbbb", file=self.stream)

    def arbiter(self):
        lines = self.stream.getvalue().splitlines()
        return "whole" if set(lines) == {"aaaa", "bbbb"} else "mixed"


class PrintWithEnd(Stress):
    """The remedy: the end of the line in the text, and nothing after it."""

    slug = "print-one-string"
    question = "Does each print() make one line if its text contains the end of the line?"
    on = "print"
    operation = 'print(text + "\\n", end="")'
    module = "builtins"
    outcomes = (
        acceptable("whole", "Every text is a line of its own."),
        forbidden("mixed", "Two texts are on one line."),
    )

    def __init__(self):
        self.stream = io.StringIO()

    def actor1(self):
        for _ in range(2000):
            print("aaaa\n", end="", file=self.stream)

    def actor2(self):
        for _ in range(2000):
            print("bbbb\n", end="", file=self.stream)

    def arbiter(self):
        lines = self.stream.getvalue().splitlines()
        return "whole" if set(lines) == {"aaaa", "bbbb"} else "mixed"
