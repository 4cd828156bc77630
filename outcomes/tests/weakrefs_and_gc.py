"""Weak references, finalizers and the garbage collector.

Where threads run at the same time, the last reference may be dropped by one thread while another one
asks whether the object is still there, and the object may end later, and elsewhere, than expected.
"""

from __future__ import annotations

import gc
import threading
import weakref

from outcomes.tests.declare import Litmus, Stress, acceptable, forbidden, interesting


class Thing:
    number = 42


class WeakrefCall(Litmus):
    """A weak reference either makes a strong one in time, or says None."""

    slug = "weakref-call-against-del"
    question = "Does a weak reference give a whole object or None while the last reference goes?"
    on = "weakref.ref"
    operation = "ref() against del"
    module = "weakref"
    source = "https://docs.python.org/3.14/library/weakref.html#weakref.ref"
    outcomes = (
        acceptable("42", "The object was still there, and stays as long as it is used."),
        acceptable("gone", "The object was gone."),
    )

    def __init__(self):
        self.thing = Thing()
        self.ref = weakref.ref(self.thing)

    def actor1(self):
        del self.thing

    def actor2(self):
        thing = self.ref()
        return "gone" if thing is None else thing.number


class WeakrefTwice(Litmus):
    """Weak references without a callback are shared: one object has one."""

    slug = "weakref-create-twice"
    question = "Do two threads that make a weak reference to one object get the same reference?"
    on = "weakref.ref"
    operation = "create in two threads"
    module = "weakref"
    outcomes = (
        acceptable("same", "The second thread got the reference of the first one."),
        interesting("two", "The object has two references without a callback."),
    )

    def __init__(self):
        self.thing = Thing()

    def actor1(self):
        self.first = weakref.ref(self.thing)

    def actor2(self):
        self.second = weakref.ref(self.thing)

    def arbiter(self):
        return "same" if self.first is self.second else "two"


class CallbackOnce(Litmus):
    """Either thread may be the one that drops the last reference."""

    slug = "weakref-callback-once"
    question = "Is a callback called once when two threads drop the last two references?"
    on = "weakref.ref"
    operation = "callback, two threads del"
    module = "weakref"
    source = "https://docs.python.org/3.14/library/weakref.html#weakref.ref"
    remedy = "behaviour-differences#difference-lifetime"
    outcomes = (
        acceptable("1", "The callback was called once."),
        interesting(
            "0",
            "Not yet: the references were counted in two places, and the object ends when the "
            "thread that made it adds them up.",
        ),
        forbidden("*", "The callback was called twice."),
    )

    def __init__(self):
        self.calls = []
        self.a = self.b = Thing()
        self.ref = weakref.ref(self.a, self.calls.append)

    def actor1(self):
        self.a = None

    def actor2(self):
        self.b = None

    def arbiter(self):
        return len(self.calls)


class FinalizeOnce(Litmus):
    """A finalizer leaves a registry before it calls its function."""

    slug = "weakref-finalize-call"
    question = "Does a finalizer that two threads call run its function once?"
    on = "weakref.finalize"
    operation = "call in two threads"
    module = "weakref"
    source = "https://docs.python.org/3.14/library/weakref.html#weakref.finalize"
    outcomes = (
        acceptable("1", "One thread ran the function, the other one found it done."),
        forbidden("*", "The function ran twice, or not at all."),
    )

    def __init__(self):
        self.calls = []
        self.thing = Thing()
        self.finalize = weakref.finalize(self.thing, self.calls.append, 1)
        self.finalize.atexit = False

    def actor1(self):
        self.finalize()

    def actor2(self):
        self.finalize()

    def arbiter(self):
        return len(self.calls)


class WeakValueGet(Litmus):
    """The entry may be there while its object is already on its way out."""

    slug = "weakvaluedict-get-against-del"
    question = "Does WeakValueDictionary.get() give a whole object or None while the object goes?"
    on = "weakref.WeakValueDictionary"
    operation = "get against del of the value"
    module = "weakref"
    outcomes = (
        acceptable("42", "The object was still there."),
        acceptable("gone", "The object was gone."),
    )

    def __init__(self):
        self.thing = Thing()
        self.cache = weakref.WeakValueDictionary(thing=self.thing)

    def actor1(self):
        del self.thing

    def actor2(self):
        thing = self.cache.get("thing")
        return "gone" if thing is None else thing.number


class WeakValueSetdefault(Litmus):
    """The same call of a plain dict is one step; this one is Python code."""

    slug = "weakvaluedict-setdefault"
    question = "Do two threads that call WeakValueDictionary.setdefault() get one object?"
    on = "weakref.WeakValueDictionary"
    operation = "setdefault"
    module = "weakref"
    remedy = "porting/migrations#migration-memo"
    issue = "none found"
    outcomes = (
        acceptable("same", "The second thread got the object of the first one."),
        interesting("two", "Both threads found no entry: each one goes on with its own object."),
    )

    def __init__(self):
        self.cache = weakref.WeakValueDictionary()

    def actor1(self):
        self.first = self.cache.setdefault("thing", Thing())

    def actor2(self):
        self.second = self.cache.setdefault("thing", Thing())

    def arbiter(self):
        return "same" if self.first is self.second else "two"


