"""Dictionaries.

CPython documents that a single call does not corrupt a dictionary, and that looking a key up takes no lock.
What is written as two operations is two, and a loop over a dictionary is as many as it has keys.
"""

from __future__ import annotations

import threading
import types

from outcomes.tests.declare import Litmus, Stress, acceptable, forbidden, interesting


class DictSetdefault(Litmus):
    """Look up and store in one call: the remedy for a check that is followed by a store."""

    slug = "dict-setdefault"
    question = "Do two threads that call setdefault() get the same object?"
    on = "dict"
    operation = "setdefault"
    level = "shared"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-dict-objects"
    remedy = "porting/not-atomic#one-step"
    outcomes = (
        acceptable("1, 1", "Both got the first thread's object."),
        acceptable("2, 2", "Both got the second thread's object."),
        forbidden("1, 2", "Each got its own: one of them is not in the dictionary."),
    )

    def __init__(self):
        self.table = {}

    def actor1(self):
        return self.table.setdefault("key", 1)

    def actor2(self):
        return self.table.setdefault("key", 2)


class DictSetdefaultAppend(Litmus):
    """Grouping: two steps, but each of them is complete, and nothing depends on their being together."""

    slug = "dict-setdefault-append"
    question = "Does `d.setdefault(k, []).append(x)` lose elements?"
    on = "dict"
    operation = "setdefault(k, []).append(x)"
    level = "shared"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-dict-objects"
    remedy = "porting/not-atomic#one-step"
    outcomes = (
        acceptable("2", "Both elements are in one list."),
        forbidden("1", "An element went into a list that is not in the dictionary."),
    )

    def __init__(self):
        self.groups = {}

    def actor1(self):
        self.groups.setdefault("key", []).append("a")

    def actor2(self):
        self.groups.setdefault("key", []).append("b")

    def arbiter(self):
        return len(self.groups["key"])


class DictGetThenSet(Litmus):
    """The usual cache: look it up, and make it if it is missing."""

    slug = "dict-get-then-set"
    question = "Do two threads that fill a missing key use the same object?"
    on = "dict"
    operation = "get, then set"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-dict-objects"
    remedy = "porting/migrations#migration-memo"
    control = "1, 2"
    outcomes = (
        acceptable("1, 1", "Both use the first thread's object."),
        acceptable("2, 2", "Both use the second thread's object."),
        interesting("1, 2", "Both found the key missing: each uses its own object, one is kept."),
    )

    def __init__(self):
        self.cache = {}

    def actor1(self):
        value = self.cache.get("key")
        if value is None:
            value = self.cache["key"] = 1
        return value

    def actor2(self):
        value = self.cache.get("key")
        if value is None:
            value = self.cache["key"] = 2
        return value


class DictGetThenSetLocked(Litmus):
    """Looking again after the lock was taken is what makes it safe."""

    slug = "dict-get-then-set-locked"
    question = "Does a second look under a lock mend it?"
    on = "dict"
    operation = "get, then set, checked again under a lock"
    module = "threading"
    source = "https://docs.python.org/3.14/library/threading.html#lock-objects"
    remedy = "porting/cookbook#pattern-recheck"
    outcomes = (
        acceptable("1, 1", "Both use the first thread's object."),
        acceptable("2, 2", "Both use the second thread's object."),
        forbidden("1, 2", "The lock let two threads in."),
    )

    def __init__(self):
        self.cache = {}
        self.lock = threading.Lock()

    def actor1(self):
        value = self.cache.get("key")
        if value is None:
            with self.lock:
                value = self.cache.get("key")
                if value is None:
                    value = self.cache["key"] = 1
        return value

    def actor2(self):
        value = self.cache.get("key")
        if value is None:
            with self.lock:
                value = self.cache.get("key")
                if value is None:
                    value = self.cache["key"] = 2
        return value


class DictSetItem(Stress):
    """The table grows again and again while both threads store."""

    slug = "dict-setitem"
    question = "Do keys get lost when two threads fill one dictionary?"
    on = "dict"
    operation = "d[k] = v"
    level = "shared"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-dict-objects"
    remedy = "porting/not-atomic#one-step"
    outcomes = (
        acceptable("all", "Every key is there, with its value."),
        forbidden("lost", "A key is missing, or has a wrong value."),
    )

    def __init__(self):
        self.table = {}

    def actor1(self):
        for number in range(0, 10_000, 2):
            self.table[number] = number

    def actor2(self):
        for number in range(1, 10_000, 2):
            self.table[number] = number

    def arbiter(self):
        return "all" if self.table == {number: number for number in range(10_000)} else "lost"


class DictItemIncrement(Litmus):
    """The same three steps as with a variable, and the key is looked up twice."""

    slug = "dict-item-increment"
    question = "Do two `d[k] += 1` always make two?"
    on = "dict"
    operation = "d[k] += 1"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-dict-objects"
    remedy = "porting/migrations#migration-counter"
    outcomes = (
        acceptable("2", "Both increments arrived."),
        interesting("1", "Both threads read 0 before either stored 1: one increment is lost."),
    )

    def __init__(self):
        self.counts = {"key": 0}

    def actor1(self):
        self.counts["key"] += 1

    def actor2(self):
        self.counts["key"] += 1

    def arbiter(self):
        return self.counts["key"]


