"""Collections, queues, heaps and caches: what the standard library offers for handing objects around.

The queues promise to be safe, a deque promises it for its two ends, and `lru_cache` for its own structure.
The rest promises nothing, and much of it is Python code of several steps.
"""

from __future__ import annotations

import bisect
import functools
import heapq
import queue
import threading
from collections import ChainMap, Counter, OrderedDict, defaultdict, deque

from outcomes.tests.declare import Litmus, Stress, acceptable, forbidden, interesting


class DequeAppend(Litmus):
    """The operation for which most programs share a deque."""

    slug = "deque-append"
    question = "Are both elements in a deque after two threads appended one each?"
    on = "deque"
    operation = "append"
    module = "collections"
    level = "shared"
    source = "https://docs.python.org/3.14/library/collections.html#collections.deque"
    outcomes = (
        acceptable("2", "Both elements are there."),
        forbidden("1", "An element is lost."),
    )

    def __init__(self):
        self.items = deque()

    def actor1(self):
        self.items.append("a")

    def actor2(self):
        self.items.append("b")

    def arbiter(self):
        return len(self.items)


class DequePopBothEnds(Litmus):
    """One element, and a consumer at each end."""

    slug = "deque-pop-both-ends"
    question = (
        "Does one element come to one thread only, if one pops on the left and one on the right?"
    )
    on = "deque"
    operation = "pop against popleft"
    module = "collections"
    level = "shared"
    source = "https://docs.python.org/3.14/library/collections.html#collections.deque"
    remedy = "faq#msg-pop-empty"
    outcomes = (
        acceptable("item, IndexError", "The first thread got it, the second found nothing."),
        acceptable("IndexError, item", "The second thread got it, the first found nothing."),
        forbidden("item, item", "Both got the same element."),
    )

    def __init__(self):
        self.items = deque(["item"])

    def actor1(self):
        return self.items.pop()

    def actor2(self):
        return self.items.popleft()


class DequeCheckThenPop(Litmus):
    """A deque used as a queue by two consumers, with the usual check."""

    slug = "deque-check-then-popleft"
    question = "Can popleft() fail although the deque was not empty a moment before?"
    on = "deque"
    operation = "if d: d.popleft()"
    module = "collections"
    source = "https://docs.python.org/3.14/library/collections.html#collections.deque"
    remedy = "faq#msg-pop-empty"
    outcomes = (
        acceptable("item, empty", "The second thread came later."),
        acceptable("empty, item", "The first thread came later."),
        interesting("item, IndexError", "The element was taken between check and popleft()."),
        interesting("IndexError, item", "The element was taken between check and popleft()."),
        forbidden("item, item", "Both got the same element."),
    )

    def __init__(self):
        self.items = deque(["item"])

    def actor1(self):
        return self.items.popleft() if self.items else "empty"

    def actor2(self):
        return self.items.popleft() if self.items else "empty"


class DequeHandOff(Stress):
    """A producer and two consumers, none of which takes a lock."""

    slug = "deque-hand-off"
    question = "Does each element of a deque come to one consumer, once?"
    on = "deque"
    operation = "append against popleft"
    module = "collections"
    level = "shared"
    source = "https://docs.python.org/3.14/library/collections.html#collections.deque"
    remedy = "porting/cookbook#pattern-queue"
    outcomes = (
        acceptable("each once", "Nothing was lost and nothing came twice."),
        forbidden("lost", "An element came to nobody and is not in the deque."),
        forbidden("twice", "An element came to both consumers."),
    )

    def __init__(self):
        self.items = deque()
        self.taken = [], []

    def actor1(self):
        for number in range(3000):
            self.items.append(number)

    def take(self, taken):
        for _ in range(3000):
            try:
                taken.append(self.items.popleft())
            except IndexError:
                pass

    def actor2(self):
        self.take(self.taken[0])

    def actor3(self):
        self.take(self.taken[1])

    def arbiter(self):
        came = [*self.taken[0], *self.taken[1], *self.items]
        if len(set(came)) < len(came):
            return "twice"
        return "each once" if len(came) == 3000 else "lost"


