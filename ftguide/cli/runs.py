"""Verbs on stored runs: report, compare, publish, repack, reindex; and catalogue for source hashes."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from ftguide.cli.compare_view import print_differences
from ftguide.cli.screen import screen, shorten
from ftguide.cli.services_view import print_report as print_services
from ftguide.cli.table import print_readings, print_report
from ftguide.ground import files
from ftguide.ground.files import ROOT
from ftguide.ground.machine import LOCAL_MACHINE
from ftguide.ground.runs import RUN_ID
from ftguide.ground.vocabulary import ExpectedError
from ftguide.services.derive import ratios
from ftguide.services.record import store as services
from ftguide.suite import paste, publish
from ftguide.suite.declare.catalogue import catalogue
from ftguide.suite.derive import analysis
from ftguide.suite.derive.compare import compare
from ftguide.suite.derive.export import pyperf_suites
from ftguide.suite.record import store
from ftguide.suite.record.model import StoredRun
from ftguide.suite.results_csv import results_csv

HASHES = ROOT / "benchmarks" / "workloads" / "hashes.json"


def add_parser(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verbs."""
    verb = verbs.add_parser("report", help="derive the tables of a stored run again")
    verb.add_argument("run", metavar="RUN", help="a run id or the path of a run folder")
    verb.add_argument(
        "--csv", action="store_true", help="all times and ratios as CSV on standard output"
    )
    verb.add_argument("--markdown", action="store_true", help="a block for an issue or a forum")
    verb.add_argument(
        "--figure", metavar="SLUG", help="write a workload's figure here, as an SVG to post"
    )
    verb.add_argument("--png", action="store_true", help="with --figure: as a PNG as well")
    verb.add_argument(
        "--export",
        type=Path,
        metavar="FOLDER",
        help="write the arms of the run as pyperf suites into a folder",
    )
    verb.set_defaults(main=report)

    verb = verbs.add_parser("compare", help="say what changed between two stored runs")
    verb.add_argument("before", metavar="RUN", help="a run id or the path of a run folder")
    verb.add_argument("after", metavar="RUN", help="another one")
    verb.set_defaults(main=compare_runs)

    verb = verbs.add_parser("publish", help="check a local run and add it to the published ones")
    verb.add_argument("run", metavar="RUN", help="a run id or the path of a run folder")
    verb.add_argument(
        "--machine", required=True, metavar="NAME", help="public name of the hardware"
    )
    verb.set_defaults(main=publish_run)

    verb = verbs.add_parser(
        "repack",
        help="pack the values of published runs as they are packed today",
        description="For maintainers. Runs that were published with a blocks.jsonl.gz get a blocks.xz, from "
        "which the same lines come back byte for byte; that is compared before the old file goes. Their "
        "summaries name the new file. Runs whose values lie in the repository's history are left alone.",
    )
    verb.add_argument(
        "runs", metavar="RUN", nargs="*", help="a published run; all that are published if none"
    )
    verb.set_defaults(main=repack)

    verb = verbs.add_parser(
        "reindex", help="rebuild benchmarks/results/index.json from the run folders"
    )
    verb.set_defaults(main=reindex)

    verb = verbs.add_parser("catalogue", help="check the source hashes of the workloads")
    verb.add_argument("--record", action="store_true", help="record new workloads and new versions")
    verb.set_defaults(main=hashes)


def _of_services(name: str) -> Path | None:
    """Return the file of a run of services by its id or its path; None for a run of the suite."""
    if Path(name).suffix == ".jsonl":
        return Path(name)
    machines = [LOCAL_MACHINE, *services.machines()]
    paths = (services.path_of(machine, name) for machine in machines)
    return next((path for path in paths if RUN_ID.fullmatch(name) and path.exists()), None)