class WeakValueLoop(Stress):
    """Entries disappear by themselves, so even a reader who locks out all writers meets this."""

    slug = "weakvaluedict-iterate"
    question = "Can a thread loop over a WeakValueDictionary while its objects come and go?"
    on = "weakref.WeakValueDictionary"
    operation = "iterate while others add"
    module = "weakref"
    remedy = "porting/cookbook#pattern-copy"
    outcomes = (
        acceptable("done", "The loop saw every object that was there all the time."),
        interesting("RuntimeError", "The dictionary changed size during the loop."),
        interesting("missed", "The loop ended early and silently."),
    )

    def __init__(self):
        self.keep = [Thing() for _ in range(100)]
        self.cache = weakref.WeakValueDictionary(enumerate(self.keep))

    def actor1(self):
        for number in range(1000):
            self.cache["new", number] = Thing()

    def actor2(self):
        for _ in range(50):
            if sum(thing in self.keep for thing in self.cache.values()) < 100:
                return "missed"
        return None


class WeakSetLoop(Stress):
    """Registries of plugins and observers are often a WeakSet."""

    slug = "weakset-iterate"
    question = "Can a thread loop over a WeakSet while another one adds to it?"
    on = "weakref.WeakSet"
    operation = "iterate while others add"
    module = "weakref"
    remedy = "porting/cookbook#pattern-copy"
    outcomes = (
        acceptable("done", "The loop saw every object that was there all the time."),
        interesting("RuntimeError", "The set changed size during the loop."),
        interesting("missed", "The loop ended early and silently."),
    )

    def __init__(self):
        self.keep = [Thing() for _ in range(100)]
        self.things = weakref.WeakSet(self.keep)

    def actor1(self):
        for _ in range(1000):
            self.things.add(Thing())

    def actor2(self):
        for _ in range(50):
            if sum(thing in self.keep for thing in self.things) < 100:
                return "missed"
        return None


class DelThread(Litmus):
    """Made by one of the two threads; the first one drops the only reference."""

    slug = "del-in-which-thread"
    question = "Does __del__ run in the thread that drops the last reference?"
    on = "__del__"
    operation = "del in another thread"
    module = "gc"
    source = "https://docs.python.org/3.14/reference/datamodel.html#object.__del__"
    remedy = "debugging#debug-del"
    outcomes = (
        acceptable("dropper", "It ran in the thread that dropped the object."),
        interesting("maker", "It ran in the thread that had made the object, whatever that did."),
        interesting("not yet", "The thread that made the object has still to be told."),
    )

    def __init__(self):
        self.ran_in = []
        self.thing = Mortal(self.ran_in)

    def actor1(self):
        self.dropper = threading.get_ident()
        self.thing = None

    def actor2(self):
        sum((1, 2, 3))

    def arbiter(self):
        if not self.ran_in:
            return "not yet"
        return "dropper" if self.ran_in == [self.dropper] else "maker"


class Mortal:
    def __init__(self, ran_in):
        self.ran_in = ran_in

    def __del__(self):
        self.ran_in.append(threading.get_ident())


class CollectBoth(Stress):
    """Each thread makes a cycle and collects, as tests do that look for leaks."""

    slug = "gc-collect-both"
    question = (
        "Is a thread's garbage gone when its gc.collect() returns while another one collects?"
    )
    on = "gc"
    operation = "collect in two threads"
    module = "gc"
    source = "https://docs.python.org/3.14/library/gc.html#gc.collect"
    issue = "none found"
    outcomes = (
        acceptable("gone, gone", "Each call freed what its thread had left."),
        interesting(
            "*still there*",
            "A collection was under way in the other thread, and gc.collect() returned at once.",
        ),
    )

    def actor1(self):
        for _ in range(5):
            cycle = Thing()
            cycle.self, ref = cycle, weakref.ref(cycle)
            del cycle
            gc.collect()
            if ref() is not None:
                return "still there"
        return "gone"

    def actor2(self):
        for _ in range(5):
            cycle = Thing()
            cycle.self, ref = cycle, weakref.ref(cycle)
            del cycle
            gc.collect()
            if ref() is not None:
                return "still there"
        return "gone"


class GetObjects(Stress):
    """Memory profilers and leak finders walk over all objects like this."""

    slug = "gc-get-objects"
    question = "Is every object that gc.get_objects() lists whole while another thread makes some?"
    on = "gc"
    operation = "get_objects against allocation"
    module = "gc"
    outcomes = (
        acceptable("whole", "Every object had a type and a repr of it."),
        forbidden("*", "An object was not ready, or gone."),
    )

    def actor1(self):
        for number in range(2000):
            [[number], {number: None}, Thing()]

    def actor2(self):
        for _ in range(2):
            for found in gc.get_objects():
                type(found).__name__
        return "whole"


class FreezeCollect(Stress):
    """Servers freeze before they fork; the other thread goes on making cycles."""

    slug = "gc-freeze-against-collect"
    question = "Is every cycle collected in the end while another thread freezes and unfreezes?"
    on = "gc"
    operation = "freeze against collect"
    module = "gc"
    outcomes = (
        acceptable("all", "Every cycle was freed by the last collection."),
        forbidden("left", "A cycle is left after unfreeze() and collect()."),
    )

    def __init__(self):
        self.refs = []

    def actor1(self):
        for _ in range(20):
            gc.freeze()
            gc.unfreeze()

    def actor2(self):
        for number in range(300):
            cycle = Thing()
            cycle.self = cycle
            self.refs.append(weakref.ref(cycle))
            if number % 100 == 0:
                gc.collect()

    def arbiter(self):
        gc.unfreeze()
        gc.collect()
        return "all" if all(ref() is None for ref in self.refs) else "left"