class DictGetIncrement(Litmus):
    """Counting words: the key is missing at first."""

    slug = "dict-get-increment"
    question = "Does `d[k] = d.get(k, 0) + 1` count right?"
    on = "dict"
    operation = "d[k] = d.get(k, 0) + 1"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-dict-objects"
    remedy = "porting/cookbook#pattern-merge"
    outcomes = (
        acceptable("2", "Both were counted."),
        interesting("1", "Both threads found no key before either stored 1: one is lost."),
    )

    def __init__(self):
        self.counts = {}

    def actor1(self):
        self.counts["word"] = self.counts.get("word", 0) + 1

    def actor2(self):
        self.counts["word"] = self.counts.get("word", 0) + 1

    def arbiter(self):
        return self.counts["word"]


class DictPerThread(Stress):
    """The negative control: nothing is shared until both threads have ended."""

    slug = "dict-per-thread"
    question = "Does counting in a dictionary per thread, and adding up afterwards, count right?"
    on = "dict"
    operation = "d[k] += 1, one dict a thread"
    level = "distinct"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-dict-objects"
    remedy = "porting/cookbook#pattern-merge"
    control = "none"
    outcomes = (
        acceptable("all", "Every increment was counted."),
        forbidden("lost", "Increments of a thread's own dictionary are lost."),
    )

    def __init__(self):
        self.first = {"key": 0}
        self.second = {"key": 0}

    def actor1(self):
        for _ in range(5000):
            self.first["key"] += 1

    def actor2(self):
        for _ in range(5000):
            self.second["key"] += 1

    def arbiter(self):
        return "all" if self.first["key"] + self.second["key"] == 10_000 else "lost"


class DictOwnKeys(Stress):
    """One dictionary, but each key belongs to one thread."""

    slug = "dict-own-keys"
    question = "Can threads count in one dictionary if each has a key of its own?"
    on = "dict"
    operation = "d[k] += 1, one key a thread"
    level = "shared"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-dict-objects"
    remedy = "porting/cookbook#pattern-merge"
    note = "It is right, and slow: both threads write to the same memory."
    outcomes = (
        acceptable("all", "Every increment was counted."),
        forbidden("lost", "Increments of a key that only one thread uses are lost."),
    )

    def __init__(self):
        self.counts = {"first": 0, "second": 0}

    def actor1(self):
        for _ in range(3000):
            self.counts["first"] += 1

    def actor2(self):
        for _ in range(3000):
            self.counts["second"] += 1

    def arbiter(self):
        return "all" if self.counts == {"first": 3000, "second": 3000} else "lost"


class DictPop(Litmus):
    """One call instead of a check."""

    slug = "dict-pop"
    question = "Can two threads pop the same key?"
    on = "dict"
    operation = "pop(k, default)"
    level = "shared"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-dict-objects"
    remedy = "porting/not-atomic#one-step"
    outcomes = (
        acceptable("got it", "One thread got the value, the other None."),
        forbidden("got it, got it", "Both threads got one value."),
        forbidden("done", "Nobody got it."),
    )

    def __init__(self):
        self.table = {"key": "got it"}

    def actor1(self):
        return self.table.pop("key", None)

    def actor2(self):
        return self.table.pop("key", None)


class DictDel(Litmus):
    """No check, no lock: the error tells who came second."""

    slug = "dict-del"
    question = "Does exactly one of two threads succeed in deleting a key?"
    on = "dict"
    operation = "del d[k]"
    level = "shared"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-dict-objects"
    remedy = "faq#msg-key-error"
    outcomes = (
        acceptable("deleted, KeyError", "The first thread did."),
        acceptable("KeyError, deleted", "The second thread did."),
        forbidden("deleted, deleted", "Both did."),
        forbidden("KeyError, KeyError", "Neither did."),
    )

    def __init__(self):
        self.table = {"key": 1}

    def actor1(self):
        del self.table["key"]
        return "deleted"

    def actor2(self):
        del self.table["key"]
        return "deleted"


class DictCheckThenDel(Litmus):
    """CPython's documentation has this pair as an example of what is not one step."""

    slug = "dict-check-then-del"
    question = "Is `if k in d: del d[k]` safe?"
    on = "dict"
    operation = "check, then del"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-dict-objects"
    remedy = "faq#msg-key-error"
    outcomes = (
        acceptable("done", "One thread deleted the key, the other found it gone."),
        interesting("KeyError", "Both threads saw the key, and one of them came too late."),
        forbidden("KeyError, KeyError", "Both threads saw the key, and nobody deleted it."),
    )

    def __init__(self):
        self.table = {"key": 1}

    def actor1(self):
        if "key" in self.table:
            del self.table["key"]

    def actor2(self):
        if "key" in self.table:
            del self.table["key"]


class DictCheckThenRead(Litmus):
    """The reader deletes nothing and still fails."""

    slug = "dict-check-then-read"
    question = "Is `if k in d: d[k]` safe while another thread deletes?"
    on = "dict"
    operation = "check, then d[k]"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-dict-objects"
    remedy = "faq#msg-key-error"
    outcomes = (
        acceptable("value", "The reader came before the deletion."),
        acceptable("missing", "The reader came after it."),
        interesting("KeyError", "The key was there when it was asked for, and gone when read."),
    )

    def __init__(self):
        self.table = {"key": "value"}

    def actor1(self):
        del self.table["key"]

    def actor2(self):
        if "key" in self.table:
            return self.table["key"]
        return "missing"


