"""`python -m ftguide collect` and `probe`: gather evidence about packages on free-threaded builds.

What packages.toml describes is kept in `compatibility/`. Any other package can be probed by its name; what
is found of it is shown, and kept only where `--evidence` says to.
"""

from __future__ import annotations

import argparse
import functools
import os
import re
import statistics
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from packaging.utils import canonicalize_name
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ftguide.ground.process.keeper import kept_folder
from ftguide.ground.redact import printable
from ftguide.ground.shard import Shard
from ftguide.interpreters.choose import add_choices, chosen
from ftguide.tracker.declare import packages as describing
from ftguide.tracker.declare.packages import NAMES, PACKAGES
from ftguide.tracker.observe.index import Index, address, default_cache
from ftguide.tracker.observe.install import Source, Workshop
from ftguide.tracker.observe.probe import DEEP_SECONDS, SMOKE, cell_key
from ftguide.tracker.observe.sandbox import isolation
from ftguide.tracker.observe.survey import Report, Survey, cell_of, collect_all
from ftguide.tracker.pages import words
from ftguide.tracker.record import evidence
from ftguide.tracker.record.evidence import BY_NAME, EVIDENCE, NAME
from ftguide.tracker.record.model import LINES, CompatError, Package, final

_VERSION = re.compile(r"[0-9][0-9A-Za-z.!+-]*")


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add both commands to the front door."""
    collecting = subparsers.add_parser(
        "collect",
        help="ask the package index which files install on free-threaded builds",
        description="Ask the index your package client is set to about the packages of "
        "compatibility/packages.toml: one page each, not again within an hour, and conditionally "
        "afterwards. With --names, about the packages of a list, which are then known from their file "
        "names alone. Exit status: 0, 1 when a package failed, 2 for a wrong argument.",
    )
    _add_selection(collecting)
    collecting.add_argument(
        "--names",
        type=Path,
        metavar="FILE",
        help=f"packages to know from file names alone, one a line (the project's: {NAMES}); "
        f"kept in {BY_NAME}",
    )
    collecting.add_argument(
        "--cache", type=Path, metavar="FOLDER", help="keep pages and their ETags here, for CI"
    )
    collecting.add_argument(
        "--merge",
        type=Path,
        metavar="FOLDER",
        help="ask nobody: append what the parts of a job collected, found below this folder",
    )
    collecting.set_defaults(main=main_collect)

    probing = subparsers.add_parser(
        "probe",
        help="install packages and look what they do to the GIL",
        description="Install each package into an environment of its own, ask its extension modules, "
        "import it, and run its smoke script in several threads. Third-party code runs, without a network "
        "where the system allows that. Without a name, all packages of compatibility/packages.toml are "
        "probed; a name that is not described there is probed by the modules in its own files, and what is "
        "found is shown and not kept, unless --evidence names a folder. For a whole list of dependencies: "
        "check FILE --probe. Exit status: 0, 1 when a package could not be probed, 2 for a wrong argument.",
    )
    probing.add_argument(
        "name",
        nargs="*",
        metavar="NAME",
        help="package to probe, described or not: jq, lxml==6.1.3",
    )
    probing.add_argument("--quiet", action="store_true", help="no time line of what is done")
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
    parser.add_argument(
        "--packages",
        type=Path,
        default=PACKAGES,
        metavar="FILE",
        help="descriptions of packages: name, imports, field (default: %(default)s)",
    )
    parser.add_argument(
        "--evidence",
        type=Path,
        metavar="FOLDER",
        help=f"where to append what is found (default: {EVIDENCE} for what is described)",
    )


def main_collect(args: argparse.Namespace) -> int:
    """Ask the index about the chosen packages; return 0, or 1 when one failed."""
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    if args.merge:
        return _merge(args.merge, args.evidence or BY_NAME, console)
    index = Index(address=address(), cache=args.cache or default_cache())
    chosen_packages = _listed(args) if args.names else _selected(args)
    reports = collect_all(
        chosen_packages,
        index,
        args.evidence or (BY_NAME if args.names else EVIDENCE),
        lambda text: console.print(escape(text), style="red"),
    )
    failed = [report for report in reports if report.problem]
    console.print(f"{len(reports) - len(failed)} packages collected, {len(failed)} failed")
    return 1 if failed else 0


def _merge(folder: Path, log: Path, console: Console) -> int:
    """Append what is new in the logs of other checkouts; return 1 when one of them is no evidence.

    Raises `CompatError` for what is no folder.
    """
    if not folder.is_dir():
        raise CompatError(f"--merge {folder} is not a folder with what was collected.")
    refused = new = 0
    for path in sorted(folder.rglob("*.jsonl")):
        try:
            new += evidence.merge(log, evidence.read_file(path))
        except CompatError as error:
            console.print(escape(printable(str(error))), style="red")
            refused += 1
    console.print(f"{words.count(new, 'new sighting')} merged, {refused} files refused")
    return 1 if refused else 0


def main_probe(args: argparse.Namespace) -> int:
    """Probe the chosen packages; return 0, or 1 when one could not be probed.

    Raises `CompatError` for a wrong argument.
    """
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    described, foreign, pins = _named(args)
    line = args.line or LINES[0]
    if not re.fullmatch(r"3\.\d+t", line):
        raise CompatError(f"--line {line!r} is not a free-threaded line; give one such as 3.14t.")
    pins |= _pins(args.pin, (*described, *foreign))
    if args.find_links and not args.find_links.is_dir():
        raise CompatError(f"--find-links {args.find_links} is not a folder of wheels.")
    pair = chosen(
        args, line.removesuffix("t"), lambda text: console.print(escape(text), style="dim")
    )
    folder = args.find_links and args.find_links.resolve()
    source = Source(folder=folder) if folder else Source(index=address())
    number = len(described) + len(foreign)
    console.print(
        f"probing {words.count(number, 'package')} on {line}, {isolation()} after installing"
    )
    started = time.monotonic()
    with kept_folder("ftguide-probe-") as scratch:
        place = scratch.resolve()
        survey = Survey(
            pair=pair,
            workshop=Workshop(scratch=place, source=source),
            log=args.evidence or EVIDENCE,
            stored=args.stored and not folder,
            deep_seconds=max(0.0, args.deep_seconds),
            suite_seconds=max(0.0, args.suite_seconds),
            pins=pins,
            smoke=SMOKE,
            run=args.run_url,
            step=_TimeLine(console, started) if not args.quiet else (lambda _package, _text: None),
        )
        reports = []
        for packages, log in ((described, survey.log), (foreign, args.evidence or place / "log")):
            if packages:
                tell = functools.partial(_tell, console)
                reports += (found := replace(survey, log=log).all(packages, args.jobs, tell))
                _show(found, log, *cell_key(pair.ft.facts), pins)
        elapsed = time.monotonic() - started
    if foreign and not args.evidence:
        names = ", ".join(package.name for package in foreign)
        console.print(
            f"{names}: not in {args.packages}, so nothing is kept; --evidence FOLDER keeps it"
        )
    if seconds := [report.seconds for report in reports if report.items]:
        median = statistics.median(seconds)
        text = f"{len(seconds)} probed in {elapsed:.0f} s, median of one {median:.1f} s"
        Console(highlight=False).print(text)
    return 1 if any(report.problem for report in reports) else 0


class _TimeLine:
    """Prints what is done with a package as it begins, with the seconds since the start.

    Lines are broken between words for a terminal, and whole in a pipe.
    """

    def __init__(self, console: Console, started: float) -> None:
        self.console = console
        self.started = started

    def __call__(self, package: str, text: str) -> None:
        """Print one step."""
        elapsed = time.monotonic() - self.started
        line = f"{elapsed:7.1f} s  {package}: {printable(text)}"
        whole = not self.console.is_terminal
        self.console.print(escape(line), style="dim", soft_wrap=whole)


def _positive(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of packages; give 1 or more")
    return int(text)


def _selected(args: argparse.Namespace) -> tuple[Package, ...]:
    """Apply --only and --shard; raises `CompatError` for names and shards that do not exist."""
    shard = Shard.parse(args.shard)
    described = describing.choose(describing.read(args.packages), args.only)
    return tuple(package for package in described if shard.has(package.name))


def _named(
    args: argparse.Namespace,
) -> tuple[tuple[Package, ...], tuple[Package, ...], dict[str, str]]:
    """Return the packages to probe that are described, those that are not, and the pins of both.

    Raises `CompatError` for what is no name.
    """
    if not args.name:
        return _selected(args), (), {}
    if args.only or args.shard != "1/1":
        raise CompatError("NAME chooses packages, and so do --only and --shard; leave one out.")
    known: dict[str, Package] = {}
    if args.packages != PACKAGES or args.packages.exists():
        known = {package.name: package for package in describing.read(args.packages)}
    described, foreign = [], []
    pins: dict[str, str] = {}
    for text in dict.fromkeys(args.name):
        stated, equal, version = text.partition("==")
        name = canonicalize_name(stated)
        if not NAME.fullmatch(name) or (equal and not _VERSION.fullmatch(version)):
            raise CompatError(f"{text[:120]!r} is not NAME or NAME==VERSION of a package.")
        if equal:
            pins[name] = version
        if name in known:
            described.append(known[name])
        else:
            foreign.append(Package(name=name, imports=(), field=""))
    return tuple(described), tuple(foreign), pins


def _listed(args: argparse.Namespace) -> tuple[Package, ...]:
    """Return the packages of a list of names that belong to the shard; raises `CompatError`."""
    if args.only:
        raise CompatError("--names chooses packages, and so does --only; leave one out.")
    shard = Shard.parse(args.shard)
    names = describing.read_names(args.names)
    return tuple(Package(name=name, imports=(), field="") for name in names if shard.has(name))


def _pins(texts: Sequence[str], packages: Sequence[Package]) -> dict[str, str]:
    pins = {}
    for text in texts:
        match = re.fullmatch(rf"([a-z0-9-]+)==({_VERSION.pattern})", text)
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
