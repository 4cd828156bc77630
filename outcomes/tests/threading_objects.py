"""Objects of threading: locks, events, barriers, timers and threads.

They are there for sharing, so most of this is what anybody expects. The rest is about what they do not
promise: that a notification waits for its reader, or that cancel() comes in time.
"""

from __future__ import annotations

import threading

from outcomes.tests.declare import Litmus, Stress, acceptable, forbidden, interesting


class LockReleaseTwice(Litmus):
    """The lock is held by a third thread, which is allowed: a Lock has no owner."""

    slug = "lock-release-twice"
    question = "Does exactly one of two threads that release a held lock succeed?"
    on = "threading.Lock"
    operation = "release in two threads"
    module = "threading"
    source = "https://docs.python.org/3.14/library/threading.html#threading.Lock.release"
    remedy = "faq#msg-release-unlocked"
    outcomes = (
        acceptable("RuntimeError", "One thread released the lock, the other one found it free."),
        forbidden("*", "Both threads released it, or none."),
    )

    def __init__(self):
        self.lock = threading.Lock()
        self.lock.acquire()

    def actor1(self):
        self.lock.release()

    def actor2(self):
        self.lock.release()


class LockAsOnce(Litmus):
    """A lock that is never released marks what may happen once."""

    slug = "lock-acquire-once"
    question = "Does exactly one of two threads get a lock without waiting?"
    on = "threading.Lock"
    operation = "acquire(blocking=False)"
    module = "threading"
    source = "https://docs.python.org/3.14/library/threading.html#threading.Lock.acquire"
    remedy = "porting/cookbook#pattern-refuse"
    outcomes = (
        acceptable("True, False", "One thread got the lock."),
        acceptable("False, True", "One thread got the lock."),
        forbidden("*", "Both threads got the lock, or none."),
    )

    def __init__(self):
        self.lock = threading.Lock()

    def actor1(self):
        return self.lock.acquire(blocking=False)

    def actor2(self):
        return self.lock.acquire(blocking=False)


class RLockOwner(Litmus):
    """The first thread takes the lock and gives it back while the second one tries to release it."""

    slug = "rlock-release-by-other"
    question = "Can a thread release an RLock that another thread holds?"
    on = "threading.RLock"
    operation = "release by another thread"
    module = "threading"
    source = "https://docs.python.org/3.14/library/threading.html#threading.RLock.release"
    remedy = "faq#msg-rlock"
    outcomes = (
        acceptable("RuntimeError", "Only the owner can release it."),
        forbidden("*", "Another thread took the lock away from its owner."),
    )

    def __init__(self):
        self.lock = threading.RLock()

    def actor1(self):
        self.lock.acquire()
        self.lock.release()

    def actor2(self):
        self.lock.release()


class NotifyLost(Stress):
    """The waiter has no condition to look at, only the notification."""

    slug = "condition-wait-without-predicate"
    question = "Does a thread that calls wait() get a notification that another thread has sent?"
    on = "threading.Condition"
    operation = "notify, then wait"
    module = "threading"
    source = "https://docs.python.org/3.14/library/threading.html#condition-objects"
    remedy = "faq#msg-notify"
    outcomes = (
        acceptable("notified", "The thread was waiting when the notification came."),
        interesting("missed", "The notification came first, and nobody keeps it."),
    )

    def __init__(self):
        self.changed = threading.Condition()

    def actor1(self):
        with self.changed:
            self.changed.notify()

    def actor2(self):
        with self.changed:
            return "notified" if self.changed.wait(timeout=0.005) else "missed"


class WaitFor(Stress):
    """The remedy: the waiter looks at the condition before it waits."""

    slug = "condition-wait-for"
    question = "Does wait_for() return once the condition holds, whichever thread came first?"
    on = "threading.Condition"
    operation = "wait_for"
    module = "threading"
    source = "https://docs.python.org/3.14/library/threading.html#threading.Condition.wait_for"
    outcomes = (
        acceptable("True", "The condition was seen."),
        forbidden("False", "The thread waited for two seconds although the condition held."),
    )

    def __init__(self):
        self.changed = threading.Condition()
        self.ready = False

    def actor1(self):
        with self.changed:
            self.ready = True
            self.changed.notify()

    def actor2(self):
        with self.changed:
            return self.changed.wait_for(lambda: self.ready, timeout=2)


class SemaphoreBound(Stress):
    """One place of each semaphore is taken, and two threads give one back."""

    slug = "bounded-semaphore-release"
    question = "Does a BoundedSemaphore refuse the second of two releases at once?"
    on = "threading.BoundedSemaphore"
    operation = "release in two threads"
    module = "threading"
    source = "https://docs.python.org/3.14/library/threading.html#threading.BoundedSemaphore"
    outcomes = (
        acceptable("one each", "One thread gave each place back, the other one got ValueError."),
        forbidden("*", "Both threads gave back one place, or none."),
    )

    def __init__(self):
        self.semaphores = [threading.BoundedSemaphore(1) for _ in range(300)]
        self.released = []
        for places in self.semaphores:
            places.acquire()

    def release_all(self):
        for places in self.semaphores:
            try:
                places.release()
                self.released.append(places)
            except ValueError:
                pass

    def actor1(self):
        self.release_all()

    def actor2(self):
        self.release_all()

    def arbiter(self):
        return "one each" if len(set(self.released)) == len(self.released) == 300 else "twice"


