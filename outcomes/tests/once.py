"""Done once: lazy attributes, singletons and flags.

Check, then act: a thread that checks before the other has acted does it, too. These tests ran on x86-64 only.
"""

from __future__ import annotations

import threading

from outcomes.tests.declare import Litmus, acceptable, forbidden, interesting


class LazyAttribute(Litmus):
    """Made at first use, which two threads may both think they are."""

    slug = "lazy-attribute"
    question = "Do two threads get the same object from an attribute that is made at first use?"
    on = "lazily made attribute"
    operation = "if x is None: x = make()"
    remedy = "porting/migrations#migration-lazy"
    note = "Seen on x86-64 only. The program is wrong on every processor."
    outcomes = (
        acceptable("same", "One object was made, or the second one before anybody had the first."),
        interesting("two", "Both threads found None and made one: each has another object."),
    )

    def __init__(self):
        self.connection = self.first = self.second = None

    def get(self):
        if self.connection is None:
            self.connection = object()
        return self.connection

    def actor1(self):
        self.first = self.get()

    def actor2(self):
        self.second = self.get()

    def arbiter(self):
        return "same" if self.first is self.second else "two"


class LazyTry(Litmus):
    """The same without a None: the thread that finds no attribute makes it."""

    slug = "lazy-attribute-try"
    question = (
        "Do two threads get the same object from an attribute that is made when it is missing?"
    )
    on = "lazily made attribute"
    operation = "try to read, except AttributeError: make"
    remedy = "porting/migrations#migration-lazy"
    note = "Seen on x86-64 only. The program is wrong on every processor."
    outcomes = (
        acceptable("same", "One object was made, or the second one before anybody had the first."),
        interesting(
            "two", "Both threads found no attribute and made one: each has another object."
        ),
    )

    def __init__(self):
        self.first = self.second = None

    def get(self):
        try:
            return self.connection
        except AttributeError:
            self.connection = object()
            return self.connection

    def actor1(self):
        self.first = self.get()

    def actor2(self):
        self.second = self.get()

    def arbiter(self):
        return "same" if self.first is self.second else "two"


class Node:
    def __init__(self):
        self.value = object()


class DoubleChecked(Litmus):
    """Looks without the lock, and again with it."""

    slug = "lazy-attribute-double-checked"
    question = "Do two threads get the same object from an attribute made under a lock after a second look?"
    on = "lazily made attribute"
    operation = "double-checked, with a lock"
    remedy = "porting/cookbook#pattern-recheck"
    note = (
        "Seen on x86-64 only. The first look, without the lock, relies on an order of stores that nothing "
        "documents: an AttributeError would be the sign of it."
    )
    outcomes = (
        acceptable("same", "One object was made, and both threads have it, complete."),
        forbidden("two", "The lock let two threads in."),
        interesting(
            "*AttributeError*", "A thread saw the object before what its __init__ had stored."
        ),
    )

    def __init__(self):
        self.lock = threading.Lock()
        self.node = self.first = self.second = None

    def get(self):
        if self.node is None:
            with self.lock:
                if self.node is None:
                    self.node = Node()
        return self.node

    def actor1(self):
        self.first = self.get().value

    def actor2(self):
        self.second = self.get().value

    def arbiter(self):
        return "same" if self.first is self.second else "two"


class DoOnce(Litmus):
    """A flag of one's own instead of a lock."""

    slug = "do-once-flag"
    question = "Does a step that a flag guards run once?"
    on = "do-once flag"
    operation = "if not done: work, done = True"
    remedy = "porting/cookbook#pattern-once"
    note = "Seen on x86-64 only. The program is wrong on every processor."
    outcomes = (
        acceptable("once", "The step ran once."),
        interesting("twice", "Both threads found the flag down: the step ran twice."),
    )

    def __init__(self):
        self.done, self.runs = False, []

    def ensure(self):
        if not self.done:
            self.runs.append("set up")
            self.done = True

    def actor1(self):
        self.ensure()

    def actor2(self):
        self.ensure()

    def arbiter(self):
        return "once" if len(self.runs) == 1 else "twice"


