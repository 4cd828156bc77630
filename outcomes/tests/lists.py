"""Lists, and what is made from them.

CPython documents that a single call does not corrupt a list, and that some calls are one step. Others can
be seen half done, because reading an element, `in`, `index` and loops do not wait for the list's lock.
"""

from __future__ import annotations

import random
import threading
import time

from outcomes.tests.declare import Litmus, Stress, acceptable, forbidden, interesting


class ListAppend(Stress):
    """The negative control among the containers: appending from two threads has never lost an element."""

    slug = "list-append"
    question = "Do elements get lost when two threads append to one list?"
    on = "list"
    operation = "append"
    level = "atomic"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-list-objects"
    remedy = "porting/not-atomic#one-step"
    control = "none"
    outcomes = (
        acceptable("all", "Every element is in the list."),
        forbidden("lost", "An element was overwritten by the other thread's."),
    )

    def __init__(self):
        self.items = []

    def actor1(self):
        for number in range(5000):
            self.items.append(number)

    def actor2(self):
        for number in range(5000):
            self.items.append(number)

    def arbiter(self):
        return "all" if len(self.items) == 10_000 else "lost"


class ListAppendRead(Litmus):
    """The list is empty at first, so the first append also has to find memory for it."""

    slug = "list-append-read"
    question = "Can an element be read as soon as the length counts it?"
    on = "list"
    operation = "append, read by others"
    level = "atomic"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-list-objects"
    remedy = "porting/not-atomic#one-step"
    outcomes = (
        acceptable("new", "The reader came after the append."),
        acceptable("empty", "The reader came before the append."),
        forbidden("IndexError", "The length counted an element that was not there yet."),
    )

    def __init__(self):
        self.items = []

    def actor1(self):
        self.items.append("new")

    def actor2(self):
        if not self.items:
            return "empty"
        return self.items[0]


class ListAppendTwice(Litmus):
    """Each append is one step, two of them are two."""

    slug = "list-append-twice"
    question = "Do two elements that one thread appends stay next to each other?"
    on = "list"
    operation = "append twice"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-list-objects"
    remedy = "porting/cookbook#pattern-lock"
    outcomes = (
        acceptable("together", "One thread after the other."),
        interesting("mixed", "One thread appended between the two appends of the other."),
    )

    def __init__(self):
        self.items = []

    def actor1(self):
        self.items.append("a")
        self.items.append("a")

    def actor2(self):
        self.items.append("b")
        self.items.append("b")

    def arbiter(self):
        return "together" if "".join(self.items) in ("aabb", "bbaa") else "mixed"


class ListExtend(Litmus):
    """The remedy for two appends that belong together: one call."""

    slug = "list-extend"
    question = "Do the elements of one extend() stay next to each other?"
    on = "list"
    operation = "extend(list)"
    level = "shared"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-list-objects"
    remedy = "porting/not-atomic#one-step"
    outcomes = (
        acceptable("together", "One thread after the other."),
        forbidden("mixed", "The elements of two calls are mixed, or some are lost."),
    )

    def __init__(self):
        self.items = []

    def actor1(self):
        self.items.extend(["a", "a"])

    def actor2(self):
        self.items.extend(["b", "b"])

    def arbiter(self):
        return "together" if "".join(self.items) in ("aabb", "bbaa") else "mixed"


class ListExtendGenerator(Stress):
    """The elements come from Python code, during which a thread can lose its turn."""

    slug = "list-extend-generator"
    question = "Do the elements of one extend() stay together when a generator yields them?"
    on = "list"
    operation = "extend(generator)"
    level = "shared"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-list-objects"
    remedy = "porting/cookbook#pattern-lock"
    note = (
        "With the GIL, another thread runs between two elements. Without it, the list stays locked as "
        "long as the generator does not wait for anything."
    )
    outcomes = (
        acceptable("apart", "One call after the other."),
        interesting("mixed", "The elements of two calls are mixed."),
        forbidden("lost", "Elements are missing."),
    )

    def __init__(self):
        self.items = []

    def actor1(self):
        self.items.extend("a" for _ in range(5000))

    def actor2(self):
        self.items.extend("b" for _ in range(5000))

    def arbiter(self):
        if len(self.items) != 10_000:
            return "lost"
        return "apart" if len(set(self.items[:5000])) == 1 else "mixed"


