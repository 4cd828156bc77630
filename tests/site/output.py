"""Weighs a built site as a whole: python -m tests.site.output _build/html.

Prints what its folders hold, the heaviest first, and fails when the site is heavier than its budget: it is
stored, copied and published as a whole, and most of it is made by the hundred. Every published run adds a
page that stays for good, so that pages of runs have a budget each, and all else has one together.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

#: All but the pages of runs. It leaves half a megabyte for what is going to be written and measured.
BUDGET_BYTES = 25_500_000
#: A page of a run, on average: one of a full run over three lines has half a megabyte, of one line a fifth.
RUN_BYTES = 250_000
RUNS = "benchmarks/runs .html"
SHOWN = 8


def parts_of(site: Path) -> Counter[str]:
    """Return the bytes of a site by folder and kind of file; folders of single runs count as one."""
    parts: Counter[str] = Counter()
    for path in site.rglob("*"):
        if path.is_file():
            folders = path.relative_to(site).parts[:-1][:2]
            parts[f"{'/'.join(folders) or '.'} {path.suffix or path.name}"] += path.stat().st_size
    return parts


def told(parts: Counter[str], pages: int, budget: int = BUDGET_BYTES) -> str:
    """Say what a site with so many pages of runs weighs, and what of it weighs most."""
    rest = parts.total() - parts[RUNS]
    lines = [
        f"{parts.total() / 1e6:.1f} MB: {rest / 1e6:.1f} of {budget / 1e6:.1f} MB, and in "
        f"{pages} pages of runs {parts[RUNS] / 1e6:.1f} of {pages * RUN_BYTES / 1e6:.1f} MB"
    ]
    lines += [f"{size / 1e6:8.2f}  {part}" for part, size in parts.most_common(SHOWN)]
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Weigh a site; 0 = within the budget, 1 = not, 2 = nothing to weigh."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("site", type=Path, help="folder of the built site")
    parser.add_argument(
        "--budget",
        type=int,
        default=BUDGET_BYTES,
        help="bytes of all but the pages of runs (default: 25.5 MB)",
    )
    chosen = parser.parse_args(arguments)
    if not (chosen.site / "index.html").exists():
        print(f"{chosen.site} holds no built site; `nox -s docs` builds one", file=sys.stderr)
        return 2
    parts = parts_of(chosen.site)
    pages = len([*(chosen.site / "benchmarks" / "runs").glob("*.html")])
    print(told(parts, pages, chosen.budget))
    heavy = 0
    if parts[RUNS] > pages * RUN_BYTES:
        heavy = 1
        print(
            f"pages of runs are heavier than their budget of {RUN_BYTES / 1e6:.2f} MB each",
            file=sys.stderr,
        )
    del parts[RUNS]
    if parts.total() > chosen.budget:
        heavy = 1
        (heaviest, size), *_ = parts.most_common(1)
        print(
            f"the site is heavier than its budget; most of it is {heaviest}, {size / 1e6:.1f} MB",
            file=sys.stderr,
        )
    return heavy


if __name__ == "__main__":
    sys.exit(main())
