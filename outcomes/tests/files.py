"""Files.

One file object, one position and one buffer for two threads.
"""

from __future__ import annotations

import os
import struct
import tempfile

from outcomes.tests.declare import Litmus, Stress, acceptable, forbidden, interesting

RECORD = struct.Struct("<q")


class TextFileWrite(Stress):
    """A text file collects text and encodes it in larger pieces."""

    slug = "text-file-write"
    question = "Are lines whole that two threads write to one text file?"
    on = "text file"
    operation = "write(line)"
    module = "io"
    level = "compatible"
    source = "https://docs.python.org/3.14/library/io.html#multi-threading"
    remedy = "porting/cookbook#pattern-lock"
    note = "Documented: TextIOWrapper objects are not thread-safe."
    outcomes = (
        acceptable("whole", "Every line is there, as it was written."),
        interesting("mixed", "A line is broken or mixed with another one."),
        interesting("lost", "A line is missing."),
        forbidden("SIG*", "The interpreter crashed."),
    )

    def __init__(self):
        self.file = tempfile.TemporaryFile("w+")

    def actor1(self):
        for _ in range(2000):
            self.file.write("aaaaaaaa\n")

    def actor2(self):
        for _ in range(2000):
            self.file.write("bbbbbbbb\n")

    def arbiter(self):
        self.file.seek(0)
        lines = self.file.read().splitlines()
        self.file.close()
        if not set(lines) <= {"aaaaaaaa", "bbbbbbbb"}:
            return "mixed"
        return "whole" if len(lines) == 4000 else "lost"


class TextFileFlush(Stress):
    """Flushing hands collected text on, while the other thread collects more."""

    slug = "text-file-write-flush"
    question = "Does every line arrive that is written while another thread flushes the file?"
    on = "text file"
    operation = "write against flush"
    module = "io"
    level = "compatible"
    source = "https://docs.python.org/3.14/library/io.html#multi-threading"
    remedy = "porting/cookbook#pattern-lock"
    note = "Documented: TextIOWrapper objects are not thread-safe."
    outcomes = (
        acceptable("whole", "Every line is there, once."),
        interesting("lost", "Lines are missing."),
        interesting("twice", "Lines came twice."),
        forbidden("SIG*", "The interpreter crashed."),
    )

    def __init__(self):
        self.file = tempfile.TemporaryFile("w+")

    def actor1(self):
        for _ in range(2000):
            self.file.write("line\n")

    def actor2(self):
        for _ in range(300):
            self.file.flush()

    def arbiter(self):
        self.file.seek(0)
        count = self.file.read().count("line\n")
        self.file.close()
        return "whole" if count == 2000 else "lost" if count < 2000 else "twice"


class BinaryFileRead(Stress):
    """Buffered binary files have a lock on either build."""

    slug = "binary-file-read"
    question = "Does each record of a binary file come to one of two threads, once?"
    on = "binary file"
    operation = "read(n)"
    module = "io"
    level = "shared"
    source = "https://docs.python.org/3.14/library/io.html#multi-threading"
    outcomes = (
        acceptable("each once", "Every record came to one thread."),
        forbidden("twice", "A record came to both threads."),
        forbidden("missing", "A record came to nobody."),
    )

    def __init__(self):
        self.file = tempfile.TemporaryFile()
        self.file.write(b"".join(RECORD.pack(number) for number in range(4000)))
        self.file.seek(0)
        self.came = [], []

    def read(self, came):
        while record := self.file.read(8):
            came.append(record)

    def actor1(self):
        self.read(self.came[0])

    def actor2(self):
        self.read(self.came[1])

    def arbiter(self):
        self.file.close()
        came = [*self.came[0], *self.came[1]]
        if len(set(came)) < len(came):
            return "twice"
        return "each once" if len(came) == 4000 else "missing"


class FileSeekRead(Stress):
    """There is one position, and setting it and reading there are two calls."""

    slug = "binary-file-seek-read"
    question = "Does read() return what is at the position that the thread has just set?"
    on = "binary file"
    operation = "seek, read"
    module = "io"
    source = "https://docs.python.org/3.14/library/io.html#multi-threading"
    remedy = "porting/cookbook#pattern-lock"
    outcomes = (
        acceptable("right", "Every record was the one that was asked for."),
        interesting("wrong", "The other thread set its own position in between."),
        interesting("wrong, right", "The other thread set its own position in between."),
        interesting("right, wrong", "The other thread set its own position in between."),
        acceptable("right, right", "Every record was the one that was asked for."),
        interesting("wrong, wrong", "Each thread got records that the other had asked for."),
    )

    def __init__(self):
        self.file = tempfile.TemporaryFile()
        self.file.write(b"".join(RECORD.pack(number) for number in range(1000)))
        self.file.flush()

    def read(self):
        for number in range(1000):
            self.file.seek(number * 8)
            if self.file.read(8) != RECORD.pack(number):
                return "wrong"
        return "right"

    def actor1(self):
        return self.read()

    def actor2(self):
        return self.read()


class FilePread(Stress):
    """The remedy where the system has it: position and reading in one call."""

    slug = "os-pread"
    question = "Does os.pread() return what is at the position that was asked for?"
    on = "file descriptor"
    operation = "os.pread"
    module = "os"
    source = "https://docs.python.org/3.14/library/os.html#os.pread"
    outcomes = (
        acceptable("right, right", "Every record was the one that was asked for."),
        forbidden("*wrong*", "The threads got records of each other."),
    )

    def __init__(self):
        self.file = tempfile.TemporaryFile()
        self.file.write(b"".join(RECORD.pack(number) for number in range(1000)))
        self.file.flush()

    def read(self):
        for number in range(1000):
            if os.pread(self.file.fileno(), 8, number * 8) != RECORD.pack(number):
                return "wrong"
        return "right"

    def actor1(self):
        return self.read()

    def actor2(self):
        return self.read()
