"""Lists: copies and searches of what others change.

A copy that is one step sees a state that the list once had.
"""

from __future__ import annotations

from outcomes.tests.declare import Litmus, Stress, acceptable, forbidden, interesting


class ListSortRead(Litmus):
    """`sort()` takes the elements out of the list and puts them back at the end."""

    slug = "list-sort-read"
    question = "What does another thread see of a list that is being sorted?"
    on = "list"
    operation = "sort, read by others"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-list-objects"
    remedy = "porting/cookbook#pattern-publish"
    control = "empty"
    outcomes = (
        acceptable("full", "All elements, before or after."),
        interesting("empty", "The list looks empty while it is sorted, as documented."),
    )

    def __init__(self):
        self.items = [3, 1, 4, 1, 5, 9, 2, 6]

    def actor1(self):
        self.items.sort()

    def actor2(self):
        return "full" if self.items else "empty"


class ListSortKeyAppend(Litmus):
    """The key is computed in Python, so `sort()` takes long enough for another thread to append."""

    slug = "list-sort-key-append"
    question = "Does an element survive that is appended while the list is sorted?"
    on = "list"
    operation = "sort(key=...) against append"
    source = "https://docs.python.org/3.14/library/stdtypes.html#list.sort"
    remedy = "faq#msg-sort"
    note = (
        "Without the GIL the list is locked meanwhile, unless the key function waits for something."
    )
    outcomes = (
        acceptable("9", "All elements are in the list."),
        interesting(
            "ValueError, 8", "sort() noticed the change, and the new element is thrown away."
        ),
        forbidden("8", "The new element is lost, and nobody was told."),
    )

    def __init__(self):
        self.items = [3, 1, 4, 1, 5, 9, 2, 6]

    def actor1(self):
        self.items.sort(key=lambda item: -item)

    def actor2(self):
        self.items.append(7)

    def arbiter(self):
        return len(self.items)


class ListSorted(Litmus):
    """`sorted()` copies first, and sorts a list that nobody else has."""

    slug = "list-sorted"
    question = "Does sorted(l) see one state of a list?"
    on = "list"
    operation = "sorted(l)"
    remedy = "porting/cookbook#pattern-copy"
    outcomes = (
        acceptable("whole", "The elements of one moment."),
        interesting("torn", "Some elements from before reverse() and some from after."),
    )

    def __init__(self):
        self.items = [0] * 8 + [1] * 8

    def actor1(self):
        self.items.reverse()

    def actor2(self):
        return "whole" if sum(sorted(self.items)) == 8 else "torn"


class ListCopy(Litmus):
    """The way of copying that is documented as one step."""

    slug = "list-copy"
    question = "Does l.copy() see one state of a list?"
    on = "list"
    operation = "l.copy()"
    level = "atomic"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-list-objects"
    remedy = "porting/cookbook#pattern-copy"
    outcomes = (
        acceptable("whole", "The elements of one moment."),
        forbidden("torn", "Some elements from before reverse() and some from after."),
    )

    def __init__(self):
        self.items = [0] * 8 + [1] * 8

    def actor1(self):
        self.items.reverse()

    def actor2(self):
        return "whole" if sum(self.items.copy()) == 8 else "torn"


class ListConstructor(Litmus):
    """The constructor extends an empty list by the other one, and locks it."""

    slug = "list-list"
    question = "Does list(l) see one state of a list?"
    on = "list"
    operation = "list(l)"
    remedy = "porting/cookbook#pattern-copy"
    note = "Documented for list.extend(), which the constructor uses."
    outcomes = (
        acceptable("whole", "The elements of one moment."),
        interesting("torn", "Some elements from before reverse() and some from after."),
    )

    def __init__(self):
        self.items = [0] * 8 + [1] * 8

    def actor1(self):
        self.items.reverse()

    def actor2(self):
        return "whole" if sum(list(self.items)) == 8 else "torn"


class ListSlice(Litmus):
    """The oldest way of copying a list; the page of guarantees does not name it."""

    slug = "list-slice"
    question = "Does l[:] see one state of a list?"
    on = "list"
    operation = "l[:]"
    remedy = "porting/cookbook#pattern-copy"
    outcomes = (
        acceptable("whole", "The elements of one moment."),
        interesting("torn", "Some elements from before reverse() and some from after."),
    )

    def __init__(self):
        self.items = [0] * 8 + [1] * 8

    def actor1(self):
        self.items.reverse()

    def actor2(self):
        return "whole" if sum(self.items[:]) == 8 else "torn"


