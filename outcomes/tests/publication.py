"""Publication: what a thread sees of what another one has stored.

Everybody relies on some order of stores: first the data, then the flag that says that they are there. No
document of CPython that we know promises such an order for attributes, items and globals. These tests ran on
x86-64 only, whose processors make stores visible in the order of the program; other processors do not.
"""

from __future__ import annotations

from outcomes.tests.declare import Litmus, acceptable, forbidden, interesting


class FlagFirst(Litmus):
    """The order of the two lines is wrong, and one thread alone never notices."""

    slug = "attribute-flag-first"
    question = "Are the data there for a reader that sees the flag, if the flag is stored first?"
    on = "two attributes"
    operation = "flag = True, then data = x"
    remedy = "porting/cookbook#pattern-once"
    note = "Seen on x86-64 only. The program is wrong on every processor."
    outcomes = (
        acceptable("not yet", "The reader came before the flag."),
        acceptable("42", "The reader came after the data."),
        interesting(
            "0", "The reader came between the two stores: the flag is there, the data are not."
        ),
    )

    def __init__(self):
        self.data, self.ready = 0, False

    def actor1(self):
        self.ready = True
        self.data = 42

    def actor2(self):
        return self.data if self.ready else "not yet"


class FlagLast(Litmus):
    """The order that everybody means, and that nothing documents."""

    slug = "attribute-flag-last"
    question = "Are the data there for a reader that sees the flag, if the flag is stored last?"
    on = "two attributes"
    operation = "data = x, then flag = True"
    remedy = "porting/cookbook#pattern-ordering"
    note = "Seen on x86-64 only, which keeps the order of stores; not seeing 0 here says nothing about ARM64."
    outcomes = (
        acceptable("not yet", "The reader came before the flag."),
        acceptable("42", "The reader saw the flag and the data."),
        interesting("0", "The two stores, or the two reads, became visible in another order."),
    )

    def __init__(self):
        self.data, self.ready = 0, False

    def actor1(self):
        self.data = 42
        self.ready = True

    def actor2(self):
        return self.data if self.ready else "not yet"


class ListFlagLast(Litmus):
    """The same order through two items of one list."""

    slug = "list-flag-last"
    question = "Is an item there for a reader that sees the flag in the next item?"
    on = "list"
    operation = "l[0] = x, then l[1] = True"
    remedy = "porting/cookbook#pattern-ordering"
    note = "Seen on x86-64 only, which keeps the order of stores; not seeing 0 here says nothing about ARM64."
    outcomes = (
        acceptable("not yet", "The reader came before the flag."),
        acceptable("42", "The reader saw the flag and the item."),
        interesting("0", "The two stores, or the two reads, became visible in another order."),
    )

    def __init__(self):
        self.cells = [0, False]

    def actor1(self):
        self.cells[0] = 42
        self.cells[1] = True

    def actor2(self):
        return self.cells[0] if self.cells[1] else "not yet"


class DictFlagLast(Litmus):
    """Two keys that are new, so the dictionary may grow between the stores."""

    slug = "dict-flag-last"
    question = "Is a key there for a reader that sees the key that was stored after it?"
    on = "dict"
    operation = "d[a] = x, then d[b] = True"
    remedy = "porting/cookbook#pattern-ordering"
    note = (
        "Seen on x86-64 only, which keeps the order of stores; not seeing a KeyError here says nothing "
        "about ARM64."
    )
    outcomes = (
        acceptable("not yet", "The reader came before the second key."),
        acceptable("42", "The reader saw both keys."),
        interesting("KeyError", "The second key was visible and the first one was not."),
    )

    def __init__(self):
        self.table = {}

    def actor1(self):
        self.table["data"] = 42
        self.table["ready"] = True

    def actor2(self):
        return self.table["data"] if "ready" in self.table else "not yet"


class MemoryviewFlagLast(Litmus):
    """Bytes of a buffer: no object, no lock and no atomic operation between the two stores."""

    slug = "memoryview-flag-last"
    question = "Is a byte there for a reader that sees the flag in another byte of the buffer?"
    on = "memoryview"
    operation = "v[0] = x, then v[128] = 1"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-memoryview-objects"
    remedy = "porting/cookbook#pattern-ordering"
    note = "Seen on x86-64 only, which keeps the order of stores; not seeing 0 here says nothing about ARM64."
    outcomes = (
        acceptable("not yet", "The reader came before the flag."),
        acceptable("42", "The reader saw the flag and the byte."),
        interesting("0", "The two stores, or the two reads, became visible in another order."),
    )

    def __init__(self):
        self.view = memoryview(bytearray(256))

    def actor1(self):
        view = self.view
        view[0] = 42
        view[128] = 1

    def actor2(self):
        view = self.view
        return view[0] if view[128] else "not yet"


class StoreBuffering(Litmus):
    """Two threads raise a hand and look whether the other one did, as home-made locks do."""

    slug = "attribute-store-buffering"
    question = "Does at least one of two threads see the other one's store, if each stores before it reads?"
    on = "two attributes"
    operation = "write one, read the other"
    remedy = "porting/cookbook#pattern-lock"
    note = (
        "Seen on x86-64 only. That processor may read before its own store is visible, but on these builds "
        "storing an attribute takes a lock, which waits for the store."
    )
    outcomes = (
        acceptable("0, 1", "The first thread was first."),
        acceptable("1, 0", "The second thread was first."),
        acceptable("1, 1", "Both stored before either read."),
        interesting("0, 0", "Each thread read before its own store was visible to the other one."),
    )

    def __init__(self):
        self.x = self.y = 0

    def actor1(self):
        self.x = 1
        return self.y

    def actor2(self):
        self.y = 1
        return self.x


