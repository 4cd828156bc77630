"""`bench --group services` and `bench --service`: prepare, serve, load, print the tables."""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
from rich.progress import Progress as Bar

from ftguide.cli.measuring import find_pair
from ftguide.cli.screen import screen, shorten
from ftguide.cli.services_view import print_report
from ftguide.ground.files import ROOT, HeldError, cut_unfinished_line, held
from ftguide.ground.machine import LOCAL_MACHINE, Platform
from ftguide.ground.process import clean_environment
from ftguide.ground.process.claim import claimed_folder
from ftguide.ground.process.keeper import Keeper
from ftguide.ground.vocabulary import Build, ExpectedError, UnknownNameError
from ftguide.interpreters import requirements
from ftguide.interpreters.model import InterpreterError, Pair
from ftguide.services.declare import GROUP, presets, stacks
from ftguide.services.declare.stacks import Stack
from ftguide.services.derive.ratios import report
from ftguide.services.observe import database, load
from ftguide.services.observe import run as runs
from ftguide.services.observe.block import Stage
from ftguide.services.observe.database import Database, DatabaseError
from ftguide.services.record import store
from ftguide.services.record.model import Head, Stored

EXTRAS = ROOT / "benchmarks" / "extras"
_DISTRIBUTION = re.compile(r"(?P<name>[A-Za-z0-9_.]+)-(?P<version>[^-]+)\.dist-info")
#: Options of `bench` that mean nothing to services, with the attribute that says they were given.
_NOT_FOR_SERVICES = ("mine", "setup", "lines", "sweep", "budget")


class ServicesError(ExpectedError):
    """Services cannot be measured as asked; the message says what to change."""


def measure(arguments: argparse.Namespace) -> int:
    """Measure and print; 0 = every service has its rows, 1 = some failed, 2 = it cannot be met."""
    console = screen()
    size = presets.preset(arguments.preset)
    chosen = _chosen(arguments)
    generator = load.find()
    pair = find_pair(arguments, console)
    unfinished = _unfinished(arguments.resume) if arguments.resume else None
    paths = _installed(arguments, pair, console)
    chosen = list(_with_modules(chosen, paths, console))
    if not chosen:
        return 1
    with contextlib.ExitStack() as exits:
        folder = exits.enter_context(claimed_folder("ftguide-services-"))
        folder.chmod(0o755)  # PostgreSQL's user must reach what lies below
        keeper = exits.enter_context(Keeper(folder))
        environ = {build: _environ(folder, path) for build, path in paths.items()}
        serving = _database(
            chosen=chosen,
            pair=pair,
            folder=folder,
            environ=environ[Build.GIL],
            keeper=keeper,
            exits=exits,
            console=console,
        )
        if isinstance(serving, Database):
            for build, one in environ.items():
                environ[build] = {
                    **serving.programs.environ(one),
                    "SERVICE_DATABASE": serving.address,
                }
        if unfinished is None:
            head = _head(
                arguments=arguments,
                chosen=chosen,
                size=size,
                pair=pair,
                paths=paths,
                generator=generator.version,
                serving=serving,
            )
            unfinished = store.begin(head)
        else:
            runs.check_resumable(store.read(unfinished).head, pair, chosen, Platform())
        with _held(unfinished):
            cut_unfinished_line(unfinished)
            stored = _run(
                unfinished,
                chosen,
                Stage(
                    pythons={build: python.executable for build, python in pair.builds.items()},
                    environ=environ,
                    generator=generator,
                    on=Platform(),
                    folder=folder,
                    work=Path.cwd() if arguments.service else folder,
                    mark=keeper.mark,
                    patience=arguments.patience,
                    database=serving.leader if isinstance(serving, Database) else None,
                ),
                database=isinstance(serving, Database),
                console=console,
            )
    print_report(console, report(stored))
    console.print(f"\nrun  {shorten(unfinished)}")
    return 1 if stored.failures else 0


def _chosen(arguments: argparse.Namespace) -> list[Stack]:
    others = [group for group in arguments.group if group != GROUP]
    if others:
        raise ServicesError(
            f"--group {GROUP} is measured by itself, in another way than {others[0]}: ask for them one "
            "after the other"
        )
    for name in _NOT_FOR_SERVICES:
        if vars(arguments)[name]:
            raise ServicesError(f"--{name} does not go with services: leave it out")
    if arguments.service:
        if arguments.group or arguments.only:
            raise ServicesError("--service measures your own service: leave --group and --only out")
        return [stacks.own(arguments.service, arguments.url)]
    if arguments.url:
        raise ServicesError("--url belongs to --service: say how your service is started")
    return stacks.select(arguments.only)


def _installed(
    arguments: argparse.Namespace, pair: Pair, console: Console
) -> dict[Build, tuple[str, ...]]:
    """Install what the services need; return the folders for PYTHONPATH by build."""
    files = [] if arguments.service else [EXTRAS / "services.txt"]
    if arguments.requirements:
        files.append(Path(arguments.requirements))
    found: dict[Build, tuple[str, ...]] = dict.fromkeys(pair.builds, ())
    for file in files:
        console.print(f"packages of {shorten(file)} for both builds", style="dim")
        for build, folder in requirements.install(file, pair).items():
            found[build] += (folder,)
    return found


def _with_modules(
    chosen: list[Stack], paths: Mapping[Build, tuple[str, ...]], console: Console
) -> Iterator[Stack]:
    """Yield the stacks whose packages are there for both builds; name the others."""
    for stack in chosen:
        missing = [
            module
            for module in stack.modules
            if not all(
                any((Path(folder) / module).exists() for folder in path) for path in paths.values()
            )
        ]
        if missing:
            console.print(
                f"[bold yellow]note:[/] left out {stack.slug}: no {', '.join(missing)} for both builds"
            )
        else:
            yield stack


