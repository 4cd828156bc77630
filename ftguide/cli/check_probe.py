"""`check --probe`: install and probe what nobody has looked at, into a log that is thrown away."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from ftguide.ground.process.keeper import kept_folder
from ftguide.interpreters.provide import provide
from ftguide.tracker.check import probe as probing
from ftguide.tracker.check.answer import MOST_PROBES, Checked, Report
from ftguide.tracker.check.dependency import Dependency
from ftguide.tracker.declare import packages
from ftguide.tracker.declare.packages import PACKAGES
from ftguide.tracker.observe.index import address
from ftguide.tracker.observe.install import Source, Workshop
from ftguide.tracker.observe.probe import SMOKE
from ftguide.tracker.observe.survey import Report as Probed
from ftguide.tracker.observe.survey import Survey
from ftguide.tracker.pages import words
from ftguide.tracker.record import evidence
from ftguide.tracker.record.model import Evidence

Found = tuple[dict[str, tuple[Evidence, ...]], tuple[str, ...]]


def probe(arguments: argparse.Namespace, report: Report, console: Console) -> Found:
    """Probe what nobody has looked at; return new evidence by package, and what went wrong."""

    def say(text: str) -> None:
        console.print(escape(text), style="dim")

    possible = [
        checked
        for checked in report.checked
        if checked.probeable and evidence.NAME.fullmatch(checked.dependency.name)
    ]
    wanted = _chosen(possible)
    if len(wanted) < len(possible):
        say(
            f"probing {len(wanted)} of {len(possible)}, the unknown ones first; the others stay as they are "
            "(--direct or a shorter file chooses)"
        )
    if not wanted:
        return {}, ()
    pair = provide(report.line.removesuffix("t"), say=say)
    described = {each.name: each for each in packages.read(evidence.stored(PACKAGES))}
    folder: Path | None = arguments.find_links
    gathered: dict[str, tuple[Evidence, ...]] = {}
    problems = []
    with kept_folder("ftguide-check-") as made:
        scratch = made.resolve()
        source = Source(folder=folder.resolve()) if folder else Source(index=address())
        survey = Survey(
            pair=pair,
            workshop=Workshop(scratch=scratch, source=source),
            log=scratch / "evidence",
            deep_seconds=max(0.0, arguments.deep_seconds),
            smoke=evidence.stored(SMOKE),
        )
        for number, probed in enumerate(probing.probe(wanted, described, survey), start=1):
            say(f"[{number}/{len(wanted)}] {_progress(probed)}")
            found = evidence.read_package(survey.log, probed.package.name)
            gathered[probed.package.name] = found
            if probed.problem:
                problems.append(probed.problem)
    return gathered, tuple(problems)


def _chosen(possible: Sequence[Checked]) -> list[Dependency]:
    """Return what is probed, pinned to what would be installed: all, or the first of the report.

    The report has the worst first, so that what is unknown goes before what is claimed.
    """
    return [
        replace(checked.dependency, version=checked.taken or checked.dependency.version)
        for checked in possible[:MOST_PROBES]
    ]


def _progress(report: Probed) -> str:
    ending = report.problem or f"{len(report.items)} items"
    if report.left_out:
        ending = words.reason(report.left_out)
    return f"{report.package.name}: {ending} ({report.seconds:.1f} s)"
