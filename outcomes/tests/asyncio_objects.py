"""Objects of asyncio.

They belong to one event loop in one thread, and are documented as not thread-safe. Two calls are made for
other threads: `call_soon_threadsafe` and `run_coroutine_threadsafe`.
"""

import asyncio
import time

from outcomes.tests.declare import Stress, acceptable, forbidden, interesting


class QueueBothPut(Stress):
    """The items are in a deque, and how many are not done yet is a number beside it."""

    slug = "asyncio-queue-put-nowait"
    question = "Does an asyncio.Queue count right when two threads put into it?"
    on = "asyncio.Queue"
    operation = "put_nowait from two threads"
    module = "asyncio"
    source = "https://docs.python.org/3.14/library/asyncio-queue.html"
    remedy = "porting/cookbook#pattern-queue"
    outcomes = (
        acceptable("right", "All items were there, and task_done() was called once for each."),
        interesting(
            "ValueError",
            "The number was too low: counting is not one step, and join() would return too early.",
        ),
        forbidden("lost", "An item is missing."),
    )

    def __init__(self):
        self.queue = asyncio.Queue()

    def actor1(self):
        for number in range(1000):
            self.queue.put_nowait(number)

    def actor2(self):
        for number in range(1000):
            self.queue.put_nowait(number)

    def arbiter(self):
        if self.queue.qsize() < 2000:
            return "lost"
        for _ in range(2000):
            self.queue.get_nowait()
            self.queue.task_done()
        return "right"


class QueueNotWoken(Stress):
    """The loop sleeps until somebody tells it about the item; its next timer does, here after 50 ms."""

    slug = "asyncio-queue-get-other-thread"
    question = "Does a task that waits for an item get it at once when another thread puts it?"
    on = "asyncio.Queue"
    operation = "put_nowait against await get()"
    module = "asyncio"
    source = "https://docs.python.org/3.14/library/asyncio-queue.html"
    remedy = "faq#msg-other-loop"
    outcomes = (
        acceptable("at once", "The loop was awake when the item came."),
        interesting("late", "The loop slept until its next timer, with the item in the queue."),
        interesting("TimeoutError", "The loop woke up for the time limit, and gave up first."),
    )

    def __init__(self):
        self.loop = asyncio.new_event_loop()
        self.queue = asyncio.Queue()

    def actor1(self):
        start = time.monotonic()
        self.loop.run_until_complete(asyncio.wait_for(self.queue.get(), 0.05))
        return "at once" if time.monotonic() - start < 0.04 else "late"

    def actor2(self):
        time.sleep(0.002)
        self.queue.put_nowait("item")

    def arbiter(self):
        self.loop.close()


class QueueThreadsafe(Stress):
    """The remedy: the loop puts the item into the queue itself."""

    slug = "asyncio-queue-get-threadsafe"
    question = (
        "Does a task get an item at once that another thread puts with call_soon_threadsafe()?"
    )
    on = "asyncio.Queue"
    operation = "put with call_soon_threadsafe"
    module = "asyncio"
    source = "https://docs.python.org/3.14/library/asyncio-dev.html#concurrency-and-multithreading"
    outcomes = (
        acceptable("at once", "The call woke the loop up."),
        forbidden("*", "The loop slept on, until the time limit of half a second."),
    )

    def __init__(self):
        self.loop = asyncio.new_event_loop()
        self.queue = asyncio.Queue()
        self.loop.call_later(0.5, self.queue.put_nowait, "too late")

    def actor1(self):
        item = self.loop.run_until_complete(self.queue.get())
        return "at once" if item == "item" else item

    def actor2(self):
        time.sleep(0.002)
        self.loop.call_soon_threadsafe(self.queue.put_nowait, "item")

    def arbiter(self):
        self.loop.close()