class ListExtendFrom(Litmus):
    """The source is a list that another thread empties meanwhile; both are locked."""

    slug = "list-extend-from"
    question = "Does extend() take a list whole that another thread is emptying?"
    on = "list"
    operation = "extend from a shared list"
    level = "atomic"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-list-objects"
    remedy = "porting/cookbook#pattern-copy"
    outcomes = (
        acceptable("all", "All elements, from before they were deleted."),
        acceptable("none", "No element, from after."),
        forbidden("some", "The source changed while it was copied."),
    )

    def __init__(self):
        self.source = list(range(8))
        self.items = []

    def actor1(self):
        self.items.extend(self.source)

    def actor2(self):
        self.source.clear()

    def arbiter(self):
        return {0: "none", 8: "all"}.get(len(self.items), "some")


class ListExtendFromIterator(Litmus):
    """The same with `iter()` around the source, which is then no longer a list that can be locked."""

    slug = "list-extend-from-iterator"
    question = "Does extend() take an iterator's elements whole while its list is changed?"
    on = "list"
    operation = "extend from an iterator"
    level = "compatible"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-list-objects"
    remedy = "porting/cookbook#pattern-copy"
    outcomes = (
        acceptable("all", "All elements, from before they were deleted."),
        acceptable("none", "No element, from after."),
        interesting("some", "The source was emptied half-way."),
    )

    def __init__(self):
        self.source = list(range(8))
        self.items = []

    def actor1(self):
        self.items.extend(iter(self.source))

    def actor2(self):
        self.source.clear()

    def arbiter(self):
        return {0: "none", 8: "all"}.get(len(self.items), "some")


class ListExtendDeleted(Litmus):
    """Elements are deleted before the threads begin, and the list grows again into the same memory."""

    slug = "list-extend-read-deleted"
    question = "Can a reader see an element that was deleted before extend() began?"
    on = "list"
    operation = "extend, read by others"
    level = "atomic"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-list-objects"
    remedy = "porting/cookbook#pattern-lock"
    issue = "none found"
    note = (
        "extend() sets the new length first and the elements after it; until then the memory holds what "
        "was deleted. Here that is a string which is still alive. If the deleted object has been freed, "
        "the reader may get another object that has taken its place in memory: in a trial on 3.13.15t and "
        "on 3.14.7t, with a list that only ever held floats, it was an int."
    )
    outcomes = (
        acceptable("new", "The reader came after extend()."),
        acceptable("IndexError", "The reader came before extend()."),
        forbidden("old", "The reader got an element that is in the list no more."),
    )

    def __init__(self):
        self.items = ["kept"] * 20 + ["old"] * 20
        del self.items[20:]

    def actor1(self):
        self.items.extend(["new"] * 20)

    def actor2(self):
        return self.items[39]


class ListRepeatDeleted(Litmus):
    """`*=` grows a list in the same way as `extend()`."""

    slug = "list-repeat-read-deleted"
    question = "Can a reader see an element that was deleted before `*=` began?"
    on = "list"
    operation = "*=, read by others"
    level = "shared"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-list-objects"
    remedy = "porting/cookbook#pattern-lock"
    issue = "none found"
    note = (
        "CPython documents that a state in between can be seen; an element deleted before is none."
    )
    outcomes = (
        acceptable("kept", "The reader came after the multiplication."),
        acceptable("IndexError", "The reader came before it."),
        forbidden("old", "The reader got an element that is in the list no more."),
    )

    def __init__(self):
        self.items = ["kept"] * 20 + ["old"] * 20
        del self.items[20:]

    def actor1(self):
        self.items *= 2

    def actor2(self):
        return self.items[39]


