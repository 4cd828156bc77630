"""Lists: loops over what others change, and joins.

A loop over a list has a position and no idea of what was moved past it.
"""

from __future__ import annotations

from outcomes.tests.declare import Litmus, Stress, acceptable, forbidden, interesting


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
            "*Error", "A part was freed, and what took its place in memory is no bytes object."
        ),
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
        interesting("RuntimeError", "sequence changed size during iteration."),
        forbidden("torn", "The result is no number of whole parts."),
        forbidden("*Error", "Memory was read that had been freed, and did not hold bytes objects."),
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
