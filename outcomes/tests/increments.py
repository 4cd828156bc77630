"""Increments: one value, read and written by two threads.

`n += 1` is a load, an addition and a store. Whatever holds the value, nothing makes one step of the three.
"""

from __future__ import annotations

import itertools
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


class FloatSum(Litmus):
    """A lost addition looks like an error of rounding, only larger."""

    slug = "attribute-float-sum"
    question = "Do two amounts that two threads add to an attribute both arrive?"
    on = "instance attribute"
    operation = "total += 0.5"
    remedy = "porting/cookbook#pattern-merge"
    outcomes = (
        acceptable("0.75", "Both amounts arrived."),
        interesting("0.5", "The second thread's 0.25 is lost."),
        interesting("0.25", "The first thread's 0.5 is lost."),
    )

    def __init__(self):
        self.total = 0.0

    def actor1(self):
        self.total += 0.5

    def actor2(self):
        self.total += 0.25

    def arbiter(self):
        return self.total


class StringAppend(Litmus):
    """Strings do not change: what is stored is a new one."""

    slug = "attribute-str-append"
    question = "Do two texts that two threads append to a string both arrive?"
    on = "instance attribute"
    operation = 'text += "a"'
    remedy = "porting/cookbook#pattern-merge"
    outcomes = (
        acceptable("ab", "Both texts arrived."),
        acceptable("ba", "Both texts arrived."),
        interesting("a", "The second thread's text is lost."),
        interesting("b", "The first thread's text is lost."),
    )

    def __init__(self):
        self.text = ""

    def actor1(self):
        self.text += "a"

    def actor2(self):
        self.text += "b"

    def arbiter(self):
        return self.text


class BytesAppend(Litmus):
    """The usual way to collect what comes from a socket."""

    slug = "attribute-bytes-append"
    question = "Do two chunks that two threads append to a bytes object both arrive?"
    on = "instance attribute"
    operation = 'data += b"a"'
    remedy = "porting/cookbook#pattern-merge"
    outcomes = (
        acceptable("ab", "Both chunks arrived."),
        acceptable("ba", "Both chunks arrived."),
        interesting("a", "The second thread's chunk is lost."),
        interesting("b", "The first thread's chunk is lost."),
    )

    def __init__(self):
        self.data = b""

    def actor1(self):
        self.data += b"a"

    def actor2(self):
        self.data += b"b"

    def arbiter(self):
        return self.data.decode()


class TupleAppend(Litmus):
    """A tuple of subscribers never changes under its readers, and loses one of two that come at once."""

    slug = "attribute-tuple-append"
    question = "Do two elements that two threads append to a tuple both arrive?"
    on = "instance attribute"
    operation = "handlers += (f,)"
    remedy = "porting/cookbook#pattern-publish"
    outcomes = (
        acceptable("a b", "Both elements arrived."),
        acceptable("b a", "Both elements arrived."),
        interesting("a", "The second thread's element is lost."),
        interesting("b", "The first thread's element is lost."),
    )

    def __init__(self):
        self.handlers = ()

    def actor1(self):
        self.handlers += ("a",)

    def actor2(self):
        self.handlers += ("b",)

    def arbiter(self):
        return " ".join(self.handlers)


class ListInPlaceAdd(Litmus):
    """Also a load, an addition and a store, but all three are about the same list."""

    slug = "attribute-list-iadd"
    question = "Do two elements that two threads add to a list with += both arrive?"
    on = "instance attribute"
    operation = "items += [x]"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-list-objects"
    outcomes = (
        acceptable("a b", "Both elements arrived."),
        acceptable("b a", "Both elements arrived."),
        forbidden("[ab]", "An element is lost: += is documented as safe for lists."),
    )

    def __init__(self):
        self.items = []

    def actor1(self):
        self.items += ["a"]

    def actor2(self):
        self.items += ["b"]

    def arbiter(self):
        return " ".join(self.items)


class SetInPlaceOr(Litmus):
    """The set is changed in its place, under its lock, and stored again as the same set."""

    slug = "attribute-set-ior"
    question = "Do two elements that two threads add to a set with |= both arrive?"
    on = "instance attribute"
    operation = "names |= {x}"
    level = "shared"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-set-objects"
    outcomes = (
        acceptable("2", "Both elements arrived."),
        forbidden("1", "An element is lost: |= is documented to lock both sets."),
    )

    def __init__(self):
        self.names = set()

    def actor1(self):
        self.names |= {"a"}

    def actor2(self):
        self.names |= {"b"}

    def arbiter(self):
        return len(self.names)


class FrozensetInPlaceOr(Litmus):
    """The same operator as for a set makes a new object here, and loses."""

    slug = "attribute-frozenset-ior"
    question = "Do two elements that two threads add to a frozenset with |= both arrive?"
    on = "instance attribute"
    operation = "names |= {x}, a frozenset"
    remedy = "porting/cookbook#pattern-publish"
    outcomes = (
        acceptable("2", "Both elements arrived."),
        interesting("1", "Both threads began with the empty set: one element is lost."),
    )

    def __init__(self):
        self.names = frozenset()

    def actor1(self):
        self.names |= {"a"}

    def actor2(self):
        self.names |= {"b"}

    def arbiter(self):
        return len(self.names)


