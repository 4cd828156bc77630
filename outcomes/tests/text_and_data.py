"""Text, bytes and data: streams, files, random numbers, serialisers and buffers that threads share.

Little of this is documented. One call on a stream or a buffer mostly takes the object's lock; a position that
is set by one call and used by the next does not last, and a serialiser walks through what others change.
"""

from __future__ import annotations

import copy
import csv
import decimal
import io
import json
import locale
import os
import pickle
import random
import re
import string
import struct
import subprocess
import sys
import tempfile
import uuid
from array import array

from outcomes.tests.declare import Litmus, Stress, acceptable, forbidden, interesting

WORDS = re.compile(r"(\w)(\w+)")
NUMBERS = re.compile(r"\d+")
PAIR = struct.Struct("<qq")
RECORD = struct.Struct("<q")


class RandomShared(Stress):
    """The numbers of one seed are all different, so nothing may come twice."""

    slug = "random-random"
    question = "Do two threads that share one Random get each number of its sequence once?"
    on = "random.Random"
    operation = "random()"
    module = "random"
    source = "https://docs.python.org/3.14/library/random.html"
    remedy = "porting/cookbook#pattern-local"
    outcomes = (
        acceptable("each once", "Together the threads got the sequence of the seed."),
        interesting("twice", "Both threads got the same number."),
        interesting("other numbers", "The generator left the sequence of its seed."),
        forbidden("SIG*", "The interpreter crashed."),
    )

    def __init__(self):
        self.random = random.Random(1)
        self.came = [], []

    def draw(self, came):
        for _ in range(3000):
            came.append(self.random.random())

    def actor1(self):
        self.draw(self.came[0])

    def actor2(self):
        self.draw(self.came[1])

    def arbiter(self):
        came = {*self.came[0], *self.came[1]}
        if len(came) < 6000:
            return "twice"
        again = random.Random(1)
        return "each once" if came == {again.random() for _ in range(6000)} else "other numbers"


class RandomModule(Stress):
    """The functions of the module are methods of one hidden object, whole numbers included."""

    slug = "random-module-randrange"
    question = "Do two threads that call random.randrange() get different numbers?"
    on = "random (module functions)"
    operation = "randrange()"
    module = "random"
    source = "https://docs.python.org/3.14/library/random.html"
    remedy = "porting/cookbook#pattern-local"
    note = "Of numbers below 2**128, two that are equal by chance will not come in a lifetime."
    outcomes = (
        acceptable("all different", "No number came twice."),
        interesting("twice", "Both threads got the same number."),
    )

    def __init__(self):
        self.came = [], []

    def draw(self, came):
        for _ in range(3000):
            came.append(random.randrange(2**128))

    def actor1(self):
        self.draw(self.came[0])

    def actor2(self):
        self.draw(self.came[1])

    def arbiter(self):
        return "all different" if len({*self.came[0], *self.came[1]}) == 6000 else "twice"


class RandomGauss(Litmus):
    """gauss() makes two numbers at a time and keeps one for the next call."""

    slug = "random-gauss"
    question = "Can gauss() return the same number to two threads?"
    on = "random.Random"
    operation = "gauss()"
    module = "random"
    level = "compatible"
    source = "https://docs.python.org/3.14/library/random.html#random.gauss"
    remedy = "porting/cookbook#pattern-local"
    note = "Documented. `normalvariate()` keeps nothing."
    outcomes = (
        acceptable("different", "Each thread got its own number."),
        interesting("same", "Both threads took the number that was kept."),
    )

    def __init__(self):
        self.random = random.Random()
        self.random.gauss()

    def actor1(self):
        self.first = self.random.gauss()

    def actor2(self):
        self.second = self.random.gauss()

    def arbiter(self):
        return "same" if self.first == self.second else "different"


class RandomSeed(Stress):
    """Programs set a seed to get the same numbers again."""

    slug = "random-seed"
    question = "Is a Random that two threads seed and use always in a state of the seed?"
    on = "random.Random"
    operation = "seed() against random()"
    module = "random"
    source = "https://docs.python.org/3.14/library/random.html"
    remedy = "porting/cookbook#pattern-local"
    issue = "gh-149816"
    outcomes = (
        acceptable("of the seed", "Every number was the first or a later one of the seed."),
        interesting("other", "A number came that the seed does not give."),
        forbidden("SIG*", "The interpreter crashed."),
    )

    def __init__(self):
        self.random = random.Random(1)
        self.came = []

    def actor1(self):
        for _ in range(300):
            self.random.seed(1)

    def actor2(self):
        for _ in range(1000):
            self.came.append(self.random.random())

    def arbiter(self):
        again = random.Random(1)
        return "of the seed" if {again.random() for _ in range(1000)} >= {*self.came} else "other"


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
    """getvalue() hands out the buffer itself, which the next write has to copy."""

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
        forbidden("SIG*", "The interpreter crashed: the buffer moved while it was handed out."),
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