class ListAugmentedAdd(Litmus):
    """`+=` on a list is `extend()`, and stores the same list again."""

    slug = "list-iadd"
    question = "Does `+=` on a shared list lose elements?"
    on = "list"
    operation = "+="
    level = "shared"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-list-objects"
    outcomes = (
        acceptable("2", "Both elements are in the list."),
        forbidden("1", "An element is lost."),
    )

    def __init__(self):
        self.items = []

    def actor1(self):
        self.items += ["a"]

    def actor2(self):
        self.items += ["b"]

    def arbiter(self):
        return len(self.items)


class ListAddStore(Litmus):
    """It looks like `+=`, and makes a new list each time."""

    slug = "list-add-store"
    question = "Does `items = items + [x]` lose elements?"
    on = "list"
    operation = "l = l + [x]"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-list-objects"
    remedy = "porting/cookbook#pattern-lock"
    outcomes = (
        acceptable("2", "Both elements are in the list."),
        interesting("1", "Both threads began with the empty list: the later assignment won."),
    )

    def __init__(self):
        self.items = []

    def actor1(self):
        self.items = self.items + ["a"]

    def actor2(self):
        self.items = self.items + ["b"]

    def arbiter(self):
        return len(self.items)


class ListInsertCount(Litmus):
    """`insert(0, x)` moves every element by one place, beginning at the end."""

    slug = "list-insert-count"
    question = "Does count() see an element twice while insert() moves it?"
    on = "list"
    operation = "insert(0, x) against count"
    level = "shared"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-list-objects"
    remedy = "porting/cookbook#pattern-lock"
    outcomes = (
        acceptable("1", "The element is in the list once."),
        interesting("2", "It was counted at its old place and at its new one."),
        forbidden("0", "An element that was there all the time was not found."),
    )

    def __init__(self):
        self.items = list(range(20))

    def actor1(self):
        self.items.insert(0, -1)

    def actor2(self):
        return self.items.count(19)


class ListPopFrontContains(Litmus):
    """`in` walks from the front, and `pop(0)` moves every element towards it."""

    slug = "list-pop-front-contains"
    question = "Does `in` find the last element while another thread deletes the first?"
    on = "list"
    operation = "pop(0) against in"
    level = "shared"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-list-objects"
    remedy = "porting/cookbook#pattern-lock"
    outcomes = (
        acceptable("True", "It was found."),
        interesting("False", "It moved to a place that the search had already left."),
    )

    def __init__(self):
        self.items = list(range(8))

    def actor1(self):
        self.items.pop(0)

    def actor2(self):
        return 7 in self.items


class ListPopFront(Litmus):
    """A list used as a queue by two consumers."""

    slug = "list-pop-front"
    question = "Does `pop(0)` hand every element to one thread only?"
    on = "list"
    operation = "pop(0)"
    level = "shared"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-list-objects"
    remedy = "porting/cookbook#pattern-queue"
    outcomes = (
        acceptable("a, b", "The first thread came first."),
        acceptable("b, a", "The second thread came first."),
        forbidden("a, a", "Both threads got the same element."),
        forbidden("b, b", "Both threads got the same element."),
    )

    def __init__(self):
        self.items = ["a", "b"]

    def actor1(self):
        return self.items.pop(0)

    def actor2(self):
        return self.items.pop(0)


class ListPop(Litmus):
    """One call instead of a check: who comes too late gets an IndexError to catch."""

    slug = "list-pop"
    question = "Can two threads pop the same last element?"
    on = "list"
    operation = "pop"
    level = "atomic"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-list-objects"
    remedy = "porting/not-atomic#one-step"
    outcomes = (
        acceptable("got it, IndexError", "The first thread got it."),
        acceptable("IndexError, got it", "The second thread got it."),
        forbidden("got it, got it", "Both threads got one element."),
        forbidden("IndexError, IndexError", "Nobody got it."),
    )

    def __init__(self):
        self.items = ["got it"]

    def actor1(self):
        return self.items.pop()

    def actor2(self):
        return self.items.pop()


