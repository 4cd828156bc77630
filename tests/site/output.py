"""Weighs a built site as a whole: python -m tests.site.output _build/html.

Prints what its folders hold, the heaviest first, and fails when all files together are more than the budget:
a site is stored, copied and published as a whole, and most of it is made by the hundred.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

BUDGET_BYTES = 30_000_000
SHOWN = 8


def parts_of(site: Path) -> Counter[str]:
    """Return the bytes of a site by folder and kind of file; folders of single runs count as one."""
    parts: Counter[str] = Counter()
    for path in site.rglob("*"):
        if path.is_file():
            folders = path.relative_to(site).parts[:-1][:2]
            parts[f"{'/'.join(folders) or '.'} {path.suffix or path.name}"] += path.stat().st_size
    return parts


def told(parts: Counter[str], budget: int = BUDGET_BYTES) -> str:
    """Say what a site weighs, and what of it weighs most."""
    total = parts.total()
    lines = [f"{total / 1e6:.1f} of {budget / 1e6:.1f} MB"]
    lines += [f"{size / 1e6:8.2f}  {part}" for part, size in parts.most_common(SHOWN)]
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Weigh a site; 0 = within the budget, 1 = not, 2 = nothing to weigh."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("site", type=Path, help="folder of the built site")
    parser.add_argument("--budget", type=int, default=BUDGET_BYTES, help="bytes (default: 30 MB)")
    chosen = parser.parse_args(arguments)
    if not (chosen.site / "index.html").exists():
        print(f"{chosen.site} holds no built site; `nox -s docs` builds one", file=sys.stderr)
        return 2
    parts = parts_of(chosen.site)
    print(told(parts, chosen.budget))
    if parts.total() <= chosen.budget:
        return 0
    (heaviest, size), *_ = parts.most_common(1)
    print(
        f"the site is heavier than its budget; most of it is {heaviest}, {size / 1e6:.1f} MB",
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
