"""What `--mine`, `--setup` and `--requirements` of `bench` ask for, made ready to be measured."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ftguide.ground.process import Limits, run
from ftguide.ground.vocabulary import Target
from ftguide.interpreters import requirements
from ftguide.interpreters.model import Interpreter
from ftguide.suite.declare import user_code
from ftguide.suite.declare.catalogue import CatalogueEntry
from ftguide.suite.declare.user_code import UserCodeError
from ftguide.suite.observe.lines import Pairs

#: An import that takes longer than this is a matter for the run itself.
IMPORT_SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """What is going to be measured, and what its workers need."""

    entries: tuple[CatalogueEntry, ...]  #: the suite's that can run here, and the reader's
    user_entries: tuple[CatalogueEntry, ...]  #: the reader's alone
    paths: dict[Target, tuple[str, ...]]
    variables: dict[str, str]
    notes: tuple[str, ...]  #: what was left out, and why


def prepare(
    arguments: argparse.Namespace,
    suite: Sequence[CatalogueEntry],
    pairs: Pairs,
    *,
    cpus: int,
) -> Prepared:
    """Install packages, check the reader's code and leave out what cannot run here.

    Raises `UserCodeError` or `InterpreterError`, with the option, its value and the remedy.
    """
    setup: str | None = arguments.setup
    if setup is not None and not arguments.mine:
        raise UserCodeError("--setup belongs to --mine: say which function it sets up for")
    if setup is not None and not setup.isidentifier():
        raise UserCodeError(
            f"--setup {setup!r} is not the name of a function; it is looked up in the file of --mine"
        )
    code = user_code.read(arguments.mine, setup, folder=Path.cwd(), cpus=cpus)
    paths = dict.fromkeys(pairs.targets, code.folders)
    if arguments.requirements is not None:
        for line, pair in {"": pairs.main, **pairs.others}.items():
            for build, folder in requirements.install(Path(arguments.requirements), pair).items():
                paths[Target(build, line)] = (*code.folders, folder)
    kept: list[CatalogueEntry] = []
    left_out: dict[str, list[str]] = {}
    for entry in suite:
        missing = [
            name
            for name in map(module_of, entry.workload.distributions)
            if not all(importable(one, name, paths[t]) for t, one in pairs.targets.items())
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
