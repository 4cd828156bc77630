"""`python -m ftguide outcomes`: what can be asked of the outcome laboratory; `experiments` does it.

Apart, so that `--help` and a mistyped option are answered before what measures has been imported.
"""

from __future__ import annotations

import argparse

from ftguide.cli.durations import duration
from ftguide.ground.machine import LOCAL_MACHINE
from ftguide.interpreters import choose
from ftguide.outcomes.observe.plan import PRESETS


def add_parser(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verb."""
    parser = verbs.add_parser(
        "outcomes",
        help="count what threads do to shared objects",
        description="Run small concurrent programs on a GIL-enabled and a free-threaded build, count "
        "their outcomes and grade them. Everything after `nox -s outcomes --` arrives here. Exit status: "
        "0 when every test ran and knew what it saw, 1 when one did not, 2 when the request cannot be met.",
    )
    parser.add_argument("--list", action="store_true", help="list the tests by family and stop")
    parser.add_argument(
        "--only", action="append", default=[], metavar="TEST", help="only this; repeatable"
    )
    parser.add_argument(
        "--family", action="append", default=[], metavar="FAMILY", help="only this; repeatable"
    )
    parser.add_argument(
        "--shard", default="1/1", metavar="I/N", help="of these the I-th of N parts, such as 2/8"
    )
    parser.add_argument(
        "--preset",
        choices=list(PRESETS),
        default="default",
        help="; ".join(f"{size.name}: {size.promise}" for size in PRESETS.values()),
    )
    parser.add_argument(
        "--budget",
        type=duration,
        metavar="TIME",
        help="time for one test over a pair, in place of the preset's: 7s, 1m",
    )
    parser.add_argument(
        "--line",
        action="append",
        default=[],
        metavar="LINE",
        help="a line of CPython, 3.14 unless given; repeatable, for several pairs in one run",
    )
    parser.add_argument(
        "--machine",
        default=LOCAL_MACHINE,
        metavar="NAME",
        help="store as seen on this machine, to be published (default: %(default)s, which git ignores)",
    )
    parser.add_argument(
        "--resume",
        nargs="?",
        const="latest",
        metavar="RUN",
        help="continue an unfinished run; without a name the latest",
    )
    parser.add_argument(
        "--controls",
        type=int,
        metavar="N",
        help="run the positive and negative controls N times, store nothing, and say how often each "
        "showed what it must",
    )
    choose.add_choices(parser)
    parser.set_defaults(main=main)


def main(arguments: argparse.Namespace) -> int:
    """Run the verb."""
    from ftguide.cli import experiments  # noqa: PLC0415 - see the module's docstring

    return experiments.main(arguments)
