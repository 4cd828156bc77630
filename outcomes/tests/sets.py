"""Sets.

CPython documents that a single call does not corrupt a set, and that operators between two sets lock both.
Looking an element up does not wait for anybody, and a loop is as many steps as there are elements.
"""

from __future__ import annotations

import threading

from outcomes.tests.declare import Litmus, Stress, acceptable, forbidden, interesting


class SetAdd(Stress):
    """The table grows again and again while both threads add."""

    slug = "set-add"
    question = "Do elements get lost when two threads add to one set?"
    on = "set"
    operation = "add"
    level = "shared"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-set-objects"
    remedy = "porting/not-atomic#one-step"
    outcomes = (
        acceptable("all", "Every element is in the set."),
        forbidden("lost", "An element is missing."),
    )

    def __init__(self):
        self.seen = set()

    def actor1(self):
        for number in range(0, 5000, 2):
            self.seen.add(number)

    def actor2(self):
        for number in range(1, 5000, 2):
            self.seen.add(number)

    def arbiter(self):
        return "all" if self.seen == set(range(5000)) else "lost"


class SetAddSame(Litmus):
    """The tuples are equal and not the same object."""

    slug = "set-add-equal"
    question = "Can two threads add one element twice?"
    on = "set"
    operation = "add equal elements"
    level = "shared"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-set-objects"
    outcomes = (
        acceptable("1", "It is in the set once."),
        forbidden("2", "Two equal elements are in the set."),
    )

    def __init__(self):
        self.seen = set()

    def actor1(self):
        self.seen.add((1, "first"[:0]))

    def actor2(self):
        self.seen.add((1, "second"[:0]))

    def arbiter(self):
        return len(self.seen)


class SetCheckThenAdd(Litmus):
    """A set of what has been seen already, as crawlers have it."""

    slug = "set-check-then-add"
    question = "Is `if x not in seen: seen.add(x)` enough to do something once?"
    on = "set"
    operation = "check, then add"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-set-objects"
    remedy = "porting/cookbook#pattern-once"
    outcomes = (
        acceptable("new", "One thread found it new, the other one found it there."),
        interesting("new, new", "Both threads found it new, and both go on to do the work."),
    )

    def __init__(self):
        self.seen = set()

    def actor1(self):
        if "page" not in self.seen:
            self.seen.add("page")
            return "new"
        return None

    def actor2(self):
        if "page" not in self.seen:
            self.seen.add("page")
            return "new"
        return None


class SetCheckThenAddLocked(Litmus):
    """Check and add under one lock."""

    slug = "set-check-then-add-locked"
    question = "Does a lock around the check and the add mend it?"
    on = "set"
    operation = "check, then add, under a lock"
    module = "threading"
    source = "https://docs.python.org/3.14/library/threading.html#lock-objects"
    remedy = "porting/cookbook#pattern-lock"
    outcomes = (
        acceptable("new", "One thread found it new, the other one found it there."),
        forbidden("new, new", "The lock let two threads in."),
    )

    def __init__(self):
        self.seen = set()
        self.lock = threading.Lock()

    def actor1(self):
        with self.lock:
            if "page" not in self.seen:
                self.seen.add("page")
                return "new"
        return None

    def actor2(self):
        with self.lock:
            if "page" not in self.seen:
                self.seen.add("page")
                return "new"
        return None


class SetDiscard(Litmus):
    """Whatever comes first, the element is gone afterwards, and nobody is told who did it."""

    slug = "set-discard"
    question = "Can two threads discard one element?"
    on = "set"
    operation = "discard"
    level = "shared"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-set-objects"
    remedy = "porting/not-atomic#one-step"
    outcomes = (
        acceptable("1", "The element is gone, the other one is there."),
        forbidden("0", "Too much was removed."),
        forbidden("2", "Nothing was removed."),
    )

    def __init__(self):
        self.items = {"gone", "kept"}

    def actor1(self):
        self.items.discard("gone")

    def actor2(self):
        self.items.discard("gone")

    def arbiter(self):
        return len(self.items)