def report(arguments: argparse.Namespace) -> int:
    """Print the tables of a run; 1 when workloads of it failed."""
    served = _of_services(arguments.run)
    if served is not None:
        if arguments.csv or arguments.markdown or arguments.export or arguments.figure:
            raise ExpectedError(
                f"{arguments.run} is a run of services, which has its tables only: leave --csv, --markdown, "
                f"--export and --figure out; all it measured is in {shorten(served)}, one block a line"
            )
        measured = services.read(served)
        print_services(screen(), ratios.report(measured))
        return 1 if measured.failures else 0
    if arguments.png and arguments.figure is None:
        raise ExpectedError("--png makes a picture of a figure: name a workload with --figure SLUG")
    folder = store.find(arguments.run)
    if arguments.figure is not None:
        # Imported here because drawing takes what only pages need.
        from ftguide.cli.figure import figure  # noqa: PLC0415

        return figure(folder, arguments.figure, png=arguments.png)
    stored = store.load(folder)
    if arguments.export is not None:
        return export(stored, arguments.export)
    derived = analysis.report(stored)
    if arguments.csv:
        print(results_csv(derived), end="")  # noqa: T201 - data for a pipe, not for a person
    elif arguments.markdown:
        print(paste.markdown(derived))  # noqa: T201 - see above
    else:
        print_report(screen(), derived)
        print_readings(screen(), derived)
    return 1 if derived.stored.failures else 0


def export(stored: StoredRun, folder: Path) -> int:
    """Write a run as pyperf suites; 1 when it has nothing to write."""
    suites = pyperf_suites(stored)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in suites.items():
            files.write_atomic(folder / name, data)
    except OSError as error:
        raise ExpectedError(
            f"{error.filename or folder}: {error.strerror or error}. Name a folder that can be written."
        ) from error
    screen().print(f"{len(suites)} pyperf suites in {shorten(folder)}")
    return 0 if suites else 1


def compare_runs(arguments: argparse.Namespace) -> int:
    """Print what changed from one run to another; 1 when they have nothing in common."""
    before, after = (
        analysis.report(store.load(store.find(name)))
        for name in (arguments.before, arguments.after)
    )
    differences = compare(before, after)
    print_differences(screen(), differences, before="before", after="after")
    return 0 if differences.changes else 1


def publish_run(arguments: argparse.Namespace) -> int:
    """Publish a run and say what to commit."""
    served = _of_services(arguments.run)
    if served is not None:
        path = services.publish(served, arguments.machine)
        screen().print(f"published {shorten(path)}; commit it")
        return 0
    folder = publish.publish(
        store.find(arguments.run, LOCAL_MACHINE), machine=arguments.machine, root=ROOT
    )
    screen().print(
        f"published {shorten(folder)}; commit it together with the index, its page and, for a full run, "
        "what `python -m ftguide.suite.pages.readme` writes"
    )
    return 0


def repack(arguments: argparse.Namespace) -> int:
    """Pack runs anew; 2 = the first one that cannot be is named, those before it are done."""
    results = ROOT / store.RESULTS
    folders = [store.find(name) for name in arguments.runs]
    if not folders:
        folders = [store.folder_of(results, each) for each in store.read_index(results).runs]
    for folder in folders:
        sizes = publish.repack(folder)
        if sizes is not None:
            before, after = sizes
            screen().print(f"{folder.name}: {before} bytes before, {after} after, the same values")
    return 0


def reindex(_arguments: argparse.Namespace) -> int:
    """Rebuild the index."""
    screen().print(f"{publish.reindex(ROOT / store.RESULTS)} published runs")
    return 0


def hashes(arguments: argparse.Namespace) -> int:
    """Compare the recorded source hashes with the code; `--record` adds what is new.

    A hash already recorded for a slug and version is never overwritten: raise the version instead.
    """
    recorded: dict[str, str] = json.loads(HASHES.read_text()) if HASHES.exists() else {}
    console = screen()
    changed = 0
    for entry in catalogue().values():
        key = f"{entry.slug}@{entry.workload.version}"
        if recorded.get(key) == entry.source_hash:
            continue
        if key in recorded:
            console.print(f"{key}: its code has changed; raise its version")
            changed += 1
        elif arguments.record:
            recorded[key] = entry.source_hash
            console.print(f"{key}: recorded")
        else:
            console.print(f"{key}: not recorded; run with --record")
            changed += 1
    if arguments.record:
        files.write_atomic(
            HASHES, (json.dumps(dict(sorted(recorded.items())), indent=1) + "\n").encode()
        )
    return 1 if changed else 0