class ListCheckThenPop(Litmus):
    """The list had an element when it was asked."""

    slug = "list-check-then-pop"
    question = "Is `if items: items.pop()` safe?"
    on = "list"
    operation = "check, then pop"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-list-objects"
    remedy = "faq#msg-pop-empty"
    outcomes = (
        acceptable("got it", "One thread got the element, the other found the list empty."),
        interesting("*IndexError*", "Both threads saw one element, and one of them came too late."),
        forbidden("got it, got it", "Both threads got one element."),
    )

    def __init__(self):
        self.items = ["got it"]

    def actor1(self):
        if self.items:
            return self.items.pop()
        return None

    def actor2(self):
        if self.items:
            return self.items.pop()
        return None


class ListCheckThenPopLocked(Litmus):
    """Check and pop under one lock, so that nobody comes between them."""

    slug = "list-check-then-pop-locked"
    question = "Does a lock around the check and the pop mend it?"
    on = "list"
    operation = "check, then pop, under a lock"
    module = "threading"
    source = "https://docs.python.org/3.14/library/threading.html#lock-objects"
    remedy = "porting/cookbook#pattern-lock"
    outcomes = (
        acceptable("got it", "One thread got the element, the other found the list empty."),
        forbidden("*IndexError*", "The lock let two threads in."),
        forbidden("got it, got it", "Both threads got one element."),
    )

    def __init__(self):
        self.items = ["got it"]
        self.lock = threading.Lock()

    def actor1(self):
        with self.lock:
            if self.items:
                return self.items.pop()
        return None

    def actor2(self):
        with self.lock:
            if self.items:
                return self.items.pop()
        return None


class ListLastItem(Litmus):
    """The list always has an element, so a last one always exists."""

    slug = "list-last-item"
    question = "Can `items[-1]` fail on a list that is never empty?"
    on = "list"
    operation = "l[-1]"
    level = "atomic"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-list-objects"
    remedy = "faq#msg-list-index"
    issue = "gh-130744"
    note = "The index is added to the length, and then compared with the length again, which has changed."
    outcomes = (
        acceptable("b", "The reader came before pop()."),
        acceptable("a", "The reader came after pop()."),
        forbidden(
            "IndexError", "The length changed between counting from the end and reading: two steps."
        ),
    )

    def __init__(self):
        self.items = ["a", "b"]

    def actor1(self):
        self.items.pop()

    def actor2(self):
        return self.items[-1]


class ListRemove(Litmus):
    """The elements are numbers, which compare in C."""

    slug = "list-remove"
    question = "Can remove() delete a wrong element when two threads remove the same one?"
    on = "list"
    operation = "remove(x)"
    level = "shared"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-list-objects"
    remedy = "faq#msg-list-remove"
    outcomes = (
        acceptable("ValueError, kept", "One thread removed it, the other found it no more."),
        forbidden("kept", "Both threads removed it, and neither was told otherwise."),
        forbidden("*changed", "Another element was removed."),
    )

    def __init__(self):
        self.items = [1, 2, 3]

    def actor1(self):
        self.items.remove(2)

    def actor2(self):
        self.items.remove(2)

    def arbiter(self):
        return "kept" if self.items == [1, 3] else "changed"


class Record:
    """Something whose comparison has to wait, for a disk or a database."""

    def __init__(self, name):
        self.name = name

    def __eq__(self, other):
        time.sleep(0.001)
        return self.name == other.name

    __hash__ = None


