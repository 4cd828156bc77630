"""`python -m ftguide interpreters`: what is here to measure with, and make it where it is missing."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ftguide.cli.screen import teller
from ftguide.interpreters import provide as providing
from ftguide.interpreters import sanitized
from ftguide.interpreters.choose import add_choices, chosen
from ftguide.interpreters.model import Interpreter, Pair, Sanitizer
from ftguide.interpreters.provide import DEFAULT_LINE

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the front door."""
    parser = subparsers.add_parser(
        "interpreters",
        help="list, or make, the GIL-enabled and free-threaded builds to measure with",
        description="List the interpreters of a line, how each was found, and whether they make "
        "like-for-like pairs. Exit status: 0 with a pair, 1 without one, 2 for a wrong argument.",
    )
    parser.add_argument(
        "line", nargs="?", help=f"line of releases, such as {DEFAULT_LINE} (the default)"
    )
    add_choices(parser)
    parser.add_argument("--make", action="store_true", help="download or build a missing pair")
    parser.add_argument("--json", action="store_true", help="print JSON, paths included")
    parser.add_argument(
        "--sanitizer",
        choices=[str(Sanitizer.THREAD)],  # AddressSanitizer is preloaded: an ordinary build does
        help="instead of a pair, build a free-threaded interpreter that finds bugs: with clang, "
        "never measured",
    )
    parser.set_defaults(main=main)


def main(args: argparse.Namespace) -> int:
    """List or make the interpreters; return 0 when there is a pair, else 1."""
    say = teller()
    providing.check_line(args.line)
    line = args.line or DEFAULT_LINE
    if args.sanitizer:
        kind = Sanitizer(args.sanitizer)
        print(sanitized.provide(kind, line, tarball=args.tarball, say=say).executable)  # noqa: T201
        return 0
    if args.make or args.python:
        pairs = [chosen(args, args.line, say)]
        found = list(pairs[0].builds.values())
    else:
        found = providing.find(line, say=say)
        pairs = providing.ranked_pairs(found)
    if args.json:
        print(json.dumps(_as_json(found, pairs), indent=1, sort_keys=True))  # noqa: T201
    else:
        _show(line, found, pairs)
    return 0 if pairs else 1


def _as_json(found: Sequence[Interpreter], pairs: Sequence[Pair]) -> dict[str, object]:
    return {
        "interpreters": [asdict(one) for one in found],
        "pairs": [
            {
                "version": pair.version,
                "gil": pair.gil.executable,
                "ft": pair.ft.executable,
                "like_for_like": not pair.differences,
                "differences": list(pair.differences),
                "citable": pair.citable,
            }
            for pair in pairs
        ],
    }


def _show(line: str, found: Sequence[Interpreter], pairs: Sequence[Pair]) -> None:
    console = Console(highlight=False)
    numbers = {one.executable: number for number, one in enumerate(found, start=1)}
    console.print(_table(found) if found else f"No Python {line} is installed, in either build.")
    for path, number in numbers.items():  # unwrapped, so that they can be copied
        console.print(f"{number:>3}  {escape(path)}", soft_wrap=True)
    for rank, pair in enumerate(pairs):
        used = " (the one used)" if rank == 0 else ""
        both = f"{numbers[pair.gil.executable]} + {numbers[pair.ft.executable]}"
        console.print(f"\nPair {both}{used}: Python {pair.version}, {_verdict(pair)}")
        for difference in pair.differences:
            console.print(f"  - {escape(difference)}", style="yellow")
    if not pairs:
        console.print(
            f"No pair of one version. `python -m ftguide interpreters {line} --make` downloads or "
            "builds one."
        )


def _verdict(pair: Pair) -> str:
    if pair.differences:
        return "[yellow]not like for like[/]: measured with a warning, never published"
    if pair.citable:
        return "[green]like for like[/], optimised"
    return "[green]like for like[/], but unoptimised builds: not for citing"


def _table(found: Sequence[Interpreter]) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("", justify="right", no_wrap=True)
    for heading in ("Version", "Build", "Compiler", "Optimised"):
        table.add_column(heading, no_wrap=True)
    table.add_column("How it was found")
    for number, one in enumerate(found, start=1):
        facts = one.facts
        made_with = [word for word, used in (("PGO", facts.pgo), ("LTO", facts.lto)) if used]
        table.add_row(
            str(number),
            facts.version,
            facts.build.words,
            escape(facts.compiler),
            "+".join(made_with) or "no",
            escape(one.detail),
        )
    return table
