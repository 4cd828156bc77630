"""Running outcome tests, as `outcomes` was asked to: prepare, try, print a table a test, store."""

from __future__ import annotations

import argparse
import contextlib
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from ftguide.ground import files
from ftguide.ground.files import ROOT
from ftguide.ground.machine import LOCAL_MACHINE, Machine, Platform, describe
from ftguide.ground.runs import new_run_id
from ftguide.ground.shard import Shard
from ftguide.ground.vocabulary import ExpectedError
from ftguide.interpreters import choose
from ftguide.interpreters.model import Interpreter
from ftguide.outcomes.declare.catalogue import Declared, catalogue
from ftguide.outcomes.derive import controls, grades
from ftguide.outcomes.derive.grades import Cell, Grade, Verdict
from ftguide.outcomes.observe import run as runs
from ftguide.outcomes.observe.plan import PRESETS, Size
from ftguide.outcomes.record import store
from ftguide.outcomes.record.model import Observation
from ftguide.render import numbers

_STYLES = {
    Grade.ACCEPTABLE: "green",
    Grade.INTERESTING: "yellow",
    Grade.FORBIDDEN: "bold red",
    Grade.UNKNOWN: "bold magenta",
}


class ResumeError(ExpectedError):
    """There is no run to continue, or somebody does already."""


def main(arguments: argparse.Namespace) -> int:
    """Try what was asked for; 0 = all tests knew what they saw, 1 = one did not, 2 = it cannot be met."""
    console = Console()
    tests = catalogue()
    for problem in tests.problems:
        console.print(f"[bold yellow]left out:[/] {escape(str(problem))}", soft_wrap=True)
    part = Shard.parse(arguments.shard)
    chosen = [test for test in tests.find(arguments.only, arguments.family) if part.has(test.slug)]
    if arguments.list:
        print_list(console, chosen)
        return 1 if tests.problems else 0
    size = PRESETS[arguments.preset]
    if arguments.budget is not None:
        size = size.within(arguments.budget)
    interpreters = _interpreters(arguments, console)
    benches = runs.benches(interpreters, size)
    if arguments.controls:
        return _controls(console, chosen, benches, size, arguments.controls)
    run = _run_id(arguments.resume, store.read(arguments.machine).observations)
    store.write_machine(_machine(arguments.machine), ROOT)
    with _alone(arguments.machine, run):
        earlier = store.read(arguments.machine).observations
        finished = {(seen.test, seen.hash, seen.subject) for seen in earlier if seen.run == run}
        tried = runs.observe_all(
            chosen,
            benches,
            size,
            run=run,
            done=lambda test, bench: (test.slug, test.hash, bench.subject) in finished,
        )
        cells = _try(console, arguments, len(chosen) * len(benches), tried)
    failed = print_totals(console, cells, [str(problem) for problem in tests.problems])
    console.print(f"stored as run {run} below {store.OBSERVED / arguments.machine}", soft_wrap=True)
    if arguments.machine != LOCAL_MACHINE:
        console.print(
            f"pages show it after `python -m ftguide summarise {arguments.machine}`", soft_wrap=True
        )
    return 1 if failed else 0


@contextlib.contextmanager
def _alone(machine: str, run: str) -> Iterator[None]:
    """Let one process at a time continue a run: two would each observe what is missing."""
    lock = store.folder_of(machine) / f".{run}.lock"
    try:
        with files.held(lock):
            yield
            lock.unlink(missing_ok=True)
    except files.HeldError as error:
        raise ResumeError(f"run {run} is being continued by another process ({error}).") from error


def _interpreters(arguments: argparse.Namespace, console: Console) -> list[Interpreter]:
    def say(text: str) -> None:
        console.print(escape(text), soft_wrap=True, style="dim")

    lines: list[str | None] = [*arguments.line] or [None]
    pairs = [choose.chosen(arguments, line, say) for line in lines]
    return [interpreter for pair in pairs for interpreter in (pair.gil, pair.ft)]


def _machine(name: str) -> Machine:
    return replace(describe(Platform()), name=name)


def _run_id(resume: str | None, earlier: tuple[Observation, ...]) -> str:
    if resume is None:
        return new_run_id()
    known = [seen.run for seen in earlier]
    if resume == "latest" and known:
        return max(known)
    if resume in known:
        return resume
    there = f"the latest is {max(known)}" if known else "there is none yet"
    raise ResumeError(f"no run {resume!r} to continue; {there}. Leave --resume out to begin one.")


