"""pytest-run-parallel runs the body in two threads at once; a fixture says which thread it is."""

import os
import threading

import pytest
from races import RACES

STATES = int(os.environ.get("FINDERS_STATES", "2000"))


@pytest.mark.parametrize("name", RACES)
def test_race(name, both, thread_index, iteration_index):
    states, barrier = both
    state = states[iteration_index]
    try:
        (state.actor1, state.actor2)[thread_index]()
    finally:
        barrier.wait()
    assert state.holds(), f"iteration {iteration_index}"


@pytest.fixture
def both(name):
    return [RACES[name]() for _ in range(STATES)], threading.Barrier(2)
