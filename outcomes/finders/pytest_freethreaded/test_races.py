"""pytest-freethreaded calls the body from two threads, and does not tell it which one it is."""

import os
import threading

import pytest
from races import RACES

STATES = int(os.environ.get("FINDERS_STATES", "2000"))


class Pairs:
    """Hands out the state of this pair of calls, and which actor the caller is."""

    def __init__(self, race):
        self.states = [race() for _ in range(STATES)]
        self.calls = 0
        self.lock = threading.Lock()
        self.barrier = threading.Barrier(2)

    def next(self):
        with self.lock:
            call, self.calls = self.calls, self.calls + 1
        if call >= 2 * STATES:
            return None  # pytest's own call, after those of the plugin
        state = self.states[call // 2]
        return state, (state.actor1, state.actor2)[call % 2]


@pytest.fixture
def pairs(name):
    return Pairs(RACES[name])


@pytest.mark.parametrize("name", RACES)
@pytest.mark.freethreaded(threads=2, iterations=2 * STATES)
def test_race(name, pairs):
    pair = pairs.next()
    if pair is None:
        return
    state, actor = pair
    try:
        actor()
    finally:
        pairs.barrier.wait()
    assert state.holds()