class JsonDumpsDict(Stress):
    """The encoder walks through the dictionary itself, not through a copy."""

    slug = "json-dumps-dict"
    question = "Can a dictionary be written as JSON while another thread changes it?"
    on = "json"
    operation = "dumps(d) while others write d"
    module = "json"
    remedy = "porting/cookbook#pattern-copy"
    issue = "gh-157105"
    note = "`json.dumps(d.copy())` is safe as long as nobody changes the values."
    outcomes = (
        acceptable("whole", "All keys that were there all the time were written."),
        interesting("RuntimeError", "dictionary changed size during iteration."),
        interesting("short", "Keys were missing and nothing was raised."),
        forbidden("SIG*", "The interpreter crashed: a value was freed while it was written."),
    )

    def __init__(self):
        self.table = {f"key {number}": [number] for number in range(100)}

    def actor1(self):
        for number in range(5000):
            self.table[f"key {number % 100}"] = [number]
            self.table["new"] = number
            del self.table["new"]

    def actor2(self):
        for _ in range(100):
            if json.dumps(self.table).count("key") < 100:
                return "short"
        return "whole"


class JsonDumpsList(Stress):
    """The same for a list whose elements are replaced."""

    slug = "json-dumps-list"
    question = "Can a list be written as JSON while another thread changes it?"
    on = "json"
    operation = "dumps(l) while others write l"
    module = "json"
    remedy = "porting/cookbook#pattern-copy"
    issue = "gh-157107"
    note = "`json.dumps(l.copy())` is safe as long as nobody changes the elements."
    outcomes = (
        acceptable("whole", "All elements were written."),
        interesting("short", "Elements were missing and nothing was raised."),
        interesting("RuntimeError", "The encoder noticed the change."),
        forbidden("SIG*", "The interpreter crashed: an element was freed while it was written."),
    )

    def __init__(self):
        self.items = [["key", number] for number in range(100)]

    def actor1(self):
        for number in range(5000):
            self.items[number % 100] = ["key", number]
            self.items.append(number)
            self.items.pop()

    def actor2(self):
        for _ in range(100):
            if json.dumps(self.items).count("key") < 100:
                return "short"
        return "whole"


class ReCompile(Stress):
    """Compiled patterns are kept in two dictionaries of the module, and thrown out of them."""

    slug = "re-compile"
    question = "Does re.compile() return the right pattern while another thread empties its cache?"
    on = "re"
    operation = "compile against purge"
    module = "re"
    outcomes = (
        acceptable("right", "Every pattern was the one that was asked for."),
        forbidden("wrong", "A pattern was another one."),
        forbidden("*Error", "The cache failed."),
    )

    def actor1(self):
        for number in range(400):
            if re.compile(f"a{number % 3}").pattern != f"a{number % 3}":
                return "wrong"
        return "right"

    def actor2(self):
        for _ in range(50):
            re.purge()
            re.compile("b")


class ReMatch(Stress):
    """A compiled pattern does not change, and each match has state of its own."""

    slug = "re-match"
    question = "Can two threads use one compiled pattern?"
    on = "re.Pattern"
    operation = "match by two threads"
    module = "re"
    outcomes = (
        acceptable("right, right", "Each thread got its own matches."),
        forbidden("*wrong*", "A thread got a match of the other one."),
    )

    def match(self, word):
        for _ in range(5000):
            if WORDS.match(word).groups() != (word[0], word[1:]):
                return "wrong"
        return "right"

    def actor1(self):
        return self.match("first")

    def actor2(self):
        return self.match("second")


class ReFinditer(Stress):
    """The iterator of a search keeps its position in the text."""

    slug = "re-finditer-shared"
    question = "Do two threads that share one finditer() get each match once?"
    on = "re.finditer iterator"
    operation = "emptied by two threads"
    module = "re"
    source = "https://docs.python.org/3.14/howto/free-threading-python.html#iterators"
    remedy = "porting/cookbook#pattern-iterator"
    issue = "none found"
    outcomes = (
        acceptable("each once", "Every match came to one thread."),
        forbidden("*strange", "A match came that the text does not have."),
        interesting("*ValueError*", "regular expression scanner already executing."),
        interesting("twice", "A match came to both threads."),
        interesting("missing", "A match came to nobody."),
        forbidden("SIG*", "The interpreter crashed: both threads used the state of the search."),
    )

    def __init__(self):
        self.numbers = NUMBERS.finditer(" ".join(map(str, range(1000))))
        self.came = [], []

    def actor1(self):
        for found in self.numbers:
            self.came[0].append(found.group())

    def actor2(self):
        for found in self.numbers:
            self.came[1].append(found.group())

    def arbiter(self):
        came = [*self.came[0], *self.came[1]]
        if not set(came) <= set(map(str, range(1000))):
            return "strange"
        if len(set(came)) < len(came):
            return "twice"
        return "each once" if len(came) == 1000 else "missing"


