"""Forks, and ends of the interpreter.

A fork copies the process with one thread, the one that called it, and with every lock as the other
threads held it. At exit, CPython waits for threads, except for daemon threads.
"""

from __future__ import annotations

import gc
import logging
import os
import signal
import subprocess
import sys
import threading

from outcomes.tests.declare import Stress, acceptable, forbidden, interesting


def in_child(call):
    """Say whether a call succeeds in a forked child, which gets one second for it."""
    child = os.fork()
    if child == 0:
        status = 2
        signal.alarm(1)
        try:
            status = 0 if call() else 1
        finally:
            os._exit(status)
    status = os.waitpid(child, 0)[1]
    return {0: "yes", 256: "no", signal.SIGALRM: "hangs"}.get(status, f"status {status}")


def run(program):
    """Run a program in an interpreter of its own; return what it prints last, or what killed it."""
    options = [f"-X{key}={value}" for key, value in sys._xoptions.items()]
    ended = subprocess.run(
        [sys.executable, *options, "-c", program], capture_output=True, text=True, timeout=20
    )
    if ended.returncode < 0:
        return signal.Signals(-ended.returncode).name
    return ended.stdout.split("\n")[-2] if ended.returncode == 0 else f"exit {ended.returncode}"


class ForkLock(Stress):
    """The thread that holds the lock does not exist in the child, so nobody will release it."""

    slug = "fork-lock-held"
    question = "Can a forked child get a lock that a thread of the parent uses?"
    on = "os.fork"
    operation = "a lock that is held"
    module = "os"
    source = "https://docs.python.org/3.14/library/os.html#os.fork"
    remedy = "faq#msg-fork"
    outcomes = (
        acceptable("yes", "The lock was free at the moment of the fork."),
        interesting(
            "no", "The lock was held at the moment of the fork, and stays so in the child."
        ),
    )

    def __init__(self):
        self.lock = threading.Lock()

    def actor1(self):
        for _ in range(20_000):
            with self.lock:
                sum(range(50))

    def actor2(self):
        return in_child(lambda: self.lock.acquire(timeout=0.05))


class ForkLogging(Stress):
    """Logging makes its own locks anew in a child; behind them there is the file."""

    slug = "fork-logging"
    question = "Can a forked child log while a thread of the parent logs?"
    on = "os.fork"
    operation = "logging in the child"
    module = "logging"
    remedy = "faq#msg-fork"
    issue = "gh-84579"
    outcomes = (
        acceptable("yes", "The child logged its record."),
        interesting(
            "hangs",
            "The child waited for the lock of the file's buffer, which a thread of the parent held.",
        ),
    )

    def __init__(self):
        self.log = logging.Logger("app")
        self.log.addHandler(logging.StreamHandler(open(os.devnull, "w")))

    def actor1(self):
        for _ in range(1000):
            self.log.warning("parent")

    def actor2(self):
        return in_child(lambda: self.log.warning("child") is None)

    def arbiter(self):
        self.log.handlers[0].stream.close()


class ForkList(Stress):
    """On the free-threaded build each list has a lock of its own; the fork waits until it is free."""

    slug = "fork-list-append"
    question = "Can a forked child append to a list that a thread of the parent appends to?"
    on = "os.fork"
    operation = "list.append in the child"
    module = "os"
    remedy = "faq#msg-fork"
    outcomes = (
        acceptable("yes", "The child appended its element."),
        forbidden("*", "The child waited for the lock of the list, or found it broken."),
    )

    def __init__(self):
        self.items = []

    def actor1(self):
        for number in range(20_000):
            self.items.append(number)

    def actor2(self):
        return in_child(lambda: self.items.append("child") or self.items[-1] == "child")


class ForkImport(Stress):
    """The child imports the module that the parent's other thread is importing."""

    slug = "fork-import"
    question = "Can a forked child import a module that a thread of the parent imports?"
    on = "os.fork"
    operation = "import in the child"
    module = "importlib"
    remedy = "faq#msg-fork"
    issue = "none found"
    outcomes = (
        acceptable("yes", "The child imported the module."),
        interesting("hangs", "The child waited for the parent's thread to finish its import."),
    )

    def actor1(self):
        for _ in range(20):
            sys.modules.pop("colorsys", None)
            import colorsys

    def actor2(self):
        def use():
            import colorsys

            return colorsys.rgb_to_hsv

        return in_child(use)


class ForkFile(Stress):
    """A buffered file has a lock that nobody makes anew in a child."""

    slug = "fork-file-write"
    question = "Can a forked child write to a file that a thread of the parent writes to?"
    on = "os.fork"
    operation = "file.write in the child"
    module = "io"
    remedy = "faq#msg-fork"
    issue = "gh-84579"
    outcomes = (
        acceptable("yes", "The child wrote its line."),
        interesting("hangs", "The lock of the buffer was held at the moment of the fork."),
        interesting("status*", "The child gave up on the lock of the buffer."),
    )

    def __init__(self):
        self.file = open(os.devnull, "wb")

    def actor1(self):
        for _ in range(3000):
            self.file.write(b"parent" * 100)

    def actor2(self):
        return in_child(lambda: self.file.write(b"child"))

    def arbiter(self):
        self.file.close()