class SemaphoreLimit(Stress):
    """Three threads want one of two places, over and over."""

    slug = "semaphore-limit"
    question = "Are there ever more threads inside than a Semaphore has places?"
    on = "threading.Semaphore"
    operation = "acquire and release"
    module = "threading"
    source = "https://docs.python.org/3.14/library/threading.html#semaphore-objects"
    outcomes = (
        acceptable("at most 2", "There were never more than two threads inside."),
        forbidden("*", "There were three threads inside."),
    )

    def __init__(self):
        self.places = threading.Semaphore(2)
        self.inside, self.most = [], []

    def visit(self):
        for _ in range(200):
            with self.places:
                self.inside.append(1)
                self.most.append(len(self.inside))
                self.inside.pop()

    def actor1(self):
        self.visit()

    def actor2(self):
        self.visit()

    def actor3(self):
        self.visit()

    def arbiter(self):
        return "at most 2" if max(self.most) <= 2 else "3"


class EventPublishes(Litmus):
    """First the data, then the event; first the event, then the data."""

    slug = "event-set-publishes"
    question = "Does a thread that sees an event set also see what was written before set()?"
    on = "threading.Event"
    operation = "write, set against is_set, read"
    module = "threading"
    source = "https://docs.python.org/3.14/library/threading.html#event-objects"
    remedy = "porting/cookbook#pattern-ordering"
    note = "Seen on x86-64 only, which reorders less than other processors."
    outcomes = (
        acceptable("not set", "The reader came first."),
        acceptable("new", "The reader saw the event and the data."),
        forbidden("old", "The reader saw the event, and the data from before."),
    )

    def __init__(self):
        self.value = "old"
        self.ready = threading.Event()

    def actor1(self):
        self.value = "new"
        self.ready.set()

    def actor2(self):
        return self.value if self.ready.is_set() else "not set"


class EventPulse(Stress):
    """set() and clear() right after it should wake the threads that wait, once."""

    slug = "event-set-clear"
    question = "Does set() followed by clear() let a waiting thread go?"
    on = "threading.Event"
    operation = "set, clear against wait"
    module = "threading"
    source = "https://docs.python.org/3.14/library/threading.html#event-objects"
    remedy = "porting/cookbook#pattern-queue"
    outcomes = (
        acceptable("went", "The thread was waiting, and went on."),
        interesting("missed", "The thread came when the event was cleared already."),
    )

    def __init__(self):
        self.tick = threading.Event()

    def actor1(self):
        self.tick.set()
        self.tick.clear()

    def actor2(self):
        return "went" if self.tick.wait(timeout=0.005) else "missed"


class BarrierTogether(Stress):
    """Twenty times the same barrier; the time limit is for a machine that is busy."""

    slug = "barrier-wait"
    question = "Has everybody arrived when a thread passes a barrier?"
    on = "threading.Barrier"
    operation = "wait, again and again"
    module = "threading"
    source = "https://docs.python.org/3.14/library/threading.html#barrier-objects"
    remedy = "faq#msg-broken-barrier"
    outcomes = (
        acceptable("together, together", "Nobody passed before the other one was there."),
        acceptable("BrokenBarrierError*", "A thread did not come within half a second."),
        forbidden("*alone*", "A thread passed before the other one had arrived."),
    )

    def __init__(self):
        self.barrier = threading.Barrier(2)
        self.arrived = []

    def meet(self):
        for number in range(20):
            self.arrived.append(number)
            self.barrier.wait(timeout=0.5)
            if self.arrived.count(number) < 2:
                return "alone"
        return "together"

    def actor1(self):
        return self.meet()

    def actor2(self):
        return self.meet()


class LocalSeparate(Litmus):
    """Both threads write the same attribute of the same object."""

    slug = "threading-local-attribute"
    question = "Does each thread find its own value in a threading.local?"
    on = "threading.local"
    operation = "write and read in two threads"
    module = "threading"
    source = "https://docs.python.org/3.14/library/threading.html#thread-local-data"
    remedy = "porting/cookbook#pattern-local"
    outcomes = (
        acceptable("1, 2", "Each thread has its own value."),
        forbidden("*", "A thread found the value of the other one, or none."),
    )

    def __init__(self):
        self.own = threading.local()

    def actor1(self):
        self.own.value = 1
        return self.own.value

    def actor2(self):
        self.own.value = 2
        return self.own.value
