"""`python -m ftguide bench`: what can be asked for; `measuring` does it.

Apart, so that `--help` and a mistyped option are answered before what measures has been imported.
"""

from __future__ import annotations

import argparse
import functools

from ftguide.cli.durations import duration
from ftguide.interpreters import choose
from ftguide.services.declare import GROUP
from ftguide.suite.declare import presets

#: More workers than this per arm no longer answers a question this suite asks.
MOST_THREADS = 256


def add_parser(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verb."""
    parser = verbs.add_parser(
        "bench",
        help="measure a GIL-enabled against a free-threaded CPython",
        description="Measure a GIL-enabled against a free-threaded build of the same CPython. "
        "Everything after `nox -s bench --` arrives here.",
    )
    parser.add_argument("--list", action="store_true", help="list the workloads and stop")
    repeatable = functools.partial(parser.add_argument, action="append", default=[])
    repeatable("--only", metavar="WORKLOAD", help="only this; repeatable")
    repeatable(
        "--group",
        metavar="GROUP",
        help="only this group; repeatable. `services` starts web servers and loads them with wrk",
    )
    parser.add_argument(
        "--preset",
        default="quick",
        metavar="PRESET",
        help="; ".join(f"{size.name}: {size.promise}" for size in presets.PRESETS.values()),
    )
    parser.add_argument(
        "--threads", type=threads, default=2, metavar="N", help="workers of the parallel arms (2)"
    )
    parser.add_argument(
        "--sweep",
        action="store_true",
        help="also 2, 3, 4, 6, 8 … workers, up to the usable CPUs, for scaling curves",
    )
    parser.add_argument(
        "--lines",
        nargs="*",
        action="extend",
        metavar="LINE",
        help="measure the pairs of these lines in the same blocks, and each line against the one before: "
        "3.13 3.14 3.15",
    )
    parser.add_argument(
        "--budget",
        type=duration,
        metavar="TIME",
        help="after the preset's blocks spend the rest of this on the widest intervals: 90s, 10m, 1h",
    )
    parser.add_argument(
        "--resume",
        nargs="?",
        const="latest",
        metavar="RUN",
        help="continue an unfinished run; without a name the latest",
    )
    repeatable(
        "--mine",
        metavar="CODE",
        help='measure your own: path/to/file.py:function, or "python script.py arguments", where '
        "python becomes each interpreter; repeatable",
    )
    parser.add_argument(
        "--setup",
        metavar="FUNCTION",
        help="function of the same file, called once per worker; what it returns is passed to a "
        "function that takes an argument",
    )
    parser.add_argument(
        "--requirements",
        metavar="FILE",
        help="third-party packages for both interpreters, installed into a folder of their own; the "
        "groups native, data and services get what benchmarks/extras/ says without being asked",
    )
    parser.add_argument(
        "--service",
        metavar="COMMAND",
        help="serve your own application on both builds and load it: a command with {python} and {port}, "
        "and with {threads}, {processes} or {workers} (their product) where it can spread requests",
    )
    repeatable("--url", metavar="PATH", help="an address of --service to ask for; repeatable")
    choose.add_choices(parser)
    parser.add_argument(
        "--patience",
        type=duration,
        default=60.0,
        metavar="TIME",
        help="silence after which a workload hangs (60s)",
    )
    parser.set_defaults(main=main)


def threads(text: str) -> int:
    """Read a number of workers; ArgumentTypeError for anything else."""
    if not text.isascii() or not text.isdecimal() or not 1 <= int(text[:9]) <= MOST_THREADS:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a number of threads from 1 to {MOST_THREADS}"
        )
    return int(text)


def main(arguments: argparse.Namespace) -> int:
    """Measure; 0 = every workload has a row, 1 = some failed, 2 = the request cannot be met."""
    if arguments.service or arguments.url or GROUP in arguments.group:
        from ftguide.cli import services  # noqa: PLC0415 - see above

        return services.measure(arguments)
    from ftguide.cli import measuring  # noqa: PLC0415 - see above

    return measuring.measure(arguments)
