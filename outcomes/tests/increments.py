"""Increments: one value, read and written by two threads.

`n += 1` is a load, an addition and a store. Whatever holds the value, nothing makes one step of the three.
"""

from __future__ import annotations

import threading
import types
from collections import Counter

from outcomes.tests.declare import Litmus, Stress, acceptable, forbidden, interesting


class AttributeIncrement(Litmus):
    """The smallest lost update."""

    slug = "attribute-increment"
    question = "Do two increments of an attribute always make two?"
    on = "instance attribute"
    operation = "n += 1"
    remedy = "porting/migrations#migration-counter"
    control = "1"
    outcomes = (
        acceptable("2", "Both increments arrived."),
        interesting("1", "Both threads read 0 before either stored 1: one increment is lost."),
    )

    def __init__(self):
        self.n = 0

    def actor1(self):
        self.n += 1

    def actor2(self):
        self.n += 1

    def arbiter(self):
        return self.n


class LockedIncrement(Litmus):
    """The negative control: the same increment under a lock."""

    slug = "attribute-increment-locked"
    question = "Do two increments under one lock always make two?"
    on = "instance attribute"
    operation = "n += 1 under a lock"
    module = "threading"
    source = "https://docs.python.org/3.14/library/threading.html#lock-objects"
    control = "none"
    outcomes = (
        acceptable("2", "Both increments arrived."),
        forbidden("1", "The lock let two threads in."),
    )

    def __init__(self):
        self.n = 0
        self.lock = threading.Lock()

    def actor1(self):
        with self.lock:
            self.n += 1

    def actor2(self):
        with self.lock:
            self.n += 1

    def arbiter(self):
        return self.n


class GlobalIncrement(Stress):
    """A global cannot be made anew for each sample, so both threads count in a loop."""

    slug = "global-increment"
    question = "Do 10,000 increments of a global in two threads each make 20,000?"
    on = "global variable"
    operation = "n += 1"
    remedy = "porting/cookbook#pattern-merge"
    outcomes = (
        acceptable("all", "Every increment arrived."),
        interesting("lost", "A thread stored a sum that it had computed from an older value."),
    )

    def __init__(self):
        global total
        total = 0

    def actor1(self):
        global total
        for _ in range(10_000):
            total += 1

    def actor2(self):
        global total
        for _ in range(10_000):
            total += 1

    def arbiter(self):
        return "all" if total == 20_000 else "lost"


class SlotIncrement(Litmus):
    """A slot is one field of the object, and still read and written by separate steps."""

    __slots__ = ("n",)

    slug = "slot-increment"
    question = "Do two increments of a slot always make two?"
    on = "slot (__slots__)"
    operation = "n += 1"
    remedy = "porting/migrations#migration-counter"
    outcomes = (
        acceptable("2", "Both increments arrived."),
        interesting("1", "Both threads read 0 before either stored 1: one increment is lost."),
    )

    def __init__(self):
        self.n = 0

    def actor1(self):
        self.n += 1

    def actor2(self):
        self.n += 1

    def arbiter(self):
        return self.n


class ClassAttributeIncrement(Stress):
    """Writing to a class also tells every cache of its attributes, which takes time."""

    slug = "class-attribute-increment"
    question = "Do 1,000 increments of a class attribute in two threads each make 2,000?"
    on = "class attribute"
    operation = "n += 1"
    remedy = "porting/migrations#migration-counter"
    outcomes = (
        acceptable("all", "Every increment arrived."),
        interesting("lost", "A thread stored a sum that it had computed from an older value."),
    )

    n = 0

    def __init__(self):
        ClassAttributeIncrement.n = 0

    def actor1(self):
        for _ in range(1_000):
            ClassAttributeIncrement.n += 1

    def actor2(self):
        for _ in range(1_000):
            ClassAttributeIncrement.n += 1

    def arbiter(self):
        return "all" if self.n == 2_000 else "lost"


class ModuleAttributeIncrement(Litmus):
    """What `settings.requests += 1` does from another module."""

    slug = "module-attribute-increment"
    question = "Do two increments of another module's global always make two?"
    on = "module attribute"
    operation = "n += 1"
    remedy = "porting/migrations#migration-counter"
    outcomes = (
        acceptable("2", "Both increments arrived."),
        interesting("1", "Both threads read 0 before either stored 1: one increment is lost."),
    )

    def __init__(self):
        self.settings = types.ModuleType("settings")
        self.settings.requests = 0

    def actor1(self):
        self.settings.requests += 1

    def actor2(self):
        self.settings.requests += 1

    def arbiter(self):
        return self.settings.requests


