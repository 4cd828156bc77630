"""`python -m ftguide submit` packs what was measured here; `accept` takes what was measured elsewhere.

Neither sends anything: a parcel is a file, and how it travels is up to people.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import NamedTuple

from rich import box
from rich.markup import escape
from rich.table import Table

from ftguide.cli.accept import accept
from ftguide.cli.screen import screen, shorten
from ftguide.ground import files, parcel, redact
from ftguide.ground.files import ROOT
from ftguide.ground.machine import LOCAL_MACHINE, profile, suggested_name
from ftguide.ground.vocabulary import ExpectedError


class OutputError(ExpectedError):
    """A parcel cannot be written where it was to go."""


def add_parser(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verbs."""
    verb = verbs.add_parser(
        "submit",
        help="pack a run for another checkout",
        description="Check a local run, show what it reveals about this machine, and pack it into one file "
        "that `accept` takes. Nothing is sent. Exit status: 0 when the file is written, 2 when the run "
        "cannot be contributed.",
    )
    verb.add_argument(
        "run",
        metavar="RUN",
        nargs="?",
        default="latest",
        help="the id of a local run (default: latest)",
    )
    kind = verb.add_mutually_exclusive_group()
    kind.add_argument(
        "--outcomes", action="store_true", help="a run of outcome tests, not one of benchmarks"
    )
    kind.add_argument(
        "--evidence", action="store_true", help="all evidence about packages, not a run"
    )
    verb.add_argument(
        "--machine",
        metavar="NAME",
        help="public name of the hardware, such as xeon-8481c-2vcpu-kvm (default: made from its processor)",
    )
    verb.add_argument(
        "--output", type=Path, metavar="FILE", help=f"the file (default: RUN{parcel.SUFFIX})"
    )
    verb.set_defaults(main=submit)

    verb = verbs.add_parser(
        "accept",
        help="check a file that `submit` wrote and publish what is in it",
        description="Check everything again, believing nothing, and put what passes among the published "
        "data, marked as contributed. Exit status: 0 when the data are here, 2 when they are refused, with "
        "nothing changed; of a folder 1 when something was refused or is missing, with the rest here.",
    )
    verb.add_argument(
        "file",
        type=Path,
        metavar="FILE",
        help="a file that `submit` wrote, or a folder with one folder for each part of a job",
    )
    verb.add_argument(
        "--expect",
        metavar="NAMES",
        help="the folders of a job's parts, such as part-{1,2}-on-{arm,x86}: no other is taken, and "
        "what is missing is named",
    )
    verb.set_defaults(main=accept)


def submit(arguments: argparse.Namespace) -> int:
    """Pack a run and say what it reveals."""
    console = screen()
    if arguments.evidence:
        run, data, revealed = _pack_evidence()
    else:
        pack = _pack_outcomes if arguments.outcomes else _pack_run
        run, data, revealed = pack(arguments.run, arguments.machine)
    if revealed:
        console.print(f"{run} says this about the machine it ran on, and nothing else:")
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
        table.add_column("what")
        table.add_column("value", overflow="fold")
        for what, value in revealed:
            table.add_row(escape(what), escape(redact.printable(value)))
        console.print(table)
    output: Path = arguments.output or Path(run + parcel.SUFFIX)
    try:
        files.write_atomic(output, data)
    except OSError as error:
        raise OutputError(
            f"{output}: {error.strerror or error}; choose another --output"
        ) from error
    console.print(
        f"packed {shorten(output.absolute())}, {len(data):,} bytes. Nothing was sent: attach the file to "
        "an issue or a pull request, or give it to somebody who runs `python -m ftguide accept`."
    )
    return 0


class _Packed(NamedTuple):
    run: str
    data: bytes
    revealed: list[tuple[str, str]]


def _pack_run(name: str, machine: str | None) -> _Packed:
    from ftguide.suite import submission  # noqa: PLC0415 - derives, which takes a moment to import
    from ftguide.suite.record import store  # noqa: PLC0415

    if name == "latest":
        local = store.read_index(ROOT / store.RESULTS / LOCAL_MACHINE).runs
        name = local[0].run_id if local else name
    folder = store.find(name, LOCAL_MACHINE)
    run = store.read_run(folder)
    data = submission.pack(folder, machine or suggested_name(run.machine))
    return _Packed(folder.name, data, list(submission.reveals(run)))


def _pack_outcomes(name: str, machine: str | None) -> _Packed:
    from ftguide.outcomes import submission  # noqa: PLC0415 - imports every test
    from ftguide.outcomes.record import store  # noqa: PLC0415

    if name == "latest":
        name = (submission.runs(ROOT) or [name])[-1]
    known = store.read_machine(LOCAL_MACHINE)
    data = submission.pack(name, machine or (suggested_name(known) if known else "unknown"), ROOT)
    return _Packed(name, data, list(profile(known)) if known else [])


def _pack_evidence() -> _Packed:
    from ftguide.tracker import submission  # noqa: PLC0415 - imports what reads evidence
    from ftguide.tracker.record.evidence import now  # noqa: PLC0415

    at = f"evidence-{now()[:10]}"
    return _Packed(at, submission.pack(ROOT, at), [])
