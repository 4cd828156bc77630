"""What a session of the examples found: records, the stored file, and whether it is as it should be.

`examples/report.json` holds one part per CPython line, by allow-list: versions, the machine's hardware,
counts. No path, host or user name; texts that come out of a race are cut and their paths removed.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from ftguide.files import to_json, write_atomic
from ftguide.native.examples.catalogue import EXAMPLES, Example, Variant
from ftguide.vocabulary import Build, ExpectedError

SCHEMA = 1
#: Where the published report is, relative to the repository.
REPORT = Path("examples") / "report.json"
#: `before` fails in this share of its races on the free-threaded build, or the example shows nothing.
FAILING_SHARE = 0.9
#: Fewer tools than this built is no session.
ENOUGH_TOOLS = 5
_TEXT = 100


class ReportError(ExpectedError):
    """The stored report cannot be read; the message names the file and what is wrong."""


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
        return next((one for one in self.outcomes if one.name == name), None)


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
    """Read a report; one that is not there is empty. Raises `ReportError`."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return Report()
    except OSError as error:
        raise ReportError(f"{path.name} cannot be read: {error.strerror}.") from error
    try:
        report = msgspec.json.decode(raw, type=Report)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ReportError(
            f"{path.name} is no report of the examples: {error}. "
            "`nox -s examples -- --record` writes it anew once it is deleted."
        ) from error
    if report.schema != SCHEMA:
        raise ReportError(f"{path.name} has schema {report.schema}; this checkout reads {SCHEMA}.")
    return report


def save(path: Path, part: Part) -> None:
    """Put a part into a report, in place of the one of its line."""
    others = [one for one in load(path).parts if one.line != part.line]
    parts = sorted([part, *others], key=lambda one: _key(one.line), reverse=True)
    write_atomic(path, to_json(Report(parts=tuple(parts))))


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
    tools = {one.name: one.tool for one in EXAMPLES}
    return {tools[one.name] for one in part.outcomes if one.results}


def problems(part: Part, *, everything: bool) -> list[str]:
    """Say what is not as the examples promise; empty when all is well. Skipping is no problem.

    `everything` says that all examples were asked for, so that enough of them have to be there.
    """
    known = {one.name: one for one in EXAMPLES}
    found = []
    for outcome in part.outcomes:
        if outcome.failed:
            found.append(f"{outcome.name}: {outcome.failed}")
        for result in outcome.results:
            found += [f"{outcome.name}: {text}" for text in _broken(known[outcome.name], result)]
    tools = built_tools(part)
    if everything and len(tools) < ENOUGH_TOOLS:
        found.append(
            f"only {len(tools)} tools were built ({', '.join(sorted(tools)) or 'none'}); "
            f"it takes {ENOUGH_TOOLS}. The reasons are in the table."
        )
    return found


def _broken(example: Example, result: Result) -> list[str]:
    which = f"{result.variant} on the {result.build.words} build"
    found = []
    if result.tests_failed or not result.tests:
        found.append(f"{which}: {result.tests_failed} tests failed, {result.tests} passed")
    races = result.races
    if result.variant is Variant.AFTER and races.failed:
        found.append(f"{which}: {races.failed} of {races.runs} races failed")
    if result.build is Build.FREE_THREADED:
        if result.variant is Variant.BEFORE and races.failed < math.ceil(
            FAILING_SHARE * races.runs
        ):
            found.append(f"{which}: only {races.failed} of {races.runs} races failed")
        wanted = result.variant is Variant.BEFORE and not example.declared_by_tool
        if result.gil_after_import is not wanted:
            found.append(f"{which}: importing it leaves the GIL {_state(not wanted)}")
    elif result.variant is Variant.BEFORE and races.failed and not example.races_with_gil:
        found.append(f"{which}: {races.failed} of {races.runs} races failed, unexplained")
    return found


def _state(on: bool) -> str:  # noqa: FBT001 - the one thing it is about
    return "on" if on else "off"