class CsvReader(Stress):
    """A reader puts a row together from one or more lines."""

    slug = "csv-reader-shared"
    question = "Do two threads that share one csv.reader get each row once, and whole?"
    on = "csv.reader"
    operation = "emptied by two threads"
    module = "csv"
    remedy = "porting/cookbook#pattern-iterator"
    issue = "none found"
    note = "Locked since 3.14.1."
    outcomes = (
        acceptable("each once", "Every row came to one thread."),
        forbidden("*mixed", "A row has fields of two lines."),
        interesting("twice", "A row came to both threads."),
        interesting("missing", "A row came to nobody."),
        interesting("*Error*", "The reader found its own state wrong."),
        forbidden("SIG*", "The interpreter crashed: both threads collected fields in one place."),
    )

    def __init__(self):
        self.rows = csv.reader(io.StringIO("".join(f"{n},{n},{n}\n" for n in range(1000))))
        self.came = [], []

    def actor1(self):
        for row in self.rows:
            self.came[0].append(tuple(row))

    def actor2(self):
        for row in self.rows:
            self.came[1].append(tuple(row))

    def arbiter(self):
        came = [*self.came[0], *self.came[1]]
        if any(row != (row[0],) * 3 for row in came if row) or () in came:
            return "mixed"
        if len(set(came)) < len(came):
            return "twice"
        return "each once" if len(came) == 1000 else "missing"


class CsvWriter(Stress):
    """A writer puts a row together in a buffer of its own, then writes it by one call."""

    slug = "csv-writer-shared"
    question = "Are rows whole that two threads write with one csv.writer?"
    on = "csv.writer"
    operation = "writerow"
    module = "csv"
    remedy = "porting/cookbook#pattern-lock"
    issue = "none found"
    note = "Locked since 3.14.1."
    outcomes = (
        acceptable("whole", "Every row is there, as it was written."),
        forbidden("mixed", "A row is broken or mixed with another one."),
        forbidden("lost", "A row is missing."),
        forbidden("*Error*", "The writer found its own state wrong."),
        forbidden("SIG*", "The interpreter crashed: both threads wrote into one buffer."),
    )

    def __init__(self):
        self.stream = io.StringIO()
        self.rows = csv.writer(self.stream)

    def actor1(self):
        for _ in range(1500):
            self.rows.writerow(("aaaa", "aaaa"))

    def actor2(self):
        for _ in range(1500):
            self.rows.writerow(("bb", "bb", "bb"))

    def arbiter(self):
        rows = self.stream.getvalue().splitlines()
        if not set(rows) <= {"aaaa,aaaa", "bb,bb,bb"}:
            return "mixed"
        return "whole" if len(rows) == 3000 else "lost"


class PickleDumpsDict(Stress):
    """The dictionary is written in pieces of 1,000 keys."""

    slug = "pickle-dumps-dict"
    question = "Can a dictionary be pickled while another thread changes it?"
    on = "pickle"
    operation = "dumps(d) while others write d"
    module = "pickle"
    remedy = "porting/cookbook#pattern-copy"
    issue = "gh-146452"
    note = "`pickle.dumps(d.copy())` is safe as long as nobody changes the values."
    outcomes = (
        acceptable("whole", "All keys that were there all the time were written."),
        interesting("RuntimeError", "dictionary changed size during iteration."),
        interesting("short", "Keys were missing and nothing was raised."),
        forbidden("SIG*", "The interpreter crashed: a value was freed while it was written."),
    )

    def __init__(self):
        self.table = {number: [number] for number in range(100)}

    def actor1(self):
        for number in range(5000):
            self.table[number % 100] = [number]
            self.table["new"] = [number]
            del self.table["new"]

    def actor2(self):
        for _ in range(100):
            if len(pickle.loads(pickle.dumps(self.table))) < 100:
                return "short"
        return "whole"


class PickleDumpsList(Stress):
    """The same for a list whose elements are replaced."""

    slug = "pickle-dumps-list"
    question = "Can a list be pickled while another thread changes it?"
    on = "pickle"
    operation = "dumps(l) while others write l"
    module = "pickle"
    remedy = "porting/cookbook#pattern-copy"
    issue = "gh-149816"
    note = "`pickle.dumps(l.copy())` is safe as long as nobody changes the elements."
    outcomes = (
        acceptable("whole", "All elements were written."),
        interesting("RuntimeError", "The pickler noticed that the list had changed its length."),
        interesting("IndexError", "An element that was counted was no longer there."),
        interesting("short", "Elements were missing and nothing was raised."),
        forbidden("SIG*", "The interpreter crashed: an element was freed while it was written."),
    )

    def __init__(self):
        self.items = [[number] for number in range(100)]

    def actor1(self):
        for number in range(5000):
            self.items[number % 100] = [number]
            self.items.append([number])
            self.items.pop()

    def actor2(self):
        for _ in range(100):
            if len(pickle.loads(pickle.dumps(self.items))) < 100:
                return "short"
        return "whole"