class SetRemove(Litmus):
    """The error tells who came second, which makes `remove()` usable to do something once."""

    slug = "set-remove"
    question = "Does exactly one of two threads succeed in removing an element?"
    on = "set"
    operation = "remove"
    level = "shared"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-set-objects"
    remedy = "porting/not-atomic#one-step"
    outcomes = (
        acceptable("removed, KeyError", "The first thread did."),
        acceptable("KeyError, removed", "The second thread did."),
        forbidden("removed, removed", "Both did."),
        forbidden("KeyError, KeyError", "Neither did."),
    )

    def __init__(self):
        self.items = {"job"}

    def actor1(self):
        self.items.remove("job")
        return "removed"

    def actor2(self):
        self.items.remove("job")
        return "removed"


class SetCheckThenRemove(Litmus):
    """CPython's documentation has this pair as an example of what is not one step."""

    slug = "set-check-then-remove"
    question = "Is `if x in s: s.remove(x)` safe?"
    on = "set"
    operation = "check, then remove"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-set-objects"
    remedy = "porting/not-atomic#one-step"
    note = "discard() needs no check."
    outcomes = (
        acceptable("done", "One thread removed it, the other found it gone."),
        interesting("KeyError", "Both threads saw it, and one of them came too late."),
        forbidden("KeyError, KeyError", "Both threads saw it, and nobody removed it."),
    )

    def __init__(self):
        self.items = {"job"}

    def actor1(self):
        if "job" in self.items:
            self.items.remove("job")

    def actor2(self):
        if "job" in self.items:
            self.items.remove("job")


class SetPop(Litmus):
    """A set used as a pool of work."""

    slug = "set-pop"
    question = "Can two threads pop the same element?"
    on = "set"
    operation = "pop"
    level = "shared"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-set-objects"
    remedy = "porting/cookbook#pattern-queue"
    outcomes = (
        acceptable("got it, KeyError", "The first thread got it."),
        acceptable("KeyError, got it", "The second thread got it."),
        forbidden("got it, got it", "Both threads got one element."),
        forbidden("KeyError, KeyError", "Nobody got it."),
    )

    def __init__(self):
        self.items = {"got it"}

    def actor1(self):
        return self.items.pop()

    def actor2(self):
        return self.items.pop()


class SetPopAll(Stress):
    """Two consumers take everything; each adds up what it got."""

    slug = "set-pop-all"
    question = "Is every element popped once when two threads empty a set?"
    on = "set"
    operation = "pop until empty"
    level = "shared"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-set-objects"
    remedy = "porting/cookbook#pattern-queue"
    outcomes = (
        acceptable("once", "Every element was taken by one thread."),
        forbidden("lost or doubled", "An element was taken twice, or by nobody."),
    )

    def __init__(self):
        self.items = set(range(3000))
        self.first = []
        self.second = []

    def actor1(self):
        for _ in range(3000):
            try:
                self.first.append(self.items.pop())
            except KeyError:
                break

    def actor2(self):
        for _ in range(3000):
            try:
                self.second.append(self.items.pop())
            except KeyError:
                break

    def arbiter(self):
        taken = sorted(self.first + self.second)
        return "once" if taken == list(range(3000)) else "lost or doubled"


class SetUpdateLen(Litmus):
    """`len()` takes no lock."""

    slug = "set-update-len"
    question = "Does len() see a set in the middle of update()?"
    on = "set"
    operation = "update against len"
    level = "shared"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-set-objects"
    remedy = "porting/cookbook#pattern-publish"
    outcomes = (
        acceptable("before", "No new element."),
        acceptable("after", "All new elements."),
        interesting("between", "Some of the new elements were there, and others not."),
    )

    def __init__(self):
        self.items = {-1}
        self.change = set(range(20))

    def actor1(self):
        self.items.update(self.change)

    def actor2(self):
        return {1: "before", 21: "after"}.get(len(self.items), "between")


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


