"""Verbs on stored runs: report, compare, publish, reindex; and catalogue, which records source hashes."""

from __future__ import annotations

import argparse
import json

from rich.console import Console

from ftguide import files
from ftguide.cli.bench import shorten
from ftguide.cli.compare_view import print_differences
from ftguide.cli.table import print_report
from ftguide.files import ROOT
from ftguide.machine import LOCAL_MACHINE
from ftguide.suite import paste, publish
from ftguide.suite.declare.catalogue import catalogue
from ftguide.suite.derive import analysis, export
from ftguide.suite.derive.compare import compare
from ftguide.suite.record import store

HASHES = ROOT / "benchmarks" / "workloads" / "hashes.json"


def add_parser(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verbs."""
    one = verbs.add_parser("report", help="derive the tables of a stored run again")
    one.add_argument("run", metavar="RUN", help="a run id or the path of a run folder")
    one.add_argument("--csv", action="store_true", help="all comparisons as CSV on standard output")
    one.add_argument("--markdown", action="store_true", help="a block for an issue or a forum")
    one.set_defaults(main=report)

    one = verbs.add_parser("compare", help="say what changed between two stored runs")
    one.add_argument("before", metavar="RUN", help="a run id or the path of a run folder")
    one.add_argument("after", metavar="RUN", help="another one")
    one.set_defaults(main=compare_runs)

    one = verbs.add_parser("publish", help="check a local run and add it to the published ones")
    one.add_argument("run", metavar="RUN", help="a run id or the path of a run folder")
    one.add_argument("--machine", required=True, metavar="NAME", help="public name of the hardware")
    one.set_defaults(main=publish_run)

    one = verbs.add_parser(
        "reindex", help="rebuild benchmarks/results/index.json from the run folders"
    )
    one.set_defaults(main=reindex)

    one = verbs.add_parser("catalogue", help="check the source hashes of the workloads")
    one.add_argument("--record", action="store_true", help="record new workloads and new versions")
    one.set_defaults(main=hashes)


def report(arguments: argparse.Namespace) -> int:
    """Print the tables of a run; 1 when workloads of it failed."""
    derived = analysis.report(store.load(store.find(arguments.run)))
    if arguments.csv:
        print(export.csv_rows(derived), end="")  # noqa: T201 - data for a pipe, not for a person
    elif arguments.markdown:
        print(paste.markdown(derived))  # noqa: T201 - see above
    else:
        print_report(Console(), derived)
    return 1 if derived.stored.failures else 0


def compare_runs(arguments: argparse.Namespace) -> int:
    """Print what changed from one run to another; 1 when they have nothing in common."""
    before, after = (store.load(store.find(name)) for name in (arguments.before, arguments.after))
    found = compare(before, after)
    print_differences(Console(), found, before="before", after="after")
    return 0 if found.changes else 1


def publish_run(arguments: argparse.Namespace) -> int:
    """Publish a run and say what to commit."""
    folder = publish.publish(
        store.find(arguments.run, LOCAL_MACHINE), machine=arguments.machine, root=ROOT
    )
    Console().print(
        f"published {shorten(folder)}; commit it together with the index and its page",
        soft_wrap=True,
    )
    return 0


def reindex(_arguments: argparse.Namespace) -> int:
    """Rebuild the index."""
    count = publish.reindex(ROOT / store.RESULTS)
    Console().print(f"{count} published runs")
    return 0


def hashes(arguments: argparse.Namespace) -> int:
    """Compare the recorded source hashes with the code; `--record` adds what is new.

    A hash already recorded for a slug and version is never overwritten: raise the version instead.
    """
    recorded: dict[str, str] = json.loads(HASHES.read_text()) if HASHES.exists() else {}
    console = Console(soft_wrap=True)
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
