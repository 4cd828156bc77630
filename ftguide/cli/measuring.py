"""Measuring, as `bench` was asked to: prepare, run, print the table and where the run lies."""

from __future__ import annotations

import argparse
import functools
import itertools
import re
import secrets
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from ftguide.cli.compare_view import print_beside_published
from ftguide.cli.progress import Progress
from ftguide.cli.screen import screen, shorten
from ftguide.cli.table import print_readings, print_report
from ftguide.cli.user_code import importable, prepare
from ftguide.ground.files import ROOT
from ftguide.ground.load import Load
from ftguide.ground.machine import LOCAL_MACHINE, Platform, refusal
from ftguide.ground.runs import RUN_ID
from ftguide.ground.vocabulary import ExpectedError, UnknownNameError
from ftguide.interpreters import choose
from ftguide.interpreters.model import InterpreterError, Pair
from ftguide.interpreters.provide import check_line
from ftguide.render import numbers
from ftguide.suite import paste
from ftguide.suite.declare import estimate, presets
from ftguide.suite.declare import plan as plans
from ftguide.suite.declare.catalogue import CatalogueEntry, catalogue, select
from ftguide.suite.derive import analysis
from ftguide.suite.derive.flags import BUSY
from ftguide.suite.observe import run as runs
from ftguide.suite.observe.lines import Pairs
from ftguide.suite.record import store, stubs
from ftguide.suite.record.model import Plan, Run, StoredRun
from ftguide.suite.record.writer import RunFolder

#: How long to look at what other programs do, before a run.
LOOK_SECONDS = 0.3
#: What takes longer is announced.
LONG_SECONDS = 45


class LinesError(ExpectedError):
    """Lines that cannot be measured together; the message names them and says what to change."""


def measure(arguments: argparse.Namespace) -> int:
    """Measure and print; 0 = every workload has a row, 1 = some failed, 2 = the request cannot be met."""
    console = screen()
    if arguments.list:
        print_catalogue(console)
        return 0
    size = presets.preset(arguments.preset)
    suite = chosen_of_suite(arguments, size)
    local = ROOT / store.RESULTS / LOCAL_MACHINE
    unfinished = find_unfinished(local, arguments.resume) if arguments.resume else None
    on = Platform()
    begun = store.read_run(unfinished) if unfinished is not None else None
    pairs = find_pairs(arguments, console, begun)
    prepared = prepare(
        arguments,
        suite,
        pairs,
        cpus=len(on.usable()),
        interpreters=size.full,
        named=bool(arguments.only or arguments.group),
        # A run that is resumed knows what its trials showed.
        say=None if unfinished else lambda text: console.print(escape(text), style="dim"),
    )
    print_notes(console, prepared.notes)
    for failure in prepared.failed:
        console.print(f"[bold red]failed:[/] {escape(failure)}")
    if prepared.failed and not prepared.entries:
        return 1
    if unfinished is not None and begun is not None:
        run = begun
        runs.check_resumable(run, pairs, on, prepared.user_entries)
        holder = RunFolder.resume(unfinished)
    else:
        usable = len(on.usable())
        sweep = presets.sweep_counts(usable) if arguments.sweep else ()
        flags = warnings_for(pairs, on, arguments.threads)
        if arguments.sweep and len(sweep) < 2:
            flags.append(f"no sweep: {usable} usable CPUs have no counts of workers between them")
        print_notes(console, flags)
        plan = plans.make_plan(
            prepared.entries,
            size=size,
            threads=1 if refusal(usable, arguments.threads) else arguments.threads,
            seed=secrets.randbits(32),
            budget_seconds=arguments.budget,
            sweep=sweep,
            lines=[*pairs.others],
            lacking=lacking(prepared.entries, pairs),
        )
        print_notes(console, no_room(plan))
        print_notes(console, busy_now(plan, on))
        print_waits(console, plan)
        run = runs.new_run(plan, pairs, root=ROOT, on=on, flags=flags)
        holder = RunFolder.create(local, run)
    with holder as held, Progress(console) as progress:
        progress.announce(held.run, held.folder)
        execution = runs.Execution(
            held,
            pairs,
            root=ROOT,
            on=on,
            patience=arguments.patience,
            observer=progress,
            entries=lambda: [*catalogue().values(), *prepared.user_entries],
            paths=prepared.paths,
            variables=prepared.variables,
        )
        try:
            stored = execution.run()
        except KeyboardInterrupt:
            again = f"nox -s bench -- --resume {run.run_id}"
            console.print(f"stopped; the finished blocks are safe: `{again}`")
            raise
        record_local(local, held.run)
    show(console, stored)
    console.print(f"\nrun     {shorten(held.folder)}")
    page = f"_build/html/{stubs.docname(run.run_id, local=True)}.html"
    console.print(f"page    {page} once `nox -s docs` has built it")
    return 1 if stored.failures or prepared.failed else 0