class BitSet(Litmus):
    """Flags of one integer are one value, so who sets one flag writes all of them."""

    slug = "attribute-bit-set"
    question = "Do two flags that two threads set in one integer both stay set?"
    on = "instance attribute"
    operation = "flags |= bit"
    remedy = "porting/cookbook#pattern-lock"
    outcomes = (
        acceptable("3", "Both flags are set."),
        interesting("1", "The second thread's flag is lost."),
        interesting("2", "The first thread's flag is lost."),
    )

    def __init__(self):
        self.flags = 0

    def actor1(self):
        self.flags |= 1

    def actor2(self):
        self.flags |= 2

    def arbiter(self):
        return self.flags


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


class Money:
    def __init__(self):
        self.amount = 0

    def __iadd__(self, amount):
        self.amount += amount
        return self


class InPlaceOperator(Litmus):
    """One operator at the place of use, and the same three steps inside of it."""

    slug = "user-class-iadd"
    question = "Do two amounts arrive that two threads add with a class's own +=?"
    on = "class with __iadd__"
    operation = "+="
    remedy = "porting/cookbook#pattern-lock"
    outcomes = (
        acceptable("3", "Both amounts arrived."),
        interesting("1", "The second thread's amount is lost."),
        interesting("2", "The first thread's amount is lost."),
    )

    def __init__(self):
        self.money = Money()

    def actor1(self):
        self.money += 1

    def actor2(self):
        self.money += 2

    def arbiter(self):
        return self.money.amount


class Ticket(Litmus):
    """Handing out numbers is an increment whose value somebody keeps."""

    slug = "attribute-ticket"
    question = "Do two threads that draw a number from a counter get different ones?"
    on = "instance attribute"
    operation = "n += 1; return n"
    remedy = "porting/migrations#migration-ids"
    outcomes = (
        acceptable("1, 2", "Each thread has a number of its own."),
        acceptable("2, 1", "Each thread has a number of its own."),
        interesting("1, 1", "Both threads have the same number: one increment is lost."),
        interesting(
            "2, 2", "Both have the same number: the first read it after the second one's increment."
        ),
    )

    def __init__(self):
        self.n = 0

    def actor1(self):
        self.n += 1
        return self.n

    def actor2(self):
        self.n += 1
        return self.n


class CountTicket(Litmus):
    """The shortest counter without a lock, as long as its documentation does not promise it."""

    slug = "itertools-count-ticket"
    question = "Do two threads that draw a number from itertools.count() get different ones?"
    on = "itertools.count"
    operation = "next() as a counter"
    module = "itertools"
    remedy = "porting/migrations#migration-ids"
    outcomes = (
        acceptable("0, 1", "Each thread has a number of its own."),
        acceptable("1, 0", "Each thread has a number of its own."),
        interesting("0, 0", "Both threads have the same number."),
    )

    def __init__(self):
        self.numbers = itertools.count()

    def actor1(self):
        return next(self.numbers)

    def actor2(self):
        return next(self.numbers)


class CounterIncrement(Litmus):
    """The first two words of a text: the key is not there yet."""

    slug = "counter-item-increment"
    question = "Do two increments of a Counter's item always make two?"
    on = "collections.Counter"
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


class Highest(Litmus):
    """A high-water mark, as metrics keep it."""

    slug = "attribute-max"
    question = "Does the highest of two values that two threads report always stay?"
    on = "instance attribute"
    operation = "if x > n: n = x"
    remedy = "porting/cookbook#pattern-lock"
    outcomes = (
        acceptable("9", "The highest value stayed."),
        interesting("5", "The thread with 5 had compared it with 0, and stored it over the 9."),
    )

    def __init__(self):
        self.highest = 0

    def actor1(self):
        if self.highest < 5:
            self.highest = 5

    def actor2(self):
        if self.highest < 9:
            self.highest = 9

    def arbiter(self):
        return self.highest


class Withdraw(Litmus):
    """The account has enough for one of the two."""

    slug = "attribute-check-then-subtract"
    question = "Can two threads withdraw more than there is?"
    on = "instance attribute"
    operation = "if n >= x: n -= x"
    remedy = "porting/cookbook#pattern-lock"
    outcomes = (
        acceptable("paid, refused", "One thread was paid."),
        acceptable("refused, paid", "One thread was paid."),
        interesting("paid, paid", "Both threads looked at the balance before either changed it."),
    )

    def __init__(self):
        self.balance = 10

    def actor1(self):
        if self.balance >= 10:
            self.balance -= 10
            return "paid"
        return "refused"

    def actor2(self):
        if self.balance >= 10:
            self.balance -= 10
            return "paid"
        return "refused"


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
