"""Publication: the two of the twelve programs that outcomes/tests does not hold in this form."""

import threading

from outcomes.tests.declare import Litmus, acceptable, interesting


class DoubleCheckedInit(Litmus):
    """Published before it is complete."""

    slug = "finders-double-checked-init"
    question = "Does a double-checked initialisation that publishes too early show half an object?"
    on = "instance attribute"
    operation = "double-checked initialisation"
    outcomes = (
        acceptable("True, True", "Both threads saw the complete object."),
        interesting("*False*", "A thread passed the first check before the object was complete."),
    )

    def __init__(self):
        self.lock = threading.Lock()
        self.config = None

    def get(self):
        if self.config is None:
            with self.lock:
                if self.config is None:
                    self.config = {}
                    self.config["port"] = 80
        return self.config

    def actor1(self):
        return "port" in self.get()

    def actor2(self):
        return "port" in self.get()


class FlagThenData(Litmus):
    """The flag is set before the data."""

    slug = "finders-flag-then-data"
    question = "Does a flag that is set before the data let a reader see no data?"
    on = "instance attribute"
    operation = "flag, then data"
    outcomes = (
        acceptable("early", "The reader came before the flag."),
        acceptable("42", "The reader came after both."),
        interesting("nothing", "The reader saw the flag, and no data."),
    )

    def __init__(self):
        self.ready = False
        self.data = None

    def actor1(self):
        self.ready = True
        self.data = 42

    def actor2(self):
        if not self.ready:
            return "early"
        return "nothing" if self.data is None else self.data