class PicklerShared(Stress):
    """A pickler remembers which objects it has written, in a table of its own."""

    slug = "pickler-shared"
    question = "Can two threads write with one Pickler?"
    on = "pickle.Pickler"
    operation = "dump by two threads"
    module = "pickle"
    remedy = "porting/cookbook#pattern-lock"
    issue = "gh-143638"
    note = "A pickler checks whether it is in use; without the GIL, two threads can pass the check together."
    outcomes = (
        acceptable("readable", "Everything can be read again."),
        interesting("*RuntimeError*", "The pickler noticed that it was already in use."),
        interesting("unreadable", "What was written cannot be read, or is something else."),
        forbidden("SIG*", "The interpreter crashed: both threads used one output buffer."),
    )

    def __init__(self):
        self.stream = io.BytesIO()
        self.pickler = pickle.Pickler(self.stream)

    def dump(self):
        for number in range(200):
            self.pickler.dump([number, number])

    def actor1(self):
        self.dump()

    def actor2(self):
        self.dump()

    def arbiter(self):
        self.stream.seek(0)
        unpickler = pickle.Unpickler(self.stream)
        try:
            while True:
                first, second = unpickler.load()
                if first != second:
                    return "unreadable"
        except EOFError:
            return "readable"
        except Exception:
            return "unreadable"


class Point:
    def __init__(self):
        self.x = self.y = 0


class CopyObject(Litmus):
    """The attributes are copied in one step, and two assignments are two steps."""

    slug = "copy-copy-object"
    question = "Does copy.copy() of an object see two assignments of another thread together?"
    on = "copy"
    operation = "copy(o) while others write o"
    module = "copy"
    remedy = "porting/cookbook#pattern-frozen"
    outcomes = (
        acceptable("0 0", "The copy came before both."),
        acceptable("1 1", "The copy came after both."),
        interesting("1 0", "The copy came between the two assignments."),
        forbidden("0 1", "The copy has the second assignment and not the first."),
    )

    def __init__(self):
        self.point = Point()

    def actor1(self):
        self.point.x = 1
        self.point.y = 1

    def actor2(self):
        twin = copy.copy(self.point)
        return f"{twin.x} {twin.y}"


class DeepcopyDict(Stress):
    """deepcopy() is Python code that loops over what it copies."""

    slug = "copy-deepcopy-dict"
    question = "Can a dictionary be copied with deepcopy() while another thread writes to it?"
    on = "copy"
    operation = "deepcopy(d) while others write d"
    module = "copy"
    remedy = "porting/cookbook#pattern-copy"
    note = "`copy.deepcopy(d.copy())` is safe as long as nobody changes the values."
    outcomes = (
        acceptable("whole", "All keys that were there all the time were copied."),
        interesting("RuntimeError", "dictionary changed size during iteration."),
        interesting("short", "Keys were missing and nothing was raised."),
    )

    def __init__(self):
        self.table = {number: [number] for number in range(50)}

    def actor1(self):
        for number in range(50, 5000):
            self.table[number] = 0
            del self.table[number]

    def actor2(self):
        for _ in range(50):
            if len(copy.deepcopy(self.table)) < 50:
                return "short"
        return "whole"


class DeepcopyList(Stress):
    """A loop over a list does not notice that the list changes."""

    slug = "copy-deepcopy-list"
    question = "Does deepcopy() find each element of a list once while another thread reorders it?"
    on = "copy"
    operation = "deepcopy(l) while others write l"
    module = "copy"
    remedy = "porting/cookbook#pattern-copy"
    outcomes = (
        acceptable("whole", "Every element was copied once."),
        interesting("wrong", "An element was copied twice or not at all."),
    )

    def __init__(self):
        self.items = [[number] for number in range(50)]

    def actor1(self):
        for _ in range(5000):
            self.items.append(self.items.pop(0))

    def actor2(self):
        for _ in range(50):
            numbers = {item[0] for item in copy.deepcopy(self.items)}
            if len(numbers) < 49:
                return "wrong"
        return "whole"