def show(console: Console, stored: StoredRun) -> None:
    """Print what a run says: its table, what it says about the reader's own code, the published run."""
    report = analysis.report(stored)
    print_report(console, report)
    if print_readings(console, report):
        console.print("\nfor an issue or a forum:\n")
        console.print(paste.markdown(report), markup=False)
    print_beside_published(console, ROOT / store.RESULTS, report)


def chosen_of_suite(arguments: argparse.Namespace, size: presets.Preset) -> list[CatalogueEntry]:
    """Return the suite's workloads that were asked for: those of the preset unless some are named.

    With `--mine` nothing of the suite is measured beside it unless it is named.
    """
    if arguments.only or arguments.group:
        return select(arguments.only, arguments.group)
    if arguments.mine or arguments.resume:  # a resumed run has its plan
        return []
    return select(size.workloads or ())


def print_catalogue(console: Console) -> None:
    """List the workloads by group, one line each."""
    for group, entries in itertools.groupby(catalogue().values(), lambda e: e.workload.group):
        console.print(f"[bold]{group}[/]")
        for entry in entries:
            console.print(f"  {entry.slug:<26}{escape(entry.workload.title)}")


def print_notes(console: Console, notes: Iterable[str]) -> None:
    """Say what a reader has to know before the first number."""
    for note in notes:
        console.print(f"[bold yellow]note:[/] {escape(note)}")


def busy_now(plan: Plan, on: Platform) -> Iterator[str]:
    """Yield a warning where other programs use the CPUs that several workers are about to get."""
    load = Load(on.usable())
    time.sleep(LOOK_SECONDS)
    others = load.others()
    if plan.threads > 1 and others is not None and others > BUSY:
        yield (
            f"other programs use {100 * others:.0f} % of the CPUs right now, which makes what several "
            "workers do look worse than it is: close them, or wait, if you can"
        )


def print_waits(console: Console, plan: Plan) -> None:
    """Say how long the reader's own code will take, where that is long."""
    whole = 0.0
    for planned in plan.workloads:
        if planned.trial is not None:
            seconds = estimate.seconds(plan, planned, planned.trial.seconds)
            whole += seconds
            if seconds > LONG_SECONDS:
                console.print(
                    f"{escape(planned.title)}: one call takes {numbers.seconds_text(planned.trial.seconds)}, "
                    f"which makes about {words_of_time(seconds)} in all"
                )
    if whole > LONG_SECONDS:
        console.print(f"your own code will take about {words_of_time(whole)}")


def words_of_time(seconds: float) -> str:
    """Say a long time roughly: `40 seconds`, `5 minutes`."""
    minutes = round(seconds / 60)
    if seconds < 100:
        return f"{max(10, round(seconds, -1)):.0f} seconds"
    return f"{minutes} minute{'' if minutes == 1 else 's'}"


def lacking(entries: Iterable[CatalogueEntry], pairs: Pairs) -> dict[str, dict[str, str]]:
    """Return by workload which other lines lack a module that it needs, and say which module."""

    @functools.cache
    def has(line: str, name: str) -> bool:
        return all(
            name in one.facts.extension_modules or importable(one, name, ())
            for one in pairs.others[line].builds.values()
        )

    found: dict[str, dict[str, str]] = {}
    for entry in entries:
        for line in pairs.others:
            missing = [name for name in entry.workload.requires if not has(line, name)]
            if missing:
                found.setdefault(entry.slug, {})[line] = f"{line} has no {missing[0]}"
    return found


def no_room(plan: Plan) -> Iterator[str]:
    """Yield what a plan over several lines leaves out, why, and of which workloads."""
    left_out: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for planned in plan.workloads:
        absent = {why for name, why in planned.without.items() if name.startswith("ft-single@")}
        for reason in (presets.NO_ROOM, presets.NO_TIME, *sorted(absent)):
            names = tuple(name for name, why in planned.without.items() if why == reason)
            if names:
                left_out.setdefault((reason, names), []).append(planned.slug)
    for (reason, names), slugs in left_out.items():
        more = f" and {len(slugs) - 3} others" if len(slugs) > 4 else ""
        of = f"{', '.join(slugs[: 3 if more else 4])}{more}"
        yield f"left out of {of}, because {reason}: {', '.join(names)}"


