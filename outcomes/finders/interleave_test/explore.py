"""interleave-test takes the programs as they are: explore.py TEST STRATEGY SEED."""

import sys

import interleave_test
from answer import answer
from races import RACES

race, strategy, seed = RACES[sys.argv[1]], sys.argv[2], int(sys.argv[3])


def model():
    state = race()
    tasks = [interleave_test.spawn(state.actor1), interleave_test.spawn(state.actor2)]
    for task in tasks:
        task.join()
    assert state.holds()


result = interleave_test.explore(
    model,
    iterations={"dfs": 500}.get(strategy, 200),
    seed=seed,
    strategy=strategy,
    raise_on_failure=False,
)
answer(
    not result.ok,
    result.schedules_run if result.ok else result.failure.iteration + 1,
    "" if result.ok else f"{result.failure.kind}: {result.failure.exception!r}",
)