class DictGetDel(Litmus):
    """The remedy for check and read: one call."""

    slug = "dict-get"
    question = "Is `d.get(k)` safe while another thread deletes?"
    on = "dict"
    operation = "get"
    level = "atomic"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-dict-objects"
    remedy = "porting/not-atomic#one-step"
    outcomes = (
        acceptable("value", "The reader came before the deletion."),
        acceptable("missing", "The reader came after it."),
        forbidden("KeyError", "get() has no reason to raise."),
    )

    def __init__(self):
        self.table = {"key": "value"}

    def actor1(self):
        del self.table["key"]

    def actor2(self):
        return self.table.get("key", "missing")


class DictPopitem(Litmus):
    """A dictionary used as a pool of work."""

    slug = "dict-popitem"
    question = "Does popitem() hand every item to one thread only?"
    on = "dict"
    operation = "popitem"
    level = "shared"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-dict-objects"
    remedy = "porting/cookbook#pattern-queue"
    outcomes = (
        acceptable("a, b", "Each got one item."),
        acceptable("b, a", "Each got one item."),
        forbidden("a, a", "Both threads got the same item."),
        forbidden("b, b", "Both threads got the same item."),
    )

    def __init__(self):
        self.table = {1: "a", 2: "b"}

    def actor1(self):
        return self.table.popitem()[1]

    def actor2(self):
        return self.table.popitem()[1]


class DictUpdateRead(Litmus):
    """`update()` stores in the order of its argument; the reader asks for the first key first."""

    slug = "dict-update-read"
    question = "Is update() one step for who reads single keys?"
    on = "dict"
    operation = "update, read by others"
    level = "shared"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-dict-objects"
    remedy = "porting/cookbook#pattern-publish"
    outcomes = (
        acceptable("old old", "Both from before."),
        acceptable("new new", "Both from after."),
        acceptable("old new", "The update came between the two reads."),
        interesting("new old", "The first key was updated already and the last one not yet."),
    )

    def __init__(self):
        self.settings = dict.fromkeys(range(20), "old")
        self.change = dict.fromkeys(range(20), "new")

    def actor1(self):
        self.settings.update(self.change)

    def actor2(self):
        first = self.settings[0]
        last = self.settings[19]
        return f"{first} {last}"


class DictUpdateLen(Litmus):
    """`len()` takes no lock either."""

    slug = "dict-update-len"
    question = "Does len() see a dictionary in the middle of update()?"
    on = "dict"
    operation = "update against len"
    level = "shared"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-dict-objects"
    remedy = "porting/cookbook#pattern-publish"
    outcomes = (
        acceptable("before", "No new key."),
        acceptable("after", "All new keys."),
        interesting("between", "Some of the new keys were there, and others not."),
    )

    def __init__(self):
        self.table = {"old": 0}
        self.change = dict.fromkeys(range(20))

    def actor1(self):
        self.table.update(self.change)

    def actor2(self):
        return {1: "before", 21: "after"}.get(len(self.table), "between")


class DictReplace(Litmus):
    """A new dictionary under the old name, and a reader that looks the name up once."""

    slug = "dict-publish"
    question = "Does a reader see a whole change if the dictionary is replaced by a new one?"
    on = "dict"
    operation = "replace the whole dict"
    remedy = "porting/cookbook#pattern-publish"
    outcomes = (
        acceptable("old old", "Both from before."),
        acceptable("new new", "Both from after."),
        forbidden("old new", "A dictionary that nobody changes has changed."),
        forbidden("new old", "A dictionary that nobody changes has changed."),
    )

    def __init__(self):
        self.settings = {"a": "old", "b": "old"}

    def actor1(self):
        self.settings = {**self.settings, "a": "new", "b": "new"}

    def actor2(self):
        settings = self.settings
        return f"{settings['a']} {settings['b']}"


class DictReplaceTwice(Litmus):
    """Readers are safe, writers are not: copy, change and assign are three steps."""

    slug = "dict-publish-twice"
    question = "Do two writers that each replace the dictionary lose a change?"
    on = "dict"
    operation = "d = {**d, k: v}"
    remedy = "porting/cookbook#pattern-publish"
    outcomes = (
        acceptable("2", "Both changes are there."),
        interesting("1", "Both writers began with the same dictionary: the later one won."),
    )

    def __init__(self):
        self.settings = {}

    def actor1(self):
        self.settings = {**self.settings, "a": 1}

    def actor2(self):
        self.settings = {**self.settings, "b": 2}

    def arbiter(self):
        return len(self.settings)


class DictInPlaceOr(Litmus):
    """Both writers store the same keys."""

    slug = "dict-ior"
    question = "Can the changes of two `|=` be mixed?"
    on = "dict"
    operation = "|="
    level = "shared"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-dict-objects"
    outcomes = (
        acceptable("first", "All keys have the first thread's value: it came last."),
        acceptable("second", "All keys have the second thread's value."),
        forbidden("mixed", "Some keys have the value of one thread, some of the other."),
    )

    def __init__(self):
        self.table = {}

    def actor1(self):
        self.table |= {"a": "first", "b": "first", "c": "first", "d": "first"}

    def actor2(self):
        self.table |= {"a": "second", "b": "second", "c": "second", "d": "second"}

    def arbiter(self):
        values = set(self.table.values())
        return values.pop() if len(values) == 1 else "mixed"


