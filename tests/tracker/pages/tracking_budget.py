"""What the tracker costs a build of the site: python -m tests.tracker.pages.tracking_budget [PACKAGES].

Builds the pages of this checkout with synthetic evidence about many packages, with and without the
tracker, a few times in turn, and prints seconds and sizes. Asserts nothing about time: machines differ,
and on a busy one only the seconds of CPU mean anything.
"""

from __future__ import annotations

import argparse
import gzip
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from ftguide.ground.files import ROOT
from tests import tracked


def build(source: Path, out: Path, folder: Path) -> tuple[float, float]:
    """Build from nothing; return seconds on the clock and seconds of CPU."""
    shutil.rmtree(out, ignore_errors=True)
    command = (
        *(sys.executable, "-m", "sphinx", "--quiet", f"--conf-dir={ROOT}"),
        *("-D", f"compat_folder={folder}", "-D", f"compat_today={tracked.TODAY}"),
        *(str(source), str(out)),
    )
    start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - start, cpu


def main(arguments: list[str] | None = None) -> int:
    """Print what the tracker adds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("packages", type=int, nargs="?", default=400)
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as scratch:
        folder, out = Path(scratch, "compatibility"), Path(scratch, "out")
        tracked.fill(folder, chosen.packages)
        pages = {"with": Path(scratch, "with"), "without": Path(scratch, "without")}
        for path in pages.values():
            shutil.copytree(ROOT / "source", path)
        (pages["without"] / "tracking.md").write_text("# Tracking\n")
        for beside in ("benchmarks", "examples"):  # pages include files from there
            if (ROOT / beside).exists():
                Path(scratch, beside).symlink_to(ROOT / beside)
        taken: dict[str, list[tuple[float, float]]] = {name: [] for name in pages}
        for _ in range(chosen.rounds):
            for name, path in pages.items():
                taken[name].append(build(path, out / name, folder))
        for kind, what in enumerate(("on the clock", "of CPU")):
            least = {name: min(pair[kind] for pair in taken[name]) for name in pages}
            middle = {name: statistics.median(pair[kind] for pair in taken[name]) for name in pages}
            for name in pages:
                print(f"{name:8}{least[name]:6.2f} s least, {middle[name]:6.2f} s median {what}")
            added = (one["with"] - one["without"] for one in (least, middle))
            print("added   {:6.2f} s least, {:6.2f} s median {}".format(*added, what))
        page = (out / "with" / "tracking.html").read_bytes()
        size = len(gzip.compress(page, mtime=0))
        print(f"tracking.html: {len(page)} bytes, {size} compressed, {chosen.packages} packages")
        one = max((out / "with" / "tracking").glob("*.html"), key=lambda path: path.stat().st_size)
        print(f"largest package page: {one.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
