"""Accumulation: sums, strings and sets that two threads add to.

Each of these reads a value, makes a new one and stores it. What another thread stored in between is lost.
"""

from __future__ import annotations

import itertools

from outcomes.tests.declare import Litmus, Stress, acceptable, forbidden, interesting


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
    """Giving out numbers is an increment whose value somebody keeps."""

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