class DequeLoop(Stress):
    """A deque notices every change, even one that keeps its length."""

    slug = "deque-loop"
    question = "Can a loop over a deque run to its end while another thread appends and pops?"
    on = "deque"
    operation = "iterate while others append"
    module = "collections"
    remedy = "faq#msg-deque"
    outcomes = (
        acceptable("whole", "No change came during any loop."),
        interesting("RuntimeError", "deque mutated during iteration."),
    )

    def __init__(self):
        self.items = deque(range(100))

    def actor1(self):
        for number in range(5000):
            self.items.append(number)
            self.items.popleft()

    def actor2(self):
        for _ in range(500):
            for _number in self.items:
                pass
        return "whole"


class DequeCopy(Stress):
    """The remedy for the loop: copy first, then loop over the copy."""

    slug = "deque-copy"
    question = "Can a deque be copied while another thread appends and pops?"
    on = "deque"
    operation = "copy()"
    module = "collections"
    remedy = "porting/cookbook#pattern-copy"
    issue = "gh-144809"
    note = "One step since 3.14.4. Before, copy() was a loop that lost the deque's lock between elements."
    outcomes = (
        acceptable("whole", "The elements of one moment."),
        interesting("RuntimeError", "deque mutated during iteration."),
        forbidden("torn", "The copy has a length that the deque never had."),
    )

    def __init__(self):
        self.items = deque(range(100))

    def actor1(self):
        for number in range(1000):
            self.items.append(number)
            self.items.popleft()

    def actor2(self):
        for _ in range(100):
            if len(self.items.copy()) not in (100, 101):
                return "torn"
        return "whole"


class DequeList(Stress):
    """The other way to copy, and the one that people write first."""

    slug = "deque-list"
    question = "Can `list(d)` copy a deque while another thread appends and pops?"
    on = "deque"
    operation = "list(d)"
    module = "collections"
    remedy = "porting/cookbook#pattern-copy"
    issue = "gh-144809"
    note = "With the GIL, nothing runs in between. Without it, use `d.copy()`, on 3.14.4 or later."
    outcomes = (
        acceptable("whole", "The elements of one moment."),
        interesting("RuntimeError", "deque mutated during iteration."),
        forbidden("torn", "The copy has a length that the deque never had."),
    )

    def __init__(self):
        self.items = deque(range(100))

    def actor1(self):
        for number in range(5000):
            self.items.append(number)
            self.items.popleft()

    def actor2(self):
        for _ in range(500):
            if len(list(self.items)) not in (100, 101):
                return "torn"
        return "whole"


class DequeRotate(Stress):
    """rotate() moves elements one by one, and has the deque's lock meanwhile."""

    slug = "deque-rotate-count"
    question = "Does count() find each element once while another thread rotates the deque?"
    on = "deque"
    operation = "rotate against count"
    module = "collections"
    remedy = "porting/cookbook#pattern-copy"
    outcomes = (
        acceptable("once", "The element was always there once."),
        interesting("RuntimeError", "deque mutated during iteration."),
        forbidden("wrong", "The element was counted twice or not at all."),
    )

    def __init__(self):
        self.items = deque(range(100))

    def actor1(self):
        for _ in range(5000):
            self.items.rotate(7)

    def actor2(self):
        for _ in range(1000):
            if self.items.count(50) != 1:
                return "wrong"
        return "once"


class DequeMaxlen(Litmus):
    """append() to a full deque adds an element first and drops one then."""

    slug = "deque-maxlen-len"
    question = "Can a deque be seen longer than its maxlen?"
    on = "deque"
    operation = "append at maxlen, len by others"
    module = "collections"
    issue = "none found"
    note = "len() does not wait for the deque's lock."
    outcomes = (
        acceptable("2", "The deque is as long as it may be."),
        interesting("3", "The new element was in and the oldest one not out yet."),
        forbidden("1", "The deque was never that short."),
    )

    def __init__(self):
        self.items = deque((1, 2), 2)

    def actor1(self):
        self.items.append(3)

    def actor2(self):
        return len(self.items)


