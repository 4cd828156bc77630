"""Kill, interrupt and starve whole programs at random points: `python -m tests.faults --kills 100`.

Each case is a scenario and a fault of `tests.faults.campaign`, chosen in turn, with a moment that the seed
decides. The exit status is 1 when anything was lost, was there twice, kept running, or could not be
completed.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.faults.campaign import FAULTS, FindingError, disturb, run
from tests.faults.scenarios import every


def main() -> int:
    """Disturb, complete, count; 0 when everything held."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=100, metavar="N", help="cases in all")
    parser.add_argument("--seed", type=int, help="another seed strikes at other moments")
    parser.add_argument("--only", action="append", metavar="SCENARIO", help="such as 'accept run'")
    parser.add_argument("--minutes", type=float, help="begin no case after so many minutes")
    arguments = parser.parse_args()
    seed = random.SystemRandom().randrange(10**6) if arguments.seed is None else arguments.seed
    print(f"seed {seed}", flush=True)
    held: Counter[str] = Counter()
    faults: Counter[str] = Counter()
    left: Counter[str] = Counter()
    findings = 0
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="ftguide-faults-") as scratch:
        root = Path(scratch).resolve()
        shared = root / "shared"
        shared.mkdir()
        scenarios = [
            each for each in every(shared) if not arguments.only or each.name in arguments.only
        ]
        seconds = {}
        for scenario in scenarios:
            seconds[scenario.name] = run(
                scenario, root / f"whole-{scenario.name.replace(' ', '-')}"
            )
            print(f"{scenario.name}: {seconds[scenario.name]:.1f} s undisturbed", flush=True)
        done = 0
        for number in range(arguments.kills):
            if arguments.minutes and time.monotonic() - began > 60 * arguments.minutes:
                break
            chance = random.Random(f"{seed} {number}")
            # Eight scenarios and nine faults: each fault meets each scenario within 72 cases.
            scenario = scenarios[number % len(scenarios)]
            fault = FAULTS[number % len(FAULTS)]
            done += 1
            try:
                ended = disturb(
                    scenario, fault, root / f"case-{number}", seconds[scenario.name], chance
                )
            except FindingError as finding:
                findings += 1
                print(f"case {number}, {scenario.name}, {fault.name}: {finding}", flush=True)
                continue
            held[ended.scenario] += 1
            if not done % 10:
                print(f"{done} cases", flush=True)
            faults[ended.fault] += 1
            left.update(f"{ended.scenario}: {name.partition('-')[0]}" for name in ended.left)
    print(f"{done} cases; held by scenario {dict(held)}; by fault {dict(faults)}")
    print(f"{findings} findings; left in temporary folders: {dict(left) or 'nothing'}")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
