"""Lists that are extended.

`extend()` and `+=` take what another object gives them, which may change meanwhile.
"""

from __future__ import annotations

from outcomes.tests.declare import Litmus, Stress, acceptable, forbidden, interesting


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
    level = "shared"
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
    level = "shared"
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
        "extend() sets the new length first and stores the elements after it; until then the memory "
        "holds what was deleted, here a string that is still alive."
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


class ListExtendFreed(Stress):
    """The deleted strings are freed, and new strings, which never go into the list, take their memory.

    The writer waits until the reader has used the new strings, so that extend() meets a reader.
    """

    slug = "list-extend-read-freed"
    question = "Can a reader get an object that was never in the list?"
    on = "list"
    operation = "extend, read by others after objects were freed"
    level = "atomic"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-list-objects"
    remedy = "porting/cookbook#pattern-lock"
    issue = "none found"
    note = (
        "While extend() has set the new length and not yet stored the elements, the list points to "
        "memory that was freed. The reader takes whatever object is there now."
    )
    outcomes = (
        acceptable("inside", "Only strings that were put into the list were read from it."),
        forbidden("outside", "A string was read from the list that nobody put there."),
        forbidden("SIG*", "The interpreter crashed on memory that was freed."),
    )

    def __init__(self):
        self.inside = [f"inside {number}" for number in range(400)]
        self.outside = []
        self.made = self.read = 0

    def actor1(self):
        for number in range(1, 61):
            new = [f"inside {number}" for number in range(200)]
            del self.inside[200:]
            self.outside = [f"outside {number}" for number in range(400)]
            self.made = number
            for _ in range(5000):
                if self.read == number:
                    break
            self.inside.extend(new)

    def actor2(self):
        for _ in range(100_000):
            if self.read == self.made:
                continue
            made = self.made
            for text in self.outside:
                pass  # an object that two threads have used can be taken without a lock
            self.read = made
            for _ in range(400):
                try:
                    text = self.inside[399]
                except IndexError:
                    continue
                if text.startswith("outside"):
                    return "outside"
                break
        return "inside"


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