class DequeIndexReplace(Litmus):
    """Reading by position while the positions change."""

    slug = "deque-read-last"
    question = "Is `d[-1]` there as long as the deque is never empty?"
    on = "deque"
    operation = "d[-1] while others append and pop"
    module = "collections"
    remedy = "faq#msg-list-index"
    issue = "none found"
    outcomes = (
        acceptable("[12]", "The last element of some moment."),
        interesting(
            "IndexError",
            "The length was read for counting from the end, and had changed before the element was read.",
        ),
    )

    def __init__(self):
        self.items = deque([1])

    def actor1(self):
        self.items.append(2)
        self.items.popleft()

    def actor2(self):
        return self.items[-1]


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


class QueueHandOff(Stress):
    """The negative control: two producers and two consumers."""

    slug = "queue-put-get"
    question = "Does each element of a queue.Queue come to one consumer, once?"
    on = "queue.Queue"
    operation = "put against get"
    module = "queue"
    level = "shared"
    source = "https://docs.python.org/3.14/library/queue.html"
    remedy = "porting/cookbook#pattern-queue"
    control = "none"
    outcomes = (
        acceptable("each once", "Nothing was lost and nothing came twice."),
        forbidden("lost", "An element came to nobody."),
        forbidden("twice", "An element came to both consumers."),
    )

    def __init__(self):
        self.queue = queue.Queue()
        self.taken = [], []

    def put(self, first):
        for number in range(first, first + 200):
            self.queue.put(number)

    def get(self, taken):
        for _ in range(200):
            taken.append(self.queue.get())

    def actor1(self):
        self.put(0)

    def actor2(self):
        self.put(200)

    def actor3(self):
        self.get(self.taken[0])

    def actor4(self):
        self.get(self.taken[1])

    def arbiter(self):
        came = {*self.taken[0], *self.taken[1]}
        if len(came) == 400:
            return "each once"
        return "twice" if self.queue.empty() else "lost"


class QueueOrder(Stress):
    """One producer and one consumer."""

    slug = "queue-order"
    question = "Do elements come out of a queue.Queue in the order in which they went in?"
    on = "queue.Queue"
    operation = "put and get in order"
    module = "queue"
    level = "shared"
    source = "https://docs.python.org/3.14/library/queue.html"
    outcomes = (
        acceptable("in order", "First in, first out."),
        forbidden("out of order", "An element overtook another one."),
    )

    def __init__(self):
        self.queue = queue.Queue()

    def actor1(self):
        for number in range(300):
            self.queue.put(number)

    def actor2(self):
        came = [self.queue.get() for _ in range(300)]
        return "in order" if came == sorted(came) else "out of order"


class QueueCheckThenGet(Litmus):
    """The check is documented as no guarantee."""

    slug = "queue-check-then-get"
    question = "Can get_nowait() find a queue empty that qsize() found full?"
    on = "queue.Queue"
    operation = "if q.qsize(): q.get_nowait()"
    module = "queue"
    source = "https://docs.python.org/3.14/library/queue.html#queue.Queue.qsize"
    remedy = "porting/cookbook#pattern-queue"
    outcomes = (
        acceptable("item, empty", "The second thread came later."),
        acceptable("empty, item", "The first thread came later."),
        interesting("item, Empty", "The element was taken between qsize() and get_nowait()."),
        interesting("Empty, item", "The element was taken between qsize() and get_nowait()."),
        forbidden("item, item", "Both got the same element."),
    )

    def __init__(self):
        self.queue = queue.Queue()
        self.queue.put("item")

    def actor1(self):
        return self.queue.get_nowait() if self.queue.qsize() else "empty"

    def actor2(self):
        return self.queue.get_nowait() if self.queue.qsize() else "empty"


