"""Stock pyperf on the suite's single-threaded workloads: the usual way, for comparison.

    python -m ftguide.suite.validate.stock [--python PATH --python PATH]

Runs every workload of the interpreter group as pyperf does by default (20 processes of 3 values, all of
one build, then all of the other), the whole of it twice, so that each build also stands against itself.
Writes `stock-<machine>.json` beside this file, named by the machine's fingerprint as runs are compared with
stock pyperf on their own machine only: per workload and pass the mean of every process, and the wall time.
`precision.py` and the method page read it.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pyperf

from ftguide.ground.files import ROOT
from ftguide.ground.machine import Platform, describe
from ftguide.ground.vocabulary import Build
from ftguide.interpreters import choose, requirements
from ftguide.interpreters.model import Interpreter
from ftguide.suite.declare.catalogue import CatalogueEntry, select
from ftguide.suite.validate.attempts import FOLDER, write

#: Everything of one build before anything of the other, and then once more.
PASSES = ("gil", "ft", "gil-again", "ft-again")


def output(fingerprint: str) -> Path:
    """Return the file of the machine with this fingerprint."""
    return FOLDER / f"stock-{fingerprint[:8]}.json"


def measure(interpreter: Interpreter, entry: CatalogueEntry, packages: str) -> dict[str, Any]:
    """Run one workload under pyperf's defaults; return process means in seconds, and the wall time."""
    with tempfile.TemporaryDirectory() as folder:
        suite = Path(folder) / "out.json"
        begun = time.perf_counter()
        subprocess.run(
            [
                *(interpreter.executable, "-m", entry.module, "--workload", entry.slug),
                *("--quiet", "-o", str(suite)),
            ],
            cwd=ROOT,
            env={
                "PATH": os.environ.get("PATH", ""),
                "PYTHONPATH": os.pathsep.join((str(ROOT), packages)),
            },
            check=True,
            stdout=subprocess.DEVNULL,
        )
        wall = time.perf_counter() - begun
        benchmark = pyperf.Benchmark.load(str(suite))
    means = [sum(run.values) / len(run.values) for run in benchmark.get_runs() if run.values]
    values = list(benchmark.get_values())
    return {"process_means": means, "values": values, "wall_seconds": round(wall, 3)}


def main() -> int:
    """Measure all passes and write them down."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    choose.add_choices(parser)
    pair = choose.chosen(parser.parse_args(), None, print)
    packages = requirements.install(ROOT / "benchmarks" / "requirements.txt", pair)
    entries = select(groups=["interpreter"])
    passes: dict[str, dict[str, Any]] = {entry.slug: {} for entry in entries}
    for name in PASSES:
        build = Build(name.partition("-")[0])
        for entry in entries:
            print(f"{name} {entry.slug}", flush=True)
            passes[entry.slug][name] = measure(pair.builds[build], entry, packages[build])
    machine = describe(Platform())
    path = output(machine.fingerprint)
    write(
        path,
        pair.gil.facts,
        machine,
        pyperf=pyperf.__version__,
        passes=passes,
        versions={entry.slug: entry.workload.version for entry in entries},
    )
    print("next: python -m ftguide.suite.validate.precision RUN")
    return 0


if __name__ == "__main__":
    sys.exit(main())
