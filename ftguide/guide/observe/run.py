"""Run the snippets of pages on the builds they are for, judge them, and write reports and outputs."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from ftguide import files
from ftguide.guide.declare import console
from ftguide.guide.declare.extract import Page, extract
from ftguide.guide.declare.model import Expect, Ran, Snippet, Verdict
from ftguide.guide.derive import check
from ftguide.guide.observe import execute
from ftguide.guide.observe.execute import Target
from ftguide.guide.observe.packages import Environments
from ftguide.guide.record import report, update
from ftguide.interpreters.model import InterpreterError
from ftguide.vocabulary import Build

#: A race that has not shown its kind after `:runs:` runs gets up to this many times as many. Two threads
#: on a busy machine take turns by whole time slices, and then the same program races once in fifty runs.
PATIENCE = 5

#: Called in order of the pages when a snippet has run everywhere.
Done = Callable[[Snippet], None]


@dataclass(slots=True, kw_only=True)
class Line:
    """The interpreters of one CPython line, one per build, the pair or what is there of it."""

    targets: Mapping[Build, Target]
    environments: Environments
    has_packages: bool = True  #: whether what snippets need could be installed


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A snippet on one build of one line."""

    snippet: Snippet
    line: Line
    build: Build

    def run(self, stop: threading.Event) -> list[Ran]:
        """Run it as often as it asks for: less often once `stop` is set, more often to see its race."""
        targets = self.line.targets
        if self.snippet.packages:
            targets = self.line.environments.targets(self.snippet)
        here = targets[self.build]
        runs: list[Ran] = []
        while len(runs) < self.snippet.runs or self._unseen(runs):
            runs.append(execute.run(self.snippet, here, targets, stop))
            if stop.is_set():
                break
        return runs

    def _unseen(self, runs: list[Ran]) -> bool:
        """Return whether a race has still to show the kind it states, and may go on trying."""
        return (
            self.snippet.expect is Expect.RACE
            and self.build is Build.FREE_THREADED
            and len(runs) < PATIENCE * self.snippet.runs
            and not any(ran.ending in self.snippet.shows for ran in runs)
        )


@dataclass(slots=True, kw_only=True)
class Results:
    """What ran, by page and by the snippet's name; `required` is the pair that has to pass."""

    required: dict[str, dict[str, list[Verdict]]] = field(default_factory=dict)
    others: dict[str, dict[str, list[Verdict]]] = field(default_factory=dict)
    runs: dict[tuple[str, str], dict[Build, list[Ran]]] = field(default_factory=dict)


def builds_of(snippet: Snippet) -> tuple[Build, ...]:
    """Return the builds a snippet is run for."""
    if snippet.language == "console":
        return console.builds(console.commands(snippet.code, snippet.where), snippet.builds)
    return snippet.builds


def run(
    pages: Sequence[Page],
    lines: Sequence[Line],
    *,
    names: frozenset[str],
    jobs: int,
    done: Done = lambda _snippet: None,
    say: Callable[[str], None] = lambda _text: None,
) -> Results:
    """Run the snippets of pages on all lines, the first of which is required.

    Races run after the others and one at a time: they need the CPUs for themselves. `names` limits
    what runs; empty means all.
    """
    results = Results()
    chosen = [
        snippet
        for page in pages
        for snippet in page.snippets
        if snippet.runs_itself and (not names or snippet.name in names)
    ]
    lacking = _prepare(chosen, lines)
    if lacking is not None:
        say(lacking)
    calm = [snippet for snippet in chosen if not snippet.repeated]
    races = [snippet for snippet in chosen if snippet.repeated]
    stop = threading.Event()
    with ThreadPoolExecutor(max_workers=jobs) as pool:
        try:
            waiting = [
                (snippet, [(job, pool.submit(job.run, stop)) for job in _jobs(snippet, lines)])
                for snippet in calm
            ]
            for snippet, futures in waiting:
                ran = [(job, future.result()) for job, future in futures]
                _note(results, snippet, lines, ran)
                done(snippet)
            for snippet in races:
                # In the pool's threads, too: the main one must be free to be interrupted.
                ran = [(job, pool.submit(job.run, stop).result()) for job in _jobs(snippet, lines)]
                _note(results, snippet, lines, ran)
                done(snippet)
        except BaseException:
            stop.set()
            pool.shutdown(cancel_futures=True)
            raise
    return results


