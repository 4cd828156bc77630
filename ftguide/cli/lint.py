"""`python -m ftguide lint`: the rules of the pages; form, types and spelling have their own tools."""

from __future__ import annotations

import argparse
import datetime as dt
from pathlib import Path

from rich.markup import escape

from ftguide.cli.screen import screen
from ftguide.ground.files import ROOT
from ftguide.guide.declare import extract
from ftguide.guide.declare.finding import PageError
from ftguide.guide.lint.pages import lint


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
    findings = lint(root, only=only, today=today, stale=args.stale)
    out = screen()
    for finding in findings:
        out.print(escape(str(finding)))
    pages = len(only) or len(extract.pages(root))
    out.print(f"{pages} pages, {len(findings)} findings")
    return 1 if findings else 0