class ForkBoth(Stress):
    """Two threads that start processes in the old way."""

    slug = "fork-in-two-threads"
    question = "Do the children of two threads that fork at once both run?"
    on = "os.fork"
    operation = "fork in two threads"
    module = "os"
    remedy = "faq#msg-fork"
    outcomes = (
        acceptable("yes, yes", "Both children ran to their end."),
        forbidden("*", "A child hung, or crashed."),
    )

    def actor1(self):
        return in_child(lambda: sum(range(1000)))

    def actor2(self):
        return in_child(lambda: sum(range(1000)))


class ForkCount(Stress):
    """The other thread goes on in the parent, and is not there in the child."""

    slug = "fork-active-count"
    question = "Does threading count one thread in a forked child?"
    on = "os.fork"
    operation = "threading.active_count in the child"
    module = "threading"
    remedy = "faq#msg-fork"
    outcomes = (
        acceptable("yes", "The child has one thread, and a main thread."),
        forbidden("*", "The child counts threads that it does not have."),
    )

    def actor1(self):
        for _ in range(10):
            thread = threading.Thread(target=int)
            thread.start()
            thread.join()

    def actor2(self):
        return in_child(
            lambda: (
                threading.active_count() == 1
                and threading.current_thread() is threading.main_thread()
            )
        )


class ForkCollect(Stress):
    """The memory of threads that are gone belongs to nobody in the child."""

    slug = "fork-allocate-and-collect"
    question = "Can a forked child allocate and collect while a thread of the parent allocates?"
    on = "os.fork"
    operation = "gc.collect in the child"
    module = "gc"
    remedy = "faq#msg-fork"
    outcomes = (
        acceptable("yes", "The child allocated, and collected."),
        forbidden("*", "The child hung, or crashed."),
    )

    def actor1(self):
        for number in range(60_000):
            [[number], {number: None}]

    def actor2(self):
        return in_child(lambda: [[number] for number in range(5000)] and gc.collect() >= 0)


class DaemonComputes(Stress):
    """Two such programs at a time, which know nothing of each other."""

    slug = "exit-daemon-thread-computes"
    question = "Does a program end in order while a daemon thread computes?"
    on = "interpreter exit"
    operation = "with a daemon thread that computes"
    module = "threading"
    source = "https://docs.python.org/3.14/library/threading.html#thread-objects"
    remedy = "version-matrix#attach-at-shutdown-by-line"
    outcomes = (
        acceptable("ends, ends", "Both programs ended."),
        forbidden("*", "A program crashed at its end."),
    )

    program = """
import threading
def work():
    items = []
    while True:
        items.append(len(items))
        items = items[-100:]
threading.Thread(target=work, daemon=True).start()
print("ends")
"""

    def actor1(self):
        return run(self.program)

    def actor2(self):
        return run(self.program)


class DaemonPrints(Stress):
    """At its end, the interpreter wants to flush what the daemon thread is writing."""

    slug = "exit-daemon-thread-prints"
    question = "Does a program end in order while a daemon thread prints?"
    on = "interpreter exit"
    operation = "with a daemon thread that prints"
    module = "threading"
    source = "https://docs.python.org/3.14/library/threading.html#thread-objects"
    remedy = "porting/cookbook#pattern-stop"
    issue = "gh-86883 gh-129536"
    outcomes = (
        acceptable("works, works", "Both programs ended."),
        forbidden("*SIGABRT*", "The daemon thread had the lock of standard output, forever."),
        forbidden("*", "A program crashed at its end."),
    )

    program = """
import threading, time
def work():
    while True:
        print("works")
        time.sleep(0.0001)
threading.Thread(target=work, daemon=True).start()
time.sleep(0.01)
"""

    def actor1(self):
        return run(self.program)

    def actor2(self):
        return run(self.program)


class AtexitRegister(Stress):
    """The list of what to call at exit is one for the process."""

    slug = "atexit-register-in-two-threads"
    question = "Is each function called at exit that two threads registered?"
    on = "atexit"
    operation = "register in two threads"
    module = "atexit"
    source = "https://docs.python.org/3.14/library/atexit.html#atexit.register"
    remedy = "porting/cookbook#pattern-lock"
    issue = "gh-126907"
    outcomes = (
        acceptable("2000, 2000", "Every function was called."),
        forbidden("*", "A function is missing, or the program crashed."),
    )

    program = """
import atexit, threading
calls = []
atexit.register(lambda: print(len(calls)))
def work():
    for _ in range(1000):
        atexit.register(calls.append, 1)
threads = [threading.Thread(target=work) for _ in range(2)]
for thread in threads: thread.start()
for thread in threads: thread.join()
"""

    def actor1(self):
        return run(self.program)

    def actor2(self):
        return run(self.program)


class ExitInThread(Stress):
    """sys.exit() raises SystemExit, and a thread that ends with it says nothing."""

    slug = "sys-exit-in-thread"
    question = "Does sys.exit() end the program when a thread calls it?"
    on = "interpreter exit"
    operation = "sys.exit in a thread"
    module = "sys"
    source = "https://docs.python.org/3.14/library/threading.html#threading.excepthook"
    remedy = "faq#msg-thread-exception"
    outcomes = (
        acceptable("exit 3, exit 3", "The program ended with the status of the thread."),
        interesting("goes on, goes on", "The thread ended silently, and the program went on."),
    )

    program = """
import sys, threading
thread = threading.Thread(target=sys.exit, args=(3,))
thread.start()
thread.join()
print("goes on")
"""

    def actor1(self):
        return run(self.program)

    def actor2(self):
        return run(self.program)