class StructShared(Stress):
    """A compiled format does not change."""

    slug = "struct-shared"
    question = "Can two threads use one struct.Struct?"
    on = "struct.Struct"
    operation = "pack, unpack by two threads"
    module = "struct"
    issue = "gh-146020"
    note = "The issue is about calling `__init__` again, which nobody does."
    outcomes = (
        acceptable("right, right", "Each thread got its own values."),
        forbidden("*wrong*", "A thread got values of the other one."),
    )

    def use(self, value):
        for _ in range(5000):
            if PAIR.unpack(PAIR.pack(value, value)) != (value, value):
                return "wrong"
        return "right"

    def actor1(self):
        return self.use(1)

    def actor2(self):
        return self.use(2)


class StructIntoShared(Litmus):
    """Two fields of one record in shared memory, written by one call."""

    slug = "struct-pack-into"
    question = "Does unpack_from() see two fields together that one pack_into() writes?"
    on = "struct.Struct"
    operation = "pack_into against unpack_from"
    module = "struct"
    remedy = "porting/cookbook#pattern-lock"
    outcomes = (
        acceptable("0 0", "The reader came before the writer."),
        acceptable("-1 -1", "The reader came after the writer."),
        interesting("-1 0", "The reader saw the first field new and the second one old."),
        interesting("0 -1", "The reader saw the first field old and the second one new."),
        interesting("torn number", "The reader saw one number half written."),
    )

    def __init__(self):
        self.memory = bytearray(16)

    def actor1(self):
        PAIR.pack_into(self.memory, 0, -1, -1)

    def actor2(self):
        first, second = PAIR.unpack_from(self.memory)
        return f"{first} {second}" if first in (0, -1) and second in (0, -1) else "torn number"


class StructIterUnpack(Stress):
    """Its end is where it drops the buffer, and two threads can get there together."""

    slug = "struct-iter-unpack-shared"
    question = "Do two threads that share one iter_unpack() get each record once?"
    on = "struct.iter_unpack"
    operation = "emptied by two threads"
    module = "struct"
    source = "https://docs.python.org/3.14/howto/free-threading-python.html#iterators"
    remedy = "porting/not-atomic#iterators-that-crash"
    issue = "gh-154013"
    outcomes = (
        acceptable("each once", "Every record came to one thread."),
        interesting("twice", "A record came to both threads."),
        interesting("missing", "A record came to nobody."),
        forbidden("strange", "A record came that the buffer does not have."),
        forbidden("SIG*", "The interpreter crashed: both threads released the buffer at its end."),
    )

    def __init__(self):
        self.records = RECORD.iter_unpack(b"".join(RECORD.pack(n) for n in range(1000)))
        self.came = [], []

    def actor1(self):
        for (number,) in self.records:
            self.came[0].append(number)

    def actor2(self):
        for (number,) in self.records:
            self.came[1].append(number)

    def arbiter(self):
        came = [*self.came[0], *self.came[1]]
        if not set(came) <= set(range(1000)):
            return "strange"
        if len(set(came)) < len(came):
            return "twice"
        return "each once" if len(came) == 1000 else "missing"


class DecimalContext(Litmus):
    """One context object in two threads: a setting of one is a setting of both."""

    slug = "decimal-context-precision"
    question = "Does a calculation keep its precision while another thread changes the context?"
    on = "decimal.Context"
    operation = "divide against prec = n"
    module = "decimal"
    source = "https://docs.python.org/3.14/library/decimal.html#working-with-threads"
    remedy = "porting/cookbook#pattern-context"
    issue = "gh-141148"
    outcomes = (
        acceptable("28", "The calculation came before the change."),
        interesting("5", "The calculation used the precision of the other thread."),
    )

    def __init__(self):
        self.context = decimal.Context(prec=28)

    def actor1(self):
        self.context.prec = 5

    def actor2(self):
        return len(self.context.divide(decimal.Decimal(1), decimal.Decimal(3)).as_tuple().digits)


class DecimalFlags(Litmus):
    """Flags tell that a result was rounded, until somebody clears them."""

    slug = "decimal-context-flags"
    question = "Is the flag of a rounded result still there when another thread clears flags?"
    on = "decimal.Context"
    operation = "divide, then flags against clear_flags"
    module = "decimal"
    source = "https://docs.python.org/3.14/library/decimal.html#working-with-threads"
    remedy = "porting/cookbook#pattern-context"
    issue = "gh-141148"
    outcomes = (
        acceptable("True", "The flag was there."),
        interesting("False", "The other thread cleared it between calculation and question."),
    )

    def __init__(self):
        self.context = decimal.Context()

    def actor1(self):
        self.context.clear_flags()

    def actor2(self):
        self.context.divide(decimal.Decimal(1), decimal.Decimal(3))
        return bool(self.context.flags[decimal.Inexact])


