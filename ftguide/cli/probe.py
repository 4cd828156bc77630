"""`python -m ftguide collect` and `probe`: gather evidence about packages on free-threaded builds."""

from __future__ import annotations

import argparse
import os
import re
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ftguide.interpreters.choose import add_choices, chosen
from ftguide.tracker.declare import packages as describing
from ftguide.tracker.declare.packages import PACKAGES
from ftguide.tracker.observe.index import address
from ftguide.tracker.observe.install import Source, Workshop
from ftguide.tracker.observe.probe import DEEP_SECONDS, SMOKE, cell_key
from ftguide.tracker.observe.sandbox import isolation
from ftguide.tracker.observe.survey import Report, Survey, cell_of, collect_all, in_shard
from ftguide.tracker.pages import words
from ftguide.tracker.record.evidence import EVIDENCE
from ftguide.tracker.record.model import LINES, CompatError, Package, final


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add both commands to the front door."""
    collecting = subparsers.add_parser(
        "collect",
        help="ask the package index which files install on free-threaded builds",
        description="Ask the index your package client is set to about the packages of "
        "compatibility/packages.toml: one page each, not again within an hour. Exit status: 0, 1 when "
        "a package failed, 2 for a wrong argument.",
    )
    _add_selection(collecting)
    collecting.set_defaults(main=main_collect)

    probing = subparsers.add_parser(
        "probe",
        help="install packages and look what they do to the GIL",
        description="Install each package into an environment of its own, ask its extension modules, "
        "import it, and run its smoke script in several threads. Third-party code runs, without a network "
        "where the system allows that. Exit status: 0, 1 when a package could not be probed, 2 for a "
        "wrong argument.",
    )
    _add_selection(probing)
    probing.add_argument("--line", help="line to probe, such as 3.14t (default: 3.14t)")
    probing.add_argument(
        "--pin",
        action="append",
        default=[],
        metavar="NAME==VERSION",
        help="probe this version instead of the newest; may be a pre-release",
    )
    probing.add_argument(
        "--deep-seconds",
        type=float,
        default=DEEP_SECONDS,
        metavar="N",
        help="time for importing all submodules, 0 for none (default: %(default)g)",
    )
    probing.add_argument(
        "--suite-seconds",
        type=float,
        default=0.0,
        metavar="N",
        help="also run upstream tests where a recipe says which, at most N seconds each (default: not)",
    )
    probing.add_argument(
        "--stored", action="store_true", help="ask no index; probe what was collected earlier"
    )
    probing.add_argument(
        "--find-links",
        type=Path,
        metavar="FOLDER",
        help="take wheels from this folder and nowhere else",
    )
    probing.add_argument(
        "--jobs",
        type=_positive,
        default=min(2, os.cpu_count() or 1),
        metavar="N",
        help="packages at a time (default: %(default)s)",
    )
    probing.add_argument(
        "--run-url", default="", help="address of the CI run, kept with the evidence"
    )
    add_choices(probing)
    probing.set_defaults(main=main_probe)


def _add_selection(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--only", action="append", default=[], metavar="NAME", help="this package; may be repeated"
    )
    parser.add_argument(
        "--shard", default="1/1", metavar="I/N", help="the I-th of N parts, such as 2/8"
    )
    parser.add_argument("--packages", type=Path, default=PACKAGES, metavar="FILE")
    parser.add_argument("--evidence", type=Path, default=EVIDENCE, metavar="FOLDER")


def main_collect(args: argparse.Namespace) -> int:
    """Ask the index about the chosen packages; return 0, or 1 when one failed."""
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    source = Source(index=address())
    reports = collect_all(
        _selected(args),
        source,
        args.evidence,
        lambda text: console.print(escape(text), style="red"),
    )
    failed = [report for report in reports if report.problem]
    console.print(f"{len(reports) - len(failed)} packages collected, {len(failed)} failed")
    return 1 if failed else 0


def main_probe(args: argparse.Namespace) -> int:
    """Probe the chosen packages; return 0, or 1 when one could not be probed.

    Raises `CompatError` for a wrong argument.
    """
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    chosen_packages = _selected(args)
    line = args.line or LINES[0]
    if not re.fullmatch(r"3\.\d+t", line):
        raise CompatError(f"--line {line!r} is not a free-threaded line; give one such as 3.14t.")
    pins = _pins(args.pin, chosen_packages)
    if args.find_links and not args.find_links.is_dir():
        raise CompatError(f"--find-links {args.find_links} is not a folder of wheels.")
    pair = chosen(
        args, line.removesuffix("t"), lambda text: console.print(escape(text), style="dim")
    )
    folder = args.find_links and args.find_links.resolve()
    source = Source(folder=folder) if folder else Source(index=address())
    console.print(
        f"probing {len(chosen_packages)} packages on {line}, {isolation()} after installing"
    )
    with tempfile.TemporaryDirectory(prefix="ftguide-probe-") as scratch:
        survey = Survey(
            pair=pair,
            workshop=Workshop(scratch=Path(scratch).resolve(), source=source),
            log=args.evidence,
            stored=args.stored and not folder,
            deep_seconds=max(0.0, args.deep_seconds),
            suite_seconds=max(0.0, args.suite_seconds),
            pins=pins,
            smoke=SMOKE,
            run=args.run_url,
        )
        started = time.monotonic()
        reports = survey.all(chosen_packages, args.jobs, lambda report: _tell(console, report))
        elapsed = time.monotonic() - started
    _show(reports, args.evidence, *cell_key(pair.ft.facts), pins)
    if seconds := [report.seconds for report in reports if report.items]:
        median = statistics.median(seconds)
        text = f"{len(seconds)} probed in {elapsed:.0f} s, median of one {median:.1f} s"
        Console(highlight=False).print(text)
    return 1 if any(report.problem for report in reports) else 0


def _positive(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of packages; give 1 or more")
    return int(text)


def _selected(args: argparse.Namespace) -> tuple[Package, ...]:
    """Apply --only and --shard; raises `CompatError` for names and shards that do not exist."""
    match = re.fullmatch(r"([1-9]\d{0,3})/([1-9]\d{0,3})", args.shard)
    if not match or int(match[1]) > int(match[2]):
        raise CompatError(f"--shard {args.shard!r} is not a part; give one such as 2/8.")
    number, of = int(match[1]), int(match[2])
    described = describing.choose(describing.read(args.packages), args.only)
    return tuple(package for package in described if in_shard(package.name, number, of))


def _pins(texts: Sequence[str], packages: Sequence[Package]) -> dict[str, str]:
    pins = {}
    for text in texts:
        match = re.fullmatch(r"([a-z0-9-]+)==([0-9][0-9A-Za-z.!+-]*)", text)
        if not match or match[1] not in {package.name for package in packages}:
            raise CompatError(f"--pin {text!r} is not NAME==VERSION of a chosen package.")
        pins[match[1]] = match[2]
    return pins


def _tell(console: Console, report: Report) -> None:
    if report.problem:
        console.print(escape(report.problem), style="red")
    else:
        probed = f"probed, {len(report.items)} items"
        ending = words.reason(report.left_out) if report.left_out else probed
        console.print(f"{report.package.name}: {escape(ending)} ({report.seconds:.1f} s)")


def _show(
    reports: Sequence[Report], log: Path, line: str, platform: str, pins: dict[str, str]
) -> None:
    """Print what the evidence now says about the cells that were looked at."""
    table = Table(box=None, pad_edge=False)
    for heading in ("Package", "Version", "", "Level", "Why"):
        table.add_column(heading, no_wrap=heading != "Why")
    for package in (report.package for report in reports if not report.problem):
        if (pin := pins.get(package.name)) and not final(pin):
            table.add_row(package.name, pin, "", "pre-release: no cell", "")
            continue
        cell = cell_of(package, log, line, platform)
        level = " ".join([cell.level.words, *(flag.code for flag in cell.flags)])
        why = escape("; ".join(words.reasons(cell.reasons))[:160])
        table.add_row(package.name, escape(cell.version), cell.level.code, level, why)
    Console(highlight=False).print(table)
