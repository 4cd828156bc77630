"""Measuring, as `bench` was asked to: prepare, run, print the table and where the run lies."""

from __future__ import annotations

import argparse
import re
import secrets
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from ftguide.cli.compare_view import print_beside_published
from ftguide.cli.progress import Progress, shorten
from ftguide.cli.table import print_report
from ftguide.cli.user_code import prepare
from ftguide.files import ROOT
from ftguide.interpreters import choose
from ftguide.interpreters.model import Pair
from ftguide.machine import LOCAL_MACHINE, Platform, refusal
from ftguide.suite import paste
from ftguide.suite.declare import plan as plans
from ftguide.suite.declare import presets
from ftguide.suite.declare.catalogue import CatalogueEntry, catalogue, select
from ftguide.suite.derive import analysis
from ftguide.suite.observe import run as runs
from ftguide.suite.record import store, stubs
from ftguide.suite.record.model import Run
from ftguide.suite.record.writer import RunFolder
from ftguide.vocabulary import UnknownNameError


def measure(arguments: argparse.Namespace) -> int:
    """Measure and print; 0 = every workload has a row, 1 = some failed, 2 = the request cannot be met."""
    console = Console()
    if arguments.list:
        print_catalogue(console)
        return 0
    size = presets.preset(arguments.preset)
    suite = chosen_of_suite(arguments, size)
    local = ROOT / store.RESULTS / LOCAL_MACHINE
    unfinished = find_unfinished(local, arguments.resume) if arguments.resume else None
    on = Platform()
    pair = find_pair(arguments, console)
    prepared = prepare(arguments, suite, pair, cpus=len(on.usable()))
    for note in prepared.notes:
        console.print(f"[bold yellow]note:[/] {escape(note)}", soft_wrap=True)
    if unfinished is not None:
        run = store.read_run(unfinished)
        runs.check_resumable(run, pair, on, prepared.user_entries)
        holder = RunFolder.resume(unfinished)
    else:
        flags = warnings_for(pair, on, arguments.threads)
        if arguments.sweep and len(presets.sweep_counts(len(on.usable()))) < 2:
            flags.append(
                f"no sweep: {len(on.usable())} usable CPUs have no counts of workers between them"
            )
        for flag in flags:
            console.print(f"[bold yellow]note:[/] {escape(flag)}", soft_wrap=True)
        plan = plans.make_plan(
            prepared.entries,
            size=size,
            threads=1 if refusal(len(on.usable()), arguments.threads) else arguments.threads,
            seed=secrets.randbits(32),
            budget_seconds=arguments.budget,
            sweep=presets.sweep_counts(len(on.usable())) if arguments.sweep else (),
        )
        run = runs.new_run(plan, pair, root=ROOT, on=on, flags=flags)
        holder = RunFolder.create(local, run)
    with holder as held, Progress(console) as progress:
        progress.announce(held.run, held.folder)
        execution = runs.Execution(
            held,
            pair,
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
            console.print(
                f"stopped; the finished blocks are safe: `nox -s bench -- --resume {run.run_id}`",
                soft_wrap=True,
            )
            raise
        record_local(local, held.run)
    report = analysis.report(stored)
    print_report(console, report)
    if prepared.user_entries:
        console.print("\nfor an issue or a forum:\n")
        console.print(paste.markdown(report), soft_wrap=True, highlight=False, markup=False)
    print_beside_published(console, ROOT / store.RESULTS, report)
    console.print(f"\nrun     {shorten(held.folder)}", soft_wrap=True)
    page = f"_build/html/{stubs.docname(run.run_id, local=True)}.html"
    console.print(f"page    {page} once `nox -s docs` has built it", soft_wrap=True)
    return 1 if stored.failures else 0


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
    group = None
    for entry in catalogue().values():
        if entry.workload.group != group:
            group = entry.workload.group
            console.print(f"[bold]{group}[/]")
        console.print(f"  {entry.slug:<26}{escape(entry.workload.title)}", soft_wrap=True)


def find_pair(arguments: argparse.Namespace, console: Console) -> Pair:
    """Provide the pair to measure, printing how it was found; InterpreterError if there is none."""
    lines = [word for word in arguments.python if re.fullmatch(r"3\.\d+", word)]
    arguments.python = [word for word in arguments.python if word not in lines]

    def tell(text: str) -> None:
        console.print(escape(text), soft_wrap=True, highlight=False)

    return choose.chosen(arguments, lines[0] if lines else None, tell)


def warnings_for(pair: Pair, on: Platform, workers: int) -> list[str]:
    """Return what a reader of the results has to know before the first number."""
    warnings = []
    if pair.differences:
        warnings.append(f"NOT like for like, cannot be published: {'; '.join(pair.differences)}")
    if not pair.gil.facts.pgo or not pair.ft.facts.pgo:
        warnings.append("unoptimised builds (no PGO): not for citing")
    if on.pin is None:
        warnings.append("this platform cannot pin processes to CPUs: every row is flagged")
    refused = refusal(len(on.usable()), workers) if workers > 1 else None
    if refused:
        warnings.append(refused)
    return warnings


def find_unfinished(local: Path, wanted: str) -> Path:
    """Return the folder of the run to resume: one that was not finished, or not entered in the index.

    UnknownNameError for a run that is not there, ResumeError where all are complete.
    """
    folders = {
        path.name: path for path in sorted(local.glob("*/")) if store.RUN_ID.fullmatch(path.name)
    }
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
    entries = [each for each in store.read_index(local).runs if each.run_id != run.run_id]
    present = [each for each in entries if (local / each.run_id / "run.json").exists()]
    store.write_index(local, [*present, store.entry_of(run)])
