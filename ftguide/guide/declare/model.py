"""What a page says about its code, and what happened when it ran. Pure records."""

from __future__ import annotations

import hashlib
import json
import signal
from dataclasses import dataclass
from enum import StrEnum

from ftguide.ground.vocabulary import Build, line_of
from ftguide.guide.declare.finding import Place
from ftguide.interpreters.provide import DEFAULT_LINE

#: The lines that pages are about: each snippet runs on those of them that are at hand.
LINES = ("3.13", "3.14", "3.15")


def line_order(line: str) -> tuple[int, ...]:
    """Return what lines are sorted by: 3.9 comes before 3.13."""
    return tuple(map(int, line.split(".")))


class Expect(StrEnum):
    """What a snippet is expected to do; anything else fails the check."""

    OUTPUT = "output"  #: end with status 0 and print what the page shows
    ERROR = "error"  #: end with another status and print what the page shows
    EXIT = "exit"  #: end with the status of `:exit:`; the output differs from run to run
    RACE = "race"  #: written as `:race: KIND`: end so at least once in `:runs:` runs, free-threaded
    HANG = "hang"  #: still be running at the time limit
    USED = "used"  #: nothing by itself: snippets that use its file run it


class Runner(StrEnum):
    """What runs a snippet's file."""

    SCRIPT = "script"  #: the interpreter itself
    PYTEST = "pytest"
    UNITTEST = "unittest"


class OnGil(StrEnum):
    """How often a race may show on the GIL-enabled build."""

    NEVER = "never"  #: in none of the runs
    MAYBE = "maybe"  #: in any number of runs
    ALWAYS = "always"  #: in at least one run


#: How a run can end besides with a signal's name (`SIGSEGV`) or an exception's (`ValueError`).
PASSED = "passed"  #: status 0
WRONG_RESULT = "wrong-result"  #: an AssertionError, or another status without a traceback
HANG = "hang"  #: still running at the time limit
FATAL_ERROR = "fatal-error"  #: the interpreter gave up by itself, without a signal


#: Stands for an issue's number where a search upstream found none.
UNREPORTED = "unreported"


@dataclass(frozen=True, slots=True, kw_only=True)
class Crash:
    """A page's word that the interpreter itself may end by a signal, and where that is known."""

    issues: tuple[str, ...]  #: gh-120321, or UNREPORTED alone
    builds: tuple[tuple[str, Build], ...]  #: line and build: ("3.14", Build.FREE_THREADED)

    def covers(self, version: str, build: Build) -> bool:
        """Return whether the interpreter of this version and build is known to end so."""
        return (line_of(version), build) in self.builds


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """Expected output, as the page shows it."""

    build: Build | None  #: None = the same on both
    text: str
    start: int  #: lines of the block in the file, from 0, `end` exclusive
    end: int
    lines: tuple[str, ...] = ()  #: the CPython lines it is for; none = all that have no other one

    @property
    def where(self) -> str:
        """Build and lines, as they go into a snippet's hash: `both`, `ft on 3.13`."""
        return " on ".join((str(self.build or "both"), *filter(None, [" ".join(self.lines)])))


