"""Repeat CPython's own Tools/ftscalingbench, to see how far one of its figures can be trusted.

    python -m ftguide.suite.validate.scalingbench [--python PATH --python PATH]

The script comes out of the source tarball that `ftguide interpreters` builds from (nothing of it is kept
here). It is run several times with two threads on the free-threaded build, at its default size and at a
larger one; every figure it prints goes into `scalingbench.json`, which the method page shows.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from ftguide.ground.machine import Platform, describe
from ftguide.interpreters import choose, sources
from ftguide.interpreters.network import Network
from ftguide.suite.validate.attempts import FOLDER, record, write

OUTPUT = FOLDER / "scalingbench.json"
THREADS = 2
REPEATS = 6
#: Its own default, and one that lets a thread work for about a second.
SCALES = (100, 1000)
_LINE = re.compile(r"^(\w+)\s+([\d.]+)x (faster|slower)", re.MULTILINE)


def script(version: str, folder: Path) -> Path:
    """Take the script out of the source tarball of a version."""
    tarball = sources.fetch(version.rpartition(".")[0], folder, say=print, network=Network())
    with tarfile.open(tarball.path) as archive:
        name = next(n for n in archive.getnames() if n.endswith("ftscalingbench/ftscalingbench.py"))
        data = archive.extractfile(name)
        assert data is not None
        target = folder / "ftscalingbench.py"
        target.write_bytes(data.read())
    return target


def figures(python: str, path: Path, scale: int) -> dict[str, float]:
    """Run it once and return its speed-ups by workload; slower ones as fractions."""
    done = subprocess.run(
        [python, str(path), "--threads", str(THREADS), "--scale", str(scale)],
        capture_output=True,
        text=True,
        check=True,
    )
    return {
        name: float(value) if way == "faster" else 1 / float(value)
        for name, value, way in _LINE.findall(done.stdout)
    }


def main() -> int:
    """Run, print the range of every figure, record."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    choose.add_choices(parser)
    pair = choose.chosen(parser.parse_args(), None, print)
    speedups: dict[str, dict[str, list[float]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        path = script(pair.ft.facts.version, Path(folder))
        for scale in SCALES:
            for _ in range(REPEATS):
                for name, value in figures(pair.ft.executable, path, scale).items():
                    speedups.setdefault(name, {}).setdefault(str(scale), []).append(round(value, 3))
    widest = 0.0
    for name, by_scale in speedups.items():
        texts = [f"{min(v):.2f} to {max(v):.2f}" for v in by_scale.values()]
        widest = max(widest, *(max(v) / min(v) for v in by_scale.values()))
        print(f"{name:<26}" + "".join(f"{text:>16}" for text in texts))
    write(OUTPUT, pair.ft.facts, describe(Platform()), threads=THREADS, speedups=speedups)
    return record(
        "scalingbench",
        {
            "every workload printed a figure each time": all(
                len(v) == REPEATS for by_scale in speedups.values() for v in by_scale.values()
            )
        },
        {"workloads": len(speedups), "widest_range": round(widest, 2)},
    )


if __name__ == "__main__":
    sys.exit(main())
