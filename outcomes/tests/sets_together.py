"""Sets: operators and comparisons.

CPython documents that a single call does not corrupt a set, and that operators between two sets lock both.
A loop is as many steps as there are elements.
"""

from __future__ import annotations

from outcomes.tests.declare import Litmus, Stress, acceptable, forbidden, interesting


class SetUpdateCopy(Litmus):
    """The same seen through `copy()`, which waits for the lock."""

    slug = "set-update-copy"
    question = "Does copy() see a set in the middle of update()?"
    on = "set"
    operation = "update against copy"
    level = "atomic"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-set-objects"
    remedy = "porting/cookbook#pattern-copy"
    outcomes = (
        acceptable("before", "No new element."),
        acceptable("after", "All new elements."),
        forbidden("between", "Some of the new elements were there, and others not."),
    )

    def __init__(self):
        self.items = {-1}
        self.change = set(range(20))

    def actor1(self):
        self.items.update(self.change)

    def actor2(self):
        return {1: "before", 21: "after"}.get(len(self.items.copy()), "between")


class SetInPlaceOr(Litmus):
    """Each operand belongs to one thread, the set to both."""

    slug = "set-ior"
    question = "Do two `|=` on one set lose elements?"
    on = "set"
    operation = "|="
    level = "shared"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-set-objects"
    outcomes = (
        acceptable("all", "The elements of both are there."),
        forbidden("lost", "Elements are missing."),
    )

    def __init__(self):
        self.items = set()

    def actor1(self):
        self.items |= {1, 2, 3, 4}

    def actor2(self):
        self.items |= {5, 6, 7, 8}

    def arbiter(self):
        return "all" if len(self.items) == 8 else "lost"


class SetOrStore(Litmus):
    """It looks like `|=`, and makes a new set each time."""

    slug = "set-or-store"
    question = "Does `s = s | {x}` lose elements?"
    on = "set"
    operation = "s = s | {x}"
    remedy = "porting/cookbook#pattern-lock"
    outcomes = (
        acceptable("2", "Both elements are there."),
        interesting("1", "Both threads began with the empty set: the later assignment won."),
    )

    def __init__(self):
        self.items = set()

    def actor1(self):
        self.items = self.items | {"a"}

    def actor2(self):
        self.items = self.items | {"b"}

    def arbiter(self):
        return len(self.items)


class SetInPlaceAnd(Litmus):
    """The element is in both sets, so it is in the result, before and after."""

    slug = "set-iand"
    question = "Can `in` miss an element that `&=` keeps?"
    on = "set"
    operation = "&= against in"
    level = "shared"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-set-objects"
    remedy = "porting/cookbook#pattern-publish"
    note = "CPython documents that `in` may see a state in between."
    outcomes = (
        acceptable("True", "It was found."),
        interesting("False", "It was looked for while the result was put in the set's place."),
    )

    def __init__(self):
        self.items = set(range(20))
        self.other = set(range(10, 30))

    def actor1(self):
        self.items &= self.other

    def actor2(self):
        return 15 in self.items


class SetInPlaceXor(Litmus):
    """Done twice, it is as if it had not been done."""

    slug = "set-ixor"
    question = "Do two `^=` with the same operand cancel each other?"
    on = "set"
    operation = "^="
    level = "shared"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-set-objects"
    outcomes = (
        acceptable("as before", "All elements are as they were."),
        forbidden("changed", "One of the two was done in part."),
    )

    def __init__(self):
        self.items = {1, 2, 3, 4}

    def actor1(self):
        self.items ^= {3, 4, 5, 6}

    def actor2(self):
        self.items ^= {3, 4, 5, 6}

    def arbiter(self):
        return "as before" if self.items == {1, 2, 3, 4} else "changed"


class SetSubset(Litmus):
    """The set is {0, 9} or {1, 9}, and never has both 0 and 1."""

    slug = "set-issubset"
    question = "Can issubset() see elements that were never in the set together?"
    on = "set"
    operation = "issubset"
    level = "shared"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-set-objects"
    outcomes = (
        acceptable("False", "Only one of the two is in the set."),
        forbidden("True", "One was looked for before `^=`, the other one after."),
    )

    def __init__(self):
        self.items = {0, 9}

    def actor1(self):
        self.items ^= {0, 1}

    def actor2(self):
        return {0, 1}.issubset(self.items)


class SetDisjoint(Litmus):
    """The other way round: at every moment the set has one of the two."""

    slug = "set-isdisjoint"
    question = "Can isdisjoint() miss the one element that is always there?"
    on = "set"
    operation = "isdisjoint"
    level = "shared"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-set-objects"
    outcomes = (
        acceptable("False", "The set always has 0 or 1."),
        forbidden("True", "One was looked for before `^=`, the other one after."),
    )

    def __init__(self):
        self.items = {1, 9}

    def actor1(self):
        self.items ^= {0, 1}

    def actor2(self):
        return self.items.isdisjoint({0, 1})


class SetEqual(Litmus):
    """The page of guarantees does not name `==`."""

    slug = "set-eq"
    question = "Can a set compare equal to something that it never was?"
    on = "set"
    operation = "=="
    outcomes = (
        acceptable("False", "The set was {0, 9} or {1, 9}, and never {0, 1}."),
        interesting("True", "One element was compared before `^=`, the other one after."),
    )

    def __init__(self):
        self.items = {0, 9}

    def actor1(self):
        self.items ^= {0, 1}

    def actor2(self):
        return self.items == {0, 1}


class SetRepr(Litmus):
    """What a log line would show."""

    slug = "set-repr"
    question = "Does repr(s) show one state of a set?"
    on = "set"
    operation = "repr(s)"
    remedy = "porting/cookbook#pattern-copy"
    outcomes = (
        acceptable("one", "One of the two elements that are exchanged was shown."),
        interesting("both", "Both were shown, which were never in the set together."),
        interesting("neither", "Neither was shown, though one was there all the time."),
    )

    def __init__(self):
        self.items = {0, 9}

    def actor1(self):
        self.items ^= {0, 1}

    def actor2(self):
        shown = repr(self.items)
        return ["neither", "one", "both"][("0" in shown) + ("1" in shown)]
