"""frontrun takes the programs as they are: explore.py TEST STRATEGY SEED."""

import sys

import frontrun
from answer import answer
from races import RACES

race, strategy, seed = RACES[sys.argv[1]], sys.argv[2], int(sys.argv[3])
options = {"max_executions": 500} if strategy == "dpor" else {"max_attempts": 200, "seed": seed}
result = frontrun.explore(
    setup=race,
    workers=[race.actor1, race.actor2],
    invariant=race.holds,
    strategy=strategy,
    total_timeout=60,
    reproduce_on_failure=0,
    **options,
)
answer(
    result.property_holds is False,
    result.num_explored,
    result.explanation or result.inconclusive_reason or "",
    inconclusive=result.property_holds is None,
)
