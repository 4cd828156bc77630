"""Ask of slices what A/A copies cannot see: is the ratio from slices the ratio of work left alone.

    python -m ftguide.suite.validate.accuracy [--python PATH --python PATH]

Two copies of one arm would agree even if cutting work into slices of milliseconds changed both builds'
times, one more than the other. So both arms of a workload live together as always, and in turn run slices,
with their warm-ups, and uninterrupted stretches of at least a second. Slices of a workload timed in laps
count as they do in a run, the longest laps left out; from a stretch nothing is. The two ratios must agree
within their joint interval. The ratio of all the slices' time stands beside, to tell what slices do from
what leaving laps out does. Writes `accuracy.json`; the method page shows the table.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import secrets
import sys
from typing import Any, NamedTuple

from ftguide.files import ROOT
from ftguide.interpreters import choose
from ftguide.machine import Platform, describe
from ftguide.statistics.estimates import agree, mean, ratio_interval, typical_lap
from ftguide.suite.declare.catalogue import select
from ftguide.suite.declare.plan import BlockPlan, block_plan, laps_of, make_plan, share, with_loops
from ftguide.suite.declare.presets import preset
from ftguide.suite.observe import block as blocks
from ftguide.suite.validate.attempts import FOLDER, commit, record
from ftguide.vocabulary import Arm, Build, Mode

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


class Findings(NamedTuple):
    """What one block says: logarithms of FT/GIL, and how long a stretch was."""

    slices: float
    stretches: float
    all_time: float  #: of the slices, no lap left out
    shortest: float  #: stretch, in seconds


def one_block(plan: BlockPlan, stage: blocks.Stage, chance: random.Random) -> Findings:
    """Let both arms of a block take turns at slices and at stretches."""
    loops = share(plan.workload, GIL)
    count = laps_of(plan.workload, GIL)
    lead = blocks.warm_up_loops(loops, count)
    logs: dict[str, list[float]] = {"slices": [], "stretches": []}
    laps: dict[Arm, list[int]] = {GIL: [], FT: []}
    shortest = math.inf
    with blocks.started_arms(plan, stage) as living:
        blocks.warm_up(plan, living, stage.on)
        took = {}
        for arm, one in living.items():
            took[arm] = blocks.duration(one.value(loops, 0, count))
            one.check(loops // count)
            one.begin()
        stretch = loops * max(1, math.ceil(STRETCH_NS / min(took.values())))
        for kind in ("slices", "stretches", "stretches", "slices"):
            for _ in range(ROUNDS // 2 if kind == "slices" else 1):
                order = [GIL, FT]
                chance.shuffle(order)
                times: dict[Arm, int] = {}
                for arm in (*order, *reversed(order)):
                    whole = kind == "stretches"
                    mine = stretch if whole else loops
                    marks = living[arm].value(mine, 0 if whole else lead, 1 if whole else count)
                    times[arm] = times.get(arm, 0) + blocks.duration(marks)
                    living[arm].check(mine if whole else mine // count)
                    if whole:
                        shortest = min(shortest, blocks.duration(marks) / 1e9)
                    else:
                        laps[arm] += blocks.lap_times(marks[0])
                logs[kind].append(math.log(times[FT] / times[GIL]))
        collections = sum(one.end()[1]["gc"] for one in living.values())
    slices = all_time = mean(logs["slices"])
    if count > 1 and not collections:  # the rule of ftguide/suite/derive/series.py
        slices = math.log(typical_lap(laps[FT]) / typical_lap(laps[GIL]))
    return Findings(slices, mean(logs["stretches"]), all_time, shortest)


def main() -> int:
    """Measure, print, record."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--only", action="append", metavar="WORKLOAD", help="repeatable")
    choose.add_choices(parser)
    arguments = parser.parse_args()
    pair = choose.chosen(arguments, None, print)
    entries = select(arguments.only or WORKLOADS)
    on = Platform()
    size = preset("standard")
    plan = make_plan(entries, size=size, threads=1, seed=SEED)
    stage = blocks.Stage(
        executables={Build.GIL: pair.gil.executable, Build.FREE_THREADED: pair.ft.executable},
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
        slices = ratio_interval([block.slices for block in measured])
        stretches = ratio_interval([block.stretches for block in measured])
        paired = ratio_interval([block.slices - block.stretches for block in measured])
        all_time = ratio_interval([block.all_time for block in measured])
        rows.append(
            {
                "slug": planned.slug,
                "version": planned.version,
                **{
                    name: [estimate.ratio, estimate.low, estimate.high]
                    for name, estimate in (
                        ("slices", slices),
                        ("stretches", stretches),
                        ("slices_over_stretches", paired),
                        ("slices_all_time", all_time),
                    )
                },
                "shortest_stretch_seconds": round(min(block.shortest for block in measured), 3),
                "agree": agree(slices, stretches),
            }
        )
        print(
            f"{planned.slug:<24} slices {slices.ratio:.4f} ±{100 * slices.half_width:.2f}%  "
            f"stretches {stretches.ratio:.4f} ±{100 * stretches.half_width:.2f}%  "
            f"all time of slices {all_time.ratio:.4f}  "
            f"{'agree' if rows[-1]['agree'] else 'DISAGREE'}",
            flush=True,
        )
    machine = describe(on)
    OUTPUT.write_text(
        json.dumps(
            {
                "commit": commit(),
                "run": secrets.token_hex(4),
                "python": pair.gil.facts.version,
                "compiler": pair.gil.facts.compiler,
                "machine": {"cpu_model": machine.cpu_model, "usable_cpus": machine.usable_cpus},
                "blocks": BLOCKS,
                "rows": rows,
            },
            indent=1,
        )
        + "\n"
    )
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
