"""Regular expressions and csv.

Compiled patterns, readers and writers are made once and used by many.
"""

from __future__ import annotations

import csv
import io
import re

from outcomes.tests.declare import Litmus, Stress, acceptable, forbidden, interesting

WORDS = re.compile(r"(\w)(\w+)")
NUMBERS = re.compile(r"\d+")


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
