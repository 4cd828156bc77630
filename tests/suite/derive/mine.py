"""Rows of a reader's own code with exactly known times and counters."""

from __future__ import annotations

from collections.abc import Mapping

from ftguide.suite.derive.analysis import Report, report
from ftguide.suite.record.model import Observed
from tests.suite.derive.builder import make_block, make_plan, stored_of, wobble

SLUG = "mine-code-work"
OBSERVES = (
    Observed(key="printed", title="Characters printed, at least", unit="number"),
    Observed(key="collecting", title="Time in garbage collections", unit="s"),
)
#: Seconds per call: nothing is shared.
PRIVATE = {
    "gil-single": 1.0e-3,
    "ft-single": 1.1e-3,
    "gil-threads-2": 2.0e-3,
    "ft-threads-2": 1.12e-3,
    "ft-processes-2": 1.11e-3,
}


def own(
    times: Mapping[str, float] = PRIVATE,
    *,
    ran: Mapping[str, float] | None = None,
    collected: Mapping[str, float] | None = None,
    blocked: Mapping[str, float] | None = None,
    delayed: Mapping[str, float] | None = None,
    blocks: int = 6,
    size: float = 0.01,
    others: float | None = 0.01,
    growth: float = 1.0,
    overlap: float = 1.0,
    steal: float = 0.0,
    **plan: object,
) -> Report:
    """Derive a run of one function; `ran` are shares of CPU time, `collected` seconds per value.

    `blocked` and `delayed` are shares of the values' time; an arm not in `blocked` did not record them.
    """
    planned = make_plan(
        SLUG,
        list(times),
        **{"group": "mine", "title": "code.py:work", "observes": OBSERVES, "rounds": 4, **plan},
    )
    columns = {arm: wobble(seconds, blocks, size, arm) for arm, seconds in times.items()}
    rounds = [growth ** (n / (planned.rounds - 1)) for n in range(planned.rounds)]
    made = [
        make_block(
            planned,
            index,
            {arm: [column[index] * more for more in rounds] for arm, column in columns.items()},
            {
                arm: {
                    "cpu_share": (ran or {}).get(arm, 0.99),
                    "blocked_share": (blocked or {}).get(arm),
                    "delayed_share": (delayed or {}).get(arm, 0.0) if blocked else None,
                    "observed": ((0.0, (collected or {}).get(arm, 0.0)),) * planned.rounds,
                    "fastest": overlap,
                }
                for arm in times
            },
            others=others,
            steal=steal,
        )
        for index in range(blocks)
    ]
    return report(stored_of((planned, made)))