class DictUpdatePairs(Stress):
    """The pairs come from Python code, during which a thread can lose its turn."""

    slug = "dict-update-generator"
    question = "Can the changes of two update() be mixed when generators yield the pairs?"
    on = "dict"
    operation = "update(generator)"
    level = "shared"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-dict-objects"
    remedy = "porting/cookbook#pattern-lock"
    outcomes = (
        acceptable("apart", "All keys have the value of the call that came last."),
        interesting("mixed", "Some keys have the value of one thread, some of the other."),
    )

    def __init__(self):
        self.table = {}

    def actor1(self):
        self.table.update((number, "first") for number in range(2000))

    def actor2(self):
        self.table.update((number, "second") for number in range(2000))

    def arbiter(self):
        return "apart" if len(set(self.table.values())) == 1 else "mixed"


class DictUpdateFrom(Stress):
    """The dictionary that is copied from is the one that changes."""

    slug = "dict-update-from"
    question = "Does update() take a dictionary whole that another thread changes?"
    on = "dict"
    operation = "update from a shared dict"
    level = "shared"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-dict-objects"
    remedy = "porting/cookbook#pattern-copy"
    outcomes = (
        acceptable("whole", "Every key that stays was copied, each time."),
        forbidden("short", "A key that was there all the time is missing."),
        forbidden("RuntimeError", "The copy noticed that the size had changed."),
    )

    def __init__(self):
        self.table = dict.fromkeys(range(8))

    def actor1(self):
        for number in range(8, 2000):
            self.table[number] = None
            del self.table[number]

    def actor2(self):
        for _ in range(200):
            copied = {}
            copied.update(self.table)
            if len(copied) < 8:
                return "short"
        return "whole"


class DictClear(Litmus):
    """The length is asked for while another thread empties the dictionary."""

    slug = "dict-clear"
    question = "Does anybody see a dictionary that clear() has emptied in part?"
    on = "dict"
    operation = "clear"
    level = "shared"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-dict-objects"
    outcomes = (
        acceptable("full", "Before clear()."),
        acceptable("empty", "After clear()."),
        forbidden("part", "Some keys were gone and others not."),
    )

    def __init__(self):
        self.table = dict.fromkeys(range(20))

    def actor1(self):
        self.table.clear()

    def actor2(self):
        return {20: "full", 0: "empty"}.get(len(self.table), "part")


class DictContains(Stress):
    """The key stays, and the table around it is made anew many times."""

    slug = "dict-contains"
    question = "Can `in` miss a key while the dictionary grows?"
    on = "dict"
    operation = "in while others add"
    level = "atomic"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-dict-objects"
    remedy = "porting/not-atomic#one-step"
    outcomes = (
        acceptable("found", "It was found each time."),
        forbidden("missed", "A key that was there all the time was not found."),
    )

    def __init__(self):
        self.table = {-1: None}

    def actor1(self):
        for number in range(5000):
            self.table[number] = None
        for number in range(5000):
            del self.table[number]

    def actor2(self):
        for _ in range(10_000):
            if -1 not in self.table:
                return "missed"
        return "found"


class DictLoopRaises(Litmus):
    """The loop compares the size with the one that it began with, before each key."""

    slug = "dict-loop"
    question = "What does a loop over a dictionary do when another thread adds a key?"
    on = "dict"
    operation = "loop while others add"
    source = "https://docs.python.org/3.14/library/stdtypes.html#dictionary-view-objects"
    remedy = "faq#msg-dict-size"
    outcomes = (
        acceptable("all", "The loop saw all keys, with or without the new one."),
        interesting("RuntimeError", "dictionary changed size during iteration."),
        interesting("some", "The loop ended early without an error."),
    )

    def __init__(self):
        self.table = dict.fromkeys(range(8))

    def actor1(self):
        self.table["new"] = None

    def actor2(self):
        return "all" if len([key for key in self.table]) >= 8 else "some"


class DictLoopShort(Stress):
    """The exception is caught here, as in a program that tries again."""

    slug = "dict-loop-short"
    question = "Can a loop over a dictionary end early without an error?"
    on = "dict"
    operation = "loop while others add and delete"
    source = "https://docs.python.org/3.14/library/stdtypes.html#dictionary-view-objects"
    remedy = "porting/cookbook#pattern-copy"
    control = "short"
    outcomes = (
        acceptable("whole", "Every loop that did not raise saw all keys that stay."),
        interesting("short", "A loop ended before it had seen all keys, and did not raise."),
    )

    def __init__(self):
        self.table = dict.fromkeys(range(8))

    def actor1(self):
        for number in range(8, 5000):
            self.table[number] = None
            del self.table[number]

    def actor2(self):
        for _ in range(1000):
            try:
                seen = sum(1 for _ in self.table)
            except RuntimeError:
                continue
            if seen < 8:
                return "short"
        return "whole"


