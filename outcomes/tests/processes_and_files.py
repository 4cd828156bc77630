"""Processes, files and what belongs to the process.

The environment, the current folder, the umask and the locale exist once in a process: one thread that
changes them for a moment changes them for all. Files are shared with everybody.
"""

from __future__ import annotations

import locale
import os
import pathlib
import subprocess
import tempfile
import time

from outcomes.tests.declare import Stress, acceptable, forbidden, interesting


class EnvironRead(Stress):
    """The value is replaced, never removed."""

    slug = "environ-set-against-get"
    question = "Does a thread read the old or the new value while os.environ gets a new one?"
    on = "os.environ"
    operation = "set against get"
    module = "os"
    outcomes = (
        acceptable("old or new", "Each read gave one of the two values."),
        forbidden("*", "A read gave neither."),
    )

    def __init__(self):
        os.environ["MODE"] = "fast"

    def actor1(self):
        for _ in range(500):
            os.environ["MODE"] = "a very careful one"
            os.environ["MODE"] = "fast"

    def actor2(self):
        for _ in range(1000):
            if os.environ.get("MODE") not in {"fast", "a very careful one"}:
                return "neither"
        return "old or new"


class EnvironCopy(Stress):
    """os.environ is not a dict: its copy() is a loop over the names that looks each one up."""

    slug = "environ-copy-against-del"
    question = "Can os.environ be copied while another thread sets and deletes a variable?"
    on = "os.environ"
    operation = "copy against del"
    module = "os"
    remedy = "porting/cookbook#pattern-copy"
    issue = "none found"
    outcomes = (
        acceptable("done", "Each copy was made."),
        interesting("KeyError", "The variable was deleted between its name and its value."),
        interesting("RuntimeError", "The dictionary behind it changed size during the loop."),
    )

    def actor1(self):
        for _ in range(500):
            os.environ["MODE"] = "fast"
            del os.environ["MODE"]

    def actor2(self):
        for _ in range(50):
            os.environ.copy()


class EnvironSetdefault(Stress):
    """The same call of a dict is one step; this one is Python code that looks first."""

    slug = "environ-setdefault"
    question = "Do two threads that call os.environ.setdefault() go on with the same value?"
    on = "os.environ"
    operation = "setdefault"
    module = "os"
    remedy = "porting/cookbook#pattern-recheck"
    issue = "none found"
    outcomes = (
        acceptable("same", "The second thread got the value of the first one."),
        interesting("two", "Both found no value: each one goes on with its own."),
    )

    def __init__(self):
        for number in range(200):
            os.environ.pop(f"KEY{number}", None)

    def actor1(self):
        self.first = [os.environ.setdefault(f"KEY{number}", "1") for number in range(200)]

    def actor2(self):
        self.second = [os.environ.setdefault(f"KEY{number}", "2") for number in range(200)]

    def arbiter(self):
        return "same" if self.first == self.second else "two"


class EnvironTimezone(Stress):
    """The C library reads the environment without a lock, and time.tzset() makes it read."""

    slug = "environ-set-against-tzset"
    question = "Can one thread set environment variables while another one calls time.tzset()?"
    on = "os.environ"
    operation = "set against C code that reads"
    module = "os"
    source = "https://docs.python.org/3.14/library/os.html#os.putenv"
    remedy = "porting/cookbook#pattern-lock"
    issue = "gh-83556 gh-157500"
    outcomes = (
        acceptable("done", "Nothing happened to either."),
        forbidden("SIG*", "The C library read a list of variables that was being moved."),
    )

    def actor1(self):
        for number in range(2000):
            os.environ[f"NEW{number}"] = "x" * 100

    def actor2(self):
        for _ in range(2000):
            time.tzset()

    def arbiter(self):
        for number in range(2000):
            del os.environ[f"NEW{number}"]


class ChangeFolder(Stress):
    """Each thread goes to a folder of its own and looks where it is."""

    slug = "chdir-in-two-threads"
    question = "Is a thread where it went with os.chdir() while another one goes elsewhere?"
    on = "os"
    operation = "chdir in two threads"
    module = "os"
    outcomes = (
        acceptable("where it went, where it went", "Each thread was where it had gone, each time."),
        interesting("*elsewhere*", "The current folder belongs to the process: all threads moved."),
    )

    def __init__(self):
        self.home = os.getcwd()
        os.makedirs("first", exist_ok=True)
        os.makedirs("second", exist_ok=True)

    def actor1(self):
        for _ in range(300):
            os.chdir(f"{self.home}/first")
            if not os.getcwd().endswith("first"):
                return "elsewhere"
        return "where it went"

    def actor2(self):
        for _ in range(300):
            os.chdir(f"{self.home}/second")
            if not os.getcwd().endswith("second"):
                return "elsewhere"
        return "where it went"

    def arbiter(self):
        os.chdir(self.home)


class Umask(Stress):
    """The way to make one private file, and the way to find out the umask."""

    slug = "umask-in-two-threads"
    question = "Is the umask what it was after two threads changed it and put it back?"
    on = "os"
    operation = "umask in two threads"
    module = "os"
    outcomes = (
        acceptable("restored", "The umask is the one from before."),
        interesting("changed", "One thread put back what the other one had set for a moment."),
    )

    def __init__(self):
        os.umask(0o022)

    def actor1(self):
        for _ in range(2000):
            before = os.umask(0o077)
            os.umask(before)

    def actor2(self):
        for _ in range(2000):
            before = os.umask(0o077)
            os.umask(before)

    def arbiter(self):
        return "restored" if os.umask(0o022) == 0o022 else "changed"


