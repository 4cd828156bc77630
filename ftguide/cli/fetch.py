"""`python -m ftguide fetch`: bring the values of superseded runs back from the repository's history."""

from __future__ import annotations

import argparse

from ftguide.cli.screen import screen, shorten
from ftguide.suite import history
from ftguide.suite.record import store


def add_parser(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verb."""
    verb = verbs.add_parser(
        "fetch",
        help="bring the values of superseded runs back from the repository's history",
        description="Write the blocks file of a superseded run into its folder, from the commit "
        "that the index names, checked against the SHA-256 that its summary is derived from. git "
        "ignores nothing of it: remove it again, or call this with --drop.",
    )
    verb.add_argument("runs", metavar="RUN", nargs="+", help="a run id or the path of a run folder")
    verb.add_argument(
        "--drop",
        action="store_true",
        help="the other way round: take the values of a run that is superseded out of the tree, and note in "
        "the index which commit keeps them",
    )
    verb.set_defaults(main=main)


def main(arguments: argparse.Namespace) -> int:
    """Fetch, or drop; 2 = the first one that cannot be is named, those before it are done."""
    console = screen()
    for name in arguments.runs:
        folder = store.find(name)
        if arguments.drop:
            console.print(f"{folder.name}: its values lie in commit {history.drop(folder)}")
        else:
            path = history.fetch(folder)
            console.print(f"{shorten(path)}: is here, as its summary says")
    return 0
