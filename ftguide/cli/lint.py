"""`python -m ftguide lint`: the rules of the pages; form, types and spelling have their own tools."""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from rich import box
from rich.markup import escape
from rich.table import Table

from ftguide.cli.screen import screen
from ftguide.ground.files import ROOT
from ftguide.guide.declare import extract
from ftguide.guide.declare.finding import PageError
from ftguide.guide.lint import reading
from ftguide.guide.lint.pages import lint, readings
from ftguide.guide.lint.reading import Reading


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the front door."""
    parser = subparsers.add_parser(
        "lint",
        help="check the words, code blocks, links, images and stamps of the pages",
        description="Check the pages. Exit status: 0 when there is nothing to change, 1 when there is, "
        "2 for a page or an argument that cannot be understood.",
    )
    parser.add_argument("pages", nargs="*", metavar="PAGE", help="default: all below source/")
    parser.add_argument(
        "--stale", action="store_true", help="fail on pages checked more than 180 days ago"
    )
    parser.add_argument("--today", metavar="DATE", help="the day to count from, such as 2026-11-24")
    parser.add_argument(
        "--reading",
        action="store_true",
        help="print how long the sentences of each page are, instead of the findings",
    )
    parser.add_argument("--root", type=Path, default=ROOT, help=argparse.SUPPRESS)
    parser.set_defaults(main=main)


def main(args: argparse.Namespace) -> int:
    """Print the findings; return 1 when there are any."""
    root = args.root.resolve()
    today = dt.datetime.now(tz=dt.UTC).date()
    if args.today is not None:
        try:
            today = dt.date.fromisoformat(args.today)
        except ValueError as error:
            raise PageError(
                f"--today {args.today} is not a date. Write one such as 2026-11-24."
            ) from error
    only = [
        path.relative_to(root).as_posix() for path in extract.chosen(args.pages, root) if args.pages
    ]
    if args.reading:
        screen().print(_table(readings(root, only=only)))
        return 0
    findings = lint(root, only=only, today=today, stale=args.stale)
    out = screen()
    for finding in findings:
        out.print(escape(str(finding)))
    pages = len(only) or len(extract.pages(root))
    out.print(f"{pages} pages, {len(findings)} findings")
    return 1 if findings else 0


def _table(found: Sequence[Reading]) -> Table:
    """Return a row for each page, the shortest sentences first, and one for all."""
    low, high = reading.MEAN
    table = Table(
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        padding=(0, 1, 0, 0),
        caption=f"mean: words in a sentence, {low:.0f} to {high:.0f}\n"
        f"short: sentences below {reading.SHORT} words, at most {reading.SHARE:.0%}\n"
        "* outside, a finding unless it is the page of one workload;\n"
        "  the line is that of the worst paragraph",
        caption_justify="left",
    )
    table.add_column("page", no_wrap=True, overflow="ignore")
    for heading in "sentences", "mean", "short", "":
        table.add_column(heading, justify="right", no_wrap=True)
    for one in [*found, reading.over(found)]:
        outside = not one.within
        place = f"{one.page}:{one.worst}" if outside and one in found and one.worst else one.page
        table.add_row(
            escape(place),
            f"{len(one.sentences):,}",
            f"{one.mean:.1f}",
            f"{one.short:.0%}",
            "*" if outside else "",
        )
    return table