class ListTuple(Litmus):
    """One step for a list, other than `tuple(d)` for a dictionary."""

    slug = "list-tuple"
    question = "Does tuple(l) see one state of a list?"
    on = "list"
    operation = "tuple(l)"
    remedy = "porting/cookbook#pattern-copy"
    outcomes = (
        acceptable("whole", "The elements of one moment."),
        interesting("torn", "Some elements from before reverse() and some from after."),
    )

    def __init__(self):
        self.items = [0] * 8 + [1] * 8

    def actor1(self):
        self.items.reverse()

    def actor2(self):
        return "whole" if sum(tuple(self.items)) == 8 else "torn"


class ListDisplay(Litmus):
    """`[*items]` compiles to an instruction of its own, which extends a new list."""

    slug = "list-display"
    question = "Does [*l] see one state of a list?"
    on = "list"
    operation = "[*l]"
    remedy = "porting/cookbook#pattern-copy"
    outcomes = (
        acceptable("whole", "The elements of one moment."),
        interesting("torn", "Some elements from before reverse() and some from after."),
    )

    def __init__(self):
        self.items = [0] * 8 + [1] * 8

    def actor1(self):
        self.items.reverse()

    def actor2(self):
        return "whole" if sum([*self.items]) == 8 else "torn"


class ListSum(Litmus):
    """No copy: a loop in C over the list itself. So are `max()`, `any()` and `zip()`."""

    slug = "list-sum"
    question = "Does sum(l) see one state of a list?"
    on = "list"
    operation = "sum(l)"
    remedy = "porting/cookbook#pattern-copy"
    outcomes = (
        acceptable("whole", "The elements of one moment."),
        interesting("torn", "Some elements from before reverse() and some from after."),
    )

    def __init__(self):
        self.items = [0] * 8 + [1] * 8

    def actor1(self):
        self.items.reverse()

    def actor2(self):
        return "whole" if sum(self.items) == 8 else "torn"


class ListUnpack(Litmus):
    """Two names, one list, one statement."""

    slug = "list-unpack"
    question = "Does `a, b = items` see one state of a list?"
    on = "list"
    operation = "a, b = l"
    remedy = "porting/cookbook#pattern-copy"
    outcomes = (
        acceptable("0 1", "Before reverse()."),
        acceptable("1 0", "After reverse()."),
        interesting("0 0", "One element from before reverse() and one from after."),
        interesting("1 1", "One element from before reverse() and one from after."),
    )

    def __init__(self):
        self.items = [0, 1]

    def actor1(self):
        self.items.reverse()

    def actor2(self):
        a, b = self.items
        return f"{a} {b}"


class ListEqual(Litmus):
    """The list is `[0, 1]` or `[1, 0]`, and never `[0, 0]`."""

    slug = "list-eq"
    question = "Can a list compare equal to something that it never was?"
    on = "list"
    operation = "=="
    remedy = "porting/cookbook#pattern-copy"
    outcomes = (
        acceptable("False", "The list was never [0, 0]."),
        interesting("True", "One element was compared before reverse(), the other one after."),
    )

    def __init__(self):
        self.items = [0, 1]

    def actor1(self):
        self.items.reverse()

    def actor2(self):
        return self.items == [0, 0]


class ListRepr(Litmus):
    """What a log line would show."""

    slug = "list-repr"
    question = "Does repr(l) show one state of a list?"
    on = "list"
    operation = "repr(l)"
    remedy = "porting/cookbook#pattern-copy"
    outcomes = (
        acceptable("0, 1", "Before reverse()."),
        acceptable("1, 0", "After reverse()."),
        interesting("0, 0", "One element from before reverse() and one from after."),
        interesting("1, 1", "One element from before reverse() and one from after."),
    )

    def __init__(self):
        self.items = [0, 1]

    def actor1(self):
        self.items.reverse()

    def actor2(self):
        return repr(self.items).strip("[]")


class ListIndex(Litmus):
    """The element is in the list before, after, and all the time."""

    slug = "list-index"
    question = "Can index() miss an element that is always there?"
    on = "list"
    operation = "index(x)"
    level = "shared"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-list-objects"
    remedy = "porting/cookbook#pattern-lock"
    outcomes = (
        acceptable("0", "Found after reverse()."),
        acceptable("1", "Found before reverse()."),
        interesting(
            "ValueError", "Looked at the first place before reverse(), at the second after."
        ),
    )

    def __init__(self):
        self.items = ["other", "this"]

    def actor1(self):
        self.items.reverse()

    def actor2(self):
        return self.items.index("this")
