"""Say how narrow the intervals are, and how narrow stock pyperf's would be for the same time.

    python -m ftguide.suite.validate.stock            # once, on the same idle machine
    python -m ftguide.suite.validate.precision RUN    # a stored run of the standard (or full) preset

For every workload of the interpreter group: the half-width of ln(FT/GIL) in the run, and in stock pyperf's
numbers (Welch's t on the logarithms of process means, since processes are what pyperf repeats). Time is wall
time of everything: starting processes, warming up, calibrating. Stock's half-width is brought to our time by
the square root of the times' ratio, which flatters it: processes beyond the twentieth would go on drifting.

A run over several lines has the same goal for each of its ratios: FT/GIL of every line, and every line
against the one before, on either build. Stock pyperf is compared with the main line.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import sys
from typing import Any

import pyperf._utils  # the test that compare_to uses

from ftguide.statistics.estimates import welch_interval
from ftguide.suite.derive import analysis
from ftguide.suite.derive.analysis import Report
from ftguide.suite.record import store
from ftguide.suite.record.model import StoredRun
from ftguide.suite.record.store import find
from ftguide.suite.validate.attempts import record
from ftguide.suite.validate.stock import output

GROUP = "interpreter"
HALF_WIDTH = 0.01
FACTOR = 6.0
OF_LINES = f"of each line, and against the line before, at most {100 * HALF_WIDTH:.0f} %"


def welch(x: dict[str, Any], y: dict[str, Any]) -> float:
    """Return the half-width of ln(y / x) from process means."""
    left, right = ([math.log(mean) for mean in side["process_means"]] for side in (y, x))
    return welch_interval(left, right).half_width


def wall_seconds(stored: StoredRun, slug: str) -> float:
    """Return the wall time of a workload's blocks, and of its calibration as long as a block."""
    blocks = stored.of(slug)
    return sum(block.seconds for block in blocks) * (1 + 1 / len(blocks))


def of_lines(report: Report) -> dict[str, float]:
    """Return the median half-width of each ratio that a run over several lines has beside the main one.

    By `arm/base`: one thread's FT/GIL on another line, and one thread on a line against the one before.
    """
    widths: dict[str, list[float]] = {}
    for row in report.rows:
        if row.group == GROUP:
            for pair in row.of_lines:
                widths.setdefault(f"{pair.arm}/{pair.base}", []).append(pair.half_width)
    return {name: statistics.median(each) for name, each in widths.items()}


def main() -> int:
    """Compare, print, record."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("run", metavar="RUN", help="a run id or the path of a run folder")
    stored = store.load(find(parser.parse_args().run))
    report = analysis.report(stored)
    # Our own half-widths can be judged before stock pyperf has measured on that machine; the factor then
    # fails, visibly.
    path = output(stored.run.machine.fingerprint)
    stock = json.loads(path.read_text()) if path.exists() else {"passes": {}, "versions": {}}
    rows = [row for row in report.rows if row.group == GROUP and row.single is not None]
    ours, factors, alarms = [], [], []
    print(
        f"{'workload':<28}{'ours':>9}{'time':>8}{'stock':>9}{'time':>8}{'same time':>11}{'factor':>8}"
    )
    for row in rows:
        assert row.single is not None
        passes = stock["passes"].get(row.slug)
        planned = stored.planned(row.slug)
        half = row.single.half_width
        ours.append(half)
        if passes is None or stock["versions"][row.slug] != planned.version:
            print(
                f"{row.slug:<28}{100 * half:>8.2f}%  (stock pyperf has not measured this version)"
            )
            continue
        mine = wall_seconds(stored, row.slug)
        theirs = passes["gil"]["wall_seconds"] + passes["ft"]["wall_seconds"]
        stock_half = welch(passes["gil"], passes["ft"])
        same_time = stock_half * math.sqrt(theirs / mine)
        factors.append(same_time / half)
        for build in ("gil", "ft"):
            first, second = passes[build]["values"], passes[f"{build}-again"]["values"]
            significant, _ = pyperf._utils.is_significant(first, second)  # noqa: SLF001 - as compare_to
            alarms.append(significant)
        print(
            f"{row.slug:<28}{100 * half:>8.2f}%{mine:>7.0f}s{100 * stock_half:>8.2f}%{theirs:>7.0f}s"
            f"{100 * same_time:>10.2f}%{factors[-1]:>8.1f}"
        )
    median, factor = statistics.median(ours), statistics.median(factors) if factors else math.nan
    overhead = statistics.median(block.overhead_seconds for block in stored.blocks)
    print(f"median half-width {100 * median:.2f} %, median factor {factor:.1f}")
    lines = of_lines(report)
    for name, width in lines.items():
        print(f"median half-width {100 * width:.2f} % of {name}")
    print(f"stock pyperf calls {sum(alarms)} of {len(alarms)} A/A pairs significant")
    print(f"harness overhead per block {overhead:.2f} s median")
    return record(
        "precision",
        {
            f"median half-width at most {100 * HALF_WIDTH:.0f} %": median <= HALF_WIDTH,
            f"at most 1/{FACTOR:.0f} of stock pyperf's for the same time": factor >= FACTOR,
            "harness overhead per block at most 0.35 s median": overhead <= 0.35,
            **({OF_LINES: max(lines.values()) <= HALF_WIDTH} if lines else {}),
        },
        {
            "run": stored.run.run_id,
            "half_width": median,
            "factor": factor if factors else None,
            "stock_alarms": sum(alarms),
            "stock_pairs": len(alarms),
            "overhead_seconds": overhead,
            "workloads": len(rows),
            **({"lines": lines} if lines else {}),
        },
    )


if __name__ == "__main__":
    sys.exit(main())
