"""Publication: what a thread sees of what another one has stored.

Everybody relies on some order of stores: first the data, then the flag that says that they are there. No
document of CPython that we know promises such an order for attributes, items and globals. These tests ran on
x86-64 only, whose processors make stores visible in the order of the program; other processors do not.
"""

from __future__ import annotations

import threading
from functools import cached_property

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


class LazyAttribute(Litmus):
    """Made at first use, which two threads may both think they are."""

    slug = "lazy-attribute"
    question = "Do two threads get the same object from an attribute that is made at first use?"
    on = "lazily made attribute"
    operation = "if x is None: x = make()"
    remedy = "porting/migrations#migration-lazy"
    note = "Seen on x86-64 only. The program is wrong on every processor."
    outcomes = (
        acceptable("same", "One object was made, or the second one before anybody had the first."),
        interesting("two", "Both threads found None and made one: each has another object."),
    )

    def __init__(self):
        self.connection = self.first = self.second = None

    def get(self):
        if self.connection is None:
            self.connection = object()
        return self.connection

    def actor1(self):
        self.first = self.get()

    def actor2(self):
        self.second = self.get()

    def arbiter(self):
        return "same" if self.first is self.second else "two"


class Node:
    def __init__(self):
        self.value = object()


class DoubleChecked(Litmus):
    """Looks without the lock, and again with it."""

    slug = "lazy-attribute-double-checked"
    question = "Do two threads get the same object from an attribute made under a lock after a second look?"
    on = "lazily made attribute"
    operation = "double-checked, with a lock"
    remedy = "porting/cookbook#pattern-recheck"
    note = (
        "Seen on x86-64 only. The first look, without the lock, relies on an order of stores that nothing "
        "documents: an AttributeError would be the sign of it."
    )
    outcomes = (
        acceptable("same", "One object was made, and both threads have it, complete."),
        forbidden("two", "The lock let two threads in."),
        interesting(
            "*AttributeError*", "A thread saw the object before what its __init__ had stored."
        ),
    )

    def __init__(self):
        self.lock = threading.Lock()
        self.node = self.first = self.second = None

    def get(self):
        if self.node is None:
            with self.lock:
                if self.node is None:
                    self.node = Node()
        return self.node

    def actor1(self):
        self.first = self.get().value

    def actor2(self):
        self.second = self.get().value

    def arbiter(self):
        return "same" if self.first is self.second else "two"


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


class DoOnce(Litmus):
    """A flag of one's own instead of a lock."""

    slug = "do-once-flag"
    question = "Does a step that a flag guards run once?"
    on = "do-once flag"
    operation = "if not done: work, done = True"
    remedy = "porting/cookbook#pattern-once"
    note = "Seen on x86-64 only. The program is wrong on every processor."
    outcomes = (
        acceptable("once", "The step ran once."),
        interesting("twice", "Both threads found the flag down: the step ran twice."),
    )

    def __init__(self):
        self.done, self.runs = False, []

    def ensure(self):
        if not self.done:
            self.runs.append("set up")
            self.done = True

    def actor1(self):
        self.ensure()

    def actor2(self):
        self.ensure()

    def arbiter(self):
        return "once" if len(self.runs) == 1 else "twice"


class DoOnceFlagFirst(Litmus):
    """Raising the flag first makes the window for two runs smaller, and opens another one."""

    slug = "do-once-flag-first"
    question = (
        "Is the work done for a thread that finds a do-once flag up, if the flag comes first?"
    )
    on = "do-once flag"
    operation = "if not done: done = True, work"
    remedy = "porting/cookbook#pattern-once"
    note = "Seen on x86-64 only. The program is wrong on every processor."
    outcomes = (
        acceptable("42, 42", "The step was done for both threads."),
        interesting("42, empty", "The second thread found the flag up and the work not done."),
        interesting("empty, 42", "The first thread found the flag up and the work not done."),
    )

    def __init__(self):
        self.done, self.settings = False, "empty"

    def ensure(self):
        if not self.done:
            self.done = True
            self.settings = 42
        return self.settings

    def actor1(self):
        return self.ensure()

    def actor2(self):
        return self.ensure()


