"""Attributes: replaced, deleted, and read in pairs.

One read or write of an attribute is one step; what a program means is often two of them.
"""

from __future__ import annotations

import threading

from outcomes.tests.declare import Litmus, Stress, acceptable, forbidden, interesting


class Toggle(Litmus):
    """Two who press the switch once each should find the lamp as it was."""

    slug = "attribute-toggle"
    question = "Is a flag that two threads toggle once each what it was before?"
    on = "instance attribute"
    operation = "flag = not flag"
    remedy = "porting/cookbook#pattern-lock"
    outcomes = (
        acceptable("False", "Both threads toggled, one after the other."),
        interesting("True", "Both threads read False and stored True."),
    )

    def __init__(self):
        self.flag = False

    def actor1(self):
        self.flag = not self.flag

    def actor2(self):
        self.flag = not self.flag

    def arbiter(self):
        return self.flag


class Swap(Litmus):
    """One line, two reads and two writes."""

    slug = "attribute-swap"
    question = "Are two attributes still different after two threads swapped them?"
    on = "two attributes"
    operation = "a, b = b, a"
    remedy = "porting/migrations#migration-pair"
    outcomes = (
        acceptable("1 2", "Both swaps happened one after the other."),
        interesting("2 1", "Both threads read the same pair: one swap is lost."),
        interesting(
            "1 1", "The two writes of a thread became visible in the other order: a value is lost."
        ),
        interesting("2 2", "One thread read between the writes of the other one: a value is lost."),
    )

    def __init__(self):
        self.a, self.b = 1, 2

    def actor1(self):
        self.a, self.b = self.b, self.a

    def actor2(self):
        self.a, self.b = self.b, self.a

    def arbiter(self):
        return f"{self.a} {self.b}"


class TornPair(Litmus):
    """Start and end of a span are two attributes to a reader."""

    slug = "attribute-pair-read"
    question = "Does a reader see both of two attributes old, or both new?"
    on = "two attributes"
    operation = "write two, read two"
    remedy = "porting/migrations#migration-pair"
    outcomes = (
        acceptable("0 0", "Both are old."),
        acceptable("1 1", "Both are new."),
        interesting("1 0", "The reader came between the two writes."),
        interesting("0 1", "Both writes came between the two reads."),
    )

    def __init__(self):
        self.a = self.b = 0

    def actor1(self):
        self.a = 1
        self.b = 1

    def actor2(self):
        return f"{self.a} {self.b}"


class LockedPair(Litmus):
    """The reader needs the lock as much as the writer does."""

    slug = "attribute-pair-read-locked"
    question = "Does a reader see two attributes both old or both new, under one lock?"
    on = "two attributes"
    operation = "write two, read two, under a lock"
    module = "threading"
    source = "https://docs.python.org/3.14/library/threading.html#lock-objects"
    outcomes = (
        acceptable("0 0", "Both are old."),
        acceptable("1 1", "Both are new."),
        forbidden("1 0", "The lock let two threads in."),
        forbidden("0 1", "The lock let two threads in."),
    )

    def __init__(self):
        self.a = self.b = 0
        self.lock = threading.Lock()

    def actor1(self):
        with self.lock:
            self.a = 1
            self.b = 1

    def actor2(self):
        with self.lock:
            return f"{self.a} {self.b}"


class PairAsTuple(Litmus):
    """Two values in one tuple are written at once, if they are read at once, too."""

    slug = "attribute-pair-tuple"
    question = "Does a reader see both values of a pair that is one tuple old, or both new?"
    on = "instance attribute"
    operation = "replace a tuple, unpack it"
    remedy = "porting/cookbook#pattern-publish"
    outcomes = (
        acceptable("0 0", "Both are old."),
        acceptable("1 1", "Both are new."),
        forbidden("1 0", "A tuple changed."),
        forbidden("0 1", "A tuple changed."),
    )

    def __init__(self):
        self.pair = (0, 0)

    def actor1(self):
        self.pair = (1, 1)

    def actor2(self):
        a, b = self.pair
        return f"{a} {b}"


class DeleteAgainstRead(Litmus):
    """The test is true, and the next line fails."""

    slug = "attribute-hasattr-then-read"
    question = "Is an attribute still there right after hasattr() said so?"
    on = "instance attribute"
    operation = "hasattr, then read, against del"
    remedy = "porting/cookbook#pattern-recheck"
    outcomes = (
        acceptable("1", "The attribute was read before it was deleted."),
        acceptable("gone", "hasattr() said no."),
        interesting("AttributeError", "The attribute was deleted between the two lines."),
    )

    def __init__(self):
        self.value = 1

    def actor1(self):
        del self.value

    def actor2(self):
        return self.value if hasattr(self, "value") else "gone"