class SetContains(Stress):
    """The element stays, and the table around it is made anew many times."""

    slug = "set-contains"
    question = "Can `in` miss an element while the set grows?"
    on = "set"
    operation = "in while others add"
    level = "shared"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-set-objects"
    remedy = "porting/not-atomic#one-step"
    note = "`in` takes the set's lock on 3.13 and 3.14, and none from 3.15 on."
    outcomes = (
        acceptable("found", "It was found each time."),
        interesting("missed", "It was looked for while the set had no table."),
    )

    def __init__(self):
        self.items = {-1}

    def actor1(self):
        for number in range(3000):
            self.items.add(number)
        for number in range(3000):
            self.items.discard(number)

    def actor2(self):
        for _ in range(5000):
            if -1 not in self.items:
                return "missed"
        return "found"


class SetClear(Litmus):
    """The length is asked for while another thread empties the set."""

    slug = "set-clear"
    question = "Does anybody see a set that clear() has emptied in part?"
    on = "set"
    operation = "clear"
    level = "shared"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-set-objects"
    outcomes = (
        acceptable("full", "Before clear()."),
        acceptable("empty", "After clear()."),
        forbidden("part", "Some elements were gone and others not."),
    )

    def __init__(self):
        self.items = set(range(20))

    def actor1(self):
        self.items.clear()

    def actor2(self):
        return {20: "full", 0: "empty"}.get(len(self.items), "part")


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


class SetLoop(Litmus):
    """The loop compares the size with the one that it began with, before each element."""

    slug = "set-loop"
    question = "What does a loop over a set do when another thread adds an element?"
    on = "set"
    operation = "loop while others add"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-set-objects"
    remedy = "faq#msg-set-size"
    outcomes = (
        acceptable("all", "The loop saw all elements, with or without the new one."),
        interesting("RuntimeError", "Set changed size during iteration."),
        interesting("some", "The loop ended early without an error."),
    )

    def __init__(self):
        self.items = {1, 2, 3, 4}

    def actor1(self):
        self.items.add(5)

    def actor2(self):
        return "all" if len([item for item in self.items]) >= 4 else "some"


class SetLoopMiss(Litmus):
    """The size is the same again when the loop looks at it; the table is another one."""

    slug = "set-loop-miss"
    question = "Can a loop over a set miss an element without an error?"
    on = "set"
    operation = "loop while others add and discard"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-set-objects"
    remedy = "porting/cookbook#pattern-copy"
    note = "The fifth element makes the set move to a larger table, where the others have other places."
    outcomes = (
        acceptable("all", "The loop saw all elements that stay, each once."),
        interesting("RuntimeError", "Set changed size during iteration."),
        interesting("missed", "An element that was there all the time was not seen."),
        interesting("twice", "An element was seen twice."),
    )

    def __init__(self):
        self.items = {"a", "b", "c", "d"}

    def actor1(self):
        self.items.add("e")
        self.items.discard("e")

    def actor2(self):
        seen = [item for item in self.items]
        if len(set(seen)) < len(seen):
            return "twice"
        return "all" if {"a", "b", "c", "d"}.issubset(seen) else "missed"


class SetLoopReplace(Stress):
    """One element goes, another one comes; the size is the same when the loop looks at it."""

    slug = "set-loop-replace"
    question = "Does a loop over a set notice that another thread exchanges elements?"
    on = "set"
    operation = "loop while others exchange elements"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-set-objects"
    remedy = "porting/cookbook#pattern-copy"
    outcomes = (
        acceptable("one or neither", "Every loop saw what may be there at one moment."),
        interesting("RuntimeError", "Set changed size during iteration."),
        interesting("both", "A loop saw two elements that were never there together."),
    )

    def __init__(self):
        self.items = {1, 2, 3, 4}

    def actor1(self):
        for _ in range(2000):
            self.items.discard(1)
            self.items.add(5)
            self.items.discard(5)
            self.items.add(1)

    def actor2(self):
        for _ in range(1000):
            seen = [item for item in self.items]
            if 1 in seen and 5 in seen:
                return "both"
        return "one or neither"