def _prepare(snippets: Sequence[Snippet], lines: Sequence[Line]) -> str | None:
    """Install what snippets need; raises `InterpreterError` where the required line cannot have it.

    Another line goes without: a package may have no build for it yet. Returns what to say of it.
    """
    lacking = None
    for line in lines:
        for snippet in snippets:
            if not snippet.packages or not line.has_packages:
                continue
            try:
                line.environments.prepare(snippet)
            except InterpreterError as error:
                if line is lines[0]:
                    raise
                line.has_packages = False
                version = next(iter(line.targets.values())).version
                lacking = f"snippets that need packages do not run on {version}: {error}"
    return lacking


def _jobs(snippet: Snippet, lines: Sequence[Line]) -> list[Job]:
    jobs = []
    for line in lines:
        if snippet.packages and not line.has_packages:
            continue
        wanted = builds_of(snippet)
        if snippet.language == "console" and not _named(snippet) <= set(line.targets):
            continue
        jobs += [
            Job(snippet=snippet, line=line, build=build)
            for build in wanted
            if build in line.targets
        ]
    return jobs


def _named(snippet: Snippet) -> set[Build]:
    session = console.commands(snippet.code, snippet.where)
    return {command.build for command in session if command.build is not None}


def _note(
    results: Results,
    snippet: Snippet,
    lines: Sequence[Line],
    ran: Sequence[tuple[Job, list[Ran]]],
) -> None:
    for job, runs in ran:
        first = job.line is lines[0]
        into = results.required if first else results.others
        judged = _judge(snippet, job, runs)
        into.setdefault(snippet.page, {}).setdefault(snippet.name, []).extend(judged)
        if first:
            results.runs.setdefault((snippet.page, snippet.name), {})[job.build] = runs


def _judge(snippet: Snippet, job: Job, runs: list[Ran]) -> list[Verdict]:
    """Judge a run; a session whose commands name both builds counts for both."""
    builds = {job.build}
    if snippet.language == "console" and len(builds_of(snippet)) == 1:
        builds |= _named(snippet)
    return [
        check.verdict(snippet, build, job.line.targets[build].version, runs)
        for build in Build
        if build in builds
    ]


def write_outputs(page: Page, results: Results, root: Path) -> Page:
    """Write the outputs of the runs into a page and judge them again; return the page as it is now."""
    verdicts = results.required.get(page.name, {})
    text = update.rewrite(page, verdicts)
    if text == page.text:
        return page
    files.write_atomic(page.path, text.encode())
    new = extract(page.path, root)
    for snippet in new.snippets:
        known = verdicts.get(snippet.name)
        runs = results.runs.get((page.name, snippet.name))
        if known is None or runs is None:
            continue
        verdicts[snippet.name] = [
            check.verdict(snippet, old.build, old.version, _runs_for(runs, old.build))
            for old in known
        ]
    return new


def _runs_for(runs: Mapping[Build, list[Ran]], build: Build) -> list[Ran]:
    return runs[build] if build in runs else next(iter(runs.values()))


def write_report(
    page: Page, results: Results, root: Path, *, today: dt.date, refresh: bool
) -> bool:
    """Write the report of a page; blocks that did not run keep their entry while they are unchanged."""
    path = report.path_of(page.name, root)
    old = report.read(path)
    blocks: dict[str, report.Block] = {}
    for snippet in page.snippets:
        if not snippet.runs_itself:
            continue
        key = snippet.hash
        judged = [
            *results.required.get(page.name, {}).get(snippet.name, ()),
            *results.others.get(page.name, {}).get(snippet.name, ()),
        ]
        if not judged:
            if key in old.blocks:
                blocks[key] = old.blocks[key]
            continue
        new = report.Block(
            name=snippet.name,
            expect=str(snippet.expect),
            results=tuple(
                report.Result(
                    build=verdict.build,
                    version=verdict.version,
                    date=today.isoformat(),
                    passed=verdict.passed,
                    runs=verdict.runs,
                    endings=dict(verdict.endings) if snippet.repeated else {},
                )
                for verdict in judged
            ),
        )
        blocks[key] = report.merge(old.blocks.get(key), new, refresh=refresh)
    return report.write(path, report.Report(blocks=blocks))
