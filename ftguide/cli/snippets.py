"""`python -m ftguide snippets`: run the code of the pages and compare it with what they show."""

from __future__ import annotations

import argparse
import datetime as dt
import os
import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from ftguide.files import ROOT
from ftguide.guide.declare import extract
from ftguide.guide.declare.extract import Page
from ftguide.guide.declare.finding import PageError
from ftguide.guide.declare.model import PASSED, Expect, Snippet, Verdict
from ftguide.guide.derive import endings
from ftguide.guide.observe import execute, run
from ftguide.guide.observe.packages import Environments
from ftguide.guide.record import report
from ftguide.interpreters import provide as providing
from ftguide.interpreters.model import Interpreter, InterpreterError, Pair
from ftguide.interpreters.provide import DEFAULT_LINE
from ftguide.vocabulary import Build

_SILENCE_SECONDS = 10.0


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the front door."""
    parser = subparsers.add_parser(
        "snippets",
        help="run the code of the pages on both builds and check the output they show",
        description="Run every marked block of the pages in a process of its own on the GIL-enabled "
        "and the free-threaded build, check what the page shows, and write the reports below "
        "source/snippets/report/. Exit status: 0 when all is as shown, 1 when not, 2 for a page or "
        "an argument that cannot be understood.",
    )
    parser.add_argument(
        "--only", action="append", default=[], metavar="PAGE", help="a page, such as installing.md"
    )
    parser.add_argument(
        "--name", action="append", default=[], metavar="NAME", help="only snippets of this name"
    )
    parser.add_argument(
        "--update",
        action="store_true",
        help="write the outputs of this run into the pages, and its date into the reports",
    )
    parser.add_argument(
        "--jobs",
        type=int,
        default=min(os.cpu_count() or 1, 8),
        metavar="N",
        help="snippets at a time (default: %(default)s); races always run alone",
    )
    parser.add_argument(
        "--line",
        action="append",
        default=[],
        metavar="LINE",
        help="run on this line too where it is installed, such as 3.15; never a failure",
    )
    parser.add_argument(
        "--python",
        action="append",
        default=[],
        metavar="PATH",
        help="path or name of an interpreter to use, twice for both builds",
    )
    parser.add_argument("--root", type=Path, default=ROOT, help=argparse.SUPPRESS)
    parser.set_defaults(main=main)


def main(args: argparse.Namespace) -> int:
    """Run the snippets; return 0 when every one did what its page says."""
    screen = Console(highlight=False, soft_wrap=True, emoji=False)
    started = time.monotonic()
    root = args.root.resolve()
    names = frozenset(args.name)
    pages = _understood(args, names, root)
    lines = _lines(args, root, screen)
    told = _Progress(screen, pages, names)
    results = run.run(
        pages,
        lines,
        names=names,
        jobs=args.jobs,
        done=told,
        say=lambda text: screen.print(escape(text), style="yellow"),
    )
    if args.update:
        for number, page in enumerate(pages):
            pages[number] = run.write_outputs(page, results, root)
            if pages[number] is not page:
                screen.print(f"updated {page.name}")
    today = dt.datetime.now(tz=dt.UTC).date()
    for page in pages:
        run.write_report(page, results, root, today=today, refresh=args.update)
    if not args.only:
        for path in report.orphans(root, {page.name for page in pages}):
            path.unlink()
    failed = 0
    for page in pages:
        for snippet in page.snippets:
            verdicts = results.required.get(page.name, {}).get(snippet.name, [])
            failed += _explain(screen, snippet, verdicts)
            others = results.others.get(page.name, {}).get(snippet.name, [])
            _tell_endings(screen, snippet, [*verdicts, *others])
    _total(screen, pages, names, failed, time.monotonic() - started)
    return 1 if failed else 0


class _Progress:
    """Says every ten seconds how far it is."""

    def __init__(self, screen: Console, pages: Sequence[Page], names: frozenset[str]) -> None:
        self._screen = screen
        self._all = sum(
            snippet.runs_itself and (not names or snippet.name in names)
            for page in pages
            for snippet in page.snippets
        )
        self._ran = 0
        self._said = time.monotonic()

    def __call__(self, snippet: Snippet) -> None:
        """Count a snippet that has run."""
        self._ran += 1
        if time.monotonic() - self._said >= _SILENCE_SECONDS:
            self._said = time.monotonic()
            self._screen.print(f"{self._ran} of {self._all}: {snippet.where}", style="dim")


def _understood(args: argparse.Namespace, names: frozenset[str], root: Path) -> list[Page]:
    """Return the pages to run; raises `PageError` with everything that is wrong with them."""
    pages = [extract.extract(path, root) for path in extract.chosen(args.only, root)]
    problems = [problem.text for page in pages for problem in page.problems]
    unknown = names - {snippet.name for page in pages for snippet in page.snippets}
    if unknown:
        problems.append(f"No snippet of these pages is called {', '.join(sorted(unknown))}.")
    if args.jobs < 1:
        problems.append(f"--jobs {args.jobs} is not a number of at least 1.")
    if problems:
        raise PageError("\n".join(problems))
    return pages


def _lines(args: argparse.Namespace, root: Path, screen: Console) -> list[run.Line]:
    def say(text: str) -> None:
        screen.print(escape(text), style="dim")

    pair: Pair = providing.provide(
        None if args.python else DEFAULT_LINE, given=args.python, say=say
    )
    lines = [_line({Build.GIL: pair.gil, Build.FREE_THREADED: pair.ft}, root)]
    for name in args.line:
        providing.check_line(name)
        pairs = providing.ranked_pairs(providing.find(name, say=say))
        if pairs:
            best = pairs[0]
            lines.append(_line({Build.GIL: best.gil, Build.FREE_THREADED: best.ft}, root))
        else:
            say(f"no pair of {name} is installed: not run on it")
    return lines


def _line(interpreters: dict[Build, Interpreter], root: Path) -> run.Line:
    try:
        targets = {
            build: execute.target(interpreter) for build, interpreter in interpreters.items()
        }
    except (OSError, ValueError) as error:
        raise InterpreterError(f"An interpreter does not say where it is: {error}.") from error
    return run.Line(targets=targets, environments=Environments(interpreters, root))


def _explain(screen: Console, snippet: Snippet, verdicts: Sequence[Verdict]) -> bool:
    """Say what is wrong, once for builds that fail alike; return whether anything is."""
    builds: dict[str, list[Build]] = {}
    for verdict in verdicts:
        if verdict.problem is not None:
            builds.setdefault(verdict.problem, []).append(verdict.build)
    for problem, where in builds.items():
        on = f"the {where[0].words} build" if len(where) == 1 else "both builds"
        screen.print(f"[bold red]{snippet.where}[/] {snippet.name} on {on}: {escape(problem)}")
    return bool(builds)


def _tell_endings(screen: Console, snippet: Snippet, verdicts: Sequence[Verdict]) -> None:
    """Print how the runs of a repeated snippet ended, where some ended otherwise than stated."""
    stated = {*snippet.shows, PASSED}
    told = [
        f"{verdict.runs} runs on {verdict.version}{verdict.build.suffix}: "
        f"{endings.words(verdict.endings)}"
        for verdict in verdicts
        if snippet.repeated and not {ending for ending, _ in verdict.endings} <= stated
    ]
    if told:
        screen.print(f"{snippet.where} {snippet.name}: {escape('; '.join(told))}")


def _total(
    screen: Console,
    pages: Sequence[Page],
    names: frozenset[str],
    failed: int,
    seconds: float,
) -> None:
    everything = [
        snippet for page in pages for snippet in page.snippets if not names or snippet.name in names
    ]
    ran = [snippet for snippet in everything if snippet.runs_itself]
    used = [snippet for snippet in everything if snippet.expect is Expect.USED]
    shown = [snippet for snippet in ran if snippet.outputs or snippet.language == "console"]
    failing = [
        snippet for snippet in ran if snippet.expect in {Expect.ERROR, Expect.RACE, Expect.HANG}
    ]
    python = [snippet for snippet in everything if snippet.counted]
    skipped = [snippet for snippet in python if snippet.not_run is not None]
    others = len(everything) - len(ran) - len(used) - len(skipped)
    share = 100 * len(skipped) / len(python) if python else 0.0
    screen.print(
        f"{len(ran)} blocks of {len(pages)} pages ran in {seconds:.0f} s: "
        f"{len(ran) - failed} as the pages say, {failed} not. "
        f"{len(shown)} with a checked output, {len(failing)} with a checked failure."
    )
    screen.print(
        f"{len(skipped)} of {len(python)} Python blocks are not run ({share:.1f} %), and {others} "
        "blocks of commands for other systems; each says why."
    )