class SetCopy(Stress):
    """The way of copying that is documented as one step."""

    slug = "set-copy"
    question = "Does s.copy() copy the elements of one moment?"
    on = "set"
    operation = "s.copy()"
    level = "atomic"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-set-objects"
    remedy = "porting/cookbook#pattern-copy"
    outcomes = (
        acceptable("whole", "Every element that stays was copied, each time."),
        forbidden("short", "An element that was there all the time is missing."),
        forbidden("RuntimeError", "The copy noticed that the size had changed."),
    )

    def __init__(self):
        self.items = set(range(8))

    def actor1(self):
        for number in range(8, 2000):
            self.items.add(number)
            self.items.discard(number)

    def actor2(self):
        for _ in range(500):
            if not self.items.copy() >= {0, 1, 2, 3, 4, 5, 6, 7}:
                return "short"
        return "whole"


class SetFrozen(Stress):
    """A copy that can be a key; the constructor locks a set."""

    slug = "set-frozenset"
    question = "Does frozenset(s) copy the elements of one moment?"
    on = "set"
    operation = "frozenset(s)"
    remedy = "porting/cookbook#pattern-copy"
    outcomes = (
        acceptable("whole", "Every element that stays was copied, each time."),
        interesting("short", "An element that was there all the time is missing."),
        interesting("RuntimeError", "Set changed size during iteration."),
    )

    def __init__(self):
        self.items = set(range(8))

    def actor1(self):
        for number in range(8, 2000):
            self.items.add(number)
            self.items.discard(number)

    def actor2(self):
        for _ in range(500):
            if not frozenset(self.items) >= {0, 1, 2, 3, 4, 5, 6, 7}:
                return "short"
        return "whole"


class SetList(Stress):
    """`list()` locks what it copies from if it is a set."""

    slug = "set-list"
    question = "Does list(s) copy the elements of one moment?"
    on = "set"
    operation = "list(s)"
    remedy = "porting/cookbook#pattern-copy"
    note = "Documented for list.extend(), which the constructor uses."
    outcomes = (
        acceptable("whole", "Every element that stays was copied, each time."),
        interesting("short", "An element that was there all the time is missing."),
        interesting("RuntimeError", "Set changed size during iteration."),
    )

    def __init__(self):
        self.items = set(range(8))

    def actor1(self):
        for number in range(8, 2000):
            self.items.add(number)
            self.items.discard(number)

    def actor2(self):
        for _ in range(500):
            if sum(item < 8 for item in list(self.items)) < 8:
                return "short"
        return "whole"


class SetTuple(Stress):
    """A tuple instead of a list, and it is a loop."""

    slug = "set-tuple"
    question = "Does tuple(s) copy the elements of one moment?"
    on = "set"
    operation = "tuple(s)"
    remedy = "porting/cookbook#pattern-copy"
    outcomes = (
        acceptable("whole", "Every element that stays was copied, each time."),
        interesting(
            "short", "An element that was there all the time is missing, without an error."
        ),
        interesting("RuntimeError", "Set changed size during iteration."),
    )

    def __init__(self):
        self.items = set(range(8))

    def actor1(self):
        for number in range(8, 2000):
            self.items.add(number)
            self.items.discard(number)

    def actor2(self):
        for _ in range(500):
            if sum(item < 8 for item in tuple(self.items)) < 8:
                return "short"
        return "whole"


class SetSorted(Stress):
    """`sorted()` begins with `list()`."""

    slug = "set-sorted"
    question = "Does sorted(s) see the elements of one moment?"
    on = "set"
    operation = "sorted(s)"
    remedy = "porting/cookbook#pattern-copy"
    outcomes = (
        acceptable("whole", "Every element that stays was there, each time."),
        interesting("short", "An element that was there all the time is missing."),
        interesting("RuntimeError", "Set changed size during iteration."),
    )

    def __init__(self):
        self.items = set(range(8))

    def actor1(self):
        for number in range(8, 2000):
            self.items.add(number)
            self.items.discard(number)

    def actor2(self):
        for _ in range(500):
            if sorted(self.items)[:8] != [0, 1, 2, 3, 4, 5, 6, 7]:
                return "short"
        return "whole"


