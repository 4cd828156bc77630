"""Threads and timers.

A thread is an object, too: others start it, wait for it, ask for its name and list it.
"""

from __future__ import annotations

import sys
import threading
import time

from outcomes.tests.declare import Stress, acceptable, forbidden, interesting


def nothing():
    pass


class StartTwice(Stress):
    """Ten threads in each round, which both actors try to start: a pool that grows on demand does that."""

    slug = "thread-start-twice"
    question = "Can two threads call start() of the same thread?"
    on = "threading.Thread"
    operation = "start in two threads"
    module = "threading"
    source = "https://docs.python.org/3.14/library/threading.html#threading.Thread.start"
    remedy = "faq#msg-started-once"
    issue = "none found"
    note = "The GIL-enabled build crashes, too."
    outcomes = (
        acceptable("once", "One call started each thread, the other one raised RuntimeError."),
        forbidden("*never", "A thread ended before it ran its function."),
        forbidden("KeyError*once", "start() raised KeyError in place of RuntimeError."),
        forbidden("*twice", "The function of a thread ran twice."),
        forbidden(
            "SIG*",
            "Both calls put the thread on the list of those to wait for at exit, where it must not "
            "be twice: the list is broken, and the interpreter crashes when the thread ends.",
        ),
    )

    def __init__(self):
        self.runs = []
        self.threads = [
            threading.Thread(target=self.runs.append, args=(number,)) for number in range(10)
        ]

    def actor1(self):
        for thread in self.threads:
            try:
                thread.start()
            except RuntimeError:
                pass

    def actor2(self):
        for thread in self.threads:
            try:
                thread.start()
            except RuntimeError:
                pass

    def arbiter(self):
        for thread in self.threads:
            thread.join()
        if len(self.runs) == 10:
            return "once"
        return "never" if len(self.runs) < 10 else "twice"


class StartDaemonTwice(Stress):
    """Nobody waits for a daemon thread at exit, so only Python code is left to go wrong."""

    slug = "thread-start-twice-daemon"
    question = "Does a daemon thread run when two threads call its start()?"
    on = "threading.Thread"
    operation = "start a daemon in two threads"
    module = "threading"
    source = "https://docs.python.org/3.14/library/threading.html#threading.Thread.start"
    remedy = "faq#msg-started-once"
    issue = "none found"
    outcomes = (
        acceptable("once", "One call started each thread, the other one raised RuntimeError."),
        forbidden(
            "*never",
            "The call that failed took the thread off a list, and the thread, which looks there "
            "first, ended with a KeyError before it ran its function.",
        ),
        forbidden(
            "KeyError*once",
            "start() raised KeyError in place of RuntimeError: the thread had left the list that "
            "the failing call wanted to take it off.",
        ),
        forbidden("*twice", "The function of a thread ran twice."),
    )

    def __init__(self):
        self.runs = []
        self.threads = [
            threading.Thread(target=self.runs.append, args=(number,), daemon=True)
            for number in range(10)
        ]

    def actor1(self):
        for thread in self.threads:
            try:
                thread.start()
            except RuntimeError:
                pass

    def actor2(self):
        for thread in self.threads:
            try:
                thread.start()
            except RuntimeError:
                pass

    def arbiter(self):
        for thread in self.threads:
            if thread.ident is not None:
                thread.join()
        if len(self.runs) == 10:
            return "once"
        return "never" if len(self.runs) < 10 else "twice"


class JoinTwice(Stress):
    """The thread that both wait for is short."""

    slug = "thread-join-in-two-threads"
    question = "Has a thread ended when join() returns to two others that wait for it?"
    on = "threading.Thread"
    operation = "join in two threads"
    module = "threading"
    source = "https://docs.python.org/3.14/library/threading.html#threading.Thread.join"
    outcomes = (
        acceptable("ended, ended", "Both calls returned after the end."),
        forbidden("*", "A call returned before the end, or raised."),
    )

    def __init__(self):
        self.done = []
        self.thread = threading.Thread(target=self.work)
        self.thread.start()

    def work(self):
        time.sleep(0.002)
        self.done.append(True)

    def actor1(self):
        self.thread.join()
        return "ended" if self.done and not self.thread.is_alive() else "alive"

    def actor2(self):
        self.thread.join()
        return "ended" if self.done and not self.thread.is_alive() else "alive"


class Enumerate(Stress):
    """Debuggers and monitors list the threads while others start."""

    slug = "threading-enumerate-against-start"
    question = (
        "Does threading.enumerate() list threads with name and ident while others start and end?"
    )
    on = "threading.enumerate"
    operation = "enumerate against start"
    module = "threading"
    source = "https://docs.python.org/3.14/library/threading.html#threading.enumerate"
    outcomes = (
        acceptable("whole", "Every thread in the list had a name, and an ident or none yet."),
        forbidden("*", "The list could not be made, or held something else."),
    )

    def actor1(self):
        for _ in range(20):
            thread = threading.Thread(target=nothing)
            thread.start()
            thread.join()

    def actor2(self):
        for _ in range(500):
            for thread in threading.enumerate():
                if not thread.name or thread.ident == 0:
                    return "broken"
        return "whole"