class EventNotWoken(Stress):
    """A thread that has done its work tells the loop so, with the wrong object."""

    slug = "asyncio-event-set-other-thread"
    question = (
        "Does a task that waits for an asyncio.Event go on at once when another thread sets it?"
    )
    on = "asyncio.Event"
    operation = "set from another thread"
    module = "asyncio"
    source = "https://docs.python.org/3.14/library/asyncio-sync.html"
    remedy = "faq#msg-other-loop"
    outcomes = (
        acceptable("at once", "The loop was awake when the event was set."),
        interesting("late", "The loop slept until its next timer, with the event set."),
        interesting("TimeoutError", "The loop woke up for the time limit, and gave up first."),
    )

    def __init__(self):
        self.loop = asyncio.new_event_loop()
        self.ready = asyncio.Event()

    def actor1(self):
        start = time.monotonic()
        self.loop.run_until_complete(asyncio.wait_for(self.ready.wait(), 0.05))
        return "at once" if time.monotonic() - start < 0.04 else "late"

    def actor2(self):
        time.sleep(0.002)
        self.ready.set()

    def arbiter(self):
        self.loop.close()


class CallSoon(Stress):
    """In debug mode, the same call raises RuntimeError."""

    slug = "asyncio-call-soon-other-thread"
    question = "Does a loop run at once what another thread passes to call_soon()?"
    on = "asyncio event loop"
    operation = "call_soon from another thread"
    module = "asyncio"
    source = "https://docs.python.org/3.14/library/asyncio-eventloop.html#asyncio.loop.call_soon"
    remedy = "faq#msg-other-loop"
    outcomes = (
        acceptable("at once", "The loop was awake when the call came."),
        interesting("late", "The loop slept until its next timer."),
        interesting("never", "The loop had ended before it looked."),
    )

    def __init__(self):
        self.loop = asyncio.new_event_loop()
        self.ran = []

    def actor1(self):
        self.start = time.monotonic()
        self.loop.run_until_complete(asyncio.sleep(0.03))

    def actor2(self):
        time.sleep(0.002)
        self.loop.call_soon(lambda: self.ran.append(time.monotonic()))

    def arbiter(self):
        self.loop.close()
        if not self.ran:
            return "never"
        return "at once" if self.ran[0] - self.start < 0.02 else "late"


class CallSoonThreadsafe(Stress):
    """Two threads pass calls to a loop that runs in a third one."""

    slug = "asyncio-call-soon-threadsafe"
    question = (
        "Does a loop run all calls that two threads pass to call_soon_threadsafe(), in order?"
    )
    on = "asyncio event loop"
    operation = "call_soon_threadsafe"
    module = "asyncio"
    source = "https://docs.python.org/3.14/library/asyncio-eventloop.html#asyncio.loop.call_soon_threadsafe"
    outcomes = (
        acceptable("all in order", "Every call ran, those of one thread in their order."),
        forbidden("*", "A call is missing, or came too early."),
    )

    def __init__(self):
        self.loop = asyncio.new_event_loop()
        self.first, self.second = [], []

    def actor1(self):
        self.loop.run_until_complete(asyncio.sleep(0.01))

    def actor2(self):
        for number in range(200):
            self.loop.call_soon_threadsafe(self.first.append, number)

    def actor3(self):
        for number in range(200):
            self.loop.call_soon_threadsafe(self.second.append, number)

    def arbiter(self):
        self.loop.run_until_complete(asyncio.sleep(0))
        self.loop.close()
        return "all in order" if self.first == self.second == list(range(200)) else "not so"


class CallAgainstClose(Stress):
    """A thread reports its result to a loop that is about to end."""

    slug = "asyncio-call-soon-threadsafe-against-close"
    question = "What does call_soon_threadsafe() do while another thread closes the loop?"
    on = "asyncio event loop"
    operation = "call_soon_threadsafe against close"
    module = "asyncio"
    outcomes = (
        acceptable("taken or refused", "The call was taken, or raised RuntimeError."),
        forbidden("*", "The loop raised something else."),
    )

    def __init__(self):
        self.loops = [asyncio.new_event_loop() for _ in range(10)]

    def actor1(self):
        for loop in self.loops:
            loop.close()

    def actor2(self):
        for loop in self.loops:
            try:
                loop.call_soon_threadsafe(print)
            except RuntimeError:
                pass
        return "taken or refused"