class SetDisplay(Stress):
    """`{*items}` updates a new set by the old one."""

    slug = "set-display"
    question = "Does {*s} copy the elements of one moment?"
    on = "set"
    operation = "{*s}"
    remedy = "porting/cookbook#pattern-copy"
    outcomes = (
        acceptable("whole", "Every element that stays was copied, each time."),
        interesting("short", "An element that was there all the time is missing."),
        interesting("RuntimeError", "Set changed size during iteration."),
    )

    def __init__(self):
        self.items = set(range(8))

    def actor1(self):
        for number in range(8, 2000):
            self.items.add(number)
            self.items.discard(number)

    def actor2(self):
        for _ in range(500):
            if not {*self.items} >= {0, 1, 2, 3, 4, 5, 6, 7}:
                return "short"
        return "whole"


class SetFromItems(Stress):
    """The dictionary changes, and its items are taken in a loop."""

    slug = "set-from-items"
    question = "Does set(d.items()) copy the items of one moment?"
    on = "set"
    operation = "set(d.items())"
    remedy = "porting/cookbook#pattern-copy"
    note = "set(d) and set(list(d.items())) hold the lock throughout."
    outcomes = (
        acceptable("whole", "Every item that stays was copied, each time."),
        interesting("short", "An item that was there all the time is missing, without an error."),
        interesting("RuntimeError", "dictionary changed size during iteration."),
    )

    def __init__(self):
        self.table = dict.fromkeys(range(8))

    def actor1(self):
        for number in range(8, 2000):
            self.table[number] = None
            del self.table[number]

    def actor2(self):
        for _ in range(300):
            if len(set(self.table.items())) < 8:
                return "short"
        return "whole"


class SetFromDict(Stress):
    """The same with the dictionary itself, which the constructor locks."""

    slug = "set-from-dict"
    question = "Does set(d) copy the keys of one moment?"
    on = "set"
    operation = "set(d)"
    remedy = "porting/cookbook#pattern-copy"
    outcomes = (
        acceptable("whole", "Every key that stays was copied, each time."),
        interesting("short", "A key that was there all the time is missing, without an error."),
        interesting("RuntimeError", "dictionary changed size during iteration."),
    )

    def __init__(self):
        self.table = dict.fromkeys(range(8))

    def actor1(self):
        for number in range(8, 2000):
            self.table[number] = None
            del self.table[number]

    def actor2(self):
        for _ in range(500):
            if len(set(self.table)) < 8:
                return "short"
        return "whole"


class SetFromKeys(Stress):
    """The keys by way of their view, which is no dictionary."""

    slug = "set-from-keys"
    question = "Does set(d.keys()) copy the keys of one moment?"
    on = "set"
    operation = "set(d.keys())"
    remedy = "porting/cookbook#pattern-copy"
    outcomes = (
        acceptable("whole", "Every key that stays was copied, each time."),
        interesting("short", "A key that was there all the time is missing, without an error."),
        interesting("RuntimeError", "dictionary changed size during iteration."),
    )

    def __init__(self):
        self.table = dict.fromkeys(range(8))

    def actor1(self):
        for number in range(8, 2000):
            self.table[number] = None
            del self.table[number]

    def actor2(self):
        for _ in range(500):
            if len(set(self.table.keys())) < 8:
                return "short"
        return "whole"


class Word:
    """An element that compares in Python, without regard to case."""

    def __init__(self, text):
        self.text = text

    def __hash__(self):
        return 0  # every element meets every other one

    def __eq__(self, other):
        return self.text.lower() == other.text.lower()


class SetAddPython(Litmus):
    """Comparing runs Python code in the middle of the call."""

    slug = "set-add-python-eq"
    question = "Can two threads add equal elements if `__eq__` is written in Python?"
    on = "set"
    operation = "add, __eq__ in Python"
    level = "shared"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-set-objects"
    outcomes = (
        acceptable("2", "One of the two is in the set, with the element that was there before."),
        forbidden("3", "Two equal elements are in the set."),
    )

    def __init__(self):
        self.words = {Word("spam")}

    def actor1(self):
        self.words.add(Word("egg"))

    def actor2(self):
        self.words.add(Word("Egg"))

    def arbiter(self):
        return len(self.words)