class DecimalLocalContext(Litmus):
    """The remedy: each thread has a context of its own for as long as it calculates."""

    slug = "decimal-localcontext"
    question = "Does each of two threads calculate with the precision of its own localcontext()?"
    on = "decimal.localcontext"
    operation = "with localcontext(prec=n)"
    module = "decimal"
    source = "https://docs.python.org/3.14/library/decimal.html#working-with-threads"
    remedy = "porting/cookbook#pattern-context"
    outcomes = (
        acceptable("5, 9", "Each thread had its own precision."),
        forbidden("[59], [59]", "A thread calculated with the precision of the other."),
    )

    def actor1(self):
        with decimal.localcontext(prec=5):
            return len((decimal.Decimal(1) / 3).as_tuple().digits)

    def actor2(self):
        with decimal.localcontext(prec=9):
            return len((decimal.Decimal(1) / 3).as_tuple().digits)


PARSE = """
import datetime, threading
start = threading.Barrier(2)
def parse():
    start.wait()
    print(datetime.datetime.strptime("2026", "%Y").year)
for _ in range(2):
    threading.Thread(target=parse).start()
"""


class StrptimeFirst(Stress):
    """The first call imports a module, in whichever thread comes first; each round is a new process."""

    slug = "datetime-strptime-first"
    question = "Can two threads call strptime() for the first time at once?"
    on = "datetime.strptime"
    operation = "first call by two threads"
    module = "datetime"
    issue = "none found"
    note = "On Python 2 this raised `AttributeError: _strptime`, and the advice to import it first lives on."
    outcomes = (
        acceptable("parsed, parsed", "All calls returned."),
        forbidden("*failed*", "A call raised an exception."),
    )

    def parse(self):
        done = subprocess.run([sys.executable, "-c", PARSE], capture_output=True, timeout=20)
        return "parsed" if done.stdout.split() == [b"2026", b"2026"] else "failed"

    def actor1(self):
        return self.parse()

    def actor2(self):
        return self.parse()


class BytearrayAppend(Litmus):
    """A bytearray locks like a list."""

    slug = "bytearray-append"
    question = "Are both bytes there after two threads appended one each?"
    on = "bytearray"
    operation = "append"
    source = (
        "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-bytearray-objects"
    )
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


class ArrayAppend(Stress):
    """An array has no lock of its own."""

    slug = "array-append"
    question = "Do numbers get lost when two threads append to one array?"
    on = "array.array"
    operation = "append"
    module = "array"
    remedy = "porting/cookbook#pattern-lock"
    issue = "gh-128942 gh-146007"
    outcomes = (
        acceptable("all", "Every number is in the array."),
        interesting("lost", "A number was overwritten by the other thread's."),
        forbidden("wrong", "A number is there twice, or one that nobody appended."),
        forbidden(
            "*IndexError*", "append() failed: another thread had changed the length meanwhile."
        ),
        forbidden("SIG*", "The interpreter crashed: the array moved while it was written to."),
    )

    def __init__(self):
        self.numbers = array("q")

    def actor1(self):
        for number in range(3000):
            self.numbers.append(number)

    def actor2(self):
        for number in range(3000, 6000):
            self.numbers.append(number)

    def arbiter(self):
        if len(self.numbers) < 6000:
            return "lost"
        return "all" if set(self.numbers) == set(range(6000)) else "wrong"


class ArrayRead(Stress):
    """The reader looks at a place that is always there."""

    slug = "array-append-read"
    question = "Can a number be read while another thread makes the array grow?"
    on = "array.array"
    operation = "a[i] while others append"
    module = "array"
    remedy = "porting/cookbook#pattern-lock"
    issue = "gh-128942 gh-146007"
    outcomes = (
        acceptable("right", "The number was the right one."),
        forbidden("wrong", "The number was none of the array: its memory belonged to others."),
        forbidden("SIG*", "The interpreter crashed: the array had moved."),
    )

    def __init__(self):
        self.numbers = array("q", [7])

    def actor1(self):
        for _ in range(20):
            del self.numbers[1:]
            for number in range(1000):
                self.numbers.append(number)

    def actor2(self):
        for _ in range(20_000):
            if self.numbers[0] != 7:
                return "wrong"
        return "right"


class ArrayIncrement(Litmus):
    """A counter in an array, as in programs that count a lot."""

    slug = "array-item-increment"
    question = "Do two increments of an array's element always make two?"
    on = "array.array"
    operation = "a[i] += 1"
    module = "array"
    remedy = "porting/migrations#migration-counter"
    outcomes = (
        acceptable("2", "Both increments arrived."),
        interesting("1", "Both threads read 0 before either stored 1: one increment is lost."),
    )

    def __init__(self):
        self.numbers = array("q", [0])

    def actor1(self):
        self.numbers[0] += 1

    def actor2(self):
        self.numbers[0] += 1

    def arbiter(self):
        return self.numbers[0]