class RunCoroutine(Stress):
    """The loop runs in one thread; the other one passes coroutines to it and waits for each."""

    slug = "asyncio-run-coroutine-threadsafe"
    question = "Does each coroutine that another thread passes to a loop return its result there?"
    on = "asyncio event loop"
    operation = "run_coroutine_threadsafe"
    module = "asyncio"
    source = (
        "https://docs.python.org/3.14/library/asyncio-task.html#asyncio.run_coroutine_threadsafe"
    )
    outcomes = (
        acceptable("all", "Every result came."),
        forbidden("*", "A result is wrong, or did not come within half a second."),
    )

    def __init__(self):
        self.loop = asyncio.new_event_loop()
        self.loop.call_later(0.5, self.loop.stop)

    async def double(self, number):
        return 2 * number

    def actor1(self):
        self.loop.run_forever()

    def actor2(self):
        for number in range(30):
            future = asyncio.run_coroutine_threadsafe(self.double(number), self.loop)
            if future.result(timeout=0.5) != 2 * number:
                return "wrong"
        self.loop.call_soon_threadsafe(self.loop.stop)
        return "all"

    def arbiter(self):
        self.loop.close()


class LockTwoLoops(Stress):
    """A module-level asyncio.Lock that two threads meet at, each one with its own loop."""

    slug = "asyncio-lock-two-threads"
    question = "Does an asyncio.Lock let one task in at a time when two threads run loops?"
    on = "asyncio.Lock"
    operation = "async with in two threads"
    module = "asyncio"
    source = "https://docs.python.org/3.14/library/asyncio-sync.html"
    remedy = "faq#msg-other-loop"
    outcomes = (
        acceptable("one inside", "There was never more than one task inside."),
        interesting("*two inside", "Looking whether the lock is free and taking it are two steps."),
        interesting("*RuntimeError*", "The lock belongs to the loop that waited for it first."),
        interesting("*TimeoutError*", "A task slept on: the release came from another thread."),
    )

    def __init__(self):
        self.lock = asyncio.Lock()
        self.inside, self.most = [], [0]

    async def enter(self):
        for _ in range(1000):
            async with self.lock:
                self.inside.append(1)
                self.most.append(len(self.inside))
                self.inside.pop()

    def actor1(self):
        asyncio.run(asyncio.wait_for(self.enter(), 0.1))

    def actor2(self):
        asyncio.run(asyncio.wait_for(self.enter(), 0.1))

    def arbiter(self):
        return "one inside" if max(self.most) < 2 else "two inside"


class FutureSetTwice(Stress):
    """A future may be set once; two threads try."""

    slug = "asyncio-future-set-result-twice"
    question = "Does exactly one of two threads that set the result of an asyncio.Future succeed?"
    on = "asyncio.Future"
    operation = "set_result in two threads"
    module = "asyncio"
    source = "https://docs.python.org/3.14/library/asyncio-future.html#future-object"
    remedy = "faq#msg-other-loop"
    outcomes = (
        acceptable("one each", "One thread set each result, the other one was refused."),
        interesting("both", "Both threads set the result, and one of the results is lost."),
    )

    def __init__(self):
        self.loop = asyncio.new_event_loop()
        self.futures = [self.loop.create_future() for _ in range(2000)]
        self.won = []

    def settle(self):
        for future in self.futures:
            try:
                future.set_result(1)
                self.won.append(future)
            except asyncio.InvalidStateError:
                pass

    def actor1(self):
        self.settle()

    def actor2(self):
        self.settle()

    def arbiter(self):
        self.loop.close()
        return "one each" if len(self.won) == 2000 else "both"


class AllTasks(Stress):
    """What a monitor thread does to show the tasks of a loop."""

    slug = "asyncio-all-tasks-other-thread"
    question = "Can a thread list the tasks of a loop that runs in another thread?"
    on = "asyncio.all_tasks"
    operation = "list while tasks come and go"
    module = "asyncio"
    source = "https://docs.python.org/3.14/library/asyncio-task.html#asyncio.all_tasks"
    issue = "gh-152020"
    outcomes = (
        acceptable("done", "Each list was made."),
        interesting("RuntimeError", "The set of tasks changed size each time it was copied."),
    )

    def __init__(self):
        self.loop = asyncio.new_event_loop()

    async def spawn(self):
        for _ in range(30):
            await asyncio.gather(*(asyncio.sleep(0) for _ in range(10)))

    def actor1(self):
        self.loop.run_until_complete(self.spawn())

    def actor2(self):
        for _ in range(100):
            asyncio.all_tasks(self.loop)

    def arbiter(self):
        self.loop.close()