class DoOnceLocked(Litmus):
    """The lock around the whole step, and the flag last."""

    slug = "do-once-locked"
    question = "Does a step run once, and is it done for both threads, under a lock?"
    on = "do-once flag"
    operation = "under a lock"
    source = "https://docs.python.org/3.14/library/threading.html#lock-objects"
    note = "Seen on x86-64 only; the lock is documented, on every processor."
    outcomes = (
        acceptable("42, 42, once", "The step ran once and was done for both threads."),
        forbidden("*twice", "The lock let two threads in."),
        forbidden("*empty*", "A thread came past the lock before the work was done."),
    )

    def __init__(self):
        self.lock = threading.Lock()
        self.done, self.runs, self.settings = False, [], "empty"

    def ensure(self):
        with self.lock:
            if not self.done:
                self.settings = 42
                self.runs.append("set up")
                self.done = True
        return self.settings

    def actor1(self):
        return self.ensure()

    def actor2(self):
        return self.ensure()

    def arbiter(self):
        return "once" if len(self.runs) == 1 else "twice"


class Singleton(Litmus):
    """The class is made anew for each sample, since a singleton can be made only once."""

    slug = "singleton-new"
    question = "Do two threads get the same object from a class that keeps its instance in __new__?"
    on = "singleton"
    operation = "cached in __new__"
    remedy = "porting/cookbook#pattern-once"
    note = "Seen on x86-64 only. The program is wrong on every processor."
    outcomes = (
        acceptable("same", "Both threads have the same object."),
        interesting("two", "Both threads found no instance and made one: each has another object."),
    )

    def __init__(self):
        class Config:
            instance = None

            def __new__(cls):
                if cls.instance is None:
                    cls.instance = super().__new__(cls)
                return cls.instance

        self.Config = Config
        self.first = self.second = None

    def actor1(self):
        self.first = self.Config()

    def actor2(self):
        self.second = self.Config()

    def arbiter(self):
        return "same" if self.first is self.second else "two"


class SingletonInit(Litmus):
    """Python calls __init__ whenever the class is called, also when __new__ returned the old object."""

    slug = "singleton-init"
    question = (
        "Does what a thread sets on a singleton stay while another thread gets the singleton?"
    )
    on = "singleton"
    operation = "cached in __new__, filled in __init__"
    remedy = "porting/cookbook#pattern-once"
    note = "Seen on x86-64 only. The program is wrong on every processor."
    outcomes = (
        acceptable("True, True", "What each thread set was there when it looked."),
        interesting(
            "False, True", "__init__ ran for the second thread and reset what the first had set."
        ),
        interesting(
            "True, False", "__init__ ran for the first thread and reset what the second had set."
        ),
    )

    def __init__(self):
        class Config:
            instance = None

            def __new__(cls):
                if cls.instance is None:
                    cls.instance = super().__new__(cls)
                return cls.instance

            def __init__(self):
                self.debug = False

        self.Config = Config
        Config()

    def actor1(self):
        config = self.Config()
        config.debug = True
        return config.debug

    def actor2(self):
        config = self.Config()
        config.debug = True
        return config.debug


class Report:
    @cached_property
    def data(self):
        return object()


class CachedProperty(Litmus):
    """The lock that once was in it was removed in 3.12."""

    slug = "cached-property-first-read"
    question = "Do two threads that read a cached_property first get the same object?"
    on = "functools.cached_property"
    operation = "first read in two threads"
    module = "functools"
    source = "https://docs.python.org/3.14/library/functools.html#functools.cached_property"
    remedy = "porting/migrations#migration-lazy"
    note = "Seen on x86-64 only. That the getter may run more than once is documented."
    outcomes = (
        acceptable("same", "Both threads have the same object."),
        interesting("two", "The getter ran in both threads, and each has another object."),
    )

    def __init__(self):
        self.report = Report()
        self.first = self.second = None

    def actor1(self):
        self.first = self.report.data

    def actor2(self):
        self.second = self.report.data

    def arbiter(self):
        return "same" if self.first is self.second else "two"


class EventPublication(Litmus):
    """The flag as a documented object: an Event has a lock inside."""

    slug = "threading-event-flag-last"
    question = "Are the data there for a thread that sees an Event set?"
    on = "threading.Event"
    operation = "data = x, then set()"
    module = "threading"
    source = "https://docs.python.org/3.14/library/threading.html#event-objects"
    note = (
        "Seen on x86-64 only. set() takes a lock and is_set() does not, so even here the reader relies on "
        "the order of two reads; wait() takes the lock."
    )
    outcomes = (
        acceptable("not yet", "The reader came before set()."),
        acceptable("42", "The reader saw the event and the data."),
        interesting("0", "The reader saw the event and not the data."),
    )

    def __init__(self):
        self.data, self.ready = 0, threading.Event()

    def actor1(self):
        self.data = 42
        self.ready.set()

    def actor2(self):
        return self.data if self.ready.is_set() else "not yet"
