"""Random numbers and identifiers.

One generator that threads share gives one sequence; whether every number comes once is counted here.
"""

from __future__ import annotations

import random
import uuid

from outcomes.tests.declare import Litmus, Stress, acceptable, forbidden, interesting


class RandomShared(Stress):
    """The numbers of one seed are all different, so nothing may come twice."""

    slug = "random-random"
    question = "Do two threads that share one Random get each number of its sequence once?"
    on = "random.Random"
    operation = "random()"
    module = "random"
    source = "https://docs.python.org/3.14/library/random.html"
    remedy = "porting/cookbook#pattern-local"
    outcomes = (
        acceptable("each once", "Together the threads got the sequence of the seed."),
        interesting("twice", "Both threads got the same number."),
        interesting("other numbers", "The generator left the sequence of its seed."),
        forbidden("SIG*", "The interpreter crashed."),
    )

    def __init__(self):
        self.random = random.Random(1)
        self.came = [], []

    def draw(self, came):
        for _ in range(3000):
            came.append(self.random.random())

    def actor1(self):
        self.draw(self.came[0])

    def actor2(self):
        self.draw(self.came[1])

    def arbiter(self):
        came = {*self.came[0], *self.came[1]}
        if len(came) < 6000:
            return "twice"
        again = random.Random(1)
        return "each once" if came == {again.random() for _ in range(6000)} else "other numbers"


class RandomModule(Stress):
    """The functions of the module are methods of one hidden object, whole numbers included."""

    slug = "random-module-randrange"
    question = "Do two threads that call random.randrange() get different numbers?"
    on = "random (module functions)"
    operation = "randrange()"
    module = "random"
    source = "https://docs.python.org/3.14/library/random.html"
    remedy = "porting/cookbook#pattern-local"
    note = "Of numbers below 2**128, two that are equal by chance will not come in a lifetime."
    outcomes = (
        acceptable("all different", "No number came twice."),
        interesting("twice", "Both threads got the same number."),
    )

    def __init__(self):
        self.came = [], []

    def draw(self, came):
        for _ in range(3000):
            came.append(random.randrange(2**128))

    def actor1(self):
        self.draw(self.came[0])

    def actor2(self):
        self.draw(self.came[1])

    def arbiter(self):
        return "all different" if len({*self.came[0], *self.came[1]}) == 6000 else "twice"


class RandomGauss(Litmus):
    """gauss() makes two numbers at a time and keeps one for the next call."""

    slug = "random-gauss"
    question = "Can gauss() return the same number to two threads?"
    on = "random.Random"
    operation = "gauss()"
    module = "random"
    level = "compatible"
    source = "https://docs.python.org/3.14/library/random.html#random.gauss"
    remedy = "porting/cookbook#pattern-local"
    note = "Documented. `normalvariate()` keeps nothing."
    outcomes = (
        acceptable("different", "Each thread got its own number."),
        interesting("same", "Both threads took the number that was kept."),
    )

    def __init__(self):
        self.random = random.Random()
        self.random.gauss()

    def actor1(self):
        self.first = self.random.gauss()

    def actor2(self):
        self.second = self.random.gauss()

    def arbiter(self):
        return "same" if self.first == self.second else "different"


class RandomSeed(Stress):
    """Programs set a seed to get the same numbers again."""

    slug = "random-seed"
    question = "Is a Random that two threads seed and use always in a state of the seed?"
    on = "random.Random"
    operation = "seed() against random()"
    module = "random"
    source = "https://docs.python.org/3.14/library/random.html"
    remedy = "porting/cookbook#pattern-local"
    issue = "gh-149816"
    outcomes = (
        acceptable("of the seed", "Every number was the first or a later one of the seed."),
        interesting("other", "A number came that the seed does not give."),
        forbidden("SIG*", "The interpreter crashed."),
    )

    def __init__(self):
        self.random = random.Random(1)
        self.came = []

    def actor1(self):
        for _ in range(300):
            self.random.seed(1)

    def actor2(self):
        for _ in range(1000):
            self.came.append(self.random.random())

    def arbiter(self):
        again = random.Random(1)
        return "of the seed" if {again.random() for _ in range(1000)} >= {*self.came} else "other"


