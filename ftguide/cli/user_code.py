"""The options of `bench` that bring something of the reader's own: code, and packages it needs."""

from __future__ import annotations

import argparse
import os
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ftguide.interpreters import requirements
from ftguide.interpreters.model import Interpreter, Pair
from ftguide.suite.declare import user_code
from ftguide.suite.declare.catalogue import CatalogueEntry
from ftguide.vocabulary import Build

#: An import that takes longer than this is a matter for the run itself.
IMPORT_SECONDS = 60.0


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add `--mine`, `--setup` and `--requirements`."""
    parser.add_argument(
        "--mine",
        action="append",
        default=[],
        metavar="CODE",
        help='measure your own: path/to/file.py:function, or "python script.py arguments", where '
        "python becomes each interpreter; repeatable",
    )
    parser.add_argument(
        "--setup",
        metavar="FUNCTION",
        help="function of the same file, called once per worker; what it returns is passed to a "
        "function that takes an argument",
    )
    parser.add_argument(
        "--requirements",
        metavar="FILE",
        help="third-party packages for both interpreters, installed into a folder of their own; "
        "benchmarks/extras.txt has what the suite's optional workloads need",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """What the reader brought."""

    entries: tuple[
        CatalogueEntry, ...
    ]  #: to measure: the suite's that can run here, and the reader's
    mine: tuple[CatalogueEntry, ...]  #: the reader's alone
    paths: dict[Build, tuple[str, ...]]
    variables: dict[str, str]
    notes: tuple[str, ...]  #: what was left out, and why


def bring(
    arguments: argparse.Namespace,
    suite: Sequence[CatalogueEntry],
    pair: Pair,
    *,
    cpus: int,
) -> Own:
    """Install, check and collect; errors name the option, the value and the remedy."""
    if arguments.setup is not None and not arguments.mine:
        raise user_code.MineError("--setup belongs to --mine: say which function it sets up for")
    if arguments.setup is not None and not arguments.setup.isidentifier():
        raise user_code.MineError(
            f"--setup {arguments.setup!r} is not the name of a function; it is looked up in the "
            "file of --mine"
        )
    own = user_code.read(arguments.mine, arguments.setup, folder=Path.cwd(), cpus=cpus)
    installed: dict[Build, str] = {}
    if arguments.requirements is not None:
        installed = requirements.install(Path(arguments.requirements), pair)
    paths = {
        build: (*own.folders, *([installed[build]] if build in installed else []))
        for build in Build
    }
    kept, notes = [], []
    for entry in suite:
        missing = [
            name
            for name in map(module_of, entry.workload.distributions)
            if not all(
                importable(one, name, paths[build])
                for build, one in ((Build.GIL, pair.gil), (Build.FREE_THREADED, pair.ft))
            )
        ]
        if missing:
            notes.append((entry.slug, ", ".join(missing)))
        else:
            kept.append(entry)
    said: dict[str, list[str]] = {}
    for slug, names in notes:
        said.setdefault(names, []).append(slug)
    return Own(
        entries=(*kept, *own.entries),
        mine=own.entries,
        paths=paths,
        variables=own.environment,
        notes=tuple(
            f"left out, because the interpreters have no {names}: {', '.join(slugs)} "
            "(add --requirements benchmarks/extras.txt)"
            for names, slugs in said.items()
        ),
    )


def module_of(requirement: str) -> str:
    """Return the module of a pinned requirement; the suite's packages are called like theirs."""
    return re.split(r"[^A-Za-z0-9_]", requirement)[0]


def importable(one: Interpreter, module: str, path: Sequence[str]) -> bool:
    """Ask an interpreter whether it finds a module, without importing it."""
    code = f"import importlib.util, sys; sys.exit(importlib.util.find_spec({module!r}) is None)"
    done = subprocess.run(
        [one.executable, "-P", "-c", code],
        env={"PYTHONPATH": os.pathsep.join(path), "PATH": os.environ.get("PATH", "")},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=IMPORT_SECONDS,
        check=False,
    )
    return done.returncode == 0
