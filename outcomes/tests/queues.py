"""Queues.

The queues of the `queue` module have a lock of their own; what is two calls is two steps.
"""

from __future__ import annotations

import queue

from outcomes.tests.declare import Litmus, Stress, acceptable, forbidden, interesting


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