class MemoryviewRelease(Litmus):
    """Whoever comes late gets an exception, which is documented."""

    slug = "memoryview-release-read"
    question = "Is a memoryview read whole or not at all when another thread releases it?"
    on = "memoryview"
    operation = "release against tobytes"
    source = (
        "https://docs.python.org/3.14/library/threadsafety.html"
        "#thread-safety-for-memoryview-objects"
    )
    remedy = "porting/cookbook#pattern-copy"
    issue = "gh-157114"
    outcomes = (
        acceptable("64", "It was read before it was released."),
        acceptable("ValueError", "operation forbidden on released memoryview object."),
        forbidden("BufferError, 64", "release() failed because the view was being read."),
        forbidden("SIG*", "The interpreter crashed: the memory was used after its release."),
    )

    def __init__(self):
        self.view = memoryview(bytearray(64))

    def actor1(self):
        self.view.release()

    def actor2(self):
        return len(self.view.tobytes())


class MemoryviewReleaseTwice(Litmus):
    """release() may be called again, and counts how many views there are."""

    slug = "memoryview-release-twice"
    question = "Is a bytearray free to grow after two threads released the same memoryview?"
    on = "memoryview"
    operation = "release by two threads"
    source = (
        "https://docs.python.org/3.14/library/threadsafety.html"
        "#thread-safety-for-memoryview-objects"
    )
    remedy = "porting/cookbook#pattern-lock"
    issue = "gh-127716"
    note = (
        "The memory is freed twice, so what breaks is something else, later: in our trials the interpreter "
        "crashed in its memory allocator, or hung."
    )
    outcomes = (
        acceptable("free", "The view was released once."),
        forbidden(
            "BufferError",
            "The bytearray counts views wrongly, because one was released twice: it never grows again.",
        ),
        forbidden("SIG*", "The interpreter crashed: the view was released twice."),
    )

    def __init__(self):
        self.data = bytearray(4)
        self.view = memoryview(self.data)

    def actor1(self):
        self.view.release()

    def actor2(self):
        self.view.release()

    def arbiter(self):
        self.data.append(1)
        return "free"


class MemoryviewSlice(Stress):
    """Each slice is a view of its own, counted where the first view is."""

    slug = "memoryview-slice"
    question = "Can two threads slice one memoryview?"
    on = "memoryview"
    operation = "v[:] by two threads"
    source = (
        "https://docs.python.org/3.14/library/threadsafety.html"
        "#thread-safety-for-memoryview-objects"
    )
    remedy = "porting/cookbook#pattern-local"
    issue = "gh-155606"
    outcomes = (
        acceptable("sliced", "All slices could be made."),
        forbidden(
            "*ValueError*",
            "operation forbidden on released memoryview object, though nobody released it: "
            "the number of views was counted wrongly.",
        ),
        forbidden("SIG*", "The interpreter crashed: the memory was released too early."),
    )

    def __init__(self):
        self.view = memoryview(bytearray(64))

    def actor1(self):
        for _ in range(5000):
            self.view[1:]

    def actor2(self):
        for _ in range(5000):
            self.view[1:]

    def arbiter(self):
        self.view[1:]
        return "sliced"


class MemoryviewWrite(Litmus):
    """What a view shows is not protected by anything."""

    slug = "memoryview-write-read"
    question = "Does a reader see a slice assignment through a memoryview whole?"
    on = "memoryview"
    operation = "v[:] = x against bytes(v)"
    level = "compatible"
    source = (
        "https://docs.python.org/3.14/library/threadsafety.html"
        "#thread-safety-for-memoryview-objects"
    )
    remedy = "porting/cookbook#pattern-lock"
    outcomes = (
        acceptable("b'a'", "The reader came before the writer."),
        acceptable("b'b'", "The reader came after the writer."),
        interesting("torn", "Some bytes are new and some old: the bytes have no lock."),
    )

    def __init__(self):
        self.view = memoryview(bytearray(b"a" * 512))

    def actor1(self):
        self.view[:] = b"b" * 512

    def actor2(self):
        value = bytes(self.view)
        return value[:1] if value.count(value[0]) == 512 else "torn"


class SetLocale(Stress):
    """The locale belongs to the whole process, and so does every change of it."""

    slug = "locale-setlocale"
    question = "Is the locale still the one that the thread has just set?"
    on = "locale"
    operation = "setlocale, then ask"
    module = "locale"
    level = "incompatible"
    source = "https://docs.python.org/3.14/library/locale.html#locale.setlocale"
    remedy = "porting/migrations#migration-settings"
    outcomes = (
        acceptable("own, own", "No change came in between."),
        interesting("*other*", "The other thread had set another locale in between."),
        forbidden("SIG*", "The C library crashed: setlocale() is not safe in threads."),
    )

    def set(self, name):
        for _ in range(300):
            locale.setlocale(locale.LC_TIME, name)
            if locale.setlocale(locale.LC_TIME) != name:
                return "other"
        return "own"

    def actor1(self):
        return self.set("C")

    def actor2(self):
        return self.set("C.UTF-8")


