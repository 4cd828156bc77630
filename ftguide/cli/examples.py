"""`python -m ftguide examples`: build the toy extension in every binding tool, and race it.

It also builds one small extension with every build system, from `examples/build-systems`.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ftguide.cli.screen import screen, shorten, teller
from ftguide.ground.files import ROOT, HeldError, held
from ftguide.ground.vocabulary import ExpectedError
from ftguide.interpreters.choose import add_choices, chosen
from ftguide.native.examples import recipes, report, session
from ftguide.native.examples.catalogue import EXAMPLES, select
from ftguide.native.examples.report import Part, Problem
from ftguide.native.examples.workshop import Workshop

if TYPE_CHECKING:
    import argparse

RUNS = 10
_BUILDS = ROOT / "_build" / "examples"


class ExamplesError(ExpectedError):
    """What was asked for does not go together; the message says what to do."""


def add_parser(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verb."""
    parser = verbs.add_parser(
        "examples",
        help="build the example extension in every binding tool on both builds, and race it",
        description="Build examples/*/before and after on both builds, test them, and race them; then "
        "build and test examples/build-systems. Exit status: 0 all as it should be, 1 not, 2 for a "
        "wrong argument.",
    )
    parser.add_argument(
        "--only",
        action="append",
        default=[],
        metavar="NAME",
        help="only this example or build system, may be repeated: "
        + ", ".join(project.name for project in (*EXAMPLES, *recipes.RECIPES)),
    )
    parser.add_argument(
        "--runs",
        type=int,
        default=RUNS,
        metavar="N",
        help="races of each `before`, and half of each `after` (default: %(default)s)",
    )
    parser.add_argument(
        "--record",
        action="store_true",
        help=f"put the results into {report.REPORT} and {recipes.RECORDED}, which the pages show",
    )
    parser.add_argument("--line", metavar="X.Y", help="CPython line, such as 3.14 (the default)")
    add_choices(parser)
    parser.set_defaults(main=main)


def main(arguments: argparse.Namespace) -> int:
    """Hold a session and print its table; 1 when something is not as it should be."""
    systems = [one for one in recipes.RECIPES if not arguments.only or one.name in arguments.only]
    names = [name for name in arguments.only if name not in {one.name for one in systems}]
    examples = select(names) if names or not arguments.only else ()
    if arguments.runs < 1:
        raise ExamplesError(f"--runs is {arguments.runs}; it takes at least one race.")
    if arguments.record and names:
        raise ExamplesError("--record writes down whole sessions; leave out --only.")
    say = teller()
    pair = chosen(arguments, arguments.line, say)
    workshop = Workshop(sources=ROOT / "examples", root=_BUILDS, environ=dict(os.environ))
    _BUILDS.mkdir(parents=True, exist_ok=True)
    lock = _BUILDS / "lock"
    problems = []
    try:
        with held(lock):
            if examples:
                part = session.hold(pair, examples, workshop, runs=arguments.runs, say=say)
                problems += _examples(part, arguments)
            if systems:
                made = recipes.hold(pair, systems, workshop, say)
                problems += _systems(made, arguments)
    except HeldError as error:
        raise ExamplesError(
            f"another session of the examples holds {shorten(lock)}; wait until it is over."
        ) from error
    for problem in problems:
        screen().print(f"[bold red]problem:[/] {escape(str(problem))}")
    return 1 if problems else 0


def _examples(part: Part, arguments: argparse.Namespace) -> list[Problem]:
    """Print what came out of the examples, store it, and return what is wrong with it."""
    print_part(Console(highlight=False), part)
    target = ROOT / report.REPORT if arguments.record else _BUILDS / report.REPORT.name
    report.save(target, part)
    screen().print(f"report {shorten(target)}")
    screen().print(totals(part))
    return report.problems(part, everything=not arguments.only)


def _systems(part: recipes.Part, arguments: argparse.Namespace) -> list[Problem]:
    """Store what came out of the build systems, and return what is wrong with it."""
    target = ROOT / recipes.RECORDED if arguments.record else _BUILDS / recipes.RECORDED.name
    recipes.save(target, part)
    built = sum(bool(made.results) for made in part.made)
    screen().print(f"{built} of {len(part.made)} build systems built, {shorten(target)}")
    return recipes.problems(part)


def totals(part: Part) -> str:
    """Return the session's last line."""
    built = [outcome for outcome in part.outcomes if outcome.results]
    skipped = [outcome.name for outcome in part.outcomes if outcome.skipped]
    failed = [outcome.name for outcome in part.outcomes if outcome.failed]
    races = sum(result.races.runs for outcome in built for result in outcome.results)
    words = [
        f"{len(built)} examples of {len(report.built_tools(part))} tools built",
        f"{len(skipped)} skipped" + (f" ({', '.join(skipped)})" if skipped else ""),
        f"{len(failed)} failed" + (f" ({', '.join(failed)})" if failed else ""),
        f"{races} races",
    ]
    return ", ".join(words)


def print_part(console: Console, part: Part) -> None:
    """Print one row per wheel, and the reason in place of it where there is none."""
    table = Table(box=None, pad_edge=False)
    for heading in ("example", "wheel tags", "tests", "GIL", "races failed"):
        table.add_column(heading, no_wrap=heading != "races failed")
    for outcome in part.outcomes:
        if not outcome.results:
            table.add_row(escape(outcome.name), "", "", "", escape(outcome.why))
        for result in outcome.results:
            races = result.races
            table.add_row(
                f"{outcome.name} {result.variant}, {result.build}",
                tags(result.wheel),
                str(result.tests) + (f", {result.tests_failed} failed" * bool(result.tests_failed)),
                "on" if result.gil_after_import else "off",
                escape(
                    f"{races.failed} of {races.runs}" + (f": {races.said[0]}" if races.said else "")
                ),
            )
    console.print()
    console.print(table)
    console.print(f"CPython {part.version}, {', '.join(part.programs.values())}")


def tags(wheel: str) -> str:
    """Return the Python and ABI tag of a wheel's file name: "cp314-cp314t"."""
    return "-".join(wheel.removesuffix(".whl").split("-")[-3:-1])
