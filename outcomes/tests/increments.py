"""Increments: one value, read and written by two threads.

`n += 1` is a load, an addition and a store. Whatever holds the value, nothing makes one step of the three.
"""

from __future__ import annotations

import threading

from outcomes.tests.declare import Litmus, acceptable, forbidden, interesting


class AttributeIncrement(Litmus):
    """The smallest lost update."""

    slug = "attribute-increment"
    question = "Do two increments of an attribute always make two?"
    on = "instance attribute"
    operation = "n += 1"
    remedy = "porting/cookbook#counters"
    control = "1"
    outcomes = (
        acceptable("2", "Both increments arrived."),
        interesting("1", "Both threads read 0 before either stored 1: one increment is lost."),
    )

    def __init__(self) -> None:
        self.n = 0

    def actor1(self) -> None:
        self.n += 1

    def actor2(self) -> None:
        self.n += 1

    def arbiter(self) -> int:
        return self.n


class LockedIncrement(Litmus):
    """The negative control: the same increment under a lock."""

    slug = "attribute-increment-locked"
    question = "Do two increments under one lock always make two?"
    on = "instance attribute"
    operation = "n += 1 under a lock"
    module = "threading"
    source = "https://docs.python.org/3.14/library/threading.html#lock-objects"
    control = "none"
    outcomes = (
        acceptable("2", "Both increments arrived."),
        forbidden("1", "The lock let two threads in."),
    )

    def __init__(self) -> None:
        self.n = 0
        self.lock = threading.Lock()

    def actor1(self) -> None:
        with self.lock:
            self.n += 1

    def actor2(self) -> None:
        with self.lock:
            self.n += 1

    def arbiter(self) -> int:
        return self.n
