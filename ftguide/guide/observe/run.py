"""Run the snippets of pages on the builds they are for, judge them, and write reports and outputs."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from ftguide.ground import files
from ftguide.ground.vocabulary import Build
from ftguide.guide.declare import console
from ftguide.guide.declare.extract import Page, extract
from ftguide.guide.declare.model import Expect, OnGil, Ran, Snippet, Verdict
from ftguide.guide.derive import check
from ftguide.guide.observe import execute
from ftguide.guide.observe.execute import Target
from ftguide.guide.observe.packages import Environments
from ftguide.guide.record import report, update
from ftguide.interpreters.model import InterpreterError

#: A race that has not shown its kind after `:runs:` runs gets up to this many times as many. Two threads
#: on a busy machine take turns by whole time slices, and then the same program races once in fifty runs:
#: of two hundred runs none does so in two cases of a hundred, and `again` looks once more.
PATIENCE = 20

#: Called in order of the pages when a snippet has run everywhere.
Done = Callable[[Snippet], None]


@dataclass(slots=True, kw_only=True)
class Line:
    """The interpreters of one CPython line, one per build, the pair or what is there of it."""

    name: str  #: such as 3.15
    targets: Mapping[Build, Target]
    environments: Environments
    has_packages: bool = True  #: whether anything of what snippets need could be installed

    def lacking(self, snippet: Snippet, build: Build) -> tuple[str, ...]:
        """Return the packages that a snippet needs and a build of this line cannot have."""
        if not snippet.packages or not self.has_packages:
            return snippet.packages
        return self.environments.lacking(snippet, build)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A snippet on one build of one line."""

    snippet: Snippet
    line: Line
    build: Build

    def counts_for(self) -> list[Build]:
        """List the builds it says something about: a session whose commands name both, about both."""
        session = self.snippet.language == "console" and len(builds_of(self.snippet)) == 1
        named = _named(self.snippet) if session else set()
        return [build for build in Build if build in named | {self.build}]

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
        always = self.snippet.on_gil is OnGil.ALWAYS
        return (
            self.snippet.expect is Expect.RACE
            and (self.build is Build.FREE_THREADED or always)
            and self.line.name == self.snippet.home
            and len(runs) < PATIENCE * self.snippet.runs
            and not any(ran.ending in self.snippet.shows for ran in runs)
        )


@dataclass(frozen=True, slots=True)
class Results:
    """What ran, by page and name of the snippet; judged when asked, against the page as it is then."""

    ran: dict[tuple[str, str], list[tuple[Job, list[Ran]]]] = field(default_factory=dict)
    #: Interpreters that a snippet did not run on, such as 3.13.15t, and the packages they lack.
    lacking: dict[tuple[str, str], dict[str, tuple[str, ...]]] = field(default_factory=dict)

    def verdicts(self, snippet: Snippet) -> list[Verdict]:
        """Judge what a snippet did, on every line that it ran on."""
        return [
            check.verdict(snippet, build, job.line.targets[build].version, runs)
            for job, runs in self.ran.get((snippet.page, snippet.name), ())
            for build in job.counts_for()
        ]


def again(
    pages: Sequence[Page], lines: Sequence[Line], results: Results
) -> list[tuple[Snippet, str]]:
    """Run once more, one at a time, what did not do as its page says.

    Return what does then, kept so, each with what was wrong in the first run. Threads that meet by chance
    miss each other now and then, the more so on a busy machine. Who writes a page sees which ones do; a
    change of something else need not fail for it. A crash that nobody declared is no chance and is not
    tried again.
    """
    done = []
    for page in pages:
        for snippet in page.snippets:
            wrong = [each for each in results.verdicts(snippet) if each.problem is not None]
            if not wrong or any(_crashed(snippet, each) for each in wrong):
                continue
            second = run([page], lines, names=frozenset({snippet.name}), jobs=1)
            if all(each.problem is None for each in second.verdicts(snippet)):
                results.ran[snippet.page, snippet.name] = second.ran[snippet.page, snippet.name]
                done.append((snippet, str(wrong[-1].problem)))
    return done