def _environ(folder: Path, path: tuple[str, ...]) -> dict[str, str]:
    """Return all that a service finds in its environment: nothing of the caller's."""
    return clean_environment(
        folder,
        PYTHONPATH=os.pathsep.join([*path, str(ROOT)]),
        PSYCOPG_IMPL="python",  # the compiled one has no wheel for the free-threaded build
        PYTHONUNBUFFERED="1",
    )


def _database(
    *,
    chosen: list[Stack],
    pair: Pair,
    folder: Path,
    environ: Mapping[str, str],
    keeper: Keeper,
    exits: contextlib.ExitStack,
    console: Console,
) -> Database | str:
    """Start the database where a route asks it; return it, or why there is none."""
    if not any(route.database for stack in chosen for route in stack.routes):
        return "no database"
    packages = None
    try:
        packages = Path(requirements.install_for(EXTRAS / "database.txt", pair.builds[Build.GIL]))
    except InterpreterError:
        console.print("no package with PostgreSQL for this platform; looking on PATH", style="dim")
    place = folder / "database"
    place.mkdir()
    try:
        programs = database.find(packages)
        return exits.enter_context(database.started(place, programs, environ, keeper))
    except DatabaseError as error:
        console.print(
            f"[bold yellow]note:[/] left out the routes that ask it: {escape(str(error))}"
        )
        return f"no database: {str(error).partition(':')[0]}"


def _head(
    *,
    arguments: argparse.Namespace,
    chosen: list[Stack],
    size: presets.Size,
    pair: Pair,
    paths: Mapping[Build, tuple[str, ...]],
    generator: str,
    serving: Database | str,
) -> Head:
    on = Platform()
    flags = [
        *([f"not like for like: {'; '.join(pair.differences)}"] if pair.differences else []),
        *(["unoptimised builds (no PGO): not for citing"] if not pair.optimised else []),
        *(["this platform cannot pin processes to CPUs"] if on.pin is None else []),
    ]
    return runs.new_head(
        runs.make_plan(chosen, size, seed=secrets.randbits(32), cpus=len(on.usable())),
        pair,
        on=on,
        packages={} if arguments.service else _versions(paths[Build.FREE_THREADED]),
        generator=generator,
        database=serving if isinstance(serving, str) else serving.version,
        flags=flags,
    )


def _versions(folders: tuple[str, ...]) -> dict[str, str]:
    """Return what is installed in some folders: name -> version."""
    names = [path.name for folder in folders for path in Path(folder).glob("*.dist-info")]
    return {
        match["name"]: match["version"]
        for name in names
        if (match := _DISTRIBUTION.fullmatch(name))
    }


@contextlib.contextmanager
def _held(path: Path) -> Iterator[None]:
    with contextlib.ExitStack() as exits:
        try:
            exits.enter_context(held(path.parent / f".{path.stem}.lock"))
        except HeldError:
            raise ServicesError(
                f"{path}: another process is measuring into it. Wait for it, or end it first."
            ) from None
        yield


def _unfinished(wanted: str) -> Path:
    """Return the run to continue; UnknownNameError or ServicesError where there is none."""
    paths = {path.stem: path for path in store.runs(LOCAL_MACHINE)}
    if wanted != "latest" and wanted not in paths:
        raise UnknownNameError("run of services", wanted, paths)
    for path in [paths[wanted]] if wanted != "latest" else reversed(paths.values()):
        if store.read(path).finished is None:
            return path
    raise ServicesError("there is no unfinished run of services; start a new one without --resume")


def _run(
    path: Path, chosen: list[Stack], stage: Stage, *, database: bool, console: Console
) -> Stored:
    execution = runs.Execution(path, chosen, stage, database=database)
    head = store.read(path).head
    gil, ft = (head.interpreters[build] for build in Build)
    console.print(
        f"serving on CPython {gil.version} (GIL-enabled) and {ft.version} (free-threaded), "
        f"{head.generator}, {head.database}, preset {head.plan.preset}, run {head.run_id}"
    )
    for flag in head.flags:
        console.print(f"[bold yellow]note:[/] {escape(flag)}")
    bar = Bar(
        TextColumn("{task.description:<46}"),
        BarColumn(bar_width=14),
        MofNCompleteColumn(),
        console=console,
        auto_refresh=False,
        transient=True,
        disable=not console.is_terminal,
    )
    task = bar.add_task("", total=None)

    def tell(event: runs.Event) -> None:
        words = f"{event.stack} {event.words}"[:46]
        bar.update(task, description=words, completed=event.done, total=event.total, refresh=True)
        if event.failure is not None:
            what = f"{event.stack} {event.failure.route}".strip()
            console.print(
                f"[bold red]failed:[/] {escape(what)} in {event.failure.arm} "
                f"({event.failure.kind}): {escape(event.failure.message)}"
            )
            if event.tail.strip():
                console.print("the service printed last (this is not stored):", style="dim")
                console.print(escape(event.tail.strip()), style="dim")
        elif not event.words and not console.is_terminal:
            console.print(f"{event.done} of {event.total} blocks, {event.stack}")

    try:
        with bar:
            return execution.run(tell)
    except KeyboardInterrupt:
        again = f"nox -s bench -- --group {GROUP} --resume {path.stem}"
        console.print(f"stopped; the finished blocks are safe: `{again}`")
        raise
