"""`python -m ftguide check`: what evidence and the package index say about your own dependencies."""

from __future__ import annotations

import argparse
import functools
import re
import sysconfig
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ftguide.ground.redact import printable
from ftguide.tracker.check import environment, files, lookup
from ftguide.tracker.check.answer import MOST_PROBES, Answer, Report
from ftguide.tracker.check.check import check, to_ask
from ftguide.tracker.check.dependency import Dependency, Listing, Selection, plain, shown
from ftguide.tracker.check.lookup import Asked
from ftguide.tracker.check.target import Target
from ftguide.tracker.observe import artifacts, index
from ftguide.tracker.pages import answers, words
from ftguide.tracker.record import evidence
from ftguide.tracker.record.model import LINES, CompatError, Evidence

_STYLES = {
    Answer.BREAKS: "bold red",
    Answer.GIL_ON: "bold red",
    Answer.NO_WHEEL: "red",
    Answer.SOURCE_ONLY: "red",
    Answer.UNKNOWN: "yellow",
    Answer.CLAIMED: "yellow",
    Answer.PURE: "cyan",
    Answer.GIL_OFF: "green",
}


def add_parser(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verb."""
    parser = verbs.add_parser(
        "check",
        help="look up your own dependencies: which turn the GIL on, have no wheel, are unknown",
        description="Look up the dependencies of files, of a project's folder or of an installed "
        "environment: in the evidence of the tracker, and by the names of their files on the index your "
        "package client is set to. Nothing of a package is downloaded or runs, except with --probe, in "
        "environments made for it. Exit status: 0 where nothing breaks, turns the GIL on, has no wheel or is "
        "source only; 1 where something does, and with --strict also where something is unknown (such as a "
        "conda package, a folder or a repository), only claimed or stale, or where the list leaves something "
        "out (an extra or a group that was not asked for, what a package without a pin requires); 2, with or "
        "without --strict and before 1, where a file or an option is wrong, nothing of the list was checked, "
        "or the index gave no answer about a package (the others are answered).",
        epilog=files.SUPPORTED + ". `-` reads a requirements file from standard input.",
    )
    parser.add_argument(
        "file", nargs="*", type=Path, help="file, project's folder, environment, or -"
    )
    parser.add_argument(
        "--python",
        dest="environment",
        type=Path,
        metavar="PATH",
        help="environment to read instead of a file: its folder or its interpreter",
    )
    _add_target(parser)
    _add_selection(parser)
    parser.add_argument(
        "--format",
        choices=("table", *answers.FORMATS),
        default="table",
        help="table for people, markdown for a summary, json, sarif or junit for programs",
    )
    parser.add_argument("--json", action="store_true", help="the same as --format json")
    parser.add_argument(
        "--strict",
        action="store_true",
        help="exit with 1 also for what is unknown, only claimed, stale, or left out; 2 stays 2",
    )
    parser.add_argument(
        "--offline", action="store_true", help="ask no index: evidence and the file alone"
    )
    parser.add_argument(
        "--index-seconds",
        type=float,
        default=lookup.SECONDS,
        metavar="N",
        help="time for asking the index about all packages (default: %(default)g)",
    )
    parser.add_argument(
        "--probe",
        action="store_true",
        help="install and probe what is unknown, only claimed or stale; their code then runs",
    )
    parser.add_argument(
        "--find-links", type=Path, metavar="FOLDER", help="with --probe, wheels from here only"
    )
    parser.add_argument(
        "--deep-seconds",
        type=float,
        default=60.0,
        metavar="N",
        help="with --probe, time for importing all submodules of one package (default: %(default)g)",
    )
    parser.add_argument("--evidence", type=Path, metavar="FOLDER", help=argparse.SUPPRESS)
    parser.add_argument(
        "--today", default="", metavar="DAY", help="judge as of this day (default: today, UTC)"
    )
    parser.set_defaults(main=main)


def _add_target(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--line",
        default=LINES[0],
        metavar="3.14t",
        help="free-threaded line (default: %(default)s)",
    )
    parser.add_argument(
        "--platform",
        default=None,
        metavar="NAME",
        help=f"platform, one of {', '.join(artifacts.ALL_PLATFORMS)} (default: this one)",
    )


def _add_selection(parser: argparse.ArgumentParser) -> None:
    for option, what in (("--extra", "this extra"), ("--group", "this dependency group")):
        parser.add_argument(
            option, action="append", default=[], metavar="NAME", help=f"check {what}, too"
        )
    parser.add_argument("--all", action="store_true", help="check all extras and groups, too")
    parser.add_argument(
        "--direct", action="store_true", help="only what the project names itself (uv.lock)"
    )


def main(arguments: argparse.Namespace) -> int:
    """Check; 0 nothing found, 1 something found, 2 the request itself is wrong or not all was answered."""
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    target, today = Target(line=_line(arguments), platform=_platform(arguments)), _today(arguments)
    if arguments.probe and arguments.offline and not arguments.find_links:
        raise CompatError(
            "--probe installs packages, --offline asks no index; leave one of them out"
        )
    if arguments.find_links and not arguments.find_links.is_dir():
        raise CompatError(f"--find-links {arguments.find_links}: not a folder of wheels")
    listing = _listing(arguments, target)
    known = read_evidence(arguments.evidence, listing.dependencies)
    asked = _ask(arguments, to_ask(listing, known, target, today), console)
    report = check(listing, known, target, today=today, asked=asked)
    problems: tuple[str, ...] = ()
    if arguments.probe:
        from ftguide.cli import check_probe  # noqa: PLC0415 - checking needs no interpreter

        probed, problems = check_probe.probe(arguments, report, console)
        merged = {name: (*known.get(name, ()), *probed.get(name, ())) for name in {*known, *probed}}
        report = check(listing, merged, target, today=today, asked=asked)
    code = report.exit_code(strict=arguments.strict)
    for problem in report.problems:
        console.print(escape(printable(problem)), style="red")
    form = "json" if arguments.json else arguments.format
    if form == "table":
        show(Console(highlight=False), report, today, advise=not arguments.probe)
    else:
        whole = replace(report, problems=(*report.problems, *problems))
        print(answers.render(form, whole, today, code), end="")  # noqa: T201 - data for a pipe
    return code


def _line(arguments: argparse.Namespace) -> str:
    line: str = arguments.line
    if line not in LINES:
        fix = f"{line}t" if f"{line}t" in LINES else LINES[0]
        raise CompatError(
            f"--line {shown(line)}: evidence is kept for {', '.join(LINES)}; try --line {fix}"
        )
    return line


def _platform(arguments: argparse.Namespace) -> str:
    here = artifacts.platforms_of(re.sub(r"[-.]", "_", sysconfig.get_platform()))
    platform: str = arguments.platform or next(iter(here), "")
    if platform not in artifacts.ALL_PLATFORMS:
        what = f"--platform {shown(platform)}" if platform else "this platform"
        raise CompatError(
            f"{what}: there are answers for {', '.join(artifacts.ALL_PLATFORMS)}; name one of them"
        )
    if arguments.probe and platform not in here:
        raise CompatError(f"--probe: {platform} cannot be probed on this machine; leave one out")
    return platform


def _today(arguments: argparse.Namespace) -> date:
    text: str = arguments.today
    if not text:
        return datetime.now(UTC).date()
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CompatError(
            f"--today {shown(text)}: not a day; write one such as 2026-11-24"
        ) from error


def _listing(arguments: argparse.Namespace, target: Target) -> Listing:
    """Read what the command line names."""
    paths, folder = arguments.file, arguments.environment
    if bool(paths) == (folder is not None):
        raise CompatError(
            "name what to check: files such as requirements.txt or uv.lock, a project's folder, or an "
            "environment with --python"
        )
    if folder is not None:
        return environment.listing(folder)
    selection = Selection(
        extras=frozenset(map(plain, arguments.extra)),
        groups=frozenset(map(plain, arguments.group)),
        everything=arguments.all,
        direct=arguments.direct,
    )
    read = [files.read(path, target, selection) for path in paths]
    return functools.reduce(Listing.__add__, read)


def read_evidence(
    folder: Path | None, dependencies: Iterable[Dependency]
) -> dict[str, tuple[Evidence, ...]]:
    """Read the evidence about what is asked for, and nothing else; raises `CompatError`."""
    folders = [folder] if folder else [evidence.stored(part) for part in evidence.PARTS]
    names = sorted(
        {dependency.name for dependency in dependencies if evidence.NAME.fullmatch(dependency.name)}
    )
    return {
        name: tuple(item for part in folders for item in evidence.read_package(part, name))
        for name in names
    }


def _ask(arguments: argparse.Namespace, names: Iterable[str], console: Console) -> Asked | None:
    """Ask the index, or look into the folder that stands for one; None where nobody is asked."""
    wanted = [name for name in names if evidence.NAME.fullmatch(name)]
    if arguments.find_links:
        return lookup.look_into(arguments.find_links, wanted)
    if arguments.offline or not wanted:
        return None
    try:
        address = index.address()
    except CompatError as error:
        raise CompatError(f"{error} Or use --offline: evidence alone.") from error
    seconds = min(lookup.SECONDS_EACH, arguments.index_seconds)
    asking = index.Index(
        address=address,
        cache=index.default_cache(),
        fetch=functools.partial(index.fetch, seconds=seconds),
    )
    with console.status(f"asking the index about {len(wanted)} packages"):
        return lookup.look_up(wanted, asking, seconds=arguments.index_seconds)


# --- output ---------------------------------------------------------------------------------------


def show(console: Console, report: Report, today: date, *, advise: bool) -> None:
    """Print the table, worst first, and what it means; with `advise` also what a probe could add.

    Lines are broken between words for a terminal, and whole in a pipe.
    """
    whole = not console.is_terminal
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for title in ("dependency", "answer", "seen", "why"):
        table.add_column(title, no_wrap=title == "seen", overflow="fold")
    for checked in report.checked:
        answer = f"[{_STYLES[checked.answer]}]{words.answer(checked.answer)}[/]"
        answer += " (stale)" * checked.stale
        name, why = escape(answers.named(checked)), escape(answers.why(checked))
        table.add_row(name, answer, checked.observed_at[:10], why)
    if report.checked:
        console.print(table)
    notes = [answers.summary(report, today), *answers.notes(report)]
    number = sum(checked.probeable for checked in report.checked)
    if number and advise:
        most = f"the first {MOST_PROBES}" if number > MOST_PROBES else str(number)
        notes.append(f"--probe installs and probes what is unknown, only claimed or stale: {most}")
    for note in notes:
        console.print(escape(note), soft_wrap=whole)