class Frames(Stress):
    """What tools do that print where each thread is; the other thread goes on meanwhile."""

    slug = "sys-current-frames-against-run"
    question = "Can sys._current_frames() be asked for the line of a thread that runs?"
    on = "sys._current_frames"
    operation = "read a running frame"
    module = "sys"
    remedy = "behaviour-differences#difference-memory-safety"
    issue = "gh-152355"
    outcomes = (
        acceptable("done", "Each frame told a line."),
        forbidden("SIG*", "The frame ended while it was being read."),
        forbidden("*Error", "The frame was no longer whole."),
    )

    def actor1(self):
        for _ in range(5000):
            nothing()

    def actor2(self):
        for _ in range(500):
            for frame in sys._current_frames().values():
                while frame is not None:
                    frame.f_lineno
                    frame = frame.f_back


class ExceptHook(Stress):
    """Five threads that fail for each of two that start them."""

    slug = "threading-excepthook"
    question = "Is threading.excepthook called once for each thread that ends with an exception?"
    on = "threading.excepthook"
    operation = "called from several threads"
    module = "threading"
    source = "https://docs.python.org/3.14/library/threading.html#threading.excepthook"
    remedy = "faq#msg-thread-exception"
    outcomes = (
        acceptable("all", "The hook was called once for each thread."),
        forbidden("*", "A call is missing, or came twice."),
    )

    def __init__(self):
        self.failed = []
        threading.excepthook = lambda args: self.failed.append(args.thread)

    def start_five(self):
        threads = [threading.Thread(target=lambda: 1 / 0) for _ in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def actor1(self):
        self.start_five()

    def actor2(self):
        self.start_five()

    def arbiter(self):
        return "all" if len(self.failed) == len(set(self.failed)) == 10 else "not all"


class TimerCancel(Stress):
    """cancel() keeps a timer from starting its function, and does not wait for one that has started."""

    slug = "timer-cancel-against-run"
    question = "Has a timer's function ended when cancel() returns?"
    on = "threading.Timer"
    operation = "cancel against its time"
    module = "threading"
    source = "https://docs.python.org/3.14/library/threading.html#threading.Timer.cancel"
    remedy = "porting/cookbook#pattern-stop"
    outcomes = (
        acceptable("ended", "Each function had ended, or never ran."),
        interesting("still running", "The function had started: cancel() returned before its end."),
    )

    def __init__(self):
        self.running = False
        self.timers = [threading.Timer(0, self.work) for _ in range(10)]

    def work(self):
        self.running = True
        sum(range(2000))
        self.running = False

    def actor1(self):
        for timer in self.timers:
            timer.start()
            timer.join()

    def actor2(self):
        for timer in self.timers:
            for _ in range(1000):
                if timer.is_alive():
                    break
            timer.cancel()
            if self.running:
                return "still running"
        return "ended"


class ThreadName(Stress):
    """Names are counted by a number that all threads share."""

    slug = "thread-default-name"
    question = "Does each thread that two others make get a name of its own?"
    on = "threading.Thread"
    operation = "Thread() in two threads"
    module = "threading"
    source = "https://docs.python.org/3.14/library/threading.html#threading.Thread.name"
    outcomes = (
        acceptable("all different", "Every thread has another name."),
        interesting("twice", "Two threads have one name: their log lines cannot be told apart."),
    )

    def __init__(self):
        self.first, self.second = [], []

    def actor1(self):
        for _ in range(300):
            self.first.append(threading.Thread().name)

    def actor2(self):
        for _ in range(300):
            self.second.append(threading.Thread().name)

    def arbiter(self):
        return "all different" if len({*self.first, *self.second}) == 600 else "twice"


class LocalDropped(Stress):
    """The object goes with all its values while other threads still end."""

    slug = "threading-local-dropped"
    question = "Does every thread's value go when a threading.local goes, while threads end?"
    on = "threading.local"
    operation = "drop it while threads end"
    module = "threading"
    source = "https://docs.python.org/3.14/library/threading.html#thread-local-data"
    outcomes = (
        acceptable("all gone", "Every value was freed."),
        interesting(
            "some left", "A value waits for the thread that made it: others may not free it."
        ),
        forbidden("*", "A thread raised an exception."),
    )

    def __init__(self):
        self.alive = []
        self.own = threading.local()

    def start_ten(self, own):
        for _ in range(10):
            thread = threading.Thread(target=self.use, args=(own,))
            thread.start()
            thread.join()

    def use(self, own):
        own.value = Counted(self.alive)

    def actor1(self):
        self.start_ten(self.own)

    def actor2(self):
        for _ in range(10):
            self.own = threading.local()
            self.own.value = Counted(self.alive)

    def arbiter(self):
        self.own = None
        return "all gone" if not self.alive else "some left"


class Counted:
    def __init__(self, alive):
        self.alive = alive
        alive.append(1)

    def __del__(self):
        self.alive.pop()
