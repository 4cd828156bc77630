"""Ask of values what A/A copies cannot see: is the ratio of short turns the ratio of work left alone.

    python -m ftguide.suite.validate.accuracy [--python PATH --python PATH]

Two copies of one arm would agree even if cutting work into turns of milliseconds changed both builds'
times, one more than the other. So both arms of a workload live together as always, and in turn give values,
with their warm-ups, and run uninterrupted for stretches of at least a second. Values of a workload timed in
laps count as they do in a run, the longest laps left out; from a stretch nothing is. The two ratios must
agree within their joint interval. The ratio of all the values' time stands beside, to tell what taking turns
does from what leaving laps out does. Writes `accuracy.json`, in whose keys values are called slices; the
method page shows the table.
"""

from __future__ import annotations

import argparse
import math
import random
import secrets
import sys
from collections.abc import Mapping
from typing import Any, NamedTuple

from ftguide.ground.files import ROOT
from ftguide.ground.machine import Platform, describe
from ftguide.ground.vocabulary import Arm, Build, Mode, Target
from ftguide.interpreters import choose
from ftguide.statistics.estimates import agree, mean, ratio_interval, typical_lap
from ftguide.suite.declare.catalogue import select
from ftguide.suite.declare.plan import BlockPlan, block_plan, laps_of, make_plan, share, with_loops
from ftguide.suite.declare.presets import preset
from ftguide.suite.observe import block as blocks
from ftguide.suite.observe.arm_process import ArmProcess
from ftguide.suite.record.model import duration, warm_up_loops
from ftguide.suite.validate.attempts import FOLDER, record, write

OUTPUT = FOLDER / "accuracy.json"
#: From working sets of a few objects to some that no cache holds, allocation churn among them.
WORKLOADS = (
    "call-function",
    "attribute-access",
    "nbody",
    "dict-list-str",
    "mandelbrot",
    "nqueens",
    "json-roundtrip",
    "hashlib-sha256",
    "alloc-churn",
    "word-count",
    "matmul-lists",
    "gc-living-tree",
    "pagerank",
    "image-bands",
)
BLOCKS = 8
ROUNDS = 12
STRETCH_NS = 1_050_000_000
SEED = 20261124

GIL, FT = Arm(Build.GIL, Mode.SINGLE), Arm(Build.FREE_THREADED, Mode.SINGLE)


class Logs(NamedTuple):
    """What one block says: logarithms of FT/GIL, and how long a stretch was."""

    values: float
    stretches: float
    all_time: float  #: of the values, no lap left out
    shortest: float  #: stretch, in seconds


class Turns:
    """Turns of both arms, some of one length."""

    def __init__(self, loops: int, laps: int, warm_up: int) -> None:
        self.loops, self.laps, self.warm_up = loops, laps, warm_up
        self.logs: list[float] = []  #: of FT/GIL, one of each call of `take`
        self.shortest = math.inf  #: turn, in nanoseconds
        self.lap_times: dict[Arm, list[int]] = {GIL: [], FT: []}

    def take(self, processes: Mapping[Arm, ArmProcess], chance: random.Random) -> None:
        """Let both arms have two turns each, in an order that is drawn and mirrored."""
        order = [GIL, FT]
        chance.shuffle(order)
        times = dict.fromkeys(order, 0)
        for arm in (*order, *reversed(order)):
            marks = processes[arm].value(self.loops, self.warm_up, self.laps)
            processes[arm].check(self.loops // self.laps)
            took = duration(marks)
            times[arm] += took
            self.shortest = min(self.shortest, took)
            self.lap_times[arm] += blocks.lap_times(marks[0])
        self.logs.append(math.log(times[FT] / times[GIL]))


def one_block(plan: BlockPlan, stage: blocks.Stage, chance: random.Random) -> Logs:
    """Let both arms of a block take turns at values and at stretches."""
    loops, laps = share(plan.workload, GIL), laps_of(plan.workload, GIL)
    with blocks.started_arms(plan, stage) as processes:
        blocks.warm_up(plan, processes, stage.on)
        took = []
        for process in processes.values():
            took.append(duration(process.value(loops, 0, laps)))
            process.check(loops // laps)
            process.begin()
        values = Turns(loops, laps, warm_up_loops(loops, laps))
        stretches = Turns(loops * max(1, math.ceil(STRETCH_NS / min(took))), 1, 0)
        for turns in (values, stretches, stretches, values):
            for _ in range(ROUNDS // 2 if turns is values else 1):
                turns.take(processes, chance)
        collections = sum(process.end()[1]["gc"] for process in processes.values())
    logs = all_time = mean(values.logs)
    if laps > 1 and not collections:  # the rule of ftguide/suite/derive/series.py
        typical = {arm: typical_lap(times) for arm, times in values.lap_times.items()}
        logs = math.log(typical[FT] / typical[GIL])
    return Logs(logs, mean(stretches.logs), all_time, stretches.shortest / 1e9)


def main() -> int:
    """Measure, print, record."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--only", action="append", metavar="WORKLOAD", help="repeatable")
    choose.add_choices(parser)
    arguments = parser.parse_args()
    pair = choose.chosen(arguments, None, print)
    entries = select(arguments.only or WORKLOADS)
    on = Platform()
    plan = make_plan(entries, size=preset("standard"), threads=1, seed=SEED)
    stage = blocks.Stage(
        executables={Target(build): python.executable for build, python in pair.builds.items()},
        modules={entry.slug: entry.module for entry in entries},
        root=ROOT,
        on=on,
        patience=120.0,
    )
    chance = random.Random(SEED)
    rows: list[dict[str, Any]] = []
    for planned in plan.workloads:
        loops = blocks.calibrate(block_plan(plan, planned, 0), stage)
        plan = with_loops(plan, planned.slug, loops)
        known = plan.workload(planned.slug)
        measured = [one_block(block_plan(plan, known, i), stage, chance) for i in range(BLOCKS)]
        values = ratio_interval([logs.values for logs in measured])
        stretches = ratio_interval([logs.stretches for logs in measured])
        paired = ratio_interval([logs.values - logs.stretches for logs in measured])
        all_time = ratio_interval([logs.all_time for logs in measured])
        estimates = {
            "slices": values,
            "stretches": stretches,
            "slices_over_stretches": paired,
            "slices_all_time": all_time,
        }
        rows.append(
            {
                "slug": planned.slug,
                "version": planned.version,
                **{name: [of.ratio, of.low, of.high] for name, of in estimates.items()},
                "shortest_stretch_seconds": round(min(logs.shortest for logs in measured), 3),
                "agree": agree(values, stretches),
            }
        )
        print(
            f"{planned.slug:<24} values {values.ratio:.4f} ±{100 * values.half_width:.2f}%  "
            f"stretches {stretches.ratio:.4f} ±{100 * stretches.half_width:.2f}%  "
            f"all time of values {all_time.ratio:.4f}  "
            f"{'agree' if rows[-1]['agree'] else 'DISAGREE'}",
            flush=True,
        )
    run = secrets.token_hex(4)
    write(OUTPUT, pair.gil.facts, describe(on), run=run, blocks=BLOCKS, rows=rows)
    apart = [row["slug"] for row in rows if not row["agree"]]
    return record(
        "accuracy",
        {
            "at least 12 workloads": len(rows) >= 12,
            "every ratio from slices agrees with the one from stretches": not apart,
        },
        {"workloads": len(rows), "disagree": apart},
    )


if __name__ == "__main__":
    sys.exit(main())
