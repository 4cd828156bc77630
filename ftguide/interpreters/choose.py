"""The options by which a person chooses a pair of interpreters, the same for every command."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from ftguide.interpreters.model import Pair, Setting


def add_choices(parser: argparse.ArgumentParser) -> None:
    """Add the options that choose a pair; other commands take the same ones."""
    parser.add_argument(
        "--python",
        action="append",
        default=[],
        metavar="PATH",
        help="path or name of an interpreter to use, twice for both builds; bench also takes a line, 3.14",
    )
    parser.add_argument(
        "--setting",
        choices=[str(setting) for setting in Setting],
        default=str(Setting.QUICK),
        help="how to build: quick takes minutes and is not for citing, optimized takes PGO and LTO "
        "(default: %(default)s)",
    )
    parser.add_argument(
        "--tarball",
        type=Path,
        metavar="FILE",
        help="CPython's release tarball to build from, where there is no network",
    )


def chosen(args: argparse.Namespace, line: str | None, say: Callable[[str], None]) -> Pair:
    """Provide the pair that the options of `add_choices` ask for; raises `InterpreterError`."""
    # Not above: it takes longer to import than everything else that `bench --help` needs.
    from ftguide.interpreters import provide as providing  # noqa: PLC0415

    return providing.provide(
        line,
        given=args.python,
        setting=Setting(args.setting),
        tarball=args.tarball,
        say=say,
    )
