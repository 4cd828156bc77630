"""Say how long a full run takes, over one line and over three, before anybody waits for it.

    python -m ftguide.suite.validate.duration            # from benchmarks/method/durations.json
    python -m ftguide.suite.validate.duration RUN        # write that file from a stored full run first

A block is its arms' start, their warm-up, and their values. What a value takes is known of every arm that
the stored run has; what is left of a block is shared out among its arms by what each of them costs to
start. An arm of another line is taken to cost what the same arm of the main line does. Rounds are fitted to
the time of a block as calibration fits them, so more arms may mean fewer rounds; a calibration takes as long
as a block. Of the run that the file was written from, that gives 73 minutes for the 71 it took.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from ftguide.ground.vocabulary import Arm
from ftguide.statistics.estimates import mean
from ftguide.suite.declare.catalogue import select
from ftguide.suite.declare.plan import blocks_of, fit_rounds, make_plan
from ftguide.suite.declare.presets import preset
from ftguide.suite.observe.costs import STARTS, WATCHED_NS
from ftguide.suite.observe.run import measures_costs
from ftguide.suite.record import store
from ftguide.suite.record.model import (
    LAPS_WARM_UP_SHARE,
    WARM_UP_SHARE,
    ArmRecord,
    Plan,
    PlannedWorkload,
    StoredRun,
)
from ftguide.suite.validate.attempts import FOLDER

DURATIONS = FOLDER / "durations.json"
#: What a full run over the main line and these may take.
LINES, MOST_MINUTES = ("3.13", "3.15"), 120
#: Significant digits that are stored.
DIGITS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What one workload took in a stored run, in seconds."""

    values: Mapping[str, float]  #: by arm: a value
    untimed: float  #: share of a value that is run before it and not timed
    starts: Mapping[str, float]  #: by arm: one start
    apart: float  #: the rest of a block, for every second that starting its arms takes

    def value(self, arm: Arm) -> float:
        """Return what a value of an arm takes; of one that was not measured, the mean of the others."""
        return self.values.get(_name(arm)) or mean(list(self.values.values()))

    def start(self, arm: Arm) -> float:
        """Return what a start of an arm takes; of one that was not measured, the mean of the others."""
        return self.starts.get(_name(arm)) or mean(list(self.starts.values()))


def _name(arm: Arm) -> str:
    """Name the arm of the main line that takes as long."""
    return str(replace(arm, line="", replicate=False))


def spent(stored: StoredRun, planned: PlannedWorkload) -> Spent | None:
    """Return what a workload took; None where it has no blocks, or where starts were not measured."""
    blocks = stored.of(planned.slug)
    starts = {
        cost.arm: statistics.median(cost.start_seconds)
        for cost in stored.costs
        if cost.workload == planned.slug and cost.start_seconds
    }
    if not blocks or not starts:
        return None
    values = {
        name: mean([ns for block in blocks for ns in block.arms[name].durations]) / 1e9
        for name in blocks[0].arms
    }
    known = Spent(
        values=values, untimed=_untimed(*blocks[0].arms.values()), starts=starts, apart=0.0
    )
    apart = [
        block.seconds
        - (1 + known.untimed)
        * sum(values[name] * len(each.spans) for name, each in block.arms.items())
        for block in blocks
    ]
    starting = sum(known.start(Arm.parse(name)) for name in values)
    return replace(known, apart=max(0.0, mean(apart)) / starting)


def _untimed(record: ArmRecord, *_: ArmRecord) -> float:
    """Return the share of untimed loops, which the arms of a workload have in common."""
    return 0.0 if record.loops == 1 else LAPS_WARM_UP_SHARE if record.laps else WARM_UP_SHARE


