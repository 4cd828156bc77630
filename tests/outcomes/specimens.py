"""Specimens: tests that misbehave in known ways

They stand in a file of their own, which the tests copy to where families live.
"""

import itertools
import os
import signal
import threading
import time

from outcomes.tests.declare import Litmus, Stress, acceptable, forbidden, interesting

#: Its square takes some 100 µs, in which a thread with the GIL keeps it.
LONG = 3**8000


class Lost(Litmus):
    """Loses updates: in every second state with hardly a chance to, in the others almost certainly.

    There a thread reads and writes 100 µs apart. On CPUs that others use as well, two threads do not meet in
    less.
    """

    slug = "specimen-lost"
    question = "Does it lose updates?"
    on = "int"
    operation = "n += 1"
    control = "1"
    outcomes = (acceptable("2", "Both."), interesting("1", "One."))
    made = itertools.count()

    def __init__(self):
        self.n = 0
        self.factor = LONG if next(Lost.made) % 2 else 1

    def actor1(self):
        self.n = self.n + self.factor * self.factor * 0 + 1

    def actor2(self):
        self.n = self.n + self.factor * self.factor * 0 + 1

    def arbiter(self):
        return self.n


class Raises(Litmus):
    """One actor raises, the other returns what has no hash."""

    slug = "specimen-raises"
    question = "What is the result of an exception?"
    on = "int"
    operation = "raise"
    outcomes = (acceptable("ZeroDivisionError, [[]1, 2[]]", "As written."),)

    def actor1(self):
        return 1 / 0

    def actor2(self):
        return [1, 2]


class Crashes(Stress):
    """Kills its process in the third round."""

    slug = "specimen-crashes"
    question = "Is a crash counted?"
    on = "process"
    operation = "kill"
    remedy = "remedies#remedy-locks"
    rounds = 0
    outcomes = (acceptable("fine", "Nothing happened yet."), forbidden("SIG*", "It was killed."))

    def actor1(self):
        Crashes.rounds += 1
        if Crashes.rounds == 3:
            signal.pthread_kill(threading.get_ident(), signal.SIGSEGV)

    def actor2(self):
        pass

    def arbiter(self):
        return "fine"


class Hangs(Stress):
    """Waits for what never comes."""

    slug = "specimen-hangs"
    question = "Is a hang ended?"
    on = "process"
    operation = "wait"
    outcomes = (acceptable("fine", "It ended."),)

    def actor1(self):
        threading.Event().wait()

    def actor2(self):
        return "fine"


class Leaks(Stress):
    """Leaves a thread behind."""

    slug = "specimen-leaks"
    question = "Is a thread that was left counted?"
    on = "process"
    operation = "leave a thread"
    outcomes = (acceptable("done", "It ended."),)

    def actor1(self):
        threading.Thread(target=time.sleep, args=(600,), daemon=True).start()

    def actor2(self):
        pass


class Prints(Stress):
    """Prints without an end."""

    slug = "specimen-prints"
    question = "Is a flood stopped?"
    on = "process"
    operation = "print"
    outcomes = (acceptable("done", "It ended."),)

    def actor1(self):
        for _ in range(100):
            print("x" * 100_000)

    def actor2(self):
        pass


class Grows(Stress):
    """Takes more memory than it may, and keeps it until somebody looks."""

    slug = "specimen-grows"
    question = "Is memory watched?"
    on = "process"
    operation = "allocate"
    kept = []  # noqa: RUF012 - shared on purpose
    outcomes = (acceptable("done", "It ended."),)

    def actor1(self):
        for _ in range(24):
            Grows.kept.append(bytearray(b"x" * 2**24))
        time.sleep(600)

    def actor2(self):
        pass


class Forks(Stress):
    """Leaves a child that would outlive everything."""

    slug = "specimen-forks"
    question = "Does a child outlive its test?"
    on = "process"
    operation = "fork"
    outcomes = (acceptable("done", "It ended."),)

    def actor1(self):
        if os.fork() == 0:
            time.sleep(600)
            os._exit(0)

    def actor2(self):
        pass


class Surprises(Litmus):
    """Shows what it does not know."""

    slug = "specimen-surprises"
    question = "Is the world closed?"
    on = "int"
    operation = "surprise"
    outcomes = (acceptable("1, 2", "Never."),)

    def actor1(self):
        return 1

    def actor2(self):
        return 3


class Exits(Litmus):
    """An actor that wants to end its process ends itself only."""

    slug = "specimen-exits"
    question = "What does an actor that exits do?"
    on = "int"
    operation = "exit"
    outcomes = (acceptable("SystemExit", "It is a result like another one."),)

    def actor1(self):
        raise SystemExit

    def actor2(self):
        pass