class QueueFull(Litmus):
    """One place, two threads that want it."""

    slug = "queue-put-nowait-full"
    question = "Does a queue.Queue of size 1 take one element only?"
    on = "queue.Queue"
    operation = "put_nowait at maxsize"
    module = "queue"
    level = "shared"
    source = "https://docs.python.org/3.14/library/queue.html#queue.Queue.put_nowait"
    outcomes = (
        acceptable("put, Full, 1", "The first thread got the place."),
        acceptable("Full, put, 1", "The second thread got the place."),
        forbidden("put, put, 2", "Both got in."),
    )

    def __init__(self):
        self.queue = queue.Queue(1)

    def actor1(self):
        self.queue.put_nowait("a")
        return "put"

    def actor2(self):
        self.queue.put_nowait("b")
        return "put"

    def arbiter(self):
        return self.queue.qsize()


class QueueShutdown(Litmus):
    """Closing a queue at once, while another thread still hands something in."""

    slug = "queue-shutdown"
    question = "Does put() say so when a shutdown throws its element away?"
    on = "queue.Queue"
    operation = "put against shutdown(immediate=True)"
    module = "queue"
    level = "shared"
    source = "https://docs.python.org/3.14/library/queue.html#queue.Queue.shutdown"
    remedy = "faq#msg-queue-shutdown"
    outcomes = (
        acceptable("ShutDown, 0", "The shutdown came first, and put() raised."),
        interesting(
            "put, 0",
            "put() succeeded, and the shutdown then threw the element away, as documented.",
        ),
        forbidden("put, 1", "An element is in a queue that was emptied and closed."),
    )

    def __init__(self):
        self.queue = queue.Queue()

    def actor1(self):
        self.queue.put("item")
        return "put"

    def actor2(self):
        self.queue.shutdown(immediate=True)

    def arbiter(self):
        return self.queue.qsize()


class LifoQueueHandOff(Stress):
    """A stack with the locks of a queue."""

    slug = "lifoqueue-put-get"
    question = "Does each element of a LifoQueue come to one consumer, once?"
    on = "queue.LifoQueue"
    operation = "put against get"
    module = "queue"
    level = "shared"
    source = "https://docs.python.org/3.14/library/queue.html"
    outcomes = (
        acceptable("each once", "Nothing was lost and nothing came twice."),
        forbidden("not each once", "An element was lost or came twice."),
    )

    def __init__(self):
        self.queue = queue.LifoQueue()
        self.taken = []

    def actor1(self):
        for number in range(300):
            self.queue.put(number)

    def actor2(self):
        for _ in range(300):
            self.taken.append(self.queue.get())

    def arbiter(self):
        return "each once" if sorted(self.taken) == list(range(300)) else "not each once"


class PriorityQueueHandOff(Stress):
    """A heap behind one lock: the remedy for a shared heap."""

    slug = "priorityqueue-put-get"
    question = "Does a PriorityQueue that two threads fill give its elements back in order?"
    on = "queue.PriorityQueue"
    operation = "put, then get"
    module = "queue"
    level = "shared"
    source = "https://docs.python.org/3.14/library/queue.html"
    outcomes = (
        acceptable("in order", "Nothing is lost, and the lowest comes first."),
        forbidden("lost", "An element is missing or came twice."),
        forbidden("out of order", "A higher element came before a lower one."),
    )

    def __init__(self):
        self.queue = queue.PriorityQueue()

    def actor1(self):
        for number in range(0, 400, 2):
            self.queue.put(number)

    def actor2(self):
        for number in range(399, 0, -2):
            self.queue.put(number)

    def arbiter(self):
        came = [self.queue.get() for _ in range(self.queue.qsize())]
        if sorted(came) != list(range(400)):
            return "lost"
        return "in order" if came == sorted(came) else "out of order"


class SimpleQueueHandOff(Stress):
    """A queue in C, without size limit and without tasks."""

    slug = "simplequeue-put-get"
    question = "Does each element of a SimpleQueue come to one consumer, once?"
    on = "queue.SimpleQueue"
    operation = "put against get"
    module = "queue"
    level = "shared"
    source = "https://docs.python.org/3.14/library/queue.html#simplequeue-objects"
    remedy = "porting/cookbook#pattern-queue"
    outcomes = (
        acceptable("each once", "Nothing was lost and nothing came twice."),
        forbidden("not each once", "An element was lost or came twice."),
    )

    def __init__(self):
        self.queue = queue.SimpleQueue()
        self.taken = [], []

    def get(self, taken):
        for _ in range(500):
            taken.append(self.queue.get())

    def actor1(self):
        for number in range(1000):
            self.queue.put(number)

    def actor2(self):
        self.get(self.taken[0])

    def actor3(self):
        self.get(self.taken[1])

    def arbiter(self):
        came = sorted([*self.taken[0], *self.taken[1]])
        return "each once" if came == list(range(1000)) else "not each once"


