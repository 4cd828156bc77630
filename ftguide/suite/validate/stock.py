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
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pyperf

from ftguide.files import ROOT
from ftguide.interpreters import choose, requirements
from ftguide.interpreters.model import Interpreter
from ftguide.machine import Platform, describe
from ftguide.suite.declare.catalogue import CatalogueEntry, select
from ftguide.suite.validate.attempts import FOLDER, commit
from ftguide.vocabulary import Build

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
    values = [value for run in benchmark.get_runs() for value in run.values]
    return {"process_means": means, "values": values, "wall_seconds": round(wall, 3)}


def main() -> int:
    """Measure all passes and write them down."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    choose.add_choices(parser)
    arguments = parser.parse_args()
    pair = choose.chosen(arguments, None, print)
    packages = requirements.install(ROOT / "benchmarks" / "requirements.txt", pair)
    entries = select(groups=["interpreter"])
    passes: dict[str, dict[str, Any]] = {}
    for name in PASSES:
        build = Build(name.partition("-")[0])
        interpreter = pair.gil if build is Build.GIL else pair.ft
        for entry in entries:
            print(f"{name} {entry.slug}", flush=True)
            passes.setdefault(entry.slug, {})[name] = measure(interpreter, entry, packages[build])
    machine = describe(Platform())
    path = output(machine.fingerprint)
    path.write_text(
        json.dumps(
            {
                "commit": commit(),
                "pyperf": pyperf.__version__,
                "machine": {
                    "cpu_model": machine.cpu_model,
                    "usable_cpus": machine.usable_cpus,
                    "l2": machine.caches.get("L2 unified"),  # tells two models of one name apart
                },
                "python": pair.gil.facts.version,
                "compiler": pair.gil.facts.compiler,
                "passes": passes,
                "versions": {entry.slug: entry.workload.version for entry in entries},
            },
            indent=1,
        )
        + "\n"
    )
    print(f"wrote {path.relative_to(ROOT)}; next: python -m ftguide.suite.validate.precision RUN")
    return 0


if __name__ == "__main__":
    sys.exit(main())