class DictLoopReplace(Stress):
    """Values change, keys do not."""

    slug = "dict-loop-replace"
    question = "Is a loop over a dictionary safe while others replace values?"
    on = "dict"
    operation = "loop while others replace values"
    source = "https://docs.python.org/3.14/library/stdtypes.html#dictionary-view-objects"
    outcomes = (
        acceptable("whole", "Every loop saw all keys, each with an old or a new value."),
        forbidden("RuntimeError", "No key was added or deleted."),
        forbidden("short", "A loop ended before it had seen all keys."),
    )

    def __init__(self):
        self.table = dict.fromkeys(range(8), 0)

    def actor1(self):
        for number in range(2000):
            self.table[number % 8] = number

    def actor2(self):
        for _ in range(100):
            if len([value for key, value in self.table.items()]) < 8:
                return "short"
        return "whole"


class DictLoopRename(Stress):
    """The size is the same most of the time, so there is little for the loop to notice."""

    slug = "dict-loop-rename"
    question = "Does a loop notice that another thread gives entries other keys?"
    on = "dict"
    operation = "loop while others rename keys"
    source = "https://docs.python.org/3.14/library/stdtypes.html#dictionary-view-objects"
    remedy = "porting/cookbook#pattern-copy"
    outcomes = (
        acceptable("whole", "Every loop saw as many entries as there are."),
        interesting("RuntimeError", "The loop noticed a change."),
        interesting("short", "A loop saw fewer entries than there are, and did not raise."),
        interesting("more", "A loop saw more entries than there are."),
    )

    def __init__(self):
        self.table = dict.fromkeys(range(8))

    def actor1(self):
        for number in range(3000):
            self.table[number + 8] = self.table.pop(number)

    def actor2(self):
        for _ in range(200):
            seen = len([key for key in self.table])
            if seen < 7:
                return "short"
            if seen > 8:
                return "more"
        return "whole"


class DictComprehension(Stress):
    """The most common loop over a dictionary, and the one that looks least like a loop."""

    slug = "dict-comprehension"
    question = "Does `{k: v for k, v in d.items()}` copy a dictionary that others change?"
    on = "dict"
    operation = "{k: v for k, v in d.items()}"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-dict-objects"
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
        for _ in range(100):
            if len({key: value for key, value in self.table.items()}) < 8:
                return "short"
        return "whole"


class DictCopyLoop(Stress):
    """The way that CPython's documentation recommends."""

    slug = "dict-copy-loop"
    question = "Is a loop over `d.copy().items()` safe while others change the dictionary?"
    on = "dict"
    operation = "loop over d.copy()"
    level = "shared"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-dict-objects"
    remedy = "porting/cookbook#pattern-copy"
    outcomes = (
        acceptable("whole", "Every loop saw all keys that stay."),
        forbidden("short", "A loop ended before it had seen all keys."),
        forbidden("RuntimeError", "Nobody changes the copy."),
    )

    def __init__(self):
        self.table = dict.fromkeys(range(8))

    def actor1(self):
        for number in range(8, 2000):
            self.table[number] = None
            del self.table[number]

    def actor2(self):
        for _ in range(100):
            if sum(1 for key, value in self.table.copy().items()) < 8:
                return "short"
        return "whole"


class DictListLoopRead(Litmus):
    """The keys are a snapshot, the values are not."""

    slug = "dict-list-then-read"
    question = "Is `for k in list(d): d[k]` safe while others delete?"
    on = "dict"
    operation = "for k in list(d): d[k]"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-dict-objects"
    remedy = "porting/cookbook#pattern-copy"
    outcomes = (
        acceptable("6", "All values, before the deletion."),
        acceptable("3", "The rest, after it."),
        interesting("KeyError", "A key of the snapshot was gone when its value was read."),
    )

    def __init__(self):
        self.table = {"a": 1, "b": 2, "c": 3}

    def actor1(self):
        del self.table["c"]

    def actor2(self):
        return sum(self.table[key] for key in list(self.table))


class DictList(Stress):
    """One call that holds the lock from the first key to the last."""

    slug = "dict-list"
    question = "Does list(d) copy the keys of one moment?"
    on = "dict"
    operation = "list(d)"
    remedy = "porting/cookbook#pattern-copy"
    note = "Documented for list.extend(), which the constructor uses."
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
            if len(list(self.table)) < 8:
                return "short"
        return "whole"


class DictTuple(Stress):
    """A tuple instead of a list, and it is a loop."""

    slug = "dict-tuple"
    question = "Does tuple(d) copy the keys of one moment?"
    on = "dict"
    operation = "tuple(d)"
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
            if len(tuple(self.table)) < 8:
                return "short"
        return "whole"