class MemoryviewStoreBuffering(Litmus):
    """The same program on plain memory shows what the processor does."""

    slug = "memoryview-store-buffering"
    question = (
        "Does at least one of two threads see the other one's byte, if each stores before it reads?"
    )
    on = "memoryview"
    operation = "write one byte, read another"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-memoryview-objects"
    remedy = "porting/cookbook#pattern-lock"
    note = (
        "Seen on x86-64 only: the store waits in a buffer of its processor while the read is done already. "
        "No order in which the four steps can take turns gives 0 and 0."
    )
    outcomes = (
        acceptable("0, 1", "The first thread was first."),
        acceptable("1, 0", "The second thread was first."),
        acceptable("1, 1", "Both stored before either read."),
        interesting("0, 0", "Each thread read before its own store was visible to the other one."),
    )

    def __init__(self):
        self.view = memoryview(bytearray(256))

    def actor1(self):
        view = self.view
        view[0] = 1
        return view[128]

    def actor2(self):
        view = self.view
        view[128] = 1
        return view[0]


class LoadBuffering(Litmus):
    """The mirror image: each reads first, and then writes what the other one looks for."""

    slug = "attribute-load-buffering"
    question = "Can two threads each see what the other one stores only afterwards?"
    on = "two attributes"
    operation = "read one, write the other"
    remedy = "porting/cookbook#pattern-ordering"
    note = "Seen on x86-64 only, which does not let a store overtake an earlier read; others may."
    outcomes = (
        acceptable("0, 0", "Both read before either stored."),
        acceptable("0, 1", "The first thread was first."),
        acceptable("1, 0", "The second thread was first."),
        interesting("1, 1", "Each thread saw a store that the other one made after its own read."),
    )

    def __init__(self):
        self.x = self.y = 0

    def actor1(self):
        seen = self.y
        self.x = 1
        return seen

    def actor2(self):
        seen = self.x
        self.y = 1
        return seen


class ReadTwice(Litmus):
    """One place, two stores, two reads."""

    slug = "attribute-read-twice"
    question = "Does a thread that reads one attribute twice ever see it go back?"
    on = "instance attribute"
    operation = "write 1 and 2, read twice"
    note = "Seen on x86-64 only."
    outcomes = (
        acceptable("[012] [012]", "The second value is as new as the first one, or newer."),
    )

    def __init__(self):
        self.n = 0

    def actor1(self):
        self.n = 1
        self.n = 2

    def actor2(self):
        first, second = self.n, self.n
        return f"{first} {second}" if first <= second else "back"


class WriteBoth(Litmus):
    """Two threads write the same two attributes in opposite order."""

    slug = "attribute-write-opposite"
    question = (
        "Can both first stores stay, if two threads store to two attributes in opposite order?"
    )
    on = "two attributes"
    operation = "write both, in opposite order"
    remedy = "porting/cookbook#pattern-lock"
    note = "Seen on x86-64 only, where all processors see the stores of one thread in its order."
    outcomes = (
        acceptable("2 1", "Each thread's second store is the last one."),
        acceptable(
            "1 1", "The first thread's first store and the second thread's last one stayed."
        ),
        acceptable("2 2", "The second thread was later on both."),
        interesting("1 2", "Both first stores stayed: no order of the four steps gives that."),
    )

    def __init__(self):
        self.x = self.y = 0

    def actor1(self):
        self.x = 1
        self.y = 1

    def actor2(self):
        self.y = 2
        self.x = 2

    def arbiter(self):
        return f"{self.x} {self.y}"


class Node:
    def __init__(self):
        self.value = object()


class Plugin:
    def __init__(self, registry):
        registry.plugin = self
        self.name = "export"
        self.formats = ["pdf"]
        self.options = {"pages": "all"}
        self.value = 42


class HalfInitialised(Litmus):
    """An object that registers itself in the first line of its __init__."""

    slug = "object-published-in-init"
    question = (
        "Is an object complete for a thread that finds it, if its __init__ publishes it first?"
    )
    on = "object under construction"
    operation = "publish in __init__"
    remedy = "porting/cookbook#pattern-publish"
    note = "Seen on x86-64 only. The program is wrong on every processor."
    outcomes = (
        acceptable("not yet", "The reader came before the object was published."),
        acceptable("42", "The reader came after __init__."),
        interesting("AttributeError", "The reader has an object whose __init__ is still running."),
    )

    def __init__(self):
        self.plugin = None

    def actor1(self):
        Plugin(self)

    def actor2(self):
        return "not yet" if self.plugin is None else self.plugin.value


class WholeObject(Litmus):
    """The object is stored where others find it when it is complete."""

    slug = "object-published-after-init"
    question = (
        "Is an object complete for a thread that finds it, if it is published after its __init__?"
    )
    on = "object under construction"
    operation = "publish after __init__"
    remedy = "porting/cookbook#pattern-publish"
    note = (
        "Seen on x86-64 only, which keeps the order of stores; no AttributeError here says nothing about "
        "ARM64."
    )
    outcomes = (
        acceptable("not yet", "The reader came before the object was published."),
        acceptable("True", "The reader has a complete object."),
        interesting(
            "AttributeError", "The reader saw the object before what its __init__ had stored."
        ),
    )

    def __init__(self):
        self.node = None

    def actor1(self):
        self.node = Node()

    def actor2(self):
        return "not yet" if self.node is None else self.node.value is not None