class SimpleQueueGetTwice(Litmus):
    """One element, two threads that do not want to wait."""

    slug = "simplequeue-get-nowait"
    question = "Does one element of a SimpleQueue come to one of two threads only?"
    on = "queue.SimpleQueue"
    operation = "get_nowait"
    module = "queue"
    level = "shared"
    source = "https://docs.python.org/3.14/library/queue.html#simplequeue-objects"
    outcomes = (
        acceptable("item, Empty", "The first thread got it."),
        acceptable("Empty, item", "The second thread got it."),
        forbidden("item, item", "Both got it."),
        forbidden("Empty, Empty", "Nobody got it."),
    )

    def __init__(self):
        self.queue = queue.SimpleQueue()
        self.queue.put("item")

    def actor1(self):
        return self.queue.get_nowait()

    def actor2(self):
        return self.queue.get_nowait()


class HeapPush(Stress):
    """Lower numbers rise towards the front, place by place."""

    slug = "heapq-push"
    question = "Is a list still a heap after two threads pushed numbers onto it?"
    on = "heapq"
    operation = "heappush"
    module = "heapq"
    remedy = "porting/cookbook#pattern-queue"
    issue = "none found"
    note = (
        "The C code locks the list since 3.14. `queue.PriorityQueue` is the remedy for all lines."
    )
    outcomes = (
        acceptable("heap", "No element is lost, and none is lower than its parent."),
        interesting("no heap", "An element is lower than its parent: later pops are out of order."),
        interesting("RuntimeError*", "list changed size during iteration."),
        interesting("*, RuntimeError*", "list changed size during iteration."),
        forbidden("lost", "An element is missing or there twice."),
        forbidden("SIG*", "The interpreter crashed: the list moved to other memory meanwhile."),
    )

    def __init__(self):
        self.heap = []

    def actor1(self):
        for number in range(2000, 0, -2):
            heapq.heappush(self.heap, number)

    def actor2(self):
        for number in range(1999, 0, -2):
            heapq.heappush(self.heap, number)

    def arbiter(self):
        if sorted(self.heap) != list(range(1, 2001)):
            return "lost"
        for place in range(1, 2000):
            if self.heap[place] < self.heap[(place - 1) // 2]:
                return "no heap"
        return "heap"


class HeapPop(Stress):
    """Two workers take the next job from one heap."""

    slug = "heapq-pop"
    question = "Does each element of a heap come to one of two threads, once?"
    on = "heapq"
    operation = "heappop"
    module = "heapq"
    remedy = "porting/cookbook#pattern-queue"
    issue = "none found"
    note = (
        "The C code locks the list since 3.14. `queue.PriorityQueue` is the remedy for all lines."
    )
    outcomes = (
        acceptable("each once", "Nothing was lost and nothing came twice."),
        forbidden("*twice", "An element came to both threads."),
        forbidden("lost", "An element came to nobody."),
        interesting("RuntimeError*", "list changed size during iteration."),
        interesting("*, RuntimeError*", "list changed size during iteration."),
        forbidden("SIG*", "The interpreter crashed: an element was freed while it was in use."),
    )

    def __init__(self):
        self.heap = list(range(1000))
        self.taken = [], []

    def take(self, taken):
        for _ in range(500):
            taken.append(heapq.heappop(self.heap))

    def actor1(self):
        self.take(self.taken[0])

    def actor2(self):
        self.take(self.taken[1])

    def arbiter(self):
        came = [*self.taken[0], *self.taken[1]]
        if len(set(came)) < len(came):
            return "twice"
        return "each once" if len(came) == 1000 else "lost"


class Job:
    def __init__(self, priority):
        self.priority = priority

    def __lt__(self, other):
        return self.priority < other.priority


class HeapPushPython(Stress):
    """Comparing runs Python code, during which a thread can lose the list's lock, or the GIL."""

    slug = "heapq-push-python-lt"
    question = "Is a list of objects with `__lt__` still a heap after two threads pushed onto it?"
    on = "heapq"
    operation = "heappush of objects with __lt__"
    module = "heapq"
    remedy = "porting/cookbook#pattern-queue"
    issue = "none found"
    note = (
        "With the GIL, another thread can run during a comparison. Without it, the list stays locked as long "
        "as no comparison waits for anything."
    )
    outcomes = (
        acceptable("heap", "No element is lost, and none is lower than its parent."),
        interesting("no heap", "An element is lower than its parent: later pops are out of order."),
        interesting("RuntimeError*", "list changed size during iteration."),
        interesting("*, RuntimeError*", "list changed size during iteration."),
        forbidden("lost", "An element is missing or there twice."),
        forbidden("SIG*", "The interpreter crashed: the list moved to other memory meanwhile."),
    )

    def __init__(self):
        self.heap = []

    def actor1(self):
        for number in range(1000, 0, -2):
            heapq.heappush(self.heap, Job(number))

    def actor2(self):
        for number in range(999, 0, -2):
            heapq.heappush(self.heap, Job(number))

    def arbiter(self):
        if len({job.priority for job in self.heap}) < 1000:
            return "lost"
        for place in range(1, 1000):
            if self.heap[place] < self.heap[(place - 1) // 2]:
                return "no heap"
        return "heap"


class Insort(Stress):
    """The place is found first and the element inserted then."""

    slug = "bisect-insort"
    question = "Is a list still sorted after two threads inserted with insort()?"
    on = "bisect"
    operation = "insort"
    module = "bisect"
    level = "compatible"
    source = "https://docs.python.org/3.14/library/bisect.html"
    remedy = "porting/cookbook#pattern-lock"
    issue = "none found"
    outcomes = (
        acceptable("sorted", "Every element is in its place."),
        interesting("not sorted", "The list grew between finding the place and inserting."),
        forbidden("lost", "An element is missing."),
    )

    def __init__(self):
        self.items = []

    def actor1(self):
        for number in range(500):
            bisect.insort(self.items, -number)

    def actor2(self):
        for number in range(500):
            bisect.insort(self.items, -number)

    def arbiter(self):
        if len(self.items) < 1000:
            return "lost"
        return "sorted" if self.items == sorted(self.items) else "not sorted"


class InsortLocked(Stress):
    """The remedy: finding and inserting under one lock."""

    slug = "bisect-insort-locked"
    question = "Is a list still sorted after two threads inserted with insort() under one lock?"
    on = "bisect"
    operation = "insort under a lock"
    module = "bisect"
    source = "https://docs.python.org/3.14/library/threading.html#lock-objects"
    remedy = "porting/cookbook#pattern-lock"
    outcomes = (
        acceptable("sorted", "Every element is in its place."),
        forbidden("not sorted", "The lock let two threads in."),
    )

    def __init__(self):
        self.items = []
        self.lock = threading.Lock()

    def insert(self):
        for number in range(500):
            with self.lock:
                bisect.insort(self.items, -number)

    def actor1(self):
        self.insert()

    def actor2(self):
        self.insert()

    def arbiter(self):
        return "sorted" if self.items == sorted(self.items) else "not sorted"


class LruCacheTwice(Litmus):
    """Documented: the cache stays coherent, and the function may run more than once."""

    slug = "lru-cache-twice"
    question = "Does a function under lru_cache run once for a key that two threads ask for?"
    on = "functools.lru_cache"
    operation = "first call: calls of the function"
    module = "functools"
    level = "shared"
    source = "https://docs.python.org/3.14/library/functools.html#functools.lru_cache"
    remedy = "porting/migrations#migration-memo"
    outcomes = (
        acceptable("1", "One thread computed it, the other found it."),
        interesting("2", "Both threads found no result and called the function, as documented."),
    )

    def __init__(self):
        self.calls = []
        self.square = functools.lru_cache(16)(self.compute)

    def compute(self, number):
        self.calls.append(number)
        return number * number

    def actor1(self):
        self.square(3)

    def actor2(self):
        self.square(3)

    def arbiter(self):
        return len(self.calls)


class LruCacheIdentity(Litmus):
    """If the function runs twice, two objects come out of it."""

    slug = "lru-cache-identity"
    question = "Do two threads get the same object from a function under functools.cache?"
    on = "functools.cache"
    operation = "first call: identity of the result"
    module = "functools"
    level = "shared"
    source = "https://docs.python.org/3.14/library/functools.html#functools.lru_cache"
    remedy = "porting/migrations#migration-lazy"
    note = "So a function under `cache` makes no singleton."
    outcomes = (
        acceptable("same", "Both threads got the same object."),
        interesting("different", "The function ran twice, and each thread got its own object."),
    )

    def __init__(self):
        self.connect = functools.cache(object.__new__)

    def actor1(self):
        self.first = self.connect(object)

    def actor2(self):
        self.second = self.connect(object)

    def arbiter(self):
        return "same" if self.first is self.second else "different"


class LruCacheInfo(Stress):
    """Hits and misses are two counters of the cache."""

    slug = "lru-cache-info"
    question = "Do hits and misses of an lru_cache add up to the number of calls?"
    on = "functools.lru_cache"
    operation = "cache_info() after calls"
    module = "functools"
    level = "shared"
    source = "https://docs.python.org/3.14/library/functools.html#functools.lru_cache"
    issue = "gh-132641"
    outcomes = (
        acceptable("all", "Every call was counted."),
        interesting("lost", "A call was not counted, or twice."),
        forbidden("SIG*", "The interpreter crashed."),
    )

    def __init__(self):
        self.square = functools.lru_cache(16)(abs)

    def actor1(self):
        for number in range(3000):
            self.square(number % 20)

    def actor2(self):
        for number in range(3000):
            self.square(number % 20)

    def arbiter(self):
        info = self.square.cache_info()
        return "all" if info.hits + info.misses == 6000 else "lost"


class LruCacheSize(Stress):
    """Many more keys than places, so that nearly every call throws a result out."""

    slug = "lru-cache-maxsize"
    question = "Does an lru_cache keep to its maxsize?"
    on = "functools.lru_cache"
    operation = "eviction at maxsize"
    module = "functools"
    level = "shared"
    source = "https://docs.python.org/3.14/library/functools.html#functools.lru_cache"
    issue = "gh-148180"
    outcomes = (
        acceptable("within", "The cache holds as many results as it may."),
        forbidden("more", "The cache holds more results than maxsize, for good."),
        forbidden("SIG*", "The interpreter crashed."),
    )

    def __init__(self):
        self.square = functools.lru_cache(8)(abs)

    def actor1(self):
        for number in range(5000):
            self.square(number % 61)

    def actor2(self):
        for number in range(5000):
            self.square(number % 53)

    def arbiter(self):
        return "within" if self.square.cache_info().currsize <= 8 else "more"


class CacheInfo(Stress):
    """The cache without a limit has code of its own."""

    slug = "cache-info"
    question = "Do hits and misses of a functools.cache add up to the number of calls?"
    on = "functools.cache"
    operation = "cache_info() after calls"
    module = "functools"
    level = "shared"
    source = "https://docs.python.org/3.14/library/functools.html#functools.cache"
    issue = "gh-132641"
    outcomes = (
        acceptable("all", "Every call was counted."),
        interesting("lost", "A call was not counted: the counter is not increased in one step."),
        forbidden("SIG*", "The interpreter crashed."),
    )

    def __init__(self):
        self.square = functools.cache(abs)

    def actor1(self):
        for number in range(3000):
            self.square(number % 20)

    def actor2(self):
        for number in range(3000):
            self.square(number % 20)

    def arbiter(self):
        info = self.square.cache_info()
        return "all" if info.hits + info.misses == 6000 else "lost"


class LruCacheClear(Stress):
    """Throwing all results away while others ask for them."""

    slug = "lru-cache-clear"
    question = "Can an lru_cache be cleared while another thread uses it?"
    on = "functools.lru_cache"
    operation = "call against cache_clear()"
    module = "functools"
    level = "shared"
    source = "https://docs.python.org/3.14/library/functools.html#functools.lru_cache"
    issue = "gh-132641"
    outcomes = (
        acceptable("right", "Every result was right."),
        forbidden("wrong", "A call returned the result of another one."),
        forbidden("*Error", "A call failed within the cache."),
        forbidden("SIG*", "The interpreter crashed."),
    )

    def __init__(self):
        self.square = functools.lru_cache(8)(abs)

    def actor1(self):
        for number in range(5000):
            if self.square(-(number % 12)) != number % 12:
                return "wrong"
        return "right"

    def actor2(self):
        for _ in range(1000):
            self.square.cache_clear()


class Page:
    made = 0

    @functools.cached_property
    def parsed(self):
        self.made += 1
        return object()


class CachedProperty(Litmus):
    """It had a lock until 3.11."""

    slug = "cached-property-twice"
    question = "Do two threads that read a cached_property first get the same object?"
    on = "functools.cached_property"
    operation = "first read: identity of the result"
    module = "functools"
    source = "https://docs.python.org/3.14/library/functools.html#functools.cached_property"
    remedy = "porting/migrations#migration-lazy"
    outcomes = (
        acceptable("same", "One thread computed it, the other found it."),
        interesting("different", "The getter ran twice, and each thread got its own result."),
    )

    def __init__(self):
        self.page = Page()

    def actor1(self):
        self.first = self.page.parsed

    def actor2(self):
        self.second = self.page.parsed

    def arbiter(self):
        return "same" if self.first is self.second else "different"


class SingleDispatchRegister(Litmus):
    """Which function fits a class is remembered, and register() makes it forget."""

    slug = "singledispatch-register"
    question = "Is a newly registered function used by all calls after register()?"
    on = "functools.singledispatch"
    operation = "register against call"
    module = "functools"
    remedy = "porting/migrations#migration-registry"
    issue = "none found"
    note = "Register everything at import, before threads start."
    outcomes = (
        acceptable("new", "After both threads have ended, the new function is used."),
        interesting(
            "RuntimeError, *",
            "dictionary changed size during iteration: the call was looking through the registered "
            "classes when register() added one.",
        ),
        interesting(
            "old",
            "The other thread looked the old function up before register() and remembered it "
            "after register() had made all of them forgotten: it stays in use.",
        ),
    )

    def __init__(self):
        self.show = functools.singledispatch(lambda value: "old")

    def actor1(self):
        self.show.register(int, lambda value: "new")

    def actor2(self):
        self.show(1)

    def arbiter(self):
        return self.show(1)


class PartialKeywords(Stress):
    """A partial object hands its keywords on, and they are a dictionary that anybody can change."""

    slug = "partial-keywords"
    question = "Can a partial object be called while another thread changes its keywords?"
    on = "functools.partial"
    operation = "call while others change .keywords"
    module = "functools"
    remedy = "porting/cookbook#pattern-frozen"
    issue = "none found"
    note = "The crash is new in 3.15, which puts the arguments together in another way than 3.14."
    outcomes = (
        acceptable("whole", "Each call had the keywords of one moment."),
        interesting("*Error", "A call failed because the keywords changed meanwhile."),
        interesting("short", "A call lacked a keyword that was there all the time."),
        forbidden(
            "SIG*",
            "The interpreter crashed: there were more or fewer keywords than counted before.",
        ),
    )

    def __init__(self):
        self.make = functools.partial(dict, **{f"k{number}": number for number in range(20)})

    def actor1(self):
        keywords = self.make.keywords
        for _ in range(3000):
            keywords["new"] = 1
            del keywords["new"]

    def actor2(self):
        for _ in range(2000):
            if len(self.make(own=1)) < 21:
                return "short"
        return "whole"
