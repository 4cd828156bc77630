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

from ftguide.cli.screen import screen
from ftguide.ground.files import ROOT
from ftguide.ground.vocabulary import line_of
from ftguide.guide.declare import extract
from ftguide.guide.declare.extract import Page
from ftguide.guide.declare.finding import PageError
from ftguide.guide.declare.model import LINES, PASSED, Expect, Snippet, Verdict, line_order
from ftguide.guide.derive import endings
from ftguide.guide.observe import execute, run
from ftguide.guide.observe.packages import Environments
from ftguide.guide.record import report
from ftguide.interpreters import provide as providing
from ftguide.interpreters.model import InterpreterError, Pair
from ftguide.interpreters.provide import DEFAULT_LINE
from ftguide.render.words import enumeration

_SILENCE_SECONDS = 10.0


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the front door."""
    parser = subparsers.add_parser(
        "snippets",
        help="run the code of the pages on both builds of every line and check the output they show",
        description="Run every marked block of the pages in a process of its own on the GIL-enabled "
        f"and the free-threaded build of every line that is installed ({', '.join(LINES)}; a pair of "
        f"{DEFAULT_LINE} is made if there is none), check what the page shows, and write the reports below "
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
        help="run on this line alone, such as 3.14; can be repeated",
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
    out = screen()
    started = time.monotonic()
    root = args.root.resolve()
    names = frozenset(args.name)
    for name in args.line:
        providing.check_line(name)
    pages = _understood(args, names, root)
    lines = _lines(args, root, out)
    results = run.run(
        pages,
        lines,
        names=names,
        jobs=args.jobs,
        done=_Progress(out, sum(snippet.runs_itself for snippet in _chosen(pages, names))),
        say=lambda text: out.print(escape(text), style="yellow"),
    )
    _look_again([] if args.update else pages, lines, results, out)
    if args.update:
        for number, page in enumerate(pages):
            pages[number] = run.write_outputs(page, results, root)
            if pages[number] is not page:
                out.print(f"updated {page.name}")
    today = dt.datetime.now(tz=dt.UTC).date()
    for page in pages:
        run.write_report(page, results, root, today=today, refresh=args.update)
    if not args.only:
        for path in report.orphans(root, {page.name for page in pages}):
            path.unlink()
    chosen = _chosen(pages, names)  # as an update left them
    failed = 0
    for snippet in (snippet for page in pages for snippet in page.snippets):
        failed += _explain(out, snippet, results.verdicts(snippet))
        _tell_endings(out, snippet, results.verdicts(snippet))
    ran = sum(snippet.runs_itself for snippet in chosen)
    out.print(
        f"{ran} blocks of {len(pages)} pages ran in {time.monotonic() - started:.0f} s: "
        f"{ran - failed} as the pages say, {failed} not. {_checked(chosen)}"
    )
    for text in _by_line(chosen, lines, results):
        out.print(text)
    out.print(_left_out(chosen))
    return 1 if failed else 0


def _look_again(
    pages: Sequence[Page], lines: Sequence[run.Line], results: run.Results, out: Console
) -> None:
    """Run once more what did not do as its page says, and say what does then."""
    for snippet, problem in run.again(pages, lines, results):
        out.print(
            f"{snippet.where} {snippet.name}: only in the second of two runs as the page says. "
            f"In the first: {escape(problem)}",
            style="yellow",
        )


class _Progress:
    """Says every ten seconds how far it is."""

    def __init__(self, out: Console, total: int) -> None:
        self._out = out
        self._total = total
        self._ran = 0
        self._said = time.monotonic()

    def __call__(self, snippet: Snippet) -> None:
        """Count a snippet that has run."""
        self._ran += 1
        if time.monotonic() - self._said >= _SILENCE_SECONDS:
            self._said = time.monotonic()
            self._out.print(f"{self._ran} of {self._total}: {snippet.where}", style="dim")


def _chosen(pages: Sequence[Page], names: frozenset[str]) -> list[Snippet]:
    """Return the snippets that were asked for."""
    return [
        snippet for page in pages for snippet in page.snippets if not names or snippet.name in names
    ]


def _understood(args: argparse.Namespace, names: frozenset[str], root: Path) -> list[Page]:
    """Return the pages to run; raises `PageError` with everything that is wrong with them."""
    pages = [extract.extract(path, root) for path in extract.chosen(args.only, root)]
    problems = [problem.text for page in pages for problem in page.problems]
    unknown = names - {snippet.name for page in pages for snippet in page.snippets}
    if unknown:
        problems.append(f"No snippet of these pages is called {', '.join(sorted(unknown))}.")
    if args.jobs < 1:
        problems.append(f"--jobs {args.jobs} is not a number of at least 1.")
    if args.python and args.line:
        problems.append("--python names the interpreters, and so their line. Leave out --line.")
    if problems:
        raise PageError("\n".join(problems))
    return pages


def _lines(args: argparse.Namespace, root: Path, out: Console) -> list[run.Line]:
    """Return the lines to run on, the main one first, which alone is made where it is not installed.

    Raises `InterpreterError` for a line that was asked for and is not there.
    """

    def say(text: str) -> None:
        out.print(escape(text), style="dim")

    if args.python:
        return [_line(providing.provide(None, given=args.python, say=say), root)]
    pairs = []
    for name in sorted(set(args.line or LINES), key=lambda name: (name != DEFAULT_LINE, name)):
        if name == DEFAULT_LINE:
            pairs.append(providing.provide(name, say=say))
            continue
        installed = providing.ranked_pairs(providing.find(name, say=say))
        pairs += installed[:1]
        for pair in installed[:1]:
            say(f"both builds of {pair.version} beside it ({pair.gil.executable})")
        if not installed:
            missing = f"no pair of {name} is installed"
            if args.line:
                make = f"python -m ftguide interpreters {name} --make"
                raise InterpreterError(f"{missing}. Put both builds on PATH, or make them: {make}")
            say(f"{missing}: nothing runs on it")
    return [_line(pair, root) for pair in pairs]


def _line(pair: Pair, root: Path) -> run.Line:
    try:
        targets = {build: execute.target(interpreter) for build, interpreter in pair.builds.items()}
    except (OSError, ValueError) as error:
        raise InterpreterError(f"An interpreter does not say where it is: {error}.") from error
    name = line_of(pair.version)
    return run.Line(name=name, targets=targets, environments=Environments(pair.builds, root))


def _explain(out: Console, snippet: Snippet, verdicts: Sequence[Verdict]) -> bool:
    """Say what is wrong, once for interpreters that fail alike; return whether anything is."""
    problems: dict[str, list[str]] = {}
    for verdict in verdicts:
        if verdict.problem is not None:
            problems.setdefault(verdict.problem, []).append(verdict.title)
    for problem, titles in problems.items():
        on = enumeration(titles)
        out.print(f"[bold red]{snippet.where}[/] {snippet.name} on {on}: {escape(problem)}")
    return bool(problems)


def _tell_endings(out: Console, snippet: Snippet, verdicts: Sequence[Verdict]) -> None:
    """Print how the runs of a repeated snippet ended, where some ended otherwise than stated."""
    stated = {*snippet.shows, PASSED}
    told = [
        f"{verdict.runs} runs on {verdict.version}{verdict.build.suffix}: "
        f"{endings.words(verdict.endings)}"
        for verdict in verdicts
        if snippet.repeated and not {ending for ending, _ in verdict.endings} <= stated
    ]
    if told:
        out.print(f"{snippet.where} {snippet.name}: {escape('; '.join(told))}")


def _by_line(
    snippets: Sequence[Snippet], lines: Sequence[run.Line], results: run.Results
) -> list[str]:
    """Say for each line how many of the blocks that run did so as shown, and why others did not."""
    told = []
    ran = [snippet for snippet in snippets if snippet.runs_itself]
    for name in sorted((line.name for line in lines), key=line_order):
        good = bad = lacking = other = 0
        packages: set[str] = set()
        for snippet in ran:
            lacks = {
                package
                for title, left_out in results.lacking.get((snippet.page, snippet.name), {}).items()
                if line_of(title) == name
                for package in left_out
            }
            verdicts = [v for v in results.verdicts(snippet) if line_of(v.version) == name]
            packages |= lacks
            if not snippet.covers(name):
                other += 1
            elif any(not verdict.passed for verdict in verdicts):
                bad += 1
            elif lacks:
                lacking += 1
            else:
                good += bool(verdicts)
        parts = [f"{bad} not" if bad else "", f"{other} are for other lines" if other else ""]
        if lacking:
            parts.append(f"{lacking} lack {enumeration(sorted(packages))} on one build or both")
        share = 100 * good / len(ran) if ran else 0.0
        told.append(
            "; ".join(
                [
                    f"{name}: {good} of {len(ran)} blocks as shown ({share:.0f} %)",
                    *filter(None, parts),
                ]
            )
        )
    return told


def _checked(snippets: Sequence[Snippet]) -> str:
    """Say how many of the snippets that ran show an output, and how many a failure."""
    ran = [snippet for snippet in snippets if snippet.runs_itself]
    shown = sum(bool(snippet.outputs) or snippet.language == "console" for snippet in ran)
    failing = sum(snippet.expect in {Expect.ERROR, Expect.RACE, Expect.HANG} for snippet in ran)
    return f"{shown} with a checked output, {failing} with a checked failure."


def _left_out(snippets: Sequence[Snippet]) -> str:
    """Say how many blocks do not run: Python, whose share is limited, and commands."""
    python = [snippet for snippet in snippets if snippet.counted]
    skipped = sum(snippet.not_run is not None for snippet in python)
    used = sum(snippet.expect is Expect.USED for snippet in snippets)
    others = sum(not snippet.runs_itself for snippet in snippets) - used - skipped
    share = 100 * skipped / len(python) if python else 0.0
    return (
        f"{skipped} of {len(python)} Python blocks are not run ({share:.1f} %), and {others} "
        "blocks of commands for other systems; each says why."
    )
