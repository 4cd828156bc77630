"""`python -m ftguide accept`: take what was measured elsewhere, one file of it or all parts of a job.

Parts of a job come in folders, each named after its part, as a CI hands over what its jobs uploaded. One that
is refused does not keep the others out, and the exit status tells that not all of them are here.
"""

from __future__ import annotations

import argparse
import itertools
import re
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from ftguide.cli.screen import screen, shorten
from ftguide.ground import parcel
from ftguide.ground.files import ROOT
from ftguide.ground.parcel import ParcelKind
from ftguide.ground.redact import printable
from ftguide.ground.vocabulary import ExpectedError

_CHOICE = re.compile(r"\{([^{}]*)\}")


class ExpectationError(ExpectedError):
    """What is expected cannot be compared with what is there."""


def accept(arguments: argparse.Namespace) -> int:
    """Take a parcel, or all in a folder; raises `ExpectedError` where one alone is refused."""
    path: Path = arguments.file
    console = screen()
    if path.is_dir():
        wanted = None if arguments.expect is None else parts(arguments.expect)
        return _folder(path, wanted, console)
    if arguments.expect is not None:
        raise ExpectationError(f"{path}: --expect needs a folder with one folder for each part.")
    console.print(_one(path))
    return 0


def parts(text: str) -> list[str]:
    """Return the names that a text with choices in braces stands for, as a shell does: a{b,c} is ab, ac."""
    pieces = [
        piece.split(",") if number % 2 else [piece]
        for number, piece in enumerate(_CHOICE.split("".join(text.split())))
    ]
    return ["".join(chosen) for chosen in itertools.product(*pieces)]


def _folder(folder: Path, wanted: list[str] | None, console: Console) -> int:
    """Take every parcel in the folders of a folder and say what became of each; 1 unless all are here."""
    there = sorted(each for each in folder.iterdir() if each.is_dir())
    names = [each.name for each in there] if wanted is None else wanted
    refused = missing = 0
    for name in names:
        found = sorted((folder / name).glob(f"*{parcel.SUFFIX}"))
        if not found:
            missing += 1
            console.print(f"[bold red]missing:[/] {escape(printable(name))}")
        for path in found:
            try:
                console.print(f"{escape(printable(name))}: {_one(path)}")
            except ExpectedError as error:
                refused += 1
                console.print(f"[bold red]refused:[/] {escape(printable(str(error)))}")
    for each in there:
        if each.name not in names:
            refused += 1
            console.print(
                f"[bold red]refused:[/] {escape(printable(each.name))} is no part of this job"
            )
    console.print(f"{len(names)} parts: {missing} missing, {refused} files or folders refused")
    return 1 if missing or refused or not names else 0


def _one(path: Path) -> str:
    """Take a parcel; return what was done, as markup."""
    sent = parcel.unpack(path)
    if sent.kind is ParcelKind.OUTCOMES:
        from ftguide.outcomes import submission as outcomes  # noqa: PLC0415 - imports every test
        from ftguide.outcomes.declare.catalogue import catalogue  # noqa: PLC0415

        taken = outcomes.accept(sent, path, catalogue(), ROOT)
        passed = (
            f"; {taken.outdated} of tests that are others today were left out"
            if taken.outdated
            else ""
        )
        return (
            f"{taken.new} new observations in {shorten(taken.folder)}{passed}; commit them after "
            f"`python -m ftguide summarise {taken.folder.name}`"
        )
    if sent.kind is ParcelKind.EVIDENCE:
        from ftguide.tracker import submission as tracker  # noqa: PLC0415 - reads evidence

        folder, packages, new = tracker.accept(sent, path, ROOT)
        return f"{new} new sightings of {packages} packages in {shorten(folder)}; commit them"
    from ftguide.suite import submission as suite  # noqa: PLC0415 - derives, which takes a moment

    place, is_new = suite.accept(sent, path, ROOT)
    done = "published" if is_new else "this run was here already:"
    return f"{done} {shorten(place)}, marked as contributed; commit it with the index and its page"