class StringTemplate(Stress):
    """The pattern belongs to the class, the text to the object, and neither changes."""

    slug = "string-template"
    question = "Can two threads fill in one string.Template?"
    on = "string.Template"
    operation = "substitute by two threads"
    module = "string"
    outcomes = (
        acceptable("right, right", "Each thread got its own values."),
        forbidden("*wrong*", "A thread got values of the other one."),
    )

    def __init__(self):
        self.template = string.Template("$name is $value")

    def fill(self, name):
        for value in range(500):
            if self.template.substitute(name=name, value=value) != f"{name} is {value}":
                return "wrong"
        return "right"

    def actor1(self):
        return self.fill("first")

    def actor2(self):
        return self.fill("second")


class Uuid4(Stress):
    """Random numbers of the operating system."""

    slug = "uuid-uuid4"
    question = "Are the identifiers of uuid4() of two threads all different?"
    on = "uuid"
    operation = "uuid4()"
    module = "uuid"
    outcomes = (
        acceptable("all different", "No identifier came twice."),
        forbidden("twice", "An identifier came twice."),
    )

    def __init__(self):
        self.came = [], []

    def make(self, came):
        for _ in range(1000):
            came.append(uuid.uuid4().int)

    def actor1(self):
        self.make(self.came[0])

    def actor2(self):
        self.make(self.came[1])

    def arbiter(self):
        return "all different" if len({*self.came[0], *self.came[1]}) == 2000 else "twice"


class Uuid1(Stress):
    """Time and machine; where the C library has a function for it, that is called without a lock."""

    slug = "uuid-uuid1"
    question = "Are the identifiers of uuid1() of two threads all different?"
    on = "uuid"
    operation = "uuid1()"
    module = "uuid"
    source = "https://docs.python.org/3.14/library/uuid.html#uuid.uuid1"
    remedy = "porting/migrations#migration-ids"
    issue = "gh-150367"
    outcomes = (
        acceptable("all different", "No identifier came twice."),
        interesting("twice", "Both threads read the same time before either noted it."),
    )

    def __init__(self):
        self.came = [], []

    def make(self, came):
        for _ in range(100):
            came.append(uuid.uuid1().int)

    def actor1(self):
        self.make(self.came[0])

    def actor2(self):
        self.make(self.came[1])

    def arbiter(self):
        return "all different" if len({*self.came[0], *self.came[1]}) == 200 else "twice"


class Uuid7(Stress):
    """Time and a counter that starts anew each millisecond, noted in global variables."""

    slug = "uuid-uuid7-order"
    question = (
        "Do the identifiers of uuid7() of each thread rise, as long as another thread makes some?"
    )
    on = "uuid"
    operation = "uuid7()"
    module = "uuid"
    source = "https://docs.python.org/3.14/library/uuid.html#uuid.uuid7"
    remedy = "porting/migrations#migration-ids"
    issue = "none found"
    since = "3.14"
    note = "The last 32 bits are random, so two that have the same counter still differ."
    outcomes = (
        acceptable("rising, rising", "Each thread got higher and higher identifiers."),
        interesting(
            "*falling*",
            "An identifier was lower than the one before: the other thread had overwritten the counter.",
        ),
        forbidden("*Error*", "The counter ran over."),
    )

    def make(self):
        last = uuid.uuid7()
        for _ in range(500):
            last, before = uuid.uuid7(), last
            if last < before:
                return "falling"
        return "rising"

    def actor1(self):
        return self.make()

    def actor2(self):
        return self.make()


class Uuid6(Stress):
    """Sorted by time, with a random part drawn for each."""

    slug = "uuid-uuid6-time"
    question = "Do the time stamps of uuid6() of two threads all differ?"
    on = "uuid"
    operation = "uuid6().time"
    module = "uuid"
    source = "https://docs.python.org/3.14/library/uuid.html#uuid.uuid6"
    remedy = "porting/migrations#migration-ids"
    issue = "none found"
    since = "3.14"
    note = "In one thread they always differ. The sequence number of 14 random bits still tells most apart."
    outcomes = (
        acceptable("all different", "No time stamp came twice."),
        interesting("twice", "Both threads read the last time stamp before either noted the next."),
    )

    def __init__(self):
        self.came = [], []

    def make(self, came):
        for _ in range(500):
            came.append(uuid.uuid6().time)

    def actor1(self):
        self.make(self.came[0])

    def actor2(self):
        self.make(self.came[1])

    def arbiter(self):
        return "all different" if len({*self.came[0], *self.came[1]}) == 1000 else "twice"
