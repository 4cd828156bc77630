"""Heaps and sorted lists.

`heapq` and `bisect` work on a plain list, which has no idea that it is a heap.
"""

from __future__ import annotations

import bisect
import heapq
import threading

from outcomes.tests.declare import Litmus, Stress, acceptable, forbidden, interesting


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