class Locale(Stress):
    """Each thread wants another rule for one text, and puts the old one back."""

    slug = "locale-in-two-threads"
    question = "Is the locale what it was after two threads changed it and put it back?"
    on = "locale"
    operation = "setlocale in two threads"
    module = "locale"
    source = "https://docs.python.org/3.14/library/locale.html#locale.setlocale"
    remedy = "porting/cookbook#pattern-lock"
    issue = "gh-127081"
    outcomes = (
        acceptable("restored", "The locale is the one from before."),
        interesting("changed", "One thread put back what the other one had set for a moment."),
        forbidden(
            "*Error*",
            "setlocale() returned the name of a locale whose memory the other thread had freed.",
        ),
        forbidden("SIG*", "The C library used or freed a locale that was being replaced."),
    )

    def __init__(self):
        locale.setlocale(locale.LC_CTYPE, "C")

    def actor1(self):
        for _ in range(1000):
            before = locale.setlocale(locale.LC_CTYPE)
            locale.setlocale(locale.LC_CTYPE, "C.UTF-8")
            locale.setlocale(locale.LC_CTYPE, before)

    def actor2(self):
        for _ in range(1000):
            before = locale.setlocale(locale.LC_CTYPE)
            locale.setlocale(locale.LC_CTYPE, "C.UTF-8")
            locale.setlocale(locale.LC_CTYPE, before)

    def arbiter(self):
        return "restored" if locale.setlocale(locale.LC_CTYPE) == "C" else "changed"


class TemporaryNames(Stress):
    """The names come from one generator of random numbers that all threads share."""

    slug = "tempfile-mkstemp"
    question = "Does each mkstemp() of two threads make a file of its own?"
    on = "tempfile"
    operation = "mkstemp in two threads"
    module = "tempfile"
    source = "https://docs.python.org/3.14/library/tempfile.html#tempfile.mkstemp"
    outcomes = (
        acceptable("all different", "Every call made another file."),
        forbidden("*", "Two calls gave one name, or one of them failed."),
    )

    def __init__(self):
        self.names = []

    def actor1(self):
        for _ in range(15):
            handle, name = tempfile.mkstemp(dir=".")
            os.close(handle)
            self.names.append(name)

    def actor2(self):
        for _ in range(15):
            handle, name = tempfile.mkstemp(dir=".")
            os.close(handle)
            self.names.append(name)

    def arbiter(self):
        for name in self.names:
            os.remove(name)
        return "all different" if len(set(self.names)) == 30 else "twice"


class ExistsThenMkdir(Stress):
    """os.makedirs(name, exist_ok=True) is what to write."""

    slug = "path-exists-then-mkdir"
    question = "Can os.mkdir() fail right after os.path.exists() said no?"
    on = "file system"
    operation = "if not exists: mkdir"
    module = "os"
    remedy = "porting/cookbook#pattern-recheck"
    outcomes = (
        acceptable("done", "The thread that came second saw the folder."),
        interesting("*FileExistsError*", "The other thread made the folder in between."),
    )

    def actor1(self):
        for number in range(20):
            if not os.path.exists(f"folder{number}"):
                os.mkdir(f"folder{number}")

    def actor2(self):
        for number in range(20):
            if not os.path.exists(f"folder{number}"):
                os.mkdir(f"folder{number}")

    def arbiter(self):
        for number in range(20):
            if os.path.exists(f"folder{number}"):
                os.rmdir(f"folder{number}")


class OpenExclusive(Stress):
    """Mode "x" makes the file or fails; the system decides who was first."""

    slug = "open-exclusive"
    question = "Does exactly one of two threads that open a new file with mode x get it?"
    on = "file system"
    operation = "open(…, 'x') in two threads"
    module = "io"
    source = "https://docs.python.org/3.14/library/functions.html#open"
    outcomes = (
        acceptable("one each", "One thread got each file, the other one FileExistsError."),
        forbidden("*", "Both threads got a file, or none."),
    )

    def __init__(self):
        self.won = []

    def claim(self):
        for number in range(30):
            try:
                open(f"claim{number}", "x").close()
                self.won.append(number)
            except FileExistsError:
                pass

    def actor1(self):
        self.claim()

    def actor2(self):
        self.claim()

    def arbiter(self):
        for number in range(30):
            os.remove(f"claim{number}")
        return "one each" if sorted(self.won) == list(range(30)) else "not one each"


class RewriteFile(Stress):
    """write_text() empties the file first; os.replace() of a second file would not."""

    slug = "file-rewrite-against-read"
    question = "Does a reader get the whole old or new text while another thread rewrites the file?"
    on = "file system"
    operation = "write_text against read_text"
    module = "pathlib"
    remedy = "porting/cookbook#pattern-publish"
    outcomes = (
        acceptable("whole", "Each text was whole."),
        interesting("empty", "The reader came after the file was emptied, and before the write."),
    )

    def __init__(self):
        self.path = pathlib.Path("settings.txt")
        self.path.write_text("whole")

    def actor1(self):
        for _ in range(20):
            self.path.write_text("whole")

    def actor2(self):
        for _ in range(40):
            if not self.path.read_text():
                return "empty"
        return "whole"


class WaitTwice(Stress):
    """The system tells the exit status of a process once; the object keeps it for the others."""

    slug = "popen-wait-in-two-threads"
    question = "Do two threads that wait for one process both get its exit status?"
    on = "subprocess.Popen"
    operation = "wait in two threads"
    module = "subprocess"
    source = "https://docs.python.org/3.14/library/subprocess.html#subprocess.Popen.wait"
    outcomes = (
        acceptable("7, 7", "Both threads got the exit status."),
        forbidden("*", "A thread got another status, or an exception."),
    )

    def __init__(self):
        self.process = subprocess.Popen(["sh", "-c", "exit 7"])

    def actor1(self):
        return self.process.wait()

    def actor2(self):
        return self.process.wait()
