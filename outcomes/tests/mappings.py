"""OrderedDict, defaultdict, Counter and ChainMap.

Classes around a dictionary keep a second state beside it, and the two can come apart.
"""

from __future__ import annotations

from collections import ChainMap, Counter, OrderedDict, defaultdict, deque

from outcomes.tests.declare import Litmus, Stress, acceptable, forbidden, interesting


class OrderedDictMoveToEnd(Litmus):
    """Each call unlinks a key and links it again."""

    slug = "ordereddict-move-to-end"
    question = "Are all keys still in order after two threads moved one each to the end?"
    on = "OrderedDict"
    operation = "move_to_end"
    module = "collections"
    issue = "gh-125996"
    outcomes = (
        acceptable("in order", "One call after the other."),
        forbidden("broken", "A key is lost or in a wrong place: the chain of keys is broken."),
        forbidden("*Error", "Looking through the keys failed: the chain of keys is broken."),
        forbidden("SIG*", "The interpreter crashed: the chain of keys was broken."),
    )

    def __init__(self):
        self.table = OrderedDict.fromkeys("abc")

    def actor1(self):
        self.table.move_to_end("a")

    def actor2(self):
        self.table.move_to_end("b")

    def arbiter(self):
        return "in order" if "".join(self.table) in ("cab", "cba") else "broken"


class OrderedDictLru(Stress):
    """The cache of many cookbooks: what was used moves to the end, what is first goes."""

    slug = "ordereddict-lru"
    question = "Can an OrderedDict be an LRU cache for two threads without a lock?"
    on = "OrderedDict"
    operation = "move_to_end against popitem"
    module = "collections"
    remedy = "porting/migrations#migration-memo"
    issue = "gh-125996"
    note = "`functools.lru_cache` is the same thing with its locking done."
    outcomes = (
        acceptable("agrees", "The order and the dictionary have the same keys."),
        interesting(
            "*KeyError, agrees", "The key was thrown out between the check and move_to_end()."
        ),
        forbidden("*differs", "The order and the dictionary have different keys."),
        forbidden("*Error", "Looking through the keys failed: the chain of keys is broken."),
        forbidden("SIG*", "The interpreter crashed: the chain of keys was broken."),
    )

    def __init__(self):
        self.table = OrderedDict.fromkeys(range(8))

    def use(self, first):
        for number in range(first, first + 2000):
            key = number % 16
            if key in self.table:
                self.table.move_to_end(key)
            else:
                self.table[key] = None
                self.table.popitem(last=False)

    def actor1(self):
        self.use(0)

    def actor2(self):
        self.use(8)

    def arbiter(self):
        return "agrees" if len(list(self.table)) == len(self.table) else "differs"


class OrderedDictLoop(Stress):
    """Its iterator looks the next key up in a chain, which others may cut meanwhile."""

    slug = "ordereddict-loop"
    question = "Can a loop over an OrderedDict run while another thread adds and removes keys?"
    on = "OrderedDict"
    operation = "iterate while others write"
    module = "collections"
    remedy = "faq#msg-ordereddict"
    issue = "gh-151627 gh-152537"
    outcomes = (
        acceptable("whole", "No change came during any loop."),
        interesting("RuntimeError", "OrderedDict mutated during iteration."),
        interesting("KeyError", "The next key was removed before the iterator looked it up."),
        interesting("short", "A loop ended early and nothing was raised."),
        forbidden("SIG*", "The interpreter crashed: the iterator used a freed link of the chain."),
    )

    def __init__(self):
        self.table = OrderedDict.fromkeys(range(20))

    def actor1(self):
        for number in range(20, 3000):
            self.table[number] = None
            self.table.popitem()

    def actor2(self):
        for _ in range(500):
            if len([*self.table]) < 20:
                return "short"
        return "whole"


class OrderedDictClear(Stress):
    """Two writers: one moves, the other throws everything away and begins anew."""

    slug = "ordereddict-clear"
    question = "Can an OrderedDict be cleared while another thread moves keys?"
    on = "OrderedDict"
    operation = "move_to_end against clear"
    module = "collections"
    remedy = "porting/cookbook#pattern-lock"
    issue = "gh-125996"
    outcomes = (
        acceptable("agrees", "The order and the dictionary have the same keys."),
        forbidden("*differs", "The order and the dictionary have different keys."),
        forbidden("*Error*", "A call failed because the chain of keys was broken."),
        forbidden("SIG*", "The interpreter crashed: a link was used after it was freed."),
    )

    def __init__(self):
        self.table = OrderedDict.fromkeys("abc")

    def actor1(self):
        for _ in range(3000):
            try:
                self.table.move_to_end("a")
            except KeyError:
                pass

    def actor2(self):
        for _ in range(1500):
            self.table.clear()
            self.table.update(a=1, b=2, c=3)

    def arbiter(self):
        return "agrees" if len(list(self.table)) == len(self.table) else "differs"


class DefaultDictMissing(Litmus):
    """The factory is called outside of any lock."""

    slug = "defaultdict-missing"
    question = "Is the factory of a defaultdict called once for a key that two threads look up?"
    on = "defaultdict"
    operation = "d[k] of a new key: calls of the factory"
    module = "collections"
    remedy = "porting/cookbook#pattern-per-key"
    outcomes = (
        acceptable("1", "One thread made the value, the other found it."),
        interesting("2", "Both threads missed the key and called the factory."),
    )

    def __init__(self):
        self.calls = []
        self.table = defaultdict(self.make)

    def make(self):
        self.calls.append(1)
        return []

    def actor1(self):
        self.table["a"]

    def actor2(self):
        self.table["a"]

    def arbiter(self):
        return len(self.calls)