class Uuid4(Stress):
    """Random numbers of the operating system."""

    slug = "uuid-uuid4"
    question = "Are the identifiers of uuid4() of two threads all different?"
    on = "uuid"
    operation = "uuid4()"
    module = "uuid"
    outcomes = (
        acceptable("all different", "No identifier came twice."),
        forbidden("twice", "An identifier came twice."),
    )

    def __init__(self):
        self.came = [], []

    def make(self, came):
        for _ in range(1000):
            came.append(uuid.uuid4().int)

    def actor1(self):
        self.make(self.came[0])

    def actor2(self):
        self.make(self.came[1])

    def arbiter(self):
        return "all different" if len({*self.came[0], *self.came[1]}) == 2000 else "twice"


class Uuid1(Stress):
    """Time and machine; where the C library has a function for it, that is called without a lock."""

    slug = "uuid-uuid1"
    question = "Are the identifiers of uuid1() of two threads all different?"
    on = "uuid"
    operation = "uuid1()"
    module = "uuid"
    source = "https://docs.python.org/3.14/library/uuid.html#uuid.uuid1"
    remedy = "porting/migrations#migration-ids"
    issue = "gh-150367"
    outcomes = (
        acceptable("all different", "No identifier came twice."),
        interesting("twice", "Both threads read the same time before either noted it."),
    )

    def __init__(self):
        self.came = [], []

    def make(self, came):
        for _ in range(100):
            came.append(uuid.uuid1().int)

    def actor1(self):
        self.make(self.came[0])

    def actor2(self):
        self.make(self.came[1])

    def arbiter(self):
        return "all different" if len({*self.came[0], *self.came[1]}) == 200 else "twice"


class Uuid7(Stress):
    """Time and a counter that starts anew each millisecond, noted in global variables."""

    slug = "uuid-uuid7-order"
    question = (
        "Do the identifiers of uuid7() of each thread rise, as long as another thread makes some?"
    )
    on = "uuid"
    operation = "uuid7()"
    module = "uuid"
    source = "https://docs.python.org/3.14/library/uuid.html#uuid.uuid7"
    remedy = "porting/migrations#migration-ids"
    issue = "none found"
    since = "3.14"
    note = "The last 32 bits are random, so two that have the same counter still differ."
    outcomes = (
        acceptable("rising, rising", "Each thread got higher and higher identifiers."),
        interesting(
            "*falling*",
            "An identifier was lower than the one before: the other thread had overwritten the counter.",
        ),
        forbidden("*Error*", "The counter ran over."),
    )

    def make(self):
        last = uuid.uuid7()
        for _ in range(500):
            last, before = uuid.uuid7(), last
            if last < before:
                return "falling"
        return "rising"

    def actor1(self):
        return self.make()

    def actor2(self):
        return self.make()


class Uuid6(Stress):
    """Sorted by time, with a random part drawn for each."""

    slug = "uuid-uuid6-time"
    question = "Do the time stamps of uuid6() of two threads all differ?"
    on = "uuid"
    operation = "uuid6().time"
    module = "uuid"
    source = "https://docs.python.org/3.14/library/uuid.html#uuid.uuid6"
    remedy = "porting/migrations#migration-ids"
    issue = "none found"
    since = "3.14"
    note = "In one thread they always differ. The sequence number of 14 random bits still tells most apart."
    outcomes = (
        acceptable("all different", "No time stamp came twice."),
        interesting("twice", "Both threads read the last time stamp before either noted the next."),
    )

    def __init__(self):
        self.came = [], []

    def make(self, came):
        for _ in range(500):
            came.append(uuid.uuid6().time)

    def actor1(self):
        self.make(self.came[0])

    def actor2(self):
        self.make(self.came[1])

    def arbiter(self):
        return "all different" if len({*self.came[0], *self.came[1]}) == 1000 else "twice"
