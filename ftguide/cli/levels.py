"""`python -m ftguide levels`: write the table of C API thread-safety levels from release tarballs."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape

from ftguide.cli.screen import teller
from ftguide.interpreters.provide import Means
from ftguide.native.audit import capi

if TYPE_CHECKING:
    import argparse

LINES = ("3.14", "3.15")


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the front door."""
    parser = subparsers.add_parser(
        "levels",
        help="write the table of C API thread-safety levels from CPython's release tarballs",
        description=f"Read Doc/data/threadsafety.dat of the newest known release of "
        f"{' and '.join(LINES)} and write {capi.DATA.name}.",
    )
    parser.add_argument("--output", type=Path, default=capi.DATA, metavar="FILE")
    parser.set_defaults(main=main)


def main(args: argparse.Namespace) -> int:
    """Fetch, read and write; return 0."""
    say = teller()
    means = Means()
    with means.shelf.locked(say):
        tarballs = [means.fetch(line, say) for line in LINES]
    levels = capi.extract([(t.release.version, t.release.sha256, t.path) for t in tarballs])
    capi.write(levels, args.output)
    newest = levels.versions[-1]
    counts = Counter(one.levels[newest] for one in levels.functions if newest in one.levels)
    shown = ", ".join(f"{counts[level]} {level}" for level in capi.LEVELS)
    Console(highlight=False).print(
        f"{len(levels.functions)} functions, on {newest}: {shown}; {escape(str(args.output))}"
    )
    return 0