def seconds(plan: Plan, known: Mapping[str, Spent]) -> dict[str, float]:
    """Return the seconds of every planned workload: blocks, a calibration, and costs.

    One that nobody has measured takes as long as the mean of those that somebody has.
    """
    each = {
        planned.slug: _seconds(plan, planned, known[planned.slug])
        for planned in plan.workloads
        if planned.slug in known
    }
    usual = mean(list(each.values()))
    return {planned.slug: each.get(planned.slug, usual) for planned in plan.workloads}


def _seconds(plan: Plan, planned: PlannedWorkload, known: Spent) -> float:
    arms = [*map(Arm.parse, planned.arms)]
    of_round = sum(map(known.value, arms))
    rounds = fit_rounds(planned.rounds, round(of_round * 1e9), plan.block_seconds)
    block = rounds * of_round * (1 + known.untimed) + known.apart * sum(map(known.start, arms))
    costs = [
        STARTS * known.start(arm) + max(WATCHED_NS / 1e9, known.value(arm))
        for arm in arms
        if plan.costs and measures_costs(arm)
    ]
    return (blocks_of(plan, planned) + 1) * block + sum(costs)


def full(lines: Sequence[str]) -> Plan:
    """Plan a full run over the main line and others, of what needs no third-party packages."""
    entries = [entry for entry in select() if not entry.workload.distributions]
    return make_plan(entries, size=preset("full"), threads=2, seed=0, lines=lines)


def read(path: Path = DURATIONS) -> dict[str, Spent]:
    """Read what workloads took; `OSError`, `ValueError` or `KeyError` for a file that is not ours."""
    return {slug: Spent(**each) for slug, each in json.loads(path.read_text())["workloads"].items()}


def write(stored: StoredRun, path: Path = DURATIONS) -> None:
    """Write what the workloads of a run took, one in a line."""
    taken = {planned.slug: spent(stored, planned) for planned in stored.run.plan.workloads}
    lines = ",\n".join(
        f"{json.dumps(slug)}: {json.dumps(_rounded(asdict(each)))}"
        for slug, each in taken.items()
        if each is not None
    )
    about = (
        f'"run": "{stored.run.run_id}",\n"cpu_model": {json.dumps(stored.run.machine.cpu_model)}'
    )
    path.write_text(f'{{\n{about},\n"workloads": {{\n{lines}\n}}\n}}\n')


def _rounded(values: Mapping[str, float | dict[str, float]]) -> dict[str, object]:
    return {
        name: _rounded({**value}) if isinstance(value, dict) else float(f"{value:.{DIGITS}g}")
        for name, value in values.items()
    }


def of_groups(plan: Plan, known: Mapping[str, Spent]) -> Iterator[tuple[str, int, float]]:
    """Yield every group with its arms and its minutes."""
    taken = seconds(plan, known)
    groups = dict.fromkeys(planned.group for planned in plan.workloads)
    for group in groups:
        own = [planned for planned in plan.workloads if planned.group == group]
        arms = sum(len(planned.arms) for planned in own)
        yield group, arms, sum(taken[planned.slug] for planned in own) / 60


def main() -> int:
    """Estimate and print; 1 = the run over three lines takes too long."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "run", nargs="?", metavar="RUN", help="a full run to learn from: its id, or a run folder"
    )
    name = parser.parse_args().run
    if name is not None:
        write(store.load(store.find(name)))
    known = read()
    total = 0.0
    for lines in ((), LINES):
        plan = full(lines)
        print(f"{f'full, {1 + len(lines)} line' + 's' * bool(lines):<20}{'arms':>6}{'minutes':>9}")
        for group, arms, minutes in of_groups(plan, known):
            print(f"  {group:<18}{arms:>6}{minutes:>9.1f}")
        total = sum(seconds(plan, known).values()) / 60
        print(f"  {'together':<18}{sum(len(w.arms) for w in plan.workloads):>6}{total:>9.1f}\n")
    reached = total <= MOST_MINUTES
    print(f"{'reached' if reached else 'MISSED '}  three lines in at most {MOST_MINUTES} minutes")
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main())