class ListRemovePython(Stress):
    """`remove()` finds the place, and another thread moves the elements before it deletes there."""

    slug = "list-remove-python-eq"
    question = "Can remove() delete a wrong element when `__eq__` is written in Python?"
    on = "list"
    operation = "remove(x), __eq__ in Python"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-list-objects"
    remedy = "porting/cookbook#pattern-lock"
    note = "The list's lock is let go while `__eq__` waits; without a wait it is kept."
    outcomes = (
        acceptable("removed", "The element that was meant."),
        interesting("wrong one", "The element before it, which had moved by one place meanwhile."),
    )

    def __init__(self):
        self.items = [Record("a"), Record("b")]

    def actor1(self):
        self.items.remove(Record("b"))  # compares two elements

    def actor2(self):
        time.sleep(0.0015)
        self.items.insert(0, Record("new"))

    def arbiter(self):
        return "removed" if self.items[-1].name == "a" else "wrong one"


class ListSwap(Litmus):
    """Done twice, an exchange is as if it had not been done."""

    slug = "list-swap"
    question = "Do two exchanges of two elements keep both elements?"
    on = "list"
    operation = "l[0], l[1] = l[1], l[0]"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-list-objects"
    remedy = "porting/cookbook#pattern-lock"
    outcomes = (
        acceptable("0 1", "Exchanged twice."),
        interesting("1 0", "Both threads read before either wrote: one exchange is lost."),
        interesting("0 0", "One element is there twice, the other one is gone."),
        interesting("1 1", "One element is there twice, the other one is gone."),
    )

    def __init__(self):
        self.items = [0, 1]

    def actor1(self):
        self.items[0], self.items[1] = self.items[1], self.items[0]

    def actor2(self):
        self.items[0], self.items[1] = self.items[1], self.items[0]

    def arbiter(self):
        return f"{self.items[0]} {self.items[1]}"


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


class ListReverse(Litmus):
    """Done twice, it is as if it had not been done."""

    slug = "list-reverse"
    question = "Do two threads that reverse one list keep its elements?"
    on = "list"
    operation = "reverse"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-list-objects"
    outcomes = (
        acceptable("kept", "Reversed twice."),
        forbidden("changed", "Elements are lost, twice there, or in another order."),
    )

    def __init__(self):
        self.items = list(range(20))

    def actor1(self):
        self.items.reverse()

    def actor2(self):
        self.items.reverse()

    def arbiter(self):
        return "kept" if self.items == list(range(20)) else "changed"


class ListSetSlice(Litmus):
    """The first element is read first, so an old one cannot follow a new one unless it is half done."""

    slug = "list-set-slice"
    question = "Is `items[:] = new` one step for who reads single elements?"
    on = "list"
    operation = "l[:] = new, read by others"
    level = "shared"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-list-objects"
    remedy = "porting/cookbook#pattern-publish"
    outcomes = (
        acceptable("old old", "Both from before."),
        acceptable("new new", "Both from after."),
        acceptable("old new", "The assignment came between the two reads."),
        interesting("new old", "The beginning was changed already and the end not yet."),
    )

    def __init__(self):
        self.items = ["old"] * 50

    def actor1(self):
        self.items[:] = ["new"] * 50

    def actor2(self):
        first = self.items[0]
        last = self.items[49]
        return f"{first} {last}"


class ListDeleteSlice(Litmus):
    """Each thread deletes the first half, of what it finds."""

    slug = "list-del-slice"
    question = "Do two threads that delete slices of one list keep the rest?"
    on = "list"
    operation = "del l[i:j]"
    outcomes = (
        acceptable("kept", "Both slices are gone, the rest is there."),
        forbidden("changed", "Too much was deleted, or too little."),
    )

    def __init__(self):
        self.items = list(range(10))

    def actor1(self):
        del self.items[:4]

    def actor2(self):
        del self.items[:4]

    def arbiter(self):
        return "kept" if self.items == [8, 9] else "changed"