class DefaultDictAppend(Litmus):
    """If both threads make a list, do both of them get the same one?"""

    slug = "defaultdict-append"
    question = "Are both elements there after two threads did `d[k].append()` on a new key?"
    on = "defaultdict"
    operation = "d[k].append of a new key"
    module = "collections"
    remedy = "porting/cookbook#pattern-per-key"
    note = "The factory may run twice; which of its results is kept is decided in one step."
    outcomes = (
        acceptable("2", "Both elements are in the list of the key."),
        interesting(
            "1", "Each thread had a list of its own, and the later one replaced the other."
        ),
    )

    def __init__(self):
        self.table = defaultdict(list)

    def actor1(self):
        self.table["a"].append(1)

    def actor2(self):
        self.table["a"].append(2)

    def arbiter(self):
        return len(self.table["a"])


class DefaultDictIncrement(Litmus):
    """Counting words, as in many tutorials."""

    slug = "defaultdict-increment"
    question = "Do two `d[k] += 1` of a new key always make two?"
    on = "defaultdict"
    operation = "d[k] += 1"
    module = "collections"
    remedy = "porting/migrations#migration-counter"
    outcomes = (
        acceptable("2", "Both increments arrived."),
        interesting("1", "Both threads read 0 before either stored 1: one increment is lost."),
    )

    def __init__(self):
        self.table = defaultdict(int)

    def actor1(self):
        self.table["a"] += 1

    def actor2(self):
        self.table["a"] += 1

    def arbiter(self):
        return self.table["a"]


class CounterUpdate(Stress):
    """It is C code that reads a count and stores the next one, element by element."""

    slug = "counter-update"
    question = "Does Counter.update() of two threads count every element?"
    on = "Counter"
    operation = "update(iterable)"
    module = "collections"
    remedy = "porting/cookbook#pattern-merge"
    issue = "gh-151633"
    outcomes = (
        acceptable("all", "Every element was counted."),
        interesting("lost", "Both threads read the same count before either stored the next."),
        forbidden("SIG*", "The interpreter crashed: a count was freed while it was being used."),
    )

    def __init__(self):
        self.words = Counter()

    def actor1(self):
        for _ in range(200):
            self.words.update("abcdefghij")

    def actor2(self):
        for _ in range(200):
            self.words.update("abcdefghij")

    def arbiter(self):
        return "all" if self.words.total() == 4000 else "lost"


class CounterUpdateMapping(Litmus):
    """Merging results of workers; this one is a loop in Python."""

    slug = "counter-update-mapping"
    question = "Do two Counter.update() with a mapping add up?"
    on = "Counter"
    operation = "update(mapping)"
    module = "collections"
    remedy = "porting/cookbook#pattern-merge"
    outcomes = (
        acceptable("3", "Both counts were added."),
        interesting("2", "Both threads began with the same count: one update is lost."),
    )

    def __init__(self):
        self.words = Counter(a=1)

    def actor1(self):
        self.words.update({"a": 1})

    def actor2(self):
        self.words.update({"a": 1})

    def arbiter(self):
        return self.words["a"]


class CounterMostCommon(Stress):
    """A report that is made while others still count."""

    slug = "counter-most-common"
    question = "Can most_common() run while another thread counts new words?"
    on = "Counter"
    operation = "most_common() while others count"
    module = "collections"
    remedy = "porting/cookbook#pattern-copy"
    note = "`c.copy().most_common()` copies the counter in one step first."
    outcomes = (
        acceptable("whole", "All words that were there all the time were in the report."),
        interesting("RuntimeError", "dictionary changed size during iteration."),
        interesting("short", "Words were missing in the report and nothing was raised."),
    )

    def __init__(self):
        self.words = Counter(range(100))

    def actor1(self):
        for number in range(100, 3000):
            self.words[number] += 1
            del self.words[number]

    def actor2(self):
        for _ in range(100):
            if len(self.words.most_common()) < 100:
                return "short"
        return "whole"


class ChainMapRead(Litmus):
    """The layers are asked one after the other."""

    slug = "chainmap-read"
    question = "Does a ChainMap always find a key that moves from the first layer to the second?"
    on = "ChainMap"
    operation = "cm[k] while k moves between layers"
    module = "collections"
    remedy = "porting/cookbook#pattern-publish"
    note = "The writer stores the key in the lower layer before deleting it in the upper one."
    outcomes = (
        acceptable("found", "The key was found in one of the layers."),
        interesting("KeyError", "The key was missed although it was in one layer all the time."),
    )

    def __init__(self):
        self.table = ChainMap({"a": 1}, {})

    def actor1(self):
        upper, lower = self.table.maps
        lower["a"] = 1
        del upper["a"]

    def actor2(self):
        self.table["a"]
        return "found"


class ChainMapLoop(Stress):
    """A loop makes one dictionary of all layers first."""

    slug = "chainmap-loop"
    question = "Can a loop over a ChainMap run while another thread writes into a layer?"
    on = "ChainMap"
    operation = "iterate while others write"
    module = "collections"
    remedy = "porting/cookbook#pattern-copy"
    outcomes = (
        acceptable("whole", "Every loop had all keys that were there all the time."),
        interesting("RuntimeError", "dictionary changed size during iteration."),
        interesting("short", "A loop lacked keys and nothing was raised."),
    )

    def __init__(self):
        self.table = ChainMap(dict.fromkeys(range(50)), dict.fromkeys(range(50, 100)))

    def actor1(self):
        for number in range(100, 2000):
            self.table[number] = None
            del self.table[number]

    def actor2(self):
        for _ in range(200):
            if len(list(self.table)) < 100:
                return "short"
        return "whole"