def _crashed(snippet: Snippet, verdict: Verdict) -> bool:
    return snippet.crash is None and any(name.startswith("SIG") for name, _ in verdict.endings)


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
    """Run the snippets of pages on those of the lines that they are for.

    Packages are required on the first line; another one does without what it cannot have. Races run
    after the others and one at a time: they need the CPUs for themselves. `names` limits what runs;
    empty means all.
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
    for snippet in chosen:
        lacks = {
            job.line.targets[job.build].version + job.build.suffix: packages
            for job in _covered(snippet, lines)
            if (packages := job.line.lacking(snippet, job.build))
        }
        if lacks:
            results.lacking[snippet.page, snippet.name] = lacks
    stop = threading.Event()

    def keep(snippet: Snippet, ran: list[tuple[Job, list[Ran]]]) -> None:
        results.ran[snippet.page, snippet.name] = ran
        done(snippet)

    with ThreadPoolExecutor(max_workers=jobs) as pool:
        try:
            waiting = [
                (snippet, [(job, pool.submit(job.run, stop)) for job in _jobs(snippet, lines)])
                for snippet in chosen
                if not snippet.repeated
            ]
            for snippet, futures in waiting:
                keep(snippet, [(job, future.result()) for job, future in futures])
            for snippet in filter(lambda snippet: snippet.repeated, chosen):
                # In the pool's threads, too: the main one must be free to be interrupted.
                races = _jobs(snippet, lines)
                keep(snippet, [(job, pool.submit(job.run, stop).result()) for job in races])
        except BaseException:
            stop.set()
            pool.shutdown(cancel_futures=True)
            raise
    return results


def _prepare(snippets: Sequence[Snippet], lines: Sequence[Line]) -> str | None:
    """Install what snippets need; raises `InterpreterError` where the first line cannot have it.

    Another line goes without: a package may have no wheel for it yet. Returns what to say of it.
    """
    lacking = None
    for line in lines:
        for snippet in snippets:
            if not snippet.packages or not line.has_packages or not snippet.covers(line.name):
                continue
            try:
                line.environments.prepare(snippet)
            except InterpreterError as error:
                if line is lines[0]:
                    raise
                line.has_packages = False
                lacking = f"snippets that need packages do not run on {line.name}: {error}"
                continue
            left_out = {name for build in Build for name in line.lacking(snippet, build)}
            if left_out and line.name == snippet.home:
                raise InterpreterError(
                    f"{snippet.where}: {', '.join(sorted(left_out))} has no wheel for {line.name}, where "
                    f"this snippet has to run. Pin a version that has one, or say `:since:`."
                )
    return lacking


def _covered(snippet: Snippet, lines: Sequence[Line]) -> list[Job]:
    """List where a snippet could run if all had its packages: a session where all its builds are."""
    named = _named(snippet) if snippet.language == "console" else set()
    return [
        Job(snippet=snippet, line=line, build=build)
        for line in lines
        if snippet.covers(line.name) and named <= set(line.targets)
        for build in builds_of(snippet)
        if build in line.targets
    ]


def _jobs(snippet: Snippet, lines: Sequence[Line]) -> list[Job]:
    """List where a snippet runs."""
    return [job for job in _covered(snippet, lines) if not job.line.lacking(snippet, job.build)]


def _named(snippet: Snippet) -> set[Build]:
    session = console.commands(snippet.code, snippet.where)
    return {command.build for command in session if command.build is not None}


def write_outputs(page: Page, results: Results, root: Path) -> Page:
    """Write the outputs of the runs into a page; return the page as it is now."""
    verdicts = {snippet.name: results.verdicts(snippet) for snippet in page.snippets}
    text = update.rewrite(page, verdicts)
    if text == page.text:
        return page
    files.write_atomic(page.path, text.encode())
    return extract(page.path, root)


def write_report(
    page: Page, results: Results, root: Path, *, today: dt.date, refresh: bool
) -> bool:
    """Write the report of a page; blocks that did not run keep their entry while they are unchanged."""
    path = report.path_of(page.name, root)
    old = report.read(path).blocks
    blocks: dict[str, report.Block] = {}
    for snippet in page.snippets:
        key = snippet.hash
        ran = tuple(
            report.Result(
                build=verdict.build,
                version=verdict.version,
                date=today.isoformat(),
                passed=verdict.passed,
                runs=verdict.runs,
                endings=dict(verdict.endings) if snippet.repeated else {},
            )
            for verdict in results.verdicts(snippet)
        )
        lacking = results.lacking.get((snippet.page, snippet.name), {})
        if ran or lacking:
            new = report.Block(
                name=snippet.name, expect=str(snippet.expect), results=ran, lacking=lacking
            )
            blocks[key] = report.merge(old.get(key), new, refresh=refresh)
        elif snippet.runs_itself and key in old:
            blocks[key] = old[key]
    return report.write(path, report.Report(blocks=blocks))