class ListClear(Litmus):
    """The length is asked for while another thread empties the list."""

    slug = "list-clear"
    question = "Does anybody see a list that clear() has emptied in part?"
    on = "list"
    operation = "clear"
    level = "atomic"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-list-objects"
    outcomes = (
        acceptable("full", "Before clear()."),
        acceptable("empty", "After clear()."),
        forbidden("part", "Some elements were gone and others not."),
    )

    def __init__(self):
        self.items = list(range(20))

    def actor1(self):
        self.items.clear()

    def actor2(self):
        return {20: "full", 0: "empty"}.get(len(self.items), "part")


class ListLoopAppend(Litmus):
    """No exception, other than with a dictionary: a loop over a list asks for its length each time."""

    slug = "list-loop-append"
    question = "Does a loop see elements that are appended while it runs?"
    on = "list"
    operation = "loop while others append"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-list-objects"
    remedy = "porting/cookbook#pattern-copy"
    outcomes = (
        acceptable("8", "The elements from the beginning."),
        acceptable("9", "The new one, too."),
    )

    def __init__(self):
        self.items = list(range(8))

    def actor1(self):
        self.items.append(8)

    def actor2(self):
        return len([item for item in self.items])


class ListLoopDelete(Litmus):
    """The first element is deleted, and another one is what the loop misses."""

    slug = "list-loop-delete"
    question = "Does a loop miss elements while another thread deletes one?"
    on = "list"
    operation = "loop while others delete"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-list-objects"
    remedy = "porting/cookbook#pattern-copy"
    outcomes = (
        acceptable("all", "Every element that stays was seen."),
        interesting(
            "missed one", "An element that stays moved to a place that the loop had left already."
        ),
    )

    def __init__(self):
        self.items = [1, 2, 4, 8, 16, 32, 64]

    def actor1(self):
        del self.items[0]

    def actor2(self):
        seen = sum(item for item in self.items)
        return "all" if seen in (126, 127) else "missed one"


class ListLoopInsert(Litmus):
    """The other way round: elements move away from the beginning, and the loop meets one again."""

    slug = "list-loop-insert"
    question = "Does a loop see elements twice while another thread inserts one?"
    on = "list"
    operation = "loop while others insert"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-list-objects"
    remedy = "porting/cookbook#pattern-copy"
    outcomes = (
        acceptable("once", "Every element was seen once."),
        interesting("twice", "An element moved to a place that the loop had not reached yet."),
        forbidden("missed", "An element was not seen, though none was deleted."),
    )

    def __init__(self):
        self.items = [1, 2, 4, 8, 16, 32, 64]

    def actor1(self):
        self.items.insert(0, 0)

    def actor2(self):
        seen = sum(item for item in self.items)
        if seen < 127:
            return "missed"
        return "once" if seen == 127 else "twice"


class ListLoopIndex(Litmus):
    """The length was right when the loop began."""

    slug = "list-loop-index"
    question = "Is a loop over `range(len(items))` safe while another thread takes elements?"
    on = "list"
    operation = "loop by index while others pop"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-list-objects"
    remedy = "faq#msg-list-index"
    outcomes = (
        acceptable("4", "All elements, before pop()."),
        acceptable("3", "The rest, after pop()."),
        interesting("IndexError", "The list became shorter than the range."),
    )

    def __init__(self):
        self.items = [1, 1, 1, 1]

    def actor1(self):
        self.items.pop()

    def actor2(self):
        return sum(self.items[index] for index in range(len(self.items)))


class ListMove(Litmus):
    """One element, which moves from one list to the other."""

    slug = "list-move"
    question = "Is an element that moves between two lists always in one of them?"
    on = "list"
    operation = "move to another list"
    remedy = "porting/cookbook#pattern-lock"
    outcomes = (
        acceptable("1", "It was in one of the lists."),
        interesting("0", "It had left one and had not reached the other."),
        interesting("2", "It was counted before it left, and again where it arrived."),
    )

    def __init__(self):
        self.waiting = ["job"]
        self.done = []

    def actor1(self):
        self.done.append(self.waiting.pop())

    def actor2(self):
        return len(self.waiting) + len(self.done)