def _try(
    console: Console, arguments: argparse.Namespace, total: int, tried: Iterable[runs.Tried]
) -> list[Cell]:
    """Store and print each observation as it comes; what was seen before is none."""
    cells: list[Cell] = []
    started = time.monotonic()
    with _bar(console) as bar:
        task = bar.add_task("", total=total, left="")
        for test, bench, seen in tried:
            if seen is not None:
                store.append(arguments.machine, seen, test.family)
                cells.append(grades.cell(test, seen))
                if arguments.only or arguments.family or cells[-1].verdict is Verdict.UNKNOWN:
                    bar.console.print(outcome_table(cells[-1]))
            bar.advance(task)
            done, spent = bar.tasks[0].completed, time.monotonic() - started
            bar.update(
                task,
                description=f"{test.slug}  {bench.subject.name}"[:44],
                left=f"{spent / done * (total - done) / 60:.0f} min left",
            )
    return cells


def _bar(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description:<44}"),
        BarColumn(bar_width=14),
        MofNCompleteColumn(),
        TextColumn("{task.fields[left]}"),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )


def outcome_table(cell: Cell) -> Table:
    """Return the table of a test on an interpreter."""
    overlap = "" if cell.overlap is None else f", actors overlapped in {cell.overlap:.0%}"
    table = Table(
        title=f"{cell.test.slug} on {cell.observation.subject.name}: {cell.verdict.value}"
        f" ({cell.samples:,} samples{overlap})",
        title_justify="left",
        width=80,
    )
    table.add_column("outcome", overflow="fold", max_width=22)
    table.add_column("samples", justify="right")
    table.add_column("frequency", justify="right")
    table.add_column("grade")
    table.add_column("meaning", ratio=1)
    for seen in cell.seen:
        unit = f" of {seen.rate.samples} processes" if seen.ending else ""
        table.add_row(
            escape(seen.name),
            f"{seen.rate.count:,}{unit}",
            numbers.frequency_text(seen.rate.count, seen.rate.samples, seen.rate.high),
            f"[{_STYLES[seen.grade]}]{seen.grade.value}[/]",
            escape(seen.meaning),
        )
    return table


def print_list(console: Console, tests: list[Declared]) -> None:
    """Print the tests by family, and how many there are."""
    families = Counter(test.family for test in tests)
    for family, count in families.items():
        console.print(f"[bold]{family}[/]  {count}")
        for test in tests:
            if test.family == family:
                shape = "litmus" if test.litmus else "stress"
                console.print(f"  {test.slug:<44} {shape:<7}{escape(test.on)}", overflow="ellipsis")
    pairs = {(test.on, test.operation) for test in tests}
    console.print(
        f"{len(tests)} tests of {len(pairs)} operations on objects, in {len(families)} families"
    )


def print_totals(console: Console, cells: list[Cell], problems: list[str]) -> bool:
    """Print how many cells have which verdict; return whether a test failed."""
    for name in dict.fromkeys(cell.observation.subject.name for cell in cells):
        here = [cell for cell in cells if cell.observation.subject.name == name]
        counts = Counter(cell.verdict for cell in here)
        verdicts = ", ".join(f"{counts[one]} {one.value}" for one in Verdict if counts[one])
        samples = sum(cell.samples for cell in here) / 1e6
        console.print(f"[bold]{name}[/]  {verdicts}; {samples:,.1f} million samples")
    unknown = [cell for cell in cells if cell.verdict is Verdict.UNKNOWN]
    for cell in unknown:
        names = ", ".join(seen.name for seen in cell.seen if seen.grade is Grade.UNKNOWN)
        console.print(
            f"[bold red]failed:[/] {cell.test.slug} on {cell.observation.subject.name} saw what it does "
            f"not know: {escape(names)}",
            soft_wrap=True,
        )
    return bool(unknown or problems)


def _controls(
    console: Console, tests: list[Declared], benches: list[runs.Bench], size: Size, times: int
) -> int:
    """Run the controls and print how often each showed what it must, on free-threaded builds."""
    wanted = [test for test in tests if test.control]
    free = [bench for bench in benches if bench.runner.parallel]
    kept: dict[str, list[bool]] = {}
    for number in range(times):
        for test, bench, seen in runs.observe_all(wanted, free, size, run="controls"):
            if seen is not None:
                cell = grades.cell(test, seen)
                kept.setdefault(f"{test.slug}  {bench.subject.name}", []).append(
                    controls.held(cell)
                )
        console.print(f"round {number + 1} of {times}", style="dim")
    table = Table(title="controls", title_justify="left")
    for heading in ("test and interpreter", "must show", "did so"):
        table.add_column(heading)
    by_slug = {test.slug: test for test in wanted}
    failed = False
    for name, results in kept.items():
        control = by_slug[name.split()[0]].control
        failed = failed or not controls.enough(results, positive=control != "none")
        table.add_row(name, escape(control), f"{sum(results)} of {len(results)}")
    console.print(table)
    return 1 if failed else 0