def find_pairs(arguments: argparse.Namespace, console: Console, begun: Run | None) -> Pairs:
    """Find the pair of every line that was asked for, or that a run to be resumed measures.

    LinesError for lines that cannot be measured together or a line without a pair; InterpreterError.
    """
    lines: list[str] | None = arguments.lines
    if lines is None and begun is not None and begun.lines:
        lines = [*begun.in_order]
    if lines is None:
        return Pairs.of(find_pair(arguments, console))
    check_lines(lines, arguments)
    return Pairs.of(*(pair_of(line, arguments, console) for line in lines))


def check_lines(lines: Sequence[str], arguments: argparse.Namespace) -> None:
    """Raise LinesError for lines, or options beside them, that make no sense."""
    if not lines:
        raise LinesError("--lines names no line; name one or more, such as --lines 3.14 3.15")
    for line in lines:
        check_line(line)
        if lines.count(line) > 1:
            raise LinesError(
                f"--lines names {line} {lines.count(line)} times; name every line once"
            )
    if arguments.python:
        raise LinesError(
            f"--lines {' '.join(lines)} finds the pair of every line by itself, and --python names "
            f"{' and '.join(arguments.python)}: leave one of the two out"
        )
    if len(lines) > 1 and (
        extra := [name for name in ("sweep", "tarball") if vars(arguments)[name]]
    ):
        raise LinesError(
            f"--{extra[0]} is for one line, and --lines names {len(lines)}: leave one of the two out"
        )


def pair_of(line: str, arguments: argparse.Namespace, console: Console) -> Pair:
    """Find the pair of a line; LinesError says how to get one."""
    try:
        return choose.chosen(arguments, line, lambda text: console.print(escape(text)))
    except InterpreterError as error:
        raise LinesError(
            f"--lines: {line} has no pair here: {error} --lines looks on PATH, in pyenv and among uv's: "
            f"`python -m ftguide interpreters {line}` lists what it finds, and with --make gets a pair"
        ) from error


def find_pair(arguments: argparse.Namespace, console: Console) -> Pair:
    """Provide the pair to measure, printing how it was found; InterpreterError if there is none."""
    lines = [word for word in arguments.python if re.fullmatch(r"3\.\d+", word)]
    arguments.python = [word for word in arguments.python if word not in lines]
    line = lines[0] if lines else None
    return choose.chosen(arguments, line, lambda text: console.print(escape(text)))


def warnings_for(pairs: Pairs, on: Platform, workers: int) -> list[str]:
    """Return what a reader of the results has to know before the first number."""
    warnings = []
    if differences := pairs.main.differences + pairs.differences:
        warnings.append(f"NOT like for like, cannot be published: {'; '.join(differences)}")
    warnings += pairs.remarks
    if not pairs.optimised:
        warnings.append("unoptimised builds (no PGO): not for citing")
    if on.pin is None:
        warnings.append("this platform cannot pin processes to CPUs: every row is flagged")
    if workers > 1 and (refused := refusal(len(on.usable()), workers)):
        warnings.append(refused)
    return warnings


def find_unfinished(local: Path, wanted: str) -> Path:
    """Return the folder of the run to resume: one that was not finished, or not entered in the index.

    UnknownNameError for a run that is not there, ResumeError where all are complete.
    """
    folders = {path.name: path for path in sorted(local.glob("*/")) if RUN_ID.fullmatch(path.name)}
    if wanted != "latest" and wanted not in folders:
        raise UnknownNameError("run", wanted, folders)
    indexed = {entry.run_id for entry in store.read_index(local).runs}
    candidates = [folders[wanted]] if wanted != "latest" else list(reversed(folders.values()))
    for path in candidates:
        if store.read_run(path).finished is None or path.name not in indexed:
            return path
    raise runs.ResumeError(
        f"{'run ' + wanted if wanted != 'latest' else 'every local run'} is complete; "
        "start a new one without --resume"
    )


def record_local(local: Path, run: Run) -> None:
    """Give a local run its page and its place in the local index, the index last."""
    stubs.write(ROOT, run.run_id, local=True)
    with store.index_held(local):
        entries = [each for each in store.read_index(local).runs if each.run_id != run.run_id]
        present = [each for each in entries if (local / each.run_id / "run.json").exists()]
        store.write_index(local, [*present, store.entry_of(run)])