@dataclass(frozen=True, slots=True, kw_only=True)
class Snippet:
    """A marked block of a page."""

    page: str  #: path of the page relative to the repository, with /
    line: int
    name: str
    language: str  #: python | console | another, which is not run
    code: str
    file: str  #: the name it is saved under
    source: str | None  #: the file below source/snippets/ the code comes from
    start: int  #: lines of the block in the file, from 0, `end` exclusive
    end: int
    body: int  #: index of the first line of its content
    builds: tuple[Build, ...] = tuple(Build)
    expect: Expect = Expect.OUTPUT
    exit: int | str | None = None  #: a status, or the name of a signal
    runner: Runner = Runner.SCRIPT
    flags: tuple[str, ...] = ()  #: for the interpreter
    args: tuple[str, ...] = ()  #: for the script
    env: tuple[tuple[str, str], ...] = ()
    timeout: float = 30.0  #: seconds
    runs: int = 1
    on_gil: OnGil = OnGil.MAYBE
    shows: tuple[str, ...] = ()  #: of a race: the endings it is about, such as wrong-result
    crash: Crash | None = None
    varies: str | None = None  #: a pattern; what it matches becomes a placeholder
    packages: tuple[str, ...] = ()  #: distributions that have to be installed
    since: str | None = None  #: the first line it runs on
    until: str | None = None  #: the last line it runs on
    uses: tuple[Snippet, ...] = ()  #: snippets whose files lie beside this one
    not_run: str | None = None  #: the reason
    sources: str | None = None  #: where the statement comes from instead
    outputs: tuple[Output, ...] = ()
    options: tuple[tuple[str, str], ...] = ()  #: as written, sorted: part of the hash

    @property
    def where(self) -> Place:
        """Page and line, for messages."""
        return Place(self.page, self.line)

    @property
    def runs_itself(self) -> bool:
        """Whether it is run, and not only shown or used by others."""
        return self.not_run is None and self.expect is not Expect.USED

    @property
    def repeated(self) -> bool:
        """Whether it runs more than once and is told by how often it ended how."""
        return self.expect is Expect.RACE or self.runs > 1

    @property
    def counted(self) -> bool:
        """Whether it counts as a Python block in the rule about blocks that are not run."""
        return self.language == "python"

    @property
    def home(self) -> str:
        """The line that outputs without `:line:` are of, and where a race has to show."""
        home = DEFAULT_LINE
        if self.since is not None:
            home = max(home, self.since, key=line_order)
        return home if self.until is None else min(home, self.until, key=line_order)

    def covers(self, line: str) -> bool:
        """Whether it runs on a CPython line."""
        number = line_order(line)
        return (self.since is None or line_order(self.since) <= number) and (
            self.until is None or number <= line_order(self.until)
        )

    def output_for(self, build: Build, line: str) -> Output | None:
        """Return what the page shows for a build of a line, None when it shows nothing.

        An output of the line goes before one of all lines, and then one of the build before one of both.
        """
        fitting = [
            output
            for output in self.outputs
            if output.build in {build, None} and (not output.lines or line in output.lines)
        ]
        return max(
            fitting, key=lambda output: (bool(output.lines), bool(output.build)), default=None
        )

    @property
    def hash(self) -> str:
        """Identify code, options and expected output; an edited block has another one."""
        text = json.dumps(
            [
                *(self.language, self.file, self.code, self.options),
                [(used.file, used.code) for used in self.uses],
                sorted((output.where, output.text) for output in self.outputs),
            ]
        )
        return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """One run of a snippet."""

    status: int | None  #: None = still running at the time limit
    output: str  #: normalised; of a console session: everything below its commands, in order
    parts: tuple[str, ...] = ()  #: of a console session: the output of each command
    excess: bool = False  #: it printed more than is kept
    raised: str | None = None  #: the exception that ended it, or FATAL_ERROR; see `endings`

    @property
    def failed(self) -> bool:
        """Whether it ended otherwise than with status 0."""
        return self.status != 0

    @property
    def crashed(self) -> bool:
        """Whether a signal or a fatal error ended it: the interpreter's end, not the program's."""
        return (self.status is not None and self.status < 0) or self.raised == FATAL_ERROR

    @property
    def ending(self) -> str:
        """Return how it ended, in one word: passed, ValueError, wrong-result, SIGSEGV, hang."""
        if self.status is None:
            return HANG
        if self.status < 0:
            return signal_name(self.status)
        if self.status == 0:
            return PASSED
        return self.raised or WRONG_RESULT


def signal_name(status: int) -> str:
    """Return the name of the signal that a negative status stands for."""
    try:
        return signal.Signals(-status).name
    except ValueError:
        return f"signal {-status}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of a snippet on one build."""

    build: Build
    version: str
    problem: str | None  #: None = as the page says
    differs: bool  #: only the output is not as shown: an update may write it into the page
    endings: tuple[tuple[str, int], ...]  #: how many runs ended how, the most frequent first
    runs: int
    shown: str | None = None  #: the output that the page should show
    parts: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """The interpreter's name: 3.14.7t."""
        return self.version + self.build.suffix

    @property
    def passed(self) -> bool:
        """Whether it did what the page says."""
        return self.problem is None