class ListItemIncrement(Litmus):
    """Reading an item is one step, and so is writing it: the sum of both is two."""

    slug = "list-item-increment"
    question = "Do two increments of a list's item always make two?"
    on = "list"
    operation = "l[i] += 1"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-list-objects"
    remedy = "porting/cookbook#pattern-lock"
    outcomes = (
        acceptable("2", "Both increments arrived."),
        interesting("1", "Both threads read 0 before either stored 1: one increment is lost."),
    )

    def __init__(self):
        self.counts = [0]

    def actor1(self):
        self.counts[0] += 1

    def actor2(self):
        self.counts[0] += 1

    def arbiter(self):
        return self.counts[0]


class ClosureIncrement(Litmus):
    """The cell of a closure has a lock of its own for each read and for each write."""

    slug = "closure-increment"
    question = "Do two increments of a closure's variable always make two?"
    on = "closure variable"
    operation = "nonlocal n; n += 1"
    remedy = "porting/migrations#migration-counter"
    outcomes = (
        acceptable("2", "Both increments arrived."),
        interesting("1", "Both threads read 0 before either stored 1: one increment is lost."),
    )

    def __init__(self):
        n = 0

        def count():
            nonlocal n
            n += 1

        self.count = count
        self.read = lambda: n

    def actor1(self):
        self.count()

    def actor2(self):
        self.count()

    def arbiter(self):
        return self.read()


class IncrementByCall(Litmus):
    """The call stands between the load and the store, with all the time that it takes."""

    slug = "attribute-increment-call"
    question = "Does n += f() add what f() returns to the newest n?"
    on = "instance attribute"
    operation = "n += f()"
    remedy = "porting/cookbook#pattern-lock"
    outcomes = (
        acceptable("2", "Both increments arrived."),
        interesting("1", "n is read before f() is called: what came meanwhile is overwritten."),
    )

    def __init__(self):
        self.n = 0

    def one(self):
        return 1

    def actor1(self):
        self.n += self.one()

    def actor2(self):
        self.n += self.one()

    def arbiter(self):
        return self.n


class PropertyIncrement(Litmus):
    """Two calls of Python functions, and each of them is a place where the GIL may change hands."""

    slug = "property-increment"
    question = "Do two increments through a property always make two?"
    on = "property"
    operation = "n += 1"
    remedy = "porting/not-atomic#what-the-gil-hid"
    outcomes = (
        acceptable("2", "Both increments arrived."),
        interesting("1", "Both threads called the getter before either called the setter."),
    )

    def __init__(self):
        self._n = 0

    @property
    def n(self):
        return self._n

    @n.setter
    def n(self, value):
        self._n = value

    def actor1(self):
        self.n += 1

    def actor2(self):
        self.n += 1

    def arbiter(self):
        return self._n


class Field:
    def __get__(self, instance, owner):
        return instance.values["n"]

    def __set__(self, instance, value):
        instance.values["n"] = value


class DescriptorIncrement(Litmus):
    """How fields of many object mappers are made: the value lies in a dictionary of the instance."""

    slug = "descriptor-increment"
    question = "Do two increments through a descriptor always make two?"
    on = "descriptor"
    operation = "n += 1"
    remedy = "porting/cookbook#pattern-lock"
    outcomes = (
        acceptable("2", "Both increments arrived."),
        interesting("1", "Both threads called __get__ before either called __set__."),
    )

    n = Field()

    def __init__(self):
        self.values = {"n": 0}

    def actor1(self):
        self.n += 1

    def actor2(self):
        self.n += 1

    def arbiter(self):
        return self.values["n"]


class CounterIncrement(Litmus):
    """The first two words of a text: the key is not there yet."""

    slug = "counter-item-increment"
    question = "Do two increments of a Counter's item always make two?"
    on = "Counter"
    operation = "c[k] += 1"
    module = "collections"
    remedy = "porting/cookbook#pattern-merge"
    outcomes = (
        acceptable("2", "Both increments arrived."),
        interesting("1", "Both threads read 0 before either stored 1: one increment is lost."),
    )

    def __init__(self):
        self.words = Counter()

    def actor1(self):
        self.words["spam"] += 1

    def actor2(self):
        self.words["spam"] += 1

    def arbiter(self):
        return self.words["spam"]


class OwnAttribute(Litmus):
    """The remedy without a lock: each thread counts in an attribute of its own."""

    slug = "attribute-increment-own"
    question = "Do two increments always make two if each thread has an attribute of its own?"
    on = "two attributes"
    operation = "n += 1, one attribute a thread"
    remedy = "porting/cookbook#pattern-merge"
    outcomes = (
        acceptable("2", "Both increments arrived."),
        forbidden("[01]", "Writing one attribute changed another one."),
    )

    def __init__(self):
        self.a = self.b = 0

    def actor1(self):
        self.a += 1

    def actor2(self):
        self.b += 1

    def arbiter(self):
        return self.a + self.b