class ListShuffle(Stress):
    """`random.shuffle()` is a loop of exchanges, written in Python."""

    slug = "list-shuffle"
    question = "Do two threads that shuffle one list keep its elements?"
    on = "list"
    operation = "random.shuffle"
    module = "random"
    remedy = "porting/cookbook#pattern-lock"
    outcomes = (
        acceptable("kept", "Every element is there once."),
        interesting("changed", "Some elements are lost, and others there twice."),
    )

    def __init__(self):
        self.items = list(range(1000))

    def actor1(self):
        random.shuffle(self.items)

    def actor2(self):
        random.shuffle(self.items)

    def arbiter(self):
        return "kept" if sorted(self.items) == list(range(1000)) else "changed"


class BytesJoinReplace(Stress):
    """Putting a message together from parts while another thread replaces one of them."""

    slug = "bytes-join-replace"
    question = "Can `b''.join(parts)` be called while another thread replaces parts?"
    on = "bytes"
    operation = "join(list) while others replace"
    remedy = "porting/cookbook#pattern-copy"
    issue = "gh-153852"
    note = (
        "bytes.join() reads the list without its lock and without owning the elements; str.join() takes "
        "the lock. `b''.join(parts.copy())` is safe."
    )
    outcomes = (
        acceptable("whole", "Each part was joined, old or new."),
        forbidden("torn", "The result has another length than all the parts."),
        forbidden(
            "SIG*", "The interpreter crashed: a part was freed between being found and being used."
        ),
    )

    def __init__(self):
        self.parts = [b"part %4d" % number for number in range(100)]

    def actor1(self):
        for number in range(2000):
            self.parts[number % 100] = b"part %4d" % number

    def actor2(self):
        for _ in range(200):
            if len(b"".join(self.parts)) != 900:
                return "torn"
        return "whole"


class BytesJoinAppend(Stress):
    """Nothing is replaced or deleted here; parts are only added."""

    slug = "bytes-join-append"
    question = "Can `b''.join(parts)` be called while another thread appends parts?"
    on = "bytes"
    operation = "join(list) while others append"
    remedy = "porting/cookbook#pattern-copy"
    issue = "gh-153852"
    note = "With the GIL nothing can be appended during the call, as long as all parts are `bytes`."
    outcomes = (
        acceptable("whole", "A number of parts, none of them cut."),
        interesting("RuntimeError, *", "sequence changed size during iteration."),
        interesting("RuntimeError", "sequence changed size during iteration."),
        forbidden("torn", "The result is no number of whole parts."),
        forbidden("SIG*", "The interpreter crashed: the list moved to other memory meanwhile."),
    )

    def __init__(self):
        self.parts = [b"part"]

    def actor1(self):
        for _ in range(200):
            if len(b"".join(self.parts)) % 4:
                return "torn"
        return "whole"

    def actor2(self):
        for _ in range(2000):
            self.parts.append(b"part")


class StrJoin(Stress):
    """The same with text, where the list is locked."""

    slug = "str-join-replace"
    question = "Can `''.join(parts)` be called while another thread changes the list?"
    on = "str"
    operation = "join(list) while others change it"
    remedy = "porting/cookbook#pattern-copy"
    outcomes = (
        acceptable("whole", "All parts of one moment."),
        interesting("torn", "Some parts from before reverse() and some from after."),
    )

    def __init__(self):
        self.parts = ["a"] * 50 + ["b"] * 50

    def actor1(self):
        for _ in range(5000):
            self.parts.reverse()

    def actor2(self):
        for _ in range(1000):
            if "".join(self.parts).count("a") != 50:
                return "torn"
        return "whole"


class BytesFromList(Litmus):
    """A constructor that reads element by element, unlike `tuple(l)` and `list(l)`."""

    slug = "bytes-from-list"
    question = "Does bytes(l) see one state of a list?"
    on = "bytes"
    operation = "bytes(list)"
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
        return "whole" if sum(bytes(self.items)) == 8 else "torn"