class DictSorted(Stress):
    """`sorted()` begins with `list()`."""

    slug = "dict-sorted"
    question = "Does sorted(d) see the keys of one moment?"
    on = "dict"
    operation = "sorted(d)"
    remedy = "porting/cookbook#pattern-copy"
    outcomes = (
        acceptable("whole", "Every key that stays was there, each time."),
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
        for _ in range(300):
            if len(sorted(self.table)) < 8:
                return "short"
        return "whole"


class DictMax(Stress):
    """`max()`, like `min()`, `any()` and `sum()`, loops over the dictionary itself."""

    slug = "dict-max"
    question = "Does max(d) see all keys while others add and delete?"
    on = "dict"
    operation = "max(d)"
    remedy = "porting/cookbook#pattern-copy"
    note = "The largest of the keys that stay comes last, so a loop that ends early misses it."
    outcomes = (
        acceptable("right", "The largest key was found, each time."),
        interesting("wrong", "The largest key was missed, without an error."),
        interesting("RuntimeError", "dictionary changed size during iteration."),
        interesting("ValueError", "A dictionary of eight keys looked empty."),
    )

    def __init__(self):
        self.table = dict.fromkeys(range(8))

    def actor1(self):
        for number in range(8, 2000):
            self.table[number] = None
            del self.table[number]

    def actor2(self):
        for _ in range(500):
            if max(self.table) < 7:
                return "wrong"
        return "right"


class DictConstructor(Stress):
    """Documented as one step for a dictionary."""

    slug = "dict-dict"
    question = "Does dict(d) copy one state?"
    on = "dict"
    operation = "dict(d)"
    level = "atomic"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-dict-objects"
    remedy = "porting/cookbook#pattern-copy"
    outcomes = (
        acceptable("whole", "Every key that stays was copied, each time."),
        forbidden("short", "A key that was there all the time is missing."),
        forbidden("RuntimeError", "The copy noticed that the size had changed."),
    )

    def __init__(self):
        self.table = dict.fromkeys(range(8))

    def actor1(self):
        for number in range(8, 2000):
            self.table[number] = None
            del self.table[number]

    def actor2(self):
        for _ in range(500):
            if len(dict(self.table)) < 8:
                return "short"
        return "whole"


class DictFromItems(Stress):
    """`.items()` makes it a loop over pairs."""

    slug = "dict-from-items"
    question = "Does dict(d.items()) copy one state?"
    on = "dict"
    operation = "dict(d.items())"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-dict-objects"
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
        for _ in range(200):
            if len(dict(self.table.items())) < 8:
                return "short"
        return "whole"


class DictCopy(Stress):
    """The keys stay and their values change together, so a copy has to have one value throughout."""

    slug = "dict-copy"
    question = "Does d.copy() see one state?"
    on = "dict"
    operation = "d.copy()"
    level = "shared"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-dict-objects"
    remedy = "porting/cookbook#pattern-copy"
    outcomes = (
        acceptable("whole", "All values of a copy were from one update()."),
        forbidden("torn", "Some values from before update() and some from after."),
    )

    def __init__(self):
        self.table = dict.fromkeys(range(20), 0)
        self.changes = [dict.fromkeys(range(20), number) for number in (0, 1)]

    def actor1(self):
        for number in range(200):
            self.table.update(self.changes[number % 2])

    def actor2(self):
        for _ in range(200):
            if len(set(self.table.copy().values())) > 1:
                return "torn"
        return "whole"


class DictDisplay(Stress):
    """The display updates a new dictionary by the old one."""

    slug = "dict-display"
    question = "Does {**d} see one state?"
    on = "dict"
    operation = "{**d}"
    remedy = "porting/cookbook#pattern-copy"
    outcomes = (
        acceptable("whole", "All values of a copy were from one update()."),
        interesting("torn", "Some values from before update() and some from after."),
    )

    def __init__(self):
        self.table = dict.fromkeys(range(20), 0)
        self.changes = [dict.fromkeys(range(20), number) for number in (0, 1)]

    def actor1(self):
        for number in range(200):
            self.table.update(self.changes[number % 2])

    def actor2(self):
        for _ in range(200):
            if len(set({**self.table}.values())) > 1:
                return "torn"
        return "whole"


class DictOr(Stress):
    """Documented to hold the lock throughout."""

    slug = "dict-or"
    question = "Does `d | other` see one state?"
    on = "dict"
    operation = "d | other"
    level = "shared"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-dict-objects"
    remedy = "porting/cookbook#pattern-copy"
    outcomes = (
        acceptable("whole", "Every key that stays was copied, each time."),
        forbidden("short", "A key that was there all the time is missing."),
        forbidden("RuntimeError", "The copy noticed that the size had changed."),
    )

    def __init__(self):
        self.table = dict.fromkeys(range(8))

    def actor1(self):
        for number in range(8, 2000):
            self.table[number] = None
            del self.table[number]

    def actor2(self):
        for _ in range(300):
            if len(self.table | {}) < 8:
                return "short"
        return "whole"


def count(**keywords):
    return len(keywords)


class DictKeywords(Stress):
    """A call with `**` copies the dictionary for the function."""

    slug = "dict-keywords"
    question = "Does f(**d) pass the arguments of one moment?"
    on = "dict"
    operation = "f(**d)"
    remedy = "porting/cookbook#pattern-copy"
    outcomes = (
        acceptable("whole", "Every argument that stays was passed, each time."),
        interesting("short", "An argument that was there all the time is missing."),
        interesting("RuntimeError", "dictionary changed size during iteration."),
    )

    def __init__(self):
        self.options = {f"name{number}": number for number in range(20)}

    def actor1(self):
        for number in range(3000):
            self.options["more"] = number
            del self.options["more"]

    def actor2(self):
        for _ in range(300):
            if count(**self.options) < 20:
                return "short"
        return "whole"


class DictValues(Stress):
    """The values, as a list."""

    slug = "dict-values"
    question = "Does list(d.values()) see one state?"
    on = "dict"
    operation = "list(d.values())"
    remedy = "porting/cookbook#pattern-copy"
    note = "Documented for list.extend(), which the constructor uses."
    outcomes = (
        acceptable("whole", "All values were from one update()."),
        interesting("torn", "Some values from before update() and some from after."),
    )

    def __init__(self):
        self.table = dict.fromkeys(range(20), 0)
        self.changes = [dict.fromkeys(range(20), number) for number in (0, 1)]

    def actor1(self):
        for number in range(200):
            self.table.update(self.changes[number % 2])

    def actor2(self):
        for _ in range(200):
            if len(set(list(self.table.values()))) > 1:
                return "torn"
        return "whole"


class DictSumValues(Litmus):
    """One coin moves from one account to the other."""

    slug = "dict-sum-values"
    question = "Is the sum right while another thread moves something from key to key?"
    on = "dict"
    operation = "sum(d.values()) during a transfer"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-dict-objects"
    remedy = "porting/cookbook#pattern-lock"
    outcomes = (
        acceptable("1", "The coin was in one account."),
        interesting("0", "It had left one account and had not reached the other."),
        interesting("2", "It was counted before it left, and again where it arrived."),
    )

    def __init__(self):
        self.accounts = {"a": 1, "b": 0}

    def actor1(self):
        self.accounts["a"] -= 1
        self.accounts["b"] += 1

    def actor2(self):
        return sum(self.accounts.values())


class DictFromKeys(Stress):
    """Documented as one step for a dictionary."""

    slug = "dict-fromkeys"
    question = "Does dict.fromkeys(d) take the keys of one moment?"
    on = "dict"
    operation = "dict.fromkeys(d)"
    level = "atomic"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-dict-objects"
    remedy = "porting/cookbook#pattern-copy"
    outcomes = (
        acceptable("whole", "Every key that stays was taken, each time."),
        forbidden("short", "A key that was there all the time is missing."),
        forbidden("RuntimeError", "The copy noticed that the size had changed."),
    )

    def __init__(self):
        self.table = dict.fromkeys(range(8))

    def actor1(self):
        for number in range(8, 2000):
            self.table[number] = None
            del self.table[number]

    def actor2(self):
        for _ in range(300):
            if len(dict.fromkeys(self.table)) < 8:
                return "short"
        return "whole"


class DictKeysView(Stress):
    """A view behaves like a set, and its operators copy the dictionary first."""

    slug = "dict-keys-view"
    question = "Does `d.keys() | other` take the keys of one moment?"
    on = "dict"
    operation = "d.keys() | other"
    remedy = "porting/cookbook#pattern-copy"
    outcomes = (
        acceptable("whole", "Every key that stays was taken, each time."),
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
        for _ in range(300):
            if len(self.table.keys() | ()) < 8:
                return "short"
        return "whole"


class DictEqual(Litmus):
    """The dictionary has two zeros or two ones, and never one of each."""

    slug = "dict-eq"
    question = "Can a dictionary compare equal to something that it never was?"
    on = "dict"
    operation = "=="
    level = "shared"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-dict-objects"
    outcomes = (
        acceptable("False", "The dictionary was never {'a': 0, 'b': 1}."),
        forbidden("True", "One value was compared before update(), the other one after."),
    )

    def __init__(self):
        self.table = {"a": 0, "b": 0}

    def actor1(self):
        self.table.update({"a": 1, "b": 1})

    def actor2(self):
        return self.table == {"a": 0, "b": 1}


class DictRepr(Stress):
    """What a log line would show."""

    slug = "dict-repr"
    question = "Does repr(d) show one state?"
    on = "dict"
    operation = "repr(d)"
    remedy = "porting/cookbook#pattern-copy"
    outcomes = (
        acceptable("whole", "Every key that stays was shown, each time."),
        interesting("short", "A key that was there all the time was not shown."),
        interesting("RuntimeError", "dictionary changed size during iteration."),
    )

    def __init__(self):
        self.table = dict.fromkeys(range(20))

    def actor1(self):
        for number in range(20, 3000):
            self.table[number] = None
            del self.table[number]

    def actor2(self):
        for _ in range(200):
            if repr(self.table).count("None") < 20:
                return "short"
        return "whole"


class MappingProxyDict(Stress):
    """A read-only view of a dictionary, which `dict()` reads key by key."""

    slug = "mappingproxy-dict"
    question = "Does dict(MappingProxyType(d)) copy one state?"
    on = "MappingProxyType"
    operation = "dict(proxy)"
    module = "types"
    remedy = "porting/cookbook#pattern-copy"
    note = "The proxy's own copy() is the copy() of the dictionary."
    outcomes = (
        acceptable("whole", "Every key that stays was copied, each time."),
        interesting("short", "A key that was there all the time is missing, without an error."),
        interesting("RuntimeError", "dictionary changed size during iteration."),
        interesting("KeyError", "A key was deleted between its being found and being read."),
    )

    def __init__(self):
        self.table = dict.fromkeys(range(8))
        self.proxy = types.MappingProxyType(self.table)

    def actor1(self):
        for number in range(8, 2000):
            self.table[number] = None
            del self.table[number]

    def actor2(self):
        for _ in range(100):
            if len(dict(self.proxy)) < 8:
                return "short"
        return "whole"


class MappingProxyCopy(Stress):
    """The copy that is one step."""

    slug = "mappingproxy-copy"
    question = "Does MappingProxyType(d).copy() copy one state?"
    on = "MappingProxyType"
    operation = "proxy.copy()"
    module = "types"
    remedy = "porting/cookbook#pattern-copy"
    outcomes = (
        acceptable("whole", "Every key that stays was copied, each time."),
        interesting("short", "A key that was there all the time is missing, without an error."),
        interesting("RuntimeError", "dictionary changed size during iteration."),
    )

    def __init__(self):
        self.table = dict.fromkeys(range(8))
        self.proxy = types.MappingProxyType(self.table)

    def actor1(self):
        for number in range(8, 2000):
            self.table[number] = None
            del self.table[number]

    def actor2(self):
        for _ in range(300):
            if len(self.proxy.copy()) < 8:
                return "short"
        return "whole"


class VarsLoop(Stress):
    """The attributes of an object are a dictionary, too, and nobody changes it on purpose."""

    slug = "instance-dict-loop"
    question = "Is a loop over vars(object) safe while others set attributes?"
    on = "instance __dict__"
    operation = "loop over vars(o)"
    source = "https://docs.python.org/3.14/library/stdtypes.html#dictionary-view-objects"
    remedy = "porting/cookbook#pattern-copy"
    outcomes = (
        acceptable("whole", "Every loop saw all attributes that stay."),
        interesting("RuntimeError", "dictionary changed size during iteration."),
        interesting("short", "A loop ended before it had seen all attributes, and did not raise."),
    )

    def __init__(self):
        self.a = self.b = self.c = self.d = 1

    def actor1(self):
        for number in range(3000):
            self.more = number
            del self.more

    def actor2(self):
        for _ in range(500):
            if len([name for name in vars(self)]) < 4:
                return "short"
        return "whole"


class VarsCopy(Stress):
    """How copying an object begins, in `copy.copy()` and in `dataclasses`."""

    slug = "instance-dict-copy"
    question = "Does vars(object).copy() see one state?"
    on = "instance __dict__"
    operation = "vars(o).copy()"
    remedy = "porting/cookbook#pattern-copy"
    outcomes = (
        acceptable("whole", "Every attribute that stays was copied, each time."),
        interesting("short", "An attribute that was there all the time is missing."),
        interesting("RuntimeError", "dictionary changed size during iteration."),
    )

    def __init__(self):
        self.a = self.b = self.c = self.d = 1

    def actor1(self):
        for number in range(3000):
            self.more = number
            del self.more

    def actor2(self):
        for _ in range(500):
            if len(vars(self).copy()) < 4:
                return "short"
        return "whole"


class Point:
    """A key that compares in Python."""

    def __init__(self, x):
        self.x = x

    def __hash__(self):
        return 0  # every key meets every other one

    def __eq__(self, other):
        return self.x == other.x


class DictPointSetdefault(Litmus):
    """Comparing runs Python code in the middle of the call."""

    slug = "dict-setdefault-python-key"
    question = "Do two threads get the same object from setdefault() if the key compares in Python?"
    on = "dict"
    operation = "setdefault, __eq__ in Python"
    level = "shared"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-dict-objects"
    remedy = "porting/cookbook#pattern-per-key"
    outcomes = (
        acceptable("1, 1, 3", "Both got the first thread's object."),
        acceptable("2, 2, 3", "Both got the second thread's object."),
        forbidden("1, 2, *", "Each got its own."),
        forbidden("?, ?, 4", "Two equal keys are in the dictionary."),
    )

    def __init__(self):
        self.table = {Point(1): None, Point(2): None}

    def actor1(self):
        return self.table.setdefault(Point(3), 1)

    def actor2(self):
        return self.table.setdefault(Point(3), 2)

    def arbiter(self):
        return len(self.table)


class DictPointPop(Litmus):
    """Each thread pops by a key object of its own that is equal to the one in the dictionary."""

    slug = "dict-pop-python-key"
    question = "Can two threads pop the same entry if the key compares in Python?"
    on = "dict"
    operation = "pop, __eq__ in Python"
    level = "shared"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-dict-objects"
    outcomes = (
        acceptable("got it", "One thread got the value, the other None."),
        forbidden("got it, got it", "Both threads got one value."),
        forbidden("done", "Nobody got it."),
    )

    def __init__(self):
        self.table = {Point(1): None, Point(2): "got it"}

    def actor1(self):
        return self.table.pop(Point(2), None)

    def actor2(self):
        return self.table.pop(Point(2), None)


class DictPointGet(Litmus):
    """The key that is looked for stays; one that is met on the way to it is deleted."""

    slug = "dict-get-python-key"
    question = "Can a lookup miss its key if keys compare in Python and others are deleted?"
    on = "dict"
    operation = "d[k], __eq__ in Python"
    level = "atomic"
    source = "https://docs.python.org/3.14/library/threadsafety.html#thread-safety-for-dict-objects"
    outcomes = (
        acceptable("found", "It was found."),
        forbidden("KeyError", "A key that was there all the time was not found."),
    )

    def __init__(self):
        self.table = {Point(1): None, Point(2): None, Point(3): "found"}

    def actor1(self):
        del self.table[Point(1)]

    def actor2(self):
        return self.table[Point(3)]
