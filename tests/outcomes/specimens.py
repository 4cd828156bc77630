"""Specimens: tests that misbehave in known ways

They stand in a file of their own, which the tests copy to where families live.
"""

import os
import signal
import threading
import time

from outcomes.tests.declare import Litmus, Stress, acceptable, forbidden, interesting


class Lost(Litmus):
    """Loses updates."""

    slug = "specimen-lost"
    question = "Does it lose updates?"
    on = "int"
    operation = "n += 1"
    control = "1"
    outcomes = (acceptable("2", "Both."), interesting("1", "One."))

    def __init__(self):
        self.n = 0

    def actor1(self):
        self.n += 1

    def actor2(self):
        self.n += 1

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
        threading.Thread(target=time.sleep, args=(1,), daemon=True).start()

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
    """Takes memory without an end."""

    slug = "specimen-grows"
    question = "Is memory watched?"
    on = "process"
    operation = "allocate"
    kept = []  # noqa: RUF012 - shared on purpose
    outcomes = (acceptable("done", "It ended."),)

    def actor1(self):
        for _ in range(200):
            Grows.kept.append(bytearray(b"x" * 2**24))
            time.sleep(0.01)

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
