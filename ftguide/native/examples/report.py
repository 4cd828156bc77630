"""What a session of the examples found: records, the stored file, and whether it is as it should be.

`examples/report.json` holds one part per CPython line, by allow-list: versions, the machine's hardware,
counts. No path, host or user name; texts that come out of a race are cut and their paths removed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ftguide.ground import files
from ftguide.ground.vocabulary import Build
from ftguide.native.examples.catalogue import EXAMPLES, Example, Variant

SCHEMA = 1
REMEDY = "`nox -s examples -- --record` writes it anew once it is deleted."
#: Where the published report is, relative to the repository.
REPORT = Path("examples") / "report.json"
#: `before` fails in this share of its races on the free-threaded build, or the example shows nothing.
FAILING_SHARE = 0.9
#: Fewer tools than this built is no session.
ENOUGH_TOOLS = 5
_TEXT = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Races:
    """All races of one wheel on one build."""

    runs: int
    wrong: int  #: runs that ended with a wrong answer or an exception
    crashed: int
    hung: int
    adds: int  #: calls of add() in all runs that ended by themselves
    said: tuple[str, ...] = ()  #: up to three different ways to fail, the most frequent first

    @property
    def failed(self) -> int:
        """Runs that did not pass."""
        return self.wrong + self.crashed + self.hung


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One wheel on one build."""

    variant: Variant
    build: Build
    wheel: str  #: file name
    tests: int  #: tests that passed
    tests_failed: int
    gil_after_import: bool
    races: Races


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One example: its four results, or why there are none."""

    name: str
    tools: dict[str, str] = field(default_factory=dict)  #: name -> version
    results: tuple[Result, ...] = ()
    skipped: str = ""
    failed: str = ""  #: what did not build

    @property
    def why(self) -> str:
        """Why there are no results, as a table says it."""
        return f"skipped: {self.skipped}" if self.skipped else f"failed: {self.failed}"

    def result(self, variant: Variant, build: Build) -> Result | None:
        """Return the result of one wheel, None where there is none."""
        return next((r for r in self.results if (r.variant, r.build) == (variant, build)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hardware:
    """The machine, as far as it matters for races."""

    system: str
    architecture: str
    cpu_model: str
    usable_cpus: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """All examples on one line."""

    line: str  #: "3.14"
    version: str  #: "3.14.7"
    date: str  #: ISO, UTC
    compiler: str  #: what built both interpreters
    machine: Hardware
    programs: dict[str, str]  #: compilers that built the examples: "cc" -> "gcc 12.2.0"
    outcomes: tuple[Outcome, ...]

    def outcome(self, name: str) -> Outcome | None:
        """Return what became of an example."""
        return next((outcome for outcome in self.outcomes if outcome.name == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One part per line, newest line first."""

    schema: int = SCHEMA
    parts: tuple[Part, ...] = ()

    def part(self, line: str) -> Part | None:
        """Return the part of a line."""
        return next((part for part in self.parts if part.line == line), None)

    def best(self, name: str) -> tuple[Part, Outcome] | None:
        """Return the oldest line on which an example was built, with its outcome there."""
        for part in reversed(self.parts):
            outcome = part.outcome(name)
            if outcome is not None and outcome.results:
                return part, outcome
        return None


def load(path: Path) -> Report:
    """Read a report; one that is not there is empty. Raises `files.UnreadableError`."""
    return files.load(path, Report, REMEDY, schema=SCHEMA, missing=Report())


def save(path: Path, part: Part) -> None:
    """Put a part into a report, in place of the one of its line."""
    others = [stored for stored in load(path).parts if stored.line != part.line]
    parts = sorted([part, *others], key=lambda stored: _key(stored.line), reverse=True)
    files.write_atomic(path, files.to_json(Report(parts=tuple(parts))))


def _key(line: str) -> tuple[int, ...]:
    return tuple(int(number) for number in line.split("."))


def public(text: str) -> str:
    """Return the text of a failure without paths and addresses in memory, on one short line."""
    text = re.sub(r"0x[0-9a-fA-F]+", "0x…", text)
    text = re.sub(r"(?:[A-Za-z]:)?[\\/][^\s'\",:;)]+", "<path>", text)
    text = " ".join(text.split())
    return text if len(text) <= _TEXT else text[: _TEXT - 1] + "…"


def built_tools(part: Part) -> set[str]:
    """Return the tools of which at least one example was built."""
    tools = {example.name: example.tool for example in EXAMPLES}
    return {tools[outcome.name] for outcome in part.outcomes if outcome.results}


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A promise of the examples that a session broke."""

    example: str | None = None  #: None = the session as a whole
    wheel: tuple[Variant, Build] | None = None  #: None = all of the example's wheels
    message: str

    def __str__(self) -> str:
        """Return the line for the terminal."""
        parts = [] if self.example is None else [self.example]
        if self.wheel is not None:
            variant, build = self.wheel
            parts.append(f"{variant} on the {build.words} build")
        return ": ".join([*parts, self.message])


def problems(part: Part, *, everything: bool) -> list[Problem]:
    """List what is not as the examples promise; empty when all is well. Skipping is no problem.

    `everything` says that all examples were asked for, so that enough of them have to be there.
    """
    examples = {example.name: example for example in EXAMPLES}
    broken = []
    for outcome in part.outcomes:
        if outcome.failed:
            broken.append(Problem(example=outcome.name, message=outcome.failed))
        for result in outcome.results:
            wheel = (result.variant, result.build)
            broken += [
                Problem(example=outcome.name, wheel=wheel, message=message)
                for message in _broken(examples[outcome.name], result)
            ]
    tools = built_tools(part)
    if everything and len(tools) < ENOUGH_TOOLS:
        message = (
            f"only {len(tools)} tools were built ({', '.join(sorted(tools)) or 'none'}); "
            f"it takes {ENOUGH_TOOLS}. The reasons are in the table."
        )
        broken.append(Problem(message=message))
    return broken


def _broken(example: Example, result: Result) -> Iterator[str]:
    """Say what one wheel does otherwise than promised."""
    if result.tests_failed or not result.tests:
        yield f"{result.tests_failed} tests failed, {result.tests} passed"
    races = result.races
    failed = f"{races.failed} of {races.runs} races failed"
    if result.variant is Variant.AFTER and races.failed:
        yield failed
    if result.build is Build.FREE_THREADED:
        if result.variant is Variant.BEFORE and races.failed < math.ceil(
            FAILING_SHARE * races.runs
        ):
            yield f"only {failed}"
        wanted = result.variant is Variant.BEFORE and not example.declared_by_tool
        if result.gil_after_import is not wanted:
            yield f"importing it leaves the GIL {'off' if wanted else 'on'}"
    elif result.variant is Variant.BEFORE and races.failed and not example.races_with_gil:
        yield f"{failed}, unexplained"
