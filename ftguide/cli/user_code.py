"""What `--mine`, `--setup` and `--requirements` of `bench` ask for, made ready to be measured."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from ftguide.ground.files import ROOT
from ftguide.ground.process import Limits, run
from ftguide.ground.vocabulary import Build, Mode, Target
from ftguide.interpreters import requirements
from ftguide.interpreters.model import Interpreter, InterpreterError
from ftguide.suite.declare import user_code
from ftguide.suite.declare.catalogue import CatalogueEntry
from ftguide.suite.declare.user_code import UserCode, UserCodeError
from ftguide.suite.derive.reading import LARGE_BYTES
from ftguide.suite.observe.lines import Pairs
from ftguide.suite.observe.rehearsal import Failed, Rehearsal
from ftguide.suite.observe.run import MEMORY_SHARE

#: What the suite's optional workloads need, locked.
EXTRAS = Path("benchmarks") / "extras" / "data.txt"
#: Where a module is not called like its package.
_MODULES = {"pillow": "PIL", "scikit-learn": "sklearn"}
#: What helps where a module is missing.
_INSTALL = "if it is a package of others, --requirements FILE installs it for both interpreters"
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
    failed: tuple[str, ...] = ()  #: the reader's code that cannot be measured, and why


def prepare(
    arguments: argparse.Namespace,
    suite: Sequence[CatalogueEntry],
    pairs: Pairs,
    *,
    cpus: int,
    interpreters: bool = False,
    named: bool = False,
    say: Callable[[str], None] | None = None,
) -> Prepared:
    """Install packages, check the reader's code and leave out what cannot run here.

    `say` hears which code is tried; without it nothing is tried. `interpreters` tries it in a subinterpreter
    too. `named` says that the suite's workloads were asked for by name or group: what they need is then
    installed unasked. Raises `UserCodeError` or `InterpreterError`, with option, value and remedy.
    """
    setup: str | None = arguments.setup
    if setup is not None and not arguments.mine:
        raise UserCodeError("--setup belongs to --mine: say which function it sets up for")
    if setup is not None and not setup.isidentifier():
        raise UserCodeError(
            f"--setup {setup!r} is not the name of a function; it is looked up in the file of --mine"
        )
    code = user_code.read(arguments.mine, setup, folder=Path.cwd(), cpus=cpus)
    paths: dict[Target, tuple[str, ...]] = dict.fromkeys(pairs.targets, ())
    notes: list[str] = []
    if arguments.requirements is not None:
        paths |= _installed(Path(arguments.requirements), pairs)
    elif named and any(entry.workload.distributions for entry in suite):
        try:
            paths |= _installed(ROOT / EXTRAS, pairs)
        except InterpreterError as error:
            notes.append(str(error).partition("\n")[0])
    failed: list[str] = []
    if say is not None and code.specs:
        target = Target(Build.FREE_THREADED)
        place = Rehearsal(
            executable=pairs.targets[target].executable,
            root=ROOT,
            path=paths[target],
            patience=arguments.patience,
            memory_bytes=int(psutil.virtual_memory().total * MEMORY_SHARE),
        )
        code, notes, failed = tried(code, place, cpus=cpus, interpreters=interpreters, say=say)
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
        failed=tuple(failed),
        notes=(
            *notes,
            *(
                f"left out, because the interpreters have no {names}: {', '.join(slugs)} "
                f"(add --requirements {EXTRAS})"
                for names, slugs in left_out.items()
            ),
        ),
    )


def _installed(file: Path, pairs: Pairs) -> dict[Target, tuple[str, ...]]:
    """Install a requirement file for all interpreters; return their folders for PYTHONPATH."""
    return {
        Target(build, line): (folder,)
        for line, pair in {"": pairs.main, **pairs.others}.items()
        for build, folder in requirements.install(file, pair).items()
    }


def tried(
    code: UserCode,
    place: Rehearsal,
    *,
    cpus: int,
    interpreters: bool,
    say: Callable[[str], None],
) -> tuple[UserCode, list[str], list[str]]:
    """Try every piece of code once; return what is left of it, what to note, and what failed.

    UserCodeError for a call that has done nothing when it returns.
    """
    notes: list[str] = []
    failed: list[str] = []
    for slug, spec in list(code.specs.items()):
        title = spec["title"]
        say(f"trying {title} …")
        trial = place.of(slug, code.environment, Mode.THREADS)
        if isinstance(trial, Failed):
            if trial.lazy:
                raise UserCodeError(f"--mine {title}: {trial.message}")
            tail = "".join(f"\n    {line}" for line in trial.tail.splitlines())
            missing = trial.message.startswith("ModuleNotFoundError")
            advice = f" ({_INSTALL})" if missing else ""
            failed.append(f"{title}: {trial.message}{advice}{tail}")
            code = code.without(slug)
            continue
        command = "command" in spec
        if trial.returned_bytes > LARGE_BYTES:
            notes.append(
                f"{title}: one call returns about {trial.returned_bytes / 1e6:.0f} MB, so that the times are "
                "in good part those of taking memory from the system and giving it back"
            )
        if trial.starts and not command:
            notes.append(
                f"{title} starts threads or processes of its own: each call is measured as a whole, on all "
                f"{cpus} CPUs, and not in several threads at once"
            )
        code = code.tried(slug, trial, cpus=cpus)
        if interpreters and not command and not trial.starts:
            other = place.of(slug, code.environment, Mode.INTERPRETERS)
            if isinstance(other, Failed):
                reason = f"it fails there: {other.message[:200]}"
                notes.append(f"{title} is not measured in subinterpreters, because {reason}")
                code = code.not_possible(slug, Mode.INTERPRETERS, reason)
    return code, notes, failed


def module_of(requirement: str) -> str:
    """Return the module of a pinned requirement of the suite's."""
    name = re.split(r"[=<>~!\[ ]", requirement)[0]
    return _MODULES.get(name, name.replace("-", "_"))


def importable(one: Interpreter, module: str, path: Sequence[str]) -> bool:
    """Ask an interpreter whether it finds a module, without importing it."""
    code = f"import importlib.util, sys; sys.exit(importlib.util.find_spec({module!r}) is None)"
    return run(
        [one.executable, "-P", "-c", code],
        folder=Path(),
        environ={"PYTHONPATH": os.pathsep.join(path), "PATH": os.environ.get("PATH", "")},
        limits=Limits(seconds=IMPORT_SECONDS),
    ).succeeded