class DoOnceFlagFirst(Litmus):
    """Raising the flag first makes the window for two runs smaller, and opens another one."""

    slug = "do-once-flag-first"
    question = (
        "Is the work done for a thread that finds a do-once flag up, if the flag comes first?"
    )
    on = "do-once flag"
    operation = "if not done: done = True, work"
    remedy = "porting/cookbook#pattern-once"
    note = "Seen on x86-64 only. The program is wrong on every processor."
    outcomes = (
        acceptable("42, 42", "The step was done for both threads."),
        interesting("42, empty", "The second thread found the flag up and the work not done."),
        interesting("empty, 42", "The first thread found the flag up and the work not done."),
    )

    def __init__(self):
        self.done, self.settings = False, "empty"

    def ensure(self):
        if not self.done:
            self.done = True
            self.settings = 42
        return self.settings

    def actor1(self):
        return self.ensure()

    def actor2(self):
        return self.ensure()


class DoOnceLocked(Litmus):
    """The lock around the whole step, and the flag last."""

    slug = "do-once-locked"
    question = "Does a step run once, and is it done for both threads, under a lock?"
    on = "do-once flag"
    operation = "under a lock"
    source = "https://docs.python.org/3.14/library/threading.html#lock-objects"
    note = "Seen on x86-64 only; the lock is documented, on every processor."
    outcomes = (
        acceptable("42, 42, once", "The step ran once and was done for both threads."),
        forbidden("*twice", "The lock let two threads in."),
        forbidden("*empty*", "A thread came past the lock before the work was done."),
    )

    def __init__(self):
        self.lock = threading.Lock()
        self.done, self.runs, self.settings = False, [], "empty"

    def ensure(self):
        with self.lock:
            if not self.done:
                self.settings = 42
                self.runs.append("set up")
                self.done = True
        return self.settings

    def actor1(self):
        return self.ensure()

    def actor2(self):
        return self.ensure()

    def arbiter(self):
        return "once" if len(self.runs) == 1 else "twice"


class Singleton(Litmus):
    """The class is made anew for each sample, since a singleton can be made only once."""

    slug = "singleton-new"
    question = "Do two threads get the same object from a class that keeps its instance in __new__?"
    on = "singleton"
    operation = "cached in __new__"
    remedy = "porting/cookbook#pattern-once"
    note = "Seen on x86-64 only. The program is wrong on every processor."
    outcomes = (
        acceptable("same", "Both threads have the same object."),
        interesting("two", "Both threads found no instance and made one: each has another object."),
    )

    def __init__(self):
        class Config:
            instance = None

            def __new__(cls):
                if cls.instance is None:
                    cls.instance = super().__new__(cls)
                return cls.instance

        self.Config = Config
        self.first = self.second = None

    def actor1(self):
        self.first = self.Config()

    def actor2(self):
        self.second = self.Config()

    def arbiter(self):
        return "same" if self.first is self.second else "two"


class SingletonInit(Litmus):
    """Python calls __init__ whenever the class is called, also when __new__ returned the old object."""

    slug = "singleton-init"
    question = (
        "Does what a thread sets on a singleton stay while another thread gets the singleton?"
    )
    on = "singleton"
    operation = "cached in __new__, filled in __init__"
    remedy = "porting/cookbook#pattern-once"
    note = "Seen on x86-64 only. The program is wrong on every processor."
    outcomes = (
        acceptable("True, True", "What each thread set was there when it looked."),
        interesting(
            "False, True", "__init__ ran for the second thread and reset what the first had set."
        ),
        interesting(
            "True, False", "__init__ ran for the first thread and reset what the second had set."
        ),
    )

    def __init__(self):
        class Config:
            instance = None

            def __new__(cls):
                if cls.instance is None:
                    cls.instance = super().__new__(cls)
                return cls.instance

            def __init__(self):
                self.debug = False

        self.Config = Config
        Config()

    def actor1(self):
        config = self.Config()
        config.debug = True
        return config.debug

    def actor2(self):
        config = self.Config()
        config.debug = True
        return config.debug