class DeleteTwice(Litmus):
    """One of two deletions has nothing left to delete."""

    slug = "attribute-delete-twice"
    question = "Does exactly one of two threads that delete an attribute succeed?"
    on = "instance attribute"
    operation = "del in two threads"
    outcomes = (
        acceptable("AttributeError", "One thread deleted the attribute, the other one found none."),
        forbidden("done", "Both threads deleted the same attribute."),
        forbidden("AttributeError, AttributeError", "The attribute is gone and nobody deleted it."),
    )

    def __init__(self):
        self.value = 1

    def actor1(self):
        del self.value

    def actor2(self):
        del self.value


class Boxed:
    def __init__(self):
        self.number = 42


class SlotDelete(Litmus):
    """The reader may hold nothing when the slot has dropped its value, but never what was freed."""

    __slots__ = ("value",)

    slug = "slot-delete-read"
    question = (
        "Does a thread that reads a slot while another one deletes it get the value or an error?"
    )
    on = "slot (__slots__)"
    operation = "read against del"
    issue = "none found"
    outcomes = (
        acceptable("42", "The value was read before it was deleted."),
        acceptable("AttributeError", "The value was deleted first."),
    )

    def __init__(self):
        self.value = Boxed()

    def actor1(self):
        del self.value

    def actor2(self):
        return self.value.number


class ReplaceAgainstRead(Litmus):
    """The writer drops the only reference to the object that the reader is about to use."""

    slug = "attribute-replace-read"
    question = (
        "Does a thread that reads an attribute while another one replaces it get a whole object?"
    )
    on = "instance attribute"
    operation = "read against replace"
    outcomes = (
        acceptable("42", "The reader got the old object or the new one, alive and whole."),
        forbidden("*Error", "The reader got an object that was no longer one."),
    )

    def __init__(self):
        self.box = Boxed()

    def actor1(self):
        self.box = Boxed()

    def actor2(self):
        return self.box.number


class SetattrBoth(Litmus):
    """The names are made at run time, and the object gets both of them at once."""

    slug = "attribute-setattr-new"
    question = "Are two new attributes that two threads set at once both there afterwards?"
    on = "instance attribute"
    operation = "setattr of new names"
    outcomes = (
        acceptable("1 2", "Both attributes are there."),
        forbidden("None 2", "The first thread's attribute is lost."),
        forbidden("1 None", "The second thread's attribute is lost."),
        forbidden("None None", "Both attributes are lost."),
    )

    def actor1(self):
        setattr(self, "a", 1)

    def actor2(self):
        setattr(self, "b", 2)

    def arbiter(self):
        return f"{getattr(self, 'a', None)} {getattr(self, 'b', None)}"


class DictAgainstAttribute(Litmus):
    """The first use of __dict__ moves the attributes from the object into a dictionary."""

    slug = "instance-dict-against-attribute"
    question = "Do a write through __dict__ and a write to an attribute both arrive?"
    on = "instance __dict__"
    operation = "__dict__[k] = v against an attribute"
    outcomes = (
        acceptable("1 2", "Both writes arrived."),
        forbidden("0 2", "The write through __dict__ is lost."),
        forbidden("1 0", "The write to the attribute is lost."),
        forbidden("0 0", "Both writes are lost."),
    )

    def __init__(self):
        self.a = self.b = 0

    def actor1(self):
        self.__dict__["a"] = 1

    def actor2(self):
        self.b = 2

    def arbiter(self):
        return f"{self.a} {self.b}"


class ReplaceDict(Litmus):
    """Borg classes and some loaders assign a whole __dict__."""

    slug = "instance-dict-replace"
    question = (
        "Is an attribute that is set while __dict__ is replaced in the old or the new dictionary?"
    )
    on = "instance __dict__"
    operation = "o.__dict__ = d against an attribute"
    outcomes = (
        acceptable("2", "The attribute was set after the replacement."),
        acceptable("0", "The attribute was set before, and replaced with the rest."),
        forbidden("*Error", "The attribute is in neither."),
    )

    def __init__(self):
        self.b = 1

    def actor1(self):
        self.__dict__ = {"b": 0}

    def actor2(self):
        self.b = 2

    def arbiter(self):
        return self.b


class Draft:
    def name(self):
        return "draft"


class Final:
    def name(self):
        return "final"


class ClassAssignment(Litmus):
    """The method is looked up in whichever class the object has at that moment."""

    slug = "instance-class-assignment"
    question = "Does a method call while __class__ is assigned run one of the two methods?"
    on = "instance __class__"
    operation = "assign against a method call"
    issue = "none found"
    outcomes = (
        acceptable("draft", "The call came first."),
        acceptable("final", "The assignment came first."),
    )

    def __init__(self):
        self.page = Draft()

    def actor1(self):
        self.page.__class__ = Final

    def actor2(self):
        return self.page.name()
