"""Reads members of an Enum in a hot loop."""

import enum


class State(enum.Enum):
    READY = "ready"
    BUSY = "busy"


def work():
    n = 0
    for _ in range(20_000):
        if State.READY is not State.BUSY:
            n += 1
    return n
