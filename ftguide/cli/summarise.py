"""`python -m ftguide summarise`: derive again what runs and observations say; pages read nothing else."""

from __future__ import annotations

import argparse
import functools
from collections.abc import Callable, Iterator
from pathlib import Path

from ftguide.cli.screen import screen, shorten
from ftguide.ground.files import ROOT
from ftguide.ground.machine import LOCAL_MACHINE
from ftguide.ground.vocabulary import ExpectedError
from ftguide.outcomes import summaries as outcomes
from ftguide.outcomes.declare.catalogue import catalogue
from ftguide.outcomes.derive import summary
from ftguide.outcomes.record import store as observed
from ftguide.suite import history, summaries
from ftguide.suite.record import store

#: A summary's file, what derives it unless it is right, and what compares it; both say what they found.
_Work = tuple[Path, Callable[[], str], Callable[[], str]]


def add_parser(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verb."""
    verb = verbs.add_parser(
        "summarise",
        help="derive again what published runs and outcomes say, for the pages",
        description="Write the summary of every published run, and of every machine with published outcomes, "
        "that lacks one, or whose summary is older than the code or does not match the data. Exit status: 0 "
        "when all summaries are right, 1 when one is not, or cannot be derived.",
    )
    verb.add_argument(
        "names",
        metavar="NAME",
        nargs="*",
        help="a run, or a machine with outcomes; everything that is published if none",
    )
    verb.add_argument(
        "--check",
        action="store_true",
        help="write nothing: derive everything anew and say where a summary says something else",
    )
    verb.set_defaults(main=main)


def main(arguments: argparse.Namespace) -> int:
    """Derive, or compare."""
    console, wrong = screen(), 0
    for path, write, check in _named(arguments.names):
        try:
            said = check() if arguments.check else write()
        except ExpectedError as error:
            wrong += 1
            console.print(f"{error}", markup=False)
        else:
            console.print(f"{shorten(path)}: {said}", markup=False)
    return 1 if wrong else 0


def _named(names: list[str]) -> Iterator[_Work]:
    """Yield what some names stand for; everything that is published for none."""
    machines = [name for name in observed.machines() if name != LOCAL_MACHINE]
    folders = [store.find(name) for name in names if name not in machines]
    if not names:
        folders = store.published(ROOT / store.RESULTS)
    for folder in folders:
        write, check = functools.partial(_write, folder), functools.partial(_check, folder)
        yield folder / summaries.NAME, write, check
    for machine in machines:
        if not names or machine in names:
            write = functools.partial(_write_outcomes, machine)
            yield outcomes.path_of(machine), write, functools.partial(_check_outcomes, machine)


def _check(folder: Path) -> str:
    summaries.load(folder)
    try:
        with history.present(folder):
            summaries.check(folder)
    except (
        history.HistoryError
    ) as error:  # a shallow clone has no history, and nothing is wrong with that
        return f"read, and not derived anew: {error}"
    return "as derived anew"


def _write(folder: Path) -> str:
    """Write a run's summary unless it is right."""
    try:
        summaries.load(folder)
    except summaries.SummaryError:
        with history.present(folder):
            return f"derived, {summaries.write(folder).stat().st_size} bytes"
    return "is right"


def _check_outcomes(machine: str) -> str:
    stored, tests = observed.read(machine), catalogue()
    if not summary.same(
        outcomes.read(stored, tests), summary.derive(machine, tests, stored.observations)
    ):
        raise outcomes.SummaryError(
            f"{outcomes.path_of(machine)}: says something else than the observations. "
            f"Derive it again with `python -m ftguide summarise {machine}`."
        )
    return "as derived anew"


def _write_outcomes(machine: str) -> str:
    """Write a machine's summary unless it is right."""
    stored, tests = observed.read(machine), catalogue()
    try:
        outcomes.read(stored, tests)
    except outcomes.SummaryError:
        return f"derived, {outcomes.write(stored, tests).stat().st_size} bytes"
    return "is right"
