"""What `--mine`, `--setup` and `--requirements` of `bench` ask for, made ready to be measured."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ftguide.interpreters import requirements
from ftguide.interpreters.model import Interpreter, Pair
from ftguide.process import Limits, run
from ftguide.suite.declare import user_code
from ftguide.suite.declare.catalogue import CatalogueEntry
from ftguide.vocabulary import Build

#: An import that takes longer than this is a matter for the run itself.
IMPORT_SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """What is going to be measured, and what its workers need."""

    entries: tuple[CatalogueEntry, ...]  #: the suite's that can run here, and the reader's
    user_entries: tuple[CatalogueEntry, ...]  #: the reader's alone
    paths: dict[Build, tuple[str, ...]]
    variables: dict[str, str]
    notes: tuple[str, ...]  #: what was left out, and why


def prepare(
    arguments: argparse.Namespace,
    suite: Sequence[CatalogueEntry],
    pair: Pair,
    *,
    cpus: int,
) -> Prepared:
    """Install packages, check the reader's code and leave out what cannot run here.

    UserCodeError or RequirementsError, with the option, its value and the remedy.
    """
    if arguments.setup is not None and not arguments.mine:
        raise user_code.UserCodeError(
            "--setup belongs to --mine: say which function it sets up for"
        )
    if arguments.setup is not None and not arguments.setup.isidentifier():
        raise user_code.UserCodeError(
            f"--setup {arguments.setup!r} is not the name of a function; it is looked up in the "
            "file of --mine"
        )
    code = user_code.read(arguments.mine, arguments.setup, folder=Path.cwd(), cpus=cpus)
    installed: dict[Build, str] = {}
    if arguments.requirements is not None:
        installed = requirements.install(Path(arguments.requirements), pair)
    paths = {
        build: (*code.folders, *([installed[build]] if build in installed else []))
        for build in Build
    }
    kept: list[CatalogueEntry] = []
    left_out: dict[str, list[str]] = {}
    for entry in suite:
        missing = [
            name
            for name in map(module_of, entry.workload.distributions)
            if not all(
                importable(interpreter, name, paths[build])
                for build, interpreter in ((Build.GIL, pair.gil), (Build.FREE_THREADED, pair.ft))
            )
        ]
        if missing:
            left_out.setdefault(", ".join(missing), []).append(entry.slug)
        else:
            kept.append(entry)
    return Prepared(
        entries=(*kept, *code.entries),
        user_entries=code.entries,
        paths=paths,
        variables=code.environment,
        notes=tuple(
            f"left out, because the interpreters have no {names}: {', '.join(slugs)} "
            "(add --requirements benchmarks/extras.txt)"
            for names, slugs in left_out.items()
        ),
    )


def module_of(requirement: str) -> str:
    """Return the module of a pinned requirement; the suite's packages are called like theirs."""
    return re.split(r"[^A-Za-z0-9_]", requirement)[0]


def importable(one: Interpreter, module: str, path: Sequence[str]) -> bool:
    """Ask an interpreter whether it finds a module, without importing it."""
    code = f"import importlib.util, sys; sys.exit(importlib.util.find_spec({module!r}) is None)"
    return run(
        [one.executable, "-P", "-c", code],
        folder=Path(),
        environ={"PYTHONPATH": os.pathsep.join(path), "PATH": os.environ.get("PATH", "")},
        limits=Limits(seconds=IMPORT_SECONDS),
    ).succeeded
