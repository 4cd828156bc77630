"""`python -m ftguide bench`: measure, print the table, say where it lies and which page shows it."""

from __future__ import annotations

import argparse
import re
import secrets
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from ftguide.cli.compare_view import print_beside_published
from ftguide.cli.progress import Progress
from ftguide.cli.table import print_report
from ftguide.cli.user_code import add_options, bring
from ftguide.files import ROOT
from ftguide.interpreters import choose
from ftguide.interpreters.model import Pair
from ftguide.machine import LOCAL_MACHINE, Platform, refusal
from ftguide.suite import paste
from ftguide.suite.declare import plan as plans
from ftguide.suite.declare import presets
from ftguide.suite.declare.catalogue import CatalogueEntry, catalogue, select
from ftguide.suite.derive import analysis
from ftguide.suite.derive.scaling import counts_for
from ftguide.suite.observe import run as runs
from ftguide.suite.record import store, stubs
from ftguide.suite.record.model import Run
from ftguide.suite.record.writer import RunFolder
from ftguide.vocabulary import UnknownNameError

#: More workers than this per arm no longer answers a question this suite asks.
MOST_THREADS = 256


def add_parser(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verb."""
    parser = verbs.add_parser(
        "bench",
        help="measure a GIL-enabled against a free-threaded CPython",
        description="Measure a GIL-enabled against a free-threaded build of the same CPython. "
        "Everything after `nox -s bench --` arrives here.",
    )
    parser.add_argument("--list", action="store_true", help="list the workloads and stop")
    parser.add_argument(
        "--only", action="append", default=[], metavar="WORKLOAD", help="only this; repeatable"
    )
    parser.add_argument(
        "--group", action="append", default=[], metavar="GROUP", help="only this group; repeatable"
    )
    parser.add_argument(
        "--preset",
        default="quick",
        metavar="PRESET",
        help="; ".join(f"{one.name}: {one.promise}" for one in presets.PRESETS.values()),
    )
    parser.add_argument(
        "--threads", type=threads, default=2, metavar="N", help="workers of the parallel arms (2)"
    )
    parser.add_argument(
        "--sweep",
        action="store_true",
        help="also 2, 3, 4, 6, 8 … workers, up to the usable CPUs, for scaling curves",
    )
    parser.add_argument(
        "--budget",
        type=duration,
        metavar="TIME",
        help="after the preset's blocks spend the rest of this on the widest intervals: 90s, 10m, 1h",
    )
    parser.add_argument(
        "--resume",
        nargs="?",
        const="latest",
        metavar="RUN",
        help="continue an unfinished run; without a name the latest",
    )
    add_options(parser)
    choose.add_choices(parser)
    parser.add_argument(
        "--patience",
        type=duration,
        default=60.0,
        metavar="TIME",
        help="silence after which a workload hangs (60s)",
    )
    parser.set_defaults(main=main)


def threads(text: str) -> int:
    """Read a number of workers."""
    if not text.isascii() or not text.isdecimal() or not 1 <= int(text[:9]) <= MOST_THREADS:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a number of threads from 1 to {MOST_THREADS}"
        )
    return int(text)


def duration(text: str) -> float:
    """Read a duration of at most a day: 90, 90s, 10m, 1.5h; in seconds."""
    match = re.fullmatch(r"(\d{1,6}(?:\.\d{1,3})?)([smh]?)", text, re.ASCII)
    seconds = float(match[1]) * {"": 1, "s": 1, "m": 60, "h": 3600}[match[2]] if match else 0
    if not 0 < seconds <= 86_400:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a time such as 90s, 10m or 1h (at most 24h)"
        )
    return seconds


def main(arguments: argparse.Namespace) -> int:
    """Measure; 0 = every workload has a row, 1 = some failed, 2 = the request cannot be met."""
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
    own = bring(arguments, suite, pair, cpus=len(on.usable()))
    for note in own.notes:
        console.print(f"[bold yellow]note:[/] {escape(note)}", soft_wrap=True)
    if unfinished is not None:
        run = store.read_run(unfinished)
        runs.check_resumable(run, pair, on, own.mine)
        holder = RunFolder.resume(unfinished)
    else:
        flags = warnings_for(pair, on, arguments.threads)
        if arguments.sweep and len(counts_for(len(on.usable()))) < 2:
            flags.append(
                f"no sweep: {len(on.usable())} usable CPUs have no counts of workers between them"
            )
        for flag in flags:
            console.print(f"[bold yellow]note:[/] {escape(flag)}", soft_wrap=True)
        plan = plans.make_plan(
            own.entries,
            size=size,
            threads=1 if refusal(len(on.usable()), arguments.threads) else arguments.threads,
            seed=secrets.randbits(32),
            budget_seconds=arguments.budget,
            sweep=counts_for(len(on.usable())) if arguments.sweep else (),
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
            entries=lambda: [*catalogue().values(), *own.mine],
            paths=own.paths,
            variables=own.variables,
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
    if own.mine:
        console.print("\nfor an issue or a forum:\n")
        console.print(paste.markdown(report), soft_wrap=True, highlight=False, markup=False)
    print_beside_published(console, ROOT / store.RESULTS, stored)
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
    """Provide the pair to measure, saying in one line each which way it was found."""
    lines = [word for word in arguments.python if re.fullmatch(r"3\.\d+", word)]
    arguments.python = [word for word in arguments.python if word not in lines]

    def say(text: str) -> None:
        console.print(escape(text), soft_wrap=True, highlight=False)

    return choose.chosen(arguments, lines[0] if lines else None, say)


def warnings_for(pair: Pair, on: Platform, workers: int) -> list[str]:
    """Say what a reader of the results has to know before the first number."""
    found = []
    if pair.differences:
        found.append(f"NOT like for like, cannot be published: {'; '.join(pair.differences)}")
    if not pair.gil.facts.pgo or not pair.ft.facts.pgo:
        found.append("unoptimised builds (no PGO): not for citing")
    if on.pin is None:
        found.append("this platform cannot pin processes to CPUs: every row is flagged")
    refused = refusal(len(on.usable()), workers) if workers > 1 else None
    if refused:
        found.append(refused)
    return found


def find_unfinished(local: Path, wanted: str) -> Path:
    """Return the folder of the run to resume: one that was not finished, or not entered in the index."""
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
    entries = [one for one in store.read_index(local).runs if one.run_id != run.run_id]
    present = [one for one in entries if (local / one.run_id / "run.json").exists()]
    store.write_index(local, [*present, store.entry_of(run)])


def shorten(path: Path) -> str:
    """Print a path relative to the working directory where that is shorter."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
